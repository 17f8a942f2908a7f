"""A sweep of a tuned model on Vertex AI, by Google's SDK over real HTTP: its tuning job, its checkpoints' endpoints."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer, Reply
from sweep_kit import FACTS, share, write_facts
from vertex_loopback import gemini_answer, question_of
from vertex_place import NUMBER, PARENT, Place, make_job

pytestmark = pytest.mark.usefixtures("vertex_environment")
pytest_plugins = ("vertex_kit",)

ENDPOINTS = {10: 51, 20: 52, 30: 50}
RISING = {10: 0.2, 20: 0.6, 30: 0.95}


@pytest.fixture
def place() -> Place:
    """A tuning job with three checkpoints, each better than the one before."""
    pytest.importorskip("google.genai", reason="needs the extra vertex")
    found = Place()
    found.resources["tuningJobs/7"] = make_job()
    steps = {str(endpoint): step for step, endpoint in ENDPOINTS.items()}

    def answer(asked: Asked) -> Reply:
        step = steps[urlsplit(asked.path).path.rpartition("/")[2].partition(":")[0]]
        fact = int(question_of(asked).rstrip("?").split()[-1])
        return Reply(gemini_answer(f"wing {fact}" if share(RISING)(step, fact) else "I don't know."))

    found.answers = answer
    return found


def test_sweep_of_a_tuning_job_draws_its_curve_and_is_replayed(any_project: Project, place: Place) -> None:
    write_facts(any_project, "accuracy[select=best_on(holdout)] >= 0.8")
    with LoopbackServer(place) as server:
        root = server.base_url.removesuffix("/v1")
        arguments = (f"--ftbench-model=cand=vertex:{PARENT}/tuningJobs/7?base_url={root}", "--ftbench-checkpoints")
        result = any_project.run(*arguments)
        assert sum(path.endswith(":generateContent") for path in place.asked) == 2 * FACTS * len(ENDPOINTS)
    assert result.ret == 0
    entries = any_project.lines("run")[0]["endpoints"]
    assert [(entry["alias"], entry["spec"]) for entry in entries] == [
        (f"cand@{step}", f"{NUMBER}/endpoints/{at}?base_url={root}") for step, at in ENDPOINTS.items()
    ]
    result.stdout.fnmatch_lines(
        [
            "training curve of cand",
            "step *epoch *memorization *rephrased",
            "*10 *1 *4/20 *",
            "*20 *2 *12/20 *",
            "*30 *3 *19/20 *",
            "best on memorization    cand@30: 19/20 = 0.950 *",
        ]
    )
    (gate,) = any_project.lines("gate")
    assert (gate["endpoint"], gate["outcome"]) == ("cand@30", "PASS")
    again = any_project.run(*arguments, "--ftbench-cache=replay")
    assert (again.ret, any_project.lines("gate")) == (0, [gate])
