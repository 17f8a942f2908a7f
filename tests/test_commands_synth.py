"""`ftbench synth people`: the files that it writes, and those that it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_kit import fault, ftbench, here

from pytest_ftbench.datasets import load_cases
from pytest_ftbench.datasets.builtin import fixtures_folder

__all__ = ["here"]

FILES = ("facts.yaml", "training.jsonl", "README.md")
SCHEMA = "../../pytest_ftbench/datasets/ftbench.schema.json"
"""As a case file of this checkout names it."""


def test_built_in_set_is_what_the_command_makes_byte_for_byte(here: Path) -> None:
    code, out, _ = ftbench("synth", "people", "--people", 25, "--seed", 1, "--schema", SCHEMA, "-o", "made")
    assert (code, out.splitlines()) == (
        0,
        ["25 people, 150 facts, 1,000 questions", *(f"written: made/{name}" for name in FILES)],
    )
    for name in FILES:
        assert (here / "made" / name).read_bytes() == (fixtures_folder() / "fictional_people" / name).read_bytes()
    assert sorted(path.name for path in (here / "made").iterdir()) == sorted(FILES)


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
