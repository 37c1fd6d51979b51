"""Kinds of arrays, and of what stands in them, of all of this package."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Whole = NDArray[np.intp]
Column = tuple[int, ...]
"""A partnership as the columns of its moves and purchases, sorted: a column of a master problem."""
NONE = -1
"""Stands for a move that does not exist, and for a variable that no row and no objective has."""
