"""What Vertex AI's resources say, as parsed JSON: tuning jobs, tuned models, endpoints and what is deployed to them.

Source: the v1beta1 protocol as google-cloud-aiplatform 2.7 describes it. Whole numbers of 64 bits come as text there;
names hold the project's number even where one asks by its id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers.lifecycle import Checkpoint
from pytest_ftbench.providers.vertex_faults import one_line
from pytest_ftbench.providers.vertex_names import parse_name
from pytest_ftbench.providers.vertex_reader import Resource

_SUCCEEDED = "JOB_STATE_SUCCEEDED"
_OVER = frozenset(f"JOB_STATE_{word}" for word in ("FAILED", "CANCELLED", "EXPIRED", "PARTIALLY_SUCCEEDED"))
"""States of jobs from which nothing more will come."""
_BASE_LABEL = "google-vertex-llm-tuning-base-model-id"
"""Google's own label on tuned models; google-genai reads it as `tuned_model_info.base_model`."""


def short_name(name: str) -> str:
    """`endpoints/5` of `projects/p/locations/l/endpoints/5`: the same whether p is the project's id or its number."""
    return "/".join(name.split("/")[-2:])


def name_of(resource: Resource) -> str | None:
    """What a resource calls itself."""
    return _text(resource.get("name"))


def job_endpoint(job: Resource, name: str) -> str:
    """The endpoint of a tuning job's model, which is that of its default checkpoint.

    name: the job, for messages. Raises EndpointError when the job has not succeeded, or names no endpoint.
    """
    endpoint = _name_at(_succeeded(job, name), "endpoint")
    if endpoint is None:
        raise _fault(f"{name} has succeeded, but names no endpoint: its model is not deployed. Deploy it.")
    return endpoint


def job_checkpoints(job: Resource, name: str) -> tuple[Checkpoint, ...]:
    """The checkpoints of a tuning job that can be asked, in the order of their steps; never empty.

    One whose endpoint is gone is left out. Raises EndpointError when the job has not succeeded or kept none.
    """
    kept = list(_mappings(_succeeded(job, name).get("checkpoints")))
    steps = [_count(each.get("step")) for each in kept]
    if not all(steps):
        raise _fault(f"{name} names a checkpoint without its step, which is not understood.")
    last = max((step for step in steps if step), default=0)
    found = [
        Checkpoint(step=step, name=endpoint, epoch=_count(each.get("epoch")), is_final=step == last)
        for step, each in zip(steps, kept, strict=True)
        if step and (endpoint := _name_at(each, "endpoint"))
    ]
    if not found:
        why = "the endpoints of its checkpoints are gone" if kept else "it kept no intermediate checkpoints"
        raise _fault(f"{name} has no checkpoints to ask: {why}. Name its endpoint, or another job.")
    return tuple(sorted(found, key=lambda each: each.step))


def job_made(job: Resource, endpoint: str) -> tuple[str | None, str | None]:
    """The version of a model, such as `models/888@1`, and the checkpoint of it that a job put behind an endpoint."""
    tuned = _mapping(job.get("tunedModel"))
    model = _name_at(tuned, "model")
    own = (each for each in _mappings(tuned.get("checkpoints")) if _is_named(each.get("endpoint"), endpoint))
    return model and short_name(model), next((_text(each.get("checkpointId")) for each in own), None)


def job_weights(job: Resource, endpoint: str) -> str | None:
    """What a tuning job says of the weights behind one of its endpoints, such as `models/888@1 checkpoint 3`."""
    version, checkpoint = job_made(job, endpoint)
    return version and _weights(version, checkpoint)


def job_base(job: Resource) -> str | None:
    """The model that a tuning job started from; of one that goes on with a tuned model, that model's base."""
    return _base(_text(job.get("baseModel")) or _text(_mapping(job.get("preTunedModel")).get("baseModel")))


def is_job_of(job: Resource, name: str) -> bool:
    """Whether a tuning job made this endpoint, or this version of a model."""
    tuned = _mapping(job.get("tunedModel"))
    made = [tuned.get("endpoint"), tuned.get("model")]
    made += [each.get("endpoint") for each in _mappings(tuned.get("checkpoints"))]
    return any(_is_named(each, name) for each in made)


def model_endpoint(model: Resource, name: str) -> str:
    """The endpoint that a model is deployed to; with several, that of its default checkpoint.

    name: the model, for messages. Raises EndpointError when there is none, or no telling which.
    """
    default = _text(model.get("defaultCheckpointId"))
    deployed = [
        (each, endpoint) for each in _mappings(model.get("deployedModels")) if (endpoint := _name_at(each, "endpoint"))
    ]
    by_default = {endpoint for each, endpoint in deployed if default and _text(each.get("checkpointId")) == default}
    endpoints = sorted({endpoint for _, endpoint in deployed})
    if len(by_default) == 1:
        return by_default.pop()
    if not endpoints:
        raise _fault(f"{name} is not deployed to any endpoint. Deploy it, or name another model.")
    if len(endpoints) > 1:
        listed = ", ".join(map(short_name, endpoints))
        raise _fault(f"{name} is deployed to {len(endpoints)} endpoints: {listed}. Name one of them instead.")
    return endpoints[0]


def model_weights(model: Resource, name: str, endpoint: str) -> str:
    """What a model says of the weights behind an endpoint that it is deployed to."""
    there = (each for each in _mappings(model.get("deployedModels")) if _is_named(each.get("endpoint"), endpoint))
    version = version_of(short_name(name), model.get("versionId"))
    return _weights(version, next((_text(each.get("checkpointId")) for each in there), None))


def model_base(model: Resource) -> str | None:
    """The model that a model was tuned from, or is a copy of; None where it does not say."""
    source = _mapping(model.get("baseModelSource"))
    garden, genie = _mapping(source.get("modelGardenSource")), _mapping(source.get("genieSource"))
    told = (_mapping(model.get("labels")).get(_BASE_LABEL), garden.get("publicModelName"), genie.get("baseModelUri"))
    return next((base for each in told if (base := _base(_text(each)))), None)


def endpoint_weights(endpoint: Resource) -> str | None:
    """Which weights answer behind an endpoint, such as `models/888@1 checkpoint 3`; None where it does not say.

    Several that share the traffic are all named, in alphabetical order, with their shares in whole per cent.
    """
    shares: Counter[str] = Counter()
    for each, share in _serving(endpoint):
        model = _text(each.get("model"))
        if model is None:
            return None
        # Models of elsewhere keep their whole names.
        home = (name_of(endpoint) or "").partition("endpoints/")[0]
        version = version_of(model.removeprefix(home), each.get("modelVersionId"))
        shares[_weights(version, _text(each.get("checkpointId")))] += share
    if len(shares) < 2 or not any(shares.values()):
        return ", ".join(sorted(shares)) or None
    return ", ".join(f"{weights} ({share}%)" for weights, share in sorted(shares.items()))


def endpoint_models(endpoint: Resource) -> tuple[str, ...]:
    """The whole names of the models that answer behind an endpoint, with their versions, in alphabetical order."""
    names = {
        version_of(name, each.get("modelVersionId"))
        for each, _ in _serving(endpoint)
        if (name := _name_at(each, "model"))
    }
    return tuple(sorted(names))


def is_empty(endpoint: Resource) -> bool:
    """Whether nothing is deployed to an endpoint; Google's servers leave an empty list out."""
    return endpoint.get("deployedModels", []) == []


def redeployment(endpoint: Resource, version: str, checkpoint: str | None = None) -> str | None:
    """Why the weights behind an endpoint are not the ones that were meant; None: they are, or it does not say.

    version: a model, such as `models/888@1`; without a number any version of it. checkpoint: None for any.
    All that gets a share of the traffic must be what was meant.
    """
    for each, _ in _serving(endpoint):
        model = _text(each.get("model"))
        if model is None:
            continue
        there = version_of(short_name(model), each.get("modelVersionId"))
        there_checkpoint = _text(each.get("checkpointId"))
        if _is_other_version(there, version) or (checkpoint and there_checkpoint and checkpoint != there_checkpoint):
            holder = short_name(name_of(endpoint) or "")
            return f"{holder} holds {endpoint_weights(endpoint)} now, not {_weights(version, checkpoint)}"
    return None


def dedicated_host(endpoint: Resource) -> str | None:
    """The host, or URL, that alone answers for an endpoint; None: the location's own does."""
    is_dedicated = endpoint.get("dedicatedEndpointEnabled") is True
    return _text(endpoint.get("dedicatedEndpointDns")) if is_dedicated else None


def version_of(model: str, version: object) -> str:
    """The name of a model with its version; one that it has already (a number or an alias) gives way."""
    told = _text(version)
    return f"{model.partition('@')[0]}@{told}" if told else model


def _serving(endpoint: Resource) -> list[tuple[Resource, int]]:
    """What is deployed to an endpoint and gets a share of its traffic, in per cent; 0 for all where it does not say."""
    deployed = list(_mappings(endpoint.get("deployedModels")))
    split = _mapping(endpoint.get("trafficSplit"))
    shares = [(each, _count(split.get(str(each.get("id")))) or 0) for each in deployed]
    return [pair for pair in shares if pair[1]] or shares


def _succeeded(job: Resource, name: str) -> Resource:
    """The tuned model of a job that has succeeded."""
    state = _text(job.get("state")) or "JOB_STATE_UNSPECIFIED"
    if state == _SUCCEEDED:
        return _mapping(job.get("tunedModel"))
    word = state.removeprefix("JOB_STATE_").lower().replace("_", " ")
    reason = one_line(_text(_mapping(job.get("error")).get("message")) or "")
    text = f"{name} has not succeeded: its state is {word!r}{f' ({reason})' if reason else ''}."
    advice = "Name" if state in _OVER else "Wait until it has, or name"
    raise _fault(f"{text} {advice} another job or an endpoint.")


def _weights(version: str, checkpoint: str | None) -> str:
    return f"{version} checkpoint {checkpoint}" if checkpoint else version


def _is_other_version(one: str, other: str) -> bool:
    """Whether two models cannot be the same; aliases stand for any version, and so does a name without one."""
    (model, _, number), (other_model, _, other_number) = one.partition("@"), other.partition("@")
    are_numbers = number.isdecimal() and other_number.isdecimal()
    return model != other_model or (are_numbers and number != other_number)


def _is_named(value: object, name: str) -> bool:
    told = _text(value)
    return told is not None and short_name(told) == short_name(name)


def _base(name: str | None) -> str | None:
    """A base model as tuning jobs name it: the last part of `publishers/google/models/gemini-2.5-flash`."""
    return name.rstrip("/").rpartition("/")[2] or None if name else None


def _name_at(resource: Resource, key: str) -> str | None:
    """The name of another resource. It becomes part of a URL, so one that does not look like it counts as absent."""
    try:
        return str(parse_name(_text(resource.get(key)) or ""))
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: object) -> int | None:
    """A whole number above 0 of at most 15 digits, as a number or as text."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) or None if text.isdecimal() and text.isascii() and len(text) <= 15 else None


def _mapping(value: object) -> Resource:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> Iterator[Resource]:
    return (each for each in value if isinstance(each, Mapping)) if isinstance(value, list) else iter(())


def _fault(text: str) -> EndpointError:
    return EndpointError(text, fault="endpoint")
