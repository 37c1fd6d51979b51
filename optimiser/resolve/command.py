"""The command `resolve`: one at a time, over at once where nothing has changed, and told to whoever is to know."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser import logs
from optimiser.commands import INFEASIBLE, OPTIMAL, PLAN_CHANGED, STOPPED_WITH_PLAN, STOPPED_WITHOUT_PLAN, Outcome, signals
from optimiser.errors import NoPlanError, StoppedError, UsageError
from optimiser.resolve.in_short import in_short
from optimiser.resolve.known import Known
from optimiser.resolve.question import Job, job_name
from optimiser.store import Store
from optimiser.store.address import chosen
from optimiser.store.resolutions import Resolution, record

if TYPE_CHECKING:
    from optimiser.resolve.result import Resolved

DOCUMENT = "resolve.json"


@dataclass(frozen=True)
class Ways:
    """What is done with the report.

    Attributes:
        notify: Who is told when something has changed: a web address or a command.
        exit_code: Whether the exit code says that the recommendation changed.
        causes: Whether to solve which change accounts for the difference.
        out: Folder for the report and its tables.
        overwrite: Whether a report there is replaced.
        show_progress: Whether to show progress on a terminal.
    """

    notify: str | None = None
    exit_code: bool = False
    causes: bool = True
    out: Path | None = None
    overwrite: bool = False
    show_progress: bool = False


def named_job(source: str, name: str | None, scenarios: Sequence[str], overrides: Sequence[str], **fields: Any) -> Job:
    """The job that is asked for.

    Raises:
        InstanceError: The source is not there.
    """
    from instances.sources.opening import name_of

    return Job(source, name or job_name(name_of(source), scenarios, overrides), scenarios, overrides, **fields)


def resolve_job(job: Job, store: str | None, ways: Ways) -> Outcome:
    """The command.

    Raises:
        UsageError: There is to be no store, or the report has no place, or nobody can be told.
        InstanceError: The data have faults.
        StoreError: The store cannot be used.
        NotifyError: Whoever is to be told was not; the next start tries again.
        StoppedError: Somebody has stopped it.
    """
    address = chosen(store)
    if address is None:
        raise UsageError("resolve goes on from what the store has; --store none leaves it nothing")
    if ways.notify is not None:
        from optimiser.notify import check_target

        check_target(ways.notify)
    if ways.out is not None:
        from optimiser.compare.command import FILES
        from optimiser.folders import check_folder

        check_folder(ways.out, (DOCUMENT, *FILES), overwrite=ways.overwrite, kind="report")
    with _stoppable(job) as stop, Store(address) as opened, opened.lock(f"resolve {job.name}") as mine:
        return _resolved(job, opened, ways, stop) if mine else _busy(job)


@dataclass(frozen=True)
class _Stop:
    """How a signal is heeded: while there is a solve it stops that, otherwise it ends the work at once.

    Attributes:
        interrupt: Set by a signal that stops a solve.
        stages: What was begun; `solve` last means that something is being solved.
    """

    interrupt: threading.Event
    stages: list[str]


@contextmanager
def _stoppable(job: Job) -> Iterator[_Stop]:
    """Ctrl-C and SIGTERM end the work in the same words, whatever was going on."""
    interrupt = threading.Event()
    try:
        with signals(interrupt) as stages:
            yield _Stop(interrupt, stages)
    except (KeyboardInterrupt, NoPlanError) as stopped:  # the latter is raised here only by a solve that was stopped
        raise StoppedError(f"{job.name}: interrupted; what is recorded stays, and the next start goes on from there") from stopped


def _busy(job: Job) -> Outcome:
    line = f"{job.name} is being resolved by another process; nothing was done"
    logs.event("busy", line, job=job.name)
    return Outcome({"status": "busy", "event": "busy", "job": job.name}, lambda console: console.print(line))


def _resolved(job: Job, store: Store, ways: Ways, stop: _Stop) -> Outcome:
    from instances.sources.fingerprint import fingerprint
    from instances.sources.opening import name_of
    from optimiser.versions import versions

    known, looks, now = Known.of(store, job, name_of(job.source)), fingerprint(job.source), versions()
    stands = known.stands(job, looks, now)
    if stands is not None:
        return _unchanged(stands)
    found = _solved(job, store, known, ways, stop, looks, now)
    return _same_data(found, store) if found.status == "same_data" else _reported(found, store, ways)


def _unchanged(stands: Resolution) -> Outcome:
    """Nothing to do."""
    report = {**stands.report, "status": "unchanged", "event": "unchanged", "recommendation_changed": False}
    line = f"Nothing has changed since {stands.resolved:%d %B %Y %H:%M} UTC: run {stands.run} stands{in_short(report['plan'])}."
    logs.event("unchanged", f"nothing has changed: run {stands.run} stands", run=stands.run)
    return Outcome(report, lambda console: console.print(line), _still(stands))


def _same_data(found: Resolution, store: Store) -> Outcome:
    """The source looks different and holds the same; noted, so that the next start knows it at once."""
    record(store, found)
    logs.event("unchanged", f"the source looks different and holds the same data: run {found.run} stands", run=found.run)
    line = f"The source looks different, but holds the same data: run {found.run} stands{in_short(found.report['plan'])}."
    return Outcome(dict(found.report), lambda console: console.print(line), _still(found))


def _still(stands: Resolution) -> int:
    """That there is no plan is said every time; that it is not proven to be the best, once."""
    return {"infeasible": INFEASIBLE, "no_plan": STOPPED_WITHOUT_PLAN}.get(stands.report["plan"]["status"], OPTIMAL)


def _solved(job: Job, store: Store, known: Known, ways: Ways, stop: _Stop, looks: str, versions: Mapping[str, str]) -> Resolution:
    """The resolution, with its run recorded."""
    from optimiser.pipeline import SolveSettings
    from optimiser.progress import reporter
    from optimiser.resolve.resolving import Resolving

    own = {name: value for name, value in job.settings.items() if name not in ("objective", "year")}
    with reporter(enabled=ways.show_progress) as report:

        def on_step(what: str) -> None:
            stop.stages.append("solve")
            report.stage("solve", what)

        settings = SolveSettings(**own, interrupt=stop.interrupt, on_progress=report.progress)
        found = Resolving(job, store, known, settings, ways.causes, on_step).resolve(looks, versions)
    if found is None:
        raise KeyboardInterrupt
    stop.stages.append("report")  # a signal ends that at once
    return found


def _reported(found: Resolution, store: Store, ways: Ways) -> Outcome:
    """Told, written, recorded, in this order: whoever is to know is told again rather than not at all."""
    from optimiser.resolve.report import print_resolved
    from optimiser.resolve.result import Resolved

    if ways.notify is not None:
        from optimiser.notify import notify

        notify(ways.notify, found.report)
    report = Resolved.model_validate(found.report)
    if ways.out is not None:
        from optimiser.folders import write_folder

        write_folder(ways.out, lambda folder: _write(report, folder))
    record(store, found)
    logs.event(found.status, f"run {found.run}: {found.status.replace('_', ' ')}", run=found.run, npv=report.npv)

    def show(console: Any) -> None:
        print_resolved(report, console)
        if ways.out is not None:
            console.print(f"Files: {ways.out}", soft_wrap=True)

    return Outcome(dict(found.report), show, _code(report, ways))


def _code(report: Resolved, ways: Ways) -> int:
    """That the recommendation changed goes before how far it is proven."""
    if ways.exit_code and report.recommendation_changed:
        return PLAN_CHANGED
    return {"optimal": OPTIMAL, "feasible": STOPPED_WITH_PLAN, "infeasible": INFEASIBLE}.get(report.plan.status, STOPPED_WITHOUT_PLAN)


def _write(report: Resolved, folder: Path) -> None:
    from optimiser.compare.command import write_tables
    from optimiser.compare.result import Compared, ComparisonDocument

    (folder / DOCUMENT).write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    if report.comparison is not None:
        sides = (report.plan,)
        write_tables(Compared(ComparisonDocument(title=report.title, sides=sides, comparisons=(report.comparison,))), folder)
