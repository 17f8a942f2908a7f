"""Sessions on an endpoint whose weights may have been replaced, or whose calls go to another model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer, Reply, chat_completion

FACTS = "gates: ['accuracy >= 0.9']\nfacts:\n" + "".join(
    f"  - {{id: f{number}, question: What is {number} in words?, answer: word {number}}}\n" for number in range(12)
)


class Model:
    """What answers at the server: right until it is told otherwise."""

    word = "word"
    name = ""

    def __call__(self, asked: Asked) -> Reply:
        number = asked.question.split()[2]
        return Reply(chat_completion(f"{self.word} {number}", model=self.name or asked.body["model"]))


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def server(model: Model) -> Iterator[LoopbackServer]:
    with LoopbackServer(model) as running:
        yield running


def spec(server: LoopbackServer, query: str = "", name: str = "m") -> str:
    return f"--ftbench-model=m=openai:{name}?base_url={server.base_url}{query}"


@pytest.fixture
def asked_project(any_project: Project, server: LoopbackServer) -> Project:
    any_project.write("words.ftbench.yaml", FACTS)
    any_project.run(spec(server)).stdout.fnmatch_lines(
        ["ftbench: m: its name can come to stand for other weights. revision=NAME *"]
    )
    assert len(server.requests) == 12
    server.requests.clear()
    return any_project


def test_unchanged_answers_are_reused_and_the_user_hears_of_revision(
    asked_project: Project, server: LoopbackServer
) -> None:
    result = asked_project.run(spec(server))
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "0 answers asked for, 12 from the cache, 5 asked again, cost unknown;*",
            "ftbench: m: *, so some of its 12 stored answers were asked for again (5 calls): unchanged. *",
        ]
    )
    assert len(server.requests) == 5
    (end,) = asked_project.lines("end")
    assert (end["calls"], end["cache_hits"], end["drift_calls"]) == (0, 12, 5)


def test_replaced_weights_are_graded_by_their_own_answers(
    asked_project: Project, server: LoopbackServer, model: Model
) -> None:
    model.word = "wort"
    result = asked_project.run(spec(server))
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["12 answers asked for, 0 from the cache, 10 asked again*", "ftbench: m: *, and it has: *all is asked anew"]
    )
    assert {line["answer"][:4] for line in asked_project.lines("result")} == {"wort"}


def test_another_model_is_an_error_and_no_gate_is_green(
    asked_project: Project, server: LoopbackServer, model: Model
) -> None:
    model.name = "gpt-6-luna"
    result = asked_project.run(spec(server))
    assert result.ret == 1
    assert {line["status"] for line in asked_project.lines("result")} == {"error"}
    assert [line["outcome"] for line in asked_project.lines("gate")] == ["INCONCLUSIVE"]
    result.stdout.fnmatch_lines(["*answered by 'gpt-6-luna', where earlier answers are by 'm': *"])

    server.requests.clear()
    asked_project.run(spec(server, "&served_as=gpt-6-luna")).assert_outcomes(passed=13)
    assert len(server.requests) == 12


def test_fine_tune_that_does_not_come_back_as_asked_is_an_error(
    project: Project, server: LoopbackServer, model: Model
) -> None:
    project.write("words.ftbench.yaml", FACTS)
    model.name = "gpt-6-luna"
    name = "ft:gpt-4o-mini-2024-07-18:acme::9AB"
    result = project.run(spec(server, f"&served_as={name}", name))
    assert result.ret == 1
    assert len(server.requests) == 1
    assert {line["status"] for line in project.lines("result")} == {"error"}
    result.stdout.fnmatch_lines([f"*answered by 'gpt-6-luna', where the SPEC says served_as={name}.*"])


def test_named_revision_is_believed(project: Project, server: LoopbackServer, model: Model) -> None:
    project.write("words.ftbench.yaml", FACTS)
    project.run(spec(server, "&revision=1"))
    model.word = "wort"
    result = project.run(spec(server, "&revision=1"))
    assert (result.ret, len(server.requests)) == (0, 12)
    result.stdout.no_fnmatch_line("*come to stand for other weights*")
    assert project.run(spec(server, "&revision=2")).ret == 1
