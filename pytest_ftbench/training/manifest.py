"""What a training file was made of, written beside it: the same bytes for the same file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from pytest_ftbench import __version__
from pytest_ftbench.prompts import content_hash
from pytest_ftbench.records import Case
from pytest_ftbench.training.exporting import Export
from pytest_ftbench.training.selection import Fact

MANIFEST_SCHEMA = 1
MANIFEST_ENDING = ".manifest.json"
"""Added to the name of the training file."""


def manifest_of(export: Export, *, file: str, file_hash: str, size: int) -> dict[str, Any]:
    """What the training file was made of, as plain data.

    file: its name, without folders. file_hash: its SHA-256, in hexadecimal digits. size: its bytes.
    """
    request = export.request
    return {
        "manifest": MANIFEST_SCHEMA,
        "made_by": f"pytest-ftbench {__version__}",
        "file": file,
        "sha256": file_hash,
        "bytes": size,
        "format": str(request.form),
        "technique": str(request.technique),
        "repeats": request.repeats,
        "holdout": request.holdout,
        "seed": request.seed,
        "examples": export.examples,
        "suites": suite_hashes(export.cases),
        "trained": _by_suite(export.trained),
        "held_out": _by_suite(export.held_out),
        "left_out": _reasons(export.left_out),
    }


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """The manifest as it is written."""
    return f"{json.dumps(manifest, indent=1, ensure_ascii=False)}\n"


def suite_hashes(cases: Iterable[Case]) -> dict[str, str]:
    """By question set, the SHA-256 of all that a training file takes from it.

    The order of the cases, their places and their tags do not enter.
    """
    parts: dict[str, list[str]] = {}
    for case in cases:
        told = [case.fact, content_hash(case), case.text_to_send, case.context]
        parts.setdefault(case.suite, []).append(json.dumps(told))
    return {suite: sha256("\n".join(sorted(own)).encode()).hexdigest() for suite, own in sorted(parts.items())}


def _by_suite(facts: Iterable[Fact]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for suite, name in sorted(facts):
        found.setdefault(suite, []).append(name)
    return found


def _reasons(left_out: Mapping[Fact, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for (suite, name), reason in sorted(left_out.items()):
        found.setdefault(suite, {})[name] = reason
    return found
