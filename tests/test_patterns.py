"""Regular expressions that are compiled when first used."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module

import pytest

import pytest_ftbench
from pytest_ftbench.patterns import pattern

LAZY = {
    f"{module.name}.{name}": value
    for module in pkgutil.walk_packages(pytest_ftbench.__path__, "pytest_ftbench.")
    for name, value in vars(import_module(module.name)).items()
    if isinstance(value, type(pattern("")))
}


def test_pattern_behaves_like_a_compiled_one() -> None:
    word = pattern(r"[a-z]+", re.IGNORECASE)
    assert [found[0] for found in word.finditer("Ab, c")] == ["Ab", "c"]
    assert (word.sub("x", "Ab c"), word.pattern, word.groups) == ("x x", "[a-z]+", 0)


def test_pattern_is_compiled_once() -> None:
    word = pattern("once")
    assert word.search is word.search


def test_what_no_pattern_has_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        _ = pattern("x").nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", LAZY)
def test_every_pattern_compiles(name: str) -> None:
    assert isinstance(LAZY[name].pattern, str)
