"""`ftbench judge`: a sample of answers for a person to label, and what the labels say of the verdicts."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from pytest_ftbench.calibration import LABELS, Label, calibrate, calibration_text
from pytest_ftbench.commands.named_runs import RUN_HELP, read_named_run
from pytest_ftbench.commands.output import check_new, show, show_json, write_new
from pytest_ftbench.correction import CorrectedRate, correct_run
from pytest_ftbench.errors import DataError
from pytest_ftbench.reports.calibration import calibration_blocks, correction_table
from pytest_ftbench.reports.review import HUMAN, ROW, review_text
from pytest_ftbench.reports.text import clean
from pytest_ftbench.review import Key, draw_sample, judged_results, key_text, make_key, read_key
from pytest_ftbench.runs import write_whole
from pytest_ftbench.textfiles import read_csv_rows

judge_app = typer.Typer(help="Measure verdicts against a person's.")


@judge_app.callback()
def _judge() -> None:
    pass  # as in the command above it: a single command keeps its name


@judge_app.command("sample")
def sample_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help=RUN_HELP)],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="CSV", help="Write the answers there.")],
    size: Annotated[int, typer.Option("--n", min=1, help="How many answers.")] = 100,
    seed: Annotated[int, typer.Option("--seed", help="Another seed draws another sample.")] = 1,
    endpoint: Annotated[str, typer.Option("--endpoint", metavar="ALIAS", help="Of this endpoint only.")] = "",
) -> None:
    """Draw answers of a run for a person to label; what was judged of them stands in a second file."""
    key_path = key_of(out)
    for path in (out, key_path):
        check_new(path)
    recorded = read_named_run(str(run))
    results = judged_results(recorded, endpoint=endpoint)
    if not results:
        aliases = ", ".join(sorted({result.endpoint for result in judged_results(recorded)})) or "none"
        of_whom = f" of endpoint {endpoint!r}" if endpoint else ""
        raise DataError(str(run), f"holds no answer{of_whom} that was judged. Endpoints with such answers: {aliases}.")
    drawn = draw_sample(results, size=size, seed=seed)
    key = make_key(recorded, drawn, results, seed=seed)
    # With a byte order mark, without which the best known spreadsheet takes the file for one in its own encoding.
    text = review_text(zip(key.rows, drawn, strict=True)).encode("utf-8-sig", "backslashreplace")
    write_new(key_path, lambda path: write_whole(path, key_text(key).encode()))
    write_new(out, lambda path: write_whole(path, text))
    show(lambda _: _told([
        f"{len(drawn)} of {len(results)} answers are in {clean(str(out))}, in random order",
        f"Fill the column {HUMAN!r} with {_WORDS}; a superseded answer is incorrect.",
        f"Do not look into {clean(str(key_path))} before: it has the verdicts.",
        f"Then: ftbench judge calibrate {clean(str(out))}",
    ]))  # fmt: skip


@judge_app.command("calibrate")
def calibrate_command(
    review: Annotated[Path, typer.Argument(metavar="CSV", help="The review file, filled in.")],
    run: Annotated[
        Path | None, typer.Option("--run", metavar="RUN", help="Correct the rates of this run for the judge's errors.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="JSON", help="Default: beside CSV, as NAME.calibration.json.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare the labels with what was judged, and write that down in a calibration file."""
    key = read_key(key_of(review))
    labels = read_labels(review, key)
    calibration = calibrate(key, labels)
    corrected: list[CorrectedRate] = [] if run is None else correct_run(calibration, read_named_run(str(run)))
    written = out or review.with_suffix(".calibration.json")
    write_new(written, lambda path: write_whole(path, calibration_text(calibration).encode()))
    unlabelled = len(key.rows) - len(labels)
    if as_json:
        plain = {**asdict(calibration), "may_decide": calibration.may_decide, "unlabelled": unlabelled}
        show_json({**plain, "corrected": [asdict(rate) for rate in corrected]})
        return
    show(lambda unicode: [
        *calibration_blocks(calibration, unlabelled=unlabelled, unicode=unicode),
        *(["", correction_table(corrected, unicode=unicode), ""] if corrected else []),
        *_told([f"calibration: {clean(str(written))}"]),
    ])  # fmt: skip


_WORDS = f"{', '.join(LABELS[:-1])} or {LABELS[-1]}"


def key_of(review: Path) -> Path:
    """Where the key of a review file lies: beside it."""
    return review.with_suffix(".key.json")


def read_labels(review: Path, key: Key) -> dict[str, Label]:
    """The labels in a review file, by row id; rows without one are left out.

    Raises DataError for a row or label that cannot be understood, or a file without any label.
    """
    header, rows = read_csv_rows(review)
    if lacking := [name for name in (ROW, HUMAN) if name not in header]:
        raise DataError(f"{review}:1", f"no column {lacking[0]!r}. Columns: {', '.join(filter(None, header))}.")
    labels: dict[str, Label] = {}
    seen: set[str] = set()
    for line, cells in rows:
        place, row_id, word = f"{review}:{line}", cells[ROW].strip(), cells[HUMAN].strip().casefold()
        if row_id not in key.rows:
            raise DataError(place, f"no row {row_id!r} in {key_of(review).name}. Do both files belong together?")
        if row_id in seen:
            raise DataError(place, f"row {row_id!r} stands twice. Remove one of them.")
        seen.add(row_id)
        label = next((label for label in LABELS if label == word), None)
        if word and label is None:
            raise DataError(place, f"label {cells[HUMAN].strip()!r}. Write {_WORDS}.")
        if label == "correct" and key.rows[row_id].expect == "abstain":
            # It could mean that declining was the correct thing to do, or that the answer is true.
            raise DataError(place, "here no answer is expected. Write abstained where it gives none, else incorrect.")
        if label is not None:
            labels[row_id] = label
    if not labels:
        raise DataError(str(review), f"no row has a label. Fill the column {HUMAN!r} with {_WORDS}.")
    return labels


def _told(lines: list[str]) -> list[Any]:
    from rich.text import Text

    return [Text("\n".join(lines))]
