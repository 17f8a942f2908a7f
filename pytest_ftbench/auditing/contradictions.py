"""Training examples that teach another answer than is expected, or than another example teaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pytest_ftbench.auditing.replies import FirstReplies, Reply, judge_reply, trained_replies
from pytest_ftbench.auditing.words import normal_form, words_of
from pytest_ftbench.judges import MATCHERS, Matcher, judge_answer
from pytest_ftbench.records import Case, Verdict
from pytest_ftbench.training.files import Conversation

_SHORT = 12
"""Words of a reply up to which another wording is taken for another answer, where no matcher can tell."""


class Contradiction(NamedTuple):
    """A trained reply that is not right."""

    case: Case
    reply: Reply
    verdict: Verdict


class Dispute(NamedTuple):
    """Two replies to one question that say different things."""

    question: str
    first: Reply
    second: Reply


def find_contradictions(
    cases: Iterable[Case], conversations: Iterable[Conversation], *, matchers: Mapping[str, Matcher] = MATCHERS
) -> list[Contradiction]:
    """Trained replies to exactly the question of a case that would not be right in an answer.

    Only replies to a first user message count, since what follows another answers both; and no case of several turns.
    """
    replies = FirstReplies(conversations)
    found = []
    for case in cases:
        for reply in replies.to(case):
            verdict = judge_reply(case, reply, matchers)
            if not verdict:
                found.append(Contradiction(case, reply, verdict))
    return found


def find_disputes(conversations: Iterable[Conversation]) -> list[Dispute]:
    """The first two replies to one question, or one conversation, under one system message, that do not agree.

    They agree where the matchers find the one in the other. Where they are undecided, long replies are not claimed to
    disagree: they may be worded differently.
    """
    replies: dict[tuple[str, tuple[str, ...]], dict[str, Reply]] = defaultdict(dict)
    questions: dict[tuple[str, tuple[str, ...]], str] = {}
    for one in trained_replies(conversations):
        key = one.system, one.said
        replies[key].setdefault(normal_form(one.reply.text), one.reply)
        questions.setdefault(key, one.question)
    disputed = ((questions[key], list(by_text.values())) for key, by_text in replies.items() if len(by_text) > 1)
    return [dispute for question, several in disputed for dispute in _disputes(question, several)]


def _disputes(question: str, replies: Sequence[Reply]) -> Iterator[Dispute]:
    first, *others = replies
    for other in others:
        if not _agree(question, first.text, other.text):
            yield Dispute(question, first, other)
            return


def _agree(question: str, first: str, second: str) -> bool:
    one, two = (
        judge_answer(reply, expected, question=question) for reply, expected in ((first, second), (second, first))
    )
    if one or two:
        return True
    is_claimed = "undecided" not in one.flags or "undecided" not in two.flags
    return not is_claimed and max(len(words_of(first)), len(words_of(second))) > _SHORT
