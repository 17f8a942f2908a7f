"""What gates look at: the cases of one data file or marked test, or of the whole session."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_ftbench.records import Case

if TYPE_CHECKING:
    from pytest_ftbench.gates import Gate

SESSION = ""
"""The scope of gates that are set on the command line or in the configuration: every case of the session."""


@dataclass(slots=True)
class Scope:
    """A data file or a marked test: its cases, and the gates it sets over them."""

    cases: tuple[Case, ...]
    gates: tuple[Gate, ...] = ()
    others: tuple[Case, ...] = ()
    """What the same files hold beside them, and no test is about."""
    facts: int = 0
    """How many facts there would be without a limit, where more than `cases` are about."""

    @property
    def sample(self) -> tuple[int, int]:
        """How many facts the cases are about, and of how many there are."""
        asked = len({(case.suite, case.fact) for case in self.cases})
        return asked, max(asked, self.facts)

    def leave_out(self, facts: Collection[tuple[str, str]]) -> None:
        """Forget the cases of facts, by question set and name."""
        self.facts = self.sample[1]
        self.cases = tuple(case for case in self.cases if (case.suite, case.fact) not in facts)
