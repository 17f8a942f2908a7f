"""`${NAME}` in a path that stands in a file: what is different on each machine."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pytest_ftbench.errors import SpecError
from pytest_ftbench.patterns import pattern

_VARIABLE = pattern(r"\$\{(\w+)\}")


def expand_variables(text: str, *, of: str) -> str:
    """The text with every `${NAME}` replaced from the environment; SpecError for a variable that is not set.

    A relative path in a variable that the text begins with is relative to the current directory, where whoever set
    it stands; the rest is relative to the file that it is written in.
    of: what the text belongs to, for the message.
    """

    def value_of(found: re.Match[str]) -> str:
        value = os.environ.get(found[1], "")
        if not value:
            raise SpecError(f"{of}: the environment variable {found[1]} is not set. Set it, or write the path out.")
        return value if found.start() else str(Path(value).expanduser().absolute())

    return _VARIABLE.sub(value_of, text)
