"""A Pyomo model of linear rows as arrays, and what can be said of a point without a solver."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from solvers.errors import SolverFailed

Floats = NDArray[np.float64]
_COMPILING = threading.Lock()
"""Pyomo's compiler pauses the garbage collector and fills class attributes at its first use: one at a time."""


class ContradictionError(Exception):
    """A row without free variables that no point can meet; the model is infeasible."""


@dataclass(frozen=True)
class Arrays:
    """A model as arrays, in its own objective sense.

    Attributes:
        variables: Pyomo's variable of each column.
        integer: Whether a column is integer.
        lower: Lower bound of each column; -inf is none.
        upper: Upper bound of each column; inf is none.
        cost: Objective coefficient of each column.
        offset: Constant of the objective.
        maximise: Sense of the objective.
        matrix: Rows by columns, SciPy's compressed columns with sorted indices.
        row_lower: Lower bound of each row; -inf is none.
        row_upper: Upper bound of each row; inf is none.
        settled: Value of each variable that is not a column: it is fixed, or no row and no objective has it.
        rows: Pyomo's constraint of each row; none where the arrays are of no model.
    """

    variables: list[Any]
    integer: NDArray[np.bool_]
    lower: Floats
    upper: Floats
    cost: Floats
    offset: float
    maximise: bool
    matrix: Any
    row_lower: Floats
    row_upper: Floats
    settled: Mapping[str, float]
    rows: Sequence[Any] = ()

    @cached_property
    def names(self) -> list[str]:
        """Name of each column, as in Pyomo; it takes Pyomo longer to tell the names than all the rest."""
        return [variable.name for variable in self.variables]

    def objective(self, point: Floats) -> float:
        """Value of the objective at a point."""
        return float(np.dot(self.cost, point)) + self.offset

    def better(self, one: float, other: float) -> bool:
        """Whether the first objective value is better than the second."""
        return one > other if self.maximise else one < other

    def rounded(self, point: Floats) -> Floats:
        """The point with its integers rounded and its continuous values inside their bounds."""
        result = np.clip(point, self.lower, self.upper)
        result[self.integer] = np.round(result[self.integer])
        return result

    def breach(self, point: Floats) -> tuple[float, float]:
        """By how much a point breaks a row or a bound: at most, and at most in relation to the bound broken (or to 1)."""
        if not np.isfinite(point).all():
            return np.inf, np.inf
        activity = self.matrix @ point
        pairs = [(self.row_lower, activity), (activity, self.row_upper), (self.lower, point), (point, self.upper)]
        bounds = [self.row_lower, self.row_upper, self.lower, self.upper]
        absolute = relative = 0.0
        for (low, high), bound in zip(pairs, bounds, strict=True):
            known = np.isfinite(bound)
            if known.any():
                over = (low - high)[known]
                absolute = max(absolute, float(over.max()))
                relative = max(relative, float((over / np.maximum(1.0, np.abs(bound[known]))).max()))
        return absolute, relative

    def point(self, values: Mapping[str, float]) -> Floats:
        """The point of values by name; a name that is not there counts as 0."""
        return np.array([float(values.get(name, 0.0)) for name in self.names])

    def values(self, point: Floats) -> dict[str, float]:
        """Value of every variable of the model, by name."""
        # 0.0 is added so that no -0.0 is shown.
        return {**self.settled, **dict(zip(self.names, (point + 0.0).tolist(), strict=True))}


@cache
def _compiler() -> LinearStandardFormCompiler:
    """Pyomo's compiler; it takes as long to make one as to compile a small model."""
    return LinearStandardFormCompiler()


def compile_model(model: Any) -> Arrays:
    """The arrays of a Pyomo model of linear rows.

    Raises:
        ContradictionError: A row that only fixed values are in is broken.
        SolverFailed: The model is not linear, or it has no objective, or several.
    """
    objectives = list(model.component_data_objects(pyo.Objective, active=True))
    if len(objectives) != 1:
        raise SolverFailed(f"the model '{model.name}' has {len(objectives)} active objectives; give it one")
    try:
        with _COMPILING:
            form = _compiler().write(model, mixed_form=True, set_sense=None)
    except InfeasibleConstraintException as error:
        raise ContradictionError(str(error)) from error
    except ValueError as error:
        raise SolverFailed(f"Pyomo cannot write the model '{model.name}' as linear rows: {error}") from error
    matrix = form.A.tocsc()
    matrix.sort_indices()
    columns = form.columns
    bounds = [column.bounds for column in columns]
    kind = np.array([row.bound_type for row in form.rows], dtype=int)
    rhs = np.asarray(form.rhs, dtype=float)
    return Arrays(
        variables=list(columns),
        integer=np.array([column.is_integer() for column in columns], dtype=bool),
        lower=np.array([-np.inf if low is None else low for low, _ in bounds], dtype=float),
        upper=np.array([np.inf if high is None else high for _, high in bounds], dtype=float),
        cost=np.asarray(form.c.todense(), dtype=float).ravel(),
        offset=float(form.c_offset[0]),
        maximise=objectives[0].sense == pyo.maximize,
        matrix=matrix,
        row_lower=np.where(kind <= 0, rhs, -np.inf),
        row_upper=np.where(kind >= 0, rhs, np.inf),
        settled=_settled(model, {id(column) for column in columns}),
        rows=[row.constraint for row in form.rows],
    )


def _settled(model: Any, columns: set[int]) -> dict[str, float]:
    """Variables that no solver sees: fixed ones at their value, unused ones at the value nearest to 0 that they may take."""
    settled: dict[str, float] = {}
    for variable in model.component_data_objects(pyo.Var):
        if id(variable) in columns:
            continue
        if variable.fixed:
            settled[variable.name] = float(variable.value)
            continue
        low, high = variable.bounds
        nearest = min(max(0.0, -np.inf if low is None else low), np.inf if high is None else high)
        settled[variable.name] = float(nearest)
    return settled
