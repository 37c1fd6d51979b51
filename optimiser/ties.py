"""Ties: which of several best plans is reported (model.md, section 8).

Among plans whose objective is within half a penny of the best: the one with the fewest partnerships, then the fewest moves
(members, hosts and alternatives), then the earliest tranches (the smallest sum), then by name: of two plans, the one that has
the alphabetically first move in which they differ. Each step is a solve with the steps before it as rows, so the order is
exact; where no other plan is as good, which is the rule, one solve says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pyomo.environ as pyo

from formulations.terms import linear
from solvers.base import Holds, Limits, Progress, Solver, Termination
from solvers.enough import Enough

HALF_A_PENNY = 0.5e-5
"""In thousand GBP, as the model has it."""
WHOLE = 0.5
"""A gap below one in an objective that counts."""
Values = Mapping[str, float]


class UnsettledError(Exception):
    """A solve was stopped before it could say anything."""


def _as_good(floor: float) -> Callable[[Progress], bool]:
    """Whether another plan as good as the best is there, or none can be."""

    def said(progress: Progress) -> bool:
        there = progress.incumbent is not None and progress.incumbent >= floor
        return there or (progress.bound is not None and progress.bound < floor)

    return said


class Ties:
    """The best plans of a solved model, and the order among them."""

    def __init__(self, model: Any, solver: Solver, limits: Limits, best: float) -> None:
        """`best` is the best objective value, thousand GBP."""
        self._model, self._solver, self._limits, self._best = model, solver, limits, best
        self._until = None if limits.seconds is None else time.monotonic() + limits.seconds
        sets = model.sets
        named = [((s, h, v, c, k), model.joins[c, s, h, v, k]) for c, s, h, v, k in sets.joins]
        named += [((s, h, v, h, k), model.opens[s, h, v, k]) for s, h, v, k in sets.opens]
        memberships = [variable for _, variable in sorted(named, key=lambda item: item[0])]
        takes = [model.takes[t] for t in sorted(sets.takes, key=lambda t: (t[1], t[0], t[2], t[3]))]
        self._moves = [*memberships, *takes]
        self._tranche = {variable.name: k for (*_, k), variable in named} | {model.takes[t].name: t[-1] for t in sets.takes}

    def settle(self, values: Values) -> tuple[Values, str]:
        """The plan that comes first, and how it was found: `unique`, `settled`, or `not settled` where the time was too short."""
        found = values
        with self._rows() as rows:
            try:
                if not self._tied(rows, values):
                    return values, "unique"
                self._model.objective.deactivate()
                rows.add(self._model.objective.expr >= self._best - HALF_A_PENNY)
                for counted in (self._partnerships(), self._ones(), self._tranches()):
                    found = self._least(rows, counted, found)
                return self._by_name(rows, found), "settled"
            except UnsettledError:
                return found, "not settled"

    @contextmanager
    def _rows(self) -> Iterator[Any]:
        """Rows of their own, which go with the objective that a step sets, so that the model is as it was."""
        model = self._model
        model.tie_rows = pyo.ConstraintList()
        try:
            yield model.tie_rows
        finally:
            model.del_component("tie_rows")
            model.objective.activate()

    def _partnerships(self) -> Any:
        opens = list(self._model.opens.values())
        return linear([1.0] * len(opens), opens).expression()

    def _ones(self) -> Any:
        return linear([1.0] * len(self._moves), self._moves).expression()

    def _tranches(self) -> Any:
        later = [variable for variable in self._moves if self._tranche[variable.name] > 0]
        return linear([float(self._tranche[variable.name]) for variable in later], later).expression()

    def _least(self, rows: Any, counted: Any, values: Values) -> Values:
        """The plan with the least count, and a row that holds it there."""
        if not counted.nargs():
            return values
        found = self._solve(counted, values)
        if found is None:
            raise UnsettledError
        least = sum(c * found[v.name] for c, v in zip(counted.linear_coefs, counted.linear_vars, strict=True))
        rows.add(counted <= round(least))
        return found

    def _tied(self, rows: Any, values: Values) -> bool:
        """Whether another plan is as good: the best other plan is looked for, and no further than that is known.

        The objective is kept as it is, since a row that holds it at its best makes every relaxation slow.
        """
        differs = self._differs(values)
        if not differs.nargs():
            return False
        rows.add(differs >= 1 - sum(values[variable.name] > 0.5 for variable in self._moves))
        enough = Enough(self._limits.interrupt, _as_good(self._best - HALF_A_PENNY))
        limits = replace(self._limits, gap=0.0, seconds=self._left(), interrupt=enough, on_progress=enough.look)
        result = self._solver.solve(self._model, limits)
        rows[len(rows)].deactivate()
        if result.objective is not None and result.objective >= self._best - HALF_A_PENNY:
            return True
        if result.termination is Termination.INFEASIBLE or (result.bound is not None and result.bound < self._best - HALF_A_PENNY):
            return False
        raise UnsettledError

    def _differs(self, values: Values) -> Any:
        """How many moves a plan has that this one lacks, less how many of this one it has."""
        taken = [variable for variable in self._moves if values[variable.name] > 0.5]
        free = [variable for variable in self._moves if values[variable.name] <= 0.5]
        return linear([1.0] * len(free) + [-1.0] * len(taken), [*free, *taken]).expression()

    def _other(self, rows: Any, values: Values) -> Values | None:
        """Another plan that keeps the rows, if there is one."""
        differs = self._differs(values)
        rows.add(differs >= 1 - sum(values[variable.name] > 0.5 for variable in self._moves))
        found = self._solve(differs, None)
        rows[len(rows)].deactivate()
        return found

    def _left(self) -> float | None:
        """Seconds that are left; None where there is no limit."""
        return None if self._until is None else max(0.0, self._until - time.monotonic())

    def _by_name(self, rows: Any, values: Values) -> Values:
        """Move by move in the order of names: a plan that has an earlier move than this one takes its place.

        What lies before the move at hand is fixed. As long as some plan has one of the moves between there and the next move
        of the plan in hand, that plan is taken; the stretch grows shorter each time, and is empty of moves in the end.
        """
        if self._other(rows, values) is None:
            return values
        fixed: list[Any] = []
        try:
            while len(fixed) < len(self._moves):
                stretch = self._until_next(values, len(fixed))
                while stretch and (better := self._with_one_of(rows, stretch)) is not None:
                    values = better
                    stretch = self._until_next(values, len(fixed))
                for variable in self._moves[len(fixed) : len(fixed) + len(stretch) + 1]:
                    variable.fix(round(values[variable.name]))
                    fixed.append(variable)
            return values
        finally:
            for variable in fixed:
                variable.unfix()

    def _until_next(self, values: Values, place: int) -> Sequence[Any]:
        """Moves from a place on that a plan does not have, up to the first that it has."""
        first = next((i for i in range(place, len(self._moves)) if values[self._moves[i].name] > 0.5), len(self._moves))
        return self._moves[place:first]

    def _with_one_of(self, rows: Any, moves: Sequence[Any]) -> Values | None:
        """A plan that has at least one of some moves; the early ones rather than the late."""
        rows.add(linear([1.0] * len(moves), moves).expression() >= 1)
        found = self._solve(linear([float(i + 1) for i in range(len(moves))], moves).expression(), None)
        rows[len(rows)].deactivate()
        return found

    def _solve(self, expression: Any, start: Values | None) -> Values | None:
        """The plan with the least value of an expression; None where no plan keeps the rows."""
        model = self._model
        model.tie_objective = pyo.Objective(expr=expression, sense=pyo.minimize)
        try:
            limits = replace(self._limits, gap=0.0, absolute_gap=WHOLE, seconds=self._left(), on_progress=None)
            result = self._solver.solve(model, limits, start)
        finally:
            model.del_component("tie_objective")
        if result.termination is Termination.INFEASIBLE:
            return None
        if result.holds is not Holds.OPTIMUM:
            raise UnsettledError
        return result.values
