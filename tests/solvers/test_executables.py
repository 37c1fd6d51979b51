"""Programs that solve: the options they are given, how they fail and stop, and what their logs say."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import numpy as np
import pytest
from mips import knapsack, press

from solvers import Limits, SolverFailed, SolverMissing, Termination, executables
from solvers.arrays import compile_model
from solvers.executables import Cbc, Glpk, ScipExecutable, run

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another's process")


def test_options(tmp_path):
    """Limits as each program takes them; CBC's gap is of the larger of two numbers, and its seed 0 would be the time of day."""
    limits = Limits(gap=0.25, absolute_gap=0.5, seconds=1.5, threads=2, seed=0)
    cbc = " ".join(Cbc()._command(tmp_path, limits, started=True))
    assert "-ratioGap 0.2 -allowableGap 0.5" in cbc
    assert "-randomSeed 1 -randomCbcSeed 1" in cbc
    assert "-seconds 1.5 -threads 102 -mipstart" in cbc
    glpk = " ".join(Glpk()._command(tmp_path, limits, started=False))
    assert "--mipgap 0.25" in glpk
    assert "--tmlim 2" in glpk
    (tmp_path / "start.txt").touch()
    ScipExecutable()._command(tmp_path, limits, started=True)
    orders = (tmp_path / "orders.txt").read_text(encoding="ascii")
    for order in ("gap 0.25", "absgap 0.5", "time 1.5", "randomseedshift 0", "read start.sol"):
        assert f" {order}\n" in orders or f"{order}\n" in orders


def program(tmp_path, code):
    """A program of that Python code, under the name of glpsol."""
    path = tmp_path / "glpsol"
    path.write_text(f"#!{sys.executable}\n{code}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@POSIX
def test_program_that_fails(monkeypatch, tmp_path):
    """What it said last is in the message."""
    program(tmp_path, "import sys; print('licence expired'); sys.exit(3)")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(SolverFailed, match=r"glpk left no answer \(exit code 3\): licence expired"):
        Glpk().solve(knapsack(5, 1), Limits())


def test_program_that_is_gone(monkeypatch):
    """Between `get` and `solve`."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SolverMissing, match=r"no program 'glpsol' on the path; install it.*available: "):
        Glpk().solve(knapsack(5, 1), Limits())


DEAF = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@POSIX
@pytest.mark.parametrize("asked", [True, False], ids=["interrupted", "out of time"])
def test_program_that_does_not_stop(monkeypatch, tmp_path, asked):
    """It is killed after a time of grace, and what it printed is kept."""
    monkeypatch.setattr(executables, "GRACE_SECONDS", 0.3)
    limits = Limits(seconds=60 if asked else 0.7)
    timer = press(1, limits.interrupt.set if asked else lambda: None)
    began = time.monotonic()
    ended = run([sys.executable, "-c", DEAF], tmp_path, limits, interruptible=True)
    timer.join()
    assert (ended.asked, ended.killed, ended.log) == (asked, True, "deaf\n")
    assert time.monotonic() - began < 40
    outcome = Glpk()._read(tmp_path, compile_model(knapsack(5, 1)), limits, ended)
    assert outcome.termination is (Termination.INTERRUPTED if asked else Termination.TIME_LIMIT)
    assert outcome.point is None


@POSIX
def test_program_does_not_outlive_us(monkeypatch, tmp_path):
    """An error of ours while a program runs does not leave it running."""
    started = []
    popen = subprocess.Popen

    def start(*arguments, **options):
        started.append(popen(*arguments, **options))
        return started[-1]

    def fail(*arguments, **options):
        raise RuntimeError("ours")

    monkeypatch.setattr(executables.subprocess, "Popen", start)
    monkeypatch.setattr(executables, "_wait", fail)
    with pytest.raises(RuntimeError, match="ours"):
        run([sys.executable, "-c", DEAF], tmp_path, Limits(), interruptible=True)
    assert started[0].poll() is not None


GLPK_LOG = """\
Long-step dual simplex will be used
+   101: mip =     not found yet >=              -inf        (1; 0)
Solution found by heuristic: -44644
+ 32479: mip =  -4.464400000e+04 >=  -4.487400000e+04   0.5% (6684; 1640)
"""


@pytest.mark.parametrize(
    ("log", "bound"),
    [
        (GLPK_LOG, -44874.0),
        (GLPK_LOG + "+ 32500: >>>>>  -4.464500000e+04 >=  -4.487300000e+04   0.5% (6684; 1640)\n", -44873.0),
        (GLPK_LOG + "+ 33000: mip =  -4.464500000e+04 >=     tree is empty   0.0% (0; 75)\n", None),
        ("+   101: mip =     not found yet >=              -inf        (1; 0)\n", -np.inf),
        ("", None),
    ],
)
def test_bound_in_the_log_of_glpk(log, bound):
    """The last that is told, made weaker by what ten digits hide."""
    found = Glpk()._bound(log)
    assert found == (None if bound is None else pytest.approx(bound, rel=1e-9))
    assert found is None or found <= bound


SCIP_LOG = """\
SCIP Status        : solving was interrupted [{status}]
Solving Time (sec) : 2.00
Solving Nodes      : 305 (total of 310 nodes in 2 runs)
Primal Bound       : -5.00000000000000e+00 (467 solutions)
Dual Bound         : {bound}
Gap                : 0.72 %
"""


@pytest.mark.parametrize(
    ("status", "termination", "bound"),
    [
        ("time limit reached", Termination.TIME_LIMIT, "-7.25000000000000e+00"),
        ("user interrupt", Termination.INTERRUPTED, "-7.25000000000000e+00"),
        ("optimal solution found", Termination.OPTIMAL, "-5.00000000000000e+00"),
        ("gap limit reached", Termination.OPTIMAL, "-5.10000000000000e+00"),
        ("infeasible", Termination.INFEASIBLE, "+1.00000000000000e+20"),
        ("infeasible or unbounded", Termination.UNBOUNDED, "-1.00000000000000e+20"),
        ("memory limit reached", Termination.ERROR, "-7.25000000000000e+00"),
    ],
)
def test_answer_of_the_scip_shell(tmp_path, status, termination, bound):
    """As SCIP 10 prints it; columns that are 0 are not in its file."""
    arrays = compile_model(knapsack(5, 1))
    (tmp_path / "solution.txt").write_text(
        "solution status: any\nobjective value:   -5\nC3     1 \t(obj:-3)\nC0     2 \t(obj:-1)\nONE     1 \t(obj:-7)\n"
    )
    ended = executables.Ended(SCIP_LOG.format(status=status, bound=bound), 0, False, False)
    outcome = ScipExecutable()._read(tmp_path, arrays, Limits(), ended)
    assert outcome.termination is termination
    assert outcome.point.tolist() == [2, 0, 0, 1, 0]
    assert outcome.bound == -float(bound)
    assert outcome.nodes == 305
    (tmp_path / "solution.txt").write_text("no solution available\n")
    assert ScipExecutable()._read(tmp_path, arrays, Limits(), ended).point is None
