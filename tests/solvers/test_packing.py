"""Packing: the best choice of points, whole or in part, against all choices."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from linked_toys import toy

from solvers.base import Limits
from solvers.packing import Packing

INF = np.inf
POINTS = [(0,), (0, 1), (1, 2), (2,), (3,), (3, 4), (4, 5), (5,)]


def small(seed):
    """Six variables, rows of at most one or two, one of at least none, and a free variable that lets one row have more."""
    random = np.random.default_rng(seed)
    rows = [
        (-INF, [1, 1, 1, 0, 0, 0, 0], 1.0),
        (-INF, [0, 0, 0, 1, 1, 1, 0], 1.0),
        (-INF, [1, 0, 2, 1, 0, 1, -1], 2.0),
        (0.0, [1, 0, 0, 0, -1, 0, 1], INF),
    ]
    return toy([*random.normal(4, 3, 6), -1.0], rows, [POINTS], {6: (0.0, 1.0)}).linked


def worth(linked, chosen):
    """The most that a choice is worth with the free variable as it may be; None if it breaks a row."""
    values = []
    for free in (0.0, 0.5, 1.0):
        point = np.zeros(7)
        for taken, places in zip(chosen, POINTS, strict=True):
            point[list(places)] += taken
        point[6] = free
        activity = linked.matrix @ point
        if (activity <= linked.upper + 1e-9).all() and (activity >= linked.lower - 1e-9).all():
            values.append(float(linked.cost @ point))
    return max(values, default=None)


@pytest.mark.parametrize("seed", range(12))
def test_the_best_of_all_choices(seed):
    """From nothing, all points free."""
    linked = small(seed)
    packing = Packing(linked, POINTS)
    found = packing.improved(np.zeros(8, bool), np.ones(8, bool), Limits())
    best = max(value for chosen in product((0, 1), repeat=8) if (value := worth(linked, chosen)) is not None)
    assert worth(linked, found) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(12))
def test_the_best_of_a_part(seed):
    """Points that are not able stay as they are, and the choice in hand is kept where nothing is better."""
    linked, random = small(seed), np.random.default_rng(seed)
    packing = Packing(linked, POINTS)
    start = packing.improved(np.zeros(8, bool), random.random(8) < 0.5, Limits())
    able = random.random(8) < 0.5
    found = packing.improved(start, able, Limits())
    assert (found == start)[~able].all()
    choices = (np.where(able, chosen, start) for chosen in product((0, 1), repeat=8))
    best = max(value for chosen in choices if (value := worth(linked, chosen)) is not None)
    assert worth(linked, found) == pytest.approx(best)
    assert not packing.improved(found, able, Limits())[~found].any()


def test_other_values():
    """What points are worth is at the values given."""
    linked = small(0)
    packing = Packing(linked, POINTS)
    assert packing.value == pytest.approx([sum(linked.cost[list(point)]) for point in POINTS])
    dear = np.zeros(7)
    dear[4] = 1.0
    found = packing.improved(np.zeros(8, bool), np.ones(8, bool), Limits(), dear)
    assert packing.worth(dear)[found].sum() == 0.0 or 4 in [
        place for taken, point in zip(found, POINTS, strict=True) if taken for place in point
    ]


def test_no_points():
    """Nothing to choose from."""
    assert len(Packing(small(0), []).improved(np.zeros(0, bool), np.zeros(0, bool), Limits())) == 0
