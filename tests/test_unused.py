"""Installed but unused, the plugin costs a session nothing a person could notice."""

from __future__ import annotations

import subprocess
import sys

from conftest import Project

HEAVY = (
    "openai", "google.auth", "google.genai", "google.cloud.aiplatform", "grpc", "rich", "diskcache", "yaml", "pydantic",
    "rapidfuzz", "filelock", "platformdirs", "xdist", "httpx", "httpx2", "sqlite3", "genai_prices", "typer", "click",
    "pint", "dateutil", "pytest_ftbench.engine", "pytest_ftbench.judges", "pytest_ftbench.graders",
    "pytest_ftbench.datasets", "pytest_ftbench.reports", "pytest_ftbench.prices",
)  # fmt: skip
CHECK = f"print([name for name in {HEAVY!r} if name in sys.modules])"


def test_importing_the_plugin_imports_nothing_heavy() -> None:
    code = f"import sys; import pytest_ftbench.plugin; {CHECK}"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (found.stdout, found.stderr) == ("[]\n", "")


def test_plain_session_imports_nothing_heavy_creates_no_file_and_says_nothing(fresh_project: Project) -> None:
    fresh_project.write(
        "test_unit.py", "import pytest\n@pytest.mark.parametrize('n', range(3))\ndef test_one(n, tmp_path): pass\n"
    )
    fresh_project.write("conftest.py", f"import sys\ndef pytest_unconfigure():\n    {CHECK}\n")
    others = ("xdist", "xdist.looponfail", "cacheprovider", "anyio", "platformdirs", "hypothesispytest")
    plugins = [arg for name in others for arg in ("-p", f"no:{name}")]
    before = sorted(fresh_project.path.rglob("*"))
    result = fresh_project.pytester.runpytest_subprocess(*plugins, "--strict-config", "-W", "error")
    result.assert_outcomes(passed=3)
    assert result.outlines[-1] == "[]"
    # pytest's own list of installed plugins names it, once
    assert [line for line in result.outlines if "ftbench" in line.replace(str(fresh_project.path), "")] == [
        line for line in result.outlines if line.startswith("plugins: ")
    ]
    own = ("runpytest", "stdout", "stderr", "__pycache__")  # what pytester and Python themselves write
    after = sorted(
        path for path in fresh_project.path.rglob("*") if not str(path.relative_to(fresh_project.path)).startswith(own)
    )
    assert after == before
