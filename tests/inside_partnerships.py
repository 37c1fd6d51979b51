"""Rows inside partnerships, and what a partnership is worth, for tests of pricing that keeps them."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np

from formulations.decomposition import inside_of
from instances import LIVE
from instances.tables import Adjacency
from solvers.scipy_sparse import sparse


def inside_rows(found: Any) -> Any:
    """Which rows of a skeleton are inside partnerships, and they as arrays."""
    rows, (row, column, value) = found.rows.inside, found.structure.terms
    matrix = sparse.csr_array((value, (row, column)), shape=(len(rows), len(found.cost)))[rows]
    lower, upper = found.rows.lower[rows], found.rows.upper[rows]
    return matrix, lower, upper, inside_of(found.blocks, matrix, lower, upper)


def kept(found: Any, matrix: Any, lower: Any, upper: Any, block: int, there: dict[str, int]) -> bool:
    """Whether a partnership keeps all rows, its purchases made, and is in one piece where it has to be."""
    columns = [*found.columns(block, there), *bought(found, block, there)]
    activity = np.asarray(matrix[:, columns].sum(axis=1)).ravel()
    return bool((activity >= lower - 1e-9).all() and (activity <= upper + 1e-9).all()) and in_one_piece(found, block, there)


def in_one_piece(found: Any, block: int, there: dict[str, int]) -> bool:
    """Whether neighbours lead from the host to every member, or the rule `contiguity` is off."""
    s, h, v = found.blocks.partnerships[block]
    instance = found.model.instance
    if s not in instance.contiguity():
        return True
    map_ = nx.Graph((row.council_a, row.council_b) for row in instance.rows(Adjacency))
    live = [c for c in there if c != h and LIVE in found.full.sets.joinings.get((c, s, h, v), ())]
    map_.add_edges_from((h, c) for c in live)
    map_.add_nodes_from(there)
    return bool(nx.is_connected(map_.subgraph(there)))


def bought(found: Any, block: int, there: dict[str, int]) -> list[int]:
    """Columns of what a partnership buys."""
    if found.blocks.purchases is None:
        return []
    h, tranches = found.blocks.partnerships[block][1], found.blocks.tranches
    places = {found.blocks.members[block].index(c): tranches.index(k) for c, k in there.items() if c != h}
    places[found.blocks.joins.shape[1]] = tranches.index(there[h])
    made: list[int] = found.blocks.purchases.made(block, places)
    return made


def worth(found: Any, block: int, there: dict[str, int], plain: Any) -> float:
    """What a partnership is worth, its purchases made."""
    return float(plain[[*found.columns(block, there), *bought(found, block, there)]].sum())
