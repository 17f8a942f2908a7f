"""The house rules: imports point down, one importer of pytest, short files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "pytest_ftbench"
FILES = sorted(PACKAGE.rglob("*.py"))

LAYERS = {
    0: ("records", "errors", "snapshot"),
    1: (
        "names",
        "textfiles",
        "variables",
        "runlines",
        "patterns",
        "cache",
        "stats",
        "agreement",
        "prompts",
        "datasets",
        "training",
        "providers",
        "specs",
        "configfile",
        "prices",
        "samples",
    ),
    2: (
        "rate",
        "pace",
        "limiter",
        "retries",
        "spending",
        "shelf",
        "answers",
        "served",
        "lane",
        "drift",
        "recall",
        "deployments",
        "answer_keys",
        "prefetch",
        "engine",
        "follow_ups",
        "preview",
        "standings",
        "exchange",
        "judges",
        "graders",
    ),
    3: (
        "evaluate",
        "judge_models",
        "judge_specs",
        "power",
        "gates",
        "comparing",
        "resultlines",
        "runs",
        "saved_runs",
        "requirements",
        "regrade",
        "review",
        "calibration",
        "correction",
        "spread",
        "answerlines",
        "sharing",
        "checkpoints",
        "curves",
        "importing",
        "linting",
        "auditing",
        "synth",
    ),
    4: ("reports",),
    5: ("plugin", "commands"),
}
LAYER_OF = {unit: layer for layer, units in LAYERS.items() for unit in units}


def unit_of(path: Path) -> str:
    """The top-level module or package that a file belongs to; empty for the package's own `__init__`."""
    first = path.relative_to(PACKAGE).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def units_imported(path: Path) -> set[str]:
    parts = (name.split(".") for name in imports(path))
    return {part[1] for part in parts if part[0] == "pytest_ftbench" and len(part) > 1} - {unit_of(path), "__version__"}


def test_every_module_has_a_layer() -> None:
    assert {unit_of(path) for path in FILES} - {""} == set(LAYER_OF)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    if unit := unit_of(path):
        above = {other for other in units_imported(path) if LAYER_OF[other] > LAYER_OF[unit]}
        assert not above, f"{path.name} is of layer {LAYER_OF[unit]} and imports {above} from above"


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for path in FILES:
        graph.setdefault(unit_of(path), set()).update(units_imported(path))
    graph.pop("")
    assert list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_plugin_imports_pytest(path: Path) -> None:
    if unit_of(path) != "plugin":
        assert not {name for name in imports(path) if name.split(".")[0] in ("pytest", "_pytest", "pluggy", "xdist")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
