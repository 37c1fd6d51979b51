"""An instance as tables of a database: columns of their own types, the settings as rows, and a table that explains every column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from instances.cells import kind_of
from instances.sources.address import hidden
from instances.sources.connecting import DatabaseError, file_of, parsed, translated
from instances.sources.database import READ_ME
from instances.sources.places import SETTINGS_NAME
from instances.sources.texts import text_of
from instances.tables import TABLES, Row
from instances.writing.errors import WriteError
from instances.writing.files import write_file
from instances.writing.form import Form, column_meaning, columns_of, how_to_write, table_meaning
from instances.writing.settings_form import setting_lines

_TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "number": sa.Double,
    "truth": sa.Boolean,
    "date": sa.Date,
    "text": sa.Text,
    "list": sa.Text,
}


def check_database(url: str) -> None:
    """Refuse a target that holds something already.

    Raises:
        WriteError: It does, or cannot be reached.
    """
    try:
        address = parsed(url)
        if address.get_backend_name() == "sqlite":
            path = file_of(address)
            if path.exists():
                raise WriteError(f"{path} is there already; name a new file")
            return
        with translated(url), _engine(address).connect() as connection:
            _check_free(connection)
    except DatabaseError as trouble:
        raise WriteError(f"{hidden(url)}: {trouble}") from None


def write_database(url: str, form: Form) -> None:
    """Create the tables and fill them, all in one transaction; a SQLite file is there whole or not at all.

    Raises:
        WriteError: Something of the same name is there, or the database refuses.
    """
    try:
        address = parsed(url)
        with translated(url):
            if address.get_backend_name() == "sqlite":
                write_file(file_of(address), lambda staged: _fill(staged, form))
            else:
                _create(_engine(address), form)
    except DatabaseError as trouble:
        raise WriteError(f"{hidden(url)}: {trouble}") from None


def _engine(address: sa.URL | str) -> sa.Engine:
    return sa.create_engine(address, poolclass=NullPool)


def _fill(path: Path, form: Form) -> None:
    _create(_engine(sa.URL.create("sqlite", database=str(path))), form)


def _create(engine: sa.Engine, form: Form) -> None:
    metadata = sa.MetaData()
    tables = {name: _table(metadata, name, model) for name, model in TABLES.items()}
    settings = _plain_table(metadata, SETTINGS_NAME, ("setting", "value", "unit", "meaning"), "the settings: one row each", key=1)
    explained = _plain_table(metadata, READ_ME, ("table", "column", "unit", "meaning"), "what every column means; not read", key=0)
    with engine.begin() as connection:
        _check_free(connection)
        metadata.create_all(connection, checkfirst=False)
        lines = setting_lines(form.settings)
        _insert(
            connection, settings, [{"setting": s.setting, "value": s.value or None, "unit": s.unit, "meaning": s.meaning} for s in lines]
        )
        _insert(connection, explained, _explanations())
        for name, model in TABLES.items():
            _insert(connection, tables[name], [_values(model, row) for row in form.tables.get(name, ())])
    engine.dispose()


def _check_free(connection: sa.Connection) -> None:
    """No table of ours is there.

    Raises:
        DatabaseError: One is.
    """
    looked = sa.inspect(connection)
    taken = {*looked.get_table_names(), *looked.get_view_names()} & {*TABLES, SETTINGS_NAME, READ_ME}
    if taken:
        raise DatabaseError(f"the database has a table {sorted(taken)[0]} already", "name another database or schema")


def _table(metadata: sa.MetaData, name: str, model: type[Row]) -> sa.Table:
    """One table; where every part of the key has to be given, the key is the primary key."""
    primary = all(model.model_fields[part].is_required() for part in model.key)
    columns = [
        sa.Column(
            column,
            _type(model, column),
            primary_key=primary and column in model.key,
            autoincrement=False,
            nullable=not model.model_fields[column].is_required(),
            comment=f"{column_meaning(model, column)}. {how_to_write(model, column)}",
        )
        for column in columns_of(model)
    ]
    return sa.Table(name, metadata, *columns, comment=table_meaning(name))


def _type(model: type[Row], column: str) -> sa.types.TypeEngine[Any]:
    if kind_of(model, column) == "number" and int in getattr(model.model_fields[column].annotation, "__args__", ()):
        return sa.Integer()
    return _TYPES[kind_of(model, column)]()


def _plain_table(metadata: sa.MetaData, name: str, columns: Sequence[str], comment: str, *, key: int) -> sa.Table:
    made = [sa.Column(column, sa.Text, primary_key=place < key) for place, column in enumerate(columns)]
    return sa.Table(name, metadata, *made, comment=comment)


def _explanations() -> list[dict[str, Any]]:
    rows = []
    for name, model in TABLES.items():
        rows.append({"table": name, "column": None, "unit": None, "meaning": table_meaning(name)})
        for column in columns_of(model):
            rows.append({"table": name, "column": column, "unit": how_to_write(model, column), "meaning": column_meaning(model, column)})
    return rows


def _values(model: type[Row], row: Row) -> dict[str, Any]:
    found = {}
    for column in columns_of(model):
        value = getattr(row, column)
        found[column] = text_of(value) if isinstance(value, tuple) else value
    return found


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(table.insert(), rows)
