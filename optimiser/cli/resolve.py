"""The commands `resolve` and `watch`."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimiser import logs
from optimiser.cli.app import app, leave, split
from optimiser.cli.options import (
    GapOption,
    InstanceArgument,
    JsonOption,
    LogJsonOption,
    MethodName,
    MethodOption,
    ObjectiveName,
    ObjectiveOption,
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
    YearOption,
)

if TYPE_CHECKING:
    from optimiser.commands import Outcome

FreezeOption = Annotated[
    int | None,
    typer.Option(
        "--freeze",
        min=0,
        max=1200,
        metavar="MONTHS",
        help="Go-lives within so many months are fixed, of the adopted plan, or of the last recommendation where none was adopted.",
    ),
]
ChangeCostOption = Annotated[
    float,
    typer.Option("--change-cost", min=0.0, metavar="POUNDS", help="What each change against that plan has to earn."),
]
JobOption = Annotated[
    str | None,
    typer.Option("--job", metavar="NAME", help="Name of the job in the store; the instance with its scenarios and overrides unless given."),
]
TodayOption = Annotated[
    dt.datetime | None,
    typer.Option("--today", formats=["%Y-%m-%d"], help="Day from which months count; the day of the run unless given."),
]
NotifyOption = Annotated[
    str | None,
    typer.Option("--notify", metavar="URL|COMMAND", help="Told the report as JSON when something has changed, by POST or on its stdin."),
]
CausesOption = Annotated[
    bool, typer.Option("--causes/--no-causes", help="Solve which changed input accounts for the difference, one after another.")
]


def _settings(objective: ObjectiveName, year: int | None, solver: SolverName, method: MethodName, **others: Any) -> dict[str, Any]:
    return {"objective": objective.kind, "year": year, "solver": solver.value, "method": method.value, **others}


@app.command()
def resolve(
    instance: InstanceArgument,
    scenario: ScenarioOption = None,
    set_: SetOption = None,
    freeze: FreezeOption = None,
    change_cost: ChangeCostOption = 0.0,
    job: JobOption = None,
    today: TodayOption = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 6 when the recommended plan has changed.")] = False,
    notify: NotifyOption = None,
    causes: CausesOption = True,
    gap: GapOption = None,
    time_limit: TimeLimitOption = None,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    solver: SolverOption = SolverName.highs,
    method: MethodOption = MethodName.auto,
    objective: ObjectiveOption = ObjectiveName.npv,
    year: YearOption = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Also write the report and its tables here.")] = None,
    overwrite: OverwriteOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Solve again if the data changed, leave decided things alone, and say what changed in the plan because of what; for schedulers."""
    from optimiser.commands import run

    def work() -> Outcome:
        from optimiser.resolve.command import Ways, named_job, resolve_job

        settings = _settings(objective, year, solver, method, gap=gap, time_limit=time_limit, threads=threads, seed=seed)
        day = {} if today is None else {"today": today.date()}
        found = named_job(instance, job, split(scenario), set_ or [], settings=settings, freeze=freeze, change_cost=change_cost, **day)
        return resolve_job(found, store, Ways(notify, exit_code, causes, out, overwrite, show_progress=not (quiet or json)))

    leave(run(work, json=json, quiet=quiet, log_json=log_json))


@app.command()
def watch(
    instance: InstanceArgument,
    scenario: ScenarioOption = None,
    set_: SetOption = None,
    every: Annotated[float, typer.Option("--every", min=0.1, metavar="SECONDS", help="Time between two looks at the files.")] = 2.0,
    freeze: FreezeOption = None,
    change_cost: ChangeCostOption = 0.0,
    job: JobOption = None,
    notify: NotifyOption = None,
    causes: CausesOption = True,
    gap: GapOption = None,
    time_limit: TimeLimitOption = None,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    solver: SolverOption = SolverName.highs,
    method: MethodOption = MethodName.auto,
    objective: ObjectiveOption = ObjectiveName.npv,
    year: YearOption = None,
    store: StoreOption = None,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Do what resolve does whenever the data change, until Ctrl-C; for someone at a desk."""
    from optimiser.commands import INTERRUPTED, OPTIMAL, heeded, run
    from optimiser.resolve.watching import Turn
    from optimiser.resolve.watching import watch as watching

    again: list[bool] = []

    def work() -> Outcome:
        from optimiser.notify import NotifyError
        from optimiser.resolve.command import Ways, named_job, resolve_job

        settings = _settings(objective, year, solver, method, gap=gap, time_limit=time_limit, threads=threads, seed=seed)
        found = named_job(instance, job, split(scenario), set_ or [], settings=settings, freeze=freeze, change_cost=change_cost)
        try:
            outcome = resolve_job(found, store, Ways(notify, causes=causes, show_progress=not quiet))
        except NotifyError:
            again[:] = [True]
            raise
        again[:] = [outcome.data["status"] == "busy"]
        return outcome

    def turn() -> Turn:
        again[:] = [False]
        code = run(work, json=False, quiet=quiet, log_json=log_json)
        return Turn.STOPPED if code == INTERRUPTED else Turn.AGAIN if again[0] else Turn.DONE

    with suppress(KeyboardInterrupt), heeded():
        watching(instance, every, turn)
    _no_longer_watched(quiet=quiet)
    leave(OPTIMAL)


def _no_longer_watched(*, quiet: bool) -> None:
    """Ctrl-C is how a watch ends, whatever it was doing."""
    line = "The watch is over; what is recorded stays."
    if logs.on():
        logs.event("finished", line, exit_code=0)
    elif not quiet:
        typer.echo(line)
