"""A fine-tuning service on 127.0.0.1: a provider that lists the checkpoints of its models, and a server behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conftest import Project
from loopback import Asked, LoopbackServer, Reply

STEPS = (30, 60, 90, 120)
FACTS = 20

CONFTEST = """
import json
import urllib.request

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers import PROVIDERS
from pytest_ftbench.providers.lifecycle import Checkpoint


class Tuned:
    option_keys = ("base_url",)

    def __init__(self, spec):
        self._model = spec.name
        self._provider = PROVIDERS["openai"](spec)

    def __getattr__(self, name):
        return getattr(self._provider, name)

    def list_checkpoints(self):
        try:
            with urllib.request.urlopen(f"{self.identity['base_url']}/trained/{self._model}", timeout=10) as answer:
                found = json.load(answer)
        except OSError as error:
            raise EndpointError(f"no checkpoints: {error}") from None
        return tuple(Checkpoint(**one) for one in found)


def pytest_ftbench_providers():
    return {"tuned": Tuned}
"""

Knows = Callable[[int, int], bool]
"""Whether the checkpoint of a step answers the question about a fact, by the fact's number."""


def serve(
    trained: Knows, reworded: Knows, *, steps: tuple[int, ...] = STEPS, broken: Mapping[int, int] | None = None
) -> LoopbackServer:
    """A service whose models are named `NAME:STEP`; those without a step answer as step 0.

    trained, reworded: what each checkpoint knows. broken: by step, from which fact on it answers with 400.
    """

    def answer(asked: Asked) -> str | Reply:
        if "/trained/" in asked.path:
            name = asked.path.rpartition("/")[2]
            listed = [{"step": step, "name": f"{name}:{step}", "epoch": number} for number, step in enumerate(steps, 1)]
            return Reply(listed)
        step = int(asked.body["model"].partition(":")[2] or 0)
        words = asked.question.rstrip("?").split()
        fact = int(words[-1])
        if fact >= (broken or {}).get(step, FACTS):
            return Reply({"error": {"message": "this one does not work"}}, status=400)
        knows = trained if words[0] == "Where" else reworded
        return f"wing {fact}" if knows(step, fact) else "I don't know."

    return LoopbackServer(answer)


def write_facts(project: Project, *gates: str, facts: int = FACTS) -> None:
    """A case file with two questions about each fact, and what the project needs to ask them of `tuned:` models."""
    project.write("conftest.py", CONFTEST)
    listed = "".join(
        f"  - {{id: room-{n}, question: Where is room {n}?, answer: wing {n}, rephrased: Which wing holds room {n}?}}\n"
        for n in range(facts)
    )
    project.write("rooms.ftbench.yaml", f"gates: [{', '.join(f'{gate!r}' for gate in gates)}]\nfacts:\n{listed}")


def sweep(server: LoopbackServer, *, alias: str = "cand", name: str = "x") -> tuple[str, str]:
    """The arguments by which a model of the service is swept."""
    return f"--ftbench-model={alias}=tuned:{name}?base_url={server.base_url}", "--ftbench-checkpoints"


def share(of_step: Mapping[int, float]) -> Knows:
    """Each checkpoint knows such a share of the facts, spread over all of them."""
    return lambda step, fact: (fact * 7) % 20 < 20 * of_step.get(step, 0)
