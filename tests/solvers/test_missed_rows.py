"""Rows that are not met without any point: missing them is never cheaper than meeting them, whatever that costs."""

from __future__ import annotations

import numpy as np
import pytest
from linked_toys import toy

INF = np.inf


def test_a_row_that_only_a_loss_meets():
    """The point costs 100 and is wanted: the bound is -100, though nothing found before it is as dear."""
    duals = toy([-100], [(1, [1], INF), (-INF, [1], 1)], [[(0,)]]).searched()
    assert (duals.bound, duals.reached) == (pytest.approx(-100), pytest.approx(-100))


def test_a_row_that_only_a_loss_meets_beside_a_gain():
    """600 lost, since it is wanted, and 50 earned."""
    rows = [(1, [0, 1], INF), (-INF, [1, 0], 1), (-INF, [0, 1], 1)]
    duals = toy([50, -600], rows, [[(0,)], [(1,)]]).searched()
    assert (duals.bound, duals.reached) == (pytest.approx(-550), pytest.approx(-550))


def test_a_row_that_needs_much_of_something_dear():
    """A thousandth of the row from each of a variable that costs 1,000: a price of ten times the dearest is not enough at first."""
    duals = toy([-1000], [(1, [0.001], INF)], [], {0: (0, 2000)}).searched()
    assert (duals.bound, duals.reached) == (pytest.approx(-1e6), pytest.approx(-1e6))


def test_a_row_that_only_variables_in_no_block_break():
    """At 2 or more the variable breaks its limit of 1, and nothing helps."""
    assert toy([3], [(-INF, [1], 1)], [], {0: (2, 3)}).searched().reached is None


def test_a_row_that_a_point_mends():
    """With the point, which costs 5, 9 is earned; without it 3 is over the limit of 1."""
    duals = toy([-5, 3], [(-INF, [-2, 1], 1), (-INF, [1, 0], 1)], [[(0,)]], {1: (2, 3)}).searched()
    assert duals.bound == pytest.approx(4.0)


def test_steps_begin_where_the_bound_is_nothing():
    """A loss of 3 that is wanted: steps alone find some of it, though a share of 0 is no step."""
    duals = toy([-3], [(1, [1], 1)], [[(0,)]]).duals()
    duals.descend()
    assert -3 - 1e-9 <= duals.bound < -1
