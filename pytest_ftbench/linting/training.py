"""Questions that are to test what was learned from others, but are those that were trained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pytest_ftbench.linting.findings import Finding, find
from pytest_ftbench.linting.material import Material, plain
from pytest_ftbench.records import Case

_TRAINED = "memorization"


def lint_training(material: Material) -> Iterator[Finding]:
    """Variants that ask what memorization asks, or a training file; moved questions that did not move."""
    asked: dict[tuple[str, str], dict[str, Case]] = defaultdict(dict)
    for case in material.cases:
        if case.variant == _TRAINED:
            asked[case.suite, case.fact][plain(case.question)] = case
    for case in material.cases:
        if case.variant == _TRAINED or case.turns:
            continue
        question = plain(case.question)
        same = asked[case.suite, case.fact].get(question) if (case.suite, case.fact) in asked else None
        if case.variant == "date_change":
            if same is not None:
                told = f"asks word for word what memorization asks, which expects {same.expected!r}"
                remedy = "Move its year, '+10y' does that by itself, or remove it."
                yield find("FTB403", case, f"the date_change question {told}. {remedy}")
                continue
        elif same is not None and _is_sent_alike(case, same):
            told = f"the {case.variant} question is that of memorization ({same.place})"
            yield find("FTB402", case, f"{told}: it tests no more than that. Reword it, or remove it.")
            continue
        if material.trained and (
            place := material.trained.get(question) or material.trained.get(plain(case.text_to_send))
        ):
            told = (
                f"the {case.variant} question stands in the training file ({place}): it tests what was learned by heart"
            )
            yield find("FTB402", case, f"{told}. Reword it, or take it out of training.")


def _is_sent_alike(case: Case, trained: Case) -> bool:
    """Whether only the variant's name differs: another system message or format may be what is tested."""
    if case.variant == "rephrased":
        return True
    return case.system == trained.system and plain(case.text_to_send) == plain(trained.text_to_send)
