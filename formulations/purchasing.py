"""Joint purchasing of a service: its steps, and the stretches of time over which a partnership's spend stands still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formulations.factors import growth_factors
from instances import Instance
from instances.ends import coverage
from instances.tables import Tier

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Purchasing:
    """Joint purchasing of one service: steps of volume and rate, and its epochs.

    Attributes:
        from_volume: Procured spend from which each step holds, GBP a year, rising.
        rate: Biased saving on all spend, one for each step.
        epochs: Tranche that closes each stretch of time in which membership and growth stand still.
        spans: First and last period of each epoch.
        growth: Growth factor of each epoch.
        weight: Present value of one pound a year of base-year saving over each epoch.
        base_year_last: Whether the last epoch has full membership at base-year baselines.
    """

    from_volume: tuple[float, ...]
    rate: tuple[float, ...]
    epochs: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    growth: tuple[float, ...]
    weight: tuple[float, ...]
    base_year_last: bool

    def weights(self, weight: Array, cover: Array) -> tuple[float, ...]:
        """Sum over the periods of each epoch of weight * cover * G: what a pound a year of base-year saving comes to."""
        covered = weight * cover
        return tuple(growth * float(covered[a : b + 1].sum()) for growth, (a, b) in zip(self.growth, self.spans, strict=True))


def purchasing_of(instance: Instance, discount: Array, ends: Mapping[str, int]) -> dict[str, Purchasing]:
    """Steps and epochs of each service that has tiers.

    Args:
        instance: The instance.
        discount: DF of every period.
        ends: Months that count of each council that ceases to exist.
    """
    steps: dict[str, list[tuple[float, float]]] = {}
    keep = 1 - instance.economics.optimism_bias.savings
    for row in instance.rows(Tier):
        steps.setdefault(row.service, []).append((row.from_volume, row.rate * keep))
    return {service: _purchasing(instance, service, tiers, discount, ends) for service, tiers in sorted(steps.items())}


def _purchasing(instance: Instance, service: str, tiers: list[tuple[float, float]], discount: Array, ends: Mapping[str, int]) -> Purchasing:
    """Up to the last tranche each period is an epoch, since membership may change; so is each period if baselines grow.

    After the last tranche membership changes only with the first period that a council does not live to see.
    """
    calendar = instance.calendar
    last, periods = calendar.tranches - 1, calendar.periods
    growth = growth_factors(instance, service)
    grows = instance.parameter(service, "growth") != 0
    gone = {-(-ends[c] // calendar.period_months) for c in ends if (c, service) in instance.baselines}
    gone = {period for period in gone if period < periods}
    first = range(periods) if grows else sorted({*range(last + 1), *(period for period in gone if period > last)})
    spans = tuple(zip(first, [*(period - 1 for period in first[1:]), periods - 1], strict=True))
    volumes, rates = zip(*sorted(tiers), strict=True)
    factors = tuple(float(growth[a]) for a, _ in spans)
    known = Purchasing(volumes, rates, tuple(min(a, last) for a, _ in spans), spans, factors, (), not grows and not gone)
    weight = known.weights(discount * calendar.period_years, coverage(calendar, None))
    return Purchasing(volumes, rates, known.epochs, spans, factors, weight, known.base_year_last)
