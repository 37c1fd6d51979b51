"""Ranges for sensitivity and scenarios, as instance.toml gives them; their paths are checked against the tables later."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from instances.messages import refuse, show
from instances.values import day, number, numbers

RANGE = "write [low, high] or { low = ..., high = ... }"
SCENARIO = 'write a list of overrides such as ["rules.minimum_saving = off"]'


def _end(value: Any) -> Any:
    """One end of a range: a number, a list of numbers or a date."""
    if isinstance(value, list | tuple):
        return list(numbers(value))
    return day(value) if isinstance(value, dt.date) else number(value)


End = Annotated[float | list[float] | dt.date, BeforeValidator(_end)]


class Range(BaseModel):
    """Low and high of one input for sensitivity."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: End = Field(..., description="low end, in the unit of the input")
    high: End = Field(..., description="high end, in the unit of the input")
    mid: End | None = Field(None, description="most likely value, in the unit of the input")
    source: str | None = Field(None, description="where the range comes from")
    note: str | None = Field(None, description="what the reader should know")

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        """Low, mid and high are of one kind and in this order; of a shorter list the last item holds."""
        ends = [("low", self.low), *([] if self.mid is None else [("mid", self.mid)]), ("high", self.high)]
        for (before, least), (after, most) in itertools.pairwise(ends):
            if _kind(least) is not _kind(most):
                problem = f"{before} {show(least)} and {after} {show(most)} are not alike"
                raise refuse(problem, "give two numbers, two dates or two lists")
            length = max(len(_items(least, 1)), len(_items(most, 1)))
            if any(small > large for small, large in zip(_items(least, length), _items(most, length), strict=True)):
                raise refuse(f"{before} {show(least)} is above {after} {show(most)}", "write them in the order low, mid, high")
        return self


def _kind(end: Any) -> type:
    return dt.date if isinstance(end, dt.date) else type(end)


def _items(end: Any, length: int) -> list[Any]:
    items = end if isinstance(end, list) else [end]
    return [*items, *items[-1:] * (length - len(items))]


class Scenario(BaseModel):
    """A named list of overrides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    overrides: tuple[str, ...] = Field(..., description="overrides, applied in this order")
    title: str | None = Field(None, description="title for reports")


def _range(value: Any) -> Any:
    """`[low, high]` is short for a table."""
    if isinstance(value, list) and len(value) == 2:
        return {"low": value[0], "high": value[1]}
    if not isinstance(value, dict | Range):
        raise refuse(f"{show(value)} is not a range", RANGE)
    return value


def _scenario(value: Any) -> Any:
    """A bare list of overrides is a scenario."""
    if isinstance(value, list):
        return {"overrides": value}
    if not isinstance(value, dict | Scenario):
        raise refuse(f"{show(value)} is not a scenario", SCENARIO)
    return value


RangeEntry = Annotated[Range, BeforeValidator(_range)]
ScenarioEntry = Annotated[Scenario, BeforeValidator(_scenario)]


def flat_ranges(tables: dict[str, Any]) -> dict[str, Any]:
    """Ranges by path, from quoted paths, nested tables or both.

    Raises:
        PydanticCustomError: Two of them have one path.
    """
    flat: dict[str, Any] = {}
    pending = list(reversed(tables.items()))
    while pending:
        path, value = pending.pop()
        if (
            isinstance(value, dict)
            and value
            and all(isinstance(inner, dict | list) for inner in value.values())
            and not {"low", "high"} & set(value)
        ):
            pending += [(f"{path}.{_part(key)}", inner) for key, inner in reversed(value.items())]
        elif path in flat:
            raise refuse(f"'{path}' stands twice", "keep one range for each path")
        else:
            flat[path] = value
    return flat


def _part(key: str) -> str:
    """A key of a nested table as a part of a path."""
    return f'"{key}"' if "." in key or not key else key
