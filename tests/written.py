"""An instance in memory as a folder of tables, for the oracle, which reads folders itself."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from tiny import toml

from instances import Instance
from instances.tables import TABLES


def write_folder(instance: Instance, folder: Path) -> Path:
    """Write an instance, overrides applied."""
    folder.mkdir(parents=True, exist_ok=True)
    data = _given(instance.settings.model_dump())
    sections = {name: data.get(name, {}) for name in ("instance", "calendar", "economics", "rules")}
    lines = [f"[{name}]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in keys.items()) for name, keys in sections.items()]
    (folder / "instance.toml").write_text("\n".join(lines), encoding="utf-8")
    for table, model in TABLES.items():
        rows = instance.tables.get(table, ())
        (folder / f"{table}.csv").unlink(missing_ok=True)
        if rows:
            cells = [{column: _cell(value) for column, value in row if value is not None} for row in rows]
            used = [column for column in model.model_fields if any(column in row for row in cells)]
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, used, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(cells)
    return folder


def _given(value: Any) -> Any:
    """Settings without what is not given; keys as text."""
    if isinstance(value, dict):
        return {str(key): _given(inner) for key, inner in value.items() if inner is not None}
    return [_given(item) for item in value] if isinstance(value, list | tuple) else value


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(map(repr, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, float) else str(value)
