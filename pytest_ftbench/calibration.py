"""What a person's labels say of a judge."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pytest_ftbench.agreement import ErrorRates, Estimate, cautious_kappa, error_rates_by_verdict
from pytest_ftbench.errors import DataError
from pytest_ftbench.review import Key, KeyRow
from pytest_ftbench.textfiles import read_text

Label = Literal["correct", "incorrect", "abstained"]
"""What a person says of an answer; a superseded one is incorrect."""
LABELS: tuple[Label, ...] = get_args(Label)

KIND = "ftbench-calibration"
SCHEMA = 1
LEAST_KAPPA = 0.6
"""Below this lower limit of kappa a judge may not decide a gate (Landis and Koch call more "substantial")."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A judge, measured against a person's labels."""

    judged_by: Mapping[str, Any]
    """The version of the matchers and the judge model with its prompt version: for others it does not hold."""
    models: Mapping[str, int]
    """Whose answers were labelled, and how many of each; for other models it does not hold."""
    labels: int
    judged: tuple[int, int]
    """How many answers were judged right and not right in what the sample was drawn from."""
    confusion: tuple[tuple[int, ...], ...]
    """The judge's grades by row and the person's by column, both in the order of LABELS."""
    table: tuple[tuple[int, int], tuple[int, int]]
    """The same by right and not right, which is what gates count."""
    rates: ErrorRates | None
    """None where the labels are all of one kind."""
    kappa: Estimate | None
    """Over right and not right. None where both the judge and the person used one class only."""
    kappa_of_grades: Estimate | None
    leniency: float | None
    """P(judge says right) - P(person says right), weighted back to what the sample was drawn from."""
    by_rule: Mapping[str, tuple[int, int]]
    """By the rule that decided: labels, and how many of them agree."""

    @property
    def may_decide(self) -> bool:
        """Whether gates may rest on this judge."""
        return self.kappa is not None and self.kappa.low >= LEAST_KAPPA


def calibrate(key: Key, labels: Mapping[str, Label]) -> Calibration:
    """What the labels say. labels: by row id, at least one; each of a row of the key."""
    rows = [(key.rows[row_id], label) for row_id, label in labels.items()]
    cells = Counter((_class_of(row), label) for row, label in rows)
    confusion = tuple(tuple(cells[judge, person] for person in LABELS) for judge in LABELS)
    verdicts = Counter((row.right, is_right(row, label)) for row, label in rows)
    table = (
        (verdicts[True, True], verdicts[True, False]),
        (verdicts[False, True], verdicts[False, False]),
    )
    by_rule: dict[str, tuple[int, int]] = {}
    for row, label in sorted(rows, key=lambda one: one[0].rule):
        count, same = by_rule.get(row.rule, (0, 0))
        by_rule[row.rule] = count + 1, same + (row.right == is_right(row, label))
    return Calibration(
        judged_by=key.judged_by,
        models=dict(sorted(Counter(row.model for row, _ in rows).items())),
        labels=len(rows),
        judged=key.judged,
        confusion=confusion,
        table=table,
        rates=_rates(table, key.judged),
        kappa=_kappa(table),
        kappa_of_grades=_kappa(_without_empty(confusion)),
        leniency=_leniency(table, key.judged),
        by_rule=by_rule,
    )


def is_right(row: KeyRow, label: Label) -> bool:
    """Whether an answer that a person labels so is what its case expects."""
    return label == ("abstained" if row.expect == "abstain" else "correct")


def _class_of(row: KeyRow) -> str:
    return "incorrect" if row.grade == "stale" else row.grade


def _rates(table: Sequence[Sequence[int]], judged: tuple[int, int]) -> ErrorRates | None:
    try:
        return error_rates_by_verdict(table, judged)
    except ValueError:
        return None


def _kappa(table: Sequence[Sequence[int]]) -> Estimate | None:
    try:
        return cautious_kappa(table)
    except ValueError:
        return None


def _without_empty(table: Sequence[Sequence[int]]) -> list[list[int]]:
    """The table without the classes that nobody used."""
    used = [i for i, row in enumerate(table) if any(row) or any(line[i] for line in table)]
    return [[table[i][j] for j in used] for i in used]


def _leniency(table: Sequence[Sequence[int]], judged: tuple[int, int]) -> float | None:
    if any(not sum(row) and count for row, count in zip(table, judged, strict=True)):
        return None
    truly = sum(count * row[0] / sum(row) for row, count in zip(table, judged, strict=True) if count)
    return (judged[0] - truly) / sum(judged)


def calibration_text(calibration: Calibration) -> str:
    """The calibration as the text of its file."""
    plain = {"kind": KIND, "schema": SCHEMA, **asdict(calibration), "may_decide": calibration.may_decide}
    return json.dumps(plain, indent=1) + "\n"


def read_calibration(path: Path) -> Calibration:
    """The calibration in a file. Raises DataError for what is no such file."""
    fault = "not a calibration file. It is written by ftbench judge calibrate."
    try:
        found = json.loads(read_text(path))
        if found["kind"] != KIND or found["schema"] != SCHEMA:
            raise DataError(str(path), fault)
        (hit, false_right), (false_wrong, rejected) = found["table"]
        right, wrong = found["judged"]
        return Calibration(
            judged_by=dict(found["judged_by"]),
            models=dict(found["models"]),
            labels=found["labels"],
            judged=(right, wrong),
            confusion=tuple(tuple(row) for row in found["confusion"]),
            table=((hit, false_right), (false_wrong, rejected)),
            rates=None if found["rates"] is None else ErrorRates(**found["rates"]),
            kappa=None if found["kappa"] is None else Estimate(**found["kappa"]),
            kappa_of_grades=None if found["kappa_of_grades"] is None else Estimate(**found["kappa_of_grades"]),
            leniency=found["leniency"],
            by_rule={rule: (count, same) for rule, (count, same) in found["by_rule"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise DataError(str(path), fault) from None
