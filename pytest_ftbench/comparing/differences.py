"""Reasons not to compare two runs: what else is different than the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from urllib.parse import unquote

from pytest_ftbench.comparing.pairing import Pairing

REASONS: Mapping[str, str] = {
    "empty": "no question is in both runs",
    "single": "only one question is in both runs",
    "removed": "cases of the run before are missing now",
    "edited": "cases of the same name ask or expect something else now",
    "samples": "questions were asked less often now",
    "interrupted": "a session did not come to its end",
    "judge": "verdicts are by another judge model, or by another version of its prompts",
    "matchers": "verdicts are by the matchers of another version",
    "system": "the endpoint was given another system message",
    "sampling": "the endpoint was asked with another temperature, length or seed",
}
"""What makes a comparison INCONCLUSIVE, by the kind under which the user can allow it."""

ALLOWABLE = tuple(kind for kind in REASONS if kind != "empty")
"""Where nothing was compared, there is nothing to allow."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks against a comparison."""

    kind: str
    """A key of REASONS."""
    text: str
    """A clause that says what is different."""
    advice: str = ""
    """How both runs can be made alike, where that is known."""


def header_reasons(
    before: Mapping[str, Any], now: Mapping[str, Any], *, before_endpoint: str, now_endpoint: str
) -> Iterator[Reason]:
    """What two headers say against comparing one endpoint of the one with one of the other.

    What a header does not say, as that of replayed answers says nothing of sampling, is taken for the same.
    """
    if _judge(before) != _judge(now):
        text = f"the judges differ: {_judge(before)} before, {_judge(now)} now"
        yield Reason("judge", text, "Judge both alike: ftbench regrade RUN --judge SPEC -o NEW")
    versions = [header.get("ftbench") for header in (before, now)]
    if None not in versions and versions[0] != versions[1]:
        text = f"the matchers differ: those of ftbench {versions[0]} before, of {versions[1]} now"
        yield Reason("matchers", text, "Judge both by today's: ftbench regrade RUN -o NEW")
    systems = _system(before, before_endpoint), _system(now, now_endpoint)
    if None not in systems and systems[0] != systems[1]:
        old, new = (repr(system) if system else "none" for system in systems)
        yield Reason("system", f"the endpoints' system messages differ: {old} before, {new} now")
    samplings = _sampling(before, before_endpoint), _sampling(now, now_endpoint)
    if all(samplings) and samplings[0] != samplings[1]:
        yield Reason("sampling", f"sampling differs: {_named_differences(*samplings)}")


def pairing_reasons(pairing: Pairing, *, is_one_run: bool = False) -> Iterator[Reason]:
    """What the cases themselves say against a comparison.

    is_one_run: whether both sides are of one run, so that an unmet precondition is what the baseline there decided.
    """
    if not pairing.pairs:
        yield Reason("empty", "no question is in both runs, so there is nothing to compare")
    elif _has_one_question(pairing):
        yield Reason("single", "only one question is in both runs, which says next to nothing")
    unmet = 0 if is_one_run else sum(pair.before.status != "not_applicable" for pair in pairing.not_applicable)
    if gone := len(pairing.removed) + unmet:
        because = f", {unmet} of them because a precondition is unmet" if unmet else ""
        yield Reason("removed", f"{_cases(gone)} of the run before {_are(gone)} missing now{because}")
    if edited := len(pairing.edited):
        yield Reason("edited", f"{_cases(edited)} of the run before {_are(edited)} asked or judged differently now")
    if fewer := len(pairing.fewer_samples):
        yield Reason("samples", f"{fewer} answers of the run before are to questions asked less often now")


def _has_one_question(pairing: Pairing) -> bool:
    first = pairing.pairs[0].now
    asked = attrgetter("content", "variant", "fact", "suite")
    return all(asked(pair.now) == asked(first) for pair in pairing.pairs)


def interruption(name: str, *, has: int, of: int | None) -> Reason | None:
    """That the run of this name did not come to its end (of: None), or holds fewer results than it planned."""
    if of is None:
        return Reason("interrupted", f"{name} did not come to its end: its session crashed or was interrupted")
    return Reason("interrupted", f"{name} holds {has} of the {of} cases that its session planned") if has < of else None


def _judge(header: Mapping[str, Any]) -> str:
    """The judges of a run as far as they decide verdicts, in words: models and prompts, whatever they are called."""
    judge = header.get("judge")
    if not isinstance(judge, Mapping):
        return str(judge or "none")
    judges = judge.get("judges")
    specs = sorted(str(one.get("spec")) for one in judges if isinstance(one, Mapping)) if judges else ["none"]
    prompts = ", ".join(map(str, judge.get("prompts") or ()))
    return ", ".join(specs) + (f" with the prompts {prompts}" if prompts else "")


def _system(header: Mapping[str, Any], endpoint: str) -> str | None:
    """The system message in an endpoint's SPEC; None where the header does not know the endpoint."""
    entries = header.get("endpoints") or ()
    for entry in entries:
        if isinstance(entry, Mapping) and entry.get("alias") == endpoint:
            parts = str(entry.get("spec") or "").partition("?")[2].split("&")
            return next((unquote(part.removeprefix("system=")) for part in parts if part.startswith("system=")), "")
    return None


def _sampling(header: Mapping[str, Any], endpoint: str) -> Mapping[str, Any]:
    sampling = header.get("sampling")
    found = sampling.get(endpoint) if isinstance(sampling, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _named_differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    return ", ".join(f"{name} {before.get(name)} before and {now.get(name)} now" for name in names)


def _cases(count: int) -> str:
    return f"{count} case{'' if count == 1 else 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
