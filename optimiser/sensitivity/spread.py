"""Where an input may lie: a triangular distribution over its range, most likely where it stands today or at the range's `mid`.

The figures of a group move together: they share one position. Where they are all the same today, so they stay; where they differ, each goes
the same part of its own way to the end of the range.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instances import Instance
from instances.figures import figures
from instances.ranges import Range
from optimiser.sensitivity.dial import Dial, dial_of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """The distribution of one input.

    Attributes:
        dial: The input.
        low, mode, high: Positions of the dial; of a list, and of a group whose figures differ, parts of the way: -1, 0 and 1.
        each: The figures of such a group, by their own paths.
    """

    dial: Dial
    low: float
    mode: float
    high: float
    each: tuple[tuple[str, float], ...] = ()

    def quantile(self, part: Array) -> Array:
        """The position below which a part of the distribution lies, shape as given.

        For c = (mode - low) / (high - low): low + sqrt(part c) (high - low) up to c, high - sqrt((1 - part)(1 - c)) (high - low) beyond.
        """
        width = self.high - self.low
        if width == 0:
            return np.full_like(part, self.low)
        turn = (self.mode - self.low) / width
        rising = self.low + np.sqrt(part * turn) * width
        falling = self.high - np.sqrt((1 - part) * (1 - turn)) * width
        found: Array = np.where(part <= turn, rising, falling)
        return np.round(found) if self.dial.whole else found

    def overrides(self, position: float) -> tuple[str, ...]:
        """What sets the input to a position."""
        if not self.each:
            return (self.dial.override(position),)
        assert self.dial.ends is not None
        end = self.dial.ends[1 if position > 0 else 0]
        assert isinstance(end, float | int)
        return tuple(f"{path} = {value + abs(position) * (float(end) - value)!r}" for path, value in self.each)


def spread_of(instance: Instance, path: str, given: Range) -> Spread | None:
    """The distribution of an input; None where its range cannot be drawn from, since its figures differ and are no numbers."""
    dial = dial_of(instance, path, given)
    if dial.kind == "list":
        return Spread(dial, -1.0, 0.0, 1.0)
    if dial.kind == "factor":
        each = tuple((place, float(value)) for place, value in figures(instance, path).items() if isinstance(value, float | int))
        return Spread(dial, -1.0, 0.0, 1.0, each) if not isinstance(given.low, list | dt.date) else None
    if dial.low is None or dial.high is None:
        return None
    likely = dial.base if given.mid is None else _position(given.mid)
    mode = (dial.low + dial.high) / 2 if likely is None else min(max(likely, dial.low), dial.high)
    return Spread(dial, dial.low, mode, dial.high)


def _position(value: float | Sequence[float] | dt.date) -> float | None:
    if isinstance(value, dt.date):
        return float(value.toordinal())
    return float(value) if isinstance(value, float | int) else None
