"""The other back ends: the same answers as HiGHS, and at each limit what they hold and what they prove."""

from __future__ import annotations

import os
import signal
import sys
import tempfile

import pyomo.environ as pyo
import pytest
from mips import assert_bound, assert_holds, build, enumerated, hard_knapsack, knapsack, market_split, mixed, press, set_up_costs

import solvers
from solvers import Holds, Limits, SolverFailed, SolverMissing, Termination
from solvers.arrays import compile_model
from solvers.outcome import TOLERANCE

NAMES = ["cbc", "glpk", "scip", "gurobi"]
KNOWN = 44676.0
"""What a point of the hard knapsack is worth that SCIP and Gurobi found; how much better the best one is, nobody has proven."""
BOTH_SENSES = pytest.mark.parametrize("sense", [pyo.maximize, pyo.minimize], ids=["maximise", "minimise"])
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another's process")


def named(name):
    """The back end of that name, where it is installed."""
    try:
        found = solvers.get(name)
        found.version  # noqa: B018 - Gurobi looks for its licence only now
    except SolverMissing as missing:
        pytest.skip(str(missing))
    return found


@pytest.fixture(params=NAMES)
def backend(request):
    """Each back end that is installed."""
    return named(request.param)


@pytest.fixture(params=[name for name in NAMES if name != "glpk"])
def starter(request):
    """Each back end that takes a start."""
    return named(request.param)


@pytest.fixture(scope="module")
def good_start():
    """A point of the hard knapsack that takes a second to find."""
    return solvers.get("highs").solve(hard_knapsack(), Limits(seconds=1))


@pytest.mark.parametrize("seed", range(12))
def test_same_optimum(backend, seed):
    """As HiGHS, on models of all kinds; or infeasible for both."""
    result = backend.solve(mixed(seed), Limits())
    expected = solvers.get("highs").solve(mixed(seed), Limits())
    assert (result.termination, result.holds) == (expected.termination, expected.holds)
    if expected.objective is not None:
        assert result.objective == pytest.approx(expected.objective, rel=1e-6, abs=1e-6)
        assert result.gap <= 1e-6
        assert_holds(mixed(seed), result, expected.objective)


@pytest.mark.parametrize("seed", range(3))
def test_independent_optimum(backend, seed):
    """As by trying every point."""
    result = backend.solve(mixed(seed, whole=True), Limits())
    best = enumerated(mixed(seed, whole=True))
    assert (result.termination is Termination.INFEASIBLE) == (best is None)
    assert result.objective == (None if best is None else pytest.approx(best))


@BOTH_SENSES
@pytest.mark.parametrize("constant", [0.0, -6000.0, 1e6])
def test_gap(backend, sense, constant):
    """The gap is of the objective with its constant, and of the incumbent rather than of the bound."""
    model = knapsack(15, 2, sense=sense, constant=constant)
    optimum = solvers.get("highs").solve(model, Limits()).objective
    result = backend.solve(model, Limits(gap=0.04))
    assert (result.termination, result.holds) == (Termination.OPTIMAL, Holds.OPTIMUM)
    assert result.gap <= 0.04 + TOLERANCE
    assert_holds(model, result, optimum)


@BOTH_SENSES
def test_time_limit_with_incumbent(backend, sense):
    """Both, and a bound that lies on the other side of the optimum."""
    limits = Limits(seconds=1)
    result = backend.solve(hard_knapsack(sense), limits)
    assert (result.termination, result.holds) == (Termination.TIME_LIMIT, Holds.INCUMBENT)
    assert result.gap > 0
    assert not limits.interrupt.is_set()
    assert_holds(hard_knapsack(sense), result)
    assert_bound(hard_knapsack(sense), result, KNOWN if sense == pyo.maximize else -KNOWN)


def test_time_limit_without_incumbent(backend):
    """Not infeasible, which Pyomo's readers of logs may take it for; the relaxation's point is no incumbent."""
    result = backend.solve(market_split(), Limits(seconds=0.6))
    assert (result.termination, result.holds) == (Termination.TIME_LIMIT, Holds.NOTHING)
    assert result.objective is None
    assert result.values == {}
    assert result.bound is None or 0 < result.bound <= 50


def infeasible_integers(m):
    m.x = pyo.Var([1, 2, 3], domain=pyo.Binary)
    m.c = pyo.Constraint(expr=2 * (m.x[1] + m.x[2] + m.x[3]) == 3)
    m.o = pyo.Objective(expr=m.x[1])


def infeasible_relaxation(m):
    m.x = pyo.Var([1, 2, 3], domain=pyo.Binary)
    m.c = pyo.Constraint(expr=m.x[1] + m.x[2] + m.x[3] >= 4)
    m.o = pyo.Objective(expr=m.x[1])


def infeasible_continuous(m):
    m.y = pyo.Var([1, 2], bounds=(0, 4))
    m.c = pyo.Constraint(expr=m.y[1] + 2 * m.y[2] == 40)
    m.o = pyo.Objective(expr=m.y[1])


def infeasible_with_unbounded_relaxation(m):
    m.x = pyo.Var([1, 2], domain=pyo.NonNegativeIntegers)
    m.z = pyo.Var(domain=pyo.NonNegativeReals)
    m.c = pyo.Constraint(expr=3 * m.x[1] + 6 * m.x[2] == 8)
    m.d = pyo.Constraint(expr=m.z >= m.x[1])
    m.o = pyo.Objective(expr=m.z, sense=pyo.maximize)


def infeasible_by_fixed_values(m):
    infeasible_relaxation(m)
    m.c.deactivate()
    m.x[1].fix(1)
    m.none = pyo.Constraint(expr=m.x[1] <= 0)


@pytest.mark.parametrize(
    "declare",
    [infeasible_integers, infeasible_relaxation, infeasible_continuous, infeasible_with_unbounded_relaxation, infeasible_by_fixed_values],
)
def test_infeasible(backend, declare):
    """A result, never an error."""
    result = backend.solve(build(declare), Limits(seconds=20))
    assert (result.termination, result.holds) == (Termination.INFEASIBLE, Holds.NOTHING)
    assert (result.objective, result.bound, result.values) == (None, None, {})


def test_infeasible_before_it_begins(backend):
    """CBC 2.10.8 crashes when it is to write the solution of this one."""
    result = backend.solve(mixed(439), Limits())
    assert (result.termination, result.holds) == (Termination.INFEASIBLE, Holds.NOTHING)


@pytest.mark.parametrize("domain", [pyo.NonNegativeIntegers, pyo.NonNegativeReals])
def test_unbounded(backend, domain):
    """Likewise; no point on the way to infinity."""

    def declare(m):
        m.x, m.y = pyo.Var(domain=domain), pyo.Var(domain=pyo.NonNegativeReals)
        m.c = pyo.Constraint(expr=m.x - m.y <= 2)
        m.o = pyo.Objective(expr=m.x, sense=pyo.maximize)

    result = backend.solve(build(declare), Limits(seconds=20))
    assert (result.termination, result.holds) == (Termination.UNBOUNDED, Holds.NOTHING)


def test_linear_programme(backend):
    """No integers: an optimum of full precision, its own bound."""

    def declare(m):
        m.x = pyo.Var([1, 2], bounds=(0, 4))
        m.c = pyo.Constraint(expr=m.x[1] + 2 * m.x[2] == 4)
        m.r = pyo.Constraint(expr=(1, m.x[1] - m.x[2], 3))
        m.o = pyo.Objective(expr=10 + m.x[1] + m.x[2], sense=pyo.maximize)

    result = backend.solve(build(declare), Limits())
    assert (result.termination, result.holds) == (Termination.OPTIMAL, Holds.OPTIMUM)
    assert result.objective == pytest.approx(41 / 3, abs=1e-9)
    assert_holds(build(declare), result, 41 / 3)


def test_digits_of_large_values(backend):
    """CBC's text file would give 1,234,567.8 of this, and the row would be broken by 0.09."""

    def declare(m):
        m.x, m.y = pyo.Var(domain=pyo.Binary), pyo.Var(domain=pyo.NonNegativeReals)
        m.c = pyo.Constraint(expr=m.y == 1234567.891 * m.x)
        m.d = pyo.Constraint(expr=m.x >= 0.5)
        m.o = pyo.Objective(expr=m.y)

    result = backend.solve(build(declare), Limits())
    assert result.values["y"] == pytest.approx(1234567.891, abs=1e-6)


def test_names_and_values(backend):
    """Names as Pyomo's, with all that may be in them; unused and fixed variables too; the model's own values untouched."""

    def declare(m):
        m.x = pyo.Var([("East Kent", "k[1]"), ("Île", "a,b")], domain=pyo.Binary, initialize=1)
        m.fixed = pyo.Var(initialize=3)
        m.fixed.fix()
        m.unused = pyo.Var(bounds=(2, 5), initialize=4)
        m.c = pyo.Constraint(expr=sum(m.x.values()) <= m.fixed - 2)
        m.o = pyo.Objective(expr=2 * m.x["East Kent", "k[1]"] + m.x["Île", "a,b"] + m.fixed, sense=pyo.maximize)

    model = build(declare)
    result = backend.solve(model, Limits(), {"x[Île,'a,b']": 1.0})
    assert set(result.values) == {variable.name for variable in model.component_data_objects(pyo.Var)}
    assert result.objective == 5
    assert [variable.value for variable in model.component_data_objects(pyo.Var)] == [1, 1, 3, 4]


def test_nothing_is_remembered(backend):
    """The second of two models gives its own answer, and a changed model another than before."""
    model = knapsack(8, 1)
    first = backend.solve(model, Limits())
    other = backend.solve(set_up_costs(1e3), Limits())
    assert set(other.values).isdisjoint(first.values)
    best = max(model.ITEMS, key=lambda j: first.values[f"take[{j}]"])
    model.take[best].fix(0)
    changed = backend.solve(model, Limits())
    assert changed.values[f"take[{best}]"] == 0
    assert changed.objective < first.objective
    model.budget.deactivate()
    model.take[best].unfix()
    assert all(backend.solve(model, Limits()).values.values())


def test_repeatable(backend):
    """The same model, limits and seed: the same point."""
    one, other = (backend.solve(knapsack(20, 3), Limits(seed=7)) for _ in range(2))
    assert one.values == other.values
    assert (one.objective, one.bound, one.nodes) == (other.objective, other.bound, other.nodes)


def test_start_is_taken(starter, good_start):
    """The solver itself begins with a start that is better than what it finds by then."""
    model = hard_knapsack()
    arrays = compile_model(model)
    module = sys.modules[type(starter).__module__]
    solve = starter._solve if hasattr(starter, "_solve") else module._solve
    outcome = solve(model, arrays, Limits(seconds=1), arrays.point(good_start.values))
    assert arrays.objective(outcome.point) >= good_start.objective - 1e-6
    assert all(variable.value is None for variable in model.take.values())


def test_start_that_breaks_a_rule(backend):
    """It does no harm."""
    result = backend.solve(set_up_costs(1e3), Limits(), {"supply[1]": 1.0})
    assert "start breaks a rule" in result.message
    assert_holds(set_up_costs(1e3), result)


@pytest.mark.parametrize("name", ["cbc", "glpk", "scip"])
def test_interrupt(name):
    """From another thread; what the back end can hand over is kept, and the bound is true."""
    backend, limits = named(name), Limits(seconds=60)
    timer = press(1.2, limits.interrupt.set)
    result = backend.solve(hard_knapsack(), limits)
    timer.join()
    assert result.termination is Termination.INTERRUPTED
    assert result.holds is (Holds.NOTHING if name == "glpk" else Holds.INCUMBENT)
    assert result.seconds < 40
    assert_bound(hard_knapsack(), result, KNOWN)
    if name != "glpk":
        assert_holds(hard_knapsack(), result)


@POSIX
def test_ctrl_c(backend):
    """Likewise by a signal, and no traceback."""
    limits = Limits(seconds=60)
    backend.solve(knapsack(5, 1), limits)  # so that the signal does not come while modules are loading
    timer = press(1.2, lambda: os.kill(os.getpid(), signal.SIGINT))
    result = backend.solve(hard_knapsack(), limits)
    timer.join()
    assert result.termination is Termination.INTERRUPTED
    assert result.holds is (Holds.NOTHING if backend.name == "glpk" else Holds.INCUMBENT)
    assert limits.interrupt.is_set()
    assert backend.solve(hard_knapsack(), limits).seconds < 10


def test_start_that_cannot_be_taken():
    """GLPK takes none, and says so; when it is interrupted it loses its own incumbent, but the start is still there."""
    limits = Limits(seconds=60)
    timer = press(0.5, limits.interrupt.set)
    result = named("glpk").solve(hard_knapsack(), limits, {"take[1]": 1.0})
    timer.join()
    assert (result.termination, result.holds) == (Termination.INTERRUPTED, Holds.INCUMBENT)
    assert result.values["take[1]"] == 1
    assert "takes no start" in result.message


def test_progress_of_scip():
    """As HiGHS's: incumbents only get better; a listener's error reaches the caller."""
    told = []
    result = named("scip").solve(knapsack(30, 4), Limits(on_progress=told.append))
    incumbents = [moment.incumbent for moment in told if moment.incumbent is not None]
    assert incumbents == sorted(incumbents)
    assert incumbents[-1] == pytest.approx(result.objective)

    def fail(progress):
        raise LookupError("no terminal")

    with pytest.raises(LookupError, match="no terminal"):
        named("scip").solve(hard_knapsack(), Limits(on_progress=fail, seconds=60))


def test_no_files_are_left(monkeypatch, tmp_path):
    """Neither after an answer nor after an interruption."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("cbc", "glpk", "scip"):
        if name in solvers.available():
            limits = Limits(seconds=60)
            solvers.get(name).solve(knapsack(8, 1), limits)
            timer = press(0.3, limits.interrupt.set)
            solvers.get(name).solve(hard_knapsack(), limits)
            timer.join()
    assert list(tmp_path.iterdir()) == []


def test_option_that_scip_refuses():
    """As HiGHS."""
    with pytest.raises(SolverFailed, match="SCIP refuses limits/gap = -1"):
        named("scip").solve(knapsack(5, 1), Limits(gap=-1))
