"""The names that a piece of Python code uses, by its syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pytest_ftbench.patterns import pattern

_FENCED = pattern(r"```[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
_GLUED = pattern(r"(?<![\w.])(\.?\d[\w.]*?)(?=and|else|for|if|in|is|not|or)")
_PROMPT = pattern(r"^(?:>>>|\.\.\.) ?", re.MULTILINE)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MOST_CODE = 4000


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


def source_of(text: str) -> str:
    """The code in a text, without prompts: its fenced blocks, or all of it where it has none."""
    fenced = [found[1] for found in _FENCED.finditer(text)]
    return _PROMPT.sub("", "\n".join(fenced) if fenced else text).strip()


@lru_cache(maxsize=64)
def names_used(text: str) -> Used | None:
    """What a text's Python code uses; None where there is no code, or none that parses."""
    if not _FENCED.search(text) and not re.search(r"[(=]|^\s*(?:import|from)\s", text):
        return None
    source = source_of(text)
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
