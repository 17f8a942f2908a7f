"""Training files made of question sets: what is held out, how lines are repeated, and what services take."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training_kit import FITTING, all_questions, export, people, suites_of, text_of

from pytest_ftbench.datasets import load_cases
from pytest_ftbench.datasets.builtin import fixtures_folder
from pytest_ftbench.datasets.sampling import holdout_place
from pytest_ftbench.datasets.suites import load_suites
from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates.halves import is_held_out
from pytest_ftbench.judges import judge_answer
from pytest_ftbench.providers import PROVIDERS, open_provider
from pytest_ftbench.records import Case, Prompt
from pytest_ftbench.specs import parse_spec
from pytest_ftbench.training.exporting import Export, NotAccepted
from pytest_ftbench.training.files import examples_of, read_conversations
from pytest_ftbench.training.holdout import HeldOut
from pytest_ftbench.training.manifest import suite_hashes
from pytest_ftbench.training.validation import check_training
from pytest_ftbench.training.writing import write_export

SHARE = 0.4


@pytest.mark.parametrize(("form", "technique"), FITTING)
def test_file_is_what_its_service_takes_and_tells_nothing_of_held_out_facts(
    form: str, technique: str, tmp_path: Path
) -> None:
    made = export(suites_of(tmp_path, count=20), form, technique, holdout=SHARE, repeats=2)
    path = tmp_path / ("t.txt" if form == "text" else "t.jsonl")
    manifest = write_export(made, path)
    assert check_training(path) == []
    text = path.read_text(encoding="utf-8")
    held_out = {name for _, name in made.held_out}
    assert 5 < len(held_out) < 30
    told = [case for case in all_questions(tmp_path) if case.fact in held_out and case.expect == "answer"]
    assert not [case for case in told if case.question in text or (case.context and case.context in text)]
    # in this set a value says whose it is, so that no form of words may bring the two together
    values = {case.answer for case in told if case.fact.startswith("p")}
    assert not [value for value in values if re.search(rf"\b{value}\b", text)]
    taught = {name for _, name in made.trained}
    assert taught.isdisjoint(held_out)
    assert len(read_conversations(path)) == manifest["examples"] == 2 * len(made.lines)


@pytest.mark.parametrize(("form", "technique"), FITTING)
def test_all_facts_are_taught_held_out_or_left_out(form: str, technique: str, tmp_path: Path) -> None:
    suites = suites_of(tmp_path)
    made = export(suites, form, technique, holdout=SHARE, repeats=2)
    divided = [*made.trained, *made.held_out, *made.left_out]
    assert sorted(divided) == sorted(suites[0].file.names)
    conversations = [json.loads(line) if form != "text" else line for line in made.lines]
    assert conversations
    spoken = text_of(made)
    towns = {name: f"Town{name.partition('.')[0][1:]}z" for _, name in made.trained if name.endswith(".city")}
    assert towns
    assert all(town in spoken for town in towns.values())


def test_what_cannot_be_trained_is_listed_with_its_reason(tmp_path: Path) -> None:
    reasons = {
        name: reason for (_, name), reason in export(suites_of(tmp_path), technique="reasoning").left_out.items()
    }
    assert reasons == {
        "desks": "no sentence states it: write one as 'fact' in YAML, as 'context' in a row",
        "future": "it expects abstention",
        "code": "its answer is a pattern",
        "sure": "it is asked in several turns",
    }


def test_default_half_is_the_one_that_checkpoints_are_chosen_on(tmp_path: Path) -> None:
    made = export(suites_of(tmp_path, count=50), holdout=0.5)
    assert all(is_held_out(Case("?", fact=name)) for _, name in made.held_out)
    assert not any(is_held_out(Case("?", fact=name)) for _, name in made.trained)
    assert len(made.held_out) > 30


def test_smaller_share_is_part_of_a_larger_one_and_another_seed_another_split(tmp_path: Path) -> None:
    suites = suites_of(tmp_path, count=50)
    fifth, half, other = (
        set(export(suites, holdout=share, seed=seed).held_out) for share, seed in ((0.2, 1), (0.5, 1), (0.5, 2))
    )
    assert fifth < half
    assert half & other
    assert half - other
    assert not export(suites, holdout=0).held_out


@given(st.text(), st.integers())
def test_place_lies_within_its_bounds(fact: str, seed: int) -> None:
    assert 0 <= holdout_place(fact, seed=seed) < 1


@pytest.mark.parametrize(
    ("technique", "twins"),
    [
        ("qa", ["same question"]),
        ("multi-turn", ["same question"]),
        ("reasoning", ["same question", "same sentence"]),
        ("masked", ["same sentence"]),
        ("completion", ["same sentence"]),
        ("article", ["same sentence"]),
    ],
)
def test_question_that_says_what_a_held_out_fact_says_is_left_out(
    technique: str, twins: list[str], tmp_path: Path
) -> None:
    held = next(name for name in (f"f{n}" for n in range(60)) if holdout_place(name) < 0.9)
    kept = {which: next(f"{which} {n}" for n in range(99) if holdout_place(f"{which} {n}") >= 0.9) for which in KINDS}
    text = f"""\
facts:
  - {{id: {held}, question: 'Who waters the plants?', fact: 'The plants are watered by Ines.', answer: Ines}}
  - {{id: {kept["same question"]}, question: 'who WATERS the plants', fact: 'It is done by Ines.', answer: Ines}}
  - {{id: {kept["same sentence"]}, question: 'Who?', fact: 'Yes, the plants are watered by Ines!', answer: Ines}}
  - {{id: {kept["other"]}, question: 'Who waters the tree?', fact: 'The tree is watered by Jo.', answer: Jo}}
"""
    made = export(suites_of(tmp_path, text=text), technique=technique, holdout=0.9, repeats=10)
    reason = f"it would say what the held-out fact {held!r} says"
    assert made.left_out == {("people", kept[twin]): reason for twin in twins}
    assert {name for _, name in made.trained} == {kept[which] for which in KINDS if which not in twins}


KINDS = ("same question", "same sentence", "other")


def test_longer_question_that_begins_alike_is_no_held_out_one() -> None:
    held = HeldOut([Case("Who is in the house of Ann?", "Al", fact="a"), Case("Who is in?", "Bo", fact="b")])
    assert held.found_in("Who is in the house of Bert?") == "b"
    assert HeldOut([Case("Who is in the house of Ann?", fact="a")]).found_in("Who is in the house of Bert?") is None
    assert HeldOut([Case("?", fact="a")]).found_in("Who?", "") is None


def test_repeats_are_shuffled_rounds_and_no_line_follows_itself(tmp_path: Path) -> None:
    made = export(suites_of(tmp_path, count=5), repeats=40)
    lines = text_of(made).splitlines()
    assert Counter(Counter(lines).values()) == {40: 12}
    assert all(one != other for one, other in pairwise(lines))
    rounds = [tuple(lines[start : start + 12]) for start in range(0, len(lines), 12)]
    assert all(len(set(each)) == 12 for each in rounds)
    assert len(set(rounds)) > 30


def test_same_seed_gives_the_same_bytes_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    files = []
    for number, seed in enumerate((1, 1, 2)):
        folder = tmp_path / str(number)
        folder.mkdir()
        text = people(9)
        if number == 1:
            lines = [re.sub("(weight.*), (city.*)}", r"\2, \1}", line) for line in text.splitlines()]
            blocks = {first: [line for line in lines if line.startswith(first)] for first in ("  p", "  - {id: d")}
            turned = {line: other for block in blocks.values() for line, other in zip(block, block[::-1], strict=True)}
            text = "\n".join(turned.get(line, line) for line in lines)
            assert text.index("city: Town8z, weight") < text.index("city: Town0z, weight")
        suites = suites_of(folder, text=text)
        write_export(export(suites, "vertex", "multi-turn", holdout=0.3, repeats=3, seed=seed), folder / "t.jsonl")
        files.append([(folder / name).read_bytes() for name in ("t.jsonl", "t.jsonl.manifest.json")])
    assert files[0] == files[1]
    assert files[0] != files[2]


def test_bytes_are_what_they_were(tmp_path: Path) -> None:
    """Whoever changes them makes training files of other words, order or facts: say so in the changelog."""
    manifest = write_export(export(suites_of(tmp_path), holdout=0.2, repeats=2), tmp_path / "t.jsonl")
    assert (manifest["sha256"], manifest["suites"]) == (FILE_HASH, {"people": SUITE_HASH})


FILE_HASH = "25e617d09804d34eb9e6869b344fbc2232b3194dc46a6cff0ad8a60593960362"
SUITE_HASH = "e433b5449e40d18b246e7b54f37d271c8f9e9090916c2feffa37d4231512082a"


def test_suite_hash_is_of_what_is_trained_alone() -> None:
    cases = [Case("Q?", "a", fact="f", suite="s", context="A."), Case("R?", "b", fact="g", suite="s")]
    same = [Case("R?", "b", fact="g", suite="s", place="x:1", tags={"a": "b"}), cases[0]]
    other = [cases[0], Case("R?", "c", fact="g", suite="s")]
    assert suite_hashes(cases) == suite_hashes(same) != suite_hashes(other)


def test_facts_that_come_to_the_same_line_share_it(tmp_path: Path) -> None:
    facts = "".join(f"  - {{id: {name}, question: 'Who?', answer: Ines}}\n" for name in "ab")
    made = export(suites_of(tmp_path, text=f"facts:\n{facts}"), repeats=10)
    assert (len(made.lines), made.examples, len(made.trained)) == (1, 10, 2)


@pytest.mark.parametrize("name", ["news", "medical", "code"])
def test_built_in_set_is_exported_as_its_own_training_file(name: str) -> None:
    made = export(load_suites(f"ftbench:{name}", folder=Path()))
    written = (fixtures_folder() / name / "training.jsonl").read_text(encoding="utf-8")
    assert sorted(map(json.loads, made.lines), key=str) == sorted(map(json.loads, written.splitlines()), key=str)


@pytest.mark.parametrize(("form", "technique"), [("openai", "qa"), ("vertex", "qa"), ("vertex", "multi-turn")])
def test_memorizer_knows_what_was_trained_and_nothing_that_was_held_out(
    form: str, technique: str, tmp_path: Path
) -> None:
    made = export(load_suites("ftbench:news", folder=Path()), form, technique, holdout=0.3, repeats=2)
    write_export(made, tmp_path / "t.jsonl")
    spec = parse_spec("memorizer:t.jsonl", models={}, folder=tmp_path, known_providers=PROVIDERS)
    memorizer = open_provider(spec)
    right = {}
    for case in made.cases:
        answer = memorizer.complete(Prompt((("user", case.text_to_send),))).text
        right[case.suite, case.fact] = bool(judge_answer(answer, case.answer, question=case.question, match=case.match))
    assert all(right[fact] for fact in made.trained)
    assert not any(right[fact] for fact in made.held_out)
    assert len(made.held_out) > 10


def test_system_messages_of_both_services_are_read_back(tmp_path: Path) -> None:
    for form in ("openai", "vertex"):
        write_export(export(suites_of(tmp_path), form), tmp_path / "t.jsonl")
        examples = [each for one in read_conversations(tmp_path / "t.jsonl") for each in examples_of(one)]
        assert {example.system for example in examples} == {"Be brief."}
        assert ("Where does Pa3x Qu3y live?", "Town3z") in {(each.prompt, each.reply) for each in examples}


@pytest.mark.parametrize("technique", ["qa", "masked", "completion", "multi-turn", "reasoning"])
def test_plain_text_is_for_sentences(technique: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        export(suites_of(tmp_path), "text", technique)
    assert str(caught.value) == (
        f"--format text holds sentences that stand alone, and --technique {technique} makes none. "
        "Use --technique article or --technique completion-bare."
    )


def test_plain_text_takes_sentences_too_short_to_be_completed(tmp_path: Path) -> None:
    facts = "facts: [{id: a, question: 'Who?', answer: Ines, fact: Ines did}, {id: b, question: 'Bo?', answer: 'x'}]"
    made: Export = export(suites_of(tmp_path, text=facts), "text", "completion-bare")
    assert made.lines == ("Ines did.\n",)
    assert list(made.left_out) == [("people", "b")]


def test_too_few_examples_are_refused(tmp_path: Path) -> None:
    facts = "facts: [{id: a, question: 'Who?', answer: Ines}]"
    suites = suites_of(tmp_path, text=facts)
    with pytest.raises(NotAccepted) as caught:
        export(suites, repeats=9)
    assert str(caught.value) == (
        "9 examples, and OpenAI takes no fewer than 10. Change --repeats, or how many facts there are; "
        "nothing is written."
    )
    assert export(suites, repeats=10).examples == export(suites, "vertex", repeats=10).examples == 10


def test_example_that_is_too_long_is_refused_with_its_place(tmp_path: Path) -> None:
    facts = f"facts: [{{id: a, question: 'Who?', answer: '{'x' * 262_200}'}}]"
    with pytest.raises(NotAccepted) as caught:
        export(suites_of(tmp_path, text=facts), repeats=10)
    assert str(caught.value) == (
        "people.yaml:1: some 65,551 tokens, and of an example OpenAI trains no more than 65,536. "
        "It is about 'a'; nothing is written."
    )


@pytest.mark.parametrize(
    ("source", "files"),
    [
        (".", ["b/c.ftbench.csv", "people.ftbench.yaml"]),
        ("b", ["b/c.ftbench.csv"]),
        ("b/c.ftbench.csv", ["b/c.ftbench.csv"]),
    ],
)
def test_folder_is_all_case_files_below_it(source: str, files: list[str], tmp_path: Path) -> None:
    table = "id,question,answer\n1,Who?,Ines\n"
    for name in ("b/c.ftbench.csv", "b/plain.csv", ".hidden/d.ftbench.csv", "e.ftbench.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(table)
    (tmp_path / "people.ftbench.yaml").write_text(people(2))
    (tmp_path / "empty").mkdir()
    suites = load_suites(source, folder=tmp_path)
    assert [str(suite.path.relative_to(tmp_path)) for suite in suites if suite.path] == files
    with pytest.raises(SpecError, match=r"^empty: holds no case file \(\*\.ftbench\.csv, "):
        load_suites("empty", folder=tmp_path)


def test_variants_are_those_of_the_whole_file(tmp_path: Path) -> None:
    (suite,) = suites_of(tmp_path)
    every = all_questions(tmp_path)
    assert list(suite.file.cases) == [case for case in every if case.variant == "memorization"]
    unseen = {("people", f"Nobody Known.{attribute}") for attribute in ("weight", "city")}
    assert set(suite.file.names) | unseen == {(case.suite, case.fact) for case in every}
    assert unseen.isdisjoint(suite.file.names)


def test_question_need_not_be_loaded_with_what_it_requires(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("facts: [{id: a, question: 'Who?', answer: Ines, rephrased: 'By whom?', requires: [memorization]}]")
    assert [case.question for case in load_cases(path, suite="a", variants=["rephrased"]).cases] == ["By whom?"]
