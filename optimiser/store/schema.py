"""The tables of the store. What is written is never changed: rows are added with a run and go with it.

A table here and the last migration say the same (tests/optimiser/test_store_migrations.py compares them); the migrations make the
tables. Their names are unlike those of an instance, since both may stand in one database.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)

metadata = MetaData()


class UtcTime(TypeDecorator[dt.datetime]):
    """A moment; databases without time zones keep it in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        """As it is kept."""
        return None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None if dialect.name == "sqlite" else dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        """As it was."""
        return None if value is None else value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _of_run() -> Column[str]:
    return Column("run", String(64), ForeignKey("runs.run", ondelete="CASCADE"), primary_key=True, nullable=False)


def _name(name: str, *, primary: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=primary, nullable=False)


def _figure(name: str, *, required: bool = True) -> Column[float]:
    return Column(name, Float(53), nullable=not required)


runs = Table(
    "runs",
    metadata,
    Column("run", String(64), primary_key=True, comment="id of the run, as in all its files"),
    Column("request", String(64), nullable=False, comment="stands for data, overrides, settings and versions: what was asked"),
    Column("recorded", UtcTime, nullable=False, comment="when"),
    Column("command", String(32), nullable=False, comment="what gave it: solve, sweep, resolve"),
    Column("label", Text, nullable=False, comment="name of a case of a sweep, or scenarios"),
    Column("instance", Text, nullable=False, comment="name of the instance"),
    Column("title", Text, nullable=False),
    Column("status", String(16), nullable=False, comment="optimal, feasible, infeasible or no_plan"),
    Column("termination", String(32), nullable=False, comment="why the solver stopped"),
    Column("objective", String(32), nullable=False),
    _figure("objective_value", required=False),
    _figure("npv", required=False),
    _figure("bound", required=False),
    _figure("gap", required=False),
    _figure("annual_saving", required=False),
    _figure("one_off", required=False),
    Column("partnerships", Integer, nullable=True),
    Column("solver", Text, nullable=False),
    Column("seed", Integer, nullable=False),
    _figure("seconds", required=False),
    Column("manifest", JSON, nullable=False, comment="digests, overrides, resolved settings, versions"),
    Column("timings", JSON, nullable=False, comment="seconds of each stage"),
    Column("document", LargeBinary, nullable=False, comment="plan.json, compressed (zlib)"),
    Column("digest", String(64), nullable=False, comment="SHA-256 of plan.json"),
    Index("ix_runs_request", "request"),
    Index("ix_runs_recorded", "recorded"),
    comment="one row for each run",
)

kept_data = Table(
    "kept_data",
    metadata,
    Column("digest", String(64), primary_key=True, comment="digest of the table, as in the manifest"),
    Column("content", LargeBinary, nullable=False, comment="its rows, JSON compressed (zlib)"),
    comment="input tables, each kept once however many runs read it",
)

run_inputs = Table(
    "run_inputs",
    metadata,
    _of_run(),
    _name("input", primary=True),
    Column("digest", String(64), ForeignKey("kept_data.digest"), nullable=False),
    Index("ix_run_inputs_digest", "digest"),
    comment="which data a run read: the tables, and the settings as `instance`",
)

run_overrides = Table(
    "run_overrides",
    metadata,
    _of_run(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    _name("override"),
    _name("path"),
    Column("old", JSON),
    Column("new", JSON),
    comment="what scenarios and overrides changed, in order",
)

run_arrangements = Table(
    "run_arrangements",
    metadata,
    _of_run(),
    _name("council", primary=True),
    _name("service", primary=True),
    Column("host", Text, comment="empty where an alternative is taken"),
    Column("vehicle", Text),
    Column("alternative", Text),
    Column("tranche", Integer, nullable=False),
    Column("go_live", Date, nullable=False),
    _figure("npv"),
    _figure("annual_saving"),
    _figure("one_off"),
    _figure("payment"),
    comment="the plan: who does what with whom, from when",
)

run_results = Table(
    "run_results",
    metadata,
    _of_run(),
    _name("council", primary=True),
    Column("services_shared", Integer, nullable=False),
    Column("services_hosted", Integer, nullable=False),
    Column("options_taken", Integer, nullable=False),
    _figure("baseline"),
    _figure("npv"),
    _figure("annual_saving"),
    _figure("one_off"),
    _figure("net_saving"),
    _figure("payment"),
    comment="what the plan means for each council",
)

run_cash_flows = Table(
    "run_cash_flows",
    metadata,
    _of_run(),
    Column("line", Integer, primary_key=True, autoincrement=False),
    _name("financial_year"),
    _name("council"),
    _name("service"),
    _name("head"),
    _figure("amount"),
    comment="cash by financial year; costs are negative",
)

run_starts = Table(
    "run_starts",
    metadata,
    _of_run(),
    Column("content", LargeBinary, nullable=False, comment="warm_start.json, compressed (zlib)"),
    comment="what a later solve can start from besides the plan",
)

adopted_runs = Table(
    "adopted_runs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("run", String(64), ForeignKey("runs.run"), nullable=False),
    Column("instance", Text, nullable=False),
    Column("adopted", UtcTime, nullable=False),
    comment="plans that were decided; the last of an instance holds",
)

resolved_runs = Table(
    "resolved_runs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("job", Text, nullable=False, comment="what is resolved again and again"),
    Column("run", String(64), ForeignKey("runs.run", ondelete="CASCADE"), nullable=False),
    Column("resolved", UtcTime, nullable=False, comment="when"),
    Column("question", JSON, nullable=False, comment="fingerprint of the source, what is decided, settings, versions"),
    Column("status", String(32), nullable=False, comment="first, same_data, plan_stays, plan_changed or no_plan"),
    Column("report", LargeBinary, nullable=False, comment="the report as JSON, compressed (zlib)"),
    Column("to_tell", Boolean, nullable=False, server_default=false(), comment="whether somebody is to be told"),
    Index("ix_resolved_runs_job", "job", "number"),
    comment="what the scheduled job came to; the last of a job holds",
)

told_resolutions = Table(
    "told_resolutions",
    metadata,
    Column(
        "number",
        Integer,
        ForeignKey("resolved_runs.number", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        comment="of the resolution",
    ),
    Column("told", UtcTime, nullable=False, comment="when"),
    Column("target", Text, nullable=False, comment="who, without secrets: host or program"),
    comment="resolutions that somebody was told",
)

PARTS = (run_inputs, run_overrides, run_arrangements, run_results, run_cash_flows, run_starts)
"""What goes with a run."""
KEPT = (runs, kept_data, *PARTS, adopted_runs, resolved_runs, told_resolutions)
"""Tables whose rows are never changed."""
