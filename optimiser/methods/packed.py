"""Who is to be with whom, from whole partnerships: those that column generation has found, packed service by service.

Every partnership keeps the rules inside it, so what is left to keep are the rows that link them, and the linear relaxation of such a
model is close. Rows across services are not kept here: each service pays their prices, and may use more of them than there is. So
what comes of it is no plan but who could be with whom; when each of them is to go live, and who not at all, is for the whole model
with all tranches of these moves to decide.

What column generation has found is enough for its linear program, not for whole numbers. How far a service's packing is below its
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
from solvers.base import Limits
from solvers.column_generation import Column, Linked, due, values_of
from solvers.packing import Packing
from solvers.split import split

Mask = NDArray[np.bool_]
MANY = 12_000
"""Partnerships of a service that are chosen from: those that lose least at the prices found."""
NODES = 200_000
"""Of the search for more of them, for one service."""
SECONDS = 20.0
"""For one service."""


@dataclass
class _Service:
    """One service: its blocks, its bound at the prices found, the partnerships known and those chosen."""

    blocks: NDArray[np.intp]
    bound: float
    points: list[Column]
    chosen: list[Column] = field(default_factory=list)


class Packed:
    """Packings of all services.

    Args:
        blocks: All blocks.
        tight: What column generation has found.
        moves: The table of moves.
        limits: How to solve for so many seconds.
        over: Whether there is no time left.
    """

    def __init__(
        self, blocks: Blocks, tight: Tightened, moves: pd.DataFrame, limits: Callable[[float], Limits], over: Callable[[], bool]
    ) -> None:
        self._blocks, self._tight, self._moves, self._limits, self._over = blocks, tight, moves, limits, over
        linked = tight.linked
        lower, upper = np.where(tight.is_across, -np.inf, linked.lower), np.where(tight.is_across, np.inf, linked.upper)
        self._linked: Linked = replace(linked, lower=lower, upper=upper)
        self._services = self._parted()

    def _parted(self) -> list[_Service]:
        blocks, tight = self._blocks, self._tight
        label = blocks.by_column(blocks.service, len(tight.linked.cost))
        row = split(tight.linked, label).row
        points: dict[int, list[Column]] = {}
        for point in tight.found:
            points.setdefault(int(label[point[0]]), []).append(point)
        found = []
        for service in np.unique(blocks.service).tolist():
            mine, rows = np.flatnonzero(blocks.service == service), row == service
            own = due(tight.linked.lower[rows], tight.linked.upper[rows], tight.prices[rows])
            found.append(_Service(mine, own + float(tight.upper[mine].sum()), points.get(service, [])))
        return found

    def first(self) -> Mask:
        """The moves of who is to be with whom, among partnerships that were found, in all tranches, shape (moves,)."""
        for service in self._services:
            if not self._over():
                self._pack(service)
        return self._chosen()

    def closer(self) -> Mask:
        """The same among more partnerships: those that could be in a better packing, as far as they are found."""
        tight = self._tight
        for service in self._services:
            if self._over():
                break
            lost = service.bound - float(values_of(service.chosen, tight.across).sum())
            if lost > 0:
                part, rules = self._blocks.part(service.blocks), tight.rules.part(service.blocks)
                more, _ = ranked(part, rules, tight.reduced, tight.reduced + tight.own, lost, NODES)
                service.points = list(dict.fromkeys([*service.points, *more]))
                self._pack(service)
        return self._chosen()

    def fitted(self, plan: Mask) -> Mask:
        """The moves of a plan made better one service after another, all rows kept and what the others take left to them, in all tranches.

        Args:
            plan: Moves of the plan, shape (moves,).
        """
        known = self._blocks.partnerships_in(plan)
        pools = [self._best(service) for service in self._services]
        points = list(dict.fromkeys([*known, *(point for pool in pools for point in pool)]))
        label = self._blocks.by_column(self._blocks.service, len(self._tight.linked.cost))
        service = label[[point[0] for point in points]]
        packing, chosen = Packing(self._tight.linked, points), np.arange(len(points)) < len(known)
        for number in np.unique(service):
            if self._over():
                break
            chosen = packing.improved(chosen, service == number, self._limits(SECONDS))
        return _with_all_tranches(self._blocks.moves_of((points[i] for i in np.flatnonzero(chosen)), len(self._moves)), self._moves)

    def _best(self, service: _Service) -> list[Column]:
        """The partnerships of a service that lose least."""
        lost = -values_of(service.points, self._tight.reduced + self._tight.own)
        return [service.points[number] for number in np.argsort(lost, kind="stable")[:MANY]]

    def _pack(self, service: _Service) -> None:
        """Choose again among the partnerships of a service, from those chosen so far."""
        points = list(dict.fromkeys([*service.chosen, *self._best(service)]))
        before = np.arange(len(points)) < len(service.chosen)
        after = Packing(self._linked, points).improved(before, np.ones(len(points), dtype=bool), self._limits(SECONDS), self._tight.across)
        service.chosen = [points[number] for number in np.flatnonzero(after)]

    def _chosen(self) -> Mask:
        found = (point for service in self._services for point in service.chosen)
        return _with_all_tranches(self._blocks.moves_of(found, len(self._moves)), self._moves)


def _with_all_tranches(taken: Mask, moves: pd.DataFrame) -> Mask:
    """The same moves in whatever tranche."""
    arc = moves.groupby(["council", "service", "host", "vehicle"], sort=False, observed=True).ngroup().to_numpy()
    return np.isin(arc, arc[taken])
