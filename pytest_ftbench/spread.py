"""How much an endpoint's answers to the same question vary: what several samples of it show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from pytest_ftbench.providers import Provider
from pytest_ftbench.records import Result

if TYPE_CHECKING:
    from pytest_ftbench.stats.samples import VarianceSplit


@dataclass(frozen=True, slots=True)
class Repeated:
    """A question of which an endpoint has two graded samples or more."""

    first: Result
    """That of its first sample."""
    right: int
    graded: int

    @property
    def is_flaky(self) -> bool:
        """Whether it was right in some samples and wrong in others."""
        return 0 < self.right < self.graded


@dataclass(frozen=True, slots=True)
class Spread:
    """What the samples of one endpoint have in common, and what not."""

    endpoint: str
    repeated: tuple[Repeated, ...]
    """At least one, in the order of the results."""
    k: int
    """How many graded samples there are of each of them, at least."""
    all_right: Fraction
    """pass^k: the chance that k samples of a question are all right."""
    variance: VarianceSplit | None
    """None for a single question."""

    @property
    def flaky(self) -> tuple[Repeated, ...]:
        """The questions that were right in some samples and wrong in others."""
        return tuple(one for one in self.repeated if one.is_flaky)


def measure_spreads(results: Iterable[tuple[str, Result]], endpoints: Iterable[str]) -> list[Spread]:
    """What several samples show, for each endpoint that has any.

    results: each with the scope of its test. Questions of fewer than two graded samples are left out. A sample about
    which one test has several results is right where all of them are.
    """
    given = list(results)
    if all(result.sample == 1 for _, result in given):
        return []
    groups: dict[str, dict[tuple[str, ...], list[Result]]] = defaultdict(lambda: defaultdict(list))
    for scope, result in given:
        if result.status == "graded":
            name = (scope, result.suite, result.fact, result.variant, result.case)
            groups[result.endpoint][name].append(result)
    found = ((alias, _repeated(groups[alias].values())) for alias in endpoints)
    return [_spread(alias, repeated) for alias, repeated in found if repeated]


def _repeated(groups: Iterable[Sequence[Result]]) -> list[Repeated]:
    repeated = []
    for results in groups:
        is_right: dict[int, bool] = {}
        for result in results:
            is_right[result.sample] = is_right.get(result.sample, True) and result.right
        if len(is_right) > 1:
            first = min(results, key=lambda result: result.sample)
            repeated.append(Repeated(first, sum(is_right.values()), len(is_right)))
    return repeated


def _spread(endpoint: str, repeated: Sequence[Repeated]) -> Spread:
    from pytest_ftbench.stats.samples import pass_hat, split_variance

    counts = [(one.right, one.graded) for one in repeated]
    k = min(graded for _, graded in counts)
    variance = split_variance(counts) if len(counts) > 1 else None
    return Spread(endpoint, tuple(repeated), k, pass_hat(counts, k), variance)


def fixed_sampling(providers: Mapping[str, Provider]) -> dict[str, str]:
    """By endpoint, which of its sampling parameters keeps its samples alike; local ones are not among them."""
    found = {}
    for alias, provider in providers.items():
        sampling = provider.sampling
        if not provider.is_local and sampling.get("temperature") == 0:
            found[alias] = "temperature 0"
        elif not provider.is_local and sampling.get("seed") is not None:
            found[alias] = "a fixed seed"
    return found
