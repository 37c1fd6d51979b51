"""Called by Alembic: runs the migrations in the transaction that `optimiser.store.migrate` has begun."""

from __future__ import annotations

from alembic import context

from optimiser.store.migrate import VERSION_TABLE
from optimiser.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    compare_type=True,
)
context.run_migrations()
