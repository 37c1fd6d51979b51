"""Reaching a database: SQLite read only and without creating a file, PostgreSQL with psycopg; what goes wrong in one plain line.

Nothing that is raised here shows a secret: driver messages are scrubbed, and the errors they came from are not passed on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from instances.errors import Fault, InstanceError
from instances.sources.address import hidden, scheme_of, scrub

FORMS = "give sqlite:///FILE or postgresql://USER@HOST/DATABASE"
CONNECT_SECONDS = "10"
_SQLITE_START = b"SQLite format 3\0"
_TROUBLE = (
    ("password authentication failed", "the server refuses the user or the password", "check both"),
    ("no password supplied", "the server asks for a password", "give it in the URL or in the variable PGPASSWORD"),
    ("Connection refused", "no server answers there", "check host and port, and that the server runs"),
    ("No such file or directory", "no server answers there", "check host and port, and that the server runs"),
    ("could not translate host name", "there is no such host", "check the host"),
    ("failed to resolve host", "there is no such host", "check the host"),
    ("Name or service not known", "there is no such host", "check the host"),
    ("timeout expired", "the server does not answer", "check host and port, and whether a firewall is in the way"),
    ("timed out", "the server does not answer", "check host and port, and whether a firewall is in the way"),
    ("does not exist", "there is no such database or user", "check the names in the URL"),
    ("permission denied", "the user may not do that", "ask for the right to it"),
    ("database is locked", "another program is writing to it", "try again when that is done"),
    ("file is not a database", "is not a SQLite database", "name the file of a database"),
    ("malformed", "is damaged", "take a copy that is sound"),
)


class DatabaseError(Exception):
    """A database that cannot be used: the problem and the remedy, without secrets."""

    def __init__(self, problem: str, expected: str = "") -> None:
        """Keep both."""
        super().__init__(f"{problem}; {expected}" if expected else problem)
        self.problem, self.expected = problem, expected


def refused(url: str, trouble: DatabaseError) -> InstanceError:
    """The trouble as a fault of the source."""
    shown = hidden(url)
    return InstanceError(shown, [Fault(shown, trouble.problem, trouble.expected)])


def parsed(url: str) -> URL:
    """The URL, with the driver that is used here.

    Raises:
        DatabaseError: It is none, or of another kind of database.
    """
    scheme = scheme_of(url)
    if scheme not in ("sqlite", "postgresql", "postgres"):
        raise DatabaseError(f"'{scheme}' is not a kind of database that can be used", FORMS)
    try:
        found = make_url(url)
        _ = found.port
    except (ArgumentError, ValueError):
        raise DatabaseError("is not a URL that can be read", f"{FORMS}; write special characters of a password as %40 and so on") from None
    if scheme == "sqlite":
        if not found.database or found.database == ":memory:":
            raise DatabaseError("names no file", "give sqlite:///FILE; an absolute path has four slashes")
        return found.set(drivername="sqlite")
    if not found.database:
        raise DatabaseError("names no database", FORMS)
    return found.set(drivername="postgresql+psycopg").update_query_dict(
        {"connect_timeout": found.query.get("connect_timeout", CONNECT_SECONDS)}
    )


def file_of(url: URL) -> Path:
    """The file of a SQLite database."""
    return Path(url.database or "")


def name_of(url: URL) -> str:
    """What an instance of a database is called."""
    return file_of(url).stem if url.get_backend_name() == "sqlite" else str(url.database)


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A connection that sees the database as it is at one moment, and cannot change it.

    Raises:
        DatabaseError: It cannot be reached, or a statement fails.
    """
    address = parsed(url)
    file_based = address.get_backend_name() == "sqlite"
    with translated(url), _engine(address) as engine, engine.connect() as connection:
        if file_based:
            connection.exec_driver_sql("BEGIN")
        else:
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection
        connection.rollback()


@contextmanager
def _engine(address: URL) -> Iterator[Engine]:
    """An engine that reads, for as long as it is needed."""
    engine = _sqlite_reader(file_of(address)) if address.get_backend_name() == "sqlite" else create_engine(address, poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def translated(url: str) -> Iterator[None]:
    """What a driver raises, in plain words.

    Raises:
        DatabaseError: Something was raised.
    """
    try:
        yield
    except DBAPIError as error:
        raise trouble_of(str(error.orig), url) from None
    except SQLAlchemyError as error:
        raise trouble_of(str(error), url) from None
    except UnicodeError:
        raise DatabaseError("holds text that is not in its own encoding", "mend it in the database") from None


def trouble_of(message: str, url: str) -> DatabaseError:
    """A driver's message as problem and remedy."""
    for start, problem, expected in _TROUBLE:
        if start in message:
            return DatabaseError(problem, expected)
    line = " ".join(message.split())
    return DatabaseError(f"the database says: {scrub(line, url)[:300]}")


def _sqlite_reader(path: Path) -> Engine:
    """An engine on a file that has to be there and stays as it is.

    Raises:
        DatabaseError: There is no such file, or it is no database.
    """
    try:
        if path.is_dir():
            raise DatabaseError("is a folder, not a database", "name the file of a database, or give the folder without sqlite:///")
        if not path.exists():
            raise DatabaseError("there is no such file", "check the path; an absolute one has four slashes: sqlite:////data/region.db")
        with path.open("rb") as file:
            start = file.read(len(_SQLITE_START))
    except (OSError, ValueError) as error:
        raise DatabaseError(f"cannot be read: {getattr(error, 'strerror', None) or error}", "check the path and its permissions") from None
    if start != _SQLITE_START:
        raise DatabaseError("is empty" if not start else "is not a SQLite database", "name the file of a database")

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True, isolation_level=None, timeout=5)

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)
