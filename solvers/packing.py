"""The restricted master problem in whole numbers: which of the points found make the best plan, in the whole or in a part of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from solvers.arrays import Arrays, Floats
from solvers.base import Limits
from solvers.column_generation import Column, Linked
from solvers.highs import solve_arrays
from solvers.incidence import incidence
from solvers.scipy_sparse import sparse

Mask = NDArray[np.bool_]
HAIR = 1e-6
"""Rows are kept to within this."""


class Packing:
    """Points of blocks of which some are chosen, so that all rows that link blocks are kept.

    Attributes:
        points: The points.
        columns: How many variables there are that points consist of.
        value: What each is worth.
    """

    def __init__(self, linked: Linked, points: Sequence[Column]) -> None:
        self._linked, self.points = linked, list(points)
        self.columns = int(linked.matrix.shape[1])
        self._where = incidence(self.points, self.columns)
        self._takes = sparse.csc_array(linked.matrix @ self._where)
        self._free = sparse.csc_array(linked.matrix)[:, linked.free]
        self.value: Floats = self.worth(linked.cost)

    def worth(self, values: Floats) -> Floats:
        """What each point is worth at some values of the variables."""
        return np.asarray(self._where.T @ values)

    def improved(self, chosen: Mask, able: Mask, limits: Limits, values: Floats | None = None) -> Mask:
        """The best choice that differs from one in hand among some points only; the one in hand, if no better is found.

        Args:
            chosen: The choice in hand, which keeps all rows, shape (points,).
            able: The points that may be chosen, or no longer be.
            limits: How long, and how close to the best.
            values: Values of the variables, where they are not those of the objective.
        """
        numbers = np.flatnonzero(able)
        if not len(numbers):
            return chosen
        start = np.concatenate([chosen[numbers].astype(float), np.zeros(len(self._linked.free))])
        arrays = self._arrays(chosen & ~able, numbers, self._linked.cost if values is None else values)
        known = arrays.breach(start)[0] <= HAIR
        outcome = solve_arrays(None, arrays, limits, start if known else None)
        if outcome.point is None:
            return chosen
        found = arrays.rounded(outcome.point)
        if arrays.breach(found)[0] > HAIR or (known and arrays.objective(found) <= arrays.objective(start)):
            return chosen
        answer = chosen & ~able
        answer[numbers] = found[: len(numbers)] > 0.5
        return answer

    def _arrays(self, kept: Mask, numbers: NDArray[np.intp], values: Floats) -> Arrays:
        """The model over some points and the free variables, those that are kept taken off the rows."""
        linked = self._linked
        matrix = sparse.csc_array(sparse.hstack([self._takes[:, numbers], self._free]))
        used = self._takes[:, kept].sum(axis=1)
        rows = np.flatnonzero(np.diff(matrix.tocsr().indptr))
        count = len(numbers)
        return Arrays(
            variables=list(range(matrix.shape[1])),
            integer=np.arange(matrix.shape[1]) < count,
            lower=np.concatenate([np.zeros(count), linked.low]),
            upper=np.concatenate([np.ones(count), linked.high]),
            cost=np.concatenate([self.worth(values)[numbers], values[linked.free]]),
            offset=0.0,
            maximise=True,
            matrix=matrix[rows],
            row_lower=(linked.lower - used)[rows],
            row_upper=(linked.upper - used)[rows],
            settled={},
        )
