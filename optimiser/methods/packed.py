"""Who is to be with whom, from whole partnerships: those that column generation has found, packed part by part.

Every partnership keeps the rules inside it, so what is left to keep are the rows that link them, and the linear relaxation of such a
model is close. Where all services are one part, all rows are kept and a packing is a plan. Where each is packed by itself, rows across
services are not kept: each service pays their prices, and may use more of them than there is. So what comes of it is no plan but who
could be with whom; when each of them is to go live, and who not at all, is for the whole model with all tranches of these moves to decide.

What column generation has found is enough for its linear program, not for whole numbers. How far a part's packing is below its
bound says which other partnerships could be in a better one (`formulations.decomposition.ranking`): with these it is packed again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from formulations.decomposition import Blocks, ranked
from optimiser.methods.tightening import Tightened
from solvers.arrays import Floats
from solvers.base import Limits
from solvers.column_generation import Column, Linked, due, values_of
from solvers.packing import Packing
from solvers.split import NOWHERE, split

Mask = NDArray[np.bool_]
Whole = NDArray[np.intp]
MANY = 12_000
"""Partnerships of a service that are chosen from: those that lose least at the prices found."""
ALL = 30_000
"""The same where all services are one part."""
NODES = 200_000
"""Of the search for more of them, for one part."""
SECONDS = 20.0
"""For one service."""
LONGER = 60.0
"""For all services as one part."""


@dataclass
class _Part:
    """One part: its blocks, its bound at the prices found, the partnerships known and those chosen."""

    blocks: NDArray[np.intp]
    bound: float
    points: list[Column]
    chosen: list[Column] = field(default_factory=list)


class Packed:
    """Packings of all parts.

    Args:
        blocks: All blocks.
        tight: What column generation has found.
        moves: The table of moves.
        limits: How to solve for so many seconds.
        over: Whether there is no time left.
        whole: Whether all services are one part, and all rows are kept.
    """

    def __init__(
        self,
        blocks: Blocks,
        tight: Tightened,
        moves: pd.DataFrame,
        limits: Callable[[float], Limits],
        over: Callable[[], bool],
        *,
        whole: bool = False,
    ) -> None:
        self._blocks, self._tight, self._moves, self._limits, self._over, self._whole = blocks, tight, moves, limits, over, whole
        linked, label = tight.linked, np.zeros(len(blocks), dtype=np.intp) if whole else blocks.service
        by_column = blocks.by_column(label, len(linked.cost))
        parted = split(linked, by_column)
        is_across = parted.row == NOWHERE
        lower, upper = np.where(is_across, -np.inf, linked.lower), np.where(is_across, np.inf, linked.upper)
        self._linked: Linked = replace(linked, lower=lower, upper=upper)
        self._values: Floats = linked.cost - linked.matrix.T @ parted.across(tight.prices)
        self._parts = self._parted(label, by_column, parted.row)

    def _parted(self, label: Whole, by_column: Whole, row: Whole) -> list[_Part]:
        tight = self._tight
        points: dict[int, list[Column]] = {}
        for point in tight.found:
            points.setdefault(int(by_column[point[0]]), []).append(point)
        found = []
        for number in np.unique(label).tolist():
            mine, rows = np.flatnonzero(label == number), row == number
            own = due(tight.linked.lower[rows], tight.linked.upper[rows], tight.prices[rows])
            found.append(_Part(mine, own + float(tight.upper[mine].sum()), points.get(number, [])))
        return found

    @property
    def lost(self) -> float:
        """How far the packings are below the bounds of their parts, thousand GBP."""
        return sum(self._lost(part) for part in self._parts)

    def first(self) -> Mask:
        """The moves of who is to be with whom, among partnerships that were found, in all tranches, shape (moves,)."""
        for part in self._parts:
            if not self._over():
                self._pack(part)
        return _with_all_tranches(self.chosen(), self._moves)

    def closer(self) -> Mask:
        """The same among more partnerships: those that could be in a better packing, as far as they are found."""
        tight = self._tight
        for part in self._parts:
            if self._over():
                break
            lost = self._lost(part)
            if lost > 0:
                blocks, rules = self._blocks.part(part.blocks), tight.rules.part(part.blocks)
                more, _ = ranked(blocks, rules, tight.reduced, tight.reduced + tight.own, lost, NODES)
                part.points = list(dict.fromkeys([*part.points, *more]))
                self._pack(part)
        return _with_all_tranches(self.chosen(), self._moves)

    def chosen(self) -> Mask:
        """The moves of the packings in hand, in their tranches, shape (moves,)."""
        return self._blocks.moves_of((point for part in self._parts for point in part.chosen), len(self._moves))

    def fitted(self, plan: Mask) -> Mask:
        """The moves of a plan made better one service after another, all rows kept and what the others take left to them, in all tranches.

        Args:
            plan: Moves of the plan, shape (moves,).
        """
        known = self._blocks.partnerships_in(plan)
        pools = [self._best(part) for part in self._parts]
        points = list(dict.fromkeys([*known, *(point for pool in pools for point in pool)]))
        label = self._blocks.by_column(self._blocks.service, len(self._tight.linked.cost))
        service = label[[point[0] for point in points]]
        packing, chosen = Packing(self._tight.linked, points), np.arange(len(points)) < len(known)
        for number in np.unique(service):
            if self._over():
                break
            chosen = packing.improved(chosen, service == number, self._limits(SECONDS))
        return _with_all_tranches(self._blocks.moves_of((points[i] for i in np.flatnonzero(chosen)), len(self._moves)), self._moves)

    def _lost(self, part: _Part) -> float:
        return part.bound - float(values_of(part.chosen, self._values).sum())

    def _best(self, part: _Part) -> list[Column]:
        """The partnerships of a part that lose least."""
        lost = -values_of(part.points, self._tight.reduced + self._tight.own)
        return [part.points[number] for number in np.argsort(lost, kind="stable")[: ALL if self._whole else MANY]]

    def _pack(self, part: _Part) -> None:
        """Choose again among the partnerships of a part, from those chosen so far."""
        points = list(dict.fromkeys([*part.chosen, *self._best(part)]))
        before = np.arange(len(points)) < len(part.chosen)
        limits = self._limits(LONGER if self._whole else SECONDS)
        after = Packing(self._linked, points).improved(before, np.ones(len(points), dtype=bool), limits, self._values)
        part.chosen = [points[number] for number in np.flatnonzero(after)]


def _with_all_tranches(taken: Mask, moves: pd.DataFrame) -> Mask:
    """The same moves in whatever tranche."""
    arc = moves.groupby(["council", "service", "host", "vehicle"], sort=False, observed=True).ngroup().to_numpy()
    return np.isin(arc, arc[taken])
