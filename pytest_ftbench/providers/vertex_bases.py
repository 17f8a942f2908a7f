"""Base models of Google's by their names: whether the one that answers is the one that was tuned."""

from __future__ import annotations

from pytest_ftbench.patterns import pattern

_FAMILY = "gemini-"
_MOVING = "-latest"
"""The end of names that stand for one model after another."""
_VERSION = pattern(r"[-@][0-9]{3}$")
"""The version at the end of a name, such as `-001`: its weights stay what they are."""

_DOTS = pattern(r"[._]")


def is_numbered(model: str) -> bool:
    """Whether a base model's name says which version of it is meant."""
    return _VERSION.search(model) is not None


def rerouting(base: str | None, served: str) -> str | None:
    """Why an answer that is by `served` is not by a model with this base; None: it is, or nobody can tell.

    Only two names of Gemini models can be told apart; servers of other models call these as they like. Where one of
    them has no version, any version of the other is the same model.
    """
    asked, answered = (_last_part(name) for name in (base or "", served))
    if not asked.startswith(_FAMILY) or not answered.startswith(_FAMILY) or asked.endswith(_MOVING):
        return None
    if is_numbered(asked) != is_numbered(answered):
        asked, answered = _VERSION.sub("", asked), _VERSION.sub("", answered)
    if asked == answered:
        return None
    return f"answered by {served!r}, where the base model is {base!r}: the call was rerouted to another model."


def _last_part(name: str) -> str:
    """The name alone. Labels of resources, by which models name their base, hold no dots: these become other signs."""
    return _DOTS.sub("-", name.rpartition("/")[2].lower())
