"""What of a skeleton model belongs to which partnership, and what to none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formulations.decomposition.blocks import blocks_of
from formulations.decomposition.bought_inside import Terms, bought_inside
from formulations.decomposition.kinds import NONE, Floats, Whole
from formulations.families import INSIDE


class Skeleton:
    """A skeleton model as blocks and what links them.

    Attributes:
        blocks: The partnerships that may come to be.
    """

    def __init__(self, m: Any, columns: Mapping[int, int]) -> None:
        """Args are the model and the column of each variable, by its identity."""
        self._m, self._columns = m, columns
        self.blocks = blocks_of(m, self._column, len(columns))

    def _column(self, variable: Any) -> int:
        return self._columns.get(id(variable), NONE)

    def cost(self, cost: Floats) -> Floats:
        """Objective coefficients of all columns: the variables', thousand GBP, and those of purchases that are no variables."""
        purchases = self.blocks.purchases
        return cost if purchases is None else np.concatenate([cost, purchases.extra])

    def bought(self, rows: Sequence[Any]) -> Terms:
        """What purchases that are no variables add to the rows of the model: row, column and coefficient of each term."""
        return bought_inside(self._m, self.blocks, rows)

    @staticmethod
    def inside(rows: Sequence[Any]) -> NDArray[np.bool_]:
        """Which rows of the model are about one partnership, shape (rows,)."""
        return np.array([row.parent_component().local_name in INSIDE for row in rows], dtype=bool)

    def free(self, lower: Floats, upper: Floats) -> tuple[Whole, Floats, Floats]:
        """Variables that are in no block, and their bounds: alternatives, partners, payments.

        Moves that no partnership can have, and their purchases, are among them, at 0.
        """
        m, blocks = self._m, self.blocks
        inside = np.zeros(len(lower), dtype=bool)
        bought = np.zeros(0, dtype=np.intp) if blocks.purchases is None else blocks.purchases.column
        for columns in (blocks.opens, blocks.joins, bought[bought < len(lower)]):
            inside[columns[columns != NONE]] = True
        low, high = np.maximum(lower, -m.most_paid), np.minimum(upper, np.maximum(m.most_paid, 1.0))
        for move in (*m.joins.values(), *m.opens.values(), *m.buy.values()):
            column = self._column(move)
            if column != NONE and not inside[column]:
                low[column] = high[column] = 0.0
        free = np.flatnonzero(~inside)
        return free, low[free], high[free]
