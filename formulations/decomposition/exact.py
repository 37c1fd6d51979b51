"""The pricing problem with all rules inside a partnership: branch and bound over its members, for many blocks at once.

`pricing_problem` passes over the rows of `inside` and over `contiguity`, and takes the best step of joint purchasing for each member
by itself. Here, for a block, an opening k and the highest step of purchasing `top` that the partnership ever stands on (`roots`), let

    weight[n] = max[t >= k] of the value of n joining in t, purchases on steps up to `top` at the most they can earn

less what the prices of the rows take. A node says who is in, who is out, and who is free. Its bound is that of the relaxation, whose
members are those of the best stable set:

    opening + sum of the weights of those in + the most that free members of one set add, no more of them than there may be

Either its members keep all rows and are worth that much, and the node is closed; or a better partnership of the node lacks one of
them, or has all of them and somebody besides: that is how it is divided; or it has the same members in other tranches: unless that is
impossible, the most that these members could be worth is left as a bound, which is none above a partnership found where purchasing
reaches the steps that it could. Where its members are in pieces and the rule `contiguity` is on, a better partnership lacks one of a
piece apart from the host, or has all of it and somebody next to it. A node is dropped if those in break a row whoever is with
them, have no path to the host through those who may be there, or cannot reach the spend that `top` asks for. What is kept costs nothing
at any price, so every node's bound holds for the partnerships that keep all rows, at their value without prices.

So it is exact where the rows take the same of a member whatever its tranche (host_capacity, minimum_saving, partnership_size), for
contiguity, and where there is no purchasing; for purchasing and rows that look at tranches (payback, onboarding_capacity) it is a bound.

Source: branch and bound, Land and Doig (1960), Econometrica 28(3); its divisions, Murty (1968), Operations Research 16(3).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from formulations.decomposition.blocks import Blocks
from formulations.decomposition.inside import Inside, in_tranches
from formulations.decomposition.kinds import Column, Floats, Mask, Whole
from formulations.decomposition.roots import Roots, better_prices, first_roots, relaxed, unpriced
from formulations.decomposition.tranches import in_any_tranche

AT_A_TIME = 10_000
"""Nodes that are looked at together; each is divided into several, so that memory is bounded by this."""
TRIED = 4000
"""Partnerships whose tranches are looked at together."""
EVEN = 1e-12
"""Values this close are one."""
CHEAP = 1e-3
"""Spend this far below a step may still reach it, GBP a year."""


@dataclass(frozen=True)
class Exact:
    """What blocks are worth with all rules inside them, as far as that is above 0.

    Attributes:
        upper: An upper bound on the value of each block's best partnership, or of 0, shape (blocks asked for,).
        best: The best partnership found of each block that has one worth something: its columns.
        others: Further ones that were the best for a while.
        nodes: How many nodes were looked at.
    """

    upper: Floats
    best: list[Column]
    others: list[Column]
    nodes: int


def exact(blocks: Blocks, inside: Inside, reduced: Floats, plain: Floats, asked: Whole, slack: float, nodes: int) -> Exact:
    """What some blocks are worth with the rules inside them.

    Args:
        blocks: All blocks.
        inside: Their rows.
        reduced: Value of each column with prices of those rows to begin with, thousand GBP, shape (columns,).
        plain: The same without such prices.
        asked: The blocks.
        slack: A block is settled when its bound is this close to a partnership found, thousand GBP.
        nodes: How many nodes may be looked at; beyond, the bounds of those that are left stand.
    """
    if not len(asked):
        return Exact(np.zeros(0), [], [], 0)
    return Search(blocks, inside, plain, asked, slack, nodes).run(first_roots(blocks, reduced, asked))


@dataclass(frozen=True)
class Nodes:
    """Nodes of a search: the root of each, and who is in and out, shapes (nodes,) and (nodes, members)."""

    root: Whole
    inner: Mask
    out: Mask

    def only(self, kept: Mask) -> Nodes:
        """Some of them."""
        return Nodes(self.root[kept], self.inner[kept], self.out[kept])


@dataclass(frozen=True)
class Open:
    """Nodes that are still to be looked at, with their bounds and the members who attain them."""

    nodes: Nodes
    bound: Floats
    chosen: Mask

    def __len__(self) -> int:
        return len(self.bound)

    def only(self, kept: Mask) -> Open:
        """Some of them."""
        return Open(self.nodes.only(kept), self.bound[kept], self.chosen[kept])

    def parted(self, promise: Floats) -> tuple[Open, Open]:
        """Those that promise most, so many as are looked at together, and the others."""
        now = np.zeros(len(self), dtype=bool)
        now[np.argsort(-promise, kind="stable")[:AT_A_TIME]] = True
        return self.only(now), self.only(~now)

    def and_more(self, other: Open) -> Open:
        """These and others."""
        nodes = Nodes(*(np.concatenate([getattr(one.nodes, field.name) for one in (self, other)]) for field in fields(Nodes)))
        return Open(nodes, np.concatenate([self.bound, other.bound]), np.concatenate([self.chosen, other.chosen]))


class Search:
    """One call of `exact`.

    Attributes:
        least: What a partnership has to be worth at all.
    """

    least = 0.0

    def __init__(self, blocks: Blocks, inside: Inside, plain: Floats, asked: Whole, slack: float, most: int) -> None:
        self._blocks, self._inside, self._plain, self._slack = blocks, inside, np.append(plain, -np.inf), slack
        self._most = most
        self._best = np.zeros(len(asked))
        self._left = np.zeros(len(asked))
        self._columns: list[Column] = [()] * len(asked)
        self._others: list[Column] = []

    def run(self, roots: Roots) -> Exact:
        """Divide until no node can hold a better partnership, those first that may hold the most above what is known."""
        open_nodes = self._begin(roots)
        looked = len(open_nodes)
        while len(open_nodes) and looked <= self._most:
            now, open_nodes = open_nodes.parted(open_nodes.bound - self._cut(open_nodes.nodes))
            values = self._look(now)
            closed = (values >= now.bound - self._slack) | (now.bound <= self._cut(now.nodes))
            self._leave(self._roots.asked[now.nodes.root[closed]], now.bound[closed])
            now, values = now.only(~closed), values[~closed]
            self._leave(self._roots.asked[now.nodes.root], self._in_other_tranches(now.nodes.root, now.chosen, values))
            parts = self._parts(now)
            looked += len(parts)
            open_nodes = open_nodes.and_more(parts)
        self._leave(self._roots.asked[open_nodes.nodes.root], open_nodes.bound)
        return Exact(np.maximum(self._best, self._left), [column for column in self._columns if column], self._others, looked)

    def _parts(self, now: Open) -> Open:
        """What nodes are divided into, as far as it can keep the rows."""
        parts = self._divided(now.nodes, now.bound, *self._to_divide(now.nodes, now.chosen))
        parts = self._reaching(parts)
        parts = parts.only(self._possible(parts))
        return Open(parts, *relaxed(self._blocks, self._roots, parts.root, parts.inner, parts.out))

    def _begin(self, roots: Roots) -> Open:
        """A node for each root that is worth something, also at better prices."""
        roots, bound, _ = self._worth_something(roots)
        roots = better_prices(self._blocks, self._inside, self._plain, roots, bound, self._best[roots.asked])
        roots, bound, chosen = self._worth_something(roots)
        self._roots, self._moves_take = roots, self._inside.taken(roots.block, roots.opening, roots.tranche)
        self._takes = in_tranches(*self._inside.up_to(roots.block, roots.top), roots.opening, roots.tranche)
        self._ends = unpriced(self._blocks, self._inside, self._plain, roots)
        nobody = np.zeros(roots.weight.shape, dtype=bool)
        return Open(Nodes(np.arange(len(roots)), nobody, nobody), bound, chosen)

    def _worth_something(self, roots: Roots) -> tuple[Roots, Floats, Mask]:
        """The roots that are, their bounds and members; the bounds of the others are left."""
        nobody = np.zeros(roots.weight.shape, dtype=bool)
        bound, chosen = relaxed(self._blocks, roots, np.arange(len(roots)), nobody, nobody)
        good = bound > self._slack
        self._leave(roots.asked[~good], bound[~good])
        return roots.only(good), bound[good], chosen[good]

    def _cut(self, nodes: Nodes) -> Floats:
        """What a node has to be above."""
        cut: Floats = self._best[self._roots.asked[nodes.root]] + self._slack
        return cut

    def _leave(self, asked: Whole, bound: Floats) -> None:
        """Nodes that are looked at no further: their bounds stand."""
        np.maximum.at(self._left, asked, bound)

    def _look(self, now: Open) -> Floats:
        """What the members of each node are worth in their tranches; -inf where that breaks a rule. The best are kept."""
        root, (opens, joins) = now.nodes.root, self._moves_take
        return self._valued(root, self._roots.tranche[root], now.chosen, (opens[root], joins[root]), now.bound)

    def _valued(self, root: Whole, tranche: Whole, chosen: Mask, taken: tuple[Floats, Floats], bound: Floats) -> Floats:
        """What partnerships are worth in some tranches; -inf where that breaks a rule.

        What they buy is counted, and the best are kept, where the bound is worth it.
        """
        roots, blocks = self._roots, self._blocks
        block, k = roots.block[root], roots.opening[root]
        activity = taken[0] + np.where(chosen[:, None, :], taken[1], 0.0).sum(axis=2)
        joined = blocks.joins[block[:, None], np.arange(chosen.shape[1]), tranche]
        values = self._plain[blocks.opens[block, k]] + np.where(chosen, self._plain[joined], 0.0).sum(axis=1)
        kept, buys = blocks.in_one_piece(block, chosen), self._inside.bought
        kept &= (buys is not None) | self._inside.kept(block, activity)
        able = np.flatnonzero(kept & (bound > self.least))
        owner, bought = blocks.bought(block[able], k[able], tranche[able], chosen[able])
        values[able] += np.bincount(owner, weights=self._plain[bought], minlength=len(able))
        if buys is not None:
            activity[able] += buys.taken(owner, bought, len(able))
            kept &= self._inside.kept(block, activity)
        values = np.where(kept, values, -np.inf)
        starts = np.searchsorted(owner, np.arange(len(able) + 1))
        for i in np.flatnonzero(self._notable(roots.asked[root[able]], values[able])):
            n = able[i]
            opened, purchases = int(self._blocks.opens[block[n], k[n]]), bought[starts[i] : starts[i + 1]]
            column = (opened, *joined[n, chosen[n]].tolist(), *purchases.tolist())
            self._note(int(roots.asked[root[n]]), float(values[n]), tuple(sorted(column)))
        return values

    def _notable(self, asked: Whole, values: Floats) -> Mask:
        """Which partnerships may be worth a note."""
        better: Mask = values > self._best[asked]
        return better

    def _note(self, asked: int, value: float, column: Column) -> None:
        """Keep a partnership of a block if it is its best."""
        if value > self._best[asked]:
            if self._columns[asked]:
                self._others.append(self._columns[asked])
            self._best[asked], self._columns[asked] = value, column

    def _otherwise(self, root: Whole, chosen: Mask, values: Floats) -> Floats:
        """The most that the members of each node could be worth in other tranches than they are in; -inf where it is no more, or cannot be."""
        ends, block = self._ends, self._roots.block[root]
        most = ends.base[root] + np.where(chosen, ends.weight[root], 0.0).sum(axis=1)
        least_taken = ends.opens[root] + np.where(chosen[:, None, :], ends.least[root], 0.0).sum(axis=2)
        most_taken = ends.opens[root] + np.where(chosen[:, None, :], ends.most[root], 0.0).sum(axis=2)
        can = ((least_taken <= self._inside.upper[block]) & (most_taken >= self._inside.lower[block])).all(axis=1)
        can &= self._blocks.in_one_piece(block, chosen)
        if self._blocks.purchases is not None:
            spend = self._blocks.purchases.spend[block]
            can &= spend[:, -1] + np.where(chosen, spend[:, :-1], 0.0).sum(axis=1) >= self._roots.least[root] - CHEAP
        return np.where(can & (most > values), most, -np.inf)

    def _in_other_tranches(self, root: Whole, chosen: Mask, values: Floats) -> Floats:
        """The same, purchasing looked at more closely; the tranches that would be best so are looked at too."""
        most = self._otherwise(root, chosen, values)
        if self._blocks.purchases is None:
            return most
        for some in np.array_split(np.flatnonzero(np.isfinite(most)), 1 + len(root) // TRIED):
            if len(some):
                most[some] = np.minimum(most[some], self._best_tranches(root[some], chosen[some], values[some]))
        return most

    def _best_tranches(self, root: Whole, chosen: Mask, values: Floats) -> Floats:
        """The most that the members of each node are worth in whatever tranches; -inf where a partnership is known that is worth as much."""
        roots = self._roots
        block, k = roots.block[root], roots.opening[root]
        most, tranche = in_any_tranche(self._blocks, self._plain, block, k, chosen, np.maximum(values, self._best[roots.asked[root]]))
        reached = self._valued(root, tranche, chosen, self._inside.taken(block, k, tranche), most)
        return np.where(most > np.maximum(values, reached) + EVEN * np.abs(most), most, -np.inf)

    def _possible(self, nodes: Nodes) -> Mask:
        """Which nodes can keep each row, and reach the spend that their step asks for, with somebody."""
        opens, joins = self._takes
        root, block = nodes.root, self._roots.block[nodes.root]
        free = ~nodes.inner & ~nodes.out & np.isfinite(self._roots.weight[root])
        sure = opens[root] + np.where(nodes.inner[:, None, :], joins[root], 0.0).sum(axis=2)
        less = np.where(free[:, None, :], np.minimum(joins[root], 0.0), 0.0).sum(axis=2)
        more = np.where(free[:, None, :], np.maximum(joins[root], 0.0), 0.0).sum(axis=2)
        possible: Mask = ((sure + less <= self._inside.upper[block]) & (sure + more >= self._inside.lower[block])).all(axis=1)
        if self._blocks.purchases is not None:
            spend = self._blocks.purchases.spend[block]
            room = self._blocks.most[block] - nodes.inner.sum(axis=1)
            heaviest = -np.sort(-np.where(free, spend[:, :-1], 0.0), axis=1) * (np.arange(free.shape[1]) < room[:, None])
            reached = spend[:, -1] + np.where(nodes.inner, spend[:, :-1], 0.0).sum(axis=1) + heaviest.sum(axis=1)
            possible &= reached >= self._roots.least[root] - CHEAP
        return possible

    def _reaching(self, nodes: Nodes) -> Nodes:
        """The nodes of which all who are in have a path to the host; free members without one are out."""
        contiguous = self._blocks.contiguous
        if contiguous is None or not len(nodes.root):
            return nodes
        able = ~nodes.out & np.isfinite(self._roots.weight[nodes.root])
        reached = contiguous.reached(self._roots.block[nodes.root], able)
        possible = np.asarray(~(nodes.inner & ~reached).any(axis=1))
        return Nodes(nodes.root, nodes.inner, nodes.out | (able & ~reached)).only(possible)

    def _to_divide(self, nodes: Nodes, chosen: Mask) -> tuple[Mask, Mask]:
        """Members of whom one may lack, and who may be there besides if none does.

        Of members in one piece with the host, all and anybody; else a piece apart, and those next to it: one of these has to be there.
        """
        contiguous, block = self._blocks.contiguous, self._roots.block[nodes.root]
        who, besides = chosen.copy(), np.ones(chosen.shape, dtype=bool)
        apart = np.flatnonzero(~self._blocks.in_one_piece(block, chosen))
        if contiguous is not None and len(apart):
            loose = chosen[apart] & ~contiguous.reached(block[apart], chosen[apart])
            first = np.where(loose, self._roots.weight[nodes.root[apart]], -np.inf).argmax(axis=1)
            who[apart], besides[apart] = contiguous.piece(block[apart], chosen[apart], first)
        return who, besides

    def _divided(self, nodes: Nodes, bound: Floats, who: Mask, besides: Mask) -> Nodes:
        """Nodes without one of some members, and nodes with all of them and somebody besides."""
        weight, most = self._roots.weight[nodes.root], self._blocks.most[self._roots.block[nodes.root]]
        takes = abs(self._takes[1][nodes.root]).max(axis=1, initial=0.0)
        lacking = _one_by_one(nodes, who & ~nodes.inner, takes, nodes.inner)
        together = nodes.inner | who
        able = besides & ~together & ~nodes.out & np.isfinite(weight) & (together.sum(axis=1) < most)[:, None]
        reach = bound[:, None] + np.minimum(np.where(able, weight, -np.inf), 0.0)
        worth_it = able & (reach > self._cut(nodes)[:, None])
        self._leave(self._roots.asked[nodes.root], np.where(worth_it, -np.inf, reach).max(axis=1, initial=-np.inf))
        joining = _one_by_one(nodes, worth_it, weight, together, joining=True)
        return Nodes(*(np.concatenate([getattr(one, field.name) for one in (lacking, joining)]) for field in fields(Nodes)))


def _one_by_one(nodes: Nodes, who: Mask, order: Floats, inner: Mask, *, joining: bool = False) -> Nodes:
    """A node for each of some members, in the order of a figure, the highest first.

    Where they leave: without the member, but with those before it. Where they join: with the member, without those before it.
    """
    place = np.argsort(np.argsort(np.where(who, -order, np.inf), axis=1, kind="stable"), axis=1, kind="stable")
    parent, member = np.nonzero(who)
    before = who[parent] & (place[parent] < place[parent, member][:, None])
    one = np.zeros(before.shape, dtype=bool)
    one[np.arange(len(member)), member] = True
    beside, without = (one, before) if joining else (before, one)
    return Nodes(nodes.root[parent], inner[parent] | beside, nodes.out[parent] | without)
