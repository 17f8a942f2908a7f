"""What labels say of a judge, and when a rate may be corrected by them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from makers import make_result

from pytest_ftbench.calibration import (
    Calibration,
    Label,
    calibrate,
    calibration_text,
    read_calibration,
    why_not_trusted,
)
from pytest_ftbench.correction import CorrectionRefused, correct_run
from pytest_ftbench.errors import DataError
from pytest_ftbench.review import Key, KeyRow, Stratum
from pytest_ftbench.runs import Run

JUDGED_BY = {"matchers": "0.1.0", "judge": None}


def row(grade: str = "correct", **fields: Any) -> KeyRow:
    known: dict[str, Any] = {
        "suite": "s", "fact": "f", "variant": "v", "case": "c", "endpoint": "e", "sample": 1, "content": "0" * 16,
        "model": "m-1", "expect": "answer", "rule": "number",
    }  # fmt: skip
    known |= fields
    right = grade == ("abstained" if known["expect"] == "abstain" else "correct")
    return KeyRow(**known, grade=grade, right=right)


def calibrated(*rows: tuple[KeyRow, Label], judged: tuple[int, int] | None = None) -> Calibration:
    keyed = {f"r{number}": row for number, (row, _) in enumerate(rows)}
    right = sum(row.right for row, _ in rows)
    drawn_from = Stratum("s", "v", False, judged or (right, len(rows) - right))
    key = Key("r1", JUDGED_BY, 1, (drawn_from,), keyed)
    return calibrate(key, {f"r{number}": label for number, (_, label) in enumerate(rows)})


GOOD = calibrated(
    *[(row(), "correct")] * 57, *[(row("incorrect"), "correct")] * 3, *[(row(), "incorrect")] * 6,
    *[(row("incorrect"), "incorrect")] * 34,
)  # fmt: skip


def make_run(right: int, wrong: int, **fields: Any) -> Run:
    fields = {"served_model": "m-1", **fields}
    results = [make_result(outcome="r" if number < right else "w", **fields) for number in range(right + wrong)]
    return Run("run.jsonl", {"id": "r1", "ftbench": "0.1.0", "judge": None, "endpoints": []}, tuple(results), (), None)


def test_rates_are_those_of_the_labels() -> None:
    assert GOOD.table == ((57, 6), (3, 34))
    assert GOOD.rates is not None
    assert (GOOD.rates.sensitivity, GOOD.rates.specificity) == pytest.approx((0.95, 0.85))
    assert (GOOD.rates.m1, GOOD.rates.m0) == pytest.approx((60, 40))
    assert GOOD.leniency == pytest.approx(0.03)
    assert GOOD.models == {"m-1": 100}
    assert GOOD.by_rule == {"number": (100, 91)}


def test_good_judge_may_decide() -> None:
    assert GOOD.kappa is not None
    assert GOOD.kappa.low > 0.6
    assert GOOD.may_decide


def test_judge_that_agrees_by_nine_of_ten_and_by_chance_may_not_decide() -> None:
    rows: list[tuple[KeyRow, Label]] = [(row(), "correct")] * 85 + [(row("incorrect"), "incorrect")] * 5
    rows += [(row(), "incorrect")] * 5 + [(row("incorrect"), "correct")] * 5
    assert not calibrated(*rows).may_decide


def test_a_handful_of_labels_lets_no_judge_decide() -> None:
    assert not calibrated((row(), "correct"), (row(), "correct"), (row("incorrect"), "incorrect")).may_decide


def test_stale_is_incorrect_and_abstaining_is_right_where_it_is_due() -> None:
    due = {"expect": "abstain"}
    found = calibrated(
        (row("stale"), "incorrect"), (row("abstained", **due), "abstained"), (row("incorrect", **due), "abstained"),
        (row("abstained"), "abstained"), (row(), "correct"),
    )  # fmt: skip
    assert found.confusion == ((1, 0, 0), (0, 1, 1), (0, 0, 2))
    assert found.table == ((2, 0), (1, 2))


def test_what_was_sampled_more_often_counts_no_more() -> None:
    rows: list[tuple[KeyRow, Label]] = [(row(), "correct")] * 48 + [(row(), "incorrect")] * 2
    rows += [(row("incorrect"), "correct")] * 5 + [(row("incorrect"), "incorrect")] * 45
    found = calibrated(*rows, judged=(900, 100))
    assert found.rates is not None
    assert found.rates.specificity == pytest.approx(90 / 126)
    assert found.leniency == pytest.approx((900 - 864 - 10) / 1000)


def test_labels_of_one_kind_say_little() -> None:
    found = calibrated((row(), "correct"), (row(), "correct"))
    assert (found.rates, found.kappa, found.may_decide) == (None, None, False)
    with pytest.raises(CorrectionRefused, match="the labels do not hold right and wrong answers of both verdicts"):
        correct_run(found, make_run(5, 5))


def test_rate_of_a_run_is_corrected_as_in_the_worked_example() -> None:
    (rate,) = correct_run(GOOD, make_run(135, 15))
    assert (rate.endpoint, rate.model, rate.right, rate.graded) == ("e", "m-1", 135, 150)
    assert rate.value == pytest.approx(0.9375)
    assert rate.interval == pytest.approx((0.847339, 1.0), abs=1e-6)
    assert rate.limits == pytest.approx((0.865616, 1.0), abs=1e-6)


def told(run: Run, calibration: Calibration = GOOD) -> str:
    with pytest.raises(CorrectionRefused) as caught:
        correct_run(calibration, run)
    return str(caught.value)


def test_labels_of_another_models_answers_correct_nothing() -> None:
    assert told(make_run(5, 5, served_model="m-2")) == (
        "run.jsonl: answers of 'm-2', but the labels are of answers of 'm-1'. Label a sample of this run's answers."
    )


@pytest.mark.parametrize("header", [{"ftbench": "0.2.0"}, {"judge": {"model": "j-1", "prompt": 3}}])
def test_labels_of_another_judges_verdicts_correct_nothing(header: dict[str, Any]) -> None:
    run = make_run(5, 5)
    assert "but the labels are of verdicts by matchers of 0.1.0 and no judge model." in told(
        replace(run, header={**run.header, **header})
    )


def test_run_without_answers_is_refused() -> None:
    assert told(make_run(0, 0)) == "run.jsonl: holds no answer that was judged."


def test_coin_is_refused() -> None:
    coin = calibrated(
        (row(), "correct"), (row(), "incorrect"), (row("incorrect"), "correct"), (row("stale"), "incorrect")
    )
    assert told(make_run(5, 5), coin) == "run.jsonl: cannot be corrected, the judge is no better than a coin."


def test_calibration_comes_back_from_its_file(tmp_path: Path) -> None:
    for calibration in (GOOD, calibrated((row(), "correct"))):
        (tmp_path / "c.json").write_text(calibration_text(calibration), encoding="utf-8")
        assert read_calibration(tmp_path / "c.json") == calibration


@pytest.mark.parametrize("text", ["no json", "[]", "{}", '{"kind": "ftbench-calibration", "schema": 1}'])
def test_what_is_no_calibration_is_told_in_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"not a calibration file\. It is written by ftbench judge calibrate\."):
        read_calibration(tmp_path / "c.json")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"m-1": 100', '"m-1": 99'),
        ('"m-1": 100', '"m-1": "many"'),
        ('"m-1": 100', '"m-1": true'),
        ('"judged": [\n    63,', '"judged": [\n    62,'),
        ('"strata"', '"layers"'),
        ('"schema": 1', '"schema": 2'),
        ('"judged_by": {', '"judged_by": 1, "other": {'),
    ],
)
def test_calibration_that_does_not_add_up_is_refused(before: str, after: str, tmp_path: Path) -> None:
    text = calibration_text(GOOD)
    at = text.rindex(before)
    (tmp_path / "c.json").write_text(text[:at] + after + text[at + len(before) :], encoding="utf-8")
    with pytest.raises(DataError, match="not a calibration file"):
        read_calibration(tmp_path / "c.json")


def test_what_follows_from_the_counts_is_not_believed_to_the_file(tmp_path: Path) -> None:
    text = calibration_text(GOOD)
    for before, after in (('"may_decide": true', '"may_decide": false'), ('"sensitivity": 0.9', '"sensitivity": 0.1')):
        assert before in text
        text = text.replace(before, after)
    (tmp_path / "c.json").write_text(text, encoding="utf-8")
    assert read_calibration(tmp_path / "c.json") == GOOD


def test_labels_are_kept_apart_by_kind_of_question_and_by_who_decided() -> None:
    kinds = {"matched": row(), "judged": row(rule="judge:j"), "reworded": row(variant="w", rule="judge:j")}
    strata = [Stratum("s", *kind, (9, 0)) for kind in (("v", False), ("v", True), ("w", True))]
    key = Key("r1", JUDGED_BY, 1, tuple(strata), kinds)
    found = calibrate(key, {"matched": "correct", "judged": "incorrect", "reworded": "correct"})
    assert [stratum.table for stratum in found.strata] == [((1, 0), (0, 0)), ((0, 1), (0, 0)), ((1, 0), (0, 0))]
    assert (found.judged, found.table) == ((27, 0), ((2, 1), (0, 0)))


def test_judge_is_believed_for_its_own_verdicts_and_not_for_the_matchers() -> None:
    plain = [(row(), "correct")] * 40 + [(row("incorrect"), "incorrect")] * 40
    judged = [(row(rule="judge:j"), "incorrect")] * 3 + [(row(rule="judge:j"), "correct")] * 12
    rows = [*plain, *judged]
    keyed = {f"r{number}": one for number, (one, _) in enumerate(rows)}
    strata = (Stratum("s", "v", False, (40, 40)), Stratum("s", "v", True, (15, 0)))
    key = Key("r1", JUDGED_BY, 1, strata, keyed)
    found = calibrate(key, {f"r{number}": label for number, (_, label) in enumerate(rows)})  # type: ignore[misc]
    assert found.kappa is not None
    assert found.kappa.low > 0.6
    assert not found.may_decide
    assert "of its own verdicts" in why_not_trusted(found)
