"""The command `sensitivity`."""

from __future__ import annotations

from typing import Annotated

import typer

from optimiser.cli.app import app, leave, split
from optimiser.cli.options import (
    GapOption,
    InstanceArgument,
    JobsOption,
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
    TimeLimitOption,
)


@app.command()
def sensitivity(
    instance: InstanceArgument,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="PART", help="Parts: inputs, rules, pairs, decisions, withdrawal, frontier, uncertainty; all unless given."
        ),
    ] = None,
    input_: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="PATH", help="An input to study besides those with a range, such as rules.minimum_saving."),
    ] = None,
    range_: Annotated[
        list[str] | None, typer.Option("--range", metavar="PATH=LOW,HIGH", help="A range besides, or in place of, those of the instance.")
    ] = None,
    tipping: Annotated[
        bool, typer.Option("--tipping/--no-tipping", help="Look for tipping values, which takes most of the solves.")
    ] = True,
    draws: Annotated[int, typer.Option("--draws", min=1, help="Draws of uncertainty, from the ranges.")] = 200,
    points: Annotated[int, typer.Option("--points", min=2, help="Points of each frontier, at most.")] = 12,
    scenario: ScenarioOption = None,
    set_: SetOption = None,
    gap: GapOption = None,
    time_limit: TimeLimitOption = None,
    jobs: JobsOption = None,
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
    """What would change the answer: inputs, switching and tipping values, prices of rules, hosts, withdrawal, frontier."""
    from optimiser.commands import Outcome, run

    def work() -> Outcome:
        from optimiser.sensitivity.command import Request, study_instance

        return study_instance(
            instance,
            Request(split(only), input_ or [], range_ or [], tipping, draws, points),
            scenarios=split(scenario),
            overrides=set_ or [],
            jobs=jobs,
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
