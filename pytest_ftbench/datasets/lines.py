"""Where in a file something stands, for messages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_ftbench.datasets.shapes import Path, ShapeError
from pytest_ftbench.datasets.yaml_lines import LinedYaml
from pytest_ftbench.errors import DataError


class Lines:
    """The places of a document's values, as `file:line`."""

    def __init__(self, document: LinedYaml, place: str) -> None:
        self._document, self._place = document, place

    def at(self, path: Path) -> str:
        """The place of a value, or of the nearest value above it."""
        return f"{self._place}:{self._document.line_of(path)}"

    def fault(self, error: ShapeError) -> DataError:
        """The error that a user sees."""
        where = "" if error.is_told else f"{'.'.join(map(str, error.path))}: "
        return DataError(self.at(error.path), f"{where}{error}", kind=error.kind)

    @contextmanager
    def told(self, path: Path = ()) -> Iterator[None]:
        """Turn a ShapeError of the block into the error that a user sees; path: what it is about by default."""
        try:
            yield
        except ShapeError as error:
            raise self.fault(error if error.path else error.below(*path)) from None
