"""Regular expressions that are compiled when they are first used.

Python compiles ours in some 70 ms, and most sessions need a few of them.
"""

from __future__ import annotations

import re
from typing import Any, cast


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """The compiled expression, or rather what behaves like it: a fault in `source` shows at the first use."""
    return cast("re.Pattern[str]", _Pattern(source, flags))


class _Pattern:
    """Becomes a re.Pattern attribute by attribute."""

    def __init__(self, source: str, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:  # whatever a re.Pattern has
        value = getattr(re.compile(self._source, self._flags), name)  # re itself keeps what it has compiled
        if not name.startswith("__"):
            setattr(self, name, value)  # from now on found without a detour
        return value
