"""The environment, read while another thread changes it: pytest keeps the name of the running test in a variable."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_TRIES = 20

_T = TypeVar("_T")


def read_undisturbed(read: Callable[[], _T]) -> _T:
    """What `read` returns, called again where a variable has gone that it was about to read.

    Clients look for proxies by urllib, which lists all variables and then reads each: one that is deleted in between
    is a KeyError. Raises it where `read` ends in one as often as this asks again.
    """
    for _ in range(_TRIES - 1):
        try:
            return read()
        except KeyError:
            continue
    return read()
