"""Gates about one endpoint, and gates about the checkpoint that is the best on one half of the facts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from makers import make_result

from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates import choose_best, decide, held_out, parse_gate, population
from pytest_ftbench.gates.decide import ALL_HELD_OUT
from pytest_ftbench.gates.halves import is_held_out
from pytest_ftbench.records import Case

BEST = "select=best_on(holdout)"


# Grammar


def test_gate_names_endpoints_and_how_its_checkpoint_is_chosen() -> None:
    named = parse_gate("accuracy[endpoint=cand@90|old, variant=rephrased] >= 0.9 @ 95%")
    assert (named.endpoints, named.select) == (("cand@90", "old"), "")
    assert [condition.key for condition in named.selector.conditions] == ["variant"]
    assert [named.is_about(alias) for alias in ("cand@90", "old", "cand@30")] == [True, True, False]
    choosing = parse_gate(f"lost[{BEST}, endpoint=cand] <= 2")
    assert (choosing.endpoints, choosing.select) == (("cand",), "best_on(holdout)")
    assert parse_gate("accuracy >= 0.9").is_about("any")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("accuracy[select=best_on(test)] >= 0.9", "unknown choice 'best_on(test)'. There is: select=best_on(holdout)."),
        ("accuracy[select!=best_on(holdout)] >= 0.9", "'select' takes one choice, as in select=best_on(holdout)."),
        (
            "accuracy[endpoint!=a] >= 0.9",
            "'endpoint' takes the aliases of endpoints, as in endpoint=candidate or endpoint=old|new.",
        ),
        (
            f"known: accuracy[{BEST}] >= 0.9",
            "a gate with a name or with 'after' cannot have select=best_on(holdout): which checkpoint it is about is "
            "known only when all is asked. Name the checkpoint by 'endpoint'.",
        ),
    ],
)
def test_what_is_not_understood_of_endpoints_is_named(text: str, message: str) -> None:
    with pytest.raises(SpecError) as error:
        parse_gate(text)
    assert str(error.value) == f"gate {text!r}: {message}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("accuracy>=0.9", "accuracy[endpoint=cand@90]>=0.9"),
        ("k: robust[by=topic, after=j] >= 90% @ 95%", "k: robust[by=topic, after=j, endpoint=cand@90] >= 90% @ 95%"),
        ("macro[by=dataset] >= 0.5", "macro[by=dataset, endpoint=cand@90] >= 0.5"),
        (
            'accuracy[topic="pay, tax", reduce=any] >= 0.9',
            'accuracy[topic="pay, tax", reduce=any, endpoint=cand@90] >= 0.9',
        ),
    ],
)
def test_gate_of_a_checkpoint_says_so_in_its_text_which_reads_back(text: str, shown: str) -> None:
    gate = parse_gate(text).of_checkpoint(endpoints=("cand@90",))
    assert gate.text == shown
    assert parse_gate(shown) == gate


def test_gates_of_one_by_keep_their_endpoints_and_their_choice() -> None:
    cases = [Case("q?", "a", fact=f"f{n}", tags={"topic": topic}) for n, topic in enumerate("ab")]
    split = parse_gate(f"accuracy[by=topic, endpoint=cand, {BEST}] >= 0.9").split(cases)
    assert [gate.text for gate in split] == [f"accuracy[topic={t}, endpoint=cand, {BEST}] >= 0.9" for t in "ab"]
    assert [(gate.endpoints, gate.select) for gate in split] == [(("cand",), "best_on(holdout)")] * 2


# Two halves


names = st.text(min_size=1)


@given(names, st.lists(names, min_size=1), st.text())
def test_all_questions_about_a_fact_are_in_one_half(fact: str, variants: list[str], suite: str) -> None:
    cases = [Case("?", "a", fact=fact, variant=variant, id=variant, suite=suite) for variant in variants]
    answers = [make_result(fact=fact, variant=variant, case=variant, suite="elsewhere") for variant in variants]
    assert len({is_held_out(one) for one in [*cases, *answers]}) == 1


@given(st.text(alphabet="abcdefgh0123456789-", max_size=8), st.integers(300, 2000))
@example("", 1000)
@example("room-", 300)
def test_halves_are_halves_roughly(prefix: str, facts: int) -> None:
    held = sum(is_held_out(Case("?", fact=f"{prefix}{number}")) for number in range(facts))
    # five standard deviations of a fair coin
    assert abs(held - facts / 2) < 2.5 * facts**0.5


def test_split_is_what_it_was() -> None:
    """Another split would make runs say something else than they did: whoever changes it, changes the seed too."""
    assert "".join("h" if is_held_out(Case("?", fact=f"room-{n}")) else "." for n in range(24)) == SPLIT


SPLIT = "hh...hh....hh.h.hh......"


def test_case_without_a_fact_is_its_own() -> None:
    halves = Counter(is_held_out(make_result(fact="", case=f"c{n}")) for n in range(100))
    assert min(halves.values()) > 25


@given(st.sets(st.integers(0, 200), min_size=1))
def test_gate_is_decided_on_one_half_and_chosen_by_the_other(numbers: set[int]) -> None:
    results = [
        make_result(fact=f"f{n}", variant=variant, case=variant)
        for n in numbers
        for variant in ("memorization", "rephrased")
    ]
    gate = parse_gate(f"accuracy[variant=rephrased, {BEST}] >= 0.5")
    decided, chosen = population(gate, results), held_out(gate, results)
    assert {one.fact for one in decided}.isdisjoint(one.fact for one in chosen)
    rephrased = [one for one in results if one.variant == "rephrased"]
    assert sorted(map(id, decided + chosen)) == sorted(map(id, rephrased))
    assert held_out(parse_gate("accuracy >= 0.5"), results) == []


def test_paired_metric_takes_memorization_cases_of_its_own_half() -> None:
    results = [
        make_result(fact=f"f{n}", variant=variant, case=variant)
        for n in range(40)
        for variant in ("memorization", "rephrased")
    ]
    found = population(parse_gate(f"conditional[variant=rephrased, {BEST}] >= 0.5"), results)
    assert {one.variant for one in found} == {"memorization", "rephrased"}
    assert not any(map(is_held_out, found))


def test_gate_whose_facts_are_all_held_out_says_that_they_are_too_few() -> None:
    held = next(name for name in map(str, range(100)) if is_held_out(Case("?", fact=name)))
    gate = parse_gate(f"accuracy[{BEST}] >= 0.5")
    result = decide(gate, [make_result(fact=held)], planned=0, endpoint="e", selection="session").result
    assert (result.outcome, result.reason) == ("INCONCLUSIVE", ALL_HELD_OUT)


# Choosing


def answers(letters: str) -> list:
    return [make_result(fact=f"f{place}", outcome=letter) for place, letter in enumerate(letters)]


def test_best_has_the_most_right_answers() -> None:
    choice = choose_best({"c@1": answers("rwww"), "c@2": answers("rrrw"), "c@3": answers("rrww")})
    assert (choice.alias, choice.said) == ("c@2", "c@2, best of 3 on 4 held-out facts: 3/4")


def test_tie_goes_to_the_earliest_and_is_told() -> None:
    choice = choose_best({"c@1": answers("rw"), "c@2": answers("rr"), "c@3": answers("rr"), "c@4": answers("rr")})
    assert choice.alias == "c@2"
    assert choice.said == ("c@2, best of 4 on 2 held-out facts: 2/2, tied with c@3 and c@4; the earliest is taken")


def test_case_that_does_not_count_is_no_answer() -> None:
    assert choose_best({"c@1": answers("rnn"), "c@2": answers("wnn")}).said == "c@1, best of 2 on 1 held-out fact: 1/1"


@pytest.mark.parametrize(
    ("found", "alias"),
    [
        ({"c@1": "rrrw", "c@2": "ewww"}, "c@1"),  # cannot be the best, whatever is missing
        ({"c@1": "rrww", "c@2": "erww"}, ""),  # could tie
        ({"c@1": "rrww", "c@2": "errr"}, ""),  # is the best, but is not chosen
        ({"c@1": "eeee", "c@2": "uuuu"}, ""),
        ({"c@1": "eeee"}, ""),
    ],
)
def test_checkpoint_without_all_grades_is_never_chosen_nor_passed_over(found: dict[str, str], alias: str) -> None:
    choice = choose_best({name: answers(letters) for name, letters in found.items()})
    assert choice.alias == alias
    if not alias:
        assert choice.said.startswith("no checkpoint is chosen: without a grade, on the held-out facts: c@")


def test_nothing_to_choose_by_chooses_nothing() -> None:
    choice = choose_best({"c@1": answers("nn"), "c@2": answers("nn")})
    assert (choice.alias, choice.said) == (
        "",
        "no case that counts is of the facts that are held out to choose the checkpoint by",
    )
