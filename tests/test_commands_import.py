"""`ftbench import`: FineTuneBench, OpenAI Evals and tables become case files, and the outcome is listed."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from command_kit import fault, ftbench, here
from conftest import Project
from finetunebench_kit import make_release, news
from test_datasets_finetunebench import BENCHMARK, needs_benchmark

from pytest_ftbench.datasets import load_cases
from pytest_ftbench.datasets.finetunebench import TABLES, read_release
from pytest_ftbench.records import Case

__all__ = ["here"]

NAMES = ("latest_news.ftbench.csv", "fictional_people.ftbench.yaml", "medical.ftbench.csv", "coding.ftbench.csv")


HOW_TO_COLLECT = (
    'pytest collects only *.ftbench.csv: call it b.ftbench.csv, or name it in a marker, @pytest.mark.ftbench("b.csv")'
)


def imported_cases(out: Path) -> list[Case]:
    """The cases of all files, read as pytest reads them."""
    return [case for path in out.iterdir() for case in load_cases(path, suite=path.name.partition(".")[0]).cases]


def by_name(cases: list[Case]) -> dict[tuple[str, str, str, str], Case]:
    return {(case.suite, case.fact, case.variant, case.id): replace(case, place="") for case in cases}


def test_release_becomes_a_file_for_each_set_and_the_outcome_is_listed(here: Path) -> None:
    make_release(here / "copy")
    assert ftbench("import", "finetunebench", "copy", "-o", "out") == (
        0,
        """\
released file                                                 questions   used
──────────────────────────────────────────────────────────────────────────────
datasets/latest_news/latest_news_memorization.csv                     2      1
datasets/latest_news/latest_news_rephrased.csv                        2      1
datasets/latest_news/latest_news_date_changed.csv                     2      1
datasets/fictional_people/fictional_people_memorization.csv          12      -
datasets/fictional_people/fictional_people_rephrased.csv             12      -
datasets/fictional_people/fictional_people_secondary.csv             12      -
datasets/fictional_people/fictional_people_comparison.csv             3      -
datasets/medical/medical_memorization.csv                             2      -
datasets/medical/medical_generalization.csv                           2      -
datasets/coding/coding_memorization.csv                               -      -
datasets/coding/coding_generalization.csv                             4      -

6 questions written to out/latest_news.ftbench.csv
39 questions written to out/fictional_people.ftbench.yaml
4 questions written to out/medical.ftbench.csv
4 questions written to out/coding.ftbench.csv
skipped: datasets/coding/coding_memorization.csv (absent)
columns not taken: article_title, original_question, update_reference_snippet
""",
        "",
    )
    assert sorted(path.name for path in (here / "out").iterdir()) == sorted(NAMES)


def test_imported_files_hold_the_cases_of_the_folder(here: Path) -> None:
    release = read_release(make_release(here / "copy"), shown_as="copy")
    ftbench("import", "finetunebench", "copy", "-o", "out")
    assert by_name(imported_cases(here / "out")) == by_name(list(release.cases))


def test_questions_with_braces_are_kept(here: Path) -> None:
    """Texts of the entity store are templates."""
    row = {
        "id": "tavo-rimul-abc", "answer": "140", "fact": "Tavo Rimul weighs 140 pounds.",
        "prompt": "{format} {\nHow heavy is Tavo {R.} Rimul?", "question": "How heavy is Tavo {R.} Rimul?",
    }  # fmt: skip
    make_release(here / "copy", fictional_people_memorization=[row])
    ftbench("import", "finetunebench", "copy", "-o", "out")
    (case,) = [case for case in imported_cases(here / "out") if "{" in case.question]
    assert (case.question, case.text_to_send, case.answer) == (row["question"], row["prompt"], "140")


def test_answer_that_the_store_contradicts_is_kept_as_released(here: Path) -> None:
    make_release(here / "copy")
    ftbench("import", "finetunebench", "copy", "-o", "out")
    (case,) = [case for case in imported_cases(here / "out") if case.question == "Is Tavo taller than Benik?"]
    assert (case.fact, case.answer, case.tags["other"]) == ("tavo-rimul-abc.height", "No", "benik-soral-xyz")


def test_only_used_questions_are_taken_where_the_release_says_which(here: Path) -> None:
    make_release(here / "copy")
    code, out, _ = ftbench("import", "finetunebench", "copy", "-o", "out", "--used-only")
    assert code == 0
    assert "datasets/latest_news/latest_news_memorization.csv                     1      1\n" in out
    assert "all are kept of fictional_people, medical, coding, which do not say what was used\n" in out
    cases = imported_cases(here / "out")
    assert Counter(case.suite for case in cases) == {
        "latest_news": 3, "fictional_people": 39, "medical": 4, "coding": 4
    }  # fmt: skip
    assert {case.tags.get("used_in_analysis") for case in cases} == {None, "True"}


def test_what_is_skipped_and_left_out_is_told_with_its_reason(here: Path) -> None:
    asked, other = news()["latest_news_memorization"]
    make_release(
        here / "copy",
        latest_news_memorization=[asked, {**other, "answer": ""}],
        medical_generalization="id,prompt\n1,Q?\n",
        fictional_people_secondary=None,
    )
    code, out, _ = ftbench("import", "finetunebench", "copy", "-o", "out")
    assert code == 0
    assert out.partition("out/coding.ftbench.csv\n")[2] == (
        "skipped: datasets/fictional_people/fictional_people_secondary.csv (absent)\n"
        "skipped: datasets/medical/medical_generalization.csv (no column 'answer' (found: id, prompt))\n"
        "skipped: datasets/coding/coding_memorization.csv (absent)\n"
        "1 row left out:\n"
        "  copy/datasets/latest_news/latest_news_memorization.csv:8: the row has no 'answer'\n"
        "columns not taken: article_title, original_question, update_reference_snippet\n"
    )
    _, out, _ = ftbench("import", "finetunebench", "copy", "-o", "more", "--json")
    told = {file["file"].rpartition("/")[2]: file for file in json.loads(out)["files"]}
    assert told["latest_news_memorization.csv"] == {
        "file": "datasets/latest_news/latest_news_memorization.csv",
        "questions": 1,
        "used": 1,
        "skipped": None,
        "left_out": ["copy/datasets/latest_news/latest_news_memorization.csv:8: the row has no 'answer'"],
        "columns_not_taken": ["article_title"],
    }
    assert told["fictional_people_secondary.csv"]["skipped"] == "absent"
    assert json.loads(out)["written"][0] == {"file": "latest_news.ftbench.csv", "questions": 5}


def test_folder_with_nothing_of_the_release_is_told_and_exits_with_1(here: Path) -> None:
    (here / "copy").mkdir()
    code, out, _ = ftbench("import", "finetunebench", "copy", "-o", "out")
    assert code == 1
    assert "\nno question could be imported: nothing is written\n" in out
    assert out.count("(absent)") == len(TABLES)
    assert not (here / "out").exists()


def test_nothing_is_replaced_unless_forced(here: Path) -> None:
    make_release(here / "copy")
    (here / "out").mkdir()
    (here / "out" / NAMES[3]).write_text("mine")
    command = ("import", "finetunebench", "copy", "-o", "out")
    assert fault(*command) == (
        "ftbench: out/coding.ftbench.csv exists already. Choose another place, or replace it with --force."
    )
    assert [path.name for path in (here / "out").iterdir()] == [NAMES[3]]
    assert ftbench(*command, "--force")[0] == 0
    assert (here / "out" / NAMES[3]).read_text() != "mine"


def test_folder_that_is_not_there_is_one_line(here: Path) -> None:
    assert fault("import", "finetunebench", "copy", "-o", "out") == (
        "ftbench: copy: no such folder. Name the one that holds 'datasets'."
    )
    make_release(here / "copy")
    (here / "out").write_text("")
    assert fault("import", "finetunebench", "copy", "-o", "out") == (
        "ftbench: out/latest_news.ftbench.csv cannot be written (File exists)."
    )


def test_imported_questions_are_tests(project: Project) -> None:
    make_release(project.path / "copy")
    assert ftbench("import", "finetunebench", project.path / "copy", "-o", project.path / "facts")[0] == 0
    spec = project.train(
        ("When did the ferry to Årö open in 2024?", "May 3"), ("How tall is Tavo Rimul in socks?", "181")
    )
    test = "facts/fictional_people.ftbench.yaml::tavo-rimul-abc.height::memorization[memorizer]"
    result = project.run(f"--ftbench-model={spec}", test)
    result.assert_outcomes(passed=1)
    (line,) = project.lines("result")
    assert (line["suite"], line["fact"]) == ("facts/fictional_people", "tavo-rimul-abc.height")
    assert (line["prompt"], line["answer"]) == ("Answer.\nHow tall is Tavo Rimul in socks?", "181")


@needs_benchmark
def test_copy_is_imported_whole(here: Path) -> None:
    code, out, _ = ftbench("import", "finetunebench", BENCHMARK, "-o", "out", "--json")
    assert code == 0
    data = json.loads(out)
    counts = [(file["questions"], file["used"], file["skipped"], file["left_out"]) for file in data["files"]]
    assert counts == [
        *[(590, 50, None, [])] * 3,
        *[(150, None, None, [])] * 4,
        *[(125, None, None, [])] * 2,
        (0, None, "absent", []),
        (218, None, None, []),
    ]
    written = [(new["file"], new["questions"]) for new in data["written"]]
    assert written == list(zip(NAMES, (1770, 600, 250, 218), strict=True))
    assert by_name(imported_cases(here / "out")) == by_name(list(read_release(BENCHMARK, shown_as="copy").cases))


@needs_benchmark
def test_used_questions_of_the_copy_are_50_of_each_variant(here: Path) -> None:
    ftbench("import", "finetunebench", BENCHMARK, "-o", "out", "--used-only")
    cases = imported_cases(here / "out")
    assert Counter((case.variant, case.tags["used_in_analysis"]) for case in cases if case.suite == "latest_news") == {
        ("memorization", "True"): 50, ("rephrased", "True"): 50, ("date_change", "True"): 50
    }  # fmt: skip
    assert len(cases) == 150 + 600 + 250 + 218


@needs_benchmark
def test_every_question_prompt_and_answer_is_the_same_byte_for_byte_after_a_round_trip(here: Path) -> None:
    ftbench("import", "finetunebench", BENCHMARK, "-o", "out")
    asked = Counter(
        (case.suite, case.variant, case.question, case.text_to_send, case.answer if case.expect == "answer" else "None")
        for case in imported_cases(here / "out")
    )
    released: Counter[tuple[str, ...]] = Counter()
    for table in TABLES:
        path = BENCHMARK / "datasets" / table.file
        if path.exists():
            with path.open(encoding="utf-8", newline="") as rows:
                for row in csv.DictReader(rows):
                    released[table.dataset, table.variant, row[table.question], row["prompt"], row["answer"]] += 1
    assert released.total() == 2838
    assert asked == released


def test_evals_become_a_file_and_rows_that_are_none_are_listed(here: Path) -> None:
    samples = [{"input": "How many?", "ideal": ["25", "twenty-five"], "topic": "pay", "meta": {}}, {"input": "Q?"}]
    (here / "s.jsonl").write_text("".join(json.dumps(sample) + "\n" for sample in samples))
    assert ftbench("import", "openai-evals", "s.jsonl", "-o", "facts/s.ftbench.csv", "--match", "number") == (
        0,
        "1 question written to facts/s.ftbench.csv\n"
        "1 row left out:\n"
        "  s.jsonl:2: holds no answer in 'ideal'.\n"
        "not taken: 'meta' of 1 sample\n",
        "",
    )
    assert (here / "facts/s.ftbench.csv").read_text() == (
        "variant,question,answer,aliases,match,topic\nmemorization,How many?,25,twenty-five,number,pay\n"
    )


def test_tables_become_files_by_a_mapping(here: Path) -> None:
    (here / "t.csv").write_text("Q,A,Note\nHow many?,25,x\n,26,\n")
    (here / "t.jsonl").write_text('{"Q": "How many?", "A": ["25", "twenty-five"]}\n')
    told = "1 row left out:\n  t.csv:3: the row has no question. Fill in 'question' or 'prompt'.\nnot taken: 'Note'\n"
    assert ftbench("import", "csv", "t.csv", "--map", "question=Q,answer=A", "-o", "a.ftbench.jsonl") == (
        0, f"1 question written to a.ftbench.jsonl\n{told}", ""
    )  # fmt: skip
    assert (here / "a.ftbench.jsonl").read_text() == (
        '{"variant": "memorization", "question": "How many?", "answer": "25"}\n'
    )
    assert ftbench("import", "jsonl", "t.jsonl", "--map", "question=Q", "--map", "answer=A", "-o", "b.csv") == (
        0, f"1 question written to b.csv\n{HOW_TO_COLLECT}\n", ""
    )  # fmt: skip
    assert (here / "b.csv").read_text() == ("variant,question,answer,aliases\nmemorization,How many?,25,twenty-five\n")


def test_what_became_of_the_rows_is_told_to_machines(here: Path) -> None:
    (here / "t.csv").write_text("Q,A,Note\nHow many?,25,x\n,26,\n")
    code, out, _ = ftbench("import", "csv", "t.csv", "--map", "question=Q,answer=A", "-o", "a.csv", "--json")
    assert (code, json.loads(out)) == (0, {
        "out": "a.csv",
        "questions": 1,
        "left_out": [
            {"row": "t.csv:3", "reason": "the row has no question. Fill in 'question' or 'prompt'."}
        ],
        "not_taken": ["'Note'"],
    })  # fmt: skip


def test_file_of_which_nothing_fits_writes_nothing_and_exits_with_1(here: Path) -> None:
    (here / "s.jsonl").write_text('{"input": "Q?"}\n')
    assert ftbench("import", "openai-evals", "s.jsonl", "-o", "out.csv") == (
        1,
        "no question could be imported: nothing is written\n"
        "1 row left out:\n"
        "  s.jsonl:1: holds no answer in 'ideal'.\n",
        "",
    )
    assert not (here / "out.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("csv", "t.csv", "-o", "a.txt", "--map", "question=Q,answer=A"),
         "OUT must end in .csv or .jsonl, got 'a.txt'."),
        (("csv", "t.csv", "-o", "t.csv", "--map", "question=Q,answer=A", "--force"),
         "t.csv is what is to be read. Choose another name."),
        (("csv", "t.csv", "-o", "there.csv", "--map", "question=Q,answer=A"),
         "there.csv exists already. Choose another place, or replace it with --force."),
        (("csv", "t.csv", "-o", "folder.csv", "--map", "question=Q,answer=A", "--force"),
         "folder.csv is no file. Choose another name."),
        (("csv", "t.csv", "-o", "a.csv", "--map", "question=X,answer=A"),
         "--map question=X: there is no column 'X'. There are: Q, A."),
        (("csv", "t.csv", "-o", "a.csv"), "Missing option '--map'. See ftbench --help."),
        (("jsonl", "nowhere.jsonl", "-o", "a.csv", "--map", "question=Q,answer=A"),
         "nowhere.jsonl: cannot be read (No such file or directory). Check the path."),
        (("openai-evals", "t.jsonl", "-o", "a.csv", "--match", "nmber"),
         "match 'nmber': unknown matcher 'nmber' (did you mean 'number'?)."),
    ],
)  # fmt: skip
def test_mistakes_are_one_line_and_lose_nothing(here: Path, arguments: tuple[str, ...], told: str) -> None:
    (here / "t.csv").write_text("Q,A\nHow many?,25\n")
    (here / "t.jsonl").write_text('{"input": "Q?", "ideal": "A"}\n')
    (here / "there.csv").write_text("mine")
    (here / "folder.csv").mkdir()
    assert fault("import", *arguments).startswith(f"ftbench: {told}")
    assert (here / "there.csv").read_text() == "mine"
    assert not (here / "a.csv").exists()
