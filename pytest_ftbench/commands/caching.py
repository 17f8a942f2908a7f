"""`ftbench cache`: which answers are stored, and how they get from one cache into another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pytest_ftbench.cache import AnswerStore, default_folder, open_store
from pytest_ftbench.checkpoints import from_text, note_of
from pytest_ftbench.commands.models import SPEC_HELP, opened_models
from pytest_ftbench.commands.output import say, show, show_json, warn
from pytest_ftbench.configfile import nearest_table
from pytest_ftbench.errors import SpecError
from pytest_ftbench.prompts import key_of
from pytest_ftbench.reports.sharing import exported_in_words, imported_in_words, stored_blocks, stored_data
from pytest_ftbench.sharing import count_stored, export_answers, import_answers

_CacheDir = Annotated[
    Path | None,
    typer.Option(
        "--ftbench-cache-dir", metavar="DIR", help="Where the answers are (default: where sessions have them)."
    ),
]
_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

cache_app = typer.Typer(help="Look at the stored answers, and hand them on.", invoke_without_command=True)


@cache_app.callback()
def cache_command(context: typer.Context, cache_dir: _CacheDir = None, as_json: _AsJson = False) -> None:
    """Without a command: say where the cache is, and how many answers of which models are in it."""
    if context.invoked_subcommand is not None:
        if cache_dir is not None or as_json:
            raise SpecError(f"options of ftbench cache {context.invoked_subcommand} come after its name.")
        return
    folder = _folder(cache_dir)
    if folder.exists():
        with _opened_store(cache_dir) as store:
            found = count_stored(store)
    else:
        found = []
    if as_json:
        show_json({"folder": str(folder), "models": stored_data(found)})
    else:
        show(lambda unicode: stored_blocks(found, str(folder), unicode=unicode))


@cache_app.command("export")
def export_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write them, as JSON Lines.")],
    model: Annotated[
        list[str] | None, typer.Option("--model", metavar="SPEC", help=f"Whose answers; repeatable. {SPEC_HELP}")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="The answers of all models, for whichever project they were asked.")
    ] = False,
    cache_dir: _CacheDir = None,
) -> None:
    """Write stored answers, each with what was asked of which model; exit with 1 where there is none."""
    if everything and model:
        raise SpecError("--all and --model exclude each other. Leave one out.")
    named = [] if everything else _identities(model or [])
    with _opened_store(cache_dir) as store:
        wanted = None if everything else [*named, *_checkpoints(named, store)]
        exported = export_answers(store, file, is_wanted=lambda identity: wanted is None or _is_of(identity, wanted))
    say(*exported_in_words(exported, str(file)))
    if not exported.written:
        raise typer.Exit(1)


@cache_app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What ftbench cache export has written.")],
    replaces: Annotated[
        bool, typer.Option("--replace", help="Store also answers to questions that have one here.")
    ] = False,
    cache_dir: _CacheDir = None,
) -> None:
    """Store the answers of a file; those that are here already stay. Exit with 1 where a line is refused."""
    with _opened_store(cache_dir) as store:
        imported = import_answers(store, file, replaces=replaces)
    say(*imported_in_words(imported, str(file)))
    if imported.refused:
        raise typer.Exit(1)


def _folder(cache_dir: Path | None) -> Path:
    return cache_dir or default_folder()


@contextmanager
def _opened_store(cache_dir: Path | None) -> Iterator[AnswerStore]:
    _, checkout = nearest_table(Path.cwd())
    # The user's own cache folder may lie below the project, when that is the home folder; another may not.
    with open_store(_folder(cache_dir), checkout=checkout if cache_dir else None, warn=warn) as store:
        yield store


def _identities(texts: Sequence[str]) -> list[Mapping[str, str | None]]:
    """What the requests to these models say of whom they are put to. Raises FtbenchError."""
    with opened_models(texts) as models:
        for model in models:
            if model.fault:
                warn(f"{model.alias} is left out: {model.fault}")
            elif texts and model.provider is not None and model.provider.is_local:
                raise SpecError(f"the answers of {model.alias!r} are never stored: it is local. Leave it out.")
        remote = [one.provider for one in models if one.provider is not None and not one.provider.is_local]
        if not remote:
            raise SpecError("the configuration names no model whose answers are stored. Pass --model SPEC, or --all.")
        return [provider.identity for provider in remote]


def _checkpoints(named: Sequence[Mapping[str, str | None]], store: AnswerStore) -> Iterator[Mapping[str, str | None]]:
    """The checkpoints of models that were swept: their answers are those of other names."""
    for identity in named:
        entry = store.get(key_of(note_of(identity)))
        listed = from_text(str(entry.value.get("text"))) if entry is not None else None
        yield from ({**identity, "model": checkpoint.name} for checkpoint in listed or ())


def _is_of(identity: Mapping[str, str | None], wanted: Sequence[Mapping[str, str | None]]) -> bool:
    """Whether it is one of the models; what a SPEC leaves open, such as the revision, may be anything."""
    return any(all(identity.get(name) == value for name, value in one.items() if value is not None) for one in wanted)
