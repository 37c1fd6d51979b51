"""From what a back end answered to a Result that can be relied on: points checked, bounds kept only if they can be true."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.arrays import Arrays, ContradictionError, Floats, compile_model
from solvers.base import Holds, Limits, Result, Termination, relative_gap
from solvers.errors import SolverFailed

TOLERANCE = 1e-6
"""By how much a row may be broken, and by how much (relative) an objective may miss what is claimed of it."""
NOISE = 1e-9
"""By how much of its bound a row of whole numbers may be broken besides: what adding up floating-point numbers comes to."""
_WITHOUT_POINT = (Termination.INFEASIBLE, Termination.UNBOUNDED)


@dataclass(frozen=True)
class Outcome:
    """What a back end says of a model, unchecked.

    Attributes:
        termination: Why it stopped.
        point: The incumbent, or None.
        bound: Bound on the objective in the model's sense, or None.
        root_bound: Bound after the root, or None.
        nodes: Branch-and-bound nodes, or None.
        message: What is worth repeating.
    """

    termination: Termination
    point: Floats | None = None
    bound: float | None = None
    root_bound: float | None = None
    nodes: int | None = None
    message: str = ""


BackEnd = Callable[[Any, Arrays, Limits, Floats | None], Outcome]
"""Solves a model, given also as arrays, within limits, from a start that is known to be feasible or None."""


def answer(backend: BackEnd, version: str, model: Any, limits: Limits, start: Mapping[str, float] | None) -> Result:
    """Compile a model, have a back end solve it, and check what it says.

    What holds for every back end: a start that keeps every rule is held until something better is found; an interrupt that
    is already set, or no time at all, ends a solve before it begins; Ctrl-C becomes `Termination.INTERRUPTED` and sets
    `limits.interrupt`, so that the solves that would follow end as well.

    Raises:
        SolverFailed: The back end stopped with an error of its own and holds nothing.
    """
    began = time.monotonic()
    first: Floats | None = None
    arrays: Arrays | None = None
    note = ""
    try:
        arrays = compile_model(model)
        first, note = feasible_start(arrays, start)
        outcome = _solve(backend, model, arrays, limits, first)
    except ContradictionError as error:
        outcome = Outcome(Termination.INFEASIBLE, message=str(error))
    except KeyboardInterrupt:
        limits.interrupt.set()
        outcome = Outcome(Termination.INTERRUPTED)
    message = "; ".join(part for part in (outcome.message, note) if part)
    outcome = dataclasses.replace(outcome, message=message)
    if arrays is None:
        return Result(outcome.termination, Holds.NOTHING, None, None, None, {}, time.monotonic() - began, version, limits.seed, message)
    result = _result(arrays, _checked(arrays, outcome, first), limits, version, began)
    if result.termination is Termination.ERROR and result.holds is Holds.NOTHING:
        raise SolverFailed(f"{version} failed: {result.message or 'it does not say why'}")
    return result


def _solve(backend: BackEnd, model: Any, arrays: Arrays, limits: Limits, start: Floats | None) -> Outcome:
    """What the back end says, where it has to be asked at all."""
    if limits.interrupt.is_set():
        return Outcome(Termination.INTERRUPTED)
    if not arrays.variables:
        return Outcome(Termination.OPTIMAL, arrays.point({}), arrays.offset, arrays.offset, 0)
    if limits.seconds is not None and limits.seconds <= 0:
        return Outcome(Termination.TIME_LIMIT)
    outcome = backend(model, arrays, limits, start)
    # Back ends call a model unbounded when its relaxation is, whether or not any point keeps its rows.
    if outcome.termination is Termination.UNBOUNDED and start is None and not _has_point(arrays, limits):
        return dataclasses.replace(outcome, termination=Termination.INFEASIBLE)
    return outcome


def _has_point(arrays: Arrays, limits: Limits) -> bool:
    """Whether any point keeps the rows; taken to be so where the limits end the search first."""
    from solvers.highs import solve_arrays

    free = dataclasses.replace(arrays, cost=arrays.cost * 0.0)
    return solve_arrays(None, free, dataclasses.replace(limits, on_progress=None), None).termination is not Termination.INFEASIBLE


def feasible_start(arrays: Arrays, start: Mapping[str, float] | None) -> tuple[Floats | None, str]:
    """The start as a point that keeps every rule, its continuous values solved for where need be; or None, and why.

    Names that a start does not have count as 0: a plan names the moves it makes.
    """
    if not start or not arrays.variables:
        return None, ""
    point, _ = settle(arrays, arrays.point(start))
    return (point, "") if point is not None else (None, "the start breaks a rule and was not used")


def settle(arrays: Arrays, point: Floats) -> tuple[Floats | None, str]:
    """A point with its integers rounded that keeps every row, or None; with a remark.

    Solvers hold integers to within 1e-6 of whole numbers, so rounding may break a row with large coefficients, such as a budget in
    thousand pounds by many pence. The continuous values are then solved for again, integers fixed; where that does not help, the point
    is none.
    """
    rounded = arrays.rounded(point)
    absolute, relative = arrays.breach(rounded)
    if absolute <= TOLERANCE:
        return rounded, ""
    completed = _completed(arrays, rounded)
    if completed is not None:
        return completed, ""
    if relative <= NOISE:
        return rounded, f"rows hold to {absolute:.1e}, {relative:.1e} of their bound"
    return None, f"a point with whole numbers was refused: it breaks a row by {absolute:.1e}"


def _completed(arrays: Arrays, rounded: Floats) -> Floats | None:
    """The best point with these integers, by linear programming; None if there is none, or no mixture to solve for."""
    if not arrays.integer.any() or arrays.integer.all():
        return None
    from solvers.highs import solve_arrays

    held = arrays.integer
    fixed = dataclasses.replace(
        arrays,
        integer=held & False,
        lower=_where(held, rounded, arrays.lower),
        upper=_where(held, rounded, arrays.upper),
    )
    outcome = solve_arrays(None, fixed, Limits(), None)
    if outcome.termination is not Termination.OPTIMAL or outcome.point is None:
        return None
    point = _where(held, rounded, fixed.rounded(outcome.point))
    return point if arrays.breach(point)[1] <= TOLERANCE else None


def _where(mask: Any, one: Floats, other: Floats) -> Floats:
    result = other.copy()
    result[mask] = one[mask]
    return result


def _checked(arrays: Arrays, outcome: Outcome, start: Floats | None) -> Outcome:
    """The outcome with its point settled, or the start in its place where that is better, and a bound that can be true."""
    if outcome.termination in _WITHOUT_POINT:
        return dataclasses.replace(outcome, point=None, bound=None, root_bound=None)
    point, remark = (None, "") if outcome.point is None else settle(arrays, outcome.point)
    if start is not None and (point is None or arrays.better(arrays.objective(start), arrays.objective(point))):
        point, remark = start, ""
    bound = _finite(outcome.bound)
    if bound is None and point is not None and outcome.termination is Termination.OPTIMAL:
        bound = arrays.objective(outcome.point if outcome.point is not None else point)
    root = _finite(outcome.root_bound)
    if point is not None:
        bound, root = _possible(arrays, point, bound), _possible(arrays, point, root)
    message = "; ".join(part for part in (outcome.message, remark) if part)
    return dataclasses.replace(outcome, point=point, bound=bound, root_bound=root, message=message)


def _possible(arrays: Arrays, point: Floats, bound: float | None) -> float | None:
    """A bound, unless the incumbent is past it: then it is wrong, and none is better."""
    objective = arrays.objective(point)
    past = 0.0 if bound is None or not arrays.better(objective, bound) else abs(objective - bound)
    return bound if past <= TOLERANCE * max(1.0, abs(objective)) else None


def _finite(value: float | None) -> float | None:
    """A number, or None for what solvers write for infinity."""
    return value if value is not None and math.isfinite(value) and abs(value) < 1e20 else None


def _result(arrays: Arrays, outcome: Outcome, limits: Limits, version: str, began: float) -> Result:
    point, bound, termination, message = outcome.point, outcome.bound, outcome.termination, outcome.message
    objective = None if point is None else arrays.objective(point)
    proven = objective is not None and bound is not None and _within(objective, bound, limits)
    if termination is Termination.OPTIMAL and not proven:
        # The back end's point did not survive rounding: what it proved, it proved of another point.
        termination, message = Termination.ERROR, message or "the incumbent is not as good as the back end proved"
    return Result(
        termination=termination,
        holds=Holds.NOTHING if point is None else Holds.OPTIMUM if termination is Termination.OPTIMAL else Holds.INCUMBENT,
        objective=objective,
        bound=bound,
        gap=None if objective is None or bound is None else relative_gap(objective, bound),
        values={} if point is None else arrays.values(point),
        seconds=time.monotonic() - began,
        solver=version,
        seed=limits.seed,
        message=message,
        root_bound=outcome.root_bound,
        nodes=outcome.nodes,
    )


def _within(objective: float, bound: float, limits: Limits) -> bool:
    """Whether the gap asked for is proven, to the precision of floating-point solvers."""
    allowed = max(limits.gap * abs(objective), limits.absolute_gap)
    return abs(bound - objective) <= allowed + TOLERANCE * max(1.0, abs(objective))
