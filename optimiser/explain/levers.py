"""Levers: figures that can give way, each with the values that it could have, from the least change to the greatest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from instances.toml_values import toml_value
from optimiser.explain.items import Item
from optimiser.explain.money_levers import Way

PATH, VALUE = "<path>", "<value>"
"""What stands for the path and the value in the overrides of a lever."""
DECIMALS = 6
"""Figures of the data are written with no more decimals, rounded to the side that does."""
_EXACT = 1e-3
"""Of a unit in the last decimal: what a rule does not see."""


@dataclass(frozen=True)
class Grid(Sequence[float]):
    """Values at even steps from one that is not among them.

    Attributes:
        first: The first value, in steps.
        steps: How many there are; below 0 they go down.
        fineness: A step is one of this many parts of a unit.
    """

    first: int
    steps: int
    fineness: int = 1

    def __len__(self) -> int:
        return abs(self.steps)

    @overload
    def __getitem__(self, place: int) -> float: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[float]: ...
    def __getitem__(self, place: int | slice) -> float | Sequence[float]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        steps = self.first + (place if self.steps > 0 else -place)
        return steps / self.fineness if self.fineness > 1 else float(steps)

    def place(self, value: float) -> int:
        """Place of the first value that goes at least as far as `value`, within the grid."""
        steps = value * self.fineness
        place = math.ceil(steps - _EXACT) - self.first if self.steps > 0 else self.first - math.floor(steps + _EXACT)
        return min(max(place, 0), len(self) - 1)


def upwards(value: float, most: float, fineness: int = 1) -> Grid:
    """Values above one, up to another."""
    first = math.floor(value * fineness + _EXACT) + 1
    return Grid(first, max(0, math.ceil(most * fineness) - first + 1), fineness)


def downwards(value: float, least: float, fineness: int = 1) -> Grid:
    """Values below one, down to another."""
    first = math.ceil(value * fineness - _EXACT) - 1
    return Grid(first, -max(0, first - math.floor(least * fineness) + 1), fineness)


@dataclass(frozen=True)
class Lever:
    """A figure that can give way.

    Attributes:
        item: The item that gives way with it.
        path: The figure, as an override names it.
        old: What it is; None where it is blank.
        values: What it could be, from the least change on.
        unit: Its unit.
        overrides: The overrides that set it, with PATH and VALUE in their places.
        everywhere: Whether more than the item gives way: a figure for all services.
        in_order: Whether every value that goes further than one that is enough is enough too.
        guess: A quick way to the value, where there is one.
    """

    item: Item
    path: str
    old: Any
    values: Sequence[Any]
    unit: str = ""
    overrides: tuple[str, ...] = (f"{PATH} = {VALUE}",)
    everywhere: bool = False
    in_order: bool = True
    guess: Way | None = field(default=None, compare=False)

    def place_of(self, value: Any) -> int:
        """The first place whose value goes at least as far as one; the number of values where none does."""
        if isinstance(self.values, Grid):
            return self.values.place(value)
        rises = len(self.values) > 0 and self.values[0] > self.old
        return next((place for place, one in enumerate(self.values) if (one >= value if rises else one <= value)), len(self.values))

    def set_to(self, value: Any) -> tuple[str, ...]:
        """The overrides that give it a value."""
        return tuple(text.replace(PATH, self.path).replace(VALUE, toml_value(value)) for text in self.overrides)


def rounded_up(values: Iterable[float]) -> list[float]:
    """Values with no more than DECIMALS, each at least what it was; each once, from the least on."""
    scale = 10**DECIMALS
    return sorted({math.ceil(value * scale - _EXACT) / scale for value in values})


def rounded_down(values: Iterable[float]) -> list[float]:
    """Values with no more than DECIMALS, each at most what it was; each once, from the greatest on."""
    return [-value + 0.0 for value in rounded_up(-value for value in values)]
