"""An instance as a folder: instance.toml with every column explained, and CSV tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from instances.settings import Settings
from instances.sources.places import SETTINGS
from instances.sources.settings_rows import NAMED
from instances.sources.texts import text_of
from instances.tables import REQUIRED_TABLES, TABLES, Row, unit
from instances.toml_values import exact, plain, toml_key, toml_value
from instances.writing.form import TEMPLATE, Form, columns_of


def write_tables(target: Path, form: Form) -> None:
    """Write an instance to a folder that exists."""
    settings = f"{settings_text(form.settings)}\n# The tables\n#\n{tables_text()}"
    (target / SETTINGS).write_text(settings, encoding="utf-8", newline="\n")
    for name, model in TABLES.items():
        rows = form.tables.get(name, ())
        if rows or name in REQUIRED_TABLES:
            (target / f"{name}.csv").write_text(_table_text(model, rows), encoding="utf-8", newline="")


def write_empty(target: Path) -> None:
    """Write the tables with their headers only, and instance.toml with every setting explained."""
    text = resources.files("instances").joinpath(TEMPLATE).read_text(encoding="utf-8")
    (target / SETTINGS).write_text(text.replace("# TABLES\n", tables_text()), encoding="utf-8")
    for name, model in TABLES.items():
        (target / f"{name}.csv").write_text(_table_text(model, ()), encoding="utf-8", newline="")


def settings_text(settings: Settings) -> str:
    """instance.toml without comments; no digit of a number is lost."""
    blocks = []
    for section, keys in plain(settings).items():
        if keys or section not in NAMED:
            blocks.append("\n".join([f"[{section}]", *(f"{toml_key(key)} = {toml_value(value, exact)}" for key, value in keys.items())]))
    return "\n\n".join(blocks) + "\n"


def tables_text() -> str:
    """What each table holds, as comments: column, unit, meaning; from the schema, so that the two cannot differ."""
    lines = []
    for name, model in TABLES.items():
        need = "required" if name in REQUIRED_TABLES else "optional"
        lines.append(f"# {name}.csv ({need}): {' '.join((model.__doc__ or '').split())}")
        for column in columns_of(model):
            field = model.model_fields[column]
            measure = f" ({unit(field)})" if unit(field) else ""
            lines.append(f"#   {column}{measure}: {field.description}")
        lines.append("#")
    return "\n".join(lines) + "\n"


def _table_text(model: type[Row], rows: Sequence[Row]) -> str:
    """A table as CSV: its key, the columns that any row uses, and all of them where there is no row."""
    used = [
        column
        for column in columns_of(model)
        if not rows
        or column in model.key
        or model.model_fields[column].is_required()
        or any(getattr(row, column) != model.model_fields[column].default for row in rows)
    ]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(used)
    writer.writerows([text_of(getattr(row, column)) for column in used] for row in rows)
    return text.getvalue()
