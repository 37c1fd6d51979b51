"""The command `solve`."""

from __future__ import annotations

from optimiser.cli.app import app, leave, split
from optimiser.cli.options import (
    AdoptedOption,
    ChangeCostOption,
    GapOption,
    InstanceArgument,
    JsonOption,
    LogJsonOption,
    MethodName,
    MethodOption,
    ObjectiveName,
    ObjectiveOption,
    OutOption,
    OverwriteOption,
    QuietOption,
    ScenarioOption,
    SeedOption,
    SetOption,
    SolverName,
    SolverOption,
    StoreOption,
    ThreadsOption,
    TimeLimitOption,
    WarmStartOption,
    YearOption,
)


@app.command()
def solve(
    instance: InstanceArgument,
    scenario: ScenarioOption = None,
    set_: SetOption = None,
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
    warm_start: WarmStartOption = None,
    out: OutOption = None,
    overwrite: OverwriteOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Find the best plan, audit it, write its files and print a summary."""
    from optimiser.commands import Outcome, run

    def work() -> Outcome:
        from optimiser.objective import Request
        from optimiser.solve_command import solve_instance

        return solve_instance(
            instance,
            scenarios=split(scenario),
            overrides=set_ or [],
            objective=Request(objective.kind, year, adopted, change_cost, store),
            warm_start=warm_start,
            out=out,
            overwrite=overwrite,
            store=store,
            show_progress=not (quiet or json),
            gap=gap,
            time_limit=time_limit,
            threads=threads,
            seed=seed,
            solver=solver.value,
            method=method.value,
        )

    leave(run(work, json=json, quiet=quiet, log_json=log_json))
