"""What the scheduled job has come to: the last resolution of a job holds until something changes."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from optimiser.store import schema
from optimiser.store.store import Store


@dataclass(frozen=True)
class Resolution:
    """One time that the job had something to do.

    Attributes:
        job: What is resolved again and again.
        run: The run that answered.
        question: What was asked: fingerprint of the source, what is decided, settings, versions.
        status: `first`, `same_data`, `plan_stays`, `plan_changed` or `no_plan`.
        report: The report.
        resolved: When; None before it is recorded.
    """

    job: str
    run: str
    question: Mapping[str, Any]
    status: str
    report: Mapping[str, Any]
    resolved: dt.datetime | None = None


def record(store: Store, found: Resolution) -> None:
    """Record a resolution, for good once this returns.

    Raises:
        StoreError: It cannot be recorded.
    """
    row = {
        "job": found.job,
        "run": found.run,
        "resolved": dt.datetime.now(dt.UTC),
        "question": dict(found.question),
        "status": found.status,
        "report": zlib.compress(json.dumps(found.report, ensure_ascii=False, allow_nan=False).encode()),
    }
    with store.transaction(writes=True) as connection:
        connection.execute(schema.resolved_runs.insert(), row)


def last(store: Store, job: str, *, with_plan: bool = False) -> Resolution | None:
    """The last resolution of a job; with a plan where that is asked for."""
    table = schema.resolved_runs
    query = select(table).where(table.c.job == job)
    if with_plan:
        query = query.join(schema.runs, schema.runs.c.run == table.c.run).where(schema.runs.c.npv.is_not(None))
    with store.transaction() as connection:
        row = connection.execute(query.order_by(table.c.number.desc()).limit(1)).first()
    if row is None:
        return None
    report = json.loads(zlib.decompress(row.report))
    return Resolution(row.job, row.run, row.question, row.status, report, row.resolved)


def holding(store: Store) -> set[str]:
    """The runs that jobs go on from: of each job the last, and the last with a plan."""
    table = schema.resolved_runs
    latest = select(func.max(table.c.number)).group_by(table.c.job)
    planned = latest.join(schema.runs, schema.runs.c.run == table.c.run).where(schema.runs.c.npv.is_not(None))
    with store.transaction() as connection:
        return set(connection.execute(select(table.c.run).where(table.c.number.in_(latest.union(planned)))).scalars())
