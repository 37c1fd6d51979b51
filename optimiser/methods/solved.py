"""What a method gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from formulations import Unreachable
from optimiser.start import Learned
from solvers.base import Holds, Limits, Result, Solver, Termination


@dataclass(frozen=True)
class Solved:
    """What a method gives.

    Attributes:
        model: The model that holds the plan; None without one.
        result: What is proven.
        unreachable: Demands that no move can meet; then nothing was solved.
        learned: What a later solve may start from.
    """

    model: Any
    result: Result
    unreachable: tuple[Unreachable, ...] = ()
    learned: Learned = field(default_factory=Learned)


def nothing(termination: Termination, solver: Solver, limits: Limits) -> Result:
    """The result of a solve that has found nothing."""
    return Result(termination, Holds.NOTHING, None, None, None, {}, 0.0, version(solver), limits.seed)


def version(solver: Solver) -> str:
    """Name and version of a back end."""
    return str(getattr(solver, "version", solver.name))
