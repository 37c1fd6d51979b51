"""Who is to be with whom, from whole partnerships: those that column generation has found, packed service by service.

Every partnership keeps the rules inside it, so what is left to keep are the rows that link them, and the linear relaxation of such a
model is close. Rows across services are not kept here: each service pays their prices, and may use more of them than there is. So
what comes of it is no plan but who could be with whom; when each of them is to go live, and who not at all, is for the whole model
with all tranches of these moves to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from formulations.decomposition import Blocks
from optimiser.methods.tightening import Tightened
from solvers.base import Limits
from solvers.packing import Packing

Mask = NDArray[np.bool_]
MANY = 4000
"""Partnerships of a service that are chosen from: those that lose least at the prices found."""
SECONDS = 20.0
"""For one service."""


def packed(blocks: Blocks, tight: Tightened, moves: pd.DataFrame, limits: Callable[[float], Limits], over: Callable[[], bool]) -> Mask:
    """The moves of who is to be with whom, in all tranches, shape (moves,).

    Args:
        blocks: All blocks.
        tight: What column generation has found.
        moves: The table of moves.
        limits: How to solve for so many seconds.
        over: Whether there is no time left.
    """
    linked = tight.linked
    lower, upper = np.where(tight.is_across, -np.inf, linked.lower), np.where(tight.is_across, np.inf, linked.upper)
    packing = Packing(replace(linked, lower=lower, upper=upper), tight.found)
    chosen = np.zeros(len(packing.points), dtype=bool)
    for part in _services(blocks, packing, tight):
        if over():
            break
        chosen = packing.improved(chosen, part, limits(SECONDS), tight.across)
    found = [packing.points[number] for number in np.flatnonzero(chosen)]
    return _with_all_tranches(blocks.moves_of(found, len(moves)), moves)


def _services(blocks: Blocks, packing: Packing, tight: Tightened) -> Iterator[Mask]:
    """The partnerships of one service after another, as far as they are worth choosing from."""
    lost = -packing.worth(tight.reduced)
    by_column = blocks.by_column(blocks.service, packing.columns)
    service = np.array([by_column[point[0]] for point in packing.points], dtype=np.intp)
    for name in np.unique(service):
        mine = np.flatnonzero(service == name)
        mask = np.zeros(len(service), dtype=bool)
        mask[mine[np.argsort(lost[mine], kind="stable")[:MANY]]] = True
        yield mask


def _with_all_tranches(taken: Mask, moves: pd.DataFrame) -> Mask:
    """The same moves in whatever tranche."""
    arc = moves.groupby(["council", "service", "host", "vehicle"], sort=False, observed=True).ngroup().to_numpy()
    return np.isin(arc, arc[taken])
