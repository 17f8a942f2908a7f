"""Samples for a person to label: both verdicts in them, and nothing that gives a verdict away."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from makers import make_result

from pytest_ftbench.errors import DataError
from pytest_ftbench.records import Result
from pytest_ftbench.reports.review import review_text
from pytest_ftbench.review import Stratum, draw_sample, judged_results, key_text, make_key, model_of, read_key
from pytest_ftbench.runs import Run


def make_run(*results: Result) -> Run:
    endpoints = [{"alias": "e", "spec": "openai:m", "served_model": None}]
    return Run("run.jsonl", {"id": "r1", "ftbench": "0.1.0", "judge": None, "endpoints": endpoints}, results, (), None)


def results(right: int, wrong: int, *, variant: str = "memorization") -> list[Result]:
    return [
        make_result(fact=f"{variant}{number}", variant=variant, outcome="r" if number < right else "w")
        for number in range(right + wrong)
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "size", "drawn"),
    [
        (900, 100, 100, (80, 20)),  # a fifth at least: 13 would make the interval shortest, and say less of the judge
        (400, 600, 100, (37, 63)),
        (995, 5, 100, (95, 5)),
        (3, 900, 100, (3, 97)),
        (50, 0, 20, (20, 0)),
        (0, 50, 20, (0, 20)),
        (3, 2, 100, (3, 2)),
        (1, 1, 1, (0, 1)),
    ],
)
def test_both_verdicts_are_drawn(right: int, wrong: int, size: int, drawn: tuple[int, int]) -> None:
    found = Counter(result.right for result in draw_sample(results(right, wrong), size=size, seed=1))
    assert (found[True], found[False]) == drawn


def test_variants_are_drawn_in_proportion() -> None:
    population = results(60, 0) + results(30, 0, variant="rephrased") + results(10, 0, variant="secondary")
    found = Counter(result.variant for result in draw_sample(population, size=21, seed=1))
    assert found == {"memorization": 13, "rephrased": 6, "secondary": 2}


def test_same_seed_draws_the_same_in_the_same_order_and_nothing_twice() -> None:
    population = results(60, 40)
    first = draw_sample(population, size=30, seed=1)
    assert draw_sample(population, size=30, seed=1) == first
    assert draw_sample(population, size=30, seed=2) != first
    assert len({result.fact for result in first}) == 30


def test_order_does_not_give_the_verdict_away() -> None:
    rights = [result.right for result in draw_sample(results(500, 500), size=100, seed=1)]
    changes = sum(one != other for one, other in pairwise(rights))
    assert 30 < changes < 70


def test_only_answers_that_were_judged_are_drawn() -> None:
    judged = make_result(fact="a")
    run = make_run(
        judged,
        make_result(fact="b", outcome="e", answer=None),
        make_result(fact="c", rule="assertion"),
        make_result(fact="d", outcome="u"),
        make_result(fact="e", endpoint="other"),
    )
    assert judged_results(run, endpoint="e") == [judged]
    assert len(judged_results(run)) == 2


def test_review_shows_neither_model_nor_verdict() -> None:
    result = make_result(
        outcome="w", rule="contains", reason="since it is so", served_model="gpt-x", endpoint="candidate",
        question="Why?", context="Because.", expected="so", answer="no", suite="s", fact="f", case="c", flags=("leak",),
    )  # fmt: skip
    text = review_text([("r1", result)])
    assert text == "row,question,context,expected,answer,human\nr1,Why?,Because.,so,no,\n"


@pytest.mark.parametrize(
    ("answer", "cell"),
    [
        ('=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'),
        ("+1 or more", "'+1 or more"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("-5.2", "-5.2"),
        ("two\nlines", '"two\nlines"'),
        ("r\u202eright\x1b[2J", "r\\u202eright\\x1b[2J"),
    ],
)
def test_answer_can_neither_run_in_a_spreadsheet_nor_hide(answer: str, cell: str) -> None:
    row = review_text([("r1", make_result(answer=answer))]).partition("\n")[2]
    assert row == f"r1,question?,,answer,{cell},\n"


def test_model_is_named_as_its_server_names_it_or_by_its_spec() -> None:
    run = make_run()
    assert model_of(make_result(served_model="m-1"), run) == "m-1"
    assert model_of(make_result(), run) == "openai:m"
    assert model_of(make_result(endpoint="other"), run) == "other"


def test_key_comes_back_and_its_ids_say_nothing(tmp_path: Path) -> None:
    population = results(60, 40)
    run = make_run(*population)
    drawn = draw_sample(population, size=10, seed=1)
    key = make_key(run, drawn, population, seed=1)
    (tmp_path / "key.json").write_text(key_text(key), encoding="utf-8")
    assert read_key(tmp_path / "key.json") == key
    assert (key.run, key.judged_by) == ("r1", {"matchers": "0.1.0", "judge": None})
    assert key.strata == (Stratum("suite", "memorization", False, (60, 40)),)
    assert [row.fact for row in key.rows.values()] == [result.fact for result in drawn]
    flipped = [make_result(fact=result.fact, outcome="w" if result.right else "r") for result in drawn]
    assert list(make_key(run, flipped, population, seed=1).rows) == list(key.rows)


@pytest.mark.parametrize(
    "text", ["no json", "[]", "{}", '{"kind": "ftbench-review-key", "schema": 1, "rows": {"a": {}}}']
)
def test_what_is_no_key_is_told_in_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="not the key of a review file"):
        read_key(tmp_path / "key.json")


def test_key_counts_all_that_was_drawn_from_by_kind_and_by_who_decided() -> None:
    population = results(2, 1) + results(1, 1, variant="rephrased")
    population += [make_result(fact="j", outcome="r", rule="judge:j")]
    key = make_key(make_run(*population), population[:1], population, seed=1)
    assert key.strata == (
        Stratum("suite", "memorization", False, (2, 1)),
        Stratum("suite", "memorization", True, (1, 0)),
        Stratum("suite", "rephrased", False, (1, 1)),
    )


def test_key_with_a_row_of_no_stratum_is_refused(tmp_path: Path) -> None:
    population = results(2, 1)
    text = key_text(make_key(make_run(*population), population, population, seed=1))
    (tmp_path / "key.json").write_text(text.replace('"is_by_judge": false', '"is_by_judge": true'), encoding="utf-8")
    with pytest.raises(DataError, match="not the key of a review file"):
        read_key(tmp_path / "key.json")
