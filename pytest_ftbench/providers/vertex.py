"""Fine-tuned models on Google's Vertex AI, by Google's own SDK."""

from __future__ import annotations

import time

from pytest_ftbench.errors import EndpointError, SpecError
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.options import read_int, read_sampling
from pytest_ftbench.providers.vertex_body import SAFETY, read_completion, write_config, write_contents
from pytest_ftbench.providers.vertex_faults import StatusError, one_line
from pytest_ftbench.providers.vertex_names import read_name
from pytest_ftbench.providers.vertex_session import VertexSession
from pytest_ftbench.records import Completion, Prompt

_REFUSALS = (400, 422, 501)
"""The statuses by which servers refuse a parameter that they do not know."""
_ANSWERS = ("endpoints", "publishers")
"""The kinds of resources that can be asked themselves."""


class Vertex:
    """A model behind the blocking client of google-genai.

    The SDK is imported, and the credentials looked for, when the first question is sent: a session that is served
    from the cache needs neither. Options: project and location (for short names), base_url (a private endpoint or a
    proxy), access_token_env (for a base_url that is not Google's, which gets no credentials else), safety (`off`, the
    default, or `service`), thinking_budget (tokens; 0: none, -1: as the model likes), timeout, connect_timeout and
    read_timeout as for the provider openai.
    """

    is_local = False

    def __init__(self, spec: EndpointSpec) -> None:
        self.name = read_name(spec)
        self.session = VertexSession(spec, project=self.name.project, location=self.name.location)
        self.sampling = {
            **read_sampling(spec),
            "thinking_budget": read_int(spec, "thinking_budget", at_least=-1),
            "safety_off": int(_read_safety(spec) == "off"),
        }
        self.identity: dict[str, str | None] = {
            "provider": "vertex",
            "base_url": self.session.base_url,
            "model": str(self.name),
            "revision": spec.revision,
        }
        self._deployment: str | None = None
        self._takes_schemas = True
        """Whether the server has not refused a request for structured output yet."""

    def complete(self, prompt: Prompt, *, sample: int = 1) -> Completion:  # noqa: ARG002 - the server has no such notion
        """The model's answer; EndpointError for anything that is not one."""
        target = self._find_target()
        self.session.client()  # opened before the clock runs
        started = time.perf_counter()
        try:
            body = self._send(target, prompt)
        except EndpointError:
            raise
        except (ValueError, RuntimeError, TypeError) as error:  # what the SDK finds wrong with a request
            raise EndpointError(one_line(f"{type(error).__name__}: {error}")) from None
        return read_completion(body, latency_s=time.perf_counter() - started, deployment=self._deployment)

    def close(self) -> None:
        """Close the connections; what is in flight ends in an EndpointError, and so do later questions."""
        self.session.close()

    def _find_target(self) -> str:
        """The full name of what is asked."""
        if self.name.kind in _ANSWERS:
            return str(self.name)
        raise EndpointError(f"{self.name} is no endpoint. Name the endpoint that it is deployed to.", fault="endpoint")

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
        config = write_config(prompt, self.sampling, takes_schemas=takes_schemas)
        contents = write_contents(prompt)
        response = self.session.client().models.generate_content(model=target, contents=contents, config=config)
        answered = response.sdk_http_response
        return (answered and answered.body) or ""


def _read_safety(spec: EndpointSpec) -> str:
    value = spec.options.get("safety", "off")
    if value not in SAFETY:
        raise SpecError(f"model {spec.label!r}: safety must be {' or '.join(SAFETY)}, got {value!r}.")
    return value
