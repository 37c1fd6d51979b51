"""The command `compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.app import app, leave, split
from optimiser.cli.options import (
    GapOption,
    JsonOption,
    LogJsonOption,
    MethodName,
    MethodOption,
    QuietOption,
    SeedOption,
    SetOption,
    SolverName,
    SolverOption,
    StoreOption,
    ThreadsOption,
    TimeLimitOption,
)


@app.command()
def compare(
    sides: Annotated[
        list[str], typer.Argument(metavar="SIDE...", help="Runs (folders, or ids in the store) and instances; all against the first.")
    ],
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", metavar="NAME", help="With one instance: a scenario to set against it; A+B is both at once."),
    ] = None,
    set_: SetOption = None,
    causes: Annotated[
        bool, typer.Option("--causes/--no-causes", help="Solve which changed input accounts for the difference, one after another.")
    ] = True,
    gap: GapOption = None,
    time_limit: TimeLimitOption = None,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    solver: SolverOption = SolverName.highs,
    method: MethodOption = MethodName.auto,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Also write compare.json and CSV tables here.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a comparison that is already in --out.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Set runs, instances or scenarios side by side: what differs in the plans, who gains, which input accounts for it."""
    from optimiser.commands import Outcome, run

    def work() -> Outcome:
        from optimiser.compare.command import Asked, compare_named

        return compare_named(
            Asked(sides, split(scenario), set_ or []),
            store=store,
            causes=causes,
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

    leave(run(work, json=json, quiet=quiet, log_json=log_json))
