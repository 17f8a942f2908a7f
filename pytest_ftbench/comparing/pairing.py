"""Which result of one run belongs to which of another: by what was asked, not by what the asking was called."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Literal

from pytest_ftbench.records import Result

Turn = Literal["learned", "kept", "lost", "still missing"]

TURNS: tuple[Turn, ...] = ("learned", "kept", "lost", "still missing")
"""What can become of a case: wrong before and right now, right both times, right before and wrong now, wrong twice."""


def turn_of(before: bool, now: bool) -> Turn:
    """What became of a case, by whether its answers were right."""
    if now:
        return "kept" if before else "learned"
    return "lost" if before else "still missing"


@dataclass(frozen=True, slots=True)
class Pair:
    """One case asked before and now."""

    before: Result
    now: Result

    @property
    def turn(self) -> Turn | None:
        """What became of the case; None where a grade is missing, since an error is no wrong answer."""
        if self.before.status != "graded" or self.now.status != "graded":
            return None
        return turn_of(self.before.right, self.now.right)


@dataclass(frozen=True, slots=True)
class Pairing:
    """The results of two runs, each in one place."""

    pairs: tuple[Pair, ...] = ()
    """What is compared, in the order of the run now."""
    not_applicable: tuple[Pair, ...] = ()
    """Cases in both runs whose precondition is unmet in one of them; nothing is compared of them, as of the rest."""
    edited: tuple[Pair, ...] = ()
    """Cases of the same name that ask or expect something else now."""
    added: tuple[Result, ...] = ()
    removed: tuple[Result, ...] = ()
    fewer_samples: tuple[Result, ...] = ()
    """Results before, of a question that was asked again less often now."""
    more_samples: tuple[Result, ...] = ()

    def filter(self, holds: Callable[[Result], bool]) -> Pairing:
        """What is about results for which a condition holds; of a pair it is enough if it holds for one of them.

        Otherwise a case that was given another tag would be neither compared nor missed.
        """

        def of_pairs(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
            return tuple(pair for pair in pairs if holds(pair.now) or holds(pair.before))

        def of_results(results: Iterable[Result]) -> tuple[Result, ...]:
            return tuple(filter(holds, results))

        return Pairing(
            of_pairs(self.pairs),
            of_pairs(self.not_applicable),
            of_pairs(self.edited),
            of_results(self.added),
            of_results(self.removed),
            of_results(self.fewer_samples),
            of_results(self.more_samples),
        )


def pair_results(before: Sequence[Result], now: Sequence[Result]) -> Pairing:
    """The results of one endpoint before and of one endpoint now, paired by content.

    Results belong together where suite, fact, variant, sample and the hash of the content are the same; repeated
    identical questions in their order. Of what is left, results of the same name (suite, fact, variant, case and
    sample) are edited cases.
    """
    pairs, old, new = _match(before, now, _content)
    questions = {_question(pair.now) for pair in pairs} if old or new else set()
    contents = {_content(pair.now) for pair in pairs} if old or new else set()

    def is_sample(result: Result) -> bool:
        """Whether a left over result is another sample of a paired question; a repeated question is another case."""
        return _question(result) in questions and _content(result) not in contents

    fewer, more = list(filter(is_sample, old)), list(filter(is_sample, new))
    edited, old, new = _match(_without(old, fewer), _without(new, more), _name)
    unmet = [pair for pair in pairs if "not_applicable" in (pair.before.status, pair.now.status)]
    if unmet:
        gone = set(map(id, unmet))
        pairs = [pair for pair in pairs if id(pair) not in gone]
    return Pairing(tuple(pairs), tuple(unmet), tuple(edited), tuple(new), tuple(old), tuple(fewer), tuple(more))


def _match(
    before: Sequence[Result], now: Sequence[Result], key: Callable[[Result], Hashable]
) -> tuple[list[Pair], list[Result], list[Result]]:
    """Pairs of results of equal keys, in the order of the second; and what is left of both, in theirs."""
    waiting: dict[Hashable, Result] = {}
    repeated: dict[Hashable, list[Result]] = {}
    """The rest of those whose keys are equal, the next one last."""
    for result in reversed(before):
        name = key(result)
        if (later := waiting.get(name)) is not None:
            repeated.setdefault(name, []).append(later)
        waiting[name] = result
    pairs, rest = [], []
    for result in now:
        name = key(result)
        first = waiting.pop(name, None)
        if first is None:
            rest.append(result)
            continue
        pairs.append(Pair(first, result))
        if others := repeated.get(name):
            waiting[name] = others.pop()
    left = [*waiting.values(), *chain.from_iterable(repeated.values())]
    if len(left) > 1:
        place = {id(result): number for number, result in enumerate(before)}
        left.sort(key=lambda result: place[id(result)])
    return pairs, left, rest


def _without(results: Sequence[Result], taken: Iterable[Result]) -> list[Result]:
    gone = set(map(id, taken))
    return [result for result in results if id(result) not in gone]


_content = attrgetter("content", "sample", "variant", "fact", "suite")
_question = attrgetter("content", "variant", "fact", "suite")
_name = attrgetter("suite", "fact", "variant", "case", "sample")
