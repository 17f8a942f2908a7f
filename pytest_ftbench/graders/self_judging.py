"""Whether a judge would grade its own answers."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_ftbench.patterns import pattern

_UNTELLING = frozenset({"", "default", "model", "local", "custom"})
"""Names that servers give to whatever they hold: the same one at two servers says nothing."""

_DATE = pattern(r"-\d{4}-\d{2}-\d{2}$|-\d{4,8}$|@\d+$")
Identity = Mapping[str, str | None]


def is_same_model(
    judge: Identity, model: Identity, *, judge_served: str | None = None, model_served: str | None = None
) -> bool:
    """Whether the judge and the model under test are one model, as far as their names say.

    judge, model: the providers' identities (provider, base_url, model, revision). The revision plays no part: it is
    what a user says of one endpoint's weights, and both are asked now.
    judge_served, model_served: what the servers said has answered, once they have (`Completion.served_model`); it
    finds out an alias (`gpt-4o`), a second server with the same weights, and recorded answers.
    Names count without the organisation before the last `/`, in any case.
    """
    judges, models = _names(judge, judge_served), _names(model, model_served)
    if _server(judge) == _server(model) and (judges & models or not (judges or models)):
        return True
    return bool((judges & models) - _UNTELLING)


def kinship(judge: Identity, model: Identity) -> str:
    """The base model that both are said to come from, `gpt-4o-mini`; empty where they differ or nothing is known.

    Read from the names alone: `ft:BASE:...` names its base, and a snapshot's date does not count.
    """
    base = _base(judge.get("model") or "")
    return base if base == _base(model.get("model") or "") and base not in _UNTELLING else ""


def _base(name: str) -> str:
    """The name of a model, or of the one it was tuned from, without its snapshot's date."""
    name = name.strip()
    plain = name.split(":")[1] if name.startswith("ft:") else name
    return _DATE.sub("", plain.rpartition("/")[2]).casefold()


def _names(identity: Identity, served: str | None) -> set[str]:
    given = (identity.get("model"), served)
    return {name.strip().rstrip("/").rpartition("/")[2].casefold() for name in given if name}


def _server(identity: Identity) -> tuple[str, str]:
    return (identity.get("provider") or "", (identity.get("base_url") or "").rstrip("/").casefold())
