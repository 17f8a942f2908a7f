"""Cases, and the results that tests of them could have."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from pytest_ftbench.evaluate import build_result, own_verdict
from pytest_ftbench.records import Case, Completion, Result, Verdict

NO_HOOK = SimpleNamespace(pytest_ftbench_gate=lambda **_: None)
"""A hook relay where nobody has a last word over gates."""


def make_case(fact: str, variant: str = "memorization", **fields: Any) -> Case:
    default = "" if fields.get("expect") == "abstain" else "42"
    return Case(f"{fact}?", fact=fact, variant=variant, id="1", suite="s", **{"answer": default, **fields})


def make_cases(number: int, **fields: Any) -> list[Case]:
    return [make_case(f"f{index}", **fields) for index in range(number)]


def result_of(case: Case, outcome: str, endpoint: str = "e") -> Result:
    """`r` right, `w` wrong, `e` error, `u` unscored, `n` not applicable, `l` leak, `d` undecided, `a`, `b` asserted."""
    if outcome == "e":
        return build_result(case, Completion(error="no answer"), None, endpoint=endpoint)
    if outcome in "un":
        result = build_result(case, Completion("?"), None, endpoint=endpoint)
        return replace(result, status="not_applicable") if outcome == "n" else result
    if outcome in "ab":
        verdict = own_verdict(holds=outcome == "a", reason="it says so")
    elif outcome == "r":
        verdict = Verdict("abstained" if case.expect == "abstain" else "correct", True, "exact", "")
    else:
        verdict = Verdict("incorrect", False, "exact", "", {"w": (), "l": ("leak",), "d": ("undecided",)}[outcome])
    return build_result(case, Completion("?"), verdict, endpoint=endpoint)
