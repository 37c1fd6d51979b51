"""The variables of the model: which kinds there are, what they are indexed by, and what the families read besides.

They are declared in Pyomo (`formulations.partnership`), or numbered as the columns of arrays (`formulations.decomposition.skeleton_rows`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from formulations import (
    conflicts,
    contiguity,
    delivery_capacity,
    investment_limit,
    minimum_saving,
    no_council_worse_off,
    partner_limit,
    payback,
    tiers,
)
from formulations.buyers import buyers_of_epochs
from formulations.objectives import Objective
from formulations.pricing import Priced
from formulations.sets import move_sets


@dataclass(frozen=True)
class Kind:
    """One kind of variable.

    Attributes:
        name: Its name in the model.
        index: Name of its index set.
        dimen: Length of an index.
        doc: What an index says.
        lower, upper: Bounds; None is none.
        binary: Whether it is 0 or 1.
    """

    name: str
    index: str
    dimen: int
    doc: str
    lower: float | None = 0.0
    upper: float | None = 1.0
    binary: bool = False


JOIN = Kind("join", "JOINS", 5, "(c, s, h, v, k): council hands service to host, run by vehicle, in tranche", binary=True)
OPEN = Kind("open", "OPENS", 4, "(s, h, v, k): host opens a partnership, run by vehicle, in tranche", binary=True)
TAKE = Kind("take", "TAKES", 4, "(c, s, o, k): council takes an alternative to sharing in tranche", binary=True)
REACH = Kind("reach", "TIER_STEPS", 5, "(s, h, v, e, t): step of purchasing that can be reached", binary=True)
BUY = Kind("buy", "TIER_PURCHASES", 6, "(c, s, h, v, e, t): who can buy on which step")
FLOW = Kind("flow", "ARCS", 4, "(s, h, a, b): ways through a partnership", upper=None)
PARTNER = Kind("partner", "PARTNERS", 2, "(a, b): councils that may be partners")
PAY = Kind("pay", "PAYMENTS", 4, "(c, s, h, v): who may be paid in which partnership", lower=None, upper=None)

Declare = Callable[[Kind, Collection[Any]], None]
"""Puts the variables of a kind, and their index set, on a model as attributes."""


def declare_variables(m: Any, priced: Priced, objective: Objective, declare: Declare, *, whole: bool) -> None:
    """Declare all variables, and put on the model what the families read: the priced instance and what is derived from it once.

    Args:
        m: The model.
        priced: What it is of.
        objective: What is maximised.
        declare: Declares one kind.
        whole: Whether the model is to be whole. The skeleton has no way through partnerships, and purchasing only where a row that links
            partnerships asks for it.
    """
    _attach(m, priced)
    for kind, keys in ((JOIN, m.sets.joins), (OPEN, m.sets.opens), (TAKE, m.sets.takes)):
        declare(kind, keys)
    # plain dicts: Pyomo's own look-up is a fifth of the building time
    m.joins, m.opens, m.takes = dict(m.join.items()), dict(m.open.items()), dict(m.take.items())
    m.cliques = conflicts.conflict_cliques(m) if whole or priced.purchasing else {}
    m.conflict_members = frozenset((c, s, h) for (s, h, _), clique in m.cliques.items() for c in clique)
    m.grounds = contiguity.grounds(m)
    m.weight = objective.running_weight(priced.instance, priced.discount)
    m.buyers = buyers_of_epochs(m)
    rules = priced.instance.rules
    bought = whole or bool(rules.minimum_total_saving or rules.no_council_worse_off)
    declare(REACH, tiers.tier_steps(m) if bought else ())
    declare(BUY, tiers.tier_purchases(m) if bought else ())
    m.purchases_of = {}
    for purchase in m.TIER_PURCHASES:
        m.purchases_of.setdefault(purchase[1:4], []).append(purchase)
    declare(FLOW, contiguity.arcs(m) if whole else ())
    m.meetings = partner_limit.meetings(m)
    declare(PARTNER, partner_limit.possible_partners(m))
    declare(PAY, no_council_worse_off.payments(m))
    m.most_paid = no_council_worse_off.most_paid(m) if len(m.PAYMENTS) else 0.0
    m.spending = investment_limit.spending(m)
    m.payback_positions = payback.positions(m)


def _attach(m: Any, priced: Priced) -> None:
    m.priced = priced
    m.instance = priced.instance
    m.graph = priced.graph
    m.decided = priced.graph.decided
    m.sets = move_sets(priced.moves, priced.options)
    m.sizes = priced.instance.partnership_size()
    m.margins = minimum_saving.margins(priced)
    m.go_lives = delivery_capacity.go_lives(m)
