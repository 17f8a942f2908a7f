"""Open models that were deployed by hand: chat completions inside the `predict` call of an endpoint.

The call goes over plain HTTP, as JSON. `PredictionServiceClient.predict` cannot read what these servers send where
`predictions` is one object and not a list, turns every whole number that it sends into a float, and knows no
dedicated endpoints; `aiplatform.Endpoint.predict` goes over plain HTTP itself for those. It also costs 2.9 ms of
processor time a call against 1.3 ms (64 in flight), and 1.5 s to import.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.patterns import pattern
from pytest_ftbench.providers.once import Once
from pytest_ftbench.providers.openai_chat import read_chat
from pytest_ftbench.providers.openai_faults import error_text, status_fault
from pytest_ftbench.providers.vertex_body import parse_body, refuse
from pytest_ftbench.providers.vertex_faults import one_line
from pytest_ftbench.providers.vertex_lineage import Lineage
from pytest_ftbench.providers.vertex_reader import ResourceReader
from pytest_ftbench.providers.vertex_resources import dedicated_host, short_name, version_of
from pytest_ftbench.providers.vertex_session import VertexSession
from pytest_ftbench.records import Completion, Prompt

_VERSION = "v1"
_DEDICATED = pattern(r"(?:https://)?((?:[a-z0-9-]+\.)+prediction\.vertexai\.goog)/?")
"""Hosts of Google's own, for which the user's token is meant as well."""


class Predict:
    """The `predict` call of one endpoint. Safe to use from many threads.

    An endpoint that has a host of its own answers only there. Whether it has one is read before the first question,
    unless the user says where questions go (`base_url`); where it may not be read, the location's host is asked.
    """

    def __init__(self, session: VertexSession, lineage: Lineage) -> None:
        self._session = session
        self._lineage = lineage
        self._host = Once(self._find_host)

    def open(self) -> None:
        """Find out where to send questions; EndpointError where that cannot be told."""
        self._host()

    def send(self, prompt: Prompt, sampling: Mapping[str, float | int | None], *, takes_schemas: bool) -> bytes:
        """The body of the answer to a prompt; EndpointError for any status but 200."""
        body = write_request(prompt, sampling, takes_schemas=takes_schemas)
        path = f"{_VERSION}/{self._lineage.endpoint()}:predict"
        return self._session.call("POST", path, body, base_url=self._host())

    def _find_host(self) -> str | None:
        if not self._session.is_google:
            return None
        endpoint = self._lineage.endpoint()
        host = dedicated_host(ResourceReader(self._session).look(endpoint) or {})
        if host is None:
            return None
        found = _DEDICATED.fullmatch(host)
        if found is None:
            text = f"{endpoint} is answered for by {host!r}, which is no host of Vertex AI: no token is sent there."
            raise EndpointError(text, fault="endpoint")
        return f"https://{found[1]}"


def write_request(
    prompt: Prompt, sampling: Mapping[str, float | int | None], *, takes_schemas: bool
) -> dict[str, object]:
    """The body that asks a prompt."""
    instance: dict[str, object] = {
        "@requestFormat": "chatCompletions",
        "messages": [{"role": role, "content": text} for role, text in prompt.messages],
        **{key: value for key, value in sampling.items() if value is not None},
    }
    if prompt.reply_schema and takes_schemas:
        schema = {"name": "reply", "strict": True, "schema": json.loads(prompt.reply_schema)}
        instance["response_format"] = {"type": "json_schema", "json_schema": schema}
    return {"instances": [instance]}


def read_prediction(body: str, *, latency_s: float, deployment: str | None) -> Completion:
    """The completion in a response to `predict`.

    deployment: the weights as they were read before; a response that names others wins.
    Raises EndpointError when the response holds no chat completion, or one that broke off.
    """
    answer = parse_body(body)
    chat = _unwrap(answer.get("predictions"))
    if isinstance(chat, str):
        refuse("its prediction is bare text, so the model's server does not know @requestFormat=chatCompletions")
    if not isinstance(chat, Mapping):
        refuse(f"its predictions are {_shape(answer.get('predictions'))}")
    if chat.get("error") or chat.get("object") == "error":
        raise _model_error(chat)
    return replace(read_chat(chat, secret=""), latency_s=latency_s, deployment=_weights(answer, deployment))


def _unwrap(predictions: object) -> object:
    """The only prediction: servers send it as it is, in a list, or in a list in a list."""
    for _ in range(2):
        if isinstance(predictions, list) and len(predictions) == 1:
            predictions = predictions[0]
    return predictions


def _model_error(chat: Mapping[str, object]) -> EndpointError:
    """The error that the model's own server has sent where a chat completion should be."""
    inner = chat.get("error")
    code = (inner if isinstance(inner, Mapping) else chat).get("code")
    fault = status_fault(code if isinstance(code, int) and 400 <= code < 600 else 200, chat)
    return EndpointError(f"HTTP 200, but with an error: {one_line(error_text(chat, secret=''))}", fault=fault)


def _weights(answer: Mapping[str, object], known: str | None) -> str | None:
    """The weights that answered; of those known only the one that is named, where several share the traffic."""
    model = answer.get("model")
    if not isinstance(model, str) or not model:
        return known
    told = version_of(short_name(model), answer.get("modelVersionId"))
    return known if known and "," not in known and told in known.split() else told


def _shape(value: object) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "missing" if value is None else f"JSON of type {type(value).__name__}"
