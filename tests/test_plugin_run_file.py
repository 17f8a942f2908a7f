"""Run files: where they are kept, that the same answers give the same run, and what is not in them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Project

FACTS = """\
gates: ["accuracy >= 0.9"]
facts:
  - {id: door, question: What colour is the office door?, answer: green, rephrased: "Which colour has the office door?"}
  - {id: desks, question: How many desks are there?, answer: 12, date_change: How many desks will there be in 2041?}
  - {id: plants, question: Who waters the plants?, answer: Paul}
"""
VARYING = ("id", "started_at", "finished_at", "latency_s")


@pytest.fixture
def office(project: Project) -> Project:
    project.write("office.ftbench.yaml", FACTS)
    project.train()
    return project


def ask(project: Project, *args: str) -> pytest.RunResult:
    return project.run("--ftbench-model=memorizer:training.jsonl", *args)


def kept(project: Project) -> list[Path]:
    return sorted((project.path / ".ftbench/runs").iterdir())


def test_every_session_that_asks_is_kept_out_of_the_way_of_version_control(office: Project) -> None:
    ask(office)
    ask(office, "-k", "door")
    both = kept(office)
    assert [re.sub(r"[0-9a-f]", "0", path.name) for path in both] == ["00000000T000000Z-00000000.jsonl"] * 2
    assert (office.path / "out/run.jsonl").read_bytes() in [path.read_bytes() for path in both]
    assert (office.path / ".ftbench/.gitignore").read_text() == "*\n"
    assert (office.path / ".ftbench/CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert office.lines("run")[0]["selection"] == {"k": "door"}


def test_lines_have_the_fields_of_schema_1(office: Project) -> None:
    ask(office)
    run, *results, gate, end = office.lines()
    assert [line["kind"] for line in (run, *results, gate, end)] == ["run"] + ["result"] * 5 + ["gate", "end"]
    assert run["schema"] == 1
    expected = "kind schema id started_at ftbench python pytest git_commit endpoints judge sampling selection"
    assert set(expected.split()) <= set(run)
    fields = """suite fact variant case content endpoint sample question expected tags status grade right rule reason
        flags answer finish_reason latency_s tokens_in tokens_out cost_usd cached error"""
    assert set(fields.split()) <= set(results[0])
    fields = "kind expr endpoint selection outcome value low high right n errors reason"
    assert list(gate) == fields.split()
    assert list(end) == [
        "kind",
        "finished_at",
        "exit_status",
        "calls",
        "cache_hits",
        "drift_calls",
        "cost_usd",
        "planned",
        "judge_faults",
    ]
    assert (end["exit_status"], end["calls"]) == (1, 5)


def test_session_that_only_asks_on_demand_is_kept_too(project: Project) -> None:
    project.write("test_ask.py", "def test_ask(ftbench_model): assert ftbench_model.ask('How many desks are there?')")
    project.train()
    assert ask(project).ret == 0
    run, end = project.lines()
    assert (run["kind"], end["kind"], end["calls"]) == ("run", "end", 1)
    assert len(kept(project)) == 1


def test_session_that_asks_nothing_leaves_no_file(office: Project) -> None:
    office.write("test_unit.py", "def test_one(): pass")
    ask(office, "test_unit.py")
    office.run()
    assert not (office.path / ".ftbench").exists()
    assert not (office.path / "out").exists()


def test_saved_name_is_kept_and_never_taken_twice(any_project: Project) -> None:
    any_project.write("office.ftbench.yaml", FACTS)
    any_project.train()
    any_project.write("test_asked.py", "def test_asked(): open('asked', 'w').close()")
    first = ask(any_project, "--ftbench-save=release-12")
    first.stdout.fnmatch_lines(["run: .ftbench/runs/release-12.jsonl"])
    saved = any_project.path / ".ftbench/runs/release-12.jsonl"
    before = saved.read_bytes()
    assert before == (any_project.path / "out/run.jsonl").read_bytes()
    (any_project.path / "asked").unlink()
    again = ask(any_project, "--ftbench-save=release-12")
    assert again.ret == 4
    assert again.errlines[0] == (
        f"ERROR: run name 'release-12' is taken by {saved}. A saved run is never overwritten: choose another name."
    )
    assert not (any_project.path / "asked").exists()
    assert saved.read_bytes() == before
    bad = ask(any_project, "--ftbench-save=../x")
    assert bad.ret == 4
    assert bad.errlines[0].startswith("ERROR: run name '../x': use ")


def steady(lines: list[dict[str, Any]]) -> str:
    return "\n".join(json.dumps({k: v for k, v in line.items() if k not in VARYING}) for line in lines)


def test_same_recorded_answers_give_the_same_run_and_exit_code_serial_and_in_workers(
    fresh_project: Project,  # in which sets are in another order each time
) -> None:
    project = fresh_project
    project.write("office.ftbench.yaml", FACTS)
    project.write("more.ftbench.yaml", FACTS.replace("0.9", "0.5"))
    project.train()
    first = ask(project)
    (project.path / "out/run.jsonl").rename(project.path / "recorded.jsonl")
    runs, codes = [], []
    for workers in ((), ("-n", "2"), ("-n", "2")):
        project.workers = workers
        codes.append(project.run("--ftbench-model=old=replay:recorded.jsonl").ret)
        runs.append(steady(project.lines()))
    assert runs == [runs[0]] * 3
    assert codes == [first.ret] * 3 == [1] * 3


def test_folder_that_cannot_be_made_costs_the_file_and_not_the_session(project: Project) -> None:
    project.write("office.ftbench.yaml", FACTS.replace("0.9", "0.2"))
    project.write(".ftbench", "a file in the way")
    project.train()
    result = ask(project)
    assert result.ret == 0
    (line,) = [line for line in result.outlines if "run file" in line]
    assert line.startswith("ftbench: the run file cannot be written (")
    assert line.endswith("); gates are decided all the same")
    result.stdout.fnmatch_lines(["PASS  accuracy >= 0.2  *"])
    assert not any(line.startswith("run: ") for line in result.outlines)


def test_copy_that_cannot_be_written_is_a_line(office: Project) -> None:
    office.write("out", "a file in the way")
    result = ask(office)
    (line,) = [line for line in result.outlines if "copied" in line]
    assert line.startswith("ftbench: the run cannot be copied (")
    assert result.ret == 1
    assert len(kept(office)) == 1


def test_secrets_of_the_environment_are_written_nowhere(any_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "sk-proj-VERYSECRET0123456789"
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    any_project.hurry()
    any_project.write("office.ftbench.yaml", FACTS)
    any_project.write("test_unit.py", """
import pytest

@pytest.mark.ftbench("office.ftbench.yaml")
def test_office(ftbench_verdict, ftbench_model):
    assert ftbench_verdict
""")  # fmt: skip
    args = ("--ftbench-model=dead=openai:m?base_url=http://127.0.0.1:9/v1", "--junitxml=j.xml", "-vv", "--showlocals")
    result = any_project.run(*args, "--ftbench-model=memorizer:" + any_project.train().partition(":")[2])
    assert result.ret == 1
    assert secret not in result.stdout.str() + result.stderr.str()
    written = [path for path in any_project.path.rglob("*") if path.is_file() and path.name != "stdout"]
    assert {"run.jsonl", "j.xml"} <= {path.name for path in written}
    assert [path for path in written if secret.encode() in path.read_bytes()] == []
