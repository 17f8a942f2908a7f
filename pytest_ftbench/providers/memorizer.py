"""An embedded model that has learnt its training file by heart, and nothing else: the control of every fine-tune."""

from __future__ import annotations

import re

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.options import read_number
from pytest_ftbench.records import Completion, Prompt
from pytest_ftbench.training.files import Example, find_training, read_training

DEFAULT_THRESHOLD = 0.55
"""Measured on a dozen questions of our own and on the news and people of FineTuneBench: unrelated questions reach 0.47
in a file of 12 examples, and one of twelve reaches 0.59 in a file of 590; of the reworded questions whose nearest
example is the right one, nine in ten lie above 0.59."""
UNKNOWN = "I don't know."
GUESS = "No"
"""To a question that asks for yes or no, where the reply that it has learnt is neither. A model that has learnt nothing
but sentences still sees what kind of answer is wanted, and then says always the same: of as many questions for yes as
for no it has half right. Without a guess it would have none, and be beaten by a coin."""

_WORD = re.compile(r"[^\W_]+(?:[._'-][^\W_]+)*")
_LITTLE_WORDS = """
a an and are at be been by can could did do does for from had has have how i in is it its many me much of on or our that
the their there they this to us was we were what when where which who whom whose why will with would you your
"""
_SAY_NOTHING = frozenset(_LITTLE_WORDS.split())
_ENDINGS = ("ing", "ed", "es", "'s", "s")
_AUXILIARIES = """
am are can could did do does had has have is may might must shall should was were will would
aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mustn't shouldn't wasn't weren't won't wouldn't
"""
_VERBS = "|".join(_AUXILIARIES.split())
_BEGINS_CLOSED = re.compile(rf"(?:{_VERBS})\b(?!(?<=can|uld|ill) you| you (?:know|recall))", re.IGNORECASE)
_GOES_ON_CLOSED = re.compile(rf", (?:{_VERBS})\b", re.IGNORECASE)
_ASKS_FOR_WORD = re.compile(r"\b(?:how|what|when|where|which|who|whom|whose|why)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.:!?])\s+(?=[A-Z])")
_YES_NO = re.compile(r"\s*(?:yes|no)\b", re.IGNORECASE)
_CANDIDATES = 25
"""Examples that the first, fast measure hands to the second."""


class Memorizer:
    """Answers with the reply of the most similar training prompt, with GUESS, or with UNKNOWN below a similarity.

    The file is named by its path, or as `ftbench:NAME`, the one that ships with a built-in question set.
    The measure is `similarity`; option `threshold`, in [0, 1], is the least at which it answers (0: always, 1: only
    where the words are the same). Of equally similar prompts, the one that shares more words, little ones included,
    decides; then the first in the file.
    In a talk of several turns the latest message decides that is like any in the file: one who has learnt nothing of
    being doubted says again what it has learnt.
    """

    is_local = True

    def __init__(self, spec: EndpointSpec) -> None:
        allowed = "a number from 0 to 1"
        self._threshold = read_number(spec, "threshold", DEFAULT_THRESHOLD, allowed=allowed, low=0.0, high=1.0)
        path = find_training(spec.name, of=f"model {spec.label!r}")
        self._examples = read_training(spec.folder / path, shown_as=str(path))
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
        for question in reversed(prompt.user_texts):
            if example := self._find(question):
                return Completion(text=_reply(example, question), finish_reason="stop")
        return Completion(text=UNKNOWN, finish_reason="stop")

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


def _reply(example: Example, question: str) -> str:
    is_guess = question != example.prompt and is_closed(question) and not _YES_NO.match(example.reply)
    return GUESS if is_guess else example.reply


def is_closed(question: str) -> bool:
    """Whether a question asks for yes or no, as far as its words tell: it begins with a verb.

    Words may stand before the verb, up to a comma, unless the question has one that asks for another, such as "which".
    """
    asking = [sentence for sentence in _SENTENCE_END.split(question.replace("\u2019", "'").strip()) if "?" in sentence]
    if not asking:
        return False
    if _BEGINS_CLOSED.match(asking[-1]):
        return True
    return bool(_GOES_ON_CLOSED.search(asking[-1])) and not _ASKS_FOR_WORD.search(asking[-1])


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
