"""SCIP in memory, through pyscipopt: warm starts, progress, interrupt, true bounds.

Pyomo's 'scip_direct' is not used: it holds Python's lock while SCIP works, so that nothing can interrupt it, and redirects
the whole process's output meanwhile (Pyomo 6.10.1).
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyscipopt

from solvers.arrays import Arrays, Floats
from solvers.base import Limits, Progress, Result, Termination, relative_gap
from solvers.errors import SolverFailed
from solvers.mps import CONSTANT, column, write_mps
from solvers.outcome import Outcome, answer
from solvers.waiting import in_thread

_TERMINATIONS = {
    "optimal": Termination.OPTIMAL,
    "gaplimit": Termination.OPTIMAL,
    "infeasible": Termination.INFEASIBLE,
    "unbounded": Termination.UNBOUNDED,
    "inforunbd": Termination.UNBOUNDED,
    "timelimit": Termination.TIME_LIMIT,
    "userinterrupt": Termination.INTERRUPTED,
}
"""What each status means; the rest are errors."""
_EVENTS: Any = vars(pyscipopt)["SCIP_EVENTTYPE"]
"""SCIP's kinds of event, which pyscipopt exports but does not type."""
PROGRESS_SECONDS = 0.2
FEASIBILITY = 1e-9
"""SCIP's own 1e-6 is by how much a row may be broken in relation to its bound: too much for a plan's budget."""


class Scip:
    """The SCIP back end.

    Takes a warm start, a seed and both gaps; tells a true bound and that of the root; stops for `Limits.interrupt` or Ctrl-C
    with its incumbent kept. It uses one thread, whatever is asked.
    """

    name = "scip"

    @property
    def version(self) -> str:
        """Name and version."""
        scip = pyscipopt.Model()
        return f"SCIP {scip.getMajorVersion()}.{scip.getMinorVersion()}.{scip.getTechVersion()}"

    def solve(self, model: Any, limits: Limits, start: Mapping[str, float] | None = None) -> Result:
        """Solve a Pyomo model; see `solvers.base.Solver`."""
        return answer(_solve, self.version, model, limits, start)


def _solve(model: Any, arrays: Arrays, limits: Limits, start: Floats | None) -> Outcome:
    """SCIP's answer; it minimises, as `solvers.mps` writes the model."""
    scip = pyscipopt.Model()
    scip.hideOutput()
    with tempfile.TemporaryDirectory(prefix="scip-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "model.mps"
        with path.open("w", encoding="ascii") as file:
            write_mps(arrays, file)
        scip.readProblem(str(path))
    _set_parameters(scip, limits)
    by_name = {variable.name: variable for variable in scip.getVars()}
    columns = [by_name[column(j)] for j in range(len(arrays.variables))]
    if start is not None:
        solution = scip.createSol()
        for variable, value in zip(columns, start.tolist(), strict=True):
            scip.setSolVal(solution, variable, value)
        if arrays.offset:
            scip.setSolVal(solution, by_name[CONSTANT], 1.0)
        scip.addSol(solution)
    watch = None
    if limits.on_progress is not None:
        watch = _Watch(arrays, limits)
        scip.includeEventhdlr(watch, "progress", "passes progress on")
    try:
        in_thread(scip.optimizeNogil, limits, lambda: _interrupt(scip))
    except Exception as error:
        raise SolverFailed(f"SCIP failed: {error}") from error
    if watch is not None and watch.error is not None:
        raise watch.error
    return _outcome(scip, arrays, columns)


def _set_parameters(scip: Any, limits: Limits) -> None:
    """Parameters; one that SCIP refuses is an error, since a solve with another gap or seed is another solve."""
    parameters: dict[str, Any] = {
        "limits/gap": limits.gap,
        "limits/absgap": limits.absolute_gap,
        "randomization/randomseedshift": limits.seed,
        "lp/threads": 1,
        "numerics/feastol": FEASIBILITY,
        "misc/catchctrlc": False,  # Ctrl-C is Python's
    }
    if limits.seconds is not None:
        parameters["limits/time"] = limits.seconds
    for name, value in parameters.items():
        try:
            scip.setParam(name, value)
        except Exception as error:
            raise SolverFailed(f"SCIP refuses {name} = {value}") from error


def _interrupt(scip: Any) -> None:
    """Ask SCIP to stop; between two of its stages it takes no orders, and is asked again."""
    try:
        scip.interruptSolve()
    except Exception:
        return


class _Watch(pyscipopt.Eventhdlr):  # type: ignore[misc, unused-ignore]
    """Passes progress on; an error of the listener is kept for the caller and stops the run."""

    def __init__(self, arrays: Arrays, limits: Limits) -> None:
        self.arrays, self.limits = arrays, limits
        self.began, self.last = time.monotonic(), -math.inf
        self.error: BaseException | None = None

    def eventinit(self) -> None:
        """SCIP's call before it starts."""
        self.model.catchEvent(_EVENTS.BESTSOLFOUND, self)
        self.model.catchEvent(_EVENTS.NODESOLVED, self)

    def eventexit(self) -> None:
        """SCIP's call after it has ended."""
        self.model.dropEvent(_EVENTS.BESTSOLFOUND, self)
        self.model.dropEvent(_EVENTS.NODESOLVED, self)

    def eventexec(self, event: Any) -> dict[str, Any]:
        """SCIP's call at a new incumbent and after each node."""
        if self.error is None and (event.getType() == _EVENTS.BESTSOLFOUND or time.monotonic() - self.last >= PROGRESS_SECONDS):
            try:
                self._report()
            except BaseException as error:
                self.error = error
                _interrupt(self.model)
        return {}

    def _report(self) -> None:
        assert self.limits.on_progress is not None
        scip, self.last = self.model, time.monotonic()
        # Not the primal bound: at a new incumbent that is still the one before.
        value = scip.getSolObjVal(scip.getBestSol()) if scip.getNSols() else scip.infinity()
        incumbent, bound = _told(scip, value, self.arrays), _told(scip, scip.getDualbound(), self.arrays)
        gap = None if incumbent is None or bound is None else relative_gap(incumbent, bound)
        self.limits.on_progress(Progress(self.last - self.began, incumbent, bound, gap))


def _told(scip: Any, value: float, arrays: Arrays) -> float | None:
    """A value of SCIP's objective in the model's sense; None for its infinity."""
    if abs(value) >= scip.infinity():
        return None
    return float(-value if arrays.maximise else value)


def _outcome(scip: Any, arrays: Arrays, columns: list[Any]) -> Outcome:
    status = scip.getStatus()
    termination = _TERMINATIONS.get(status, Termination.ERROR)
    point = None
    if scip.getNSols() > 0:
        best = scip.getBestSol()
        point = np.array([scip.getSolVal(best, variable) for variable in columns])
    return Outcome(
        termination=termination,
        point=point,
        bound=_told(scip, scip.getDualbound(), arrays),
        root_bound=_told(scip, scip.getDualboundRoot(), arrays),
        nodes=int(scip.getNNodes()),
        message=f"SCIP stopped with status '{status}'" if termination is Termination.ERROR else "",
    )
