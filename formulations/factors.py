"""Factors over the periods: discounting, growth, phase-in, and how much of each period a move is live for.

With period length p years, discount factor DF(j) and growth factor G(j) = (1 + growth) ** (j p), a pound a year of a move that
goes live in period k weighs, in period j >= k, for a weight w(j) such as p DF(j):

    live          cover(j) w(j)                           grown         cover(j) G(j) w(j)
    phased        cover(j) phase_in[y] w(j)               phased_grown  cover(j) G(j) phase_in[y] w(j)
    y = floor((j - k) p)
    cover(j) is 1, or the part of period j before the council or its host ceases

Source: model.md, sections 1 and 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instances import Instance
from instances.calendar import Calendar
from instances.ends import coverage

Array = NDArray[np.float64]
Shape = tuple[str, int, int, int | None]
"""What the flows of a move depend on besides its money: service, tranche, months live before the start, month in which it ends."""


def discount_factors(instance: Instance) -> Array:
    """DF of every period, shape (periods,)."""
    calendar, economics = instance.calendar, instance.economics
    return np.array([economics.discount_factor(calendar, k) for k in range(calendar.periods)])


def growth_factors(instance: Instance, service: str) -> Array:
    """G of every period, shape (periods,)."""
    years = np.arange(instance.calendar.periods) * instance.calendar.period_years
    factors: Array = np.power(1 + instance.parameter(service, "growth"), years)
    return factors


def year_since(calendar: Calendar, months_before: int, k: int) -> NDArray[np.int64]:
    """y(j, k) for j = k .. T-1 of a go-live `months_before` months before period `k` (0 unless live before the start)."""
    months = np.arange(calendar.periods - k) * calendar.period_months + months_before
    return months // 12


def realised(phase_in: tuple[float, ...], years: NDArray[np.int64]) -> Array:
    """phase_in[y], the last value holding."""
    return np.array(phase_in)[np.minimum(years, len(phase_in) - 1)]


def live_share(instance: Instance, shape: Shape) -> tuple[Array, Array]:
    """Over the periods, shape (periods,): the part of each that a move is live for, and that times its phase-in."""
    service, tranche, months_before, end = shape
    calendar, first = instance.calendar, max(tranche, 0)
    live = coverage(calendar, end).copy()
    live[:first] = 0.0
    phase = np.zeros(calendar.periods)
    phase[first:] = realised(instance.phase_in(service), year_since(calendar, months_before, first))
    return live, live * phase


@dataclass(frozen=True)
class Streams:
    """How a pound a year of each move runs over the periods.

    Attributes:
        row: Row of each move in the tables, shape (moves,).
        live, grown, phased, phased_grown: A row for each kind of move, shape (kinds, periods); see the module.
    """

    row: NDArray[np.intp]
    live: Array
    grown: Array
    phased: Array
    phased_grown: Array

    def factors(self, weight: Array) -> dict[str, Array]:
        """Sum over the periods of each table times a weight for each period, by its name; shape (moves,)."""
        tables = {"live": self.live, "grown": self.grown, "phased": self.phased, "phased_grown": self.phased_grown}
        return {name: (table @ weight)[self.row] for name, table in tables.items()}


def streams(instance: Instance, shapes: Sequence[Shape]) -> Streams:
    """The streams of moves of these shapes."""
    place = {shape: index for index, shape in enumerate(dict.fromkeys(shapes))}
    row = np.array([place[shape] for shape in shapes], dtype=np.intp)
    growth = {service: growth_factors(instance, service) for service, *_ in place}
    tables = np.zeros((4, len(place), instance.calendar.periods))
    for shape, index in place.items():
        live, phased = live_share(instance, shape)
        factor = growth[shape[0]]
        tables[:, index] = live, live * factor, phased, phased * factor
    return Streams(row, *tables)
