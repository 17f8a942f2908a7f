"""Answers that say something else than they should."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pytest_ftbench.judges.normalise import normal_words
from pytest_ftbench.judges.yes_no import polarity
from pytest_ftbench.linting.findings import Finding, find
from pytest_ftbench.linting.material import Material
from pytest_ftbench.patterns import pattern
from pytest_ftbench.records import Case

_NOTHING = frozenset(
    ("none", "null", "nil", "n/a", "na", "nan", "unknown", "not known", "no answer", "not available", "unanswerable",
     "i don't know", "i do not know", "don't know", "cannot be answered", "cannot be known", "idk")
)  # fmt: skip
_VERDICTS = ("correct", "incorrect")
_COLUMN = pattern(r"(?:^|[_\s-])(?:response|answer|output|completion|prediction)s?$")
_FEWEST_VERDICTS = 5
_CELL_ERROR = pattern(r"#{3,}|#N/A|#NV|#[^\W\d_][\w/]*[!?]|#GETTING_DATA|Err:\d{3}")
_CELL_ERRORS_BEGIN = ("#", "E")
_OF_SHEETS = pattern(r"\b(?:spreadsheets?|excel|libreoffice|sheets?|cells?|formulas?)\b")


def lint_answers(material: Material) -> Iterator[Finding]:
    """Superseded answers that are the answer, words for "none", and verdicts in the place of answers."""
    for case in material.cases:
        if case.expect != "answer":
            continue
        if case.answer_before:
            yield from _check_before(case)
        if case.answer[:1] in _CELL_ERRORS_BEGIN or case.answer_before or case.aliases:
            yield from _check_spreadsheet(case)
        yield from _check_abstention(case)
        if case.answer.casefold() in _VERDICTS and "correct" not in case.question.casefold():
            told = f"the answer {case.answer!r} is a verdict on one"
            yield find("FTB503", case, f"{told}. Fill in what is expected, or say in the question what may be said.")
    yield from _check_columns(material)


def _check_before(case: Case) -> Iterator[Finding]:
    before = normal_words(case.answer_before)
    for answer in (case.answer, *case.aliases):
        if normal_words(answer) == before:
            told = f"'answer_before' {case.answer_before!r} is the answer {answer!r}, so that nothing has changed"
            yield find("FTB501", case, f"{told}. Fill in what was right before, or remove it.")
            return


def _check_spreadsheet(case: Case) -> Iterator[Finding]:
    """What a spreadsheet shows where it cannot compute, or a column is too narrow."""
    for text in (case.answer, case.answer_before, *case.aliases):
        if _CELL_ERROR.fullmatch(text) and not _OF_SHEETS.search(case.question.casefold()):
            told = f"{text!r} is what a spreadsheet shows in place of a value"
            yield find("FTB505", case, f"{told}. Fill in the value, or widen the column and save the file again.")
            return


def _check_abstention(case: Case) -> Iterator[Finding]:
    plain_answer = case.answer.casefold().strip(" .!()-")
    if plain_answer in _NOTHING and not case.match.startswith("code") and case.tags.get("info") != "code":
        told = f"the answer {case.answer!r} is matched as a word"
    elif case.variant in ("date_change", "unseen_entity") and polarity(case.answer) is not None:
        told = f"the {case.variant} question, which nobody should be able to answer, expects {case.answer!r}"
    else:
        return
    yield find("FTB502", case, f"{told}. Set 'expect: abstain' where the right answer is not to know.")


def _check_columns(material: Material) -> Iterator[Finding]:
    """Columns of recorded answers, which case files hold as tags. Told at the first case."""
    columns: dict[str, list[Case]] = defaultdict(list)
    for case in material.cases:
        for name in case.tags:
            if _COLUMN.search(name.casefold()):
                columns[name].append(case)
    for name, cases in columns.items():
        verdicts = [case for case in cases if case.tags[name].strip().casefold() in _VERDICTS]
        if len(verdicts) >= _FEWEST_VERDICTS and len(verdicts) * 2 > len(cases):
            told = f"{len(verdicts)} of {len(cases)} cells of the column {name!r} are verdicts, not answers"
            yield find("FTB503", verdicts[0], f"{told}. Take the answers themselves, or remove the column.")
