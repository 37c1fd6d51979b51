"""Prices of one service after another, where few figures have changed: those of the rows across services stay as they were learned.

At given prices across services the bound falls into one for each service (`solvers.split`), and what a plan is worth does too. Where the
two are far apart in a service, something has changed there: its own prices are searched for anew, which takes little time, and no other's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from formulations.decomposition import Blocks, offers
from solvers.arrays import Floats
from solvers.column_generation import Column, Duals, dues
from solvers.split import NOWHERE, Split, split


def search_by_service(
    duals: Duals, blocks: Blocks, taken: NDArray[np.intp], known: Callable[[int], Sequence[Column]]
) -> dict[int, list[Column]]:
    """Lower the bound to the goal of a search, service by service, those first in which it is furthest above a plan.

    Args:
        duals: The search for prices of all rows, begun at known ones.
        blocks: All blocks.
        taken: Columns of the plan.
        known: Partnerships of a service to begin with, by its number (`Blocks.service`).

    Returns:
        The partnerships found, by the number of their service.
    """
    parted = split(duals.linked, blocks.by_column(blocks.service, len(duals.linked.cost)))
    prices, found = duals.duals, dict[int, list[Column]]()
    lacking = _lacking(parted, blocks, prices, taken)
    for number in np.argsort(-lacking, kind="stable").tolist():
        if duals.over() or duals.bound <= duals.goal:
            break
        own, part = blocks.part(np.flatnonzero(blocks.service == number)), parted.part(number, prices)
        inner = Duals(part.linked, partial(offers, own), duals.pace, duals.deadline, duals.stopped)
        inner.start(prices[part.rows])
        inner.keep(known(number))
        before = inner.at_best()
        inner.goal = before - (duals.bound - duals.goal)
        inner.search()
        if inner.bound < before:
            prices[part.rows] = inner.duals
            duals.start(prices)
            duals.at_best()
            found[number] = list(inner.columns)
    return found


def bounds_of(parted: Split, blocks: Blocks, prices: Floats) -> Floats:
    """The bound on each service at some prices, shape (services,); with `Split.rest` they are the bound on the whole."""
    linked, count = parted.linked, len(blocks.services)
    reduced: Floats = linked.cost - linked.matrix.T @ prices
    bound: Floats = np.bincount(blocks.service, weights=np.maximum(offers(blocks, reduced).values, 0.0), minlength=count).astype(float)
    free = reduced[linked.free]
    for label, value in (
        (parted.row, dues(linked.lower, linked.upper, prices)),
        (parted.free, np.maximum(free * linked.low, free * linked.high)),
    ):
        inside = label != NOWHERE
        bound = bound + np.bincount(label[inside], weights=value[inside], minlength=count)
    return bound


def _lacking(parted: Split, blocks: Blocks, prices: Floats, taken: NDArray[np.intp]) -> Floats:
    """How far the bound on each service is above what a plan is worth in it, at the same prices across services, shape (services,)."""
    linked = parted.linked
    across: Floats = linked.cost - linked.matrix.T @ parted.across(prices)
    label = blocks.by_column(blocks.service, len(linked.cost))[taken]
    inside = label != NOWHERE
    worth = np.bincount(label[inside], weights=across[taken[inside]], minlength=len(blocks.services))
    lacking: Floats = bounds_of(parted, blocks, prices) - worth
    return lacking
