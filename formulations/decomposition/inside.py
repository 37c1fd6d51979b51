"""Rows about one partnership as arrays, block by block: what its members and its opening take of each, and what they buy.

What a partnership buys depends on who is there. Rows that look at it ask for enough (`minimum_saving`, `payback`) and gain by every
purchase, so of a partnership that never stands on a higher step than `top` they can gain no more than

    sum over its places and epochs of the most that the place's purchase on a step up to `top` adds
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formulations.decomposition.blocks import Blocks
from formulations.decomposition.kinds import NONE, Floats, Whole

HAIR = 1e-7
"""A row is kept if it is broken by no more than this part of its largest coefficient."""


@dataclass(frozen=True)
class Bought:
    """What purchases take of rows inside their blocks, term by term in the order of their columns.

    Attributes:
        column, slot, value: Of each term: the purchase, the row by its place in the block, the coefficient; none is below 0.
        rows: Most rows of a block.
        opens, joins: The most that purchases on steps up to a highest add to what openings and joins take, for the steps from none at all
            on, shapes (1 + steps, blocks, rows, tranches) and (1 + steps, blocks, rows, members, tranches).
    """

    column: Whole
    slot: Whole
    value: Floats
    rows: int
    opens: Floats
    joins: Floats

    def part(self, blocks: Whole) -> Bought:
        """That of some blocks, in their order."""
        return Bought(self.column, self.slot, self.value, self.rows, self.opens[:, blocks], self.joins[:, blocks])

    def taken(self, owner: Whole, bought: Whole, count: int) -> Floats:
        """What the purchases of partnerships take of their rows, shape (count, rows).

        Args:
            owner: Partnership of each purchase.
            bought: Column of each purchase.
            count: How many partnerships there are.
        """
        first, last = np.searchsorted(self.column, bought), np.searchsorted(self.column, bought, side="right")
        times = last - first
        at = np.repeat(first - np.concatenate([[0], np.cumsum(times)[:-1]]), times) + np.arange(times.sum())
        cell = np.repeat(owner, times) * self.rows + self.slot[at]
        taken: Floats = np.bincount(cell, weights=self.value[at], minlength=count * self.rows).astype(float)
        return taken.reshape(count, self.rows)


@dataclass(frozen=True)
class Inside:
    """Rows inside blocks: lower <= opens[k] + sum of the joins' <= upper. Blocks with fewer rows than others are filled up with empty ones.

    Attributes:
        opens: Coefficient of each opening, shape (blocks, rows, tranches).
        joins: Coefficient of each join, shape (blocks, rows, members, tranches).
        lower, upper: Bounds, a hair wider than those of the model, shape (blocks, rows).
        bought: What purchases take of the rows; None where they take nothing.
    """

    opens: Floats
    joins: Floats
    lower: Floats
    upper: Floats
    bought: Bought | None = None

    @property
    def rows(self) -> int:
        """Most rows of a block."""
        return int(self.opens.shape[1])

    def part(self, blocks: Whole) -> Inside:
        """Those of some blocks, in their order."""
        bought = None if self.bought is None else self.bought.part(blocks)
        return Inside(self.opens[blocks], self.joins[blocks], self.lower[blocks], self.upper[blocks], bought)

    def up_to(self, block: Whole, top: Whole) -> tuple[Floats, Floats]:
        """The most that openings and joins take of rows with what is bought on steps up to a highest; shapes (n, rows, tranches), and with members.

        Args:
            block: Block of each, shape (n,).
            top: The highest step, shape (n,); -1 is none.
        """
        if self.bought is None:
            return self.opens[block], self.joins[block]
        return self.opens[block] + self.bought.opens[top + 1, block], self.joins[block] + self.bought.joins[top + 1, block]

    def taken(self, block: Whole, opening: Whole, tranche: Whole) -> tuple[Floats, Floats]:
        """What openings and joins take of the rows, shapes (n, rows) and (n, rows, members), the tranche of each member given; nothing bought."""
        return in_tranches(self.opens[block], self.joins[block], opening, tranche)

    def kept(self, blocks: Whole, activity: Floats) -> NDArray[np.bool_]:
        """Which of some partnerships keep all rows of their blocks, given how they leave them, shape (n, rows)."""
        kept = (activity >= self.lower[blocks]) & (activity <= self.upper[blocks])
        return np.asarray(kept.all(axis=1))


def in_tranches(opens: Floats, joins: Floats, opening: Whole, tranche: Whole) -> tuple[Floats, Floats]:
    """What is taken of rows in given tranches: of openings, shape (n, rows), and of each member's join, shape (n, rows, members)."""
    opened = np.take_along_axis(opens, opening[:, None, None], axis=2)[:, :, 0]
    return opened, np.take_along_axis(joins, tranche[:, None, :, None], axis=3)[..., 0]


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
    moves = place[column] != NONE
    made = column[moves]
    taken[block[made], slot[pair[moves]], place[made], tranche[made]] = value[moves]
    low, high = np.full((len(blocks), count), -np.inf), np.full((len(blocks), count), np.inf)
    largest = np.zeros(pairs.shape[1])
    np.maximum.at(largest, pair, abs(value))
    low[pairs[0], slot], high[pairs[0], slot] = lower[pairs[1]] - HAIR * largest, upper[pairs[1]] + HAIR * largest
    bought = None if moves.all() else _bought(blocks, column[~moves], slot[pair[~moves]], value[~moves], count)
    return Inside(taken[:, :, -1], taken[:, :, :-1], low, high, bought)


def _bought(blocks: Blocks, column: Whole, slot: Whole, value: Floats, rows: int) -> Bought:
    """What purchases take of rows, and the most that they add on steps up to each."""
    purchases = blocks.purchases
    assert purchases is not None
    assert (value >= 0).all(), "a row inside a partnership that loses by a purchase"
    order = np.argsort(column, kind="stable")
    column, slot, value = column[order], slot[order], value[order]
    worth = np.zeros((rows, int(purchases.column.max(initial=-1)) + 1))
    worth[slot, column] = value
    opens, joins = [], []
    for top in range(-1, purchases.least.shape[1]):
        hosts, members = zip(*(purchases.most_up_to(row, top) for row in worth), strict=True)
        opens.append(np.stack(hosts, axis=1))
        joins.append(np.stack(members, axis=1))
    return Bought(column, slot, value, rows, np.stack(opens), np.stack(joins))


def _owners(blocks: Blocks, columns: int) -> tuple[Whole, Whole, Whole]:
    """Block, place and position of the tranche of every column; the host's place comes after the members'. Purchases have a block alone."""
    block, place, tranche = (np.full(columns, NONE, dtype=np.intp) for _ in range(3))
    if blocks.purchases is not None:
        block[blocks.purchases.column] = blocks.purchases.block
    b, k = np.nonzero(blocks.opens != NONE)
    found = blocks.opens[b, k]
    block[found], place[found], tranche[found] = b, blocks.joins.shape[1], k
    b, n, k = np.nonzero(blocks.joins != NONE)
    found = blocks.joins[b, n, k]
    block[found], place[found], tranche[found] = b, n, k
    return block, place, tranche
