"""Models of some of the moves, with every rule in them, and the best plan that they have given."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

import formulations
from formulations import Objective, Priced
from optimiser.methods.incumbent import Incumbent
from optimiser.methods.solved import nothing
from solvers.base import Holds, Limits, Progress, Result, Solver, Termination, relative_gap
from solvers.diving import dive
from solvers.enough import Enough

Mask = NDArray[np.bool_]
PENNY = 1e-5
"""In thousand GBP."""
HAIR = 2e-5
"""Regret beyond what is needed, thousand GBP: plans that are as good to the penny stay in."""
SIMPLE = 8_000
"""Models of no more moves are not presolved by the solver: they have been simplified, and to do it again takes longer than it gains."""
FINE = 50
"""A neighbourhood is a small part of the whole, so it is solved to this part of the gap."""


@dataclass
class Restricted:
    """One solve's restricted models, its incumbent and its bound.

    The plan of a restricted model keeps every rule, so it is one of the whole; its bound says nothing of the whole.

    Attributes:
        priced: All moves.
        objective: What is to be maximised.
        solver: Solves the models.
        limits: Those of the whole solve.
        incumbent: The best plan so far.
        bound: The lowest bound so far on any plan, thousand GBP.
    """

    priced: Priced
    objective: Objective
    solver: Solver
    limits: Limits
    incumbent: Incumbent | None = None
    bound: float = math.inf
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since the solve began."""
        return time.monotonic() - self.began

    @property
    def over(self) -> bool:
        """Whether somebody has stopped the work, or there is no time left."""
        return self.limits.interrupt.is_set() or self.limits.left(self.began) == 0

    @property
    def proven(self) -> bool:
        """Whether the gap asked for is."""
        return self.incumbent is not None and self.lacking <= self.allowed(self.incumbent.value)

    @property
    def done(self) -> bool:
        """Whether there is nothing more to look for, or no time."""
        return self.proven or self.over

    @property
    def lacking(self) -> float:
        """How far the incumbent is below the bound, thousand GBP; infinite without one."""
        return math.inf if self.incumbent is None else self.bound - self.incumbent.value

    def allowed(self, value: float) -> float:
        """How far the bound may be above a plan of some value, for the gap asked for."""
        return max(0.999 * self.limits.gap * abs(value), self.limits.absolute_gap)

    def needed(self, bound: float) -> float:
        """The most regret, for prices of some bound, of a move in a plan that is better than the incumbent by more than the gap."""
        if self.incumbent is None:
            return math.inf
        return max(bound - self.incumbent.value - 0.9 * self.allowed(self.incumbent.value), 0.0) + HAIR

    def note(self, bound: float) -> None:
        """Keep a bound if it is lower, and tell how things stand."""
        self.bound = min(self.bound, bound)
        self._tell(None if self.incumbent is None else self.incumbent.value)

    def piece(self, seconds: float | None) -> Limits:
        """Limits for a part of the whole, solved by itself."""
        return replace(self.limits, gap=self.limits.gap / FINE, seconds=self._at_most(seconds), on_progress=None)

    def dive(self, kept: Mask) -> None:
        """Look for a better plan among some moves by diving (`solvers.diving`), which proves nothing and takes little time."""
        model = self._model(kept)
        if not model.unreachable:
            self._keep(model, dive(model, self.piece(None)))

    def solve(
        self, kept: Mask, gap: float | None = None, seconds: float | None = None, *, even_if_stopped: bool = False, trial: bool = False
    ) -> Result:
        """Solve the model of some moves, from the incumbent or from what a dive gives, and keep a better plan.

        Args:
            kept: The moves, shape (moves,).
            gap: To which gap of its own; without it, a part of the gap asked for.
            seconds: For how long at most.
            even_if_stopped: Whether to solve it even if somebody has stopped the work.
            trial: Whether to stop, too, once these moves are known to be too few, and lack more than the model may still gain.
        """
        model = self._model(kept)
        if model.unreachable:
            return self.nothing(Termination.INFEASIBLE)
        wanted = self.bound - self.allowed(self.bound) / (1 + self.limits.gap)
        interrupt = threading.Event() if even_if_stopped else self.limits.interrupt
        enough = Enough(interrupt, lambda progress: _is_enough(progress, wanted, trial=trial))
        limits = replace(
            self.limits,
            gap=self.limits.gap / 10 if gap is None else gap,
            seconds=self._at_most(seconds),
            presolve=int(kept.sum()) > SIMPLE,
            interrupt=enough,
            on_progress=self._passed_on(enough),
        )
        if self.incumbent is None:
            self._keep(model, dive(model, limits))
            if self.proven and self.limits.gap > 0:
                return self.nothing(Termination.INTERRUPTED)
        result = self.solver.solve(model, limits, None if self.incumbent is None else self.incumbent.values)
        if result.holds is not Holds.NOTHING:
            self._keep(model, result.values)
        return result

    def taken(self) -> Mask:
        """The moves of the incumbent, shape (moves,)."""
        taken = np.zeros(len(self.priced.moves), dtype=bool)
        if self.incumbent is not None:
            model, values = self.incumbent.model, self.incumbent.values
            names = [(o[1], *o) for o in model.sets.opens if values[model.opens[o].name] > 0.5]
            names += [j for j in model.sets.joins if values[model.joins[j].name] > 0.5]
            taken[[self._row[name] for name in names]] = True
        return taken

    def nothing(self, termination: Termination) -> Result:
        """The result of having found nothing."""
        return replace(nothing(termination, self.solver, self.limits), seconds=self.seconds)

    @cached_property
    def _row(self) -> Mapping[Any, int]:
        """Row of each move in the table."""
        columns = (self.priced.moves[name].tolist() for name in ("council", "service", "host", "vehicle", "tranche"))
        return {move: row for row, move in enumerate(zip(*columns, strict=True))}

    def _model(self, kept: Mask) -> Any:
        return formulations.build(self.priced.only(kept), objective=self.objective, presolve=False)

    def _keep(self, model: Any, found: Mapping[str, float] | None) -> None:
        """Keep a plan if it is better. As good will do: the later model has more moves, and so more of the plans that are as good."""
        if found is None:
            return
        values, value = formulations.settle(model, found)
        if self.incumbent is None or value >= self.incumbent.value - PENNY:
            self.incumbent = Incumbent(value, values, model)
            self.note(self.bound)

    def _at_most(self, seconds: float | None) -> float | None:
        """So many seconds, or what is left if that is less; None without either limit."""
        return min((limit for limit in (self.limits.left(self.began), seconds) if limit is not None), default=None)

    def _passed_on(self, enough: Enough) -> Any:
        """Progress of a restricted model in terms of the whole."""

        def pass_on(progress: Progress) -> None:
            enough.look(progress)
            known = [] if self.incumbent is None else [self.incumbent.value]
            self._tell(max([*known, *([] if progress.incumbent is None else [progress.incumbent])], default=None))

        return pass_on

    def _tell(self, value: float | None) -> None:
        if self.limits.on_progress is not None:
            gap = None if value is None else relative_gap(value, self.bound)
            self.limits.on_progress(Progress(self.seconds, value, self.bound, gap))


def _is_enough(progress: Progress, wanted: float, *, trial: bool) -> bool:
    """Whether a plan is as good as is wanted; or, where that is asked, too little can be gained on the way there."""
    if progress.incumbent is None:
        return False
    if progress.incumbent >= wanted:
        return True
    return trial and progress.bound is not None and progress.bound - progress.incumbent < wanted - progress.bound
