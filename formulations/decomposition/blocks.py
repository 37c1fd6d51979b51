"""Blocks: each partnership that may come to be, with its moves as columns of a table of variables, in arrays.

A block is a partnership (s, h, v). Its moves are the openings of its host and the joins of its possible members, one for each
tranche. Positions on the tranche axis are those of `Blocks.tranches`, the first of which may be LIVE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formulations.contiguity_ground import Ground
from formulations.decomposition.contiguous import Contiguous, contiguous_of
from formulations.decomposition.kinds import NONE, Floats, Whole
from formulations.decomposition.member_sets import maximal_sets
from formulations.decomposition.purchases import Purchases, purchases_of
from formulations.sets import Partnership


@dataclass(frozen=True)
class Bucket:
    """Blocks with about as many member sets, so that they are priced together.

    Attributes:
        blocks: Which blocks, shape (b,).
        sets: Maximal member sets of each as zeros and ones, shape (b, sets, members); rows of zeros fill up.
    """

    blocks: Whole
    sets: Floats

    @cached_property
    def largest(self) -> Floats:
        """Members of the largest set of each block, shape (b,)."""
        size: Floats = self.sets.sum(axis=2).max(axis=1)
        return size


@dataclass(frozen=True)
class Blocks:
    """All blocks.

    Attributes:
        partnerships: The partnership of each block.
        members: Possible members of each block, the host not among them, sorted.
        tranches: The tranches, in order.
        opens: Column of each opening, shape (blocks, tranches); NONE where there is none.
        joins: Column of each join, shape (blocks, members, tranches); NONE where there is none.
        open_rows, join_rows: Their rows in the table of moves.
        most: Most members of each, the host not counted, shape (blocks,).
        buckets: Member sets.
        purchases: Joint purchasing, where there is any.
        contiguous: Who is next to whom, where a service has the rule `contiguity`.
    """

    partnerships: Sequence[Partnership]
    members: Sequence[tuple[str, ...]]
    tranches: tuple[int, ...]
    opens: Whole
    joins: Whole
    open_rows: Whole
    join_rows: Whole
    most: Whole
    buckets: Sequence[Bucket]
    purchases: Purchases | None
    contiguous: Contiguous | None

    def __len__(self) -> int:
        return len(self.partnerships)

    def part(self, blocks: Whole) -> Blocks:
        """Some of them, in their order; columns are numbered as they were."""
        new = np.full(len(self), NONE, dtype=np.intp)
        new[blocks] = np.arange(len(blocks))
        kept = [(bucket, new[bucket.blocks] != NONE) for bucket in self.buckets]
        return Blocks(
            [self.partnerships[b] for b in blocks],
            [self.members[b] for b in blocks],
            self.tranches,
            self.opens[blocks],
            self.joins[blocks],
            self.open_rows[blocks],
            self.join_rows[blocks],
            self.most[blocks],
            [Bucket(new[bucket.blocks[mine]], bucket.sets[mine]) for bucket, mine in kept if mine.any()],
            None if self.purchases is None else self.purchases.part(blocks),
            None if self.contiguous is None else self.contiguous.part(blocks),
        )

    @cached_property
    def service(self) -> Whole:
        """Service of each block, by its position among the sorted services of all, shape (blocks,)."""
        return np.unique([s for s, _, _ in self.partnerships], return_inverse=True)[1]

    @cached_property
    def services(self) -> list[str]:
        """The services, in the order of their positions."""
        return sorted({s for s, _, _ in self.partnerships})

    def bought(self, block: Whole, opening: Whole, tranche: Whole, members: NDArray[np.bool_]) -> tuple[Whole, Whole]:
        """What partnerships buy together: the number of each purchase's partnership, ascending, and its column.

        Args:
            block: Block of each, shape (partnerships,).
            opening: Position of the tranche that it opens in, shape (partnerships,).
            tranche: Position of each member's tranche, shape (partnerships, members).
            members: Who is in it besides the host, shape (partnerships, members).
        """
        if self.purchases is None:
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
        there = np.concatenate([members, np.ones((len(block), 1), dtype=bool)], axis=1)
        return self.purchases.spells.bought(block, np.concatenate([tranche, opening[:, None]], axis=1), there)

    def moves_of(self, partnerships: Iterable[Sequence[int]], moves: int) -> NDArray[np.bool_]:
        """The moves of partnerships given by their columns, shape (moves,)."""
        columns = np.array([column for columns in partnerships for column in columns], dtype=np.intp)
        taken = np.zeros(moves, dtype=bool)
        for where, rows in ((self.opens, self.open_rows), (self.joins, self.join_rows)):
            taken[rows[(where != NONE) & np.isin(where, columns)]] = True
        return taken

    def partnerships_in(self, taken: NDArray[np.bool_]) -> list[tuple[int, ...]]:
        """The partnerships of a plan by their columns, purchases too; `taken` are its moves, shape (moves,)."""
        taken = np.append(taken, False)  # NONE is the last place
        block, opening = np.nonzero(taken[self.open_rows])
        joined = taken[self.join_rows[block]]
        members = np.asarray(joined.any(axis=2))
        tranche = joined.argmax(axis=2)
        joins = np.take_along_axis(self.joins[block], tranche[:, :, None], axis=2)[:, :, 0]
        points = [[int(self.opens[b, k]), *joins[i, members[i]].tolist()] for i, (b, k) in enumerate(zip(block, opening, strict=True))]
        for number, column in zip(*(found.tolist() for found in self.bought(block, opening, tranche, members)), strict=True):
            points[number].append(column)
        return [tuple(sorted(point)) for point in points]

    def may_be_together(self, block: int, members: Sequence[int]) -> bool:
        """Whether rules about pairs, contiguity and the greatest size allow some members of a block, by their places."""
        number, row = self.place[block]
        apart = self.buckets[number].sets[row][:, list(members)] == 0
        there = np.zeros((1, self.joins.shape[1]), dtype=bool)
        there[0, list(members)] = True
        allowed = len(members) <= self.most[block] and not bool(apart.any(axis=1).all())
        return allowed and bool(self.in_one_piece(np.array([block]), there).all())

    def in_one_piece(self, block: Whole, members: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which of some partnerships keep the rule `contiguity`, given their blocks and members, shapes (n,) and (n, members)."""
        return np.ones(len(block), dtype=bool) if self.contiguous is None else self.contiguous.whole(block, members)

    def by_column(self, label: Whole, columns: int) -> Whole:
        """A label of blocks for each of their columns, shape (columns,); NONE for columns in no block."""
        found = np.full(columns + 1, NONE, dtype=np.intp)  # NONE is the last place
        found[self.opens], found[self.joins] = label[:, None], label[:, None, None]
        if self.purchases is not None:
            found[self.purchases.column] = label[self.purchases.block]
        return found[:-1]

    @cached_property
    def place(self) -> Whole:
        """Bucket of each block and where in it, shape (blocks, 2)."""
        found = np.zeros((len(self), 2), dtype=np.intp)
        for number, bucket in enumerate(self.buckets):
            found[bucket.blocks, 0], found[bucket.blocks, 1] = number, np.arange(len(bucket.blocks))
        return found


def blocks_of(m: Any, column: Callable[[Any], int], variables: int) -> Blocks:
    """The blocks of a model whose moves are declared.

    Args:
        m: The model.
        column: Column of a variable; NONE for one that no row and no objective has.
        variables: How many columns the model has.
    """
    sets = m.sets
    able = {p: _able(m, p) for p in sets.partnerships}
    partnerships = [p for p in sets.partnerships if able[p]]
    tranches = tuple(sorted({o[-1] for o in sets.opens} | {j[-1] for j in sets.joins}))
    place = {k: i for i, k in enumerate(tranches)}
    members = [able[p] for p in partnerships]
    widest = max(map(len, members), default=0)
    opens = np.full((len(partnerships), len(tranches)), NONE, dtype=np.intp)
    joins = np.full((len(partnerships), widest, len(tranches)), NONE, dtype=np.intp)
    open_rows, join_rows = opens.copy(), joins.copy()
    for b, (partnership, joining) in enumerate(zip(partnerships, members, strict=True)):
        for k in sets.openings[partnership]:
            opens[b, place[k]] = column(m.opens[(*partnership, k)])
            open_rows[b, place[k]] = sets.open_row[(*partnership, k)]
        for n, c in enumerate(joining):
            for k in sets.joinings[(c, *partnership)]:
                joins[b, n, place[k]] = column(m.joins[(c, *partnership, k)])
                join_rows[b, n, place[k]] = sets.join_row[(c, *partnership, k)]
    most = [min(_most(m, s), len(joining)) for (s, _, _), joining in zip(partnerships, members, strict=True)]
    return Blocks(
        partnerships,
        members,
        tranches,
        opens,
        joins,
        open_rows,
        join_rows,
        np.array(most, dtype=np.intp),
        _buckets(m, partnerships, members, widest),
        purchases_of(m, partnerships, members, tranches, column, variables),
        contiguous_of(m.grounds, partnerships, members, widest),
    )


def _able(m: Any, partnership: Partnership) -> tuple[str, ...]:
    """Who may join; nobody without a path to the host where the rule `contiguity` is on."""
    members = m.sets.members.get(partnership, ())
    ground = m.grounds.get(partnership[:2])
    return tuple(c for c in members if ground is None or c in ground.neighbours)


def _most(m: Any, s: str) -> int:
    """Most members besides the host."""
    most = m.sizes[s][1]
    return len(m.instance.councils) if most is None else int(most) - 1


def _buckets(m: Any, partnerships: Sequence[Partnership], members: Sequence[tuple[str, ...]], widest: int) -> list[Bucket]:
    """Blocks by the number of their member sets, to the next power of two."""
    known: dict[Any, NDArray[np.bool_]] = {}
    by_count: dict[int, list[tuple[int, NDArray[np.bool_]]]] = {}
    for b, ((s, h, _), able) in enumerate(zip(partnerships, members, strict=True)):
        found = _member_sets(_conflict(m, s, able, m.grounds.get((s, h))), known)
        by_count.setdefault((len(found) - 1).bit_length(), []).append((b, found))
    buckets = []
    for _, group in sorted(by_count.items()):
        sets = np.zeros((len(group), max(len(found) for _, found in group), widest))
        for row, (_, found) in enumerate(group):
            sets[row, : found.shape[0], : found.shape[1]] = found
        buckets.append(Bucket(np.array([b for b, _ in group], dtype=np.intp), sets))
    return buckets


def _conflict(m: Any, s: str, able: tuple[str, ...], ground: Ground | None) -> NDArray[np.bool_]:
    """Which members cannot be together, by rules about pairs and by the map."""
    conflict = np.zeros((len(able), len(able)), dtype=bool)
    if s in m.graph.conflicts:
        places = [m.graph.position[c] for c in able]
        conflict |= m.graph.conflicts[s][np.ix_(places, places)]
    if ground is not None:
        place = {c: n for n, c in enumerate(able)}
        for clique in ground.cliques:
            among = [place[c] for c in clique if c in place]
            conflict[np.ix_(among, among)] |= ~np.eye(len(among), dtype=bool)
    return conflict


def _member_sets(conflict: NDArray[np.bool_], known: dict[Any, NDArray[np.bool_]]) -> NDArray[np.bool_]:
    key = (len(conflict), conflict.tobytes())
    if key not in known:
        known[key] = maximal_sets(conflict) if conflict.any() else np.ones((1, len(conflict)), dtype=bool)
    return known[key]
