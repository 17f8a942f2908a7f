"""`ftbench lint` on the command line, on the suites that ship, and on a released benchmark."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from command_kit import fault, ftbench, here
from conftest import SHARED
from document_kit import ROOT, write_files

from pytest_ftbench.datasets import READERS
from pytest_ftbench.datasets.builtin import builtin_names
from pytest_ftbench.linting import lint
from pytest_ftbench.linting.findings import CODES

__all__ = ["here"]

BENCHMARK = SHARED / "finetunebench"
needs_benchmark = pytest.mark.skipif(not BENCHMARK.is_dir(), reason="no copy of FineTuneBench beside this checkout")
TODAY = date(2026, 6, 1)
"""Suites name days by which somebody should look at them again, which must not fail a test by themselves."""
WARNED = "question,answer\nWho?,None\n"
WRONG = "question,answer,answer_before\nWhom?,Ana,ana\n"
WARNING = "a.ftbench.csv:2: FTB502 the answer 'None' is matched as a word. Set 'expect: abstain' where the right answer is not to know.\n"  # noqa: E501 - as printed
ERROR = "b.ftbench.csv:2: FTB501 'answer_before' 'ana' is the answer 'Ana', so that nothing has changed. Fill in what was right before, or remove it.\n"  # noqa: E501 - as printed


def test_file_that_is_a_link_to_itself_is_told_in_one_line(here: Path) -> None:
    (here / "self.yaml").symlink_to("self.yaml")
    code, out, _ = ftbench("lint", "self.yaml")
    assert (code, out.splitlines()[0].partition(" (")[0]) == (1, "self.yaml:1: FTB001 cannot be read")


@pytest.fixture
def files(here: Path) -> Path:
    """A file with a warning and one with an error, with files beside them that are no case files."""
    (here / "facts").mkdir()
    (here / "facts" / "a.ftbench.csv").write_text(WARNED, encoding="utf-8")
    (here / "facts" / "b.ftbench.csv").write_text(WRONG, encoding="utf-8")
    (here / "facts" / "training.jsonl").write_text("{}\n", encoding="utf-8")
    (here / "facts" / ".old").mkdir()
    (here / "facts" / ".old" / "c.ftbench.csv").write_text(WRONG, encoding="utf-8")
    return here


def test_findings_stand_a_line_each_by_file_and_line_with_what_they_come_to(files: Path) -> None:
    del files
    code, out, err = ftbench("lint", "facts")
    summary = "1 error and 1 warning in 2 questions of 2 files: FTB501 1, FTB502 1\n"
    assert (code, out, err) == (1, f"facts/{WARNING}facts/{ERROR}{summary}", "")


def test_folder_in_a_hidden_one_is_looked_through(files: Path) -> None:
    (files / "facts").rename(files / ".facts")
    assert ftbench("lint", files / ".facts", "--json")[1].count("FTB50") == 4


@pytest.mark.parametrize(
    ("options", "code", "codes"),
    [
        ((), 1, ["FTB502", "FTB501"]),
        (("--ignore", "FTB501"), 0, ["FTB502"]),
        (("--ignore", "FTB501", "--strict"), 1, ["FTB502"]),
        (("--ignore", "FTB501,FTB502", "--strict"), 0, []),
        (("--ignore", "FTB5", "--strict"), 0, []),
        (("--select", "FTB2", "--select", "ftb502"), 0, ["FTB502"]),
        (("--select", "FTB5", "--ignore", "FTB502"), 1, ["FTB501"]),
    ],
)
def test_exit_code_is_1_for_errors_and_strictly_for_warnings(
    files: Path, options: tuple[str, ...], code: int, codes: list[str]
) -> None:
    del files
    done, out, _ = ftbench("lint", "facts", "--json", *options)
    assert (done, [finding["code"] for finding in json.loads(out)["findings"]]) == (code, codes)


def test_what_machines_are_told(files: Path) -> None:
    del files
    told = json.loads(ftbench("lint", "facts/a.ftbench.csv", "--json")[1])
    message = WARNING.partition("FTB502 ")[2].strip()
    assert told == {
        "files": 1,
        "questions": 1,
        "errors": 0,
        "warnings": 1,
        "silenced": 0,
        "counts": {"FTB502": 1},
        "findings": [
            {"file": "facts/a.ftbench.csv", "line": 2, "code": "FTB502", "severity": "warning", "message": message}
        ],
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "no file is named"),
        (("facts", "--ignore", "FTB9"), "--ignore: unknown code 'FTB9'. 'ftbench lint --codes' lists all."),
        (("facts", "--training", "no.jsonl"), "no.jsonl: cannot be read"),
        (("facts/.old/..", "--strikt"), "--strikt"),
        (("empty",), "empty: holds no case file (*.ftbench.csv, "),
    ],
)
def test_mistakes_on_the_command_line_are_one_line(files: Path, arguments: tuple[str, ...], told: str) -> None:
    (files / "empty").mkdir()
    assert told in fault("lint", *arguments)


def test_codes_are_listed_with_a_sentence_each() -> None:
    code, out, _ = ftbench("lint", "--codes")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(CODES)
    assert "FTB202  error    somebody is compared with himself" in out.splitlines()
    assert list(json.loads(ftbench("lint", "--codes", "--json")[1])) == list(CODES)


def test_text_of_a_file_cannot_steer_the_terminal(here: Path) -> None:
    (here / "f.csv").write_text('question,answer\n"Who is \x1b[31mAna?","\x1b[31mAna"\n', encoding="utf-8")
    out = ftbench("lint", "f.csv")[1]
    assert "FTB401" in out
    assert "\x1b" not in out


@pytest.mark.parametrize("name", builtin_names())
def test_suites_that_ship_pass_strictly(name: str) -> None:
    assert lint([f"ftbench:{name}"], folder=Path(), today=TODAY).findings == ()


def test_case_files_of_the_readme_and_of_the_examples_pass_strictly(here: Path) -> None:
    write_files((ROOT / "README.md").read_text(encoding="utf-8"), here)
    examples = [str(path) for path in (ROOT / "example_suites").rglob("*.ftbench.*") if path.suffix in READERS]
    linted = lint([".", *examples], folder=here, today=TODAY)
    assert linted.findings == ()
    assert linted.files >= 3


@needs_benchmark
@pytest.mark.parametrize("is_imported", [False, True], ids=["where it lies", "imported"])
def test_faults_of_the_released_benchmark_are_found_by_their_codes(here: Path, is_imported: bool) -> None:
    source = "out" if is_imported else f"finetunebench:{BENCHMARK}"
    if is_imported:
        assert ftbench("import", "finetunebench", BENCHMARK, "-o", here / "out")[0] == 0
    code, out, _ = ftbench("lint", source, "--json")
    told = json.loads(out)
    counts = Counter(told["counts"])
    assert (code, told["questions"]) == (1, 2838)
    assert (counts["FTB201"], counts["FTB202"], counts["FTB403"]) == (55, 7, 4)
    assert (counts["FTB405"], counts["FTB401"]) == (150, 4)
    balance = [one["message"] for one in told["findings"] if one["code"] == "FTB301"]
    assert any(message.startswith("92 of 150 yes/no answers of secondary are 'No'") for message in balance)


@needs_benchmark
def test_verdicts_among_the_released_responses_are_found() -> None:
    file = BENCHMARK / "model_responses/fictional_people/fictional_people_rephrased_w_responses.csv"
    out = ftbench("lint", file, "--select", "FTB503")[1]
    assert "150 of 150 cells of the column 'gemini-1.5-flash-002_response' are verdicts" in out
    assert out.endswith("0 errors and 1 warning in 150 questions of 1 file: FTB503 1\n")
