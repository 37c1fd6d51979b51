"""What the scheduled job has come to, one row for each time that something had changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from optimiser.store.schema import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; its rows are never changed either."""
    op.create_table(
        "resolved_runs",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("job", sa.Text, nullable=False, comment="what is resolved again and again"),
        sa.Column("run", sa.String(64), sa.ForeignKey("runs.run", ondelete="CASCADE"), nullable=False),
        sa.Column("resolved", UtcTime(), nullable=False, comment="when"),
        sa.Column("question", sa.JSON, nullable=False, comment="fingerprint of the source, what is decided, settings, versions"),
        sa.Column("status", sa.String(32), nullable=False, comment="first, same_data, plan_stays, plan_changed or no_plan"),
        sa.Column("report", sa.LargeBinary, nullable=False, comment="the report as JSON, compressed (zlib)"),
        sa.Index("ix_resolved_runs_job", "job", "number"),
        comment="what the scheduled job came to; the last of a job holds",
    )
    does = (
        "EXECUTE FUNCTION store_is_never_changed()"
        if op.get_bind().dialect.name == "postgresql"
        else "BEGIN SELECT RAISE(ABORT, 'what is recorded is never changed'); END"
    )
    op.execute(f"CREATE TRIGGER resolved_runs_never_changed BEFORE UPDATE ON resolved_runs FOR EACH ROW {does}")


def downgrade() -> None:
    """Take it away."""
    op.drop_table("resolved_runs")
