"""What the scheduled job has come to: the last resolution of a job holds until something changes.

A resolution is recorded before anybody is told of it; that somebody was told is recorded apart. So whoever is stopped between the two only
has to tell again.
"""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Executable, Row, Select, func, or_, select, union

from instances.errors import nearest
from optimiser.store import schema
from optimiser.store.errors import StoreError, UnknownJobError
from optimiser.store.store import Store

_TABLE, _TOLD = schema.resolved_runs, schema.told_resolutions


@dataclass(frozen=True)
class Resolution:
    """One time that the job had something to do.

    Attributes:
        job: What is resolved again and again.
        run: The run that answered.
        question: What was asked: fingerprint of the source, what is decided, settings, versions.
        status: `first`, `same_data`, `plan_stays`, `plan_changed` or `no_plan`.
        report: The report.
        to_tell: Whether somebody is to be told.
        number: Of all resolutions in the store; 0 before it is recorded.
        resolved: When; None before it is recorded.
        told: When somebody was told; None where nobody was, or not yet.
        target: Who was told, without secrets: host or program.
    """

    job: str
    run: str
    question: Mapping[str, Any]
    status: str
    report: Mapping[str, Any]
    to_tell: bool = False
    number: int = 0
    resolved: dt.datetime | None = None
    told: dt.datetime | None = None
    target: str | None = None

    @property
    def owed(self) -> bool:
        """Whether somebody is to be told and was not yet."""
        return self.to_tell and self.told is None


def record(store: Store, found: Resolution) -> Resolution:
    """Record a resolution, for good once this returns; given back with its number and its time.

    Raises:
        StoreError: It cannot be recorded, or its run was pruned meanwhile.
    """
    now = dt.datetime.now(dt.UTC)
    row = {
        "job": found.job,
        "run": found.run,
        "resolved": now,
        "question": dict(found.question),
        "status": found.status,
        "report": zlib.compress(json.dumps(found.report, ensure_ascii=False, allow_nan=False).encode()),
        "to_tell": found.to_tell,
    }
    run = select(schema.runs.c.run).where(schema.runs.c.run == found.run)
    with store.transaction(writes=True) as connection:
        if connection.execute(run.with_for_update(read=True, key_share=True)).first() is None:
            raise StoreError(f"run {found.run} was pruned while job '{found.job}' was at work; the next start begins anew")
        (number,) = connection.execute(_TABLE.insert().values(row).returning(_TABLE.c.number)).one()
    return replace(found, number=number, resolved=now)


def note_told(store: Store, found: Resolution, target: str) -> None:
    """Note that somebody was told of a resolution; of one that was pruned meanwhile there is nothing left to note.

    Args:
        store: Where it is recorded.
        found: The resolution.
        target: Who was told, without secrets.
    """
    there = select(_TABLE.c.number).where(_TABLE.c.number == found.number, _TABLE.c.job == found.job)  # numbers may be given again
    with store.transaction(writes=True) as connection:
        if connection.execute(there.with_for_update(read=True, key_share=True)).first() is not None:
            store.add(connection, _TOLD, {"number": found.number, "told": dt.datetime.now(dt.UTC), "target": target})


def last(store: Store, job: str, *, with_plan: bool = False) -> Resolution | None:
    """The last resolution of a job; with a plan where that is asked for."""
    query = _resolutions().where(_TABLE.c.job == job)
    if with_plan:
        query = query.join(schema.runs, schema.runs.c.run == _TABLE.c.run).where(schema.runs.c.npv.is_not(None))
    return next(_found(store, query.order_by(_TABLE.c.number.desc()).limit(1)), None)


def owed(store: Store, job: str | None = None) -> list[Resolution]:
    """The resolutions that somebody is to be told and was not yet, of a job or of all, the oldest first."""
    query = _resolutions().where(_TABLE.c.number.in_(_owed())).order_by(_TABLE.c.number)
    return list(_found(store, query if job is None else query.where(_TABLE.c.job == job)))


def jobs(store: Store) -> list[Resolution]:
    """The last resolution of each job, by the names of the jobs."""
    latest = select(func.max(_TABLE.c.number)).group_by(_TABLE.c.job)
    return sorted(_found(store, _resolutions().where(_TABLE.c.number.in_(latest))), key=lambda found: found.job)


def history(store: Store, job: str, limit: int | None = None) -> list[Resolution]:
    """The resolutions of a job, the last first.

    Args:
        store: Where they are.
        job: Its name.
        limit: No more than so many.

    Raises:
        UnknownJobError: There is no such job.
    """
    found = list(_found(store, _resolutions().where(_TABLE.c.job == job).order_by(_TABLE.c.number.desc()).limit(limit)))
    if not found:
        raise _unknown(store, job)
    return found


def find(store: Store, job: str, number: int | None = None) -> Resolution:
    """The resolution of a job that has a number; unless that is given, the last that said more than that the data are the same.

    Raises:
        UnknownJobError: There is no such job, or it has no such number.
    """
    wanted = _TABLE.c.status != "same_data" if number is None else _TABLE.c.number == number
    query = _resolutions().where(_TABLE.c.job == job, wanted)
    found = next(_found(store, query.order_by(_TABLE.c.number.desc()).limit(1)), None)
    if found is not None:
        return found
    if last(store, job) is None:
        raise _unknown(store, job)
    raise UnknownJobError(f"job '{job}' has no number {number}; `optimiser jobs history` shows those that it has")


def _unknown(store: Store, job: str) -> UnknownJobError:
    close = nearest(job, (one.job for one in jobs(store)))
    close = "" if close is None else f"did you mean '{close}'? "
    return UnknownJobError(f"the store {store.address} has no job '{job}'; {close}`optimiser jobs list` shows those that it has")


def held() -> Executable:
    """Gives the runs that jobs go on from.

    Of each job the last that it came to, and the last with a plan; what somebody is still to be told; and the last that it has solved since, whose
    report it is at work on, or was as it was stopped.
    """
    latest = select(func.max(_TABLE.c.number)).group_by(_TABLE.c.job)
    planned = latest.join(schema.runs, schema.runs.c.run == _TABLE.c.run).where(schema.runs.c.npv.is_not(None))
    resolved = select(_TABLE.c.run).where(_TABLE.c.number.in_(latest.union(planned, _owed())))
    since = select(_TABLE.c.job, func.max(_TABLE.c.resolved).label("resolved")).group_by(_TABLE.c.job).subquery()
    runs = schema.runs.alias()
    solved = select(runs.c.label, func.max(runs.c.recorded).label("recorded")).where(runs.c.command == "resolve").group_by(runs.c.label)
    newest = solved.subquery()
    at_work = (
        select(schema.runs.c.run)
        .join(newest, (newest.c.label == schema.runs.c.label) & (newest.c.recorded == schema.runs.c.recorded))
        .join(since, since.c.job == schema.runs.c.label, isouter=True)
        .where(schema.runs.c.command == "resolve", or_(since.c.resolved.is_(None), schema.runs.c.recorded > since.c.resolved))
    )
    return union(resolved, at_work)


def _owed() -> Select[tuple[int]]:
    return select(_TABLE.c.number).where(_TABLE.c.to_tell, _TABLE.c.number.not_in(select(_TOLD.c.number)))


def _resolutions() -> Select[Any]:
    return select(_TABLE, _TOLD.c.told, _TOLD.c.target).join(_TOLD, _TOLD.c.number == _TABLE.c.number, isouter=True)


def _found(store: Store, query: Select[Any]) -> Iterator[Resolution]:
    with store.transaction() as connection:
        rows = list(connection.execute(query))
    return (_read(row) for row in rows)


def _read(row: Row[Any]) -> Resolution:
    return Resolution(**{**row._mapping, "report": json.loads(zlib.decompress(row.report))})
