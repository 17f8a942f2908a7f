"""However long an answer is, a matcher reads no more than head and tail of it."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judge_kit import LEAVE, decision, judge, judge_abstention

from pytest_ftbench.judges import MATCHERS, Reading, judge_completion
from pytest_ftbench.judges.matcher import MOST_TOKENS
from pytest_ftbench.judges.normalise import cut_long
from pytest_ftbench.records import Case, Completion

MOST_CHARS = 20_100
MATCHES = [
    ("4 May 2031", "date"),
    ("sort_rows", "code"),
    ("Shelf.load()", "code"),
    ("B", "choice"),
    ("red; white", "list"),
    ("red; white", "set"),
    ("2.12 meters", "number"),
    ("Denver", "contains"),
    ("Denver", "auto"),
]
PIECES = [
    *(
        "a",
        "_",
        "a_",
        "a.",
        "a(",
        "(",
        "`",
        "```\n",
        "``` ",
        "answer ",
        "answer  is ",
        "so ",
        " ",
        "\n",
        "\n ",
        "- ",
        "1. ",
    ),
    *(
        "may ",
        "may 4, ",
        "4 may ",
        "2031-",
        "4/",
        "4/5/2031 ",
        "red, ",
        "red; ",
        "red and ",
        ",",
        ";",
        "6' 7\" ",
        "5 kg ",
    ),
    *("(B) ", "B, ", "option A ", "x=", "\\", "'", "#", "Aa ", "not "),
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(("answer", "match"), MATCHES)
def test_a_megabyte_is_judged_by_its_head_and_tail(piece: str, answer: str, match: str) -> None:
    text = f"so {piece * (1_000_000 // len(piece))} zq"
    assert len(Reading.of(text).text) < MOST_CHARS
    question = "Which one is it?\nA) Lyon\nB) Paris"
    assert judge(text, answer, match=match, question=question).right is False
    assert judge(text, answer, match=match, question=question).grade == (
        judge(cut_long(text), answer, match=match, question=question).grade
    )


@pytest.mark.parametrize("piece", [*PIECES, "\t", "\r\n", "\u2009", "** **", "`` `", "\ufdfa", "e\u0301\u0316"])
def test_no_long_run_of_blanks_or_tokens_is_left_to_search(piece: str) -> None:
    # What looks for `\\s+` and then for a word looks again from each blank of a run, so long runs are shortened.
    reading = Reading.of(f"Denver {piece * (1_000_000 // len(piece))} 5 kg")
    assert re.search(r"\s{21}", reading.clean) is None
    assert len(reading.clean) < MOST_CHARS
    assert len(reading.tokens) <= MOST_TOKENS


def test_blanks_are_shortened_in_long_texts_only_and_keep_their_line_end() -> None:
    assert Reading.of("a" + 30 * " " + "b").clean == "a" + 30 * " " + "b"
    prose = "word " * 200
    assert Reading.of(f"{prose}a{30 * ' '}b").clean.endswith("word a b")
    assert Reading.of(f"{prose}a{30 * ' '}\n{30 * ' '}b").clean.endswith("word a\nb")
    assert Reading.of(f"{prose}a{20 * ' '}b").clean.endswith(f"a{20 * ' '}b")


NAMES = ["".join(letters) for letters in product("bdfgk", "aeiou", "lmnr", "aeiou", "st")]
PROSE = " ".join(f"Much was written about it by {name}." for name in NAMES)
"""Some 34,000 characters that do not repeat themselves."""


@pytest.mark.parametrize(
    ("first", "answer", "match", "last"),
    [
        ("They get 25 days.", "25 days", "number", "No, they get 21 days."),
        ("25 days.", "25 days", "auto", "That was the old rule."),
        ("Yes.", "yes", "auto", "But no, it is not so."),
        ("It was on 4 May 2031.", "4 May 2031", "auto", "No, on 5 May 2031."),
        ("(B)", "B", "choice", "Option C."),
        ("Denver", "Den[v]er", "regex", "Boston"),
    ],
)
def test_what_is_not_read_whole_is_never_right(first: str, answer: str, match: str, last: str) -> None:
    short = f"{first} {PROSE[:150]}"
    assert decision(judge(short, answer, match=match)) == "right"
    hidden = f"{first} {PROSE} {last} {PROSE}"
    verdict = judge(hidden, answer, match=match)
    assert decision(verdict) == "undecided"
    assert verdict.reason.endswith(": it is too long to be read whole")


def test_what_is_not_read_whole_is_neither_wrong_nor_a_refusal() -> None:
    assert decision(judge(f"They get 21 days. {PROSE}", "25 days", question=LEAVE)) == "undecided"
    refusals = [f"I do not know anything about the {name}. " for name in NAMES]
    few, many = "".join(refusals[:80]), "".join(refusals)
    assert judge(few, "25 days").grade == "abstained"
    assert judge_abstention(few).right
    assert not judge_abstention("".join(refusals[:200])).right  # what comes after 4,000 characters is not looked at
    assert not judge_abstention(f"{many} It is 25 days. {many}").right
    assert judge(f"{many} It is 25 days. {many}", "25 days").grade == "incorrect"


def test_an_answer_that_is_the_expected_one_as_written_is_right_at_any_length() -> None:
    assert judge(PROSE, PROSE).right


def test_signs_that_become_many_count_by_what_they_become() -> None:
    assert not Reading.of(1_000 * "\ufdfa").is_cut
    assert Reading.of(1_200 * "\ufdfa").is_cut
    assert Reading.of(20_001 * "a").is_cut
    assert not Reading.of(20_000 * "a").is_cut


def test_a_long_item_is_not_taken_for_a_plain_one() -> None:
    assert decision(judge(f"red; {''.join(NAMES)[:900]}", "red; white", match="set")) == "wrong"
    assert decision(judge(f"red; {''.join(NAMES)[:1_100]}", "red; white", match="set")) == "undecided"


def test_code_too_long_to_parse_is_read_as_prose() -> None:
    lines = ["sort_rows(table)", *(f"old_{name}(table)" for name in NAMES)]
    assert decision(judge("\n".join(lines[:20]), "sort_rows", match="code")) == "right"
    assert decision(judge("\n".join(lines[:300]), "sort_rows", match="code")) == "undecided"


FUZZED = {
    "auto": (
        "25",
        "yes",
        "4 May 2031",
        "sort_rows",
        "Denver",
        "more than 5 kg",
        "6 feet 7 inches",
        "at least 20%",
        "7-0",
    ),
    "number": ("25", "2.12 meters", "less than $5 million"),
    **{"yes_no": ("no",), "date": ("4 May 2031",), "choice": ("B",), "code": ("a.b()",), "regex": ("[a-d]enver",)},
    **{"contains": ("Denver", "vitamin A"), "exact": ("Denver",), "list": ("red; white",), "set": ("5 and 7",)},
}
BITS = [
    *PIECES,
    *(
        "Denver",
        "denver",
        "Boston",
        "In ",
        "is ",
        "it ",
        "the ",
        "A ",
        " yes",
        "No",
        "no, ",
        "25",
        "5",
        "1,000",
        ".",
        "%",
    ),
    *("more than ", "less than ", "at least ", "or more", "about ", "$", " million", "kg", " feet ", "twenty-", "one "),
    *(
        "I don't know",
        "but ",
        "instead of ",
        "wait, ",
        "until ",
        "? ",
        "Mr. ",
        "U.S.",
        "'s ",
        "**",
        "\u00bd",
        "\u0301",
        "\u2026",
    ),
]
TEXTS = st.lists(st.sampled_from(BITS), max_size=14).map("".join) | st.text(max_size=80)
FUZZ_QUESTION = "How many kg of vitamin A does Denver need?\nA) Lyon\nB) Paris"


@pytest.mark.parametrize("match", sorted(FUZZED))
@given(text=TEXTS, blanks=st.sampled_from([" ", "\n", "\t \n"]))
def test_any_text_gets_one_decision_whatever_blanks_surround_it(match: str, text: str, blanks: str) -> None:
    for answer in FUZZED[match]:
        verdict = judge(text, answer, match=match, question=FUZZ_QUESTION, before="Boston")
        again = judge(f"{blanks}{text}{blanks}", answer, match=match, question=FUZZ_QUESTION, before="Boston")
        assert (verdict.grade, verdict.rule, verdict.flags) == (again.grade, again.rule, again.flags)


@given(text=TEXTS, blanks=st.sampled_from([" ", "\n", "\t \n"]))
def test_any_text_is_one_kind_of_refusal_or_none_whatever_blanks_surround_it(text: str, blanks: str) -> None:
    assert judge_abstention(text).grade == judge_abstention(f"{blanks}{text}{blanks}").grade


def test_what_is_fuzzed_is_every_matcher() -> None:
    assert set(FUZZED) == {*MATCHERS, "auto"} - {"refusal"}


def test_what_is_read_of_an_answer_is_made_once_for_all_matchers() -> None:
    reading = Reading.of("It was signed in Denver on 4 May 2031.", "Where?")
    assert reading.clean is reading.clean
    assert reading.tokens is reading.tokens
    assert reading.quantities is reading.quantities


@pytest.mark.parametrize("name", sorted(MATCHERS))
def test_every_matcher_decides_the_same_each_time(name: str) -> None:
    answer = {"number": "4", "date": "4 May 2031", "choice": "B", "yes_no": "yes"}.get(name, "four")
    case = Case(question="?", answer=answer, match=name)
    if name != "refusal":
        for text in ("4", "four", "B", "yes", "4 May 2031", "I do not know."):
            assert judge_completion(case, Completion(text=text)) == judge_completion(case, Completion(text=text))
