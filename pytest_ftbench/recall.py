"""The answers of earlier sessions, as far as they may be believed to be those of the model that is asked today."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping

from pytest_ftbench.drift import Drift, check_drift, is_mutable, is_repeatable
from pytest_ftbench.lane import Lane
from pytest_ftbench.records import Completion, Question
from pytest_ftbench.served import ServedNames
from pytest_ftbench.shelf import Shelf

_IS_MUTABLE = "its name can come to stand for other weights"
_SAY_WHICH = "revision=NAME in the SPEC says which weights answer"


class Recall:
    """What the shelf holds, but for answers of other models and of weights that have been replaced.

    judges: aliases of endpoints that are not checked for drift: judges grade canaries of their own in each session.
    tell: gets one line for each endpoint of which the user should know something. Any thread may use it.
    """

    def __init__(
        self,
        shelf: Shelf,
        lanes: Mapping[str, Lane],
        names: ServedNames,
        *,
        judges: Collection[str] = (),
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.calls = 0
        """How many calls it took to check for drift."""
        self._shelf = shelf
        self._lanes = lanes
        self._names = names
        self._judges = judges
        self._tell = tell
        self._lock = threading.Lock()
        # Guarded by the lock.
        self._checked: set[str] = set()
        self._replaced: set[str] = set()
        """Endpoints whose stored answers are other weights'."""

    def stored(self, questions: Mapping[str, Question]) -> dict[str, Completion]:
        """The stored answers by key. Nothing is asked.

        An answer of another model counts as none, and is asked for anew; in `replay` mode it is an error that says so.
        """
        found = self._shelf.look_up([key for key in questions if not self._lanes[questions[key].endpoint].is_local])
        for alias, keys in _by_endpoint(questions, found).items():
            self._names.expect(alias, (found[key].served_model for key in keys))
            for key in keys:
                fault = self._names.fault(alias, found[key].served_model)
                if fault is not None and self._shelf.mode == "replay":
                    found[key] = Completion(error=fault)
                elif fault is not None or alias in self._replaced:
                    self._forget([key], found)
        return found

    def believed(self, questions: Mapping[str, Question]) -> dict[str, Completion]:
        """The same, after the first look at each endpoint whose weights may have been replaced was checked for that."""
        found = self.stored(questions)
        if self._shelf.mode != "auto":
            return found
        asked = {question.endpoint for question in questions.values()} - set(self._judges)
        keys = _by_endpoint(questions, found)
        with self._lock:
            for alias in sorted(asked - self._checked):
                self._checked.add(alias)
                if is_mutable(self._lanes[alias]):
                    self._check(alias, {key: (questions[key], found[key]) for key in keys.get(alias, ())})
            for alias in self._replaced:
                self._forget([key for key in keys.get(alias, ()) if key in found], found)
        return found

    def _check(self, alias: str, stored: Mapping[str, tuple[Question, Completion]]) -> None:
        lane = self._lanes[alias]
        if not stored:
            self._tell(f"{alias}: {_IS_MUTABLE}. {_SAY_WHICH}")
        elif not is_repeatable(lane):
            unseen = "which nobody can tell from its answers at a temperature other than 0"
            self._tell(f"{alias}: {_IS_MUTABLE}, {unseen}. Stored answers are used. {_SAY_WHICH}")
        else:
            drift = check_drift(lane, stored)
            self.calls += drift.asked
            if drift.finding in ("changed", "renamed"):
                self._replaced.add(alias)
            self._tell(f"{alias}: {_IS_MUTABLE}, {_in_words(drift, len(stored))}")

    def _forget(self, keys: Collection[str], found: dict[str, Completion]) -> None:
        self._shelf.distrust(keys)
        for key in keys:
            del found[key]


def _in_words(drift: Drift, stored: int) -> str:
    answers = f"{stored} stored answer{'' if stored == 1 else 's'}"
    if drift.finding == "changed":
        return f"and it has: {drift.detail}. Its {answers} are not used, and all is asked anew"
    if drift.finding == "renamed":
        return f"and it has: {drift.detail} Its {answers} are not used"
    if drift.finding == "unknown":
        return f"and it could not be asked whether it does ({drift.detail}). Its {answers} are used. {_SAY_WHICH}"
    return f"so some of its {answers} were asked for again ({drift.asked} calls): unchanged. {_SAY_WHICH}, at no call"


def _by_endpoint(questions: Mapping[str, Question], found: Mapping[str, Completion]) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for key in found:
        keys.setdefault(questions[key].endpoint, []).append(key)
    return keys
