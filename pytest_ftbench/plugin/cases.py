"""One case asked of one endpoint in one test: its answer, its verdict, and what is recorded of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from pytest_ftbench.errors import SpecError
from pytest_ftbench.plugin.conversing import Heard, Talk, converse
from pytest_ftbench.plugin.days import check_days, why_too_early
from pytest_ftbench.plugin.state import State
from pytest_ftbench.records import Case, Completion, Question, Result, Verdict
from pytest_ftbench.reports.text import clean, one_line
from pytest_ftbench.reports.turns import turn_lines
from pytest_ftbench.samples import ALLOWED, is_allowed

NO_MODEL = "no model to ask: pass --ftbench-model=[ALIAS=]SPEC, as in --ftbench-model=memorizer:training.jsonl"
"""What a skipped test says when no endpoint is named."""


CASE_PARAMETERS = ("ftbench_case", "ftbench_model")
"""The fixtures by which a marked test is parametrized."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a test is about: a case, the endpoint that is asked, and who owns the case."""

    case: Case
    alias: str | None
    """None where the session names no endpoint."""
    scope: str
    """The node id of the data file or test function that the case belongs to: what its gates look at."""
    sample: int = 1
    """For the how many-th time it is asked."""


def subjects_of(case: Case, aliases: Iterable[str], scope: str, *, samples: int) -> Iterator[tuple[Subject, str]]:
    """What is tested of a case, each with its part of a node id.

    That is the alias of the endpoint, or where it is asked several times `alias-1`, `alias-2`, ...
    """
    for alias in aliases:
        for sample in range(1, samples + 1):
            yield Subject(case, alias, scope, sample), f"{alias}-{sample}" if samples > 1 else alias


@dataclass(slots=True)
class Trial:
    """One run of one test with its subject: fixtures fill it in, the report reads it."""

    subject: Subject
    completion: Completion | None = None
    heard: Heard | None = None
    """All turns of the case, where the test has had it asked."""
    verdict: Verdict | None = None
    is_running: bool = False
    """Whether the test's body runs at this moment."""
    unmet: str = ""
    """Why the case does not count."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Those that the case has for this endpoint alone."""
    unmet_by: str | None = None
    """The rule that says so, where it has a name."""
    failed_within: BaseException | None = None
    """What a subtest failed with."""
    _question: Question | None = field(default=None, init=False)

    def begin(self, state: State) -> None:
        """Forget an earlier run of the same test; end this one here where its case does not count yet."""
        self.completion = self.heard = self.verdict = self.failed_within = self.unmet_by = None
        self.unmet = why_too_early(self.subject.case, state.today)
        self._end_if_unmet()

    @property
    def alias(self) -> str:
        assert self.subject.alias is not None  # tests without an endpoint have been skipped
        return self.subject.alias

    def question(self, state: State) -> Question:
        """What the test's case sends."""
        if self._question is None:
            self._question = state.question(self.subject.case, self.alias, sample=self.subject.sample)
        return self._question

    def answer(self, state: State) -> Completion:
        """The completion, prefetched as a rule. Without one the test ends here, as an error and not as a miss.

        A question that was left out is no error of its own: whatever is to blame is reported once.
        """
        self.heard = converse(self.subject.case, self.alias, state, sample=self.subject.sample)
        self.completion = self.heard.completion
        if self.completion.is_left_out:
            pytest.skip(clean(self.completion.error or ""))
        if self.completion.error is not None:
            pytest.fail(f"no answer from {self.alias}: {clean(self.completion.error)}", pytrace=False)
        self._check_precondition(state)
        return self.completion

    def _check_precondition(self, state: State) -> None:
        """End the test here where its case does not count, or where nobody can tell."""
        if not self.subject.case.precondition or self.alias == state.baseline_alias:
            return
        from pytest_ftbench.plugin.preconditions import Undecided, why_not_applicable

        try:
            self.unmet = why_not_applicable(self.subject.case, state)
        except Undecided as why:
            fault = f"its precondition {self.subject.case.precondition!r} cannot be decided: {clean(str(why))}"
            self.completion = replace(self.completion or Completion(), error=fault)
            pytest.fail(fault, pytrace=False)
        self._end_if_unmet()

    def _end_if_unmet(self) -> None:
        if self.unmet:
            pytest.skip(f"not applicable: {self.unmet}")

    def judge(self, state: State) -> Verdict:
        """What the matchers say of the answer; the reason is fit to be shown.

        The test ends here where the case does not count, because another question about its fact is not right.
        """
        completion = self.answer(state)
        self._check_requirements(state)
        return self.grade(completion, state)

    def _check_requirements(self, state: State) -> None:
        subject = self.subject
        if not subject.case.requires:
            return
        from pytest_ftbench.plugin.requiring import requirements_of
        from pytest_ftbench.requirements import RULE

        ruling = requirements_of(state).rule_on(subject.case, subject.scope, self.alias, subject.sample)
        reason = clean(ruling.reason)
        if ruling.standing == "unmet":
            self.unmet, self.unmet_by = reason, RULE
            self._end_if_unmet()
        if ruling.standing == "open":
            self.verdict = Verdict(None, False, RULE, reason)
            pytest.fail(f"whether it counts is not known: it {reason}", pytrace=False)

    def grade(self, completion: Completion, state: State) -> Verdict:
        """What the matchers say of a completion of the case's question; the reason is fit to be shown."""
        from pytest_ftbench.plugin.preconditions import grade_by_session

        found = grade_by_session(self.subject.case, completion, self.alias, state)
        reason = clean(found.reason)
        self.verdict = found if reason == found.reason else replace(found, reason=reason)
        if self.verdict.grade is None:
            pytest.fail(f"no verdict by {found.rule}: {reason}", pytrace=False)
        return self.verdict

    def result(
        self, completion: Completion, verdict: Verdict | None = None, *, cost_usd: float | None = None
    ) -> Result:
        """What is recorded of the trial; see `build_result`."""
        from pytest_ftbench.evaluate import build_result

        subject = self.subject
        case = replace(subject.case, tags={**subject.case.tags, **self.tags}) if self.tags else subject.case
        return build_result(
            case,
            completion,
            verdict,
            endpoint=self.alias,
            sample=subject.sample,
            cost_usd=cost_usd,
            earlier=self.heard.earlier if self.heard is not None else (),
        )

    def cost_usd(self, completion: Completion, state: State) -> float | None:
        """What all turns of the case have cost this session, in USD; None where nobody knows."""
        asked = self.heard.asked if self.heard is not None else ((self.question(state), completion),)
        costs = [state.cost_of(*one) for one in asked]
        return None if None in costs else sum(cost for cost in costs if cost is not None)


TRIAL = pytest.StashKey[Trial]()


def trial_of(item: pytest.Item) -> Trial | None:
    """The trial of a test that is about a case and has an endpoint to ask."""
    trial = item.stash.get(TRIAL, None)
    return trial if trial is not None and trial.subject.alias is not None else None


def wants_answer(item: pytest.Item) -> bool:
    """Whether the test reads its case's answer, so that it is asked for beforehand: a data file's case always does."""
    names = getattr(item, "fixturenames", None)
    return names is None or "ftbench_answer" in names or "ftbench_verdict" in names


def questions_of(items: Iterable[pytest.Item], state: State) -> dict[pytest.Item, Question]:
    """What is asked beforehand for tests, by test; nothing for a case that does not count yet."""
    trials = ((item, trial) for item in items if (trial := trial_of(item)) is not None and wants_answer(item))
    return {item: trial.question(state) for item, trial in trials if not why_too_early(trial.subject.case, state.today)}


def wants_verdict(item: pytest.Item) -> bool:
    """Whether the test reads the verdict on its case's answer, too; a data file's case does."""
    names = getattr(item, "fixturenames", None)
    return names is None or "ftbench_verdict" in names


def trial_of_verdicts(items: Iterable[pytest.Item]) -> list[Trial]:
    """The trials of those tests that read a verdict."""
    return [trial for item in items if wants_verdict(item) and (trial := trial_of(item)) is not None]


def cases_by_key(
    state: State, wanted: Mapping[pytest.Item, Question], required: Iterable[tuple[Case, Question]]
) -> dict[str, list[Case]]:
    """Whose tests want a verdict on which answer; not those of several turns, as long as the last is not known.

    required: what else needs one, since those cases require it.
    """
    cases: dict[str, list[Case]] = defaultdict(list)
    for item, question in wanted.items():
        case = item.stash[TRIAL].subject.case
        if wants_verdict(item) and not case.turns:
            cases[state.engine.key(question)].append(case)
    for case, question in required:
        if not case.turns:
            cases[state.engine.key(question)].append(case)
    return cases


def talks_of(items: Iterable[pytest.Item], required: Iterable[tuple[Case, Question]]) -> list[tuple[Talk, bool]]:
    """The cases of several turns that tests read or require, each with whether its verdict is wanted."""
    trials = [(trial, wants_verdict(item)) for item in items if (trial := trial_of(item)) is not None]
    found = [
        (Talk(trial.subject.case, trial.alias, trial.subject.sample), is_judged)
        for trial, is_judged in trials
        if trial.subject.case.turns
    ]
    return found + [(Talk(case, one.endpoint, one.sample), True) for case, one in required if case.turns]


def give_trial(item: pytest.Item, subject: Subject) -> Trial:
    """Make the item a test of the subject, which `-k` finds by the subject's own words as well."""
    case = subject.case
    words = (case.fact, case.id, case.variant, case.suite, *case.tags.values())
    item.extra_keyword_matches.update(filter(None, words))
    item.stash[TRIAL] = trial = Trial(subject)
    return trial


def explain(case: Case, completion: Completion, verdict: Verdict, *, earlier: Sequence[str] = ()) -> str:
    """Verdict, question, expectation and answer, a line each; the first stands for all in a short summary.

    earlier: the answers to the turns before.
    """
    return "\n".join(
        [
            repr(verdict),
            f"  question  {one_line(case.question, most=500)}",
            *turn_lines(case.turns, earlier),
            f"  expected  {one_line(case.expected, most=500)}",
            f"  answer    {one_line(completion.text, most=500)}",
        ]
    )


def check_cases(cases: Iterable[Case], state: State) -> None:
    """Raise FtbenchError for a case whose `match` names no matcher or has a setting that it does not know.

    So too for one that is to be asked a number of times that is not allowed, as only one made in Python can be.
    """
    from pytest_ftbench.judges import check_case_match

    for case in cases:
        if case.valid_from or case.review_by:
            check_days(case)
        if case.match != "auto":
            check_case_match(case, matchers=state.matchers)
        if case.samples is not None and not is_allowed(case.samples):
            raise SpecError(f"the samples of {case.question!r:.80} must be {ALLOWED}, got {case.samples!r:.80}.")
