"""Gates over two runs, as the command line writes them."""

from __future__ import annotations

from pytest_ftbench.comparing import MEASURES
from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates import METRICS, Gate, parse_gate


def parse_bound(text: str) -> Gate:
    """The gate over two runs that a text writes, such as `drop[variant=rephrased] <= 0.02 @ 95%` or `lost <= 2`.

    Raises SpecError naming the part that is not understood and what is allowed there.
    """
    gate = parse_gate(text, among=MEASURES, example="drop <= 0.02 @ 95%")
    if not METRICS[gate.metric].is_compared:
        raise SpecError(f"gate {text!r}: {gate.metric} is of one run. There are: {', '.join(MEASURES)}.")
    if gate.endpoints or gate.select:
        word = "select" if gate.select else "endpoint"
        raise SpecError(f"gate {text!r}: {word!r} has no meaning here. Choose what is compared: --endpoint BEFORE=NOW.")
    return gate
