"""How far a limit on money has to give way, by one solve: the least that has to be spent, or the most that can be saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pyomo.environ as pyo

import formulations
from formulations import Objective, Priced
from formulations.terms import THOUSAND, linear
from instances import Instance
from instances.asked import Asked
from optimiser.feasible import COMPACT, asked_for
from optimiser.methods import solve_by
from solvers.base import Holds, Limits, Result, Solver

GAP, LARGE_GAP = 1e-7, 0.001
"""Gap of an answer; and of one about an instance that is too large for one model."""
SECONDS = 30.0
"""Time for one answer; what is proven by then has to do."""


@dataclass(frozen=True)
class Guess:
    """A value that is enough, and how much less could be.

    Attributes:
        value: GBP.
        within: By how much it may be more than is needed, GBP; 0 where it is proven to the penny.
        moves: Moves of the instance that it is about.
    """

    value: float
    within: float
    moves: int


Way = Callable[[Instance, tuple[Asked, ...], Solver, Limits], Guess | None]


def _limits(limits: Limits, gap: float) -> Limits:
    seconds = SECONDS if limits.seconds is None else min(SECONDS, limits.seconds)
    return replace(limits, gap=gap, absolute_gap=1e-5, seconds=seconds, on_progress=None)


def _guess(priced: Priced, result: Result) -> Guess | None:
    if result.holds is Holds.NOTHING or result.objective is None:
        return None
    within = abs(result.objective - result.bound) if result.bound is not None else float("inf")
    return Guess(result.objective * THOUSAND, within * THOUSAND if within > 1e-5 else 0.0, len(priced.moves))


def least_spending(part: tuple[str, ...]) -> Way:
    """The least to which a part of investment_limit can be held, for an instance in which that part forbids nothing."""

    def ask(instance: Instance, asked: tuple[Asked, ...], solver: Solver, limits: Limits) -> Guess | None:
        priced = asked_for(instance, asked)
        m = formulations.build(priced, presolve=False)
        if m.unreachable:
            return None
        m.least = pyo.Var(bounds=(0, None))
        held = [terms for scope, terms in sorted(m.spending.items()) if _is_about(scope, part)]
        m.held = pyo.Constraint(range(len(held)), rule=lambda _, i: linear([*held[i][0], -1.0], [*held[i][1], m.least]).expression() <= 0)
        m.objective.deactivate()
        m.least_spending = pyo.Objective(expr=linear([1.0], [m.least]).expression(), sense=pyo.minimize)
        return _guess(priced, solver.solve(m, _limits(limits, GAP)))

    return ask


def _is_about(scope: tuple[str, str, str], part: tuple[str, ...]) -> bool:
    """Whether a scope of spending (who, council, financial year) is under a part: who, or who and the year."""
    who, _, year = scope
    return part == (who,) or part == (who, year)


def best_yearly_position(year: int) -> Way:
    """The most that can be saved in a year, for an instance that asks for no such amount."""

    def ask(instance: Instance, asked: tuple[Asked, ...], solver: Solver, limits: Limits) -> Guess | None:
        priced = asked_for(instance, asked)
        objective = Objective("yearly_position", year)
        if len(priced.moves) > COMPACT:
            return _guess(priced, solve_by("auto", priced, objective, solver, _limits(limits, LARGE_GAP)).result)
        m = formulations.build(priced, objective=objective)
        return None if m.unreachable else _guess(priced, solver.solve(m, _limits(limits, GAP)))

    return ask
