"""What scheduled jobs have come to: the commands `jobs list`, `history` and `show`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optimiser.money import counted, short

if TYPE_CHECKING:
    from optimiser.commands import Outcome
    from optimiser.store import Store
    from optimiser.store.resolutions import Resolution

CAME_TO = {
    "first": "first recommendation",
    "same_data": "same data",
    "plan_stays": "plan stays",
    "plan_changed": "plan changed",
    "no_plan": "no plan",
}
_TIME = "%Y-%m-%d %H:%M:%S"


def list_jobs(store: Store) -> Outcome:
    """The jobs, each with the last that it came to."""
    from optimiser.commands import Outcome
    from optimiser.store.resolutions import jobs, owed

    found, untold = jobs(store), Counter(one.job for one in owed(store))
    data = {"store": str(store.address), "jobs": [{**_data(one), "owed": untold[one.job]} for one in found]}

    def show(console: Any) -> None:
        if not found:
            console.print("No jobs.")
            return
        table = _table("job", "last resolved (UTC)", "came to", "run", "NPV", "still to be told")
        for one in found:
            count = counted(untold[one.job], "report") if untold[one.job] else "-"
            table.add_row(one.job, f"{one.resolved:{_TIME}}", CAME_TO[one.status], one.run, _npv(one), count)
        console.print(table)

    return Outcome(data, show)


def job_history(store: Store, job: str, limit: int) -> Outcome:
    """What a job came to each time that something had changed, the last first.

    Args:
        store: Where it is.
        job: Its name.
        limit: So many at most; 0 for all.

    Raises:
        UnknownJobError: There is no such job.
    """
    from optimiser.commands import Outcome
    from optimiser.store.resolutions import history

    found = history(store, job, limit or None)
    data = {"store": str(store.address), "job": job, "resolutions": [{**_data(one), **_changed(one.report)} for one in found]}

    def show(console: Any) -> None:
        table = _table("number", "resolved (UTC)", "came to", "run", "NPV", "what changed", "told (UTC)")
        for one in found:
            changed = _in_words(_changed(one.report))
            table.add_row(str(one.number), f"{one.resolved:{_TIME}}", CAME_TO[one.status], one.run, _npv(one), changed, _told(one))
        console.print(table)

    return Outcome(data, show)


def show_resolution(store: Store, job: str, number: int | None) -> Outcome:
    """A report as `resolve` gave it: that of a number, or the last that said more than that the data are the same.

    Raises:
        UnknownJobError: There is no such job, or it has no such number.
    """
    from optimiser.commands import Outcome
    from optimiser.resolve.in_short import same_data
    from optimiser.store.resolutions import find

    found = find(store, job, number)

    def show(console: Any) -> None:
        console.print(f"Resolved {found.resolved:{_TIME}} UTC; {_whether_told(found)}.")
        console.print()
        if found.status == "same_data":
            console.print(same_data(found.report))
            return
        from optimiser.resolve.report import print_resolved
        from optimiser.resolve.result import Resolved

        print_resolved(Resolved.model_validate(found.report), console)

    return Outcome(dict(found.report), show)


def _table(*columns: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in ("number", "NPV") else "left", no_wrap=column not in ("job", "what changed"))
    return table


def _npv(found: Resolution) -> str:
    return "-" if found.report["npv"] is None else short(found.report["npv"])


def _told(found: Resolution) -> str:
    return "not yet" if found.owed else "-" if found.told is None else f"{found.told:{_TIME}}"


def _whether_told(found: Resolution) -> str:
    if found.told is not None:
        return f"{found.target} was told {found.told:{_TIME}} UTC"
    return "nobody has been told yet: the next start with --notify tells" if found.owed else "nobody was to be told"


def _changed(report: Mapping[str, Any]) -> dict[str, Any]:
    """What changed, of the question and of the plan, in short."""
    comparison: Mapping[str, Any] = report["comparison"] or {"changes": (), "differences": (), "arrangements": ()}
    same = report["status"] == "same_data"  # the report is that of the answer which stands
    return {
        "recommendation_changed": report["recommendation_changed"],
        "because": [] if same else [part for part in report["because"] if part != "the source"],
        "changes": 0 if same else len(comparison["changes"]),
        "arrangements": 0 if same else len(comparison["arrangements"]),
        "differences": [] if same else list(comparison["differences"]),
        "reasons": [] if same else list(report["reasons"]),
    }


def _in_words(changed: Mapping[str, Any]) -> str:
    """The same on a line or two."""
    said = [*([counted(changed["changes"], "change") + " of the data"] if changed["changes"] else ()), *changed["because"]]
    lines: Sequence[str] = changed["reasons"] or changed["differences"]
    if lines:
        said.append(lines[0].rstrip(".") + (f" and {len(lines) - 1} more" if len(lines) > 1 else ""))
    elif changed["arrangements"]:
        said.append(f"{counted(changed['arrangements'], 'arrangement')} of the plan")
    return "; ".join(said) or "-"


def _data(found: Resolution) -> dict[str, Any]:
    """A resolution as JSON has it, without its report."""
    return {
        "job": found.job,
        "number": found.number,
        "resolved": None if found.resolved is None else found.resolved.isoformat(),
        "status": found.status,
        "run": found.run,
        "npv": found.report["npv"],
        "to_tell": found.to_tell,
        "told": None if found.told is None else found.told.isoformat(),
        "target": found.target,
    }
