"""A gate and some results: what is measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from pytest_ftbench.gates.expression import Gate
from pytest_ftbench.gates.measure import Measure, Tally, linear, share, unmeasured
from pytest_ftbench.gates.metrics import METRICS
from pytest_ftbench.gates.samples import reduce_samples
from pytest_ftbench.gates.selector import field_of
from pytest_ftbench.gates.units import each, right
from pytest_ftbench.records import Result


def measure(gate: Gate, results: Sequence[Result]) -> Measure:
    """What the gate's metric says of results that it needs; those that are not applicable do not count."""
    counted = reduce_samples([one for one in results if one.status != "not_applicable"], gate.reducer)
    return _macro(counted, gate.over) if gate.over else METRICS[gate.metric].measure(counted)


def _macro(results: Sequence[Result], key: str) -> Measure:
    """The plain mean of the accuracy of each group, so that a large one counts no more than a small one."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[field_of(result, key) or ""].append(result)
    plain = share(each(results, right))
    tallies = {name: Tally.of(each(group, right)) for name, group in groups.items()}
    if empty := sorted(name for name, tally in tallies.items() if not tally.n):
        return unmeasured(f"nothing was measured of {key}={empty[0]}", like=plain)
    if not tallies:
        return unmeasured("nothing was measured")
    weight = Fraction(1, len(tallies))
    return linear(list(tallies.values()), [weight] * len(tallies), misses=plain.misses)
