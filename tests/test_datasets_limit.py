"""A sample of whole facts: the same whatever the order and the file, and taken before cases are made."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets_kit import PEOPLE, load
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftbench.datasets import fact_rank, load_cases, load_source, sample_facts
from pytest_ftbench.errors import DataError

RELATIONS = """\
relations:
  weight: {question: 'How heavy is {name}?', rephrased: 'What does {name} weigh?'}
  city: {question: 'Where does {name} live?'}
"""
NAMES = st.sets(st.text(max_size=5), max_size=30)


@given(NAMES, st.integers(0, 40), st.integers(0, 3))
def test_sample_holds_so_many_facts_and_those_that_rank_first(facts: set[str], most: int, seed: int) -> None:
    sample = sample_facts(facts, most, seed=seed)
    assert len(sample) == min(most, len(facts))
    left = facts - sample
    ranks = [fact_rank(fact, seed=seed) for fact in left]
    assert all(fact_rank(fact, seed=seed) < rank for fact in sample for rank in ranks)


@given(NAMES, NAMES, st.integers(0, 40))
def test_sample_of_several_files_is_among_the_samples_of_each(one: set[str], two: set[str], most: int) -> None:
    assert sample_facts(one | two, most) <= sample_facts(one, most) | sample_facts(two, most)


def test_another_seed_is_another_sample() -> None:
    facts = [f"f{number}" for number in range(100)]
    assert len(sample_facts(facts, 20) & sample_facts(facts, 20, seed=1)) < 15


def test_rank_never_changes() -> None:
    assert fact_rank("ana.weight")[:12] == "b560e212def5"


@pytest.mark.parametrize("ending", ["yaml", "csv"])
@pytest.mark.parametrize("most", [1, 2, 5, 6, 100])
def test_limit_takes_whole_facts_and_tells_how_many_there_are(tmp_path: Path, ending: str, most: int) -> None:
    if ending == "yaml":
        whole, limited = (load(tmp_path, RELATIONS + PEOPLE, limit=limit) for limit in (None, most))
    else:
        rows = "".join(f"f{number},{kind} {number}?,A,{kind}\n" for number in range(6) for kind in ("memo", "other"))
        (tmp_path / "f.csv").write_text(f"fact,question,answer,variant\n{rows}")
        whole, limited = (load_cases(tmp_path / "f.csv", suite="f", limit=limit) for limit in (None, most))
    facts = {case.fact for case in whole.cases}
    chosen = sample_facts(facts, most)
    assert limited.cases == tuple(case for case in whole.cases if case.fact in chosen)
    assert (whole.facts, limited.facts) == (len(facts), len(facts)) == (6, 6)


def test_limited_cases_are_those_of_the_whole_file(tmp_path: Path) -> None:
    content = RELATIONS.replace(
        "live?'", "live?', secondary: [{starts_with: balanced, question: '{name} in {letters}?'}]"
    )
    whole, limited = (load(tmp_path, content + PEOPLE, limit=limit) for limit in (None, 2))
    assert limited.cases
    assert set(map(repr, limited.cases)) < set(map(repr, whole.cases))


def test_answers_of_facts_outside_the_limit_are_not_computed(tmp_path: Path) -> None:
    tie = "secondary: [{over: 126, question: 'Is {name} over {threshold}?'}]"
    content = f"relations: {{weight: {{question: 'How heavy is {{name}}?', {tie}}}}}\n{PEOPLE}"
    with pytest.raises(DataError):
        load(tmp_path, content)
    assert {case.fact for case in load(tmp_path, content, limit=1).cases} == {"bo.weight"}


def test_sources_are_limited_in_the_same_way(tmp_path: Path) -> None:
    load(tmp_path, RELATIONS + PEOPLE)
    file = load_source("f.yaml", folder=tmp_path, root=tmp_path, limit=2, seed=4)
    assert {case.fact for case in file.cases} == sample_facts(
        [f"{who}.{what}" for who in ("ana", "bo", "cy") for what in ("weight", "city")], 2, seed=4
    )
