"""The plugin as users get it: installed in fresh virtual environments, from the wheel and from a checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

SUITE = """
import pytest

@pytest.mark.ftbench("ftbench:quickstart", where="variant=memorization", gate="accuracy >= 1")
def test_handbook(ftbench_verdict):
    assert ftbench_verdict
"""


def run(*command: str | Path, cwd: Path) -> str:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "PYTHON"))}
    result = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def fresh_environment(folder: Path) -> Path:
    """A virtual environment with nothing in it; returns its Python."""
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    return folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"


def install(python: Path, *what: str | Path) -> None:
    run(python, "-m", "pip", "install", "--quiet", "--no-compile", *what, cwd=python.parent)  # most is never imported


def gate_the_builtin_set(python: Path, project: Path) -> str:
    """Run a suite that only knows the built-in set by its name; returns where its facts were found."""
    project.mkdir()
    (project / "test_suite.py").write_text(SUITE)
    shutil.copy(ROOT / "example_suites" / "quickstart" / "training.jsonl", project)
    output = run(python, "-m", "pytest", "--ftbench-model=memorizer:training.jsonl", cwd=project)
    assert re.search(r"= 13 passed in ", output)
    where = "from pytest_ftbench.datasets.builtin import fixtures_folder; print(fixtures_folder())"
    return run(python, "-c", where, cwd=project).strip()


def test_question_sets_come_with_the_wheel_and_then_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """One environment for both, since its dependencies take the most time: the checkout takes the wheel's place."""
    python = fresh_environment(tmp_path)
    install(python, wheel)
    assert Path(gate_the_builtin_set(python, tmp_path / "of the wheel")).is_relative_to(tmp_path / "venv")
    install(python, "-e", ROOT)
    assert Path(gate_the_builtin_set(python, tmp_path / "of the checkout")) == ROOT / "fixtures"


def test_wheel_holds_the_package_and_nothing_of_the_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"pytest_ftbench", f"pytest_ftbench-{version()}.dist-info"}
    assert {"pytest_ftbench/py.typed", "pytest_ftbench/datasets/ftbench.schema.json"} <= set(names)
    files = [path for path in (ROOT / "fixtures").glob("*/*") if path.suffix in (".yaml", ".jsonl", ".md")]
    assert {f"pytest_ftbench/{path.relative_to(ROOT).as_posix()}" for path in files} <= set(names)
    prompts = (ROOT / "pytest_ftbench" / "graders" / "prompts").glob("*.txt")
    assert {f"pytest_ftbench/graders/prompts/{prompt.name}" for prompt in prompts} <= set(names)
    metadata = zipfile.ZipFile(wheel).read(f"pytest_ftbench-{version()}.dist-info/METADATA").decode()
    assert "Classifier: Framework :: Pytest" in metadata
    assert "Requires-Python: >=3.11" in metadata
    assert "Requires-Dist: google-cloud-aiplatform" in metadata


def version() -> str:
    project: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project["version"]


def test_version_is_the_same_everywhere() -> None:
    import pytest_ftbench

    assert pytest_ftbench.__version__ == version()
