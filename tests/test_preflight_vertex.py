"""`ftbench preflight` of models on Vertex AI: Google's own SDK, over real HTTP."""

from __future__ import annotations

import pytest
from command_kit import ftbench, here
from loopback import LoopbackServer
from vertex_place import NUMBER, PARENT, Place, make_endpoint, make_job

__all__ = ["here"]

pytest_plugins = ("vertex_kit",)
pytestmark = pytest.mark.usefixtures("here", "vertex_environment")


def test_tuned_model_tells_its_base_and_weights_and_has_no_known_end() -> None:
    pytest.importorskip("google.genai", reason="needs the extra vertex")
    place = Place()
    place.resources["tuningJobs/7"] = make_job()
    place.resources["endpoints/50"] = make_endpoint("888@1/3")
    reached = f"reachable as {NUMBER}/endpoints/50; base gemini-2.5-flash; weights models/888@1 checkpoint 3"
    with LoopbackServer(place) as server:
        job = f"vertex:{PARENT}/tuningJobs/7?base_url={server.base_url.removesuffix('/v1')}"
        assert ftbench("preflight", f"e={job}", f"f={job}&base=gemini-2.5-flash-001", "--fail-on-shutdown", 60) == (
            0,
            f"ok      e  {reached}\nok      f  {reached}\n",
            "",
        )
        assert ftbench("preflight", f"e={job}&base=gemini-2.5-pro") == (
            1,
            f"FAIL    e  its base model is gemini-2.5-flash, not gemini-2.5-pro; {reached}\n",
            "",
        )
        code, out, _ = ftbench("preflight", "e=" + job.replace("tuningJobs/7", "endpoints/99"))
    assert (code, out.split()[:2]) == (1, ["FAIL", "e"])
    assert all(":generateContent" not in asked for asked in place.asked)
