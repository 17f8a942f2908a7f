"""The matcher `regex`: the expected answer is a pattern to be found in the completion."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.matcher import RIGHT, WRONG, Finding, Reading

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}


def read_flags(text: str) -> re.RegexFlag:
    """The flags that letters name; ValueError for any other letter."""
    flags = re.RegexFlag(0)
    for letter in text:
        if letter not in _FLAGS:
            raise ValueError(f"any of the letters {', '.join(_FLAGS)}")
        flags |= _FLAGS[letter]
    return flags


class RegexMatcher:
    """Right when the pattern is found anywhere in the text as it came, else wrong."""

    settings: Mapping[str, Callable[[str], object]] = {"flags": read_flags}

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:
        flags = settings.get("flags", 0)
        assert isinstance(flags, int)
        try:
            pattern = re.compile(expected, flags)
        except (re.error, OverflowError, RecursionError) as fault:
            raise SpecError(f"the answer {expected!r} is no regular expression: {fault}. Mend the pattern.") from None
        return RIGHT if pattern.search(reading.text) else WRONG
