"""What a server says of a model: that it is there, what it was tuned from, and when it is shut down."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from datetime import date

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers.lifecycle import Standing
from pytest_ftbench.providers.openai_body import refuse_body, text_or_none
from pytest_ftbench.providers.openai_faults import StatusError, error_text
from pytest_ftbench.providers.openai_transport import Transport

_TUNED = "ft:"
_WHAT = "a model"
_NOT_THERE = (404, 405, 501)
"""Statuses of a path that a server does not have; 404 also of a model that it does not have."""


def read_standing(transport: Transport, model: str) -> Standing:
    """What the server says, by `GET /models/MODEL`, or else by `GET /models`.

    The base of a fine-tune is in its name (`ft:BASE:ORG:SUFFIX:ID`), or is what the server calls its parent. A tuned
    model without a date that can be read ends with its base, whose date is asked for then. A server that tells nothing
    of its models, or does not list this one, has not confirmed it: names may be aliases that only completions know.
    Raises EndpointError when the server cannot be reached or refuses, or says that it has no such model.
    """
    entry, is_listed = _read_entry(transport, model)
    base = _base_of(model) or text_or_none(entry.get("parent"))
    told = entry.get("shutdown_date") or None
    ends = _read_date(told)
    if ends is None and model.startswith(_TUNED) and base:
        of_base = _read_base(transport, base).get("shutdown_date") or None
        ends, told = _read_date(of_base), told or of_base
    odd = reprlib.repr(told) if told is not None and ends is None else None
    name = text_or_none(entry.get("id")) or model
    return Standing(model=name, base=base, shutdown_date=ends, odd_date=odd, is_listed=is_listed)


def _read_entry(transport: Transport, model: str) -> tuple[Mapping[str, object], bool | None]:
    """The model's own entry, empty where the server does not say; and whether it lists the model."""
    try:
        entry = transport.fetch(lambda client: client.models.with_streaming_response.retrieve(model), what=_WHAT)
    except StatusError as error:
        if error.status not in _NOT_THERE or _is_unknown(model, error):
            raise
        return _find_listed(transport, model)
    if not isinstance(entry.get("id"), str):
        refuse_body("it has no id", what=_WHAT)
    return entry, True


def _is_unknown(model: str, error: StatusError) -> bool:
    """Whether a status is about the model, and not about a path that the server does not have, `.../models/MODEL`."""
    said = error_text(error.body, secret="")
    return "model_not_found" in said or re.search(rf"(?<![\w/.-]){re.escape(model)}(?![\w/])", said) is not None


def _find_listed(transport: Transport, model: str) -> tuple[Mapping[str, object], bool | None]:
    try:
        listed = transport.fetch(lambda client: client.models.with_streaming_response.list(), what="a list of models")
    except StatusError as error:
        if error.status not in _NOT_THERE:
            raise
        return {}, None
    data = listed.get("data")
    entries = [each for each in data if isinstance(each, Mapping)] if isinstance(data, list) else []
    by_name = {each["id"]: each for each in entries if isinstance(each.get("id"), str)}
    return by_name.get(model, {}), model in by_name if by_name else None


def _read_base(transport: Transport, base: str) -> Mapping[str, object]:
    """The entry of a base model; empty where the key may not see it."""
    try:
        return transport.fetch(lambda client: client.models.with_streaming_response.retrieve(base), what=_WHAT)
    except EndpointError as error:
        if error.fault in ("transient", "throttled"):
            raise
        return {}


def _base_of(model: str) -> str | None:
    return model.split(":")[1] or None if model.startswith(_TUNED) else None


def _read_date(told: object) -> date | None:
    """The day that a text begins with, as in ISO 8601; None of anything else."""
    try:
        return date.fromisoformat(told[:10]) if isinstance(told, str) else None
    except ValueError:
        return None
