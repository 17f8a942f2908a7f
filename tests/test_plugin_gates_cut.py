"""Gates that were cut short, by a selection, by `-x`, by a crash or by an interrupt, and what `--lf` runs again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import Project
from makers import facts

SELECTIONS = {
    "-k": ["-k", "door"],
    "-k not": ["-k", "not plants"],
    "node id": ["office.ftbench.yaml::door"],
    "item": ["office.ftbench.yaml::door::memorization[memorizer]"],
    "--deselect": ["--deselect", "office.ftbench.yaml::plants"],
}


@pytest.mark.parametrize("how", SELECTIONS)
def test_gate_cut_by_a_selection_is_inconclusive_and_does_not_fail(project: Project, how: str) -> None:
    project.write("office.ftbench.yaml", facts("accuracy >= 0.9"))
    result = project.run("--ftbench-model", project.train(), *SELECTIONS[how])
    ran = 2 if how in ("-k not", "--deselect") else 1
    result.stdout.fnmatch_lines([f"INCONCLUSIVE  accuracy >= 0.9  {ran} of 3 ran", "*1 inconclusive*"])
    assert result.ret == 0
    (gate,) = project.lines("gate")
    assert (gate["outcome"], gate["reason"], gate["n"]) == ("INCONCLUSIVE", f"{ran} of 3 ran", ran)


def test_gate_cut_by_k_under_xdist_and_by_m(project: Project) -> None:
    project.write("office.ftbench.yaml", facts("accuracy >= 0.9"))
    marks = "@pytest.mark.ftbench('office.ftbench.yaml', gate='accuracy >= 0.5')\n@pytest.mark.slow"
    project.write("test_office.py", f"import pytest\n{marks}\ndef test_slow(ftbench_verdict): assert ftbench_verdict\n")
    model = project.train()
    project.write("pytest.ini", "[pytest]\nmarkers = slow\n")
    project.workers = ("-n", "2")
    result = project.run("--ftbench-model", model, "-k", "door", "--strict-markers")
    result.stdout.fnmatch_lines(["INCONCLUSIVE  accuracy >= 0.9 in office.ftbench.yaml  1 of 3 ran"])
    result.stdout.fnmatch_lines(["INCONCLUSIVE  accuracy >= 0.5 in test_slow            1 of 3 ran"])
    assert result.ret == 0
    project.workers = ()
    result = project.run("--ftbench-model", model, "-m", "not slow", "office.ftbench.yaml", "test_office.py", "--tb=no")
    result.stdout.fnmatch_lines(["accuracy >= 0.9 in office.ftbench.yaml", "  FAIL          2/3 = 0.667 *"])
    result.stdout.fnmatch_lines(["accuracy >= 0.5 in test_slow", "  INCONCLUSIVE  0 of 3 ran"])


def test_gate_cut_by_x_fails_the_session(any_project: Project) -> None:
    any_project.write("office.ftbench.yaml", facts("accuracy >= 0.1"))
    any_project.write("a/test_first.py", "import time\ndef test_first():\n    assert 0\n" + "".join(
        f"def test_{n}(): time.sleep(0.2)\n" for n in range(12)))  # fmt: skip
    result = any_project.run("--ftbench-model", any_project.train(), "-x", "a", "office.ftbench.yaml")
    result.stdout.fnmatch_lines(["INCONCLUSIVE: 0 of 3 ran"])
    result.stdout.no_fnmatch_line("*interrupted*")
    assert result.ret == (2 if any_project.workers else 1)  # pytest's own code, and xdist's
    assert [line["exit_status"] for line in any_project.lines("end")] == [result.ret]


def test_failing_gates_under_x_stop_nothing(any_project: Project) -> None:
    any_project.write("office.ftbench.yaml", facts("accuracy >= 0.9", "accuracy >= 0.8"))
    result = any_project.run("--ftbench-model", any_project.train(), "-x")
    result.stdout.fnmatch_lines(["*= 2 failed, 2 passed, 1 missed in *"])
    result.stdout.no_fnmatch_line("*stopping after*")
    assert result.ret == 1


@pytest.mark.parametrize("workers", [("-n", "2"), ("-n", "1", "--max-worker-restart=0")])
def test_crashed_worker_leaves_the_gate_inconclusive_and_the_session_red(
    project: Project, workers: tuple[str, ...]
) -> None:
    project.write("facts.yaml", facts())
    project.write(
        "test_office.py",
        """
import os
import pytest

@pytest.mark.ftbench("facts.yaml", gate="accuracy >= 0.1")
def test_office(ftbench_verdict, ftbench_case):
    if ftbench_case.fact == "plants":
        os._exit(3)
    assert ftbench_verdict
""",
    )
    project.workers = workers
    result = project.run("--ftbench-model", project.train())
    result.stdout.fnmatch_lines(["INCONCLUSIVE  accuracy >= 0.1  2 of 3 ran", "[23] answers asked for, *"])
    assert result.ret == 1


def test_inconclusive_can_be_made_a_warning(project: Project) -> None:
    project.write("office.ftbench.yaml", facts("accuracy[topic=none] >= 0.9"))
    model = project.train()
    assert project.run("--ftbench-model", model).ret == 1
    result = project.run("--ftbench-model", model, "-o", "ftbench_on_inconclusive=warn", "-k", "not plants")
    result.stdout.fnmatch_lines(["*= 2 passed, 1 deselected, 1 inconclusive in *"])
    assert result.ret == 0


# --lf


def test_lf_runs_the_misses_of_failed_gates_and_no_others(any_project: Project) -> None:
    gates = ("accuracy[fact!=door] >= 0.9", "accuracy[fact=door] <= 0.5")  # broken, and met by a miss
    any_project.write("office.ftbench.yaml", facts(*gates).replace("green", "red"))
    any_project.write("fine.ftbench.yaml", facts("accuracy >= 0.5"))
    model = any_project.train()
    first = any_project.run("--ftbench-model", model, "--tb=no")
    first.stdout.fnmatch_lines(["*= 1 failed, 5 passed, 3 missed in *"])
    for _ in range(2):  # a gate that is cut short keeps its misses
        again = any_project.run("--ftbench-model", model, "--lf")
        assert [line["fact"] for line in any_project.lines("result")] == ["plants"]
        assert again.ret == 0
        again.stdout.fnmatch_lines(["*1 missed, 3 inconclusive in *"])


def test_session_gate_under_lf_does_not_judge_by_the_files_that_are_left(any_project: Project) -> None:
    any_project.write("facts.yaml", facts())
    any_project.write(
        "test_bad.py",
        """
import pytest

@pytest.mark.ftbench("facts.yaml", where="fact=plants")
def test_bad(ftbench_verdict):
    assert ftbench_verdict
""",
    )
    any_project.write("test_fine.py", "import pytest\n@pytest.mark.ftbench('facts.yaml', where='fact!=plants')\n"
        "def test_fine(ftbench_verdict): assert ftbench_verdict\n")  # fmt: skip
    args = ("--ftbench-model", any_project.train(), "--ftbench-gate", "accuracy >= 0.9")
    assert any_project.run(*args).ret == 1
    again = any_project.run(*args, "--lf")
    again.stdout.fnmatch_lines(["INCONCLUSIVE  accuracy >= 0.9  --lf left out 1 file"])
    assert again.ret == 0


def test_ctrl_c_exits_2_and_the_run_has_no_end(project: Project) -> None:
    project.write("office.ftbench.yaml", facts("accuracy >= 1"))
    project.write("test_z.py", "import time\ndef test_z():\n    open('there', 'w').close()\n    time.sleep(30)\n")
    command = [sys.executable, "-m", "pytest", "--ftbench-model", project.train()]
    process = subprocess.Popen(command, cwd=project.path, stdout=subprocess.PIPE, text=True, start_new_session=True)
    deadline = time.monotonic() + 30
    while not (project.path / "there").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    output = process.communicate(timeout=30)[0]
    assert process.returncode == 2
    assert "ftbench: interrupted after 3 answers\n" in output
    (run,) = (project.path / ".ftbench/runs").glob("*.jsonl")
    assert [line.split('"')[3] for line in run.read_text().splitlines()] == ["run"] + ["result"] * 3 + ["gate"]
