"""Small builders of linear expressions over the model's variables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyomo.core.expr import LinearExpression

from formulations.sets import Join, Open

THOUSAND = 1000.0
"""Money stands in thousands of pounds in the model's rows and objective, so that a solver's tolerance is a tenth of a penny."""


def linear(coefficients: Iterable[float], variables: Iterable[Any]) -> Any:
    """Sum of coefficient * variable."""
    return LinearExpression(constant=0, linear_coefs=list(coefficients), linear_vars=list(variables))


def difference(m: Any, joins: Iterable[Join], opens: Iterable[Open], weight: float = 1.0) -> Any:
    """Sum of joins - weight * sum of openings."""
    plus = [m.joins[j] for j in joins]
    minus = [m.opens[o] for o in opens]
    return linear([1.0] * len(plus) + [-weight] * len(minus), plus + minus)


def total(m: Any, joins: Iterable[Join], opens: Iterable[Open] = ()) -> Any:
    """Sum of joins + sum of openings."""
    variables = [m.joins[j] for j in joins] + [m.opens[o] for o in opens]
    return linear([1.0] * len(variables), variables)
