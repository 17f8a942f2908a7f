"""Case files of a few lines, loaded, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pytest_ftbench.datasets import CaseFile, load_cases
from pytest_ftbench.errors import DataError
from pytest_ftbench.records import Case

TODAY = date(2030, 5, 17)

PEOPLE = """\
entities:
  ana: {name: Ana Rok, aliases: [Ana], weight: 126, city: Umbra}
  bo: {name: Bo Tillen, weight: 150, city: Orvel}
  cy: {name: Cy Marn, aliases: [Cy, Marn], weight: 210, city: Orvel}
"""


def load(folder: Path, content: str, **how: Any) -> CaseFile:
    """The cases of a file with this content, as on the day TODAY."""
    (folder / "f.yaml").write_text(content, encoding="utf-8")
    return load_cases(folder / "f.yaml", suite="f", shown_as="f.yaml", **{"today": TODAY, **how})


def fault_of(folder: Path, content: str) -> str:
    """What the user is told of a file with this content, which must be refused."""
    with pytest.raises(DataError) as error:
        load(folder, content)
    return str(error.value)


def asked(cases: Iterable[Case], variant: str) -> dict[str, tuple[str, str]]:
    """Question and answer of a variant, by fact; no fact may have two."""
    found = [(case.fact, (case.question, case.answer)) for case in cases if case.variant == variant]
    assert len(dict(found)) == len(found)
    return dict(found)
