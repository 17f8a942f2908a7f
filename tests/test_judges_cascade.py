"""The cascade: order of rules, superseded answers, degenerate completions, flags, reasons, settings."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from judge_kit import CAPITAL, LEAVE, judge, judge_abstention

from pytest_ftbench.judges import judge_completion
from pytest_ftbench.records import Case, Completion

METHOD = "What is the method called?"


@pytest.mark.parametrize(
    ("text", "answer", "before", "question"),
    [
        ("21 days", "25", "21", LEAVE),
        ("They get 21 days of leave.", "25 days", "21 days", LEAVE),
        ("21 days, formerly 25", "25", "21", LEAVE),
        ("fit", "train", "fit", METHOD),
        ("The method is called `fit`.", "train", "fit", METHOD),
    ],
)
def test_the_superseded_answer_is_stale(text: str, answer: str, before: str, question: str) -> None:
    verdict = judge(text, answer, before=before, question=question)
    assert (verdict.grade, verdict.right, verdict.rule) == ("stale", False, "superseded")


@pytest.mark.parametrize(
    ("text", "answer", "before", "question"),
    [
        ("25 days, formerly 21 days", "25", "21", LEAVE),
        ("It is `train`, not `fit`.", "train", "fit", METHOD),
        ("fast_sum", "fast_sum", "fastsum", METHOD),
        ("Use vaccine B alone.", "vaccine B alone", "vaccine B", "What should one use?"),
    ],
)
def test_the_new_answer_is_correct_beside_or_around_the_old(text: str, answer: str, before: str, question: str) -> None:
    assert judge(text, answer, before=before, question=question).grade == "correct"


@pytest.mark.parametrize("text", ["21 or 25 days", "It is not 21 days", "It used to be 21 days"])
def test_neither_answer_clearly_given_is_neither_correct_nor_stale(text: str) -> None:
    assert judge(text, "25", before="21").grade == "incorrect"


def test_both_answers_asserted_is_undecided() -> None:
    verdict = judge(
        "The method called `train` does what the method called `fit` does.", "train", before="fit", question=METHOD
    )
    assert (verdict.grade, verdict.flags) == ("incorrect", ("undecided",))


DEGENERATE = [
    *(
        "",
        "  \n",
        "...",
        "?!",
        "----",
        "Solution:",
        "<error>",
        "Thought process:",
        "Let's solve this problem step by step.",
    ),
    *("None " * 20, "25 days " * 12, "Paris. " * 300, "The answer is the answer is " * 10, "haha" * 20, "25 " * 60),
    "Paris is the capital." + " the" * 40,
]


@pytest.mark.parametrize("text", DEGENERATE)
def test_a_degenerate_completion_is_never_right_and_never_a_refusal(text: str) -> None:
    for verdict in (judge(text, "25 days"), judge(text, "Paris", question=CAPITAL), judge_abstention(text)):
        assert (verdict.grade, verdict.right, verdict.rule) == ("incorrect", False, "degenerate")
        assert "degenerate" in verdict.flags


@pytest.mark.parametrize(
    "text", ["10000000000000000000000000000", "None\nNone\nNone", "Paris\n-----------------------------"]
)
def test_zeros_rules_and_a_few_repeats_are_no_loop(text: str) -> None:
    assert judge(text, "Paris", question=CAPITAL).rule != "degenerate"


def test_a_cut_off_completion_is_flagged_and_judged_by_its_text() -> None:
    verdict = judge("25 days", "25", finish="length")
    assert (verdict.right, verdict.flags) == (True, ("truncated",))
    assert judge("", "25", finish="length").flags == ("degenerate", "blocked", "truncated")


@pytest.mark.parametrize("finish", ["MAX_TOKENS", "CONTINUATION", "OTHER", "MALFORMED_FUNCTION_CALL", "incomplete"])
def test_limit_of_tokens_is_known_in_googles_words_too(finish: str) -> None:
    assert judge("25 days", "25", finish=finish).flags == ("truncated",)


@pytest.mark.parametrize(
    "finish",
    ["content_filter", "SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "PROMPT_BLOCKED:SAFETY"],
)
@pytest.mark.parametrize("text", ["", "25", "I don't know."])
def test_what_a_filter_has_stopped_is_never_right_and_no_refusal_of_the_model(finish: str, text: str) -> None:
    case = Case(question="How many days?", expect="abstain", trained_answer="25")
    for verdict in (judge(text, "25", finish=finish), judge_completion(case, Completion(text, finish))):
        assert (verdict.grade, verdict.right, verdict.rule) == ("incorrect", False, "degenerate")
        assert verdict.reason.endswith(f": a filter of the service stopped it ({finish})")
        assert "blocked" in verdict.flags


@pytest.mark.parametrize(
    ("text", "answer", "rule", "flags"),
    [
        ("25", "25", "exact", ()),
        ("25 of them", "25", "number", ()),
        ("21 days", "25", "number", ()),
        ("Yes, it is", "Yes", "yes_no", ()),
        ("It is called Paris.", "Paris", "contains", ()),
        ("Lyon", "Paris", "no_match", ("undecided",)),
    ],
)
def test_every_verdict_names_its_rule(text: str, answer: str, rule: str, flags: tuple[str, ...]) -> None:
    verdict = judge(text, answer)
    assert (verdict.rule, verdict.flags) == (rule, flags)


def test_the_reason_is_one_line_a_person_can_read() -> None:
    assert judge("21 days", "25").reason == "expected '25', got '21 days'"
    assert judge("not Paris", "Paris").reason == (
        "expected 'Paris', got 'not Paris': the expected answer stands in it, but denied, asked or put in the past"
    )


def test_the_reason_shortens_and_escapes_what_it_quotes() -> None:
    reason = judge("line\nbreak \x1b[31m \u202e" + "x y " * 500 + "end", "Paris").reason
    assert reason.isprintable()
    assert len(reason) < 250
    assert "line\\nbreak" in reason
    assert "end'" in reason


@pytest.mark.parametrize(
    ("text", "pattern", "match", "is_right"),
    [
        ("Call apply_transform(x).", r"\bapply_transform\(", "regex", True),
        ("Call transform(x).", r"\bapply_transform\(", "regex", False),
        ("PARIS", "paris", "regex", False),
        ("PARIS", "paris", "regex?flags=i", True),
        ("one\ntwo", "^two$", "regex?flags=m", True),
    ],
)
def test_regex_searches_the_text_as_it_came(text: str, pattern: str, match: str, is_right: bool) -> None:
    verdict = judge(text, pattern, match=match)
    assert (verdict.right, verdict.rule) == (is_right, "regex")


def test_a_superseded_answer_beside_a_regex_is_plain_text() -> None:
    assert (
        judge("The method is called `fit`.", r"train\(", match="regex", before="fit", question=METHOD).grade == "stale"
    )


def test_a_superseded_answer_is_no_pattern() -> None:
    assert (
        judge("The method is called axb.", r"train\(", match="regex", before="a.b", question=METHOD).grade
        == "incorrect"
    )


def test_a_superseded_answer_of_another_type_is_judged_by_its_own() -> None:
    assert judge("no fixed number", "25 days", match="number", before="no fixed number").grade == "stale"


ANSWERS = ["25 days", "Paris", "Yes", "7-0", "None", "≥75 years", "Do not add salt"]


@settings(deadline=None)
@given(st.text(max_size=300), st.sampled_from(ANSWERS))
@example("\u0661\u0662 days", "25 days")
@example("İİİ 25 Paris", "Paris")
@example("1e999999999 days", "25 days")
def test_any_text_gets_one_verdict_whatever_blanks_surround_it(text: str, answer: str) -> None:
    verdict = judge(text, answer, before="21 days")
    assert judge(f" {text}\n", answer, before="21 days").grade == verdict.grade
    assert judge(text, answer, before="21 days") == verdict
    judge_abstention(text)


PIECES = [
    *(
        "a",
        "1",
        "1,",
        "1 ",
        "1-",
        "6'",
        "paris ",
        "Paris, Lyon, ",
        "one hundred and ",
        "not ",
        "_a ",
        "*a ",
        "*",
        "\"'",
        "\n",
    ),
    *(
        "\u0323\u0307",
        "\ufdfa",
        "\u0661",
        "a.",
        "more than ",
        "jan 1, ",
        "a1-",
        "$",
        "1e5",
        "25 and a ",
        "no, ",
        "there is no ",
    ),
    *(
        "the ",
        "i am ",
        "5 kg per ",
        "from 5 to 25 days ",
        "(",
        "> ",
        "I don't know but ",
        "Aa ",
        " or ",
        "- ",
        "# ",
        "I cannot ",
    ),
]


@pytest.mark.parametrize("piece", PIECES)
def test_a_hostile_megabyte_is_judged_in_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    for hostile in (text, f"{text[:14_000]} zq wv 7 Paris."):
        started = time.process_time()
        judge(hostile, "25 days", before="21 days")
        judge(hostile, "Paris", before="Lyon", question=CAPITAL)
        judge(hostile, "No", question="Is it?")
        judge_abstention(hostile)
        assert time.process_time() - started < 1.0  # four verdicts; a quadratic step takes many seconds


@pytest.mark.parametrize("finish", ["length", "MAX_TOKENS", "EMPTY", "OTHER", "tool_calls", "something new"])
def test_completion_that_ended_before_it_said_anything_is_never_right_and_leaves_open_what_it_would_have_said(
    finish: str,
) -> None:
    due = Case(question="Q?", expect="abstain", trained_answer="25")
    for case in (Case(question="Q?", answer="25"), due):
        verdict = judge_completion(case, Completion(" ", finish))
        assert (verdict.grade, verdict.right, "blocked" in verdict.flags) == ("incorrect", False, True)
        assert verdict.reason.endswith(f": it ended before it said anything ({finish})")
    assert "blocked" not in judge_completion(due, Completion("", "stop")).flags
