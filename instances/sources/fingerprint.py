"""What a source looks like from outside: two sources with the same fingerprint hold the same data, and nothing has to be parsed to know it.

The other way round it is not so: a comment, or a file saved anew by another program, changes the fingerprint and not the data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from instances.errors import Fault, InstanceError
from instances.sources.address import is_url
from instances.sources.folder import locate
from instances.sources.opening import is_workbook
from instances.sources.places import SETTINGS_NAME
from instances.tables import TABLES


def fingerprint(source: str | Path) -> str:
    """The fingerprint of a source: of the files of a folder that are read, of a workbook, of all cells of a database.

    Raises:
        InstanceError: It is not there, or cannot be read.
    """
    digest = hashlib.sha256()
    for name, content in _parts(source):
        for part in (name.encode(), content):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def _parts(source: str | Path) -> list[tuple[str, bytes]]:
    if is_url(str(source)):
        return _cells(str(source))
    path = Path(source) if is_workbook(source) else locate(source)
    try:
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if file.is_file() and file.suffix.casefold() in (".csv", ".toml"))
            return [(file.name, file.read_bytes()) for file in files if not file.name.startswith((".", "~"))]
        return [("workbook", path.read_bytes())]
    except OSError as error:
        raise InstanceError(str(source), [Fault(Path(error.filename or path).name, f"cannot be read: {error.strerror}")]) from error


def _cells(url: str) -> list[tuple[str, bytes]]:
    """All cells of the tables of the format, in whatever order the database gives the rows: its files change with every look at it."""
    from sqlalchemy import column, inspect, select, table

    from instances.sources import connecting

    try:
        with connecting.reading(url) as connection:
            looked = inspect(connection)
            there = sorted({*looked.get_table_names(), *looked.get_view_names()})
            found = []
            for name in there:
                if name not in (*TABLES, SETTINGS_NAME):
                    found.append((name, b""))  # whether it is a misspelt table depends on the name alone
                    continue
                columns = [one["name"] for one in looked.get_columns(name)]
                rows: list[str] = []
                if columns:
                    cells: Sequence[Any] = connection.execute(select(*(column(one) for one in columns)).select_from(table(name))).all()
                    rows = sorted(repr(tuple(row)) for row in cells)
                found.append((name, repr([columns, *rows]).encode()))
            return found
    except connecting.DatabaseError as trouble:
        raise connecting.refused(url, trouble) from None
