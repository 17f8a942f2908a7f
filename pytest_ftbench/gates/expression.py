"""The one grammar of gates: `METRIC[SELECTOR] OP BOUND`, as in `accuracy[variant=rephrased] >= 0.85`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates.metrics import METRICS
from pytest_ftbench.gates.selector import QUOTED, AnyAsked, Condition, Selector, field_of, parse_selector
from pytest_ftbench.names import near_miss
from pytest_ftbench.patterns import pattern

_GATE = pattern(
    r"""\s*(?P<metric>[A-Za-z_][\w-]*)\s*(?:\[(?P<selector>(?:"[^"]*"|'[^']*'|[^\]"'])*)\])?\s*
        (?P<op>>=|<=|>|<)\s*(?P<bound>[^@\s]+)\s*(?:@\s*(?P<level>\S+))?\s*""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Gate:
    """A bound on a metric over a selection of cases."""

    text: str
    """As it is shown and stored."""
    metric: str
    selector: Selector
    op: str
    bound: Fraction
    """A fraction in [0, 1], exact, so that 7 of 100 is neither above nor below 0.07."""
    by: str | None = None
    """One gate for each value of this key."""

    def split(self, asked: Iterable[AnyAsked]) -> list[Gate]:
        """This gate, or with `by` one for each value that the selected cases have, sorted.

        Where none has a value, the gate stays as it is: it needs no case, and so decides nothing.
        """
        if self.by is None:
            return [self]
        selected = self.selector.select(asked)
        values = sorted({value for one in selected if (value := field_of(one, self.by)) is not None})
        return [self._narrowed(self.by, value) for value in values] or [self]

    def _narrowed(self, key: str, value: str) -> Gate:
        conditions = (*self.selector.conditions, Condition(key, (value,)))
        tail = self.text.rpartition("]")[2]
        text = f"{self.metric}[{', '.join(map(str, conditions))}]{tail}"
        return replace(self, text=text, selector=Selector(conditions), by=None)


def parse_gate(text: str, *, place: str = "") -> Gate:
    """The gate that a text writes.

    place: where it was written, for messages. The bound is a fraction in [0, 1], or a percentage with its sign.
    Raises SpecError naming the part that is not understood and what is allowed there.
    """
    where = f"{place}: " if place else ""
    found = _GATE.fullmatch(text)
    if found is None:
        raise SpecError(
            f"{where}gate {text!r}: expected METRIC[SELECTOR] OP BOUND, as in 'accuracy[variant=rephrased] >= 0.85'."
        )
    metric = found["metric"]
    if metric not in METRICS:
        meant = near_miss(metric, METRICS)
        hint = f" Did you mean {meant!r}?" if meant else ""
        raise SpecError(f"{where}gate {text!r}: unknown metric {metric!r}.{hint} There are: {', '.join(METRICS)}.")
    if found["level"]:
        raise SpecError(f"{where}gate {text!r}: this release has no confidence levels. Leave out '@ {found['level']}'.")
    try:
        selector, by = _without_by(parse_selector(found["selector"] or ""))
    except SpecError as error:
        raise SpecError(f"{where}gate {text!r}: {error}") from None
    return Gate(_one_line(text), metric, selector, found["op"], _bound(found["bound"], f"{where}gate {text!r}"), by)


def _bound(text: str, where: str) -> Fraction:
    is_percent = text.endswith("%")
    try:
        bound = Fraction(text.removesuffix("%")) / (100 if is_percent else 1)
    except (ValueError, ZeroDivisionError):
        raise SpecError(f"{where}: the bound must be a number, got {text!r}. Write 0.85 or 85%.") from None
    if not 0 <= bound <= 1:
        raise SpecError(f"{where}: the bound must lie in [0, 1], got {text}. Write 0.85 or 85%.")
    return bound


def _without_by(selector: Selector) -> tuple[Selector, str | None]:
    by = [condition for condition in selector.conditions if condition.key == "by"]
    if any(condition.is_negated or len(condition.values) > 1 for condition in by) or len(by) > 1:
        raise SpecError("'by' takes one key, as in by=topic.")
    rest = tuple(condition for condition in selector.conditions if condition.key != "by")
    return Selector(rest), by[0].values[0] if by else None


def _one_line(text: str) -> str:
    """The text with single blanks between its words; what is quoted stays as it is, since it is compared."""
    return re.sub(rf"({QUOTED})|\s+", lambda found: found[1] or " ", text.strip())
