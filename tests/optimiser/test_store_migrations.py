"""The tables of a store are made and changed by migrations, once, whoever comes first."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from postgres import Server
from sqlalchemy import inspect, text

from instances.errors import nearest
from instances.tables import TABLES
from optimiser.store import Store, StoreError, schema
from optimiser.store.migrate import HEAD, VERSION_TABLE, configuration, folder, version


def differences(store: Store) -> list[object]:
    """Between the tables that migrations have made and those that the program writes to."""
    with store.transaction() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        return [*compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata)]


def test_migrations_make_the_tables_in_sqlite(tmp_path: Path) -> None:
    """All that the program knows, and no other."""
    with Store(tmp_path / "store.db") as store:
        assert differences(store) == []
        with store.transaction() as connection:
            assert set(inspect(connection).get_table_names()) == {*(table.name for table in schema.KEPT), VERSION_TABLE}
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_migrations_make_the_tables_in_postgresql(server: Server) -> None:
    """The same there, and they can be taken away."""
    with Store(server.database()) as store:
        assert differences(store) == []
        with store.transaction(writes=True) as connection:
            command.downgrade(configuration(connection), "base")
            assert set(inspect(connection).get_table_names()) == {VERSION_TABLE}
            command.upgrade(configuration(connection), "head")
        assert differences(store) == []


def test_migrations_can_be_taken_back(tmp_path: Path) -> None:
    """Down to nothing and up again."""
    with Store(tmp_path / "store.db") as store:
        with store.transaction(writes=True) as connection:
            command.downgrade(configuration(connection), "base")
            assert inspect(connection).get_table_names() == [VERSION_TABLE]
        with store.transaction(writes=True) as connection:
            command.upgrade(configuration(connection), "head")
        assert differences(store) == []


def test_the_last_migration_is_the_one_that_the_program_expects(tmp_path: Path) -> None:
    """So that a store that is up to date is known without asking Alembic."""
    with Store(tmp_path / "store.db") as store, store.transaction() as connection:
        assert ScriptDirectory.from_config(configuration(connection)).get_heads() == [HEAD]
        assert version(connection) == HEAD


def test_file_names_begin_with_the_revision() -> None:
    """By them a store of a later version is told from an older one."""
    for path in (folder() / "versions").glob("*.py"):
        said = {
            node.targets[0].id: ast.literal_eval(node.value)  # type: ignore[attr-defined]
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Assign) and node.targets[0].id == "revision"  # type: ignore[attr-defined]
        }
        assert path.name.startswith(f"v{said['revision']}_")


def test_a_store_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    """With the way out, and nothing changed."""
    file = tmp_path / "store.db"
    with Store(file) as store, store.transaction(writes=True) as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"store\.db is of a later version of the optimiser \(9999\); use that version, or another store"):
        Store(file)


def test_an_up_to_date_store_asks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alembic takes a while to load."""
    Store(tmp_path / "store.db").close()
    monkeypatch.setattr("alembic.command.upgrade", lambda *given: pytest.fail("nothing is to be done"))
    Store(tmp_path / "store.db").close()


def test_names_are_unlike_those_of_an_instance() -> None:
    """Where both are in one database, no table of the store is taken for a misspelt one of the instance."""
    for table in (*schema.KEPT, VERSION_TABLE):
        assert nearest(str(table), [*TABLES, "instance"]) is None, table
