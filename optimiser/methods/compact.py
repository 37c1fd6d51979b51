"""The method compact: the whole model in one, for the back end to solve."""

from __future__ import annotations

import formulations
from formulations import Objective, Priced
from optimiser.methods.solved import Solved, nothing
from solvers.base import Limits, Solver, Termination


def solve_compact(priced: Priced, objective: Objective, solver: Solver, limits: Limits) -> Solved:
    """Build the whole model and hand it to the back end."""
    model = formulations.build(priced, objective=objective)
    if model.unreachable:
        return Solved(model, nothing(Termination.INFEASIBLE, solver, limits), tuple(model.unreachable))
    return Solved(model, solver.solve(model, limits))
