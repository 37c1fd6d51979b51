"""The application: its name, its help, its version, how a command leaves."""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

app = typer.Typer(
    name="optimiser",
    help="Plans shared services between councils: who shares what, who hosts, when each goes live.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit codes: 0 optimal within the gap, 1 a defect of ours, 2 usage or invalid input, 3 infeasible, "
    "4 stopped at a limit with a plan, 5 stopped at a limit without one, 130 interrupted.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"optimiser {version('shared-services-optimiser')}")
        raise typer.Exit()


@app.callback()
def main(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")] = False,
) -> None:
    """Plans shared services between councils: who shares what, who hosts, when each goes live."""


def split(values: list[str] | None) -> list[str]:
    """Values given with commas or by repeating the option."""
    return [part.strip() for value in values or [] for part in value.split(",") if part.strip()]


def leave(code: int) -> NoReturn:
    """End the command with an exit code."""
    raise typer.Exit(code)
