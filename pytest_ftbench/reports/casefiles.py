"""By which names case files are found, told to those whose files are not."""

from __future__ import annotations

from pathlib import Path

from pytest_ftbench.reports.text import clean


def how_to_collect(out: Path) -> str:
    """What to do with a file of cases that is not called as pytest finds one."""
    name = clean(f"{out.stem}.ftbench{out.suffix}")
    marker = clean(f'@pytest.mark.ftbench("{out.name}")')
    return f"pytest collects only *.ftbench{clean(out.suffix)}: call it {name}, or name it in a marker, {marker}"
