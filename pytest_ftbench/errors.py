"""What can go wrong, by whose hand it can be put right."""

from __future__ import annotations

from typing import Literal


class FtbenchError(Exception):
    """A mistake that the user can mend: its text is the one line to show, without a traceback."""


DataFault = Literal["", "duplicate", "tie", "self_comparison", "shared_name", "requires"]
"""What is wrong with a file whose form is right; empty: anything else."""


class DataError(FtbenchError):
    """A fault in a file of cases, training examples or recorded answers.

    place: the file as the user wrote it, with `:line` where a line is known.
    """

    def __init__(self, place: str, fault: str, *, kind: DataFault = "") -> None:
        super().__init__(f"{place}: {fault}")
        self.place, self.fault, self.kind = place, fault, kind


class SpecError(FtbenchError):
    """A model, gate, option or configuration table that cannot be understood."""


class CacheRefused(FtbenchError):
    """An answer cache that is not safe to open, or cannot be made."""


Fault = Literal["question", "transient", "throttled", "endpoint"]
"""What a call that brought no completion says of the calls to come.

question: this one was refused (a prompt too long, a body that is no completion); asking again would not help.
transient: a 5xx, a time-out, a dropped connection; asking again may help.
throttled: the server asks for fewer calls (429); asking again later will help.
endpoint: no call will succeed (wrong key, no such model, quota spent); there is no point in going on.
"""


class EndpointError(Exception):
    """No completion came back: the question has no answer, right or wrong.

    Providers raise it for anything that is not a completion (time-out, refusal to connect, quota, an unreadable body);
    the engine asks again where `fault` allows it, and else turns it into a completion whose `error` is this text.
    retry_after_s: how many seconds the server wants no further call, if it said so.
    """

    def __init__(self, text: str, *, fault: Fault = "question", retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.fault = fault
        self.retry_after_s = retry_after_s
