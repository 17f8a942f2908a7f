"""What the answers of a session have cost so far, and whether the next one may still be asked for."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from pytest_ftbench.prices import estimate_tokens_in, estimate_tokens_out
from pytest_ftbench.records import Completion, Question


class Priced(Protocol):
    """What one call costs."""

    def cost_usd(self, tokens_in: int, tokens_out: int) -> float: ...


class Terms:
    """What one endpoint asks for its answers.

    look_up: finds the price, or None where nobody knows it; called when it is first needed. is_free: whether there is
    nothing to pay, so that no price is needed. max_tokens: the longest answer it may give, or None.
    """

    def __init__(
        self, look_up: Callable[[], Priced | None], *, is_free: bool = False, max_tokens: int | None = None
    ) -> None:
        self._look_up = look_up
        self.is_free = is_free
        self.max_tokens = max_tokens

    @cached_property
    def price(self) -> Priced | None:
        """None: nobody knows."""
        return self._look_up()


_UNKNOWN = Terms(lambda: None)


@dataclass(slots=True)
class _Used:
    """What one endpoint has used."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    is_unknown: bool = False
    answers: int = 0
    """Those whose length is known."""

    @property
    def usual_out(self) -> list[int]:
        """The mean length of the answers, or nothing as long as there are none."""
        return [math.ceil(self.tokens_out / self.answers)] if self.answers else []


class Spending:
    """Counts tokens and costs of all calls, and keeps within a budget if there is one.

    terms: by alias, of the endpoints that cost something. budget_usd: what may be spent, or None.
    Before a call its estimated cost is set aside, so that calls in flight together do not overshoot; when it is back,
    what it really used takes the place of the estimate. Any thread may use it.
    """

    def __init__(self, terms: Mapping[str, Terms] | None = None, *, budget_usd: float | None = None) -> None:
        self._terms = terms or {}
        self._budget_usd = budget_usd
        self._lock = threading.Lock()
        # Guarded by the lock.
        self._used: dict[str, _Used] = {}
        self._reserved: dict[Question, float] = {}
        self._is_spent = False

    def terms(self, alias: str) -> Terms:
        """What an endpoint asks for its answers."""
        return self._terms.get(alias, _UNKNOWN)

    @property
    def refusal(self) -> str:
        """The error of a question that the budget leaves no room for."""
        budget_usd = self._budget_usd or 0.0
        amount = f"{budget_usd:.2f}" if budget_usd >= 0.1 else f"{budget_usd:g}"
        return f"not asked: this session's budget of ${amount} is spent (--ftbench-budget)"

    def admit(self, question: Question) -> bool:
        """Whether the budget allows one more question; if so, its estimated cost is set aside until `settle`."""
        terms = self.terms(question.endpoint)
        if self._budget_usd is None or terms.is_free or terms.price is None:
            return True
        with self._lock:
            if self._is_spent:  # a shorter question that would fit is left out too: what is asked stays a prefix
                return False
            estimate = terms.price.cost_usd(*self._estimate(question, terms))
            spent = sum(used.cost_usd for used in self._used.values()) + sum(self._reserved.values())
            if spent + estimate > self._budget_usd * (1 + 1e-9):  # sums of fractions of a cent are not exact
                self._is_spent = True
                return False
            self._reserved[question] = estimate
            return True

    def settle(self, question: Question, completion: Completion) -> None:
        """Count what a call has used. An error has cost nothing, as far as anybody says."""
        cost_usd = self.cost_of(question, completion)
        with self._lock:
            self._reserved.pop(question, None)
            if completion.is_left_out:
                return
            used = self._used.setdefault(question.endpoint, _Used())
            used.tokens_in += completion.tokens_in or 0
            used.tokens_out += completion.tokens_out or 0
            used.cost_usd += cost_usd or 0.0
            used.is_unknown |= cost_usd is None
            used.answers += completion.tokens_out is not None

    def cost_of(self, question: Question, completion: Completion) -> float | None:
        """What one answer has cost, in USD: 0 from the cache or for an error, None where it cannot be known."""
        if completion.cached or completion.error is not None:
            return 0.0
        terms = self.terms(question.endpoint)
        if terms.is_free:
            return 0.0
        if completion.tokens_in is None or completion.tokens_out is None or terms.price is None:
            return None
        return terms.price.cost_usd(completion.tokens_in, completion.tokens_out)

    def _estimate(self, question: Question, terms: Terms) -> tuple[int, int]:
        used = self._used.get(question.endpoint)
        tokens_out = estimate_tokens_out(used.usual_out if used else (), terms.max_tokens)
        return estimate_tokens_in(question.prompt), tokens_out

    def tokens(self) -> tuple[int, int]:
        """Tokens of all prompts and of all answers so far."""
        with self._lock:
            found = list(self._used.values())
        return sum(used.tokens_in for used in found), sum(used.tokens_out for used in found)

    def costs_usd(self) -> dict[str, float | None]:
        """What each endpoint's calls have cost so far, in USD; None where that is not known of all of them."""
        with self._lock:
            return {alias: None if used.is_unknown else used.cost_usd for alias, used in self._used.items()}
