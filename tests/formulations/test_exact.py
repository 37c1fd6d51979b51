"""The pricing problem with the rules inside partnerships: by hand, and against all partnerships that keep them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from inside_partnerships import bought, in_one_piece, inside_rows, kept, worth
from small import SHIRE, brief

from formulations import price
from formulations.decomposition import Inside, exact, inside_of
from instances import Instance

ASH = ("payroll", "Ash")
VOLUMES = "council, service, annual_cost, fixed_cost, volume, can_host, host_capacity\n"
MANY = 10**6


@pytest.mark.parametrize(
    ("capacity", "members", "value"),
    [
        (530, {"Elm", "Oak", "Yew"}, 16),
        (529, {"Oak", "Yew"}, 11),
        (420, {"Oak", "Yew"}, 11),
        (419, {"Elm", "Oak"}, 10),
        (389, {"Elm", "Yew"}, 9),
        (349, {"Oak"}, 5),
        (279, {"Yew"}, 4),
        (239, {"Elm"}, 3),
        (209, set(), 0),
    ],
)
def test_host_capacity_by_hand(
    shire: Callable[..., Instance], decomposed: Callable[..., Any], capacity: int, members: set[str], value: float
) -> None:
    """Ash runs 100 cases and opens for -2. Elm brings 110 cases and is worth 5, Oak 180 and 7, Yew 140 and 6: who fits together is best."""
    volumes = {"Ash": 100, "Elm": 110, "Oak": 180, "Yew": 140}
    table = VOLUMES + "".join(
        f"{c}, payroll, 200000, 100000, {volume}, {'yes' if c == 'Ash' else 'no'}, {capacity if c == 'Ash' else ''}\n"
        for c, volume in volumes.items()
    )
    found = decomposed(price(shire("12 1 1", economics="duplication_avoided = 0.5", baselines=table)))
    plain = np.full(len(found.cost), -100.0)
    given = {(*ASH, 0): -2.0, ("Elm", *ASH, 0): 5.0, ("Oak", *ASH, 0): 7.0, ("Yew", *ASH, 0): 6.0}
    for index, move in (*found.model.opens.items(), *found.model.joins.items()):
        plain[found.rows.column(move)] = given[brief(index)]
    answer = exact(found.blocks, inside_rows(found)[-1], plain, plain, np.array([0]), 1e-6, MANY)
    assert answer.upper == pytest.approx([value], abs=1e-5)
    told = [{brief(found.rows.variables[column][1]) for column in point} for point in answer.best]
    assert told == ([{(*ASH, 0), *((c, *ASH, 0) for c in members)}] if members else [])


@pytest.mark.parametrize("seeds", [pytest.param(range(30), id="fast"), pytest.param(range(30, 150), id="more", marks=pytest.mark.long)])
def test_against_all_partnerships(tiny_blocks: Callable[..., Any], seeds: range) -> None:
    """At random values and prices: a bound on every partnership that keeps the rules, and what is told of keeps them and is worth as much.

    Without purchasing, and rules that look at when each member joins, the bound is what the best is worth.
    """
    bitten = looser = 0
    for seed, found in tiny_blocks(seeds):
        random = np.random.default_rng(seed)
        plain = np.where(found.cost != 0, found.cost, 0.0) + random.normal(0, 30, len(found.cost))
        matrix, lower, upper, rules = inside_rows(found)
        prices = np.where(np.isfinite(upper), 1.0, -1.0) * random.exponential(5, len(lower)) * (random.random(len(lower)) < 0.5)
        reduced = plain - matrix.T @ prices
        asked = np.arange(len(found.blocks))
        answer = exact(found.blocks, rules, reduced, plain, asked, 1e-6, MANY)
        simple = found.blocks.purchases is None and not found.has_rows("payback", "onboarding_capacity")
        for block in asked:
            every = [(worth(found, block, there, plain), there) for there in found.partnerships(block)]
            able = [(value, there) for value, there in every if kept(found, matrix, lower, upper, block, there)]
            best = max([0.0, *(value for value, _ in able)])
            bitten += max([0.0, *(value for value, _ in every)]) > best + 1e-3
            assert answer.upper[block] >= best - 1e-6, (seed, block)
            if simple:
                assert answer.upper[block] == pytest.approx(best, abs=1e-4), (seed, block)
            looser += answer.upper[block] > best + 1e-3
        moves = {found.columns(block, there): (block, there) for block in asked for there in found.partnerships(block)}
        variables = {column for columns in moves for column in columns}
        for point in (*answer.best, *answer.others):
            columns = tuple(column for column in point if column in variables)
            assert kept(found, matrix, lower, upper, *moves[columns])
            assert plain[list(point)].sum() == pytest.approx(worth(found, *moves[columns], plain))
    assert bitten > len(seeds) / 4  # rules that keep a better partnership from being are what this is about
    assert looser <= bitten


@pytest.mark.parametrize("seeds", [pytest.param(range(40), id="fast"), pytest.param(range(40, 120), id="more", marks=pytest.mark.long)])
@pytest.mark.parametrize(("only", "often"), [("contiguity", 0.1), ("minimum_saving", 0.5), ("payback", 0.5)])
def test_one_rule_at_a_time(tiny_blocks: Callable[..., Any], only: str, often: float, seeds: range) -> None:
    """With purchases at what they earn the bound is what the best partnership is worth, but for a few that look at tranches together."""
    bitten = looser = 0
    for seed, found in tiny_blocks(seeds, only):
        random = np.random.default_rng(seed)
        noise = np.concatenate([random.normal(0, 30, len(found.rows.variables)), np.zeros(len(found.cost) - len(found.rows.variables))])
        plain = found.cost + noise
        matrix, lower, upper, rules = inside_rows(found)
        reduced = plain + matrix.T @ (random.exponential(5, len(lower)) * (random.random(len(lower)) < 0.5) * np.isfinite(lower))
        asked = np.arange(len(found.blocks))
        answer = exact(found.blocks, rules, reduced, plain, asked, 1e-6, MANY)
        for block in asked:
            every = [(worth(found, block, there, plain), there) for there in found.partnerships(block)]
            best = max([0.0, *(value for value, there in every if kept(found, matrix, lower, upper, block, there))])
            assert answer.upper[block] >= best - 1e-6, (seed, block)
            bitten += max([0.0, *(value for value, _ in every)]) > best + 1e-3
            looser += answer.upper[block] > best + 1e-3
    assert bitten > often * len(seeds)
    assert looser <= bitten / 4


@pytest.mark.parametrize("slack", [0.5, 5.0, 50.0])
def test_slack_leaves_a_bound(tiny_blocks: Callable[..., Any], slack: float) -> None:
    """A block that is settled early is never said to be worth less than its best partnership, and what is left open is at most the slack."""
    for seed, found in tiny_blocks(range(24)):
        random = np.random.default_rng(seed)
        plain = found.cost + random.normal(0, 30, len(found.cost))
        matrix, _, upper, rules = inside_rows(found)
        reduced = plain - matrix.T @ (np.where(np.isfinite(upper), 1.0, -1.0) * random.exponential(20, len(upper)))
        asked = np.arange(len(found.blocks))
        early, late = (exact(found.blocks, rules, reduced, plain, asked, how, MANY) for how in (slack, 1e-9))
        best = {block: 0.0 for block in asked}
        for point in late.best:
            block = int(np.flatnonzero(np.isin(found.blocks.opens, point).any(axis=1))[0])
            best[block] = float(plain[list(point)].sum())
        assert all(early.upper[block] >= value - 1e-9 for block, value in best.items()), seed
        assert (early.upper <= late.upper + slack + 1e-6).all(), seed


def test_fewer_nodes_leave_a_bound(tiny_blocks: Callable[..., Any]) -> None:
    """Cut short at once, every block's bound is no lower than with all nodes, and no higher than that of the relaxation."""
    for seed, found in tiny_blocks(range(12)):
        plain = found.cost + np.random.default_rng(seed).normal(0, 30, len(found.cost))
        rules, asked = inside_rows(found)[-1], np.arange(len(found.blocks))
        short, full = (exact(found.blocks, rules, plain, plain, asked, 1e-6, nodes) for nodes in (0, MANY))
        assert (short.upper >= full.upper - 1e-6).all(), seed


@pytest.mark.parametrize("seed", range(20))
def test_rows_as_arrays(tiny_blocks: Callable[..., Any], seed: int) -> None:
    """Of every partnership, what the arrays say that it takes of the rows of its block is what the matrix says; parts are the same rows."""
    for _, found in tiny_blocks([seed]):
        matrix, lower, upper, rules = inside_rows(found)
        some = np.arange(len(found.blocks))[::2]
        part, blocks = rules.part(some), found.blocks.part(some)
        again: Inside = inside_of(blocks, matrix, lower, upper)
        for name in ("opens", "joins", "lower", "upper"):
            ours, theirs = getattr(part, name), getattr(again, name)
            rows = theirs.shape[1]
            assert np.array_equal(ours[:, :rows], theirs), name
        tranches = found.blocks.tranches
        for block in range(len(found.blocks)):
            h = found.blocks.partnerships[block][1]
            for there in found.partnerships(block)[:50]:
                taken = rules.opens[block, :, tranches.index(there[h])].copy()
                for c, k in there.items():
                    if c != h:
                        taken += rules.joins[block, :, found.blocks.members[block].index(c), tranches.index(k)]
                if rules.bought is not None:
                    purchases = np.array(bought(found, block, there), dtype=np.intp)
                    taken += rules.bought.taken(np.zeros(len(purchases), dtype=np.intp), purchases, 1)[0]
                keeps = bool(rules.kept(np.array([block]), taken[None])[0]) and in_one_piece(found, block, there)
                assert keeps == kept(found, matrix, lower, upper, block, there)


def test_no_rows_is_no_rule(shire: Callable[..., Instance], decomposed: Callable[..., Any]) -> None:
    """Where no rule inside partnerships is on, the relaxation is exact."""
    found = decomposed(price(shire(economics="duplication_avoided = 0.5", baselines=SHIRE["baselines"])))
    rules = inside_rows(found)[-1]
    assert rules.opens.shape[1] == 0
    answer = exact(found.blocks, rules, found.cost, found.cost, np.arange(len(found.blocks)), 1e-6, MANY)
    best = [max([0.0, *(worth(found, b, there, found.cost) for there in found.partnerships(b))]) for b in range(len(found.blocks))]
    assert answer.upper == pytest.approx(best)
