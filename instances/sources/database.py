"""An instance in a database: a table for each table of the format, one named `instance` with the columns setting and value.

Values are taken as the driver gives them and turned into text, so that a date kept as text is checked like any other. The order of
rows has no meaning; rows are named by their keys.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, column, inspect, select, table

from instances.cells import Unreadable
from instances.errors import Fault, nearest
from instances.messages import show
from instances.sources.address import hidden
from instances.sources.connecting import DatabaseError, name_of, parsed, reading, refused
from instances.sources.contents import Contents, TableText
from instances.sources.places import SETTINGS, SETTINGS_NAME, Places
from instances.sources.settings_rows import SettingRow, rows_by_path, settings_from_rows
from instances.sources.texts import text_of
from instances.tables import TABLES, Row

READ_ME = "read_me"
"""The table that explains the others; it is not read."""
ALIKE = 0.8
"""How much the name of a table resembles one of the format to be taken for it; other applications have tables too."""


def read_database(url: str) -> Contents:
    """Everything in a database.

    Raises:
        InstanceError: It cannot be reached or read.
    """
    try:
        contents = Contents(name_of(parsed(url)), hidden(url))
        with reading(url) as connection:
            _read(connection, contents)
    except DatabaseError as trouble:
        raise refused(url, trouble) from None
    return contents


def _read(connection: Connection, contents: Contents) -> None:
    looked = inspect(connection)
    there = sorted({*looked.get_table_names(), *looked.get_view_names()})
    rows = _read_settings(connection, there, contents)
    _look_for_misspelt(there, contents)
    keys: dict[str, dict[int, str]] = {}
    for name, model in TABLES.items():
        if name in there:
            names = [found["name"] for found in looked.get_columns(name)]
            lines = [[text_of(value) for value in row] for row in _rows(connection, name, names)]
            lines.sort(key=lambda line: _order(model, names, line))
            contents.tables[name] = TableText([names, *lines])
            keys[name] = {number: _key(model, names, line) for number, line in enumerate(lines, 2)}
    contents.places = Places("database", settings=rows_by_path(rows), keys=keys)


def _rows(connection: Connection, name: str, names: Sequence[str]) -> Sequence[Any]:
    """All rows; without types, so that nothing is refused before it can be named."""
    return connection.execute(select(*(column(one) for one in names)).select_from(table(name))).all() if names else ()


def _read_settings(connection: Connection, there: Sequence[str], contents: Contents) -> list[SettingRow]:
    """Read the settings; the answer is the rows that they stand in."""
    if SETTINGS_NAME not in there:
        close = nearest(SETTINGS_NAME, [name for name in there if name not in TABLES])
        contents.faults.append(Fault(SETTINGS, "is missing", "it holds title, calendar, economics and rules", nearest=close))
        return []
    names = [found["name"] for found in inspect(connection).get_columns(SETTINGS_NAME)]
    lacking = [name for name in ("setting", "value") if name not in names]
    if lacking:
        contents.faults += [
            Fault(SETTINGS, f"column {show(name)} is missing", "it has the columns setting and value", nearest=nearest(name, names))
            for name in lacking
        ]
        return []
    found = sorted((text_of(setting).strip(), _value(value)) for setting, value in _rows(connection, SETTINGS_NAME, ("setting", "value")))
    rows = [SettingRow(number, setting, value) for number, (setting, value) in enumerate(found, 2)]
    contents.settings = settings_from_rows(rows)
    return rows


def _value(value: Any) -> str:
    text = text_of(value)
    return text if isinstance(text, Unreadable) or text.strip() else ""


def _look_for_misspelt(there: Sequence[str], contents: Contents) -> None:
    """Tables that stand under a misspelt name; those of other applications are nobody's business here."""
    for name in there:
        if name in TABLES or name in (SETTINGS_NAME, READ_ME):
            continue
        close = next(iter(difflib.get_close_matches(name.casefold(), list(TABLES), n=1, cutoff=ALIKE)), None)
        if close is not None and close not in there:
            contents.faults.append(Fault(f"table {name}", "is not a table of the format", nearest=close))
            contents.misspelt.add(close)


def _order(model: type[Row], names: Sequence[str], line: Sequence[str]) -> tuple[list[str], list[str]]:
    """By key, then by everything: the same rows are in the same order however the database gives them."""
    places = [names.index(part) for part in model.key if part in names]
    return [line[place] for place in places], list(line)


def _key(model: type[Row], names: Sequence[str], line: Sequence[str]) -> str:
    """`council 'Dover', service 'payroll'`; the whole row where nothing of its key is given."""
    parts = [(part, line[names.index(part)].strip()) for part in model.key if part in names]
    given = [f"{part} {show(text)}" for part, text in parts if text]
    return ", ".join(given) or f"the row {show([text for text in line if text])}"
