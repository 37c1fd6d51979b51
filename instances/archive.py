"""The tables and the settings of an instance as bytes that can be kept, and an instance from them: which data gave which answer.

Each table, and the settings under the name `instance`, is kept by itself under its digest (`Instance.digests`), so that what many
runs have in common is kept once. What is kept is what was solved, scenarios and overrides applied.
"""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Mapping
from typing import Any

from instances.instance import Instance
from instances.settings import Settings
from instances.tables import TABLES

SETTINGS = "instance"
"""Name of the settings among the tables."""
_DATE = "$date"


def packed(instance: Instance) -> dict[str, bytes]:
    """Each table by name, and the settings: compressed JSON, the same bytes for the same data."""
    tables: dict[str, Any] = {name: [row.model_dump(exclude_none=True) for row in instance.tables.get(name, ())] for name in TABLES}
    return {name: _pack(content) for name, content in {**tables, SETTINGS: instance.settings.model_dump()}.items()}


def unpacked(name: str, kept: Mapping[str, bytes]) -> Instance:
    """The instance from what `packed` gave; without line numbers, notes and the log of overrides.

    Args:
        name: Its label.
        kept: The tables by name, and the settings.

    Raises:
        ValueError: It is not what `packed` gives, or of another version of the format.
    """
    try:
        tables = {
            table: tuple(TABLES[table].model_validate(row) for row in _content(data)) for table, data in kept.items() if table in TABLES
        }
        return Instance(name, Settings.model_validate(_content(kept[SETTINGS])), tables)
    except (zlib.error, KeyError, TypeError) as error:
        raise ValueError(f"the data kept of {name} are damaged: {error}") from error


def _pack(content: Any) -> bytes:
    text = json.dumps(_dated(content), sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def _content(data: bytes) -> Any:
    return json.loads(zlib.decompress(data), object_hook=_undated)


def _dated(value: Any) -> Any:
    """Dates are kept as dates: in ranges and scenarios text and dates may both stand. Keys are read as what their table asks for."""
    if isinstance(value, dict):
        return {str(key): _dated(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_dated(item) for item in value]
    return {_DATE: value.isoformat()} if isinstance(value, dt.date) else value


def _undated(value: dict[str, Any]) -> Any:
    return dt.date.fromisoformat(value[_DATE]) if value.keys() == {_DATE} else value
