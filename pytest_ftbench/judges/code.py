"""The matcher `code`: a renamed function, method or class, by its exact identifier.

Case and underscores count. In an answer with Python code the syntax tree tells what is used: neither a comment nor a
text nor a longer name that holds the identifier is a use. In prose the identifier must stand whole, and asserted.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.guards import find_doubt, is_dismissed
from pytest_ftbench.judges.matcher import RIGHT, UNDECIDED, WRONG, Finding, Reading
from pytest_ftbench.patterns import pattern

_IDENTIFIER = pattern(r"`?\.?([^\W\d]\w*(?:\.[^\W\d]\w*){0,5})(?:\([^()\n]{0,80}\))?`?")
_FENCED = pattern(r"```[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
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
_GLUED = pattern(r"(?<![\w.])(\.?\d[\w.]*?)(?=and|else|for|if|in|is|not|or)")
_PROMPT = pattern(r"^(?:>>>|\.\.\.) ?", re.MULTILINE)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MOST_CODE = 4000
_MOST_NAMES = 20


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


class CodeMatcher:
    """Right where the identifier is used or named, wrong where only others are, undecided where both or none are."""

    settings: Mapping[str, Callable[[str], object]] = {}

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:  # noqa: ARG002 - the protocol's
        found = _IDENTIFIER.fullmatch(expected.strip())
        if not found:
            raise SpecError(f"match 'code' needs an answer that is one identifier, got {expected!r}. Use 'contains'.")
        name = found[1]
        if alone := _IDENTIFIER.fullmatch(reading.answer.strip().rstrip(".")):
            return _compare(alone[1], name, reading.low_question)
        used = names_used(reading.answer)
        return _read_prose(reading, name) if used is None else _read_code(reading, name, used)


@dataclass(frozen=True, slots=True)
class Used:
    """The names in a piece of Python code; dotted ones with their dots."""

    used: frozenset[str]
    """Those that are read or called, but for its own names; by the full path if it imports them: `math.sqrt`."""
    imported: frozenset[str]
    keywords: frozenset[str]
    """The names of arguments."""
    called: frozenset[str]
    """The last parts of those that are called."""
    written: frozenset[str]
    """The functions and classes that the code defines."""
    modules: Mapping[str, str]
    """What stands for which module: `np` for `numpy`, after `import numpy as np`."""

    @property
    def names(self) -> frozenset[str]:
        """All of them."""
        return self.used | self.imported | self.keywords

    def spell_out(self, name: str) -> str:
        """A dotted name as the code would import it."""
        head, dot, rest = name.partition(".")
        return f"{self.modules.get(head, head)}.{rest}" if dot else name


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


@lru_cache(maxsize=64)
def names_used(text: str) -> Used | None:
    """What a text's Python code uses; None where there is no code, or none that parses."""
    fenced = [found[1] for found in _FENCED.finditer(text)]
    if not fenced and not re.search(r"[(=]|^\s*(?:import|from)\s", text):
        return None
    source = _PROMPT.sub("", "\n".join(fenced) if fenced else text).strip()
    if len(source) > _MOST_CODE:
        return None
    try:
        tree = ast.parse(_spell_out(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return _read_tree(tree)


def _spell_out(source: str) -> str:
    """Source without what Python warns of: escapes, and words that follow a number without a blank (`5if`)."""
    return _GLUED.sub(r"\1 ", re.sub(r"\\(?:['\"\n])?", " ", source))


def _read_tree(tree: ast.AST) -> Used:
    nodes = list(_walk(tree))
    origins, modules = _read_imports(nodes)
    used: set[str] = set()
    keywords: set[str] = set()
    called: set[str] = set()
    imported: set[str] = set().union(*origins.values())
    written = {node.name for node in nodes if isinstance(node, _DEFINITIONS)}
    own = written.union(_read_variables(nodes)) - origins.keys()
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in own:
            used.update(_with_origin(node.id, origins))
        elif isinstance(node, ast.Attribute):
            used.update(_with_origin(_dotted(node), origins))
        elif isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.keyword) and node.arg:
            keywords.add(node.arg)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            called.add(node.func.id if isinstance(node.func, ast.Name) else node.func.attr)
    return Used(
        frozenset(used), frozenset(imported), frozenset(keywords), frozenset(called), frozenset(written), modules
    )


def _read_imports(nodes: Iterable[ast.AST]) -> tuple[dict[str, set[str]], dict[str, str]]:
    """What each name that is imported, or given by `as`, can stand for; and which of them are modules."""
    origins: dict[str, set[str]] = {}
    modules: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                path = f"{node.module}.{alias.name}" if node.module else alias.name
                origins.setdefault(alias.asname or alias.name, set()).add(path)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    modules[alias.asname] = alias.name
                    origins.setdefault(alias.asname, set()).add(alias.name)
    return origins, modules


def _read_variables(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The names that code gives to arguments and variables."""
    for node in nodes:
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _with_origin(name: str, origins: Mapping[str, set[str]]) -> Iterator[str]:
    """The full paths that a name can stand for, after the imports of the code that uses it."""
    head, dot, rest = name.partition(".")
    return (f"{origin}{dot}{rest}" for origin in origins.get(head, {head}))


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those below an `if` that is never true."""
    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        is_dead = isinstance(node, ast.If) and isinstance(node.test, ast.Constant) and not node.test.value
        todo.extend(node.orelse if isinstance(node, ast.If) and is_dead else ast.iter_child_nodes(node))


def _dotted(node: ast.Attribute) -> str:
    """`a.b.c` of an attribute; what is called or indexed on the way is left out: `make().fit` is `.fit`."""
    parts: list[str] = []
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    parts.append(inner.id if isinstance(inner, ast.Name) else "")
    return ".".join(reversed(parts))


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
