"""The commands `runs list`, `show`, `prune`, `export`, `adopt` and `check`."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from optimiser.cli.app import app, leave
from optimiser.cli.options import JsonOption, LogJsonOption, OverwriteOption, QuietOption, StoreOption

if TYPE_CHECKING:
    from optimiser.commands import Outcome
    from optimiser.store import Store

runs = typer.Typer(help="List, show, adopt, export and prune what the store holds.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(runs, name="runs")


class Status(StrEnum):
    """How a run can end."""

    optimal = "optimal"
    feasible = "feasible"
    infeasible = "infeasible"
    no_plan = "no_plan"


RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Id of a run, or as much of its beginning as no other has.")]
RunsArgument = Annotated[list[str] | None, typer.Argument(metavar="[RUN]...", help="Ids of runs, or their beginnings.")]
InstanceOption = Annotated[str | None, typer.Option("--instance", metavar="NAME", help="Only runs of this instance.")]
StatusOption = Annotated[list[Status] | None, typer.Option("--status", help="Only runs that ended so; repeat for more.")]


@runs.command("list")
def list_(
    instance: InstanceOption = None,
    status: StatusOption = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="So many at most, the last recorded first; 0 for all.")] = 20,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """List the runs, the last recorded first."""

    def work(opened: Store) -> Outcome:
        from optimiser.runs import Which, list_runs

        return list_runs(opened, Which(instance=instance, status=[one.value for one in status or ()]), limit)

    leave_store(store, work, json=json, quiet=quiet, log_json=log_json)


@runs.command()
def show(
    run: RunArgument,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Also write the files of the run into this folder.")] = None,
    overwrite: OverwriteOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Show a run as it was reported."""

    def work(opened: Store) -> Outcome:
        from optimiser.runs import show_run

        return show_run(opened, run, out, overwrite=overwrite)

    leave_store(store, work, json=json, quiet=quiet, log_json=log_json)


@runs.command()
def prune(
    run: RunsArgument = None,
    keep: Annotated[int | None, typer.Option("--keep", min=0, help="Keep the newest so many of each instance.")] = None,
    older_than: Annotated[float | None, typer.Option("--older-than", min=0.0, metavar="DAYS", help="Only runs older than this.")] = None,
    instance: InstanceOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and leave it.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Take runs away for good; adopted ones stay."""

    def work(opened: Store) -> Outcome:
        from optimiser.runs import Which, prune_runs

        return prune_runs(opened, Which(run or (), instance), keep=keep, days=older_than, dry=dry_run)

    leave_store(store, work, json=json, quiet=quiet, log_json=log_json)


@runs.command()
def export(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the Parquet files.")],
    run: RunsArgument = None,
    instance: InstanceOption = None,
    status: StatusOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an export that is already in --out.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Write runs as Parquet files: runs, overrides, inputs, arrangements, councils, cash flows."""

    def work(opened: Store) -> Outcome:
        from optimiser.runs import Which, export_runs

        return export_runs(opened, Which(run or (), instance, [one.value for one in status or ()]), out, overwrite=overwrite)

    leave_store(store, work, json=json, quiet=quiet, log_json=log_json)


@runs.command()
def adopt(
    run: RunArgument, store: StoreOption = None, json: JsonOption = False, quiet: QuietOption = False, log_json: LogJsonOption = False
) -> None:
    """Mark the plan that was decided; of an instance the last one adopted holds."""

    def work(opened: Store) -> Outcome:
        from optimiser.runs import adopt_run

        return adopt_run(opened, run)

    leave_store(store, work, json=json, quiet=quiet, log_json=log_json)


@runs.command()
def check(store: StoreOption = None, json: JsonOption = False, quiet: QuietOption = False, log_json: LogJsonOption = False) -> None:
    """Check that every run is whole: ids and digests are worked out again."""

    def work(opened: Store) -> Outcome:
        from optimiser.runs import check_store

        return check_store(opened)

    leave_store(store, work, json=json, quiet=quiet, log_json=log_json)


def leave_store(address: str | None, work: Callable[[Store], Outcome], *, json: bool, quiet: bool, log_json: bool) -> NoReturn:
    """Do something with the store that there is, and leave."""
    from optimiser.commands import run as carry_out

    def in_it() -> Outcome:
        from optimiser.runs import in_store

        return in_store(address, work)

    leave(carry_out(in_it, json=json, quiet=quiet, log_json=log_json))
