"""Recorded answers of two real fine-tuned models, compared, and held against statsmodels on the same table."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from comparing_kit import compare
from conftest import SHARED
from scipy import stats
from scipy.optimize import brentq
from statsmodels.stats.contingency_tables import mcnemar

from pytest_ftbench.comparing import Comparison
from pytest_ftbench.comparing.headline import headline
from pytest_ftbench.evaluate import build_result
from pytest_ftbench.judges import judge_completion
from pytest_ftbench.records import Case, Completion, Result

RESPONSES = SHARED / "finetunebench/model_responses/fictional_people/fictional_people_rephrased_w_responses.csv"
TURBO, MINI = "gpt-3.5-turbo-0125_response", "gpt-4o-mini-2024-07-18_response"
pytestmark = pytest.mark.skipif(not RESPONSES.is_file(), reason="needs the recorded answers in ../shared/finetunebench")


def answers(path: Path, column: str, *, fact_in: str) -> list[Result]:
    """What the matchers say of a column of responses. fact_in: the column that tells facts apart."""
    found = []
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            case = Case(
                row["rephrased_question"], row["answer"], fact=row[fact_in], variant="rephrased", id=row["fact"]
            )
            completion = Completion(row[column])
            found.append(build_result(case, completion, judge_completion(case, completion), endpoint="e"))
    return found


def compared(fact_in: str) -> Comparison:
    return compare(answers(RESPONSES, TURBO, fact_in=fact_in), answers(RESPONSES, MINI, fact_in=fact_in))


def tangos_limit(gained: int, lost: int, total: int, sign: int) -> float:
    """Where Tango's score is the normal quantile, with the nuisance share found by search."""
    z = sign * stats.norm.isf(0.025)

    def score(difference: float) -> float:
        def slope(share: float) -> float:
            same = total - gained - lost
            return gained / (share + difference) + lost / share - 2 * same / (1 - 2 * share - difference)

        share = brentq(slope, max(0.0, -difference) + 1e-12, (1 - difference) / 2 - 1e-12, xtol=1e-15)
        spread = (total * (2 * share + difference * (1 - difference))) ** 0.5
        return float((gained - lost - total * difference) / spread)

    seen = (gained - lost) / total
    ends = (-0.999, seen) if sign > 0 else (seen, 0.999)
    return float(brentq(lambda difference: score(difference) - z, *ends))


def test_paired_counts_p_and_interval_are_those_of_the_same_table() -> None:
    (row,) = headline(compared("fact"))
    assert row.changes.is_plain
    assert (row.right_before, row.right_now, row.changes.graded) == (53, 134, 150)  # as published, 0.353 and 0.893
    kept, lost, learned, missing = (row.turns[turn] for turn in ("kept", "lost", "learned", "still missing"))
    assert kept + learned == 134
    assert kept + lost == 53
    test = mcnemar([[kept, lost], [learned, missing]], exact=True)
    assert row.changes.p == pytest.approx(float(test.pvalue), rel=1e-9)
    expected = tuple(tangos_limit(learned, lost, 150, sign) for sign in (1, -1))
    assert row.changes.interval == pytest.approx(expected, abs=1e-6)


def test_people_as_clusters_give_the_interval_of_a_clustered_regression() -> None:
    found = compared("id")
    (row,) = headline(found)
    changes = np.array([float(pair.now.right) - float(pair.before.right) for pair in found.pairs])
    people = np.unique([pair.now.fact for pair in found.pairs], return_inverse=True)[1]
    fit = sm.OLS(changes, np.ones(len(changes))).fit(cov_type="cluster", cov_kwds={"groups": people}, use_t=True)
    assert len(row.changes.facts) == 25
    assert row.changes.interval == pytest.approx(tuple(fit.conf_int(alpha=0.05)[0]), abs=1e-9)
    assert float(row.changes.value or 0) == pytest.approx(81 / 150)
