"""What any solver is asked and what it answers. Why it stopped and what it holds are two different facts."""

from __future__ import annotations

import enum
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Termination(enum.Enum):
    """Why a solver stopped."""

    OPTIMAL = "optimal"
    """The gap asked for is proven."""
    INFEASIBLE = "infeasible"
    TIME_LIMIT = "time_limit"
    INTERRUPTED = "interrupted"
    UNBOUNDED = "unbounded"
    ERROR = "error"


class Holds(enum.Enum):
    """What a solver has in hand when it stops."""

    NOTHING = "nothing"
    INCUMBENT = "incumbent"
    OPTIMUM = "optimum"
    """An incumbent proven to be within the gap asked for."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a running solve; incumbent and gap are None until there is a plan."""

    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None


@dataclass(frozen=True)
class Limits:
    """What a solve may take.

    Attributes:
        gap: Relative gap to prove, (bound - incumbent) / incumbent; 0 is to the solver's own precision.
        absolute_gap: Gap in the model's objective units that counts as none.
        seconds: Time limit; None is none.
        threads: Threads; results repeat for the same number.
        seed: Random seed.
        presolve: Whether the solver may simplify the model first; a model that was simplified before is solved sooner without. HiGHS alone asks.
        interrupt: Set by somebody else to stop the solve; the incumbent is kept.
        on_progress: Called now and then with the state of the solve.
    """

    gap: float = 0.0
    absolute_gap: float = 1e-6
    seconds: float | None = None
    threads: int = 1
    seed: int = 0
    presolve: bool = True
    interrupt: threading.Event = field(default_factory=threading.Event)
    on_progress: Callable[[Progress], None] | None = None

    def left(self, began: float) -> float | None:
        """Seconds left of a solve that began at some `time.monotonic()`, at least 0; None without a time limit."""
        return None if self.seconds is None else max(0.0, self.seconds - (time.monotonic() - began))


@dataclass(frozen=True)
class Result:
    """What a solver did.

    Attributes:
        termination: Why it stopped.
        holds: What it has in hand.
        objective: Value of the incumbent in the model's sense; None without one.
        bound: Proven bound on the objective; None without one.
        gap: |bound - objective| / |objective|; None without an incumbent or a bound.
        values: Value of each variable of the model by name, integers rounded; empty without an incumbent.
        seconds: Wall-clock seconds.
        solver: Name and version.
        seed: Random seed used.
        message: What the solver said, where it is worth repeating.
        root_bound: Bound after the root relaxation, where the solver tells.
        nodes: Branch-and-bound nodes, where the solver tells.
    """

    termination: Termination
    holds: Holds
    objective: float | None
    bound: float | None
    gap: float | None
    values: Mapping[str, float]
    seconds: float
    solver: str
    seed: int
    message: str = ""
    root_bound: float | None = None
    nodes: int | None = None


class Solver(Protocol):
    """A back end: takes a Pyomo model of linear rows, leaves it as it is, and answers with a Result."""

    name: str

    def solve(self, model: Any, limits: Limits, start: Mapping[str, float] | None = None) -> Result:
        """Solve a model, starting from the values of `start` where the back end can.

        Raises:
            SolverError: The back end is missing or failed; never for a limit or an infeasible model.
        """
        ...


def relative_gap(objective: float, bound: float) -> float:
    """|bound - objective| / |objective|; 0 where the two agree to nine digits, infinite for an objective of 0."""
    distance = abs(bound - objective)
    if distance <= 1e-9 * max(1.0, abs(objective)):
        return 0.0
    return distance / abs(objective) if objective else float("inf")
