"""Judge models for commands: opened as a session opens them, with the same table of models and the same cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_ftbench.commands.output import warn
from pytest_ftbench.configfile import nearest_table
from pytest_ftbench.errors import DataError, FtbenchError, SpecError
from pytest_ftbench.judge_models import JudgeModels
from pytest_ftbench.judge_specs import judge_header, judge_model, open_judges, parse_judges
from pytest_ftbench.judges import MATCHERS, Matcher
from pytest_ftbench.providers import PROVIDERS
from pytest_ftbench.records import Question
from pytest_ftbench.runs import Run
from pytest_ftbench.specs import parse_spec


class JudgeRefused(FtbenchError):
    """A judge that is not to be believed."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The judges of one command."""

    judges: JudgeModels
    header: dict[str, Any]
    """As a run file names them."""
    start: Callable[[Iterable[Question]], None]
    """Begin to ask what `judges` will need."""
    calls: Callable[[], int]

    def refuse_self_judging(self, run: Run) -> None:
        """Raise JudgeRefused where a run's header names a judge as one of its endpoints."""
        for entry in run.header.get("endpoints") or ():
            spec = entry.get("spec") if isinstance(entry, Mapping) else None
            if isinstance(spec, str) and (alias := self.judges.find_itself(_name_in(spec))):
                raise JudgeRefused(
                    f"the judge {alias!r} is the model {spec!r} itself, and models favour their own answers. Name "
                    "another judge, or say allow_self_judge=true behind its '?'."
                )

    def check(self) -> None:
        """Raise JudgeRefused where a judge has missed what it should know."""
        if faults := self.judges.faults:
            raise JudgeRefused(f"{'; '.join(faults)}. Nothing is written.")


@contextmanager
def opened_judges(texts: Sequence[str], *, matchers: Mapping[str, Matcher], cache_dir: Path | None) -> Iterator[Bench]:
    """The judges that SPECs name, asked with the answers of earlier sessions at hand.

    cache_dir: where these are; None: where sessions keep them. Raises FtbenchError for a judge that cannot be used.
    """
    from pytest_ftbench.cache import default_folder, open_store
    from pytest_ftbench.engine import Engine

    table, folder = nearest_table(Path.cwd())
    specs = parse_judges(
        texts,
        models=table.get("models", {}),
        folder=Path.cwd(),
        models_folder=folder,
        known_providers=PROVIDERS,
    )
    providers = open_judges(specs, PROVIDERS)
    engine = Engine(
        providers,
        judges=providers,
        open_store=lambda: open_store(cache_dir or default_folder(), checkout=cache_dir and folder, warn=warn),
    )
    try:
        judges = JudgeModels(
            [judge_model(spec, providers[spec.alias]) for spec in specs],
            matchers=matchers,
            complete=engine.complete,
            prepare=engine.start,
        )
        yield Bench(judges, judge_header(specs) or {}, engine.start, lambda: engine.judge_calls)
    finally:
        engine.stop()
        engine.close()


def read_matchers(modules: Sequence[Path]) -> dict[str, Matcher]:
    """Our matchers, and those of Python files with a `pytest_ftbench_matchers` function, such as a conftest.py.

    Raises DataError for a file that cannot be loaded or has no such function.
    """
    from runpy import run_path

    found: dict[str, Matcher] = dict(MATCHERS)
    for path in modules:
        try:
            hook = run_path(str(path))["pytest_ftbench_matchers"]
            found.update(hook())
        except KeyError:
            raise DataError(str(path), "no function pytest_ftbench_matchers, which gives matchers by name.") from None
        except Exception as error:  # noqa: BLE001  # whatever the user's code raises
            raise DataError(str(path), f"cannot be loaded ({type(error).__name__}: {error}).") from None
    return found


def _name_in(spec: str) -> str:
    try:
        return parse_spec(spec, models={}, folder=Path.cwd(), known_providers=PROVIDERS).name
    except SpecError:  # of a provider that is not known here
        return ""
