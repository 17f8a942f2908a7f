"""The console command `ftbench`: runs once they are recorded, stored answers, and endpoints before they are asked."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from pytest_ftbench.commands.auditing import audit_command
from pytest_ftbench.commands.caching import cache_app
from pytest_ftbench.commands.comparing import bless_command, compare_command
from pytest_ftbench.commands.exporting import export_command
from pytest_ftbench.commands.gating import gate_command
from pytest_ftbench.commands.importing import import_app
from pytest_ftbench.commands.judging import judge_app
from pytest_ftbench.commands.linting import lint_command
from pytest_ftbench.commands.output import fail
from pytest_ftbench.commands.power import power_command
from pytest_ftbench.commands.preflight import preflight_command
from pytest_ftbench.commands.regrading import regrade_command
from pytest_ftbench.commands.runs import runs_app
from pytest_ftbench.commands.schema import schema_command
from pytest_ftbench.commands.synthesis import synth_app
from pytest_ftbench.errors import FtbenchError

# Typer brings its own copy of click or uses the one that is installed, depending on its version.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


class _OneLineGroup(TyperGroup):
    """Tells a user's mistakes in one line and exits with 2, where typer would draw a box or show a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:  # typer's own signature, which differs between its versions
        try:
            code = super().main(*args, **{**kwargs, "standalone_mode": False})
        except FtbenchError as error:
            fail(str(error))
        except _UsageError as error:
            told = error.format_message() if hasattr(error, "format_message") else str(error)
            fail(f"{told.rstrip('.')}. See ftbench --help.")
        except typer.Abort:
            code = 130
        raise SystemExit(code)


app = typer.Typer(
    name="ftbench",
    cls=_OneLineGroup,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="The runs that pytest-ftbench records, the answers that it stores, and the endpoints that it asks.",
)


@app.callback()
def _ftbench() -> None:
    pass  # without a callback typer would leave out the name of a command that is the only one


app.command("compare")(compare_command)
app.command("bless")(bless_command)
app.command("gate")(gate_command)
app.command("power")(power_command)
app.command("regrade")(regrade_command)
app.command("audit")(audit_command)
app.command("preflight")(preflight_command)
app.command("schema")(schema_command)
app.command("lint")(lint_command)
app.command("export")(export_command)
app.add_typer(runs_app, name="runs")
app.add_typer(judge_app, name="judge")
app.add_typer(cache_app, name="cache")
app.add_typer(import_app, name="import")
app.add_typer(synth_app, name="synth")


def main() -> None:
    """Run the command that the command line gives; the entry point."""
    app(prog_name="ftbench")
