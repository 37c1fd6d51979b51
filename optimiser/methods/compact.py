"""The method compact: the whole model in one, for the back end to solve."""

from __future__ import annotations

import formulations
from formulations import Objective, Priced
from optimiser.methods.incumbent import from_plan
from optimiser.methods.solved import Solved, nothing
from optimiser.start import Start
from solvers.base import Limits, Solver, Termination


def solve_compact(priced: Priced, objective: Objective, solver: Solver, limits: Limits, start: Start | None = None) -> Solved:
    """Build the whole model and hand it to the back end, with an earlier plan to begin with where there is one."""
    model = formulations.build(priced, objective=objective)
    if model.unreachable:
        return Solved(model, nothing(Termination.INFEASIBLE, solver, limits), tuple(model.unreachable))
    known = None if start is None else from_plan(priced, objective, start, solver, limits)
    return Solved(model, solver.solve(model, limits, None if known is None else known.values))
