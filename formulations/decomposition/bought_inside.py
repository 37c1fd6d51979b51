"""What joint purchasing adds to the rows inside partnerships, where purchases are no variables of the model.

With `amount = rate * procured_cost`, thousand GBP a year at base-year baselines, a purchase adds to

- `minimum_saving`: its amount, if it is one of full membership;
- `payback` of an opening: its amount times what a pound a year comes to within the window, undiscounted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from formulations.buyers import full_epoch
from formulations.decomposition.blocks import Blocks
from formulations.decomposition.kinds import Floats, Whole
from formulations.decomposition.purchases import Purchases
from formulations.decomposition.skeleton_rows import Terms
from formulations.partnership import Row
from formulations.payback import window
from formulations.terms import THOUSAND
from instances.ends import coverage


def bought_inside(m: Any, blocks: Blocks, rows: Sequence[Row]) -> Terms:
    """The terms that purchases add to rows of a model; none where they are variables, and so in the rows already.

    Args:
        m: The model.
        blocks: Its blocks.
        rows: Its rows, in order.
    """
    nothing = np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp), np.zeros(0)
    if blocks.purchases is None or m.TIER_PURCHASES:
        return nothing
    number = {partnership: b for b, partnership in enumerate(blocks.partnerships)}
    of_saving, of_payback = np.full(len(blocks), -1, dtype=np.intp), dict[int, Whole]()
    for place, one in enumerate(rows):
        if one.family == "minimum_saving" and one.index in number:
            of_saving[number[one.index]] = place
        elif one.family == "payback" and one.index[:3] in number:
            of_payback.setdefault(one.index[3], np.full(len(blocks), -1, dtype=np.intp))[number[one.index[:3]]] = place
    parts = [nothing, *_savings(m, blocks, blocks.purchases, of_saving), *_paybacks(m, blocks, blocks.purchases, of_payback)]
    row, column, value = (np.concatenate(some) for some in zip(*parts, strict=True))
    return row, column, value


def _savings(m: Any, blocks: Blocks, purchases: Purchases, row: Whole) -> Iterator[Terms]:
    """Purchases at full membership, in the row of their block."""
    full = np.array([full_epoch(m, p)[3] if p[0] in m.priced.purchasing else 0 for p in blocks.partnerships], dtype=np.intp)
    full[full < 0] = purchases.live.shape[1] - 1
    at = np.flatnonzero((row[purchases.block] >= 0) & (purchases.epoch == full[purchases.block]))
    yield row[purchases.block[at]], purchases.column[at], _amount(m, blocks, purchases)[at]


def _paybacks(m: Any, blocks: Blocks, purchases: Purchases, rows: dict[int, Whole]) -> Iterator[Terms]:
    """Purchases within the window of each opening, in the row of their block."""
    if not rows:
        return
    amount, (kind, kinds), calendar = _amount(m, blocks, purchases), _kinds(m, blocks, purchases), m.instance.calendar
    of = kind[purchases.block, purchases.place]
    for k, row in sorted(rows.items()):
        worth = np.zeros((len(kinds), purchases.live.shape[1]))
        for number, (s, end) in enumerate(kinds):
            if s in m.instance.figure("payback"):
                weights = m.priced.purchasing[s].weights(window(m, s, k) * calendar.period_years, coverage(calendar, end))
                worth[number, : len(weights)] = weights[: worth.shape[1]]
        at = np.flatnonzero(row[purchases.block] >= 0)
        found = amount[at] * worth[of[at], purchases.epoch[at]]
        yield row[purchases.block[at]][found != 0], purchases.column[at][found != 0], found[found != 0]


def _kinds(m: Any, blocks: Blocks, purchases: Purchases) -> tuple[Whole, list[tuple[str, int | None]]]:
    """Service and end of who buys, by number, for each block and place; and what the numbers stand for."""
    known: dict[tuple[str, int | None], int] = {}
    kind = np.zeros((len(blocks), purchases.places), dtype=np.intp)
    for b, ((s, h, _), members) in enumerate(zip(blocks.partnerships, blocks.members, strict=True)):
        if s in m.priced.purchasing:
            own = known.setdefault((s, m.priced.end(h)), len(known))
            kind[b] = own
            kind[b, : len(members)] = [known.setdefault((s, m.priced.end(c, h)), len(known)) for c in members]
    return kind, list(known)


def _amount(m: Any, blocks: Blocks, purchases: Purchases) -> Floats:
    """What each purchase saves, thousand GBP a year at base-year baselines."""
    rate = np.zeros((len(blocks), purchases.least.shape[1]))
    for b, (s, _, _) in enumerate(blocks.partnerships):
        if s in m.priced.purchasing:
            rates = m.priced.purchasing[s].rate[: rate.shape[1]]
            rate[b, : len(rates)] = rates
    amount: Floats = rate[purchases.block, purchases.step] * purchases.spend[purchases.block, purchases.place] / THOUSAND
    return amount
