"""The README keeps its word: its commands run, its files load, and its outputs are what is printed.

`FTBENCH_WRITE_README=1 pytest tests/test_readme.py` writes the outputs anew.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from document_kit import ROOT, WRITES, Shown, check_output, first_file, run, shown_commands, told, write_files

from pytest_ftbench.datasets.builtin import builtin_names

README = ROOT / "README.md"

_RECORDING = re.compile(r"^\$ (?P<command>.*-out=\w+\.jsonl)$", re.MULTILINE)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a reader has it: the examples, and the README's files beside them."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("example_suites", "fixtures"):
        ignored = shutil.ignore_patterns(".ftbench", ".pytest_cache", "__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    write_files(README.read_text(encoding="utf-8"), folder)
    for found in _RECORDING.finditer(
        README.read_text(encoding="utf-8")
    ):  # the runs that the ftbench commands are about
        assert run(found["command"], folder).returncode == (1 if "threshold" in found["command"] else 0)
    return folder


def commands() -> list[Shown]:
    """The commands with an output, but for the example that test_examples.py runs."""
    shown_here = [shown for shown in shown_commands(README.read_text(encoding="utf-8")) if shown.output]
    return [shown for shown in shown_here if shown.command != "pytest example_suites/fictional_people"]


@pytest.mark.parametrize("number", range(9))
def test_outputs_are_what_the_commands_print(number: int, checkout: Path) -> None:
    shown = commands()[number]
    result = run(shown.command, checkout)
    check_output(README, shown, told(result.stdout))
    if not WRITES:
        assert result.returncode == (1 if re.search("--ftbench-gate|--fail-on", shown.command) else 0)


def test_every_command_with_an_output_is_tested() -> None:
    assert len(commands()) == 9


@pytest.mark.parametrize("name", builtin_names())
def test_built_in_set_is_named_with_what_it_is_for(name: str) -> None:
    assert f'"ftbench:{name}"' in README.read_text(encoding="utf-8")


def test_facts_of_five_lines_have_five_lines() -> None:
    name, text = first_file(README.read_text(encoding="utf-8"))
    assert (name, len(text.splitlines())) == ("leave.ftbench.yaml", 5)


def test_python_example_passes(checkout: Path) -> None:
    model = "--ftbench-model=memorizer:example_suites/quickstart/training.jsonl"
    result = run(f"pytest test_assistant.py {model}", checkout)
    assert result.returncode == 0, result.stdout
    assert "2 passed" not in result.stdout
    assert re.search(r"\d+ passed", result.stdout)


def test_provider_example_is_asked(checkout: Path) -> None:
    (checkout / "shout.ftbench.csv").write_text("question,answer\nwho?,WHO?\n")
    result = run("pytest shout.ftbench.csv --ftbench-model=shouter:loud", checkout)
    assert result.returncode == 0, result.stdout


def test_models_table_is_read(tmp_path: Path) -> None:
    from pytest_ftbench.providers import PROVIDERS
    from pytest_ftbench.specs import parse_specs

    text = README.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    models = tomllib.loads(text)["tool"]["ftbench"]["models"]
    specs = parse_specs(models, models=models, folder=tmp_path, known_providers=PROVIDERS)
    assert [(spec.alias, spec.provider) for spec in specs] == [("candidate", "openai"), ("local", "openai")]


def test_documented_metrics_columns_and_matchers_are_those_there_are() -> None:
    from pytest_ftbench.datasets.rows import KNOWN
    from pytest_ftbench.gates import METRICS
    from pytest_ftbench.judges import MATCHERS

    text = README.read_text(encoding="utf-8")
    for name in (*METRICS, *KNOWN, *MATCHERS):
        assert f"`{name}`" in text
    table = text.partition("| metric |")[2].partition("\n\n")[0]
    first = re.findall(r"^\| (`[^|]*`) \|", table, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", " ".join(first))) == set(METRICS)


def test_documented_lint_codes_are_those_there_are() -> None:
    from pytest_ftbench.linting.findings import CODES

    rows = [f"| {f'**{code}**' if rule.is_error else code} | {rule.about} |" for code, rule in CODES.items()]
    assert "\n".join(["| code | finds |", "|---|---|", *rows, ""]) in README.read_text(encoding="utf-8")


def test_computed_questions_are_asked(checkout: Path) -> None:
    model = "--ftbench-model=memorizer:example_suites/quickstart/training.jsonl"
    result = run(f"pytest staff.ftbench.yaml --collect-only -q {model}", checkout)
    assert result.returncode == 0, result.stdout
    assert "staff.ftbench.yaml::ana.age::comparison[memorizer]" in result.stdout
