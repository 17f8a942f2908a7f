"""The grammar of gates and selections: what is understood, and what is said of the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import pytest

from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates import METRICS, parse_gate, parse_selector


@dataclass
class Asked:
    variant: str = "memorization"
    fact: str = "f"
    suite: str = "hr/leave"
    case: str = "c"
    expect: str = "answer"
    tags: dict[str, str] = field(default_factory=dict)


CASES = [
    Asked(fact="a", tags={"topic": "pay"}),
    Asked(fact="b", variant="rephrased", tags={"topic": "pay, tax"}),
    Asked(fact="c", variant="date_change", expect="abstain", suite="api"),
]


def chosen(text: str) -> str:
    return "".join(one.fact for one in parse_selector(text).select(CASES))


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("", "abc"),
        ("variant=rephrased", "b"),
        ("variant = rephrased | date_change", "bc"),
        ("variant!=rephrased", "ac"),
        ("variant!=rephrased, expect=answer", "a"),
        ("dataset=leave", "ab"),
        ("suite=hr/leave", "ab"),
        ("topic=pay", "a"),
        ("topic!=pay", "bc"),
        ('topic="pay, tax"', "b"),
        ("topic='pay, tax'|pay", "ab"),
        ("fact=zzz", ""),
    ],
)
def test_selection_takes_cases_that_meet_every_condition(text: str, facts: str) -> None:
    assert chosen(text) == facts


def test_empty_selection_says_what_there_is_instead() -> None:
    assert parse_selector("variant=alias").explain_empty(CASES) == (
        "no case has variant=alias. There are: date_change, memorization, rephrased"
    )
    assert parse_selector("tpoic=pay").explain_empty(CASES) == (
        "no case has a 'tpoic'. There are: variant, fact, dataset, suite, case, expect, topic"
    )
    assert parse_selector("fact=a,variant=rephrased").explain_empty(CASES) == "no case meets all of its conditions"


def test_gate_has_metric_selection_operator_and_exact_bound() -> None:
    gate = parse_gate(" accuracy[variant=rephrased , dataset=leave]  >=  0.07 ")
    assert (gate.metric, gate.op, gate.bound) == ("accuracy", ">=", Fraction(7, 100))
    assert gate.text == "accuracy[variant=rephrased , dataset=leave] >= 0.07"
    assert [one.fact for one in gate.selector.select(CASES)] == ["b"]


def test_count_of_cases_is_bounded_by_a_number_of_them_or_a_share() -> None:
    assert [parse_gate(f"lost <= {text}").bound for text in ("2", "0", "2%", "0.5")] == [
        2,
        0,
        Fraction(1, 50),
        Fraction(1, 2),
    ]
    assert parse_gate("drop <= -0.05").bound == Fraction(-1, 20)


@pytest.mark.parametrize(("text", "bound"), [("85%", "17/20"), ("1", "1"), ("0", "0"), (".5", "1/2"), ("2/3", "2/3")])
def test_bound_is_a_fraction_or_a_percentage(text: str, bound: str) -> None:
    assert parse_gate(f"accuracy > {text}").bound == Fraction(bound)


def test_by_makes_one_gate_for_each_value_of_the_selected_cases() -> None:
    split = parse_gate("accuracy[variant=memorization|rephrased, by=topic] >= 0.9").split(CASES)
    assert [gate.text for gate in split] == [
        "accuracy[variant=memorization|rephrased, topic=pay] >= 0.9",
        'accuracy[variant=memorization|rephrased, topic="pay, tax"] >= 0.9',
    ]
    assert [[one.fact for one in gate.selector.select(CASES)] for gate in split] == [["a"], ["b"]]
    assert [parse_gate(gate.text) for gate in split] == split


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("accuracy", "gate 'accuracy': expected METRIC[SELECTOR] OP BOUND, as in "
         "'accuracy[variant=rephrased] >= 0.85'."),
        ("accuracy = 0.9", "gate 'accuracy = 0.9': expected METRIC[SELECTOR] OP BOUND, as in "
         "'accuracy[variant=rephrased] >= 0.85'."),
        ("acuracy >= 0.9", "gate 'acuracy >= 0.9': unknown metric 'acuracy'. Did you mean 'accuracy'? There are: "
         f"{', '.join(METRICS)}."),
        ("accuracy >= 90", "gate 'accuracy >= 90': the bound must lie in [0, 1], got 90. Write 0.85 or 85%."),
        ("accuracy >= high", "gate 'accuracy >= high': the bound must be a number, got 'high'. Write 0.85 or 85%."),
        ("accuracy >= 1/0", "gate 'accuracy >= 1/0': the bound must be a number, got '1/0'. Write 0.85 or 85%."),
        ("accuracy[rephrased] >= 0.9", "gate 'accuracy[rephrased] >= 0.9': selection 'rephrased': cannot read "
         "'rephrased'. Write key=value, with commas between."),
        ("accuracy[by=a|b] >= 0.9", "gate 'accuracy[by=a|b] >= 0.9': 'by' takes one key, as in by=topic."),
        ("accuracy >= 0.9 @ high", "gate 'accuracy >= 0.9 @ high': the level must be a number, got 'high'. "
         "Write @ 95% or @ 0.95."),
        ("accuracy >= 0.9 @ 95", "gate 'accuracy >= 0.9 @ 95': the level must lie between 50% and 100%, got 95. "
         "Write @ 95% or @ 0.95."),
        ("f_simpleqa >= 0.9 @ 95%", "gate 'f_simpleqa >= 0.9 @ 95%': f_simpleqa has no limits of confidence. "
         "Leave out '@ 95%'."),
        ("lost <= 2.5", "gate 'lost <= 2.5': the bound must lie in [0, 1], or be a number of cases, got 2.5. "
         "Write 0.85 or 85%."),
        ("gap <= -2", "gate 'gap <= -2': the bound must lie in [-1, 1], got -2. Write 0.85 or 85%."),
        ("accuracy[after!=known] >= 0.9", "gate 'accuracy[after!=known] >= 0.9': 'after' takes the name of one gate, "
         "as in after=known."),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named_with_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(SpecError) as error:
        parse_gate(text)
    assert str(error.value) == message


def test_gate_has_a_name_a_level_and_what_it_comes_after() -> None:
    gate = parse_gate("new-ones : accuracy[after=known, variant=rephrased] >= 0.9 @ 97.5%")
    assert (gate.name, gate.after, gate.level) == ("new-ones", "known", Fraction(39, 40))
    assert [condition.key for condition in gate.selector.conditions] == ["variant"]
    assert parse_gate("accuracy >= 0.9 @ .95").level == parse_gate("accuracy >= 0.9 @95%").level == Fraction(19, 20)
    assert parse_gate("accuracy >= 0.9").level is None


def test_gates_of_one_by_keep_name_level_and_order_and_are_one_family() -> None:
    split = parse_gate("t: accuracy[by=topic, after=known] >= 0.9 @ 95%").split(CASES)
    assert [gate.text for gate in split] == [
        "t: accuracy[topic=pay, after=known] >= 0.9 @ 95%",
        't: accuracy[topic="pay, tax", after=known] >= 0.9 @ 95%',
    ]
    assert [parse_gate(gate.text) for gate in split] == split
    assert {gate.family for gate in split} == {"t: accuracy[by=topic, after=known] >= 0.9 @ 95%"}


def test_message_begins_with_the_place() -> None:
    with pytest.raises(SpecError, match=r"^leave\.yaml: gate 'nonsense': "):
        parse_gate("nonsense", place="leave.yaml")
