"""Partnerships by the names of what they consist of, so that they outlive the model whose columns they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from formulations.decomposition.blocks import Blocks
from formulations.decomposition.kinds import NONE, Column, Whole

Named = tuple[str, str, str, int, tuple[tuple[str, int], ...]]
"""Service, host, vehicle, the tranche it opens in; every other member and its tranche."""


def named(blocks: Blocks, columns: Iterable[Column]) -> Iterator[Named]:
    """The partnership of each column of a master problem; purchases are left out, for they follow from the members."""
    columns = list(columns)
    parts = np.array([part for column in columns for part in column], dtype=np.intp)
    opened, joined = dict(_places(blocks.opens, parts)), dict(_places(blocks.joins, parts))
    for column in columns:
        openings = [opened[part] for part in column if part in opened]
        if len(openings) != 1:
            continue
        block, opening = openings[0]
        members = [joined[part] for part in column if part in joined]
        who = sorted((blocks.members[b][n], blocks.tranches[k]) for b, n, k in members)
        yield (*blocks.partnerships[block], blocks.tranches[opening], tuple(who))


def columns_of(blocks: Blocks, partnerships: Iterable[Named]) -> Iterator[Column]:
    """The columns of partnerships all of whose moves there are, and whose members may be together."""
    number = {partnership: b for b, partnership in enumerate(blocks.partnerships)}
    place = {k: i for i, k in enumerate(blocks.tranches)}
    members = [{c: n for n, c in enumerate(able)} for able in blocks.members]
    for service, host, vehicle, tranche, others in partnerships:
        block, opening = number.get((service, host, vehicle)), place.get(tranche)
        if block is None or opening is None or any(c not in members[block] or k not in place for c, k in others):
            continue
        when = {members[block][c]: place[k] for c, k in others}
        column = [int(blocks.opens[block, opening]), *(int(blocks.joins[block, n, k]) for n, k in when.items())]
        if NONE in column or not when or not blocks.may_be_together(block, list(when)):
            continue
        if blocks.purchases is not None:
            column += blocks.purchases.made(block, when | {blocks.joins.shape[1]: opening})
        yield tuple(sorted(column))


def _places(table: Whole, wanted: Whole) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Each of some columns that a table has, with its place there."""
    where = np.argwhere(np.isin(table, wanted))
    return zip(table[tuple(where.T)].tolist(), map(tuple, where.tolist()), strict=True)
