"""The most that given members are worth in whatever tranches, against all tranches that they could join in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from inside_partnerships import worth

from formulations.decomposition.tranches import in_any_tranche


@pytest.mark.parametrize("seeds", [pytest.param(range(40), id="fast"), pytest.param(range(40, 160), id="more", marks=pytest.mark.long)])
def test_no_tranches_are_worth_more(tiny_blocks: Callable[..., Any], seeds: range) -> None:
    """By block, opening and members, at random values: a bound on all, seldom above the best, and the tranches told of are possible."""
    checked = attained = 0
    for seed, found in tiny_blocks(seeds):
        blocks = found.blocks
        if blocks.purchases is None:
            continue
        random = np.random.default_rng(seed)
        plain = found.cost + random.normal(0, 20, len(found.cost))
        best: dict[Any, float] = {}
        for block in range(len(blocks)):
            host = blocks.partnerships[block][1]
            for there in found.partnerships(block):
                key = (block, blocks.tranches.index(there[host]), frozenset(there) - {host})
                best[key] = max(best.get(key, -np.inf), worth(found, block, there, plain))
        if not best:
            continue
        block, opening = (np.array([key[i] for key in best], dtype=np.intp) for i in (0, 1))
        chosen = np.zeros((len(best), blocks.joins.shape[1]), dtype=bool)
        for row, (b, _, members) in enumerate(best):
            chosen[row, [blocks.members[b].index(c) for c in members]] = True
        values = np.array(list(best.values()))
        most, tranche = in_any_tranche(blocks, np.append(plain, -np.inf), block, opening, chosen, np.full(len(best), -np.inf))
        assert (most >= values - 1e-7).all(), seed
        assert (tranche >= opening[:, None])[chosen].all()
        assert (blocks.joins[block[:, None], np.arange(chosen.shape[1]), tranche] >= 0)[chosen].all()
        checked, attained = checked + len(best), attained + int((most <= values + 1e-7).sum())
        enough = values + random.normal(0, 10, len(best))
        hurried, _ = in_any_tranche(blocks, np.append(plain, -np.inf), block, opening, chosen, enough)
        assert (hurried >= values - 1e-7).all(), seed
        assert (hurried <= np.maximum(most, enough) + 1e-7).all(), seed
    assert checked > 200
    assert attained > 0.6 * checked
