"""`ftbench import`: question sets of other formats become case files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pytest_ftbench.commands.output import check_places, say, show, show_json, write_new
from pytest_ftbench.datasets.finetunebench import read_release
from pytest_ftbench.errors import DataError, SpecError
from pytest_ftbench.importing import Imported
from pytest_ftbench.importing.casefiles import ENDINGS, table_text
from pytest_ftbench.importing.columns import import_csv, import_jsonl, parse_mapping
from pytest_ftbench.importing.evals import import_evals
from pytest_ftbench.importing.release import case_files
from pytest_ftbench.judges import MATCHERS
from pytest_ftbench.judges.settings import parse_match
from pytest_ftbench.reports.importing import imported_data, imported_in_words, release_blocks, release_data
from pytest_ftbench.reports.text import clean
from pytest_ftbench.runs import write_whole

_Out = Annotated[
    Path, typer.Option("-o", "--out", metavar="OUT", help="The case file, NAME.ftbench.csv or NAME.ftbench.jsonl.")
]
_Map = Annotated[
    list[str],
    typer.Option(
        "--map",
        metavar="NAME=COLUMN,...",
        help="Which column is 'question', 'answer', 'id', ...; other names are tags. Repeatable.",
    ),
]
_Match = Annotated[str, typer.Option("--match", metavar="MATCHER", help="How all answers are matched (default: auto).")]
_Force = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]
_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

import_app = typer.Typer(help="Make case files of question sets in other formats; exit with 1 where nothing fits.")


@import_app.callback()
def _import() -> None:
    pass  # as in the command above it


@import_app.command("finetunebench")
def finetunebench_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The released folder, which holds 'datasets'.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="OUT", help="The folder for the case files.")],
    used_only: Annotated[
        bool, typer.Option("--used-only", help="Only the questions that the release says were used in the analysis.")
    ] = False,
    force: _Force = False,
    as_json: _AsJson = False,
) -> None:
    """Import FineTuneBench (arXiv 2411.05059): a case file for each of its data sets, answers as released."""
    if not folder.is_dir():
        raise DataError(clean(str(folder)), "no such folder. Name the one that holds 'datasets'.")
    release = read_release(folder, shown_as=str(folder))
    written = list(case_files(release, only_used_cases=used_only))
    paths = [out / new.name for new in written]
    check_places(paths, force=force)
    for path, new in zip(paths, written, strict=True):
        _write(path, new.text)
    if as_json:
        show_json(release_data(release, written, str(out), only_used_cases=used_only))
    else:
        show(lambda unicode: release_blocks(
            release, written, str(out), only_used_cases=used_only, unicode=unicode
        ))  # fmt: skip
    if not written:
        raise typer.Exit(1)


@import_app.command("openai-evals")
def evals_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Samples with 'input' and 'ideal', as JSON Lines.")],
    out: _Out,
    match: _Match = "",
    force: _Force = False,
    as_json: _AsJson = False,
) -> None:
    """Import samples of OpenAI Evals; of several ideal answers all are right."""
    _check_match(match)
    _import_table(file, out, lambda: import_evals(file, match=match), force=force, as_json=as_json)


@import_app.command("csv")
def csv_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A table whose first line names its columns.")],
    out: _Out,
    mapping: _Map,
    match: _Match = "",
    force: _Force = False,
    as_json: _AsJson = False,
) -> None:
    """Import a CSV file by the names of its columns."""
    _check_match(match)
    columns = parse_mapping(mapping)
    _import_table(file, out, lambda: import_csv(file, columns, match=match), force=force, as_json=as_json)


@import_app.command("jsonl")
def jsonl_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="One JSON object a line.")],
    out: _Out,
    mapping: _Map,
    match: _Match = "",
    force: _Force = False,
    as_json: _AsJson = False,
) -> None:
    """Import a JSON Lines file by its keys; a list of answers is one with its aliases."""
    _check_match(match)
    columns = parse_mapping(mapping)
    _import_table(file, out, lambda: import_jsonl(file, columns, match=match), force=force, as_json=as_json)


def _check_match(match: str) -> None:
    """Raise SpecError for a matcher that there is not."""
    if match:
        parse_match(match, MATCHERS)


def _import_table(file: Path, out: Path, read: Callable[[], Imported], *, force: bool, as_json: bool) -> None:
    ending = out.suffix.lower()
    if ending not in ENDINGS:
        raise SpecError(f"OUT must end in {' or '.join(ENDINGS)}, got {str(out)!r}.")
    imported = read()
    check_places([out], force=force, sources=[file])
    if imported.cases:
        _write(out, table_text(imported.cases, ending))
    if as_json:
        show_json(imported_data(imported, str(out)))
    else:
        say(*imported_in_words(imported, out))
    if not imported.cases:
        raise typer.Exit(1)


def _write(path: Path, text: str) -> None:
    write_new(path, lambda place: write_whole(place, text.encode()))
