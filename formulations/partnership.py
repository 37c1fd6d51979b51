"""The model: declares sets, variables, objective and the constraint families, in order; the algebra is in the families."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

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
from formulations.families import FAMILIES, INSIDE, LINKING
from formulations.objectives import Objective, Values, objective_values
from formulations.presolve import presolved
from formulations.pricing import Priced
from formulations.sets import move_sets
from formulations.terms import THOUSAND, linear, weighed


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A demand that no move can meet: the family, and what it is about."""

    family: str
    index: tuple[Any, ...]


def build(priced: Priced, *, objective: Objective | None = None, presolve: bool = True) -> pyo.ConcreteModel:
    """The mixed-integer model of a priced instance.

    Args:
        priced: What `price` gives.
        objective: What is maximised; NPV unless given.
        presolve: Leave out moves that no plan as good as the best can have; see `formulations.presolve`.

    A demand that no move can meet becomes an `Unreachable` in `model.unreachable` instead of a row without variables;
    such a model has no feasible plan.
    """
    objective = objective or Objective()
    with PauseGC():  # a model is all small objects that stay; collecting among them takes half the time
        priced = presolved(priced, objective) if presolve else priced
        return _build(priced, objective, {name: index for name, (index, _) in FAMILIES.items()})


def skeleton(priced: Priced, *, objective: Objective | None = None) -> pyo.ConcreteModel:
    """The rows that link partnerships, over all moves, and the objective; of the families about one partnership those of INSIDE. No presolve.

    Purchasing is in it only where a row that links partnerships asks for it; `m.buyers` has all of it. See `formulations.decomposition`.
    """
    with PauseGC():
        linking = {name: index for name, (index, _) in FAMILIES.items() if name in LINKING}
        return _build(priced, objective or Objective(), linking | INSIDE, whole=False)


def _build(priced: Priced, objective: Objective, families: Mapping[str, Any], *, whole: bool = True) -> pyo.ConcreteModel:
    m = pyo.ConcreteModel(name=priced.instance.name)
    value = objective_values(priced, objective)
    weight = objective.running_weight(priced.instance, priced.discount)
    _attach(m, priced)
    _declare_moves(m)
    m.grounds = contiguity.grounds(m)
    m.weight = weight
    m.buyers = buyers_of_epochs(m)
    rules = priced.instance.rules
    _declare_purchasing(m, whole or bool(rules.minimum_total_saving or rules.no_council_worse_off))
    m.ARCS = pyo.Set(initialize=contiguity.arcs(m) if whole else (), dimen=4, doc="(s, h, a, b): ways through a partnership")
    m.flow = pyo.Var(m.ARCS, bounds=(0, None))
    m.meetings = partner_limit.meetings(m)
    m.PARTNERS = pyo.Set(initialize=partner_limit.possible_partners(m), dimen=2, doc="(a, b): councils that may be partners")
    m.partner = pyo.Var(m.PARTNERS, bounds=(0, 1))
    m.PAYMENTS = pyo.Set(initialize=no_council_worse_off.payments(m), dimen=4, doc="(c, s, h, v): who may be paid in which partnership")
    m.pay = pyo.Var(m.PAYMENTS)
    m.most_paid = no_council_worse_off.most_paid(m) if len(m.PAYMENTS) else 0.0
    m.spending = investment_limit.spending(m)
    m.payback_positions = payback.positions(m)
    m.unreachable = []
    for name, (_, rule) in FAMILIES.items():
        if name in families:
            _declare(m, name, families[name](m), rule)
    m.objective = pyo.Objective(expr=_objective(m, value, weight), sense=pyo.maximize, doc="thousand GBP")
    return m


def put_figures(m: Any, priced: Priced, objective: Objective) -> None:
    """Let a skeleton's families read other figures of the same moves; what it has declared stays as it is (see `rows_with_figures`)."""
    m.priced, m.instance, m.graph = priced, priced.instance, priced.graph
    m.weight = objective.running_weight(priced.instance, priced.discount)
    m.margins = minimum_saving.margins(priced)
    m.payback_positions = payback.positions(m)


def rows_with_figures(m: Any, services: Collection[str]) -> Iterator[tuple[str, Any, list[int], list[float]]]:
    """Each row of a skeleton in which figures of some services stand: family, index, rows of its moves in the priced table, coefficients.

    Those of rule payback; of rule minimum_saving every coefficient is the margin of its move (`m.margins`).
    """
    keys = [key for key in payback.payback_index(m) if key[0] in services]
    if not keys:
        return
    row = {id(v): m.sets.join_row[j] for j, v in m.joins.items()} | {id(v): m.sets.open_row[o] for o, v in m.opens.items()}
    for key in keys:
        terms = [term.args for term in payback.payback_rule(m, *key)[1].args]
        yield "payback", key, [row[id(v)] for _, v in terms], [value for value, _ in terms]


def _attach(m: Any, priced: Priced) -> None:
    """What the families read: the priced instance and what is derived from it once."""
    m.priced = priced
    m.instance = priced.instance
    m.graph = priced.graph
    m.decided = priced.graph.decided
    m.sets = move_sets(priced.moves, priced.options)
    m.sizes = priced.instance.partnership_size()
    m.margins = minimum_saving.margins(priced)
    m.go_lives = delivery_capacity.go_lives(m)
    m.cliques = conflicts.conflict_cliques(m)
    m.conflict_members = frozenset((c, s, h) for (s, h, _), clique in m.cliques.items() for c in clique)


def _declare_moves(m: Any) -> None:
    """The decisions."""
    m.JOINS = pyo.Set(initialize=m.sets.joins, dimen=5, doc="(c, s, h, v, k): council hands service to host, run by vehicle, in tranche")
    m.OPENS = pyo.Set(initialize=m.sets.opens, dimen=4, doc="(s, h, v, k): host opens a partnership, run by vehicle, in tranche")
    m.TAKES = pyo.Set(initialize=m.sets.takes, dimen=4, doc="(c, s, o, k): council takes an alternative to sharing in tranche")
    m.join = pyo.Var(m.JOINS, domain=pyo.Binary)
    m.open = pyo.Var(m.OPENS, domain=pyo.Binary)
    m.take = pyo.Var(m.TAKES, domain=pyo.Binary)
    # plain dicts: Pyomo's own look-up is a fifth of the building time
    m.joins, m.opens, m.takes = dict(m.join.items()), dict(m.open.items()), dict(m.take.items())


def _declare_purchasing(m: Any, wanted: bool) -> None:
    """Steps reached and spend bought on them."""
    m.TIER_STEPS = pyo.Set(
        initialize=tiers.tier_steps(m) if wanted else (), dimen=5, doc="(s, h, v, e, t): step of purchasing that can be reached"
    )
    m.reach = pyo.Var(m.TIER_STEPS, domain=pyo.Binary)
    m.TIER_PURCHASES = pyo.Set(
        initialize=tiers.tier_purchases(m) if wanted else (), dimen=6, doc="(c, s, h, v, e, t): who can buy on which step"
    )
    m.buy = pyo.Var(m.TIER_PURCHASES, bounds=(0, 1))
    m.purchases_of = {}
    for purchase in m.TIER_PURCHASES:
        m.purchases_of.setdefault(purchase[1:4], []).append(purchase)


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


def _objective(m: Any, value: Values, weight: Any) -> Any:
    """Sum of move values and of purchasing, thousand GBP.

    sum[c,s,h,v,k] value[c,s,h,v,k] * join[c,s,h,v,k] + sum[s,h,v,k] value[h,s,h,v,k] * open[s,h,v,k] + sum[c,s,o,k] value[c,s,o,k] * take[c,s,o,k]
        + sum[c,s,h,v,e,t] weight[c,h,e] * rate[s,t] * procured_cost[c,s] * buy[c,s,h,v,e,t] - cost of changes that no plan avoids
    """
    coefficients, found = weighed(m, value.moves, value.options)
    rates, purchases = tiers.purchasing_terms(m, weight)
    return linear(coefficients + rates, found + purchases, value.constant / THOUSAND)


def settle(m: Any, values: Mapping[str, float]) -> tuple[dict[str, float], float]:
    """A solution with its purchasing settled (see `tiers.settle`), and the objective at it, thousand GBP."""
    settled = tiers.settle(m, values) if m.buyers else dict(values)
    body = m.objective.expr
    value = sum(c * settled[v.name] for c, v in zip(body.linear_coefs, body.linear_vars, strict=True))
    return settled, float(value + body.constant)
