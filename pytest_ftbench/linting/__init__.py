"""What is wrong with question sets before any model is asked: answers, names, balance, dates and wording."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pytest_ftbench.datasets.suites import expand_folders
from pytest_ftbench.linting.answers import lint_answers
from pytest_ftbench.linting.balance import lint_balance
from pytest_ftbench.linting.dates import lint_dates
from pytest_ftbench.linting.doubles import lint_doubles
from pytest_ftbench.linting.findings import CODES, Finding
from pytest_ftbench.linting.matching import lint_matching
from pytest_ftbench.linting.material import Material
from pytest_ftbench.linting.sources import read_source, with_training
from pytest_ftbench.linting.stored import lint_stored
from pytest_ftbench.linting.training import lint_training
from pytest_ftbench.linting.units import lint_units
from pytest_ftbench.linting.upkeep import lint_upkeep
from pytest_ftbench.linting.wording import lint_wording

_RULES: tuple[Callable[[Material], Iterator[Finding]], ...] = (
    lint_stored,
    lint_balance,
    lint_wording,
    lint_training,
    lint_dates,
    lint_units,
    lint_answers,
    lint_matching,
    lint_upkeep,
)
"""What looks at one source at a time."""


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found."""

    findings: tuple[Finding, ...]
    """By file and line."""
    files: int
    cases: int
    silenced: int
    """How many more there are that a tag `noqa` keeps from being told."""

    @property
    def errors(self) -> int:
        """How many findings are errors; the others are warnings."""
        return sum(finding.is_error for finding in self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each code."""
        counted = Counter(finding.code for finding in self.findings)
        return {code: counted[code] for code in CODES if code in counted}


def lint(
    sources: Iterable[str],
    *,
    folder: Path,
    today: date | None = None,
    training: Path | None = None,
    codes: Collection[str] = tuple(CODES),
) -> Linted:
    """What is wrong with case files.

    sources: paths of case files or of folders of them, relative to `folder`; `ftbench:NAME`; `finetunebench:DIR`.
    today: the day that dates are held against; None: this day.
    training: a training file of these suites, besides those that they name.
    codes: those that are told, beside what keeps something from being read.
    Raises SpecError or DataError for what is not understood on the command line; what is wrong with a source is a
    finding.
    """
    names = expand_folders(sources, folder=folder)
    findings: list[Finding] = []
    materials: list[Material] = []
    for source in names:
        material, faults = read_source(source, folder=folder, today=today or date.today())
        findings += faults
        materials.append(with_training(material, training, shown_as=str(training)) if training else material)
    findings += [finding for material in materials for rule in _RULES for finding in rule(material)]
    findings += lint_doubles(materials)
    wanted = [finding for finding in _once(findings) if finding.code in codes or finding.is_refusal]
    told = tuple(sorted(finding for finding in wanted if not finding.is_silenced))
    return Linted(told, len(names), sum(len(one.cases) for one in materials), len(wanted) - len(told))


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Each finding once, and of a name that is refused not that it is shared, too."""
    each = dict.fromkeys(findings)
    refused = {(finding.file, finding.line) for finding in each if finding.code == "FTB206"}
    return (one for one in each if one.code != "FTB204" or (one.file, one.line) not in refused)
