"""Samples of OpenAI Evals and mapped tables as case files: nothing is changed, and what does not fit is listed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftbench.datasets import identify, load_cases
from pytest_ftbench.errors import DataError, SpecError
from pytest_ftbench.importing import Imported
from pytest_ftbench.importing.casefiles import ENDINGS, table_text
from pytest_ftbench.importing.columns import import_csv, import_jsonl, parse_mapping
from pytest_ftbench.importing.evals import import_evals
from pytest_ftbench.records import Case


def evals(folder: Path, *samples: object, match: str = "") -> Imported:
    lines = [sample if isinstance(sample, str) else json.dumps(sample) for sample in samples]
    (folder / "s.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return import_evals(folder / "s.jsonl", match=match, shown_as="s.jsonl")


def table(folder: Path, text: str, mapping: str, *, name: str = "t.csv", match: str = "") -> Imported:
    (folder / name).write_bytes(text.encode())
    read = import_csv if name.endswith("csv") else import_jsonl
    return read(folder / name, parse_mapping([mapping]), match=match, shown_as=name)


def reread(cases: tuple[Case, ...], ending: str, folder: Path) -> tuple[Case, ...]:
    """The cases, written and read back, without their places."""
    path = folder / f"again{ending}"
    path.write_bytes(table_text(cases, ending).encode())
    return tuple(replace(case, place="") for case in load_cases(path, suite="s").cases)


def faults(imported: Imported) -> list[str]:
    return [str(fault) for fault in imported.left_out]


def test_sample_with_text_and_one_ideal_answer_is_a_case(tmp_path: Path) -> None:
    found = evals(tmp_path, {"input": "How many?", "ideal": "25"})
    assert found == Imported((Case("How many?", "25", place="s.jsonl:1"),), (), ())


def test_first_of_several_ideal_answers_is_the_answer_and_the_others_are_as_right(tmp_path: Path) -> None:
    (case,) = evals(tmp_path, {"input": "How many?", "ideal": ["25", "twenty-five", "25 ", "twenty-five", ""]}).cases
    assert (case.answer, case.aliases) == ("25", ("twenty-five",))


def test_chat_messages_become_system_and_question(tmp_path: Path) -> None:
    parts = [{"type": "text", "text": "How "}, {"type": "text", "text": "many?"}]
    messages = [{"role": "system", "content": " Be brief. "}, {"role": "user", "content": parts}]
    (case,) = evals(tmp_path, {"input": messages, "ideal": "25"}).cases
    assert (case.system, case.question, case.prompt) == (" Be brief. ", "How many?", "")


def test_outer_white_space_of_a_question_is_sent_too(tmp_path: Path) -> None:
    (case,) = evals(tmp_path, {"input": "\n How many? \r\n", "ideal": "25"}).cases
    assert (case.question, case.text_to_send) == ("How many?", "\n How many? \r\n")


def test_other_texts_of_a_sample_are_tags_and_what_cannot_be_one_is_listed(tmp_path: Path) -> None:
    sample = {"input": "Q?", "ideal": "A", "id": "one", "topic": "pay", "n": 3, "hard": True, "metadata": {"a": 1}}
    more = {"turns": 2, "anwser": "B", "answer": "C", "context": "D"}
    found = evals(tmp_path, {**sample, **more}, {"input": "R?", "ideal": "A"})
    case, _ = found.cases
    assert (case.id, case.tags) == ("one", {"topic": "pay", "n": "3", "hard": "true"})
    assert found.not_taken == tuple(
        f"{key!r} of 1 sample" for key in ("answer", "anwser", "context", "metadata", "turns")
    )


def test_samples_that_are_no_cases_are_left_out_one_by_one(tmp_path: Path) -> None:
    user, other = {"role": "user", "content": "Q?"}, {"role": "assistant", "content": "A"}
    found = evals(
        tmp_path,
        {"input": "Q?", "ideal": "A"},
        {"input": "Q2?", "ideal": []},
        {"input": "Q3?"},
        {"input": " ", "ideal": "A"},
        {"ideal": "A"},
        {"input": [user, other, user], "ideal": "A"},
        {"input": [{"role": "system", "content": "S"}], "ideal": "A"},
        {"input": [], "ideal": "A"},
        {"input": ["Q?"], "ideal": "A"},
        {"input": [{"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}], "ideal": "A"},
        {"input": "Q4?", "ideal": ["A", "B|C"]},
        {"input": "Q5?", "ideal": {"A": 1}},
        {"input": "Q?", "ideal": "B"},
        "not JSON",
        "[1]",
        {"input": "Q6?", "ideal": "A"},
    )
    assert [case.question for case in found.cases] == ["Q?", "Q6?"]
    told = "a case has one user message and at most one system message before it, got:"
    assert faults(found) == [
        "s.jsonl:2: holds no answer in 'ideal'.",
        "s.jsonl:3: holds no answer in 'ideal'.",
        "s.jsonl:4: holds no question in 'input'.",
        "s.jsonl:5: holds no question in 'input'.",
        f"s.jsonl:6: {told} user, assistant, user.",
        f"s.jsonl:7: {told} system.",
        f"s.jsonl:8: {told} none.",
        "s.jsonl:9: each message of 'input' must be an object with 'role' and 'content'.",
        "s.jsonl:10: a message holds other than text.",
        "s.jsonl:11: 'B|C' holds '|', which stands between aliases.",
        "s.jsonl:12: 'ideal' must be text, got dict. Write one flat object a line.",
        "s.jsonl:13: asks what line 1 asks.",
        "s.jsonl:14: not a line of JSON (Expecting value: line 1 column 1 (char 0)). "
        "Each line must be one JSON object.",
        "s.jsonl:15: expected a JSON object, got list.",
    ]


def test_matcher_is_set_for_all_and_answers_that_it_cannot_take_are_left_out(tmp_path: Path) -> None:
    found = evals(tmp_path, {"input": "Q?", "ideal": "25"}, {"input": "R?", "ideal": "many"}, match="number")
    assert [(case.answer, case.match) for case in found.cases] == [("25", "number")]
    (fault,) = faults(found)
    assert fault.startswith("s.jsonl:2: match 'number' needs an answer that is one number")


def test_columns_are_taken_by_the_mapping_and_the_others_are_listed(tmp_path: Path) -> None:
    text = '\ufeffNo,"Frage, lang",Antwort,Thema,Rest\n1, How many? ,25,pay,x\n2,How long?,3 weeks,,\n'
    found = table(tmp_path, text, "id=No,question=Frage, lang,answer=Antwort,topic=Thema")
    assert found.cases == (
        Case("How many?", "25", id="1", prompt=" How many? ", tags={"topic": "pay"}, place="t.csv:2"),
        Case("How long?", "3 weeks", id="2", place="t.csv:3"),
    )
    assert (found.left_out, found.not_taken) == ((), ("'Rest'",))


def test_prompt_that_is_the_question_is_not_said_twice(tmp_path: Path) -> None:
    found = table(tmp_path, 'p,a\nHow many?,25\n" How long?",3\n', "prompt=p,answer=a")
    assert [(case.question, case.prompt) for case in found.cases] == [("How many?", ""), ("How long?", " How long?")]


def test_rows_that_are_no_cases_are_left_out_with_their_line(tmp_path: Path) -> None:
    text = 'q,a,e\nQ1?,A,\n,A,\nQ2?,,\nQ3?,,abstain\nQ4?,A,perhaps\nQ5?,A,,more\nQ1?,A,\nQ6?,"A\n'
    found = table(tmp_path, text, "question=q,answer=a,expect=e")
    assert [(case.question, case.expect) for case in found.cases] == [("Q1?", "answer"), ("Q3?", "abstain")]
    assert faults(found) == [
        "t.csv:3: the row has no question. Fill in 'question' or 'prompt'.",
        "t.csv:4: the row has no answer. Fill in 'answer', or set 'expect' to 'abstain'.",
        "t.csv:6: expect must be one of answer, abstain, got 'perhaps'.",
        "t.csv:7: 4 cells, but the header names 3 columns. Quote cells that hold the mark between cells.",
        "t.csv:8: asks what line 2 asks.",
        "t.csv:9: not readable as CSV (unexpected end of data). Check the quotes.",
    ]


def test_lists_in_json_lines_are_answers_and_aliases(tmp_path: Path) -> None:
    rows = [
        {"q": "Q1?", "a": ["A", "B", "C"], "x": 1},
        {"q": "Q2?", "a": 7.50},
        {"q": ["Q3?"], "a": "A"},
        {"q": "Q4?", "a": []},
        {"q": "Q5?", "x": True},
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    found = table(tmp_path, text, "question=q,answer=a", name="t.jsonl")
    assert [(case.question, case.answer, case.aliases) for case in found.cases] == [
        ("Q1?", "A", ("B", "C")),
        ("Q2?", "7.5", ()),
    ]
    assert faults(found) == [
        "t.jsonl:3: 'q' must be text, got a list.",
        "t.jsonl:4: holds no answer in 'a'.",
        "t.jsonl:5: the row has no answer. Fill in 'answer', or set 'expect' to 'abstain'.",
    ]
    assert found.not_taken == ("'x'",)
    mapped = table(
        tmp_path, '{"q": "Q?", "a": ["A", "B"], "s": ["C", "D"]}', "question=q,answer=a,aliases=s", name="t.jsonl"
    )
    assert [(case.answer, case.aliases) for case in mapped.cases] == [("A", ("C", "D"))]


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ("question", "--map 'question': write NAME=COLUMN, as in --map question=Q,answer=A."),
        ("question=,answer=a", "--map 'question=': write NAME=COLUMN, as in --map question=Q,answer=A."),
        ("answer=a", "--map names no question. Say which column it is: --map question=COLUMN,answer=COLUMN."),
        ("question=q", "--map names no answer. Say which column it is: --map question=COLUMN,answer=COLUMN."),
        ("question=q,answer=a,Answer=b", "--map: 'answer' stands twice. Take it from one column."),
        ("question=q,answer=a,rephrased=r", "--map: 'rephrased' has a meaning in YAML case files only. Give each such "
         "question a row of its own, with 'rephrased' in the column 'variant', or take another name."),
        ("qestion=q,answer=a", "--map: unknown name 'qestion'. Did you mean 'question'? Known: id, fact, variant, "
         "question, prompt, answer, aliases, system, match, expect, answer_before, precondition, context; "
         "others are tags."),
        ("question=Questoin,answer=a", "--map question=Questoin: there is no column 'Questoin'. "
         "Did you mean 'question'? There are: question, a."),
        ("question=x,answer=a", "--map question=x: there is no column 'x'. There are: question, a."),
    ],
)  # fmt: skip
def test_mapping_that_cannot_be_followed_is_one_line(tmp_path: Path, mapping: str, told: str) -> None:
    for name, text in (("t.csv", "question,a\nQ?,A\n"), ("t.jsonl", '{"question": "Q?", "a": "A"}\n')):
        with pytest.raises(SpecError) as error:
            table(tmp_path, text, mapping, name=name)
        assert str(error.value) == told


def test_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.jsonl: cannot be read"):
        import_evals(tmp_path / "nowhere.jsonl")
    with pytest.raises(DataError, match=r"t\.csv:1: not readable as CSV"):
        table(tmp_path, '"question,a\n', "question=question,answer=a")


_TEXT = st.text(
    st.characters(codec="utf-8") | st.sampled_from(' \t\r\n",;|{}=#\x85\u2028\ufeff\x00'), min_size=1, max_size=12
)
_FILLED = _TEXT.filter(str.strip)
_STRIPPED = _FILLED.map(str.strip)
_CASES = st.builds(
    Case,
    question=_STRIPPED,
    answer=_STRIPPED,
    fact=st.just("") | _STRIPPED,
    id=st.just("") | _STRIPPED,
    prompt=st.just("") | _FILLED,
    system=st.just("") | _FILLED,
    match=st.sampled_from(("auto", "number?unit=lb")),
    aliases=st.lists(_STRIPPED.filter(lambda text: "|" not in text), max_size=2).map(tuple),
    answer_before=st.just("") | _STRIPPED,
    context=st.just("") | _FILLED,
    tags=st.dictionaries(st.sampled_from(("topic", "used in, analysis", "größe")), _STRIPPED),
)


@pytest.mark.parametrize("ending", ENDINGS)
@given(cases=st.lists(_CASES, min_size=1, max_size=3, unique_by=lambda case: case.question))
def test_what_is_written_is_read_back_as_it_was(ending: str, cases: list[Case]) -> None:
    with TemporaryDirectory() as folder:
        again = reread(tuple(cases), ending, Path(folder))
    assert again == identify(cases, suite="s")
