"""The floors: Google's two SDKs in threads, asking what the benchmarks' cases ask, and nothing more.

    python benchmarks/vertex_client.py WAY SERVER QUESTIONS THREADS

WAY is one of WAYS, below. Prints the seconds that importing and opening took, and the milliseconds of processor time of
a call. Exits 1 if an answer is wrong or missing.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

ENDPOINT = "projects/p/locations/us-central1/endpoints/1"
CLIENTS = 32

Ask = Callable[[str], str]


def _genai(server: str, *, clients: int = 1, **http: Any) -> Ask:
    from google import genai
    from google.genai import types
    from google.oauth2.credentials import Credentials

    def make() -> genai.Client:
        return genai.Client(
            vertexai=True,
            project="p",
            location="us-central1",
            credentials=Credentials(token="none"),
            http_options=types.HttpOptions(base_url=server, timeout=60_000, client_args=http or None),
        )

    config = types.GenerateContentConfig(
        temperature=0, automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True)
    )
    own = _for_each_thread([make() for _ in range(clients)])

    def ask(question: str) -> str:
        answer = own().models.generate_content(model=ENDPOINT, contents=question, config=config)
        return answer.text or ""

    return ask


def _genai_kept(server: str) -> Ask:
    import httpx

    return _genai(server, limits=httpx.Limits(max_connections=128, max_keepalive_connections=128))


def _aiplatform(server: str, *, clients: int = 1) -> Ask:
    from google.api_core.client_options import ClientOptions
    from google.auth.credentials import AnonymousCredentials
    from google.cloud.aiplatform_v1 import PredictionServiceClient
    from google.cloud.aiplatform_v1.services.prediction_service.transports import PredictionServiceRestTransport
    from google.cloud.aiplatform_v1.types import Content, GenerateContentRequest, GenerationConfig, Part

    def make() -> PredictionServiceClient:
        host = server.removeprefix("http://")
        transport = PredictionServiceRestTransport(host=host, credentials=AnonymousCredentials(), url_scheme="http")
        return PredictionServiceClient(transport=transport, client_options=ClientOptions())

    own = _for_each_thread([make() for _ in range(clients)])

    def ask(question: str) -> str:
        request = GenerateContentRequest(
            model=ENDPOINT,
            contents=[Content(role="user", parts=[Part(text=question)])],
            generation_config=GenerationConfig(temperature=0),
        )
        return own().generate_content(request, timeout=60).candidates[0].content.parts[0].text

    return ask


def _provider(server: str) -> Ask:
    from pathlib import Path

    from pytest_ftbench.providers import PROVIDERS, open_provider
    from pytest_ftbench.records import Prompt
    from pytest_ftbench.specs import parse_spec

    spec = parse_spec(f"vertex:{ENDPOINT}?base_url={server}", models={}, folder=Path(), known_providers=PROVIDERS)
    provider = open_provider(spec)
    provider.complete(Prompt((("user", "What is the number of thing 0?"),)))
    return lambda question: provider.complete(Prompt((("user", question),))).text


WAYS: dict[str, Callable[[str], Ask]] = {
    "genai": _genai,
    "genai-kept": _genai_kept,
    "genai-spread": lambda server: _genai(server, clients=CLIENTS),
    "aiplatform": _aiplatform,
    "aiplatform-spread": lambda server: _aiplatform(server, clients=CLIENTS),
    "provider": _provider,
}
"""One client of google-genai as it comes; with connections kept for all threads; several of them. One client of
aiplatform_v1, over REST; several. The provider of this package."""


def _for_each_thread(clients: list[Any]) -> Callable[[], Any]:
    """Gives a thread always the same of them."""
    own, lock, threads = threading.local(), threading.Lock(), iter(range(sys.maxsize))

    def find() -> Any:
        if not hasattr(own, "client"):
            with lock:
                own.client = clients[next(threads) % len(clients)]
        return own.client

    return find


def main() -> None:
    """Ask each question once."""
    way, server, questions, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    started_s = time.perf_counter()
    ask = WAYS[way](server)
    opened_s = time.perf_counter() - started_s

    def is_right(number: int) -> bool:
        return ask(f"What is the number of thing {number}?") == f"{number} units"

    busy_s = time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        is_whole = all(pool.map(is_right, range(questions)))
    print(f"{opened_s:.3f} {1000 * (time.process_time() - busy_s) / questions:.2f}")
    sys.exit(not is_whole)


if __name__ == "__main__":
    main()
