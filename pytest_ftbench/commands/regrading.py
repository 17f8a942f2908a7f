"""`ftbench regrade`: recorded answers, judged again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

import pytest_ftbench
from pytest_ftbench.commands.judges import opened_judges, read_matchers
from pytest_ftbench.commands.named_runs import RUN_HELP, read_named_run
from pytest_ftbench.commands.output import check_new, show, show_json, write_new
from pytest_ftbench.judge_models import UNDECIDED
from pytest_ftbench.judges import MATCHERS, Matcher, judge_completion
from pytest_ftbench.records import Case, Completion, Verdict
from pytest_ftbench.regrade import Regrading, judged_cases, regrade
from pytest_ftbench.reports.regrading import regrading_blocks, regrading_data
from pytest_ftbench.reports.text import clean
from pytest_ftbench.runs import Run, write_run


def regrade_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help=RUN_HELP)],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="OUT", help="Write the run with today's verdicts there.")
    ] = None,
    judge: Annotated[
        list[str] | None,
        typer.Option("--judge", metavar="SPEC", help="A model for what the matchers leave undecided; repeatable."),
    ] = None,
    matchers: Annotated[
        list[Path] | None,
        typer.Option("--matchers", metavar="FILE", help="A conftest.py or other file with matchers of your own."),
    ] = None,
    cache_dir: Annotated[
        Path | None, typer.Option("--ftbench-cache-dir", metavar="DIR", help="Where judges' replies are kept.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Judge all answers of a run again with today's matchers and judges, asking no endpoint; list what changed."""
    if out is not None:
        check_new(out)
    recorded = read_named_run(str(run))
    known = read_matchers(matchers or [])
    if judge:
        regrading, header = regrade_with_judges(recorded, judge, known, cache_dir)
        recorded = replace(recorded, header={**recorded.header, "judge": header})
    else:
        regrading = regrade(recorded.results, partial(grade_by_matchers, matchers=known))
    again = regraded_run(recorded, regrading)
    left_out = len(recorded.gates) - len(again.gates)
    if out is not None:
        write_new(out, lambda path: write_run(path, again))
    if as_json:
        data = regrading_data(regrading, recorded.results)
        show_json({"run": recorded.header.get("id"), **data, "gates_left_out": left_out})
        return
    show(lambda unicode: [*regrading_blocks(regrading, recorded.results, unicode=unicode), *_written(out, left_out)])


def grade_by_matchers(case: Case, completion: Completion, *, matchers: Mapping[str, Matcher] = MATCHERS) -> Verdict:
    """The matchers' verdict, its reason fit to be shown."""
    verdict = judge_completion(case, completion, matchers=matchers)
    return replace(verdict, reason=clean(verdict.reason))


def regrade_with_judges(
    run: Run, texts: Sequence[str], matchers: Mapping[str, Matcher], cache_dir: Path | None
) -> tuple[Regrading, dict[str, Any]]:
    """The run judged again, with judge models for what the matchers leave undecided, and how its header names them.

    Raises FtbenchError for a judge that cannot be used, or is not to be believed.
    """
    with opened_judges(texts, matchers=matchers, cache_dir=cache_dir) as bench:

        def grade(case: Case, completion: Completion) -> Verdict:
            verdict = grade_by_matchers(case, completion, matchers=matchers)
            if UNDECIDED not in verdict.flags:
                return verdict
            verdict = bench.judges.grade(case, completion)
            return replace(verdict, reason=clean(verdict.reason))

        bench.refuse_self_judging(run)
        asked = chain.from_iterable(bench.judges.questions(*one) for one in judged_cases(run.results))
        bench.start(asked)
        regrading = regrade(run.results, grade)
        bench.check()
        return regrading, bench.header


def regraded_run(run: Run, regrading: Regrading) -> Run:
    """The run with today's verdicts, under an id of its own; its header says what it was made of.

    A gate is left out where a verdict of its endpoint changed, since it was decided by the old ones.
    """
    changed = {change.before.endpoint for change in regrading.changes}
    origin: dict[str, Any] = {
        "run": run.header.get("id"),
        "ftbench": run.header.get("ftbench"),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    header = {**run.header, "id": uuid.uuid4().hex[:8], "ftbench": pytest_ftbench.__version__, "regraded": origin}
    gates = tuple(gate for gate in run.gates if gate.endpoint not in changed)
    return replace(run, header=header, results=regrading.results, gates=gates)


def _written(out: Path | None, left_out: int) -> list[Any]:
    from rich.text import Text

    if out is None:
        return []
    name = clean(str(out))
    lines = [f"run: {name}"]
    if left_out:
        lines.append(
            f"{left_out} gate{'s' if left_out != 1 else ''} left out, decided by verdicts that changed; "
            f"decide anew with pytest --ftbench-model=replay:{name}"
        )
    return [Text("\n".join(lines))]
