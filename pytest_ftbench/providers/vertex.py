"""Fine-tuned models on Google's Vertex AI, by Google's own SDK."""

from __future__ import annotations

import time

from pytest_ftbench.errors import EndpointError, SpecError
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.lifecycle import Checkpoint, Standing
from pytest_ftbench.providers.options import read_int, read_sampling
from pytest_ftbench.providers.vertex_bases import is_numbered, rerouting
from pytest_ftbench.providers.vertex_body import SAFETY, read_completion, write_config, write_contents
from pytest_ftbench.providers.vertex_faults import StatusError, one_line
from pytest_ftbench.providers.vertex_lineage import Lineage
from pytest_ftbench.providers.vertex_names import ResourceName, read_name
from pytest_ftbench.providers.vertex_predict import Predict, read_prediction
from pytest_ftbench.providers.vertex_reader import ResourceReader
from pytest_ftbench.providers.vertex_session import VertexSession
from pytest_ftbench.records import Completion, Prompt

_REFUSALS = (400, 422, 501)
"""The statuses by which servers refuse a parameter that they do not know."""
_APIS = ("generate", "predict")
"""What `api=` may be: how tuned models of Google's are asked, and how open models that were deployed by hand."""
_NOT_FOR_PREDICT = ("thinking_budget", "safety")


class Vertex:
    """A model behind the blocking client of google-genai.

    The SDK is imported, and the credentials looked for, when the first question is sent: a session that is served
    from the cache needs neither. Options: project and location (for short names), base_url (a private endpoint or a
    proxy), access_token_env (for a base_url that is not Google's, which gets no credentials else), safety (`off`, the
    default, or `service`), thinking_budget (tokens; 0: none, -1: as the model likes), api (`generate`, the default, or
    `predict` for open models that were deployed by hand), timeout, connect_timeout and read_timeout as for the
    provider openai.
    """

    is_local = False

    def __init__(self, spec: EndpointSpec) -> None:
        self.name = read_name(spec)
        self.session = VertexSession(spec, project=self.name.project, location=self.name.location)
        self._lineage = Lineage(self.name, ResourceReader(self.session))
        self._predict = Predict(self.session, self._lineage) if _read_api(spec, self.name) == "predict" else None
        self.sampling = read_sampling(spec)
        self.identity: dict[str, str | None] = {
            "provider": "vertex",
            "base_url": self.session.base_url,
            "model": str(self.name),
            "revision": spec.revision,
        }
        if self._predict is not None:
            self.identity["api"] = "predict"
        else:
            self.sampling["thinking_budget"] = read_int(spec, "thinking_budget", at_least=-1)
            self.sampling["safety_off"] = int(_read_safety(spec) == "off")
        self._deployment: str | None = None
        self._takes_schemas = True
        """Whether the server has not refused a request for structured output yet."""

    def complete(self, prompt: Prompt, *, sample: int = 1) -> Completion:  # noqa: ARG002 - the server has no such notion
        """The model's answer; EndpointError for anything that is not one."""
        target = self._lineage.endpoint()
        if self._predict is not None:
            self._predict.open()
        self.session.client()  # opened before the clock runs
        started = time.perf_counter()
        try:
            body = self._send(target, prompt)
        except EndpointError:
            raise
        except (ValueError, RuntimeError, TypeError) as error:  # what the SDK finds wrong with a request
            raise EndpointError(one_line(f"{type(error).__name__}: {error}")) from None
        latency_s = time.perf_counter() - started
        read = read_completion if self._predict is None else read_prediction
        return read(body, latency_s=latency_s, deployment=self._deployment)

    def list_checkpoints(self) -> tuple[Checkpoint, ...]:
        """The checkpoints of the tuning job that the model comes from."""
        return self._lineage.list_checkpoints()

    def read_standing(self) -> Standing:
        """What the server says of the model."""
        return self._lineage.read_standing()

    def read_deployment(self) -> str | None:
        """The weights behind the name, such as `models/888@1 checkpoint 3`; None where they may not be read."""
        return self._lineage.read_deployment()

    def use_deployment(self, deployment: str) -> None:
        """Make it part of `identity` and of every completion."""
        self.identity["deployment"] = self._deployment = deployment

    @property
    def is_fixed(self) -> bool:
        """Whether the name can only ever stand for the same weights: of base models that of a version."""
        return self.name.kind == "publishers" and is_numbered(self.name.id)

    def served_fault(self, served: str) -> str | None:
        """Why an answer by `served` is another model's, as far as the base model has been read."""
        return rerouting(self._lineage.known_base, served)

    def close(self) -> None:
        """Close the connections; what is in flight ends in an EndpointError, and so do later questions."""
        self.session.close()

    def _send(self, target: str, prompt: Prompt) -> str:
        takes_schemas = self._takes_schemas
        try:
            return self._generate(target, prompt, takes_schemas=takes_schemas)
        except StatusError as error:
            if not prompt.reply_schema or not takes_schemas or error.status not in _REFUSALS:
                raise
        # Servers say in many ways that they have no structured output. Without it the reply is read as strictly.
        body = self._generate(target, prompt, takes_schemas=False)
        self._takes_schemas = False
        return body

    def _generate(self, target: str, prompt: Prompt, *, takes_schemas: bool) -> str:
        if self._predict is not None:
            return self._predict.send(prompt, self.sampling, takes_schemas=takes_schemas).decode("utf-8", "replace")
        config = write_config(prompt, self.sampling, takes_schemas=takes_schemas)
        contents = write_contents(prompt)
        response = self.session.client().models.generate_content(model=target, contents=contents, config=config)
        answered = response.sdk_http_response
        return (answered and answered.body) or ""


def _read_api(spec: EndpointSpec, name: ResourceName) -> str:
    value = spec.options.get("api", "generate")
    if value not in _APIS:
        raise SpecError(f"model {spec.label!r}: api must be {' or '.join(_APIS)}, got {value!r}.")
    if value == "predict":
        if name.kind == "publishers":
            raise SpecError(f"model {spec.label!r}: a base model of Google's has no api=predict. Leave it out.")
        for key in _NOT_FOR_PREDICT:
            if key in spec.options:
                raise SpecError(f"model {spec.label!r}: api=predict has no {key}. Leave one out.")
    return value


def _read_safety(spec: EndpointSpec) -> str:
    value = spec.options.get("safety", "off")
    if value not in SAFETY:
        raise SpecError(f"model {spec.label!r}: safety must be {' or '.join(SAFETY)}, got {value!r}.")
    return value
