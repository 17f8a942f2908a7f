"""One endpoint's calls: limited, asked again where that helps, and given up where nothing helps."""

from __future__ import annotations

import queue
import reprlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.limiter import Limiter
from pytest_ftbench.providers import Provider
from pytest_ftbench.records import Completion, Question
from pytest_ftbench.retries import RetryPolicy, Stopped, ask_patiently
from pytest_ftbench.served import ServedNames
from pytest_ftbench.shelf import cleaned, encodable, is_whole
from pytest_ftbench.spending import Spending

Answer = tuple[str, Question, Completion]
"""Key, question and what came back."""

PREFLIGHTS = 5
"""How many questions may fail, one after the other and each alone, before a new endpoint is given up."""
FAILURES_IN_A_ROW = 25
"""The same for an endpoint that has answered before; each of these questions was tried several times."""
BACKLOG = 8
"""For every so many calls in flight one question waits, so that a free place is taken at once."""
STOPPED = "not asked: the session was stopped"


class _GivenUp(Exception):
    """There is no point in asking any more."""


class Lane:
    """Asks one endpoint: in the caller's thread, or in daemon threads of its own that take what is pushed.

    Daemon threads, so that a call which never returns cannot keep the interpreter from ending.
    most: how many calls are in flight at most; None adapts to the endpoint.
    """

    def __init__(
        self,
        alias: str,
        provider: Provider,
        *,
        most: int | None = None,
        policy: RetryPolicy | None = None,
        spending: Spending | None = None,
        names: ServedNames | None = None,
    ) -> None:
        self.alias = alias
        self.provider = provider
        self.is_local = provider.is_local
        self.limiter = Limiter(most)
        self.given_up: str | None = None
        """Why nothing more is asked: the text of the error that said so."""
        self.is_renamed = False
        """Whether that is because another model has answered."""
        self._names = names or ServedNames({alias: provider})
        self._policy = policy or RetryPolicy()
        self._spending = spending or Spending()
        self._stopped = threading.Event()
        self._jobs: queue.SimpleQueue[tuple[str, Question, Callable[[Answer], None]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        # Guarded by the lock.
        self._threads = self._idle = self._pushed = self._sleeping = 0
        self._failures = 0
        self._has_answered = self.is_local

    # In the caller's thread

    def ask(self, question: Question) -> Completion:
        """The answer, or an error that says why there is none; waits and asks again as long as that may help."""
        if self.given_up is not None:
            return self._not_asked()
        if not self._spending.admit(question):
            return Completion(error=self._spending.refusal, is_left_out=True)
        completion = Completion(error=STOPPED, is_left_out=True)
        try:
            completion = self._call(question)
        except Stopped:
            pass
        except _GivenUp:
            completion = self._not_asked()
        except EndpointError as error:
            completion = Completion(error=encodable(str(error)))
            # A limiter that has lost its patience, if not the endpoint itself; or one that never answered, tried often.
            if error.fault == "endpoint" or (error.fault == "transient" and not self._has_answered):
                self.give_up(str(error))
        except Exception as error:  # noqa: BLE001  # a provider's fault is a status of its question, not of the session
            completion = Completion(error=encodable(f"{type(error).__name__}: {error}"))
        self._spending.settle(question, completion)
        self._note(completion)
        return completion

    def _call(self, question: Question) -> Completion:
        if self.is_local:
            return self._attempt(question)
        return ask_patiently(lambda: self._attempt(question), self.limiter, sleep=self._sleep, policy=self._policy)

    def _attempt(self, question: Question) -> Completion:
        if self.given_up is not None:  # while the question waited for its turn
            raise _GivenUp
        try:
            return self._send(question)
        except EndpointError as error:
            if error.fault == "endpoint":  # noted before the next call can take this one's place
                self.give_up(str(error))
            raise

    def probe(self, question: Question) -> Completion:
        """The answer to one try, in the caller's thread; an error says nothing of the calls to come.

        Unless it says that another model answers: then there is no point in asking any more.
        """
        if self.given_up is not None:
            return self._not_asked()
        if not self._spending.admit(question):
            return Completion(error=self._spending.refusal, is_left_out=True)
        try:
            completion = self._send(question)
        except Exception as error:  # noqa: BLE001  # see `ask`
            text = str(error) if isinstance(error, EndpointError) else f"{type(error).__name__}: {error}"
            completion = Completion(error=encodable(text))
            if self.is_renamed:
                self.give_up(text)
        self._spending.settle(question, completion)
        return completion

    def give_up(self, why: str) -> None:
        """Ask nothing more; the first reason stays."""
        self.given_up = self.given_up or encodable(why)

    def _send(self, question: Question) -> Completion:
        started = time.perf_counter()
        completion = self.provider.complete(question.prompt, sample=question.sample)
        if not is_whole(completion):
            kind = type(self.provider).__name__
            raise EndpointError(f"the provider {kind} returned no completion but {reprlib.repr(completion)}")
        if (fault := self._names.fault(self.alias, completion.served_model)) is not None:
            self.is_renamed = True
            self._spending.settle(question, completion)  # it is paid for all the same
            raise EndpointError(fault, fault="endpoint")
        latency_s = completion.latency_s if completion.latency_s is not None else time.perf_counter() - started
        return replace(cleaned(completion), latency_s=latency_s)

    def _sleep(self, seconds: float) -> bool:
        """Wait between two attempts; False when the session stops meanwhile."""
        with self._lock:
            self._sleeping += 1
        try:
            return not self._stopped.wait(seconds)
        finally:
            with self._lock:
                self._sleeping -= 1

    def _note(self, completion: Completion) -> None:
        """Learn from how a question ended whether to go on with the endpoint."""
        if completion.is_left_out or self.is_local:
            return
        with self._lock:
            if completion.error is None:
                self._has_answered, self._failures = True, 0
                return
            self._failures += 1
            allowed = FAILURES_IN_A_ROW if self._has_answered else PREFLIGHTS
            if self._failures >= allowed:
                row = (
                    f"{allowed} questions in a row ended in errors, the last one in this: "
                    if self._has_answered
                    else ""
                )
                self.give_up(f"{row}{completion.error}")

    def _not_asked(self) -> Completion:
        return Completion(error=f"not asked: {self.alias} was given up. {self.given_up}", is_left_out=True)

    # In threads of its own

    @property
    def room(self) -> int:
        """How many more questions it could take now.

        The first question goes alone, so that a wrong key or name costs one call.
        """
        with self._lock:
            if not self._has_answered:
                return 1 - self._pushed
            limit = self.limiter.limit
            # A question that sleeps between two tries makes room for another, but threads are not for the millions.
            room = limit + limit // BACKLOG - (self._pushed - min(self._sleeping, limit))
            return room if room > limit // (2 * BACKLOG) else 0  # claiming one costs nearly as much as claiming ten

    @property
    def in_flight(self) -> int:
        """How many calls have been sent and have not come back."""
        return self.limiter.in_flight

    def push(self, key: str, question: Question, give: Callable[[Answer], None]) -> None:
        """Have a thread ask a question and give its answer to `give`; `room` says how many may be pushed."""
        with self._lock:
            self._pushed += 1
            if self._idle:
                self._idle -= 1
            else:
                self._threads += 1
                name = f"ftbench-{self.alias}-{self._threads}"
                threading.Thread(target=self._work, name=name, daemon=True).start()
        self._jobs.put((key, question, give))

    def stop(self) -> None:
        """Send nothing more: questions that wait are given back unasked, calls in flight go on."""
        self._stopped.set()
        self.limiter.stop()

    def close(self) -> None:
        """Send nothing more, let idle threads end, and release the provider's connections."""
        self.stop()
        for _ in range(self._threads):
            self._jobs.put(None)
        self.provider.close()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            key, question, give = job
            try:
                completion = self.ask(question)
            except BaseException as error:  # noqa: BLE001  # a thread that dies in silence would be waited for without end
                completion = Completion(error=f"{type(error).__name__}: {error}")
            with self._lock:
                self._pushed -= 1
                self._idle += 1
            give((key, question, completion))
