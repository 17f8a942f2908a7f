"""The records that travel between modules: plain, frozen, and without behaviour that reaches elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Expect = Literal["answer", "abstain"]
Grade = Literal["correct", "incorrect", "stale", "abstained"]
Status = Literal["graded", "error", "unscored", "not_applicable"]
Outcome = Literal["PASS", "FAIL", "INCONCLUSIVE"]

EXPECTS: tuple[Expect, ...] = ("answer", "abstain")
Precondition = Literal["", "unknown", "known", "knew_old"]
PRECONDITIONS: tuple[Precondition, ...] = ("unknown", "known", "knew_old")
BLOCKED = "blocked"
"""The flag of a verdict on what a filter of the service has stopped: what the model said is not known."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question about a fact, and what is expected of the answer."""

    question: str
    """What is shown and judged."""
    answer: str = ""
    """The expected answer, always text as written; empty where `expect` is "abstain"."""
    fact: str = ""
    """What rows about the same fact share; statistics cluster by it. Empty: the question is its own fact."""
    variant: str = "memorization"
    """The kind of question: memorization, rephrased, date_change, ..."""
    id: str = ""
    """Unique within its fact. Empty: derived from the variant."""
    suite: str = ""
    """The question set: its file's path below the root, without endings."""
    prompt: str = ""
    """What is sent, word for word. Empty: the question."""
    system: str = ""
    """The system message. Empty: the endpoint's own, if it has one."""
    expect: Expect = "answer"
    match: str = "auto"
    """The matcher, `auto` or a name with its settings: `number?tolerance=5%`."""
    aliases: tuple[str, ...] = ()
    """Other answers that are as right as the expected one; where abstention is due, others that would leak."""
    answer_before: str = ""
    """The superseded answer, if there is one."""
    precondition: Precondition = ""
    """What the baseline must make of the question for the case to count: not know the answer, know it, or give the
    superseded one. Empty: it always counts."""
    context: str = ""
    trained_answer: str = ""
    """Where abstention is due: the answer a model that only memorised would give (a leak)."""
    tags: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    """Where it was written, `file:line`, for messages only."""
    samples: int | None = None
    """How often it is asked, 1 to 1000; None: as often as the session's questions are by default."""
    turns: tuple[str, ...] = ()
    """The user messages, sent one after the other in place of `prompt`; the last answer counts. Empty: a single one."""
    requires: tuple[str, ...] = ()
    """The variants of the same fact that an endpoint must get right for the case to count."""
    valid_from: str = ""
    """The day, as YYYY-MM-DD, before which the case does not count; empty: it always does."""
    review_by: str = ""
    """The day, as YYYY-MM-DD, by which somebody should look whether the answer still holds; empty: none is set."""
    source: str = ""
    """Where the fact is published; for people, never fetched."""
    written: str = ""
    """The question as the file has it, where what is asked depends on the day: what comparisons pair by."""

    @property
    def text_to_send(self) -> str:
        """The user message: `prompt` where given, else the question."""
        return self.prompt or self.question

    @property
    def expected(self) -> str:
        """What a person reads as the expectation."""
        return self.answer if self.expect == "answer" else "(abstain)"

    @property
    def case(self) -> str:
        """Its id, under the name that results have for it."""
        return self.id


@dataclass(frozen=True, slots=True)
class Prompt:
    """What one call sends: the messages, in order, as (role, text)."""

    messages: tuple[tuple[str, str], ...]
    reply_schema: str = ""
    """The JSON Schema, as JSON, that the reply must follow, where the endpoint has structured output; empty: none."""

    @property
    def user_text(self) -> str:
        """The last user message."""
        return next((text for role, text in reversed(self.messages) if role == "user"), "")

    @property
    def user_texts(self) -> tuple[str, ...]:
        """The user messages, in order."""
        return tuple(text for role, text in self.messages if role == "user")

    @property
    def system_text(self) -> str:
        """The system message, or an empty text."""
        return next((text for role, text in self.messages if role == "system"), "")


@dataclass(frozen=True, slots=True)
class Question:
    """One prompt to one endpoint, for the `sample`-th time."""

    endpoint: str
    """The endpoint's alias."""
    prompt: Prompt
    sample: int = 1


@dataclass(frozen=True, slots=True)
class Completion:
    """What came back for one prompt: an answer, or the reason why there is none."""

    text: str = ""
    finish_reason: str | None = None
    """As the provider names it; `length` means the answer was cut off."""
    served_model: str | None = None
    """The model that the server says has answered."""
    fingerprint: str | None = None
    """What the server says of the machine and settings that it answered with."""
    deployment: str | None = None
    """The weights that answered, where the provider can read them: on Vertex AI model, version and checkpoint."""
    tokens_in: int | None = None
    tokens_out: int | None = None
    latency_s: float | None = None
    """Seconds from sending to the last byte; None where nothing was sent."""
    cached: bool = False
    error: str | None = None
    """Why there is no answer. An error is never a wrong answer."""
    pause_s: float | None = None
    """Seconds for which the server, whose rate limit is used up, wants no further call; None: it said nothing."""
    is_left_out: bool = False
    """The question was deliberately not asked (endpoint given up, budget spent, session stopped); `error` says why."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A grade, the rule that decided it, and why. Truthy when the grade is what the case expects."""

    grade: Grade | None
    """None: a judge was asked, and no grade could be read from what it said. Such a case is unscored, never wrong."""
    right: bool
    rule: str
    """The matcher that decided, or `judge:ALIAS`."""
    reason: str
    flags: tuple[str, ...] = ()
    """Any of `truncated`, `degenerate`, `blocked` (BLOCKED), `leak`, `undecided`; of what a judge saw: `cleaned`,
    `forged`, `cut`."""

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        flags = f" [{', '.join(self.flags)}]" if self.flags else ""
        return f"{self.grade or 'unscored'} by {self.rule}: {self.reason}{flags}"


@dataclass(frozen=True, slots=True)
class Result:
    """One case asked of one endpoint once, and how it went: the `result` line of a run file."""

    suite: str
    fact: str
    variant: str
    case: str
    content: str
    """Hash of question, system, expected and match: what a comparison pairs by."""
    endpoint: str
    sample: int
    question: str
    prompt: str | None
    """What was sent, where that is not the question."""
    system: str | None
    expect: str
    expected: str
    tags: Mapping[str, str]
    status: Status
    grade: Grade | None
    right: bool
    rule: str | None
    reason: str | None
    flags: tuple[str, ...]
    answer: str | None
    finish_reason: str | None
    latency_s: float | None
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None
    cached: bool
    error: str | None
    served_model: str | None = None
    fingerprint: str | None = None
    deployment: str | None = None
    trained_answer: str | None = None
    """Where abstention is due: the answer that would be a leak; empty where none is known. None: an answer is due."""
    match: str | None = None
    """With the two below, what else a verdict depends on. None: an older version did not write it down."""
    answer_before: str | None = None
    context: str | None = None
    aliases: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    """The user messages that were sent one after the other; empty where there was a single one."""
    requires: tuple[str, ...] = ()
    """The variants of the same fact that had to be right for the case to count."""
    earlier_answers: tuple[str, ...] = ()
    """What was answered to the turns before the last; fewer where an answer said nothing, which ends the talk."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """What one gate says of one endpoint: the `gate` line of a run file."""

    expr: str
    endpoint: str
    selection: str
    """Which test, file or session the gate belongs to."""
    outcome: Outcome
    value: float | None
    low: float | None
    high: float | None
    right: int
    n: int
    errors: int
    """Cases without a grade (no completion, or none that could be scored)."""
    reason: str
    corrected: float | None = None
    """The accuracy as it probably is, by a person's labels of the judge's verdicts; None: it was not corrected."""
    corrected_low: float | None = None
    """With the next, its 95 % limits by Lee."""
    corrected_high: float | None = None
    note: str = ""
    """What to hold the value against, such as the score of a constant answer."""
    chosen: str = ""
    """How the checkpoint was chosen that it is about, and on how many facts; empty where it was not chosen."""
    not_applicable: int = 0
    """Results that it needs and that do not count, since a precondition, requirement or day keeps them out."""
