"""The most that given members of a partnership are worth in whatever tranches, when they buy together.

For a highest step `cap[e]` in each epoch every member's best tranche is its own affair, since what its spend earns is known:

    most(cap) = opening + sum of max[t] (value of joining in t + sum of what its spend earns from t on, on steps up to cap)

It begins with the steps that would be reached if all had joined as early as they can. Where the tranches that are best so do not
reach `cap[e]` in some epoch, either enough of the others are live in it after all, which costs at least what the cheapest of them
cost, parts of a member counted as parts; or the step there is a lower one. So

    most(cap) <= max(most(cap) - cost of reaching it, most(cap with cap[e] less 1))

and where the tranches reach all the steps, they are worth just that.
"""

from __future__ import annotations

import numpy as np

from formulations.buyers import HALF_PENNY
from formulations.decomposition.blocks import Blocks
from formulations.decomposition.kinds import NONE, Floats, Mask, Whole
from formulations.decomposition.spells import Spells


def in_any_tranche(blocks: Blocks, plain: Floats, block: Whole, opening: Whole, chosen: Mask, enough: Floats) -> tuple[Floats, Whole]:
    """An upper bound on what members are worth in whatever tranches, shape (n,), and the tranches last looked at, (n, members).

    Args:
        blocks: All blocks; there is purchasing.
        plain: Value of each column, with -inf as the last.
        block: Block of each, shape (n,).
        opening: Position of the tranche that it opens in, shape (n,).
        chosen: Its members besides the host, shape (n, members).
        enough: What is no more than this need not be told apart, shape (n,).
    """
    assert blocks.purchases is not None
    spells = blocks.purchases.spells
    able = (blocks.joins[block] != NONE) & (np.arange(len(blocks.tranches)) >= opening[:, None, None])
    own = np.where(able, plain[blocks.joins[block]], -np.inf)
    there = np.concatenate([chosen, np.ones((len(block), 1), dtype=bool)], axis=1)
    cap, _ = spells.reached(block, np.concatenate([able.argmax(axis=2), opening[:, None]], axis=1), there)
    most, tranche = np.full(len(block), -np.inf), np.zeros(chosen.shape, dtype=np.intp)
    left = np.arange(len(block))
    while len(left):
        b, k, among = block[left], opening[left], chosen[left]
        earned = spells.earned(b, cap[left], plain)
        each = own[left] + earned[:, :-1]
        best = each.argmax(axis=2)
        joining = np.where(among, np.take_along_axis(each, best[:, :, None], axis=2)[:, :, 0], 0.0).sum(axis=1)
        value = plain[blocks.opens[b, k]] + np.take_along_axis(earned[:, -1], k[:, None], axis=1)[:, 0] + joining
        tranche[left] = best
        now, spend = spells.reached(b, np.concatenate([best, k[:, None]], axis=1), there[left])
        short = now < cap[left]
        open_ = short.any(axis=1) & (value > enough[left])
        most[left[~open_]] = np.maximum(most[left[~open_]], value[~open_])
        spell, left = short[open_].argmax(axis=1), left[open_]
        asked = (
            spells.least[b[open_], spell, cap[left, spell]] - np.take_along_axis(spend[open_], spell[:, None], axis=1)[:, 0] - HALF_PENNY
        )
        forced = value[open_] - _cost(spells, b[open_], spell, asked, each[open_], best[open_], among[open_])
        most[left] = np.maximum(most[left], forced)
        cap[left, spell] -= 1
    return most, tranche


def _cost(spells: Spells, block: Whole, spell: Whole, asked: Floats, each: Floats, best: Whole, chosen: Mask) -> Floats:
    """The least that it costs to have so much more spend live in an epoch, shape (n,); infinite where there is not as much."""
    live = spells.live[block, spell]
    late = chosen & spells.buyers[block, spell, :-1] & ~np.take_along_axis(live, best, axis=1)
    in_time = np.where(live[:, None, :], each, -np.inf).max(axis=2)
    late &= np.isfinite(in_time)
    spend = np.where(late, spells.spend[block, :-1], 0.0)
    cost = np.where(late, np.take_along_axis(each, best[:, :, None], axis=2)[:, :, 0], 0.0) - np.where(late, in_time, 0.0)
    order = np.argsort(np.where(spend > 0, cost / np.where(spend > 0, spend, 1.0), np.inf), axis=1, kind="stable")
    spend, cost = np.take_along_axis(spend, order, axis=1), np.take_along_axis(cost, order, axis=1)
    before = np.cumsum(spend, axis=1) - spend
    part = np.clip(asked[:, None] - before, 0.0, spend) / np.where(spend > 0, spend, 1.0)
    return np.where(spend.sum(axis=1) >= asked, (part * cost).sum(axis=1), np.inf)
