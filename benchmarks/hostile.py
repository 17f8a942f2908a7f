"""Long answers made to be slow to read: one short piece over and over, alone or with the expected answer around it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_ftbench.judges import judge_completion
from pytest_ftbench.records import Case, Completion

CHARACTERS = 1_000_000
_LISTED = "Which one is it?\nA) Lyon\nB) Paris"
_ASKED = "Where was the Denver method of the python library signed, how many kg, before 4 May 2031?"
_TURNS = 5

WORDS = """
    a|the|The|the the a|of|not|no|no information|not the|is not|not denver|and|or|or no|from|from the|from 5 to|but
    |, but|so|answer|answer  is|is the answer|option A|may|may 4,|4 may|4 may 2031,|2031-05-04|4/5/2031|12:30 pm|10:30
    |one|one hundred|twenty|twenty-|5 kg|5%|$5|5 x|5th|1990s|5 per day|5 feet 6 inches|6' 7"|less than|more than 5
    |about 5|1 000|007|mq-9|red,|red;|red and|(B)|B,|A)|A) x|B.|(a|(5|a b a b|Denver|Denver or|denver,|West Denver
    |Denver, Boston,|Bank of Denver|In Denver lives Paris|Denver is not|was replaced|in the in the|for by to|Mark 3
    |i don't know|I don't know.|I cannot say,|unfortunately,|as an ai|maybe|none|yes|yes. yes|no,|Mr.|s'|it's
    |sort_rows|`sort_rows`|`x`|import a|lambda|if x:|x = f(y)|f(x)
"""
SIGNS = (
    *(
        "_",
        "a_",
        "_a ",
        "__a__ ",
        "a.",
        "U.S.",
        "a-",
        "a-b-",
        "a(",
        "f(",
        "f(x,",
        "sort_rows(",
        "Shelf.load.",
        "x=",
        "=",
    ),
    *(
        "(",
        ")",
        "()",
        "[",
        "[[",
        "{",
        "<a>",
        "<",
        "<=",
        "|",
        "&",
        "@",
        "\\",
        "%s",
        "`",
        "```\n",
        "``` ",
        "~~",
        "*",
        "*a ",
    ),
    *("**a** ", "> ", "# ", "- ", "-", "--", "+", ":", ",", ";", "?", "!", "'", '"', "don't", "…", "• ", "—", " — "),
    *(" ", "\n", "\n ", "\t", "\r\n", "\xa0", "\u2009", "\x00", "\x1b[31m", "\u200b"),
    *(
        "1",
        "0",
        "00 ",
        "1,",
        "1,234,",
        "1.",
        "1. ",
        "-1",
        "1-",
        "4/",
        "5-",
        "5/day",
        "0x",
        "5if ",
        "1e",
        "x1",
        "x1-",
        "9 ",
    ),
    *("e\u0301", "\u0301", "a\u0301\u0316", "\u00bd", "\u00b2", "\ufdfa", "\u0130", "\u00df", "\U0001d7d8", "\u4e2d"),
    *("\u0e01\u0e47", "\u304b\u3099", "1\u2009000"),
)
PIECES = (*(f"{words.strip()} " for words in WORDS.split("|")), *SIGNS)
SHAPES = ("so {} zq", "Denver 5 kg {} 5 kg")
CASES = (
    *(
        Case(question=_ASKED, answer=answer)
        for answer in ("yes", "more than 5", "4 May 2031", "sort_rows", "red", "7-0")
    ),
    *(Case(question=_ASKED, answer=name, answer_before="Boston") for name in ("Denver", "Jane Q. Denver", "Mark 4")),
    Case(question=_ASKED, answer="sort_rows", match="code", answer_before="sort_old"),
    Case(question=_ASKED, answer="2.12 meters", match="number?tolerance=5%"),
    Case(question=_LISTED, answer="B", match="choice"),
    Case(question=_ASKED, answer="red; white", match="list"),
    Case(question=_ASKED, answer="red; white", match="set"),
    Case(question=_ASKED, answer="[a-c]x", match="regex"),
    Case(question=_ASKED, answer="a b", match="exact"),
    Case(question=_ASKED, expect="abstain", trained_answer="Denver"),
)


@dataclass(frozen=True)
class Slow:
    """What one verdict took."""

    seconds: float
    """The best of a few turns."""
    match: str
    answer: str
    piece: str
    shape: str

    def __str__(self) -> str:
        what = f"{self.match} {self.answer!r}" if self.match else "abstain"
        return f"{1000 * self.seconds:.0f} ms: {what} <- {self.shape.format('...')!r} with {self.piece!r} throughout"


def measure() -> Iterator[Slow]:
    """Every case with every text."""
    for piece in PIECES:
        for shape in SHAPES:
            text = shape.format(piece * (CHARACTERS // len(piece)))
            for case in CASES:
                match = case.match if case.expect == "answer" else ""
                yield Slow(_time(case, Completion(text=text)), match, case.answer, piece, shape)


def _time(case: Case, completion: Completion) -> float:
    """Seconds; other load on the machine is no fault of the matcher, so what seems slow gets more turns."""
    best = float("inf")
    for _ in range(_TURNS):
        started = time.perf_counter()
        judge_completion(case, completion)
        best = min(best, time.perf_counter() - started)
        if best < 0.02:
            break
    return best
