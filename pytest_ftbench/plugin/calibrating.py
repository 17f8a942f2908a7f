"""What a person's labels say of the session's judge, and so of its gates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_ftbench.calibration import Calibration, why_not_trusted
from pytest_ftbench.correction import CorrectionRefused, correct_selection
from pytest_ftbench.evaluate import is_by_judge
from pytest_ftbench.gates import Decision, Gate, outcome_without, population
from pytest_ftbench.records import Result
from pytest_ftbench.reports.text import one_line, shown_path
from pytest_ftbench.review import is_judged, judged_by, model_of
from pytest_ftbench.runs import Run

Calibrations = Sequence[tuple[Path, Calibration]]
"""Calibrations, each with the file it was read from."""

HOW = "ftbench judge sample RUN -o review.csv, then ftbench judge calibrate review.csv"


class Trust:
    """Weighs the gates that verdicts of a judge take part in, by the calibrations of that judge.

    A calibration counts where it is of this session's matchers, judge models and prompts, all three the same. Of those
    of the model whose answers a gate is about, the one with the most labels counts. Where there is none, each may keep
    the judge from deciding, but none corrects anything.
    """

    def __init__(self, calibrations: Calibrations, run: Run, *, start: Path) -> None:
        """run: the session so far, as its run file will have it. start: what paths are shown relative to."""
        here = judged_by(run)
        self._run = run
        self._start = start
        self._has_any = bool(calibrations)
        self._own = [(path, found) for path, found in calibrations if dict(found.judged_by) == here]
        self._others = [(path, found) for path, found in calibrations if dict(found.judged_by) != here]
        self._rests_on_judge = False
        self._not_corrected: dict[str, list[str]] = defaultdict(list)
        """By the reason, the gates."""

    def weigh(self, gate: Gate, decision: Decision, results: Sequence[Result]) -> Decision:
        """The decision, INCONCLUSIVE where a judge decided that may not; else, for an accuracy, with its correction.

        results: all of the gate's scope and endpoint.
        """
        used = population(gate, results)
        if not any(is_by_judge(result.rule) for result in used):
            return decision
        self._rests_on_judge = True
        models = {model_of(result, self._run) for result in used if is_judged(result)}
        of_models = [one for one in self._own if set(one[1].models) == models]
        chosen = sorted(of_models, key=lambda one: one[1].labels)[-1:] or self._own
        if doubt := self._doubt(chosen):
            return _withheld(gate, decision, results, doubt)
        is_whole = decision.result.value is not None and not decision.is_partial
        if gate.metric != "accuracy" or not chosen or not is_whole:
            return decision
        try:
            graded = [result for result in used if result.status == "graded"]
            rate = correct_selection(chosen[-1][1], graded, self._run)
        except CorrectionRefused as refusal:
            self._not_corrected[str(refusal)].append(f"{decision.result.expr} of {decision.result.endpoint}")
            return decision
        low, high = rate.interval
        corrected = replace(decision.result, corrected=rate.value, corrected_low=low, corrected_high=high)
        return replace(decision, result=corrected)

    def barred(self) -> list[str]:
        """Why no gate may rest on the judge, by the calibrations that are of it."""
        doubt = self._doubt(self._own)
        return [doubt] if doubt else []

    def notes(self) -> list[str]:
        """Lines for the summary: what is missing, not used, or not corrected."""
        notes = [f"{shown_path(path, self._start)} is not used: {self._gap(found)}" for path, found in self._others]
        if self._rests_on_judge and not self._has_any:
            notes.append(f"gates rest on a judge that is not calibrated; to know how far it can be trusted: {HOW}")
        for reason, gates in self._not_corrected.items():
            more = f" and {len(gates) - 1} more" if len(gates) > 1 else ""
            notes.append(f"not corrected by labels: {gates[0]}{more}: {reason}")
        return [one_line(note, most=600) for note in notes]

    def _doubt(self, calibrations: Calibrations) -> str:
        """Why no gate may rest on the judge; empty where it may."""
        whys = [
            f"{shown_path(path, self._start)} says that the judge may not decide: {why}"
            for path, found in calibrations
            if (why := why_not_trusted(found))
        ]
        return "; ".join(whys)

    def _gap(self, calibration: Calibration) -> str:
        differences = "; ".join(_differences(calibration.judged_by, judged_by(self._run)))
        return f"{differences or 'it is of another judge'}. Label a sample of this run: {HOW}"


def _withheld(gate: Gate, decision: Decision, results: Sequence[Result], doubt: str) -> Decision:
    """The decision without what the judge says: it stands if nothing the judge could say would turn it."""
    if decision.result.outcome == "INCONCLUSIVE":
        return decision
    if outcome_without(gate, results, lambda result: is_by_judge(result.rule)) != "INCONCLUSIVE":
        return decision
    return replace(decision, result=replace(decision.result, outcome="INCONCLUSIVE", reason=doubt))


def _differences(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> Iterator[str]:
    """What a calibration was made for that this session has not."""
    if theirs.get("matchers") != ours["matchers"]:
        yield f"it is of matchers {theirs.get('matchers')}, here they are {ours['matchers']}"
    judge = theirs.get("judge")
    if not isinstance(judge, Mapping):
        yield "it is of matchers without a judge"
        return
    if judge.get("judges") != ours["judge"]["judges"]:
        yield f"it is of the judge {_named(judge.get('judges'))}, here it is {_named(ours['judge']['judges'])}"
    if judge.get("prompts") != ours["judge"]["prompts"]:
        yield f"its judge was asked by prompts {judge.get('prompts')}, here they are {ours['judge']['prompts']}"


def _named(judges: Any) -> str:
    """The judges of a header, each as the command line names it."""
    if not isinstance(judges, list) or not all(isinstance(one, Mapping) for one in judges):
        return str(judges)
    return " + ".join(f"{one.get('alias')}={one.get('spec')}" for one in judges)
