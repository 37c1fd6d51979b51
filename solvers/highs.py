"""HiGHS in memory: Pyomo's standard form goes to highspy as arrays, no files; warm starts, progress, interrupt, true bounds."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import pyomo.environ as pyo
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from solvers.base import Holds, Limits, Progress, Result, Termination, relative_gap
from solvers.errors import SolverFailed

_TERMINATIONS = {
    highspy.HighsModelStatus.kOptimal: Termination.OPTIMAL,
    highspy.HighsModelStatus.kModelEmpty: Termination.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Termination.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Termination.UNBOUNDED,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Termination.UNBOUNDED,
    highspy.HighsModelStatus.kTimeLimit: Termination.TIME_LIMIT,
    highspy.HighsModelStatus.kInterrupt: Termination.INTERRUPTED,
}
_FEASIBLE = 2
"""HiGHS's primal solution status for a feasible point."""
PROGRESS_SECONDS = 0.2


@dataclass(frozen=True)
class Compiled:
    """A Pyomo model as arrays: columns by name, ready for HiGHS."""

    lp: Any
    names: list[str]
    integer: np.ndarray[Any, np.dtype[np.bool_]]


def compile_model(model: Any) -> Compiled:
    """The arrays of a Pyomo model of linear rows, in its own objective sense."""
    form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    matrix = form.A.tocsc()
    matrix.sort_indices()
    columns, count = form.columns, len(form.columns)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = count, len(form.rows)
    lp.col_cost_ = np.asarray(form.c.todense(), dtype=float).ravel()
    lp.offset_ = float(form.c_offset[0])
    lp.sense_ = highspy.ObjSense.kMaximize if form.objectives[0].sense == pyo.maximize else highspy.ObjSense.kMinimize
    bounds = [column.bounds for column in columns]
    lp.col_lower_ = np.array([-highspy.kHighsInf if low is None else low for low, _ in bounds])
    lp.col_upper_ = np.array([highspy.kHighsInf if high is None else high for _, high in bounds])
    kind = np.array([row.bound_type for row in form.rows])
    rhs = np.asarray(form.rhs, dtype=float)
    lp.row_lower_ = np.where(kind <= 0, rhs, -highspy.kHighsInf)
    lp.row_upper_ = np.where(kind >= 0, rhs, highspy.kHighsInf)
    integer = np.array([column.is_integer() for column in columns], dtype=bool)
    lp.integrality_ = [highspy.HighsVarType.kInteger if flag else highspy.HighsVarType.kContinuous for flag in integer]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = count, len(form.rows)
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    return Compiled(lp, [column.name for column in columns], integer)


class Highs:
    """The HiGHS back end."""

    name = "highs"

    @property
    def version(self) -> str:
        """Name and version."""
        return f"HiGHS {highspy.Highs().version()}"

    def solve(self, model: Any, limits: Limits, start: Mapping[str, float] | None = None) -> Result:
        """Solve a Pyomo model; see `solvers.base.Solver`."""
        began = time.monotonic()
        if next(iter(model.component_data_objects(pyo.Var)), None) is None:
            return _empty(model, limits, self.version, began)
        compiled = compile_model(model)
        highs = highspy.Highs()
        _set_options(highs, limits)
        if highs.passModel(compiled.lp) == highspy.HighsStatus.kError:
            raise SolverFailed("HiGHS did not accept the model")
        if start:
            _pass_start(highs, compiled, start)
        watch = _Watch(highs, limits, began, maximise=compiled.lp.sense_ == highspy.ObjSense.kMaximize)
        status = _run(highs, watch)
        return _result(highs, compiled, status, limits, watch, began, self.version)


def _set_options(highs: highspy.Highs, limits: Limits) -> None:
    """Options; a gap is a promise, so the absolute one only stands for the solver's precision."""
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("mip_rel_gap", limits.gap)
    highs.setOptionValue("mip_abs_gap", limits.absolute_gap)
    highs.setOptionValue("threads", limits.threads)
    highs.setOptionValue("random_seed", limits.seed)
    if limits.seconds is not None:
        highs.setOptionValue("time_limit", max(0.0, limits.seconds))


def _pass_start(highs: highspy.Highs, compiled: Compiled, start: Mapping[str, float]) -> None:
    solution = highspy.HighsSolution()
    solution.col_value = [float(start.get(name, 0.0)) for name in compiled.names]
    highs.setSolution(solution)


class _Watch:
    """Listens to a run: passes progress on, stops it when asked, keeps the bound after the root."""

    def __init__(self, highs: highspy.Highs, limits: Limits, began: float, *, maximise: bool) -> None:
        self.limits, self.began = limits, began
        self.root_bound: float | None = None
        self._last = 0.0
        highs.cbMipInterrupt.subscribe(self._interrupt)
        highs.cbSimplexInterrupt.subscribe(self._stop)
        highs.cbIpmInterrupt.subscribe(self._stop)
        highs.cbMipImprovingSolution.subscribe(self._improving)

    def _stop(self, event: Any) -> None:
        if self.limits.interrupt.is_set():
            event.data_in.user_interrupt = True

    def _interrupt(self, event: Any) -> None:
        self._stop(event)
        bound = _finite(event.data_out.mip_dual_bound)
        if self.root_bound is None and bound is not None and event.data_out.mip_node_count >= 1:
            self.root_bound = bound
        if time.monotonic() - self._last >= PROGRESS_SECONDS:
            self._report(event)

    def _improving(self, event: Any) -> None:
        self._report(event)

    def _report(self, event: Any) -> None:
        self._last = time.monotonic()
        if self.limits.on_progress is None:
            return
        out = event.data_out
        incumbent = _finite(out.mip_primal_bound)
        bound = _finite(out.mip_dual_bound)
        gap = None if incumbent is None or bound is None else relative_gap(incumbent, bound)
        self.limits.on_progress(Progress(self._last - self.began, incumbent, bound, gap))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) and abs(value) < highspy.kHighsInf else None


def _run(highs: highspy.Highs, watch: _Watch) -> Any:
    """Run HiGHS in a thread of its own, so that a signal reaches the caller while the solver works."""
    outcome: list[Any] = []

    def work() -> None:
        try:
            outcome.append(highs.run())
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=work, name="highs", daemon=True)
    thread.start()
    while thread.is_alive():
        try:
            thread.join(0.1)
        except KeyboardInterrupt:
            watch.limits.interrupt.set()
    if isinstance(outcome[0], BaseException):
        raise SolverFailed(f"HiGHS stopped with {outcome[0]!r}") from outcome[0]
    return outcome[0]


def _result(highs: highspy.Highs, compiled: Compiled, status: Any, limits: Limits, watch: _Watch, began: float, version: str) -> Result:
    """HiGHS's answer; statuses are read before numbers, since an infeasible or early-stopped run reports infinite ones."""
    model_status = highs.getModelStatus()
    termination = _TERMINATIONS.get(model_status, Termination.ERROR)
    info = highs.getInfo()
    if status == highspy.HighsStatus.kError or termination is Termination.ERROR:
        raise SolverFailed(f"HiGHS stopped with status '{highs.modelStatusToString(model_status)}'")
    has_point = info.primal_solution_status == _FEASIBLE and termination is not Termination.INFEASIBLE
    is_mip = bool(compiled.integer.any())
    bound = _finite(info.mip_dual_bound) if is_mip else (info.objective_function_value if termination is Termination.OPTIMAL else None)
    if termination in (Termination.INFEASIBLE, Termination.UNBOUNDED):
        bound = None
    if not has_point:
        return Result(termination, Holds.NOTHING, None, bound, None, {}, time.monotonic() - began, version, limits.seed)
    values = np.array(highs.getSolution().col_value)
    values[compiled.integer] = np.round(values[compiled.integer])
    objective = float(np.dot(compiled.lp.col_cost_, values)) + compiled.lp.offset_
    return Result(
        termination=termination,
        holds=Holds.OPTIMUM if termination is Termination.OPTIMAL else Holds.INCUMBENT,
        objective=objective,
        bound=bound,
        gap=None if bound is None else relative_gap(objective, bound),
        values=dict(zip(compiled.names, values.tolist(), strict=True)),
        seconds=time.monotonic() - began,
        solver=version,
        seed=limits.seed,
        root_bound=watch.root_bound if watch.root_bound is not None else bound,
        nodes=int(info.mip_node_count) if is_mip else None,
    )


def _empty(model: Any, limits: Limits, version: str, began: float) -> Result:
    """A model without variables has one solution: nothing."""
    objective = next(iter(model.component_data_objects(pyo.Objective, active=True)))
    value = float(pyo.value(objective.expr))
    return Result(Termination.OPTIMAL, Holds.OPTIMUM, value, value, 0.0, {}, time.monotonic() - began, version, limits.seed, root_bound=value, nodes=0)
