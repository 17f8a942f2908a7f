"""Several judges, one verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pytest_ftbench.graders.grade import Ask, grade
from pytest_ftbench.graders.rubrics import Style
from pytest_ftbench.records import Case, Completion, Grade, Verdict

_FIRST = 2


def grade_by_panel(case: Case, completion: Completion, judges: Mapping[str, Ask], *, style: Style = "auto") -> Verdict:
    """The verdict on which most of a panel agree.

    judges: by alias, in the order in which they are asked; one alone decides as `grade` has it.
    Two that agree decide. Only when the first two differ, or one of them gives no grade, are the others asked, one
    after the other, until more than half of the whole panel give the same grade; ties and splits are unscored.
    Whether a judge is right more often than not matters more than their number: errors of judges go together.
    Raises ValueError for an empty panel, SpecError for an unknown style.
    """
    if not judges:
        raise ValueError("a panel needs at least one judge, got none")
    verdicts: dict[str, Verdict] = {}
    for alias, ask in judges.items():
        verdicts[alias] = verdict = grade(case, completion, ask, judge=alias, style=style)
        if len(judges) == 1 or verdict.rule == "degenerate":
            return verdict
        if len(verdicts) < _FIRST:
            continue
        needed = _FIRST if len(verdicts) == _FIRST else len(judges) // 2 + 1
        votes = Counter(given.grade for given in verdicts.values() if given.grade is not None)
        leader, most = votes.most_common(1)[0] if votes else (None, 0)
        if most >= needed:
            return _settle(leader, verdicts, judges)
        if most + len(judges) - len(verdicts) < len(judges) // 2 + 1:
            break  # those who are left could not make a majority
    return _settle(None, verdicts, judges)


def _settle(leader: Grade | None, verdicts: Mapping[str, Verdict], judges: Mapping[str, Ask]) -> Verdict:
    """The verdict for the leading grade (None: there is none), by the rule `judge:` and all aliases of the panel."""
    agreed = [verdict for verdict in verdicts.values() if verdict.grade == leader and leader is not None]
    speaking = agreed or list(verdicts.values())
    counts = Counter(flag for verdict in speaking for flag in verdict.flags)
    flags = tuple(flag for flag, count in counts.items() if 2 * count > len(speaking))
    votes = ", ".join(f"{alias} {verdict.grade or 'unscored'}" for alias, verdict in verdicts.items())
    why = f"{speaking[0].reason} (votes: {votes})" if agreed else f"the judges do not agree (votes: {votes})"
    if not agreed and (silent := [verdict for verdict in speaking if verdict.grade is None]):
        why = f"{why}: {silent[0].reason}"
    return Verdict(leader, bool(agreed) and agreed[0].right, f"judge:{'+'.join(judges)}", why, flags)
