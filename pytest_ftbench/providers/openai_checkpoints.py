"""The checkpoints of a fine-tuned model: found by the job that made it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers.lifecycle import Checkpoint
from pytest_ftbench.providers.openai_body import refuse_body, text_or_none
from pytest_ftbench.providers.openai_faults import StatusError
from pytest_ftbench.providers.openai_transport import Transport

if TYPE_CHECKING:
    import openai

_JOB = "ftjob-"
_STEP = ":ckpt-step-"
"""What follows the name of a fine-tuned model in those of its checkpoints, but for the last."""
_PAGE = 100
_MOST_PAGES = 50
_NOT_THERE = (404, 405, 501)

_List = Callable[..., AbstractContextManager["openai.APIResponse[Any]"]]


def is_job(model: str) -> bool:
    """Whether a name is that of a fine-tuning job, which itself answers nothing."""
    return model.startswith(_JOB)


def list_checkpoints(transport: Transport, model: str) -> tuple[Checkpoint, ...]:
    """The checkpoints of the job that made a model, in the order of their steps, the final model last.

    model: the name of a fine-tuned model or of one of its checkpoints, or of a job.
    Raises EndpointError where the server has no jobs, none that made the model, or none of its checkpoints.
    """
    job = model if is_job(model) else _find_job(transport, model.partition(_STEP)[0])
    what = "a list of checkpoints"
    found = _entries(transport, lambda client, **page: _jobs(client).checkpoints.list(job, **page), what)
    checkpoints = sorted(map(_read_checkpoint, found), key=lambda each: (each.is_final, each.step))
    if not checkpoints:
        raise EndpointError(f"the fine-tuning job {job} at {transport.base_url} has no checkpoints.")
    return tuple(checkpoints)


def _find_job(transport: Transport, model: str) -> str:
    what, read = "a list of fine-tuning jobs", 0
    try:
        for job in _entries(transport, lambda client, **page: _jobs(client).list(**page), what):
            read += 1
            if job.get("fine_tuned_model") == model:
                return text_or_none(job.get("id")) or refuse_body("a job has no id", what=what)
    except StatusError as error:
        if error.status not in _NOT_THERE:
            raise
        raise EndpointError(f"{transport.base_url} knows no fine-tuning jobs, so no checkpoints either.") from None
    text = f"none of the {read} fine-tuning jobs at {transport.base_url} has made {model!r}."
    raise EndpointError(f"{text} Is the key that of the project it was made in?")


def _jobs(client: openai.OpenAI) -> Any:  # Any: the SDK's own class differs between its versions
    return client.fine_tuning.jobs.with_streaming_response


def _entries(transport: Transport, open_page: _List, what: str) -> Iterator[Mapping[str, object]]:
    """The entries of a list, page by page. The SDK would do so itself, but would read each page without bounds."""
    after: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        page = transport.fetch(partial(open_page, limit=_PAGE, **after), what=what)
        data = page.get("data")
        if not isinstance(data, list) or not all(isinstance(each, Mapping) for each in data):
            refuse_body("it has no list 'data' of objects", what=what)
        yield from data
        last = text_or_none(data[-1].get("id")) if data else None
        if not page.get("has_more") or last is None:
            return
        after = {"after": last}
    raise EndpointError(f"{what} at {transport.base_url} has more than {_PAGE * _MOST_PAGES} entries.")


def _read_checkpoint(entry: Mapping[str, object]) -> Checkpoint:
    name, step, metrics = (entry.get(key) for key in ("fine_tuned_model_checkpoint", "step_number", "metrics"))
    if not isinstance(name, str) or not isinstance(step, int):
        refuse_body("a checkpoint has no name or no step", what="a list of checkpoints")
    measured = metrics.items() if isinstance(metrics, Mapping) else ()
    return Checkpoint(
        step=step,
        name=name,
        is_final=_STEP not in name,
        metrics={key: float(value) for key, value in measured if key != "step" and _is_number(value)},
    )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
