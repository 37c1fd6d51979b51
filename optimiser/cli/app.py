"""The application: its name, its help, its version, how a command leaves."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from optimiser import logs

LOG_JSON = "--log-json"


class Logged(TyperGroup):
    """With --log-json, what is wrong with the command line itself is a line of JSON too, as is whatever nobody has foreseen."""

    def main(self, *given: Any, **others: Any) -> Any:
        """Carry out the command line."""
        asked = given[0] if given else others.get("args")
        arguments = list(sys.argv[1:] if asked is None else asked)
        if LOG_JSON not in arguments:
            return super().main(*given, **others)
        with logs.lines(self._command(arguments), quiet=not {"--quiet", "-q"}.isdisjoint(arguments), arguments=arguments):
            try:
                code = super().main(*given, **{**others, "standalone_mode": False})
            except Exception as error:  # of the command line, which know their words and their code, and others
                code = getattr(error, "exit_code", 1)
                message = error.format_message() if hasattr(error, "format_message") else f"a defect of the optimiser: {error}"
                logs.event("failed", message, level="error", exit_code=code, **logs.known_of(error))
        sys.exit(code if isinstance(code, int) else 0)

    def _command(self, arguments: Sequence[str]) -> str:
        """The command's name, such as `runs list`."""
        names: list[str] = []
        group: Any = self
        for name in arguments:
            group = getattr(group, "commands", {}).get(name)
            if group is None:
                break
            names.append(name)
        return " ".join(names)


app = typer.Typer(
    cls=Logged,
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
