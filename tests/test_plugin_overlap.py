"""Tests run while questions are still being asked, and what nobody needs any more is not asked."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer, Reply

LONG_S = 60.0


def facts(count: int, *gates: str) -> str:
    lines = [f"  - {{id: f{n:03}, question: What is {n} in words?, answer: word {n}}}" for n in range(count)]
    return "\n".join(
        ["facts:", *lines, "gates:", *(f"  - '{gate}'" for gate in gates)] if gates else ["facts:", *lines]
    )


def number(asked: Asked) -> int:
    return int(re.sub(r"\D", "", asked.question))


def right(asked: Asked) -> str:
    return f"word {number(asked)}"


def model(server: LoopbackServer, name: str = "m", **options: object) -> str:
    query = "".join(f"&{key}={value}" for key, value in options.items())
    return f"--ftbench-model={name}=openai:{name}?base_url={server.base_url}&revision=1{query}"


def tell(project: Project) -> None:
    """Have each test leave a file behind, so that a server can see it has run."""
    project.write(
        "conftest.py",
        "def pytest_runtest_logreport(report):\n"
        "    if report.when == 'call':\n"
        "        open(report.nodeid.split('::')[1] + '.ran', 'w').close()\n",
    )


def ran(project: Project, name: str) -> Callable[[], bool]:
    return lambda: (project.path / f"{name}.ran").exists()


def wait_until(condition: Callable[[], bool]) -> bool:
    pause = threading.Event()
    return any(condition() or pause.wait(0.05) for _ in range(int(LONG_S / 0.05)))


def test_slow_question_holds_up_no_test_but_its_own(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(12))
    tell(project)

    def slow_until_all_others_have_run(asked: Asked) -> str:
        if number(asked) == 1 and not all(wait_until(ran(project, f"f{n:03}")) for n in range(12) if n != 1):
            return "the others waited"
        return right(asked)

    with LoopbackServer(slow_until_all_others_have_run) as server:
        project.run(model(server)).assert_outcomes(passed=12)


MARKED = """
import pytest

@pytest.fixture(scope="module")
def office():
    print("SETUP office")
    yield
    print("TEARDOWN office")

@pytest.mark.ftbench("words.yaml")
def test_words(office, ftbench_verdict):
    assert ftbench_verdict

def test_after(office):
    pass
"""


def test_marked_tests_that_trade_places_share_their_module_fixtures(project: Project) -> None:
    project.write("words.yaml", facts(12))
    project.write("test_words.py", MARKED)
    others_asked = threading.Event()

    def slow(asked: Asked) -> str:
        if number(asked) == 11:
            others_asked.set()
        if number(asked) == 1:
            others_asked.wait(LONG_S)
        return right(asked)

    with LoopbackServer(slow) as server:
        result = project.run(model(server), "-s", "-v")
    result.assert_outcomes(passed=13)
    assert result.stdout.str().count("SETUP office") == 1
    assert result.stdout.str().count("TEARDOWN office") == 1
    order = re.findall(r"::(test_\w+)", result.stdout.str())
    assert order[-1] == "test_after", "tests of other functions stay where they are"


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["serial", "xdist"])
def test_x_stops_asking_soon_after_the_failure(project: Project, workers: tuple[str, ...]) -> None:
    project.write("words.ftbench.yaml", facts(400))

    def wrong_at_the_third(asked: Asked) -> Reply:
        from loopback import chat_completion

        return Reply(chat_completion("no idea" if number(asked) == 3 else right(asked)), delay_s=0.02)

    with LoopbackServer(wrong_at_the_third) as server:
        result = project.run(model(server), "--ftbench-concurrency=2", "-x", *workers)
        assert result.ret in (1, 2)
        result.stdout.fnmatch_lines(["*stopping after 1 failures*"])
        assert len(server.requests) < 300
        kept = len(server.requests)
        project.run(model(server), "--ftbench-cache=replay", *workers)
        replayed = [line for line in project.lines("result") if line["status"] == "graded"]
        assert len(replayed) == kept, "what was in flight is kept"


def test_two_sessions_started_together_send_each_question_once(project: Project) -> None:
    for name in ("one", "two"):
        project.write(f"{name}/words.ftbench.yaml", facts(120))
        project.write(f"{name}/pytest.ini", "[pytest]")
    with LoopbackServer(right, delay_s=0.05) as server, ThreadPoolExecutor() as pool:
        command = [sys.executable, "-m", "pytest", "-q", model(server)]
        sessions = [
            pool.submit(
                subprocess.run,
                command,
                cwd=project.path / name,
                capture_output=True,
                text=True,
                timeout=LONG_S,
                check=True,
            )
            for name in ("one", "two")
        ]
        for session in sessions:
            assert "120 passed" in session.result().stdout
    assert len(server.requests) == 120
    assert len({asked.question for asked in server.requests}) == 120


def test_errors_that_pass_leave_no_trace(any_project: Project) -> None:
    any_project.write("words.ftbench.yaml", facts(12))
    seen: set[int] = set()

    def fail_at_first(asked: Asked) -> Reply | str:
        n = number(asked)
        if n in seen or n % 3 == 0:
            return right(asked)
        seen.add(n)
        hints = {"retry-after-ms": "1"}
        if n % 3 == 1:
            return Reply({"error": {"message": "slow down"}}, status=429 if n % 2 else 503, headers=hints)
        return Reply(is_dropped=True)

    with LoopbackServer(fail_at_first) as server:
        any_project.run(model(server)).assert_outcomes(passed=12)
        assert len(server.requests) == 20
    assert {line["status"] for line in any_project.lines("result")} == {"graded"}


def test_wrong_key_is_one_line_and_one_request(any_project: Project) -> None:
    any_project.write("words.ftbench.yaml", facts(50, "accuracy >= 0.5"))
    refusal = Reply({"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}, status=401)
    with LoopbackServer(refusal) as server:
        result = any_project.run(model(server))
        assert len(server.requests) == 1
    result.stdout.fnmatch_lines(
        [
            "ftbench: 49 questions not asked: m was given up. HTTP 401: invalid_api_key: *",
            "*= 1 failed, 1 error, 49 not asked in *",
        ]
    )
    assert result.ret == 1
    assert result.stdout.str().count("ERROR at setup") == 1


def test_what_was_left_out_is_what_lf_runs(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(5))
    replies: dict[str, Reply | None] = {"now": Reply({"error": {"message": "no"}}, status=401)}
    with LoopbackServer(lambda asked: replies["now"] or right(asked)) as server:
        project.run(model(server))
        replies["now"] = None
        project.run(model(server), "--lf").assert_outcomes(passed=5)


CURTAILED = [
    ("accuracy >= 0.5", right, 0),
    ("accuracy >= 0.5", lambda _: "no idea", 1),
    ("accuracy <= 0.5", right, 1),
]


@pytest.mark.parametrize(
    ("gate", "answer", "code", "workers"),
    [(*each, ()) for each in CURTAILED] + [(*CURTAILED[0], ("-n", "2"))],
    ids=["pass", "fail", "upper bound", "pass in workers"],
)
def test_curtailed_session_asks_less_and_ends_alike(
    project: Project, gate: str, answer: Callable[[Asked], str], code: int, workers: tuple[str, ...]
) -> None:
    any_project = replace(project, workers=workers)
    any_project.write("words.ftbench.yaml", facts(60, gate))
    outcomes = []
    for options in ((), ("--ftbench-curtail",)):
        with LoopbackServer(answer, delay_s=0.02) as server:
            result = any_project.run(model(server), "--ftbench-concurrency=2", "--ftbench-cache=off", *options)
            outcomes.append((result.ret, any_project.lines("gate")[0]["outcome"], len(server.requests)))
    (full_code, full, everything), (early_code, early, some) = outcomes
    assert (full_code, early_code) == (code, code)
    assert full == early
    assert everything == 60
    assert some < 60
    result.stdout.fnmatch_lines(["*verdict certain; * of 60 asked*"])
    (gate_line,) = any_project.lines("gate")
    assert gate_line["value"] is None
    assert "stopped early: verdict certain" in gate_line["reason"]
    assert len(any_project.lines("result")) < 60


def test_curtailment_spares_no_case_outside_the_gates(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(30, "accuracy >= 0.2"))
    project.write("free.ftbench.yaml", facts(40).replace("id: f", "id: g"))
    with LoopbackServer(right) as server:
        result = project.run(
            model(server), "--ftbench-curtail", "--ftbench-concurrency=1", "words.ftbench.yaml", "free.ftbench.yaml"
        )
    names = [line["fact"] for line in project.lines("result")]
    assert len([name for name in names if name.startswith("g")]) == 40
    assert result.ret == 0


def test_curtailment_is_off_where_a_hook_wants_all_results(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(20, "accuracy >= 0.2"))
    project.write("conftest.py", "def pytest_ftbench_gate(gate, results):\n    assert len(results) == 20\n")
    with LoopbackServer(right) as server:
        result = project.run(model(server), "--ftbench-curtail", "--ftbench-concurrency=1")
    result.assert_outcomes(passed=21)
    result.stdout.fnmatch_lines(["ftbench: --ftbench-curtail does nothing, since *"])


def test_plan_says_what_would_be_asked_and_asks_nothing(any_project: Project) -> None:
    any_project.write("words.ftbench.yaml", facts(10, "accuracy >= 0.9"))
    with LoopbackServer(right) as server:
        any_project.run(model(server), "-k", "f001 or f002 or f003")
        asked = len(server.requests)
        priced = model(server, price_in=1000, price_out=1000)
        result = any_project.run(priced, "--ftbench-plan")
        assert len(server.requests) == asked == 3
    result.stdout.fnmatch_lines(["*= ftbench plan =*", "m *10*3*7*$*"])
    assert result.ret == 0


def test_plan_without_a_price_says_so(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(3))
    with LoopbackServer(right) as server:
        result = project.run(model(server), "--ftbench-plan")
    result.stdout.fnmatch_lines(["m *unknown*", "*price_in*"])
    assert result.ret == 0


def test_budget_leaves_out_what_it_has_no_room_for_and_is_never_green(any_project: Project) -> None:
    any_project.write("words.ftbench.yaml", facts(20, "accuracy >= 0.1"))
    with LoopbackServer(right) as server:  # each answer has 3 tokens, at a dollar each, and is taken for 50 at first
        options = ("--ftbench-budget=60", "--ftbench-concurrency=1")
        result = any_project.run(model(server, price_in=0, price_out=1_000_000), *options)
        assert len(server.requests) == 20
        any_project.write("more.ftbench.yaml", facts(40).replace("words?", "figures?").replace("id: f", "id: g"))
        result = any_project.run(model(server, price_in=0, price_out=1_000_000), *options)
        assert len(server.requests) == 40
    result.stdout.fnmatch_lines(
        ["ftbench: 20 questions not asked: this session's budget of $60.00 is spent (--ftbench-budget)"]
    )
    assert result.ret == 1
    assert any_project.lines("end")[0]["cost_usd"] == pytest.approx(60.0)
    assert len([line for line in any_project.lines("result") if line["status"] == "error"]) == 20


def test_budget_needs_a_price(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(2))
    with LoopbackServer(right) as server:
        result = project.run(model(server), "--ftbench-budget=1")
        assert server.requests == []
    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: --ftbench-budget: the price of m is unknown, *price_in and price_out*"])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_killed_session_goes_on_where_it_was(project: Project) -> None:
    project.write("words.ftbench.yaml", facts(100))
    with LoopbackServer(right, delay_s=0.02) as server:
        command = [sys.executable, "-m", "pytest", "-q", model(server), "--ftbench-concurrency=4"]
        lost = 0
        for wanted in (20, 50, 80):
            process = subprocess.Popen(command, cwd=project.path, stdout=subprocess.DEVNULL)
            # A request of a killed session may have lost its body on the way.
            assert wait_until(lambda wanted=wanted: len({str(asked.body) for asked in server.requests}) >= wanted)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(timeout=LONG_S)
            lost += 5  # four in flight, and one that has arrived and is being stored
        project.run(model(server)).assert_outcomes(passed=100)
        assert 100 <= len(server.requests) <= 100 + lost


def test_progress_goes_into_a_log_in_plain_lines(any_project: Project) -> None:
    any_project.write("words.ftbench.yaml", facts(32))
    any_project.write(
        "conftest.py", "from pytest_ftbench.reports import progress\nprogress.QUIET_S = progress.PACE_S = 0.1\n"
    )
    with LoopbackServer(right, delay_s=0.1) as server:
        result = any_project.run(model(server), "--ftbench-concurrency=4")
        result.assert_outcomes(passed=32)
        result.stdout.fnmatch_lines(["ftbench: */32 answers (* %)*"])
        quiet = any_project.run(model(server), "-q", "-q", "--ftbench-cache=off", "--ftbench-concurrency=16")
    quiet.stdout.no_fnmatch_line("ftbench: */32*")
