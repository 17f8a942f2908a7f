"""Every question asked once: looked up, asked in the background, stored as it arrives."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping

from pytest_ftbench.answer_keys import AnswerKeys
from pytest_ftbench.answers import Answers, Counts
from pytest_ftbench.deployments import Agree
from pytest_ftbench.lane import STOPPED, Lane
from pytest_ftbench.prefetch import Prefetch
from pytest_ftbench.providers import Provider
from pytest_ftbench.recall import Recall
from pytest_ftbench.records import Completion, Question
from pytest_ftbench.retries import RetryPolicy
from pytest_ftbench.served import ServedNames
from pytest_ftbench.shelf import CacheMode, Shelf, Store
from pytest_ftbench.snapshot import Snapshot
from pytest_ftbench.spending import Spending

GRACE_S = 10.0
"""How long an interrupt waits for the calls in flight, whose answers are paid for."""
_WAKE_S = 1.0
"""See `answers`."""

OnAnswer = Callable[[str, Completion], None]
"""Called with key and completion the moment an answer is known, in one thread at a time."""


def _ignore(_key: str, _completion: Completion) -> None:
    """Nobody wants to hear of the answers."""


def _do_nothing() -> None:
    """Nobody wants to be called."""


class Engine:
    """Asks endpoints, each question once; remembers every answer of this session, and stores it as it arrives.

    providers: by alias. open_store: called once, when the first answer of an endpoint that is not local is needed.
    mode: see `Shelf`; in `replay` nothing is asked. concurrency: how many calls to one endpoint are in flight at most,
    at least 1; None adapts to what the endpoint allows. spending: counts costs, and may refuse questions.
    judges: the aliases of judge models, whose calls are counted apart. served_as: see `ServedNames`.
    tell: gets one line for each endpoint whose weights may be others than those whose answers are stored.
    agree: see `settle_deployments`.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        *,
        open_store: Callable[[], Store],
        mode: CacheMode = "auto",
        concurrency: int | None = None,
        spending: Spending | None = None,
        policy: RetryPolicy | None = None,
        judges: Collection[str] = (),
        served_as: Mapping[str, str] | None = None,
        tell: Callable[[str], None] = lambda _: None,
        agree: Agree | None = None,
    ) -> None:
        if concurrency is not None and concurrency < 1:
            raise ValueError(f"concurrency must be >= 1, got {concurrency}")
        self.answers = Answers(providers)
        self.spending = spending or Spending()
        names = ServedNames(providers, served_as)
        self.lanes = {
            alias: Lane(alias, provider, most=concurrency, spending=self.spending, policy=policy, names=names)
            for alias, provider in providers.items()
        }
        self.mode = mode
        self.judges = frozenset(judges)
        self._shelf = Shelf(open_store, mode)
        self._recall = Recall(self._shelf, self.lanes, names, judges=self.judges, tell=tell)
        self._keys = AnswerKeys(self.lanes, self._shelf, agree=agree)
        self._planned: set[str] = set()
        self._started_at: float | None = None
        self._prefetches: list[Prefetch] = []
        self._threads: list[threading.Thread] = []
        self._is_stopped = False

    def key(self, question: Question) -> str:
        """The name of a question's answer: alike for aliases of the same endpoint."""
        return self._keys.of(question)

    def knows(self, question: Question) -> bool:
        """Whether the question has an answer already, in this process."""
        return self.key(question) in self.answers

    # Getting answers

    def complete(self, question: Question) -> Completion:
        """The answer to one question: known, awaited if somebody is getting it, or got now."""
        key = self.key(question)
        while (known := self.answers.await_or_expect(key)) is None:
            if self.lanes[question.endpoint].is_local:
                try:
                    self._take(key, question, self.lanes[question.endpoint].ask(question))
                finally:  # an interrupt must not leave others waiting
                    self.answers.give_up(key)
            else:
                self.begin({key: question})
        return known

    def start(self, questions: Iterable[Question], *, on_answer: OnAnswer = _ignore, with_local: bool = False) -> None:
        """Get every answer that nobody is getting yet, many at a time; those stored are known when this returns.

        with_local: local endpoints too, which else are left alone until `complete` asks them.
        on_answer: called in this thread and in one of ours.
        """
        self.begin(self.promise(questions, with_local=with_local), on_answer)

    def promise(self, questions: Iterable[Question], *, with_local: bool = False) -> dict[str, Question]:
        """Have others wait for those that nobody is getting yet, by key; the caller is to `begin` them."""
        asked = (question for question in questions if with_local or not self.lanes[question.endpoint].is_local)
        wanted = self.by_key(asked)
        return {key: wanted[key] for key in self.answers.expect(wanted)}

    def begin(self, wanted: Mapping[str, Question], on_answer: OnAnswer = _ignore) -> None:
        """Get the answers to what was promised; see `start`."""
        try:
            outstanding = self._look_up(wanted, on_answer)
        except BaseException:  # nobody is getting them any more
            for key in wanted:
                self.answers.give_up(key)
            raise
        if outstanding:
            prefetch = self._prepare(outstanding, on_answer, _do_nothing)
            thread = threading.Thread(target=self._run, args=(prefetch,), name="ftbench-answers", daemon=True)
            self._threads.append(thread)
            thread.start()

    def ask_all(
        self,
        questions: Mapping[str, Question],
        *,
        on_answer: OnAnswer = _ignore,
        on_tick: Callable[[], None] = _do_nothing,
    ) -> None:
        """Get the answers to all of them, by key, and return when they are known; local endpoints are asked as well.

        on_tick: called some ten times a second meanwhile.
        """
        self.answers.expect(questions)
        outstanding = self._look_up(questions, on_answer)
        if outstanding:
            self._run(self._prepare(outstanding, on_answer, on_tick))

    def by_key(self, questions: Iterable[Question]) -> dict[str, Question]:
        """The questions that have no answer yet, each once, in order."""
        found: dict[str, Question] = {}
        for question in questions:
            key = self.key(question)
            if key not in self.answers:
                found.setdefault(key, question)
        return found

    def _look_up(self, questions: Mapping[str, Question], on_answer: OnAnswer) -> dict[str, Question]:
        """Learn what is stored; what is left is to be asked, in order. In `replay` mode that ends as an error."""
        outstanding = {}
        self._planned.update(key for key, question in questions.items() if question.endpoint not in self.judges)
        stored = self._recall.believed({key: each for key, each in questions.items() if key not in self.answers})
        for key, question in questions.items():
            if key in self.answers:
                continue
            is_local = self.lanes[question.endpoint].is_local
            found = stored.get(key)
            if found is None and self.mode == "replay" and not is_local:
                asked = _shortened(question.prompt.user_text)
                text = f"not in the cache, and --ftbench-cache=replay asks nothing: {asked!r}"
                found = Completion(error=text)
            if found is None:
                outstanding[key] = question
            else:
                self._take(key, question, found)
                on_answer(key, found)
        return outstanding

    def stored(self, questions: Mapping[str, Question]) -> dict[str, Completion]:
        """What earlier sessions have been answered, by key; known answers are left out."""
        return self._recall.stored({key: each for key, each in questions.items() if key not in self.answers})

    def _prepare(
        self, outstanding: Mapping[str, Question], on_answer: OnAnswer, on_tick: Callable[[], None]
    ) -> Prefetch:
        def take(key: str, question: Question, completion: Completion) -> None:
            self._take(key, question, completion)
            on_answer(key, completion)

        self._started_at = self._started_at or time.monotonic()
        prefetch = Prefetch(
            outstanding, lanes=self.lanes, shelf=self._shelf, request_of=self._keys.request, take=take, on_tick=on_tick
        )
        self._prefetches.append(prefetch)
        if self._is_stopped:
            prefetch.stop()
        return prefetch

    def _run(self, prefetch: Prefetch) -> None:
        try:
            prefetch.run()
        except Exception as error:  # noqa: BLE001  # whatever went wrong, nobody may wait for the rest without end
            self.fail(prefetch.questions, error)
            prefetch.abort()

    def _take(self, key: str, question: Question, completion: Completion) -> None:
        is_asked = self.mode != "replay" or self.lanes[question.endpoint].is_local
        was_sent = is_asked and not completion.cached and not completion.is_left_out
        self.answers.take(key, completion, alias=question.endpoint, was_sent=was_sent)

    # How far it has come

    def snapshot(self) -> Snapshot:
        """How far the asking has come. From any thread."""
        remote = [lane for lane in self.lanes.values() if not lane.is_local]
        now = time.monotonic()
        counts = self.answers.totals(without=self.judges)
        tokens_in, tokens_out = self.spending.tokens()
        costs = self.spending.costs_usd().values()
        return Snapshot(
            total=len(self._planned),
            asked=counts.calls,
            cached=counts.cache_hits,
            in_flight=sum(lane.in_flight for lane in remote),
            errors=counts.errors,
            judge_calls=self.judge_calls,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
            elapsed_s=now - self._started_at if self._started_at is not None else 0.0,
            waiting_s=max([0.0, *(lane.limiter.paused_until - now for lane in remote)]),
            is_over=not self.answers.are_coming,
        )

    def totals(self) -> Counts:
        """The counts of all endpoints together, judges left out."""
        return self.answers.totals(without=self.judges)

    @property
    def judge_calls(self) -> int:
        """How many questions were put to judges."""
        return sum(self.answers.counts[alias].calls for alias in self.judges)

    @property
    def drift_calls(self) -> int:
        """How many calls it took to learn whether stored answers are still those of the same weights."""
        return self._recall.calls

    # Stopping

    def drop(self, keys: Iterable[str], why: str) -> None:
        """Do not ask these any more, unless they have been sent; `why` becomes their error."""
        dropped = dict.fromkeys(keys, why)
        for prefetch in self._prefetches:
            prefetch.drop(dropped)

    def stop(self) -> None:
        """Send nothing more. From any thread; what is in flight still becomes known."""
        self._is_stopped = True
        for lane in self.lanes.values():
            lane.stop()
        for prefetch in self._prefetches:
            prefetch.stop()

    def abandon(self, keys: Iterable[str]) -> None:
        """End the wait for those that nobody is getting any more."""
        for key in keys:
            self.answers.learn(key, Completion(error=STOPPED, is_left_out=True))

    def fail(self, keys: Iterable[str], error: BaseException) -> None:
        """The same, where something of ours has broken: it becomes the error of those that have no answer."""
        for key in keys:
            self.answers.learn(key, Completion(error=f"{type(error).__name__}: {error}"))

    def join(self, within_s: float | None = None) -> bool:
        """Wait until all that `start` has begun has come back, at most so long; whether it has."""
        until = None if within_s is None else time.monotonic() + within_s
        for thread in self._threads:
            while thread.is_alive():
                left = _WAKE_S if until is None else min(_WAKE_S, until - time.monotonic())
                if left <= 0:
                    return False
                thread.join(left)
        return True

    def close(self) -> None:
        """Release connections and the store."""
        for lane in self.lanes.values():
            lane.close()
        self._shelf.close()


def _shortened(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
