"""Claims: which session is asking a question now, so that no other session sends it as well.

A claim is a row beside the answers, with an expiry that its holder puts off while the call lasts. A holder that was
killed blocks nobody: on the same machine its claim is void at once, elsewhere when it expires. diskcache's own tools do
not do this: `memoize_stampede` computes in every process, and a `Lock` whose holder was killed never opens again.
"""

from __future__ import annotations

import functools
import hashlib
import os
import socket
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CLAIM_S = 15.0
"""How long a claim holds unless it is renewed."""


def claim_key(key: str) -> str:
    """The key of the row that says who is asking the question of `key`."""
    return hashlib.sha256(f"claim {key}".encode()).hexdigest()


@functools.cache
def _machine() -> str:
    """A name for whatever tells process ids apart: the host, and on Linux the namespace (containers share hosts)."""
    try:
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        namespace = ""
    return f"{socket.gethostname()} {namespace}".strip()


@dataclass(frozen=True, slots=True)
class Claimant:
    """One store of one process."""

    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    machine: str = field(default_factory=_machine)
    pid: int = field(default_factory=os.getpid)

    def claim(self, *, now: float) -> dict[str, Any]:
        """The value of a claim made at `now`, seconds since the epoch."""
        return {"claimed_by": self.name, "machine": self.machine, "pid": self.pid, "until": now + CLAIM_S}

    def is_kept_out_by(self, value: Mapping[str, Any], *, now: float) -> bool:
        """Whether `value` is a claim that somebody else holds at `now`."""
        until = value.get("until")
        if value.get("claimed_by") == self.name or not isinstance(until, int | float):
            return False
        if not now < until <= now + 2 * CLAIM_S:  # an expiry further off was written under another clock
            return False
        return not (value.get("machine") == self.machine and _is_dead(value.get("pid")))


def is_claim(value: Mapping[str, Any]) -> bool:
    """Whether a row's value is a claim and no answer."""
    return "claimed_by" in value


def _is_dead(pid: object) -> bool:
    """Whether no process has this id; unknown on Windows, where asking would end the process."""
    if sys.platform == "win32" or not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Whether a process has ended and its parent does not know yet, as a worker whose controller is still at work."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:  # not Linux, or gone meanwhile
        return False
    return stat.rpartition(")")[2].split()[:1] == ["Z"]
