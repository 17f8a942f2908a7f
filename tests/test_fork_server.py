"""Forked sessions: what tests of the plugin take for granted of the processes that they run."""

from __future__ import annotations

import os
import signal

import pytest
from conftest import Project
from fork_kit import CAN_FORK

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="sessions are new processes here")

TELL = """
import os, sys

def test_tell():
    with open("told", "w") as file:
        print(os.environ["MINE"], os.getcwd(), os.path.basename(sys.argv[0]), os.getpid(), file=file)
    os.environ["MINE"] = "theirs"
    sys.modules["json"] = None
"""


def test_session_has_the_environment_and_folder_of_its_test_and_shares_nothing_with_the_next(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("test_tell.py", TELL)
    told = []
    for value in ("a", "b"):
        monkeypatch.setenv("MINE", value)
        assert project.run().ret == 0
        told.append((project.path / "told").read_text().split())
    assert [each[:3] for each in told] == [[value, str(project.path), "__main__.py"] for value in ("a", "b")]
    assert len({os.getpid(), *(int(each[3]) for each in told)}) == 3


def test_exit_code_is_that_of_the_session_or_the_signal_that_ended_it(project: Project) -> None:
    project.write("test_one.py", "def test_one(): assert 0")
    assert project.run().ret == 1
    project.write("conftest.py", "import os\ndef pytest_collection_finish(): os.kill(os.getpid(), 9)")
    assert project.run().ret == -signal.SIGKILL


def test_session_is_forked_only_where_no_variable_of_the_interpreter_has_changed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("test_one.py", "import sys\ndef test_one(): open('has', 'w').write(str('openai' in sys.modules))")
    has = project.path / "has"
    assert (project.run().ret, has.read_text()) == (0, "True")
    assert (project.run("-n", "1").ret, has.read_text()) == (0, "True")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    assert (project.run().ret, has.read_text()) == (0, "False")
