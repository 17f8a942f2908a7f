"""The floor: the openai SDK's blocking client in threads, asking what the benchmarks' cases ask, and nothing more.

    python benchmarks/sdk_client.py BASE_URL QUESTIONS THREADS

Prints the seconds that importing the SDK took. Exits 1 if an answer is wrong or missing.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor

_CONNECTIONS = 128


def main() -> None:
    """Ask each question once."""
    base_url, questions, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    started_s = time.perf_counter()
    import openai

    limits = type(openai.DEFAULT_CONNECTION_LIMITS)(
        max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS
    )
    client = openai.OpenAI(
        base_url=base_url,
        api_key="none",
        max_retries=0,
        http_client=openai.DefaultHttpxClient(limits=limits),
    )
    client.chat.completions  # noqa: B018  # the SDK imports this part of itself when it is first touched
    print(f"{time.perf_counter() - started_s:.3f}")

    def ask(number: int) -> bool:
        text = f"What is the number of thing {number}?"
        answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}], temperature=0)
        return answer.choices[0].message.content == f"{number} units"

    with ThreadPoolExecutor(threads) as pool:
        sys.exit(not all(pool.map(ask, range(questions))))


if __name__ == "__main__":
    main()
