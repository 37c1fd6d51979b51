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
from formulations.decomposition.skeleton_rows import put_figures, rows_with_figures
from optimiser.methods.by_service import search_by_service
from optimiser.methods.tightening import Tightened, tightened
from optimiser.start import Found, Learned
from solvers.arrays import Floats
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
        unreachable: Demands that no move can meet.
        contradiction: Whether a row by itself leaves no plan.
        small: Whether master problems with prices of all rows are of the whole.
        whole: Whether those are that keep the rows inside partnerships in each of them: where rules bite the prices across services move.
        bites: Whether rules inside partnerships were found to hold the bound up by so much that keeping them is worth it.
        tightened: What keeping those rows in each partnership has given; None as long as that was not done.
    """

    def __init__(self, priced: Priced, objective: Objective, pace: Pace) -> None:
        self.priced = priced
        found = skeleton(priced, objective=objective)
        self.unreachable, self.contradiction = found.unreachable, found.contradiction
        self.offset, self.inside = found.offset, found.inside
        self.structure = Skeleton(found)
        self.blocks = self.structure.blocks
        cost, (row, column, value) = self.structure.cost, self.structure.terms
        matrix = sparse.csr_array((value, (row, column)), shape=(len(found.rows), len(cost)))
        self.linked = Linked(cost, matrix, found.lower, found.upper, *self.structure.free())
        self.decisions = len(priced.moves[["council", "service"]].drop_duplicates())
        self._begin(pace)

    def _begin(self, pace: Pace) -> None:
        """Nothing is searched for yet."""
        self.duals = Duals(self.linked, partial(offers, self.blocks), pace)
        self.small = self.whole = len(self.inside) <= MASTER
        self.bites = False
        self.tightened: Tightened | None = None
        self._known = list[Column]()
        self._earlier: Learned | None = None

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
        model = self.structure.rows.model
        put_figures(model, priced, Objective())
        rows, moves = self._saving_rows
        found = [(rows, moves, model.margins[moves])]
        for family, key, own, values in rows_with_figures(model, services):
            found.append((np.full(len(own), self.structure.rows.row_number[family, key]), np.array(own), np.array(values)))
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
        number = self.structure.rows.row_number
        found = [(number.get(("minimum_saving", key), NONE), move) for move, key in enumerate(own)]
        pairs = np.array([pair for pair in found if pair[0] != NONE], dtype=np.intp).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def begin(self, learned: Learned) -> None:
        """Begin at the prices of an earlier solve, as far as their rows are there."""
        self.duals.start(np.array([learned.prices.get(row.name, 0.0) for row in self.structure.rows.rows]))
        self._earlier = learned
        self.duals.at_best()

    def search_by_service(self, taken: NDArray[np.bool_]) -> None:
        """Lower the bound to the goal by the prices of single services, where those of an earlier solve are good for the others.

        Args:
            taken: The moves of a plan, shape (moves,).
        """
        if self._earlier is None:
            return
        names = self.blocks.services
        earlier: dict[str, list[Found]] = {}
        for partnership in self._earlier.partnerships:
            earlier.setdefault(partnership[0], []).append(partnership)
        columns = self.structure.column_of_move[taken]
        found = search_by_service(
            self.duals, self.blocks, columns[columns != NONE], lambda number: list(columns_of(self.blocks, earlier.get(names[number], ())))
        )
        for number, points in found.items():
            earlier[names[number]] = list(named(self.blocks, points))
        self._earlier = Learned(prices=self._named(self.duals.duals), partnerships=tuple(p for group in earlier.values() for p in group))

    def recall(self) -> None:
        """Go on from the partnerships of an earlier solve too, as far as their moves are there."""
        if self._earlier is not None:
            self._known, self._earlier = list(columns_of(self.blocks, self._earlier.partnerships)), None
            self.duals.keep(self._known)

    def learned(self) -> Learned:
        """What a later solve may begin with."""
        if self._earlier is not None:
            return self._earlier
        prices = self.duals.duals.copy()
        columns, reduced = list(self.duals.columns), self.duals.reduced()
        if self.tightened is not None:
            prices[~self.inside] = self.tightened.prices
            columns, reduced = self.tightened.found, self.tightened.reduced
        lost = -values_of(columns, reduced)
        chosen = np.argsort(lost, kind="stable")[: PASSED_ON * self.decisions]
        return Learned(prices=self._named(prices), partnerships=tuple(sorted(named(self.blocks, (columns[number] for number in chosen)))))

    def _named(self, prices: Floats) -> dict[str, float]:
        """Prices by the names of their rows."""
        rows = self.structure.rows.rows
        return {rows[row].name: float(prices[row]) for row in np.flatnonzero(np.abs(prices) > TINY).tolist()}

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
        self.recall()
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
