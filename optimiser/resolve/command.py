"""The command `resolve`: one at a time, over at once where nothing has changed, and told to whoever is to know."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser import logs
from optimiser.commands import INFEASIBLE, OPTIMAL, PLAN_CHANGED, STOPPED_WITH_PLAN, STOPPED_WITHOUT_PLAN, Outcome, signals
from optimiser.errors import NoPlanError, StoppedError, UsageError
from optimiser.money import counted
from optimiser.resolve.in_short import in_short, same_data
from optimiser.resolve.known import Known
from optimiser.resolve.question import Job, job_name
from optimiser.store import Store
from optimiser.store.address import chosen
from optimiser.store.resolutions import Resolution, note_told, owed, record

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
    """Files, record, whoever is to know, in this order: who is stopped between two has the next start do what is left, and solve nothing."""
    from instances.sources.fingerprint import fingerprint
    from instances.sources.opening import name_of
    from optimiser.versions import versions

    known, looks, now = Known.of(store, job, name_of(job.source)), fingerprint(job.source), versions()
    stands = known.stands(job, looks, now)
    found = _solved(job, store, known, ways, stop, looks, now) if stands is None else stands
    new, late, tells = stands is None and found.status != "same_data", owed(store, job.name), ways.notify is not None
    due = [*(late if tells else ()), *([found] if new else ())]
    if not due or due[-1].run != found.run:  # files are of what holds now
        ways = replace(ways, out=None)
    if ways.out is not None:
        _write_files(due[-1], ways.out)
    if stands is None:
        recorded = record(store, replace(found, to_tell=new and tells))
        due = [recorded if one is found else one for one in due]
    if ways.notify is not None:
        _tell(due, store, ways.notify)
    outcome = _said(due, len(due) - new, found, ways)
    return outcome if tells or not late else replace(outcome, messages=(_still_owed(late, job),))


def _said(due: Sequence[Resolution], late: int, found: Resolution, ways: Ways) -> Outcome:
    """What was told, if anything, and after it what holds now, unless it is the last of that."""
    told = _reported(due, late, ways) if due else None
    if told is not None and due[-1].run == found.run:
        return told
    holds = _unchanged(found) if found.resolved is not None else _same_data(found)
    if told is None:
        return holds

    def show(console: Any) -> None:
        told.show(console)
        console.print()
        holds.show(console)

    return replace(holds, show=show, code=PLAN_CHANGED if told.code == PLAN_CHANGED else holds.code)


def _still_owed(late: Sequence[Resolution], job: Job) -> str:
    reports = f"{counted(len(late), 'earlier report')} of {job.name}"
    return f"nobody has been told of {reports} yet: the next start with --notify tells, and `optimiser jobs` shows"


def _unchanged(stands: Resolution) -> Outcome:
    """Nothing to do."""
    report = {**stands.report, "status": "unchanged", "event": "unchanged", "recommendation_changed": False}
    line = f"Nothing has changed since {stands.resolved:%d %B %Y %H:%M} UTC: run {stands.run} stands{in_short(report['plan'])}."
    logs.event("unchanged", f"nothing has changed: run {stands.run} stands", run=stands.run)
    return Outcome(report, lambda console: console.print(line), _still(stands))


def _same_data(found: Resolution) -> Outcome:
    """The source looks different and holds the same; it is noted, so that the next start knows it at once."""
    logs.event("unchanged", f"the source looks different and holds the same data: run {found.run} stands", run=found.run)
    return Outcome(dict(found.report), lambda console: console.print(same_data(found.report)), _still(found))


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


def _tell(due: Sequence[Resolution], store: Store, target: str) -> None:
    """One after another, noted one by one: whoever is to know is told again rather than not at all."""
    from optimiser.notify import notify, shown

    for one in due:
        notify(target, one.report)
        note_told(store, one, shown(target))


def _reported(due: Sequence[Resolution], late: int, ways: Ways) -> Outcome:
    """What is new, after what could not be told before.

    Args:
        due: The resolutions, the last of which is the document.
        late: How many of them are of earlier starts.
        ways: What is done with the report.
    """
    from optimiser.resolve.report import print_resolved
    from optimiser.resolve.result import Resolved

    reports = [Resolved.model_validate(one.report) for one in due]
    for one, report in zip(due, reports, strict=True):
        logs.event(one.status, f"run {one.run}: {one.status.replace('_', ' ')}", run=one.run, npv=report.npv)

    def show(console: Any) -> None:
        for number, (one, report) in enumerate(zip(due, reports, strict=True)):
            if number < late:
                console.print(f"Resolved {one.resolved:%d %B %Y %H:%M} UTC, told now:")
            print_resolved(report, console)
            if one is not due[-1]:
                console.print()
        if ways.out is not None:
            console.print(f"Files: {ways.out}", soft_wrap=True)

    return Outcome(dict(due[-1].report), show, _code(reports, ways))


def _code(reports: Sequence[Resolved], ways: Ways) -> int:
    """That the recommendation changed goes before how far it is proven."""
    if ways.exit_code and any(report.recommendation_changed for report in reports):
        return PLAN_CHANGED
    status = reports[-1].plan.status
    return {"optimal": OPTIMAL, "feasible": STOPPED_WITH_PLAN, "infeasible": INFEASIBLE}.get(status, STOPPED_WITHOUT_PLAN)


def _write_files(found: Resolution, out: Path) -> None:
    from optimiser.folders import write_folder
    from optimiser.resolve.result import Resolved

    report = Resolved.model_validate(found.report)
    write_folder(out, lambda folder: _write(report, folder))


def _write(report: Resolved, folder: Path) -> None:
    from optimiser.compare.command import write_tables
    from optimiser.compare.result import Compared, ComparisonDocument

    (folder / DOCUMENT).write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    if report.comparison is not None:
        sides = (report.plan,)
        write_tables(Compared(ComparisonDocument(title=report.title, sides=sides, comparisons=(report.comparison,))), folder)
