"""Whether what the store has is whole: every id and digest worked out again from what it stands for."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator

from sqlalchemy import Connection, func, select, text

from instances.archive import unpacked
from optimiser.manifest import run_id
from optimiser.plan import PlanDocument
from optimiser.store import schema
from optimiser.store.entry import failure_id
from optimiser.store.errors import StoreError
from optimiser.store.store import Store


def check(store: Store) -> list[str]:
    """What is wrong, a sentence each; nothing where every run is whole."""
    with store.transaction() as connection:
        if store.address.file is not None:
            said = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
            if said != ["ok"]:
                return [f"the file is damaged: {line}" for line in said]
        names = list(connection.execute(select(schema.runs.c.run).order_by(schema.runs.c.run)).scalars())
        unused = (
            select(func.count()).select_from(schema.kept_data).where(schema.kept_data.c.digest.not_in(select(schema.run_inputs.c.digest)))
        )
        left = connection.execute(unused).scalar() or 0
        faults = [fault for run in names for fault in _of_run(connection, run)]
        for table in (*schema.PARTS, schema.adopted_runs, schema.resolved_runs):
            stray = select(func.count()).select_from(table).where(table.c.run.not_in(select(schema.runs.c.run)))
            if count := connection.execute(stray).scalar():
                faults.append(f"{count} rows of {table.name} belong to no run")
        told = schema.told_resolutions
        stray = select(func.count()).select_from(told).where(told.c.number.not_in(select(schema.resolved_runs.c.number)))
        if count := connection.execute(stray).scalar():
            faults.append(f"{count} rows of {told.name} belong to no resolution")
    return [*faults, *([f"{left} kept tables belong to no run"] if left else [])]


def _of_run(connection: Connection, run: str) -> Iterator[str]:
    row = connection.execute(select(schema.runs).where(schema.runs.c.run == run)).one()
    try:
        document = zlib.decompress(row.document).decode()
    except (zlib.error, UnicodeDecodeError, TypeError):  # text, where a program has put some
        yield f"run {run}: its plan cannot be read"
        return
    if hashlib.sha256(document.encode()).hexdigest() != row.digest:
        yield f"run {run}: its plan is not the one that was recorded"
    yield from _parts(connection, run, document)
    query = select(schema.run_inputs, schema.kept_data.c.content).join(schema.kept_data).where(schema.run_inputs.c.run == run)
    inputs = list(connection.execute(query))
    try:
        digests = unpacked(run, {one.input: one.content for one in inputs}).digests()
    except (ValueError, StoreError) as error:
        yield f"run {run}: {error}"
        return
    if digests != {one.input: one.digest for one in inputs} or digests != row.manifest["digests"]:
        yield f"run {run}: its data are not those that it read"


def _parts(connection: Connection, run: str, document: str) -> Iterator[str]:
    """The plan is that of the run, and the other tables have all of it."""
    content = json.loads(document)
    if "npv" not in content:
        if failure_id(content) != run:
            yield f"run {run}: what is recorded is not this run"
        return
    plan = PlanDocument.model_validate_json(document)
    if run_id(plan) != run:
        yield f"run {run}: its plan is another run's"
    there = {
        schema.run_arrangements: len(plan.arrangements()),
        schema.run_results: len(plan.councils),
        schema.run_cash_flows: len(plan.cashflow),
        schema.run_overrides: len(plan.manifest["overrides"]),
    }
    for table, count in there.items():
        found = connection.execute(select(func.count()).select_from(table).where(table.c.run == run)).scalar()
        if found != count:
            yield f"run {run}: {found} of {count} rows in {table.name}"
