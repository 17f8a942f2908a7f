"""Facts that are held out of a training file, and what would give them away in it all the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pytest_ftbench.patterns import pattern
from pytest_ftbench.records import Case

_WORD = pattern(r"\w+")


@dataclass(slots=True)
class _Node:
    """A word of one or more texts."""

    following: dict[str, _Node] = field(default_factory=dict)
    fact: str | None = None
    """The fact that a text ending here is about."""


class HeldOut:
    """What held-out facts ask and say, to be looked for in other texts.

    The texts are a tree of their words, since thousands of questions begin alike.
    """

    def __init__(self, cases: Iterable[Case]) -> None:
        self._root = _Node()
        for case in cases:
            for text in {case.question, case.text_to_send, case.context}:
                self._add(_words(text), case.fact)

    def _add(self, words: Sequence[str], fact: str) -> None:
        node = self._root
        for word in words:
            node = node.following.setdefault(word, _Node())
        if words:
            node.fact = fact

    def found_in(self, *texts: str) -> str | None:
        """The name of a held-out fact whose question or sentence stands in one of the texts; None: of none.

        Word by word, whatever the case and the punctuation. What says the same in other words is not found.
        """
        for words in map(_words, texts if self._root.following else ()):
            for start in range(len(words)):
                if (fact := self._starting_at(words, start)) is not None:
                    return fact
        return None

    def _starting_at(self, words: Sequence[str], start: int) -> str | None:
        node = self._root
        for index in range(start, len(words)):
            following = node.following.get(words[index])
            if following is None:
                return None
            if following.fact is not None:
                return following.fact
            node = following
        return None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
