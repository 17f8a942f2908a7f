"""`ftbench synth people`: the files that it writes, and those that it leaves alone."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from command_kit import fault, ftbench, here
from conftest import Project

from pytest_ftbench.datasets import load_cases
from pytest_ftbench.datasets.builtin import fixtures_folder

__all__ = ["here"]

FILES = {"people.ftbench.yaml": "facts.yaml", "training.jsonl": "training.jsonl", "README.md": "README.md"}
"""Each with its name where it ships as a built-in set, whose case file pytest is not to collect."""
SCHEMA = "../../pytest_ftbench/datasets/ftbench.schema.json"
"""As a case file of this checkout names it."""


def test_built_in_set_is_what_the_command_makes_byte_for_byte(here: Path) -> None:
    code, out, _ = ftbench("synth", "people", "--people", 25, "--seed", 1, "--schema", SCHEMA, "-o", "made")
    assert (code, out.splitlines()) == (
        0,
        [
            "25 people, 150 facts, 1,000 questions",
            *(f"written: made/{name}" for name in FILES),
            "run: pytest made --ftbench-model=memorizer:made/training.jsonl --ftbench-gate='accuracy >= 0.9'",
        ],
    )
    made = {name: (here / "made" / name).read_text(encoding="utf-8") for name in FILES}
    assert "$ pytest people.ftbench.yaml --ftbench-model=memorizer:training.jsonl --ftbench-gate=" in made["README.md"]
    made["README.md"] = _without_how_to_run(made["README.md"])
    for name, shipped in FILES.items():
        built_in = (fixtures_folder() / "fictional_people" / shipped).read_text(encoding="utf-8")
        assert made[name].replace("people.ftbench.yaml", "facts.yaml") == built_in
    assert sorted(path.name for path in (here / "made").iterdir()) == sorted(FILES)


def _without_how_to_run(readme: str) -> str:
    before, _, rest = readme.partition("## How to run it\n")
    return before + rest[rest.index("## ") :]


@pytest.mark.parametrize("out", ["set", "sub/two words.ftbench.yml"])
def test_last_line_is_a_command_that_finds_what_was_made(project: Project, out: str) -> None:
    _, said, _ = ftbench("synth", "people", "--people", 6, "-o", out)
    command, *arguments = shlex.split(said.splitlines()[-1].removeprefix("run: "))
    assert command == "pytest"
    project.run(*arguments).stdout.fnmatch_lines(["memorization *36/36 *", "FAIL *accuracy >= 0.9 *"])


@pytest.mark.usefixtures("here")
def test_case_file_that_pytest_would_not_collect_is_told_how_to_be() -> None:
    _, out, _ = ftbench("synth", "people", "--people", 6, "-o", "staff.yaml")
    expected = "pytest collects only *.ftbench.yaml: call it staff.ftbench.yaml, or name it in a marker, "
    assert out.splitlines()[-1] == f'{expected}@pytest.mark.ftbench("staff.yaml")'


def test_ending_of_no_case_file_is_refused_and_not_taken_for_a_folder(here: Path) -> None:
    expected = "ftbench: -o must name a folder, or a case file ending in .yaml or .yml, got 'x.json'."
    assert fault("synth", "people", "-o", "x.json") == expected
    assert list(here.iterdir()) == []
    (here / "v1.2").mkdir()
    assert ftbench("synth", "people", "--people", 6, "-o", "v1.2")[0] == 0


def test_25_people_of_seed_1_are_made_where_nothing_is_said(here: Path) -> None:
    assert ftbench("synth", "people")[0] == 0
    made = (here / "fictional_people" / "training.jsonl").read_bytes()
    assert made == (fixtures_folder() / "fictional_people" / "training.jsonl").read_bytes()


def test_case_file_may_have_a_name_of_its_own_beside_which_its_training_file_lies(here: Path) -> None:
    assert ftbench("synth", "people", "--people", 6, "-o", "sub/staff.ftbench.yaml")[0] == 0
    assert sorted(path.name for path in (here / "sub").iterdir()) == ["staff.ftbench.yaml", "staff.training.jsonl"]
    file = load_cases(here / "sub" / "staff.ftbench.yaml", suite="staff")
    assert (file.training_file, file.facts) == ("staff.training.jsonl", 72)


def test_nothing_is_replaced_unless_forced(here: Path) -> None:
    made = here / "fictional_people"
    made.mkdir()
    (made / "README.md").write_text("mine")
    expected = "ftbench: fictional_people/README.md exists already. Choose another place, or replace it with --force."
    assert fault("synth", "people") == expected
    assert [path.name for path in made.iterdir()] == ["README.md"]
    assert ftbench("synth", "people", "--force")[0] == 0
    assert (made / "README.md").read_text(encoding="utf-8").startswith("# fictional people\n")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--people", 5), "--people must be from 6 to 100,000, got 5."),
        (("--people", 100_001), "--people must be from 6 to 100,000, got 100001."),
        (("--seed", -1), "--seed must be 0 or more, got -1."),
    ],
)
def test_counts_and_seeds_out_of_bounds_are_told_in_one_line(
    options: tuple[object, ...], expected: str, here: Path
) -> None:
    assert fault("synth", "people", *options) == f"ftbench: {expected}"
    assert list(here.iterdir()) == []
