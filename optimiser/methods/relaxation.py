"""The relaxation that decomposition works with: blocks priced one by one, linked by prices on the rows between them.

It glues three things: the skeleton of the model, whose rows link partnerships (`formulations`), the search for the prices of
those rows (`solvers.column_generation`), and the pricing of every partnership (`formulations.decomposition`).

For duals `pi` with bound(pi), a plan that makes move `t` is worth at most

    bound(pi) - max(0, best of the move's block) + (an upper bound of that block's value with the move in it)

What is subtracted in all is the move's regret. A plan worth more than bound(pi) - delta makes no move whose regret is above delta,
whatever further rules it keeps: leaving such moves out loses no such plan.
"""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formulations import Objective, Priced, Skeleton, skeleton
from formulations.decomposition import NONE, columns_of, named, offers
from formulations.partnership import put_figures, rows_with_figures
from optimiser.methods.tightening import Tightened, tightened
from optimiser.start import Learned
from solvers.arrays import Floats, compile_model
from solvers.column_generation import Column, Duals, Linked, Pace, values_of
from solvers.scipy_sparse import sparse

PASSED_ON = 5
"""Partnerships for each council and service that a later solve gets to begin with."""
TINY = 1e-7
"""A price below this is none, thousand GBP."""
MASTER = 1500
"""Up to so many rows master problems are of the whole; beyond, of one service after another."""


class Relaxation:
    """The relaxation of a priced instance.

    Attributes:
        offset: Constant of the objective, thousand GBP.
        blocks: The partnerships that may come to be.
        duals: The search for prices of the rows that link them.
        decisions: Councils and services that have a move.
        inside: Which rows are about one partnership, shape (rows,).
        small: Whether master problems with prices of all rows are of the whole.
        whole: Whether those are that keep the rows inside partnerships in each of them: where rules bite the prices across services move.
        bites: Whether rules inside partnerships were found to hold the bound up by so much that keeping them is worth it.
        tightened: What keeping those rows in each partnership has given; None as long as that was not done.
    """

    def __init__(self, priced: Priced, objective: Objective, pace: Pace) -> None:
        self.priced = priced
        self.model: Any = skeleton(priced, objective=objective)
        self.unreachable = tuple(self.model.unreachable)
        arrays = compile_model(self.model)
        self.offset = arrays.offset
        self.structure = Skeleton(self.model, {id(variable): column for column, variable in enumerate(arrays.variables)})
        self.blocks = self.structure.blocks
        cost = self.structure.cost(arrays.cost)
        own, bought = arrays.matrix.tocoo(), self.structure.bought(arrays.rows)
        row, column, value = (np.concatenate(both) for both in zip((own.row, own.col, own.data), bought, strict=True))
        rows = sparse.csr_array((value, (row, column)), shape=(own.shape[0], len(cost)))
        free, low, high = self.structure.free(arrays.lower, arrays.upper)
        self.linked = Linked(cost, rows, arrays.row_lower, arrays.row_upper, free, low, high)
        self.decisions = len(priced.moves[["council", "service"]].drop_duplicates())
        self.inside = Skeleton.inside(arrays.rows)
        self._rows = arrays.rows
        self._begin(pace)

    def _begin(self, pace: Pace) -> None:
        """Nothing is searched for yet."""
        self.duals = Duals(self.linked, partial(offers, self.blocks), pace)
        self.small = self.whole = len(self.inside) <= MASTER
        self.bites = False
        self.tightened: Tightened | None = None
        self._known = list[Column]()

    def with_figures(self, priced: Priced, services: Collection[str], pace: Pace) -> Relaxation:
        """The relaxation for NPV of the same moves with other figures of some services: rows without such figures are taken over.

        See `optimiser.methods.frame` for when that may be.
        """
        found = copy(self)
        found.priced = priced
        found.linked = replace(self.linked, cost=self.structure.repriced(priced), matrix=self._repriced_rows(priced, services))
        found._begin(pace)
        found._known = self._known
        found.duals.start_like(self.duals)
        found.duals.at_best()
        return found

    def _repriced_rows(self, priced: Priced, services: Collection[str]) -> Any:
        """The rows, those with figures worked out anew."""
        put_figures(self.model, priced, Objective())
        rows, moves = self._saving_rows
        found = [(rows, moves, self.model.margins[moves])]
        for family, key, own, values in rows_with_figures(self.model, services):
            found.append((np.full(len(own), self._places[family, key]), np.array(own), np.array(values)))
        row, move, value = (np.concatenate(parts) for parts in zip(*found, strict=True))
        if not len(row):
            return self.linked.matrix
        old = self.linked.matrix.tocoo()
        fresh = np.zeros(old.shape[0], dtype=bool)
        fresh[row] = True
        stays = ~fresh[old.row]
        column = self.structure.column_of_move[move]
        entries = (np.concatenate([old.row[stays], row]), np.concatenate([old.col[stays], column]))
        return sparse.csr_array((np.concatenate([old.data[stays], value]), entries), shape=old.shape)

    @cached_property
    def _saving_rows(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Row and move of each coefficient in rows of rule minimum_saving."""
        own = self.structure.partnerships_of_moves()
        found = [(self._places.get(("minimum_saving", key), NONE), move) for move, key in enumerate(own)]
        pairs = np.array([pair for pair in found if pair[0] != NONE], dtype=np.intp).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    @cached_property
    def _places(self) -> dict[tuple[str, Any], int]:
        """Row number by family and index."""
        return {(row.parent_component().local_name, row.index()): number for number, row in enumerate(self._rows)}

    def begin(self, learned: Learned) -> None:
        """Begin at the prices and partnerships of an earlier solve, as far as their rows and moves are there."""
        self.duals.start(np.array([learned.prices.get(row.name, 0.0) for row in self._rows]))
        self._known = list(columns_of(self.blocks, learned.partnerships))
        self.duals.keep(self._known)
        self.duals.at_best()

    def learned(self) -> Learned:
        """What a later solve may begin with."""
        prices = self.duals.duals.copy()
        columns, reduced = list(self.duals.columns), self.duals.reduced()
        if self.tightened is not None:
            prices[~self.inside] = self.tightened.prices
            columns, reduced = self.tightened.found, self.tightened.reduced
        lost = -values_of(columns, reduced)
        chosen = np.argsort(lost, kind="stable")[: PASSED_ON * self.decisions]
        known = {self._rows[row].name: float(prices[row]) for row in np.flatnonzero(np.abs(prices) > TINY).tolist()}
        return Learned(prices=known, partnerships=tuple(sorted(named(self.blocks, (columns[number] for number in chosen)))))

    @property
    def bound(self) -> float:
        """The lowest bound so far on the value of any plan, thousand GBP."""
        return min(self.duals.bound, np.inf if self.tightened is None else self.tightened.bound) + self.offset

    @property
    def hopeless(self) -> bool:
        """Whether the bound is below what even the worst choice of all moves is worth: there is no plan, and prices say nothing any more."""
        linked = self.duals.linked
        worst = np.minimum(linked.cost, 0.0)
        worst[linked.free] = np.minimum(linked.cost[linked.free] * linked.low, linked.cost[linked.free] * linked.high)
        return self.duals.bound < float(worst.sum()) - 1.0

    def loose(self, tolerance: float) -> bool:
        """Whether rules inside partnerships, contiguity, or joint purchasing may hold the bound up by more than a share of it."""
        if self.blocks.purchases is not None or self.blocks.contiguous is not None:
            return True
        own = self.duals.linked.matrix.T @ np.where(self.inside, self.duals.duals, 0.0)
        best = offers(self.blocks, self.duals.reduced()).best()
        return bool(np.abs(own[best]).sum() > 10 * tolerance * abs(self.bound))

    def tighten(self, tolerance: float) -> None:
        """Keep the rows inside partnerships in each of them, from the prices found."""
        self.bites = self.loose(tolerance)
        self.whole = self.small or (self.bites and int((~self.inside).sum()) <= MASTER)
        together = self.bites and not self.whole
        self.tightened = tightened(self.blocks, self.duals, self.inside, tolerance, whole=self.whole, together=together, known=self._known)

    def support(self) -> NDArray[np.bool_]:
        """Moves of the partnerships that the last master problems use, shape (moves,)."""
        found = self.duals.support() if self.tightened is None else self.tightened.support
        return self.blocks.moves_of(found, len(self.priced.moves))

    def regrets(self) -> Floats:
        """Regret of every move, thousand GBP, shape (moves,); infinite for one that no partnership can have."""
        found = np.full(len(self.priced.moves), np.inf)
        tight = self.tightened if self.tightened is not None and self.tightened.bound <= self.duals.bound else None
        blocks, offered = self.blocks, offers(self.blocks, self.duals.reduced() if tight is None else tight.reduced)
        opening, joining = offered.forced()
        worth = np.maximum(offered.values, 0.0) if tight is None else tight.upper
        there = blocks.open_rows != NONE
        found[blocks.open_rows[there]] = (worth[:, None] - opening)[there]
        there = blocks.join_rows != NONE
        found[blocks.join_rows[there]] = (worth[:, None, None] - joining)[there]
        regrets: Floats = np.maximum(found, 0.0)
        return regrets


def share_of(regrets: Floats, count: int) -> float:
    """The regret that so many moves do not exceed."""
    known = regrets[np.isfinite(regrets)]
    return float(np.partition(known, count - 1)[count - 1]) if count < len(known) else float(known.max(initial=0.0))


def within(regrets: Floats, delta: float) -> NDArray[np.bool_]:
    """Moves whose regret is at most delta."""
    mask: NDArray[np.bool_] = regrets <= delta + 1e-9 * max(1.0, abs(delta))
    return mask
