"""What somebody scores who always says the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pytest_ftbench.judges.yes_no import polarity
from pytest_ftbench.linting.findings import Finding, find
from pytest_ftbench.linting.material import Material, plain
from pytest_ftbench.records import Case

MOST = 0.6
"""The largest share of one answer among yes/no answers that is in balance."""
FEWEST = 20
"""Fewer answers are not looked at: with a handful one answer weighs too much."""
FEWEST_CONSTANT = 5
"""The same for answers that are all alike."""


def lint_balance(material: Material) -> Iterator[Finding]:
    """Variants, and relations of a variant, in which one answer is right too often. Told at their first case."""
    variants: dict[tuple[str, str], list[Case]] = defaultdict(list)
    relations: dict[tuple[str, str, str], list[Case]] = defaultdict(list)
    for case in material.cases:
        if case.expect != "answer":
            continue
        variants[case.suite, case.variant].append(case)
        if stored := material.stored(case):
            relations[case.suite, stored.column.name, case.variant].append(case)
    for (_, variant), cases in variants.items():
        yield from _check_share(variant, cases)
    told = "Ask so that the answers differ, or leave the questions out."
    for (_, relation, variant), cases in relations.items():
        if len(cases) >= FEWEST_CONSTANT and len({plain(case.answer) for case in cases}) == 1:
            every = f"all {len(cases)} {variant} questions about {relation!r} expect {cases[0].answer!r}"
            yield find("FTB302", cases[0], f"{every}: saying always that scores 100 %. {told}")
        else:
            yield from _check_share(f"{variant} ({relation})", cases)


def _check_share(name: str, cases: Sequence[Case]) -> Iterator[Finding]:
    labels = [label for case in cases if (label := polarity(case.answer)) is not None]
    total, yes = len(labels), sum(labels)
    most = max(yes, total - yes)
    if total >= FEWEST and most > MOST * total:
        word = "Yes" if yes == most else "No"
        told = f"{most} of {total} yes/no answers of {name} are {word!r}: saying always that scores {most / total:.0%}"
        first = next(case for case in cases if polarity(case.answer) == (yes == most))
        yield find("FTB301", first, f"{told.replace('%', ' %')}. Ask more whose answer is the other one.")
