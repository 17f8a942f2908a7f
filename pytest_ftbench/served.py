"""Which model has answered: hosted names are rerouted, and another model's answers must not be graded as this one's."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from pytest_ftbench.providers import Provider
from pytest_ftbench.providers.lifecycle import KnowsItsNames


class ServedNames:
    """The name under which each endpoint has answered, and why an answer under another one is not its own.

    providers: by alias. served_as: by alias, what the SPEC says the server calls the model: names or patterns (`*`)
    with `|` between; it settles the matter. Else a provider that knows its service's names decides, and where nobody
    does, the name must stay the same: of the stored answers and of all that come after. Any thread may use it.
    """

    def __init__(self, providers: Mapping[str, Provider], served_as: Mapping[str, str] | None = None) -> None:
        self._providers = providers
        self._served_as = served_as or {}
        self._first: dict[str, str] = {}
        self._lock = threading.Lock()

    def expect(self, alias: str, served: Iterable[str | None]) -> None:
        """Take the commonest of these names for the endpoint's own, unless one is known already."""
        counts = Counter(name for name in served if name and self._own_fault(alias, name) is None)
        if counts:
            most = max(counts.values())
            with self._lock:
                self._first.setdefault(alias, min(name for name, count in counts.items() if count == most))

    def fault(self, alias: str, served: str | None) -> str | None:
        """Why an answer served under this name is another model's; None: it is not, or nobody can tell."""
        if not served or self._providers[alias].is_local:
            return None
        if alias in self._served_as:
            return self._own_fault(alias, served)
        if fault := self._own_fault(alias, served):
            return f"{fault} {_way_out(served)}"
        with self._lock:
            first = self._first.setdefault(alias, served)
        if first == served:
            return None
        both = f"answered by {served!r}, where earlier answers are by {first!r}: another model may have its place."
        return f"{both} {_way_out(served, first)}"

    def _own_fault(self, alias: str, served: str) -> str | None:
        """What the SPEC, or else the provider, says of the name alone."""
        if alias in self._served_as:
            allowed = self._served_as[alias]
            if any(fnmatchcase(served, pattern) for pattern in allowed.split("|")):
                return None
            return f"answered by {served!r}, where the SPEC says served_as={allowed}."
        provider = self._providers[alias]
        return provider.served_fault(served) if isinstance(provider, KnowsItsNames) else None


def _way_out(*names: str) -> str:
    both = f", or served_as={'|'.join(sorted(names))} if both are this model" if len(names) > 1 else ""
    again = ", or ask anew by --ftbench-cache=refresh" if len(names) > 1 else ""
    return f"If that is the right model, say served_as={names[0]} in the SPEC{both}{again}."
