"""Question sets become the lines of a training file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from pytest_ftbench.datasets.sampling import HOLDOUT_SEED
from pytest_ftbench.datasets.suites import Suite
from pytest_ftbench.errors import FtbenchError, SpecError
from pytest_ftbench.records import Case
from pytest_ftbench.training.formats import Format, line_object, written_line
from pytest_ftbench.training.groups import Entities, articles, conversations
from pytest_ftbench.training.lessons import Lesson, Unfit
from pytest_ftbench.training.selection import TRAINED_VARIANT, Fact, Selection, select
from pytest_ftbench.training.sentences import WITHOUT_ANSWER, answer_spans, sentence_of
from pytest_ftbench.training.techniques import OF_ONE, Technique, whole_sentence
from pytest_ftbench.training.validation import line_faults, size_faults

_ASKING = (Technique.QA, Technique.MULTI_TURN, Technique.REASONING)
"""What they write holds the question and the answer."""
_NOT_STATING = (Technique.QA, Technique.MULTI_TURN)
"""What all others write holds the sentence that states the fact."""
AS_TEXT = (Technique.ARTICLE, Technique.COMPLETION_BARE)
"""Techniques that make plain text."""


class NotAccepted(FtbenchError):
    """A training file that its service would not take."""


@dataclass(frozen=True, slots=True)
class Request:
    """What kind of training file is wanted."""

    form: Format
    technique: Technique = Technique.QA
    repeats: int = 1
    """How often each line stands in the file, at least once."""
    holdout: float = 0.0
    """The share of facts that are left out of it, in [0, 1)."""
    seed: int = HOLDOUT_SEED
    """Of what is held out, and of the order."""

    def __post_init__(self) -> None:
        if self.repeats < 1:
            raise SpecError(f"--repeats must be >= 1, got {self.repeats}.")
        if not 0 <= self.holdout < 1:
            raise SpecError(f"--holdout is a share of the facts, from 0 to less than 1, got {self.holdout:g}.")
        if self.form is Format.TEXT and self.technique not in AS_TEXT:
            fault = f"--format text holds sentences that stand alone, and --technique {self.technique} makes none."
            raise SpecError(f"{fault} Use {' or '.join(f'--technique {technique}' for technique in AS_TEXT)}.")


@dataclass(frozen=True, slots=True)
class Export:
    """A training file before it is written."""

    request: Request
    lines: tuple[str, ...]
    """Each of its lines once, with its line end, in no order."""
    trained: tuple[Fact, ...]
    held_out: tuple[Fact, ...]
    left_out: Mapping[Fact, str]
    """Facts of which not all can be taught, each with the reason."""
    cases: tuple[Case, ...]
    """All questions that could have been trained."""

    @property
    def facts(self) -> int:
        """How many facts there are: trained, held out, and left out, though some are the first and the last."""
        return len({*self.trained, *self.held_out, *self.left_out})

    @property
    def examples(self) -> int:
        """How many lines the file has."""
        return len(self.lines) * self.request.repeats


def plan_export(
    suites: Sequence[Suite], request: Request, *, gives_answer: Callable[[Case, str], bool] = lambda _case, _text: False
) -> Export:
    """The lines that teach the facts of question sets.

    suites: with their cases of TRAINED_VARIANT at least; no others are trained.
    gives_answer: whether a sentence in which the words of a case's answer do not stand gives the answer all the same,
    as "five years" does "5 years".
    Raises NotAccepted where the service would not take the file.
    """
    selection = select(
        suites, share=request.holdout, seed=request.seed, texts_of=partial(_texts, request, gives_answer)
    )
    entities = {suite: one.file.entities for one in suites if one.file.entities for suite, _ in one.file.names}
    lines: dict[str, None] = {}  # the same text may teach two facts
    for lesson in _lessons(selection, request, entities):
        _check_line(lesson, request.form)
        lines[written_line(lesson.turns, request.form)] = None
    if lines:
        _check_size(lines, request)
    return Export(
        request,
        tuple(lines),
        tuple(dict.fromkeys((case.suite, case.fact) for case in selection.trained)),
        selection.held_out,
        selection.left_out,
        tuple(case for suite in suites for case in suite.file.cases if case.variant == TRAINED_VARIANT),
    )


def _texts(request: Request, gives_answer: Callable[[Case, str], bool], case: Case) -> Sequence[str]:
    """What a question puts into the file, leaving aside how. Raises Unfit where the technique cannot be made of it."""
    technique = request.technique
    if request.form is not Format.TEXT and technique in OF_ONE:
        OF_ONE[technique](case)
    texts = [case.question, case.text_to_send, case.answer] if technique in _ASKING else []
    if technique not in _NOT_STATING:
        sentence = sentence_of(case)
        if not answer_spans(case, sentence) and not gives_answer(case, sentence):
            raise Unfit(WITHOUT_ANSWER)
        texts.append(sentence)
    return tuple(dict.fromkeys(texts))


def _lessons(selection: Selection, request: Request, entities: Entities) -> Iterable[Lesson]:
    technique, as_text = request.technique, request.form is Format.TEXT
    if technique is Technique.MULTI_TURN:
        return conversations(selection.trained, entities, seed=request.seed)
    if technique is Technique.ARTICLE:
        return articles(selection.trained, entities, seed=request.seed, as_text=as_text)
    make = whole_sentence if as_text else OF_ONE[technique]
    return (Lesson(make(case), (case,)) for case in selection.trained)


def _check_line(lesson: Lesson, form: Format) -> None:
    for fault in line_faults(line_object(lesson.turns, form), form):
        case = lesson.cases[0]
        raise NotAccepted(f"{case.place or case.suite}: {fault}. It is about {case.fact!r}; nothing is written.")


def _check_size(lines: Iterable[str], request: Request) -> None:
    sizes = [len(line.encode()) for line in lines]
    repeats = request.repeats
    for fault in size_faults(request.form, examples=len(sizes) * repeats, size=sum(sizes) * repeats):
        raise NotAccepted(f"{fault}. Change --repeats, or how many facts there are; nothing is written.")


def rounds(export: Export) -> Iterator[str]:
    """The text of the file: every line once, then once more in another order, and so on; never twice on end.

    The order is that of hashes, so that it depends on the seed and the lines alone.
    """
    last = ""
    for number in range(export.request.repeats):
        stir = partial(_rank, f"{export.request.seed}\x1f{number}\x1f")
        lines = sorted(export.lines, key=stir)
        if lines[0] == last and len(lines) > 1:
            lines[0], lines[1] = lines[1], lines[0]
        last = lines[-1]
        yield "".join(lines)


def _rank(salt: str, line: str) -> bytes:
    return sha256((salt + line).encode()).digest()
