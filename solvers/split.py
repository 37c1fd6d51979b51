"""Splitting linked blocks into parts: what is left when the rows across parts have their prices.

For given prices of the rows across, the rest falls into parts, and what is a bound on each part is together a bound on the whole:

    bound = sum over rows across of what their prices are due + sum over parts of bound(part) + the columns of no part at their best
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.arrays import Floats
from solvers.column_generation import Linked, due
from solvers.scipy_sparse import sparse

Mask = NDArray[np.bool_]
Whole = NDArray[np.intp]
NOWHERE = -1
"""Label of a column in no part."""


@dataclass(frozen=True)
class Part:
    """What one label has to itself.

    Attributes:
        label: The label.
        rows: Its rows, by their numbers in the whole.
        linked: Those rows; values of the variables are less what they take of the rows across.
    """

    label: int
    rows: Whole
    linked: Linked


@dataclass(frozen=True)
class Split:
    """Which part each row and each free column is in.

    Attributes:
        labels: Every label of a column.
        row: Label of each row; NOWHERE for rows across parts.
        free: Label of each free column; NOWHERE for those in rows across only, or in none.
    """

    linked: Linked
    labels: Whole
    row: Whole
    free: Whole

    def across(self, duals: Floats) -> Floats:
        """Prices of the rows across; those of others are 0."""
        return np.where(self.row == NOWHERE, duals, 0.0)

    def parts(self, duals: Floats) -> Iterator[Part]:
        """Each part at the prices of the rows across."""
        cost = self._cost(duals)
        for label in self.labels.tolist():
            yield self._part(label, cost)

    def part(self, label: int, duals: Floats) -> Part:
        """One part at the prices of the rows across."""
        return self._part(label, self._cost(duals))

    def _cost(self, duals: Floats) -> Floats:
        """Values of the variables, less what they take of the rows across."""
        cost: Floats = self.linked.cost - self.linked.matrix.T @ self.across(duals)
        return cost

    def _part(self, label: int, cost: Floats) -> Part:
        whole, mine, free = self.linked, np.flatnonzero(self.row == label), self.free == label
        matrix = whole.matrix.tocsr()[mine]
        return Part(
            label, mine, Linked(cost, matrix, whole.lower[mine], whole.upper[mine], whole.free[free], whole.low[free], whole.high[free])
        )

    def rest(self, duals: Floats) -> float:
        """What the bound has besides the parts."""
        whole, prices = self.linked, self.across(duals)
        alone = self.free == NOWHERE
        value = (whole.cost - whole.matrix.T @ prices)[whole.free[alone]]
        return due(whole.lower, whole.upper, prices) + float(np.maximum(value * whole.low[alone], value * whole.high[alone]).sum())


def split(linked: Linked, label: Whole) -> Split:
    """Split by the labels of columns in blocks, shape (columns,); NOWHERE for free columns.

    A free column is in the part of its rows, and where they are of several parts all of them count as rows across.
    """
    entries = sparse.coo_array(linked.matrix)
    of_row, of_column = entries.row.astype(np.intp), entries.col.astype(np.intp)
    row = _common(of_row, label[of_column], len(linked.lower))
    across = row == _MANY
    shared = np.zeros(len(label), dtype=bool)
    shared[linked.free] = True
    here = shared[of_column]
    column = _common(of_column[here], np.where(across, NOWHERE, row)[of_row[here]], len(label))
    across[of_row[here & (column[of_column] == _MANY)]] = True
    row = np.where(across, NOWHERE, row)
    free = column[linked.free]
    return Split(linked, np.unique(label[label != NOWHERE]), row, np.where(free == _MANY, NOWHERE, free))


_MANY = -2
"""Stands for more than one label."""


def _common(groups: Whole, labels: Whole, count: int) -> Whole:
    """The label that all members of each group have, those without one not counted; _MANY if they differ, NOWHERE if none has any."""
    known = labels != NOWHERE
    least, most = np.full(count, np.iinfo(np.intp).max), np.full(count, NOWHERE)
    np.minimum.at(least, groups[known], labels[known])
    np.maximum.at(most, groups[known], labels[known])
    return np.where(most == NOWHERE, NOWHERE, np.where(least == most, most, _MANY))
