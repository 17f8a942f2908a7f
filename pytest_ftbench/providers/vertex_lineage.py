"""Where a model on Vertex AI comes from, and what it stands for now: read from the server when somebody asks."""

from __future__ import annotations

from contextlib import suppress

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers.lifecycle import Checkpoint, Standing
from pytest_ftbench.providers.once import Once
from pytest_ftbench.providers.vertex_names import ResourceName
from pytest_ftbench.providers.vertex_reader import Resource, ResourceReader
from pytest_ftbench.providers.vertex_resources import (
    endpoint_models,
    endpoint_weights,
    is_empty,
    is_job_of,
    job_base,
    job_checkpoints,
    job_endpoint,
    job_made,
    job_weights,
    model_base,
    model_endpoint,
    model_weights,
    name_of,
    redeployment,
    short_name,
    version_of,
)


class Lineage:
    """What stands behind the name of an endpoint, a tuning job, a tuned model or a base model.

    A job or a model is resolved to its endpoint at the first need, once: what is asked does not change under a
    session. Where the endpoint may be read, and holds other weights than those of the job or model, nothing is asked.
    Whatever the server does not tell raises EndpointError. Safe to use from many threads.
    """

    def __init__(self, name: ResourceName, reader: ResourceReader) -> None:
        self._name = name
        self._reader = reader
        self._origin = Once(self._resolve)
        self._checked = Once(self._check)
        self._is_checked = False
        self.known_base = name.id.rpartition("/")[2] if name.kind == "publishers" else None
        """The base model, once something was read that tells it; without asking for it."""

    def endpoint(self) -> str:
        """The whole name of what is asked."""
        return self._checked()

    def read_deployment(self) -> str | None:
        """The weights behind the endpoint, read anew; None where the server does not let them be read.

        For an endpoint that cannot be read, the job or model that it was found by speaks, since its default checkpoint
        can be changed: the text then begins with its name. EndpointError where others are deployed than were named.
        """
        endpoint, source = self._origin()
        shown = self._look(endpoint)
        self._refuse_others(endpoint, source, shown)
        with suppress(EndpointError):  # what can be done without
            self.known_base = self._told_base(source, shown) or self.known_base
        return self._weights(endpoint, source, shown)

    def list_checkpoints(self) -> tuple[Checkpoint, ...]:
        """The checkpoints of the tuning job that made the model, in the order of their steps.

        EndpointError where one of their endpoints can be read and holds anything else now: the name of a checkpoint is
        that of its endpoint, which does not tell.
        """
        job = self._reader.job(str(self._name)) if self._name.kind == "tuningJobs" else self._find_job()
        checkpoints = job_checkpoints(job, name_of(job) or str(self._name))
        for each in checkpoints:
            self._refuse_replaced(each.name, job)
        return checkpoints

    def read_standing(self) -> Standing:
        """What the server says of the model. No resource of Vertex AI holds the day of its shutdown."""
        endpoint, source = self._origin()
        if self._name.kind == "publishers":
            return Standing(model=name_of(self._reader.read(f"publishers/{self._name.id}")) or endpoint)
        # Who may not see an endpoint may still see the job; who named the endpoint itself is told.
        shown = self._reader.read(endpoint) if source is None else self._reader.look(endpoint)
        if shown and is_empty(shown):
            raise _fault(f"nothing is deployed to {endpoint}. Deploy a model to it, or name another endpoint.")
        self._refuse_others(endpoint, source, shown)
        self.known_base = self._told_base(source, shown) or self._base_by_job()
        return Standing(
            model=(shown and name_of(shown)) or endpoint,
            base=self.known_base,
            deployment=self._weights(endpoint, source, shown),
        )

    def _resolve(self) -> tuple[str, Resource | None]:
        """What is asked, and the job or model that it was found by."""
        name = str(self._name)
        if self._name.kind in ("endpoints", "publishers"):
            return name, None
        if self._name.kind == "tuningJobs":
            source = self._reader.job(name)
            endpoint = job_endpoint(source, name)
        else:
            source = self._reader.read(name)
            endpoint = model_endpoint(source, name)
        if not self._is_near(endpoint):
            raise _fault(f"{name} is deployed in another location, to {endpoint}. Name that endpoint instead.")
        return endpoint, source

    def _check(self) -> str:
        """What is asked, for the first question; read again only if nobody has read the deployment before."""
        endpoint, source = self._origin()
        if source is not None and not self._is_checked:
            self._refuse_others(endpoint, source, self._reader.look(endpoint))
        return endpoint

    def _refuse_others(self, endpoint: str, source: Resource | None, shown: Resource | None) -> None:
        """Raise EndpointError where an endpoint holds other weights now than those of the job or model of the name."""
        if source is not None and shown is not None:
            name = short_name(str(self._name))
            if self._name.kind == "tuningJobs":
                meant, whose, kind = job_made(source, endpoint)[0], f" of {name}", "job"
            else:
                meant, whose, kind = version_of(name, self._name.version and source.get("versionId")), "", "model"
            if meant and (fault := redeployment(shown, meant)):
                raise _fault(f"{fault}{whose}. Name the endpoint itself to ask what is there, or another {kind}.")
        self._is_checked = True

    def _refuse_replaced(self, endpoint: str, job: Resource) -> None:
        """Raise EndpointError where the endpoint of a checkpoint can be read and does not hold that any more."""
        version, checkpoint = job_made(job, endpoint)
        shown = self._reader.look(endpoint) if version and self._is_near(endpoint) else None
        if version and shown and (fault := redeployment(shown, version, checkpoint)):
            made_by = short_name(name_of(job) or str(self._name))
            raise _fault(f"{fault} of {made_by}. Name the endpoint itself to ask what is there, or another job.")

    def _weights(self, endpoint: str, source: Resource | None, shown: Resource | None) -> str | None:
        told = endpoint_weights(shown) if shown else None
        if told or source is None:
            return told
        if self._name.kind == "tuningJobs":
            told = job_weights(source, endpoint)
        else:
            told = model_weights(source, str(self._name), endpoint)
        return f"{short_name(str(self._name))}: {told or short_name(endpoint)}"

    def _told_base(self, source: Resource | None, shown: Resource | None) -> str | None:
        """The base model, by the job where the SPEC names one, else by what is deployed; None: no telling."""
        if source is not None and self._name.kind == "tuningJobs":
            return job_base(source)
        near = (each for each in endpoint_models(shown or {}) if self._is_near(each))
        models = [source] if source else [self._reader.look(each) for each in near]
        bases = {model_base(each) for each in models if each}
        return bases.pop() if len(bases) == 1 else None

    def _base_by_job(self) -> str | None:
        """The base model by the tuning job, which is searched for; None where there is none that can be seen."""
        try:
            return job_base(self._find_job())
        except EndpointError as error:
            if error.fault != "endpoint":
                raise
            return None

    def _find_job(self) -> Resource:
        """The tuning job that made what answers."""
        made, location = self._made(), self._name.parent
        job = next((job for job in self._reader.jobs(location) if is_job_of(job, made)), None)
        if job is None:
            raise _fault(f"no tuning job in {location} has made {short_name(made)}. Name the tuning job itself.")
        return job

    def _made(self) -> str:
        """What a tuning job made, if this model comes from one.

        The model behind an endpoint counts more than its name: another may have been deployed to it since.
        """
        name = str(self._name)
        if self._name.kind == "publishers":
            raise _fault(f"{name} is a base model, which no tuning job has made.")
        if self._name.kind == "models":
            return version_of(name, self._reader.read(name).get("versionId"))
        models = endpoint_models(self._look(name) or {})
        if len(models) > 1:
            listed = ", ".join(map(short_name, models))
            raise _fault(f"{name} shares its traffic between {listed}. Name a tuning job, or an endpoint of one model.")
        return models[0] if models else name

    def _look(self, endpoint: str) -> Resource | None:
        return None if self._name.kind == "publishers" else self._reader.look(endpoint)

    def _is_near(self, name: str) -> bool:
        """Whether a resource is in the location of this one, and so behind the same host."""
        return name.split("/")[3] == self._name.location


def _fault(text: str) -> EndpointError:
    return EndpointError(text, fault="endpoint")
