"""Which resolutions of a job somebody is to be told, and which were told: what could not be told is told by the next start."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from optimiser.store.schema import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody is owed what is there by now: it was told before it was recorded."""
    op.add_column(
        "resolved_runs",
        sa.Column("to_tell", sa.Boolean, nullable=False, server_default=sa.false(), comment="whether somebody is to be told"),
    )
    op.create_table(
        "told_resolutions",
        sa.Column(
            "number",
            sa.Integer,
            sa.ForeignKey("resolved_runs.number", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
            comment="of the resolution",
        ),
        sa.Column("told", UtcTime(), nullable=False, comment="when"),
        sa.Column("target", sa.Text, nullable=False, comment="who, without secrets: host or program"),
        comment="resolutions that somebody was told",
    )
    does = (
        "EXECUTE FUNCTION store_is_never_changed()"
        if op.get_bind().dialect.name == "postgresql"
        else "BEGIN SELECT RAISE(ABORT, 'what is recorded is never changed'); END"
    )
    op.execute(f"CREATE TRIGGER told_resolutions_never_changed BEFORE UPDATE ON told_resolutions FOR EACH ROW {does}")


def downgrade() -> None:
    """Take both away."""
    op.drop_table("told_resolutions")
    op.drop_column("resolved_runs", "to_tell")
