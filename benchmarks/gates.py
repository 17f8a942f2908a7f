"""How often gates with a confidence level are wrong, by simulation: one line a figure, each beside a simpler gate's.

    python benchmarks/gates.py              # some 30 seconds
    python benchmarks/gates.py --runs 2000  # quicker and rougher; bounds may be missed by chance then

Truths are drawn with a fixed seed. At the bound itself a gate `@ 95%` should pass in at most 5 % of runs, whatever the
truth behind the rate: independent cases, or cases that go together by fact. Exits 1 if a bound is missed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from math import comb, exp, lgamma
from random import Random

from table import Row, report

from pytest_ftbench.stats.clusters import korn_graubard_interval
from pytest_ftbench.stats.paired import tango_interval
from pytest_ftbench.stats.paired_clusters import change_interval, clustered_tango_interval
from pytest_ftbench.stats.rates import wilson_interval
from pytest_ftbench.stats.verdicts import verdict_by_counts, verdict_by_limits

LEVEL = Fraction(95, 100)
SEED = 20240611
RUNS = 20_000

INDEPENDENT = [(n, bound) for n in (30, 60, 150, 500) for bound in (80, 85, 90, 95)]
"""Cases, and the bound in per cent."""
CLUSTERED = [(25, 6, 90, 0.3), (50, 3, 85, 0.3), (50, 3, 85, 0.6), (100, 3, 90, 0.5)]
"""Facts, cases of each, the bound in per cent, and the correlation within a fact."""
RERUN = [(50, 85, truth) for truth in (80, 82, 84, 85, 86, 88, 90)]
"""Cases, the bound and the true rate in per cent."""
DROPS = [(150, 5, 0), (150, 5, 5), (300, 2, 3), (600, 2, 0)]
"""Cases asked twice, the margin in per cent, per cent gained (as many and the margin are lost)."""
CHANGED_FACTS = [(60, 3, 5, 5), (60, 6, 5, 2), (200, 3, 2, 0), (200, 3, 2, 3)]
"""Facts, cases of each, and the same; all large enough for no change at all to pass."""
TOGETHER = 0.3
"""In how many facts all cases change together, if any does."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; the exit code, 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=RUNS, help=f"simulated runs of each gate (default: {RUNS:,})")
    runs = parser.parse_args(arguments).runs
    if runs < 1:
        parser.error(f"--runs must be >= 1, got {runs}")
    parts: list[Callable[[int, Random], Iterator[Row]]] = [
        independent,
        clustered,
        reruns,
        drops,
        clustered_drops,
        speed,
    ]
    chosen = [(part.__name__, partial(part, runs, Random(SEED))) for part in parts]
    return report(chosen, write=partial(print, flush=True))


def independent(runs: int, random: Random) -> Iterator[Row]:
    """False PASS of a rate at its bound, cases independent; of all sizes and bounds the worst."""
    shares, by_point = [], []
    for cases, percent in INDEPENDENT:
        bound = Fraction(percent, 100)
        verdicts = [verdict_by_counts(right, cases, bound, ">=", level=LEVEL) for right in range(cases + 1)]
        drawn = random.choices(range(cases + 1), binomial(cases, float(bound)), k=runs)
        shares.append(sum(verdicts[right] == "PASS" for right in drawn) / runs)
        by_point.append(sum(right >= bound * cases for right in drawn) / runs)
    floor = f"worst of {len(shares)} gates; by the plain rate {max(by_point):.1%}"
    yield Row("false PASS", 100 * max(shares), 6, floor, "%")


def clustered(runs: int, random: Random) -> Iterator[Row]:
    """False PASS of a rate at its bound, cases of a fact going together."""
    runs = max(1, runs // 4)
    for facts, size, percent, correlation in CLUSTERED:
        bound = Fraction(percent, 100)
        chances = beta_binomial(size, float(bound), correlation)
        passed = naive = 0
        for _ in range(runs):
            counts = [(right, size) for right in random.choices(range(size + 1), chances, k=facts)]
            limits = korn_graubard_interval(counts, level=float(LEVEL), sides=1)
            passed += verdict_by_limits(*limits, bound, ">=") == "PASS"
            limits = wilson_interval(sum(right for right, _ in counts), facts * size, level=float(LEVEL), sides=1)
            naive += verdict_by_limits(*limits, bound, ">=") == "PASS"
        floor = f"correlation {correlation}, bound {percent} %; taken as independent {naive / runs:.1%}"
        yield Row(f"false PASS {facts} x {size}", 100 * passed / runs, 8, floor, "%")


def reruns(runs: int, random: Random) -> Iterator[Row]:
    """Pairs of runs of one model of which one passes and the other fails; of all true rates the worst."""
    shares, by_point = [], []
    for cases, percent, truth in RERUN:
        bound = Fraction(percent, 100)
        verdicts = [verdict_by_counts(right, cases, bound, ">=", level=LEVEL) for right in range(cases + 1)]
        first, second = (random.choices(range(cases + 1), binomial(cases, truth / 100), k=runs) for _ in range(2))
        pairs = list(zip(first, second, strict=True))
        shares.append(sum({verdicts[a], verdicts[b]} == {"PASS", "FAIL"} for a, b in pairs) / runs)
        by_point.append(sum((a >= bound * cases) != (b >= bound * cases) for a, b in pairs) / runs)
    floor = f"worst of {len(shares)} true rates; by the plain rate {max(by_point):.1%}"
    yield Row("reruns disagree", 100 * max(shares), 0.5, floor, "%")


def drops(runs: int, random: Random) -> Iterator[Row]:
    """False PASS of a drop that is exactly the margin, cases independent; of all gates the worst."""
    shares, runs = [], max(1, runs // 10)
    for cases, margin, gained in DROPS:
        passed = 0
        for _ in range(runs):
            gains, losses = changes(random, gained, margin, cases)
            passed += tango_interval(gains, losses, cases, level=float(LEVEL), sides=1)[0] >= -margin / 100
        shares.append(passed / runs)
    yield Row("drop passes", 100 * max(shares), 8, f"worst of {len(shares)} gates", "%")


def clustered_drops(runs: int, random: Random) -> Iterator[Row]:
    """The same with cases of a fact changing together."""
    runs = max(1, runs // 10)
    for facts, size, margin, gained in CHANGED_FACTS:
        passed = by_t = 0
        for _ in range(runs):
            pairs = [(*changes(random, gained, margin, size, together=TOGETHER), size) for _ in range(facts)]
            passed += clustered_tango_interval(pairs, level=float(LEVEL), sides=1)[0] >= -margin / 100
            net = [(gains - losses, cases) for gains, losses, cases in pairs]
            by_t += change_interval(net, level=float(LEVEL), sides=1)[0] >= -margin / 100
        share, floor = (
            passed / runs,
            f"margin {margin} %, gained {gained} %; by t limits {by_t / runs:.1%}",
        )
        yield Row(f"drop passes {facts} x {size}", 100 * share, 10, floor, "%")


def changes(random: Random, gained: int, margin: int, cases: int, *, together: float = 0.0) -> tuple[int, int]:
    """How many cases of a fact are gained and lost."""
    if random.random() < together:
        drawn = random.random()
        return (cases if drawn < gained / 100 else 0), (cases if drawn >= 1 - (gained + margin) / 100 else 0)
    drawn_for = [random.random() for _ in range(cases)]
    losing = 1 - (gained + margin) / 100
    return sum(one < gained / 100 for one in drawn_for), sum(one >= losing for one in drawn_for)


def speed(_: int, random: Random) -> Iterator[Row]:
    """How long it takes to decide a gate over 10,000 cases, independent and by fact."""
    facts = [(random.randint(0, 4), 4) for _ in range(2_500)]
    right = sum(one for one, _ in facts)
    by_counts = partial(verdict_by_counts, right, 10_000, Fraction(1, 2), ">=", level=LEVEL)
    yield Row("10,000 cases", milliseconds(by_counts), 10, "decided", "ms")
    yield Row("10,000 cases by fact", milliseconds(partial(korn_graubard_interval, facts)), 10, "2,500 facts", "ms")


def milliseconds(work: Callable[[], object]) -> float:
    """The least time of ten."""
    times = []
    for _ in range(10):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return 1000 * min(times)


def binomial(cases: int, rate: float) -> list[float]:
    """The chance of each number of right answers."""
    return [comb(cases, k) * rate**k * (1 - rate) ** (cases - k) for k in range(cases + 1)]


def beta_binomial(size: int, rate: float, correlation: float) -> list[float]:
    """The chance of each number of right answers to a fact, whose true rate varies between facts."""
    a, b = (share * (1 - correlation) / correlation for share in (rate, 1 - rate))
    return [comb(size, k) * exp(_log_beta(k + a, size - k + b) - _log_beta(a, b)) for k in range(size + 1)]


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


if __name__ == "__main__":
    raise SystemExit(main())
