"""The protocol's own parts: gaps, errors, the choice of back ends, and what importing the package costs."""

from __future__ import annotations

import dataclasses
import math
import shutil
import subprocess
import sys

import pytest

import solvers
from solvers.base import Limits, relative_gap

NAMES = ["highs", "scip", "gurobi", "cbc", "glpk"]


def test_public_names():
    """A name that comes or goes is a change of interface."""
    assert sorted(solvers.__all__) == [
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
    assert all(hasattr(solvers, name) for name in solvers.__all__)


def test_import_is_light():
    """Who only reads a result, or asks which back ends there are, loads no solver and no Pyomo."""
    heavy = "{'highspy', 'pyomo', 'pyomo.environ', 'numpy', 'scipy', 'pyscipopt', 'gurobipy'}"
    code = f"import sys, solvers; solvers.available(); print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_available_and_get():
    """Every name that is available can be had, in the order of preference, and is called what it is."""
    there = solvers.available()
    assert there[0] == "highs"
    assert there == [name for name in NAMES if name in there]
    for name in set(there) - {"gurobi"}:  # gurobipy can be installed without a licence
        assert solvers.get(name).name == name


def test_unknown_name():
    """The message names the back ends that exist and those that are installed."""
    with pytest.raises(solvers.SolverMissing, match=r"'cplex'; there are highs, scip, gurobi, cbc, glpk \(available: highs"):
        solvers.get("cplex")


@pytest.mark.parametrize(
    ("name", "remedy"), [("scip", "pyscipopt"), ("gurobi", "licence"), ("cbc", "apt-get install coinor-cbc"), ("glpk", "glpk-utils")]
)
def test_missing_back_end(monkeypatch, name, remedy):
    """The message says what to install, and what could be used instead."""
    monkeypatch.setattr(solvers, "find_spec", lambda package: "highspy" if package == "highspy" else None)
    monkeypatch.setattr(shutil, "which", lambda program: None)
    assert solvers.available() == ["highs"]
    with pytest.raises(solvers.SolverMissing, match=rf"'{name}' is not installed.*{remedy}.*\(available: highs\)"):
        solvers.get(name)


def test_back_end_that_does_not_load(monkeypatch):
    """A broken installation is reported as one, not as a traceback."""

    def refuse(name):
        raise ImportError("undefined symbol: highs_run")

    monkeypatch.setattr(solvers.importlib, "import_module", refuse)
    with pytest.raises(solvers.SolverMissing, match="'highs' is installed but does not load: undefined symbol"):
        solvers.get("highs")


def test_error_tree():
    """Who catches SolverError catches both."""
    assert issubclass(solvers.SolverMissing, solvers.SolverError)
    assert issubclass(solvers.SolverFailed, solvers.SolverError)
    assert not issubclass(solvers.SolverMissing, solvers.SolverFailed)


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [(100, 101, 0.01), (100, 99, 0.01), (-100, -101, 0.01), (0, 0, 0), (0, 1, math.inf), (1e6, 1e6 + 1e-4, 0), (0.5, 0.75, 0.5)],
)
def test_relative_gap(objective, bound, gap):
    """Of the objective, in either sense; agreement to nine digits is none."""
    assert relative_gap(objective, bound) == pytest.approx(gap)


def test_limits_do_not_share_an_interrupt():
    """Stopping one solve does not stop another's."""
    one, other = solvers.Limits(), solvers.Limits()
    one.interrupt.set()
    assert not other.interrupt.is_set()


def test_results_are_frozen():
    """What a solver did is not changed afterwards."""
    result = solvers.Result(solvers.Termination.TIME_LIMIT, solvers.Holds.NOTHING, None, 3.0, None, {}, 0.1, "none", 0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.bound = 4.0


def test_seconds_left(monkeypatch):
    """Of 10 seconds 4 are left after 6, and none after 11; without a limit there is nothing to say."""
    monkeypatch.setattr("solvers.base.time.monotonic", lambda: 106.0)
    assert Limits(seconds=10.0).left(100.0) == 4.0
    assert Limits(seconds=10.0).left(95.0) == 0.0
    assert Limits().left(95.0) is None
