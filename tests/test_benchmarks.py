"""The benchmarks' server does as it is told, and a missed bound shows."""

from __future__ import annotations

import http.client
import importlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
MODULES = sorted(path.stem for path in BENCHMARKS.glob("*.py"))


@pytest.fixture(scope="module")
def benchmarks() -> Iterator[Any]:
    """The modules of the benchmarks by name, importable in this file only: their names are plain ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})
        for name in MODULES:
            sys.modules.pop(name)


class Client:
    """One keep-alive connection to a server of the benchmarks."""

    def __init__(self, base_url: str) -> None:
        self._connection = http.client.HTTPConnection(base_url.split("/")[2], timeout=30)

    def post(self, question: str, *, model: str = "m") -> tuple[int, Any, http.client.HTTPMessage]:
        body = json.dumps({"model": model, "messages": [{"role": "user", "content": question}]})
        self._connection.request("POST", "/v1/chat/completions", body)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read()), response.headers

    def outcome(self, question: str) -> int | str:
        """The status, or how the server hung up."""
        try:
            return self.post(question)[0]
        except http.client.RemoteDisconnected:
            self._connection.close()
            return "no reply"
        except http.client.IncompleteRead:
            self._connection.close()
            return "half a body"

    def close(self) -> None:
        self._connection.close()


def ask_all(server: Any, questions: int, *, times: int = 1) -> list[int | str]:
    client = Client(server.base_url)
    try:
        return [client.outcome(f"Thing {number}?") for number in range(questions) for _ in range(times)]
    finally:
        client.close()


def await_stats(server: Any, **wanted: int) -> Any:
    """The statistics, once they have these values; fails if that is not soon."""
    deadline_s = time.monotonic() + 30
    while True:
        stats = server.stats()
        if {name: getattr(stats, name) for name in wanted} == wanted:
            return stats
        assert time.monotonic() < deadline_s, stats


def test_server_answers_the_last_number_and_counts_until_it_is_reset(benchmarks: Any) -> None:
    with benchmarks.server.running() as server:
        client = Client(server.base_url)
        for _ in range(2):
            status, body, _ = client.post("Of 3 things, what is the number of thing 17?", model="tuned")
        client.post("No number?")
        client.close()
        stats = server.stats()
        server.reset()
        emptied = server.stats()
    assert (status, body["model"], body["choices"][0]["message"]["content"]) == (200, "tuned", "17 units")
    assert body["usage"]["total_tokens"] == body["usage"]["prompt_tokens"] + body["usage"]["completion_tokens"] > 0
    assert (stats.requests, stats.answered, stats.distinct, stats.most_answers) == (3, 3, 2, 2)
    assert (stats.in_flight, stats.most_in_flight) == (0, 1)
    assert (emptied.requests, emptied.distinct, emptied.most_answers) == (0, 0, 0)


def test_server_holds_many_questions_at_once_and_notes_clients_that_leave(benchmarks: Any) -> None:
    with benchmarks.server.running(latency_s=60) as server:
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Thing 1?"}]})
        connections = [http.client.HTTPConnection(server.base_url.split("/")[2]) for _ in range(100)]
        for connection in connections:
            connection.request("POST", "/v1/chat/completions", body)
        waiting = await_stats(server, requests=100)
        for connection in connections:
            connection.close()
        left = await_stats(server, in_flight=0)
    assert (waiting.in_flight, waiting.most_in_flight, waiting.distinct) == (100, 100, 1)
    assert (left.abandoned, left.answered) == (100, 0)


def test_broken_model_fails_on_each_call(benchmarks: Any) -> None:
    with benchmarks.server.running() as server:
        client = Client(server.base_url)
        statuses = [client.post("Thing 1?", model="broken")[0] for _ in range(3)]
        client.close()
        assert statuses == [500, 500, 500]
        assert (server.stats().failed, server.stats().answered) == (3, 0)


def test_server_over_its_limit_refuses_at_once_and_says_when_to_come_back(benchmarks: Any) -> None:
    with benchmarks.server.running(rate=0.01, limit="bucket", burst=2) as server:
        client = Client(server.base_url)
        replies = [client.post("Thing 1?") for _ in range(3)]
        client.close()
        stats = server.stats()
    assert [status for status, _, _ in replies] == [200, 200, 429]
    assert replies[2][2]["Retry-After"] in ("99", "100")
    assert (stats.requests, stats.answered, stats.refused) == (3, 2, 1)


def test_retry_after_can_be_a_fraction(benchmarks: Any) -> None:
    with benchmarks.server.running(rate=0.01, limit="bucket", burst=1, is_retry_after_exact=True) as server:
        client = Client(server.base_url)
        client.post("Thing 1?")
        headers = client.post("Thing 1?")[2]
        client.close()
    whole, _, fraction = headers["Retry-After"].partition(".")
    assert whole.isdecimal()
    assert len(fraction) == 3


def test_window_grants_its_rate_in_each_second_from_the_first_request(benchmarks: Any) -> None:
    window = benchmarks.behaviour.Window(2)
    assert [window.wait_s(at_s) for at_s in (7.5, 7.75, 8.0, 8.5, 8.5, 9.25, 11.5)] == [0, 0, 0.5, 0, 0, 0.25, 0]


def test_bucket_refills_at_its_rate_up_to_its_size(benchmarks: Any) -> None:
    bucket = benchmarks.behaviour.Bucket(4, 2)
    assert [bucket.wait_s(at_s) for at_s in (1.0, 1.0, 1.0, 1.25, 1.25)] == [0, 0, 0.25, 0, 0.25]
    assert [bucket.wait_s(9.0) for _ in range(3)] == [0, 0, 0.25]


@pytest.mark.parametrize(
    ("told", "granted"),
    [
        ({"rate": 50.0}, 50),
        ({"rate": 50.0, "limit": "bucket"}, 50),
        ({"rate": 50.0, "limit": "bucket", "burst": 10}, 10),
        ({}, 0),
    ],
)
def test_server_that_has_rested_grants_this_many_at_once(benchmarks: Any, told: dict[str, Any], granted: int) -> None:
    assert benchmarks.behaviour.Behaviour(**told).granted_at_once == granted


def test_faults_are_the_same_in_each_run_and_a_retry_is_enough(benchmarks: Any) -> None:
    with benchmarks.server.running(fail_share=0.2, drop_share=0.2, seed=3) as server:
        first = ask_all(server, 60, times=2)
        stats = server.stats()
        server.reset()
        again = ask_all(server, 60, times=2)
    assert first == again
    assert set(first[::2]) == {200, 500, "no reply", "half a body"}
    assert set(first[1::2]) == {200}
    assert (stats.failed, stats.dropped) == (first.count(500), first.count("no reply") + first.count("half a body"))
    assert stats.answered == first.count(200) == 120 - stats.failed - stats.dropped


def test_faults_have_the_share_they_were_given(benchmarks: Any) -> None:
    behaviour = benchmarks.behaviour.Behaviour(fail_share=0.05, drop_share=0.02)
    fates = [behaviour.fate("m", f"Thing {number}?", 1) for number in range(10_000)]
    # 10,000 draws of 0.05 and of 0.01: means 500 and 100, standard deviations 22 and 10.
    assert 400 < fates.count("fail") < 600
    assert 50 < fates.count("drop at once") < 150
    assert 50 < fates.count("drop half way") < 150


def test_faults_change_with_the_seed_but_not_with_what_came_before(benchmarks: Any) -> None:
    one, other = (benchmarks.behaviour.Behaviour(fail_share=0.5, seed=seed) for seed in (1, 2))
    forwards = [one.fate("m", f"Thing {number}?", 1) for number in range(100)]
    backwards = [one.fate("m", f"Thing {number}?", 1) for number in reversed(range(100))]
    assert forwards == backwards[::-1]
    assert forwards != [other.fate("m", f"Thing {number}?", 1) for number in range(100)]


def test_shares_above_one_are_refused(benchmarks: Any) -> None:
    with pytest.raises(ValueError, match="at most 1 together"):
        benchmarks.behaviour.Behaviour(fail_share=0.6, drop_share=0.6)


def run_table(benchmarks: Any, capsys: pytest.CaptureFixture[str], *rows: Any) -> tuple[int, list[str]]:
    """The exit code and the lines of a table of one scenario, without the header."""
    code = benchmarks.engine.main(["some"], scenarios={"some": lambda _space: iter(rows)})
    return code, capsys.readouterr().out.splitlines()[1:]


def test_figure_within_its_bound_is_ok(benchmarks: Any, capsys: pytest.CaptureFixture[str]) -> None:
    row = benchmarks.table.Row("some", 1.2, 1.2, "bare pytest 0.50 s")
    line = "some                      1.200 x      1.20 x  ok      [bare pytest 0.50 s]"
    assert run_table(benchmarks, capsys, row) == (0, [line])


def test_missed_bound_is_marked_and_exits_1(benchmarks: Any, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = (benchmarks.table.Row("some", figure, 1.2, "bare pytest 0.50 s") for figure in (1.0, 1.3))
    code, lines = run_table(benchmarks, capsys, bad, good)
    assert code == 1
    assert [line.split()[5] for line in lines] == ["MISSED", "ok"]


def test_fault_misses_whatever_the_figure_says(benchmarks: Any, capsys: pytest.CaptureFixture[str]) -> None:
    row = benchmarks.table.Row("some", 1.0, 1.2, "floor", faults=("the server saw 3 questions, expected 2",))
    code, lines = run_table(benchmarks, capsys, row)
    assert (code, lines[0].split()[5], lines[1]) == (1, "MISSED", "    the server saw 3 questions, expected 2")


def test_scenario_whose_run_fails_is_a_missed_row(benchmarks: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(_space: Any) -> Iterator[Any]:
        raise benchmarks.processes.RunFailed("exit code 3, expected 0: python")
        yield

    assert benchmarks.engine.main(["some"], scenarios={"some": fails}) == 1
    assert capsys.readouterr().out.splitlines()[2] == "    exit code 3, expected 0: python"


def test_unknown_scenario_is_named_with_those_that_exist(benchmarks: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        benchmarks.engine.main(["cold", "tepid"])
    assert ended.value.code == 2
    assert "no such scenario: tepid. There are cold, workers, together, warm," in capsys.readouterr().err


def test_middle_row_has_the_median_figure_and_the_faults_of_all(benchmarks: Any) -> None:
    figures = [(3.0, ("late",)), (1.0, ()), (2.0, ("lost",))]
    rows = [benchmarks.table.Row("some", figure, 5.0, f"floor {figure}", faults=faults) for figure, faults in figures]
    found = benchmarks.table.middle(rows)
    assert (found.figure, found.floor, found.faults) == (2.0, "floor 2.0", ("late", "lost"))


def test_run_that_takes_too_long_is_killed(benchmarks: Any) -> None:
    with benchmarks.workspace.workspace(benchmarks.workspace.QUICK) as space:
        with (
            space.start(["-c", "import time; time.sleep(60)"]) as child,
            pytest.raises(benchmarks.processes.RunFailed, match=r"killed, not done within 0\.01 s"),
        ):
            child.wait(0.01)
        assert not child.is_running()


@pytest.mark.parametrize("name", MODULES)
def test_benchmark_files_stay_short(name: str) -> None:
    assert len((BENCHMARKS / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= 300
