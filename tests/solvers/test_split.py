"""Parts: their bounds, and what the rows across are due, are together the bound of the whole."""

from __future__ import annotations

import numpy as np
import pytest
from linked_toys import Listed, toy

from solvers.column_generation import Duals, due
from solvers.split import NOWHERE, split

INF = np.inf


def two_parts(random, shared=()):
    """Two parts of two blocks each, of two variables; a free variable in each part's row, one in no row, and one in a row across."""
    rows = [
        (-INF, [1, 2, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0], 2.0),
        (-INF, [0, 0, 0, 0, 1, 1, 2, 1, 0, 1, 0, 0], 2.0),
        (-INF, [1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, -1], 1.0),
        (0.0, [0, 0, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0], INF),
    ]
    for row, column in shared:
        rows[row][1][column] = 1
    free = {8: (0.0, 1.0), 9: (-1.0, 2.0), 10: (0.0, 3.0), 11: (0.0, 1.0)}
    return toy(random.normal(3, 4, 12), rows, [[(0,), (1,), (0, 1)], [(2,), (2, 3)], [(4,), (4, 5)], [(6,), (7,)]], free)


LABEL = np.array([0, 0, 0, 0, 1, 1, 1, 1, NOWHERE, NOWHERE, NOWHERE, NOWHERE])


def test_which_is_where():
    """Rows over both labels are across; a free variable is in the part of its rows."""
    found = split(two_parts(np.random.default_rng(0)).linked, LABEL)
    assert found.row.tolist() == [0, 1, NOWHERE, 1]
    assert found.free.tolist() == [0, 1, NOWHERE, NOWHERE]


def test_a_free_variable_of_several_parts_makes_their_rows_rows_across():
    """It would be counted twice otherwise."""
    found = split(two_parts(np.random.default_rng(0), shared=[(1, 8)]).linked, LABEL)
    assert found.row.tolist() == [NOWHERE, NOWHERE, NOWHERE, 1]
    assert found.free.tolist() == [NOWHERE, 1, NOWHERE, NOWHERE]


@pytest.mark.parametrize("shared", [(), [(1, 8)]], ids=["apart", "sharing"])
@pytest.mark.parametrize("seed", range(20))
def test_bounds_add_up(seed, shared):
    """At any prices."""
    random = np.random.default_rng(seed)
    whole = two_parts(random, shared)
    prices = random.exponential(2, 4) * (random.random(4) < 0.7) * [1, 1, 1, -1]
    together = Duals(whole.linked, whole.oracle)
    together.start(prices)
    parted = split(whole.linked, LABEL)
    bound = parted.rest(prices)
    for part in parted.parts(prices):
        blocks = whole.blocks[2 * part.label : 2 * part.label + 2]
        alone = Duals(part.linked, lambda values, blocks=blocks: Listed(blocks, values))
        alone.start(prices[part.rows])
        bound += alone.at_best()
    assert bound == pytest.approx(together.at_best())


def test_due():
    """A price above 0 is due on the upper bound, one below on the lower."""
    linked = two_parts(np.random.default_rng(0)).linked
    assert due(linked.lower, linked.upper, np.array([1.0, 0.0, 3.0, -2.0])) == pytest.approx(5.0)
