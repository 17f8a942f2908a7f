"""The plugin's options and their ini twins. Loaded in every pytest session."""

from __future__ import annotations

from typing import Any, cast

import pytest

CACHE_MODES = ("auto", "replay", "refresh", "off")


def add_options(parser: pytest.Parser) -> None:
    """Register every `--ftbench-*` option and its `ftbench_*` twin."""
    group = parser.getgroup("ftbench", "knowledge tests for fine-tuned models (pytest-ftbench)")

    def option(name: str, *, ini: str = "string", **settings: Any) -> None:
        dest = f"ftbench_{name.replace('-', '_')}"
        group.addoption(f"--ftbench-{name}", dest=dest, **settings)
        default: object = [] if ini in ("args", "linelist") else None
        parser.addini(dest, f"default for --ftbench-{name}", type=cast("Any", ini), default=default)

    option(
        "model",
        ini="linelist",
        action="append",
        default=[],
        metavar="[ALIAS=]SPEC",
        help="Endpoint under test; repeatable. SPEC is ft:..., openai:NAME?base_url=..., vertex:ENDPOINT or "
        "projects/P/locations/L/endpoints/E, replay:FILE[#COLUMN], memorizer:TRAINING.jsonl, "
        "or a name from [tool.ftbench.models].",
    )
    option(
        "checkpoints",
        ini="bool",
        action="store_true",
        default=None,
        help="Sweep: each model gives way to the checkpoints of its training, as endpoints ALIAS@STEP.",
    )
    option(
        "gate",
        ini="linelist",
        action="append",
        default=[],
        metavar="EXPR",
        help="Gate over all results, as in 'accuracy[variant=rephrased] >= 0.85'; repeatable.",
    )
    option(
        "gate-on",
        metavar="CHECKPOINT",
        default=None,
        help="In a sweep, what gates are about that do not say so: ALIAS@STEP, or best_on(holdout), the best on one "
        "half of the facts, which the gates decide about on the other.",
    )
    option(
        "judge",
        ini="linelist",
        action="append",
        default=[],
        metavar="[ALIAS=]SPEC",
        help="Model that judges what the matchers leave undecided; repeat it for a panel, whose majority decides.",
    )
    option(
        "calibration",
        ini="linelist",
        action="append",
        default=[],
        metavar="FILE",
        help="What a person's labels say of the judge, as ftbench judge calibrate writes it; repeatable.",
    )
    option("compare", metavar="RUN[#ALIAS]", default=None, help="Compare with a run: a file, a saved run's name, last.")
    option(
        "baseline-model",
        metavar="[ALIAS=]SPEC",
        default=None,
        help="Another endpoint, asked the same questions, that the models under test are compared with.",
    )
    option(
        "allow",
        ini="args",
        action="append",
        default=[],
        metavar="KIND",
        help="Compare all the same, though judge, matchers, sampling, ... differ; repeatable.",
    )
    option(
        "cache",
        choices=CACHE_MODES,
        default=None,
        help="auto (default): stored answers first; replay: stored answers only, no network; refresh: ask anew and "
        "store; off: neither.",
    )
    option("cache-dir", metavar="DIR", default=None, help="Where answers are stored (default: the user's cache).")
    option(
        "concurrency",
        metavar="N|auto",
        default=None,
        help="Questions in flight at most; auto (default): as many as the endpoint bears.",
    )
    option(
        "limit",
        metavar="N",
        default=None,
        help="Ask N questions at most, for a quick look: a sample of whole facts, the same each time. No gate over a "
        "sample is decided.",
    )
    option(
        "samples",
        metavar="N",
        default=None,
        help="How often to ask each question, 1 to 1000 (default: 1, or what its file or marker says); each answer "
        "is kept by itself.",
    )
    option(
        "plan",
        ini="bool",
        action="store_true",
        default=None,
        help="Show what would be asked, and about what it would cost, and ask nothing.",
    )
    option(
        "budget",
        metavar="USD",
        default=None,
        help="Stop asking before the answers cost more than this, by estimate; what was not asked is an error.",
    )
    option(
        "curtail",
        ini="bool",
        action="store_true",
        default=None,
        help="Stop asking about cases once every gate over them is decided, whatever the rest would answer.",
    )
    option(
        "fail-on-shutdown",
        metavar="DAYS",
        default=None,
        help="Fail, before anything is asked, where a server says that a model is shut down within so many days. Only "
        "warns where a server cannot be read, and does nothing with --ftbench-cache=replay.",
    )
    option("save", metavar="NAME", default=None, help="Keep this run as .ftbench/runs/NAME.jsonl.")
    option("out", metavar="PATH", default=None, help="Write the run file to PATH as well.")
    parser.addini(
        "ftbench_on_inconclusive",
        "what an INCONCLUSIVE gate does to the session: fail (default) or warn",
        type="string",
        default=None,
    )


def is_any_set(config: pytest.Config) -> bool:
    """Whether the command line or the ini file sets anything of ours."""
    names = [name for name in vars(config.option) if name.startswith("ftbench_")]
    try:
        return any(config.getoption(name) or config.getini(name) for name in names) or bool(
            config.getini("ftbench_on_inconclusive")
        )
    except (
        ValueError,
        TypeError,
        pytest.UsageError,
    ):  # set, though not to a value of its type: reading the settings says so
        return True
