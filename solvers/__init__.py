"""Solvers: one protocol, several back ends. Importing this package loads none of them, nor Pyomo."""

from __future__ import annotations

import importlib
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from typing import cast

from solvers.base import Holds, Limits, Progress, Result, Solver, Termination
from solvers.errors import SolverError, SolverFailed, SolverMissing

__all__ = [
    "Holds",
    "Limits",
    "Progress",
    "Result",
    "Solver",
    "SolverError",
    "SolverFailed",
    "SolverMissing",
    "Termination",
    "available",
    "get",
]


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where a back end is: a class in a module of ours, and the Python package or the program that it needs."""

    name: str
    location: str
    package: str | None
    program: str | None
    remedy: str

    def present(self) -> bool:
        """Whether what it needs is installed."""
        return find_spec(self.package) is not None if self.package else shutil.which(str(self.program)) is not None


_ENTRIES = (
    _Entry("highs", "solvers.highs:Highs", "highspy", None, "pip install highspy"),
    _Entry("scip", "solvers.scip:Scip", "pyscipopt", None, "pip install pyscipopt"),
    _Entry("scip", "solvers.executables:ScipExecutable", None, "scip", "put SCIP's 'scip' on the path"),
    _Entry("gurobi", "solvers.pyomo_backends:Gurobi", "gurobipy", None, "pip install gurobipy (it needs a licence)"),
    _Entry("cbc", "solvers.executables:Cbc", None, "cbc", "apt-get install coinor-cbc, or brew install cbc"),
    _Entry("glpk", "solvers.executables:Glpk", None, "glpsol", "apt-get install glpk-utils, or brew install glpk"),
)
"""Every back end, the ones to prefer first."""


def available() -> list[str]:
    """Names of the back ends whose package or program is installed, the ones to prefer first."""
    return list(dict.fromkeys(entry.name for entry in _ENTRIES if entry.present()))


def get(name: str) -> Solver:
    """The back end of that name.

    Raises:
        SolverMissing: No such back end, or it is not installed; the message says what to install and what there is.
    """
    entries = [entry for entry in _ENTRIES if entry.name == name]
    there = f"available: {', '.join(available()) or 'none'}"
    if not entries:
        known = ", ".join(dict.fromkeys(entry.name for entry in _ENTRIES))
        raise SolverMissing(f"no back end is called '{name}'; there are {known} ({there})")
    for entry in entries:
        if entry.present():
            module, _, attribute = entry.location.partition(":")
            try:
                return cast(Solver, getattr(importlib.import_module(module), attribute)())
            except ImportError as error:
                raise SolverMissing(f"the back end '{name}' is installed but does not load: {error} ({there})") from error
    remedies = "; or ".join(entry.remedy for entry in entries)
    raise SolverMissing(f"the back end '{name}' is not installed: {remedies} ({there})")
