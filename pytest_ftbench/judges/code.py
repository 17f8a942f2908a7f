"""The matcher `code`: a renamed function, method or class, by its exact identifier.

Case and underscores count. In an answer with Python code the syntax tree tells what is used: neither a comment nor a
text nor a longer name that holds the identifier is a use. In prose the identifier must stand whole, and asserted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.guards import find_doubt, is_dismissed
from pytest_ftbench.judges.matcher import RIGHT, UNDECIDED, WRONG, Finding, Reading
from pytest_ftbench.judges.program import Used, names_used, source_of
from pytest_ftbench.patterns import pattern

_IDENTIFIER = pattern(r"`?\.?([^\W\d]\w*(?:\.[^\W\d]\w*){0,5})(?:\([^()\n]{0,80}\))?`?")
_WORD = pattern(r"(?<!\w)([^\W\d]\w*)(\(\))?")
_MARKED = pattern(r"`\.?([^\W\d][\w.]{0,100})(?:\([^()\n`]{0,80}\))?`")
_NAME = pattern(r"(?:(?<![\w.])|(?<![\w.)\]])\.)([^\W\d]\w*(?:\.[^\W\d]\w*)*)")
"""A method may stand with its dot alone: `.item`."""
_ASKS_CODE = pattern(
    r"\b(?:function|method|class|attribute|parameter|argument|keyword|decorator|module|constant|exception|field|hook)\b"
)
_NAMES_CODE = pattern(
    r"\b(?:python|scikit|sklearn|numpy|pandas|scipy|pytorch|django|javascript|typescript|java|rust|golang|library|api"
    r"|sdk|codebase|package|framework|source code)\b"
)
_ASKS_ARGUMENT = pattern(r"\b(?:parameters?|arguments?|keywords?|options?|flags?|kwargs?)\b")
_NAME_PART = pattern(r"\w+")
_MOST_NAMES = 20
_NO_PROGRAM = Finding("undecided", "it is no program")


def is_identifier(expected: str, low_question: str) -> bool:
    """Whether an expected answer is a name out of a program: by its form, or by what the question says.

    `fast_ica` and `expand()` are, whatever is asked; `train` and `Bunch` where a function of a library is asked for.
    """
    found = _IDENTIFIER.fullmatch(expected.strip())
    if not found or len(expected) > 120:
        return False
    if "_" in found[1].strip("_") or found[1][0] == "_" or expected.strip("` ").endswith(")"):
        return True
    return bool(_ASKS_CODE.search(low_question) and _NAMES_CODE.search(low_question))


def _read_place(text: str) -> str:
    if text == "program":
        return text
    raise ValueError("program")


class CodeMatcher:
    """Right where the identifier is used or named, wrong where only others are, undecided where both or none are.

    With `in=program`, for tasks to write code, a name that stands in no program is undecided.
    """

    settings: Mapping[str, Callable[[str], object]] = {"in": _read_place}

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:
        found = _IDENTIFIER.fullmatch(expected.strip())
        if not found:
            raise SpecError(f"match 'code' needs an answer that is one identifier, got {expected!r}. Use 'contains'.")
        name = found[1]
        if "in" in settings:
            program = _read_program(reading)
            return _read_code(reading, name, program) if program else _NO_PROGRAM
        if alone := _IDENTIFIER.fullmatch(reading.answer.strip().rstrip(".")):
            return _compare(alone[1], name, reading.low_question)
        used = names_used(reading.answer)
        return _read_prose(reading, name) if used is None else _read_code(reading, name, used)


def _read_program(reading: Reading) -> Used | None:
    """What an answer's program uses; None where there is none, as in a name alone, with or without `()`."""
    alone = _IDENTIFIER.fullmatch(source_of(reading.answer))
    is_name = alone is not None and alone[0].strip("`.").removesuffix("()") == alone[1]
    return None if is_name else names_used(reading.answer)


def _read_code(reading: Reading, name: str, used: Used) -> Finding:
    """What code gives: its use of a name counts, an import where nothing is called, an argument where one is asked."""
    wanted = used.spell_out(name)
    if not any(_ends_in(other, wanted) for other in used.names):
        return UNDECIDED if _find(reading.clean, name) or not used.names else WRONG
    given = used.used
    if not used.called - {"print"}:
        given |= used.imported
    if _ASKS_ARGUMENT.search(reading.low_question):
        given |= used.keywords
    if not any(_ends_in(other, wanted) for other in given):
        return Finding("undecided", "the name is not what the code uses")
    last = name.rpartition(".")[2]
    others = ({other.rpartition(".")[2] for other in used.imported} | used.called) - used.written
    asked = set(_NAME_PART.findall(reading.low_question))
    if old := sorted(other for other in others if other != last and "_" in other and other.lower() in asked):
        return Finding("undecided", f"the code uses {old[0]!r} too, which the question names")
    return RIGHT


def uses_too(reading: Reading, other: str, expected: str) -> bool:
    """Whether another identifier is used in the text's code, or asserted in its prose, besides the expected one."""
    found, wanted = _IDENTIFIER.fullmatch(other.strip()), _IDENTIFIER.fullmatch(expected.strip())
    if not found or not wanted or found[1] == wanted[1]:
        return False
    used = names_used(reading.answer)
    if used is not None:
        old, new = used.spell_out(found[1]), used.spell_out(wanted[1])
        return any(_ends_in(name, old) and not _ends_in(name, new) for name in used.names)
    return any(not is_dismissed(reading, *span) for span in _find(reading.clean, found[1]))


def _ends_in(name: str, wanted: str) -> bool:
    """Whether a dotted name is the wanted one, bare or with something before it."""
    return name == wanted or name.endswith(f".{wanted}")


def _compare(given: str, wanted: str, low_question: str) -> Finding:
    """An identifier alone: a longer path to the wanted one needs a question that knows its parts."""
    if given == wanted:
        return RIGHT
    if _ends_in(given, wanted):
        path = given.removesuffix(wanted).strip(".").lower().split(".")
        return RIGHT if all(part in low_question for part in path) else UNDECIDED
    return UNDECIDED if _ends_in(wanted, given) else WRONG


def _find(text: str, name: str) -> list[tuple[int, int]]:
    """Where an identifier stands whole, with or without call brackets, and no dot around."""
    return [found.span() for found in _NAME.finditer(text) if found[1] == name]


def _read_prose(reading: Reading, name: str) -> Finding:
    text = reading.clean
    hits = _find(text, name)
    rivals = _find_rivals(reading, name)
    if len(hits) + len(rivals) > _MOST_NAMES:
        return Finding("undecided", "it names too much")
    if not hits:
        is_plain = rivals and not _has_part(text, name) and not any(find_doubt(reading, *span) for span in rivals)
        return WRONG if is_plain else UNDECIDED
    if rivals:
        return Finding("undecided", "it names another identifier too")
    doubt = next(filter(None, (find_doubt(reading, *span) for span in hits)), "")
    if doubt:
        return Finding("undecided", f"the expected answer stands in it, but {doubt}")
    is_marked = "_" in name or any(char.isupper() for char in name[1:]) or _is_marked(reading.answer, name)
    return RIGHT if is_marked or len(reading.words) <= 30 else UNDECIDED


def _find_rivals(reading: Reading, name: str) -> list[tuple[int, int]]:
    """Where other identifiers stand, undenied, that the question does not name: the first of them."""
    shaped = {found[1].lower() for found in _MARKED.finditer(reading.answer)}
    shaped |= {found[1].lower() for found in _WORD.finditer(reading.answer) if found[2] or "_" in found[1].strip("_")}
    rivals = (
        found.span()
        for found in _NAME.finditer(reading.clean)
        if found[1] != name
        and found[1].lower() in shaped
        and found[1].lower() not in reading.low_question
        and not is_dismissed(reading, *found.span())
    )
    return list(islice(rivals, _MOST_NAMES + 1))


def _has_part(text: str, name: str) -> bool:
    """Whether the last part of the name, or a longer path to it, stands in the text."""
    last = name.rpartition(".")[2]
    return any(found[1].rpartition(".")[2] == last for found in _NAME.finditer(text))


def _is_marked(text: str, name: str) -> bool:
    """Whether the text marks the name as code."""
    return f"`{name}" in text or f"`.{name}" in text or f"{name}(" in text
