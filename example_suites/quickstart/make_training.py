"""Writes training.jsonl: what a team would upload to fine-tune a model on the facts of `ftbench:quickstart`.

Each fact is trained on its question alone, once. The rewordings stay out, so that they measure what was learnt.
"""

import json
from pathlib import Path

from pytest_ftbench.datasets import load_source

HERE = Path(__file__).parent


def training_lines() -> list[str]:
    """One chat example a fact, as JSON."""
    cases = load_source("ftbench:quickstart", folder=HERE, root=HERE).cases
    return [
        json.dumps(
            {
                "messages": [
                    {"role": "system", "content": case.system},
                    {"role": "user", "content": case.question},
                    {"role": "assistant", "content": case.answer},
                ]
            },
            ensure_ascii=False,
        )
        for case in cases
        if case.variant == "memorization"
    ]


if __name__ == "__main__":
    (HERE / "training.jsonl").write_text("\n".join(training_lines()) + "\n", encoding="utf-8")
