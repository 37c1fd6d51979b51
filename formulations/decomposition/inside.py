"""Rows about one partnership as arrays, block by block: what its members and its opening take of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formulations.decomposition.blocks import NONE, Blocks, Floats, Whole

HAIR = 1e-7
"""A row is kept if it is broken by no more than this part of its largest coefficient."""


@dataclass(frozen=True)
class Inside:
    """Rows inside blocks: lower <= opens[k] + sum of the joins' <= upper. Blocks with fewer rows than others are filled up with empty ones.

    Attributes:
        opens: Coefficient of each opening, shape (blocks, rows, tranches).
        joins: Coefficient of each join, shape (blocks, rows, members, tranches).
        lower, upper: Bounds, a hair wider than those of the model, shape (blocks, rows).
    """

    opens: Floats
    joins: Floats
    lower: Floats
    upper: Floats

    @property
    def rows(self) -> int:
        """Most rows of a block."""
        return int(self.opens.shape[1])

    def part(self, blocks: Whole) -> Inside:
        """Those of some blocks, in their order."""
        return Inside(self.opens[blocks], self.joins[blocks], self.lower[blocks], self.upper[blocks])

    def taken(self, block: Whole, opening: Whole, tranche: Whole) -> tuple[Floats, Floats]:
        """What openings and joins take of the rows, shapes (n, rows) and (n, rows, members), the tranche of each member given."""
        opens = np.take_along_axis(self.opens[block], opening[:, None, None], axis=2)[:, :, 0]
        return opens, np.take_along_axis(self.joins[block], tranche[:, None, :, None], axis=3)[..., 0]

    def kept(self, blocks: Whole, activity: Floats) -> NDArray[np.bool_]:
        """Which of some partnerships keep all rows of their blocks, given how they leave them, shape (n, rows)."""
        kept = (activity >= self.lower[blocks]) & (activity <= self.upper[blocks])
        return np.asarray(kept.all(axis=1))


def inside_of(blocks: Blocks, matrix: Any, lower: Floats, upper: Floats) -> Inside:
    """Rows of a matrix over the columns of blocks, each told of in every block that it is about.

    A row over several blocks of which one is in use at most, those of one host by several vehicles, holds for each by itself.
    """
    entries = matrix.tocoo()
    block, place, tranche = _owners(blocks, matrix.shape[1])
    mine = block[entries.col] != NONE
    row, column, value = entries.row[mine], entries.col[mine], entries.data[mine]
    pairs, pair = np.unique(np.stack([block[column], row]), axis=1, return_inverse=True)
    pair = pair.ravel()
    starts = np.searchsorted(pairs[0], pairs[0])
    slot = np.arange(pairs.shape[1]) - starts
    count, members, tranches = int(slot.max(initial=-1)) + 1, blocks.joins.shape[1], len(blocks.tranches)
    taken = np.zeros((len(blocks), count, members + 1, tranches))
    taken[block[column], slot[pair], place[column], tranche[column]] = value
    low, high = np.full((len(blocks), count), -np.inf), np.full((len(blocks), count), np.inf)
    largest = np.zeros(pairs.shape[1])
    np.maximum.at(largest, pair, abs(value))
    low[pairs[0], slot], high[pairs[0], slot] = lower[pairs[1]] - HAIR * largest, upper[pairs[1]] + HAIR * largest
    return Inside(taken[:, :, -1], taken[:, :, :-1], low, high)


def _owners(blocks: Blocks, columns: int) -> tuple[Whole, Whole, Whole]:
    """Block, place and position of the tranche of every column that is a move; the host's place comes after the members'."""
    block, place, tranche = (np.full(columns, NONE, dtype=np.intp) for _ in range(3))
    b, k = np.nonzero(blocks.opens != NONE)
    found = blocks.opens[b, k]
    block[found], place[found], tranche[found] = b, blocks.joins.shape[1], k
    b, n, k = np.nonzero(blocks.joins != NONE)
    found = blocks.joins[b, n, k]
    block[found], place[found], tranche[found] = b, n, k
    return block, place, tranche
