"""What can go wrong, by whose hand it can be put right."""

from __future__ import annotations


class FtbenchError(Exception):
    """A mistake that the user can mend: its text is the one line to show, without a traceback."""


class DataError(FtbenchError):
    """A fault in a file of cases, training examples or recorded answers.

    place: the file as the user wrote it, with `:line` where a line is known.
    """

    def __init__(self, place: str, fault: str) -> None:
        super().__init__(f"{place}: {fault}")


class SpecError(FtbenchError):
    """A model, gate, option or configuration table that cannot be understood."""


class CacheRefused(FtbenchError):
    """An answer cache that is not safe to open, or cannot be made."""


class EndpointError(Exception):
    """No completion came back: the question has no answer, right or wrong.

    Providers raise it for anything that is not a completion (time-out, refusal to connect, quota, an unreadable body);
    the engine turns it into a completion whose `error` is this text.
    """
