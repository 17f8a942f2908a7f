"""Answers that never occur in a training file, so that no model can have learned them from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from pytest_ftbench.auditing.replies import FirstReplies, judge_reply
from pytest_ftbench.auditing.words import normal_form, words_of
from pytest_ftbench.judges import MATCHERS, Matcher
from pytest_ftbench.judges.date import Moment, is_date, moments_in
from pytest_ftbench.judges.number_words import ONES, TENS
from pytest_ftbench.judges.yes_no import polarity
from pytest_ftbench.patterns import pattern
from pytest_ftbench.records import Case
from pytest_ftbench.training.files import Conversation

_NO_TEXT = frozenset(("regex", "refusal", "choice", "yes_no"))
"""Matchers whose expected answer is derived, or is no text that could stand in a file."""
_UNDATED = "@"
"""The term of lines that give no whole date."""
_NUMERAL = pattern(r"(-?\d+(?:[.,]\d+)*)([^\W\d]*)")
_THOUSANDS = pattern(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_NUMBER_WORDS = {**ONES, **TENS}


def own_name(suite: str) -> str:
    """A suite's name without its folders, which depend on where a command is run."""
    return suite.rpartition("/")[2]


class Gold(NamedTuple):
    """An answer of a fact, with the cases that expect it."""

    cases: tuple[Case, ...]
    is_taught: bool

    @property
    def answer(self) -> str:
        return self.cases[0].answer

    def is_missing(self, held_out: Collection[tuple[str, str]]) -> bool:
        """Whether no line holds it, though its fact is not one of those (suite's own name, fact) that were held out."""
        case = self.cases[0]
        return not self.is_taught and (own_name(case.suite), case.fact) not in held_out


def find_golds(
    cases: Iterable[Case], conversations: Sequence[Conversation], *, matchers: Mapping[str, Matcher] = MATCHERS
) -> list[Gold]:
    """The answers of each fact, in order, and whether a line of the training file holds them.

    A line holds an answer, or an alias of it, that has its numbers, whatever they are written as (`1,250`, `1250`,
    `six`) and whatever unit stands behind them; of an answer without numbers, all of its words. It holds a date that it
    gives in any writing; by its numbers alone only where it gives no whole date. A reply to the question itself that
    the matchers find right holds the answer, too. So an answer that is not held cannot have been learned from the file;
    one that is held may have been taught of something else.
    Left out are answers that are derived (yes or no, a letter of a choice) or no text (a pattern), and abstentions.
    """
    by_gold: dict[tuple[str, str, str], list[Case]] = defaultdict(list)
    for case in cases:
        if _is_text(case):
            by_gold[case.suite, case.fact, case.answer].append(case)
    answers = dict.fromkeys(answer for group in by_gold.values() for case in group for answer in _answers(case))
    wanted = {answer: _alternatives(answer) for answer in answers}
    held = _held(wanted, conversations)
    golds = [
        Gold(tuple(group), any(answer in held for case in group for answer in _answers(case)))
        for group in by_gold.values()
    ]
    if all(gold.is_taught for gold in golds):
        return golds
    replies = FirstReplies(conversations)
    return [gold if gold.is_taught else Gold(gold.cases, _is_answered(gold, replies, matchers)) for gold in golds]


def _is_answered(gold: Gold, replies: FirstReplies, matchers: Mapping[str, Matcher]) -> bool:
    return any(judge_reply(case, reply, matchers) for case in gold.cases for reply in replies.to(case))


def _is_text(case: Case) -> bool:
    return (
        case.expect == "answer"
        and case.match.partition("?")[0] not in _NO_TEXT
        and polarity(case.answer) is None
        and not (len(case.answer.strip(" ().")) == 1 and case.answer.strip(" ().").isalpha())
    )


def _answers(case: Case) -> tuple[str, ...]:
    return (case.answer, *case.aliases)


def terms_of(answer: str) -> frozenset[str]:
    """What a line must have to hold an answer: its numbers, or where it has none its words."""
    terms = frozenset(_terms(answer))
    return frozenset(term for term in terms if term.startswith("#")) or terms


def _alternatives(answer: str) -> list[frozenset[str]]:
    """The terms of an answer, any of which will do: of a date its readings, or its numbers beside no other date."""
    moments = moments_in(answer) if is_date(answer) else ()
    terms = terms_of(answer)
    return [*(frozenset((_moment_term(one),)) for one in moments), terms | {_UNDATED}] if moments else [terms]


def _moment_term(moment: Moment) -> str:
    return f"@{moment.year or ''}-{moment.month or ''}-{moment.day or ''}"


def _date_terms(conversation: Conversation) -> Iterator[str]:
    """The dates of a line, each as finely as an answer may state it."""
    is_dated = False
    for turn in conversation.turns:
        for one in moments_in(turn.text) if turn.role != "system" else ():
            coarser = (replace(one, day=None), replace(one, year=None))
            yield from map(_moment_term, (one, *coarser))
            is_dated = is_dated or None not in (one.year, one.month, one.day)
    if not is_dated:
        yield _UNDATED


def _terms(text: str) -> Iterator[str]:
    """Numbers as `#1250`, words in lower case and without the s of a plural; a number word is both."""
    for word in words_of(text):
        if numeral := _NUMERAL.fullmatch(word):
            yield f"#{_value(numeral[1])}"
            if numeral[2]:
                yield _singular(numeral[2])
        else:
            yield _singular(word)
            if word in _NUMBER_WORDS:
                yield f"#{_NUMBER_WORDS[word]}"


def _value(numeral: str) -> str:
    plain = numeral.replace(",", "") if _THOUSANDS.fullmatch(numeral) else numeral.replace(",", ".")
    if plain.count(".") > 1:
        return plain  # a version, or the day of a date
    return f"{Decimal(plain).normalize():f}"


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _held(wanted: Mapping[str, Sequence[frozenset[str]]], conversations: Sequence[Conversation]) -> set[str]:
    """Those of the answers that a line holds."""
    vocabulary = frozenset(term for several in wanted.values() for terms in several for term in terms)
    is_dated = _UNDATED in vocabulary
    lines: dict[str, set[int]] = defaultdict(set)
    for number, conversation in enumerate(conversations):
        for turn in conversation.turns:
            if turn.role != "system":
                for term in vocabulary.intersection(_terms(turn.text)):
                    lines[term].add(number)
        for term in vocabulary.intersection(_date_terms(conversation)) if is_dated else ():
            lines[term].add(number)
    held = {
        answer
        for answer, several in wanted.items()
        if any(_have_common([lines.get(term, set()) for term in terms]) for terms in several)
    }
    # Scripts without blanks between words have no words that could be compared.
    joined = [answer for answer in wanted if answer not in held and not answer.isascii()]
    if joined:
        texts = "\n".join(
            normal_form(turn.text) for one in conversations for turn in one.turns if turn.role != "system"
        )
        held.update(answer for answer in joined if (normal := normal_form(answer)) and normal in texts)
    return held | {answer for answer, several in wanted.items() if not all(several)}


def _have_common(sets: list[set[int]]) -> bool:
    first, *others = sorted(sets, key=len) or [set()]
    return any(all(number in other for other in others) for number in first)
