"""The method decomposition: a bound from pricing partnerships one by one, plans from the few moves that the bound leaves.

1. The relaxation's prices are searched for, which gives a bound on every plan and a regret for every move.
2. Where rules were kept inside partnerships, whole partnerships are packed: all of them in one model, or service by service where there
   are many. The moves that the relaxation's linear program uses, then those of least regret, make small models with every rule in them.
   They are solved whole; or, where they are still large, the plan is made better from neighbourhood to neighbourhood: for the councils
   of one corner of the map after another, what lies outside staying as it is.
3. Until the gap is proven: a plan better than asked for makes no move of regret above bound - (incumbent and gap). The model of the
   moves that are left has such a plan or shows that there is none.

The plan comes from the same model as the method compact's, with moves left out, so every rule holds; and what is proven rests on the
bound of the relaxation and on the solver's for the moves that were left.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

import formulations
from formulations import Objective, Priced
from optimiser.methods.greedy import greedy
from optimiser.methods.incumbent import Incumbent, from_plan
from optimiser.methods.neighbourhoods import corners, services
from optimiser.methods.packed import Packed
from optimiser.methods.relaxation import Relaxation, share_of, within
from optimiser.methods.solved import Solved, nothing, version
from optimiser.start import Learned, Start
from solvers.arrays import ContradictionError
from solvers.base import Holds, Limits, Progress, Result, Solver, Termination, relative_gap
from solvers.column_generation import Pace
from solvers.enough import Enough

Mask = NDArray[np.bool_]
FEW = 4
"""Moves for each council and service in the first small model."""
GROWTH = 3
"""By how much the small model grows as long as the gap is not proven."""
WHOLE = 4000
"""A small model of so many moves is solved whole."""
CORNER, LARGEST = 1500, 8000
"""About so many moves make a neighbourhood at first, and at most."""
ROUNDS = 6
"""Times that all corners are gone through, each time with twice as many moves, and corners of twice the size."""
FINE = 50
"""A neighbourhood is a small part of the whole, so it is solved to this part of the gap."""
WORTHWHILE = 0.02
"""Part of what is lacking that has to be gained for the same to be done once more."""
BETWEEN = 0.5
"""Packings that lack no more than this part of what is lacking in all leave most of it between services."""
SOONER = 3
"""Rounds of corners that come before closer packings then."""
PENNY = 1e-5
"""In thousand GBP."""
HAIR = 2e-5
"""Regret beyond what is needed, thousand GBP: plans that are as good to the penny stay in."""
FOR_BOUND = 0.6
"""Share of the time there is that the search for the bound may take, so that some is left for a plan."""
SOON = 10.0
"""Seconds for a first plan."""
NEAR = 0.05
"""A bound at prices learned before is near a plan if it is above it by no more than this share."""
CLOSE = 0.002
"""As close to the lowest bound as steps along subgradients lead where master problems do the rest."""


@dataclass
class Decomposition:
    """One solve by decomposition."""

    priced: Priced
    objective: Objective
    solver: Solver
    limits: Limits
    start: Start | None = None
    incumbent: Incumbent | None = field(init=False, default=None)
    bound: float = field(init=False, default=math.inf)
    root_bound: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Start the clock, and take out what no plan as good as the best has, once for the bound and for every model."""
        self._began = time.monotonic()
        self.priced = formulations.presolved(self.priced, self.objective)
        self._regrets: Any = None
        self._learned = Learned()
        self._count, self._delta = 0, 0.0

    def solve(self) -> Solved:
        """The model that holds the plan, restricted to some moves, and what is proven of it."""
        try:
            relaxation = Relaxation(self.priced, self.objective, Pace(tolerance=max(self.limits.gap / 10, 1e-5)))
        except ContradictionError:
            return Solved(None, self._nothing(Termination.INFEASIBLE))
        if relaxation.unreachable:
            return Solved(relaxation.model, self._nothing(Termination.INFEASIBLE), relaxation.unreachable)
        if self.start is not None:
            self.incumbent = from_plan(self.priced, self.objective, self.start, self.solver, self._piece(None))
        self._lower(relaxation)
        if self._proven() and self._complete():
            return self._answer(Termination.OPTIMAL)
        few = self._count = FEW * relaxation.decisions
        packed = self._packed(relaxation)
        if packed is not None and relaxation.whole:
            self._all_at_once(packed)
        elif packed is None and few <= WHOLE:
            self._restricted(relaxation.support() | within(self._regrets, share_of(self._regrets, relaxation.decisions)))
            if not (self._proven() and self._complete()):
                self._delta = share_of(self._regrets, few)
                self._restricted(within(self._regrets, self._delta))
        else:
            self._part_by_part(packed)
        termination = self._close()
        return self._answer(termination)

    def _lower(self, relaxation: Relaxation) -> None:
        """Search for prices: the bound and the regrets."""
        duals = relaxation.duals
        duals.deadline = None if self.limits.seconds is None else self._began + FOR_BOUND * self.limits.seconds
        duals.stopped = self.limits.interrupt.is_set
        duals.keeping = relaxation.small
        near = self._near(relaxation)
        if not near:
            duals.descend(CLOSE if duals.keeping else 0.0)
            self._note_bound(relaxation.bound)
        if not duals.keeping and self.incumbent is None:
            self._soon(relaxation)
        if duals.keeping and not self._proven():
            duals.search()
            self._note_bound(relaxation.bound)
        able = not (self._proven() or duals.over() or relaxation.hopeless)
        if able and (not duals.keeping or relaxation.loose(self.limits.gap / 10)):
            relaxation.tighten(duals.pace.tolerance)
            self._note_bound(relaxation.bound)
        self.root_bound = self.bound
        self._regrets = relaxation.regrets()
        self._learned = relaxation.learned()

    def _soon(self, relaxation: Relaxation) -> None:
        """A first plan, so that there is one whenever the work is stopped, and a bound; a few moments even then."""
        if math.isinf(self.bound):
            relaxation.duals.at_best()
            self._note_bound(relaxation.bound)
        found = greedy(relaxation.blocks, relaxation.duals.linked, relaxation.duals.reduced())
        moves = relaxation.blocks.moves_of(found, len(self.priced.moves))
        self._restricted(moves, gap=self.limits.gap, seconds=SOON, even_if_stopped=True)

    def _near(self, relaxation: Relaxation) -> bool:
        """Whether prices learned before give a bound that is near the earlier plan, so that no steps are needed to come there."""
        if self.start is None or not self.start.learned:
            return False
        relaxation.begin(self.start.learned)
        self._note_bound(relaxation.bound)
        return self.incumbent is not None and self.bound - self.incumbent.value <= NEAR * abs(self.incumbent.value)

    def _note_bound(self, bound: float) -> None:
        self.bound = min(self.bound, bound)
        if self.limits.on_progress is not None:
            value = None if self.incumbent is None else self.incumbent.value
            gap = None if value is None else relative_gap(value, self.bound)
            self.limits.on_progress(Progress(time.monotonic() - self._began, value, self.bound, gap))

    def _left(self) -> float | None:
        """Seconds that are left; None without a limit."""
        return None if self.limits.seconds is None else max(0.0, self.limits.seconds - (time.monotonic() - self._began))

    def _at_most(self, seconds: float | None) -> float | None:
        """So many seconds, or what is left if that is less; None without either limit."""
        return min((limit for limit in (self._left(), seconds) if limit is not None), default=None)

    def _over(self) -> bool:
        left = self._left()
        return self.limits.interrupt.is_set() or (left is not None and left <= 0)

    def _proven(self) -> bool:
        """Whether the gap asked for is."""
        if self.incumbent is None:
            return False
        return self.bound - self.incumbent.value <= self._allowed(self.incumbent.value)

    def _complete(self) -> bool:
        """Whether, where no gap is allowed, the model has every plan that is as good as the incumbent: ties are settled among them."""
        assert self.root_bound is not None
        if self.limits.gap > 0:
            return True
        return self.incumbent is not None and self._delta >= self.root_bound - self.incumbent.value + PENNY

    def _allowed(self, value: float) -> float:
        """How far the bound may be above a plan of some value, for the gap asked for."""
        return max(0.999 * self.limits.gap * abs(value), self.limits.absolute_gap)

    def _restricted(self, kept: Mask, gap: float | None = None, seconds: float | None = None, *, even_if_stopped: bool = False) -> Result:
        """Solve the model of some moves, from the incumbent, and keep a better plan."""
        model = formulations.build(self.priced.only(kept), objective=self.objective, presolve=False)
        if model.unreachable:
            return self._nothing(Termination.INFEASIBLE)
        wanted = self.bound - self._allowed(self.bound) / (1 + self.limits.gap)
        interrupt = threading.Event() if even_if_stopped else self.limits.interrupt
        enough = Enough(interrupt, lambda progress: progress.incumbent is not None and progress.incumbent >= wanted)
        limits = replace(
            self.limits,
            gap=self.limits.gap / 10 if gap is None else gap,
            seconds=self._at_most(seconds),
            interrupt=enough,
            on_progress=self._passed_on(enough),
        )
        start = None if self.incumbent is None else self.incumbent.values
        result = self.solver.solve(model, limits, start)
        if result.holds is not Holds.NOTHING:
            values, value = formulations.settle(model, result.values)
            # as good will do: the later model has more moves, and so more of the plans that are as good
            if self.incumbent is None or value >= self.incumbent.value - PENNY:
                self.incumbent = Incumbent(value, values, model)
                self._note_bound(self.bound)
        return result

    def _piece(self, seconds: float | None) -> Limits:
        """Limits for a part of the whole, solved by itself."""
        return replace(self.limits, gap=self.limits.gap / FINE, seconds=self._at_most(seconds), on_progress=None)

    def _passed_on(self, enough: Enough) -> Any:
        """Progress of a small model in terms of the whole."""
        report = self.limits.on_progress

        def pass_on(progress: Progress) -> None:
            enough.look(progress)
            if report is None:
                return
            known = [] if self.incumbent is None else [self.incumbent.value]
            value = max([*known, *([] if progress.incumbent is None else [progress.incumbent])], default=None)
            gap = None if value is None else relative_gap(value, self.bound)
            report(Progress(time.monotonic() - self._began, value, self.bound, gap))

        return pass_on

    def _packed(self, relaxation: Relaxation) -> Packed | None:
        """Packings of whole partnerships, where there are any and the moves are too many for one model."""
        tight = relaxation.tightened
        if tight is None or not tight.found or len(self.priced.moves) <= WHOLE:
            return None
        return Packed(relaxation.blocks, tight, self.priced.moves, self._piece, self._over, whole=relaxation.whole)

    def _all_at_once(self, packed: Packed) -> None:
        """A plan from whole partnerships, all rows kept; among more of them as long as it gets better; then corner by corner."""
        packed.first()
        self._restricted(packed.chosen())
        while self.incumbent is not None and not (self._proven() or self._over()):
            before = self.incumbent.value
            packed.closer()
            self._restricted(self._taken() | packed.chosen())
            if not self._worthwhile(before):
                break
        self._by_corners(range(ROUNDS))

    def _part_by_part(self, packed: Packed | None) -> None:
        """A plan from whole partnerships, or from nothing, service by service; then made better.

        Where what is lacking is more than the packings lack, it is lost between services: corners of the map look at that first.
        """
        if packed is None:
            for part in services(self.priced.moves, self._able()):
                if self._over():
                    return
                self._restricted(self._taken() | part, gap=self.limits.gap / FINE, seconds=60.0)
            return self._by_corners(range(ROUNDS))
        self._restricted(packed.first(), gap=self.limits.gap / FINE, seconds=120.0)
        between = self.incumbent is not None and packed.lost < BETWEEN * (self.bound - self.incumbent.value)
        first = range(SOONER if between else 0)
        self._by_corners(first)
        if not (self._proven() or self._over()):
            self._restricted(self._taken() | packed.closer(), gap=self.limits.gap / FINE, seconds=120.0)
        self._fitted(packed)
        return self._by_corners(range(len(first), ROUNDS))

    def _able(self) -> Mask:
        """The moves of least regret, so many as are looked at by now."""
        return within(self._regrets, share_of(self._regrets, self._count))

    def _by_corners(self, rounds: range) -> None:
        """Make the plan better corner by corner, each round with twice as many moves and larger corners."""
        for number in rounds:
            for part in corners(self.priced.moves, self._able(), min(CORNER << number, LARGEST), number):
                if self.incumbent is None or self._over() or self._proven():
                    return
                self._restricted(self._taken() | part, gap=self.limits.gap / FINE, seconds=30.0)
            self._count = min(2 * self._count, len(self._regrets))

    def _worthwhile(self, before: float) -> bool:
        """Whether the plan has got better by a part of what is lacking."""
        return self.incumbent is not None and self.incumbent.value - before >= WORTHWHILE * (self.bound - self.incumbent.value)

    def _fitted(self, packed: Packed) -> None:
        """Make the plan better with whole partnerships, as long as it gets better by a part of what is lacking."""
        while self.incumbent is not None and not (self._proven() or self._over()):
            before = self.incumbent.value
            self._restricted(self._taken() | packed.fitted(self._taken()), gap=self.limits.gap / FINE, seconds=120.0)
            if not self._worthwhile(before):
                return

    def _taken(self) -> Mask:
        """The moves of the incumbent, shape (moves,)."""
        moves = self.priced.moves
        taken = np.zeros(len(moves), dtype=bool)
        if self.incumbent is not None:
            model, values = self.incumbent.model, self.incumbent.values
            names = [(o[1], *o) for o in model.sets.opens if values[model.opens[o].name] > 0.5]
            names += [j for j in model.sets.joins if values[model.joins[j].name] > 0.5]
            taken[[self._row[name] for name in names]] = True
        return taken

    @cached_property
    def _row(self) -> Mapping[Any, int]:
        """Row of each move in the table."""
        columns = (self.priced.moves[name].tolist() for name in ("council", "service", "host", "vehicle", "tranche"))
        return {move: row for row, move in enumerate(zip(*columns, strict=True))}

    def _close(self) -> Termination:
        """Prove the gap asked for, on the moves that a better plan could make."""
        assert self.root_bound is not None
        for delta in self._deltas():
            if self._over():
                break
            everything = math.isinf(delta)
            result = self._restricted(within(self._regrets, delta))
            self._delta = delta
            if everything and result.termination in (Termination.INFEASIBLE, Termination.OPTIMAL):
                return result.termination
            if result.bound is None and result.termination is not Termination.INFEASIBLE:
                continue
            inside = -math.inf if result.bound is None else result.bound
            outside = self.root_bound - delta
            self._note_bound(max(inside, outside))
        if self._proven():
            return Termination.OPTIMAL
        return Termination.INTERRUPTED if self.limits.interrupt.is_set() else Termination.TIME_LIMIT

    def _deltas(self) -> Iterator[float]:
        """How far a move's regret may go, until the gap is proven; infinite at last.

        No further than a plan needs that is better than the incumbent by more than the gap; and at first only so far that the model
        grows by a factor, since a better incumbent makes the need smaller.
        """
        assert self.root_bound is not None
        known = int(np.isfinite(self._regrets).sum())
        count, last = max(self._count, 1), -1.0
        while not (self._proven() and self._complete()):
            count *= GROWTH
            delta = share_of(self._regrets, count) if count < known else math.inf
            if self.incumbent is not None:
                needed = self.root_bound - self.incumbent.value - 0.9 * self._allowed(self.incumbent.value)
                delta = min(delta, max(needed, 0.0) + HAIR)
            if delta <= last:
                delta = math.inf  # the same moves again would prove no more
            last = delta
            if math.isfinite(delta):
                count = max(count, int(within(self._regrets, delta).sum()))
            yield delta
            if not math.isfinite(delta):
                return

    def _nothing(self, termination: Termination) -> Result:
        return replace(nothing(termination, self.solver, self.limits), seconds=time.monotonic() - self._began)

    def _answer(self, termination: Termination) -> Solved:
        if self.incumbent is None:
            bound = self.bound if np.isfinite(self.bound) and termination is not Termination.INFEASIBLE else None
            return Solved(None, replace(self._nothing(termination), bound=bound))
        value, bound = self.incumbent.value, max(self.bound, self.incumbent.value)
        result = Result(
            termination=termination,
            holds=Holds.OPTIMUM if termination is Termination.OPTIMAL else Holds.INCUMBENT,
            objective=value,
            bound=bound,
            gap=relative_gap(value, bound),
            values=self.incumbent.values,
            seconds=time.monotonic() - self._began,
            solver=version(self.solver),
            seed=self.limits.seed,
            root_bound=self.root_bound,
        )
        return Solved(self.incumbent.model, result, learned=self._learned)


def solve_decomposed(priced: Priced, objective: Objective, solver: Solver, limits: Limits, start: Start | None = None) -> Solved:
    """Solve by decomposition; see the module."""
    return Decomposition(priced, objective, solver, limits, start).solve()
