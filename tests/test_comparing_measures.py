"""What changed between two runs: counts, shares, their bounds for missing grades, and gates over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from comparing_kit import compare, pairs, results
from hypothesis import given
from hypothesis import strategies as st
from stats_kit import LEVEL, near, worked

from pytest_ftbench.commands.bounds import parse_bound
from pytest_ftbench.comparing import MEASURES, Pair, change_p, decide_comparison
from pytest_ftbench.comparing.changes import Changes
from pytest_ftbench.comparing.headline import headline
from pytest_ftbench.errors import SpecError
from pytest_ftbench.records import GateResult, Result
from pytest_ftbench.stats.paired import mcnemar_p, tango_interval
from pytest_ftbench.stats.paired_clusters import change_interval, clustered_tango_interval, sign_flip_p

sides = st.integers(1, 4).flatmap(lambda n: st.tuples(*[st.text("rwe", min_size=n, max_size=n)] * 2))


def table(kept: int, lost: int, learned: int, missing: int) -> tuple[str, str]:
    """Letters before and now of so many cases."""
    return "r" * (kept + lost) + "w" * (learned + missing), "r" * kept + "w" * lost + "r" * learned + "w" * missing


def decided(expr: str, before: str, now: str, *, by_fact: int = 1) -> GateResult:
    return decide_comparison(parse_bound(expr), compare(before, now, by_fact=by_fact)).result


@pytest.mark.parametrize(
    ("counts", "retention", "interval", "acquire", "net"),
    [
        # published with the metrics: (kept, lost, learned, still missing), Wilson's limits, net change
        ((90, 10, 20, 80), 0.90, (0.825634, 0.944771), 0.20, 0.05),
        ((95, 5, 0, 0), 0.95, (0.888250, 0.978456), None, -0.05),
        ((40, 60, 30, 70), 0.40, (0.309401, 0.497997), 0.30, -0.15),
    ],
)
def test_worked_retention(
    counts: tuple[int, int, int, int],
    retention: float,
    interval: tuple[float, float],
    acquire: float | None,
    net: float,
) -> None:
    found = pairs(*table(*counts))
    measured = {name: measure(found) for name, measure in MEASURES.items()}
    assert measured["retention"].value == near(retention)
    assert measured["retention"].interval == near(*interval)
    assert measured["acquire"].value == (None if acquire is None else near(acquire))
    assert (measured["uplift"].value, measured["drop"].value) == (near(net), near(-net))
    assert measured["lost"].value == Fraction(counts[1], sum(counts))
    assert measured["gained"].value == Fraction(counts[2], sum(counts))
    (row,) = headline(compare(*table(*counts)))
    assert list(row.turns.values()) == [counts[2], counts[0], counts[1], counts[3]]
    assert (row.retention.right, row.retention.n, row.retention.interval) == (
        counts[0],
        sum(counts[:2]),
        near(*interval),
    )


def test_one_case_a_fact_gives_tango_and_mcnemar_of_the_worked_examples() -> None:
    for example in worked("mcnemar"):
        gained, lost, total = example["b"], example["c"], example["n"]
        found = pairs(*table(0, lost, gained, total - gained - lost))
        low, high = example["tango95"]
        assert change_p(found) == near(example["exact_p"])
        assert MEASURES["uplift"](found).interval == near(low, high)
        assert MEASURES["drop"](found).interval == near(-high, -low)
        assert MEASURES["uplift"](found).is_plain


def test_several_cases_a_fact_are_compared_by_fact() -> None:
    before, now = "rrr" * 20 + "www" * 12 + "rww" * 8, "rrr" * 20 + "rrr" * 12 + "www" * 8
    (example,) = (row for row in worked("paired_cluster") if row["desc"] == "20x000,12x+++,8x-00")
    found = Changes.of(pairs(before, now, by_fact=3))
    assert (float(found.value or 0), found.p) == near(example["mean"], example["signflip_p"])
    changes = [(0, 3)] * 20 + [(3, 3)] * 12 + [(-1, 3)] * 8
    assert found.interval == change_interval(changes)
    assert found.p == sign_flip_p([change for change, _ in changes])
    assert found.limits(LEVEL) == clustered_tango_interval(
        [(0, 0, 3)] * 20 + [(3, 0, 3)] * 12 + [(0, 1, 3)] * 8, sides=1
    )


def filled(before: str, now: str) -> Iterator[list[Pair]]:
    """The pairs for everything that the missing grades could be."""
    letters = [("rw" if letter == "e" else letter) for letter in before + now]
    for one in product(*letters):
        text = "".join(one)
        yield pairs(text[: len(before)], text[len(before) :])


@given(sides)
def test_bounds_of_missing_grades_hold_whatever_they_are(both: tuple[str, str]) -> None:
    found = pairs(*both)
    for name, measure in MEASURES.items():
        bounds = measure(found)
        values = [value for one in filled(*both) if (value := measure(one).value) is not None]
        assert all(bounds.lowest <= value <= bounds.highest for value in values), name
        if name in ("drop", "uplift", "lost", "gained") and both[0]:
            assert (bounds.lowest, bounds.highest) == (min(values), max(values)), name
        assert bounds.n + bounds.errors <= len(found)


@given(sides)
def test_drop_mirrors_uplift_and_is_lost_less_gained(both: tuple[str, str]) -> None:
    found = pairs(*both)
    drop, uplift = MEASURES["drop"](found), MEASURES["uplift"](found)
    assert (drop.lowest, drop.highest) == (-uplift.highest, -uplift.lowest)
    assert drop.interval == (-uplift.interval[1], -uplift.interval[0])
    if drop.value is not None and uplift.value is not None:
        assert drop.value == -uplift.value
        assert uplift.interval[0] <= uplift.value <= uplift.interval[1]
    if "e" not in both[0] + both[1]:
        assert drop.value == (MEASURES["lost"](found).value or 0) - (MEASURES["gained"](found).value or 0)


def test_case_that_was_wrong_cannot_be_lost_whatever_it_is_now() -> None:
    lost = MEASURES["lost"](pairs("wr", "ee"))
    assert (lost.n, lost.errors, lost.highest) == (1, 1, Fraction(1, 2))
    assert MEASURES["gained"](pairs("ew", "rw")).highest == Fraction(1, 2)


def test_lost_cases_count_against_a_drop() -> None:
    for name in ("drop", "uplift", "lost"):
        assert [miss.question for miss in MEASURES[name](pairs("rrw", "wrr")).misses] == ["question 0?"]


@pytest.mark.parametrize(
    ("expr", "before", "now", "outcome"),
    [
        ("drop <= 0.1", "r" * 10, "r" * 9 + "w", "PASS"),
        ("drop < 0.1", "r" * 10, "r" * 9 + "w", "FAIL"),
        ("drop <= 10%", "r" * 10, "r" * 9 + "e", "PASS"),
        ("drop <= 0.05", "r" * 10, "r" * 9 + "e", "INCONCLUSIVE"),
        ("drop <= 0.05", "r" * 10, "r" * 8 + "we", "FAIL"),
        ("uplift >= 0.1", "w" * 10, "w" * 9 + "r", "PASS"),
        ("uplift > -0.1", "r" * 10, "r" * 9 + "w", "FAIL"),
        ("lost <= 2", "r" * 10, "r" * 8 + "ww", "PASS"),
        ("lost <= 2", "r" * 10, "r" * 7 + "www", "FAIL"),
        ("lost <= 2", "r" * 10, "r" * 7 + "wwe", "INCONCLUSIVE"),
        ("lost <= 0", "r" * 10, "r" * 10, "PASS"),
        ("lost <= 1", "r" * 200, "r" * 198 + "ww", "FAIL"),
        ("lost <= 1%", "r" * 200, "r" * 198 + "ww", "PASS"),
        ("gained >= 3", "www", "rrr", "PASS"),
        ("retention >= 0.9", "rrrrrrrrrrww", "rrrrrrrrrwww", "PASS"),
        ("retention >= 0.9", "wwww", "rrrr", "INCONCLUSIVE"),
        ("acquire >= 1", "wwrr", "rrww", "PASS"),
    ],
)
def test_point_estimate_decides_without_a_level(expr: str, before: str, now: str, outcome: str) -> None:
    assert decided(expr, before, now).outcome == outcome


def test_drop_at_a_level_is_a_test_of_non_inferiority() -> None:
    # none lost of n: Tango's one-sided 95 % limit of the drop is z^2 / (n + z^2), at most 0.02 from 133 on
    assert decided("drop <= 0.02 @ 95%", "r" * 132, "r" * 132).outcome == "INCONCLUSIVE"
    assert decided("drop <= 0.02 @ 95%", "r" * 133, "r" * 133).outcome == "PASS"
    assert decided("drop <= 0.02 @ 95%", "r" * 200, "r" * 150 + "w" * 50).outcome == "FAIL"
    # not significantly worse, which is no proof of not being worse
    found = decided("drop <= 0.05 @ 95%", "r" * 20, "r" * 17 + "www")
    assert mcnemar_p(0, 3) > 0.05
    assert found.outcome == "INCONCLUSIVE"
    low, high = tango_interval(0, 3, 20)
    assert (found.value, found.low, found.high) == near(0.15, -high, -low)


def test_open_gate_says_how_many_cases_would_settle_it() -> None:
    found = decided("drop <= 0.02 @ 95%", "r" * 50, "r" * 50)
    assert found.reason == (
        "too few cases to tell at 95 % on which side of the bound it is; about 133 like these would"
    )
    assert "about" not in decided("drop <= 0 @ 95%", "r" * 50, "r" * 50).reason
    assert "133" in decided("uplift >= -0.02 @ 95%", "r" * 50, "r" * 50).reason


def test_missing_grades_move_the_limits_to_both_sides() -> None:
    assert decided("drop <= 0.1 @ 95%", "r" * 100, "r" * 90 + "e" * 10).outcome == "INCONCLUSIVE"
    assert decided("drop <= 0.1 @ 95%", "r" * 100, "r" * 99 + "e").outcome == "PASS"
    assert decided("drop <= 0.1 @ 95%", "r" * 100, "w" * 40 + "r" * 55 + "e" * 5).outcome == "FAIL"


def test_first_loss_does_not_earn_what_no_loss_does_not() -> None:
    unchanged = "r" * 120
    assert decided("drop <= 0.05 @ 95%", unchanged, unchanged, by_fact=3).outcome == "INCONCLUSIVE"
    for lost in (1, 2, 3):
        now = "w" * lost + "r" * (120 - lost)
        assert decided("drop <= 0.05 @ 95%", unchanged, now, by_fact=3).outcome == "INCONCLUSIVE"


@given(st.integers(2, 30), st.integers(1, 4), st.data())
def test_no_change_clears_whatever_clears_with_losses_only(facts: int, by_fact: int, data: st.DataObject) -> None:
    cases = facts * by_fact
    now = data.draw(st.text("rw", min_size=cases, max_size=cases))
    low, _ = Changes.of(pairs("r" * cases, now, by_fact=by_fact)).limits(LEVEL)
    best, _ = Changes.of(pairs("r" * cases, "r" * cases, by_fact=by_fact)).limits(LEVEL)
    assert low <= best


def test_shares_at_a_level_use_exact_limits() -> None:
    # the zero-failure rule: 59 kept of 59 show a rate of 0.95, 58 do not
    assert decided("retention >= 0.95 @ 95%", "r" * 59 + "w" * 9, "r" * 68).outcome == "PASS"
    assert decided("retention >= 0.95 @ 95%", "r" * 58 + "w" * 9, "r" * 67).outcome == "INCONCLUSIVE"
    assert decided("lost <= 5% @ 95%", "r" * 59, "r" * 59).outcome == "PASS"


def test_headline_has_a_row_for_each_kind_of_question_and_one_for_all() -> None:
    before = [*results("rr", variant="secondary"), *results("wr", variant="rephrased"), *results("r")]
    found = headline(compare(before, [replace(one, right=True, grade="correct") for one in before]))
    assert [(row.variant, row.changes.graded, row.right_before, row.right_now) for row in found] == [
        ("memorization", 1, 1, 1),
        ("rephrased", 2, 1, 2),
        ("secondary", 2, 2, 2),
        ("", 5, 4, 5),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("drop 0.02", "gate 'drop 0.02': expected METRIC[SELECTOR] OP BOUND, as in 'drop <= 0.02 @ 95%'."),
        (
            "dorp <= 0.02",
            "gate 'dorp <= 0.02': unknown metric 'dorp'. Did you mean 'drop'? There are: drop, uplift, "
            "lost, gained, retention, acquire.",
        ),
        (
            "accuracy >= 0.9",
            "gate 'accuracy >= 0.9': accuracy is of one run. There are: drop, uplift, lost, gained, "
            "retention, acquire.",
        ),
        (
            "lost <= 2 @ 95%",
            "gate 'lost <= 2 @ 95%': a count of cases has no limits of confidence. "
            "Bound a share, as in 'lost <= 2% @ 95%'.",
        ),
        ("drop <= 2", "gate 'drop <= 2': the bound must lie in [-1, 1], got 2. Write 0.85 or 85%."),
        (
            "drop <= 0.02 @ 30%",
            "gate 'drop <= 0.02 @ 30%': the level must lie between 50% and 100%, got 30%. Write @ 95% or @ 0.95.",
        ),
    ],
)
def test_gate_that_cannot_be_understood_is_told_in_one_line(text: str, fault: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_bound(text)
    assert str(caught.value) == fault


def test_gate_is_read_by_the_one_grammar() -> None:
    gate = parse_bound(' safe:  drop[variant=rephrased|alias,  topic!="gap <= 1", by=topic] <= 2%  @ 90% ')
    assert (gate.metric, gate.name, gate.op, gate.bound, gate.level, gate.by) == (
        "drop", "safe", "<=", Fraction(2, 100), Fraction(9, 10), "topic",
    )  # fmt: skip
    assert [str(condition) for condition in gate.selector.conditions] == [
        "variant=rephrased|alias",
        'topic!="gap <= 1"',
    ]
    assert (parse_bound("lost <= 12").bound, parse_bound("lost <= 12%").bound) == (12, Fraction(12, 100))


def test_whole_bound_counts_cases_and_one_in_percent_does_not() -> None:
    assert decided("lost <= 100%", "rr", "ww").outcome == "PASS"
    assert decided("lost <= 1", "rr", "ww").outcome == "FAIL"
    assert decided('lost[topic!="5%"] <= 12', "rr", "ww").outcome == "PASS"
    assert decided("lost <= 2.0 @ 95%", "r" * 99, "r" * 99).outcome == "INCONCLUSIVE"


def test_samples_can_be_reduced_before_they_are_compared() -> None:
    def sampled(*outcomes: str, prefix: str = "") -> list[Result]:
        found = [results("".join(of_sample)) for of_sample in zip(*outcomes, strict=True)]
        return [
            replace(one, sample=number, case=prefix + one.case)
            for number, of_sample in enumerate(found, start=1)
            for one in of_sample
        ]

    found = compare(sampled("rrr", "rrw", "www"), sampled("rww", "rrr", "wwe", prefix="renamed "))
    reduced = {
        reducer: decide_comparison(parse_bound(f"lost[reduce={reducer}] <= 1"), found).result
        for reducer in ("mean", "majority", "any", "all")
    }
    assert {name: (one.right, one.n, one.errors) for name, one in reduced.items()} == {
        "mean": (2, 9, 0),
        "majority": (1, 3, 0),
        "any": (0, 3, 0),
        "all": (1, 3, 0),
    }
