"""What a session is told of a training file before it trusts its figures."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from pytest_ftbench.auditing.contradictions import find_contradictions
from pytest_ftbench.auditing.golds import find_golds
from pytest_ftbench.auditing.replies import that_ask
from pytest_ftbench.auditing.systems import find_system_mismatches
from pytest_ftbench.judges import MATCHERS, Matcher
from pytest_ftbench.records import Case
from pytest_ftbench.training.files import Conversation


def warnings_about(
    conversations: Sequence[Conversation],
    cases: Sequence[Case],
    *,
    system_of: Callable[[Case], str],
    matchers: Mapping[str, Matcher] = MATCHERS,
    held_out: Collection[tuple[str, str]] = (),
) -> Iterator[str]:
    """A clause for each kind of finding by which the figures of a model say something else than they seem to.

    The arguments are those of `audit`.
    """
    contradicted = {id(one.case) for one in find_contradictions(cases, conversations, matchers=matchers)}
    if contradicted:
        yield f"{_count(len(contradicted), 'question')} trained with another answer than is expected"
    if untaught := sum(gold.is_missing(held_out) for gold in find_golds(cases, conversations, matchers=matchers)):
        yield f"{_count(untaught, 'answer')} that cannot have been learned from it"
    asking = that_ask(conversations, cases)
    if asked := sum(one.cases for one in find_system_mismatches(cases, asking, system_of=system_of)):
        yield f"{_count(asked, 'question')} asked under a system message that it never has"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
