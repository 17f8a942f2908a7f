"""Whether a judge would grade its own answers."""

from __future__ import annotations

import pytest

from pytest_ftbench.graders import is_same_model, kinship

OPENAI, LOCAL, OTHER = "https://api.openai.com/v1", "http://127.0.0.1:8000/v1", "http://127.0.0.1:9000/v1"


def endpoint(model: str, base_url: str | None = OPENAI, provider: str = "openai") -> dict[str, str | None]:
    return {"provider": provider, "base_url": base_url, "model": model, "revision": None}


@pytest.mark.parametrize(
    ("judge", "model", "served", "is_same"),
    [
        (endpoint("gpt-4o"), endpoint("gpt-4o"), (None, None), True),
        (endpoint("gpt-4o"), {**endpoint("gpt-4o"), "revision": "2"}, (None, None), True),
        (endpoint("gpt-4o"), endpoint("ft:gpt-4o:acme::1"), (None, None), False),
        (endpoint("gpt-4o"), endpoint("gpt-4o-2024-08-06"), ("gpt-4o-2024-08-06", "gpt-4o-2024-08-06"), True),
        (endpoint("gpt-4o"), endpoint("gpt-4o-2024-08-06"), ("gpt-4o-2024-08-06", None), True),
        (endpoint("gpt-4o"), endpoint("gpt-4o-mini"), ("gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18"), False),
        (endpoint("meta/Llama-3-8B", LOCAL), endpoint("llama-3-8b", OTHER), (None, None), True),
        (endpoint("default", LOCAL), endpoint("default", OTHER), (None, None), False),
        (endpoint("default", LOCAL), endpoint("default", f"{LOCAL}/"), (None, None), True),
        (endpoint("default", LOCAL), endpoint("default", OTHER), ("acme-7b", "acme-7b"), True),
        (endpoint("gpt-4o"), endpoint("run.jsonl", None, "replay"), ("gpt-4o-1", "gpt-4o-1"), True),
        (endpoint("gpt-4o"), endpoint("run.jsonl", None, "replay"), ("gpt-4o-1", "gpt-4o-2"), False),
        (endpoint("gpt-4o"), {"provider": "unavailable", "alias": "a"}, (None, None), False),
    ],
)
def test_same_model(
    judge: dict[str, str | None], model: dict[str, str | None], served: tuple[str | None, str | None], is_same: bool
) -> None:
    assert is_same_model(judge, model, judge_served=served[0], model_served=served[1]) == is_same
    assert is_same_model(model, judge, judge_served=served[1], model_served=served[0]) == is_same


@pytest.mark.parametrize(
    ("judge", "model", "kin"),
    [
        ("gpt-4o-mini", "ft:gpt-4o-mini-2024-07-18:acme::9AB", "gpt-4o-mini"),
        ("ft:gpt-4o:acme::1", "ft:gpt-4o-2024-08-06:other::2", "gpt-4o"),
        ("meta/Llama-3-8B", "llama-3-8b", "llama-3-8b"),
        ("gpt-4o", "ft:gpt-4o-mini-2024-07-18:acme::9AB", ""),
        ("default", "default", ""),
        ("ft:", "ft:", ""),
    ],
)
def test_kinship_is_the_base_that_both_names_name(judge: str, model: str, kin: str) -> None:
    assert kinship(endpoint(judge), endpoint(model)) == kin
