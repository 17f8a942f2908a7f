"""The one grammar of gates, `[NAME:] METRIC[SELECTOR] OP BOUND [@ LEVEL]`, such as `stale[topic=pay] <= 0.05 @ 95%`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import cast

from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates.halves import BEST_ON_HOLDOUT
from pytest_ftbench.gates.metrics import METRICS, Metric
from pytest_ftbench.gates.samples import MEAN, check_reducer
from pytest_ftbench.gates.selector import QUOTED, AnyAsked, Condition, Selector, field_of, parse_selector
from pytest_ftbench.names import near_miss
from pytest_ftbench.patterns import pattern
from pytest_ftbench.stats.verdicts import Op

_GATE = pattern(
    r"""\s*(?:(?P<name>[A-Za-z_][\w-]*)\s*:\s*)?(?P<metric>[A-Za-z_][\w-]*)\s*(?:\[(?P<selector>(?:"[^"]*"|'[^']*'|[^\]"'])*)\])?\s*
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
    op: Op
    bound: Fraction
    """Within what the metric can be, exact, so that 7 of 100 is neither above nor below 0.07."""
    by: str | None = None
    """One gate for each value of this key."""
    level: Fraction | None = None
    """The confidence, in (0.5, 1), at which both PASS and FAIL must be certain; None: the point estimate decides."""
    family: str = field(default="", compare=False)
    """What gates that come of one `by` share: the text of that gate."""
    name: str = ""
    """By which other gates may name it."""
    after: str = ""
    """The name of a gate that must have passed before this one is even measured."""
    reducer: str = MEAN
    """What several samples of a case come to."""
    over: str = ""
    """The key whose values make the groups of `macro`."""
    endpoints: tuple[str, ...] = ()
    """The aliases that it is about, of swept models where it chooses a checkpoint; empty: each."""
    select: str = ""
    """How the one checkpoint of a sweep is chosen that it is about; empty: none is chosen."""

    def is_about(self, alias: str) -> bool:
        """Whether it decides about an endpoint, or, where it chooses a checkpoint, about a swept model."""
        return not self.endpoints or alias in self.endpoints

    def of_checkpoint(self, *, endpoints: tuple[str, ...] = (), select: str = "") -> Gate:
        """This gate, which names no endpoint, about those given, or about the checkpoint that is chosen so.

        Raises SpecError where one that has a name, or comes after another, would choose.
        """
        found = replace(self, endpoints=endpoints, select=select)
        _refuse_choice_in_sequence(found)
        return replace(found, text=found._written(self.selector.conditions, by=self.by or ""))

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
        return replace(self, text=self._written(conditions), selector=Selector(conditions), by=None, family=self.text)

    def _written(self, conditions: Iterable[Condition], *, by: str = "") -> str:
        """The gate as a text, with these conditions in place of its own."""
        words: dict[str, tuple[str, ...]] = {
            "by": (by or self.over,),
            "after": (self.after,),
            "reduce": ("" if self.reducer == MEAN else self.reducer,),
            "endpoint": self.endpoints,
            "select": (self.select,),
        }
        shown = [*conditions, *(Condition(word, values) for word, values in words.items() if any(values))]
        found = _GATE.fullmatch(self.text)
        assert found is not None  # it was read from that text
        tail = self.text[found.end("metric") :] if found["selector"] is None else self.text[found.end("selector") + 1 :]
        head = f"{self.name}: " if self.name else ""
        return f"{head}{self.metric}[{', '.join(map(str, shown))}]{tail}"


def parse_gate(
    text: str,
    *,
    place: str = "",
    among: Collection[str] = METRICS.keys(),
    example: str = "accuracy[variant=rephrased] >= 0.85",
) -> Gate:
    """The gate that a text writes.

    place: where it was written, for messages. among: the metrics that these name. example: the gate that they show.
    The bound is a fraction within what the metric can be, or a percentage with its sign; of a count, a whole number.
    Raises SpecError naming the part that is not understood and what is allowed there.
    """
    where = f"{place}: " if place else ""
    found = _GATE.fullmatch(text)
    if found is None:
        raise SpecError(f"{where}gate {text!r}: expected METRIC[SELECTOR] OP BOUND, as in {example!r}.")
    metric = found["metric"]
    if metric not in METRICS:
        meant = near_miss(metric, among)
        hint = f" Did you mean {meant!r}?" if meant else ""
        raise SpecError(f"{where}gate {text!r}: unknown metric {metric!r}.{hint} There are: {', '.join(among)}.")
    try:
        selector = parse_selector(found["selector"] or "")
        selector, by = _without(selector, "by", "one key, as in by=topic")
        selector, reducer = _without(selector, "reduce", "one reducer, as in reduce=majority")
        selector, after = _without(selector, "after", "the name of one gate, as in after=known")
        selector, select = _without(selector, "select", f"one choice, as in select={BEST_ON_HOLDOUT}")
        selector, endpoints = _without_endpoints(selector)
        gate = Gate(
            text=_one_line(text),
            metric=metric,
            selector=selector,
            op=cast("Op", found["op"]),  # no other is matched
            bound=_bound(found["bound"], METRICS[metric]),
            by=None if metric == "macro" else by,
            level=_level(found["level"], metric, found["bound"]) if found["level"] else None,
            name=found["name"] or "",
            after=after or "",
            reducer=_reducer(reducer, metric) if reducer else MEAN,
            over=_groups(by) if metric == "macro" else "",
            endpoints=endpoints,
            select=_choice(select) if select is not None else "",
        )
        _refuse_choice_in_sequence(gate)
        return gate
    except SpecError as error:
        raise SpecError(f"{where}gate {text!r}: {error}") from None


def _bound(text: str, metric: Metric) -> Fraction:
    is_percent = text.endswith("%")
    try:
        bound = Fraction(text.removesuffix("%")) / (100 if is_percent else 1)
    except (ValueError, ZeroDivisionError):
        raise SpecError(f"the bound must be a number, got {text!r}. Write 0.85 or 85%.") from None
    if metric.is_count and not is_percent and bound.denominator == 1 and bound >= 0:
        return bound
    if not metric.lowest <= bound <= metric.highest:
        span = f"[{metric.lowest}, {metric.highest}]" + (", or be a number of cases" if metric.is_count else "")
        raise SpecError(f"the bound must lie in {span}, got {text}. Write 0.85 or 85%.")
    return bound


def _level(text: str, metric: str, bound: str) -> Fraction:
    try:
        level = Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        raise SpecError(f"the level must be a number, got {text!r}. Write @ 95% or @ 0.95.") from None
    if not Fraction(1, 2) < level < 1:
        raise SpecError(f"the level must lie between 50% and 100%, got {text}. Write @ 95% or @ 0.95.")
    if METRICS[metric].is_count and bound.isdecimal():
        raise SpecError(
            f"a count of cases has no limits of confidence. Bound a share, as in '{metric} <= 2% @ {text}'."
        )
    if not METRICS[metric].has_limits:
        raise SpecError(f"{metric} has no limits of confidence. Leave out '@ {text}'.")
    return level


def _reducer(name: str, metric: str) -> str:
    check_reducer(name)
    if not METRICS[metric].is_of_right:
        raise SpecError(f"'reduce' is about right and wrong, which {metric} does not count. Leave it out.")
    return name


def _groups(by: str | None) -> str:
    if by is None:
        raise SpecError("macro needs the key of its groups, as in macro[by=dataset] >= 0.5.")
    return by


def _choice(select: str) -> str:
    if select != BEST_ON_HOLDOUT:
        raise SpecError(f"unknown choice {select!r}. There is: select={BEST_ON_HOLDOUT}.")
    return select


def _refuse_choice_in_sequence(gate: Gate) -> None:
    if gate.select and (gate.name or gate.after):
        raise SpecError(
            f"a gate with a name or with 'after' cannot have select={gate.select}: which checkpoint it is about is "
            "known only when all is asked. Name the checkpoint by 'endpoint'."
        )


def _without_endpoints(selector: Selector) -> tuple[Selector, tuple[str, ...]]:
    found = [condition for condition in selector.conditions if condition.key == "endpoint"]
    if any(condition.is_negated for condition in found) or len(found) > 1:
        raise SpecError("'endpoint' takes the aliases of endpoints, as in endpoint=candidate or endpoint=old|new.")
    rest = tuple(condition for condition in selector.conditions if condition.key != "endpoint")
    return Selector(rest), found[0].values if found else ()


def _without(selector: Selector, key: str, what: str) -> tuple[Selector, str | None]:
    """The selector less its condition under a word of the grammar, and what that says."""
    found = [condition for condition in selector.conditions if condition.key == key]
    if any(condition.is_negated or len(condition.values) > 1 for condition in found) or len(found) > 1:
        raise SpecError(f"{key!r} takes {what}.")
    rest = tuple(condition for condition in selector.conditions if condition.key != key)
    return Selector(rest), found[0].values[0] if found else None


def _one_line(text: str) -> str:
    """The text with single blanks between its words; what is quoted stays as it is, since it is compared."""
    return re.sub(rf"({QUOTED})|\s+", lambda found: found[1] or " ", text.strip())
