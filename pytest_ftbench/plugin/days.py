"""Days that cases name: the one from which they count, and the one by which somebody should look at them again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from pytest_ftbench.errors import SpecError
from pytest_ftbench.records import Case
from pytest_ftbench.reports.text import one_line

if TYPE_CHECKING:
    from pytest_ftbench.plugin.cases import Trial

TODAY = "ftbench_today"
"""The key of xdist's workerinput under which the controller names the day of the run."""
_SHOWN = 3
"""How many of the cases that are due for a look are named."""


def day_of_run(config: Any) -> date:  # pytest's Config, which a worker's has one attribute more than
    """The day on which the session began: the same for all its workers, also where they start around midnight."""
    told = getattr(config, "workerinput", {}).get(TODAY)
    return date.today() if told is None else date.fromisoformat(told)


def why_too_early(case: Case, today: date) -> str:
    """Why a case does not count yet; empty where it does."""
    return f"it counts from {case.valid_from} on" if case.valid_from > today.isoformat() else ""


def check_days(case: Case) -> None:
    """Raise SpecError for a day that is none, as only a case made in Python can have."""
    for name in ("valid_from", "review_by"):
        day = getattr(case, name)
        try:
            is_day = not day or date.fromisoformat(day).isoformat() == day
        except (TypeError, ValueError):
            is_day = False
        if not is_day:
            raise SpecError(f"the {name} of {case.question!r:.80} must be a day as YYYY-MM-DD, got {day!r:.80}.")


def note_on_reviews(trials: Iterable[Trial], today: date) -> list[str]:
    """What the summary says of cases that somebody should have looked at by now; nothing where there is none."""
    due = {id(case): case for trial in trials if _is_due(case := trial.subject.case, today)}
    if not due:
        return []
    names = list(dict.fromkeys(one_line(f"{case.suite}: {case.fact}", most=80) for case in due.values()))
    others = f" and {len(names) - _SHOWN} other facts" if len(names) > _SHOWN else ""
    cases = "1 case was" if len(due) == 1 else f"{len(due)} cases were"
    listed = ", ".join(names[:_SHOWN])
    return [
        f"{cases} to be reviewed by now: {listed}{others}. See whether the answers still hold, then put 'review_by' off"
    ]


def _is_due(case: Case, today: date) -> bool:
    return bool(case.review_by) and case.review_by < today.isoformat()
