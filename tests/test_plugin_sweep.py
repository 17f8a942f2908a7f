"""Sweeps: `--ftbench-checkpoints` puts the checkpoints of a model into its place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pytest
from conftest import Project
from sweep_kit import FACTS, STEPS, serve, share, sweep, write_facts

RISING = {30: 0.2, 60: 0.4, 90: 0.8, 120: 0.95}
FALLING = {30: 0.1, 60: 0.7, 90: 0.5, 120: 0.3}
VARYING = ("id", "started_at", "finished_at", "latency_s")


def listings(server) -> list[str]:
    return [asked.path for asked in server.requests if "/trained/" in asked.path]


def summary(result: pytest.RunResult) -> list[str]:
    """The lines of ours, from their heading on."""
    lines = result.outlines
    (start,) = [place for place, line in enumerate(lines) if re.fullmatch(r"=+ ftbench =+", line)]
    return [line.rstrip() for line in lines[start + 1 :]]


def shares(lines: list[str]) -> dict[str, list[str]]:
    """By step, the shares of the curve's table."""
    rows = [line.split() for line in lines if re.match(r" *\d+ +\d+ ", line)]
    return {row[0]: [word for word in row[2:] if "/" in word] for row in rows}


def test_answers_that_improve_with_the_step_give_a_rising_curve_whose_end_is_best(any_project: Project) -> None:
    write_facts(any_project)
    with serve(share(RISING), share(RISING)) as server:
        result = any_project.run(*sweep(server))
        assert listings(server) == ["/v1/trained/x"]
        assert len(server.requests) == 1 + 2 * FACTS * len(STEPS)
    assert result.ret == 0
    lines = summary(result)
    assert lines[0] == "training curve of cand"
    assert shares(lines) == {"30": ["4/20"] * 2, "60": ["8/20"] * 2, "90": ["16/20"] * 2, "120": ["19/20"] * 2}
    result.stdout.fnmatch_lines(
        [
            "best on memorization    cand@120: 19/20 = 0.950 [[]0.764, 0.991]",
            "best on generalization  cand@120: 19/20 = 0.950 [[]0.764, 0.991]",
            "best on retention       not known: it needs --ftbench-baseline-model or --ftbench-compare",
            "Pareto set              cand@120: none is beaten on memorization and generalization at once",
        ]
    )
    assert "no gate is about a checkpoint: the sweep shows them, and fails nothing by itself" in lines


def test_overfitted_end_is_best_on_memorization_alone(project: Project) -> None:
    write_facts(project)
    with serve(share(RISING), share(FALLING)) as server:
        result = project.run(*sweep(server))
    result.stdout.fnmatch_lines(
        [
            "best on memorization    cand@120: 19/20 = 0.950 *",
            "best on generalization  cand@60: 14/20 = 0.700 *",
            "Pareto set              cand@60, cand@90, cand@120: *",
            "scores of the best of 4 are biased upwards, since they chose it: by * points on memorization and *",
        ]
    )


def test_retention_is_against_a_baseline_model_which_is_not_swept(project: Project) -> None:
    write_facts(project)
    with serve(share(RISING | {0: 0.2}), share(FALLING | {0: 0.6})) as server:
        baseline = f"--ftbench-baseline-model=base=tuned:x?base_url={server.base_url}"
        result = project.run(*sweep(server), baseline)
        assert len(listings(server)) == 1
    aliases = [entry["alias"] for entry in project.lines("run")[0]["endpoints"]]
    assert aliases == [*(f"cand@{step}" for step in STEPS), "base"]
    result.stdout.fnmatch_lines(
        [
            "variant *base",
            "step * retention",
            "best on retention       cand@60: 16/16 = 1.000 *",
        ]
    )
    result.stdout.no_fnmatch_line("*before*now*change in points*")


def test_serial_and_parallel_runs_are_the_same_but_for_times(project: Project) -> None:
    write_facts(project, "accuracy[variant=rephrased, select=best_on(holdout)] >= 0.6", "robust[endpoint=cand@90] >= 0")
    runs = []
    with serve(share(RISING), share(FALLING)) as server:
        for workers in ((), ("-n", "2")):
            project.run(*sweep(server), *workers, "--ftbench-cache=off")
            lines = project.lines()
            runs.append([{name: value for name, value in line.items() if name not in VARYING} for line in lines])
        assert len(listings(server)) == 2
    assert json.dumps(runs[0]) == json.dumps(runs[1])
    assert len(runs[0]) == 1 + 2 * FACTS * len(STEPS) + 2 + 1


def test_header_of_the_run_tells_of_each_step(project: Project) -> None:
    write_facts(project)
    with serve(share(RISING), share(RISING), steps=(7, 14)) as server:
        project.run(*sweep(server))
    entries = project.lines("run")[0]["endpoints"]
    assert [entry["checkpoint"] for entry in entries] == [
        {"model": "cand", "step": 7, "epoch": 1, "is_final": False},
        {"model": "cand", "step": 14, "epoch": 2, "is_final": False},
    ]
    assert [entry["spec"] for entry in entries] == [f"tuned:x:{n}?base_url={server.base_url}" for n in (7, 14)]


def test_header_of_a_run_without_a_sweep_says_nothing_of_checkpoints(project: Project) -> None:
    write_facts(project, facts=1)
    with serve(share({}), share({})) as server:
        project.run(sweep(server)[0])
        assert listings(server) == []
    assert list(project.lines("run")[0]["endpoints"][0]) == ["alias", "spec", "served_model", "revision"]


def test_several_models_are_swept_each_by_its_own_steps(project: Project) -> None:
    write_facts(project, facts=2)
    with serve(share(RISING), share(RISING)) as server:
        result = project.run(*sweep(server, alias="a"), *sweep(server, alias="b", name="y"))
        assert listings(server) == ["/v1/trained/x", "/v1/trained/y"]
    assert result.ret == 0
    aliases = [entry["alias"] for entry in project.lines("run")[0]["endpoints"]]
    assert aliases == [f"{model}@{step}" for model in "ab" for step in STEPS]
    assert [line for line in summary(result) if line.startswith("training curve")] == [
        "training curve of a",
        "training curve of b",
    ]


# What is no sweep

MISTAKES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "provider": (
        ("--ftbench-model=m=memorizer:training.jsonl", "--ftbench-checkpoints"),
        "ERROR: --ftbench-checkpoints: model 'm': provider 'memorizer' has no checkpoints. Leave the model out, or "
        "name it by --ftbench-baseline-model, which is not swept.",
    ),
    "no model": (
        ("--ftbench-checkpoints",),
        "ERROR: --ftbench-checkpoints: no model is named. Pass --ftbench-model=SPEC as well.",
    ),
    "gate on nothing": (
        ("--ftbench-model=m=memorizer:training.jsonl", "--ftbench-gate-on=m@3"),
        "ERROR: --ftbench-gate-on does nothing without --ftbench-checkpoints. Pass both, or neither.",
    ),
    "choice without a sweep": (
        ("--ftbench-model=m=memorizer:training.jsonl", "--ftbench-gate=accuracy[[]select=best_on(holdout)] >= 0"),
        "ERROR: --ftbench-gate: gate 'accuracy[[]select=best_on(holdout)] >= 0': select=best_on(holdout) chooses a "
        "checkpoint. Pass --ftbench-checkpoints, or leave it out.",
    ),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_mistake_is_one_line(project: Project, what: str) -> None:
    arguments, line = MISTAKES[what]
    write_facts(project)
    project.train()
    result = project.run(*(argument.replace("[[]", "[") for argument in arguments))
    assert result.ret == 4
    assert [one for one in result.errlines if one] == [line.replace("[[]", "[")]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((), "its training has left no checkpoints. Leave out --ftbench-checkpoints."),
        (("late",), "provider 'tuned' lists what is no checkpoint: *'late'*"),
    ],
)
def test_model_whose_training_left_none_is_one_line(project: Project, steps: tuple, said: str) -> None:
    write_facts(project)
    with serve(share({}), share({}), steps=steps) as server:
        result = project.run(*sweep(server))
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"ERROR: --ftbench-checkpoints: model 'cand' (tuned:x): {said}"])


def test_service_that_cannot_be_read_is_one_line_before_any_question(project: Project) -> None:
    write_facts(project)
    with serve(share({}), share({})) as server:
        arguments = sweep(server)
    result = project.run(*arguments)
    assert result.ret == 4
    (line,) = [one for one in result.errlines if one]
    assert line.startswith("ERROR: --ftbench-checkpoints: model 'cand' (tuned:x): no checkpoints: ")


def test_baseline_is_not_called_like_a_swept_model(project: Project) -> None:
    write_facts(project)
    with serve(share({}), share({})) as server:
        result = project.run(*sweep(server), f"--ftbench-baseline-model=cand=tuned:x?base_url={server.base_url}")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: the baseline model is called like the model 'cand'. *"])


# In the ini file


def test_ini_file_can_ask_for_a_sweep(project: Project) -> None:
    write_facts(project, "accuracy >= 0.9")
    with serve(share(RISING), share(RISING)) as server:
        project.write(
            "pytest.ini",
            f"[pytest]\nftbench_model = cand=tuned:x?base_url={server.base_url}\nftbench_checkpoints = true\n"
            "ftbench_gate_on = cand@120\n",
        )
        result = project.run()
    assert result.ret == 0
    (gate,) = project.lines("gate")
    assert (gate["expr"], gate["endpoint"]) == ("accuracy[endpoint=cand@120] >= 0.9", "cand@120")


def test_model_of_the_ini_file_that_cannot_be_listed_stops_no_unit_test(any_project: Project) -> None:
    write_facts(any_project, "accuracy[endpoint=cand@90] >= 0.9", facts=2)
    any_project.write("test_unit.py", "def test_one(): pass")
    with serve(share({}), share({})) as server:
        ini = f"[pytest]\nftbench_model = cand=tuned:x?base_url={server.base_url}\nftbench_checkpoints = true\n"
    any_project.write("pytest.ini", ini)
    assert any_project.run("test_unit.py").ret == 0
    result = any_project.run()
    assert result.ret == 1
    found = result.parseoutcomes()
    assert found["passed"] == 1
    assert found["errors"] <= (2 if any_project.workers else 1)  # one of four cases tells, in each process that asks
    result.stdout.fnmatch_lines(
        ["*no answer from cand: --ftbench-checkpoints: model 'cand' (tuned:x): no checkpoints*"]
    )


# Modes


def test_replay_needs_no_network(any_project: Project) -> None:
    write_facts(any_project, "accuracy[endpoint=cand@120] >= 0.9")
    with serve(share(RISING), share(RISING)) as server:
        arguments = sweep(server)
        first = any_project.run(*arguments)
    result = any_project.run(*arguments, "--ftbench-cache=replay")
    assert (first.ret, result.ret) == (0, 0)
    assert shares(summary(result)) == shares(summary(first))
    result.stdout.fnmatch_lines(["0 answers asked for, 160 from the cache; *"])


def test_replay_without_an_earlier_listing_is_one_line(project: Project) -> None:
    write_facts(project)
    with serve(share({}), share({})) as server:
        result = project.run(*sweep(server), "--ftbench-cache=replay")
        assert server.requests == []
    assert result.ret == 4
    assert [one for one in result.errlines if one] == [
        "ERROR: --ftbench-checkpoints: the checkpoints of model 'cand' (tuned:x) were never listed with this answer "
        "cache. Run once without --ftbench-cache=replay."
    ]


def test_replay_goes_by_the_newest_listing(project: Project) -> None:
    write_facts(project, facts=1)
    steps = [30]
    with serve(share(RISING), share(RISING), steps=steps) as server:
        arguments = sweep(server)
        project.run(*arguments)
        steps.append(60)
        project.run(*arguments, "--ftbench-cache=refresh")
    project.run(*arguments, "--ftbench-cache=replay")
    assert [entry["alias"] for entry in project.lines("run")[0]["endpoints"]] == ["cand@30", "cand@60"]


@pytest.mark.parametrize("option", ["--collect-only", "--ftbench-plan"])
def test_nothing_but_the_checkpoints_is_asked_for(project: Project, option: str) -> None:
    write_facts(project, facts=2)
    with serve(share(RISING), share(RISING)) as server:
        result = project.run(*sweep(server), option)
        assert [asked.path for asked in server.requests] == ["/v1/trained/x"]
    assert result.ret == 0
    if option == "--ftbench-plan":
        result.stdout.fnmatch_lines([f"cand@{step} *4*" for step in STEPS])
    else:
        result.stdout.fnmatch_lines(["*memorization[[]cand@30]*", "*memorization[[]cand@120]*"])


def test_users_own_tests_are_asked_of_each_checkpoint(project: Project) -> None:
    write_facts(project, facts=1)
    project.write(
        "test_own.py",
        "import pytest\n"
        "@pytest.mark.ftbench('rooms.ftbench.yaml', where='variant=memorization')\n"
        "def test_marked(ftbench_answer):\n    assert 'wing' in ftbench_answer.text\n"
        "def test_style(ftbench_model):\n    assert '@' in ftbench_model.alias\n",
    )
    with serve(share({120: 1}), share({})) as server:
        result = project.run(*sweep(server), "test_own.py")
    assert result.ret == 0
    counted = result.parseoutcomes()
    assert (counted["passed"], counted["missed"]) == (5, 3)
