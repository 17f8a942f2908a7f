"""What a model was trained to say, and which of it answers a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pytest_ftbench.auditing.words import normal_form
from pytest_ftbench.judges import Matcher, judge_completion
from pytest_ftbench.records import Case, Completion, Verdict
from pytest_ftbench.training.files import Conversation
from pytest_ftbench.training.instructions import THEREFORE, is_instruction


class Reply(NamedTuple):
    """What the model was trained to say to a question."""

    text: str
    line: int


class Trained(NamedTuple):
    """A trained reply, and what stands before it."""

    system: str
    said: tuple[str, ...]
    """The normal forms of all messages before the reply."""
    question: str
    reply: Reply


def trained_replies(conversations: Iterable[Conversation]) -> Iterator[Trained]:
    """All of them, in order."""
    for conversation in conversations:
        said: tuple[str, ...] = ()
        question = ""
        for turn in conversation.turns:
            if turn.role == "reply" and turn.is_trained and turn.text and said:
                yield Trained(conversation.system, said, question, Reply(turn.text, conversation.line))
            if turn.role in ("user", "reply"):
                said = (*said, normal_form(turn.text))
                question = turn.text if turn.role == "user" else question


class FirstReplies:
    """The replies to first user messages, since what follows another answers both."""

    def __init__(self, conversations: Iterable[Conversation]) -> None:
        self._by_question: dict[str, dict[str, Reply]] = defaultdict(dict)
        for one in trained_replies(conversations):
            if len(one.said) == 1:
                self._by_question[one.said[0]].setdefault(one.reply.text, one.reply)

    def to(self, case: Case) -> Iterator[Reply]:
        """Those to exactly what a case sends or shows, each text once; none to a case of several turns."""
        asked = () if case.turns else dict.fromkeys(map(normal_form, (case.text_to_send, case.question)))
        for text in asked:
            yield from self._by_question.get(text, {}).values()


def judge_reply(case: Case, reply: Reply, matchers: Mapping[str, Matcher]) -> Verdict:
    """The verdict on a trained reply; of one that reasons before it answers, on the answer if that is right."""
    verdict = judge_completion(case, Completion(reply.text), matchers=matchers)
    _, reasons, answer = reply.text.rpartition(THEREFORE)
    if verdict or not reasons:
        return verdict
    return judge_completion(case, Completion(answer), matchers=matchers) or verdict


def that_ask(conversations: Sequence[Conversation], cases: Iterable[Case]) -> list[Conversation]:
    """The lines but for those that only state a fact, as some techniques of `ftbench export` do.

    These are one reply to an instruction, or the first part of what a case states and the rest of it, and have no
    system message.
    """
    stated = {_letters(text) for text in {case.context for case in cases} if text}
    return [one for one in conversations if not _only_states(one, stated)]


def _only_states(conversation: Conversation, stated: Collection[str]) -> bool:
    if [turn.role for turn in conversation.turns] != ["user", "reply"]:
        return False
    prompt, reply = (turn.text for turn in conversation.turns)
    return is_instruction(prompt) or (not prompt.rstrip().endswith("?") and _letters(prompt + reply) in stated)


def _letters(text: str) -> str:
    """What is left of a text wherever it is divided."""
    return "".join(filter(str.isalnum, text.casefold()))
