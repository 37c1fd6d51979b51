"""The bound service by service: worked out once over all moves, and then anew for the services alone whose figures have changed.

For prices of the rows across services the bound is the sum of one bound for each service and of what these rows are due (`solvers.split`):

    bound = rest + sum over services of bound(service)

Where data differ in nothing but the figures of some services (`instances.touched`), the same moves exist, the rows across services have the
same coefficients and bounds, and so the rest and the bounds of all other services stay what they were. Those of the services with other figures
are searched for anew, with the rows that are about nothing but the service. That takes the moves of these services and no others.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formulations import Objective, Priced, Skeleton, skeleton
from formulations.decomposition import NONE, columns_of, offers
from formulations.families import INSIDE, MONEY
from optimiser.methods.by_service import bounds_of
from optimiser.methods.relaxation import Relaxation
from optimiser.start import Learned, Parted
from solvers.arrays import Floats
from solvers.base import Limits
from solvers.column_generation import Duals, Linked, Pace
from solvers.scipy_sparse import sparse
from solvers.split import split

OWN = frozenset({"one_arrangement", "maximum_partnerships", "must_host", "must_join", "together", "together_same", *INSIDE})
"""Families of which each row is about one service."""
MOST = 200_000
"""Beyond so many moves the bound is not kept by services: the rows of all of them, presolve undone, would take too long and too much memory."""
TOLERANCE = 1e-5
"""How far the bound on a service may be above the lowest, as a share of it."""


def falls_apart(priced: Priced, objective: Objective) -> bool:
    """Whether the bound may be worked out so: rows across services hold no figures, nothing is bought jointly, and NPV alone counts."""
    rules = priced.instance.rules
    money = any(getattr(rules, name) not in (None, False) for name in MONEY)
    across = money or rules.partner_limit not in (None, False) or priced.asked or priced.purchasing or objective.change_cost
    return not across and objective.kind == "npv"


def parted(priced: Priced, objective: Objective, learned: Learned) -> Parted | None:
    """The bound at learned prices, service by service, over all moves; None where it does not fall apart so."""
    if not learned or len(priced.moves) > MOST or not falls_apart(priced, objective):
        return None
    relaxation = Relaxation(priced, objective, Pace())
    if relaxation.unreachable or relaxation.contradiction:
        return None
    relaxation.begin(learned)
    structure, linked, prices, blocks = relaxation.structure, relaxation.linked, relaxation.duals.duals, relaxation.blocks
    whole = split(linked, blocks.by_column(blocks.service, len(linked.cost)))
    across: Floats = linked.matrix.T @ whole.across(prices)
    options = _by_service(priced.options["service"], structure.column_of_option, across)
    within = dict(zip(linked.free.tolist(), whole.free.tolist(), strict=True))
    taken = zip(priced.options["service"].tolist(), structure.column_of_option.tolist(), strict=True)
    elsewhere = {s for s, column in taken if column != NONE and (s not in blocks.services or within[column] != blocks.services.index(s))}
    bounds = dict(zip(blocks.services, bounds_of(whole, blocks, prices).tolist(), strict=True))
    rest = whole.rest(prices) + relaxation.offset
    for service in sorted(elsewhere & bounds.keys()):  # an alternative of it is priced with the rest, where its figures could change unseen
        rest += bounds.pop(service)
    return Parted(rest=rest, bounds=bounds, moves=_by_service(priced.moves["service"], structure.column_of_move, across), options=options)


def _by_service(services: Any, columns: NDArray[np.intp], values: Floats) -> dict[str, tuple[float, ...]]:
    """Values of rows of a table by their service; 0 for those without a column."""
    found = np.append(values, 0.0)[columns]  # NONE is the last place
    names = services.to_numpy()
    return {str(s): tuple(found[names == s].tolist()) for s in dict.fromkeys(services.tolist())}


def lowered(
    known: Parted, learned: Learned, service: str, priced: Priced, objective: Objective, goal: float, limits: Limits
) -> tuple[float, dict[str, float]] | None:
    """The bound on one service with other figures, searched for until it is low enough, and the prices of its own rows.

    Args:
        known: The bound of the data before, service by service.
        learned: The prices of then.
        service: The service.
        priced: All moves of the service, with the figures of now.
        objective: What is maximised.
        goal: A bound as low as this is enough, thousand GBP.
        limits: When to stop.

    Returns:
        None where the service does not have the moves that it had.
    """
    found = skeleton(priced, objective=objective)
    structure = Skeleton(found)
    moves, options = np.array(known.moves.get(service, ())), np.array(known.options.get(service, ()))
    if (len(moves), len(options)) != (len(priced.moves), len(priced.options)) or not len(structure.blocks):
        return None
    cost = structure.cost.copy()
    for columns, across in ((structure.column_of_move, moves), (structure.column_of_option, options)):
        cost[columns[columns != NONE]] -= across[columns != NONE]
    own = np.array([row.family in OWN for row in found.rows], dtype=bool)
    row, column, value = found.terms
    kept = own[row]
    matrix = sparse.csr_array((value[kept], ((np.cumsum(own) - 1)[row[kept]], column[kept])), shape=(int(own.sum()), len(cost)))
    names = [one.name for one, mine in zip(found.rows, own.tolist(), strict=True) if mine]
    linked = Linked(cost, matrix, found.lower[own], found.upper[own], *structure.free())
    duals = Duals(linked, partial(offers, structure.blocks), Pace(tolerance=TOLERANCE), stopped=limits.interrupt.is_set)
    duals.start(np.array([learned.prices.get(name, 0.0) for name in names]))
    duals.keep(columns_of(structure.blocks, [one for one in learned.partnerships if one[0] == service]))
    duals.at_best()
    duals.goal = goal
    duals.search()
    return duals.bound, dict(zip(names, duals.duals.tolist(), strict=True))
