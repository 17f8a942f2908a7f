"""The rubrics a judge grades by, and the prompt that one response makes of them.

Each is a file in `prompts/`: the system message, `===`, the user message. Its first line names rubric and version and
is sent with the rest, so that an edited rubric is another question to the cache and to a calibration: whoever edits the
text raises the number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, get_args

from pytest_ftbench.errors import SpecError
from pytest_ftbench.graders.fence import Cleaned, clean_response, fence_code, fence_lines
from pytest_ftbench.names import near_miss
from pytest_ftbench.patterns import pattern
from pytest_ftbench.prompts import build_prompt
from pytest_ftbench.records import Case, Grade, Prompt

Style = Literal["auto", "free", "finetunebench"]
STYLES: tuple[Style, ...] = get_args(Style)


@dataclass(frozen=True, slots=True)
class Rubric:
    """What a judge may say, and what each of its words means."""

    name: str
    labels: Mapping[str, Grade]
    """The words a judge may choose from, in the order in which the prompt defines them."""
    letters: Mapping[str, str]
    """Letters by which judges name the labels, out of habit."""
    wants_quote: bool = True
    """Whether a right grade must be backed by words of the response."""
    wants_answer: bool = False
    """Whether those words must hold a word of the expected answer."""

    @property
    def version(self) -> str:
        """Name and number, `answer/1`: part of the text sent."""
        return _read(self.name)[0].partition("\n")[0].removeprefix("Rubric ")

    @property
    def schema(self) -> Mapping[str, Any] | None:  # Any: JSON Schema
        """The JSON schema of a reply, for endpoints with structured output; None where a bare word is wanted."""
        if not self.wants_quote:
            return None
        return {
            "type": "object",
            "properties": {"grade": {"type": "string", "enum": list(self.labels)}, "quote": {"type": "string"}},
            "required": ["grade", "quote"],
            "additionalProperties": False,
        }


_LETTERS = {"A": "CORRECT", "B": "INCORRECT", "C": "NOT_ATTEMPTED"}
_SIMPLE: Mapping[str, Grade] = {"CORRECT": "correct", "INCORRECT": "incorrect", "NOT_ATTEMPTED": "abstained"}
_SUPERSEDED: Mapping[str, Grade] = {
    "CORRECT": "correct",
    "STALE": "stale",
    "INCORRECT": "incorrect",
    "NOT_ATTEMPTED": "abstained",
}
LEAKED = "ANSWERED_TRAINED"
_ABSTAIN: Mapping[str, Grade] = {"ABSTAINED": "abstained", LEAKED: "incorrect", "ANSWERED_OTHER": "incorrect"}

RUBRICS: Mapping[str, Rubric] = {
    rubric.name: rubric
    for rubric in (
        Rubric("answer", _SIMPLE, _LETTERS, wants_answer=True),
        Rubric("superseded", _SUPERSEDED, _LETTERS, wants_answer=True),
        Rubric("abstain", _ABSTAIN, {}),
        Rubric("free", _SIMPLE, _LETTERS),
        Rubric("finetunebench", {"Correct": "correct", "Incorrect": "incorrect"}, {}, wants_quote=False),
    )
}

_MARKER = pattern(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class Judging:
    """One response as it is put to a judge."""

    rubric: Rubric
    prompt: Prompt
    response: Cleaned
    question: str
    expected: tuple[str, ...]
    """The expected answer and its aliases; all cleaned, as the judge sees them."""


def choose_rubric(case: Case, style: Style = "auto") -> Rubric:
    """The rubric for a case: by what it expects where `style` is `auto`, else the one that `style` names.

    A case that expects abstention has the one rubric that can grade it: `finetunebench` knows no abstention.
    Raises SpecError for an unknown style.
    """
    if style not in STYLES:
        meant = near_miss(style, STYLES)
        hint = f" Did you mean {meant!r}?" if meant else ""
        raise SpecError(f"unknown judging style {style!r}.{hint} Allowed: {', '.join(STYLES)}.")
    if case.expect == "abstain":
        return RUBRICS["abstain"]
    if style == "auto":
        return RUBRICS["superseded" if case.answer_before else "answer"]
    return RUBRICS[style]


def put_to_judge(case: Case, response: str, rubric: Rubric) -> Judging:
    """The prompt for one response. No text of case or response is ever read as a template.

    Nothing in it says which model answered. What a case does not have (context, ...) is left out with its line.
    """
    cleaned = clean_response(response)
    # The data set may be somebody else's: its texts are cleaned like the response, which also keeps them comparable.
    question, expected = _clean(case.question), _clean(case.answer)
    aliases = tuple(map(_clean, case.aliases))
    code = fence_code(rubric.version, question, expected, cleaned.text)
    fence, end_of_fence = fence_lines(code)
    values = {
        "question": question,
        "expected": expected,
        "aliases": "; ".join(aliases),
        "before": _clean(case.answer_before),
        "trained": _clean(case.trained_answer),
        "context": _clean(case.context),
        "fence": fence,
        "response": cleaned.text,
        "end_of_fence": end_of_fence,
    }
    system, user = _read(rubric.name)
    prompt = build_prompt(_fill(user, values), system=system, reply_schema=rubric.schema)
    return Judging(rubric, prompt, cleaned, question, (expected, *aliases))


def remind(prompt: Prompt) -> Prompt:
    """The prompt for a second attempt: the same, and that the first reply could not be used."""
    reminder = "An earlier reply to this could not be read. Keep exactly to the form of reply that is asked for."
    *before, (role, text) = prompt.messages
    return replace(prompt, messages=(*before, (role, f"{text}\n{reminder}")))


def _clean(text: str) -> str:
    return clean_response(text).text


def _fill(text: str, values: Mapping[str, str]) -> str:
    """The text with all markers replaced in one pass, without those lines whose value is empty."""

    def value_of(found: re.Match[str]) -> str:
        return values[found[1]]

    lines = []
    for line in text.split("\n"):
        names = [found[1] for found in _MARKER.finditer(line)]
        if all(values[name] or name == "response" for name in names):
            lines.append(_MARKER.sub(value_of, line))
    return "\n".join(lines)


@lru_cache(maxsize=16)
def _read(name: str) -> tuple[str, str]:
    """The system and the user message of a rubric, as they stand in its file."""
    text = (files("pytest_ftbench.graders") / "prompts" / f"{name}.txt").read_text(encoding="utf-8")
    system, _, user = text.partition("\n===\n")
    return system.strip(), user.strip()
