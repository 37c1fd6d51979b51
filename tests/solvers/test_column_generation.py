"""Bounds by Lagrangian relaxation: by hand, and of random blocks against enumeration and the linear program over all points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from linked_toys import BRISK, Listed, Toy, toy
from scipy import sparse
from scipy.optimize import linprog

from solvers.column_generation import Duals, Pace

INF = np.inf
SEEDS = range(20)


def drawn(seed, *, own=True):
    """A random problem that some plan keeps; `own` gives each block a row that allows one of its points, by a variable in all of them."""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(2, 5, size=draw.integers(1, 7))
    firsts = np.cumsum(sizes) - sizes
    extra = int(draw.integers(0, 3))
    count = int(sizes.sum()) + extra
    blocks = []
    for first, size in zip(firsts, sizes, strict=True):
        points = {(int(first), *(int(first + 1 + n) for n in np.flatnonzero(draw.random(size - 1) < 0.6))) for _ in range(5)}
        blocks.append(sorted(points))
    free = {count - 1 - n: (-float(draw.integers(0, 3)), float(draw.integers(1, 4))) for n in range(extra)}
    plan = np.zeros(count)
    for block in blocks:
        if draw.random() < 0.7:
            plan[list(block[draw.integers(len(block))])] = 1
    plan[list(free)] = [bounds[draw.integers(2)] for bounds in free.values()]
    rows = []
    for kind in draw.choice(["<=", ">=", "=", "range", "none"], size=draw.integers(1, 6), p=[0.35, 0.3, 0.15, 0.15, 0.05]):
        coefficients = draw.integers(-3, 7, size=count) * (draw.random(count) < 0.7) * draw.choice([0.5, 1, 30])
        at, below, above = coefficients @ plan, draw.integers(0, 4), draw.integers(0, 4)
        sides = {"<=": (-INF, at + above), ">=": (at - below, INF), "=": (at, at), "range": (at - below, at + above), "none": (-INF, INF)}
        rows.append((sides[kind][0], coefficients, sides[kind][1]))
    if own:
        rows += [(-INF, 2.0 * (np.arange(count) == first), 2) for first in firsts]
    return toy(draw.integers(-15, 30, size=count), rows, blocks, free)


def bound_at(problem, duals):
    """The bound of the module's docstring, term by term."""
    linked, matrix = problem.linked, problem.linked.matrix.toarray()
    left = linked.cost - duals @ matrix
    bound = sum(max(d * side for side in sides if d) for d, *sides in zip(duals, linked.lower, linked.upper, strict=True) if d)
    bound += sum(max(0, *(sum(left[place] for place in point) for point in block)) for block in problem.blocks)
    return bound + sum(max(left[j] * low, left[j] * high) for j, low, high in zip(linked.free, linked.low, linked.high, strict=True))


def optimum(problem):
    """The best of all plans with the free variables at their ends; None if no such plan keeps the rows."""
    linked, matrix = problem.linked, problem.linked.matrix.toarray()
    effects, values = np.zeros((1, matrix.shape[0])), np.zeros(1)
    unit = np.eye(matrix.shape[1])
    options = [[unit[list(point)].sum(axis=0) for point in [(), *block]] for block in problem.blocks]
    options += [[low * unit[j], high * unit[j]] for j, low, high in zip(linked.free, linked.low, linked.high, strict=True)]
    for option in options:
        points = np.array(option)
        effects = (effects[:, None] + points @ matrix.T).reshape(-1, matrix.shape[0])
        values = (values[:, None] + points @ linked.cost).ravel()
    kept = ((effects >= linked.lower - 1e-9) & (effects <= linked.upper + 1e-9)).all(axis=1)
    return float(values[kept].max()) if kept.any() else None


def linear(problem):
    """Value of the linear program over all points at once, with a row for each block; None if it has no solution."""
    linked, matrix = problem.linked, problem.linked.matrix.toarray()
    points = [(number, point) for number, block in enumerate(problem.blocks) for point in block]
    table = np.array([matrix[:, list(point)].sum(axis=1) for _, point in points] + [matrix[:, j] for j in linked.free]).T
    cost = [sum(linked.cost[place] for place in point) for _, point in points] + [linked.cost[j] for j in linked.free]
    convex = [[float(b == number) for b, _ in points] + [0.0] * len(linked.free) for number in range(len(problem.blocks))]
    most, least = np.isfinite(linked.upper), np.isfinite(linked.lower)
    found = linprog(
        -np.array(cost),
        A_ub=np.vstack([table[most], -table[least], np.array(convex).reshape(-1, len(cost))]),
        b_ub=np.concatenate([linked.upper[most], -linked.lower[least], np.ones(len(problem.blocks))]),
        bounds=[(0, None)] * len(points) + list(zip(linked.low, linked.high, strict=True)),
    )
    return -found.fun if found.status == 0 else None


def near(value):
    return pytest.approx(value, rel=1e-6, abs=1e-6)


def knapsack():
    """Three items, each a block with a row of its own: 10 a + 6 b + 4 c with 5 a + 4 b + 2 c at most 8."""
    return toy([10, 6, 4], [(-INF, [5, 4, 2], 8), *((-INF, row, 1) for row in np.eye(3))], [[(0,)], [(1,)], [(2,)]])


def test_at_most_by_hand():
    """a, c and a quarter of b: 10 + 4 + 1.5 = 15.5, at 1.5 a unit 8 * 1.5 + (10 - 7.5) + 0 + (4 - 3); in whole items a and c, 14."""
    duals = knapsack().searched()
    assert (duals.bound, duals.reached, duals.gap) == (near(15.5), near(15.5), near(0))
    assert duals.duals[0] == near(1.5)
    assert optimum(knapsack()) == 14


def test_steps_alone_by_hand():
    """Without master problems 15.5 to a hundredth, and nothing is known of what is left."""
    duals = knapsack().duals(Pace())
    duals.descend()
    assert 15.5 <= duals.bound <= 15.5 * 1.01
    assert (duals.reached, duals.gap) == (None, INF)


@pytest.mark.parametrize("sign", [1, -1], ids=["at least", "at most a negative"])
def test_at_least_by_hand(sign):
    """Two units for 3, four for 8, five wanted: all of the first and 3/4 of the second, -3 - 6 = -9 = -2 * 5 + (-3 + 4) + (-8 + 8)."""
    wanted = (5, [2, 4], INF) if sign == 1 else (-INF, [-2, -4], -5)
    duals = toy([-3, -8], [wanted, (-INF, [1, 0], 1), (-INF, [0, 1], 1)], [[(0,)], [(1,)]]).searched()
    assert (duals.bound, duals.reached, duals.duals[0]) == (near(-9), near(-9), near(-2 * sign))


def test_equal_by_hand():
    """Workers worth 5 or 4 and 4 or 1 at two tasks, each done once: the first worker leaves the first task to the second, 4 + 4."""
    rows = [(1, [1, 0, 1, 0], 1), (1, [0, 1, 0, 1], 1), (-INF, [1, 1, 0, 0], 1), (-INF, [0, 0, 1, 1], 1)]
    problem = toy([5, 4, 4, 1], rows, [[(0,), (1,)], [(2,), (3,)]])
    duals = problem.searched()
    assert (duals.bound, duals.reached, optimum(problem)) == (near(8), near(8), 8)


@pytest.mark.parametrize("least", [-INF, 1.0], ids=["at most", "equal"])
def test_points_of_several_variables(least):
    """Three pairs of three things, each pair worth 2: halves make 3 = 1 + 1 + 1; whole pairs 2, and none takes each thing once."""
    rows = [(least, np.isin([0, 1, 1, 2, 2, 0], thing), 1) for thing in range(3)]
    problem = toy([1] * 6, rows, [[(0, 1)], [(2, 3)], [(4, 5)]])
    duals = problem.searched()
    assert (duals.bound, duals.reached) == (near(3), near(3))
    assert duals.duals == near([1, 1, 1])
    assert optimum(problem) == (2 if least < 0 else None)


@pytest.mark.parametrize(
    ("low", "high", "value", "price"),
    [(0, 4, 2, 1), (0, 2, 4 / 3, 5 / 3), (3.5, 4, 1.5, 0), (-1, 1, 2 / 3, 5 / 3)],
    ids=["as much as wanted", "too little", "more than enough is bought anyway", "could be less than nothing"],
)
def test_variables_in_no_block(low, high, value, price):
    """A point worth 5 needs 3 units at 1 each: 5 - 3; with 2 to be had 2/3 of it, 10/3 - 2; with 1, 5/3 - 1; 3.5 bought, 5 - 3.5."""
    problem = toy([5, -1], [(-INF, [3, -1], 0), (-INF, [1, 0], 1)], [[(0,)]], {1: (low, high)})
    steps, duals = problem.duals(Pace()), problem.searched()
    steps.descend()
    assert value - 1e-6 <= steps.bound <= value * 1.01
    assert (duals.bound, duals.reached, linear(problem)) == (near(value), near(value), near(value))
    assert duals.duals[0] == near(price)


@pytest.mark.parametrize("row", [(3, [2], INF), (1, [0], 1), (-INF, [1], -1), (0.5, [-1], 0.5)])
def test_row_that_no_point_meets(row):
    """No plan, so nothing is reached; the bound is that of its duals and below any plan of the other rows, which is worth 4 or 0."""
    problem = toy([4], [row, (-INF, [1], 1)], [[(0,)]])
    duals = problem.searched()
    assert (duals.reached, duals.gap, linear(problem)) == (None, INF, None)
    assert duals.bound == near(bound_at(problem, duals.duals))
    assert duals.bound < 0


@pytest.mark.parametrize(
    ("problem", "value"),
    [
        (toy([], [], []), 0),
        (toy([], [(-1, [], 2)], []), 0),
        (toy([2, -3], [], [], {0: (-1, 4), 1: (-2, 5)}), 14),
        (toy([3], [(-INF, [1], 0.5)], [], {0: (0, 1)}), 1.5),
        (toy([-3], [], [[(0,)]]), 0),
        (toy([3], [(-INF, [1], 1)], [[], [(0,)]]), 3),
    ],
    ids=["nothing", "an empty row", "no rows", "no blocks", "no point is worth it", "a block without points"],
)
def test_nothing_to_link(problem, value):
    """No variables, rows, blocks or points: 2 * 4 + 3 * 2 = 14 at the bounds, half of 3 in the row, no more than there is."""
    duals = problem.searched()
    assert (duals.bound, duals.reached) == (near(value), near(value))


@pytest.mark.parametrize("seed", SEEDS)
def test_random_steps(seed):
    """Whatever rows there are, steps end at a bound that is that of its duals, above every plan and no worse than where they began."""
    for problem in (drawn(seed), drawn(seed, own=False)):
        duals = problem.duals()
        duals.descend()
        assert duals.bound == near(bound_at(problem, duals.duals))
        assert duals.bound >= linear(problem) - 1e-6
        assert duals.bound >= optimum(problem) - 1e-6
        assert duals.bound <= bound_at(problem, np.zeros(len(duals.duals))) + 1e-6
        assert_signs(problem.linked, duals.duals)


@pytest.mark.parametrize("begin", ["steps", "nothing"])
@pytest.mark.parametrize("seed", SEEDS)
def test_random_search(seed, begin):
    """Master problems end at the value of the linear program over all points, which no plan exceeds; what they reach is no higher."""
    problem = drawn(seed)
    duals = problem.duals()
    if begin == "steps":
        duals.descend()
    before = duals.bound
    duals.search()
    assert duals.reduced() == near(problem.linked.cost - duals.duals @ problem.linked.matrix.toarray())
    assert (duals.bound, duals.bound) == (near(bound_at(problem, duals.duals)), near(linear(problem)))
    assert duals.bound >= optimum(problem) - 1e-6
    assert duals.bound <= before
    assert duals.reached <= duals.bound + 1e-6
    assert 0 <= duals.gap <= 1e-6
    assert_signs(problem.linked, duals.duals)
    assert set(duals.columns) <= {point for block in problem.blocks for point in block}
    assert list(duals.columns.values()) == list(range(len(duals.columns)))


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_many_points(seed):
    """Six budgets, three blocks of 64 points: master problems alone, more than three of them, end at the linear program's value."""
    draw = np.random.default_rng(seed)
    chosen = [[0, *(1 + n for n in range(6) if number >> n & 1)] for number in range(64)]
    blocks = [[tuple(7 * b + n for n in point) for point in chosen] for b in range(3)]
    rows = [(-INF, weights, weights.sum() // 3) for weights in draw.integers(0, 20, size=(6, 21))]
    rows += [(-INF, np.arange(21) == 7 * b, 1) for b in range(3)]
    problem = toy(draw.integers(-3, 20, size=21), rows, blocks)
    few, whole = problem.duals(replace(BRISK, rounds=3)), problem.duals()
    few.search()
    whole.search()
    assert (whole.bound, whole.reached) == (near(linear(problem)), near(linear(problem)))
    assert few.gap > 1e-6
    assert set(problem.oracle(problem.asked[0]).promising()) <= set(few.columns)


def assert_signs(linked, duals):
    """Nothing is paid for below where there is no lower bound, nor above where there is no upper one."""
    assert (duals[~np.isfinite(linked.lower)] >= 0).all()
    assert (duals[~np.isfinite(linked.upper)] <= 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_reached_on_the_way(seed):
    """After each master problem: what is reached is no more than with all points, the bound no less and never rising, the gap between."""
    problem, bounds = drawn(seed), []
    for rounds in range(5):
        duals = problem.duals(replace(BRISK, rounds=rounds))
        duals.search()
        assert bool(problem.asked) == (rounds > 0)
        assert duals.bound >= linear(problem) - 1e-6
        bounds.append(duals.bound)
        reached = -INF if duals.reached is None else duals.reached
        assert reached <= linear(problem) + 1e-6
        assert duals.gap * max(abs(duals.bound), 1e-9) == near(max(0, duals.bound - reached))
    assert bounds == sorted(bounds, reverse=True)


@pytest.mark.parametrize("seed", SEEDS[:10])
def test_start(seed):
    """Duals that were found once give the same bound at the first evaluation; those of a wrong sign count as 0."""
    problem = drawn(seed)
    found, once = problem.searched(), Pace(levels=(0.1,), steps=1)
    again, wrong = problem.duals(once), problem.duals(once)
    again.start(found.duals)
    assert again.duals == near(found.duals)
    again.descend()
    assert again.bound == near(found.bound)
    either = np.random.default_rng(seed).normal(0, 5, len(found.duals))
    wrong.start(either)
    wrong.descend()
    least, most = (np.where(np.isfinite(side), INF, 0) for side in (problem.linked.lower, problem.linked.upper))
    assert wrong.bound == near(bound_at(problem, np.clip(either, -least, most)))


@pytest.mark.parametrize("seed", SEEDS[:10])
def test_repeated_and_scaled(seed):
    """The same again, to the last digit; with rows in other units, powers of two, only the duals change, which are in those units."""
    problem = drawn(seed)
    linked, found, again = problem.linked, problem.searched(), drawn(seed).searched()
    assert (again.bound, again.reached, list(again.columns)) == (found.bound, found.reached, list(found.columns))
    assert (again.duals == found.duals).all()
    factors = 2.0 ** np.random.default_rng(seed).integers(-12, 13, len(linked.lower))
    rows = {"matrix": sparse.diags(factors) @ linked.matrix, "lower": linked.lower * factors, "upper": linked.upper * factors}
    scaled = Toy(replace(linked, **rows), problem.blocks).searched()
    assert (scaled.bound, scaled.reached, list(scaled.columns)) == (found.bound, found.reached, list(found.columns))
    assert (scaled.duals * factors == found.duals).all()


@pytest.mark.parametrize("settings", [{"stopped": lambda: True}, {"deadline": -1.0}], ids=["stopped", "deadline"])
def test_ends_at_once(settings):
    """Stopped from the beginning, or the time is up: hardly a question, and no bound below a plan."""
    problem = drawn(1)
    duals = problem.duals(**settings)
    duals.descend()
    duals.search()
    assert len(problem.asked) <= 1
    assert duals.bound >= linear(problem) - 1e-6


@pytest.mark.parametrize("most", [1, 2, 5, 20, 61, 62])
def test_stopped_on_the_way(most):
    """It ends within a round of being told, and the bound is that of the duals so far."""
    problem = drawn(1)
    duals = problem.duals(stopped=lambda: len(problem.asked) >= most)
    duals.descend()
    assert len(problem.asked) <= most
    duals.search()
    assert len(problem.asked) <= most + 1
    assert duals.bound == near(bound_at(problem, duals.duals))
    assert duals.bound >= linear(problem) - 1e-6


def test_keeping():
    """Points found by steps are kept for the master problem, unless they are not wanted; the bound in the end is the same."""
    problem = drawn(1)
    kept, dropped = problem.duals(), problem.duals(keeping=False)
    kept.descend()
    dropped.descend()
    assert kept.columns
    assert (len(dropped.columns), dropped.bound) == (0, kept.bound)
    dropped.search()
    assert dropped.bound == near(linear(problem))


@pytest.mark.parametrize("tolerance", [0.2, 0.02])
def test_tolerance(tolerance):
    """A search ends within the tolerance, not always with nothing left, and asks no more than a narrower one."""
    gaps = []
    for seed in range(8):
        wide, narrow = drawn(seed), drawn(seed)
        duals = wide.duals(replace(BRISK, tolerance=tolerance))
        duals.search()
        narrow.duals().search()
        gaps.append(duals.gap)
        assert len(wide.asked) <= len(narrow.asked)
    assert BRISK.tolerance < max(gaps) <= tolerance


def test_total_that_is_too_high():
    """An oracle may overstate what the blocks offer: the bound is higher by so much, 15.5 and 2, and still a bound."""

    class Overstated(Listed):
        total = property(lambda self: super().total + 2)

    duals = Duals(knapsack().linked, lambda values: Overstated(knapsack().blocks, values), BRISK)
    duals.descend()
    duals.search()
    assert (duals.bound, duals.reached) == (near(17.5), near(15.5))
