"""Small Pyomo models for tests of solvers, and checks of a Result that use nothing of the solvers' own."""

from __future__ import annotations

import itertools
import math
import random
import threading
from collections.abc import Callable
from typing import Any

import pyomo.environ as pyo
import pytest

from solvers.base import Holds, Result


def knapsack(items: int = 25, rows: int = 3, seed: int = 1, *, sense: Any = pyo.maximize, constant: float = 7.0) -> Any:
    """Items of random worth under several budgets; minimising is of minus the worth. With 100 items and 10 rows it takes minutes."""
    draw = random.Random(seed)
    m = pyo.ConcreteModel("knapsack")
    m.ROWS, m.ITEMS = pyo.RangeSet(rows), pyo.RangeSet(items)
    weight = {(i, j): draw.randrange(1, 1000) for i in m.ROWS for j in m.ITEMS}
    m.take = pyo.Var(m.ITEMS, domain=pyo.Binary)
    m.budget = pyo.Constraint(
        m.ROWS, rule=lambda m, i: sum(weight[i, j] * m.take[j] for j in m.ITEMS) <= sum(weight[i, j] for j in m.ITEMS) // 2
    )
    worth = {j: sum(weight[i, j] for i in m.ROWS) // rows + draw.randrange(500) for j in m.ITEMS}
    sign = 1 if sense == pyo.maximize else -1
    m.worth = pyo.Objective(expr=sign * (constant + sum(worth[j] * m.take[j] for j in m.ITEMS)), sense=sense)
    return m


def hard_knapsack(sense: Any = pyo.maximize) -> Any:
    """Takes any of the solvers minutes, though all of them find some point at once."""
    return knapsack(100, 10, sense=sense)


def market_split(rows: int = 6, columns: int = 50, seed: int = 1) -> Any:
    """Equality knapsacks (Cornuejols and Dawande, 1998), in which no solver finds any point for a long time."""
    draw = random.Random(seed)
    m = pyo.ConcreteModel("market split")
    m.ROWS, m.COLUMNS = pyo.RangeSet(rows), pyo.RangeSet(columns)
    share = {(i, j): draw.randrange(100) for i in m.ROWS for j in m.COLUMNS}
    m.x = pyo.Var(m.COLUMNS, domain=pyo.Binary)
    m.split = pyo.Constraint(
        m.ROWS, rule=lambda m, i: sum(share[i, j] * m.x[j] for j in m.COLUMNS) == sum(share[i, j] for j in m.COLUMNS) // 2
    )
    m.count = pyo.Objective(expr=sum(m.x[j] for j in m.COLUMNS))
    return m


def assignment(size: int = 5, seed: int = 1) -> Any:
    """One worker for each task, at least cost."""
    draw = random.Random(seed)
    m = pyo.ConcreteModel("assignment")
    m.I = pyo.RangeSet(size)
    cost = {(i, j): draw.randrange(10, 100) for i in m.I for j in m.I}
    m.x = pyo.Var(m.I, m.I, domain=pyo.Binary)
    m.task = pyo.Constraint(m.I, rule=lambda m, i: sum(m.x[i, j] for j in m.I) == 1)
    m.worker = pyo.Constraint(m.I, rule=lambda m, j: sum(m.x[i, j] for i in m.I) == 1)
    m.cost = pyo.Objective(expr=sum(cost[i, j] * m.x[i, j] for i in m.I for j in m.I))
    return m


def mixed(seed: int, *, whole: bool = False) -> Any:
    """A random model: integer and continuous columns, all kinds of rows, either sense, with or without a constant.

    Args:
        seed: Of the draw.
        whole: No continuous columns, and few enough points to try them all.
    """
    draw = random.Random(seed)
    m = pyo.ConcreteModel("mixed")
    m.J, m.K = pyo.RangeSet(4 if whole else draw.randrange(4, 9)), pyo.RangeSet(2 if whole else draw.randrange(1, 4))
    m.x = pyo.Var(m.J, domain=pyo.Integers, bounds=(0, draw.choice([1, 2] if whole else [1, 1, 3])))
    ends = (-1, 1) if whole else (draw.choice([-3, 0]), draw.choice([7.5, 4]))
    m.y = pyo.Var(m.K, domain=pyo.Integers if whole else pyo.Reals, bounds=ends)
    m.rows = pyo.ConstraintList()
    for _ in range(draw.randrange(1, 5)):
        body = sum(draw.randrange(-9, 10) * m.x[j] for j in m.J) + sum(draw.uniform(-3, 3) * m.y[k] for k in m.K)
        side = draw.randrange(-6, 12)
        m.rows.add(draw.choice([body <= side, body >= side, pyo.inequality(side - 4, body, side + 3)]))
    worth = sum(draw.uniform(-20, 20) * m.x[j] for j in m.J) + sum(draw.uniform(-5, 5) * m.y[k] for k in m.K)
    m.worth = pyo.Objective(expr=draw.choice([0, 1000, -7.25]) + worth, sense=draw.choice([pyo.minimize, pyo.maximize]))
    return m


def set_up_costs(big: float = 1e6, need: float = 0.5, seed: int = 0) -> Any:
    """Sites that supply anything only once opened, by a constant so large that a millionth of a site supplies what is needed."""
    draw = random.Random(seed)
    m = pyo.ConcreteModel("set-up costs")
    m.SITES = pyo.RangeSet(6)
    m.open = pyo.Var(m.SITES, domain=pyo.Binary)
    m.supply = pyo.Var(m.SITES, domain=pyo.NonNegativeReals)
    m.only_open = pyo.Constraint(m.SITES, rule=lambda m, j: m.supply[j] <= big * m.open[j])
    m.need = pyo.Constraint(expr=sum(m.supply[j] for j in m.SITES) >= need)
    m.cost = pyo.Objective(expr=sum((100 + draw.random()) * m.open[j] + draw.random() * m.supply[j] for j in m.SITES))
    return m


def build(declare: Callable[[Any], None]) -> Any:
    """A model that a function declares."""
    m = pyo.ConcreteModel("declared")
    declare(m)
    return m


def enumerated(model: Any) -> float | None:
    """The optimum of a pure integer model by trying every point; None if none keeps the rows."""
    variables = list(model.component_data_objects(pyo.Var))
    sense = objective(model).sense
    best: float | None = None
    for point in itertools.product(*(range(int(v.lb), int(v.ub) + 1) for v in variables)):
        put(model, dict(zip((v.name for v in variables), map(float, point), strict=True)))
        if broken(model) <= 1e-9:
            value = pyo.value(objective(model).expr)
            best = value if best is None else (max if sense == pyo.maximize else min)(best, value)
    return best


def objective(model: Any) -> Any:
    """The objective of a model."""
    (found,) = model.component_data_objects(pyo.Objective, active=True)
    return found


def put(model: Any, values: Any) -> None:
    """Set every variable of a model."""
    for variable in model.component_data_objects(pyo.Var):
        variable.set_value(values[variable.name], skip_validation=True)


def broken(model: Any) -> float:
    """By how much the worst row, bound or whole number is broken, by Pyomo's own expressions."""
    worst = 0.0
    for row in model.component_data_objects(pyo.Constraint, active=True):
        worst = max(worst, *(-slack for slack in (row.lslack(), row.uslack()) if math.isfinite(slack)), 0.0)
    for variable in model.component_data_objects(pyo.Var):
        low, high = variable.bounds
        worst = max(worst, 0.0 if low is None else low - variable.value, 0.0 if high is None else variable.value - high)
        worst = max(worst, abs(variable.value - round(variable.value)) if variable.is_integer() else 0.0)
    return worst


def assert_holds(model: Any, result: Result, optimum: float | None = None) -> None:
    """What a Result says of its point is so: feasible, whole, worth what it says; and no bound excludes the optimum."""
    assert result.holds is not Holds.NOTHING
    put(model, result.values)
    assert broken(model) <= 1e-6
    assert all(v.value == round(v.value) for v in model.component_data_objects(pyo.Var) if v.is_integer())
    assert result.objective == pytest.approx(pyo.value(objective(model).expr), rel=1e-9, abs=1e-9)
    assert_bound(model, result, result.objective)
    if optimum is not None:
        assert_bound(model, result, optimum)
        assert not better(model, result.objective, optimum)


def assert_bound(model: Any, result: Result, value: float | None) -> None:
    """The bounds, where there are any, let this objective value be."""
    for bound in (result.bound, result.root_bound):
        assert bound is None or not better(model, value, bound)


def better(model: Any, one: Any, other: Any) -> bool:
    """Whether one objective value is better than another by more than rounding."""
    ahead = one - other if objective(model).sense == pyo.maximize else other - one
    return bool(ahead > 1e-5 * max(1.0, abs(other)))


def press(after: float, action: Callable[[], object]) -> threading.Timer:
    """Do something after that many seconds, in another thread."""
    timer = threading.Timer(after, action)
    timer.start()
    return timer
