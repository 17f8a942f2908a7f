"""Questions to a real server over HTTP: asked once, stored at once, and nothing lost."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer, Reply

FACTS = "facts:\n" + "".join(
    f"  - {{id: f{number}, question: What is {number} in words?, answer: word {number}}}\n" for number in range(12)
)


def answer(asked: Asked) -> str:
    return "word " + re.sub(r"\D", "", asked.question)


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer(answer) as running:
        yield running


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outside") / "elsewhere"


def model(server: LoopbackServer, name: str = "m") -> str:
    return f"--ftbench-model={name}=openai:{name}?base_url={server.base_url}&revision=1"


def test_second_session_asks_nothing(any_project: Project, server: LoopbackServer) -> None:
    any_project.write("words.ftbench.yaml", FACTS)
    first = any_project.run(model(server))
    first.assert_outcomes(passed=12)
    first.stdout.fnmatch_lines(["12 answers asked for, 0 from the cache, cost unknown;*"])
    assert len(server.requests) == 12
    second = any_project.run(model(server))
    second.assert_outcomes(passed=12)
    second.stdout.fnmatch_lines(["0 answers asked for, 12 from the cache;*"])
    assert len(server.requests) == 12
    assert {line["cached"] for line in any_project.lines("result")} == {True}


def test_workers_of_one_run_send_each_question_once_whatever_the_cache_mode(
    project: Project, server: LoopbackServer
) -> None:
    project.write("words.ftbench.yaml", FACTS)
    for mode in ("off", "refresh"):
        server.requests.clear()
        project.run(model(server), "-n", "2", f"--ftbench-cache={mode}").assert_outcomes(passed=12)
        assert sorted(asked.question for asked in server.requests) == sorted(
            f"What is {number} in words?" for number in range(12)
        )


def test_two_models_are_asked_and_shown_side_by_side(any_project: Project, server: LoopbackServer) -> None:
    any_project.write("words.ftbench.yaml", FACTS)
    result = any_project.run(model(server, "old"), model(server, "new"))
    result.assert_outcomes(passed=24)
    result.stdout.re_match_lines([r"variant +old +new"])
    assert sorted({asked.body["model"] for asked in server.requests}) == ["new", "old"]
    assert [line["served_model"] for line in any_project.lines("run")[0]["endpoints"]] == ["old", "new"]


def test_no_more_questions_in_flight_than_allowed(project: Project) -> None:
    project.write("words.ftbench.yaml", FACTS + "  - {question: What is 12 in words?, answer: word 12}\n")
    gathered = threading.Barrier(3)

    first = iter([True])

    def wait_for_two_others(asked: Asked) -> str:
        if not next(first, False):  # the first goes alone
            gathered.wait(timeout=10)  # breaks unless three are in flight together
        return answer(asked)

    with LoopbackServer(wait_for_two_others) as busy:
        project.run(model(busy), "--ftbench-concurrency=3").assert_outcomes(passed=13)
        assert busy.most_in_flight == 3


def test_replay_mode_answers_from_the_cache_alone(project: Project, server: LoopbackServer) -> None:
    project.write("words.ftbench.yaml", FACTS)
    project.run(model(server), "-k", "f1")  # f1, f10, f11
    server.requests.clear()
    result = project.run(model(server), "--ftbench-cache=replay")
    result.assert_outcomes(passed=3, errors=9)
    result.stdout.fnmatch_lines(
        ["no answer from m: not in the cache, and --ftbench-cache=replay asks nothing: 'What is 0 in words?'"]
    )
    assert server.requests == []


def test_refresh_asks_anew_and_stores(project: Project, server: LoopbackServer) -> None:
    project.write("words.ftbench.yaml", FACTS)
    project.run(model(server))
    server.requests.clear()
    project.run(model(server), "--ftbench-cache=refresh").assert_outcomes(passed=12)
    assert len(server.requests) == 12


def test_off_neither_reads_nor_stores(project: Project, server: LoopbackServer) -> None:
    project.write("words.ftbench.yaml", FACTS)
    project.run(model(server))
    project.run(model(server), "--ftbench-cache=off")
    assert len(server.requests) == 24
    assert (Path(os.environ["XDG_CACHE_HOME"]) / "pytest-ftbench").exists()


def test_cache_dir_option_moves_the_cache(project: Project, server: LoopbackServer, elsewhere: Path) -> None:
    project.write("words.ftbench.yaml", FACTS)
    project.run(model(server), f"--ftbench-cache-dir={elsewhere}")
    assert any(elsewhere.iterdir())
    assert not (Path(os.environ["XDG_CACHE_HOME"]) / "pytest-ftbench").exists()


@pytest.mark.parametrize("mode", ["auto", "refresh"])
def test_cache_in_the_checkout_is_refused_in_one_line(project: Project, server: LoopbackServer, mode: str) -> None:
    project.write("words.ftbench.yaml", FACTS)
    result = project.run(model(server), "--ftbench-cache-dir=cache", f"--ftbench-cache={mode}")
    assert result.ret == 4
    assert "checkout" in result.stderr.str()
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
    assert server.requests == []


def test_default_cache_is_used_where_the_root_holds_it(
    project: Project, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(project.path / ".cache"))  # as when pytest runs in the home folder
    project.write("words.ftbench.yaml", FACTS)
    project.run(model(server)).assert_outcomes(passed=12)
    project.run(model(server)).stdout.fnmatch_lines(["0 answers asked for, 12 from the cache;*"])


def test_errors_are_not_stored_and_asked_again(project: Project) -> None:
    project.write("words.ftbench.yaml", FACTS)
    replies: dict[str, object] = {"status": 500}

    def moody(asked: Asked) -> Reply | str:
        broken = Reply(status=500, body='{"error": {"message": "busy"}}', headers={"x-should-retry": "false"})
        return broken if replies["status"] == 500 else answer(asked)

    with LoopbackServer(moody) as server:
        project.run(model(server)).assert_outcomes(errors=5)  # after which it is given up
        replies["status"] = 200
        project.run(model(server)).assert_outcomes(passed=12)


def corrupt(database: Path) -> None:
    for side in ("-wal", "-shm"):
        database.with_name(database.name + side).unlink(missing_ok=True)
    database.write_bytes(b"this is no database" * 100)


def test_corrupted_cache_is_set_aside_with_a_warning(project: Project, server: LoopbackServer) -> None:
    project.write("words.ftbench.yaml", FACTS)
    project.run(model(server))
    home = Path(os.environ["XDG_CACHE_HOME"]) / "pytest-ftbench"
    (database,) = home.rglob("cache.db")
    corrupt(database)
    result = project.run(model(server), "-n", "2")  # the warning has to travel from a worker
    result.assert_outcomes(passed=12)
    result.stdout.fnmatch_lines(["ftbench: *corrupt*"])
    assert [path for path in home.iterdir() if "corrupt" in path.name]
    project.run(model(server)).stdout.fnmatch_lines(["0 answers asked for, 12 from the cache;*"])


def test_cache_that_cannot_be_made_costs_a_warning_and_no_answer(
    project: Project, server: LoopbackServer, elsewhere: Path
) -> None:
    project.write("words.ftbench.yaml", FACTS)
    elsewhere.write_text("not a folder")
    result = project.run(model(server), f"--ftbench-cache-dir={elsewhere}")
    result.assert_outcomes(passed=12)
    result.stdout.fnmatch_lines([f"ftbench: *{elsewhere}*"])


def test_full_disk_costs_a_warning_and_no_answer(project: Project) -> None:
    project.write("words.ftbench.yaml", FACTS.replace("word ", "x" * 9000 + " "))
    project.write("conftest.py", LIMIT_FILES)
    with LoopbackServer(lambda asked: "x" * 9000 + " " + re.sub(r"\D", "", asked.question)) as wordy:
        result = project.run(model(wordy))
        result.assert_outcomes(passed=12)
        result.stdout.fnmatch_lines(["ftbench: Answers cannot be stored in the answer cache *"])


LIMIT_FILES = """
import resource

def pytest_configure(config):  # no file may grow beyond this
    resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000))
"""


def start(project: Project, *args: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pytest", "--ftbench-out=out/run.jsonl", *args]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, cwd=project.path, start_new_session=True, **pipes)  # a group, as in a terminal


@pytest.mark.parametrize(
    ("signal_sent", "workers"),
    [(signal.SIGINT, ()), (signal.SIGINT, ("-n", "2")), (signal.SIGKILL, ())],
    ids=["interrupt", "interrupt in workers", "kill"],
)
def test_answers_so_far_are_kept(project: Project, signal_sent: signal.Signals, workers: tuple[str, ...]) -> None:
    project.write("words.ftbench.yaml", FACTS)
    sixth, go_on = threading.Event(), threading.Event()
    count = iter(range(1000))

    def stall_at_the_sixth(asked: Asked) -> str:
        if next(count) == 5:
            sixth.set()
            go_on.wait(timeout=20)
        return answer(asked)

    with LoopbackServer(stall_at_the_sixth) as server:
        process = start(project, model(server), "--ftbench-concurrency=1", *workers)
        assert sixth.wait(timeout=20)
        os.killpg(process.pid, signal_sent)
        if signal_sent == signal.SIGKILL:
            process.wait(timeout=20)
        threading.Timer(0.5, go_on.set).start()  # the call in flight ends after the signal has arrived
        output, _ = process.communicate(timeout=20)
        sent = len(server.requests)
        assert sent == 6
        if signal_sent == signal.SIGINT:
            assert process.returncode == 2
            # xdist's controller does not wait for what its workers still have in flight.
            interrupted = re.search(f"ftbench: interrupted after ({'[56]' if workers else 6}) answers", output)
            assert interrupted
            assert f"{interrupted[1]} answers asked for, 0 from the cache" in output
            assert ("ftbench: waiting up to 10 s for 1 call in flight" in output) == (not workers)
            assert "Traceback" not in output
        project.run(model(server)).assert_outcomes(passed=12)
        # Of a killed session only the call in flight is paid for again; of an interrupted one nothing is.
        assert len(server.requests) == (12 if signal_sent == signal.SIGINT else 13)


def test_second_interrupt_ends_the_wait_for_calls_in_flight(project: Project) -> None:
    project.write("words.ftbench.yaml", FACTS)
    asked, go_on = threading.Event(), threading.Event()

    def stall(_: Asked) -> str:
        asked.set()
        go_on.wait(timeout=20)
        return "late"

    with LoopbackServer(stall) as server:
        process = start(project, model(server))
        assert process.stdout is not None
        assert asked.wait(timeout=20)
        os.killpg(process.pid, signal.SIGINT)
        with process.stdout:
            assert any("waiting up to 10 s" in line for line in process.stdout)
            os.killpg(process.pid, signal.SIGINT)
            output = process.stdout.read()
        assert not go_on.is_set()
        go_on.set()
    assert process.wait(timeout=20) == 2
    assert "ftbench: interrupted after 0 answers" in output
    assert "Traceback" not in output


def test_killed_worker_leaves_its_answers_to_the_others(project: Project, server: LoopbackServer) -> None:
    project.write("words.ftbench.yaml", FACTS)
    project.write(
        "test_crash.py",
        "import os\n\ndef test_crash():\n    os._exit(9)\n",
    )
    result = project.run(model(server), "-n", "2")
    result.stdout.fnmatch_lines(["*12 passed*"])
    assert result.ret == 1
    assert len(server.requests) == 12


def test_unsafe_answers_reach_the_session_as_they_are(project: Project) -> None:
    project.write("a.ftbench.csv", "question,answer\nWhat?,x\n")
    replies: Callable[[Asked], str] = lambda _: "\ud800 x \x00 ok"  # noqa: E731
    with LoopbackServer(replies) as server:
        result = project.run(model(server), "-n", "1")
    assert result.ret in (0, 1)
    assert "INTERNALERROR" not in result.stdout.str()
