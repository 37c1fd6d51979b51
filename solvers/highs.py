"""HiGHS in memory: Pyomo's standard form goes to highspy as arrays, no files; warm starts, progress, interrupt, true bounds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import highspy
import numpy as np

from solvers.arrays import Arrays, Floats
from solvers.base import Limits, Progress, Result, Termination, relative_gap
from solvers.enough import Enough
from solvers.errors import SolverFailed
from solvers.exclusion import without
from solvers.outcome import TOLERANCE, Outcome, answer, settle
from solvers.waiting import in_thread

_TERMINATIONS = {
    highspy.HighsModelStatus.kOptimal: Termination.OPTIMAL,
    highspy.HighsModelStatus.kModelEmpty: Termination.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Termination.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Termination.UNBOUNDED,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Termination.UNBOUNDED,
    highspy.HighsModelStatus.kTimeLimit: Termination.TIME_LIMIT,
    highspy.HighsModelStatus.kInterrupt: Termination.INTERRUPTED,
}
"""What each status means; `solvers.outcome` settles whether an unbounded model has a feasible point. The rest are errors."""
_FEASIBLE = 2
"""HiGHS's primal solution status for a feasible point."""
_FIRST = 1e-8
"""Tolerance on integers. At its own, 1e-6, HiGHS has called a worse plan optimal where a limit lay within a penny of a better one's cost; this one
was measured to cost no time."""
_TIGHT = 1e-10
"""The finest that HiGHS has, where a first answer does not survive rounding."""
_EXCLUDED = 50
"""Points that may be excluded one after another where even those of the finest tolerance do not survive it."""
PROGRESS_SECONDS = 0.2


class Highs:
    """The HiGHS back end.

    Takes a warm start, tells a true bound and the bound after the root, and stops within a fraction of a second for
    `Limits.interrupt` or Ctrl-C with its incumbent kept. The same model, seed and threads give the same answer.
    """

    name = "highs"

    @property
    def version(self) -> str:
        """Name and version."""
        return f"HiGHS {new_highs().version()}"

    def solve(self, model: Any, limits: Limits, start: Mapping[str, float] | None = None) -> Result:
        """Solve a Pyomo model; see `solvers.base.Solver`."""
        return answer(solve_arrays, self.version, model, limits, start)


def solve_arrays(model: Any, arrays: Arrays, limits: Limits, start: Floats | None) -> Outcome:
    """HiGHS's answer for arrays; the Pyomo model is not looked at.

    Where the first tolerance leads to a point that does not survive the rounding of its integers, or to an error, it is asked again with its
    finest; and where that gives a point that does not survive either, again without that point (`solvers.exclusion`).
    """
    began = time.monotonic()
    first = outcome = _attempt(arrays, limits, start, began, _FIRST)
    for _ in range(_EXCLUDED):
        if _is_sound(arrays, outcome):
            return outcome
        if isinstance(limits.interrupt, Enough):
            limits.interrupt.forget()
        if limits.interrupt.is_set():
            return replace(outcome, termination=Termination.INTERRUPTED)
        # without the start: HiGHS 1.11 has called a worse point optimal when it began from one at this tolerance
        outcome = _attempt(arrays, limits, None, began, _TIGHT)
        if outcome.termination is Termination.ERROR:
            return first
        if outcome.point is not None and not _survives_rounding(arrays, outcome.point):
            arrays = without(arrays, outcome.point, TOLERANCE) or arrays
    return outcome if outcome.point is not None or outcome.termination is Termination.INFEASIBLE else first


def _is_sound(arrays: Arrays, outcome: Outcome) -> bool:
    """Whether there is nothing to ask again: no error, and no point that does not survive rounding."""
    return outcome.termination is not Termination.ERROR and (outcome.point is None or _survives_rounding(arrays, outcome.point))


def _survives_rounding(arrays: Arrays, point: Floats) -> bool:
    """Whether a point is as good with its integers rounded."""
    settled, _ = settle(arrays, point)
    if settled is None:
        return False
    objective = arrays.objective(point)
    return abs(arrays.objective(settled) - objective) <= TOLERANCE * max(1.0, abs(objective))


def _attempt(arrays: Arrays, limits: Limits, start: Floats | None, began: float, tolerance: float) -> Outcome:
    """One run of HiGHS."""
    highs = new_highs()
    _set_options(highs, limits, began, tolerance)
    if highs.passModel(highs_lp(arrays)) == highspy.HighsStatus.kError:
        raise SolverFailed("HiGHS did not accept the model")
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        highs.setSolution(solution)
    watch = _Watch(highs, limits, began)
    return _outcome(highs, arrays, _run(highs, watch), watch)


def new_highs() -> Any:
    """A HiGHS object that prints nothing; highspy does not type its constructor."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call, unused-ignore]
    highs.setOptionValue("output_flag", False)
    return highs


def highs_lp(arrays: Arrays) -> Any:
    """Arrays as HiGHS takes them; its infinity is that of floats."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(arrays.variables), len(arrays.row_lower)
    lp.col_cost_, lp.offset_ = arrays.cost, arrays.offset
    lp.sense_ = highspy.ObjSense.kMaximize if arrays.maximise else highspy.ObjSense.kMinimize
    lp.col_lower_, lp.col_upper_ = arrays.lower, arrays.upper
    lp.row_lower_, lp.row_upper_ = arrays.row_lower, arrays.row_upper
    if arrays.integer.any():
        lp.integrality_ = [highspy.HighsVarType.kInteger if flag else highspy.HighsVarType.kContinuous for flag in arrays.integer]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
    matrix = arrays.matrix
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    return lp


def _set_options(highs: Any, limits: Limits, began: float, tolerance: float) -> None:
    """Options; one that HiGHS refuses is an error, since a solve with another gap or seed is another solve."""
    options: dict[str, Any] = {
        "mip_rel_gap": limits.gap,
        "mip_abs_gap": limits.absolute_gap,
        "threads": limits.threads,
        "random_seed": limits.seed,
        "mip_feasibility_tolerance": tolerance,
        "presolve": "choose" if limits.presolve else "off",
    }
    left = limits.left(began)
    if left is not None:
        options["time_limit"] = left
    for name, value in options.items():
        if highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise SolverFailed(f"HiGHS refuses {name} = {value}")


class _Watch:
    """Listens to a run: passes progress on, stops it when asked, keeps the bound after the root.

    A listener that raises would unwind through HiGHS: its error is kept, the run is stopped, and the caller gets the error.
    """

    def __init__(self, highs: Any, limits: Limits, began: float) -> None:
        self.limits, self.began = limits, began
        self.root_bound: float | None = None
        self.error: BaseException | None = None
        self._last = -math.inf
        highs.cbMipInterrupt.subscribe(self._guarded(self._in_tree))
        highs.cbSimplexInterrupt.subscribe(self._guarded(None))
        highs.cbIpmInterrupt.subscribe(self._guarded(None))
        if limits.on_progress is not None:
            highs.cbMipImprovingSolution.subscribe(self._guarded(self._report))

    def _guarded(self, listener: Callable[[Any], None] | None) -> Callable[[Any], None]:
        def listen(event: Any) -> None:
            try:
                if listener is not None and self.error is None:
                    listener(event)
            except BaseException as error:
                self.error = error
            if self.error is not None or self.limits.interrupt.is_set():
                event.data_in.user_interrupt = True

        return listen

    def _in_tree(self, event: Any) -> None:
        # The bound last told before the first node is that of the root, with its cuts.
        if event.data_out.mip_node_count == 0:
            self.root_bound = event.data_out.mip_dual_bound
        if self.limits.on_progress is not None and time.monotonic() - self._last >= PROGRESS_SECONDS:
            self._report(event)

    def _report(self, event: Any) -> None:
        assert self.limits.on_progress is not None
        self._last = time.monotonic()
        incumbent, bound = _finite(event.data_out.mip_primal_bound), _finite(event.data_out.mip_dual_bound)
        gap = None if incumbent is None or bound is None else relative_gap(incumbent, bound)
        self.limits.on_progress(Progress(self._last - self.began, incumbent, bound, gap))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _run(highs: Any, watch: _Watch) -> Any:
    """Run HiGHS in a thread of its own, so that a signal reaches the caller while the solver works."""
    status = in_thread(highs.run, watch.limits)
    if watch.error is not None:
        raise watch.error
    return status


def _outcome(highs: Any, arrays: Arrays, status: Any, watch: _Watch) -> Outcome:
    """HiGHS's answer; statuses are read before numbers, since an infeasible or early-stopped run reports infinite ones."""
    model_status = highs.getModelStatus()
    termination = _TERMINATIONS.get(model_status, Termination.ERROR)
    if status == highspy.HighsStatus.kError:
        termination = Termination.ERROR
    info = highs.getInfo()
    is_mip = bool(arrays.integer.any())
    point = np.array(highs.getSolution().col_value) if info.primal_solution_status == _FEASIBLE else None
    bound = info.mip_dual_bound if is_mip else None
    return Outcome(
        termination=termination,
        point=point,
        bound=bound,
        root_bound=watch.root_bound if watch.root_bound is not None and math.isfinite(watch.root_bound) else bound,
        nodes=int(info.mip_node_count) if is_mip and info.mip_node_count >= 0 else None,
        message=f"HiGHS stopped with status '{highs.modelStatusToString(model_status)}'" if termination is Termination.ERROR else "",
    )
