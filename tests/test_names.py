"""Names that people type: node names that hold no syntax, and slips of spelling."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftbench.names import meant_name, near_miss, node_name, node_names, repeated, short_hash

AWKWARD = st.text(st.sampled_from("ab-é é/:[]'\"(),#\n\t 12😀"), max_size=100) | st.text(max_size=100)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("annual-days", "annual-days"),
        ("How many days?", "How-many-days"),
        ("a::b[c] 'd' \"e\"", "a-b-c-d-e"),
        ("hr/leave v1.2+x", "hr/leave-v1.2+x"),
        ("/etc/passwd/", "etc/passwd"),
        ("Café à Zürich", "Café-à-Zürich"),
        ("Cafe\u0301", "Café"),
        ("東京は、", "東京は"),
        ("id#2", "id-2"),
        ("$2.7 billion", "2.7-billion"),
    ],
)
def test_node_name_keeps_letters_and_digits_of_any_script(text: str, name: str) -> None:
    assert node_name(text) == name


@pytest.mark.parametrize("text", ["", "???", "::", "--", " / "])
def test_text_that_leaves_nothing_is_called_by_its_hash(text: str) -> None:
    assert re.fullmatch("[0-9a-f]{6}", node_name(text))


def test_long_text_is_cut_and_carries_its_hash() -> None:
    text = "x" * 200
    assert node_name(text) == "x" * 80 + "-" + short_hash(text)


@given(AWKWARD)
def test_node_name_holds_no_syntax_of_pytest(text: str) -> None:
    name = node_name(text)
    assert re.fullmatch(r"[\w.+/-]{1,87}", name)
    assert name[0] not in "-/"


@given(st.lists(AWKWARD, unique=True))
def test_names_of_distinct_texts_are_distinct_even_where_case_does_not_count(texts: list[str]) -> None:
    assert len({name.casefold() for name in node_names(texts)}) == len(texts)


@given(st.lists(AWKWARD, unique=True), st.randoms(use_true_random=False))
def test_names_do_not_depend_on_the_order(texts: list[str], chance: random.Random) -> None:
    moved = list(texts)
    chance.shuffle(moved)
    assert dict(zip(moved, node_names(moved), strict=True)) == dict(zip(texts, node_names(texts), strict=True))


def test_only_names_that_clash_carry_their_hash() -> None:
    assert node_names(["a b", "a-b", "c", "a b"]) == [
        f"a-b-{short_hash('a b')}", f"a-b-{short_hash('a-b')}", "c", f"a-b-{short_hash('a b')}",
    ]  # fmt: skip


def test_text_written_like_a_name_with_its_hash_does_not_clash_with_it() -> None:
    texts = ["a b", "a-b", f"a-b-{short_hash('a b')}"]
    assert len(set(node_names(texts))) == 3


def test_texts_whose_short_hashes_are_alike_are_told_apart_by_longer_ones() -> None:
    texts = [f"{'x' * 80} {number}" for number in colliding_numbers()]
    assert short_hash(texts[0]) == short_hash(texts[1])
    assert len(set(node_names(texts))) == 2


def colliding_numbers() -> list[int]:
    seen: dict[str, int] = {}
    for number in range(100_000):
        digits = short_hash(f"{'x' * 80} {number}")
        if digits in seen:
            return [seen[digits], number]
        seen[digits] = number
    raise AssertionError("no two alike")


def test_repeated_texts_come_in_order_of_first_occurrence() -> None:
    assert repeated(["b", "a", "c", "a", "b"]) == ["b", "a"]


COLUMNS = ("id", "fact", "variant", "question", "prompt", "answer", "system", "match", "expect", "context")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("anwser", "answer"),
        ("Answr", "answer"),
        ("answers", "answer"),
        ("qeustion", "question"),
        ("uqestion", "question"),
        ("promt", "prompt"),
        ("facts", "fact"),
        ("fcat", "fact"),
        ("varaint", "variant"),
        ("expected", "expect"),
        ("sytem", "system"),
    ],
)
def test_slip_names_what_was_meant(word: str, meant: str) -> None:
    assert near_miss(word, COLUMNS) == meant


@pytest.mark.parametrize(
    "word",
    ["batch", "patch", "topic", "category", "source", "date", "difficulty", "language", "article_title", "act", "it",
     "ID", "Answer", "answer", "original_question", "used_in_analysis", "note", "", "i", "response"],
)  # fmt: skip
def test_word_of_its_own_is_no_slip(word: str) -> None:
    assert near_miss(word, COLUMNS) is None


def test_of_several_names_the_nearest_is_meant() -> None:
    assert near_miss("cand@9", ["cand@30", "cand@90"]) == "cand@90"
    assert near_miss("cadn@90", ["cand@30", "cand@90", "cand@120"]) == "cand@90"


def test_name_that_differs_in_case_alone_is_meant_before_a_slip() -> None:
    assert meant_name("Bee", ["bees", "bee"]) == "bee"
    assert meant_name("bee", ["Bee"]) == "Bee"
    assert meant_name("anwser", COLUMNS) == "answer"
    assert meant_name("answer", COLUMNS) is None
