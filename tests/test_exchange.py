"""How the processes of one run share answers: real processes, one folder, and a log of what each of them asked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pytest_ftbench.engine import Engine
from pytest_ftbench.exchange import ANSWERS, Exchange
from pytest_ftbench.prompts import build_prompt
from pytest_ftbench.records import Completion, Question

ROOT = Path(__file__).parent.parent
LONG_S = 60
PROCESS = """
import json, os, signal, sys
from pathlib import Path
from pytest_ftbench.engine import Engine
from pytest_ftbench.exchange import Exchange
from pytest_ftbench.prompts import build_prompt
from pytest_ftbench.records import Completion, Question

folder, count, dies_at = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

class Logged:
    is_local, sampling = False, {}
    identity = {"provider": "fake", "base_url": None, "model": "m", "revision": None}
    def complete(self, prompt, *, sample=1):
        text = prompt.user_text
        with (folder / "asked.log").open("a") as log:
            log.write(text + "\\n")
        if int(text) == dies_at:
            while (folder / "answers.jsonl").read_bytes().count(b"\\n") < dies_at:
                pass  # the answers before are being written down by another thread
            with (folder / "answers.jsonl").open("a") as answers:
                answers.write('["half a li')
            os.kill(os.getpid(), signal.SIGKILL)
        return Completion(error="HTTP 500") if int(text) % 5 == 4 else Completion(f"{text} from {os.getpid()}")
    def close(self): pass

def no_store(): raise AssertionError("mode off needs none")

print("ready", flush=True)
sys.stdin.readline()
engine = Engine({"e": Logged()}, open_store=no_store, mode="off", concurrency=1 if dies_at >= 0 else 4)
questions = [Question("e", build_prompt(str(number))) for number in range(count)]
exchange = Exchange(engine, folder)
exchange.start(questions)
answers = [exchange.complete(question) for question in questions]
exchange.finish()
print(json.dumps([[answer.text, answer.error] for answer in answers]))
"""


class Session:
    """Processes of one run, begun at the same moment."""

    def __init__(self, folder: Path, *, count: int) -> None:
        self.folder, self.count = folder, count

    def run(self, processes: int, *, dies_at: int = -1) -> list[list[Any] | None]:
        """What each process knows at its end; None for one that was killed."""
        arguments = [sys.executable, "-c", PROCESS, str(self.folder), str(self.count), str(dies_at)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with ExitStack() as stack:
            started = [
                stack.enter_context(
                    subprocess.Popen(
                        arguments, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                    )
                )
                for _ in range(processes)
            ]
            for process in started:
                stack.callback(process.kill)
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
            for process in started:
                assert process.stdin is not None
                process.stdin.write("\n")
                process.stdin.flush()
            return [self._end_of(process, is_killed=dies_at >= 0) for process in started]

    def _end_of(self, process: subprocess.Popen[str], *, is_killed: bool) -> list[Any] | None:
        out, _ = process.communicate(timeout=LONG_S)
        assert process.returncode == (-signal.SIGKILL if is_killed else 0)
        return json.loads(out) if out else None

    @property
    def asked(self) -> list[str]:
        return (self.folder / "asked.log").read_text().split()


def test_processes_send_each_question_once_and_know_the_same_answers_and_errors(tmp_path: Path) -> None:
    session = Session(tmp_path, count=25)
    first, *others = session.run(4)
    assert sorted(session.asked, key=int) == [str(number) for number in range(25)]
    assert all(known == first for known in others)
    assert first is not None
    assert [error for _, error in first] == ["HTTP 500" if number % 5 == 4 else None for number in range(25)]
    assert len({text.partition(" from ")[2] for text, error in first if not error}) == 1, "one process asks everything"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_killed_holder_is_followed_by_one_that_asks_only_what_is_missing(tmp_path: Path) -> None:
    session = Session(tmp_path, count=10)
    assert session.run(1, dies_at=6) == [None]
    answers, *others = session.run(3)
    # The question in flight at the kill is asked again, and no other.
    assert session.asked[:7] == ["0", "1", "2", "3", "4", "5", "6"]
    assert sorted(session.asked[7:]) == ["6", "7", "8", "9"]
    assert all(known == answers for known in others)


class Echo:
    is_local = False
    sampling: dict[str, float | int | None] = {}  # noqa: RUF012  # as short as a fake can be
    identity = {"provider": "fake"}  # noqa: RUF012  # as above

    def __init__(self) -> None:
        self.asked: list[str] = []

    def complete(self, prompt: Any, **_: int) -> Completion:
        self.asked.append(prompt.user_text)
        return Completion(prompt.user_text.upper(), latency_s=1.5, tokens_in=3)

    def close(self) -> None:
        """Nothing is held open."""


def share(folder: Path, *texts: str) -> Echo:
    provider = Echo()
    engine = Engine({"e": provider}, open_store=dict, mode="off")
    exchange = Exchange(engine, folder)
    exchange.start([Question("e", build_prompt(text)) for text in texts])
    answers = [exchange.complete(Question("e", build_prompt(text))).text for text in texts]
    exchange.finish()
    assert answers == [text.upper() for text in texts]
    return provider


def test_answer_written_after_half_a_line_is_not_lost_with_it(tmp_path: Path) -> None:
    share(tmp_path, "a")
    with (tmp_path / ANSWERS).open("a") as file:
        file.write('["0a4a6924", {"te')
    assert share(tmp_path, "a", "b").asked == ["b"]
    assert share(tmp_path, "a", "b").asked == []


def test_each_answer_is_a_line_that_holds_the_whole_completion(tmp_path: Path) -> None:
    share(tmp_path, "a\u2028\nb")
    ((key, fields),) = [json.loads(line) for line in (tmp_path / ANSWERS).read_text().split("\n") if line]
    assert len(key) == 64
    assert fields == {
        "text": "A\u2028\nB", "finish_reason": None, "served_model": None, "fingerprint": None,
        "deployment": None, "tokens_in": 3,
        "tokens_out": None, "latency_s": 1.5, "cached": False, "error": None,
        "pause_s": None, "is_left_out": False,
    }  # fmt: skip


def test_answers_of_more_questions_are_added(tmp_path: Path) -> None:
    assert share(tmp_path, "a").asked == ["a"]
    assert share(tmp_path, "a", "b").asked == ["b"]
    assert share(tmp_path, "b", "a").asked == []


def test_answers_file_that_cannot_be_written_is_an_error_and_nobody_waits(tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl").mkdir()  # as good as a disk that is full
    engine = Engine({"e": Echo()}, open_store=dict, mode="off")
    exchange = Exchange(engine, tmp_path)
    question = Question("e", build_prompt("a"))
    exchange.start([question])
    assert str(engine.complete(question).error).startswith("IsADirectoryError")
    exchange.finish(30.0)
