"""The command `explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from optimiser.cli.app import app, leave, split
from optimiser.cli.options import (
    GapOption,
    InstanceArgument,
    JsonOption,
    LogJsonOption,
    MethodName,
    MethodOption,
    OverwriteOption,
    QuietOption,
    ScenarioOption,
    SeedOption,
    SetOption,
    SolverName,
    SolverOption,
    ThreadsOption,
)


@app.command()
def explain(
    instance: InstanceArgument,
    council: Annotated[
        str | None, typer.Option("--council", metavar="C", help="Why not that: the council that would share; with --service.")
    ] = None,
    service: Annotated[str | None, typer.Option("--service", metavar="S", help="The service that it would share.")] = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="H", help="With this host; the council itself where it is to host. Any unless given.")
    ] = None,
    tranche: Annotated[
        str | None,
        typer.Option("--tranche", metavar="K", help="In this tranche, from 0, or its first day, YYYY-MM-DD. Any unless given."),
    ] = None,
    scenario: ScenarioOption = None,
    set_: SetOption = None,
    gap: GapOption = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit", min=0.0, metavar="SECONDS", help="Stop after this long, and say what is known and what was not tried."
        ),
    ] = None,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    solver: SolverOption = SolverName.highs,
    method: MethodOption = MethodName.auto,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the files; none are written unless given.")] = None,
    overwrite: OverwriteOption = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Say why an instance has no plan, and what would give it one; or, with --council and --service, why its plan does not have that."""
    from optimiser.commands import Outcome, run

    given: dict[str, Any] = {
        "scenarios": split(scenario),
        "overrides": set_ or [],
        "out": out,
        "overwrite": overwrite,
        "show_progress": not (quiet or json),
        "gap": gap,
        "time_limit": time_limit,
        "threads": threads,
        "seed": seed,
        "solver": solver.value,
        "method": method.value,
    }

    def work() -> Outcome:
        if any(name is not None for name in (council, service, host, tranche)):
            from optimiser.why_not.command import why_not_of_instance

            return why_not_of_instance(instance, council=council, service=service, host=host, tranche=tranche, **given)
        from optimiser.explain.command import explain_instance

        return explain_instance(instance, **given)

    leave(run(work, json=json, quiet=quiet, log_json=log_json))
