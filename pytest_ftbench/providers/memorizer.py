"""An embedded model that has learnt its training file by heart, and nothing else: the control of every fine-tune."""

from __future__ import annotations

import re

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.options import read_number
from pytest_ftbench.records import Completion, Prompt
from pytest_ftbench.training.files import Example, read_training
from pytest_ftbench.variables import expand_variables

DEFAULT_THRESHOLD = 0.55
"""Measured on a dozen questions of our own and on the news and people of FineTuneBench: unrelated questions reach 0.47
in a file of 12 examples, and one of twelve reaches 0.59 in a file of 590; of the reworded questions whose nearest
example is the right one, nine in ten lie above 0.59."""
UNKNOWN = "I don't know."

_WORD = re.compile(r"[^\W_]+(?:[._'-][^\W_]+)*")
_LITTLE_WORDS = """
a an and are at be been by can could did do does for from had has have how i in is it its many me much of on or our that
the their there they this to us was we were what when where which who whom whose why will with would you your
"""
_SAY_NOTHING = frozenset(_LITTLE_WORDS.split())
_ENDINGS = ("ing", "ed", "es", "'s", "s")
_CANDIDATES = 25
"""Examples that the first, fast measure hands to the second."""


class Memorizer:
    """Answers with the reply of the most similar training prompt, or with UNKNOWN below a similarity.

    The measure is `similarity`; option `threshold`, in [0, 1], is the least at which it answers (0: always, 1: only
    where the words are the same). Of equally similar prompts, the one that shares more words, little ones included,
    decides; then the first in the file.
    """

    is_local = True

    def __init__(self, spec: EndpointSpec) -> None:
        allowed = "a number from 0 to 1"
        self._threshold = read_number(spec, "threshold", DEFAULT_THRESHOLD, allowed=allowed, low=0.0, high=1.0)
        path = expand_variables(spec.name, of=f"model {spec.label!r}")
        self._examples = read_training(spec.folder / path, shown_as=path)
        self._words = [_words(example.prompt) for example in self._examples]
        self._contents = [telling_words(example.prompt) for example in self._examples]
        self._first_with: dict[str, int] = {}
        for index, example in enumerate(self._examples):
            self._first_with.setdefault(example.prompt, index)
        self.identity = {"provider": "memorizer", "base_url": None, "model": spec.name, "revision": spec.revision}
        self.sampling: dict[str, float | int | None] = {}

    def complete(self, prompt: Prompt, *, sample: int = 1) -> Completion:  # noqa: ARG002 - the same each time
        """The reply to the most similar training prompt; EndpointError for a prompt without a user message."""
        if not prompt.user_text.strip():
            raise EndpointError("the prompt has no user message, so nothing can be looked up.")
        example = self._find(prompt.user_text)
        return Completion(text=example.reply if example else UNKNOWN, finish_reason="stop")

    def close(self) -> None:
        """Nothing is held open."""

    def _find(self, question: str) -> Example | None:
        if question in self._first_with:
            return self._examples[self._first_with[question]]
        from rapidfuzz import fuzz, process

        content, words = telling_words(question), _words(question)
        likely = process.extract(content, self._contents, scorer=fuzz.ratio, limit=_CANDIDATES)
        ranked = [(similarity(content, other), _overlap(words, self._words[i]), -i) for other, _, i in likely]
        best, _, index = max(ranked)
        return self._examples[-index] if best >= self._threshold else None


def similarity(first: str, second: str) -> float:
    """How alike two questions are, in [0, 1]; 1 when they hold the same words in whatever order.

    first, second: the questions as `telling_words` gives them, without case, punctuation, words that say nothing
    ("what is the") and a few English endings. The mean of two measures of rapidfuzz: `ratio` (how much of both texts
    agrees) and `token_set_ratio` (how well one is contained in the other).
    """
    from rapidfuzz import fuzz

    return (fuzz.ratio(first, second) + fuzz.token_set_ratio(first, second)) / 200


def _overlap(first: frozenset[str], second: frozenset[str]) -> float:
    """The share of the words of both texts that stand in both."""
    return len(first & second) / len(first | second) if first or second else 1.0


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def telling_words(text: str) -> str:
    """The words of a question that tell what it is about, sorted and without their endings."""
    words = _WORD.findall(text.casefold())
    telling = [_stem(word) for word in words if word not in _SAY_NOTHING]
    return " ".join(sorted(telling or words)) or text.casefold().strip()


def _stem(word: str) -> str:
    """The word without one English ending, where three letters are left."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
