"""What is maximised: NPV, or on request the undiscounted saving, the position of one year, each less a cost for changes.

    npv              sum over periods of DF * (savings - recurring - one-offs)
    net_saving       the same undiscounted
    yearly_position  savings - recurring of one year of the appraisal, undiscounted
    less change_cost for each (council, service) whose arrangement differs from the adopted plan's

Source: model.md, section 5.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from formulations.pricing import Priced
from instances import Instance

Array = NDArray[np.float64]
Arrangement = tuple[str, str, int]
"""Host, vehicle and tranche of a council that shares a service; or '', option and tranche of one that takes an alternative."""


@dataclass(frozen=True)
class Objective:
    """What is maximised.

    Attributes:
        kind: The measure.
        year: Year of the appraisal, from 1, that `yearly_position` is about.
        adopted: Arrangement of each (council, service) in the plan that was adopted; None where there is none.
        change_cost: What each change against it has to earn, GBP (GBP a year for `yearly_position`).
    """

    kind: Literal["npv", "net_saving", "yearly_position"] = "npv"
    year: int | None = None
    adopted: Mapping[tuple[str, str], Arrangement] | None = None
    change_cost: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what has no meaning.

        Raises:
            ValueError: A year is missing or out of place, or a change cost without an adopted plan, or below 0.
        """
        if (self.kind == "yearly_position") != (self.year is not None):
            raise ValueError("objective yearly_position takes a year, and no other objective does")
        if self.year is not None and self.year < 1:
            raise ValueError(f"year {self.year} is out of range: the first year of the appraisal is 1")
        if self.change_cost < 0 or (self.change_cost and self.adopted is None):
            raise ValueError("a change cost is at least 0 and needs an adopted plan")

    def part(self, nodes: Collection[tuple[str, str]]) -> Objective:
        """The same, with the adopted plan's arrangements of some councils and services only."""
        if self.adopted is None:
            return self
        return replace(self, adopted={key: found for key, found in self.adopted.items() if key in nodes})

    def running_weight(self, instance: Instance, discount: Array) -> Array:
        """What a pound a year counts in each period, shape (periods,)."""
        years = instance.calendar.period_years
        if self.kind == "npv":
            return discount * years
        if self.kind == "net_saving":
            return np.full(instance.calendar.periods, years)
        assert self.year is not None
        return year_weight(instance, self.year)

    def one_off_weight(self, instance: Instance, discount: Array) -> Array:
        """What a pound paid at the start of each period counts, shape (periods,)."""
        if self.kind == "npv":
            return discount
        return np.full(instance.calendar.periods, float(self.kind == "net_saving"))


def year_weight(instance: Instance, year: int) -> Array:
    """Length in years of each period that begins in a year of the appraisal (1 is the first), 0 for the others."""
    calendar = instance.calendar
    begins = np.arange(calendar.periods) * calendar.period_months // 12 + 1
    weight: Array = np.where(begins == year, calendar.period_years, 0.0)
    return weight


@dataclass(frozen=True)
class Values:
    """What each decision counts in the objective, GBP.

    Attributes:
        moves: Of each move, shape (moves,); purchasing not included.
        options: Of each alternative, shape (options,).
        constant: What every plan counts: changes against the adopted plan, before any decision.
    """

    moves: Array
    options: Array
    constant: float = 0.0


def objective_values(priced: Priced, objective: Objective) -> Values:
    """What each decision counts.

    A council and service that does nothing differs from an adopted arrangement, and any other arrangement does too: so each
    adopted arrangement costs a change from the outset, and the decision that repeats it earns that back. Where nothing was
    adopted, each decision costs a change.
    """
    instance = priced.instance
    running, paid = objective.running_weight(instance, priced.discount), objective.one_off_weight(instance, priced.discount)
    moves = priced.running(running) - priced.paid(priced.moves, paid)
    options = priced.options_running(running) - priced.paid(priced.options, paid)
    if objective.adopted is None or not objective.change_cost:
        return Values(moves, options)
    adopted = {key: found for key, found in objective.adopted.items() if key in instance.baselines}
    table = priced.moves
    moves += objective.change_cost * _earned(adopted, table, [table[name] for name in ("host", "vehicle", "tranche")])
    table = priced.options
    blank = [""] * len(table)
    options += objective.change_cost * _earned(adopted, table, [blank, table["option"], table["tranche"]])
    return Values(moves, options, -objective.change_cost * len(adopted))


def _earned(adopted: Mapping[tuple[str, str], Arrangement], table: pd.DataFrame, arrangement: list[Any]) -> Array:
    """1 for a decision that repeats what was adopted, -1 for one where nothing was, 0 for any other."""
    keys = zip(table["council"], table["service"], strict=True)
    found = [
        -1.0 if adopted.get(key) is None else float(adopted[key] == (where, what, int(k)))
        for key, where, what, k in zip(keys, *arrangement, strict=True)
    ]
    return np.array(found, dtype=float)
