"""The examples about the built-in question sets, run as their READMEs say: what they print, and which gates block."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from document_kit import ROOT, check_output, run, shown_commands

BLOCKING = {
    "news": ["joint_abstain[variant=date_change] >= 0.9 [by_heart]", "leak[variant=date_change] <= 0.05 [by_heart]"],
    "medical": [
        "balanced_accuracy[variant=applied, after=learned] >= 0.8 [by_heart]",
        "stale[variant=applied, after=learned] <= 0.05 [by_heart]",
    ],
    "code": [
        "accuracy[variant=rephrased, after=learned] >= 0.85 [by_heart]",
        "accuracy[variant=coding, change=moved, after=learned] >= 0.8 [by_heart]",
        "accuracy[variant=coding, change=renamed, after=learned] >= 0.8 [by_heart]",
        "accuracy[variant=coding, change=replaced, after=learned] >= 0.8 [by_heart]",
    ],
    "retained": [
        "drop[variant=memorization] <= 0.05 @ 95% [news_only]",
        "lost[variant=memorization] <= 2 [news_only]",
        "refusal <= 0.05 [news_only]",
    ],
}
"""The gates that fail, by example: what a model is blocked by that has only learned by heart."""


@pytest.mark.parametrize("name", BLOCKING)
def test_example_blocks_what_is_only_learned_by_heart_and_its_readme_shows_how(name: str, tmp_path: Path) -> None:
    readme = ROOT / "example_suites" / name / "README.md"
    (shown,) = shown_commands(readme.read_text(encoding="utf-8"))
    shutil.copytree(readme.parent, tmp_path / "example_suites" / name, ignore=shutil.ignore_patterns(".ftbench"))
    result = run(shown.command, tmp_path)  # a copy, which needs nothing beside it
    assert result.returncode == 1, result.stdout
    failed = [line for line in result.stdout.splitlines() if line.startswith("FAILED ")]
    assert [line.partition("::gate ")[2] for line in failed] == BLOCKING[name]
    check_output(readme, shown, _gates_of(result.stdout))


def _gates_of(printed: str) -> str:
    """The gates of a summary, which are its last paragraph before what was asked for."""
    before, _, _ = printed.partition(" answers asked for")
    return before.split("\n\n")[-2].partition("= ftbench =")[0]
