"""Values that are of a type already, as the text of a cell: nothing is lost, and what comes of it is what a CSV file would say."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from instances.cells import Unreadable
from instances.toml_values import exact


def text_of(value: Any) -> str:
    """The text of a value: numbers with all their digits, dates as YYYY-MM-DD, truth values as true and false, nothing as blank."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return exact(value)
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else str(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ";".join(text_of(item) for item in value)
    if isinstance(value, bytes | bytearray | memoryview):
        return Unreadable("holds binary data, not text", "store it as text")
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
