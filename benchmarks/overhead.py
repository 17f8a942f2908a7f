"""What the plugin costs a pytest run: installed but unused, and with 1,000 cached cases.

    python benchmarks/overhead.py

Each figure is a ratio to a bare pytest run of 1,000 trivial tests, timed in turn with it: the median of five pairs,
each the best of three runs. A child process does each run, with the fewest other plugins possible, so that what is
measured is this one. The time is the processor's, user and system: nothing here waits, and a busy machine disturbs it
less than it does the clock.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PAIRS = 5
REPEATS = 3
TESTS = 1000
LIMITS = {"unused": 1.02, "warm, CSV": 1.8, "warm, YAML": 1.8}

TRIVIAL = "\n".join(f"def test_{number}(): assert {number} >= 0" for number in range(TESTS))
PARAMETRIZED = f"""
import pytest

@pytest.mark.parametrize("number", range({TESTS}))
def test_number(number):
    assert number >= 0
"""


def main() -> None:
    """Print one line a figure; exit 1 if one is above its limit."""
    with tempfile.TemporaryDirectory() as folder, answering_server() as base_url:
        root = Path(folder)
        environment = {**os.environ, "XDG_CACHE_HOME": str(root / "cache"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        environment["PYTHONDONTWRITEBYTECODE"] = ""

        def seconds(suite: str, *args: str) -> float:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *args]
            subprocess.run(command, cwd=root / suite, env=environment, check=True, stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

        def best(suite: str, args: tuple[str, ...]) -> float:
            return min(seconds(suite, *args) for _ in range(REPEATS))

        write_suites(root)
        plugin = ("-p", "pytest_ftbench.plugin")
        model = (*plugin, f"--ftbench-model=openai:m?base_url={base_url}")
        for suite in ("csv", "yaml"):
            seconds(suite, *model)  # fills the cache
        pairs = {
            "unused": (("trivial", ()), ("trivial", plugin)),
            "warm, CSV": (("parametrized", ()), ("csv", model)),
            "warm, YAML": (("parametrized", ()), ("yaml", model)),
        }
        too_slow = False
        for name, ((bare, bare_args), (suite, args)) in pairs.items():
            times = [(best(bare, bare_args), best(suite, args)) for _ in range(PAIRS)]
            ratio = statistics.median(with_plugin / without for without, with_plugin in times)
            floor = statistics.median(without for without, _ in times)
            verdict = "ok" if ratio <= LIMITS[name] else "TOO SLOW"
            too_slow |= verdict != "ok"
            print(f"{name:12} {ratio:.3f} x bare pytest ({floor:.2f} s); at most {LIMITS[name]:.2f}: {verdict}")
    sys.exit(too_slow)


def write_suites(root: Path) -> None:
    """Four folders, each a project of its own."""
    facts = [(f"What is the number of thing {number}?", f"{number} units") for number in range(TESTS)]
    csv = "question,answer\n" + "".join(f"{question},{answer}\n" for question, answer in facts)
    yaml = "facts:\n" + "".join(f"  - question: {question}\n    answer: {answer}\n" for question, answer in facts)
    files = {
        "trivial/test_trivial.py": TRIVIAL,
        "parametrized/test_parametrized.py": PARAMETRIZED,
        "csv/things.ftbench.csv": csv,
        "yaml/things.ftbench.yaml": yaml,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "pytest.ini").write_text("[pytest]\n")
        path.write_text(text)


def answering_server():  # type: ignore[no-untyped-def]  # a context manager that gives the base URL
    """A loopback server that answers each question with the number in it."""
    import json
    import re
    import threading
    from contextlib import contextmanager
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            number = re.findall(r"\d+", request["messages"][-1]["content"])[-1]
            message = {"role": "assistant", "content": f"{number} units"}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            body = {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
            payload = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            """Silence."""

    @contextmanager
    def running():  # type: ignore[no-untyped-def]
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            server.server_close()

    return running()


if __name__ == "__main__":
    main()
