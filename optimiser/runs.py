"""What the store holds: the commands `runs list`, `show`, `prune`, `export`, `adopt` and `check`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.errors import UsageError
from optimiser.money import counted, percent, short

if TYPE_CHECKING:
    from optimiser.commands import Outcome
    from optimiser.store import Recorded, Store


@dataclass(frozen=True)
class Which:
    """Which runs are meant: those named, or else those of an instance, or of a kind, or all."""

    runs: Sequence[str] = ()
    instance: str | None = None
    status: Sequence[str] = ()


def in_store(address: str | None, work: Callable[[Store], Outcome]) -> Outcome:
    """Do something with the store that there is; none is made.

    Raises:
        UsageError: No store is named.
    """
    from optimiser.store import Store
    from optimiser.store.address import chosen

    found = chosen(address)
    if found is None:
        raise UsageError("--store none has no runs; name a file or a URL")
    with Store(found, create=False) as store:
        return work(store)


def list_runs(store: Store, which: Which, limit: int) -> Outcome:
    """The runs, the last recorded first."""
    from optimiser.commands import Outcome

    found = store.runs(instance=which.instance, status=which.status, limit=limit or None)
    data = {"store": str(store.address), "runs": [_data(run) for run in found]}
    return Outcome(data, lambda console: _show_list(found, console))


def _show_list(found: Sequence[Recorded], console: Any) -> None:
    from rich import box
    from rich.table import Table

    if not found:
        console.print("No runs.")
        return
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    for column in ("run", "recorded (UTC)", "instance", "what", "status"):
        table.add_column(column, no_wrap=column != "what")
    for column in ("NPV", "gap", "adopted"):
        table.add_column(column, justify="right", no_wrap=True)
    for run in found:
        what = run.command if not run.label else f"{run.command}: {run.label}"
        npv = "-" if run.npv is None else short(run.npv)
        adopted = "-" if run.adopted is None else f"{run.adopted:%Y-%m-%d}"
        table.add_row(run.run, f"{run.recorded:%Y-%m-%d %H:%M:%S}", run.instance, what, _ended(run), npv, percent(run.gap, 2), adopted)
    console.print(table)


def _ended(run: Recorded) -> str:
    """How the run ended, in a word or two."""
    if run.status == "optimal":
        return "optimal"
    if run.status == "infeasible":
        return "no plan exists"
    why = {"interrupted": "interrupted", "time_limit": "time limit"}.get(run.termination, run.termination)
    return f"{why}, no plan" if run.status == "no_plan" else why


def show_run(store: Store, start: str, out: Path | None, *, overwrite: bool) -> Outcome:
    """A run as it was reported, and its files again where a folder is named."""
    from optimiser.commands import Outcome
    from optimiser.files import check_out, write_run
    from optimiser.summary import print_summary

    run = store.find(start)
    document = json.loads(store.document(run.run))
    if run.npv is None:
        return Outcome({"record": _data(run), "document": document}, lambda console: _show_failure(run, document, console))
    plan, instance = store.plan(run.run), store.instance(run.run)
    if out is not None:
        check_out(out, overwrite=overwrite)
        write_run(plan, out, overwrite=overwrite)

    def show(console: Any) -> None:
        _show_record(run, document["manifest"], console)
        print_summary(plan, instance, console)
        if out is not None:
            console.print(f"Files: {out}", soft_wrap=True)

    return Outcome({"record": _data(run), "document": document}, show)


def _show_record(run: Recorded, manifest: dict[str, Any], console: Any) -> None:
    what = f"{run.command} of {run.instance}" + (f" ({run.label})" if run.label else "")
    console.print(f"Recorded {run.recorded:%Y-%m-%d %H:%M:%S} UTC by {what}.")
    if run.adopted is not None:
        console.print(f"Adopted {run.adopted:%Y-%m-%d}.")
    solve, versions = manifest["solve"], manifest["versions"]
    asked = f"gap {percent(solve['gap'], 2)}" if solve["gap"] is not None else "the default gap"
    console.print(f"{solve['solver']}, {asked}, seed {solve['seed']}; optimiser {versions['shared-services-optimiser']}.")
    for change in manifest["overrides"]:
        console.print(f"Override {change['path']}: {change['old']} -> {change['new']}")
    console.print()


def _show_failure(run: Recorded, document: dict[str, Any], console: Any) -> None:
    _show_record(run, document["manifest"], console)
    console.print(f"No plan: {_ended(run)}.")
    for reason in document["reasons"]:
        console.print(f"  {reason}")


def prune_runs(store: Store, which: Which, *, keep: int | None, days: float | None, dry: bool) -> Outcome:
    """Take runs away that are named, or old, or more than so many of each instance.

    Those that were adopted, and those that jobs go on from, stay.

    Raises:
        UsageError: Nothing says which runs are to go.
    """
    from optimiser.commands import Outcome
    from optimiser.store.resolutions import held

    if which.runs:
        if keep is not None or days is not None:
            raise UsageError("name runs, or give --keep or --older-than, not both")
        going, sparing = [store.find(name) for name in which.runs], None
    elif keep is None and days is None:
        raise UsageError("say which runs are to go: name them, or give --keep or --older-than")
    else:
        going, sparing = _superfluous(store.runs(instance=which.instance), keep, days), held()
    going = store.prune(going, sparing, dry=dry)
    verb = "would go" if dry else "gone"
    data = {"store": str(store.address), "pruned": [_data(run) for run in going], "dry_run": dry}

    def show(console: Any) -> None:
        if going:
            _show_list(going, console)
        console.print(f"{counted(len(going), 'run')} {verb}.")

    return Outcome(data, show)


def _superfluous(runs: Sequence[Recorded], keep: int | None, days: float | None) -> list[Recorded]:
    """Runs beyond the newest `keep` of their instance and older than `days`, as far as either is given; never an adopted one."""
    oldest = None if days is None else dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    seen: dict[str, int] = {}
    going = []
    for run in runs:
        seen[run.instance] = seen.get(run.instance, 0) + 1
        beyond = keep is None or seen[run.instance] > keep
        old = oldest is None or run.recorded < oldest
        if beyond and old and run.adopted is None:
            going.append(run)
    return going


def export_runs(store: Store, which: Which, out: Path, *, overwrite: bool) -> Outcome:
    """Runs as Parquet files."""
    from optimiser.commands import Outcome
    from optimiser.store.export import FILES, export

    runs = [store.find(name) for name in which.runs] if which.runs else store.runs(instance=which.instance, status=which.status)
    export(store, runs, out, overwrite=overwrite)
    data = {"store": str(store.address), "runs": [run.run for run in runs], "files": [str(out / name) for name in FILES]}
    return Outcome(data, lambda console: console.print(f"{counted(len(runs), 'run')} in {out}: {', '.join(FILES)}", soft_wrap=True))


def adopt_run(store: Store, start: str) -> Outcome:
    """Mark the plan that was decided.

    Raises:
        UsageError: The run has no plan.
    """
    from optimiser.commands import Outcome

    run = store.find(start)
    if run.npv is None:
        raise UsageError(f"run {run.run} has no plan to adopt: {_ended(run)}")
    before = store.adopted(run.instance)
    if before is None or before.run != run.run:
        store.adopt(run)
    instead = f"; before it was {before.run}" if before is not None and before.run != run.run else ""
    again = " already" if before is not None and before.run == run.run else ""
    data = {"adopted": run.run, "instance": run.instance, "before": None if before is None else before.run}
    return Outcome(data, lambda console: console.print(f"Run {run.run} is{again} the adopted plan of {run.instance}{instead}."))


def check_store(store: Store) -> Outcome:
    """Whether every run is whole; exit code 1 where one is not."""
    from optimiser.commands import DEFECT, OPTIMAL, Outcome
    from optimiser.store import check

    count, faults = len(store.runs()), check(store)
    data = {"store": str(store.address), "runs": count, "faults": faults}
    return Outcome(
        data,
        lambda console: None if faults else console.print(f"{counted(count, 'run')}; every one is whole."),
        DEFECT if faults else OPTIMAL,
        tuple(faults),
    )


def _data(run: Recorded) -> dict[str, Any]:
    """A run as JSON has it."""
    return {key: value.isoformat() if isinstance(value, dt.datetime) else value for key, value in asdict(run).items()}
