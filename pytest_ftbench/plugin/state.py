"""What one pytest process knows of the session: endpoints, planned cases and gates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ftbench.errors import FtbenchError
from pytest_ftbench.plugin.days import day_of_run
from pytest_ftbench.plugin.fixtures import HAS_CASES
from pytest_ftbench.plugin.registering import registered
from pytest_ftbench.plugin.scopes import Scope
from pytest_ftbench.plugin.settings import Settings, read_settings
from pytest_ftbench.records import Case, Completion, Question

if TYPE_CHECKING:
    from pytest_ftbench.checkpoints import Sweep
    from pytest_ftbench.engine import Engine
    from pytest_ftbench.exchange import Exchange
    from pytest_ftbench.follow_ups import FollowUps
    from pytest_ftbench.gates import Gate
    from pytest_ftbench.judge_models import JudgeModels
    from pytest_ftbench.plugin.baselines import Baselines
    from pytest_ftbench.plugin.gated import Gated
    from pytest_ftbench.plugin.trainings import Trainings
    from pytest_ftbench.providers import EndpointSpec, Provider

STATE = pytest.StashKey["State"]()

FOLDER = "ftbench_folder"
"""The key of xdist's workerinput under which the controller names the folder that the run's processes share."""


@dataclass
class State:
    """The session's one object, on `config.stash`."""

    config: pytest.Config
    settings: Settings
    specs: tuple[EndpointSpec, ...] = ()
    baseline_alias: str = ""
    """The endpoint that the others are compared with; it is asked, and no gate is about it."""
    baselines: Baselines | None = None
    trainings: Trainings | None = None
    """What endpoints were trained on; None where none has a `training_file`."""
    sweeps: tuple[Sweep, ...] = ()
    """The models of which each checkpoint is an endpoint."""
    unlisted: dict[str, FtbenchError] = field(default_factory=dict)
    """By alias, why the checkpoints of a model are not known, though they were to be swept."""
    judge_specs: tuple[EndpointSpec, ...] = ()
    scopes: dict[str, Scope] = field(default_factory=dict)
    """By the node id of the file or function that owns them."""
    session_gates: tuple[Gate, ...] = ()
    warnings: list[str] = field(default_factory=list)
    """Lines for the summary, such as a cache that could not be written."""
    selected: set[tuple[int, str, int]] = field(default_factory=set)
    """What tests of this session are about: planned cases, by identity, each with endpoint and sample."""
    follow_ups: FollowUps | None = None
    """What hands answers to the judges as they arrive, in a session without workers."""
    today: date = field(default_factory=date.today)
    """The day of the run, the same in all its processes."""
    on_demand: int = 0
    """How many answers tests have got by `ftbench_model.ask`."""

    @property
    def aliases(self) -> tuple[str, ...]:
        return tuple(spec.alias for spec in self.specs)

    @property
    def tested(self) -> tuple[str, ...]:
        """The endpoints that gates are about."""
        return tuple(alias for alias in self.aliases if alias != self.baseline_alias)

    @cached_property
    def providers(self) -> Mapping[str, Provider]:
        """The endpoints by alias, opened: files are read, nothing is sent.

        Raises FtbenchError for what is wrong with one that the command line names. One that only the ini file names
        must not stop the unit tests beside it: it is opened as an endpoint that is given up with that error.
        """
        registry = self.registry("providers")
        return {spec.alias: self._opened(spec, registry) for spec in self.specs}

    def open_endpoints(self) -> None:
        """Read the endpoints' files now, so that a mistake ends the session before it starts. Raises FtbenchError."""
        _ = self.providers, self.judge_providers
        if self.settings.budget_usd is not None:
            from pytest_ftbench.plugin.pricing import make_spending

            make_spending(self)

    def _opened(self, spec: EndpointSpec, registry: Mapping[str, Any]) -> Provider:
        from pytest_ftbench.providers import open_provider
        from pytest_ftbench.providers.unavailable import Unavailable

        try:
            if spec.alias in self.unlisted:
                raise self.unlisted[spec.alias]
            return open_provider(spec, registry)
        except FtbenchError as error:
            if self.settings.models_on_command_line:
                raise
            return Unavailable(spec.alias, error)

    @cached_property
    def judge_providers(self) -> Mapping[str, Provider]:
        """The judges by alias, opened. Raises FtbenchError for one that cannot be."""
        if not self.judge_specs:
            return {}
        from pytest_ftbench.judge_specs import open_judges

        return open_judges(self.judge_specs, self.registry("providers"))

    @cached_property
    def judging(self) -> JudgeModels | None:
        """Who judges what the matchers leave undecided; None where no judge is named."""
        if not self.judge_specs:
            return None
        from pytest_ftbench.plugin.judging import make_judging

        return make_judging(self)

    @cached_property
    def engine(self) -> Engine:
        from pytest_ftbench.engine import Engine
        from pytest_ftbench.exchange import agree_on_deployments
        from pytest_ftbench.plugin.pricing import make_spending
        from pytest_ftbench.plugin.storing import open_cache

        return Engine(
            {**self.providers, **self.judge_providers},
            judges=self.judge_providers,
            open_store=lambda: open_cache(self),
            mode=self.settings.cache_mode,
            concurrency=self.settings.concurrency,
            spending=make_spending(self),
            served_as={spec.alias: spec.served_as for spec in (*self.specs, *self.judge_specs) if spec.served_as},
            tell=self.warnings.append,
            agree=partial(agree_on_deployments, folder=folder) if (folder := self._shared_folder) else None,
        )

    @property
    def _shared_folder(self) -> Path | None:
        """What all workers of a run can write to; None in a session without workers."""
        folder = getattr(self.config, "workerinput", {}).get(FOLDER)
        return None if folder is None else Path(folder)

    @cached_property
    def exchange(self) -> Exchange | None:
        """How this worker shares the asking with the others; None in a session without workers."""
        if self._shared_folder is None:
            return None
        from pytest_ftbench.exchange import Exchange

        return Exchange(self.engine, self._shared_folder)

    def complete(self, question: Question) -> Completion:
        """The answer to one question, awaited, or asked for now."""
        if self.follow_ups is not None:
            self.follow_ups.flush()
        return (self.exchange or self.engine).complete(question)

    def prepare(self, questions: Iterable[Question]) -> None:
        """Begin to ask what is about to be waited for; among workers each is asked when the first of them needs it."""
        if self.exchange is None:
            self.engine.start(questions)

    def stop_asking(self) -> None:
        """Send nothing more, and wait some seconds for the calls in flight, which are paid for."""
        from pytest_ftbench.engine import GRACE_S

        self.engine.stop()
        if self.exchange is not None:
            self.exchange.finish(GRACE_S)
        self.engine.join(GRACE_S)

    @property
    def worker(self) -> str:
        """The name of this xdist worker; empty in a session without workers."""
        return str(getattr(self.config, "workerinput", {}).get("workerid", ""))

    @property
    def has_engine(self) -> bool:
        """Whether anything was asked in this process."""
        return "engine" in self.__dict__

    def counts(self) -> dict[str, Any]:  # plain data, which a worker sends to the controller
        """How many calls, cache hits, errors and answers on demand there were in this process; each endpoint's cost."""
        costs_usd = self.engine.spending.costs_usd() if self.has_engine else {}
        totals = asdict(self.engine.totals()) if self.has_engine else {}
        judge_calls = self.engine.judge_calls if self.has_engine else 0
        drift_calls = self.engine.drift_calls if self.has_engine else 0
        judging = self.__dict__.get("judging")  # not made where nothing was judged
        faults = judging.faults if judging else []
        asked = {"on_demand": self.on_demand, "judge_calls": judge_calls, "drift_calls": drift_calls}
        own = {**asked, "judge_faults": faults, "planned": self.planned}
        return {**totals, **own, "costs_usd": costs_usd}

    @property
    def planned(self) -> int:
        """How many results the session would have if no test were left out."""
        cases = [case for scope in self.scopes.values() for case in scope.cases]
        return len(self.aliases) * sum(map(self.samples_of, cases))

    def cost_of(self, question: Question, completion: Completion) -> float | None:
        """What an answer has cost this session, in USD; None where nobody knows."""
        return 0.0 if completion.cached else self.engine.spending.cost_of(question, completion)

    def registry(self, name: str) -> Mapping[str, Any]:
        """What plugins have registered under `pytest_ftbench_<name>`, by name; the last to register wins."""
        return registered(self.config, name)

    @cached_property
    def matchers(self) -> Mapping[str, Any]:
        return self.registry("matchers")

    def samples_of(self, case: Case) -> int:
        """How often a case is asked: the command line says so, or else the case, or else the ini file."""
        settings = self.settings
        return settings.samples if settings.samples_on_command_line else case.samples or settings.samples

    def each_sample(self, cases: Iterable[Case]) -> list[Case]:
        """Each case as often as it is asked."""
        return [case for case in cases for _ in range(self.samples_of(case))]

    def question(self, case: Case, alias: str, *, sample: int = 1, answers: Sequence[str] = ()) -> Question:
        """What is sent to an endpoint for a case: its first turn, or after so many answers the next one."""
        turns = case.turns or (case.text_to_send,)
        earlier = list(zip(turns, answers, strict=False))
        return self.ask_of(alias, turns[len(answers)], system=case.system, sample=sample, earlier=earlier)

    def ask_of(
        self, alias: str, text: str, *, system: str = "", sample: int = 1, earlier: Sequence[tuple[str, str]] = ()
    ) -> Question:
        """A text for an endpoint, under the system message given or else the endpoint's own.

        earlier: what was said and answered before.
        """
        from pytest_ftbench.prompts import build_prompt

        spec = next(spec for spec in self.specs if spec.alias == alias)
        return Question(alias, build_prompt(text, system=system or spec.system, earlier=earlier), sample)

    def add_scope(
        self, name: str, cases: Iterable[Case], gates: Iterable[Gate], others: Iterable[Case] = (), *, facts: int = 0
    ) -> None:
        """Take note of a file's or test's cases, all of them, whether they are selected or not."""
        self.scopes[name] = Scope(tuple(cases), tuple(gates), tuple(others), facts)
        self.config.stash[HAS_CASES] = True
        self.__dict__.pop("gated", None)

    @cached_property
    def gated(self) -> Gated:
        """The cases that stand under a gate."""
        from pytest_ftbench.plugin.gated import Gated

        return Gated(self.scopes, self.session_gates, self.trainings)

    def is_gated(self, scope: str, case: Case, alias: str) -> bool:
        """Whether a wrong answer is a miss and no failure of its own: what a gate decides about.

        So is that of the baseline, and of each checkpoint of a sweep: early ones are there to be worse.
        """
        is_apart = alias == self.baseline_alias or any(alias in sweep.aliases for sweep in self.sweeps)
        return is_apart or self.gated.holds(scope, case, alias)

    def close(self) -> None:
        """Release what was opened."""
        if self.has_engine:
            self.engine.close()


def get_state(config: pytest.Config) -> State:
    """The session's state, made when it is first asked for. Raises pytest.UsageError for settings not allowed."""
    if STATE not in config.stash:
        config.stash[STATE] = State(config, read_settings(config), today=day_of_run(config))
    return config.stash[STATE]


def as_usage_error(error: FtbenchError) -> pytest.UsageError:
    """A user's mistake as pytest shows one: a line, no traceback, exit code 4."""
    return pytest.UsageError(str(error))
