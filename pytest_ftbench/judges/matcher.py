"""What a matcher is: the text it reads, the finding it gives, and the settings it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

from pytest_ftbench.judges.lazy import LazyProperty
from pytest_ftbench.judges.normalise import (
    Token,
    clean_text,
    cut_long,
    find_letter_runs,
    is_cut,
    lower_in_place,
    tokenize,
    tokenize_short,
)
from pytest_ftbench.judges.phrases import REFUSAL
from pytest_ftbench.judges.quantities import Quantity, find_quantities
from pytest_ftbench.judges.wrappers import unwrap

Decision = Literal["right", "wrong", "undecided"]

_QUOTED_CHARS = 120
_SHORT = 60
MOST_TOKENS = 4000
"""Where reading words stops: 20,000 characters of prose have fewer."""


@dataclass(frozen=True)
class Reading:
    """The text of one completion, with the forms that matchers share; each is made at most once."""

    text: str
    """As it came back, with the middle of a very long one left out."""
    question: str
    answer: str
    """What of the text is the answer: `unwrap`."""

    @classmethod
    def of(cls, text: str, question: str = "", *, is_wrapped: bool = True) -> Reading:
        """The reading of a text of any length.

        is_wrapped: whether reasoning, JSON and the like may stand around the answer; else all of the text is it.
        """
        inner = unwrap(text) if is_wrapped else text
        cut = cut_long(text)
        return cls(cut, question, cut if inner is text else cut_long(inner))

    @LazyProperty
    def clean(self) -> str:
        """The answer without markup, with plain quotes and dashes: `clean_text`."""
        return clean_text(self.answer)

    @LazyProperty
    def low(self) -> str:
        """`clean` in lower case, character by character: positions are the same in both."""
        return lower_in_place(self.clean)

    @property
    def is_cut(self) -> bool:
        """Whether the middle of the completion is not read: then nothing can be said of all of it."""
        return is_cut(self.text)

    @LazyProperty
    def letter_runs(self) -> frozenset[str]:
        """Those of `low`: `find_letter_runs`."""
        return frozenset(find_letter_runs(self.low))

    @LazyProperty
    def refuses(self) -> bool:
        """Whether a phrase of refusal stands anywhere in the text."""
        return REFUSAL.may_match(self) and REFUSAL.pattern.search(self.low) is not None

    @LazyProperty
    def low_question(self) -> str:
        return _low_question(self.question)

    @LazyProperty
    def quantities(self) -> Sequence[Quantity]:
        """The first hundred numbers of `low` with what belongs to them."""
        return find_quantities(self.low, self.letter_runs)

    @property
    def asked_quantities(self) -> Sequence[Quantity]:
        """Those of the question."""
        return _asked_quantities(self.low_question)

    @LazyProperty
    def tokens(self) -> Sequence[Token]:
        """The words and signs of `clean` that carry meaning, in order: the first 4,000 of them."""
        return tokenize_short(self.clean) if len(self.clean) <= _SHORT else tokenize(self.clean, most=MOST_TOKENS)

    @LazyProperty
    def words(self) -> tuple[str, ...]:
        """The tokens' normal forms."""
        return tuple(token.word for token in self.tokens)


@lru_cache(maxsize=1024)
def _low_question(question: str) -> str:
    """A question in clean lower case; kept, as many answers come to one question."""
    return lower_in_place(clean_text(question))


@lru_cache(maxsize=1024)
def _asked_quantities(low_question: str) -> tuple[Quantity, ...]:
    return tuple(find_quantities(low_question))


@dataclass(frozen=True, slots=True)
class Finding:
    """What one matcher makes of one completion."""

    decision: Decision
    """`wrong` claims that the completion gives another answer; `undecided` claims nothing."""
    note: str = ""
    """Why, where expected and received text alone do not say it."""


RIGHT = Finding("right")
WRONG = Finding("wrong")
UNDECIDED = Finding("undecided")


class Matcher(Protocol):
    """Decides whether a completion gives the expected answer; one per type of answer."""

    settings: Mapping[str, Callable[[str], object]]
    """What may follow `name?`: each setting's reader, which raises ValueError saying what is allowed."""

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:
        """Right, wrong or undecided; when in doubt, undecided.

        settings: the values that the readers gave, for those settings that the case names.
        Raises SpecError for an expected answer that this matcher cannot work with.
        """


def quote(text: str) -> str:
    """The text as one quoted line of about 120 characters: head and tail of a longer one, escapes for line ends."""
    trimmed = text.strip()
    if len(trimmed) > _QUOTED_CHARS:
        trimmed = f"{trimmed[: _QUOTED_CHARS - 40]} … {trimmed[-37:]}"
    return repr(trimmed)
