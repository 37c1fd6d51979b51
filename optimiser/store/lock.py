"""One at a time: locks that end with the process that holds them, however it ends.

Beside a SQLite file stands a lock file for each name, held by the operating system; PostgreSQL has advisory locks of a connection.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from optimiser.store.address import Address
from optimiser.store.engine import PATIENCE, begun, in_words
from optimiser.store.errors import StoreError


@contextmanager
def held(engine: Engine, address: Address, name: str, *, wait: bool) -> Iterator[bool]:
    """Hold the lock of a name as long as the block lasts.

    Args:
        engine: Connections to the store.
        address: Where it is.
        name: What is locked.
        wait: Whether to wait for others; otherwise False is given where another process holds it.

    Raises:
        StoreError: It was not free in time, or the store cannot be used.
    """
    if address.file is not None:
        yield from _by_file(address, name, wait=wait)
    else:
        yield from _by_server(engine, address, name, wait=wait)


def lock_file(store: Path, name: str) -> Path:
    """The lock file of a name beside a store; names that are no file names are told apart by a digest."""
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", name)
    mark = "" if plain == name else f"-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return store.with_name(f"{store.name}.{plain[:60]}{mark}.lock")


def _by_file(address: Address, name: str, *, wait: bool) -> Iterator[bool]:
    from filelock import FileLock, Timeout

    assert address.file is not None
    lock = FileLock(lock_file(address.file, name))
    with in_words(address):
        try:
            lock.acquire(timeout=PATIENCE if wait else 0)
        except Timeout:
            if wait:
                raise StoreError(f"the store {address} is held by another process and was not free within {PATIENCE} seconds") from None
    try:
        yield lock.is_locked
    finally:
        lock.release()


def _by_server(engine: Engine, address: Address, name: str, *, wait: bool) -> Iterator[bool]:
    with in_words(address):
        connection = begun(engine)
    try:
        with in_words(address):
            take = func.pg_advisory_lock if wait else func.pg_try_advisory_lock
            taken = connection.execute(select(take(_number(name)))).scalar()
            connection.commit()
        yield wait or bool(taken)
    finally:
        connection.close()  # the server lets go of the lock with the connection


def hold_on_server(connection: Connection, name: str) -> None:
    """Hold the lock of a name until the transaction ends; who waits for it takes up one connection only."""
    connection.execute(select(func.pg_advisory_xact_lock(_number(name))))


def _number(name: str) -> int:
    """PostgreSQL knows locks by numbers."""
    return int.from_bytes(hashlib.sha256(f"shared services optimiser: {name}".encode()).digest()[:8], "big", signed=True)
