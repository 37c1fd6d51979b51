"""Arrays, and what becomes of a back end's answer: rounding, starts, bounds that cannot be."""

from __future__ import annotations

import io
import os
import signal
import threading

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest
from mips import assert_holds, build, knapsack, mixed, set_up_costs

from solvers import Holds, Limits, SolverFailed, Termination
from solvers.arrays import ContradictionError, compile_model
from solvers.mps import write_mps
from solvers.outcome import Outcome, answer, feasible_start, settle
from solvers.waiting import in_thread

OPTIMUM = {"a": 2.0, "b": 1.0}


def small(m):
    """Maximise 3 a + 2 b + 10 with a + b <= 3.5, a integer of 0 to 2, b of 0 to 1: 18 at (2, 1)."""
    m.a = pyo.Var(domain=pyo.Integers, bounds=(0, 2))
    m.b = pyo.Var(bounds=(0, 1))
    m.c = pyo.Constraint(expr=m.a + m.b <= 3.5)
    m.o = pyo.Objective(expr=3 * m.a + 2 * m.b + 10, sense=pyo.maximize)


def say(*, at=(2.0, 1.0), termination=Termination.OPTIMAL, **told):
    """A back end that says the same whatever it is asked."""
    return lambda model, arrays, limits, start: Outcome(termination, None if at is None else np.array(at), **told)


def ask(backend, limits=None, start=None, model=None):
    return answer(backend, "mock 1.0", build(small) if model is None else model, limits or Limits(), start)


def test_arrays_of_a_model():
    """Rows of both kinds and an equality, bounds or none, sense, constant; unused and fixed variables apart."""

    def declare(m):
        m.x = pyo.Var([1, 2], domain=pyo.Binary)
        m.y = pyo.Var()
        m.unused = pyo.Var(bounds=(2, 3))
        m.fixed = pyo.Var(initialize=4)
        m.fixed.fix()
        m.between = pyo.Constraint(expr=(1, m.x[1] + 2 * m.y, 5))
        m.equal = pyo.Constraint(expr=m.x[2] + m.fixed == 4)
        m.o = pyo.Objective(expr=5 + m.x[1] + 10 * m.fixed)

    arrays = compile_model(build(declare))
    assert set(arrays.names) == {"x[1]", "x[2]", "y"}
    by_name = dict(zip(arrays.names, range(3), strict=True))
    assert arrays.integer[by_name["x[1]"]]
    assert not arrays.integer[by_name["y"]]
    assert arrays.lower[by_name["y"]] == -np.inf
    assert arrays.upper[by_name["x[1]"]] == 1
    assert sorted(zip(arrays.row_lower, arrays.row_upper, strict=True)) == [(-np.inf, 5), (0, 0), (1, np.inf)]
    assert arrays.offset == 45
    assert not arrays.maximise
    assert arrays.settled == {"unused": 2.0, "fixed": 4.0}
    values = arrays.values(arrays.point({"x[1]": 1.0}))
    assert values == {"x[1]": 1.0, "x[2]": 0.0, "y": 0.0, "unused": 2.0, "fixed": 4.0}


def test_minus_zero_is_not_shown():
    """A plan that says -0.0 looks like a mistake."""
    assert str(compile_model(build(small)).values(np.array([-0.0, 1.0]))["a"]) == "0.0"


@pytest.mark.parametrize("count", [0, 2])
def test_one_objective_is_needed(count):
    """None or several is the caller's mistake, and is said so."""

    def declare(m):
        m.x = pyo.Var(domain=pyo.Binary)
        m.o = pyo.ObjectiveList()
        for _ in range(count):
            m.o.add(m.x)

    with pytest.raises(SolverFailed, match=f"{count} active objectives"):
        compile_model(build(declare))


def test_rows_that_are_not_linear():
    """Pyomo's message names the row."""

    def declare(m):
        small(m)
        m.product = pyo.Constraint(expr=m.a * m.b <= 1)

    with pytest.raises(SolverFailed, match="product"):
        compile_model(build(declare))


def test_row_of_fixed_variables_that_is_broken():
    """The model is infeasible; no solver is asked, and nothing is raised."""

    def declare(m):
        small(m)
        m.a.fix(2)
        m.broken = pyo.Constraint(expr=m.a <= 1)

    with pytest.raises(ContradictionError, match="broken"):
        compile_model(build(declare))
    result = ask(say(), model=build(declare))
    assert (result.termination, result.holds) == (Termination.INFEASIBLE, Holds.NOTHING)
    assert "broken" in result.message


@pytest.mark.parametrize(
    ("point", "breach"), [((2.0, 1.0), 0.0), ((2.0, 1.6), 0.6), ((3.0, 1.0), 1.0), ((-0.5, 0.0), 0.5), ((np.nan, 0.0), np.inf)]
)
def test_breach(point, breach):
    """The worst of rows and bounds; no number at all is the worst of all."""
    assert compile_model(build(small)).breach(np.array(point))[0] == pytest.approx(breach)


def test_breach_in_relation_to_the_bound():
    """A thousandth over a budget of a thousand is a millionth of it."""

    def declare(m):
        m.x = pyo.Var()
        m.c = pyo.Constraint(expr=m.x <= 1000)
        m.o = pyo.Objective(expr=m.x)

    assert compile_model(build(declare)).breach(np.array([1000.001])) == pytest.approx((1e-3, 1e-6))


def test_rounding_solves_for_the_continuous_again():
    """A millionth of a site supplied what is needed; with whole sites, the open one has to."""
    arrays = compile_model(set_up_costs())
    values = {"open[1]": 1 - 1e-7, "open[2]": 5e-7, "supply[2]": 0.5}
    point, _ = settle(arrays, arrays.point(values))
    assert point is not None
    settled = arrays.values(point)
    assert settled["open[1]"] == 1
    assert settled["open[2]"] == settled["supply[2]"] == 0
    assert settled["supply[1]"] == pytest.approx(0.5)


def test_point_that_does_not_survive_rounding():
    """It is refused: with no site open nothing can be supplied."""
    arrays = compile_model(set_up_costs())
    point, remark = settle(arrays, arrays.point({"open[2]": 5e-7, "supply[2]": 0.5}))
    assert point is None
    assert "refused" in remark


@pytest.mark.parametrize(("limit", "kept"), [(624.6133609, True), (624.6133599, True), (624.6133, False), (624.6128609, False)])
def test_a_budget_is_kept_to_the_penny(limit, kept):
    """One site costs £624,613.36: a limit of 50 pence less is a millionth of it less, and yet less."""

    def declare(m):
        m.site = pyo.Var(domain=pyo.Binary)
        m.budget = pyo.Constraint(expr=624.6133609 * m.site <= limit)
        m.o = pyo.Objective(expr=m.site, sense=pyo.maximize)

    point, remark = settle(compile_model(build(declare)), np.array([1 - 1e-6]))
    assert (point is not None) == kept == ("refused" not in remark)


def test_start_is_completed():
    """A start of whole numbers alone, the rest to be solved for; names it does not have count as 0."""
    arrays = compile_model(set_up_costs())
    point, remark = feasible_start(arrays, {"open[3]": 1.0})
    assert point is not None
    assert not remark
    assert arrays.values(point)["supply[3]"] == pytest.approx(0.5)


def never_started(model, arrays, limits, start):
    assert start is None
    return Outcome(Termination.TIME_LIMIT)


def test_start_that_breaks_a_rule():
    """Not used, and said so: no site is open."""
    result = ask(never_started, model=set_up_costs(), start={"supply[1]": 0.5})
    assert result.holds is Holds.NOTHING
    assert "start breaks a rule" in result.message


def test_start_is_held_until_something_better_is_found():
    """At a limit, whether the back end holds nothing or something worse."""
    start = {"a": 1.0, "b": 1.0}
    for at in (None, (0.0, 1.0)):
        result = ask(say(at=at, termination=Termination.TIME_LIMIT, bound=20.0), start=start)
        assert (result.termination, result.holds, result.objective) == (Termination.TIME_LIMIT, Holds.INCUMBENT, 15)
        assert_holds(build(small), result, 18)
    assert ask(say(), start=start).objective == 18


@pytest.mark.parametrize("bound", [17.9, -18.0, np.inf, -np.inf, np.nan, 1e50])
def test_bound_that_cannot_be(bound):
    """An incumbent past its bound, or what solvers write for infinity: no bound is better than a wrong one."""
    result = ask(say(termination=Termination.TIME_LIMIT, bound=bound))
    assert result.objective == 18
    assert result.bound is None
    assert result.gap is None


def test_optimum_without_a_bound_is_its_own():
    """A back end that says optimal and no more has proven its point to its own precision."""
    result = ask(say())
    assert (result.holds, result.bound, result.gap) == (Holds.OPTIMUM, 18, 0)


def test_optimum_that_is_not_proven():
    """What was proven of a point that rounding lost is not claimed of another."""
    result = ask(say(at=(1.0, 1.0), bound=18.0))
    assert (result.termination, result.holds) == (Termination.ERROR, Holds.INCUMBENT)
    assert "not as good" in result.message


def test_gap_asked_for():
    """Within the gap is optimal."""
    result = ask(say(at=(1.0, 1.0), bound=18.0), Limits(gap=0.25))
    assert result.holds is Holds.OPTIMUM
    assert result.gap == pytest.approx(0.2)


def test_no_answer_is_an_error():
    """An error with nothing in hand is raised; with an incumbent it is a result."""
    with pytest.raises(SolverFailed, match=r"mock 1.0 failed: out of memory"):
        ask(say(at=None, termination=Termination.ERROR, message="out of memory"))
    result = ask(say(termination=Termination.ERROR, message="out of memory"))
    assert (result.termination, result.holds) == (Termination.ERROR, Holds.INCUMBENT)


@pytest.mark.parametrize("termination", [Termination.INFEASIBLE, Termination.UNBOUNDED])
def test_no_point_without_sense(termination):
    """Some solvers hand over a ray, or the last point of a relaxation."""
    result = ask(say(termination=termination, bound=3.0))
    assert (result.termination, result.holds) == (termination, Holds.NOTHING)
    assert result.bound is None


def test_unbounded_relaxation_of_an_infeasible_model():
    """CBC and GLPK call this unbounded: 3 a + 6 b = 8 has no whole numbers."""

    def declare(m):
        m.a, m.b, m.z = (
            pyo.Var(domain=pyo.NonNegativeIntegers),
            pyo.Var(domain=pyo.NonNegativeIntegers),
            pyo.Var(domain=pyo.NonNegativeReals),
        )
        m.c = pyo.Constraint(expr=3 * m.a + 6 * m.b == 8)
        m.d = pyo.Constraint(expr=m.z >= m.a)
        m.o = pyo.Objective(expr=m.z, sense=pyo.maximize)

    result = ask(say(at=None, termination=Termination.UNBOUNDED), model=build(declare))
    assert result.termination is Termination.INFEASIBLE


def never(model, arrays, limits, start):
    raise AssertionError("asked")


def test_interrupted_before_it_began():
    """Nothing is solved any more, but a start is held."""
    limits = Limits()
    limits.interrupt.set()
    result = ask(never, limits)
    assert (result.termination, result.holds) == (Termination.INTERRUPTED, Holds.NOTHING)
    result = ask(never, limits, start=OPTIMUM)
    assert (result.termination, result.holds, result.objective) == (Termination.INTERRUPTED, Holds.INCUMBENT, 18)


def test_no_time_at_all():
    """Likewise."""
    result = ask(never, Limits(seconds=0), start=OPTIMUM)
    assert (result.termination, result.holds, result.objective) == (Termination.TIME_LIMIT, Holds.INCUMBENT, 18)


def test_ctrl_c_in_a_back_end():
    """A result, not a traceback; the solves that would follow are stopped too."""

    def press(model, arrays, limits, start):
        raise KeyboardInterrupt

    limits = Limits()
    result = ask(press, limits, start=OPTIMUM)
    assert (result.termination, result.holds, result.objective) == (Termination.INTERRUPTED, Holds.INCUMBENT, 18)
    assert limits.interrupt.is_set()


def test_ctrl_c_while_compiling(monkeypatch):
    """Likewise, with nothing to hold yet."""

    def press(model):
        raise KeyboardInterrupt

    monkeypatch.setattr("solvers.outcome.compile_model", press)
    result = ask(never)
    assert (result.termination, result.holds) == (Termination.INTERRUPTED, Holds.NOTHING)


def test_nothing_to_decide():
    """Variables that nothing depends on, or none: the objective is its constant and no solver is asked."""

    def declare(m):
        m.x = pyo.Var(domain=pyo.Binary)
        m.o = pyo.Objective(expr=5)

    result = ask(never, model=build(declare))
    assert (result.termination, result.holds, result.objective, result.bound) == (Termination.OPTIMAL, Holds.OPTIMUM, 5, 5)
    assert result.values == {"x": 0.0}


def test_waiting_through_ctrl_c():
    """The solver's thread is waited for until it has stopped, however often Ctrl-C is pressed; `stop` is called meanwhile."""
    limits, stopped = Limits(), threading.Event()

    def work():
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            assert limits.interrupt.wait(20)
        assert stopped.wait(20)
        return "incumbent"

    assert in_thread(work, limits, stopped.set) == "incumbent"


def test_waiting_for_an_error():
    """What a solver raises in its thread is raised to the caller."""
    with pytest.raises(ZeroDivisionError):
        in_thread(lambda: 1 / 0, Limits())


@pytest.mark.parametrize("make", [lambda: mixed(6), lambda: mixed(15), lambda: knapsack(10, 2), lambda: build(unusual)])
def test_mps_is_read_alike(tmp_path, make):
    """HiGHS's own reader finds the same columns, rows and costs, the constant as a column and the sense turned."""
    arrays = compile_model(make())
    text = io.StringIO()
    write_mps(arrays, text)
    (tmp_path / "model.mps").write_text(text.getvalue(), encoding="ascii")
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    assert highs.readModel(str(tmp_path / "model.mps")) == highspy.HighsStatus.kOk
    lp, count = highs.getLp(), len(arrays.variables)
    sign = -1 if arrays.maximise else 1
    constant = [sign * arrays.offset] if arrays.offset else []
    assert list(lp.col_cost_) == [*(sign * arrays.cost), *constant]
    assert list(lp.col_lower_[:count]) == list(arrays.lower)
    assert list(lp.col_upper_[:count]) == list(arrays.upper)
    assert list(lp.row_lower_) == list(arrays.row_lower)
    assert list(lp.row_upper_) == list(arrays.row_upper)
    assert [kind == highspy.HighsVarType.kInteger for kind in lp.integrality_][:count] == list(arrays.integer)
    assert list(lp.a_matrix_.value_) == list(arrays.matrix.data)


def unusual(m):
    """Bounds that readers of MPS differ on: none, below 0 only, integers without bounds or above only, and a column in no row."""
    m.free = pyo.Var()
    m.below = pyo.Var(bounds=(None, -2.5))
    m.counted = pyo.Var(domain=pyo.NonNegativeIntegers)
    m.least = pyo.Var(domain=pyo.Integers, bounds=(-7, None))
    m.alone = pyo.Var(domain=pyo.Binary)
    m.c = pyo.Constraint(expr=m.free + m.below + 0.1 * m.counted - m.least / 3 == 1e-3)
    m.o = pyo.Objective(expr=m.alone + m.counted - 1e6)
