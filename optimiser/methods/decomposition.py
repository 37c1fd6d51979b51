"""The method decomposition: a bound from pricing partnerships one by one, plans from the few moves that the bound leaves.

1. The relaxation's prices are searched for, which gives a bound on every plan and a regret for every move.
2. Plans are looked for among the moves of least regret (`plans`): by dives, by packing whole partnerships where rules were kept inside
   them, by small models solved whole, and from one corner of the map to another.
3. Until the gap is proven: a plan better than asked for makes no move of regret above bound - (incumbent and gap). The model of the
   moves that are left has such a plan or shows that there is none.

The plan comes from the same model as the method compact's, with moves left out, so every rule holds; and what is proven rests on the
bound of the relaxation and on the solver's for the moves that were left.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

import formulations
from formulations import Objective, Priced
from optimiser.methods.greedy import greedy
from optimiser.methods.incumbent import from_plan
from optimiser.methods.plans import Plans
from optimiser.methods.relaxation import Relaxation, share_of, within
from optimiser.methods.restricted import PENNY, Restricted
from optimiser.methods.solved import Solved, version
from optimiser.start import Learned, Start
from solvers.base import Holds, Limits, Result, Solver, Termination, relative_gap
from solvers.column_generation import Pace

GROWTH = 3
"""By how much the restricted model grows as long as the gap is not proven."""
FOR_BOUND = 0.6
"""Share of the time there is that the search for the bound may take, so that some is left for a plan."""
SOON = 10.0
"""Seconds for a first plan."""
NEAR = 0.05
"""A bound at prices learned before is near a plan if it is above it by no more than this share."""
WORTH_IT = 10
"""Rules inside partnerships are looked at where they may hold the bound up by more than this part of the gap."""
PROOF = 0.9
"""Part of the gap to which the last model is solved."""
CLOSE = 0.002
"""As close to the lowest bound as steps along subgradients lead where master problems do the rest."""


class Decomposition:
    """One solve by decomposition."""

    def __init__(self, priced: Priced, objective: Objective, solver: Solver, limits: Limits, start: Start | None = None) -> None:
        """Start the clock, and take out what no plan as good as the best has, once for the bound and for every model."""
        began = time.monotonic()
        self.limits, self.start = limits, start
        self._pace = Pace(tolerance=max(limits.gap / 10, 1e-5))
        self._frame = None if start is None else start.frame
        self._framed = None if self._frame is None else self._frame.relaxation(priced, objective, self._pace)
        self.priced = formulations.presolved(priced, objective) if self._framed is None else priced
        self._restricted = Restricted(self.priced, objective, solver, limits, began=began)
        self._learned = Learned()
        self._root_bound = math.inf

    def solve(self) -> Solved:
        """The model that holds the plan, restricted to some moves, and what is proven of it."""
        restricted = self._restricted
        relaxation = self._framed or Relaxation(self.priced, restricted.objective, self._pace)
        if relaxation.unreachable or relaxation.contradiction:
            return Solved(None, restricted.nothing(Termination.INFEASIBLE), relaxation.unreachable)
        if self.start is not None:
            restricted.incumbent = from_plan(self.priced, restricted.objective, self.start, restricted.solver, restricted.piece(None))
        self._lower(relaxation)
        self._look_at(relaxation)
        if self._framed is not None and self.limits.gap and not self._finished():
            self._plans.dive()  # most often enough, and then no rule inside partnerships has to be looked at
        if not restricted.proven and self._may_tighten(relaxation):
            relaxation.tighten(relaxation.duals.pace.tolerance)
            restricted.note(relaxation.bound)
            self._look_at(relaxation)
        if not self._finished():
            self._plans.search()
        return self._answer(self._close())

    def _look_at(self, relaxation: Relaxation) -> None:
        """Where the bound is now, and which moves it leaves."""
        self._root_bound = self._restricted.bound
        if self._framed is None:
            self._learned = relaxation.learned()
        self._regrets = relaxation.regrets()
        self._plans = Plans(self._restricted, relaxation, self._regrets)

    def _lower(self, relaxation: Relaxation) -> None:
        """Search for prices: the bound and the regrets."""
        restricted, duals = self._restricted, relaxation.duals
        duals.deadline = None if self.limits.seconds is None else restricted.began + FOR_BOUND * self.limits.seconds
        duals.stopped = self.limits.interrupt.is_set
        duals.keeping = relaxation.small
        near = self._near(relaxation)
        if near and self.limits.gap and restricted.incumbent is not None:
            value = restricted.incumbent.value
            duals.goal = value + restricted.allowed(value) - relaxation.offset
            relaxation.search_by_service(restricted.taken())
            restricted.note(relaxation.bound)
        if not near:
            duals.descend(CLOSE if duals.keeping else 0.0)
            restricted.note(relaxation.bound)
        if not duals.keeping and restricted.incumbent is None:
            self._soon(relaxation)
        if duals.keeping and not restricted.proven:
            relaxation.recall()
            duals.search()
            restricted.note(relaxation.bound)

    def _may_tighten(self, relaxation: Relaxation) -> bool:
        """Whether keeping the rules inside partnerships in each of them may be worth it; with other figures, whether it was before."""
        duals = relaxation.duals
        if duals.over() or relaxation.hopeless:
            return False
        if self._frame is not None and self._framed is not None and self._frame.tightens <= self.limits.gap / WORTH_IT:
            return False
        return not duals.keeping or relaxation.loose(self.limits.gap / WORTH_IT)

    def _soon(self, relaxation: Relaxation) -> None:
        """A first plan, so that there is one whenever the work is stopped, and a bound; a few moments even then."""
        if math.isinf(self._restricted.bound):
            relaxation.duals.at_best()
            self._restricted.note(relaxation.bound)
        found = greedy(relaxation.blocks, relaxation.duals.linked, relaxation.duals.reduced())
        moves = relaxation.blocks.moves_of(found, len(self.priced.moves))
        self._restricted.solve(moves, gap=self.limits.gap, seconds=SOON, even_if_stopped=True)

    def _near(self, relaxation: Relaxation) -> bool:
        """Whether prices learned before give a bound that is near the earlier plan, so that no steps are needed to come there."""
        restricted = self._restricted
        if self._framed is not None:
            restricted.note(relaxation.bound)
            return True
        if self.start is None or not self.start.learned:
            return False
        relaxation.begin(self.start.learned)
        restricted.note(relaxation.bound)
        return restricted.incumbent is not None and restricted.lacking <= NEAR * abs(restricted.incumbent.value)

    def _finished(self) -> bool:
        """Whether the gap is proven; and, where none is allowed, the model has every plan that is as good: ties are settled among them."""
        restricted = self._restricted
        if not restricted.proven or self.limits.gap > 0:
            return restricted.proven
        assert restricted.incumbent is not None
        return self._plans.delta >= self._root_bound - restricted.incumbent.value + PENNY

    def _close(self) -> Termination:
        """Prove the gap asked for, on the moves that a better plan could make."""
        restricted = self._restricted
        for delta in self._deltas():
            if restricted.over:
                break
            everything = math.isinf(delta)
            enough = delta >= restricted.needed(self._root_bound)
            result = restricted.solve(within(self._regrets, delta), gap=PROOF * self.limits.gap if enough else None)
            self._plans.delta = delta
            if everything and result.termination in (Termination.INFEASIBLE, Termination.OPTIMAL):
                restricted.note(math.inf if result.bound is None else result.bound)
                return result.termination
            if result.bound is None and result.termination is not Termination.INFEASIBLE:
                continue
            inside = -math.inf if result.bound is None else result.bound
            outside = self._root_bound - delta
            restricted.note(max(inside, outside))
        if restricted.proven:
            return Termination.OPTIMAL
        return Termination.INTERRUPTED if self.limits.interrupt.is_set() else Termination.TIME_LIMIT

    def _deltas(self) -> Iterator[float]:
        """How far a move's regret may go, until the gap is proven; infinite at last.

        No further than a plan needs that is better than the incumbent by more than the gap; and at first only so far that the model
        grows by a factor, since a better incumbent makes the need smaller.
        """
        restricted = self._restricted
        known = int(np.isfinite(self._regrets).sum())
        count, last = max(self._plans.count, 1), -1.0
        while not self._finished():
            count *= GROWTH
            delta = share_of(self._regrets, count) if count < known else math.inf
            delta = min(delta, restricted.needed(self._root_bound))
            if delta <= last:
                delta = math.inf  # the same moves again would prove no more
            last = delta
            if math.isfinite(delta):
                count = max(count, int(within(self._regrets, delta).sum()))
            yield delta
            if not math.isfinite(delta):
                return

    def _answer(self, termination: Termination) -> Solved:
        restricted = self._restricted
        incumbent = restricted.incumbent
        if incumbent is None:
            bound = restricted.bound if np.isfinite(restricted.bound) and termination is not Termination.INFEASIBLE else None
            return Solved(None, replace(restricted.nothing(termination), bound=bound))
        value, bound = incumbent.value, max(restricted.bound, incumbent.value)
        result = Result(
            termination=termination,
            holds=Holds.OPTIMUM if termination is Termination.OPTIMAL else Holds.INCUMBENT,
            objective=value,
            bound=bound,
            gap=relative_gap(value, bound),
            values=incumbent.values,
            seconds=restricted.seconds,
            solver=version(restricted.solver),
            seed=self.limits.seed,
            root_bound=self._root_bound,
        )
        return Solved(incumbent.model, result, learned=self._learned)


def solve_decomposed(priced: Priced, objective: Objective, solver: Solver, limits: Limits, start: Start | None = None) -> Solved:
    """Solve by decomposition; see the module."""
    return Decomposition(priced, objective, solver, limits, start).solve()
