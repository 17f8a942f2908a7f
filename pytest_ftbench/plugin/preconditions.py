"""Cases that count only where the baseline knows their answer, or does not: what the baseline makes of them."""

from __future__ import annotations

from pytest_ftbench.plugin.conversing import converse
from pytest_ftbench.plugin.state import State
from pytest_ftbench.records import Case, Completion, Grade, Precondition, Verdict

_NEEDS: dict[Precondition, str] = {
    "unknown": "the baseline knows it",
    "known": "the baseline does not know it",
    "knew_old": "the baseline does not give the superseded answer",
}
"""Why a case does not count."""


class Undecided(Exception):
    """What an endpoint makes of a case is not known."""


def why_not_applicable(case: Case, state: State) -> str:
    """Why a case does not count for the session's endpoints; empty where it does, as without a precondition.

    Without a baseline nothing decides it, and the case counts. Raises Undecided where that has no graded answer.
    """
    if not case.precondition or state.baselines is None:
        return ""
    is_right, grade = _of_baseline(case, state)
    is_met = {"unknown": not is_right, "known": is_right, "knew_old": grade == "stale"}[case.precondition]
    return "" if is_met else _NEEDS[case.precondition]


def _of_baseline(case: Case, state: State) -> tuple[bool, Grade | None]:
    """Whether the baseline answers a case right, and its grade."""
    if state.baseline_alias:
        verdict = verdict_on(case, state.baseline_alias, state)
        return verdict.right, verdict.grade
    assert state.baselines is not None
    result = state.baselines.result_of(case)
    if result is None or result.status != "graded":
        raise Undecided(f"{state.baselines.name} has no graded answer to it")
    return result.right, result.grade


def verdict_on(case: Case, alias: str, state: State, *, sample: int = 1) -> Verdict:
    """The verdict on an endpoint's answer to a case, which is awaited. Raises Undecided where there is none."""
    completion = converse(case, alias, state, sample=sample).completion
    if completion.error is not None:
        raise Undecided(f"{alias} has not answered: {completion.error}")
    verdict = grade_by_session(case, completion, alias, state)
    if verdict.grade is None:
        raise Undecided(f"no verdict on the answer of {alias}: {verdict.reason}")
    return verdict


def grade_by_session(case: Case, completion: Completion, alias: str, state: State) -> Verdict:
    """What the session's matchers, and where they cannot tell its judge, make of an endpoint's answer."""
    from pytest_ftbench.judges import judge_completion

    verdict = judge_completion(case, completion, matchers=state.matchers)
    if state.judging is not None and "undecided" in verdict.flags:
        verdict = state.judging.grade(case, completion, model=state.providers[alias].identity)
    return verdict
