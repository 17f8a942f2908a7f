"""Tests whose answers are there go first: only its own test waits for a slow question."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

import pytest

from pytest_ftbench.engine import Engine
from pytest_ftbench.plugin.cases import CASE_PARAMETERS

_WINDOW = 256
"""How many of the next tests are looked at; more than are ever in flight, and few enough to look at often."""


class ReadyFirst:
    """Lives in sessions without workers: lets a later test of the same file or function take the place of one whose
    answer is still on its way.

    key_of: the key of the answer that a test waits for; None: it waits for none. Only tests that share all fixtures but
    the case and the endpoint trade places, so that fixtures of modules and classes are set up as often as ever.
    """

    def __init__(self, engine: Engine, session: pytest.Session, key_of: Callable[[pytest.Item], str | None]) -> None:
        self._engine = engine
        self._items = session.items
        self._key_of = key_of
        self._places = {item: place for place, item in enumerate(session.items)}
        self._groups = {item: _group(item) for item in session.items}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> object:
        if not self._waits(item) or item not in self._places:
            return None
        ready: list[pytest.Item] = []

        def look() -> bool:
            ready.extend(self._ready_instead_of(item))
            return bool(ready)

        self._engine.answers.wait_for_news(look)
        other = ready[0]
        if other is item:
            return None
        here, there = self._places[item], self._places[other]
        self._items[here], self._items[there] = other, item
        self._places[item], self._places[other] = there, here
        # What was kept for this test, as its predecessor was torn down, is not what the other one needs.
        item.session._setupstate.teardown_exact(other)
        following = self._items[here + 1] if here + 1 < len(self._items) else None
        return item.config.hook.pytest_runtest_protocol(item=other, nextitem=following)

    def _waits(self, item: pytest.Item) -> bool:
        key = self._key_of(item)
        return key is not None and self._engine.answers.is_coming(key)

    def _ready_instead_of(self, item: pytest.Item) -> Iterator[pytest.Item]:
        """The test itself once its answer is there, else the next that can run; nothing while all of them wait."""
        here, group = self._places[item], self._groups[item]
        for other in self._items[here : here + 1 + _WINDOW]:
            if self._groups.get(other) != group:
                return
            if not self._waits(other):
                yield other
                return


def _group(item: pytest.Item) -> Hashable:
    """What tests have in common that may trade places."""
    callspec = getattr(item, "callspec", None)
    if callspec is None:
        return type(item), item.path
    others = tuple((name, id(value)) for name, value in callspec.params.items() if name not in CASE_PARAMETERS)
    return type(item), item.path, item.parent, getattr(item, "originalname", item.name), others
