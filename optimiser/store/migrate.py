"""Bringing the tables of a store up to date: migrations by Alembic, one after another, each whole or not at all."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from optimiser.store.address import Address
from optimiser.store.engine import in_words, transaction
from optimiser.store.errors import StoreError
from optimiser.store.lock import held, hold_on_server

HEAD = "0003"
"""The last migration; tests compare it with those that there are."""
VERSION_TABLE = "store_version"
LOCK = "migrations"


def version(connection: Connection) -> str | None:
    """The last migration that the tables have seen; None where there are no tables."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return None if found is None else str(found)


def bring_up_to_date(engine: Engine, address: Address) -> None:
    """Make the tables, or change them to those of this version.

    Raises:
        StoreError: The store is of a later version of the program, or cannot be written.
    """
    with transaction(engine, address) as connection:
        before = version(connection)
    if before == HEAD:
        return
    if before is not None and before not in _known():
        raise StoreError(f"the store {address} is of a later version of the optimiser ({before}); use that version, or another store")
    if address.file is None:
        with transaction(engine, address, writes=True) as connection:
            hold_on_server(connection, LOCK)
            _upgrade(connection)
        return
    with held(engine, address, LOCK, wait=True):
        with in_words(address):
            _lasting(engine)
        with transaction(engine, address, writes=True) as connection:
            _upgrade(connection)


def _lasting(engine: Engine) -> None:
    """Readers and one writer at a time; stays with the file. Outside a transaction, as SQLite asks."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL").close()
    finally:
        raw.close()


def configuration(connection: Connection) -> Any:
    """What Alembic needs to know."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def folder() -> Path:
    """Where the migrations are."""
    return Path(str(resources.files("optimiser.store") / "migrations"))


def _upgrade(connection: Connection) -> None:
    """To the last migration, unless another process was first."""
    if version(connection) == HEAD:
        return
    from alembic import command

    command.upgrade(configuration(connection), "head")


def _known() -> set[str]:
    """All migrations that this version has."""
    return {path.stem.removeprefix("v").partition("_")[0] for path in (folder() / "versions").glob("v*.py")}
