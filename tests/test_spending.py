"""The account of a session: costs counted, unknown ones kept unknown, and a budget that is not overshot."""

from __future__ import annotations

import pytest
from engine_kit import Fake, Store, ask, prefetch

from pytest_ftbench.engine import Engine
from pytest_ftbench.prices import Price
from pytest_ftbench.records import Completion
from pytest_ftbench.spending import Spending, Terms

DEAR = Price(usd_per_million_in=0.0, usd_per_million_out=10_000.0)  # a cent a token of the answer


def one_token(text: str) -> Completion:
    return Completion(text, tokens_in=5, tokens_out=1)


def terms(price: Price | None = DEAR, *, is_free: bool = False, max_tokens: int | None = 1) -> Terms:
    return Terms(lambda: price, is_free=is_free, max_tokens=max_tokens)


def engine_with(spending: Spending, provider: Fake) -> Engine:
    store = Store()
    return Engine({"e": provider}, open_store=lambda: store, concurrency=4, spending=spending)


def test_calls_are_counted_with_their_tokens_and_cost() -> None:
    engine = engine_with(Spending({"e": terms()}), Fake(answer=one_token))
    prefetch(engine, [ask(text) for text in "abc"])
    assert engine.spending.tokens() == (15, 3)
    assert engine.spending.costs_usd() == {"e": pytest.approx(0.03)}


def test_one_answer_of_unknown_cost_makes_the_sum_unknown() -> None:
    spending = Spending({"e": terms()})
    engine = engine_with(spending, Fake(answer=lambda text: one_token(text) if text == "a" else Completion(text)))
    prefetch(engine, [ask("a"), ask("b")])
    assert spending.costs_usd() == {"e": None}


def test_cached_answers_errors_and_free_endpoints_cost_nothing() -> None:
    spending = Spending({"e": terms(None), "free": terms(None, is_free=True)})
    assert spending.cost_of(ask("a"), Completion("x", cached=True)) == 0.0
    assert spending.cost_of(ask("a"), Completion(error="HTTP 500")) == 0.0
    assert spending.cost_of(ask("a", "free"), Completion("x")) == 0.0
    assert spending.cost_of(ask("a"), Completion("x", tokens_in=1, tokens_out=1)) is None


@pytest.mark.parametrize(("budget_usd", "asked"), [(0.01, 1), (0.055, 5), (0.2, 20), (5.0, 20)])
def test_nothing_is_asked_that_would_pass_the_budget(budget_usd: float, asked: int) -> None:
    provider = Fake(answer=one_token)
    engine = engine_with(Spending({"e": terms()}, budget_usd=budget_usd), provider)
    questions = [ask(str(number)) for number in range(20)]
    prefetch(engine, questions)
    assert len(provider.asked) == asked
    left_out = [engine.complete(question) for question in questions if engine.complete(question).is_left_out]
    assert len(left_out) == 20 - asked
    amount = f"{budget_usd:.2f}" if budget_usd >= 0.1 else f"{budget_usd:g}"
    refusal = f"not asked: this session's budget of ${amount} is spent (--ftbench-budget)"
    assert {answer.error for answer in left_out} <= {refusal}


def test_length_of_answers_so_far_is_what_the_next_is_expected_to_have() -> None:
    def ten_tokens(text: str) -> Completion:
        return Completion(text, tokens_in=5, tokens_out=10)

    provider = Fake(answer=ten_tokens)
    # An answer of open length is taken for 50 tokens, or $0.50; the first one shows that they have ten, or $0.10.
    engine = engine_with(Spending({"e": terms(max_tokens=None)}, budget_usd=1.0), provider)
    prefetch(engine, [ask(str(number)) for number in range(20)])
    assert len(provider.asked) == 10


def test_error_gives_back_what_was_set_aside() -> None:
    def fail_at_first(text: str) -> Completion:
        return Completion(error="no") if text == "0" else one_token(text)

    provider = Fake(answer=fail_at_first)
    engine = engine_with(Spending({"e": terms()}, budget_usd=0.03), provider)
    prefetch(engine, [ask(str(number)) for number in range(10)])
    assert len(provider.asked) == 4
