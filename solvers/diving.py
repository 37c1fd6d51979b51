"""Diving: a plan from linear programs, more and more of which is settled from one to the next.

Achterberg, Constraint Integer Programming (2007), chapter 9, describes the family. Here integer variables that are nearly at their next
whole number are raised to it, all of them at once: what is left of the program settles the rest at the next turn.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from solvers.arrays import Arrays, ContradictionError, Floats, compile_model
from solvers.base import Limits
from solvers.highs import highs_lp, new_highs
from solvers.outcome import settle
from solvers.waiting import in_thread

Whole = NDArray[np.intp]
NONE: Whole = np.array([], dtype=np.intp)
WHOLE = 1e-6
"""A value so close to a whole number is one."""
SURE = (0.9, 0.7)
"""From these shares of the way to its next whole number on a variable is raised to it, in one dive after another."""
ITERATIONS, PROGRAMS = 50_000, 1_000
"""Of the simplex method, and linear programs, for all dives of one model: where more are needed it takes too long to be worth it."""
MISSES = 20
"""Times that raising may turn out to be impossible before the dive is given up."""


def dive(model: Any, limits: Limits, sure: Sequence[float] = SURE) -> dict[str, float] | None:
    """The best plan of a Pyomo model that a few dives find, as values by name; it keeps every rule. None if they end without one.

    Nothing is proven: what is found may be far from the best, and where nothing is found there may be a plan all the same.

    Args:
        model: Linear rows, whole numbers among its variables.
        limits: Seconds, interrupt and seed are kept to; the gap plays no part.
        sure: For each dive, from which share of the way to its next whole number on a variable is raised to it.
    """
    try:
        arrays = compile_model(model)
    except ContradictionError:
        return None
    if not arrays.variables:
        return None
    best: Floats | None = None
    diver = _Diver(arrays, limits)
    for share in sure:
        point = diver.dive(share)
        settled = None if point is None else settle(arrays, point)[0]
        if settled is not None and (best is None or arrays.better(arrays.objective(settled), arrays.objective(best))):
            best = settled
    return None if best is None else arrays.values(best)


class _Diver:
    """Dives from the same linear program, which HiGHS holds with its basis; and the bounds that have been moved."""

    def __init__(self, arrays: Arrays, limits: Limits) -> None:
        self._limits, self._began = limits, time.monotonic()
        self._integer = np.flatnonzero(arrays.integer)
        self._arrays = arrays
        self._top: tuple[Floats | None, Any] | None = None
        self._lower, self._upper = arrays.lower.copy(), arrays.upper.copy()
        self._highs = new_highs()
        self._highs.setOptionValue("threads", 1)
        self._highs.setOptionValue("random_seed", limits.seed)
        self._iterations, self._programs = ITERATIONS, PROGRAMS
        self._highs.cbSimplexInterrupt.subscribe(self._look)
        self._highs.passModel(highs_lp(replace(arrays, integer=np.zeros(len(arrays.integer), dtype=bool))))

    def dive(self, sure: float) -> Floats | None:
        """Settle more and more variables until all are whole; None where that leads nowhere, or the time is over."""
        point, raised, misses = self._from_top(), NONE, 0
        while not self._over():
            if point is not None:
                share = point[self._integer] - np.floor(point[self._integer] + WHOLE)
                if share.max(initial=0.0) <= WHOLE:
                    return point
                raised = self._raise(point, share, sure)
            elif not len(raised) or misses == MISSES:
                return None
            else:
                misses += 1
                raised = self._back(raised)
            point = self._solved()
        return None

    def _from_top(self) -> Floats | None:
        """The best point of the linear program as it was given; later dives start from it without solving it again."""
        if self._top is None:
            point = self._solved()
            self._top = (point, self._highs.getBasis())
        else:
            self._set(self._integer, self._arrays.lower[self._integer], self._arrays.upper[self._integer])
            self._highs.setBasis(self._top[1])
        return self._top[0]

    def _over(self) -> bool:
        spent = min(self._iterations, self._programs) <= 0 or self._limits.left(self._began) == 0
        return spent or self._limits.interrupt.is_set()

    def _look(self, event: Any) -> None:
        if self._limits.interrupt.is_set():
            event.data_in.user_interrupt = True

    def _solved(self) -> Floats | None:
        """The best point of the linear program as it stands; None if there is none, or the time is over."""
        left = self._limits.left(self._began)
        if left is not None:
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left)
        self._highs.setOptionValue("simplex_iteration_limit", max(self._iterations, 0))
        in_thread(self._highs.run, self._limits)
        self._programs -= 1
        self._iterations -= max(self._highs.getInfo().simplex_iteration_count, 0)
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self._highs.getSolution().col_value)

    def _raise(self, point: Floats, share: Floats, sure: float) -> Whole:
        """Raise what is nearly whole, or else what is nearest to it, nearest first; what is whole already stays where it is or above."""
        broken = share > WHOLE
        chosen = broken & (share > sure)
        if not chosen.any():
            chosen[np.argmax(np.where(broken, share, 0.0))] = True
        raised: Whole = self._integer[chosen][np.argsort(-share[chosen], kind="stable")]
        settled = np.concatenate([self._integer[~broken], raised])
        self._set(settled, np.maximum(self._lower[settled], np.ceil(point[settled] - WHOLE)), self._upper[settled])
        return raised

    def _back(self, raised: Whole) -> Whole:
        """Take a raise back that left no point: of several all but the nearest; one by itself is never raised again."""
        back = raised[1:] if len(raised) > 1 else raised
        lower = self._lower[back] - 1.0
        self._set(back, lower, self._upper[back] if len(raised) > 1 else lower)
        return raised[:1] if len(raised) > 1 else NONE

    def _set(self, columns: Whole, lower: Floats, upper: Floats) -> None:
        self._lower[columns], self._upper[columns] = lower, upper
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)
