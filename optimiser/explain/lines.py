"""Where a row stands in its file, and how a path names it."""

from __future__ import annotations

from instances import Instance
from instances.instance import row_key
from instances.messages import figure
from instances.paths import join_path
from instances.tables import Row


def line_of(instance: Instance, table: str, row: Row) -> int | None:
    """Row number of a row, as a spreadsheet numbers it; None where it does not come from a file or a sheet."""
    if not instance.places.numbered:
        return None
    rows = instance.tables.get(table, ())
    lines = instance.lines.get(table, (0,) * len(rows))
    return next((line or None for line, one in zip(lines, rows, strict=True) if one is row), None)


def row_path(table: str, row: Row, column: str | None = None) -> str:
    """The path of one row by its whole key, or of one of its cells."""
    key = [figure(part) if isinstance(part, float) else str(part) for part in row_key(row)]
    return join_path([table, *key, *([] if column is None else [column])])
