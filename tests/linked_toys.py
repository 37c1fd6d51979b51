"""Small linked problems whose blocks have their points listed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from solvers.column_generation import Duals, Linked, Pace

BRISK = Pace(tolerance=1e-7, levels=(0.5, 0.1, 0.02), steps=60)


class Listed:
    """Offers of blocks whose points are listed: the best that are worth something, two of a block at a time."""

    def __init__(self, blocks, values):
        ranked = [sorted(((float(values[list(point)].sum()), point) for point in block), reverse=True) for block in blocks]
        self._worth = [good for block in ranked if (good := [(value, point) for value, point in block if value > 1e-9])]

    @property
    def total(self):
        return sum(block[0][0] for block in self._worth)

    def best(self):
        return np.array([place for point in self.leading() for place in point], dtype=np.intp)

    def leading(self):
        return [block[0][1] for block in self._worth]

    def promising(self):
        return [point for block in self._worth for _, point in block[:2]]


@dataclass(frozen=True)
class Toy:
    """Rows that link, the points of each block, and the values of the variables that their oracle was asked for."""

    linked: Linked
    blocks: list
    asked: list = field(default_factory=list)

    def oracle(self, values):
        self.asked.append(values)
        return Listed(self.blocks, values)

    def duals(self, pace=BRISK, **settings):
        return Duals(self.linked, self.oracle, pace, **settings)

    def searched(self, pace=BRISK):
        """After steps and master problems."""
        duals = self.duals(pace)
        duals.descend()
        duals.search()
        return duals


def toy(cost, rows, blocks, free=None):
    """Rows are (lower, coefficients, upper), the bounds of variables in no block are given by variable."""
    free = free or {}
    matrix = np.array([coefficients for _, coefficients, _ in rows], dtype=float).reshape(len(rows), len(cost))
    lower, upper = (np.array([row[side] for row in rows], dtype=float) for side in (0, 2))
    low, high = (np.array([bounds[side] for bounds in free.values()], dtype=float) for side in (0, 1))
    return Toy(Linked(np.array(cost, float), sparse.csr_matrix(matrix), lower, upper, np.array(list(free), np.intp), low, high), blocks)
