"""Points that a back end takes for feasible, by its own tolerance, and that break a row once their integers are whole: they are excluded.

Where a row is broken by a hair, at the very figure at which a rule begins to bite, HiGHS may hold such a point however finely its
tolerances are set. A row of binary variables that is broken is broken by their values there, so no point has those values:

    sum[1 at the point] x - sum[0 at the point] x <= (ones) - 1        over the binary variables of the row

Where the row has other variables, the same over all binary variables: with these, no values of the others keep the rows (`settle`).
Nothing that is feasible is cut off, so what is proven of the model with these rows is proven of the model without them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.arrays import Arrays, Floats
from solvers.scipy_sparse import sparse


def without(arrays: Arrays, point: Floats, tolerance: float) -> Arrays | None:
    """The model without a point that breaks a row by more than a tolerance; None where its integers are not all binary."""
    binary = arrays.integer & (arrays.lower >= 0) & (arrays.upper <= 1)
    if not arrays.integer.any() or (arrays.integer & ~binary).any():
        return None
    rounded, rows = arrays.rounded(point), arrays.matrix.tocsr()
    activity = rows @ rounded
    over = np.maximum(arrays.row_lower - activity, activity - arrays.row_upper)
    cuts = []
    for row in np.flatnonzero(over > tolerance):
        columns = rows.indices[rows.indptr[row] : rows.indptr[row + 1]]
        if binary[columns].all():
            cuts.append(_cut(rounded, columns, len(binary)))
    cuts = cuts or [_cut(rounded, np.flatnonzero(binary), len(binary))]
    most = np.array([float((cut.data > 0).sum()) - 1.0 for cut in cuts])
    return replace(
        arrays,
        matrix=sparse.vstack([rows, *cuts]).tocsc(),
        row_lower=np.concatenate([arrays.row_lower, np.full(len(cuts), -np.inf)]),
        row_upper=np.concatenate([arrays.row_upper, most]),
    )


def _cut(point: Floats, columns: NDArray[np.intp], width: int) -> Any:
    signs = np.where(point[columns] > 0.5, 1.0, -1.0)
    return sparse.csr_array((signs, (np.zeros(len(columns), dtype=int), columns)), shape=(1, width))
