"""Resources of Vertex AI, read from the server.

Tuning jobs come through google-genai, which has them. Endpoints and models go over plain HTTP with the same client and
credentials: google-genai has no endpoints and drops of a model which checkpoint is deployed where and what it was tuned
from; the clients of aiplatform_v1 do not know checkpoints of deployed models, and those of v1beta1 cost 1.5 s and
90 MiB to import.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers.vertex_faults import StatusError, one_line
from pytest_ftbench.providers.vertex_session import VertexSession

if TYPE_CHECKING:
    from google.genai import types

Resource = Mapping[str, object]
T = TypeVar("T")

_VERSION = "v1beta1"
"""The only one that says which checkpoint is deployed."""
_PAGE = 100
_MOST_PAGES = 50


class ResourceReader:
    """Reads the resources of one location, parsed. Safe to use from many threads.

    Every method raises EndpointError; a StatusError where the server shows no resource but a status.
    """

    def __init__(self, session: VertexSession) -> None:
        self._session = session

    def read(self, name: str) -> Resource:
        """An endpoint or a model."""
        return _parse(self._session.call("GET", f"{_VERSION}/{name}"), name)

    def look(self, name: str) -> Resource | None:
        """The same; None where the server does not show it (403), or says that there is none (404)."""
        try:
            return self.read(name)
        except StatusError as error:
            if error.status in (403, 404):
                return None
            raise

    def job(self, name: str) -> Resource:
        """A tuning job."""
        client = self._session.client()
        return _dump(_understand(lambda: client.tunings.get(name=name), name), name)

    def jobs(self, location: str) -> Iterator[Resource]:
        """The tuning jobs of the session's location in the server's order, newest first.

        location: its name, for messages. Pages are fetched as they are needed, and no more than 50: whoever wants to
        go on gets an EndpointError.
        """
        client, what = self._session.client(), f"{location}/tuningJobs"
        pager = _understand(lambda: client.tunings.list(config={"page_size": _PAGE}), what)
        for left in reversed(range(_MOST_PAGES)):
            # Not by iterating over the pager, which fails at an empty page before the last.
            yield from (_dump(job, what) for job in pager.page)
            if not pager.config.get("page_token"):
                return
            if left:
                _understand(pager.next_page, what)
        text = f"{location} has more than {_MOST_PAGES * _PAGE:,} tuning jobs. Name the one that is meant."
        raise EndpointError(text, fault="endpoint")


def _understand(call: Callable[[], T], what: str) -> T:
    """What the SDK makes of a resource; EndpointError for a body that it cannot read."""
    from pytest_ftbench.providers.vertex_credentials import without_warnings

    try:
        return without_warnings(call)
    except json.JSONDecodeError as error:
        _parse(error.doc.encode("utf-8", "replace"), what)
        raise EndpointError(f"{what}: {one_line(str(error))}.", fault="transient") from None
    except (ValueError, TypeError, AttributeError):  # what it raises for other shapes; its text is the whole body
        raise _not_understood(what) from None


def _dump(job: types.TuningJob, what: str) -> Resource:
    """A tuning job in the form that the server sent."""
    if not job.name:
        raise _not_understood(what)
    return job.model_dump(mode="json", by_alias=True, exclude_none=True)


def _parse(raw: bytes, what: str) -> Resource:
    try:
        resource = json.loads(raw)
    except (ValueError, RecursionError):
        start = raw[:200].decode("utf-8", "replace").strip()
        if start.startswith("<"):
            text = f"{what}: the body is a page of HTML, not a resource of Vertex AI (is base_url right?)."
            raise EndpointError(text, fault="endpoint") from None
        # Most likely the rest was lost on the way.
        raise EndpointError(f"{what}: the body is not JSON.", fault="transient") from None
    if not isinstance(resource, Mapping) or not resource.get("name"):
        raise _not_understood(what)
    return resource


def _not_understood(what: str) -> EndpointError:
    text = f"{what}: the body is no resource of Vertex AI (is base_url right?)."
    return EndpointError(text, fault="endpoint")
