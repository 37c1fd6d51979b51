"""The command `explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.app import app, leave, split
from optimiser.cli.options import (
    GapOption,
    InstanceArgument,
    JsonOption,
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
) -> None:
    """Say why an instance has no plan: which rules and rows clash, and what would give it one, cheapest first."""
    from optimiser.commands import Outcome, run

    def work() -> Outcome:
        from optimiser.explain.command import explain_instance

        return explain_instance(
            instance,
            scenarios=split(scenario),
            overrides=set_ or [],
            out=out,
            overwrite=overwrite,
            show_progress=not (quiet or json),
            gap=gap,
            time_limit=time_limit,
            threads=threads,
            seed=seed,
            solver=solver.value,
            method=method.value,
        )

    leave(run(work, json=json, quiet=quiet))
