"""`ftbench judge`: from a run to a review file, and from a filled one to a calibration."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from command_kit import answered, fault, ftbench, here, store
from makers import make_result

from pytest_ftbench.calibration import read_calibration

__all__ = ["here"]


def recorded(folder: Path, name: str = "run.jsonl", *, model: str = "m-1") -> Path:
    results = [answered(f"a{n}", "25", outcome="r", rule="exact", served_model=model) for n in range(60)]
    results += [answered(f"b{n}", "24", rule="number", served_model=model) for n in range(30)]
    due = {"expect": "abstain", "expected": "(abstain)", "rule": "refusal", "served_model": model}
    results += [make_result(fact=f"c{n}", outcome="r", answer="I don't know.", match="auto", **due) for n in range(10)]
    return store(folder / name, *results)


def fill(path: Path, *, wrong_every: int = 0) -> None:
    """Label as the answers deserve, but every so many-th the other way."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows, start=1):
        deserved = {"25": "correct", "24": "incorrect"}.get(row["answer"], "abstained")
        is_off = wrong_every and number % wrong_every == 0
        row["human"] = deserved if not is_off else "incorrect" if deserved != "incorrect" else "correct"
    write_rows(path, rows)


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_sample_says_what_to_do_next(here: Path) -> None:
    recorded(here)
    assert ftbench("judge", "sample", "run.jsonl", "-o", "review.csv", "--n", "50") == (
        0,
        "50 of 100 answers are in review.csv, in random order\n"
        "Fill the column 'human' with correct, incorrect or abstained; a superseded answer is incorrect.\n"
        "Do not look into review.key.json before: it has the verdicts.\n"
        "Then: ftbench judge calibrate review.csv\n",
        "",
    )
    header, *rows = (here / "review.csv").read_text(encoding="utf-8-sig").splitlines()
    assert header == "row,question,context,expected,answer,human"
    assert len(rows) == 50
    assert {line.rpartition(",")[2] for line in rows} == {""}


def test_sample_is_the_same_for_the_same_seed(here: Path) -> None:
    recorded(here)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        ftbench("judge", "sample", "run.jsonl", "-o", f"{name}.csv", "--n", "50", "--seed", seed)
    assert (here / "a.csv").read_bytes() == (here / "b.csv").read_bytes() != (here / "c.csv").read_bytes()
    assert (here / "a.key.json").read_bytes() == (here / "b.key.json").read_bytes()


def test_labels_become_a_calibration(here: Path) -> None:
    recorded(here)
    ftbench("judge", "sample", "run.jsonl", "-o", "review.csv")
    fill(here / "review.csv", wrong_every=20)
    code, out, err = ftbench("judge", "calibrate", "review.csv", "--run", "run.jsonl")
    assert (code, err) == (0, "")
    assert out.startswith("100 labels of answers of m-1 (100)\n\njudge \\ person   correct   incorrect   abstained\n")
    assert "These verdicts may decide a gate: the lower limit of kappa is at least 0.6.\n" in out
    assert "e          70/100 = 0.700" in out
    assert out.endswith("\ncalibration: review.calibration.json\n")
    calibration = read_calibration(here / "review.calibration.json")
    assert (calibration.labels, calibration.models, calibration.may_decide) == (100, {"m-1": 100}, True)


def test_poor_judge_is_told_not_to_decide(here: Path) -> None:
    recorded(here)
    ftbench("judge", "sample", "run.jsonl", "-o", "review.csv")
    fill(here / "review.csv", wrong_every=4)
    _, out, _ = ftbench("judge", "calibrate", "review.csv", "-o", "mine.json")
    assert "These verdicts may not decide a gate: the lower limit of kappa is 0." in out
    assert not read_calibration(here / "mine.json").may_decide


def test_json_is_for_machines(here: Path) -> None:
    recorded(here)
    ftbench("judge", "sample", "run.jsonl", "-o", "review.csv")
    fill(here / "review.csv")
    _, out, _ = ftbench("judge", "calibrate", "review.csv", "--run", "run.jsonl", "--json")
    data = json.loads(out)
    assert (data["labels"], data["unlabelled"], data["may_decide"]) == (100, 0, True)
    assert data["corrected"][0]["endpoint"] == "e"


def test_rows_without_a_label_are_left_out_and_counted(here: Path) -> None:
    recorded(here)
    ftbench("judge", "sample", "run.jsonl", "-o", "review.csv")
    fill(here / "review.csv")
    text = (here / "review.csv").read_text(encoding="utf-8").splitlines()
    text[1] = text[1].rpartition(",")[0] + ","
    (here / "review.csv").write_text("\n".join(text[:-9]), encoding="utf-8")
    _, out, _ = ftbench("judge", "calibrate", "review.csv")
    assert out.startswith("90 labels of answers of m-1 (90); 10 still without a label\n")


def test_run_of_another_model_is_refused_and_nothing_written(here: Path) -> None:
    recorded(here)
    recorded(here, "other.jsonl", model="m-2")
    ftbench("judge", "sample", "run.jsonl", "-o", "review.csv")
    fill(here / "review.csv")
    assert fault("judge", "calibrate", "review.csv", "--run", "other.jsonl") == (
        "ftbench: other.jsonl: answers of 'm-2', but the labels are of answers of 'm-1'. "
        "Label a sample of this run's answers."
    )
    assert not (here / "review.calibration.json").exists()


@pytest.mark.parametrize(
    ("answer", "label", "told"),
    [
        ("25", "right", "label 'right'. Write correct, incorrect or abstained."),
        (
            "I don't know.",
            "correct",
            "here no answer is expected. Write abstained where it gives none, else incorrect.",
        ),
    ],
)
def test_label_that_cannot_be_meant_is_told_with_its_line(answer: str, label: str, told: str, here: Path) -> None:
    recorded(here)
    ftbench("judge", "sample", "run.jsonl", "-o", "review.csv")
    with (here / "review.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    number = next(number for number, row in enumerate(rows) if row["answer"] == answer)
    rows[number]["human"] = label
    write_rows(here / "review.csv", rows)
    assert fault("judge", "calibrate", "review.csv") == f"ftbench: review.csv:{number + 2}: {told}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("row,answer\nr1,a\n", "review.csv:1: no column 'human'. Columns: row, answer."),
        ("row,human\nr1,correct\n", "review.csv:2: no row 'r1' in review.key.json. Do both files belong together?"),
        ("row,human\nID,\nID,\n", "review.csv:3: row 'ID' stands twice. Remove one of them."),
        (
            "row,human\nID,\n",
            "review.csv: no row has a label. Fill the column 'human' with correct, incorrect or abstained.",
        ),
    ],
)
def test_review_file_that_cannot_be_read_is_told_in_one_line(text: str, told: str, here: Path) -> None:
    recorded(here)
    ftbench("judge", "sample", "run.jsonl", "-o", "review.csv")
    row_id = next(iter(json.loads((here / "review.key.json").read_text())["rows"]))
    (here / "review.csv").write_text(text.replace("ID", row_id))
    assert fault("judge", "calibrate", "review.csv").replace(row_id, "ID") == f"ftbench: {told}"


def test_review_file_without_its_key_is_told_in_one_line(here: Path) -> None:
    (here / "review.csv").write_text("row,human\n")
    told = "ftbench: review.key.json: cannot be read (No such file or directory). Check the path."
    assert fault("judge", "calibrate", "review.csv") == told


def test_labels_are_never_overwritten(here: Path) -> None:
    recorded(here)
    ftbench("judge", "sample", "run.jsonl", "-o", "review.csv")
    fill(here / "review.csv")
    before = (here / "review.csv").read_bytes()
    told = "ftbench: review.csv exists already. Choose another name, or remove it first."
    assert fault("judge", "sample", "run.jsonl", "-o", "review.csv") == told
    assert (here / "review.csv").read_bytes() == before


def test_run_without_judged_answers_of_an_endpoint_is_told_in_one_line(here: Path) -> None:
    recorded(here)
    assert fault("judge", "sample", "run.jsonl", "-o", "review.csv", "--endpoint", "x") == (
        "ftbench: run.jsonl: holds no answer of endpoint 'x' that was judged. Endpoints with such answers: e."
    )
