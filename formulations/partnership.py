"""The model: declares variables, objective and the constraint families, in order; the algebra is in the families."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

from formulations import tiers
from formulations.families import FAMILIES
from formulations.objectives import Objective, Values, objective_values
from formulations.presolve import presolved
from formulations.pricing import Priced
from formulations.terms import THOUSAND, Linear, linear, weighed
from formulations.variables import Kind, declare_variables


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A demand that no move can meet: the family, and what it is about."""

    family: str
    index: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a family.

    Attributes:
        family: The family.
        index: What the row is about.
        lower, upper: Bounds; None is none.
        body: What is between them.
    """

    family: str
    index: tuple[Any, ...]
    lower: float | None
    body: Linear
    upper: float | None

    @property
    def name(self) -> str:
        """The family with the index, as Pyomo names a row."""
        return f"{self.family}[{','.join(map(str, self.index))}]"


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
        return _build(priced, objective)


def _build(priced: Priced, objective: Objective) -> pyo.ConcreteModel:
    m = pyo.ConcreteModel(name=priced.instance.name)

    def declare(kind: Kind, keys: Collection[Any]) -> None:
        setattr(m, kind.index, pyo.Set(initialize=keys, dimen=kind.dimen, doc=kind.doc))
        domain = {"domain": pyo.Binary} if kind.binary else {"bounds": (kind.lower, kind.upper)}
        setattr(m, kind.name, pyo.Var(getattr(m, kind.index), **domain))

    declare_variables(m, priced, objective, declare, whole=True)
    m.unreachable = []
    for name, (index, _) in FAMILIES.items():
        _declare_rows(m, name, rows_of(m, name, index(m)))
    m.objective = pyo.Objective(
        expr=objective_of(m, objective_values(priced, objective)).expression(), sense=pyo.maximize, doc="thousand GBP"
    )
    return m


def rows_of(m: Any, family: str, keys: Collection[Any]) -> Iterator[Row]:
    """The rows of a family. Rows without variables are settled here, since no solver takes them."""
    rule = FAMILIES[family][1]
    for key in keys:
        index = key if isinstance(key, tuple) else (key,)
        row = rule(m, *index)
        lower, body, upper = row if len(row) == 3 else (row[1], row[0], row[1])
        if body.variables:
            yield Row(family, index, lower, body, upper)
        elif (lower is not None and lower > 0) or (upper is not None and upper < 0):
            m.unreachable.append(Unreachable(family, index))


def _declare_rows(m: Any, family: str, rows: Iterator[Row]) -> None:
    """One family as an indexed constraint."""
    found: dict[Any, Any] = {}
    for row in rows:
        body, key = row.body.expression(), row.index if len(row.index) > 1 else row.index[0]
        found[key] = (row.lower, body, row.upper) if row.lower != row.upper else body == row.lower
    m.add_component(family, pyo.Constraint(list(found), rule=lambda _, *key: found[key if len(key) > 1 else key[0]]))


def objective_of(m: Any, value: Values) -> Linear:
    """Sum of move values and of purchasing, thousand GBP.

    sum[c,s,h,v,k] value[c,s,h,v,k] * join[c,s,h,v,k] + sum[s,h,v,k] value[h,s,h,v,k] * open[s,h,v,k] + sum[c,s,o,k] value[c,s,o,k] * take[c,s,o,k]
        + sum[c,s,h,v,e,t] weight[c,h,e] * rate[s,t] * procured_cost[c,s] * buy[c,s,h,v,e,t] - cost of changes that no plan avoids
    """
    coefficients, found = weighed(m, value.moves, value.options)
    rates, purchases = tiers.purchasing_terms(m, m.weight)
    return linear(coefficients + rates, found + purchases, value.constant / THOUSAND)


def settle(m: Any, values: Mapping[str, float]) -> tuple[dict[str, float], float]:
    """A solution with its purchasing settled (see `tiers.settle`), and the objective at it, thousand GBP."""
    settled = tiers.settle(m, values) if m.buyers else dict(values)
    body = m.objective.expr
    value = sum(c * settled[v.name] for c, v in zip(body.linear_coefs, body.linear_vars, strict=True))
    return settled, float(value + body.constant)
