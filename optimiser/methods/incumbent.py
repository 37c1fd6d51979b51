"""A plan in hand, and how an earlier plan becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import formulations
from formulations import Objective, Priced
from formulations.objectives import Arrangement
from optimiser.start import Start
from solvers.base import Holds, Limits, Solver

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Incumbent:
    """A plan in hand: its value (thousand GBP), the values of its variables by name, and the model that has them."""

    value: float
    values: Mapping[str, float]
    model: Any


def from_plan(priced: Priced, objective: Objective, start: Start, solver: Solver, limits: Limits) -> Incumbent | None:
    """The best plan that makes no other moves than an earlier one; where that keeps some rule no longer, in other tranches too."""
    for kept in _moves(priced, start.arrangements):
        model = formulations.build(priced.only(kept), objective=objective, presolve=False)
        if model.unreachable:
            continue
        result = solver.solve(model, replace(limits, gap=0.0, on_progress=None))
        if result.holds is not Holds.NOTHING:
            values, value = formulations.settle(model, result.values)
            return Incumbent(value, values, model)
    return None


def _moves(priced: Priced, arrangements: Mapping[tuple[str, str], Arrangement]) -> tuple[Mask, Mask]:
    """Moves that a plan makes, and the same in whatever tranche, shape (moves,)."""
    table = priced.moves
    columns = (table[name].tolist() for name in ("council", "service", "host", "vehicle", "tranche"))
    found = [(arrangements.get((c, s)), (h, v, k)) for c, s, h, v, k in zip(*columns, strict=True)]
    same = np.array([made == move for made, move in found], dtype=bool)
    similar = np.array([made is not None and made[:2] == move[:2] for made, move in found], dtype=bool)
    return same, similar
