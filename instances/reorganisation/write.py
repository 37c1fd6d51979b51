"""An instance as a folder: its tables as CSV, instance.toml beside them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from instances.instance import Instance
from instances.messages import figure
from instances.reading import SETTINGS
from instances.tables import TABLES, Row

LAST = ("source", "note")


def write_folder(target: Path, instance: Instance, settings_text: str, headers: Collection[str]) -> None:
    """Write an instance to a folder that exists.

    Args:
        target: The folder.
        instance: What its tables hold.
        settings_text: instance.toml.
        headers: Tables that are written even where they have no rows, for somebody to fill in.
    """
    (target / SETTINGS).write_text(settings_text, encoding="utf-8", newline="\n")
    for name, model in TABLES.items():
        rows = instance.tables.get(name, ())
        if rows or name in headers:
            (target / f"{name}.csv").write_text(table_text(model, rows), encoding="utf-8", newline="\n")


def table_text(model: type[Row], rows: Sequence[Row]) -> str:
    """A table as CSV, its key first: the columns that any row uses, all of them where there is no row."""
    columns = [*model.key, *(name for name in model.model_fields if name not in (*model.key, *LAST)), *LAST]
    used = [name for name in columns if not rows or _is_used(model, name, rows)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(used)
    writer.writerows([_cell(getattr(row, name)) for name in used] for row in rows)
    return text.getvalue()


def _is_used(model: type[Row], column: str, rows: Sequence[Row]) -> bool:
    field = model.model_fields[column]
    return field.is_required() or column in model.key or any(getattr(row, column) != field.default for row in rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ";".join(_cell(item) for item in value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return figure(value) if isinstance(value, float) else str(value)
