"""What a person's labels say of a judge."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pytest_ftbench.agreement import ErrorRates, Estimate, cautious_kappa, error_rates_by_verdict
from pytest_ftbench.errors import DataError
from pytest_ftbench.evaluate import is_by_judge
from pytest_ftbench.review import Key, KeyRow, Stratum, read_counts
from pytest_ftbench.textfiles import read_text

Label = Literal["correct", "incorrect", "abstained"]
"""What a person says of an answer; a superseded one is incorrect."""
LABELS: tuple[Label, ...] = get_args(Label)

KIND = "ftbench-calibration"
SCHEMA = 1
LEAST_KAPPA = 0.6
"""Below this lower limit of kappa a judge may not decide a gate (Landis and Koch call more "substantial")."""


Table = tuple[tuple[int, int], tuple[int, int]]
"""Labels by the verdict, right and not right, and in each row by the person's."""


@dataclass(frozen=True, slots=True)
class LabelledStratum(Stratum):
    """A stratum, and what the labels of its answers say."""

    table: Table


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
    table: Table
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
    strata: tuple[LabelledStratum, ...]
    """The same table for each kind of question, and for verdicts by a judge model and by the matchers: no judge errs
    equally often everywhere."""

    @property
    def kappa_of_judge(self) -> Estimate | None:
        """Over the verdicts of the judge model alone, which those of the matchers, mostly plain, would outshine; over
        all where no judge model was asked. None as for `kappa`."""
        own = [stratum for stratum in self.strata if stratum.is_by_judge]
        return _kappa(pool(own)[1]) if own else self.kappa

    @property
    def may_decide(self) -> bool:
        """Whether gates may rest on this judge."""
        found = self.kappa_of_judge
        return found is not None and found.low >= LEAST_KAPPA


def calibrate(key: Key, labels: Mapping[str, Label]) -> Calibration:
    """What the labels say. labels: by row id, at least one; each of a row of the key."""
    rows = [(key.rows[row_id], label) for row_id, label in labels.items()]
    cells = Counter((_class_of(row), label) for row, label in rows)
    by_rule: dict[str, tuple[int, int]] = {}
    for row, label in sorted(rows, key=lambda one: one[0].rule):
        count, same = by_rule.get(row.rule, (0, 0))
        by_rule[row.rule] = count + 1, same + (row.right == is_right(row, label))
    return _assemble(
        judged_by=key.judged_by,
        models=dict(sorted(Counter(row.model for row, _ in rows).items())),
        confusion=tuple(tuple(cells[judge, person] for person in LABELS) for judge in LABELS),
        by_rule=by_rule,
        strata=[_labelled(stratum, rows) for stratum in key.strata],
    )


def _labelled(stratum: Stratum, rows: Iterable[tuple[KeyRow, Label]]) -> LabelledStratum:
    name = (stratum.suite, stratum.variant, stratum.is_by_judge)
    own = [one for one in rows if (one[0].suite, one[0].variant, is_by_judge(one[0].rule)) == name]
    cells = Counter((row.right, is_right(row, label)) for row, label in own)
    table = (cells[True, True], cells[True, False]), (cells[False, True], cells[False, False])
    return LabelledStratum(*name, stratum.judged, table)


def _assemble(
    judged_by: Mapping[str, Any],
    models: Mapping[str, int],
    confusion: tuple[tuple[int, ...], ...],
    by_rule: Mapping[str, tuple[int, int]],
    strata: Sequence[LabelledStratum],
) -> Calibration:
    """The calibration with all that follows from the counts."""
    judged, table = pool(strata)
    return Calibration(
        judged_by=judged_by,
        models=models,
        labels=sum(models.values()),
        judged=judged,
        confusion=confusion,
        table=table,
        rates=rates_of(strata),
        kappa=_kappa(table),
        kappa_of_grades=_kappa(_without_empty(confusion)),
        leniency=_leniency(table, judged),
        by_rule=by_rule,
        strata=tuple(strata),
    )


def pool(strata: Sequence[LabelledStratum]) -> tuple[tuple[int, int], Table]:
    """How many answers of some strata were judged right and not right, and the table of their labels."""
    right, wrong = (sum(one.judged[verdict] for one in strata) for verdict in (0, 1))
    (hit, false_right), (false_wrong, rejected) = (
        [sum(one.table[verdict][label] for one in strata) for label in (0, 1)] for verdict in (0, 1)
    )
    return (right, wrong), ((hit, false_right), (false_wrong, rejected))


def rates_of(strata: Sequence[LabelledStratum]) -> ErrorRates | None:
    """The judge's mistakes among the answers of some strata; None where their labels do not tell.

    That is so where they are all of one kind, or where a verdict was given and never labelled.
    """
    judged, table = pool(strata)
    try:
        return error_rates_by_verdict(table, judged)
    except ValueError:
        return None


def why_not_trusted(calibration: Calibration) -> str:
    """Why gates may not rest on this judge; empty where they may."""
    if calibration.may_decide:
        return ""
    found = calibration.kappa_of_judge
    own = [stratum for stratum in calibration.strata if stratum.is_by_judge]
    labels = f" over the {_total(pool(own)[1])} labels of its own verdicts" if own else ""
    if found is None:
        return f"kappa is unknown{labels}: both right and wrong ones are needed"
    return f"the lower limit of kappa is {found.low:.3f}{labels}, below {LEAST_KAPPA}"


def is_right(row: KeyRow, label: Label) -> bool:
    """Whether an answer that a person labels so is what its case expects."""
    return label == ("abstained" if row.expect == "abstain" else "correct")


def _class_of(row: KeyRow) -> str:
    return "incorrect" if row.grade == "stale" else row.grade


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
    """The calibration in a file: its counts, and what follows from them. Raises DataError for what is no such file."""
    try:
        found = json.loads(read_text(path))
        if found["kind"] == KIND and found["schema"] == SCHEMA:
            calibration = _assemble(
                judged_by=dict(found["judged_by"]),
                models={model: read_counts([count], 1)[0] for model, count in found["models"].items()},
                confusion=tuple(read_counts(row, len(LABELS)) for row in _sized(found["confusion"], len(LABELS))),
                by_rule={rule: _pair(counts) for rule, counts in found["by_rule"].items()},
                strata=[_read_stratum(one) for one in found["strata"]],
            )
            if 0 < calibration.labels == _total(calibration.table) == _total(calibration.confusion):
                return calibration
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        pass
    raise DataError(str(path), "not a calibration file. It is written by ftbench judge calibrate.")


def _read_stratum(found: Mapping[str, Any]) -> LabelledStratum:
    right, wrong = map(_pair, _sized(found["table"], 2))
    judged = _pair(found["judged"])
    if any(sum(row) > count for row, count in zip((right, wrong), judged, strict=True)):
        raise ValueError("more labels than answers")
    names = str(found["suite"]), str(found["variant"]), bool(found["is_by_judge"])
    return LabelledStratum(*names, judged, (right, wrong))


def _total(table: Sequence[Sequence[int]]) -> int:
    return sum(map(sum, table))


def _pair(found: Any) -> tuple[int, int]:
    first, second = read_counts(found, 2)
    return first, second


def _sized(found: Any, size: int) -> Sequence[Any]:
    if not isinstance(found, list) or len(found) != size:
        raise ValueError(f"expected {size} rows")
    return found
