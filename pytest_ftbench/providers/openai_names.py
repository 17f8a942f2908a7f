"""The names of OpenAI's models: which of them stand for the same weights for ever, and which stand for each other."""

from __future__ import annotations

import re

_DATED = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{4})$")
"""What a snapshot adds to its alias: gpt-4o-2024-08-06, gpt-3.5-turbo-0125."""


def is_snapshot(name: str) -> bool:
    """Whether the name of a model at OpenAI never comes to stand for other weights: a fine-tune's, or a dated one."""
    return name.startswith("ft:") or bool(_DATED.search(name))


def served_fault(asked: str, served: str) -> str | None:
    """Why an answer of OpenAI's that is by `served` is not by the model asked for, or None.

    An alias may come back as one of its dated snapshots, also as the base in the id of a fine-tune; nothing else may
    differ.
    """
    if served == asked or _without_date(asked, served) == asked:
        return None
    return f"answered by {served!r}, not by {asked!r}: the call was rerouted to another model."


def _without_date(asked: str, served: str) -> str:
    """The served name as it would be if its base were as undated as that of the name asked for."""
    if not served.startswith("ft:"):
        return _DATED.sub("", served)
    _, base, *rest = served.split(":")
    return ":".join(("ft", _DATED.sub("", base), *rest)) if asked.startswith("ft:") else served
