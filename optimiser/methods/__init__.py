"""Methods: how a priced instance becomes a solved model. Both give the same answer, within the gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from formulations import Objective, Priced
from optimiser.methods.compact import solve_compact
from optimiser.methods.decomposition import solve_decomposed
from optimiser.methods.solved import Solved
from solvers.base import Limits, Solver

__all__ = ["METHODS", "Choice", "MethodName", "choose"]

MethodName = Literal["auto", "compact", "decomposition"]
Method = Callable[[Priced, Objective, Solver, Limits], Solved]
METHODS: Mapping[str, Method] = {"compact": solve_compact, "decomposition": solve_decomposed}
LARGE = 3000
"""From so many moves on, decomposition is quicker (docs/benchmarks.md)."""


@dataclass(frozen=True)
class Choice:
    """A method, and why it was chosen."""

    method: str
    why: str


def choose(asked: MethodName, moves: int) -> Choice:
    """The method for so many moves, unless one is asked for."""
    if asked != "auto":
        return Choice(asked, "asked for")
    if moves <= LARGE:
        return Choice("compact", f"{moves:,} moves are few")
    return Choice("decomposition", f"{moves:,} moves are many")
