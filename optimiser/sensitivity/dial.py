"""A dial: one input as a number that can be turned, and the override that each of its positions is.

number   the figure itself                               path = x
count    a whole number                                  path = x
date     days, as ordinals                               path = YYYY-MM-DD
list     -1 is the low list, 0 the base, 1 the high one; between them each item moves in proportion
factor   a group whose figures differ: all are scaled    path *= x
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from instances import Instance
from instances.figures import Figure, figures, unit_of
from instances.messages import figure as plainly
from instances.ranges import Range
from optimiser.money import percent, pounds

Kind = Literal["number", "count", "date", "list", "factor"]
End = float | list[float] | dt.date


@dataclass(frozen=True)
class Dial:
    """One input.

    Attributes:
        path: Its path; with `*` a group.
        kind: See the module.
        unit: Unit of its figures.
        base: Where it stands; None where nothing is given that it could be turned from.
        low: Position of the low end of its range; None without a range, and for a factor.
        high: Position of the high end.
        ends: The ends as they are given.
        lists: Low, base and high of a list, of one length.
        count: How many figures it means.
    """

    path: str
    kind: Kind
    unit: str
    base: float | None
    low: float | None = None
    high: float | None = None
    ends: tuple[End, End] | None = None
    lists: tuple[tuple[float, ...], ...] = ()
    count: int = 1

    @property
    def whole(self) -> bool:
        """Whether it has whole positions only."""
        return self.kind in ("count", "date")

    def override(self, position: float) -> str:
        """The override that turns it to a position."""
        return f"{self.path} {'*=' if self.kind == 'factor' else '='} {self._value(position)}"

    def end_override(self, end: End) -> str:
        """The override for an end of its range."""
        return f"{self.path} = {_written(end)}"

    def _value(self, position: float) -> str:
        if self.kind == "list":
            return _written(self._items(position))
        if self.kind == "date":
            return _written(dt.date.fromordinal(round(position)))
        return str(round(position)) if self.kind == "count" else repr(float(position))

    def _items(self, position: float) -> list[float]:
        low, base, high = self.lists
        other = high if position > 0 else low
        return [b + abs(position) * (o - b) for b, o in zip(base, other, strict=True)]

    def said(self, position: float | None) -> str:
        """A position as people say it."""
        if position is None:
            return "not given"
        if self.kind == "factor":
            return f"{percent(position)} of today's figures"
        if self.kind == "list":
            return in_words(tuple(self._items(position)), self.unit)
        return in_words(dt.date.fromordinal(round(position)) if self.kind == "date" else position, self.unit)


def dial_of(instance: Instance, path: str, given: Range | None = None) -> Dial:
    """The dial of an input, with its range where there is one.

    Raises:
        OverrideError: The path leads nowhere.
    """
    found = list(figures(instance, path).values())
    ends = None if given is None else (given.low, given.high)
    known = [value for value in found if value is not None]
    dial = Dial(path, "number", unit_of(path), None, ends=ends, count=len(found))
    if not known or (len(known) < len(found) and ends is not None):
        return _with(dial, *_positions(ends)) if ends is not None and not isinstance(ends[0], list) else dial
    if len(set(known)) > 1:
        return Dial(path, "factor", dial.unit, 1.0, ends=ends, count=len(found)) if _are_numbers(known) else dial
    return _single(dial, known[0])


def _single(dial: Dial, value: Figure) -> Dial:
    """The dial of figures that are all the same."""
    if isinstance(value, tuple):
        if dial.ends is None or not isinstance(dial.ends[0], list) or not isinstance(dial.ends[1], list):
            return dial
        length = max(len(value), len(dial.ends[0]), len(dial.ends[1]))
        lists = tuple(_padded(items, length) for items in (dial.ends[0], value, dial.ends[1]))
        return Dial(dial.path, "list", dial.unit, 0.0, -1.0, 1.0, dial.ends, lists, dial.count)
    kind: Kind = "date" if isinstance(value, dt.date) else "count" if isinstance(value, int) else "number"
    low, high = (None, None) if dial.ends is None else _positions(dial.ends)
    assert value is not None
    base = float(value.toordinal()) if isinstance(value, dt.date) else float(value)
    return Dial(dial.path, kind, dial.unit, base, low, high, dial.ends, (), dial.count)


def _with(dial: Dial, low: float | None, high: float | None) -> Dial:
    kind: Kind = "date" if dial.ends is not None and isinstance(dial.ends[0], dt.date) else "number"
    return Dial(dial.path, kind, dial.unit, None, low, high, dial.ends, (), dial.count)


def _positions(ends: tuple[End, End]) -> tuple[float | None, float | None]:
    low, high = ends
    return _position(low), _position(high)


def _position(end: End) -> float | None:
    if isinstance(end, list):
        return None
    return float(end.toordinal()) if isinstance(end, dt.date) else float(end)


def _padded(items: list[float] | tuple[float, ...], length: int) -> tuple[float, ...]:
    """Of a shorter list the last item holds."""
    return (*items, *(items[-1:] * (length - len(items))))


def _are_numbers(values: Sequence[Figure]) -> bool:
    return all(isinstance(value, int | float) for value in values)


def _written(end: End) -> str:
    """A value as an override writes it."""
    if isinstance(end, list):
        return f"[{', '.join(repr(float(item)) for item in end)}]"
    return end.isoformat() if isinstance(end, dt.date) else repr(end)


def in_words(value: Figure | End, unit: str) -> str:
    """A figure with its unit, as a finance officer writes it."""
    if value is None:
        return "not given"
    if isinstance(value, list | tuple):
        return ", ".join(in_words(item, unit) for item in value)
    if isinstance(value, dt.date):
        return f"{value.day} {value:%B %Y}"
    if unit.startswith("GBP"):
        rest = unit.removeprefix("GBP")
        return (pounds(value) if abs(value) >= 100 or value == round(value) else f"£{value:,.2f}") + rest
    if unit in ("share", "share a year"):
        return f"{plainly(float(f'{value * 100:.4g}'))}%{unit.removeprefix('share')}"
    text = plainly(float(f"{value:.6g}"))
    return f"{text} {unit}".strip() if unit not in ("factor", "count", "weight", "score") else text
