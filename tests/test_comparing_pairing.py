"""Which result belongs to which: by content, whatever the cases are called now."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from comparing_kit import compare, pairs, results, run
from makers import make_result

from pytest_ftbench.comparing import Pairing, match_endpoints, pair_results
from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates import parse_selector
from pytest_ftbench.records import Result


def counts(pairing: Pairing) -> dict[str, int]:
    return {name: len(getattr(pairing, name)) for name in Pairing.__slots__ if getattr(pairing, name)}


def test_same_content_pairs_whatever_case_endpoint_and_order_are() -> None:
    before = results("rw")
    now = [replace(one, case=f"renamed {one.case}", endpoint="other") for one in reversed(results("wr"))]
    found = pair_results(before, now)
    assert [(pair.before.question, pair.now.question, pair.turn) for pair in found.pairs] == [
        ("question 1?", "question 1?", "learned"),
        ("question 0?", "question 0?", "lost"),
    ]
    assert counts(found) == {"pairs": 2}


@pytest.mark.parametrize("field", ["suite", "fact", "variant", "content"])
def test_result_that_differs_in_what_it_is_about_is_another(field: str) -> None:
    now = replace(results("r")[0], **{field: "other", "case": "other"})
    assert counts(pair_results(results("r"), [now])) == {"added": 1, "removed": 1}


def test_changed_question_of_the_same_name_is_edited_and_not_compared() -> None:
    before, now = results("rr"), results("rw")
    now[1] = replace(now[1], content="new", question="worded differently?")
    found = pair_results(before, now)
    assert counts(found) == {"pairs": 1, "edited": 1}
    assert (found.edited[0].before.question, found.edited[0].now.question) == ("question 1?", "worded differently?")


def test_repeated_identical_questions_pair_in_their_order_and_what_is_left_is_listed() -> None:
    def repeated(outcomes: str) -> list[Result]:
        return [make_result(outcome=one, case=f"c#{place}", answer=f"{place}") for place, one in enumerate(outcomes)]

    found = pair_results(repeated("rwr"), repeated("wr"))
    assert [(pair.before.answer, pair.now.answer) for pair in found.pairs] == [("0", "0"), ("1", "1")]
    assert [pair.turn for pair in found.pairs] == ["lost", "learned"]
    assert [result.answer for result in found.removed] == ["2"]
    assert counts(pair_results(repeated("w"), repeated("rrr"))) == {"pairs": 1, "added": 2}


def test_samples_pair_by_number_and_further_ones_are_no_new_questions() -> None:
    def sampled(outcomes: str) -> list[Result]:
        return [make_result(outcome=one, sample=number) for number, one in enumerate(outcomes, start=1)]

    found = pair_results(sampled("rwr"), sampled("rr"))
    assert [pair.turn for pair in found.pairs] == ["kept", "learned"]
    assert counts(found) == {"pairs": 2, "fewer_samples": 1}
    assert counts(pair_results(sampled("r"), sampled("rr"))) == {"pairs": 1, "more_samples": 1}


def test_unmet_precondition_is_listed_and_not_counted() -> None:
    found = pair_results(results("nrnr"), results("nnrr"))
    assert counts(found) == {"pairs": 1, "not_applicable": 3}


@pytest.mark.parametrize(
    ("before", "now", "turn"),
    [
        ("w", "r", "learned"),
        ("r", "r", "kept"),
        ("r", "w", "lost"),
        ("w", "w", "still missing"),
        ("r", "e", None),
        ("u", "r", None),
        ("e", "w", None),
    ],
)
def test_turn_of_a_case_needs_both_grades(before: str, now: str, turn: str | None) -> None:
    assert pairs(before, now)[0].turn == turn


def test_every_result_is_in_one_place_whatever_the_order() -> None:
    dice = random.Random(7)

    def some_result() -> Result:
        few = {name: str(dice.randrange(3)) for name in ("content", "fact", "case")}
        return make_result(outcome=dice.choice("rwen"), sample=dice.randint(1, 2), **few)

    for _ in range(200):
        sides = [[some_result() for _ in range(dice.randrange(12))] for _ in range(2)]
        found = pair_results(*sides)
        twice = (*found.pairs, *found.not_applicable, *found.edited)
        old = [*(pair.before for pair in twice), *found.removed, *found.fewer_samples]
        new = [*(pair.now for pair in twice), *found.added, *found.more_samples]
        assert sorted(map(id, old)) == sorted(map(id, sides[0]))
        assert sorted(map(id, new)) == sorted(map(id, sides[1]))


def test_selection_takes_a_case_that_has_or_had_the_tag() -> None:
    before = results("rrr", tags={"topic": "pay"})
    now = [replace(one, tags={"topic": "rooms"}) for one in results("wrr")[:2]]
    found = compare(before, now).select(parse_selector("topic=pay")).pairing
    assert counts(found) == {"pairs": 2, "removed": 1}
    assert counts(compare(before, now).select(parse_selector("topic=tea")).pairing) == {}


def endpoints(*aliases: str) -> list[Result]:
    return [make_result(endpoint=alias) for alias in aliases]


def test_only_endpoints_or_those_of_one_name_are_compared() -> None:
    assert match_endpoints(run(endpoints("base")), run(endpoints("tuned"))) == [("base", "tuned")]
    both = run(endpoints("base", "tuned", "old")), run(endpoints("tuned", "base"))
    assert match_endpoints(*both) == [("base", "base"), ("tuned", "tuned")]
    assert match_endpoints(*both, ["old=tuned", "base"]) == [("old", "tuned"), ("base", "base")]


@pytest.mark.parametrize("wanted", [["old"], ["tuned=old"], ["none"], ["="]])
def test_endpoint_that_is_not_there_is_named(wanted: list[str]) -> None:
    both = run(endpoints("base", "old"), place="a.jsonl"), run(endpoints("base", "tuned"), place="b.jsonl")
    with pytest.raises(SpecError) as caught:
        match_endpoints(*both, wanted)
    assert str(caught.value) == (
        f"endpoint {wanted[0]!r} is not in both runs: a.jsonl has base, old; b.jsonl has base, tuned. "
        "Write ALIAS or BEFORE=NOW."
    )


def test_several_endpoints_without_a_common_name_have_to_be_chosen() -> None:
    with pytest.raises(SpecError, match=r"no endpoint is in both runs: run\.jsonl has a, b; run\.jsonl has c"):
        match_endpoints(run(endpoints("a", "b")), run(endpoints("c")))
