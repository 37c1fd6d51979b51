"""Rows inside partnerships that look at what is bought: the terms that purchases add, and the most that they can add."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from inside_partnerships import bought, inside_rows

from formulations import price, settle
from instances import Instance

FAMILIES = ("minimum_saving", "payback")
TIERS = "service, from_volume, rate\npayroll, 0, 0\npayroll, 50000, 0.05\npayroll, 90000, 0.1\n"
SEEDS = [pytest.param(range(25), id="fast"), pytest.param(range(25, 70), id="more", marks=pytest.mark.long)]


def terms_by_hand(found: Any) -> dict[str, list[float]]:
    """Coefficients that purchases add to the rows of the first host, by family, sorted."""
    row, column, value = found.structure.bought
    answer: dict[str, list[float]] = {family: [] for family in FAMILIES}
    for r, c, v in zip(row.tolist(), column.tolist(), value.tolist(), strict=True):
        one = found.rows.rows[r]
        if one.index[1] == "Ash":
            assert c >= len(found.rows.variables)
            answer[one.family].append(round(v, 9))
    return {family: sorted(values) for family, values in answer.items()}


def test_terms_by_hand(shire: Callable[..., Instance], decomposed: Callable[..., Any]) -> None:
    """Ash, Elm, Oak and Yew spend 20, 30, 40 and 10 thousand a year, of which 5 or 10 % is saved; two yearly tranches, three years.

    A year's saving at full membership; and what falls within two years of an opening: of one at once a year in the first epoch
    and a year in the second, of one a year later two years in the second.
    """
    found = decomposed(
        price(shire(economics="duplication_avoided = 0.5", tiers=TIERS, rules="minimum_saving = 0.01\npayback = 2.0")),
    )
    yearly = [rate * spend for rate in (0.05, 0.1) for spend in (20.0, 30.0, 40.0, 10.0)]
    expected = sorted([*yearly, *yearly, *(2 * value for value in yearly)])
    assert terms_by_hand(found) == {"minimum_saving": pytest.approx(sorted(yearly)), "payback": pytest.approx(expected)}


def test_no_terms_where_purchases_are_variables(shire: Callable[..., Instance], decomposed: Callable[..., Any]) -> None:
    """Nor where nothing can be bought: the rows of the model are whole as they are."""
    total = "minimum_total_saving = { amount = 0, year = 1 }"
    for changes in ({"tiers": TIERS, "rules": f"minimum_saving = 0.01\n{total}"}, {"rules": "minimum_saving = 0.01"}):
        found = decomposed(price(shire(economics="duplication_avoided = 0.5", **changes)))
        assert all(len(part) == 0 for part in found.structure.bought)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("only", FAMILIES)
def test_what_a_partnership_takes_is_what_the_compact_model_says(tiny_blocks: Callable[..., Any], only: str, seeds: range) -> None:
    """Every partnership of random instances, with what it buys: how it leaves its rows, and never more than the most that they can gain."""
    checked = 0
    for seed, found in tiny_blocks(seeds, only):
        matrix, _, _, rules = inside_rows(found)
        if rules.bought is None:
            continue
        rows = [row for row, inside in zip(found.rows.rows, found.rows.inside, strict=True) if inside]
        for block in range(len(found.blocks)):
            for there in found.partnerships(block)[:30]:
                purchases = bought(found, block, there)
                activity = matrix[:, [*found.columns(block, there), *purchases]].sum(axis=1)
                for row, ours in zip(rows, activity.tolist(), strict=True):
                    if row.index[:3] == found.blocks.partnerships[block]:
                        assert ours == pytest.approx(in_the_compact_model(found, row, block, there), abs=1e-9), (seed, there)
                        checked += bool(purchases)
                _at_most(found, rules, block, there, purchases)
    assert checked > len(seeds)


def in_the_compact_model(found: Any, row: Any, block: int, there: dict[str, int]) -> float:
    """What a partnership leaves a row of the compact model at, each council buying on the highest step that it reaches."""
    s, h, v = found.blocks.partnerships[block]
    m = found.full
    values = {variable.name: 0.0 for some in (m.opens, m.joins, m.takes, m.pay, m.partner, m.flow) for variable in some.values()}
    for c, k in there.items():
        values[(m.opens[s, h, v, k] if c == h else m.joins[c, s, h, v, k]).name] = 1.0
    settled, _ = settle(m, values)
    body = getattr(m, row.family)[row.index if len(row.index) > 1 else row.index[0]].body
    return float(sum(a * settled[x.name] for a, x in zip(body.linear_coefs, body.linear_vars, strict=True)))


def _at_most(found: Any, rules: Any, block: int, there: dict[str, int], purchases: list[int]) -> None:
    """What is bought adds no more than is said of the highest step that it is bought on."""
    h, tranches = found.blocks.partnerships[block][1], found.blocks.tranches
    steps = found.blocks.purchases.step[np.isin(found.blocks.purchases.column, purchases)]
    top = int(steps.max(initial=-1))
    opens, joins = rules.up_to(np.array([block]), np.array([top]))
    most = opens[0, :, tranches.index(there[h])] - rules.opens[block, :, tranches.index(there[h])]
    for c, k in there.items():
        if c != h:
            n = found.blocks.members[block].index(c)
            most = most + joins[0, :, n, tranches.index(k)] - rules.joins[block, :, n, tranches.index(k)]
    taken = rules.bought.taken(np.zeros(len(purchases), dtype=np.intp), np.array(purchases, dtype=np.intp), 1)[0]
    assert (taken <= most + 1e-9).all()
