"""What tests of the engine share: a provider that notes what it is asked, and a store that notes what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pytest_ftbench.engine import Engine
from pytest_ftbench.prompts import build_prompt
from pytest_ftbench.records import Completion, Question
from pytest_ftbench.shelf import CacheMode

LONG_S = 30.0
"""For waits that end at once unless the code is broken."""


@dataclass
class Fake:
    """A provider that answers with the question in capitals."""

    model: str = "m"
    is_local: bool = False
    answer: Callable[[str], Any] = lambda text: Completion(text=text.upper(), latency_s=0.5)
    asked: list[str] = field(default_factory=list)
    sampling: Mapping[str, Any] = field(default_factory=dict)
    is_closed: bool = False

    @property
    def identity(self) -> Mapping[str, str | None]:
        return {"provider": "fake", "base_url": None, "model": self.model, "revision": None}

    def complete(self, prompt: Any, *, sample: int = 1) -> Any:
        self.asked.append(f"{prompt.user_text}#{sample}")
        return self.answer(prompt.user_text)

    def close(self) -> None:
        self.is_closed = True


@dataclass
class Stored:
    value: Any


class Store(dict[str, Any]):
    """A store that notes what it is asked to do."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[str] = []

    def get_all(self, keys: Sequence[str]) -> dict[str, Any]:
        self.log += ["get"] * len(keys)
        return {key: Stored(self[key]) for key in keys if key in self}

    def put_all(self, values: Mapping[str, Mapping[str, Any]]) -> bool:
        for key, value in values.items():
            self.log.append(f"put {value['text']}")
            self[key] = dict(value)
        return True

    def claim(self, keys: Sequence[str]) -> list[Any]:
        return [Stored(self[key]) if key in self else True for key in keys]

    def release(self, keys: Sequence[str]) -> None:
        self.log.append(f"release {len(keys)}")


def ask(text: str, endpoint: str = "e", sample: int = 1) -> Question:
    return Question(endpoint, build_prompt(text), sample)


def make(provider: Fake, store: Store | None = None, mode: CacheMode = "auto", concurrency: int | None = 4) -> Engine:
    opened = Store() if store is None else store
    return Engine({"e": provider}, open_store=lambda: opened, mode=mode, concurrency=concurrency)


def prefetch(engine: Engine, questions: Iterable[Question], **settings: Any) -> None:
    """Ask for all of them, and return when they are known."""
    engine.start(questions, **settings)
    assert engine.join(LONG_S)


def fill(*texts: str) -> Store:
    store = Store()
    engine = make(Fake(answer=lambda text: Completion(text=f"stored {text}")), store)
    prefetch(engine, (ask(text) for text in texts))
    store.log.clear()
    return store
