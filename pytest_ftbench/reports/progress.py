"""How far the asking has come, as one line: for a terminal that redraws it, and for a log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from pytest_ftbench.snapshot import Snapshot

if TYPE_CHECKING:
    from rich.text import Text

SHORTEST_BAR, LONGEST_BAR = 10, 30
QUIET_S = 2.0
"""A plan that is over sooner needs no line in a log."""
PERIOD_S = 30.0
"""A log hears of a plan at least this often."""
PACE_S = 1.0
"""And no more often than this, however fast the answers come."""


def render_line(snapshot: Snapshot, *, width: int, color: bool, unicode: bool) -> str:
    """The line for a terminal of `width` columns, at most `width - 1` cells wide, without a line end.

    What matters least is left out where there is no room. color: whether escape sequences may be used. unicode:
    whether the terminal's encoding can show line-drawing characters; without it the line is ASCII.
    """
    from pytest_ftbench.reports.console import make_console

    stream = StringIO()
    console = make_console(stream, width=max(width, 1), color=color, unicode=unicode)
    console.print(_line(snapshot, room=width - 1, unicode=unicode), end="", soft_wrap=True)
    return stream.getvalue()


def plain_line(snapshot: Snapshot) -> str:
    """The line for a log: everything there is to tell, ASCII, without a line end."""
    percent = 100 * snapshot.done // snapshot.total if snapshot.total else 100
    parts = [f"ftbench: {snapshot.done}/{snapshot.total} answers ({percent} %)"]
    if snapshot.cached:
        parts.append(f"{snapshot.cached} from the cache")
    if snapshot.judge_calls:
        parts.append(_count(snapshot.judge_calls, "judge call"))
    if snapshot.errors:
        parts.append(_count(snapshot.errors, "error"))
    if tokens := snapshot.tokens_in + snapshot.tokens_out:
        parts.append(f"{short_count(tokens)} tokens")
    if snapshot.asked:
        parts.append(_cost(snapshot.cost_usd))
    if _is_waiting(snapshot):
        parts.append(f"paused by the rate limit for {duration(snapshot.waiting_s)}")
    if (eta_s := snapshot.eta_s) is not None:
        parts.append(f"about {duration(eta_s)} left")
    return ", ".join(parts)


@dataclass(slots=True)
class Pace:
    """When a log is due another line: with each tenth of the questions, and every PERIOD_S while nothing moves.

    So a plan takes ten lines and one for each PERIOD_S at most, and a short one none at all.
    """

    _started_s: float | None = None
    _told_s: float = 0.0
    _tenths: int = 0

    def is_due(self, snapshot: Snapshot, *, now_s: float) -> bool:
        """Whether to write a line now, which is then taken as written. now_s: a clock that never goes back."""
        if self._started_s is None:
            self._started_s = self._told_s = now_s
        tenths = 10 * snapshot.done // snapshot.total if snapshot.total else 10
        if snapshot.is_over or now_s - self._started_s < QUIET_S:
            return False
        gap_s = now_s - self._told_s
        if gap_s < PERIOD_S and (tenths <= self._tenths or gap_s < PACE_S):
            return False
        self._told_s, self._tenths = now_s, tenths
        return True


def short_count(number: int) -> str:
    """A count in at most five characters, such as 950, 4.1k or 1.2M; from 10 on without a decimal."""
    for factor, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= factor - factor // 2000:  # 999,500 is a million, not 1000k; 1,000 is reached exactly
            value = number / factor
            return f"{value:.1f}{unit}" if value < 9.95 else f"{value:.0f}{unit}"
    return str(number)


def duration(seconds: float) -> str:
    """A length of time as exact as an estimate can be: 7 s, 40 s, 12 min, 2 h 10 min."""
    if seconds < 10:
        return f"{max(round(seconds), 1)} s"
    if seconds < 87.5:
        return f"{5 * round(seconds / 5)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(10 * round(minutes / 10), 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _line(snapshot: Snapshot, *, room: int, unicode: bool) -> Text:
    from rich.text import Text

    between = " \u00b7 " if unicode else " | "
    count = f"{snapshot.done}/{snapshot.total}"
    head = "ftbench "
    if len(head + count) > room:
        return Text(count if len(count) <= room else "")
    left = room - len(head + count)
    parts: dict[str, tuple[str, str]] = {}
    bar = 0
    for name, text, style in _by_importance(snapshot):
        needed = SHORTEST_BAR + 1 if name == "bar" else len(between + text)
        if needed > left:
            break
        left -= needed
        if name == "bar":
            bar = SHORTEST_BAR
        else:
            parts[name] = (text, style)
    line = Text(head, style="", end="")
    if bar:
        bar = min(bar + left, LONGEST_BAR)
        filled = bar * snapshot.done // snapshot.total if snapshot.total else bar
        line.append(("\u2501" if unicode else "#") * filled, style="green")
        line.append(("\u2500" if unicode else "-") * (bar - filled), style="dim").append(" ")
    line.append(count, style="bold")
    for name in _ORDER:
        if name in parts:
            line.append(between, style="dim").append(*parts[name])
    return line


_ORDER = ("cached", "flight", "judge", "errors", "tokens", "cost", "wait", "eta")
"""From left to right; what is to come stands last."""


def _by_importance(snapshot: Snapshot) -> Iterator[tuple[str, str, str]]:
    """Each part's name, text and style, what a reader would miss most first."""
    if _is_waiting(snapshot):
        yield "wait", f"rate limit {duration(snapshot.waiting_s)}", "yellow"
    if snapshot.errors:
        yield "errors", _count(snapshot.errors, "error"), "red"
    if (eta_s := snapshot.eta_s) is not None:
        yield "eta", f"{duration(eta_s)} left", ""
    yield "bar", "", ""
    if snapshot.asked:
        yield "cost", _cost(snapshot.cost_usd), ""
    if snapshot.cached:
        yield "cached", f"{snapshot.cached} cached", ""
    if snapshot.judge_calls:
        yield "judge", _count(snapshot.judge_calls, "judge call"), ""
    if snapshot.in_flight:
        yield "flight", f"{snapshot.in_flight} in flight", ""
    if tokens := snapshot.tokens_in + snapshot.tokens_out:
        yield "tokens", f"{short_count(tokens)} tokens", ""


def _is_waiting(snapshot: Snapshot) -> bool:
    return snapshot.waiting_s >= 1  # a shorter pause would only flicker


def _cost(cost_usd: float | None) -> str:
    if cost_usd is None:
        return "cost unknown"
    return "<$0.01" if 0 < cost_usd < 0.005 else f"${cost_usd:.2f}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
