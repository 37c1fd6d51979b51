"""Runs, the data that they read, what they decided, and which were adopted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from optimiser.store.schema import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NEVER_CHANGED = (
    "runs",
    "kept_data",
    "run_inputs",
    "run_overrides",
    "run_arrangements",
    "run_results",
    "run_cash_flows",
    "run_starts",
    "adopted_runs",
)


def upgrade() -> None:
    """Make all tables; rows may be added and taken away, but not changed."""
    _runs()
    _data()
    _plan()
    op.create_table(
        "adopted_runs",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run", sa.String(64), sa.ForeignKey("runs.run"), nullable=False),
        _text("instance"),
        sa.Column("adopted", UtcTime(), nullable=False),
        comment="plans that were decided; the last of an instance holds",
    )
    _refuse_changes()


def downgrade() -> None:
    """Take all tables away."""
    for table in reversed(NEVER_CHANGED):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION store_is_never_changed()")


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run", sa.String(64), primary_key=True, comment="id of the run, as in all its files"),
        sa.Column("request", sa.String(64), nullable=False, comment="stands for data, overrides, settings and versions: what was asked"),
        sa.Column("recorded", UtcTime(), nullable=False, comment="when"),
        sa.Column("command", sa.String(32), nullable=False, comment="what gave it: solve, sweep, resolve"),
        sa.Column("label", sa.Text, nullable=False, comment="name of a case of a sweep, or scenarios"),
        sa.Column("instance", sa.Text, nullable=False, comment="name of the instance"),
        _text("title"),
        sa.Column("status", sa.String(16), nullable=False, comment="optimal, feasible, infeasible or no_plan"),
        sa.Column("termination", sa.String(32), nullable=False, comment="why the solver stopped"),
        sa.Column("objective", sa.String(32), nullable=False),
        *(_figure(name, required=False) for name in ("objective_value", "npv", "bound", "gap", "annual_saving", "one_off")),
        sa.Column("partnerships", sa.Integer),
        _text("solver"),
        sa.Column("seed", sa.Integer, nullable=False),
        _figure("seconds", required=False),
        sa.Column("manifest", sa.JSON, nullable=False, comment="digests, overrides, resolved settings, versions"),
        sa.Column("timings", sa.JSON, nullable=False, comment="seconds of each stage"),
        sa.Column("document", sa.LargeBinary, nullable=False, comment="plan.json, compressed (zlib)"),
        sa.Column("digest", sa.String(64), nullable=False, comment="SHA-256 of plan.json"),
        comment="one row for each run",
    )
    op.create_index("ix_runs_request", "runs", ["request"])
    op.create_index("ix_runs_recorded", "runs", ["recorded"])


def _data() -> None:
    op.create_table(
        "kept_data",
        sa.Column("digest", sa.String(64), primary_key=True, comment="digest of the table, as in the manifest"),
        sa.Column("content", sa.LargeBinary, nullable=False, comment="its rows, JSON compressed (zlib)"),
        comment="input tables, each kept once however many runs read it",
    )
    op.create_table(
        "run_inputs",
        _run(),
        sa.Column("input", sa.Text, primary_key=True),
        sa.Column("digest", sa.String(64), sa.ForeignKey("kept_data.digest"), nullable=False),
        comment="which data a run read: the tables, and the settings as `instance`",
    )
    op.create_index("ix_run_inputs_digest", "run_inputs", ["digest"])
    op.create_table(
        "run_overrides",
        _run(),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        _text("override"),
        _text("path"),
        sa.Column("old", sa.JSON),
        sa.Column("new", sa.JSON),
        comment="what scenarios and overrides changed, in order",
    )


def _plan() -> None:
    op.create_table(
        "run_arrangements",
        _run(),
        sa.Column("council", sa.Text, primary_key=True),
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("host", sa.Text, comment="empty where an alternative is taken"),
        sa.Column("vehicle", sa.Text),
        sa.Column("alternative", sa.Text),
        sa.Column("tranche", sa.Integer, nullable=False),
        sa.Column("go_live", sa.Date, nullable=False),
        *(_figure(name) for name in ("npv", "annual_saving", "one_off", "payment")),
        comment="the plan: who does what with whom, from when",
    )
    op.create_table(
        "run_results",
        _run(),
        sa.Column("council", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("services_shared", "services_hosted", "options_taken")),
        *(_figure(name) for name in ("baseline", "npv", "annual_saving", "one_off", "net_saving", "payment")),
        comment="what the plan means for each council",
    )
    op.create_table(
        "run_cash_flows",
        _run(),
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        *(_text(name) for name in ("financial_year", "council", "service", "head")),
        _figure("amount"),
        comment="cash by financial year; costs are negative",
    )
    op.create_table(
        "run_starts",
        _run(),
        sa.Column("content", sa.LargeBinary, nullable=False, comment="warm_start.json, compressed (zlib)"),
        comment="what a later solve can start from besides the plan",
    )


def _refuse_changes() -> None:
    """Whoever tries to change a row is told that a run is immutable, whatever program he uses."""
    server = op.get_bind().dialect.name == "postgresql"
    if server:
        op.execute(
            "CREATE FUNCTION store_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'what is recorded is never changed'; END $$"
        )
    for table in NEVER_CHANGED:
        does = (
            "EXECUTE FUNCTION store_is_never_changed()" if server else "BEGIN SELECT RAISE(ABORT, 'what is recorded is never changed'); END"
        )
        op.execute(f"CREATE TRIGGER {table}_never_changed BEFORE UPDATE ON {table} FOR EACH ROW {does}")


def _run() -> sa.Column[str]:
    return sa.Column("run", sa.String(64), sa.ForeignKey("runs.run", ondelete="CASCADE"), primary_key=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _figure(name: str, *, required: bool = True) -> sa.Column[float]:
    return sa.Column(name, sa.Float(53), nullable=not required)
