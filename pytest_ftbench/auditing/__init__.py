"""A training file held against a question set: what of it was trained, what was not, and what cannot be right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pytest_ftbench.auditing.contradictions import Contradiction, Dispute, find_contradictions, find_disputes
from pytest_ftbench.auditing.golds import Gold, find_golds
from pytest_ftbench.auditing.replies import that_ask
from pytest_ftbench.auditing.seen import NEAR, SEEN_AS, Seen, SeenAs, TrainedTexts, find_case
from pytest_ftbench.auditing.systems import SystemMismatch, find_system_mismatches
from pytest_ftbench.judges import MATCHERS, Matcher
from pytest_ftbench.records import Case
from pytest_ftbench.training.files import Conversation
from pytest_ftbench.training.selection import TRAINED_VARIANT

__all__ = ["NEAR", "SEEN_AS", "Audit", "Seen", "SeenAs", "TrainedTexts", "audit", "find_case"]


@dataclass(frozen=True)
class Audit:
    """What holding a training file against some cases has shown."""

    seen: tuple[tuple[Case, Seen], ...]
    """Each case, in order, with how it stands in the file."""
    golds: tuple[Gold, ...]
    contradictions: tuple[Contradiction, ...]
    disputes: tuple[Dispute, ...]
    systems: tuple[SystemMismatch, ...]
    held_out: Collection[tuple[str, str]] = ()
    """The facts that were left out of the file on purpose."""

    @cached_property
    def untaught(self) -> tuple[Gold, ...]:
        """Answers that never occur in the file: they cannot have been learned from it. Those held out are none."""
        return tuple(gold for gold in self.golds if gold.is_missing(self.held_out))

    @cached_property
    def leaked(self) -> tuple[tuple[Case, Seen], ...]:
        """Questions that were to show what was generalised, but stand in the file, verbatim or nearly.

        None is of several turns: such a talk begins with the trained question by design.
        """
        return tuple(
            (case, seen)
            for case, seen in self.seen
            if case.variant != TRAINED_VARIANT and seen.how != "unseen" and not case.turns
        )

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The counts of each variant, as the cases have them in order."""
        how = Counter((case.variant, seen.how) for case, seen in self.seen)
        taught = Counter((case.variant, gold.is_taught) for gold in self.golds for case in gold.cases)
        variants = dict.fromkeys(case.variant for case, _ in self.seen)
        return tuple(
            Row(
                variant,
                {each: how[variant, each] for each in SEEN_AS},
                taught[variant, True],
                taught[variant, True] + taught[variant, False],
            )
            for variant in variants
        )


@dataclass(frozen=True, slots=True)
class Row:
    """The questions of one variant."""

    variant: str
    seen: Mapping[SeenAs, int]
    taught: int
    """Questions whose answer occurs in the training file,"""
    golds: int
    """of so many whose answer is a text that could."""

    @property
    def questions(self) -> int:
        return sum(self.seen.values())


def audit(
    conversations: Sequence[Conversation],
    cases: Sequence[Case],
    *,
    texts: TrainedTexts | None = None,
    system_of: Callable[[Case], str] | None = None,
    matchers: Mapping[str, Matcher] = MATCHERS,
    held_out: Collection[tuple[str, str]] = (),
) -> Audit:
    """What a training file holds of some cases.

    texts: those of the conversations, where they are indexed already. system_of: the system message under which a
    case is asked; default: its own. matchers: as `judge_completion` takes them. held_out: the facts that were left out
    of the file on purpose.
    """
    asking = that_ask(conversations, cases)
    found = TrainedTexts(conversations) if texts is None else texts
    return Audit(
        seen=tuple((case, find_case(found, case)) for case in cases),
        golds=tuple(find_golds(cases, conversations, matchers=matchers)),
        contradictions=tuple(find_contradictions(cases, conversations, matchers=matchers)),
        disputes=tuple(find_disputes(asking)),
        systems=tuple(find_system_mismatches(cases, asking, system_of=system_of or _own_system)),
        held_out=held_out,
    )


def _own_system(case: Case) -> str:
    return case.system
