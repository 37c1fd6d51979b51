"""One override: how it is written, and what its operation makes of a figure."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta

from instances.messages import DEEPEST, show
from instances.paths import OverrideError, join_path, split_path

_STATEMENT = re.compile(r"^\s*(?P<path>(?:\"[^\"]*\"|[^\"])+?)\s*(?P<operation>\+=|\*=|=)\s*(?P<value>.*?)\s*$", re.DOTALL)
_SPAN = re.compile(r"([+-]?[0-9]{1,6})\s+(day|week|month|year)s?", re.IGNORECASE)
_WORDS: dict[str, Any] = {"off": False, "false": False, "on": True, "true": True, "none": None, "": None}
FORM = "write PATH = VALUE, PATH += VALUE or PATH *= VALUE"
ROW = 'a row is added as TABLE += { COLUMN = "VALUE", ... }'


@dataclass(frozen=True, slots=True)
class Override:
    """One parsed override.

    Attributes:
        text: The override as it was given, with one space on either side of its operation: however it is spaced, it is the same.
        path: The parts of its path.
        operation: `=`, `+=` or `*=`.
        value: The value; every number is a float.
        raw: The value as it was given, for columns that hold text.
    """

    text: str
    path: tuple[str, ...]
    operation: str
    value: Any
    raw: str = ""

    @classmethod
    def parse(cls, text: str) -> Override:
        """Read an override.

        Raises:
            OverrideError: It is not of the form PATH = VALUE, PATH += VALUE or PATH *= VALUE.
        """
        match = _STATEMENT.match(text)
        if match is None:
            problem = "has a quote that is not closed" if text.count('"') % 2 else "has no path" if "=" in text else "has no '='"
            raise OverrideError(problem, FORM)
        path, operation = match["path"], match["operation"]
        if operation == "*=" and path.endswith("."):  # commitments.Shepway.*=off
            path, operation = f"{path}*", "="
        value = read_value(match["value"])
        if operation == "*=" and not isinstance(value, float):
            raise OverrideError(f"scales by {show(match['value'])}, which is not a number", "write a number such as 0.9")
        parts = split_path(path)
        if operation == "+=" and not isinstance(value, float | relativedelta) and not (len(parts) == 1 and isinstance(value, dict)):
            expected = "write a number, or a span such as 6 months" if len(parts) > 1 else ROW
            raise OverrideError(f"adds {show(match['value'])}, which is neither a number nor a span of time", expected)
        return cls(f"{path} {operation} {match['value']}".rstrip(), parts, operation, value, match["value"])

    def about(self, path: str, problem: str) -> str:
        """The problem, with the figure it is about where the override does not say which."""
        return problem if join_path(self.path).startswith(path) else f"{path}: {problem}"


def read_value(text: str) -> Any:
    """A value as TOML writes it; `off`, `6 months` and bare text are understood too."""
    if text.casefold() in _WORDS:
        return _WORDS[text.casefold()]
    span = _SPAN.fullmatch(text)
    if span:
        return relativedelta(**{f"{span[2].casefold()}s": int(span[1])})  # type: ignore[arg-type]
    try:
        table = tomllib.loads(f"value = {text}")
        value = table["value"]
        if len(table) > 1 or not _is_shallow(value, DEEPEST):
            return text
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
    except (ValueError, OverflowError, RecursionError):  # not TOML, or a number of hundreds of digits
        return text


def _is_shallow(value: Any, depth: int) -> bool:
    """Whether a value has no more tables and lists within one another than any setting has."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth >= 0 and all(_is_shallow(item, depth - 1) for item in inner)


def operate(override: Override, old: Any, path: str) -> Any:
    """The new value of one figure."""
    value = override.value
    if override.operation == "=":
        if isinstance(value, relativedelta):
            raise OverrideError(f"sets {path} to a span of time", "write a date, or += to move one")
        return value
    if old is None:
        raise OverrideError(f"{path} is blank, so {override.operation} has nothing to work on", "use = to set it")
    figures = (
        [key for key, item in old.items() if isinstance(item, int | float) and not isinstance(item, bool)] if isinstance(old, dict) else []
    )
    if len(figures) == 1 and len(old) > 1 and all(item is None for key, item in old.items() if key not in figures):
        return {**old, figures[0]: operate(override, old[figures[0]], path)}  # a limit in km that was written as one number
    if isinstance(old, dict):
        close = join_path([*split_path(path), str(next(iter(old), "KEY"))])
        raise OverrideError(f"{path} is no single figure", f"name one, such as {close}, or {path}.* for all")
    if isinstance(old, list | tuple) and are_numbers(old):
        return tuple(operate(override, item, path) for item in old)
    if isinstance(value, relativedelta):
        if not isinstance(old, dt.date):
            raise OverrideError(f"{path} is {show(old)}, not a date", "a span of time moves a date")
        try:
            return old + value
        except (ValueError, OverflowError):
            raise OverrideError(f"{path} is {old}, and no date is that far away", "use a shorter span") from None
    if isinstance(old, dt.date):
        raise OverrideError(f"{path} is the date {old}; {override.operation} {show(value)} has no meaning", "move it with += 6 months")
    if isinstance(old, bool) or not isinstance(old, int | float):
        raise OverrideError(f"{path} is {show(json_free(old))}; {override.operation} {show(value)} has no meaning", "use = to set it")
    return old + value if override.operation == "+=" else old * value


def are_numbers(items: Sequence[Any]) -> bool:
    """Whether a list holds nothing but numbers."""
    return all(isinstance(item, int | float) and not isinstance(item, bool) for item in items)


def json_free(data: Any) -> Any:
    """Settings as read: keys that are not given left out, so that defaults come from one place."""
    if isinstance(data, dict):
        return {key: json_free(value) for key, value in data.items() if value is not None}
    if isinstance(data, list | tuple):
        return type(data)(json_free(item) for item in data)
    return data
