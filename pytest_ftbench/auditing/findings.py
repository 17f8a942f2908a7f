"""What an audit has found, kind by kind, each finding on one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_ftbench.auditing import Audit
from pytest_ftbench.auditing.contradictions import Contradiction, Dispute
from pytest_ftbench.auditing.golds import Gold
from pytest_ftbench.auditing.seen import Seen
from pytest_ftbench.auditing.systems import SystemMismatch
from pytest_ftbench.records import Case


@dataclass(frozen=True, slots=True)
class Finding:
    """One of them."""

    line: int
    """Of the training file; 0: it is about no line."""
    text: str
    case: Case | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """All findings of one kind, at least one."""

    name: str
    title: str
    is_error: bool
    """Whether figures would be wrong whatever was intended. Others may be meant so, as answers that are held out."""
    findings: Sequence[Finding]


def kinds_of(audit: Audit, faults: Sequence[Finding] = ()) -> Iterator[Kind]:
    """The kinds that there are findings of. faults: why the services would refuse the training file."""
    everything = (
        Kind("invalid", "what a fine-tuning service would refuse", True, faults),
        Kind(
            "contradiction",
            "questions trained with another answer than is expected",
            True,
            [_contradiction(one) for one in audit.contradictions],
        ),
        Kind(
            "leaked",
            "questions other than of memorization that stand in the training file",
            True,
            [_leaked(case, seen) for case, seen in audit.leaked if seen.how == "verbatim"],
        ),
        Kind(
            "dispute",
            "questions trained with answers that contradict each other",
            False,
            [_dispute(one) for one in audit.disputes],
        ),
        Kind(
            "untaught",
            "answers that never occur in the training file, and cannot have been learned from it",
            False,
            [_untaught(one) for one in audit.untaught],
        ),
        Kind(
            "near",
            "questions other than of memorization that nearly stand in the training file",
            False,
            [_leaked(case, seen) for case, seen in audit.leaked if seen.how == "near"],
        ),
        Kind(
            "system",
            "system messages that no training example has",
            False,
            [_system(one) for one in audit.systems],
        ),
    )
    return (kind for kind in everything if kind.findings)


def _contradiction(one: Contradiction) -> Finding:
    return Finding(one.reply.line, f"trained {one.reply.text!r:.120}, expected {one.case.expected!r:.120}", one.case)


def _dispute(one: Dispute) -> Finding:
    other = f"line {one.first.line} says {one.first.text!r:.120}"
    return Finding(one.second.line, f"{one.question!r:.160}: trained {one.second.text!r:.120}, {other}")


def _untaught(gold: Gold) -> Finding:
    _, *others = dict.fromkeys(case.variant for case in gold.cases)
    also = f", expected of {', '.join(others)} too" if others else ""
    return Finding(0, f"{gold.answer!r:.120}{also}", gold.cases[0])


def _leaked(case: Case, seen: Seen) -> Finding:
    return Finding(seen.line, f"{case.question!r:.160}", case)


def _system(one: SystemMismatch) -> Finding:
    asked = f"{one.system!r:.120}" if one.system else "no system message"
    trained = f"{one.trained!r:.120}" if one.trained else "none"
    text = f"{one.cases:,} question{'' if one.cases == 1 else 's'} asked under {asked}, most examples have {trained}"
    return Finding(one.line, text, one.first)
