"""When a rate over some results of a run may be corrected by labels, and by which of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from makers import make_result

from pytest_ftbench.agreement import error_rates, lee_interval, rogan_gladen
from pytest_ftbench.calibration import LEAST_KAPPA, Calibration, Label, calibrate
from pytest_ftbench.correction import CorrectedRate, CorrectionRefused, correct_run, correct_selection
from pytest_ftbench.records import Result
from pytest_ftbench.review import make_key
from pytest_ftbench.runs import Run


def answers(count: int, *, right: int, prefix: str = "f", **fields: Any) -> list[Result]:
    """Answers, so many of them judged right, by the judge unless told otherwise."""
    known = {"served_model": "m-1", "rule": "judge:j", **fields}
    return [
        make_result(fact=f"{prefix}{number}", outcome="r" if number < right else "w", **known)
        for number in range(count)
    ]


MEMORIZED = answers(40, right=30)
REWORDED = answers(40, right=20, variant="rephrased")
MATCHED = answers(20, right=20, prefix="g", rule="exact")
RUN = [*MEMORIZED, *REWORDED, *MATCHED]
OFF = {"memorization": (2, 6), "rephrased": (1, 1)}
"""By variant, how many of the judge's verdicts, right and not right, are not what the person says."""


def run_of(results: list[Result]) -> Run:
    header = {"id": "r1", "ftbench": "0.1.0", "judge": {"judges": []}, "endpoints": []}
    return Run("run.jsonl", header, tuple(results), (), None)


def labelled(results: list[Result], *, drawn: list[Result] | None = None) -> Calibration:
    """All answers labelled, or those drawn; the person differs from the first verdicts by the judge, see OFF."""
    key = make_key(run_of(results), drawn or results, results, seed=1)
    seen: dict[tuple[str, bool], int] = {}
    labels: dict[str, Label] = {}
    for row_id, row in key.rows.items():
        name = (row.variant, row.right)
        seen[name] = seen.get(name, 0) + (row.rule == "judge:j")
        is_off = row.rule == "judge:j" and seen[name] <= OFF.get(row.variant, (0, 0))[0 if row.right else 1]
        labels[row_id] = "correct" if row.right is not is_off else "incorrect"
    return calibrate(key, labels)


CALIBRATION = labelled(RUN)


def corrected(selected: list[Result], results: list[Result] = RUN, by: Calibration = CALIBRATION) -> CorrectedRate:
    return correct_selection(by, selected, run_of(results))


def refusal(selected: list[Result], results: list[Result] = RUN, by: Calibration = CALIBRATION) -> str:
    with pytest.raises(CorrectionRefused) as caught:
        corrected(selected, results, by)
    return str(caught.value)


def test_whole_run_is_corrected_by_all_labels() -> None:
    rates = error_rates([[70 - 3, 3], [7, 30 - 7]])  # all labelled: nothing to weigh back
    found = corrected(RUN)
    assert (found.right, found.graded) == (70, 100)
    assert found.value == pytest.approx(rogan_gladen(0.7, rates))
    assert (found,) == tuple(correct_run(CALIBRATION, run_of(RUN)))


def test_variant_is_corrected_by_its_own_labels_alone() -> None:
    rates = error_rates([[20 - 1, 1], [1, 20 - 1]])
    found = corrected(REWORDED)
    assert found.value == pytest.approx(rogan_gladen(0.5, rates))
    assert found.interval == pytest.approx(lee_interval(0.5, 40, rates))


def test_another_models_answers_are_not_corrected() -> None:
    others = answers(40, right=20, variant="rephrased", served_model="m-2")
    assert refusal(others, others) == "the labels are of answers of 'm-1', not of 'm-2'"


def test_labels_of_two_models_together_correct_neither() -> None:
    both = [*RUN, *answers(40, right=20, endpoint="base", served_model="m-0")]
    calibration = labelled(both)
    assert refusal(RUN, both, calibration) == "the labels are of answers of 'm-0', 'm-1', not of 'm-1'"
    with pytest.raises(CorrectionRefused, match=r"together, and correct the rate of none\. Label a sample of one endp"):
        correct_run(calibration, run_of(both))


def test_endpoint_whose_answers_were_labelled_is_corrected_beside_one_whose_were_not() -> None:
    both = [*RUN, *answers(40, right=20, endpoint="base", served_model="m-0")]
    assert [rate.endpoint for rate in correct_run(CALIBRATION, run_of(both))] == ["e"]


@pytest.mark.parametrize(
    ("field", "told"), [("variant", "variant 'new' of 'suite'"), ("suite", "variant 'memorization' of 'new'")]
)
def test_kind_of_question_without_a_label_is_not_corrected(field: str, told: str) -> None:
    new = answers(40, right=20, **{field: "new"})
    assert refusal(new, [*RUN, *new]) == f"no label is of {told}"


def test_part_of_a_variant_is_not_corrected() -> None:
    told = "the labels are of all questions of variant 'rephrased' of 'suite', not of a part of them"
    assert refusal(REWORDED[1:]) == told


def test_questions_of_other_kinds_and_of_other_endpoints_are_no_gap() -> None:
    others = answers(40, right=20, variant="rephrased", endpoint="base", prefix="h")
    assert corrected(REWORDED, [*RUN, *others]).graded == 40


def test_other_share_of_verdicts_by_the_judge_is_not_corrected() -> None:
    """20 of 60 memorized ones were matched; 13 of 53 are 9 percentage points fewer, and 10 of 50 are 13."""
    assert corrected([*MEMORIZED, *MATCHED[:13]], [*MEMORIZED, *MATCHED[:13]]).graded == 53
    fewer = [*MEMORIZED, *MATCHED[:10]]
    told = "another mix of questions, or of verdicts by the judge, than what was labelled (13% of it differs)"
    assert refusal(fewer, fewer) == told


def test_labels_of_matched_answers_alone_say_nothing_of_the_judge() -> None:
    mixed = [*REWORDED, *answers(40, right=20, prefix="g", variant="rephrased", rule="exact")]
    calibration = labelled(mixed, drawn=mixed[40:])
    assert refusal(mixed, mixed, calibration) == "no label is of a verdict by the judge on such questions"


def test_labels_of_one_verdict_alone_correct_nothing() -> None:
    calibration = labelled(RUN, drawn=[*MEMORIZED, *REWORDED[:20]])
    told = "the labels do not hold right and wrong answers of both verdicts on such questions"
    assert refusal(REWORDED, RUN, calibration) == told


def test_coin_on_such_questions_is_refused_though_the_judge_is_better_elsewhere() -> None:
    poor = answers(2, right=1, variant="poor")
    calibration = labelled([*RUN, *poor])
    key = make_key(run_of(poor), poor, poor, seed=1)
    wrong: dict[str, Label] = {row_id: "incorrect" if row.right else "correct" for row_id, row in key.rows.items()}
    assert calibration.kappa is not None
    assert calibration.kappa.low >= LEAST_KAPPA, "over all verdicts it looks good"
    assert refusal(poor, poor, calibrate(key, wrong)) == "the judge is no better than a coin on such questions"


def test_verdict_of_a_tests_own_assertion_is_never_corrected() -> None:
    own = answers(1, right=1, prefix="own", rule="assertion")
    assert refusal([*RUN, *own]) == "1 of its verdicts come from a test's own assertion, of which there are no labels"


def test_stratum_that_nothing_was_drawn_from_is_no_label() -> None:
    forged = [replace(stratum, judged=(0, 0), table=((0, 0), (0, 0))) for stratum in CALIBRATION.strata]
    assert refusal(REWORDED, by=replace(CALIBRATION, strata=tuple(forged))).startswith("no label is of variant")
