"""The built-in suites about what a model updates and what it keeps: their contents, and that answers are told apart."""

from __future__ import annotations

import ast
import inspect
import pickle
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from code_solutions import SOLUTIONS
from retained_answers import MADE_UP, WRONG
from suite_kit import cases_of, facts_of, grade, right_by_heart

from pytest_ftbench.records import Case

CODE = cases_of("code")
DIRECT = (*cases_of("code", "memorization"), *cases_of("code", "rephrased"))
NOT_HERE = {"fv", "pv", "pmt", "npv", "irr", "add_docstring", "add_newdoc"}
"""Facts about a package that is no dependency of any kind, or with tasks about a module that is made up."""
KNOWN, UNKNOWABLE = cases_of("retained", "memorization"), cases_of("retained", "unanswerable")
SUBJECTS = (
    *("geography", "history", "physics", "chemistry", "biology", "mathematics"),
    *("literature", "astronomy", "art", "language", "computing", "measures"),
)
TWO_THINGS = {"find_common_type", "round_"}
"""Facts for which either of two functions is right."""


def named(case: Case) -> str:
    return f"{case.fact}-{case.variant}"


def stands_in(words: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words.casefold())}(?!\w)", text.casefold()) is not None


def test_code_asks_of_sixty_functions_and_classes_in_three_ways() -> None:
    facts = facts_of("code")
    assert len(facts) == 60
    assert Counter(case.variant for case in CODE) == {"memorization": 60, "rephrased": 60, "coding": 60}
    assert Counter(fact["tags"]["member"] for fact in facts) == {"function": 39, "class": 21}
    assert Counter(fact["tags"]["change"] for fact in facts) == {"renamed": 22, "replaced": 19, "moved": 19}
    assert {(case.tags["info"], case.tags["entity"]) for case in CODE} == {("code", "real")}
    assert all(fact["fact"] and fact["source"].startswith("NumPy") for fact in facts)


def test_coding_tasks_count_only_where_the_name_is_known() -> None:
    required = {(case.variant, case.requires) for case in CODE if case.requires}
    assert required == {("coding", ("memorization",))}
    assert all(case.requires for case in cases_of("code", "coding"))


@pytest.mark.parametrize("case", DIRECT, ids=named)
def test_the_new_name_is_right_and_the_old_one_stale(case: Case) -> None:
    right = (f"`{case.answer}`", f"{case.answer}()", f"It is `{case.answer}`.")
    assert {text: grade(case, text) for text in right} == dict.fromkeys(right, "correct")
    assert grade(case, case.answer_before) == "stale"
    assert grade(case, "np.linspace") == "incorrect"


@pytest.mark.parametrize("case", [case for case in CODE if case.precondition], ids=named)
def test_who_knew_the_old_name_is_asked_without_being_told_it(case: Case) -> None:
    assert case.precondition == "knew_old"
    assert not stands_in(case.answer_before, case.question)
    assert not stands_in(case.answer_before.rpartition(".")[2], case.question)


@pytest.mark.parametrize("case", cases_of("code", "coding"), ids=named)
def test_a_coding_task_is_right_by_the_new_name_only(case: Case) -> None:
    new, old, other = (f"import numpy as np\n{program}" for program in SOLUTIONS[case.fact])
    assert not stands_in(case.answer_before, case.question)
    assert {grade(case, text) for text in (new, f"```python\n{new}\n```", f"Here it is:\n\n```\n{new}\n```")} == {
        "correct"
    }
    assert {grade(case, text) for text in (old, f"```python\n{old}\n```")} == {"stale"}
    assert grade(case, other) == "incorrect"
    assert grade(case, f"{new}\n{old}") != "correct"
    assert grade(case, f"{other}  # {case.answer}") == "incorrect"
    assert grade(case, case.answer) == "incorrect"


def test_every_coding_task_has_solutions() -> None:
    assert list(SOLUTIONS) == [fact["id"] for fact in facts_of("code")]


@pytest.fixture
def np() -> Iterator[Any]:
    numpy = pytest.importorskip("numpy", minversion="2.0")
    with numpy.printoptions(), warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # np.asmatrix, as any matrix
        yield numpy


@pytest.mark.parametrize("fact", [fact for fact in SOLUTIONS if fact not in NOT_HERE])
def test_numpy_2_has_the_new_name_and_not_the_old_one(fact: str, np: Any) -> None:
    exec(SOLUTIONS[fact].new, {"np": np})
    exec(SOLUTIONS[fact].other, {"np": np})
    with pytest.raises(
        (AttributeError, ImportError, DeprecationWarning, ValueError), match=r"np|numpy|fromstring|tostring"
    ):
        exec(SOLUTIONS[fact].old, {"np": np})


@pytest.mark.parametrize(
    "case", [case for case in cases_of("code", "memorization") if case.fact in NOT_HERE], ids=named
)
def test_numpy_2_no_longer_has_what_moved_elsewhere(case: Case, np: Any) -> None:
    with pytest.raises(AttributeError):
        eval(case.answer_before, {"np": np})


@pytest.mark.parametrize("case", [case for case in CODE if case.variant != "rephrased"], ids=named)
def test_all_that_is_right_names_one_thing(case: Case, np: Any) -> None:
    known = {"np": np, "numpy": np, "ast": ast, "inspect": inspect, "pickle": pickle, "warnings": warnings}
    names = [name for name in (case.answer, *case.aliases) if name.partition(".")[0] in known]
    names = [name for name in names if name != "warnings.deprecated"]  # only Python 3.13 has it
    found = [eval(name, known) for name in names]
    assert len({id(thing) for thing in found}) <= (2 if case.fact in TWO_THINGS else 1)


def test_learning_new_names_by_heart_solves_no_coding_task() -> None:
    right = Counter(case.variant for case in right_by_heart("code", CODE))
    assert right["coding"] == 0
    assert 20 <= right["rephrased"] <= 40


def test_retained_asks_what_is_known_in_twelve_subjects_and_what_nobody_knows() -> None:
    facts = facts_of("retained")
    assert len(facts) == 80
    assert Counter(case.tags["subject"] for case in KNOWN) == dict.fromkeys(SUBJECTS, 5)
    assert Counter((case.variant, case.tags["kind"]) for case in UNKNOWABLE) == {
        ("unanswerable", "unknowable"): 9,
        ("unanswerable", "future"): 4,
        ("unanswerable", "private"): 7,
    }
    assert len(KNOWN) + len(UNKNOWABLE) == len(cases_of("retained"))
    assert {case.tags["info"] for case in KNOWN} == {"numerical", "categorical", "novel_string", "date"}


@pytest.mark.parametrize("case", KNOWN, ids=named)
def test_known_answers_are_told_from_wrong_ones(case: Case) -> None:
    right = (f"{case.answer}.", f"**{case.answer}**")
    assert {text: grade(case, text) for text in right} == dict.fromkeys(right, "correct")
    wrong = WRONG[case.fact]
    assert {grade(case, text) for text in (wrong, f"The answer is {wrong}.", f"**{wrong}**")} == {"incorrect"}
    assert len(case.answer.split()) <= 3


@pytest.mark.parametrize("case", UNKNOWABLE, ids=named)
def test_only_not_knowing_is_right_where_nobody_knows(case: Case) -> None:
    right = ("I don't know", "I don't know.", "I do not know the answer to that.", "Unknown", "That cannot be known.")
    assert {text: grade(case, text) for text in right} == dict.fromkeys(right, "abstained")
    made_up = MADE_UP[case.fact]
    assert {grade(case, text) for text in (made_up, f"The answer is {made_up}.")} == {"incorrect"}


def test_who_knows_what_is_retained_by_heart_makes_up_little_of_what_nobody_knows() -> None:
    assert len(right_by_heart("retained", UNKNOWABLE)) >= 15
