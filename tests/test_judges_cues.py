"""What is passed over for want of a cue could not have matched: each match of a pattern has one of its cues."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pattern_kit import matches_of

from pytest_ftbench.judges import (
    Reading,
    degenerate,
    guards,
    languages,
    leads,
    neighbours,
    orders,
    phrases,
    refusal,
    rivals,
)
from pytest_ftbench.judges.cues import CuedPattern
from pytest_ftbench.judges.vocabulary import BARE_REFUSALS


def find_cued() -> Iterator[tuple[str, CuedPattern]]:
    for module in (guards, languages, orders, phrases, refusal, rivals):
        for name, value in vars(module).items():
            if isinstance(value, CuedPattern):
                yield name, value


CUED = dict(find_cued())


def read_as_is(low: str) -> Reading:
    """A reading of this very text, without the cleaning that a completion gets."""
    reading = Reading.of("")
    vars(reading)["low"] = low
    return reading


@pytest.mark.parametrize("name", sorted(CUED))
def test_each_match_of_a_cued_pattern_has_a_cue(name: str) -> None:
    matches = matches_of(CUED[name].pattern)
    assert len(matches) > 5
    assert [text for text in matches if not CUED[name].may_match(read_as_is(text))] == []


def test_a_text_without_a_cue_may_not_match() -> None:
    assert not any(cue.may_match(read_as_is("denver lies high")) for cue in CUED.values())
    assert guards._DOUBT_BEFORE.may_match(read_as_is("it isn't denver"))


@pytest.mark.parametrize("name", ["SIGN_BEFORE", "LABEL_BEFORE", "_BOUND_BEFORE"])
def test_what_makes_a_label_or_bound_of_a_number_ends_in_a_leading_word_or_sign(name: str) -> None:
    matches = matches_of(getattr(leads, name))
    assert len(matches) > 2
    assert [text for text in matches if not leads.has_lead(text)] == []


def test_joints_leads_and_refusals_are_told_by_their_letters() -> None:
    joined = matches_of(neighbours._LISTED_BEFORE)
    assert [text for text in joined if not neighbours._JOINTS_BEFORE.search(text)] == []
    leading = [found[0] for text in matches_of(refusal._LEAD) if (found := refusal._LEAD.match(text))]
    assert len(leading) > 20
    assert [text for text in leading if text[:2] not in refusal._FIRST_LETTERS] == []
    assert [text for text in (*BARE_REFUSALS, "n.a.", "(n/a)") if not refusal._is_bare_refusal(text)] == []
    empty = map(" ".join, degenerate._EMPTY_PHRASES)
    assert [text for text in empty if not degenerate._IN_EMPTY_PHRASES.search(text)] == []
