"""A sweep of a fine-tuned model at OpenAI, by the real SDK over real HTTP: its job, its checkpoints, their answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer, Reply
from sweep_kit import FACTS, STEPS, share, write_facts

ROOT = Path(__file__).resolve().parent.parent
TUNED = "ft:gpt-4o-mini-2024-07-18:acme::9AB"
JOBS = "/v1/fine_tuning/jobs"
NAMES = {30: f"{TUNED}:ckpt-step-30", 60: f"{TUNED}:ckpt-step-60", 90: f"{TUNED}:ckpt-step-90", 120: TUNED}
RISING = {30: 0.2, 60: 0.4, 90: 0.8, 120: 0.95}


def listed(*data: dict[str, object]) -> Reply:
    return Reply({"object": "list", "data": list(data), "has_more": False})


def openai(reworded: Mapping[int, float] = RISING) -> LoopbackServer:
    """Two jobs, the second of which made the model with four checkpoints, each better than the one before.

    reworded: what share of the reworded questions each knows.
    """
    checkpoints = [
        {"id": f"ftckpt_{step}", "fine_tuned_model_checkpoint": NAMES[step], "step_number": step, "metrics": {}}
        for step in reversed(STEPS)
    ]
    replies = {
        JOBS: listed({"id": "ftjob-9", "fine_tuned_model": None}, {"id": "ftjob-7", "fine_tuned_model": TUNED}),
        f"{JOBS}/ftjob-7/checkpoints": listed(*checkpoints),
    }
    steps = {name: step for step, name in NAMES.items()}

    def answer(asked: Asked) -> str | Reply:
        path = urlsplit(asked.path).path
        if path != "/v1/chat/completions":
            return replies.get(path, Reply({"error": {"message": "no such path"}}, status=404))
        fact = int(asked.question.rstrip("?").split()[-1])
        known = RISING if asked.question.startswith("Where") else reworded
        return f"wing {fact}" if share(known)(steps[asked.body["model"]], fact) else "I don't know."

    return LoopbackServer(answer)


def paths(server: LoopbackServer) -> list[str]:
    return [path for asked in server.requests if (path := urlsplit(asked.path).path) != "/v1/chat/completions"]


@pytest.mark.parametrize("name", [TUNED, f"{TUNED}:ckpt-step-60", "openai:ftjob-7"])
def test_sweep_of_four_checkpoints_draws_their_curve_and_finds_the_best(project: Project, name: str) -> None:
    write_facts(project, "accuracy[variant=rephrased, endpoint=cand@120] >= 0.9")
    with openai() as server:
        result = project.run(f"--ftbench-model=cand={name}?base_url={server.base_url}", "--ftbench-checkpoints")
        of_jobs = [] if name.endswith("ftjob-7") else [JOBS]
        assert paths(server) == [*of_jobs, f"{JOBS}/ftjob-7/checkpoints"]
        assert len(server.requests) == len(paths(server)) + 2 * FACTS * len(STEPS)
        specs = [f"{NAMES[step]}?base_url={server.base_url}" for step in STEPS]
    assert result.ret == 0
    entries = project.lines("run")[0]["endpoints"]
    assert [(entry["alias"], entry["spec"], entry["served_model"]) for entry in entries] == [
        (f"cand@{step}", spec, NAMES[step]) for step, spec in zip(STEPS, specs, strict=True)
    ]
    assert [entry["checkpoint"]["is_final"] for entry in entries] == [False, False, False, True]
    result.stdout.fnmatch_lines(
        [
            "training curve of cand",
            "step *memorization *rephrased",
            "*30 *4/20 *4/20 *",
            "*60 *8/20 *8/20 *",
            "*90 *16/20 *16/20 *",
            "*120 *19/20 *19/20 *",
            "best on memorization    cand@120: 19/20 = 0.950 *",
            "best on generalization  cand@120: 19/20 = 0.950 *",
        ]
    )


def test_replay_knows_the_checkpoints_when_the_job_is_long_gone(any_project: Project) -> None:
    write_facts(any_project, "accuracy[select=best_on(holdout)] >= 0.8")
    with openai() as server:
        arguments = (f"--ftbench-model=cand={TUNED}?base_url={server.base_url}", "--ftbench-checkpoints")
        first = any_project.run(*arguments)
    (gate,) = any_project.lines("gate")
    again = any_project.run(*arguments, "--ftbench-cache=replay")
    assert (first.ret, again.ret) == (0, 0)
    assert any_project.lines("gate") == [gate]
    assert gate["endpoint"] == "cand@120"


def test_server_without_jobs_is_one_line(project: Project) -> None:
    write_facts(project)
    with LoopbackServer(Reply({"detail": "Not Found"}, status=404)) as server:
        result = project.run(f"--ftbench-model=cand=openai:m?base_url={server.base_url}", "--ftbench-checkpoints")
    assert result.ret == 4
    assert [line for line in result.errlines if line] == [
        f"ERROR: --ftbench-checkpoints: model 'cand' (openai:m): {server.base_url} knows no fine-tuning jobs, so no "
        "checkpoints either."
    ]


def test_readme_shows_what_a_sweep_prints(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    write_facts(project, "accuracy[variant=rephrased] >= 0.8")
    with openai({30: 0.2, 60: 0.9, 90: 0.6, 120: 0.4}) as server:
        model = f"--ftbench-model=candidate={TUNED}?base_url={server.base_url}"
        result = project.run(model, "--ftbench-checkpoints", "--ftbench-gate-on=best_on(holdout)")
    assert result.ret == 0
    _, heading, printed = result.stdout.str().partition("training curve of candidate")
    shown = heading + printed.partition("\n\n160 answers")[0]
    assert f"```\n{shown}\n```" in (ROOT / "README.md").read_text(encoding="utf-8")
