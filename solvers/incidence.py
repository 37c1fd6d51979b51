"""Points as a matrix: which variables each of them consists of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from solvers.scipy_sparse import sparse


def incidence(points: Sequence[tuple[int, ...]], variables: int) -> Any:
    """A one where a variable is in a point, sparse by columns, shape (variables, points)."""
    places = np.fromiter((place for point in points for place in point), dtype=np.intp)
    numbers = np.repeat(np.arange(len(points)), [len(point) for point in points])
    return sparse.csc_array((np.ones(len(places)), (places, numbers)), shape=(variables, len(points)))
