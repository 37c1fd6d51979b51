"""The problem as a modeller would write it at first: a plain compact model, as a rival of the benchmark and as a check on our own.

It reads the priced table of moves (what each is worth, its second-year position) and shares no row with the formulation:

    maximise  sum[c,s,h,k] npv[c,s,h,k] * join[c,s,h,k] + sum[s,h,k] npv[h,s,h,k] * open[s,h,k]

    one_arrangement    sum[h,k] join[c,s,h,k] + sum[k] open[s,c,k] <= 1                       for all (c, s)
    join_to_open       join[c,s,h,k] <= sum[t <= k] open[s,h,t]                               for all (c, s, h, k)
    at_least_two       sum[c,k] join[c,s,h,k] >= sum[k] open[s,h,k]                           for all (s, h)
    compatibility      sum[k] (join[a,s,h,k] + join[b,s,h,k]) <= sum[k] open[s,h,k]           for all (s, h) and pairs in conflict
    minimum_saving     sum[c,k] margin[c,s,h] * join[c,s,h,k] + sum[k] margin[h,s,h] * open[s,h,k] >= 0   for all (s, h)
    delivery_capacity  sum[s,h] join[c,s,h,k] + sum[s] open[s,c,k] <= delivery_capacity       for all (c, k)

with margin = second_year - minimum_saving * annual_cost. Rules contract_timing, maximum_distance and compatibility with the host
are in the table already: such moves do not exist. Money in thousand GBP. Rules besides these are refused. The linking rows are
the disaggregated ones and a conflict asks for the open host, so the model is no straw man; what it lacks is what tightened ours.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from formulations import Priced
from instances import Instance
from instances.rules import Rules

TAKEN = {"contract_timing", "maximum_distance", "compatibility", "minimum_saving", "delivery_capacity"}
TABLES_REFUSED = ("commitments", "options", "tiers", "vehicles")
THOUSAND = 1000.0


class NotPlainError(ValueError):
    """The instance has what the plain model leaves out."""


def refuse_what_is_left_out(instance: Instance) -> None:
    """Raise NotPlainError with every rule and table that the model does not know."""
    found = [f"rule {name}" for name in Rules.model_fields if name not in TAKEN and _is_on(instance, name)]
    found += [f"table {name}" for name in TABLES_REFUSED if instance.tables.get(name)]
    if found:
        raise NotPlainError(f"the plain model does not know {', '.join(found)}; it takes {', '.join(sorted(TAKEN))}")


def _is_on(instance: Instance, name: str) -> bool:
    setting = getattr(instance.rules, name)
    if name == "commitments":
        return False  # the table says whether there are any
    if name == "host_capacity":
        return bool(setting) and any(row.host_capacity is not None for row in instance.baselines.values())
    if setting is False:
        return False
    columns = [column for column in type(next(iter(instance.services.values()))).model_fields if column.startswith(name)]
    own = [getattr(service, column) for service in instance.services.values() for column in columns]
    return setting is not None or any(value not in (None, False) for value in own)


def build(priced: Priced) -> pyo.ConcreteModel:
    """The model.

    Raises:
        NotPlainError: The instance has a rule or a table that the model does not know.
    """
    refuse_what_is_left_out(priced.instance)
    m = pyo.ConcreteModel(name=f"{priced.instance.name}, plain")
    _declare_moves(m, priced)
    _one_arrangement(m)
    _join_to_open(m)
    _at_least_two(m)
    _compatibility(m, priced)
    _minimum_saving(m, priced.instance)
    _delivery_capacity(m, priced.instance)
    return m


def _declare_moves(m: Any, priced: Priced) -> None:
    """Decisions, what each is worth, and who can do what."""
    columns = (priced.moves[name].tolist() for name in ("council", "service", "host", "tranche", "npv", "second_year"))
    m.npv, m.second_year = {}, {}
    for c, s, h, k, npv, second_year in zip(*columns, strict=True):
        m.npv[c, s, h, k] = npv / THOUSAND
        m.second_year[c, s, h] = second_year / THOUSAND
    m.join = pyo.Var([move for move in m.npv if move[0] != move[2]], domain=pyo.Binary)
    m.open = pyo.Var([(s, h, k) for c, s, h, k in m.npv if c == h], domain=pyo.Binary)
    m.joins_to = defaultdict(lambda: defaultdict(list))
    m.opens_of = defaultdict(list)
    for c, s, h, k in m.join:
        m.joins_to[s, h][c].append(m.join[c, s, h, k])
    for s, h, k in m.open:
        m.opens_of[s, h].append(m.open[s, h, k])
    worth = [m.npv[move] * m.join[move] for move in m.join] + [m.npv[h, s, h, k] * m.open[s, h, k] for s, h, k in m.open]
    m.objective = pyo.Objective(expr=pyo.quicksum(worth), sense=pyo.maximize)


def _one_arrangement(m: Any) -> None:
    """A council joins one host, or hosts, or does neither."""
    of = defaultdict(list)
    for c, s, h, k in m.join:
        of[c, s].append(m.join[c, s, h, k])
    for s, h, k in m.open:
        of[h, s].append(m.open[s, h, k])
    m.one_arrangement = pyo.Constraint(list(of), rule=lambda m, c, s: pyo.quicksum(of[c, s]) <= 1)


def _join_to_open(m: Any) -> None:
    """Nobody joins a host that has not opened."""
    tranches = defaultdict(list)
    for s, h, k in m.open:
        tranches[s, h].append(k)

    def rule(m: Any, c: str, s: str, h: str, k: int) -> Any:
        return m.join[c, s, h, k] <= pyo.quicksum(m.open[s, h, t] for t in tranches[s, h] if t <= k)

    m.join_to_open = pyo.Constraint(list(m.join), rule=rule)


def _at_least_two(m: Any) -> None:
    """A host has somebody to work for."""

    def rule(m: Any, s: str, h: str) -> Any:
        return pyo.quicksum(join for joins in m.joins_to[s, h].values() for join in joins) >= pyo.quicksum(m.opens_of[s, h])

    m.at_least_two = pyo.Constraint(list(m.opens_of), rule=rule)


def _compatibility(m: Any, priced: Priced) -> None:
    """Of two councils in conflict at most one joins an open host."""
    place, conflicts = priced.graph.position, priced.graph.conflicts
    pairs = [
        (s, h, a, b)
        for (s, h), joins in m.joins_to.items()
        if s in conflicts
        for a in joins
        for b in joins
        if a < b and conflicts[s][place[a], place[b]]
    ]

    def rule(m: Any, s: str, h: str, a: str, b: str) -> Any:
        return pyo.quicksum(m.joins_to[s, h][a]) + pyo.quicksum(m.joins_to[s, h][b]) <= pyo.quicksum(m.opens_of[s, h])

    m.compatibility = pyo.Constraint(pairs, rule=rule)


def _minimum_saving(m: Any, instance: Instance) -> None:
    """The members' second-year positions reach the share of their combined baseline."""
    share = instance.figure("minimum_saving")

    def margin(c: str, s: str, h: str) -> float:
        return float(m.second_year[c, s, h] - share[s] * instance.baselines[c, s].annual_cost / THOUSAND)

    def rule(m: Any, s: str, h: str) -> Any:
        joined = pyo.quicksum(margin(c, s, h) * join for c, joins in m.joins_to[s, h].items() for join in joins)
        return joined + margin(h, s, h) * pyo.quicksum(m.opens_of[s, h]) >= 0

    m.minimum_saving = pyo.Constraint([key for key in m.opens_of if key[0] in share], rule=rule)


def _delivery_capacity(m: Any, instance: Instance) -> None:
    """A council has no more go-lives in a tranche than it can manage."""
    limit = instance.rules.delivery_capacity
    if limit is None or limit is False:
        return
    at = defaultdict(list)
    for c, s, h, k in m.join:
        at[c, k].append(m.join[c, s, h, k])
    for s, h, k in m.open:
        at[h, k].append(m.open[s, h, k])
    m.delivery_capacity = pyo.Constraint(list(at), rule=lambda m, c, k: pyo.quicksum(at[c, k]) <= limit)
