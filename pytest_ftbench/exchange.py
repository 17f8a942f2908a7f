"""How the workers of one run share answers: one asks for all of them, the others read what it gets as it gets it."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pytest_ftbench.deployments import Found
from pytest_ftbench.engine import Engine
from pytest_ftbench.follow_ups import Follow, FollowUps
from pytest_ftbench.prefetch import TICK_S
from pytest_ftbench.records import Completion, Question
from pytest_ftbench.snapshot import Snapshot

ANSWERS = "answers.jsonl"
STOP = "stop"
PROGRESS = "progress.json"
DEPLOYMENTS = "deployments.json"
_LOCK = "asking.lock"
_POLL_S = 0.02
"""How often the workers that wait look for news: a look is one call to the file system."""


FOLLOWED = "followed"
"""The mark of a judge's answer: its question followed from another answer."""

_Line = tuple[str, Completion | None, bool]
"""A key, its answer (None: it is promised), and whether it is a judge's."""


def _do_nothing() -> None:
    """Nobody wants to be called."""


def _follow_nothing(_key: str, _completion: Completion) -> list[Question]:
    """No question follows from an answer."""
    return []


class Exchange:
    """A worker's share in the asking of its run.

    folder: private to the run and shared by its processes. The worker that holds its lock asks the plan and writes each
    answer down, errors too, the moment it is known; when it ends, or dies, the next one asks what is missing. So N
    workers send each question once, whatever the cache mode, and all see the same answers.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self.folder = folder
        self._on_tick: Callable[[], None] = _do_nothing
        self._parent = os.getppid()
        self._read_to = 0
        self._thread: threading.Thread | None = None
        self._follow: Follow | None = None
        self._follow_ups: FollowUps | None = None
        """Only while this worker is the one that asks."""
        self._announced: set[str] = set()
        """The keys of questions, beside those of the plan, that the asking worker has promised."""
        self._writing = threading.Lock()
        self._guard = threading.Lock()
        # Guarded: no worker may leave that has just begun to ask.
        self._is_over = False
        self._is_asking = False

    def start(
        self,
        questions: Iterable[Question],
        *,
        on_tick: Callable[[], None] | None = None,
        follow: Follow | None = None,
    ) -> None:
        """Have the questions answered in the background, by this worker or another.

        on_tick: called some ten times a second while this worker is the one that asks.
        follow: the questions to which an answer gives rise, which are asked with the others; all workers must agree.
        """
        self._on_tick = on_tick or _do_nothing
        self._follow = follow
        wanted = self._engine.by_key(questions)
        self._engine.answers.expect(wanted)
        self._thread = threading.Thread(target=self._work, args=(wanted,), name="ftbench-exchange", daemon=True)
        self._thread.start()

    def finish(self, within_s: float | None = None) -> None:
        """Return when no other worker depends on this one any more: at once, unless it is the one that asks.

        within_s: how long that may take at most, in seconds; None: as long as it takes.
        """
        with self._guard:
            self._is_over = True
        if self._thread is not None and self._is_asking:
            self._thread.join(within_s)

    def complete(self, question: Question) -> Completion:
        """The answer to one question, sent by one worker of the run even where it stands in no plan."""
        if self._follow_ups is not None:
            self._follow_ups.flush()
        if not (self._engine.knows(question) or self._engine.answers.is_coming(self._engine.key(question))):
            self._share(question)
        return self._engine.complete(question)

    def _share(self, question: Question) -> None:
        from filelock import FileLock

        key = self._engine.key(question)
        path = self.folder / f"{key}.json"
        with FileLock(path.with_suffix(".lock")):
            if path.exists():
                self._engine.answers.learn(key, Completion(**json.loads(path.read_text(encoding="utf-8"))))
                return
            _write_whole(path, json.dumps(asdict(self._engine.complete(question))))

    # In the thread

    def _work(self, wanted: dict[str, Question]) -> None:
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / _LOCK)
        while not (self._should_stop() or self._is_all_known(wanted)):
            with self._guard:
                if self._is_over:
                    break
                try:
                    lock.acquire(timeout=0)
                    self._is_asking = True
                except Timeout:
                    pass
            if self._is_asking:
                try:
                    self._ask(wanted)
                except Exception as error:  # noqa: BLE001  # such as a full disk: tests must not wait for a dead thread
                    self._engine.fail({*wanted, *self._announced}, error)
                finally:
                    lock.release()
                return
            self._read_news()
            time.sleep(_POLL_S)
        self._engine.abandon({*wanted, *self._announced})

    def _is_all_known(self, wanted: Iterable[str]) -> bool:
        """Whether the plan is answered, and whatever its answers gave rise to."""
        answers = self._engine.answers
        return all(key in answers for key in wanted) and all(key in answers for key in self._announced)

    def _ask(self, wanted: dict[str, Question]) -> None:
        self._read_news()
        with (self.folder / ANSWERS).open("a", encoding="utf-8") as file:
            # A killed process may have left half a line: what follows must not become part of it.
            file.write("\n" if file.tell() else "")

            def write(*lines: object) -> None:
                with self._writing:
                    file.write("".join(json.dumps(line) + "\n" for line in lines))
                    file.flush()

            def take(key: str, completion: Completion) -> None:
                follow_ups.take(key, completion)
                write([key, asdict(completion)])

            def take_followed(key: str, question: Question, completion: Completion) -> None:
                mark = [FOLLOWED] if question.endpoint in self._engine.judges else []
                write([key, asdict(completion), *mark])

            def announce(keys: Iterable[str]) -> None:
                self._announced.update(keys)
                write(*([key, None] for key in keys))

            # Those who see an answer must know what follows from it, or they would ask that themselves.
            follow_ups = self._follow_ups = FollowUps(
                self._engine,
                self._follow or _follow_nothing,
                announce=announce,
                on_answer=take_followed,
                orphans=[key for key in self._announced if key not in self._engine.answers],
            )
            for key in wanted:
                if (known := self._engine.answers.get(key)) is not None:
                    follow_ups.adopt(key, known)
            self._engine.ask_all(wanted, on_answer=take, on_tick=self._tick)
            self._await_follow_ups(follow_ups)

    def _await_follow_ups(self, follow_ups: FollowUps) -> None:
        """Return when nothing that others wait for is still in flight, told to stop or not."""
        while follow_ups.are_coming(within_s=TICK_S):
            self._tick()
        for key in self._announced:  # what still has no answer was promised by a process that knew of other answers
            self._engine.answers.give_up(key)

    def _tick(self) -> None:
        if self._follow_ups is not None:
            self._follow_ups.flush()
        if self._should_stop():
            self._engine.stop()
        with suppress(OSError):  # the folder goes with the controller, and answers in flight are worth more
            _write_whole(self.folder / PROGRESS, json.dumps(self._engine.snapshot().as_dict()))
            self._on_tick()

    def _should_stop(self) -> bool:
        """Whether the controller says so, has cleared up, or is gone."""
        return (self.folder / STOP).exists() or not self.folder.exists() or os.getppid() != self._parent

    def _read_news(self) -> None:
        """Learn what has been written since the last time."""
        for key, completion, _ in self._news():
            if completion is None:
                self._announced.update(self._engine.answers.expect([key]))
            else:
                self._engine.answers.learn(key, completion)

    def _news(self) -> Iterator[_Line]:
        path = self.folder / ANSWERS
        try:
            if path.stat().st_size == self._read_to:
                return
        except FileNotFoundError:
            return
        with path.open("rb") as file:
            file.seek(self._read_to)
            news = file.read()
        whole = news[: news.rfind(b"\n") + 1]
        self._read_to += len(whole)
        yield from _parse(whole)


def agree_on_deployments(found: dict[str, Found], *, folder: Path) -> dict[str, Found]:
    """What the first worker of the run has found of the weights behind each endpoint, which all go by.

    An endpoint that is redeployed, or cannot be read, while the workers start would else have other keys in each: all
    would be asked, and paid for, by each of them, and of two sets of weights.
    """
    from filelock import FileLock

    path = folder / DEPLOYMENTS
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            _write_whole(path, json.dumps(found))
        agreed = json.loads(path.read_text(encoding="utf-8"))
    return {**found, **{alias: (weights, fault) for alias, (weights, fault) in agreed.items()}}


def last_counts(folder: Path) -> dict[str, Any]:
    """What workers that were interrupted while asking had been answered, as `State.counts` has it."""
    path = folder / ANSWERS
    lines = list(_parse(path.read_bytes())) if path.exists() else []
    answers = [answer for _, answer, is_followed in lines if answer is not None and not is_followed]
    followed = [answer for _, answer, is_followed in lines if answer is not None and is_followed]
    cached = sum(answer.cached for answer in answers)
    try:
        cost_usd = read_progress(folder).cost_usd
    except (OSError, ValueError):
        cost_usd = None
    calls = sum(not answer.is_left_out for answer in answers) - cached
    return {
        "calls": calls,
        "cache_hits": cached,
        "on_demand": 0,
        "judge_calls": sum(not (answer.cached or answer.is_left_out) for answer in followed),
        "costs_usd": {"": cost_usd} if calls else {},
    }


def read_progress(folder: Path) -> Snapshot:
    """How far the workers of the run have come. Raises OSError or ValueError as long as none has begun to ask."""
    return Snapshot.from_dict(json.loads((folder / PROGRESS).read_text(encoding="utf-8")))


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that readers see all of it or its predecessor."""
    whole = path.with_suffix(f".{os.getpid()}")
    whole.write_text(text, encoding="utf-8")
    whole.replace(path)


def ask_no_more(folder: Path) -> None:
    """Tell the workers that share the folder to stop asking."""
    with suppress(OSError):  # the folder may be gone, which tells them as well
        (folder / STOP).touch()


def _parse(lines: bytes) -> Iterator[_Line]:
    """What the lines hold; one that a killed process left unfinished is passed over."""
    for line in lines.split(b"\n"):
        try:
            key, fields, *mark = json.loads(line)
        except ValueError:
            continue
        yield key, None if fields is None else Completion(**fields), mark == [FOLLOWED]
