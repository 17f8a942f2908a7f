"""Short ways to ask for a verdict, shared by the judges' tests."""

from __future__ import annotations

from pytest_ftbench.judges import judge_completion
from pytest_ftbench.records import Case, Completion, Verdict

LEAVE = "How many days of paid leave do new employees get?"
CAPITAL = "What is the capital of Freedonia?"
LEAVE_2041 = "How many days of paid leave will new employees get in 2041?"


def judge(
    text: str, answer: str, *, question: str = LEAVE, match: str = "auto", before: str = "", finish: str | None = None
) -> Verdict:
    """The verdict where an answer is expected."""
    case = Case(question=question, answer=answer, match=match, answer_before=before)
    return judge_completion(case, Completion(text=text, finish_reason=finish))


def judge_abstention(
    text: str,
    *,
    trained: str = "25 days",
    others: tuple[str, ...] = (),
    question: str = LEAVE_2041,
    match: str = "auto",
) -> Verdict:
    """The verdict where a refusal is expected; others: what would leak beside the trained answer."""
    case = Case(question=question, expect="abstain", trained_answer=trained, aliases=others, match=match)
    return judge_completion(case, Completion(text=text))


def decision(verdict: Verdict) -> str:
    """Right, wrong or undecided, as the matcher decided."""
    return "right" if verdict.grade == "correct" else "undecided" if "undecided" in verdict.flags else "wrong"
