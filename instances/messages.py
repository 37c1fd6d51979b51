"""How a value that cannot be used is refused: pydantic's validation errors, and our own, in the words of the instance format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails, PydanticCustomError

from instances.errors import nearest, printable

NUMBER = "write a plain number such as 1250.50"
WHOLE = "write a whole number"
TRUTH = "write true or false"
DATE = "write YYYY-MM-DD"
TABLE = "write a table { key = value }"
LIST = "write a list such as [0.5, 1.0]"
LONGEST = 60
"""Characters of a value that a message shows."""
DEEPEST = 3
"""Tables and lists within one another that it shows."""

_LIMITS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}
_KINDS = {
    "float_parsing": ("a number", NUMBER),
    "float_type": ("a number", NUMBER),
    "finite_number": ("a finite number", NUMBER),
    "int_parsing": ("a whole number", WHOLE),
    "int_parsing_size": ("a whole number of a usable size", WHOLE),
    "int_type": ("a whole number", WHOLE),
    "int_from_float": ("a whole number", WHOLE),
    "bool_parsing": ("true or false", TRUTH),
    "bool_type": ("true or false", TRUTH),
    "string_type": ("text", "write it in quotes"),
    "list_type": ("a list", LIST),
    "tuple_type": ("a list", LIST),
    "dict_type": ("a table", TABLE),
    "model_type": ("a table", TABLE),
    "model_attributes_type": ("a table", TABLE),
}


def refuse(problem: str, expected: str = "", close: str | None = None, *, key: str = "") -> PydanticCustomError:
    """An error for a validator to raise: what is wrong, what to write, the nearest known name, the key below where it is caught."""
    return PydanticCustomError("refused", "{problem}", {"problem": problem, "expected": expected, "nearest": close, "key": key})


def explain(error: ErrorDetails, known_keys: Sequence[str] = (), *, shown: str | None = None) -> tuple[str, str, str | None]:
    """One pydantic error as (problem, expected, nearest known name); `shown` is the value as it stands in the file."""
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    shown = show(value) if shown is None else shown
    if kind == "refused":
        return context["problem"], context["expected"], context["nearest"]
    if kind == "missing":
        return "is missing", "it is required", None
    if kind == "extra_forbidden":
        name = str(error["loc"][-1])
        return f"'{name}' is not a key here", "", nearest(name, known_keys)
    if kind in _LIMITS:
        limit, words = _LIMITS[kind]
        return f"{shown} is out of range", f"expected {words} {figure(context[limit])}", None
    if kind == "literal_error":
        options = str(context["expected"]).replace("'", "")
        names = [name.strip() for part in options.split(" or ") for name in part.split(",")]
        return f"{shown} is not known here", f"expected {options}", nearest(str(value), names)
    if kind.startswith(("date", "datetime")):
        return f"{shown} is not a date", DATE, None
    if kind in _KINDS:
        noun, advice = _KINDS[kind]
        return f"{shown} is not {noun}", advice, None
    if kind == "too_short":
        return f"{shown} has too few items", f"expected at least {context['min_length']}", None
    return f"{shown}: {context.get('error', error['msg'])}", "", None


def figure(number: float) -> str:
    """A number as people write it: no exponent up to a thousand million million, no trailing zeros."""
    if not isinstance(number, float):
        return str(number)
    if number.is_integer() and abs(number) <= 1e15:
        return str(int(number))
    return f"{number:.15g}"


def show(value: Any, depth: int = 0) -> str:
    """A value as instance.toml or a cell writes it, shortened when it is long or deep."""
    if isinstance(value, str):
        return f"'{_short(value)}'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | dict) and depth == DEEPEST:
        return "..."
    if isinstance(value, list | tuple):
        return _short(f"[{', '.join(show(item, depth + 1) for item in value)}]")
    if isinstance(value, dict):
        return _short(f"{{ {', '.join(f'{key} = {show(item, depth + 1)}' for key, item in value.items())} }}" if value else "{ }")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    try:
        return _short(figure(value))
    except ValueError:  # a whole number of thousands of digits
        return "a number of thousands of digits"


def _short(text: str) -> str:
    text = printable(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def keys_at(model: type[BaseModel], path: Sequence[Any]) -> list[str]:
    """Keys known at a path inside nested models; empty where the path leads outside them.

    An item of a list stands behind its key as `sequencing item 2`, or as a part of its own, `2`.
    """
    current: type[BaseModel] | None = model
    for part in path:
        name = str(part).partition(" item ")[0]
        if current is not None and name.isdigit() and name not in current.model_fields:
            continue
        current = next(iter(_models_of(current, name)), None)
        if current is None:
            return []
    return [] if current is None else list(current.model_fields)


def _models_of(model: type[BaseModel] | None, name: str) -> list[type[BaseModel]]:
    """Models that a key of a model may hold, however deep in unions and tables."""
    if model is None or name not in model.model_fields:
        return []
    pending: list[Any] = [model.model_fields[name].annotation]
    found = []
    while pending:
        annotation = pending.pop()
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found.append(annotation)
        pending.extend(getattr(annotation, "__args__", ()))
    return found
