"""Small builders of linear expressions over the model's variables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyomo.core.expr import LinearExpression

from formulations.sets import Join, Open, Take

THOUSAND = 1000.0
"""Money stands in thousands of pounds in the model's rows and objective, so that a solver's tolerance is a tenth of a penny."""


@dataclass(frozen=True, slots=True)
class Linear:
    """Sum of coefficient * variable, and a constant.

    The variables are Pyomo's, or numbers of columns where rows become arrays as they are (`formulations.decomposition.skeleton_rows`).
    """

    coefficients: list[float]
    variables: list[Any]
    constant: float = 0.0

    def expression(self) -> Any:
        """The same as an expression of Pyomo."""
        return LinearExpression(constant=self.constant, linear_coefs=self.coefficients, linear_vars=self.variables)


def linear(coefficients: Iterable[float], variables: Iterable[Any], constant: float = 0.0) -> Linear:
    """Sum of coefficient * variable, and a constant."""
    return Linear(list(coefficients), list(variables), constant)


def difference(m: Any, joins: Iterable[Join], opens: Iterable[Open], weight: float = 1.0) -> Linear:
    """Sum of joins - weight * sum of openings."""
    plus = [m.joins[j] for j in joins]
    minus = [m.opens[o] for o in opens]
    return linear([1.0] * len(plus) + [-weight] * len(minus), plus + minus)


def variables(m: Any, joins: Iterable[Join] = (), opens: Iterable[Open] = (), takes: Iterable[Take] = ()) -> list[Any]:
    """The variables of joins, openings and alternatives, in this order."""
    return [*(m.joins[j] for j in joins), *(m.opens[o] for o in opens), *(m.takes[t] for t in takes)]


def total(m: Any, joins: Iterable[Join], opens: Iterable[Open] = (), takes: Iterable[Take] = ()) -> Linear:
    """Sum of joins, openings and alternatives."""
    found = variables(m, joins, opens, takes)
    return linear([1.0] * len(found), found)


def weighed(
    m: Any,
    moves: NDArray[np.float64],
    options: NDArray[np.float64],
    *,
    joins: Iterable[Join] | None = None,
    opens: Iterable[Open] | None = None,
    takes: Iterable[Take] | None = None,
) -> tuple[list[float], list[Any]]:
    """Coefficients in thousand GBP, from a value for each row of the priced tables, and variables; all of them unless some are given."""
    some_joins = list(m.joins if joins is None else joins)
    some_opens = list(m.opens if opens is None else opens)
    some_takes = list(m.takes if takes is None else takes)
    rows = m.sets.join_row, m.sets.open_row, m.sets.take_row
    coefficients = [float(moves[rows[0][j]]) for j in some_joins] + [float(moves[rows[1][o]]) for o in some_opens]
    coefficients += [float(options[rows[2][t]]) for t in some_takes]
    return [value / THOUSAND for value in coefficients], variables(m, some_joins, some_opens, some_takes)


def members_in(m: Any, c: str, s: str, h: str) -> list[Any]:
    """Variables that add up to 1 if council c is in the partnership of host h for service s, else to 0."""
    return variables(m, (), m.sets.opened(s, h)) if c == h else variables(m, m.sets.joined(c, s, h))
