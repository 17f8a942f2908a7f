"""Sweeps: endpoints made of checkpoints, in headers and in plain data."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftbench.checkpoints import (
    HEADER_KEY,
    Step,
    Sweep,
    from_plain,
    from_text,
    sweep_of,
    sweeps_of,
    to_plain,
    to_text,
)
from pytest_ftbench.providers import PROVIDERS
from pytest_ftbench.providers.lifecycle import Checkpoint
from pytest_ftbench.specs import parse_spec

FT = "ft:base:org::id"
LISTED = (
    Checkpoint(30, f"{FT}:ckpt-step-30", epoch=1),
    Checkpoint(60, f"{FT}:ckpt-step-60", epoch=2),
    Checkpoint(90, FT, epoch=3, is_final=True),
)


def parse(text: str, folder: Path = Path(), **models: object):
    return parse_spec(text, models=models, folder=folder, known_providers=PROVIDERS)


def test_each_endpoint_has_the_spec_of_the_model_but_for_the_name(tmp_path: Path) -> None:
    spec = parse(f"cand={FT}?seed=7&system=Be%20brief.&revision=r1", tmp_path)
    sweep, specs = sweep_of(spec, LISTED)
    assert sweep.aliases == ("cand@30", "cand@60", "cand@90")
    assert [one.name for one in specs] == [one.name for one in LISTED]
    assert specs[0].text == f"{FT}:ckpt-step-30?seed=7&system=Be%20brief.&revision=r1"
    for one in specs:
        assert (one.options, one.folder, one.provider) == (spec.options, spec.folder, spec.provider)
        again = parse(one.text, tmp_path)
        assert (again.provider, again.name, again.options) == (one.provider, one.name, one.options)


@pytest.mark.parametrize("text", ["entry", "a=openai:x?base_url=http://h/v1"])
def test_text_of_an_endpoint_can_be_used_as_a_spec(text: str, tmp_path: Path) -> None:
    spec = parse(text, tmp_path, entry={"spec": "openai:x", "base_url": "http://h/v1", "system": "a&b=c"})
    for one in sweep_of(spec, [Checkpoint(3, "org/x-3"), Checkpoint(1, FT)])[1]:
        again = parse(one.text, tmp_path)
        assert (again.provider, again.name, again.options) == (one.provider, one.name, one.options)


def test_checkpoints_are_in_the_order_of_training_and_the_last_of_a_step_counts() -> None:
    spec = parse("cand=openai:x")
    sweep, specs = sweep_of(spec, [Checkpoint(20, "b"), Checkpoint(3, "a"), Checkpoint(20, "final", is_final=True)])
    assert [(step.alias, step.is_final) for step in sweep.steps] == [("cand@3", False), ("cand@20", True)]
    assert [one.name for one in specs] == ["a", "final"]


def test_header_tells_of_sweeps_and_is_read_back() -> None:
    sweeps = (
        Sweep("a", (Step("a@3", 3, 1), Step("a@20", 20, None, is_final=True))),
        Sweep("b", (Step("b@1", 1),)),
    )
    aliases = ["a@3", "base", "a@20", "b@1"]
    endpoints = [
        {"alias": alias, **({HEADER_KEY: told} if (told := sweep.header_of(alias)) else {})}
        for alias in aliases
        for sweep in [next((one for one in sweeps if alias in one.aliases), sweeps[0])]
    ]
    assert endpoints[1] == {"alias": "base"}
    assert sweeps_of({"endpoints": endpoints}) == sweeps


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"endpoints": None},
        {"endpoints": ["a", 1]},
        {"endpoints": [{"alias": "a", HEADER_KEY: "step 3"}]},
        {"endpoints": [{"alias": "a", HEADER_KEY: {"step": "3", "model": "m"}}]},
    ],
)
def test_header_without_sweeps_has_none(header: dict) -> None:
    assert sweeps_of(header) == ()


checkpoints = st.builds(Checkpoint, st.integers(), st.text(), epoch=st.none() | st.integers(), is_final=st.booleans())


@given(st.lists(checkpoints, min_size=1))
def test_listing_is_read_back(listed: list[Checkpoint]) -> None:
    assert from_plain(to_plain(listed)) == tuple(listed)


@pytest.mark.parametrize(
    "data",
    [None, [], "why not", [[1, "a"]], [["1", "a", None, False]], [[1, 2, None, False]], [[1, "a", None, 0]], [7]],
)
def test_what_is_no_listing_is_none(data: object) -> None:
    assert from_plain(data) is None


@given(st.lists(checkpoints, min_size=1))
def test_listing_as_text_is_read_back(listed: list[Checkpoint]) -> None:
    assert from_text(to_text(listed)) == tuple(listed)


@pytest.mark.parametrize("text", ["", "{", "[]x", "[" * 100_000, "null", '[["1", "a", null, false]]'])
def test_text_that_is_no_listing_is_none(text: str) -> None:
    assert from_text(text) is None
