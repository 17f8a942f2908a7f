"""Clients that are made while pytest names the test that runs in the environment."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import LoopbackServer

from pytest_ftbench.prompts import build_prompt
from pytest_ftbench.providers import PROVIDERS, open_provider
from pytest_ftbench.providers.environment import read_undisturbed
from pytest_ftbench.specs import parse_spec


@pytest.fixture
def _restless_environment() -> Iterator[None]:
    """Variables that come and go all the time, in another thread."""
    is_over = threading.Event()

    def change() -> None:
        while not is_over.is_set():
            for number in range(50):
                os.environ[f"FTBENCH_RESTLESS_{number}"] = "x"
            for number in range(50):
                del os.environ[f"FTBENCH_RESTLESS_{number}"]

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    thread = threading.Thread(target=change)
    thread.start()
    yield
    is_over.set()
    thread.join()
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("_restless_environment")
def test_first_question_is_answered_while_the_environment_changes() -> None:
    with LoopbackServer("yes") as server:
        for _ in range(3):
            spec = parse_spec(
                f"openai:m?base_url={server.base_url}", models={}, folder=Path(), known_providers=PROVIDERS
            )
            provider = open_provider(spec)
            try:
                assert provider.complete(build_prompt("Q?")).text == "yes"
            finally:
                provider.close()


def test_variable_that_is_never_there_is_an_error_all_the_same() -> None:
    with pytest.raises(KeyError, match="missing"):
        read_undisturbed(lambda: {}["missing"])
