"""A first plan, soon: partnerships one after another by what they are worth at the prices in hand, as long as they fit.

The best partnership of each block is looked at, the best of all first, and taken where no row that links it to those taken says no.
Then blocks are priced again without the moves that fit no longer, until none is worth anything. Rows that ask for something may be
left unmet, and rules within a partnership that pricing passes over broken: the moves are for the whole model to choose from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formulations.decomposition import Blocks, offers
from solvers.arrays import Floats
from solvers.column_generation import Column, Linked, values_of
from solvers.scipy_sparse import sparse

HAIR = 1e-7
"""Rows are kept to within this."""
PASSES = 30
"""Most times that blocks are priced."""


def greedy(blocks: Blocks, linked: Linked, reduced: Floats) -> list[Column]:
    """Partnerships that fit together.

    Args:
        blocks: The blocks.
        linked: The rows that link them, those with prices inside them too.
        reduced: Value of each column at the prices in hand.
    """
    matrix = sparse.csc_array(linked.matrix)
    room, worth, chosen = linked.upper.copy(), reduced.copy(), list[Column]()
    for _ in range(PASSES):
        found = offers(blocks, worth).leading()
        taken = _fitting(matrix, room, sorted(zip(-values_of(found, worth), found, strict=True)))
        if not taken:
            break
        chosen += taken
        worth[_too_much(matrix, room)] = -np.inf
    return chosen


def _fitting(matrix: sparse.csc_array, room: Floats, offered: list[tuple[float, Column]]) -> list[Column]:
    """Those that fit, in their order; what they take is taken off the room."""
    taken = []
    for _, column in offered:
        uses = matrix[:, list(column)].sum(axis=1)
        if (uses <= room + HAIR).all():
            room -= uses
            taken.append(column)
    return taken


def _too_much(matrix: sparse.csc_array, room: Floats) -> NDArray[np.bool_]:
    """Columns that by themselves take more of some row than there is room, shape (columns,)."""
    over = matrix.data > room[matrix.indices] + HAIR
    counts = np.concatenate([[0], np.cumsum(over)])
    found: NDArray[np.bool_] = counts[matrix.indptr[1:]] > counts[matrix.indptr[:-1]]
    return found
