"""Records for tests, with what does not matter filled in."""

from __future__ import annotations

from typing import Any

from pytest_ftbench.records import Result

_STATUS = {"r": "graded", "w": "graded", "e": "error", "u": "unscored", "n": "not_applicable"}


def make_result(*, outcome: str = "r", expect: str = "answer", **fields: Any) -> Result:
    """A result; outcome: `r` right, `w` wrong, `e` error, `u` unscored, `n` not applicable."""
    right = outcome == "r"
    grade = None if _STATUS[outcome] != "graded" else "incorrect"
    if right:
        grade = "abstained" if expect == "abstain" else "correct"
    defaults: dict[str, Any] = {
        "suite": "suite",
        "fact": "fact",
        "variant": "memorization",
        "case": "case",
        "content": "0" * 16,
        "endpoint": "e",
        "sample": 1,
        "question": "question?",
        "prompt": None,
        "system": None,
        "expected": "answer",
        "tags": {},
        "reason": None,
        "rule": "exact" if grade else None,
        "flags": (),
        "answer": "answer",
        "finish_reason": "stop",
        "latency_s": 0.1,
        "tokens_in": None,
        "tokens_out": None,
        "cost_usd": None,
        "cached": False,
        "error": "no answer" if outcome == "e" else None,
    }
    return Result(
        **{**defaults, "status": _STATUS[outcome], "right": right, "grade": grade, "expect": expect, **fields}
    )


_FACTS = """\
gates: [{gates}]
facts:
  - {{id: door, question: What colour is the office door?, answer: green, tags: {{topic: rooms}}}}
  - {{id: desks, question: How many desks are there?, answer: 12, tags: {{topic: rooms}}}}
  - {{id: plants, question: Who waters the plants?, answer: Paul}}
"""


def facts(*gates: str) -> str:
    """A case file with these gates and three facts, two of which the memorizer of `Project.train` knows."""
    return _FACTS.format(gates=", ".join(f'"{gate}"' for gate in gates))
