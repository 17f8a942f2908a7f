"""Fine-tuned models at OpenAI, and at every server that speaks its protocol."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_ftbench.errors import EndpointError, SpecError
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.lifecycle import Checkpoint, Standing
from pytest_ftbench.providers.openai_address import read_address
from pytest_ftbench.providers.openai_chat import LIMITS, ChatCompletions
from pytest_ftbench.providers.openai_checkpoints import is_job, list_checkpoints
from pytest_ftbench.providers.openai_names import is_snapshot, served_fault
from pytest_ftbench.providers.openai_parameters import Parameters, Request
from pytest_ftbench.providers.openai_responses import Responses
from pytest_ftbench.providers.openai_standing import read_standing
from pytest_ftbench.providers.openai_timeouts import read_timeouts
from pytest_ftbench.providers.openai_transport import Received, Transport
from pytest_ftbench.providers.options import read_sampling
from pytest_ftbench.records import Completion, Prompt


class OpenAIProvider:
    """A model behind the openai SDK.

    Options: base_url, api_key_env, api (`chat`, the default, or `responses`), timeout (seconds for one whole answer,
    default 60), connect_timeout (default 10), read_timeout (the longest silence of the server, default as timeout),
    max_tokens_as (the name of the parameter that carries max_tokens).
    """

    is_local = False

    def __init__(self, spec: EndpointSpec) -> None:
        self._address = address = read_address(spec)
        self._model = spec.name
        self.sampling = read_sampling(spec)
        self.identity = {
            "provider": "openai",
            "base_url": address.base_url,
            "model": spec.name,
            "revision": spec.revision,
        }
        self._transport = Transport(address, read_timeouts(spec))
        self._api = _read_api(spec, self.sampling, default_limit=address.limit)
        if isinstance(self._api, Responses):  # named only then: the keys of answers stored before there were two
            self.identity["api"] = "responses"
        self._parameters = Parameters(self._api.optional)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was asked for and could not be had of the server."""
        return self._parameters.notes

    @property
    def is_fixed(self) -> bool:
        """Whether the name can only ever stand for the same weights: a fine-tune or a dated snapshot at OpenAI."""
        return self._address.is_official and is_snapshot(self._model)

    def served_fault(self, served: str) -> str | None:
        """Why an answer by `served` is another model's. Other servers than OpenAI echo names in ways of their own."""
        return served_fault(self._model, served) if self._address.is_official else None

    def complete(self, prompt: Prompt, *, sample: int = 1) -> Completion:  # noqa: ARG002 - the server has no such notion
        """The model's answer; EndpointError for anything that is not one."""
        if is_job(self._model):
            text = f"{self._model} is a fine-tuning job, which answers nothing. Name the model that it made (ft:...)."
            raise EndpointError(text, fault="endpoint")

        def send(request: Request) -> Received:
            return self._transport.send(lambda client: self._api.open(client, request))

        received = self._parameters.send(self._api.request(prompt), send)
        return self._api.read(received, secret=self._transport.secret)

    @property
    def tells_shutdown(self) -> bool:
        """See `TellsShutdown`; of all servers that speak the protocol, OpenAI's own are known to say."""
        return self._address.is_official

    def list_checkpoints(self) -> tuple[Checkpoint, ...]:
        """See `HasCheckpoints`; the name in the SPEC may also be that of a checkpoint, or of the job (`ftjob-...`)."""
        return list_checkpoints(self._transport, self._model)

    def read_standing(self) -> Standing:
        """See `HasStanding`."""
        return read_standing(self._transport, self._model)

    def close(self) -> None:
        """Close the connections; what is in flight ends in an EndpointError, and so do later questions."""
        self._transport.close()


def _read_api(
    spec: EndpointSpec, sampling: Mapping[str, float | int | None], *, default_limit: str
) -> ChatCompletions | Responses:
    """The protocol of a SPEC. Raises SpecError for an `api` or a `max_tokens_as` that is none, or does not fit."""
    api, limit = spec.options.get("api", "chat"), spec.options.get("max_tokens_as", default_limit)
    if api not in ("chat", "responses"):
        raise SpecError(f"model {spec.label!r}: api must be chat or responses, got {api!r}.")
    if limit not in LIMITS:
        raise SpecError(f"model {spec.label!r}: max_tokens_as must be {' or '.join(LIMITS)}, got {limit!r}.")
    if api == "chat":
        return ChatCompletions(spec.name, sampling, limit=limit)
    if unknown := next((key for key in ("seed", "max_tokens_as") if key in spec.options), None):
        raise SpecError(f"model {spec.label!r}: {unknown} is not known to the Responses API. Leave it out.")
    return Responses(spec.name, sampling)
