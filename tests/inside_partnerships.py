"""Rows inside partnerships, and what a partnership is worth, for tests of pricing that keeps them."""

from __future__ import annotations

from typing import Any

import numpy as np

from formulations.decomposition import inside_of


def inside_rows(found: Any) -> Any:
    """Which rows of a skeleton are inside partnerships, and they as arrays."""
    rows = found.structure.inside(found.arrays.rows)
    columns = len(found.cost)
    matrix = found.arrays.matrix.tocsr()[rows]
    matrix.resize((matrix.shape[0], columns))
    lower, upper = found.arrays.row_lower[rows], found.arrays.row_upper[rows]
    return matrix, lower, upper, inside_of(found.blocks, matrix, lower, upper)


def kept(matrix: Any, lower: Any, upper: Any, columns: tuple[int, ...]) -> bool:
    """Whether the moves of a partnership keep all rows."""
    activity = np.asarray(matrix[:, list(columns)].sum(axis=1)).ravel()
    return bool((activity >= lower - 1e-9).all() and (activity <= upper + 1e-9).all())


def worth(found: Any, block: int, there: dict[str, int], plain: Any) -> float:
    """What a partnership is worth, its purchases made."""
    columns = found.columns(block, there)
    value = float(plain[list(columns)].sum())
    if found.blocks.purchases is not None:
        h, tranches = found.blocks.partnerships[block][1], found.blocks.tranches
        places = {found.blocks.members[block].index(c): tranches.index(k) for c, k in there.items() if c != h}
        places[found.blocks.joins.shape[1]] = tranches.index(there[h])
        value += float(plain[found.blocks.purchases.made(block, places)].sum())
    return value
