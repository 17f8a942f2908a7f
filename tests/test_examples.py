"""The example suites, run as a user runs them."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from conftest import SHARED, WITHOUT_OTHERS
from document_kit import check_output, run, shown_commands, summary_of

ROOT = Path(__file__).resolve().parent.parent
QUICKSTART = ROOT / "example_suites" / "quickstart"
REPLAY = ROOT / "example_suites" / "finetunebench_replay"
BENCHMARK = SHARED / "finetunebench"

needs_benchmark = pytest.mark.skipif(not BENCHMARK.is_dir(), reason="no copy of FineTuneBench beside this checkout")

PUBLISHED: dict[tuple[str, str, str], tuple[str, str]] = {
    # suite, variant, endpoint: accuracy of the recorded answers, from and to
    ("fictional_people", "memorization", "gpt-4o-mini"): ("1", "1"),
    ("fictional_people", "memorization", "gpt-3.5-turbo"): ("148/150", "148/150"),
    ("fictional_people", "rephrased", "gpt-4o-mini"): ("134/150", "134/150"),
    ("fictional_people", "rephrased", "gpt-3.5-turbo"): ("53/150", "53/150"),
    ("fictional_people", "secondary", "gpt-4o-mini"): ("67/150", "68/150"),
    ("fictional_people", "secondary", "gpt-3.5-turbo"): ("81/150", "81/150"),
    ("latest_news", "memorization", "gpt-4o-mini"): ("1", "1"),
    ("latest_news", "memorization", "gpt-3.5-turbo"): ("1", "1"),
    ("latest_news", "rephrased", "gpt-4o-mini"): ("0.98", "1"),
    ("latest_news", "rephrased", "gpt-3.5-turbo"): ("0.64", "0.66"),
    ("latest_news", "date_change", "gpt-4o-mini"): ("0", "0"),
    ("latest_news", "date_change", "gpt-3.5-turbo"): ("0.2", "0.2"),
}


def run_suite(suite: Path, out: Path, *args: str, **environment: str) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and run file of a suite, run from the project's root."""
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", str(suite)]
    env = {**os.environ, "PYTEST_ADDOPTS": WITHOUT_OTHERS, **environment}
    command += [f"--ftbench-out={out}", *args]
    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)
    return result.returncode, [json.loads(line) for line in out.read_text().splitlines()]


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, list[dict[str, Any]]]]:
    """The recorded answers, run in one process and by two workers."""
    folder = tmp_path_factory.mktemp("replayed")
    ways: Sequence[tuple[str, ...]] = ((), ("-n", "2"))
    benchmark = os.path.relpath(BENCHMARK, ROOT)
    return [
        run_suite(REPLAY, folder / f"{number}.jsonl", *way, FTBENCH_FINETUNEBENCH=benchmark)
        for number, way in enumerate(ways)
    ]


@needs_benchmark
@pytest.mark.parametrize(("suite", "variant", "endpoint"), PUBLISHED)
def test_recorded_answers_score_as_published(
    suite: str, variant: str, endpoint: str, replayed: list[tuple[int, list[dict[str, Any]]]]
) -> None:
    _, lines = replayed[0]
    rights = [
        line["right"]
        for line in lines
        if line["kind"] == "result" and (line["suite"], line["variant"], line["endpoint"]) == (suite, variant, endpoint)
    ]
    low, high = PUBLISHED[suite, variant, endpoint]
    assert len(rights) == (150 if suite == "fictional_people" else 50)
    assert Fraction(low) <= Fraction(sum(rights), len(rights)) <= Fraction(high)


@needs_benchmark
def test_joint_abstention_and_leaks_are_those_of_the_recorded_answers(
    replayed: list[tuple[int, list[dict[str, Any]]]],
) -> None:
    _, lines = replayed[0]
    counts = {
        (line["expr"].partition("[")[0], line["endpoint"]): (line["right"], line["n"])
        for line in lines
        if line["kind"] == "gate" and line["expr"].startswith(("joint", "leak"))
    }
    assert counts == {
        ("joint_abstain", "gpt-4o-mini"): (0, 50),
        ("joint_abstain", "gpt-3.5-turbo"): (10, 50),
        ("leak", "gpt-4o-mini"): (50, 50),
        ("leak", "gpt-3.5-turbo"): (39, 50),
    }


@needs_benchmark
def test_same_recorded_answers_give_the_same_run_and_exit_code_however_they_are_run(
    replayed: list[tuple[int, list[dict[str, Any]]]],
) -> None:
    timings = {"id", "started_at", "finished_at", "latency_s"}
    (code, first), *others = [
        (code, [{key: value for key, value in line.items() if key not in timings} for line in lines])
        for code, lines in replayed
    ]
    assert code == 1
    assert first[-1]["kind"] == "end"
    for other_code, other in others:
        assert other_code == code
        assert other == first


def test_replay_suite_skips_with_a_reason_without_the_benchmark() -> None:
    command = [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", str(REPLAY)]
    env = {key: value for key, value in os.environ.items() if key != "FTBENCH_FINETUNEBENCH"}
    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert "FTBENCH_FINETUNEBENCH does not name a copy of FineTuneBench" in result.stdout
    assert "1 skipped" in result.stdout


def test_people_show_what_is_only_learned_by_heart_as_that() -> None:
    readme = ROOT / "README.md"
    told = (ROOT / "example_suites" / "fictional_people" / "README.md").read_text(encoding="utf-8")
    (command,) = (shown.command for shown in shown_commands(told))
    (shown,) = (shown for shown in shown_commands(readme.read_text(encoding="utf-8")) if shown.command == command)
    result = run(command, ROOT)
    failed = [line.partition("::gate ")[2] for line in result.stdout.splitlines() if line.startswith("FAILED ")]
    assert (result.returncode, [gate.partition(" ")[0] for gate in failed]) == (
        1,
        [
            "accuracy[variant=rephrased,",
            "balanced_accuracy[variant=secondary,",
            "balanced_accuracy[variant=comparison,",
            "hallucination[variant=reverse]",
            "leak[variant=unseen_entity]",
        ],
    )
    check_output(readme, shown, summary_of(result.stdout))


def test_quickstart_training_file_is_made_from_its_facts() -> None:
    spec = importlib.util.spec_from_file_location("make_training", QUICKSTART / "make_training.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (QUICKSTART / "training.jsonl").read_text(encoding="utf-8").splitlines() == module.training_lines()


def test_quickstart_has_twelve_facts_in_three_variants() -> None:
    from pytest_ftbench.datasets import load_source

    cases = load_source("ftbench:quickstart", folder=ROOT, root=ROOT).cases
    assert len({case.fact for case in cases}) == 12
    assert Counter(case.variant for case in cases) == {"memorization": 12, "rephrased": 12, "date_change": 12}
