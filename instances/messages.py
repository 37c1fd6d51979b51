"""Pydantic's validation errors in the words of the instance format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from instances.errors import nearest

_LIMITS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}
_KINDS = {
    "float_parsing": ("a number", "write a plain number such as 1250.50"),
    "float_type": ("a number", "write a plain number such as 1250.50"),
    "int_parsing": ("a whole number", "write a whole number"),
    "int_type": ("a whole number", "write a whole number"),
    "int_from_float": ("a whole number", "write a whole number"),
    "bool_parsing": ("true or false", "write true or false"),
    "bool_type": ("true or false", "write true or false"),
    "finite_number": ("a finite number", "write a plain number such as 1250.50"),
    "string_type": ("text", "write text"),
    "list_type": ("a list", "write a list such as [0.5, 1.0]"),
    "tuple_type": ("a list", "write a list such as [0.5, 1.0]"),
    "dict_type": ("a table", "write a table { key = value }"),
    "model_type": ("a table", "write a table { key = value }"),
    "model_attributes_type": ("a table", "write a table { key = value }"),
}


def explain(error: ErrorDetails, known_keys: Sequence[str] = ()) -> tuple[str, str, str | None]:
    """One pydantic error as (problem, expected, nearest known name)."""
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    shown = show(value)
    if kind == "missing":
        return "is missing", "it is required", None
    if kind == "extra_forbidden":
        name = str(error["loc"][-1])
        return f"'{name}' is not a key here", "", nearest(name, known_keys)
    if kind in _LIMITS:
        limit, words = _LIMITS[kind]
        return f"{shown} is out of range", f"expected {words} {context[limit]:g}", None
    if kind == "literal_error":
        options = str(context["expected"]).replace("'", "")
        names = [name.strip() for part in options.split(" or ") for name in part.split(",")]
        return f"{shown} is not known here", f"expected {options}", nearest(str(value), names)
    if kind.startswith(("date", "datetime")):
        return f"{shown} is not a date", "write YYYY-MM-DD", None
    if kind in _KINDS:
        noun, advice = _KINDS[kind]
        return f"{shown} is not {noun}", advice, None
    if kind == "value_error":
        return str(context["error"]), "", None
    if kind == "too_short":
        return f"{shown} has too few items", f"expected at least {context['min_length']}", None
    return f"{shown}: {error['msg']}", "", None


def show(value: Any) -> str:
    """A value as it stands in the file."""
    return f"'{value}'" if isinstance(value, str) else str(value)


def keys_at(model: type[BaseModel], path: Sequence[Any]) -> list[str]:
    """Keys known at a path inside nested models; empty where the path leads outside them."""
    current: Any = model
    for part in path:
        current = next((kind for kind in _models_of(current, str(part)) if kind is not None), None)
        if current is None:
            return []
    return list(current.model_fields)


def _models_of(model: Any, name: str) -> list[type[BaseModel]]:
    if model is None or name not in model.model_fields:
        return []
    pending, found = [model.model_fields[name].annotation], []
    while pending:
        annotation = pending.pop()
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found.append(annotation)
        pending.extend(getattr(annotation, "__args__", ()))
    return found
