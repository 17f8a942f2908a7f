"""Several samples of each question, wherever a session counts, cuts short, repeats or replays."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer, Reply, chat_completion


def facts(number: int, *gates: str) -> str:
    lines = [f"  - {{id: f{one}, question: What is {one} in words?, answer: word {one}}}\n" for one in range(number)]
    return f"gates: {json.dumps(gates)}\nfacts:\n{''.join(lines)}"


def right(asked: Asked) -> str:
    return "word " + re.sub(r"\D", "", asked.question)


class Fading:
    """Answers rightly so many times for each question, and wrongly after that; fact 0 always rightly."""

    def __init__(self, times: int) -> None:
        self._times = times
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> str:
        with self._lock:
            self._asked[asked.question] += 1
            is_good = self._asked[asked.question] <= self._times or " 0 " in asked.question
        return right(asked) if is_good else "no idea at all"


def model(server: LoopbackServer, name: str = "m", **options: object) -> str:
    query = "".join(f"&{key}={value}" for key, value in options.items())
    return f"--ftbench-model={name}=openai:{name}?base_url={server.base_url}&revision=1{query}"


def test_plan_counts_every_sample_and_those_that_are_stored(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(4))
    with LoopbackServer(right) as server:
        project.run(model(server), "--ftbench-samples=2")
        result = project.run(model(server), "--ftbench-samples=5", "--ftbench-plan")
        assert len(server.requests) == 8
    result.stdout.fnmatch_lines(["m * 20 * 8 * 12 *"])


def test_summary_tells_flaky_questions_per_endpoint(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(3, "accuracy >= 0.1"))
    with LoopbackServer(Fading(2)) as flaky, LoopbackServer(right) as steady:
        models = model(flaky, "old", temperature=0.5), model(steady, "new")
        plain = project.run(*models, "--ftbench-samples=3")
        listed = project.run(*models, "--ftbench-samples=3", "-v")
        once = project.run(*models)
    # rates 1, 2/3, 2/3: spread 1/27; within (0 + 1/3 + 1/3) / 3 = 2/9; between 1/27 - 2/27, which is below 0
    old = "samples of old: 2 of 3 questions flaky, pass^3 0.333, variance 0.000 between questions and 0.222 within"
    new = "samples of new: 0 of 3 questions flaky, pass^3 1.000, variance 0.000 between questions and 0.000 within"
    noise = "at temperature 0 the samples of new differ by the server's own noise alone"
    plain.stdout.fnmatch_lines([f"{old}", f"{new}", "flaky: *(-v lists them)*", noise], consecutive=True)
    flaky_ones = [f"  2/3 right  f{one}: memorization: What is {one} in words[?]" for one in (1, 2)]
    listed.stdout.fnmatch_lines([old, *flaky_ones, new], consecutive=True)
    once.stdout.no_fnmatch_line("*samples of*")
    once.stdout.no_fnmatch_line("*flaky:*")


def test_misses_of_one_question_are_listed_together(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(8, "accuracy >= 0.9"))
    with LoopbackServer(Fading(1)) as server:
        result = project.run(model(server), "--ftbench-samples=3", "--ftbench-concurrency=1")
    text = result.stdout.str()
    assert "FAIL: 10/24 = 0.417" in text
    assert "14 count against it:" in text
    assert "\nf1: memorization (samples 2, 3)\n" in text
    assert text.count("(samples 2, 3)") == 5
    assert "... and 4 more; the run file has them all." in text


@pytest.mark.parametrize("chosen", [["-k", "m-1"], ["-k", "not m-2"], ["words.ftbench.yaml::f0::memorization[m-1]"]])
def test_gate_of_which_a_sample_did_not_run_is_inconclusive(project: Project, chosen: list[str]) -> None:
    project.write("words.ftbench.yaml", facts(2, "accuracy >= 0.1"))
    with LoopbackServer(right) as server:
        result = project.run(model(server), "--ftbench-samples=2", *chosen)
    ran = 1 if "::" in chosen[0] else 2
    result.stdout.fnmatch_lines([f"INCONCLUSIVE  accuracy >= 0.1  {ran} of 4 ran"])
    assert result.ret == 0


def test_sample_that_skips_itself_leaves_the_gate_open_and_the_session_red(project: Project) -> None:
    project.write("words.yaml", facts(2))
    project.write(
        "test_words.py",
        """
import pytest

@pytest.mark.ftbench("words.yaml", gate="accuracy >= 0.1", samples=3)
def test_word(ftbench_verdict, request):
    if request.node.name.endswith("m-2]"):
        pytest.skip("not today")
    assert ftbench_verdict
""",
    )
    with LoopbackServer(right) as server:
        result = project.run(model(server))
    result.stdout.fnmatch_lines(["INCONCLUSIVE  accuracy >= 0.1  4 of 6 ran"])
    assert result.ret == 1


def test_gate_at_a_level_does_not_take_samples_for_facts(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(20, "accuracy >= 0.85 @ 95%"))  # 19 questions would be enough
    cannot = "cannot pass with 20 facts, however good the model is: it takes 21. Leave out '@', or add facts"
    with LoopbackServer(right) as server:
        assert project.run(model(server)).ret == 0
        refused = project.run(model(server), "--ftbench-samples=2")
        project.write("words.ftbench.yaml", facts(20))
        of_session = project.run(model(server), "--ftbench-samples=2", "--ftbench-gate=accuracy >= 0.85 @ 95%")
    refused.stdout.fnmatch_lines([f"words.ftbench.yaml:1: gate 'accuracy >= 0.85 @ 95%': {cannot}."])
    assert refused.ret == 2
    of_session.stdout.fnmatch_lines([f"INCONCLUSIVE: 40/40 = 1.000 [[]0.820, 1.000]; {cannot}"])
    assert of_session.ret == 1


def test_gate_that_reduces_samples_counts_each_question_once(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(20, "accuracy[reduce=majority] >= 0.85 @ 95%"))
    with LoopbackServer(Fading(2)) as server:
        result = project.run(model(server), "--ftbench-samples=3")
    (gate,) = project.lines("gate")
    assert (gate["outcome"], gate["right"], gate["n"]) == ("PASS", 20, 20)
    assert result.ret == 0


def test_last_failed_runs_the_samples_that_were_missed(any_project: Project) -> None:
    any_project.write("words.ftbench.yaml", facts(2, "accuracy >= 0.9"))
    with LoopbackServer(Fading(1)) as server:
        any_project.run(model(server), "--ftbench-samples=3", "--ftbench-concurrency=1")
        result = any_project.run(model(server), "--ftbench-samples=3", "--lf", "-v")
        assert len(server.requests) == 6
    ran = sorted(set(re.findall(r"f\d::memorization\[m-\d\]", result.stdout.str())))
    missed = sorted(line["sample"] for line in any_project.lines("result"))
    assert [name[:2] for name in ran] == ["f1", "f1"]
    assert sorted(int(name[-2]) for name in ran) == missed


def test_curtailed_session_leaves_out_samples_and_decides_alike(any_project: Project) -> None:
    any_project.write("words.ftbench.yaml", facts(12, "accuracy >= 0.3"))

    def answer(asked: Asked) -> Reply:
        is_late = len(server.requests) > 24  # 18 settle it, so these can be left out
        return Reply(chat_completion(right(asked), model="m"), delay_s=0.5 if is_late else 0.0)

    with LoopbackServer(answer) as server:
        options = ("--ftbench-samples=5", "--ftbench-concurrency=2", "--ftbench-cache=off", "--ftbench-curtail")
        result = any_project.run(model(server), *options)
        asked = len(server.requests)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["PASS  accuracy >= 0.3  verdict certain; * of 60 asked*"])
    assert asked < 60 - 12  # no mere one of the samples of each
    results = any_project.lines("result")
    assert 18 <= len(results) <= asked  # 30 % of 60
    assert len({(line["fact"], line["sample"]) for line in results}) == len(results)


def test_budget_leaves_out_samples_and_the_gate_open(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(2, "accuracy >= 0.1"))
    with LoopbackServer(right) as server:  # each answer has 11 tokens in and 3 out
        priced = model(server, price_in=0, price_out=1_000_000, max_tokens=3)
        result = project.run(priced, "--ftbench-samples=4", "--ftbench-budget=15", "--ftbench-concurrency=1")
        assert len(server.requests) == 5
    result.stdout.fnmatch_lines(["ftbench: 3 questions not asked: this session's budget*"])
    assert project.lines("gate")[0]["errors"] == 3
    assert result.ret == 1


def test_replay_of_a_run_serves_each_sample_its_own_answer(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(3, "accuracy >= 0.1"))
    with LoopbackServer(Fading(2)) as server:
        project.run(model(server), "--ftbench-samples=3")
    recorded = {(line["fact"], line["sample"]): line["answer"] for line in project.lines("result")}
    run = (project.path / "out/run.jsonl").read_bytes()
    project.write("saved.jsonl", run)
    project.run("--ftbench-model=m=replay:saved.jsonl", "--ftbench-samples=3")
    assert {(line["fact"], line["sample"]): line["answer"] for line in project.lines("result")} == recorded
    assert len(set(recorded.values())) == 4


def test_replay_of_a_run_that_holds_fewer_samples_says_so(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(1, "accuracy >= 0.1"))
    with LoopbackServer(right) as server:
        project.run(model(server), "--ftbench-samples=2")
    project.write("saved.jsonl", (project.path / "out/run.jsonl").read_bytes())
    result = project.run("--ftbench-model=m=replay:saved.jsonl", "--ftbench-samples=3")
    result.stdout.fnmatch_lines(
        [
            "no answer from m: saved.jsonl holds no sample 3 of the answer to 'What is 0 in words?' (samples: 1, 2). "
            "Ask for no more than it holds."
        ]
    )
    assert project.lines("gate")[0]["errors"] == 1
    assert result.ret == 1


def test_worker_that_dies_loses_no_sample(project: Project) -> None:
    project.write("words.yaml", facts(4))
    project.write(
        "test_words.py",
        """
import os
import pytest

@pytest.mark.ftbench("words.yaml", samples=3)
def test_word(ftbench_verdict, request, worker_id):
    if request.node.name.endswith("f1:memorization-m-2]") and not os.path.exists("died"):
        open("died", "w").close()
        os._exit(1)
    assert ftbench_verdict
""",
    )
    with LoopbackServer(right) as server:
        project.run(model(server), "-n", "2")
    lines = [(line["fact"], line["sample"]) for line in project.lines("result")]
    assert lines == [(f"f{fact}", sample) for fact in range(4) for sample in (1, 2, 3) if (fact, sample) != (1, 2)]
