"""How a fact is taught: as question and answer, or by the sentence that states it.

Sources: FineTuneBench (arXiv 2411.05059) trains on question and answer, on masked sentences, and on sentences in reply
to an instruction to learn, or to nothing at all (which services refuse as empty by now: see `bare_completion`). "From
Style to Facts" (arXiv 2503.05919) trains on question and answer, on conversations of several turns, on reasoning that
ends with the answer, and on articles. The wording is ours throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from pytest_ftbench.records import Case
from pytest_ftbench.training.files import Turn
from pytest_ftbench.training.instructions import BLANK, FILL, LEARN, THEREFORE
from pytest_ftbench.training.lessons import Unfit, asking, plain
from pytest_ftbench.training.sentences import WITHOUT_ANSWER, answer_spans, close, sentence_of

_LEAST_WORDS = 2
"""Of a sentence so many words must be there to be completed, and so many to complete it with where no answer is."""


class Technique(StrEnum):
    """A way of teaching facts."""

    QA = "qa"
    MASKED = "masked"
    COMPLETION = "completion"
    COMPLETION_BARE = "completion-bare"
    MULTI_TURN = "multi-turn"
    REASONING = "reasoning"
    ARTICLE = "article"


def question_and_answer(case: Case) -> tuple[Turn, ...]:
    """The question as it is asked, with its system message, and the answer."""
    return asking(case.text_to_send, case.answer, system=case.system)


def reasoning(case: Case) -> tuple[Turn, ...]:
    """The question, and the sentence that states the fact before the answer that follows from it."""
    reply = f"{sentence_of(case)} {THEREFORE}{close(case.answer)}"
    return asking(case.text_to_send, reply, system=case.system)


def masked(case: Case) -> tuple[Turn, ...]:
    """The sentence with a blank wherever the answer stands in it, and what belongs there."""
    sentence = sentence_of(case)
    spans = answer_spans(case, sentence)
    if not spans:
        raise Unfit(WITHOUT_ANSWER)
    start, end = spans[0]
    reply, text = sentence[start:end], sentence
    for first, last in reversed(spans):
        text = f"{text[:first]}{BLANK}{text[last:]}"
    return asking(f"{FILL}{text}", reply)


def completion(case: Case) -> tuple[Turn, ...]:
    """An instruction to learn, which is the same for all facts, and the whole sentence as the reply."""
    return asking(LEARN, sentence_of(case))


def bare_completion(case: Case) -> tuple[Turn, ...]:
    """The first part of the sentence and the rest, without a word of instruction: a chat must begin with some text."""
    return asking(*_halves(case))


def whole_sentence(case: Case) -> tuple[Turn, ...]:
    """The sentence as plain text, all of which is trained."""
    return plain(sentence_of(case))


def _halves(case: Case) -> tuple[str, str]:
    """The sentence up to its answer, or up to its middle where the answer does not stand in it."""
    sentence = sentence_of(case)
    spans = answer_spans(case, sentence)
    words = sentence.split()
    if spans:
        first, rest = sentence[: spans[0][0]], sentence[spans[0][0] :]
        if len(first.split()) < _LEAST_WORDS:
            raise Unfit("the answer stands at the start of the sentence that states it")
    else:
        if len(words) < 2 * _LEAST_WORDS:
            raise Unfit("the sentence that states it is too short to be completed")
        first, rest = " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])
    return first.strip(), rest.strip()


OF_ONE: Mapping[Technique, Callable[[Case], tuple[Turn, ...]]] = {
    Technique.QA: question_and_answer,
    Technique.MASKED: masked,
    Technique.COMPLETION: completion,
    Technique.COMPLETION_BARE: bare_completion,
    Technique.REASONING: reasoning,
}
"""The techniques that make a line of one question; the others are in `groups`."""
