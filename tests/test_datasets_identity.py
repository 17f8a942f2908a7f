"""What cases are called: facts and ids that do not depend on the order of a file."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftbench.datasets import identify, load_cases, load_source, suite_name
from pytest_ftbench.datasets.builtin import fixtures_folder
from pytest_ftbench.errors import DataError
from pytest_ftbench.names import short_hash
from pytest_ftbench.prompts import content_hash
from pytest_ftbench.records import Case

Named = dict[tuple[str, str], tuple[str, str, str, str]]

ROWS = st.lists(
    st.builds(
        Case,
        question=st.sampled_from(["Q?", "R?", "S?", "a b", "a-b"]),
        answer=st.sampled_from(["1", "2"]),
        fact=st.sampled_from(["", "f", "g"]),
        variant=st.sampled_from(["memorization", "rephrased"]),
        id=st.sampled_from(["", "x", "x#2", "memorization", "Q?"]),
        prompt=st.sampled_from(["", "P"]),
        expect=st.sampled_from(["answer", "abstain"]),
    ),
    max_size=12,
    unique_by=lambda case: (case.question, case.prompt),
)


def load(folder: Path, content: str) -> tuple[Case, ...]:
    (folder / "f.csv").write_text(content)
    return load_cases(folder / "f.csv", suite="f", shown_as="FILE").cases


def names_of(cases: tuple[Case, ...]) -> list[tuple[str, str]]:
    return [(case.fact, case.id) for case in cases]


def test_same_id_and_question_twice_is_an_error_that_names_both_lines(tmp_path: Path) -> None:
    rows = "".join(f"id{n},q{n},{n}\n" for n in range(15))
    with pytest.raises(DataError) as error:
        load(tmp_path, f"id,question,answer\n{rows}id2,q2,another\n")
    assert str(error.value) == (
        "FILE:17: duplicate case: id 'id2' asks 'q2' twice (first on line 4). Remove one of them."
    )


def test_same_question_twice_without_ids_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        load(tmp_path, "question,answer\nQ?,1\nR?,2\nQ?,3\n")
    assert str(error.value) == (
        "FILE:4: duplicate case: memorization of 'Q?' asks 'Q?' twice (first on line 2). Remove one of them."
    )


def test_same_case_twice_in_a_list_is_an_error_without_a_line() -> None:
    with pytest.raises(DataError) as error:
        identify([Case("Q?", "1", suite="s"), Case("Q?", "1", suite="s")])
    assert (
        str(error.value)
        == "s: duplicate case: memorization of 'Q?' asks 'Q?' twice (asked before). Remove one of them."
    )


def test_same_question_sent_in_two_ways_is_no_duplicate(tmp_path: Path) -> None:
    assert len(load(tmp_path, "id,question,prompt,answer\nx,Q?,Briefly: Q?,1\nx,Q?,Slowly: Q?,1\n")) == 2


def test_rows_that_repeat_an_id_are_numbered_by_question_not_by_place(tmp_path: Path) -> None:
    rows = ["ann,Weight?,70", "ann,Age?,30", "ben,Age?,40", "ann,Height?,170"]
    for lines in (rows, rows[::-1]):
        cases = load(tmp_path, "\n".join(["id,question,answer", *lines]))
        assert {(case.fact, case.question): case.id for case in cases} == {
            ("ann", "Age?"): "ann",
            ("ann", "Height?"): "ann#2",
            ("ann", "Weight?"): "ann#3",
            ("ben", "Age?"): "ben",
        }


def test_repeated_ids_are_numbered_across_facts_and_within_a_variant(tmp_path: Path) -> None:
    cases = load(tmp_path, "id,fact,variant,question,answer\na,f,v,Q1?,1\na,g,v,Q2?,2\na,f,w,Q3?,3\n")
    assert names_of(cases) == [("f", "a"), ("g", "a#2"), ("f", "a")]


def test_rows_of_a_fact_are_known_by_variant_and_by_hash_where_there_are_several(tmp_path: Path) -> None:
    cases = load(tmp_path, "fact,variant,question,answer\nf,,Q?,1\nf,rephrased,R?,1\nf,rephrased,S?,1\n")
    assert names_of(cases) == [
        ("f", "memorization"),
        ("f", f"rephrased-{short_hash('R?', 'R?')}"),
        ("f", f"rephrased-{short_hash('S?', 'S?')}"),
    ]


def test_id_that_was_written_wins_over_one_that_was_made(tmp_path: Path) -> None:
    cases = load(tmp_path, "id,fact,question,answer\nx,f,Q?,1\nx,f,R?,2\nx#2,f,S?,3\n,f,T?,4\nmemorization,f,U?,5\n")
    ids = [case.id for case in cases]
    assert (ids[0], ids[2], ids[4]) == ("x", "x#2", "memorization")
    assert ids[1].startswith("x#2-")
    assert ids[3].startswith("memorization-")


@given(ROWS)
def test_no_two_cases_of_a_fact_have_one_name(cases: list[Case]) -> None:
    named = identify(cases)
    assert len({(case.fact, case.variant, case.id) for case in named}) == len(cases)


def by_question(cases: list[Case]) -> Named:
    return {
        (case.question, case.prompt): (case.fact, case.id, case.trained_answer, content_hash(case))
        for case in identify(cases)
    }


@given(ROWS, st.randoms(use_true_random=False))
def test_names_and_hashes_do_not_depend_on_the_order_of_the_rows(cases: list[Case], chance: random.Random) -> None:
    moved = list(cases)
    chance.shuffle(moved)
    assert by_question(moved) == by_question(cases)


@given(ROWS)
def test_content_hash_does_not_depend_on_other_rows(cases: list[Case]) -> None:
    whole = by_question(cases)
    for case in cases:
        assert by_question([case])[case.question, case.prompt][3] == whole[case.question, case.prompt][3]


@given(st.lists(st.text(min_size=1), unique=True, min_size=1), st.integers(0))
def test_rows_of_other_facts_change_no_name(questions: list[str], cut: int) -> None:
    cases = [Case(question, "1") for question in questions]
    some = cases[: 1 + cut % len(cases)]
    assert by_question(cases).items() >= by_question(some).items()


@given(st.lists(st.integers(0, 99), unique=True, min_size=2), st.integers(0))
def test_rows_added_to_several_of_one_variant_change_no_name(numbers: list[int], cut: int) -> None:
    cases = [Case(f"Q{number}?", "1", fact="f") for number in numbers]
    some = cases[: 2 + cut % len(cases)]
    assert by_question(cases).items() >= by_question(some).items()


def trained(*cases: Case) -> str:
    return identify([replace(case, fact="f") for case in cases])[-1].trained_answer


def test_trained_answer_is_what_the_direct_questions_of_the_fact_expect() -> None:
    due = Case("In 2041?", variant="date_change", expect="abstain")
    assert trained(Case("Q?", "25"), due) == "25"
    assert trained(Case("Q?", "25"), Case("R?", "25", variant="rephrased"), due) == "25"


def test_trained_answer_is_unknown_where_the_fact_has_none_or_several_or_indirect_ones_only() -> None:
    due = Case("In 2041?", variant="date_change", expect="abstain")
    assert trained(due) == ""
    assert trained(Case("Q?", "25"), Case("R?", "30", variant="rephrased"), due) == ""
    assert trained(Case("Is it more than 20?", "Yes", variant="secondary"), due) == ""


def test_trained_answer_that_was_written_stays() -> None:
    assert trained(Case("Q?", "25"), Case("In 2041?", expect="abstain", trained_answer="26")) == "26"


def test_suite_is_the_path_below_the_root_without_endings(tmp_path: Path) -> None:
    outside = tmp_path.parent / "leave.v2.csv"
    paths = [tmp_path / "hr" / "leave.ftbench.yaml", tmp_path / "leave.csv", outside]
    assert [suite_name(path, root=tmp_path) for path in paths] == ["hr/leave", "leave", "leave.v2"]


def test_source_is_found_beside_the_test_and_named_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "hr").mkdir()
    (tmp_path / "hr" / "leave.csv").write_text("question,answer\nQ?,1\n")
    (case,) = load_source("leave.csv", folder=tmp_path / "hr", root=tmp_path).cases
    assert (case.suite, case.place) == ("hr/leave", "hr/leave.csv:2")


def test_unknown_built_in_set_lists_those_there_are(tmp_path: Path) -> None:
    known = sorted(file.parent.name for file in fixtures_folder().glob("*/facts.yaml"))
    with pytest.raises(DataError) as error:
        load_source("ftbench:quickstrat", folder=tmp_path, root=tmp_path)
    assert "quickstart" in known
    fault = f"no such built-in question set. There are: {', '.join(known)}."
    assert str(error.value) == f"ftbench:quickstrat: {fault}"


def test_built_in_set_is_a_suite_of_its_own_name(tmp_path: Path) -> None:
    cases = load_source("ftbench:quickstart", folder=tmp_path, root=tmp_path).cases
    assert {case.suite for case in cases} == {"quickstart"}


def test_files_that_differ_in_their_ending_alone_are_suites_of_their_own(tmp_path: Path) -> None:
    for name in ("leave.ftbench.csv", "leave.ftbench.yaml", "api.ftbench.csv", "api.txt"):
        (tmp_path / name).touch()
    names = [suite_name(tmp_path / name, root=tmp_path) for name in ("leave.ftbench.csv", "leave.ftbench.yaml")]
    assert names == ["leave.csv", "leave.yaml"]
    assert suite_name(tmp_path / "api.ftbench.csv", root=tmp_path) == "api"
