"""What a run cannot be quicker than: the SDK asking the same questions, and pytest running as many tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from processes import Finished
from workspace import LIMIT_S, Workspace

THREADS = 100
_CLIENT = Path(__file__).with_name("sdk_client.py")


@dataclass(frozen=True)
class SdkFloor:
    """A fresh process that imports openai and asks each question once."""

    wall_s: float
    import_s: float
    """How much of it was the import."""

    def __str__(self) -> str:
        return f"SDK client in {THREADS} threads {self.wall_s:.2f} s, {self.import_s:.2f} of them its import"


def ask_with_sdk(space: Workspace, base_url: str, questions: int) -> SdkFloor:
    """Ask that many questions with the SDK's blocking client."""
    with space.start([str(_CLIENT), base_url, str(questions), str(THREADS)]) as child:
        finished = child.wait(LIMIT_S).expect()
    return SdkFloor(finished.wall_s, float(finished.output.splitlines()[0]))


def run_bare(space: Workspace, tests: int) -> Finished:
    """Run pytest without the plugin, on one test with that many parameters."""
    return space.pytest(space.suite("parametrized", tests)).expect()
