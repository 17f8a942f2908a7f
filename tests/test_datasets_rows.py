"""Level 0 case files: a question and an answer a row, as CSV or JSON Lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import SHARED

from pytest_ftbench.datasets import load_cases
from pytest_ftbench.errors import DataError
from pytest_ftbench.records import Case

BENCHMARK = SHARED / "finetunebench"
KNOWN = (
    "id, fact, variant, question, prompt, answer, aliases, system, match, expect, answer_before, precondition, context"
)


def load(folder: Path, content: str, name: str = "f.csv") -> tuple[Case, ...]:
    (folder / name).write_bytes(content.encode())
    return load_cases(folder / name, suite="f", shown_as=name).cases


def load_one(folder: Path, content: str, name: str = "f.csv") -> Case:
    (case,) = load(folder, content, name)
    return case


def fault_of(folder: Path, content: str, name: str = "f.csv") -> str:
    with pytest.raises(DataError) as error:
        load(folder, content, name)
    return str(error.value)


ROW = {
    "id": "i", "fact": "f", "variant": "rephrased", "question": "Q?", "prompt": " P: Q? ", "answer": "A",
    "aliases": " A1 |A2||",
    "system": "S.", "match": "number", "expect": "answer", "answer_before": "B", "precondition": "knew_old",
    "context": "C", "topic": "pay",
}  # fmt: skip
CASE = Case(
    question="Q?", answer="A", fact="f", variant="rephrased", id="i", suite="f", prompt=" P: Q? ", system="S.",
    aliases=("A1", "A2"),
    match="number", answer_before="B", precondition="knew_old", context="C", tags={"topic": "pay"},
)  # fmt: skip


def test_every_known_column_of_a_csv_file_is_read(tmp_path: Path) -> None:
    case = load_one(tmp_path, ",".join(ROW) + "\n" + ",".join(ROW.values()) + "\n")
    assert (case, case.place) == (Case(**{**_fields(CASE), "place": "f.csv:2"}), "f.csv:2")


def test_every_known_key_of_a_json_line_is_read(tmp_path: Path) -> None:
    case = load_one(tmp_path, "\n" + json.dumps(ROW), "f.jsonl")
    assert case == Case(**{**_fields(CASE), "place": "f.jsonl:2"})


def _fields(case: Case) -> dict[str, object]:
    return {name: getattr(case, name) for name in case.__slots__}


def test_row_of_question_and_answer_alone_gets_its_names_from_the_question(tmp_path: Path) -> None:
    case = load_one(tmp_path, "question,answer\n How many? , 25 \n")
    assert (case.question, case.answer, case.fact, case.variant, case.id, case.match, case.expect) == (
        "How many?", "25", "How many?", "memorization", "memorization", "auto", "answer",
    )  # fmt: skip
    assert (case.prompt, case.system, case.tags) == ("", "", {})


def test_prompt_is_sent_word_for_word_and_the_question_is_shown(tmp_path: Path) -> None:
    case = load_one(tmp_path, 'question,prompt,answer\nHow many?,"\nAnswer briefly.\n  Q: How many? ",25\n')
    assert (case.question, case.text_to_send) == ("How many?", "\nAnswer briefly.\n  Q: How many? ")


def test_prompt_alone_is_the_question_too(tmp_path: Path) -> None:
    case = load_one(tmp_path, "prompt,answer\n How many? ,25\n")
    assert (case.question, case.text_to_send) == ("How many?", " How many? ")


@pytest.mark.parametrize("blank", ["", " ", "  "])
def test_blank_prompt_or_system_is_not_sent(tmp_path: Path, blank: str) -> None:
    case = load_one(tmp_path, f"question,prompt,system,answer\nHow many?,{blank},{blank},25\n")
    assert (case.text_to_send, case.system) == ("How many?", "")


def test_known_columns_count_in_any_case_and_tags_as_written(tmp_path: Path) -> None:
    case = load_one(tmp_path, "Question,ANSWER,Topic\nQ?,25,pay\n")
    assert (case.answer, case.tags) == ("25", {"Topic": "pay"})


def test_tags_are_trimmed_and_empty_ones_are_none(tmp_path: Path) -> None:
    case = load_one(tmp_path, "question,answer,topic,level,,original_question\nQ?,25, pay , ,7,Why?\n")
    assert case.tags == {"topic": "pay", "original_question": "Why?"}


@pytest.mark.parametrize(
    "word", ["None", "NaN", "nan", "null", "no", "No", "1.10", "0123", "12:30", "true", "~", "1e3"]
)
def test_answer_is_the_text_that_is_written(tmp_path: Path, word: str) -> None:
    assert load_one(tmp_path, f"question,answer\nQ?,{word}\n").answer == word
    assert load_one(tmp_path, f'question,answer\nQ?,"{word}"\n').answer == word
    assert load_one(tmp_path, f'{{"question": "Q?", "answer": "{word}"}}', "f.jsonl").answer == word


@pytest.mark.parametrize("word", ["NaN", "1.10", "1e3", "true", "false", "25"])
def test_answer_without_quotes_in_json_is_the_text_that_is_written(tmp_path: Path, word: str) -> None:
    assert load_one(tmp_path, f'{{"question": "Q?", "answer": {word}}}', "f.jsonl").answer == word


def test_answer_of_a_megabyte_and_newlines_in_cells_stay_whole(tmp_path: Path) -> None:
    long = "word\n" * 200_000
    assert load_one(tmp_path, f'question,answer\nQ?,"{long}"\n').answer == long.strip()
    assert load_one(tmp_path, json.dumps({"question": "Q?", "answer": long}), "f.jsonl").answer == long.strip()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("question,answer\n", "f.csv: has a header but no rows. Give it at least one question."),
        ("question,anwser\nQ?,A\n", "f.csv:1: unknown column 'anwser'. Did you mean 'answer'? Columns with a "
         f"meaning: {KNOWN}; any other name is a tag, so rename it if it is one."),
        ("question,answer,Facts\nQ?,A,f\n", "f.csv:1: unknown column 'Facts'. Did you mean 'fact'? Columns with a "
         f"meaning: {KNOWN}; any other name is a tag, so rename it if it is one."),
        ("text,answer\nQ?,A\n", "f.csv:1: no column 'question' or 'prompt' (found: text, answer). Add one of them."),
        (",question,reply\n0,Q?,A\n", "f.csv:1: no column 'answer' (found: question, reply). Add it; 'expect' may say "
         "'abstain'."),
        ("question,Answer,answer\nQ?,A,B\n", "f.csv:1: a column stands twice but for its case: question, Answer, "
         "answer. Rename one of them."),
        ("question,answer\nQ?,A\n ,B\n", "f.csv:3: the row has no question. Fill in 'question' or 'prompt'."),
        ("question,answer\nQ?, \n", "f.csv:2: the row has no answer. Fill in 'answer', or set 'expect' to 'abstain'."),
        ("question,expect\nQ?,answer\n", "f.csv:2: the row has no answer. Fill in 'answer', or set 'expect' to "
         "'abstain'."),
        ("question,answer,expect\nQ?,A,maybe\n", "f.csv:2: expect must be one of answer, abstain, got 'maybe'."),
    ],
)  # fmt: skip
def test_fault_in_a_csv_file_is_named_with_line_and_remedy(tmp_path: Path, content: str, fault: str) -> None:
    assert fault_of(tmp_path, content) == fault


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"question": "Q?"}', "no column 'answer' (found: question). Add it; 'expect' may say 'abstain'."),
        ('{"question": "Q?", "answer": null}',
         "the row has no answer. Fill in 'answer', or set 'expect' to 'abstain'."),
        ('{"question": "Q?", "answer": ["a"]}', "'answer' must be text, got list. Write one flat object a line."),
        ('{"question": "Q?", "answer": {"a": 1}}', "'answer' must be text, got dict. Write one flat object a line."),
        ('{"question": "Q?", "answer": "\\ud83d"}', "'answer' holds half a character (a lone surrogate). "
         "Write it whole."),
        ('{"qestion": "Q?", "answer": "A"}', "unknown column 'qestion'. Did you mean 'question'? Columns with a "
         f"meaning: {KNOWN}; any other name is a tag, so rename it if it is one."),
    ],
)  # fmt: skip
def test_fault_in_a_json_line_is_named_with_line_and_remedy(tmp_path: Path, line: str, fault: str) -> None:
    assert fault_of(tmp_path, f'{{"question": "Q?", "answer": "A"}}\n{line}\n', "f.jsonl") == f"f.jsonl:2: {fault}"


def test_ending_without_a_reader_lists_those_there_are(tmp_path: Path) -> None:
    fault = "f.xlsx: no reader for '.xlsx' files. Readable are: .csv, .jsonl, .yaml, .yml."
    assert fault_of(tmp_path, "PK", "f.xlsx") == fault


@pytest.mark.parametrize("name", ["f.csv", "F.CSV"])
def test_ending_counts_in_any_case(tmp_path: Path, name: str) -> None:
    assert load_one(tmp_path, "question,answer\nQ?,A\n", name).answer == "A"


def test_row_that_expects_abstention_needs_no_answer_and_keeps_none(tmp_path: Path) -> None:
    for content in ("question,expect\nQ?,abstain\n", "question,expect,answer\nQ?,abstain,None\n"):
        case = load_one(tmp_path, content)
        assert (case.expect, case.answer, case.expected, case.trained_answer) == ("abstain", "", "(abstain)", "")


BENCHMARK_ROWS = {
    "datasets/latest_news/latest_news_memorization.csv": 590,
    "datasets/latest_news/latest_news_rephrased.csv": 590,
    "datasets/latest_news/latest_news_date_changed.csv": 590,
    "datasets/fictional_people/fictional_people_memorization.csv": 150,
    "datasets/fictional_people/fictional_people_rephrased.csv": 150,
    "datasets/fictional_people/fictional_people_secondary.csv": 150,
    "datasets/fictional_people/fictional_people_comparison.csv": 150,
    "datasets/medical/medical_memorization.csv": 125,
    "datasets/medical/medical_generalization.csv": 125,
    "datasets/coding/coding_generalization.csv": 218,
    "model_responses/latest_news/latest_news_original_w_responses.csv": 50,
    "model_responses/latest_news/latest_news_rephrased_w_responses.csv": 50,
    "model_responses/latest_news/latest_news_date_changed_w_responses.csv": 50,
    "model_responses/fictional_people/fictional_people_original_w_responses.csv": 150,
    "model_responses/fictional_people/fictional_people_rephrased_w_responses.csv": 150,
    "model_responses/fictional_people/fictional_people_secondary_w_responses.csv": 150,
    "model_responses/fictional_people/fictional_people_comparison_w_responses.csv": 25,
}


@pytest.mark.skipif(not BENCHMARK.is_dir(), reason=f"needs the reference data in {BENCHMARK}")
@pytest.mark.parametrize(("name", "count"), BENCHMARK_ROWS.items())
def test_released_benchmark_loads_with_all_its_rows(name: str, count: int) -> None:
    cases = load_cases(BENCHMARK / name, suite="s").cases
    assert len(cases) == count
    assert len({(case.fact, case.variant, case.id) for case in cases}) == count
    if "date_changed" in name:
        assert {case.answer for case in cases} == {"None"}
    if "latest_news" in name:
        assert sum(case.tags["used_in_analysis"] == "True" for case in cases) == 50


@pytest.mark.parametrize("mark", [";", "\t"])
def test_cells_may_be_set_apart_as_spreadsheets_do_it(tmp_path: Path, mark: str) -> None:
    rows = ["Question;Answer;topic", '"Who said ""hi"" then?";Zoë, Bob;pay']
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).replace(";", mark).encode() + b"\r\n")
    (case,) = load_cases(path, suite="a").cases
    assert (case.question, case.answer, dict(case.tags)) == ('Who said "hi" then?', "Zoë, Bob", {"topic": "pay"})


def test_first_line_of_a_spreadsheet_says_the_mark_between_cells(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b"\xef\xbb\xbfsep=;\r\nquestion;answer\r\nWhich, of two?;A\r\nQ?;;\r\n")
    with pytest.raises(DataError, match=r"f\.csv:4: 3 cells, but the header names 2 columns\."):
        load_cases(path, suite="f")
    path.write_bytes(path.read_bytes().replace(b"Q?;;", b"Q?;B"))
    cases = load_cases(path, suite="f", shown_as="f.csv").cases
    assert [(case.question, case.answer, case.place) for case in cases] == [
        ("Which, of two?", "A", "f.csv:3"),
        ("Q?", "B", "f.csv:4"),
    ]
