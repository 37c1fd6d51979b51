"""Diving: by hand, against every point of small models, and stopped."""

from __future__ import annotations

import itertools
import threading

import numpy as np
import pyomo.environ as pyo
import pytest
from mips import build, knapsack, mixed

from solvers import Limits
from solvers import get as solver
from solvers.arrays import compile_model
from solvers.diving import dive


def triangle(m):
    """Of three that no two may be together, worth 4, 3 and 3: the relaxation takes half of each, so a dive takes the first alone."""
    m.x = pyo.Var(range(3), domain=pyo.Binary)
    m.pair = pyo.Constraint([(0, 1), (0, 2), (1, 2)], rule=lambda m, i, j: m.x[i] + m.x[j] <= 1)
    m.o = pyo.Objective(expr=4 * m.x[0] + 3 * m.x[1] + 3 * m.x[2], sense=pyo.maximize)


def refused(m):
    """Y is at 0.95 in the relaxation and cannot be 1 with x whole, so it has to go down: x alone, worth 1."""
    m.x = pyo.Var(domain=pyo.Binary)
    m.y = pyo.Var(domain=pyo.Binary)
    m.z = pyo.Var(domain=pyo.Binary)
    m.a = pyo.Constraint(expr=20 * m.y + m.z <= 19.5)
    m.b = pyo.Constraint(expr=m.x + m.z >= 1)
    m.o = pyo.Objective(expr=m.x + 9 * m.y - 2 * m.z, sense=pyo.maximize)


def none(m):
    """Two that are to be one and a half together: the relaxation has points, whole numbers have none."""
    m.x = pyo.Var(range(2), domain=pyo.Binary)
    m.c = pyo.Constraint(expr=m.x[0] + m.x[1] == 1.5)
    m.o = pyo.Objective(expr=m.x[0])


def contradiction(m):
    """A row without a free variable that does not hold."""
    m.x = pyo.Var(domain=pyo.Binary)
    m.y = pyo.Var(domain=pyo.Binary)
    m.y.fix(1)
    m.c = pyo.Constraint(expr=2 * m.y <= 1)
    m.o = pyo.Objective(expr=m.x)


def several(m):
    """Whole numbers above one: 3 x + 2 y with 2 x + 2 y <= 7 has x = 3.5 in the relaxation. x = 4 is too much, so x = 3: 9."""
    m.x = pyo.Var(domain=pyo.Integers, bounds=(0, 9))
    m.y = pyo.Var(domain=pyo.Integers, bounds=(0, 9))
    m.c = pyo.Constraint(expr=2 * m.x + 2 * m.y <= 7)
    m.o = pyo.Objective(expr=3 * m.x + 2 * m.y, sense=pyo.maximize)


def rest(m):
    """Nothing is whole here, so the relaxation is the plan: 2.5."""
    m.x = pyo.Var(bounds=(0, 2.5))
    m.c = pyo.Constraint(expr=m.x <= 3)
    m.o = pyo.Objective(expr=m.x, sense=pyo.maximize)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (triangle, {"x[0]": 1, "x[1]": 0, "x[2]": 0}),
        (refused, {"x": 1, "y": 0, "z": 0}),
        (several, {"x": 3, "y": 0}),
        (rest, {"x": 2.5}),
        (none, None),
        (contradiction, None),
    ],
)
def test_by_hand(rule, expected):
    """What is raised, what has to go back, and what has no plan."""
    assert dive(build(rule), Limits()) == expected


def packing(seed):
    """Seven that are worth something, rows of at most so many of them, one row of at least one."""

    def rule(m):
        random = np.random.default_rng(seed)
        m.x = pyo.Var(range(7), domain=pyo.Binary)
        m.c = pyo.Constraint(
            range(5), rule=lambda m, _: sum(int(random.integers(0, 4)) * m.x[i] for i in range(7)) + m.x[0] <= int(random.integers(2, 6))
        )
        m.d = pyo.Constraint(expr=m.x[1] + m.x[2] + m.x[3] >= 1)
        m.o = pyo.Objective(expr=sum(int(random.integers(1, 20)) * m.x[i] for i in range(7)), sense=pyo.maximize)

    return rule


def test_it_keeps_every_rule_and_is_near_the_best():
    """Of all 128 points of each model: what is found is one that keeps the rows, and no dive finds one where there is none."""
    worth = []
    for seed in range(60):
        model = build(packing(seed))
        arrays = compile_model(model)
        points = [np.array(point, dtype=float) for point in itertools.product((0, 1), repeat=len(arrays.variables))]
        values = {tuple(point): arrays.objective(point) for point in points if arrays.breach(point)[0] <= 1e-9}
        found = dive(model, Limits())
        if found is None:
            worth.append(0.0 if values else 1.0)
            continue
        point = tuple(arrays.point(found))
        assert point in values, seed
        assert dive(build(packing(seed)), Limits()) == found
        worth.append(values[point] / max(values.values()))
    assert np.mean(worth) > 0.8
    assert np.mean(np.array(worth) > 0.999) > 0.4


MODELS = {
    "triangle": lambda: build(triangle),
    "refused": lambda: build(refused),
    **{f"knapsack {seed}": lambda seed=seed: knapsack(20, 3, seed) for seed in range(8)},
    **{f"mixed {seed}": lambda seed=seed: mixed(seed) for seed in range(12)},
}


def test_the_better_of_several_dives():
    """More dives find nothing worse than each by itself, in either sense, and nothing better than there is."""
    differ = 0
    for name, make in MODELS.items():
        model = make()
        arrays, best = compile_model(model), solver("highs").solve(model, Limits()).objective
        each = [found for share in (0.9, 0.3) if (found := dive(model, Limits(), (share,))) is not None]
        both = dive(model, Limits(), (0.9, 0.3))
        assert (both is None) == (not each), name
        if both is None:
            continue
        worth = [arrays.objective(arrays.point(found)) for found in each]
        value = arrays.objective(arrays.point(both))
        assert value == pytest.approx(max(worth) if arrays.maximise else min(worth)), name
        assert best is not None, name
        assert (value - best) * (1 if arrays.maximise else -1) <= 1e-6 * max(1.0, abs(best)), name
        differ += len(set(worth)) > 1
    assert differ >= 2


def test_it_stops_when_it_is_told_to():
    """No time, or somebody has stopped the work: no plan and no error."""
    stopped = threading.Event()
    stopped.set()
    assert dive(build(triangle), Limits(interrupt=stopped)) is None
    assert dive(build(triangle), Limits(seconds=0.0)) is None
    assert dive(build(triangle), Limits(seconds=60.0)) is not None


@pytest.mark.parametrize("limit", ["ITERATIONS", "PROGRAMS"])
def test_what_takes_too_long_is_left(limit, monkeypatch):
    """Where a dive may make no step at all, or after one is to be over, there is no plan; with a few more there is."""
    monkeypatch.setattr(f"solvers.diving.{limit}", 1)
    assert dive(knapsack(), Limits()) is None
    monkeypatch.setattr(f"solvers.diving.{limit}", 100)
    assert dive(knapsack(), Limits()) is not None
