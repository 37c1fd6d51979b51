"""Methods: how a priced instance becomes a solved model. Both give the same answer, within the gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from formulations import Objective, Priced
from optimiser.methods.apart import Method, Whole, divisible, most_moves, solve_apart
from optimiser.methods.compact import solve_compact
from optimiser.methods.decomposition import solve_decomposed
from optimiser.start import Start
from solvers.base import Limits, Solver

__all__ = ["METHODS", "Choice", "MethodName", "Whole", "choose", "chosen", "solve_by"]

MethodName = Literal["auto", "compact", "decomposition"]
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


def chosen(asked: MethodName, priced: Priced) -> Choice:
    """The method for an instance: that of its largest part, where it has independent parts; each part has its own."""
    if not divisible(priced):
        return choose(asked, len(priced.moves))
    part, count = choose(asked, most_moves(priced)), len(priced.graph.parts)
    return Choice(
        part.method,
        f"{part.why}; {count:,} independent parts" if asked != "auto" else f"{part.why}, in the largest of {count:,} independent parts",
    )


def solve_by(asked: MethodName, priced: Priced, objective: Objective, solver: Solver, limits: Limits, start: Start | None = None) -> Whole:
    """Solve an instance, each independent part by itself."""
    return solve_apart(priced, objective, solver, limits, start, lambda part: METHODS[choose(asked, len(part.moves)).method])
