"""Gates over awkward selections: `by`, quoted values, columns named like our words, and leaks that nobody could see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import make_result

from pytest_ftbench.gates import Decision, decide, parse_gate, parse_selector, population
from pytest_ftbench.records import Result

ANY_TEXT = st.text() | st.text(st.sampled_from("ab,|[]\"' =@"))


def decided(text: str, results: list[Result], *, why_empty: str = "") -> Decision:
    planned = len(population(parse_gate(text), results))
    return decide(parse_gate(text), results, planned=planned, endpoint="e", selection="s", why_empty=why_empty)


def of_topics(**outcomes: str) -> list[Result]:
    return [
        make_result(fact=f"{topic}{number}", outcome=outcome, tags={"topic": topic} if topic != "none" else {})
        for topic, given_outcomes in outcomes.items()
        for number, outcome in enumerate(given_outcomes)
    ]


@pytest.mark.parametrize("key", ["topic", '"topic"', "'topic'"])
def test_by_gives_each_value_its_own_gate_however_the_key_is_written(key: str) -> None:
    results = of_topics(pay="rrr", tax="www")
    split = parse_gate(f"accuracy[by={key}] >= 0.5").split(results)
    assert [gate.text for gate in split] == ["accuracy[topic=pay] >= 0.5", "accuracy[topic=tax] >= 0.5"]
    assert [decided(gate.text, results).result.outcome for gate in split] == ["PASS", "FAIL"]


def test_cases_without_the_key_of_by_stand_under_none_of_its_gates() -> None:
    gate = parse_gate("accuracy[by=topic] >= 0.5")
    assert [one.fact for one in population(gate, of_topics(pay="r", none="w"))] == ["pay0"]


def test_by_a_key_that_no_case_has_decides_nothing() -> None:
    results = of_topics(pay="rrr")
    (gate,) = parse_gate("accuracy[by=tpoic] >= 0.5").split(results)
    result = decided(gate.text, results).result
    assert (result.outcome, result.reason) == ("INCONCLUSIVE", "no case has a 'tpoic', which 'by' names")


@given(
    ANY_TEXT,
    st.sampled_from(["accuracy[by=topic] >= 0.5", "accuracy[suite=s | t,by = topic]  <  50 %".replace(" %", "%")]),
)
def test_gate_of_any_value_can_be_read_back_from_its_text(value: str, text: str) -> None:
    results = [make_result(suite="s", tags={"topic": value}), make_result(suite="t", tags={"topic": value + "x"})]
    for gate in parse_gate(text).split(results):
        assert parse_gate(gate.text) == gate
        assert len(population(gate, results)) == 1


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('topic = a | "b, c" | d', ("a", "b, c", "d")),
        ('topic=\'it\'\'s\'|"say ""hi"""', ("it's", 'say "hi"')),
        ('topic=" a  b "', (" a  b ",)),
        ('topic=""', ("",)),
        ("topic= a b ", ("a b",)),
        ("topic='a]b'", ("a]b",)),
    ],
)
def test_value_in_quotes_is_taken_as_it_is(text: str, values: tuple[str, ...]) -> None:
    assert parse_selector(text).conditions[0].values == values


def test_blanks_in_quotes_stay_in_the_text_of_a_gate() -> None:
    gate = parse_gate(' accuracy[ topic =  "a  b" ]  >= 0.5 ')
    assert gate.text == 'accuracy[ topic = "a  b" ] >= 0.5'
    assert parse_gate(gate.text) == gate


@pytest.mark.parametrize("key", ["dataset", "suite", "case"])
def test_column_of_the_users_comes_before_our_own_meaning_of_its_name(key: str) -> None:
    tagged, plain = make_result(suite="hr/x", case="x", tags={key: "medical"}), make_result(suite="x", case="x")
    assert parse_selector(f"{key}=medical").select([tagged, plain]) == [tagged]
    assert parse_selector(f"{key}=x").select([tagged, plain]) == [plain]


def test_leak_of_cases_without_a_trained_answer_measures_nothing() -> None:
    results = [make_result(fact=str(number), expect="abstain", trained_answer="") for number in range(5)]
    result = decided("leak <= 0.05", results, why_empty="no case meets all of its conditions").result
    assert (result.outcome, result.n) == ("INCONCLUSIVE", 0)
    assert result.reason == "none of the cases selected expects abstention and has a trained answer that could leak"


def test_leak_counts_the_cases_whose_trained_answer_is_known() -> None:
    results = [
        make_result(fact="a", expect="abstain", trained_answer="25", flags=("leak",), outcome="w"),
        make_result(fact="b", expect="abstain", trained_answer="26"),
        make_result(fact="c", expect="abstain", trained_answer=""),
        make_result(fact="d", expect="abstain", trained_answer=None),  # a run of a version that did not write it down
    ]
    result = decided("leak <= 0.5", results).result
    assert (result.right, result.n, result.outcome) == (1, 3, "PASS")


@pytest.mark.parametrize(
    ("metric", "reason"),
    [
        ("abstain", "none of the cases selected expects abstention"),
        ("joint_abstain", "none of the cases selected expects abstention"),
        ("balanced_accuracy", "none of the cases selected expects yes or no"),
    ],
)
def test_metric_that_is_about_none_of_the_cases_says_so(metric: str, reason: str) -> None:
    result = decided(f"{metric} >= 0.5", of_topics(pay="rr"), why_empty="no case meets all of its conditions").result
    assert (result.outcome, result.reason) == ("INCONCLUSIVE", reason)


def test_selection_that_finds_nothing_says_what_the_caller_knows() -> None:
    result = decided("accuracy[topic=tax] >= 0.5", of_topics(pay="r"), why_empty="no case has topic=tax").result
    assert (result.outcome, result.reason) == ("INCONCLUSIVE", "no case has topic=tax")


def test_case_that_ran_twice_does_not_stand_for_one_that_did_not_run() -> None:
    twice = [make_result(fact="a"), make_result(fact="a")]
    decision = decide(
        parse_gate("accuracy >= 0.1"),
        twice,
        planned=2,
        endpoint="e",
        selection="s",
        case_of=lambda result: result.fact,
    )
    assert (decision.result.outcome, decision.result.reason) == ("INCONCLUSIVE", "1 of 2 ran")
