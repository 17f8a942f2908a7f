"""A small Vertex AI on 127.0.0.1, for tests: Google's SDK talks to it over real HTTP.

It answers `generateContent` for every endpoint, and GET for the resources it is given; a metadata server or a token
server is one more path of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from loopback import Answer, Asked, LoopbackServer, Reply

from pytest_ftbench.records import Prompt

ASK = Prompt((("system", "Be brief."), ("user", "Q?")))
PARENT = "projects/p/locations/us-central1"
ENDPOINT = f"{PARENT}/endpoints/123"
DEPLOYED = {"name": ENDPOINT, "deployedModels": [{"id": "1", "model": f"{PARENT}/models/888@1", "checkpointId": "3"}]}
"""What the endpoint says of itself, unless a test wants something else."""


def gemini_answer(
    text: str | None, *, finish: str | None = "STOP", model: str = "gemini-2.5-flash", **more: object
) -> dict[str, Any]:
    """The body of an answer; no text leaves the content without parts. Keywords are added to the body."""
    content: dict[str, Any] = {"role": "model"}
    if text is not None:
        content["parts"] = [{"text": text}]
    candidate = {"content": content, **({} if finish is None else {"finishReason": finish})}
    return {
        "candidates": [candidate],
        "usageMetadata": {"promptTokenCount": 11, "candidatesTokenCount": 3, "totalTokenCount": 14},
        "modelVersion": model,
        "responseId": "r-1",
        **more,
    }


def google_error(status: int, code: str, message: str, *details: Mapping[str, object], **how: Any) -> Reply:
    """An error as Google's services write it; keywords go to the Reply."""
    error = {"code": status, "status": code, "message": message, "details": list(details)}
    return Reply({"error": error}, status=status, **how)


def question_of(asked: Asked) -> str:
    """The last message of the user in a request."""
    contents = asked.body.get("contents", []) if isinstance(asked.body, dict) else []
    return next((each["parts"][0]["text"] for each in reversed(contents) if each["role"] == "user"), "")


class VertexServer(LoopbackServer):
    """A context manager: `with VertexServer({"Question?": "Answer."}) as server: ... server.root ...`.

    answer: as for LoopbackServer, for `generateContent`. resources: what other paths answer, below the version (so
    `projects/p/locations/us-central1/endpoints/123`, or `token`): a body, a Reply, or a function of the request;
    404 for others.
    """

    def __init__(
        self,
        answer: Answer = "ok",
        *,
        resources: Mapping[str, object | Callable[[Asked], object]] | None = None,
        delay_s: float = 0.0,
    ) -> None:
        super().__init__(answer, delay_s=delay_s)
        self.resources: dict[str, Any] = {ENDPOINT: DEPLOYED, **(resources or {})}

    @property
    def root(self) -> str:
        """What to give a client, `http://127.0.0.1:PORT`."""
        return self.base_url.removesuffix("/v1")

    @property
    def questions(self) -> list[str]:
        """What was asked, in order."""
        return [question_of(asked) for asked in self.requests if asked.path.endswith(":generateContent")]

    def spec(self, name: str = ENDPOINT, **options: object) -> str:
        """The SPEC of an endpoint on this server."""
        query = "".join(f"&{key}={value}" for key, value in options.items())
        return f"vertex:{name}?base_url={self.root}{query}"

    def _reply(self, asked: Asked) -> Reply:
        if not asked.path.endswith(":generateContent"):
            return self._find_resource(asked)
        answer = self._answer
        if isinstance(answer, Mapping):
            answer = answer.get(question_of(asked), google_error(404, "NOT_FOUND", "no such question"))
        elif callable(answer):
            answer = answer(asked)
        return Reply(gemini_answer(answer)) if isinstance(answer, str) else answer

    def _find_resource(self, asked: Asked) -> Reply:
        path = asked.path.partition("?")[0].removeprefix("/")
        version, _, rest = path.partition("/")
        found = self.resources.get(rest if version.startswith("v1") else path)
        if callable(found):
            found = found(asked)
        if found is None:
            return google_error(404, "NOT_FOUND", f"no {path} here")
        return found if isinstance(found, Reply) else Reply(found)
