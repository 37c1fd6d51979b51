"""What of a skeleton belongs to which partnership, and what to none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from formulations.decomposition.blocks import blocks_of
from formulations.decomposition.bought_inside import bought_inside
from formulations.decomposition.kinds import NONE, Floats, Whole
from formulations.decomposition.skeleton_rows import SkeletonRows, Terms
from formulations.pricing import Priced
from formulations.terms import THOUSAND


def _placed(rows: Whole, columns: Whole, count: int) -> Whole:
    """Column of each row of a table, shape (count,); NONE for one that has none."""
    found = np.full(count, NONE, dtype=np.intp)
    found[rows] = columns
    return found


class Skeleton:
    """A skeleton as blocks and what links them.

    Attributes:
        rows: The skeleton.
        blocks: The partnerships that may come to be.
    """

    def __init__(self, rows: SkeletonRows) -> None:
        """Find the blocks."""
        self.rows, self._m = rows, rows.model
        self.blocks = blocks_of(self._m, rows.place.tolist().__getitem__, len(rows))

    @cached_property
    def cost(self) -> Floats:
        """Objective coefficients of all columns: the variables', thousand GBP, and those of purchases that are no variables."""
        purchases = self.blocks.purchases
        return self.rows.cost if purchases is None else np.concatenate([self.rows.cost, purchases.extra])

    def repriced(self, priced: Priced) -> Floats:
        """NPV of all columns at other figures of the same moves, thousand GBP; not where there are purchases."""
        assert self.blocks.purchases is None
        found, (moves, takes) = np.zeros(len(self.rows)), self._rows_of_columns
        found[moves[1]] = priced.moves["npv"].to_numpy()[moves[0]]
        found[takes[1]] = priced.options["npv"].to_numpy()[takes[0]]
        cost: Floats = found / THOUSAND
        return cost

    @cached_property
    def _rows_of_columns(self) -> tuple[tuple[Whole, Whole], tuple[Whole, Whole]]:
        """Row of the table and column, of all moves; and of all alternatives."""
        m, sets = self._m, self._m.sets
        moves = self._known({**sets.join_row, **sets.open_row}, {**m.joins, **m.opens})
        return moves, self._known(sets.take_row, m.takes)

    def _known(self, row: Mapping[Any, int], variable: Mapping[Any, int]) -> tuple[Whole, Whole]:
        """Rows and columns, of those that have a column; both are in the same order of the same keys."""
        columns = self.rows.place[np.fromiter(variable.values(), dtype=np.intp, count=len(variable))]
        there = columns != NONE
        return np.fromiter(row.values(), dtype=np.intp, count=len(row))[there], columns[there]

    @cached_property
    def column_of_move(self) -> Whole:
        """Column of each move of the priced table, shape (moves,); NONE for one that no row has."""
        return _placed(*self._rows_of_columns[0], len(self._m.priced.moves))

    @cached_property
    def column_of_option(self) -> Whole:
        """The same of each alternative of the priced table, shape (options,)."""
        return _placed(*self._rows_of_columns[1], len(self._m.priced.options))

    def partnerships_of_moves(self) -> list[tuple[str, str, str]]:
        """Service, host and vehicle of each move of the priced table."""
        moves = self._m.priced.moves
        return list(zip(*(moves[name].tolist() for name in ("service", "host", "vehicle")), strict=True))

    @cached_property
    def bought(self) -> Terms:
        """What purchases that are no variables add to the rows: row, column and coefficient of each term."""
        return bought_inside(self._m, self.blocks, self.rows.rows)

    @property
    def terms(self) -> Terms:
        """Row, column and coefficient of all terms."""
        row, column, value = (np.concatenate(both) for both in zip(self.rows.terms, self.bought, strict=True))
        return row, column, value

    def free(self) -> tuple[Whole, Floats, Floats]:
        """Variables that are in no block, and their bounds: alternatives, partners, payments.

        Moves that no partnership can have, and their purchases, are among them, at 0.
        """
        m, blocks, rows = self._m, self.blocks, self.rows
        inside = np.zeros(len(rows), dtype=bool)
        bought = np.zeros(0, dtype=np.intp) if blocks.purchases is None else blocks.purchases.column
        for columns in (blocks.opens, blocks.joins, bought[bought < len(inside)]):
            inside[columns[columns != NONE]] = True
        low, high = np.maximum(rows.low, -m.most_paid), np.minimum(rows.high, np.maximum(m.most_paid, 1.0))
        outside = np.zeros(len(inside), dtype=bool)
        outside[self._columns((*m.joins.values(), *m.opens.values(), *m.buy.values()))] = True
        outside &= ~inside
        low[outside] = high[outside] = 0.0
        free = np.flatnonzero(~inside)
        return free, low[free], high[free]

    def _columns(self, variables: Iterable[int]) -> Whole:
        """The columns of variables that have one."""
        found = self.rows.place[np.fromiter(variables, dtype=np.intp)]
        there: Whole = found[found != NONE]
        return there
