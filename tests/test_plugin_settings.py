"""What the command line and the ini file may say about asking and paying."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Project
from makers import facts

from pytest_ftbench.plugin.settings import Settings, read_settings

SettingsOf = Callable[..., Settings]


@pytest.fixture
def settings_of(pytester: pytest.Pytester) -> SettingsOf:
    """The settings of a session with these arguments and lines of the ini file."""

    def read(*args: str, ini: str = "") -> Settings:
        pytester.makefile(".ini", pytest=f"[pytest]\n{ini}")
        return read_settings(pytester.parseconfig(*args))

    return read


@pytest.mark.parametrize("name", ["plan", "curtail"])
def test_flag_is_off_unless_the_command_line_or_the_ini_file_sets_it(settings_of: SettingsOf, name: str) -> None:
    assert getattr(settings_of(), name) is False
    assert getattr(settings_of(f"--ftbench-{name}"), name) is True
    assert getattr(settings_of(ini=f"ftbench_{name} = true"), name) is True
    assert getattr(settings_of(ini=f"ftbench_{name} = false"), name) is False
    assert getattr(settings_of("-o", f"ftbench_{name}=no", ini=f"ftbench_{name} = yes"), name) is False


@pytest.mark.parametrize(("text", "amount"), [("5", 5.0), ("$5", 5.0), ("0.02", 0.02), (" $1e-3 ", 0.001)])
def test_budget_is_an_amount_of_dollars(settings_of: SettingsOf, text: str, amount: float) -> None:
    assert settings_of(f"--ftbench-budget={text}", ini="ftbench_budget = 7").budget_usd == amount
    assert settings_of(ini=f"ftbench_budget = {text}").budget_usd == amount
    assert settings_of().budget_usd is None


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "much", "", "$", "5 EUR", "1,50"])
def test_budget_that_is_no_amount_is_refused(settings_of: SettingsOf, text: str) -> None:
    with pytest.raises(pytest.UsageError) as caught:
        settings_of(f"--ftbench-budget={text}")
    assert str(caught.value) == (f"--ftbench-budget: expected an amount of USD above 0, such as 2.50, got {text!r}")


def test_concurrency_is_a_number_or_left_to_the_endpoint(settings_of: SettingsOf) -> None:
    assert settings_of().concurrency is None
    assert settings_of("--ftbench-concurrency=3", ini="ftbench_concurrency = 5").concurrency == 3
    assert settings_of(ini="ftbench_concurrency = 5").concurrency == 5
    assert settings_of("--ftbench-concurrency=auto", ini="ftbench_concurrency = 5").concurrency is None


@pytest.mark.parametrize("text", ["-1", "1.5", "soon", "", "1234567"])
def test_days_until_a_shutdown_are_a_whole_number(settings_of: SettingsOf, text: str) -> None:
    assert settings_of("--ftbench-fail-on-shutdown=0", ini="ftbench_fail_on_shutdown = 7").fail_on_shutdown == 0
    assert settings_of(ini="ftbench_fail_on_shutdown = 7").fail_on_shutdown == 7
    assert settings_of().fail_on_shutdown is None
    with pytest.raises(pytest.UsageError) as caught:
        settings_of(f"--ftbench-fail-on-shutdown={text}")
    assert str(caught.value) == (f"--ftbench-fail-on-shutdown: expected a whole number of days from 0 up, got {text!r}")


WRONG = {
    "budget": (["--ftbench-budget=much"], "--ftbench-budget: expected an amount of USD above 0, *, got 'much'"),
    "budget in the ini file": (["-o", "ftbench_budget=0"], "--ftbench-budget: expected an amount of USD *, got '0'"),
    "flag in the ini file": (["-o", "ftbench_curtail=maybe"], "ftbench_curtail: invalid truth value 'maybe'"),
    "price": (
        ["--ftbench-model=memorizer:training.jsonl?price_in=1"],
        "model 'memorizer:training.jsonl': price_in needs price_out beside it. Give both or neither.",
    ),
}


@pytest.mark.parametrize("with_model", [True, False], ids=["with a model", "without a model"])
@pytest.mark.parametrize("what", WRONG)
def test_wrong_value_exits_4_in_one_line(project: Project, what: str, with_model: bool) -> None:
    args, line = WRONG[what]
    project.write("office.ftbench.yaml", facts())
    model = ["--ftbench-model", project.train()] if with_model else []
    result = project.run(*model, *args)
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"ERROR: {line}"])
    assert [line for line in result.errlines if line] == [result.errlines[0]]


def test_flags_and_budget_are_no_mistake_in_a_project_without_cases(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nftbench_curtail = true\nftbench_budget = 5\n")
    project.write("test_unit.py", "def test_one(): pass\n")
    result = project.run("--ftbench-plan")
    result.assert_outcomes(passed=1)
    assert result.ret == 0
