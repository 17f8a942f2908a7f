"""`ftbench power`: sizes that were worked out elsewhere, and what the cases at hand can tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_kit import answered, fault, ftbench, here, store
from finetunebench_kit import make_release

__all__ = ["here"]

FACTS = 'gates: ["accuracy[variant=rephrased] >= 0.5 @ 95%"]\nfacts:\n' + "".join(
    f"  - {{id: f{n}, question: What is {n}?, answer: {n}, rephrased: [Tell me {n}., And {n}?]}}\n" for n in range(30)
)


def test_bound_alone_tells_the_size_to_pass_and_to_pass_probably() -> None:
    _, out, _ = ftbench("power", "accuracy >= 0.85 @ 95%", "--json")
    (gate,) = json.loads(out)["gates"]
    assert (gate["least"], gate["least_facts"], gate["size"]) == (19, 21, None)
    assert dict(map(tuple, gate["needed"])) == {0.87: 1886, 0.9: 281, 0.95: 59, 0.99: 19}
    _, out, _ = ftbench("power", "accuracy >= 0.85 @ 95%", "--power", 0.9, "--json")
    assert dict(map(tuple, json.loads(out)["gates"][0]["needed"]))[0.9] == 379


def test_upper_bound_is_told_in_its_own_rates() -> None:
    _, out, _ = ftbench("power", "leak <= 0.05", "--json")
    (gate,) = json.loads(out)["gates"]
    assert (gate["gate"], gate["least"]) == ("leak <= 0.05 @ 95%", 59)
    assert [truth for truth, _ in gate["needed"]] == [0.03, 0.01]


def test_file_brings_its_own_gates_and_its_size(here: Path) -> None:
    (here / "facts.ftbench.yaml").write_text(FACTS)
    code, out, _ = ftbench("power", "facts.ftbench.yaml")
    assert code == 0
    assert "The 60 cases of 30 facts here pass it with a chance of 80 % if the true rate is " in out
    assert "(cases of a fact all alike) or better." in " ".join(out.split())
    _, out, _ = ftbench("power", "accuracy >= 0.99 @ 95%", "facts.ftbench.yaml")
    assert "The 90 cases of 30 facts here cannot pass it, however good the model is." in out


def test_built_in_and_released_sets_bring_their_size(here: Path) -> None:
    make_release(here / "copy")
    sizes = {"ftbench:quickstart": "36 cases of 12 facts", "finetunebench:copy": "53 cases of 20 facts"}
    for source, told in sizes.items():
        _, out, _ = ftbench("power", "accuracy >= 0.85 @ 95%", source)
        assert f"The {told} here" in out


def test_run_brings_its_size_too_once_for_all_endpoints(here: Path) -> None:
    both = [answered(f"f{n}", "25", outcome="r", endpoint=alias) for n in range(20) for alias in "ab"]
    store(here / "run.jsonl", *both)
    _, out, _ = ftbench("power", "accuracy >= 0.5", "run.jsonl")
    assert "The 20 cases of 20 facts here pass it" in out


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "ftbench: name a gate, as in ftbench power 'accuracy >= 0.85 @ 95%' facts.ftbench.yaml."),
        (
            ("gap <= 0.1",),
            "ftbench: gate 'gap <= 0.1': sizes are known of shares only. Allowed: abstain, ",
        ),
        (("nothing.csv",), "ftbench: nothing.csv: "),
    ],
)
def test_what_cannot_be_told_is_one_line(words: tuple[str, ...], told: str) -> None:
    assert fault("power", *words).startswith(told)
