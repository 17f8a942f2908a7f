"""Names that stand twice, and questions that stand twice with answers that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_ftbench.judges import judge_answer
from pytest_ftbench.linting.findings import Finding, find
from pytest_ftbench.linting.material import Material, plain
from pytest_ftbench.records import Case


def lint_doubles(materials: Iterable[Material]) -> Iterator[Finding]:
    """Cases of all sources that have the name, or contradict the answer, of an earlier one."""
    named: dict[tuple[str, ...], Case] = {}
    asked: dict[tuple[str, ...], Case] = {}
    for case in (case for material in materials for case in material.cases):
        earlier = named.setdefault((case.suite, case.fact, case.variant, case.id), case)
        if earlier is not case:
            told = f"the {case.variant} case {case.id!r} of {case.fact!r} stands at {earlier.place}, too"
            yield find("FTB101", case, f"{told}, in the same suite {case.suite!r}. Rename one, or one of the files.")
        if case.variant == "date_change":
            continue  # an unmoved one has a code of its own
        earlier = asked.setdefault((case.system, plain(case.text_to_send), *case.turns), case)
        if earlier is not case and _contradict(earlier, case):
            told = f"the same question expects {earlier.expected!r} at {earlier.place}, and {case.expected!r} here"
            yield find("FTB205", case, f"{told}. Keep one, add 'aliases', or ask so that they differ.")


def _contradict(one: Case, other: Case) -> bool:
    if one.expect != other.expect:
        return True
    if one.answer == other.answer or one.expect == "abstain":
        return False
    if {plain(text) for text in (one.answer, *one.aliases)} & {plain(text) for text in (other.answer, *other.aliases)}:
        return False
    return not (judge_answer(one.answer, other.answer) or judge_answer(other.answer, one.answer))
