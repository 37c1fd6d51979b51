"""The priced moves by partnership, council and tranche, in arrays that the reductions share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from formulations.buyers import HALF_PENNY
from formulations.pricing import Priced
from formulations.sets import Partnership

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Whole = NDArray[np.intp]
Entry = TypeVar("Entry", bound=np.generic)
PENNY = 0.01
"""What a plan has to lose for a move to go, GBP: twice the half penny within which plans are as good as one another."""


@dataclass(frozen=True)
class Ledger:
    """A row for each partnership and council in it, the host among them, sorted by partnership; a column for each tranche.

    Attributes:
        priced: The priced instance.
        partnerships: The partnership of each number.
        partnership: Partnership of each row, by its number.
        first: First row of each partnership.
        council: Number of the council of each row.
        hosting: Whether the council of a row is the host.
        row, column: Where each move stands, shape (moves,).
        value: Objective of each move, GBP, -inf where there is none; purchasing not included.
        ahead: What a pound a year of purchasing counts from each tranche on, by service.
    """

    priced: Priced
    partnerships: list[Partnership]
    partnership: Whole
    first: Whole
    council: Whole
    hosting: Mask
    row: Whole
    column: Whole
    value: Floats
    ahead: dict[str, Floats]

    @cached_property
    def service_of(self) -> Whole:
        """Number of the service of each row, in the order of their names."""
        numbers: Whole = pd.factorize(np.array([s for s, _, _ in self.partnerships], dtype=object), sort=True)[0][self.partnership]
        return numbers

    @cached_property
    def service(self) -> dict[str, Mask]:
        """Rows of each service."""
        return {s: self.service_of == number for number, s in enumerate(sorted({s for s, _, _ in self.partnerships}))}

    @cached_property
    def spend(self) -> Floats:
        """Procured cost of the council of each row that has a move, GBP a year."""
        spend = np.zeros(len(self.partnership))
        spend[self.row] = self.priced.moves["procured_cost"].to_numpy()
        return np.where(np.isfinite(self.value).any(axis=1), spend, 0.0)

    @cached_property
    def room(self) -> Floats:
        """Members that each partnership may have at most besides the host; infinite without a rule."""
        sizes = self.priced.instance.partnership_size()
        return np.array([np.inf if most is None else most - 1.0 for most in (sizes[s][1] for s, _, _ in self.partnerships)])

    @cached_property
    def least(self) -> Floats:
        """Members that each partnership needs, by the rule and by its vehicle, the host included."""
        instance = self.priced.instance
        sizes, vehicles = instance.partnership_size(), {s: instance.vehicles(s) for s in instance.services}
        return np.array([max(sizes[s][0], vehicles[s][v].minimum_members or 2) for s, _, v in self.partnerships], dtype=float)

    @cached_property
    def most_spent(self) -> Floats:
        """The most that each partnership could spend with the council of a row in it, as far as the largest size goes, shape (rows,)."""
        joining = np.where(self.hosting, 0.0, self.spend)[:, None]
        host = np.add.reduceat(self.spend[:, None] - joining, self.first, axis=0)
        full, others = self.greatest(joining, self.room), self.greatest(joining, np.maximum(self.room - 1, 0))
        most: Floats = (host[self.partnership] + np.minimum(full[self.partnership], joining + others[self.partnership]))[:, 0]
        return most

    @cached_property
    def worth(self) -> Floats:
        """At most: the value and the council's own part of purchasing, at the highest rate within reach, from go-live on."""
        worth = self.value.copy()
        for s, ahead in self.ahead.items():
            if s in self.service:
                here, purchasing = self.service[s], self.priced.purchasing[s]
                volume = self.most_spent[here] * max(1.0, *purchasing.growth) + HALF_PENNY
                rate = np.array([0.0, *purchasing.rate])[np.searchsorted(purchasing.from_volume, volume, side="right")]
                worth[here] += (rate * self.spend[here])[:, None] * ahead
        return worth

    @cached_property
    def opening(self) -> Floats:
        """Worth of each opening, shape (partnerships, tranches); -inf where there is none."""
        opening = np.full((len(self.first), self.value.shape[1]), -np.inf)
        opening[self.partnership[self.hosting]] = self.worth[self.hosting]
        return opening

    @cached_property
    def best(self) -> Floats:
        """Worth of each row's best join from a tranche on, or 0 if that is more; 0 for hosts."""
        later = np.maximum.accumulate(self.worth[:, ::-1], axis=1)[:, ::-1]
        return np.where(self.hosting[:, None], 0.0, np.maximum(later, 0.0))

    def together(self, room: Floats) -> Floats:
        """Sum of the best joins of each partnership from a tranche on, of `room` councils at most, shape (partnerships, tranches)."""
        return self.greatest(self.best, room)

    def greatest(self, table: Floats, room: Floats) -> Floats:
        """Sum of the `room` greatest entries of each partnership in each column of a table by rows."""
        counted = table.copy()
        if (np.diff([*self.first, len(table)]) > room).any():
            place = np.arange(len(table)) - self.first[self.partnership]
            for column in counted.T:
                order = np.lexsort((-column, self.partnership))
                column[order[place >= room[self.partnership]]] = 0.0
        total: Floats = np.add.reduceat(counted, self.first, axis=0)
        return total

    def only(self, kept: Mask) -> Ledger:
        """The same with some of the moves; all still have their place."""
        value = np.full(self.value.shape, -np.inf)
        value[self.row[kept], self.column[kept]] = self.value[self.row[kept], self.column[kept]]
        return replace(self, value=value)

    def moves(self, table: NDArray[Entry]) -> NDArray[Entry]:
        """An entry for each move of a table by rows and tranches."""
        return table[self.row, self.column]
