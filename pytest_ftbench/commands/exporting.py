"""`ftbench export`: question sets become training files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pytest_ftbench.commands.output import check_places, say, show_json, write_new
from pytest_ftbench.datasets.sampling import HOLDOUT_SEED
from pytest_ftbench.datasets.suites import is_case_file, load_suites
from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges import judge_completion
from pytest_ftbench.records import Case, Completion
from pytest_ftbench.reports.exporting import exported_in_words
from pytest_ftbench.training.exporting import Request, plan_export
from pytest_ftbench.training.formats import Format
from pytest_ftbench.training.selection import TRAINED_VARIANT
from pytest_ftbench.training.techniques import Technique
from pytest_ftbench.training.writing import manifest_path, write_export

_Suite = Annotated[str, typer.Argument(metavar="SUITE", help="A case file, a folder of them, or ftbench:NAME.")]
_Form = Annotated[Format, typer.Option("--format", help="The form of the file.")]
_Technique = Annotated[Technique, typer.Option("--technique", help="How facts are taught.")]
_Repeats = Annotated[int, typer.Option("--repeats", metavar="N", help="How often each example stands in the file.")]
_Holdout = Annotated[float, typer.Option("--holdout", metavar="F", help="The share of facts to leave out, 0 to 1.")]
_Seed = Annotated[
    int,
    typer.Option(
        "--seed", metavar="S", help=f"Of what is held out, {HOLDOUT_SEED} as in best_on(holdout), and of the order."
    ),
]
_Out = Annotated[
    Path, typer.Option("-o", "--out", metavar="FILE", help="The training file; a manifest lies beside it.")
]
_Force = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]
_AsJson = Annotated[bool, typer.Option("--json", help="Print the manifest.")]


def export_command(
    suite: _Suite,
    form: _Form,
    out: _Out,
    technique: _Technique = Technique.QA,
    repeats: _Repeats = 1,
    holdout: _Holdout = 0.0,
    seed: _Seed = HOLDOUT_SEED,
    force: _Force = False,
    as_json: _AsJson = False,
) -> None:
    """Write the facts of a question set as a training file; exit with 1 where none of them can be taught so."""
    request = Request(form, technique, repeats=repeats, holdout=holdout, seed=seed)
    if out.suffix.lower() != form.ending:
        raise SpecError(f"FILE must end in {form.ending} for --format {form}, got {str(out)!r}.")
    if is_case_file(out):
        raise SpecError(f"{str(out)!r} would be collected as a case file. Leave out '.ftbench' for a training file.")
    suites = load_suites(suite, folder=Path.cwd(), variants=[TRAINED_VARIANT])
    sources = [each.path for each in suites if each.path is not None]
    check_places((out, manifest_path(out)), force=force, sources=sources)
    export = plan_export(suites, request, gives_answer=_gives_answer)
    manifest = None
    if export.lines:
        made: list[dict[str, object]] = []
        write_new(out, lambda path: made.append(write_export(export, path)))
        manifest = made[0]
    if as_json and manifest is not None:
        show_json(manifest, is_large=True)
    else:
        say(*exported_in_words(export, str(out), str(manifest_path(out))))
    if manifest is None:
        raise typer.Exit(1)


def _gives_answer(case: Case, sentence: str) -> bool:
    """Whether a matcher finds the answer in it; none does where another plugin brings the one that is named."""
    try:
        return bool(judge_completion(case, Completion(sentence)))
    except SpecError:
        return False
