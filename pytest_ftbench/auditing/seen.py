"""Whether a question stands in a training file: verbatim, nearly, or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from pytest_ftbench.auditing.words import normal_form, question_sentences, telling_words
from pytest_ftbench.records import Case
from pytest_ftbench.training.files import Conversation

SeenAs = Literal["verbatim", "near", "unseen"]

SEEN_AS: tuple[SeenAs, ...] = ("verbatim", "near", "unseen")
NEAR = 0.8
"""Questions are near each other above this edit similarity; see `TrainedTexts`."""

_GRAM = 3
_MOST = 1000
"""Texts that are looked at for one question: those that share its rarest words. More share them only in files that
hold hardly anything else."""


class Seen(NamedTuple):
    """What a training file holds of a question."""

    how: SeenAs
    line: int = 0
    """The first line that holds it; 0: none does."""


class TrainedTexts:
    """What a model has read in training, whoever says it there, looked up by n-grams of words.

    Verbatim is a question whose words (without case, punctuation and blanks) are those of a message, or at least four
    that stand one after the other in a message or a line of plain text.

    Near is one whose edit similarity with a message, or with a question in it, exceeds 0.8: 1 less the number of words
    to insert, delete or replace, by the number of words of the longer one. That is the measure and the threshold by
    which Lee et al., "Deduplicating Training Data Makes Language Models Better" (ACL 2022, section 4.2), call
    documents near duplicates. Other than there, numbers, names and identifiers must be the same, in the same order:
    otherwise all questions made from one template would be near each other, whomever they are about.

    A near text shares at least one of some of the question's rarest 3-grams, so that only few are compared.
    """

    def __init__(self, conversations: Iterable[Conversation]) -> None:
        self._line_of: dict[str, int] = {}
        """By the normal form of a text, the line where it first stands."""
        self._texts: list[str] = []
        self._telling: list[tuple[str, ...]] = []
        self._with: dict[int, list[int]] = defaultdict(list)
        """By the hash of an n-gram, the numbers of the texts that hold it."""
        self._named: dict[str, list[int]] = defaultdict(list)
        """By name or number, the same."""
        self._vocabulary: set[str] = set()
        for conversation in conversations:
            for turn in conversation.turns:
                self._add(turn.text, conversation.line)

    def _add(self, text: str, line: int) -> None:
        if not self._add_one(text, line):
            return
        for sentence in question_sentences(text):
            self._add_one(sentence, line)

    def _add_one(self, text: str, line: int) -> bool:
        """Whether the text is a new one."""
        normal = normal_form(text)
        if not normal or normal in self._line_of:
            return False
        number, words = len(self._texts), normal.split(" ")
        self._line_of[normal] = line
        self._texts.append(normal)
        telling = telling_words(text)
        self._telling.append(telling)
        self._vocabulary.update(words)
        for gram in set(_grams(words)):
            self._with[gram].append(number)
        for word in set(telling):
            self._named[word].append(number)
        return True

    def find(self, question: str) -> Seen:
        """How a question stands in the file."""
        normal = normal_form(question)
        if line := self._line_of.get(normal, 0):
            return Seen("verbatim", line)
        words = normal.split(" ")
        grams = sorted((self._with.get(gram, ()) for gram in _grams(words)), key=len)
        if len(words) > _GRAM:
            if line := self._holding(normal, grams):
                return Seen("verbatim", line)
            if line := self._near(question, words, grams):
                return Seen("near", line)
        return Seen("unseen")

    def _holding(self, normal: str, grams: Sequence[Sequence[int]]) -> int:
        """The first line of a text that holds all the words, one after the other; 0 where there is none."""
        inner = f" {normal} "
        found = (self._line(number) for number in grams[0][:_MOST] if inner in f" {self._texts[number]} ")
        return min(found, default=0)

    def _near(self, question: str, words: list[str], grams: Sequence[Sequence[int]]) -> int:
        """The first line of a text that is near; 0 where there is none."""
        from rapidfuzz.distance import Levenshtein

        edits = -(-len(words) // 4) - 1  # at most, in a text of up to 5/4 of the words
        rarest = grams[: _GRAM * edits + 1]  # an edit changes three n-grams at most: one of these is left
        if not edits or not any(rarest):
            return 0
        telling = telling_words(question)
        if not self._vocabulary.issuperset(telling):
            return 0
        best = (NEAR, 0)
        for number in self._candidates(telling, rarest):
            others = self._texts[number].split(" ")
            if not NEAR < len(words) / len(others) < 1 / NEAR:
                continue
            similarity = Levenshtein.normalized_similarity(words, others, score_cutoff=NEAR)
            if similarity > best[0] and _tell_the_same(words, others, {*telling, *self._telling[number]}):
                best = (similarity, self._line(number))
        return best[1]

    def _candidates(self, telling: Iterable[str], grams: Sequence[Sequence[int]]) -> Iterable[int]:
        """The numbers of the texts that may be near, in order."""
        named = [self._named[word] for word in telling if word in self._named]
        fewest = min(named, key=len, default=None)
        if fewest is not None and len(fewest) <= sum(map(len, grams)):
            return fewest[:_MOST]
        return sorted({number for gram in grams for number in gram[:_MOST]})[:_MOST]

    def _line(self, number: int) -> int:
        return self._line_of[self._texts[number]]


def asked_text(case: Case) -> str:
    """The text by which a case is looked up: what is sent, of several turns the first, which asks."""
    return case.turns[0] if case.turns else case.text_to_send


def find_case(texts: TrainedTexts, case: Case) -> Seen:
    """How a case stands in a file, by what is sent or by what is shown, whichever is the closer."""
    sent = texts.find(asked_text(case))
    if sent.how == "verbatim" or case.turns or case.question == case.text_to_send:
        return sent
    return min(sent, texts.find(case.question), key=lambda seen: SEEN_AS.index(seen.how))


def _grams(words: Sequence[str]) -> list[int]:
    return list(map(hash, zip(words, words[1:], words[2:], strict=False)))


def _tell_the_same(words: Iterable[str], others: Iterable[str], telling: set[str]) -> bool:
    return [word for word in words if word in telling] == [word for word in others if word in telling]
