"""A case, a completion and a verdict become a result; results become plain data and come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from pytest_ftbench.prompts import content_hash
from pytest_ftbench.records import Case, Completion, Result, Status, Verdict

OWN_ASSERTION = "assertion"
"""The rule of a verdict that the test's own assertion decided."""
_BY_JUDGE = "judge:"
"""How the rule of a verdict begins that judge models decided; their aliases follow."""


def is_by_judge(rule: str | None) -> bool:
    """Whether the rule of a verdict is a judge model, which may have given none that counts."""
    return rule is not None and rule.startswith(_BY_JUDGE)


def build_result(
    case: Case,
    completion: Completion,
    verdict: Verdict | None,
    *,
    endpoint: str,
    sample: int = 1,
    cost_usd: float | None = None,
    earlier: Sequence[str] = (),
) -> Result:
    """What is recorded of one case asked of one endpoint once.

    verdict: None where there is none; then the completion's error says why. One without a grade leaves the case
    unscored, and says why and by which judge.
    cost_usd: what the answer cost this session; None where that is not known. earlier: the answers to the turns before.
    """
    error = completion.error
    given = verdict if error is None else None
    grade = given.grade if given is not None else None
    status: Status = "error" if error is not None else "graded" if grade is not None else "unscored"
    return Result(
        suite=case.suite,
        fact=case.fact,
        variant=case.variant,
        case=case.id,
        content=content_hash(case),
        endpoint=endpoint,
        sample=sample,
        question=case.question,
        prompt=case.prompt if case.prompt and case.prompt != case.question else None,
        system=case.system or None,
        expect=case.expect,
        expected=case.expected,
        tags=dict(case.tags),
        status=status,
        grade=grade,
        right=grade is not None and given is not None and given.right,
        rule=given.rule if given is not None else None,
        reason=given.reason if given is not None else None,
        flags=given.flags if given is not None else (),
        answer=completion.text if error is None or completion.text else None,
        finish_reason=completion.finish_reason,
        latency_s=completion.latency_s,
        tokens_in=completion.tokens_in,
        tokens_out=completion.tokens_out,
        cost_usd=cost_usd,
        cached=completion.cached,
        error=error,
        served_model=completion.served_model,
        fingerprint=completion.fingerprint,
        deployment=completion.deployment,
        trained_answer=case.trained_answer if case.expect == "abstain" else None,
        match=case.match,
        answer_before=case.answer_before,
        context=case.context,
        aliases=case.aliases,
        turns=case.turns,
        requires=case.requires,
        earlier_answers=tuple(earlier),
    )


def own_verdict(*, holds: bool, reason: str) -> Verdict:
    """The verdict of a test that asserts on the answer itself."""
    return Verdict("correct" if holds else "incorrect", holds, OWN_ASSERTION, reason)


_NAMES = tuple(field.name for field in fields(Result))
_VALUES = attrgetter(*_NAMES)
_TEXTS = ("aliases", "turns", "requires", "earlier_answers")
"""The fields that hold several texts."""


def to_plain(result: Result) -> dict[str, Any]:
    """The result as text, numbers, lists and mappings, in the order of its fields."""
    plain = dict(zip(_NAMES, _VALUES(result), strict=True))
    plain["flags"], plain["tags"] = list(result.flags), dict(result.tags)
    for name in _TEXTS:
        plain[name] = list(plain[name])
    return plain


def from_plain(data: Mapping[str, Any]) -> Result:
    """The result that `to_plain` wrote; fields of a later version are passed over."""
    known: dict[str, Any] = dict(zip(_NAMES, map(data.get, _NAMES), strict=True))
    known["flags"], known["tags"] = tuple(known["flags"] or ()), dict(known["tags"] or {})
    for name in _TEXTS:
        known[name] = tuple(known[name] or ())
    return Result(**known)
