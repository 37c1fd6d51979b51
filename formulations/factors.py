"""Factors that turn yearly amounts into present values: phase-in, growth and discounting over the periods that remain.

For a go-live in tranche k, with period length p years, discount factor DF(j) and growth factor G(j) = (1 + growth) ** (j p):

    flat(k)   = sum[j = k .. T-1] p DF(j)
    grown(k)  = sum[j = k .. T-1] p DF(j) G(j)
    phased(k) = sum[j = k .. T-1] p DF(j) phase_in[y(j, k)]
    phased_grown(k), likewise with G(j)
    y(j, k)   = floor((j - k) p)

Source: model.md, sections 1 and 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instances import Instance
from instances.calendar import Calendar

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Factors:
    """Present value of one pound a year, by tranche of go-live, for one service. Arrays of shape (tranches,)."""

    flat: Array
    grown: Array
    phased: Array
    phased_grown: Array


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


def service_factors(instance: Instance, service: str, discount: Array) -> Factors:
    """The factors of one service."""
    calendar = instance.calendar
    growth = growth_factors(instance, service)
    value = discount * calendar.period_years
    phase_in = instance.phase_in(service)
    phased, phased_grown = [], []
    for k in range(calendar.tranches):
        part, part_grown = live_factors(instance, phase_in, value, growth, 0, k)
        phased.append(part)
        phased_grown.append(part_grown)
    return Factors(_from_each(value), _from_each(value * growth), np.array(phased), np.array(phased_grown))


def live_factors(
    instance: Instance, phase_in: tuple[float, ...], value: Array, growth: Array, months_before: int, k: int = 0
) -> tuple[float, float]:
    """Phased and phased_grown of a go-live `months_before` months before period `k`."""
    share = realised(phase_in, year_since(instance.calendar, months_before, k))
    return float(share @ value[k:]), float(share @ (value * growth)[k:])


def _from_each(values: Array) -> Array:
    """Sums from each period to the last."""
    return np.cumsum(values[::-1])[::-1]
