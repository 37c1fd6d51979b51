"""Joint purchasing in the pricing problem: what a member's spend could earn, and what a partnership's does earn.

What it earns depends on who is there, so a partnership cannot be priced member by member. Each member counts with the best that its
spend could earn in each epoch on a step that it can reach with others (`formulations.buyers`): a bound, and exact where the
partnership reaches the highest of its steps. A partnership that is told of as a point counts with what it does earn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from formulations.buyers import FULL, closing_tranche, growth
from formulations.decomposition.kinds import Floats, Whole
from formulations.decomposition.spells import Spell, Spells, spells_of
from formulations.sets import Partnership
from formulations.terms import THOUSAND
from formulations.tiers import purchase_value


@dataclass(frozen=True)
class Purchases:
    """All purchases.

    Attributes:
        block, place, epoch, column: Of each purchase that the objective or a row counts, shape (purchases,).
        step: The step that it is made on, by its position in the table of tiers.
        extra: What those purchases count in the objective that are no variables of the model, thousand GBP, by their column: the
            first column after the variables', and so on.
        unpriced: Whether no row asks for any of them; `extra` is then in the order of the purchases.
        live: Which tranches have gone live when an epoch closes, shape (blocks, epochs, tranches). Full membership, where a rule looks
            at it, is an epoch of its own, the last: all have gone live, and no money flows.
        places: Members of the largest block, and one more: the host's place.
        least: The spend with which a partnership of each block first stands on each step in some epoch, GBP a year at base-year
            baselines, shape (blocks, steps); infinite for steps that it cannot reach.
        spells: What partnerships do buy, epoch by epoch.
    """

    block: Whole
    place: Whole
    epoch: Whole
    column: Whole
    step: Whole
    extra: Floats
    unpriced: bool
    live: Floats
    places: int
    least: Floats
    spells: Spells

    @property
    def spend(self) -> Floats:
        """Spend of each place of a block, GBP a year, shape (blocks, places)."""
        return self.spells.spend

    @cached_property
    def _cell(self) -> Whole:
        """Where each purchase is among all blocks, places and epochs."""
        cell: Whole = np.ravel_multi_index((self.block, self.place, self.epoch), (self.live.shape[0], self.places, self.live.shape[1]))
        return cell

    @cached_property
    def _order(self) -> Whole:
        return np.argsort(self._cell, kind="stable")

    @cached_property
    def _starts(self) -> Whole:
        """Where the purchases of each cell begin, in that order."""
        return np.flatnonzero(np.diff(self._cell[self._order], prepend=-1))

    @cached_property
    def _cells(self) -> Whole:
        return self._cell[self._order][self._starts]

    def most(self, reduced: Floats) -> tuple[Floats, Floats]:
        """The most that spend can earn: of hosts by opening, shape (blocks, tranches), and of members by join, (blocks, members, tranches)."""
        return self._unpriced if self.unpriced else self._most(reduced[self.column])

    def most_up_to(self, reduced: Floats, step: int) -> tuple[Floats, Floats]:
        """The same of partnerships that never stand on a higher step."""
        return self._most(np.where(self.step <= step, reduced[self.column], -np.inf))

    @cached_property
    def _unpriced(self) -> tuple[Floats, Floats]:
        """The same where no row asks for purchasing: it is always worth what it counts in the objective."""
        return self._most(self.extra)

    def _most(self, worth: Floats) -> tuple[Floats, Floats]:
        best = np.zeros((self.live.shape[0], self.places, self.live.shape[1]))
        if len(self.column):
            best.ravel()[self._cells] = np.maximum(np.maximum.reduceat(worth[self._order], self._starts), 0.0)
        earned: Floats = np.matmul(best, self.live)
        return earned[:, -1], earned[:, :-1]

    def part(self, blocks: Whole) -> Purchases:
        """Those of some blocks, in their order."""
        new = np.full(self.live.shape[0], -1, dtype=np.intp)
        new[blocks] = np.arange(len(blocks))
        mine = new[self.block] >= 0
        return Purchases(
            new[self.block[mine]],
            self.place[mine],
            self.epoch[mine],
            self.column[mine],
            self.step[mine],
            self.extra[mine] if self.unpriced else self.extra,
            self.unpriced,
            self.live[blocks],
            self.places,
            self.least[blocks],
            self.spells.part(blocks),
        )

    def made(self, block: int, tranches: Mapping[int, int]) -> list[int]:
        """Columns of the purchases that a partnership makes, by place and position of the tranche of who is in it."""
        tranche, there = np.zeros((1, self.places), dtype=np.intp), np.zeros((1, self.places), dtype=bool)
        tranche[0, list(tranches)], there[0, list(tranches)] = list(tranches.values()), True
        columns: list[int] = self.spells.bought(np.array([block]), tranche, there)[1].tolist()
        return columns


def asking(m: Any) -> set[str]:
    """Services with a rule about one partnership that looks at what it buys."""
    return {s for rule in ("minimum_saving", "payback") for s in m.instance.figure(rule)}


def purchases_of(
    m: Any,
    partnerships: Sequence[Partnership],
    members: Sequence[tuple[str, ...]],
    tranches: Sequence[int],
    column: Callable[[Any], int],
    variables: int,
) -> Purchases | None:
    """The purchases of blocks; None where none of them can reach a step."""
    if not m.buyers:
        return None
    worth = purchase_value(m, m.weight)
    extra: list[float] = []
    number = {partnership: b for b, partnership in enumerate(partnerships)}
    widest = max(map(len, members), default=0)
    live = np.zeros((len(partnerships), 2 + max(epoch for *_, epoch in m.buyers), len(tranches)))
    spend = np.zeros((len(partnerships), widest + 1))
    entries: list[tuple[int, int, int, int, int]] = []
    least = np.full((len(partnerships), 1 + max(t for buyers in m.buyers.values() for t in buyers.steps)), np.inf)
    spells: dict[int, list[Spell]] = defaultdict(list)
    for (s, h, v, e), buyers in m.buyers.items():
        b = number.get((s, h, v))
        if b is None:
            continue
        place = {c: n for n, c in enumerate(members[b])} | {h: widest}
        councils = [c for c in buyers.councils if c in place]
        for c in councils:
            spend[b, place[c]] = m.instance.baselines[c, s].procured_cost
        last, rates, epoch = closing_tranche(m, s, e), m.priced.purchasing[s].rate, live.shape[1] - 1 if e == FULL else e
        gone = np.array([last is None or k <= last for k in tranches])
        steps = []
        for t, able in sorted(buyers.steps.items()):
            found = {}
            for c in (c for c in able if c in place):
                found[place[c]] = column(m.buy[c, s, h, v, e, t]) if m.TIER_PURCHASES else variables + len(extra)
                if found[place[c]] >= variables:
                    extra.append(0.0 if e == FULL else worth(c, s, h, e) * rates[t] * m.instance.baselines[c, s].procured_cost / THOUSAND)
            found = {n: one for n, one in found.items() if one >= 0}
            steps.append((m.priced.purchasing[s].from_volume[t] / growth(m, s, e), found))
            least[b, t] = min(least[b, t], steps[-1][0])
            entries += [(b, n, epoch, one, t) for n, one in found.items()]
        spells[b].append(Spell(gone, frozenset(place[c] for c in councils), tuple(steps)))
        live[b, epoch] = gone
    if not spells:
        return None
    block, places, epoch, columns, on = np.array(entries, dtype=np.intp).reshape(-1, 5).T
    unpriced = len(extra) == len(columns) and not {s for s, *_ in m.buyers} & asking(m)
    return Purchases(
        block,
        places,
        epoch,
        columns,
        on,
        np.array(extra),
        unpriced,
        live,
        widest + 1,
        least,
        spells_of(spells, len(tranches), spend),
    )
