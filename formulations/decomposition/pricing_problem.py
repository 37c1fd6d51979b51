"""The pricing problem: the best partnership of every block for given values of the moves, all blocks at once.

For block b let `value[t]` be the value of each move less what it takes of the rows that link partnerships. With `open[k]` the value
of opening in tranche k and `member[n,t]` that of member n joining in tranche t, a member of a partnership that opens in k is worth

    worth[n,k] = max[t >= k] member[n,t]

and the partnership, with `M` its maximal member sets (`member_sets`), at most `most` members, and at least one,

    offer[k] = open[k] + max over sets of the sum of the `most` largest max(0, worth[n,k]) in the set        offer = max[k] offer[k]

This keeps the families join_after_open and conflicts, and partnership_size_maximum. Rules that it does not keep leave it a bound.

Source: Lagrangian relaxation of side constraints in facility location, Fisher (1981), Management Science 27(1); partnerships as
columns, Dantzig and Wolfe (1960), Operations Research 8(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from formulations.decomposition.blocks import Blocks, Bucket
from formulations.decomposition.kinds import NONE, Floats, Whole

AT_ONCE = 4_000_000
"""Numbers that are sorted at once."""
WORTH = 1e-6
"""What a partnership has to be worth to be told of, thousand GBP."""


@dataclass(frozen=True)
class Offers:
    """What every block offers.

    Attributes:
        blocks: The blocks.
        opening: Value of each opening, shape (blocks, tranches); -inf where there is none.
        joining: Value of each join, shape (blocks, members, tranches).
        worth: max[t >= k] joining, same shape.
        sums: By bucket, the value of each member set, shape (b, sets, tranches).
        together: Value of the best members for each opening, shape (blocks, tranches).
        chosen: Their set, same shape; NONE where the best is a single member who is worth nothing or less.
    """

    blocks: Blocks
    opening: Floats
    joining: Floats
    worth: Floats
    sums: list[Floats]
    together: Floats
    chosen: Whole

    @cached_property
    def by_opening(self) -> Floats:
        """Value of the best partnership for each opening, shape (blocks, tranches)."""
        return self.opening + self.together

    @cached_property
    def values(self) -> Floats:
        """Value of the best partnership of each block, shape (blocks,)."""
        values: Floats = self.by_opening.max(axis=1, initial=-np.inf)
        return values

    @property
    def total(self) -> float:
        """Sum over the blocks of what they are worth, as far as that is above 0."""
        return float(np.maximum(self.values, 0.0).sum())

    def best(self) -> Whole:
        """Columns of the best partnership of every block that is worth something."""
        blocks, openings = self._leaders(0.0)
        if not len(blocks):
            return blocks
        return self._columns(blocks, openings, *self._chosen(blocks, openings))[1]

    def promising(self) -> list[tuple[int, ...]]:
        """Columns of the best partnership for every opening that is worth something."""
        return self._split(*np.nonzero(self.by_opening > WORTH))

    def leading(self) -> list[tuple[int, ...]]:
        """Columns of the best partnership of every block that is worth something, one by one."""
        return self._split(*self._leaders(WORTH))

    def _leaders(self, above: float) -> tuple[Whole, Whole]:
        """Blocks whose value is above a figure, and their best openings."""
        blocks = np.flatnonzero(self.values > above)
        best = self.by_opening[blocks].argmax(axis=1) if len(blocks) else np.zeros(0, dtype=np.intp)
        return blocks, best

    def _split(self, blocks: Whole, openings: Whole) -> list[tuple[int, ...]]:
        if not len(blocks):
            return []
        taken, tranche = self._chosen(blocks, openings)
        owner, columns = self._columns(blocks, openings, taken, tranche)
        order = np.argsort(owner, kind="stable")
        ends = np.cumsum(np.bincount(owner, minlength=len(blocks)))[:-1]
        parts = [part.tolist() for part in np.split(columns[order], ends)]
        for number, column in zip(*(found.tolist() for found in self.blocks.bought(blocks, openings, tranche, taken)), strict=True):
            parts[number].append(column)
        return [tuple(sorted(part)) for part in parts]

    def _columns(self, blocks: Whole, openings: Whole, taken: NDArray[np.bool_], tranche: Whole) -> tuple[Whole, Whole]:
        """Which of some partnerships each of their columns belongs to, and the columns; purchases not among them."""
        owner, member = np.nonzero(taken)
        joins, opens = self.blocks.joins[blocks[owner], member, tranche[owner, member]], self.blocks.opens[blocks, openings]
        return np.concatenate([np.arange(len(blocks)), owner]), np.concatenate([opens, joins])

    def _chosen(self, blocks: Whole, openings: Whole) -> tuple[NDArray[np.bool_], Whole]:
        """Members of the best partnerships of some blocks that open as said, and the tranche that is best for each, shape (blocks, members)."""
        later = np.arange(self.joining.shape[2]) >= openings[:, None, None]
        return self._members(blocks, openings), np.where(later, self.joining[blocks], -np.inf).argmax(axis=2)

    def _members(self, blocks: Whole, openings: Whole) -> NDArray[np.bool_]:
        """Members of the best partnerships of some blocks that open as said, shape (blocks, members)."""
        worth, chosen = self.worth[blocks, :, openings], self.chosen[blocks, openings]
        taken = np.zeros(worth.shape, dtype=bool)
        number, row = self.blocks.place[blocks].T
        for bucket in np.unique(number):
            here = np.flatnonzero((number == bucket) & (chosen != NONE))
            taken[here] = self.blocks.buckets[bucket].sets[row[here], chosen[here]] > 0
        taken &= worth > 0
        for crowded in np.flatnonzero(taken.sum(axis=1) > self.blocks.most[blocks]):
            order = np.argsort(np.where(taken[crowded], -worth[crowded], np.inf), kind="stable")
            taken[crowded, order[self.blocks.most[blocks[crowded]] :]] = False
        alone = np.flatnonzero(chosen == NONE)
        taken[alone, worth[alone].argmax(axis=1)] = True
        return taken

    def forced(self) -> tuple[Floats, Floats]:
        """Upper bounds on the value of each block's best partnership that makes a given move: for openings, and for joins.

        A member that joins in tranche t is in some set, with the best of the others in it and the best opening no later:

            max[k <= t] open[k] + max over sets with n of (sum of the set - max(0, worth[n,k]))  +  member[n,t]
        """
        others = np.full(self.worth.shape, -np.inf)
        for bucket, sums in zip(self.blocks.buckets, self.sums, strict=True):
            for member in range(self.worth.shape[1]):
                among = np.where(bucket.sets[:, :, member, None] > 0, sums, -np.inf).max(axis=1)
                others[bucket.blocks, member] = among
        before = self.opening[:, None, :] + others - np.maximum(self.worth, 0.0)
        return self.by_opening, np.maximum.accumulate(before, axis=2) + self.joining


def offers(blocks: Blocks, reduced: Floats) -> Offers:
    """What every block offers at the reduced values of the columns, shape (columns,)."""
    padded = np.append(reduced, -np.inf)  # NONE is the last place
    opening, joining = padded[blocks.opens], padded[blocks.joins]
    if blocks.purchases is not None:
        hosts, members = blocks.purchases.most(reduced)
        opening, joining = opening + hosts, joining + members
    worth = np.maximum.accumulate(joining[:, :, ::-1], axis=2)[:, :, ::-1]
    positive = np.maximum(worth, 0.0)
    best = np.zeros(opening.shape)
    chosen = np.zeros(opening.shape, dtype=np.intp)
    sums = []
    for bucket in blocks.buckets:
        found = _sums(blocks, bucket, positive[bucket.blocks])
        sums.append(found)
        chosen[bucket.blocks] = found.argmax(axis=1)
        best[bucket.blocks] = found.max(axis=1)
    alone = best <= 0
    if worth.shape[1]:
        best = np.where(alone, worth.max(axis=1), best)
    chosen[alone] = NONE
    return Offers(blocks, opening, joining, worth, sums, best, chosen)


def _sums(blocks: Blocks, bucket: Bucket, positive: Floats) -> Floats:
    """Value of each member set of a bucket for each opening, no more members counted than there may be."""
    sums: Floats = np.matmul(bucket.sets, positive)
    allowed = blocks.most[bucket.blocks]
    crowded = bucket.largest > allowed
    for most in np.unique(allowed[crowded]):
        rows = np.flatnonzero(crowded & (allowed == most))
        for some in np.array_split(rows, 1 + len(rows) * bucket.sets[0].size * positive.shape[2] // AT_ONCE):
            # members on the last axis: that is where sorting is quick
            parts = bucket.sets[some][:, :, None, :] * np.swapaxes(positive[some], 1, 2)[:, None]
            cut = parts.shape[3] - most
            sums[some] = np.partition(parts, cut, axis=3)[..., cut:].sum(axis=3)
    return sums
