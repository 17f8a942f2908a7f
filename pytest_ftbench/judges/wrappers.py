r"""What of a response is its answer: reasoning, JSON, `\boxed{}` and what precedes "Final answer:" are taken off."""

from __future__ import annotations

import json
import re

from pytest_ftbench.patterns import pattern

_SIGNS = pattern(r"[<{$\\:]")
"""Every wrapper has one of these."""
_REASONING = pattern(r"<(/?)(?:think(?:ing)?|thought|reasoning)>", re.IGNORECASE)
_TAGS = ("think", "thought>", "reasoning>", "answer>")
_TAGGED = pattern(r"<answer>([^<]*)</answer>", re.IGNORECASE)
_FENCED_JSON = pattern(r"\s*```(?:json)?\s*(\{[^`]*\})\s*```\s*", re.IGNORECASE)
_ANNOUNCED = pattern(r"(?:(?<![^\s*_#])|^)final answer(?: is)?[ *_]{0,4}:[ *_]{0,4}\s*", re.IGNORECASE)
_BOXED = pattern(r"\\(?:boxed|fbox)\s?\{")
_FORMULA = pattern(r"\s*+(?:\$\$?([^$]+)\$\$?|\\[(\[](.+)\\[)\]])\s*+\.?\s*+")
_TEXT = pattern(r"\\(?:text|textbf|mathrm|mathbf)\s?\{([^{}]*)\}|\\([%$#&_])")
_LONGEST_JSON = 4000
_ANSWER_KEYS = ("final_answer", "answer", "response", "result", "output")


def unwrap(text: str) -> str:
    """The part of a response that is its answer, or all of it where nothing wraps it.

    A block of reasoning that is never closed has no answer after it. What is not plainly a wrapper stays.
    """
    if not _SIGNS.search(text):
        return text
    low = text.lower()
    if "<" in text and any(name in low for name in _TAGS):  # a search for tags begins at every "<"
        text = _drop_reasoning(text)
        text = next((found[1] for found in reversed(list(_TAGGED.finditer(text))) if found[1].strip()), text)
    if "{" in text and (value := _read_json(text)) is not None:
        return value
    if ":" in text and "final answer" in low:
        text = next((text[found.end() :] for found in _last_first(text) if text[found.end() :].strip(" *_#\n")), text)
    return _read_formula(text) if "\\" in text or "$" in text else text


def has_wrapper(text: str) -> bool:
    """Whether a text would lose anything: an expected answer that does is meant as it is written."""
    return unwrap(text) != text


def _last_first(text: str) -> list[re.Match[str]]:
    return list(_ANNOUNCED.finditer(text))[::-1]


def _drop_reasoning(text: str) -> str:
    """The text outside of reasoning; a closing tag without an opening one closes what stands before it."""
    kept: list[str] = []
    position, is_open, last_close = 0, False, text.rfind("</")
    for tag in _REASONING.finditer(text):
        if not tag[1]:
            if not is_open and _opens(text, tag.start(), last_close):
                kept.append(text[position : tag.start()])
                position, is_open = tag.end(), True
        elif is_open or not kept:
            position, is_open = tag.end(), False
    return "".join(kept) if is_open else "".join(kept) + text[position:]


def _opens(text: str, start: int, last_close: int) -> bool:
    """Whether a tag begins a line, or one closes after it: a sentence about the tag opens nothing."""
    before = text[max(0, start - 40) : start].rstrip(" \t")
    return not before or before[-1] in "\n>" or start < last_close


def _read_json(text: str) -> str | None:
    """The answer that a JSON object holds: the value of `answer` or the like; None for anything else."""
    if len(text) > _LONGEST_JSON:
        return None
    fenced = _FENCED_JSON.fullmatch(text)
    source = fenced[1] if fenced else text.strip()
    if not (source.startswith("{") and source.endswith("}")):
        return None
    try:
        found = json.loads(source)
    except (ValueError, RecursionError):
        return None
    named = {str(key).lower().replace(" ", "_"): value for key, value in found.items()}
    value = next((named[key] for key in _ANSWER_KEYS if key in named), None)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def _read_formula(text: str) -> str:
    r"""What the last `\boxed{}` holds, or a text that is but a formula without its signs."""
    boxes = list(_BOXED.finditer(text))
    if boxes and (inner := _read_braces(text, boxes[-1].end())):
        return _TEXT.sub(r"\1\2", inner)
    formula = _FORMULA.fullmatch(text)
    return _TEXT.sub(r"\1\2", formula[1] or formula[2]) if formula else text


def _read_braces(text: str, start: int) -> str:
    depth = 1
    for found in re.finditer(r"[{}]", text[start : start + _LONGEST_JSON]):
        depth += 1 if found[0] == "{" else -1
        if not depth:
            return text[start : start + found.start()]
    return ""
