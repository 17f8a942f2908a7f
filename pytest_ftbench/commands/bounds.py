"""Gates over two runs, as the command line writes them."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from pytest_ftbench.comparing import COUNTS, MEASURES
from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates import METRICS, Gate, parse_gate
from pytest_ftbench.names import near_miss

_PARTS = re.compile(
    r"""(?P<head>\s*(?:[A-Za-z_][\w-]*\s*:\s*)?)(?P<metric>[A-Za-z_][\w-]*)(?P<middle>.*?[<>]=?\s*)(?P<bound>[^@\s<>]+)
        (?P<level>\s*(?:@.*)?)""",
    re.VERBOSE | re.DOTALL,
)


def parse_bound(text: str) -> Gate:
    """The gate over two runs that a text writes, such as `drop[variant=rephrased] <= 0.02 @ 95%` or `lost <= 2`.

    Raises SpecError naming the part that is not understood and what is allowed there.
    """
    found = _PARTS.fullmatch(text)
    metric = found["metric"] if found else ""
    if found is None or (metric not in MEASURES and metric not in METRICS):
        return _unknown(text, metric)
    if metric not in MEASURES:
        raise SpecError(f"gate {text!r}: {metric} is of one run. Over two runs there are: {', '.join(MEASURES)}.")
    # Read as a gate over one run whose bound may be the same; a count has a bound that no such gate can have.
    count = Fraction(found["bound"]) if metric in COUNTS and found["bound"].isdecimal() else None
    known = "gap" if metric in ("drop", "uplift") else "accuracy"
    bound = found["bound"] if count is None else "0"
    try:
        gate = parse_gate(f"{found['head']}{known}{found['middle']}{bound}{found['level']}")
    except SpecError as error:
        fault = str(error).partition("': ")[2].replace(known, metric)
        raise SpecError(f"gate {text!r}: {fault}") from None
    if count is not None and gate.level is not None:
        raise SpecError(
            f"gate {text!r}: a count of cases has no limits of confidence. Bound a share, as in '{metric} <= 2% @ 95%'."
        )
    return replace(gate, text=" ".join(text.split()), metric=metric, bound=gate.bound if count is None else count)


def _unknown(text: str, metric: str) -> Gate:
    if not metric:
        raise SpecError(f"gate {text!r}: expected METRIC[SELECTOR] OP BOUND, as in 'drop <= 0.02 @ 95%'.")
    meant = near_miss(metric, MEASURES)
    hint = f" Did you mean {meant!r}?" if meant else ""
    raise SpecError(f"gate {text!r}: unknown metric {metric!r}.{hint} Over two runs there are: {', '.join(MEASURES)}.")
