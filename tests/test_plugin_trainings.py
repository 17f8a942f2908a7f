"""`training_file`: what was memorised and what was generalised, apart, in results, gates, markers and the summary."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from command_kit import ftbench
from conftest import TRAINING, Project

from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates import parse_gate, parse_selector
from pytest_ftbench.plugin.cases import Subject, Trial
from pytest_ftbench.plugin.curtailing import instances
from pytest_ftbench.plugin.gate_plan import PlannedGate
from pytest_ftbench.plugin.gating import scoped_gates
from pytest_ftbench.plugin.needed import UNKNOWN_OF_IT, needed_cases
from pytest_ftbench.plugin.sequence import Ranks
from pytest_ftbench.plugin.state import Scope, State
from pytest_ftbench.plugin.trainings import Training, Trainings, read_trainings
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.records import Case
from pytest_ftbench.training.files import Conversation, Turn

FACTS = """\
gates:
  - "accuracy[seen=verbatim] >= 0.9"
  - "accuracy[seen=unseen, by=variant] >= 0.9"
  - "accuracy[variant=memorization] >= 0.5"
facts:
  - {id: door, question: What colour is the office door?, answer: green, rephrased: "Which colour has it, the door?"}
  - {id: desks, question: How many desks are there?, answer: 12, rephrased: how many desks ARE there}
  - {id: plants, question: Who waters the plants?, answer: Ines, rephrased: Whose task is water?}
"""
TABLE = """\
[tool.ftbench.models]
tuned = {spec = "memorizer:training.jsonl?threshold=1", training_file = "training.jsonl"}
other = {spec = "memorizer:training.jsonl?threshold=1", training_file = "other.jsonl"}
plain = "memorizer:training.jsonl?threshold=1"
"""


@pytest.fixture
def office(any_project: Project) -> Project:
    any_project.write("office.ftbench.yaml", FACTS)
    any_project.write("pyproject.toml", TABLE)
    any_project.train(TRAINING[1])
    (any_project.path / "training.jsonl").rename(any_project.path / "other.jsonl")
    any_project.train(*TRAINING[:2], ("Who waters the plants?", "Paul"))
    return any_project


def test_memorised_and_generalised_are_apart_for_each_endpoint(office: Project) -> None:
    models = ("--ftbench-model=tuned", "--ftbench-model=other", "--ftbench-model=plain")
    done = office.run(*models, "--ftbench-gate=accuracy[by=seen, endpoint=tuned] >= 0.9", "--tb=no")
    how = {(line["endpoint"], line["fact"], line["variant"]): line["tags"] for line in office.lines("result")}
    for (alias, fact, variant), tags in how.items():
        asked_as_trained = {"tuned": (variant == "memorization" or fact == "desks"), "other": fact == "desks"}
        assert tags == ({} if alias == "plain" else {"seen": "verbatim" if asked_as_trained[alias] else "unseen"})
    gates = [
        (line["expr"], line["endpoint"], line["outcome"], line["right"], line["n"]) for line in office.lines("gate")
    ]
    assert gates == [
        ("accuracy[seen=verbatim] >= 0.9", "tuned", "FAIL", 3, 4),
        ("accuracy[seen=verbatim] >= 0.9", "other", "PASS", 2, 2),
        ("accuracy[seen=verbatim] >= 0.9", "plain", "INCONCLUSIVE", 0, 0),
        ("accuracy[seen=unseen, variant=rephrased] >= 0.9", "tuned", "FAIL", 0, 2),
        ("accuracy[seen=unseen, variant=memorization] >= 0.9", "other", "FAIL", 1, 2),
        ("accuracy[seen=unseen, variant=rephrased] >= 0.9", "other", "FAIL", 0, 2),
        ("accuracy[seen=unseen, by=variant] >= 0.9", "plain", "INCONCLUSIVE", 0, 0),
        *[("accuracy[variant=memorization] >= 0.5", alias, "PASS", 2, 3) for alias in ("tuned", "other", "plain")],
        ("accuracy[seen=unseen, endpoint=tuned] >= 0.9", "tuned", "FAIL", 0, 2),
        ("accuracy[seen=verbatim, endpoint=tuned] >= 0.9", "tuned", "FAIL", 3, 4),
    ]
    assert {line["reason"] for line in office.lines("gate") if line["outcome"] == "INCONCLUSIVE"} == {UNKNOWN_OF_IT}
    # A wrong answer is a miss where a gate of its endpoint is about the question, and else fails by itself.
    done.stdout.fnmatch_lines(["*= 10 failed, 13 passed, 7 missed in *"])
    warning = "training.jsonl: 1 question trained with another answer than is expected"
    done.stdout.fnmatch_lines(["in training *tuned *other", "*", "verbatim *3/4 * 2/2 *", "unseen *0/2 * 1/4 *"])
    done.stdout.fnmatch_lines([f"ftbench: tuned: {warning}; 1 answer that cannot have been learned from it (*)"])


MARKED = """\
import pytest

@pytest.mark.ftbench("office.yaml", where="seen=unseen", gate="accuracy >= 0.9")
def test_generalised(ftbench_verdict):
    assert ftbench_verdict
"""


def test_markers_and_saved_runs_select_by_it_too(project: Project) -> None:
    project.write("office.yaml", FACTS)
    project.write("test_office.py", MARKED)
    project.write("pyproject.toml", TABLE)
    project.train(TRAINING[1])
    (project.path / "training.jsonl").rename(project.path / "other.jsonl")
    project.train()
    first, last = (
        "--ftbench-gate=learned: accuracy[seen=verbatim] >= 0.9",
        "--ftbench-gate=accuracy[after=learned] >= 0.9",
    )
    done = project.run("--ftbench-model=tuned", "--ftbench-curtail", first, last)
    asked = [(line["fact"], line["variant"], line["tags"]["seen"]) for line in project.lines("result")]
    assert asked == [("door", "rephrased", "unseen"), ("plants", "rephrased", "unseen")]
    done.stdout.fnmatch_lines(["*learned: accuracy?seen=verbatim? >= 0.9", "*INCONCLUSIVE*no case has seen=verbatim*"])
    run = project.path / "out/run.jsonl"
    code, out, _ = ftbench("gate", run, "accuracy[seen=unseen] <= 0.1", "accuracy[seen!=verbatim] <= 0.1")
    assert (code, out.count("PASS")) == (0, 2)
    differs = project.run("--ftbench-model=tuned", "--ftbench-model=other", "--collect-only")
    differs.stdout.fnmatch_lines(["*where='seen=unseen': it selects other cases for 'other' than for 'tuned', *"])


# Without a session


def training(*questions: str) -> Training:
    def conversation(line: int, question: str) -> Conversation:
        return Conversation(line, (Turn("user", question), Turn("reply", "4", True)))

    return Training("t.jsonl", [conversation(line, one) for line, one in enumerate(questions, start=1)])


OLD, NEW = Case("How old is the old cat?", "4", fact="old", id="old"), Case("Is it new?", "4", fact="new", id="new")
CASES = [OLD, NEW]


@pytest.mark.parametrize(
    ("where", "expected"),
    [("seen=verbatim", [OLD]), ("seen!=verbatim", [NEW]), ("seen=unseen, fact=new", [NEW]), ("seen=near", [])],
)
def test_where_selects_by_what_was_seen_and_gives_the_cases_themselves(where: str, expected: list[Case]) -> None:
    same = Trainings({"a": training(OLD.question), "b": training(OLD.question, "Else?")})
    assert list(map(id, same.select(parse_selector(where), CASES))) == list(map(id, expected))


def test_where_is_refused_when_it_selects_other_cases_for_another_endpoint() -> None:
    trainings = Trainings({"a": training(OLD.question), "b": training(NEW.question)})
    with pytest.raises(SpecError, match=r"^it selects other cases for 'b' than for 'a', as their "):
        trainings.select(parse_selector("seen=unseen"), CASES)
    assert trainings.select(parse_selector("fact=new"), CASES) == [NEW]


@pytest.mark.parametrize(
    ("gate", "alias", "needed"),
    [
        ("accuracy[seen=verbatim] >= 0.5", "a", [OLD]),
        ("accuracy[seen=verbatim] >= 0.5", "b", [NEW]),
        ("accuracy[seen=verbatim] >= 0.5", "none", []),
        ("macro[by=seen] >= 0.5", "a", CASES),
        ("macro[by=seen] >= 0.5", "none", []),
        ("accuracy[fact=old] >= 0.5", "b", [OLD]),
    ],
)
def test_what_a_gate_needs_of_an_endpoint(gate: str, alias: str, needed: list[Case]) -> None:
    trainings = Trainings({"a": training(OLD.question), "b": training(NEW.question)})
    assert list(map(id, needed_cases(parse_gate(gate), CASES, alias, trainings))) == list(map(id, needed))


def test_curtailment_sees_the_gates_and_the_tags_of_its_endpoint(tmp_path: Path) -> None:
    state = session(tmp_path)
    state.trainings = Trainings({"a": training(OLD.question), "b": training(NEW.question)})
    trials = [(cast("Any", None), Trial(Subject(case, alias, "s")), None) for alias in "ab" for case in CASES]
    assert [case.tags["seen"] for _, case, _ in instances(state, trials, "b")] == ["unseen", "verbatim"]
    planned = [PlannedGate("accuracy[seen=verbatim] >= 0.5", "s", 1, only=alias, selected={"b": 1}) for alias in "ab"]
    assert [one.is_complete for one in scoped_gates([*planned, replace(planned[0], only="")], "b")] == [True, True]


def test_what_a_gate_by_training_needs_does_not_wait_for_another_gate(tmp_path: Path) -> None:
    state = session(tmp_path, spec("a", tmp_path, "t.jsonl"), spec("b", tmp_path, "t.jsonl"))
    state.trainings = Trainings({"a": training(OLD.question), "b": training(NEW.question)})
    gates = ("first: accuracy[seen=verbatim] >= 0.5", "accuracy[after=first] >= 0.5")
    state.scopes["s"] = Scope((OLD, NEW), tuple(map(parse_gate, gates)))
    ranks = Ranks(state)
    assert [ranks.of(case, alias) for alias in "ab" for case in CASES] == [0, 1, 1, 0]


def session(tmp_path: Path, *specs: EndpointSpec, on_command_line: bool = True) -> State:
    settings = SimpleNamespace(models_on_command_line=on_command_line, invocation=tmp_path)
    return State(cast("Any", None), cast("Any", settings), specs)


def spec(alias: str, folder: Path, file: str, **options: str) -> EndpointSpec:
    return EndpointSpec(alias, "memorizer", "x", {"training_file": file, **options}, folder=folder)


def test_a_file_is_read_once_for_all_who_were_trained_on_it(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("How old is the old cat? 4.\n")
    state = session(tmp_path, spec("a", tmp_path, "t.txt"), spec("b", tmp_path, "t.txt"))
    read_trainings(state)
    assert state.trainings is not None
    assert state.trainings.aliases == ("a", "b")
    assert state.trainings._by_alias["a"] is state.trainings._by_alias["b"]
    assert state.trainings.tags(OLD, "b") == {"seen": "verbatim"}


def test_file_of_a_built_in_set_goes_by_its_name(tmp_path: Path) -> None:
    state = session(tmp_path, spec("a", tmp_path, "ftbench:fictional_people"))
    read_trainings(state)
    assert state.trainings is not None
    assert len(state.trainings._by_alias["a"].conversations) == 150


def test_a_file_that_is_missing_ends_the_session_only_where_the_command_line_names_the_model(tmp_path: Path) -> None:
    told = "training_file of model 'a': gone.jsonl: cannot be read (No such file or directory). Check the path."
    with pytest.raises(SpecError) as raised:
        read_trainings(session(tmp_path, spec("a", tmp_path, "gone.jsonl")))
    assert str(raised.value) == told
    state = session(tmp_path, spec("a", tmp_path, "gone.jsonl"), on_command_line=False)
    read_trainings(state)
    assert (state.trainings, state.warnings) == (None, [told])


def test_a_tag_of_the_users_own_stays_and_is_told_of(tmp_path: Path) -> None:
    own = Case("How old is the old cat?", "4", fact="own", tags={"seen": "by the press"})
    trainings = Trainings({"a": training(own.question)})
    assert trainings.tagged([own, OLD], "a")[0].tags == own.tags
    state = session(tmp_path, spec("a", tmp_path, "t.jsonl"))
    state.scopes["s"] = Scope((own, OLD))
    state.__dict__["matchers"] = {}
    assert list(trainings.warnings(state)) == ["1 case with a tag 'seen' keep it: training files do not change it"]


def test_one_line_warns_for_all_of_one_training_asked_under_one_system_message(tmp_path: Path) -> None:
    from pytest_ftbench.judges import MATCHERS

    one = training(OLD.question, NEW.question)
    specs = [spec(alias, tmp_path, "t.jsonl", **({"system": "Hi."} if alias == "d" else {})) for alias in "abcd"]
    state = session(tmp_path, *specs)
    state.scopes["s"] = Scope((Case("How old is the old cat?", "5", fact="f", id="f"),))
    state.__dict__["matchers"] = MATCHERS
    told = "t.jsonl: 1 question trained with another answer than is expected"
    told += "; 1 answer that cannot have been learned from it"
    end = "(ftbench audit lists them)"
    assert list(Trainings(dict.fromkeys("abcd", one)).warnings(state)) == [
        f"a, b, c: {told} {end}",
        f"d: {told}; 1 question asked under a system message that it never has {end}",
    ]
