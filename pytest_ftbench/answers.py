"""What is known in this process, what is on its way, and who waits for it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass

from pytest_ftbench.records import Completion

_WAKE_S = 1.0
"""Waits are cut up, so that Ctrl-C is noticed on systems where it cannot end a wait."""


@dataclass(slots=True)
class Counts:
    """What a session's answers came from."""

    calls: int = 0
    cache_hits: int = 0
    errors: int = 0


class Answers:
    """Completions by key; many threads bring them and wait for them."""

    def __init__(self, aliases: Iterable[str]) -> None:
        self.counts: dict[str, Counts] = {alias: Counts() for alias in aliases}
        self._changed = threading.Condition()
        # Guarded by the condition, which is notified of every answer.
        self._known: dict[str, Completion] = {}
        self._coming: set[str] = set()
        """Keys whose answers somebody is getting: a thread of ours, or another process of this run."""

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def get(self, key: str) -> Completion | None:
        """The answer, where it is known."""
        return self._known.get(key)

    def is_coming(self, key: str) -> bool:
        """Whether somebody is getting the answer, so that it is worth waiting for."""
        return key in self._coming

    @property
    def are_coming(self) -> bool:
        """Whether any answer is on its way."""
        return bool(self._coming)

    def expect(self, keys: Iterable[str]) -> list[str]:
        """Have others wait for these: the caller is going to get them. Those that nobody has got or is getting yet."""
        with self._changed:
            new = [key for key in keys if key not in self._known and key not in self._coming]
            self._coming.update(new)
        return new

    def await_or_expect(self, key: str) -> Completion | None:
        """The answer, awaited if somebody is getting it; None: now it is the caller who is expected to."""
        with self._changed:
            while key not in self._known and key in self._coming:
                self._changed.wait(_WAKE_S)
            if key not in self._known:
                self._coming.add(key)
            return self._known.get(key)

    def wait_for_news(self, is_there: Callable[[], bool]) -> None:
        """Return once `is_there` holds; it is asked again after every answer."""
        with self._changed:
            while not is_there():
                self._changed.wait(_WAKE_S)

    def take(self, key: str, completion: Completion, *, alias: str, was_sent: bool) -> None:
        """Note an answer that this process has got, and count it; the first one stays."""
        with self._changed:
            if key not in self._known:
                counts = self.counts[alias]
                counts.cache_hits += completion.cached
                counts.calls += was_sent
                counts.errors += completion.error is not None
                self._known[key] = completion
            self._coming.discard(key)
            self._changed.notify_all()

    def learn(self, key: str, completion: Completion) -> None:
        """Note an answer that another process of this run has got, and counted."""
        with self._changed:
            self._known.setdefault(key, completion)
            self._coming.discard(key)
            self._changed.notify_all()

    def forget(self, key: str) -> None:
        """Let nobody wait for it any more, nor find it, so that the question can be asked after all."""
        with self._changed:
            self._known.pop(key, None)
            self._coming.discard(key)
            self._changed.notify_all()

    def give_up(self, key: str) -> None:
        """Nobody is getting it any more; whoever waits has to do so."""
        with self._changed:
            self._coming.discard(key)
            self._changed.notify_all()

    def totals(self, *, without: Collection[str] = ()) -> Counts:
        """The counts of all endpoints together, but some."""
        total: Counter[str] = Counter()
        for alias, counts in self.counts.items():
            if alias not in without:
                total.update(asdict(counts))
        return Counts(**total)
