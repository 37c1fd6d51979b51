"""Back ends reached through Pyomo's own interfaces: Gurobi."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyomo.environ as pyo
from pyomo.contrib.solver.common.base import Availability
from pyomo.contrib.solver.common.factory import SolverFactory
from pyomo.contrib.solver.common.results import TerminationCondition

from solvers import available
from solvers.arrays import Arrays, Floats
from solvers.base import Limits, Result, Termination
from solvers.errors import SolverError, SolverFailed, SolverMissing
from solvers.outcome import Outcome, answer

_TERMINATIONS = {
    TerminationCondition.convergenceCriteriaSatisfied: Termination.OPTIMAL,
    TerminationCondition.provenInfeasible: Termination.INFEASIBLE,
    TerminationCondition.locallyInfeasible: Termination.INFEASIBLE,
    TerminationCondition.unbounded: Termination.UNBOUNDED,
    TerminationCondition.infeasibleOrUnbounded: Termination.UNBOUNDED,
    TerminationCondition.maxTimeLimit: Termination.TIME_LIMIT,
    TerminationCondition.interrupted: Termination.INTERRUPTED,
}
"""What each of Pyomo's conditions means; the rest are errors."""


class Gurobi:
    """Gurobi, through Pyomo's 'gurobi_direct'.

    Takes a warm start, a seed, threads and both gaps, and tells a true bound. Ctrl-C stops it with its incumbent kept, since
    gurobipy sees to that; `Limits.interrupt` is looked at before a solve only, and no progress is told. While it solves, the
    model holds the start's values; it gets its own back.
    """

    name = "gurobi"

    @property
    def version(self) -> str:
        """Name and version."""
        return f"Gurobi {'.'.join(map(str, _solver().version()))}"

    def solve(self, model: Any, limits: Limits, start: Mapping[str, float] | None = None) -> Result:
        """Solve a Pyomo model; see `solvers.base.Solver`."""
        return answer(_solve, self.version, model, limits, start)


def _solver() -> Any:
    """Pyomo's interface to Gurobi.

    Raises:
        SolverMissing: Gurobi is not installed, or has no licence.
    """
    solver = SolverFactory("gurobi_direct")
    availability = solver.available()
    if not availability:
        lacks = "no valid licence" if availability == Availability.BadLicense else "no usable gurobipy"
        there = ", ".join(name for name in available() if name != "gurobi") or "none"
        raise SolverMissing(f"gurobi: {lacks}; 'pip install gurobipy' and see gurobi.com for licences (available: {there})")
    return solver


def _solve(model: Any, arrays: Arrays, limits: Limits, start: Floats | None) -> Outcome:
    """Gurobi's answer, its solution read without loading it into the model."""
    try:
        with _holding(model, arrays, start):
            results = _solver().solve(
                model,
                load_solutions=False,
                raise_exception_on_nonoptimal_result=False,
                time_limit=limits.seconds,
                rel_gap=limits.gap,
                abs_gap=limits.absolute_gap,
                threads=limits.threads,
                warmstart_discrete_vars=start is not None,
                solver_options={"Seed": limits.seed, "FeasibilityTol": 1e-9, "IntFeasTol": 1e-9},
            )
    except SolverError:
        raise
    except Exception as error:  # gurobipy may be missing, so its own class cannot be named
        raise SolverFailed(f"Gurobi failed: {error}") from error
    condition = results.termination_condition
    termination = _TERMINATIONS.get(condition, Termination.ERROR)
    if termination is Termination.INTERRUPTED:
        limits.interrupt.set()
    held = results.solution_loader
    values = {v.name: x for v, x in held.get_vars().items()} if held.get_number_of_solutions() else None
    return Outcome(
        termination=termination,
        point=None if values is None else arrays.point(values),
        bound=results.objective_bound,
        nodes=int(results.extra_info.NodeCount) if "NodeCount" in results.extra_info else None,
        message=f"Gurobi stopped with '{condition.name}'" if termination is Termination.ERROR else "",
    )


@contextmanager
def _holding(model: Any, arrays: Arrays, point: Floats | None) -> Iterator[None]:
    """The model with a point's values, where Pyomo's warm starts are read; its own values are put back."""
    if point is None:
        yield
        return
    values = arrays.values(point)
    before = [(variable, variable.value, variable.stale) for variable in model.component_data_objects(pyo.Var)]
    try:
        for variable, _, _ in before:
            variable.set_value(values[variable.name], skip_validation=True)
        yield
    finally:
        for variable, value, stale in before:
            variable.set_value(value, skip_validation=True)
            variable.stale = stale
