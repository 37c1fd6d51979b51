"""What of a skeleton model belongs to which partnership, and what to none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formulations.decomposition.blocks import blocks_of
from formulations.decomposition.bought_inside import Terms, bought_inside
from formulations.decomposition.kinds import NONE, Floats, Whole
from formulations.families import INSIDE
from formulations.pricing import Priced
from formulations.terms import THOUSAND


def _known(pairs: Sequence[tuple[int, int]]) -> tuple[Whole, Whole]:
    """Rows and columns, of those that have a column."""
    found = np.array([pair for pair in pairs if pair[1] != NONE], dtype=np.intp).reshape(-1, 2)
    return found[:, 0], found[:, 1]


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

    def repriced(self, priced: Priced) -> Floats:
        """NPV of all columns at other figures of the same moves, thousand GBP; not where there are purchases."""
        assert self.blocks.purchases is None
        found, (moves, takes) = np.zeros(len(self._columns)), self._rows_of_columns
        found[moves[1]] = priced.moves["npv"].to_numpy()[moves[0]]
        found[takes[1]] = priced.options["npv"].to_numpy()[takes[0]]
        cost: Floats = found / THOUSAND
        return cost

    @cached_property
    def _rows_of_columns(self) -> tuple[tuple[Whole, Whole], tuple[Whole, Whole]]:
        """Row of the table and column, of all moves; and of all alternatives."""
        m, sets = self._m, self._m.sets
        moves = [(sets.join_row[j], self._column(v)) for j, v in m.joins.items()]
        moves += [(sets.open_row[o], self._column(v)) for o, v in m.opens.items()]
        takes = [(sets.take_row[t], self._column(v)) for t, v in m.takes.items()]
        return _known(moves), _known(takes)

    @cached_property
    def column_of_move(self) -> Whole:
        """Column of each move of the priced table, shape (moves,); NONE for one that no row has."""
        (rows, columns), _ = self._rows_of_columns
        found = np.full(len(self._m.priced.moves), NONE, dtype=np.intp)
        found[rows] = columns
        return found

    def partnerships_of_moves(self) -> list[tuple[str, str, str]]:
        """Service, host and vehicle of each move of the priced table."""
        moves = self._m.priced.moves
        return list(zip(*(moves[name].tolist() for name in ("service", "host", "vehicle")), strict=True))

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
