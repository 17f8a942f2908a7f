"""What a session tells beside its results: warnings, and what became of an interrupted one."""

from __future__ import annotations

from pytest_ftbench.plugin.state import State
from pytest_ftbench.plugin.tally import Tally


def session_notes(state: State, tally: Tally, *, was_interrupted: bool) -> list[str]:
    """The lines for the end of the summary."""
    about_runs = state.baselines.notes() if state.baselines else ()
    notes = [f"ftbench: {warning}" for warning in (*state.warnings, *about_runs)]
    if was_interrupted:
        answers = tally.counted("calls") + tally.counted("cache_hits")
        kept = "; they are kept, so the same command goes on from there"
        if state.settings.cache_mode == "off":
            kept = "; none is kept, because of --ftbench-cache=off"
        if all(provider.is_local for provider in state.providers.values()):
            kept = ""
        notes.append(f"ftbench: interrupted after {answers} answer{'' if answers == 1 else 's'}{kept}")
    return notes


def cost_in_words(state: State, tally: Tally) -> str | None:
    """What the calls have cost; None where there is nothing to pay."""
    from pytest_ftbench.reports.money import session_cost_in_words

    calls = tally.counted("calls") + tally.counted("drift_calls")
    if not calls or all(provider.is_local for provider in state.providers.values()):
        return None
    return session_cost_in_words(tally.costs_usd())
