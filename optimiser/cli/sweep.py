"""The command `sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.app import app, leave, split
from optimiser.cli.options import (
    AdoptedOption,
    ChangeCostOption,
    GapOption,
    InstanceArgument,
    JobsOption,
    JsonOption,
    LogJsonOption,
    MethodName,
    MethodOption,
    ObjectiveName,
    ObjectiveOption,
    QuietOption,
    ScenarioOption,
    SeedOption,
    SetOption,
    SolverName,
    SolverOption,
    ThreadsOption,
    TimeLimitOption,
    YearOption,
)

CasesOption = Annotated[
    Path | None,
    typer.Option("--cases", metavar="FILE", help="Named lists of overrides: CSV (columns case, override, scenario) or TOML ([cases])."),
]
GridOption = Annotated[
    list[str] | None,
    typer.Option(
        "--grid", metavar="PATH=A,B,C", help="A case for each value; PATH*=0.9,1.1 scales, PATH+=1,2 adds. Repeat for all combinations."
    ),
]
EachOption = Annotated[
    list[str] | None, typer.Option("--each", metavar="NAME", help="A case for each of these scenarios, or of 'all'; A+B is both at once.")
]
CombinationsOption = Annotated[
    list[str] | None,
    typer.Option("--combinations", metavar="NAME", help="A case for every combination of these scenarios, or of 'all'."),
]
SweepStoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="FILE|URL",
        help="Store of runs, where answers are kept as they come and found again: a SQLite file or postgresql://...; $OPTIMISER_STORE "
        "or runs/store.db unless given; with 'none' a sweep that is stopped begins anew.",
    ),
]


@app.command()
def sweep(
    instance: InstanceArgument,
    cases: CasesOption = None,
    grid: GridOption = None,
    each: EachOption = None,
    combinations: CombinationsOption = None,
    scenario: ScenarioOption = None,
    set_: SetOption = None,
    jobs: JobsOption = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Have the workers of this Dask cluster solve the cases: tcp://HOST:8786."),
    ] = None,
    gap: GapOption = None,
    time_limit: TimeLimitOption = None,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    solver: SolverOption = SolverName.highs,
    method: MethodOption = MethodName.auto,
    objective: ObjectiveOption = ObjectiveName.npv,
    year: YearOption = None,
    adopted: AdoptedOption = None,
    change_cost: ChangeCostOption = 0.0,
    store: SweepStoreOption = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Also write sweep.json and sweep.csv here.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a sweep that is already in --out.")] = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Solve many cases of an instance, each against the instance as it is: overrides from a file, a grid, or scenarios."""
    from optimiser.commands import Outcome, run

    def work() -> Outcome:
        from optimiser.objective import Request
        from optimiser.sweep.command import Asked, sweep_instance

        return sweep_instance(
            instance,
            Asked(cases, split(each), split(combinations), grid or []),
            scenarios=split(scenario),
            overrides=set_ or [],
            objective=Request(objective.kind, year, adopted, change_cost, store),
            jobs=jobs,
            scheduler=scheduler,
            store=store,
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
