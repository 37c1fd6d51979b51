"""The restricted master problem: a linear program over the points that have been found, in HiGHS, which keeps its basis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from solvers.arrays import Floats
from solvers.errors import SolverFailed
from solvers.highs import new_highs
from solvers.incidence import incidence
from solvers.scipy_sparse import sparse

if TYPE_CHECKING:
    from solvers.column_generation import Column, Linked

USED = 1e-6
"""A point is used if it is by more than this."""
SOLVED = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty)
DEAR = 10.0
"""What a unit of a row that is missed costs, times the dearest variable; and by how much that grows."""


class Master:
    """Maximise the value of points within the rows, which see to it that no block is in use more than once (`Linked`).

    Rows that are not met without any point may be missed at a price, so that there is always a solution.
    """

    def __init__(self, lower: Floats, upper: Floats, columns: Any, linked: Linked) -> None:
        self._columns, self._linked = columns, linked
        self._missed: list[int] = []
        self._points: list[Column] = []
        self._ways: tuple[str, ...] = ("ipm", "simplex")
        self._price = DEAR * max(1.0, float(np.abs(linked.cost).max(initial=0.0)))
        self._highs = new_highs()
        self._highs.setOptionValue("threads", 1)
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        none = np.zeros(len(lower), dtype=np.int32)
        self._highs.addRows(len(lower), lower, upper, 0, none, np.array([], dtype=np.int32), np.array([]))
        self._pass(columns[:, linked.free], linked.cost[linked.free], linked.low, linked.high)
        idle = columns[:, linked.free] @ linked.low
        self._misses(lower - idle, upper - idle)
        self._before = self._highs.getNumCol()

    def _pass(self, matrix: Any, cost: Floats, low: Floats, high: Floats) -> None:
        found = matrix.tocsc()
        count = found.shape[1]
        if not count:
            return
        starts, places = found.indptr[:-1].astype(np.int32), found.indices.astype(np.int32)
        self._highs.addCols(count, cost, low, high, found.nnz, starts, places, found.data)

    def _misses(self, lower: Floats, upper: Floats) -> None:
        """Let those rows be missed that nothing at all does not meet."""
        short, over = np.flatnonzero(lower > 0), np.flatnonzero(upper < 0)
        rows = np.concatenate([short, over])
        if len(rows):
            first = self._highs.getNumCol()
            signs = np.concatenate([np.ones(len(short)), -np.ones(len(over))])
            matrix = sparse.csc_matrix((signs, (rows, np.arange(len(rows)))), shape=(len(lower), len(rows)))
            self._pass(matrix, np.full(len(rows), -self._price), np.zeros(len(rows)), np.full(len(rows), highspy.kHighsInf))
            self._missed = list(range(first, first + len(rows)))

    def add(self, points: list[Column]) -> None:
        """Put points into the problem."""
        if not points:
            return
        self._points += points
        chosen = incidence(points, self._columns.shape[1])
        cost: Floats = np.asarray(chosen.T @ self._linked.cost)
        self._pass(self._columns @ chosen, cost, np.zeros(len(points)), np.full(len(points), highspy.kHighsInf))

    @property
    def solved(self) -> tuple[list[Column], Any]:
        """Its points, and which columns and rows its last solution rests on."""
        return list(self._points), self._highs.getBasis()

    def begin_at(self, basis: Any) -> None:
        """Begin at the basis of a problem with the same rows and points, whatever its figures were; where HiGHS does not take it, at none."""
        if self._highs.setBasis(basis) == highspy.HighsStatus.kOk:
            self._ways = ("simplex",)

    def raise_price(self) -> None:
        """Make it dearer to miss a row."""
        self._price *= DEAR
        for column in self._missed:
            self._highs.changeColCost(column, -self._price)

    def support(self) -> list[Column]:
        """The points that its last solution uses."""
        values = np.array(self._highs.getSolution().col_value)
        known = self._points[: len(values) - self._before]  # those that came after the solution have no value
        return [point for point, value in zip(known, values[self._before :], strict=True) if value > USED]

    def _run(self) -> Any:
        """Solve it: the first time by interior point, a third of the simplex method's time, and from its basis on by simplex."""
        ways, self._ways = self._ways, ("simplex",)
        for way in ways:
            self._highs.setOptionValue("solver", way)
            self._highs.run()
            if self._highs.getModelStatus() in SOLVED:
                break
        return self._highs.getModelStatus()

    def solve(self) -> tuple[float | None, Floats]:
        """Its value, None if some row is missed, and the dual of each row.

        Raises:
            SolverFailed: HiGHS does not solve a linear program that always has a solution.
        """
        status = self._run()
        if status not in SOLVED:
            raise SolverFailed(f"HiGHS stopped in a master problem: '{self._highs.modelStatusToString(status)}'")
        solution = self._highs.getSolution()
        values = solution.col_value
        missed = any(values[column] > 1e-7 for column in self._missed)
        value = None if missed else float(self._highs.getInfo().objective_function_value)
        return value, np.array(solution.row_dual)
