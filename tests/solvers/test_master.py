"""The restricted master problem: by hand, and against a linear program that is put together in the test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from solvers.column_generation import Linked
from solvers.master import Master

INF = np.inf


def linked(cost, rows, free=None):
    """Rows are (lower, coefficients, upper), the bounds of variables in no block are given by variable."""
    free = free or {}
    matrix = np.array([coefficients for _, coefficients, _ in rows], dtype=float).reshape(len(rows), len(cost))
    lower, upper = (np.array([row[side] for row in rows], dtype=float) for side in (0, 2))
    low, high = (np.array([bounds[side] for bounds in free.values()], dtype=float) for side in (0, 1))
    return Linked(np.array(cost, dtype=float), sparse.csr_matrix(matrix), lower, upper, np.array(list(free), dtype=np.intp), low, high)


def master(problem, points=()):
    found = Master(problem.lower, problem.upper, problem.matrix.tocsc(), problem)
    found.add(list(points))
    return found


def own(count):
    """A row for each of so many variables that allows it once."""
    return [(-INF, row, 1) for row in np.eye(count)]


def knapsack():
    return linked([10, 6, 4], [(-INF, [5, 4, 2], 8), *own(3)])


def test_by_hand():
    """10 a + 6 b + 4 c with 5 a + 4 b + 2 c <= 8: a, c and 1/4 of b, 15.5; 1.5 a unit, of a 10 - 5 * 1.5 is left, of c 4 - 2 * 1.5."""
    value, duals = master(knapsack(), [(0,), (1,), (2,)]).solve()
    assert value == pytest.approx(15.5)
    assert duals == pytest.approx([1.5, 2.5, 0, 1])


def test_only_the_points_there_are():
    """Without points nothing is taken, at no price; of b alone 6, of a and b together 1 - no more than 8/9 - of 16."""
    assert master(knapsack()).solve()[0] == 0
    assert master(knapsack()).solve()[1] == pytest.approx([0, 0, 0, 0])
    assert master(knapsack(), [(1,)]).solve()[0] == pytest.approx(6)
    value, duals = master(knapsack(), [(0, 1)]).solve()
    assert (value, duals[0]) == (pytest.approx(16 * 8 / 9), pytest.approx(16 / 9))


@pytest.mark.parametrize(("sign", "dual"), [(1, -2), (-1, 2)], ids=["at least", "at most a negative"])
def test_duals_of_rows_that_ask_for_something(sign, dual):
    """Two units for 3 and four for 8, five wanted: -3 - 3/4 * 8 = -9, each further unit 2 dearer, the first point worth 4 for its 3."""
    wanted = (5, [2, 4], INF) if sign == 1 else (-INF, [-2, -4], -5)
    value, duals = master(linked([-3, -8], [wanted, *own(2)]), [(0,), (1,)]).solve()
    assert value == pytest.approx(-9)
    assert duals == pytest.approx([dual, 1, 0])


@pytest.mark.parametrize(
    ("amount", "low", "best", "dual"),
    [(3, -2, 6.5, -1.5), (1, -2, 9.5, -1.5), (1, 0, 4, 4)],
    ids=["bought", "sold", "nothing to sell"],
)
def test_equal(amount, low, best, dual):
    """A point of 2 units is worth 8, a unit costs 1.5: with one more 8 - 1.5, one less 8 + 1.5; half of the point, 4 for a unit."""
    value, duals = master(linked([8, -1.5], [(amount, [2, 1], amount), (-INF, [1, 0], 1)], {1: (low, 2)}), [(0,)]).solve()
    assert (value, duals[0]) == (pytest.approx(best), pytest.approx(dual))


def test_missed():
    """Five wanted and 2 to be had at 3 each: no plan, so no value; the price of a unit says that more is wanted. With 8 there is one."""
    found = master(linked([-3, -8], [(5, [2, 4], INF), *own(2)]), [(0,)])
    value, duals = found.solve()
    assert value is None
    assert duals[0] < -3
    found.add([(1,)])
    assert found.solve()[0] == pytest.approx(-9)


@pytest.mark.parametrize("row", [(3, [2], INF), (1, [0], 1), (-INF, [1], -1), (0.5, [-1], 0.5)])
def test_never_met(row):
    """A row that no point meets: None, whatever is added."""
    found = master(linked([4], [row, *own(1)]))
    assert found.solve()[0] is None
    found.add([(0,)])
    assert found.solve()[0] is None


@pytest.mark.parametrize(
    ("problem", "value"),
    [
        (linked([], []), 0),
        (linked([], [(-1, [], 2)]), 0),
        (linked([2, -3], [], {0: (-1, 4), 1: (-2, 5)}), 14),
        (linked([3], [(-INF, [1], 0.5)], {0: (0, 1)}), 1.5),
    ],
    ids=["nothing", "an empty row", "no rows", "no points"],
)
def test_little(problem, value):
    """No variables, rows or points: 2 * 4 + 3 * 2 = 14 at the bounds, half of 3 in the row; a dual for each row."""
    found, duals = master(problem).solve()
    assert (found, len(duals)) == (pytest.approx(value), len(problem.lower))


def drawn(seed):
    """Random rows that a random plan of points and free variables keeps, each point with a row of its own; and the points."""
    draw = np.random.default_rng(seed)
    blocks, extra = int(draw.integers(1, 7)), int(draw.integers(0, 3))
    count = 3 * blocks + extra
    points = [(3 * b, *(3 * b + 1 + n for n in np.flatnonzero(draw.random(2) < 0.5))) for b in range(blocks) for _ in range(2)]
    points = list(dict.fromkeys(tuple(map(int, point)) for point in points))
    free = {3 * blocks + n: (float(draw.integers(-3, 1)), float(draw.integers(1, 4))) for n in range(extra)}
    plan = np.zeros(count)
    for point in points:
        plan[list(point)] += draw.random() * 0.5
    plan[3 * blocks :] = [draw.uniform(*bounds) for bounds in free.values()]
    rows = []
    for kind in draw.integers(0, 4, size=draw.integers(1, 6)):
        coefficients = draw.integers(-3, 7, size=count) * draw.choice([0.5, 1, 2])
        at, below, above = coefficients @ plan, *draw.uniform(0, 3, 2)
        rows.append(
            [
                (-INF, coefficients, at + above),
                (at - below, coefficients, INF),
                (at, coefficients, at),
                (at - below, coefficients, at + above),
            ][kind]
        )
    rows += [(-INF, np.arange(count) == 3 * b, 1) for b in range(blocks)]
    return linked(draw.integers(-15, 30, size=count), rows, free), points


def linear(problem, points):
    """The same by linprog."""
    matrix, most, least = problem.matrix.toarray(), np.isfinite(problem.upper), np.isfinite(problem.lower)
    table = np.array([matrix[:, list(point)].sum(axis=1) for point in points] + [matrix[:, j] for j in problem.free]).T
    cost = [problem.cost[list(point)].sum() for point in points] + [problem.cost[j] for j in problem.free]
    found = linprog(
        -np.array(cost),
        A_ub=np.vstack([table[most], -table[least]]),
        b_ub=np.concatenate([problem.upper[most], -problem.lower[least]]),
        bounds=[(0, None)] * len(points) + list(zip(problem.low, problem.high, strict=True)),
    )
    assert found.status == 0
    return -found.fun


@pytest.mark.parametrize("seed", range(20))
def test_random(seed):
    """The value is linprog's, whether points come at once or in two goes with a solution between; the duals prove it."""
    problem, points = drawn(seed)
    value, duals = master(problem, points).solve()
    assert value == pytest.approx(linear(problem, points), rel=1e-6, abs=1e-6)
    assert_proven(problem, points, value, duals)
    half = len(points) // 2
    other = master(problem, points[:half])
    other.solve()
    other.add(points[half:])
    other.add([])
    value, duals = other.solve()
    assert value == pytest.approx(linear(problem, points), rel=1e-6, abs=1e-6)
    assert_proven(problem, points, value, duals)


def assert_proven(problem, points, value, duals):
    """What rows are worth at the duals and the free variables at their best is the value, and no point is worth more than it takes."""
    sides = [(d, problem.upper[r] if d > 0 else problem.lower[r]) for r, d in enumerate(duals) if abs(d) > 1e-9]
    left = problem.cost - duals @ problem.matrix.toarray()
    ends = zip(left[problem.free], problem.low, problem.high, strict=True)
    assert sum(d * side for d, side in sides) + sum(max(v * low, v * high) for v, low, high in ends) == pytest.approx(value, abs=1e-5)
    assert all(left[list(point)].sum() <= 1e-6 for point in points)
