"""Amounts, the plan, and what the summary says of cost."""

from __future__ import annotations

import pytest
from makers import make_result

from pytest_ftbench.reports.money import PlanRow, cost_of_session, render_plan, session_cost_in_words, usd
from pytest_ftbench.reports.summary import Facts, render_summary


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (None, "unknown"),
        (0, "$0"),
        (1e-9, "under $0.0001"),
        (0.000099, "under $0.0001"),
        (0.0001, "$0.0001"),
        (0.0012, "$0.0012"),
        (0.01234, "$0.0123"),
        (0.09994, "$0.0999"),
        (0.09996, "$0.10"),
        (0.42, "$0.42"),
        (1.239, "$1.24"),
        (12345.678, "$12,345.68"),
    ],
)
def test_amount_is_as_precise_as_it_is_small(amount: float | None, words: str) -> None:
    assert usd(amount) == words


@pytest.mark.parametrize(
    ("costs", "known", "has_unknown", "words"),
    [
        ([0.1, 0.2, 0.12], 0.42, False, "$0.42"),
        ([0.42, None], 0.42, True, "$0.42 + unknown"),
        ([0.00001, None], 0.00001, True, "under $0.0001 + unknown"),
        ([0.0, None], 0.0, True, "unknown"),
        ([None], 0.0, True, "unknown"),
        ([0.0], 0.0, False, "$0"),
        ([], 0.0, False, "$0"),
    ],
)
def test_unknown_cost_is_never_nothing(costs: list[float | None], known: float, has_unknown: bool, words: str) -> None:
    assert cost_of_session(costs) == (pytest.approx(known), has_unknown)
    assert session_cost_in_words(costs) == words


CANDIDATE = PlanRow("candidate", "endpoint", 1200, 200, 1000, 31000, 50000, 0.0693)
LOCAL = PlanRow("llama", "endpoint", 1200, 0, 1200, 37200, 60000, None)
JUDGE = PlanRow("gpt-4o", "judge", 90, 0, 90, 27000, 4500, 0.1125)
PLAN = """\
                              from           tokens in   tokens out         cost
endpoint     questions   the cache   calls     (about)      (about)      (about)
────────────────────────────────────────────────────────────────────────────────
candidate        1,200         200   1,000      31,000       50,000      $0.0693
llama            1,200           0   1,200      37,200       60,000      unknown
gpt-4o              90           0      90      27,000        4,500        $0.11
(judge)

total            2,490         200   2,290      95,200      114,500      $0.18 +
                                                                         unknown

Nothing was asked. Tokens and cost are estimates: answers may turn out longer or shorter.
No price is known for llama: set price_in and price_out, in USD per million tokens, in [tool.ftbench.models] or behind \
the SPEC's '?'; 0 where nothing is charged.\
"""
PLAN_OF_ONE = """\
          |           |      from |       | tokens in | tokens out |    cost
endpoint  | questions | the cache | calls |   (about) |    (about) | (about)
----------+-----------+-----------+-------+-----------+------------+--------
candidate |     1,200 |       200 | 1,000 |    31,000 |     50,000 | $0.0693

Nothing was asked. Tokens and cost are estimates: answers may turn out longer or shorter.\
"""


def plan(*rows: PlanRow, width: int = 80, color: bool = False, unicode: bool = True) -> str:
    return render_plan(rows, width=width, color=color, unicode=unicode)


def test_plan_has_a_row_for_each_endpoint_and_judge_and_a_total() -> None:
    assert plan(CANDIDATE, LOCAL, JUDGE) == PLAN


def test_plan_of_one_endpoint_needs_no_total() -> None:
    assert plan(CANDIDATE, unicode=False) == PLAN_OF_ONE


def test_row_without_calls_costs_nothing_whatever_its_price() -> None:
    text = plan(PlanRow("llama", "endpoint", 12, 12, 0, 0, 0, None))
    assert "$0" in text
    assert "unknown" not in text
    assert "No price" not in text


def test_plan_without_rows_says_so() -> None:
    assert plan() == "Nothing would be asked."


def test_plan_keeps_to_a_narrow_terminal_and_shows_no_controls() -> None:
    nasty = PlanRow("a\x1b[2J[red]b", "endpoint", 1, 0, 1, 12, 50, 0.1)
    text = plan(nasty, width=50)
    assert "\x1b" not in text
    table = text.partition("\n\n")[0]
    assert max(map(len, table.splitlines())) <= 50
    assert "a\\x1b[2J[red]b (judge)" in plan(PlanRow(nasty.name, "judge", 1, 0, 1, 12, 50, 0.1), width=200)


def test_plan_is_coloured_only_where_it_may_be() -> None:
    assert "\x1b[33munknown\x1b[0m" in plan(LOCAL, color=True)
    assert "\x1b" not in plan(LOCAL)
    assert plan(CANDIDATE, LOCAL, unicode=False).isascii()


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        (None, ""),
        ("$0.0123", ", $0.0123"),
        ("unknown", ", cost unknown"),
        ("$0.42 + unknown", ", $0.42 + unknown"),
        ("under $0.0001", ", under $0.0001"),
        ("$0", ", $0"),
    ],
)
def test_footer_says_what_the_answers_cost(cost: str | None, shown: str) -> None:
    facts = Facts(["e"], [make_result(outcome="e")], [], calls=36, cache_hits=0, cost=cost, with_matrix=False)
    assert render_summary(facts, width=80, color=False, unicode=True) == (
        f"36 answers asked for, 0 from the cache{shown}, 1 error; intervals are 95 % Wilson limits"
    )
