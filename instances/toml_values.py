"""Values and keys as TOML writes them, on one line each."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from instances.messages import figure

LONE_KEY = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def plain(value: Any) -> Any:
    """A setting as plain data: what is given and nothing else."""
    return value.model_dump(exclude_unset=True, exclude_none=True) if isinstance(value, BaseModel) else value


def toml_key(key: Any) -> str:
    """A key, bare where it may be."""
    text = str(key)
    return text if text and set(text) <= LONE_KEY else toml_value(text)


def toml_value(value: Any, number: Callable[[Any], str] = figure) -> str:
    """A value on one line; `number` writes numbers, as people do unless given."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{toml_key(key)} = {toml_value(item, number)}' for key, item in value.items())} }}" if value else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(item, number) for item in value)}]"
    return number(value)


def exact(value: float) -> str:
    """A number without a digit lost; whole ones without a decimal point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)
