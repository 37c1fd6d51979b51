"""Connections to the store: how SQLite and PostgreSQL are asked to keep what is reported as kept, and their errors in words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random_exponential

from optimiser.store.address import Address
from optimiser.store.errors import StoreError

PATIENCE = 120
"""Seconds that a writer waits for others."""
WRITES = "writes"
_FULL = ("disk is full", "no space left", "could not extend", "disk quota")
_FAILED = "disk i/o error"
"""What SQLite says where it cannot make its files beside a store, which it needs for looking at it too."""
_ROOM = 1_000_000
"""Bytes that are hardly any room."""
_DAMAGED = ("malformed", "not a database", "corrupt")
_BUSY = ("database is locked", "database table is locked")
_NO_ROOM = ("too many clients", "remaining connection slots", "the database system is starting up")
_FORBIDDEN = ("readonly", "read-only", "permission denied")


def connect(address: Address) -> Engine:
    """An engine whose transactions are whole: a run that is reported as recorded survives the end of the process and of the power."""
    if address.file is not None:
        engine = create_engine(address.url, poolclass=NullPool, connect_args={"timeout": PATIENCE, "check_same_thread": False})
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begins)
        return engine
    return create_engine(address.url, poolclass=NullPool, connect_args={"connect_timeout": 15})


def _sqlite_connected(connection: Any, record: Any) -> None:
    """Transactions begin where we say so; the disk has what was committed."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _sqlite_begins(connection: Connection) -> None:
    """Who is going to write takes his turn at once: who has read first could not be let in behind another writer."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")


@contextmanager
def transaction(engine: Engine, address: Address, *, writes: bool = False) -> Iterator[Connection]:
    """Everything in it, or nothing.

    Raises:
        StoreError: The database refused; nothing of it is kept.
    """
    with in_words(address):
        connection = begun(engine, writes=writes)
        with connection, connection.get_transaction() or connection.begin():
            yield connection


@retry(
    retry=retry_if_exception(lambda error: _passes(error)),
    stop=stop_after_delay(PATIENCE),
    wait=wait_random_exponential(multiplier=0.05, max=2),
    reraise=True,
)
def begun(engine: Engine, *, writes: bool = False) -> Connection:
    """A connection with a transaction begun; others are waited for where the server has no more room or the file is in use."""
    connection = engine.connect().execution_options(**{WRITES: writes})
    try:
        connection.begin()
    except BaseException:
        connection.close()
        raise
    return connection


def _passes(error: BaseException) -> bool:
    """Whether the trouble is others at work, and will pass."""
    return isinstance(error, DBAPIError) and any(words in str(error.orig).casefold() for words in (*_BUSY, *_NO_ROOM))


@contextmanager
def in_words(address: Address) -> Iterator[None]:
    """Trouble with the database as a message that says what to do, without secrets."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(f"the store {address} {trouble(error, address)}") from None


def trouble(error: Exception, address: Address) -> str:
    """What is wrong, in words."""
    if isinstance(error, OSError) and not isinstance(error, DBAPIError):
        return f"cannot be used: {error.strerror or error}"
    said = str(error.orig) if isinstance(error, DBAPIError) and error.orig is not None else str(error)
    text = address.scrub(" ".join(said.split()))
    low = text.casefold()
    if any(words in low for words in _FULL) or (_FAILED in low and address.file is not None and _no_room(address.file)):
        return "could not be written, since its disk is full; nothing was recorded, and what was there is still there"
    if any(words in low for words in _BUSY):
        return f"is being written by others and was not free within {PATIENCE} seconds; nothing was recorded"
    if any(words in low for words in _DAMAGED):
        return "is damaged or is no store; put back a copy, or name another file"
    if any(words in low for words in _FORBIDDEN):
        return f"may not be written: {text}"
    if "unable to open database file" in low:
        return "cannot be opened: its folder is missing or may not be written"
    return f"cannot be used: {text}"


def _no_room(store: Path) -> bool:
    """Whether there is hardly any room left where the store is."""
    try:
        return shutil.disk_usage(store.parent).free < _ROOM
    except OSError:
        return False
