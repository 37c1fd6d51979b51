"""The command `alternatives`."""

from __future__ import annotations

from typing import Annotated

import typer

from optimiser.cli.app import app, leave, split
from optimiser.cli.options import (
    GapOption,
    InstanceArgument,
    JsonOption,
    LogJsonOption,
    MethodName,
    MethodOption,
    OutOption,
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
def alternatives(
    instance: InstanceArgument,
    count: Annotated[int, typer.Option("--count", help="Plans at most, the best among them.")] = 5,
    within: Annotated[
        float, typer.Option("--within", metavar="SHARE", help="Share of the best plan's NPV that a plan may lose, from 0 to 1.")
    ] = 0.05,
    differ: Annotated[
        int,
        typer.Option("--differ", help="Memberships, hosts or alternatives in which every two plans differ at least."),
    ] = 1,
    scenario: ScenarioOption = None,
    set_: SetOption = None,
    gap: GapOption = None,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", min=0.0, metavar="SECONDS", help="Stop after this long, all plans together, and keep what was found."),
    ] = None,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    solver: SolverOption = SolverName.highs,
    method: MethodOption = MethodName.auto,
    out: OutOption = None,
    overwrite: OverwriteOption = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Find the best plans that really differ, each proven best; what they have in common, what they trade."""
    from optimiser.commands import Outcome, run

    def work() -> Outcome:
        from optimiser.alternatives.command import alternatives_of_instance
        from optimiser.alternatives.search import Sought

        return alternatives_of_instance(
            instance,
            Sought(count, within, differ),
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

    leave(run(work, json=json, quiet=quiet, log_json=log_json))
