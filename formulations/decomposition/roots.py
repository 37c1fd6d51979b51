"""Roots of the branch and bound of `exact`: blocks with an opening and a highest step of purchasing, and their relaxation.

Rows r inside a block may have prices: for any price p[r], not negative where the row has an upper bound only and not positive where it
has a lower bound only, all bounds being 0,

    max over partnerships that keep the rows of value  <=  max over all of (value - sum[r] p[r] * what is taken of r)

and prices are made better by steps along the subgradient, which is what the best partnership takes of each row.

Source: Lagrangian relaxation, Geoffrion (1974), Mathematical Programming Study 2; steps towards a known value, Polyak (1969), USSR
Computational Mathematics and Mathematical Physics 9(3).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from formulations.decomposition.blocks import Blocks
from formulations.decomposition.inside import Inside
from formulations.decomposition.kinds import NONE, Floats, Mask, Whole
from formulations.terms import THOUSAND

AT_ONCE = 4_000_000
"""Numbers that are looked at together."""
STEPS = 12
"""Steps by which prices are made better."""
NOTHING = 1e-12
"""A subgradient below this is none."""


@dataclass(frozen=True)
class Roots:
    """Blocks with an opening and a highest step, arrays over roots, then members and tranches.

    Attributes:
        asked: Which of the blocks asked for it is about.
        block, opening: The block, and the position of the tranche it opens in.
        base: Value of the opening.
        weight: Value of each member; -inf for who cannot join.
        tranche: Position of the tranche in which the member joins.
        top: The highest step; -1 where nothing is bought.
        least: Spend that the highest step asks for, GBP a year; 0 where nothing is bought.
        earned, earning: The most that purchasing earns with the opening, and with each join.
    """

    asked: Whole
    block: Whole
    opening: Whole
    base: Floats
    weight: Floats
    tranche: Whole
    top: Whole
    least: Floats
    earned: Floats
    earning: Floats

    def __len__(self) -> int:
        return len(self.block)

    def only(self, kept: Mask) -> Roots:
        """Some of them."""
        return Roots(*(getattr(self, field.name)[kept] for field in fields(self)))


def first_roots(blocks: Blocks, reduced: Floats, asked: Whole) -> Roots:
    """Every opening and every highest step of the blocks asked for, at reduced values of the columns."""
    padded = np.append(reduced, -np.inf)
    opening, joining = padded[blocks.opens[asked]], padded[blocks.joins[asked]]
    bought = blocks.purchases
    parts = []
    for top in range(-1, 0 if bought is None else bought.least.shape[1]):
        hosts, members, least = np.zeros(opening.shape), np.zeros(joining.shape), np.zeros(len(asked))
        if bought is not None and top >= 0:
            least = bought.least[asked, top]
            hosts, members = (earned[asked] for earned in bought.most_up_to(reduced, top))
        for k in range(len(blocks.tranches)):
            there = np.flatnonzero(np.isfinite(opening[:, k]) & np.isfinite(least))
            weight, tranche = _best_tranches(joining[there] + members[there], np.full(len(there), k))
            base = opening[there, k] + hosts[there, k]
            earned = hosts[there, k], members[there]
            opens = np.full(len(there), k)
            parts.append(Roots(there, asked[there], opens, base, weight, tranche, np.full(len(there), top), least[there], *earned))
    return Roots(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Roots)))


def _best_tranches(value: Floats, opening: Whole) -> tuple[Floats, Whole]:
    """Value of each member in its best tranche from the opening on, and that tranche."""
    later = np.arange(value.shape[2]) >= opening[:, None, None]
    value = np.where(later, value, -np.inf)
    best = value.argmax(axis=2)
    return np.take_along_axis(value, best[:, :, None], axis=2)[:, :, 0], best


def better_prices(blocks: Blocks, inside: Inside, plain: Floats, roots: Roots, bound: Floats, known: Floats) -> Roots:
    """The roots with prices of their rows, and of the spend that their step asks for, at which the bounds are lowest.

    Args:
        blocks: All blocks.
        inside: Their rows.
        plain: Value of each column without prices, with -inf as the last.
        roots: The roots; as they are, they are as good as any prices that are not better.
        bound: Their bounds as they are.
        known: Value of a partnership of each root that is known: there is no use in bounds below.
    """
    rows = _with_spend(blocks, inside, roots)
    opening = plain[blocks.opens[roots.block, roots.opening]] + roots.earned
    joining = plain[blocks.joins[roots.block]] + roots.earning
    every, nobody = np.arange(len(roots)), np.zeros(roots.weight.shape, dtype=bool)
    lowest, best = bound, roots
    prices = np.zeros(rows.opens.shape)
    for _ in range(STEPS):
        weight, tranche = _best_tranches(joining - np.einsum("pr,prmt->pmt", prices, rows.joins), roots.opening)
        trial = replace(roots, base=opening - (prices * rows.opens).sum(axis=1), weight=weight, tranche=tranche)
        bound, chosen = relaxed(blocks, trial, every, nobody, nobody)
        lower = bound < lowest
        lowest = np.where(lower, bound, lowest)
        best = replace(
            best,
            base=np.where(lower, trial.base, best.base),
            weight=np.where(lower[:, None], weight, best.weight),
            tranche=np.where(lower[:, None], tranche, best.tranche),
        )
        prices = _step(rows, prices, _activity(rows, tranche, chosen), bound - known)
    return best


@dataclass(frozen=True)
class Unpriced:
    """Roots without prices of rows, each member in whatever tranche is best for it, or takes least or most of a row.

    Attributes:
        base, weight: Value of the opening and of each member.
        opens: What the opening takes of each row, shape (roots, rows).
        least, most: The least and the most that each member takes, shape (roots, rows, members); 0 for who cannot join.
    """

    base: Floats
    weight: Floats
    opens: Floats
    least: Floats
    most: Floats


def unpriced(blocks: Blocks, inside: Inside, plain: Floats, roots: Roots) -> Unpriced:
    """The roots without prices; `plain` is the value of each column without them, with -inf as the last."""
    there = blocks.joins[roots.block] != NONE
    there &= np.arange(there.shape[2]) >= roots.opening[:, None, None]
    weight, _ = _best_tranches(plain[blocks.joins[roots.block]] + roots.earning, roots.opening)
    opens, joins = inside.up_to(roots.block, roots.top)
    opens = np.take_along_axis(opens, roots.opening[:, None, None], axis=2)[:, :, 0]
    least, most = (
        reach(np.where(there[:, None], joins, limit), axis=3) if there.size else joins[..., 0]
        for reach, limit in ((np.min, np.inf), (np.max, -np.inf))
    )
    able = there.any(axis=2)[:, None, :]
    base = plain[blocks.opens[roots.block, roots.opening]] + roots.earned
    return Unpriced(base, weight, opens, np.where(able, least, 0.0), np.where(able, most, 0.0))


@dataclass(frozen=True)
class _Rows:
    """Rows of each root: what the opening and the joins take, and which bounds of 0 there are."""

    opens: Floats
    joins: Floats
    from_below: Mask
    from_above: Mask


def _with_spend(blocks: Blocks, inside: Inside, roots: Roots) -> _Rows:
    """The rows inside the block of each root, and the spend that its step asks for as a row more."""
    opens, joins = inside.up_to(roots.block, roots.top)
    opens = np.take_along_axis(opens, roots.opening[:, None, None], axis=2)[:, :, 0]
    lower, upper = inside.lower[roots.block], inside.upper[roots.block]
    below, above = np.isfinite(lower), np.isfinite(upper)
    if blocks.purchases is not None:
        spend = blocks.purchases.spend[roots.block] / THOUSAND
        asks = roots.least > 0
        own = np.where(asks, spend[:, -1] - roots.least / THOUSAND, 0.0)
        others = np.where(asks[:, None], spend[:, :-1], 0.0)[:, None, :, None]
        opens = np.concatenate([opens, own[:, None]], axis=1)
        joins = np.concatenate([joins, np.broadcast_to(others, (len(roots), 1, *joins.shape[2:]))], axis=1)
        below, above = (np.concatenate([one, np.full((len(roots), 1), flag)], axis=1) for one, flag in ((below, True), (above, False)))
    return _Rows(opens, joins, below, above)


def _activity(rows: _Rows, tranche: Whole, chosen: Mask) -> Floats:
    """What the members chosen and the opening take of each row."""
    joins = np.take_along_axis(rows.joins, tranche[:, None, :, None], axis=3)[..., 0]
    activity: Floats = rows.opens + np.where(chosen[:, None, :], joins, 0.0).sum(axis=2)
    return activity


def _step(rows: _Rows, prices: Floats, activity: Floats, fall: Floats) -> Floats:
    """Prices a step along the subgradient on, as long as if the bound were to fall so far."""
    moving = (rows.from_above & ((activity > 0) | (prices > 0))) | (rows.from_below & ((activity < 0) | (prices < 0)))
    direction = np.where(moving, activity, 0.0)
    norm = (direction**2).sum(axis=1)
    length = np.where(norm > NOTHING, np.maximum(fall, 0.0) / np.maximum(norm, NOTHING), 0.0)
    prices = prices + length[:, None] * direction
    prices = np.where(rows.from_above, prices, np.minimum(prices, 0.0))
    return np.where(rows.from_below, prices, np.maximum(prices, 0.0))


def relaxed(blocks: Blocks, roots: Roots, root: Whole, inner: Mask, out: Mask) -> tuple[Floats, Mask]:
    """Bound of each node, given its root and who is in and out, and the members who attain it; -inf where nobody can be with the host."""
    bound, chosen = np.full(len(root), -np.inf), np.zeros(inner.shape, dtype=bool)
    number, row = blocks.place[roots.block[root]].T
    for bucket in np.unique(number):
        here = np.flatnonzero(number == bucket)
        sets = blocks.buckets[bucket].sets
        for some in np.array_split(here, 1 + len(here) * sets[0].size // AT_ONCE):
            at = root[some]
            room = blocks.most[roots.block[at]] - inner[some].sum(axis=1)
            found, members = _among(sets[row[some]] > 0, roots.weight[at], room, inner[some], out[some])
            bound[some], chosen[some] = roots.base[at] + found, members
    return bound, chosen


def _among(sets: Mask, weight: Floats, room: Whole, inner: Mask, out: Mask) -> tuple[Floats, Mask]:
    """The most that members are worth: those in, and free ones of one of the sets, shape (nodes, sets, members), as far as there is room."""
    able = sets & ~out[:, None, :] & np.isfinite(weight)[:, None, :]
    possible = ~(inner[:, None, :] & ~able).any(axis=2) & (room >= 0)[:, None]
    free = able & ~inner[:, None, :]
    worth = np.where(free & (weight > 0)[:, None, :], weight[:, None, :], 0.0)
    added = worth.sum(axis=2)
    crowded = np.flatnonzero((np.count_nonzero(worth, axis=2) > room[:, None]).any(axis=1))
    if len(crowded):
        largest = -np.sort(-worth[crowded], axis=2)
        added[crowded] = (largest * (np.arange(worth.shape[2]) < room[crowded, None, None])).sum(axis=2)
    added = np.where(possible, added, -np.inf)
    every, best = np.arange(len(added)), added.argmax(axis=1)
    offered = worth[every, best]
    rank = np.argsort(np.argsort(-offered, axis=1, kind="stable"), axis=1)
    members = (offered > 0) & (rank < room[:, None])
    bound = np.where(inner, weight, 0.0).sum(axis=1) + added[every, best]
    lonely = np.flatnonzero(~(members | inner).any(axis=1))
    if len(lonely):  # a partnership has at least two members, even if the second is worth less than nothing
        alone = np.where((free[lonely] & possible[lonely][:, :, None]).any(axis=1), weight[lonely], -np.inf)
        members[lonely, alone.argmax(axis=1)] = True
        bound[lonely] = alone.max(axis=1, initial=-np.inf)
    return bound, members | inner
