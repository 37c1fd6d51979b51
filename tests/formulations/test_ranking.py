"""Partnerships that lose no more than so much: all of them, against all partnerships of random instances."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from inside_partnerships import inside_rows, kept, worth

from formulations.decomposition import ranked

MANY = 10**6


def drawn(seed: int, found: Any) -> tuple[Any, Any, Any, Any]:
    """Random values of the columns, with prices of the rows inside and without, and those rows."""
    random = np.random.default_rng(seed)
    plain = found.cost + random.normal(0, 30, len(found.cost))
    matrix, lower, upper, rules = inside_rows(found)
    prices = np.where(np.isfinite(upper), 1.0, -1.0) * random.exponential(5, len(lower)) * (random.random(len(lower)) < 0.5)
    return plain, plain - matrix.T @ prices, rules, (matrix, lower, upper)


@pytest.mark.parametrize("loss", [0.0, 20.0, 60.0])
@pytest.mark.parametrize("seeds", [pytest.param(range(20), id="fast"), pytest.param(range(20, 90), id="more", marks=pytest.mark.long)])
def test_all_that_lose_no_more_are_found(tiny_blocks: Callable[..., Any], seeds: range, loss: float) -> None:
    """By block, opening and members, each in its best tranches; what is found keeps the rules and is worth what is said."""
    several = 0
    for seed, found in tiny_blocks(seeds):
        plain, reduced, rules, rows = drawn(seed, found)
        told, whole = ranked(found.blocks, rules, reduced, plain, loss, MANY)
        assert whole
        best: dict[Any, float] = {}
        by_columns: dict[Any, Any] = {}
        for block in range(len(found.blocks)):
            host = found.blocks.partnerships[block][1]
            for there in found.partnerships(block):
                columns = found.columns(block, there)
                if kept(found, *rows, block, there):
                    key = (block, there[host], frozenset(there))
                    value = worth(found, block, there, plain)
                    by_columns[columns] = (key, value)
                    best[key] = max(value, best.get(key, -np.inf))
        moves = {column for columns in by_columns for column in columns}
        reached: dict[Any, float] = {}
        for point, value in told.items():
            assert value > -loss
            assert plain[list(point)].sum() == pytest.approx(value)
            key, real = by_columns[tuple(column for column in point if column in moves)]
            assert value == pytest.approx(real)
            reached[key] = max(value, reached.get(key, -np.inf))
        timed = found.has_rows("payback", "onboarding_capacity")
        if found.blocks.purchases is None and not timed:
            wanted = {key: value for key, value in best.items() if value > -loss + 1e-6}
            assert {key: reached.get(key) for key in wanted} == pytest.approx(wanted), seed
            several += len(wanted)
    assert several > len(seeds)


def test_as_many_as_there_is_time_for(tiny_blocks: Callable[..., Any]) -> None:
    """Stopped early, what is told is among all, and said not to be all where something was left."""
    short = 0
    for seed, found in tiny_blocks(range(12)):
        plain, reduced, rules, _ = drawn(seed, found)
        every, _ = ranked(found.blocks, rules, reduced, plain, 60.0, MANY)
        some, whole = ranked(found.blocks, rules, reduced, plain, 60.0, 1)
        assert set(some) <= set(every)
        assert not whole or some == every
        short += not whole
    assert short


def test_nothing_is_found_where_nothing_can_be(tiny_blocks: Callable[..., Any]) -> None:
    """Values that are all losses."""
    for _, found in tiny_blocks(range(4)):
        plain = np.full(len(found.cost), -1000.0)
        assert ranked(found.blocks, inside_rows(found)[-1], plain, plain, 5.0, MANY) == ({}, True)
