"""Questions that follow from answers, among the processes of one run: asked once, and waited for by all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from engine_kit import Fake, Store, ask, make

from pytest_ftbench.engine import Engine
from pytest_ftbench.exchange import ANSWERS, Exchange, last_counts
from pytest_ftbench.follow_ups import FollowUps
from pytest_ftbench.records import Completion, Question

ROOT = Path(__file__).parent.parent
LONG_S = 60
PROCESS = """
import json, os, signal, sys, time
from pathlib import Path
from pytest_ftbench.engine import Engine
from pytest_ftbench.exchange import Exchange
from pytest_ftbench.prompts import build_prompt
from pytest_ftbench.records import Completion, Question

folder, dies_at = Path(sys.argv[1]), sys.argv[2]

class Logged:
    is_local, sampling = False, {}
    identity = {"provider": "fake", "base_url": None, "model": "m", "revision": None}
    def complete(self, prompt, *, sample=1):
        text = prompt.user_text
        with (folder / "asked.log").open("a") as log:
            log.write(text + "\\n")
        if text == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.02)
        return Completion(f"{text} answered by {os.getpid()}")
    def close(self): pass

def no_store(): raise AssertionError("mode off needs none")

def ask(text): return Question("e", build_prompt(text))

def follow(key, completion):
    number = completion.text.split()[0]
    return [ask(f"{number}-first"), ask(f"{number}-second")] if number.isdecimal() and int(number) % 2 else []

print("ready", flush=True)
sys.stdin.readline()
engine = Engine({"e": Logged()}, open_store=no_store, mode="off", concurrency=1 if dies_at else 4)
exchange = Exchange(engine, folder)
exchange.start([ask(str(number)) for number in range(20)], follow=follow)
found = []
for number in range(20):
    answer = exchange.complete(ask(str(number)))
    found += [answer.text] + [exchange.complete(question).text for question in follow("", answer)]
exchange.finish()
print(json.dumps(found))
"""
EXPECTED = sorted(
    [str(n) for n in range(20)] + [f"{n}-{which}" for n in range(1, 20, 2) for which in ("first", "second")]
)


def run(folder: Path, *dies_at: str) -> list[Any]:
    """What some processes of one run know at their end; None for one that was killed."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", PROCESS, str(folder), text],
                    env={**os.environ, "PYTHONPATH": str(ROOT)},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for text in dies_at
        ]
        for process in started:
            stack.callback(process.kill)
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        outs = [process.communicate(timeout=LONG_S)[0] for process in started]
        return [json.loads(out) if out else None for out in outs]


def doubt(_key: str, answer: Completion) -> list[Question]:
    """Nothing follows from the answer to a doubt."""
    return [] if answer.text.endswith("?") else [ask(f"{answer.text}?")]


def asked(folder: Path) -> list[str]:
    return (folder / "asked.log").read_text().split()


def test_what_follows_is_asked_once_and_by_the_process_that_asks_the_plan(tmp_path: Path) -> None:
    first, *others = run(tmp_path, "", "", "")
    assert sorted(asked(tmp_path)) == EXPECTED
    assert all(known == first for known in others)
    assert len({text.partition(" by ")[2] for text in first}) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.parametrize("dies_at", ["7-first", "19-second"])
def test_what_a_killed_process_had_promised_is_asked_by_the_next(tmp_path: Path, dies_at: str) -> None:
    assert run(tmp_path, dies_at) == [None]
    before = asked(tmp_path)
    first, second = run(tmp_path, "", "")
    assert first == second
    assert before[-1] == dies_at
    again = [text for text in set(before) if asked(tmp_path).count(text) > 1]
    assert set(asked(tmp_path)) == set(EXPECTED)
    assert dies_at in again, "it was in flight"
    assert len(again) <= 2, "all but what was in flight had been written down"


def test_promise_of_a_process_that_is_gone_is_waited_for_by_nobody_once_the_run_is_told_to_stop(tmp_path: Path) -> None:
    engine = make(Fake(), mode="off")
    promised = engine.key(ask("promised"))
    (tmp_path / ANSWERS).write_text(json.dumps([promised, None]) + "\n")
    exchange = Exchange(engine, tmp_path)
    exchange.start([ask("a")], follow=lambda *_: [])
    assert exchange.complete(ask("a")).text == "A"
    exchange.finish()
    assert exchange.complete(ask("promised")).text == "PROMISED"


def test_promise_of_a_process_killed_before_it_wrote_the_answer_is_kept_for_all_by_the_next(tmp_path: Path) -> None:
    """The promise stands in the file, the answer that it follows from does not: both are asked here, for everybody."""
    fake = Fake()
    engine = make(fake, mode="off")
    promised = engine.key(ask("A?"))
    (tmp_path / ANSWERS).write_text(json.dumps([promised, None]) + "\n")
    exchange = Exchange(engine, tmp_path)
    exchange.start([ask("a")], follow=doubt)
    assert [exchange.complete(ask(text)).text for text in ("a", "A?")] == ["A", "A?"]
    exchange.finish()
    assert sorted(fake.asked) == ["A?#1", "a#1"]
    written = [json.loads(line) for line in (tmp_path / ANSWERS).read_text().splitlines() if line]
    assert [line[1] and line[1]["text"] for line in written if line[0] == promised] == [None, "A?"]


def test_interrupted_workers_leave_judges_answers_counted_apart(tmp_path: Path) -> None:
    engine = Engine({"e": Fake(), "j": Fake()}, open_store=Store, mode="off", judges=["j"])

    def follow(_key: str, answer: Completion) -> list[Question]:
        return [ask("b"), ask(answer.text, "j")] if answer.text == "A" else []  # a further turn, and a judge's question

    exchange = Exchange(engine, tmp_path)
    exchange.start([ask("a")], follow=follow)
    assert exchange.complete(ask("a")).text == "A"
    exchange.finish()
    counts = last_counts(tmp_path)
    assert (counts["calls"], counts["judge_calls"]) == (2, 1)


def test_follow_ups_are_begun_together_and_at_the_latest_when_one_is_needed() -> None:
    engine = make(Fake(), mode="off")
    begun: list[list[str]] = []
    real = engine.begin

    def begin(wanted: Any, on_answer: Any = lambda *_: None) -> None:
        begun.append([question.prompt.user_text for question in wanted.values()])
        real(wanted, on_answer)

    engine.begin = begin  # type: ignore[method-assign]

    def follow(_key: str, completion: Completion) -> list[Question]:
        return [] if completion.latency_s else [ask(completion.text)]

    follow_ups = FollowUps(engine, follow)
    for number in range(20):
        follow_ups.take("", Completion(str(number)))
    assert begun[0] == ["0"], "nobody waits for company at first"
    follow_ups.flush()
    assert sorted(text for texts in begun for text in texts) == sorted(map(str, range(20)))
    assert len(begun) < 20
    assert engine.complete(ask("19")).text == "19"


def test_flush_returns_only_when_what_another_thread_took_has_begun() -> None:
    """Who closes the file of answers after a flush must know that nobody is still about to write into it."""
    engine = make(Fake(), mode="off")
    order: list[str] = []

    def flush() -> None:
        follow_ups.flush()
        order.append("flushed")

    other = threading.Thread(target=flush)

    def begin(_wanted: Any, _on_answer: Any) -> None:
        other.start()
        other.join(0.2)  # for nothing: it waits for us
        order.append("begun")

    engine.begin = begin  # type: ignore[method-assign]
    follow_ups = FollowUps(engine, lambda _, answer: [ask("b")] if answer.text == "a" else [])
    follow_ups.take("", Completion("a"))
    other.join(LONG_S)
    assert order == ["begun", "flushed"]


def test_what_another_thread_is_just_beginning_is_waited_for() -> None:
    """Else the promise would be given up while the question is sent, and asked again by all who wait for it."""
    is_sent = threading.Event()
    fake = Fake(answer=lambda text: Completion(text) if is_sent.wait(LONG_S) else Completion(""))
    engine: Any = make(fake, mode="off")
    real, is_inside, may_go_on = engine.begin, threading.Event(), threading.Event()

    def begin(*args: Any) -> None:
        is_inside.set()
        may_go_on.wait(LONG_S)
        real(*args)

    engine.begin = begin
    follow_ups = FollowUps(engine, lambda key, _: [ask("b")] if key == "of a" else [])
    taking = threading.Thread(target=follow_ups.take, args=("of a", Completion("a")))
    taking.start()
    assert is_inside.wait(LONG_S)
    threading.Timer(0.1, may_go_on.set).start()
    assert follow_ups.are_coming(within_s=0.01)
    is_sent.set()
    taking.join(LONG_S)
    while follow_ups.are_coming(within_s=1):
        pass
    assert engine.complete(ask("b")).text == "b"
    assert fake.asked == ["b#1"]


def test_process_that_comes_late_to_the_asking_asks_nothing_that_was_not_promised(tmp_path: Path) -> None:
    """What a test of another process asks by itself is written down elsewhere."""
    first = make(Fake(), mode="off")
    exchange = Exchange(first, tmp_path)
    exchange.start([ask("a")])
    assert exchange.complete(ask("a")).text == "A"
    exchange.finish()
    late = Fake()
    other = Exchange(make(late, mode="off"), tmp_path)
    other.start([ask("a"), ask("b")], follow=doubt)
    assert [other.complete(ask(text)).text for text in ("a", "b", "B?")] == ["A", "B", "B?"]
    other.finish()
    assert sorted(late.asked) == ["B?#1", "b#1"]


def chain(_key: str, answer: Completion) -> list[Question]:
    """Each answer gives rise to another question, five times."""
    return [ask(f"{answer.text}+")] if answer.text.count("+") < 5 else []


CHAIN = [f"A{'+' * number}" for number in range(1, 6)]


def test_what_follows_from_what_follows_is_asked_once_and_written_down_before_the_asking_ends(tmp_path: Path) -> None:
    fake = Fake()
    exchange = Exchange(make(fake, mode="off"), tmp_path)
    exchange.start([ask("a")], follow=chain)
    assert exchange.complete(ask("a")).text == "A"
    exchange.finish()
    assert fake.asked == [f"{text}#1" for text in ["a", *CHAIN]]
    other = Fake()
    late = Exchange(make(other, mode="off"), tmp_path)
    late.start([ask("a")], follow=chain)
    assert [late.complete(ask(text)).text for text in CHAIN] == CHAIN
    assert other.asked == []


def test_chain_that_a_process_left_unfinished_is_asked_to_its_end_by_the_next(tmp_path: Path) -> None:
    fake = Fake()
    engine = make(fake, mode="off")
    known = [("a", "A"), ("A+", "A+"), ("A++", "A++")]
    lines = [[engine.key(ask(text)), {"text": answer}] for text, answer in known]
    promised = [engine.key(ask("A+++")), None]
    (tmp_path / ANSWERS).write_text("".join(json.dumps(line) + "\n" for line in [promised, *lines]))
    exchange = Exchange(engine, tmp_path)
    exchange.start([ask("a")], follow=chain)
    assert exchange.complete(ask("a")).text == "A"
    exchange.finish()
    assert fake.asked == ["A+++#1", "A++++#1", "A+++++#1"]


def test_what_is_promised_is_begun_though_nobody_flushes() -> None:
    """Who began to wait just before the promise had nothing to flush."""
    fake = Fake()
    engine = make(fake, mode="off")
    follow_ups = FollowUps(engine, lambda _, answer: [ask(answer.text)] if answer.latency_s is None else [])
    for text in ("first", "second"):  # the first goes at once
        follow_ups.take("", Completion(text))
    assert engine.complete(ask("second")).text == "SECOND"
