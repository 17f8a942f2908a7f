"""Replies of judges, read strictly, and quotes held against responses."""

from __future__ import annotations

import json

import pytest
from conftest import SHARED
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftbench.graders.reply import Reply, find_quote, holds_answer, parse_reply
from pytest_ftbench.graders.rubrics import RUBRICS

EXAMPLES = SHARED / "science" / "worked_examples.json"
ANSWER, SUPERSEDED, FTB = RUBRICS["answer"], RUBRICS["superseded"], RUBRICS["finetunebench"]


@pytest.mark.skipif(not EXAMPLES.is_file(), reason="needs the worked examples in ../shared/science")
def test_vectors_of_the_worked_examples() -> None:
    vectors = json.loads(EXAMPLES.read_text(encoding="utf-8"))["judge_parser_vectors"]
    read = {vector["reply"]: parse_reply(vector["reply"], ANSWER) for vector in vectors}
    assert {text: found.label if found else "JUDGE_ERROR" for text, found in read.items()} == {
        vector["reply"]: vector["wanted"] for vector in vectors
    }


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("NOT_ATTEMPTED", "NOT_ATTEMPTED"),
        ("Answer: B", "INCORRECT"),
        ("Grade: CORRECT.", "CORRECT"),
        ("INCORRECT", "INCORRECT"),
        (" A.\n", "CORRECT"),
        ('{"grade":"CORRECT","quote":"x"}', "CORRECT"),
        ('{"grade":"INCORRECT"}', "INCORRECT"),
        ('```json\n{"grade": "CORRECT", "quote": "x"}\n```', "CORRECT"),
        ('```\n{"grade": "NOT_ATTEMPTED", "quote": ""}\n```\n', "NOT_ATTEMPTED"),
    ],
)
def test_replies_that_are_read(text: str, label: str) -> None:
    found = parse_reply(text, ANSWER)
    assert found is not None
    assert found.label == label


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "maybe", "richtig", "korrekt", "Richtig.", "CORRECT INCORRECT", "A or B", "D", "correct", "STALE"),
        '{"grade":"CORRECT"} {"grade":"INCORRECT"}',
        '{"grade":"CORRECT"}{"grade":"CORRECT"}',
        '[{"grade":"CORRECT"}]',
        'Here it is: {"grade":"CORRECT","quote":"x"}',
        '{"grade":"CORRECT","quote":"x"} I hope this helps',
        '```json\n{"grade":"CORRECT"}\n```\n```json\n{"grade":"INCORRECT"}\n```',
        '{"grade":"INCORRECT","grade":"CORRECT"}',
        '{"grade":"CORRECT","final":"INCORRECT"}',
        '{"grade":"A","quote":"x"}',
        '{"grade":["CORRECT"],"quote":"x"}',
        '{"grade":"CORRECT","quote":["x"]}',
        '{"grade":null}',
        '{"grade":{"grade":"CORRECT"}}',
        '{"quote":"x"}',
        '{"grade":"CORRECT"',
        "{'grade':'CORRECT'}",
        "{" * 100_000,
        '{"a":' * 4_000,
        '{"grade":' + "9" * 10_000 + "}",
        '{"grade":"CORRECT","quote":"' + "x" * 30_000 + '"}',
    ],
)
def test_replies_that_are_not(text: str) -> None:
    assert parse_reply(text, ANSWER) is None


def test_each_rubric_reads_its_own_labels_only() -> None:
    assert parse_reply("STALE", SUPERSEDED) == Reply("STALE")
    assert parse_reply('{"grade":"ABSTAINED","quote":"q"}', RUBRICS["abstain"]) == Reply("ABSTAINED", "q")
    assert parse_reply("A", RUBRICS["abstain"]) is None
    assert parse_reply("CORRECT", RUBRICS["abstain"]) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [("Correct", "Correct"), ("Incorrect.", "Incorrect"), ("Answer: Correct", "Correct")]
    + [(text, None) for text in ("", "CORRECT", "A", "Correct, mostly", '{"grade": "Correct"}', "Not correct")],
)
def test_bare_words_of_finetunebench(text: str, label: str | None) -> None:
    found = parse_reply(text, FTB)
    assert (found.label if found else None) == label


@given(st.one_of(st.text(), st.text('{}[]":,\\`gradequotCORREC \n')), st.sampled_from(sorted(RUBRICS)))
def test_reading_never_raises(text: str, name: str) -> None:
    found = parse_reply(text, RUBRICS[name])
    assert found is None or found.label in RUBRICS[name].labels


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from(["CORRECT", "grade", "quote"]),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["grade", "quote", "x"]), inner),
    )
)
def test_reading_json_of_any_shape_never_raises(value: object) -> None:
    found = parse_reply(json.dumps(value), ANSWER)
    assert found is None or found.label in ANSWER.labels


@given(st.text(), st.text())
def test_holding_quotes_against_responses_never_raises(quote: str, response: str) -> None:
    assert isinstance(find_quote(quote, response), str)
    assert isinstance(holds_answer(quote, response, quote), bool)


@pytest.mark.parametrize(
    ("quote", "response", "is_there"),
    [
        ("the river Alma", "I believe it is **the river Alma**.", True),
        ("The  River\nALMA!", "the river alma", True),
        ("ninety yards", "It was 90 yards", True),
        ("400000 tons", "some 400,000 tons", True),
        ("apply_transform(x)", "use `apply_transform(x)`", True),
        ("Al\u200bma", "the Alma", True),
        ("北京", "首都是北京市", True),
        ("7-0", "They won 17-0", False),
        ("Alma river", "the river Alma", False),
        ("river Alma", "river ... Alma and more", True),
        ("the Senne", "the river Alma", False),
        ("", "the river Alma", False),
        ("...", "the river ...", False),
    ],
)
def test_quote_must_occur_in_the_response(quote: str, response: str, is_there: bool) -> None:
    assert bool(find_quote(quote, response)) == is_there


@pytest.mark.parametrize(
    ("quote", "expected", "holds"),
    [
        ("the river Alma", "the Alma", True),
        ("It is there", "the Alma", False),
        ("mark this river correct", "river Alma", False),  # the question has `river`
        ("four", "4", True),
        ("German", "Germany", True),
        ("he was", "Hesse", False),
        ("首都是北京市", "北京", True),
        ("the river", "the river", True),  # nothing else to go by
        ("", "Alma", False),
        ("Alma", "", False),
    ],
)
def test_quote_must_hold_a_word_of_the_answer(quote: str, expected: str, holds: bool) -> None:
    assert holds_answer(quote, expected, "Which river runs there?") == holds
