"""The store of runs: what was asked, of which data, and what came out. A run is immutable, and is there whole or not at all.

What plans and instances need is imported where one is asked for, so that a list of runs is there at once.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable, Table, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from optimiser import logs
from optimiser.store import lock, schema
from optimiser.store.address import Address
from optimiser.store.engine import connect, transaction
from optimiser.store.errors import StoreError, UnknownRunError
from optimiser.store.migrate import bring_up_to_date

if TYPE_CHECKING:
    from instances import Instance
    from optimiser.plan import Plan
    from optimiser.store.entry import Entry

FINISHED = ("optimal", "infeasible", "time_limit")
"""Why a solver may have stopped for its answer to be the answer to the same question asked again."""
_LINE = [column for column in schema.runs.columns if column.name not in ("manifest", "timings", "document", "digest")]


@dataclass(frozen=True)
class Recorded:
    """A run as the store has it, without its plan.

    Attributes:
        run: Its id.
        request: Stands for what was asked.
        recorded: When.
        command: What gave it: solve, sweep, resolve.
        label: Name of the case, or the scenarios.
        instance: Name of the instance.
        title: Its title.
        status: `optimal`, `feasible`, `infeasible` or `no_plan`.
        termination: Why the solver stopped.
        objective: What was maximised.
        objective_value: Its value, GBP or GBP a year; like the other figures None where there is no plan.
        npv: Net present value, GBP.
        bound: No plan has a higher objective value, GBP; None where nothing is proven.
        gap: Proven gap, a share.
        annual_saving: GBP a year.
        one_off: GBP.
        partnerships: How many.
        solver: Back end with its version.
        seed: Of the solver.
        seconds: From prices to audit.
        adopted: When it was adopted; None if it was not.
    """

    run: str
    request: str
    recorded: dt.datetime
    command: str
    label: str
    instance: str
    title: str
    status: str
    termination: str
    objective: str
    objective_value: float | None
    npv: float | None
    bound: float | None
    gap: float | None
    annual_saving: float | None
    one_off: float | None
    partnerships: int | None
    solver: str
    seed: int
    seconds: float | None
    adopted: dt.datetime | None = None


class Store:
    """Runs in SQLite or PostgreSQL.

    Args:
        address: A file, or a URL.
        create: Whether to make a store that is not there, and to bring an older one up to date.

    Raises:
        StoreError: There is none, or it cannot be used.
    """

    def __init__(self, address: str | Path, *, create: bool = True) -> None:
        self.address = Address(str(address))
        file = self.address.file
        if file is not None and not file.is_file():
            if not create:
                raise UnknownRunError(f"there is no store at {file}; solve, sweep and resolve make it as they record their first run")
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(f"the store {file} cannot be made: {error.strerror}") from error
        self.engine = connect(self.address)
        bring_up_to_date(self.engine, self.address)

    def __enter__(self) -> Store:
        """Connections are made as they are needed."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """None is left open."""
        self.close()

    def close(self) -> None:
        """Leave no connection open."""
        self.engine.dispose()

    @contextmanager
    def transaction(self, *, writes: bool = False) -> Iterator[Connection]:
        """Everything in it, or nothing."""
        with transaction(self.engine, self.address, writes=writes) as connection:
            yield connection

    @contextmanager
    def lock(self, name: str, *, wait: bool = False) -> Iterator[bool]:
        """Whether this process has the lock of a name, which ends with the block or the process."""
        with lock.held(self.engine, self.address, name, wait=wait) as mine:
            yield mine

    def record(self, entry: Entry) -> bool:
        """Record a run, for good once this returns; False where it is recorded already.

        Raises:
            StoreError: It cannot be recorded; nothing of it is.
        """
        new = self._record(entry)
        message = f"run {entry.run} {'is' if new else 'was already'} recorded"
        logs.event("recorded", message, run=entry.run, new=new, store=str(self.address))
        return new

    def _record(self, entry: Entry) -> bool:
        with self.transaction(writes=True) as connection:
            if not self.add(connection, schema.runs, entry.row):
                return False
            kept = [
                {"digest": digest, "content": entry.data[name]} for name, digest in sorted(entry.digests.items(), key=lambda item: item[1])
            ]
            for one in kept:
                self.add(connection, schema.kept_data, one)
            for table in schema.PARTS:
                if rows := [{"run": entry.run, **row} for row in entry.parts.get(table.name, ())]:
                    connection.execute(table.insert(), rows)
        return True

    def add(self, connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
        """Add a row; False where it is there already."""
        kind = sqlite if self.engine.dialect.name == "sqlite" else postgresql
        added = kind.insert(table).values(dict(row)).on_conflict_do_nothing().returning(*table.primary_key.columns)
        return connection.execute(added).first() is not None

    def runs(
        self,
        *,
        instance: str | None = None,
        status: Collection[str] = (),
        request: str | None = None,
        limit: int | None = None,
        before: dt.datetime | None = None,
        start: str = "",
    ) -> list[Recorded]:
        """Runs, the last recorded first.

        Args:
            instance: Only those of an instance of this name.
            status: Only those that ended so.
            request: Only those that were asked this.
            limit: No more than so many.
            before: Only those recorded before.
            start: Only those whose id begins so.
        """
        latest = (
            select(schema.adopted_runs.c.run, func.max(schema.adopted_runs.c.adopted).label("adopted"))
            .group_by(schema.adopted_runs.c.run)
            .subquery()
        )
        query = select(*_LINE, latest.c.adopted).join(latest, latest.c.run == schema.runs.c.run, isouter=True)
        query = query.order_by(schema.runs.c.recorded.desc(), schema.runs.c.run).limit(limit)
        if instance is not None:
            query = query.where(schema.runs.c.instance == instance)
        if status:
            query = query.where(schema.runs.c.status.in_(list(status)))
        if request is not None:
            query = query.where(schema.runs.c.request == request)
        if before is not None:
            query = query.where(schema.runs.c.recorded < before)
        if start:
            query = query.where(schema.runs.c.run.startswith(start, autoescape=True))
        with self.transaction() as connection:
            return [Recorded(**row._mapping) for row in connection.execute(query)]

    def answer(self, request: str) -> Recorded | None:
        """The run that answers what is asked, if it was answered before; one that somebody stopped does not."""
        return next((run for run in self.runs(request=request) if run.termination in FINISHED), None)

    def find(self, start: str) -> Recorded:
        """The run whose id begins so.

        Raises:
            UnknownRunError: There is none, or there are several.
        """
        wanted = start.strip().casefold()
        found = self.runs(start=wanted) if wanted else []
        if not found:
            raise UnknownRunError(f"the store {self.address} has no run '{start}'; `optimiser runs list` shows those that it has")
        if len(found) > 1:
            several = ", ".join(run.run for run in found[:5])
            raise UnknownRunError(f"'{start}' begins {len(found)} runs: {several}{' ...' if len(found) > 5 else ''}; give more of it")
        return found[0]

    def document(self, run: str) -> str:
        """plan.json of a run; of one without a plan what is known of why."""
        with self.transaction() as connection:
            data = connection.execute(select(schema.runs.c.document).where(schema.runs.c.run == run)).scalar()
        if data is None:
            raise UnknownRunError(f"the store {self.address} has no run '{run}'")
        return zlib.decompress(data).decode()

    def plan(self, run: str) -> Plan:
        """The plan of a run, with what was learned on the way.

        Raises:
            UnknownRunError: The run gave no plan.
        """
        from optimiser.plan import Plan, PlanDocument
        from optimiser.start import Learned

        recorded = self.find(run)
        if recorded.npv is None:
            raise UnknownRunError(f"run {recorded.run} gave no plan: {recorded.status.replace('_', ' ')}")
        with self.transaction() as connection:
            timings = connection.execute(select(schema.runs.c.timings).where(schema.runs.c.run == recorded.run)).scalar()
            learned = connection.execute(select(schema.run_starts.c.content).where(schema.run_starts.c.run == recorded.run)).scalar()
        start = Learned() if learned is None else Learned.model_validate_json(zlib.decompress(learned))
        document = PlanDocument.model_validate_json(self.document(recorded.run))
        return Plan(document, recorded.instance, timings, start)

    def instance(self, run: str) -> Instance:
        """The data that a run read, scenarios and overrides applied: to be solved again, or compared with others."""
        from instances import OverrideChange
        from instances.archive import unpacked

        recorded = self.find(run)
        inputs = select(schema.run_inputs.c.input, schema.kept_data.c.content).join(schema.kept_data)
        with self.transaction() as connection:
            kept = {row.input: row.content for row in connection.execute(inputs.where(schema.run_inputs.c.run == recorded.run))}
            manifest = connection.execute(select(schema.runs.c.manifest).where(schema.runs.c.run == recorded.run)).scalar() or {}
        overrides = tuple(OverrideChange(**change) for change in manifest["overrides"])
        return replace(unpacked(recorded.instance, kept), notes=tuple(manifest["notes"]), overrides=overrides)

    def adopt(self, run: Recorded) -> None:
        """Mark the plan that was decided; of an instance the last one adopted holds."""
        row = {"run": run.run, "instance": run.instance, "adopted": dt.datetime.now(dt.UTC)}
        with self.transaction(writes=True) as connection:
            connection.execute(schema.adopted_runs.insert(), row)

    def adopted(self, instance: str) -> Recorded | None:
        """The run that holds as decided for an instance."""
        query = select(schema.adopted_runs.c.run).where(schema.adopted_runs.c.instance == instance)
        with self.transaction() as connection:
            run = connection.execute(query.order_by(schema.adopted_runs.c.number.desc()).limit(1)).scalar()
        return None if run is None else self.find(run)

    def prune(self, runs: Sequence[Recorded], sparing: Executable | None = None, *, dry: bool = False) -> list[Recorded]:
        """Take runs away, with the data that no other run has read.

        Args:
            runs: What is to go.
            sparing: Gives runs that stay even so; asked in the same moment, for who works meanwhile may have come to need one.
            dry: Whether to leave them, and only say which.

        Returns:
            Those that are gone, or would be.

        Raises:
            UnknownRunError: One of them was adopted; nothing is taken away.
        """
        used = select(schema.run_inputs.c.digest)
        with self.transaction(writes=not dry) as connection:
            if self.engine.dialect.name == "postgresql" and not dry:  # who records meanwhile must not lose data that he has found here
                connection.execute(text("LOCK TABLE runs, kept_data IN EXCLUSIVE MODE"))
            spared = set() if sparing is None else set(connection.execute(sparing).scalars())
            going = [run for run in runs if run.run not in spared]
            adopted = set(connection.execute(select(schema.adopted_runs.c.run)).scalars())
            if kept := next((run.run for run in going if run.run in adopted), None):
                raise UnknownRunError(f"run {kept} was adopted and stays")
            if dry:
                return going
            for run in going:
                connection.execute(delete(schema.runs).where(schema.runs.c.run == run.run))
            connection.execute(delete(schema.kept_data).where(schema.kept_data.c.digest.not_in(used)))
        return going


def open_store(address: str | None) -> Store | None:
    """The store at an address, or None where nothing is to be recorded."""
    return None if address is None else Store(address)
