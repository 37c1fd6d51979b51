"""The model: declares sets, variables, objective and the constraint families, in order; the algebra is in the families."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

from formulations import (
    commitments,
    conflicts,
    delivery_capacity,
    host_capacity,
    join_after_open,
    maximum_partnerships,
    minimum_saving,
    one_arrangement,
    partnership_size,
    tiers,
)
from formulations.pricing import Priced
from formulations.sets import move_sets
from formulations.terms import THOUSAND, linear
from formulations.worthwhile import worthwhile


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A demand that no move can meet: the family, and what it is about."""

    family: str
    index: tuple[Any, ...]


FAMILIES: dict[str, tuple[Any, Any]] = {
    "one_arrangement": (one_arrangement.one_arrangement_index, one_arrangement.one_arrangement_rule),
    "join_after_open": (join_after_open.join_after_open_index, join_after_open.join_after_open_rule),
    "conflicts": (conflicts.conflicts_index, conflicts.conflicts_rule),
    "partnership_size_minimum": (partnership_size.partnership_size_minimum_index, partnership_size.partnership_size_minimum_rule),
    "partnership_size_maximum": (partnership_size.partnership_size_maximum_index, partnership_size.partnership_size_maximum_rule),
    "maximum_partnerships": (maximum_partnerships.maximum_partnerships_index, maximum_partnerships.maximum_partnerships_rule),
    "minimum_saving": (minimum_saving.minimum_saving_index, minimum_saving.minimum_saving_rule),
    "delivery_capacity": (delivery_capacity.delivery_capacity_index, delivery_capacity.delivery_capacity_rule),
    "programme_capacity": (delivery_capacity.programme_capacity_index, delivery_capacity.programme_capacity_rule),
    "host_capacity": (host_capacity.host_capacity_index, host_capacity.host_capacity_rule),
    "tier_one_step": (lambda m: m.tier_epochs, tiers.tier_one_step_rule),
    "tier_spend": (tiers.tier_buyers, tiers.tier_spend_rule),
    "tier_reached": (lambda m: list(m.TIER_STEPS), tiers.tier_reached_rule),
    "tier_only_there": (lambda m: list(m.TIER_PURCHASES), tiers.tier_only_there_rule),
    "must_host": (commitments.must_host_index, commitments.must_host_rule),
    "must_join": (commitments.must_join_index, commitments.must_join_rule),
    "together": (commitments.together_index, commitments.together_rule),
    "together_same": (commitments.together_same_index, commitments.together_same_rule),
}
"""Constraint families in the order of declaration: index set and rule of each."""


def build(priced: Priced, *, presolve: bool = True) -> pyo.ConcreteModel:
    """The mixed-integer model of a priced instance.

    Args:
        priced: What `price` gives.
        presolve: Leave out partnerships that can never pay; see `formulations.worthwhile`.

    A demand that no move can meet becomes an `Unreachable` in `model.unreachable` instead of a row without variables;
    such a model has no feasible plan.
    """
    with PauseGC():  # a model is all small objects that stay; collecting among them takes half the time
        return _build(priced, presolve)


def _build(priced: Priced, presolve: bool) -> pyo.ConcreteModel:
    m = pyo.ConcreteModel(name=priced.instance.name)
    _attach(m, priced, presolve)
    m.JOINS = pyo.Set(initialize=m.sets.joins, dimen=4, doc="(c, s, h, k): council hands service to host in tranche")
    m.OPENS = pyo.Set(initialize=m.sets.opens, dimen=3, doc="(s, h, k): host opens a partnership in tranche")
    m.join = pyo.Var(m.JOINS, domain=pyo.Binary)
    m.open = pyo.Var(m.OPENS, domain=pyo.Binary)
    m.joins, m.opens = dict(m.join.items()), dict(m.open.items())  # plain dicts: Pyomo's own look-up is a fifth of the building time
    m.tier_epochs = tiers.tier_epochs(m)
    m.tier_epoch_set = frozenset(m.tier_epochs)
    m.TIER_STEPS = pyo.Set(initialize=tiers.tier_steps(m), dimen=4, doc="(s, h, e, t): step of purchasing that can be reached")
    m.reach = pyo.Var(m.TIER_STEPS, domain=pyo.Binary)
    m.TIER_PURCHASES = pyo.Set(initialize=tiers.tier_purchases(m), dimen=5, doc="(c, s, h, e, t): who can buy on which step")
    m.buy = pyo.Var(m.TIER_PURCHASES, bounds=(0, 1))
    m.unreachable = []
    for name, (index, rule) in FAMILIES.items():
        _declare(m, name, index(m), rule)
    m.npv = pyo.Objective(expr=_npv(m), sense=pyo.maximize, doc="thousand GBP")
    return m


def _attach(m: Any, priced: Priced, presolve: bool) -> None:
    """What the families read: the priced instance and what is derived from it once."""
    m.priced = priced
    m.instance = priced.instance
    m.graph = priced.graph
    m.decided = priced.graph.decided
    m.sets = move_sets(priced.moves, worthwhile(priced) if presolve else None)
    m.sizes = priced.instance.partnership_size()
    moves = priced.moves
    keys = zip(moves["council"], moves["service"], moves["host"], strict=True)
    m.second_year = dict(zip(keys, moves["second_year"], strict=True))
    m.go_lives = delivery_capacity.go_lives(m)
    m.cliques = conflicts.conflict_cliques(m)
    m.conflict_members = frozenset((c, s, h) for (s, h, _), clique in m.cliques.items() for c in clique)


def _declare(m: Any, name: str, index: list[Any], rule: Any) -> None:
    """One family as an indexed constraint; rows without variables are settled here, since no solver takes them."""
    rows: dict[Any, Any] = {}
    for key in index:
        row = rule(m, *key) if isinstance(key, tuple) else rule(m, key)
        lower, body, upper = row if len(row) == 3 else (row[1], row[0], row[1])
        if body.nargs():
            rows[key] = (lower, body, upper) if lower != upper else body == lower
        elif (lower is not None and lower > 0) or (upper is not None and upper < 0):
            m.unreachable.append(Unreachable(name, key if isinstance(key, tuple) else (key,)))
    m.add_component(name, pyo.Constraint(list(rows), rule=lambda _, *key: rows[key if len(key) > 1 else key[0]]))


def _npv(m: Any) -> Any:
    """Objective: sum of move values and of purchasing, thousand GBP.

    sum[c,s,h,k] npv[c,s,h,k] * join[c,s,h,k] + sum[s,h,k] npv[h,s,h,k] * open[s,h,k]
        + sum[c,s,h,e,t] weight[s,e] * rate[s,t] * procured_cost[c,s] * buy[c,s,h,e,t]
    """
    price = m.sets.price
    coefficients = [price[key] / THOUSAND for key in (*m.joins, *m.opens)]
    variables = [*m.joins.values(), *m.opens.values()]
    weights, purchases = tiers.purchasing_terms(m)
    return linear(coefficients + weights, variables + purchases)


def settle(m: Any, values: Mapping[str, float]) -> tuple[dict[str, float], float]:
    """A solution with its purchasing settled (see `tiers.settle`), and the objective at it, thousand GBP."""
    settled = tiers.settle(m, values) if m.tier_epochs else dict(values)
    body = m.npv.expr
    return settled, float(sum(c * settled[v.name] for c, v in zip(body.linear_coefs, body.linear_vars, strict=True)))
