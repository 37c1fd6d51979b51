"""A dial at work: the instance and the held plan at each of its positions, and how far it can be turned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from instances import Instance, InstanceError, apply
from optimiser.sensitivity.dial import Dial
from optimiser.whatif import Base, Held, held, worth_of_plan

FAR = 1e6
"""How many times as far as the end of its range, or as half its own size, a dial is turned where that costs no solve."""
NEAR = 16.0
"""The same where each position is a solve, and for dates and counts."""
NATURAL = (0.0, 1.0)
"""Where a figure usually ends: nothing, and the whole."""
FINE = 1e-9
"""How close to the end of what is allowed, as a part of the way there."""


@dataclass
class Turned:
    """A dial of a base.

    Attributes:
        base: The instance and its plan.
        dial: The input.
    """

    base: Base
    dial: Dial
    _instances: dict[float, Instance | None] = field(init=False, default_factory=dict)
    _held: dict[float, Held | None] = field(init=False, default_factory=dict)
    _npv: dict[float, float | None] = field(init=False, default_factory=dict)

    def at(self, position: float) -> Instance | None:
        """The instance there; None where the value is not allowed."""
        if position not in self._instances:
            if position == self.dial.base and self.dial.kind != "factor":
                self._instances[position] = self.base.instance
            else:
                self._instances[position] = changed(self.base.instance, self.dial.override(position))
        return self._instances[position]

    def held(self, position: float) -> Held | None:
        """The held plan there; None where the value is not allowed, or the plan cannot be priced."""
        if position not in self._held:
            instance = self.at(position)
            self._held[position] = None if instance is None else held(self.base, instance)
        return self._held[position]

    def npv(self, position: float) -> float | None:
        """What the held plan is worth there, GBP; None as for `held`."""
        if position not in self._npv:
            instance = self.at(position)
            self._npv[position] = None if instance is None else worth_of_plan(self.base, instance)
        return self._npv[position]

    def outward(self, sign: int, reach: float, growth: float = 2.0) -> Iterator[float]:
        """Positions ever farther from the base, below it (-1) or above it (1), the last where no more is allowed.

        Args:
            sign: The side.
            reach: How many times as far as the first of them.
            growth: How many times as far as the one before each is.
        """
        start = self.dial.base
        assert start is not None
        if self.dial.kind == "list":
            yield from (sign * share for share in (0.5, 1.0))
            return
        before, first = start, self._first(sign)
        for step in count():
            position = start + sign * first * growth**step
            if self.dial.whole:
                position = round(position)
            if abs(position - start) > reach * first or position == before:
                return
            if self.at(position) is None:
                edge = self._edge(before, position)
                if edge != before:
                    yield edge
                return
            yield position
            before = position

    def _first(self, sign: int) -> float:
        """How far the first position is from the base: at the end of the range, or half the figure itself."""
        dial, start = self.dial, self.dial.base
        assert start is not None
        for end in (dial.low, dial.high) if sign < 0 else (dial.high, dial.low):
            if end is not None and end != start:
                return abs(end - start)
        if dial.whole:
            return 1.0 if dial.kind == "count" else 31.0
        return abs(start) / 2 or 1.0

    def _edge(self, inside: float, outside: float) -> float:
        """The farthest position that is allowed, between one that is and one that is not."""
        low, high = sorted((inside, outside))
        for end in NATURAL:
            if low < end < high and self.at(end) is not None:
                inside = end if abs(end - outside) < abs(inside - outside) else inside
        fine = 1.0 if self.dial.whole else FINE * max(abs(inside), abs(outside))
        if inside in NATURAL and self.at(inside + (outside - inside) * 1e-6) is None:
            return inside
        while abs(outside - inside) > fine:
            middle = round((inside + outside) / 2) if self.dial.whole else (inside + outside) / 2
            if middle in (inside, outside):
                break
            inside, outside = (inside, middle) if self.at(middle) is None else (middle, outside)
        return inside


def changed(instance: Instance, override: str) -> Instance | None:
    """The instance with one override; None where the value is not allowed."""
    try:
        return apply(instance, overrides=[override])
    except InstanceError:
        return None
