"""The commands `jobs list`, `history` and `show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.cli.app import app
from optimiser.cli.options import JsonOption, LogJsonOption, QuietOption, StoreOption
from optimiser.cli.runs import leave_store

if TYPE_CHECKING:
    from optimiser.commands import Outcome
    from optimiser.store import Store

jobs = typer.Typer(help="List and show what resolve has come to, job by job.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(jobs, name="jobs")

JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="Name of a job: the instance, with scenarios and overrides, or --job.")]


@jobs.command("list")
def list_(store: StoreOption = None, json: JsonOption = False, quiet: QuietOption = False, log_json: LogJsonOption = False) -> None:
    """List the jobs, each with the last that it came to."""

    def work(opened: Store) -> Outcome:
        from optimiser.jobs import list_jobs

        return list_jobs(opened)

    leave_store(store, work, json=json, quiet=quiet, log_json=log_json)


@jobs.command()
def history(
    job: JobArgument,
    limit: Annotated[int, typer.Option("--limit", min=0, help="So many at most, the last first; 0 for all.")] = 20,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """List what a job came to each time that something had changed, the last first."""

    def work(opened: Store) -> Outcome:
        from optimiser.jobs import job_history

        return job_history(opened, job, limit)

    leave_store(store, work, json=json, quiet=quiet, log_json=log_json)


@jobs.command()
def show(
    job: JobArgument,
    number: Annotated[int | None, typer.Option("--number", min=1, metavar="N", help="Which, by its number in the history.")] = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Show the last report of a job, or that of a number, as resolve gave it."""

    def work(opened: Store) -> Outcome:
        from optimiser.jobs import show_resolution

        return show_resolution(opened, job, number)

    leave_store(store, work, json=json, quiet=quiet, log_json=log_json)
