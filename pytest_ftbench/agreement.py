"""How well a judge agrees with people, and what a rate that it measured is worth: small pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Literal

_NO_INFORMATION = "a judge with sensitivity + specificity <= 1 says nothing about the truth"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """What a judge's mistakes are like, and from how many labels that is known."""

    sensitivity: float
    """Of the answers that a person calls right, the share that the judge calls right."""
    specificity: float
    """Of the answers that a person calls not right, the share that the judge calls not right."""
    m1: float
    """Labels that the sensitivity rests on; not whole where the sample took more of one verdict than of the other."""
    m0: float
    """The same for the specificity."""


def cohens_kappa(table: Sequence[Sequence[float]], *, level: float = 0.95) -> Estimate:
    """Cohen's kappa, agreement beyond chance, with its large-sample interval.

    table: square, at least 2 by 2, counts; one rater by row and the other by column, classes in the same order.
    level: confidence, in the open interval (0, 1).
    The interval has no width where the raters never differ: see `cautious_kappa`.
    Raises ValueError for a table that is not square or negative, or where both raters used one class only.
    Source: Fleiss, Cohen and Everitt, Psychol. Bull. 72 (1969), 323-327.
    """
    size, total = len(table), sum(map(sum, table))
    if size < 2 or any(len(row) != size or min(row) < 0 for row in table):
        raise ValueError(f"need a square table of counts, got {table!r}")
    share = [[cell / total for cell in row] for row in table] if total else []
    rows = [sum(row) for row in share]
    columns = [sum(column) for column in zip(*share, strict=True)]
    by_chance = sum(row * column for row, column in zip(rows, columns, strict=True))
    if not total or by_chance >= 1:
        raise ValueError(f"kappa needs counts in at least two classes, got {table!r}")
    kappa = (sum(share[i][i] for i in range(size)) - by_chance) / (1 - by_chance)
    same = sum(share[i][i] * (1 - (rows[i] + columns[i]) * (1 - kappa)) ** 2 for i in range(size))
    other = sum(
        share[i][j] * (columns[i] + rows[j]) ** 2 for i in range(size) for j in range(size) if i != j
    ) * (1 - kappa) ** 2  # fmt: skip
    spread = max(0.0, same + other - (kappa - by_chance * (1 - kappa)) ** 2)
    half = _quantile(level, 2) * sqrt(spread / total) / (1 - by_chance)
    return Estimate(kappa, kappa - half, kappa + half)


def cautious_kappa(table: Sequence[Sequence[float]], *, level: float = 0.95) -> Estimate:
    """Cohen's kappa with an interval that five equal labels do not shrink to a point.

    Where the raters never differed in one direction, the limits are those of the table with 1/2 added to each cell,
    if they are wider. The value stays. Raises ValueError where `cohens_kappa` does.
    """
    found = cohens_kappa(table, level=level)
    off_diagonal = [cell for i, row in enumerate(table) for j, cell in enumerate(row) if i != j]
    if all(off_diagonal):
        return found
    wider = cohens_kappa([[cell + 0.5 for cell in row] for row in table], level=level)
    return Estimate(found.value, min(found.low, wider.low), min(1.0, max(found.high, wider.high)))


def error_rates(table: Sequence[Sequence[int]]) -> ErrorRates:
    """Sensitivity and specificity of a judge, from labels of answers that were drawn whatever it said of them.

    table: by the judge's verdict, right and not right, and in each row by the person's.
    Raises ValueError where the person called none right, or all.
    """
    (hit, false_right), (false_wrong, rejected) = table
    m1, m0 = hit + false_wrong, false_right + rejected
    if not m1 or not m0:
        raise ValueError("need labels of both kinds, right and not right")
    return ErrorRates(hit / m1, rejected / m0, m1, m0)


def error_rates_by_verdict(table: Sequence[Sequence[int]], judged: tuple[int, int]) -> ErrorRates:
    """The same, where the sample took more of one verdict than of the other.

    judged: how many answers the judge called right and not right in all that the sample was drawn from.
    Such a sample shows how often each *verdict* is correct, and from its labels alone the rates would be biased
    towards whatever it has more of: so the verdicts are weighted back. With all of them labelled it is `error_rates`.
    m1 and m0 are as many labels as would give the same variance, and never more than there are.
    Raises ValueError where `error_rates` does, or for a verdict that was given and never labelled.
    Source: Begg and Greenes, Biometrics 39 (1983), 207-215; 1/2 is added to each cell for the variance if one is empty.
    """
    plain = error_rates(table)
    right, wrong = judged
    if any(not sum(row) and count for row, count in zip(table, judged, strict=True)):
        raise ValueError("need labels of answers that the judge called right and of such as it did not")
    if not right or not wrong:
        return plain
    sensitivity, specificity, *_ = _weighted(table, judged)
    filled = table if all(map(all, table)) else [[cell + 0.5 for cell in row] for row in table]
    (hit, false_right), (false_wrong, rejected) = filled
    se, sp, correct_right, correct_wrong = _weighted(filled, judged)
    known = 1 / right + 1 / wrong
    spread_of_se = known + (1 - correct_right) / hit + correct_wrong / false_wrong
    spread_of_sp = known + (1 - correct_wrong) / rejected + correct_right / false_right
    m1 = min(plain.m1, 1 / (se * (1 - se) * spread_of_se))
    m0 = min(plain.m0, 1 / (sp * (1 - sp) * spread_of_sp))
    return ErrorRates(sensitivity, specificity, m1, m0)


def _weighted(table: Sequence[Sequence[float]], judged: tuple[int, int]) -> tuple[float, float, float, float]:
    """Sensitivity and specificity, and how often each of the verdicts, right and not right, is correct."""
    correct_right, correct_wrong = table[0][0] / sum(table[0]), table[1][1] / sum(table[1])
    hit, false_right = judged[0] * correct_right, judged[0] * (1 - correct_right)
    false_wrong, rejected = judged[1] * (1 - correct_wrong), judged[1] * correct_wrong
    return hit / (hit + false_wrong), rejected / (rejected + false_right), correct_right, correct_wrong


def rogan_gladen(rate: float, rates: ErrorRates) -> float:
    """The rate of right answers behind a rate that a judge measured, in [0, 1].

    Raises ValueError for a judge that is no better than a coin.
    Source: Rogan and Gladen, Am. J. Epidemiol. 107 (1978), 71-76.
    """
    return min(1.0, max(0.0, (rate + rates.specificity - 1) / _information(rates)))


def rogan_gladen_error(rate: float, total: int, rates: ErrorRates) -> float:
    """The standard error of `rogan_gladen` by the delta method, for a rate measured on so many answers."""
    return _error(rogan_gladen(rate, rates), rate, total, rates)


def delta_interval(rate: float, total: int, rates: ErrorRates, *, level: float = 0.95) -> tuple[float, float]:
    """Two-sided interval for `rogan_gladen` by the delta method; its limits may lie outside [0, 1]."""
    centre, half = rogan_gladen(rate, rates), _quantile(level, 2) * rogan_gladen_error(rate, total, rates)
    return centre - half, centre + half


def lee_interval(
    rate: float, total: int, rates: ErrorRates, *, level: float = 0.95, sides: Literal[1, 2] = 2
) -> tuple[float, float]:
    """Interval for `rogan_gladen` that holds its level with few labels too, within [0, 1].

    total: answers that the rate was measured on, at least 1.
    sides: with 1, each limit by itself holds at that level.
    Raises ValueError for a judge that is no better than a coin.
    Source: Lang and Reiczigel, Prev. Vet. Med. 113 (2014), 13-22, as in Lee et al., arXiv 2511.21140.
    """
    _information(rates)
    z = _quantile(level, sides)
    larger = total + z * z
    shrunk = (total * rate + z * z / 2) / larger
    more = ErrorRates(
        (rates.m1 * rates.sensitivity + 1) / (rates.m1 + 2),
        (rates.m0 * rates.specificity + 1) / (rates.m0 + 2),
        rates.m1 + 2,
        rates.m0 + 2,
    )
    if more.sensitivity + more.specificity <= 1:
        return 0.0, 1.0  # too few labels to know that the judge is better than a coin
    centre = rogan_gladen(shrunk, more)
    shift = (
        2
        * z
        * z
        * (centre * _variance(more.sensitivity) / more.m1 - (1 - centre) * _variance(more.specificity) / more.m0)
    )
    half = z * _error(centre, shrunk, larger, more)
    unclipped = (shrunk + more.specificity - 1) / _information(more)
    return min(1.0, max(0.0, unclipped + shift - half)), min(1.0, max(0.0, unclipped + shift + half))


def allocate_labels(labels: int, rate: float, rates: ErrorRates, *, pilot: int = 10) -> tuple[int, int]:
    """How many labels to spend on wrong answers and on right ones, (m0, m1), for the shortest interval.

    rate: of right answers by the judge, in the open interval (0, 1). rates: what is known or supposed of the judge;
    pilot: from how many labels of each kind. Source: as for `lee_interval`.
    """
    if not 0 < rate < 1:
        raise ValueError(f"rate must lie in (0, 1), got {rate!r}")
    ratio = (pilot * (1 - rates.specificity) + 1) / (pilot * (1 - rates.sensitivity) + 1)
    m1 = round(labels / (1 + (1 / rate - 1) * sqrt(ratio)))
    return labels - m1, m1


def _error(centre: float, rate: float, total: float, rates: ErrorRates) -> float:
    of_labels = (1 - centre) ** 2 * _variance(rates.specificity) / rates.m0
    of_labels += centre**2 * _variance(rates.sensitivity) / rates.m1
    return sqrt(_variance(rate) / total + of_labels) / _information(rates)


def _information(rates: ErrorRates) -> float:
    found = rates.sensitivity + rates.specificity - 1
    if found <= 0:
        raise ValueError(_NO_INFORMATION)
    return found


def _variance(rate: float) -> float:
    return rate * (1 - rate)


def _quantile(level: float, sides: Literal[1, 2]) -> float:
    if not 0 < level < 1:
        raise ValueError(f"level must lie in (0, 1), got {level!r}")
    return NormalDist().inv_cdf((1 + level) / 2 if sides == 2 else level)
