"""HiGHS: what it holds and proves at each end, from any start, through any interruption."""

from __future__ import annotations

import dataclasses
import os
import signal
import threading

import pyomo.environ as pyo
import pytest
from mips import (
    assert_bound,
    assert_holds,
    assignment,
    build,
    enumerated,
    hard_knapsack,
    knapsack,
    market_split,
    mixed,
    set_up_costs,
)

import solvers.highs
from solvers import Holds, Limits, SolverFailed, Termination
from solvers.arrays import compile_model
from solvers.highs import Highs, solve_arrays

HIGHS = Highs()
BOTH_SENSES = pytest.mark.parametrize("sense", [pyo.maximize, pyo.minimize], ids=["maximise", "minimise"])


class Interrupter:
    """Listens to progress and, once there is an incumbent, interrupts: by the event, or by Ctrl-C."""

    def __init__(self, *, by_signal: bool = False, at_once: bool = False) -> None:
        self.by_signal, self.at_once = by_signal, at_once
        self.limits = Limits(on_progress=self.listen)
        self.told = []

    def listen(self, progress):
        self.told.append(progress)
        if (self.at_once or progress.incumbent is not None) and not self.limits.interrupt.is_set():
            if self.by_signal:
                os.kill(os.getpid(), signal.SIGINT)
                self.limits.interrupt.wait(20)
            else:
                self.limits.interrupt.set()


@BOTH_SENSES
def test_optimum(sense):
    """Proven, both bounds on the right side, the constant counted, the model left as it was."""
    model = knapsack(7, 2, sense=sense)
    result = HIGHS.solve(model, Limits())
    assert (result.termination, result.holds, result.gap) == (Termination.OPTIMAL, Holds.OPTIMUM, 0)
    assert result.bound == pytest.approx(result.objective)
    assert all(variable.value is None for variable in model.take.values())
    assert_holds(model, result, enumerated(knapsack(7, 2, sense=sense)))


def test_equality_rows():
    """An assignment has one worker for each task."""
    result = HIGHS.solve(assignment(), Limits())
    assert_holds(assignment(), result, enumerated_assignment(assignment()))
    assert sum(result.values.values()) == 5


def enumerated_assignment(model):
    """The least cost of any permutation."""
    from itertools import permutations

    cost = {i: c for c, v in zip(*coefficients(model), strict=True) for i in [v.index()]}
    return min(sum(cost[i, j] for i, j in enumerate(order, 1)) for order in permutations(model.I))


def coefficients(model):
    from pyomo.repn import generate_standard_repn

    found = generate_standard_repn(model.cost.expr)
    return found.linear_coefs, found.linear_vars


def test_gap():
    """Asked for a gap, HiGHS stops within it, and the bound is not pulled to the incumbent."""
    optimum = HIGHS.solve(knapsack(), Limits()).objective
    result = HIGHS.solve(knapsack(), Limits(gap=0.05))
    assert (result.termination, result.holds) == (Termination.OPTIMAL, Holds.OPTIMUM)
    assert result.gap <= 0.05
    assert_holds(knapsack(), result, optimum)


@BOTH_SENSES
def test_time_limit_with_incumbent(sense):
    """The incumbent and a bound that is farther off."""
    model = hard_knapsack(sense)
    result = HIGHS.solve(model, Limits(seconds=1))
    assert (result.termination, result.holds) == (Termination.TIME_LIMIT, Holds.INCUMBENT)
    assert result.gap > 0
    assert_holds(model, result)


def test_time_limit_without_incumbent():
    """Nothing, but a bound: any split takes at least that many columns."""
    result = HIGHS.solve(market_split(), Limits(seconds=0.5))
    assert (result.termination, result.holds) == (Termination.TIME_LIMIT, Holds.NOTHING)
    assert result.objective is None
    assert result.gap is None
    assert result.values == {}
    assert 0 < result.bound <= 50


@pytest.mark.parametrize("at_once", [True, False], ids=["at the first call", "with an incumbent"])
@pytest.mark.parametrize("by_signal", [True, False], ids=["Ctrl-C", "event"])
def test_interrupt(by_signal, at_once):
    """From HiGHS's thread or by a signal to the main one: it stops, keeps what it has, and the bound is true."""
    interrupter = Interrupter(by_signal=by_signal, at_once=at_once)
    result = HIGHS.solve(hard_knapsack(), interrupter.limits)
    assert result.termination is Termination.INTERRUPTED
    assert interrupter.limits.interrupt.is_set()
    if not at_once:
        assert result.holds is Holds.INCUMBENT
        assert_holds(hard_knapsack(), result)


def test_interrupt_from_another_thread():
    """HiGHS lets go of Python's lock, so that others run while it does."""
    limits = Limits(seconds=60)
    timer = threading.Timer(1, limits.interrupt.set)
    timer.start()
    result = HIGHS.solve(hard_knapsack(), limits)
    timer.join()
    assert (result.termination, result.holds) == (Termination.INTERRUPTED, Holds.INCUMBENT)
    assert result.seconds < 30
    assert_holds(hard_knapsack(), result)


def test_a_caller_that_leaves_takes_the_solver_along():
    """A handler of the program's own raises while HiGHS works: the error is the caller's, and no thread is left behind."""

    def leave(number, frame):
        raise OSError("enough")

    before = signal.signal(signal.SIGUSR1, leave)
    timer = threading.Timer(1, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    try:
        with pytest.raises(OSError, match="enough"):
            HIGHS.solve(hard_knapsack(), Limits(seconds=60))
    finally:
        timer.join()
        signal.signal(signal.SIGUSR1, before)
    left = [thread for thread in threading.enumerate() if thread.name == "solver"]
    for thread in left:
        thread.join(5)
    assert not any(thread.is_alive() for thread in left)


def test_interrupt_of_a_linear_programme():
    """The simplex method listens too; what it hands over keeps every row."""
    whole = compile_model(knapsack(60, 30))
    relaxed = dataclasses.replace(whole, integer=whole.integer & False)
    limits = Limits()
    limits.interrupt.set()
    outcome = solve_arrays(None, relaxed, limits, None)
    assert outcome.termination is Termination.INTERRUPTED
    assert outcome.bound is None
    assert outcome.point is None or relaxed.breach(outcome.point)[0] <= 1e-6


def test_progress():
    """Incumbents only get better and bounds only closer; each gap is that of its moment."""
    told = []
    result = HIGHS.solve(knapsack(40, 5), Limits(on_progress=told.append))
    incumbents = [moment.incumbent for moment in told if moment.incumbent is not None]
    bounds = [moment.bound for moment in told if moment.bound is not None]
    assert len(set(incumbents)) > 1
    assert incumbents == sorted(incumbents)
    assert bounds == sorted(bounds, reverse=True)
    assert incumbents[-1] == pytest.approx(result.objective)
    assert all(
        moment.gap == pytest.approx(abs(moment.bound - moment.incumbent) / moment.incumbent) for moment in told if moment.gap is not None
    )
    assert [moment.seconds for moment in told] == sorted(moment.seconds for moment in told)


def test_listener_that_fails():
    """Its error reaches the caller as it is, once HiGHS has stopped."""

    def fail(progress):
        raise LookupError("no terminal")

    with pytest.raises(LookupError, match="no terminal"):
        HIGHS.solve(hard_knapsack(), Limits(on_progress=fail))


def test_start_is_taken():
    """HiGHS begins with the start as its incumbent, found earlier with more time."""
    first = HIGHS.solve(hard_knapsack(), Limits(seconds=1))
    told = []
    result = HIGHS.solve(hard_knapsack(), Limits(seconds=1, on_progress=told.append), first.values)
    seen = [moment.incumbent for moment in told if moment.incumbent is not None]
    assert seen[0] == pytest.approx(first.objective)
    assert result.objective >= first.objective
    assert_holds(hard_knapsack(), result)


def test_start_without_its_continuous_part():
    """The moves alone make a start: the rest is solved for before HiGHS begins."""
    model = set_up_costs()
    result = HIGHS.solve(model, Limits(seconds=0), {"open[1]": 1.0, "open[2]": 1.0})
    assert (result.termination, result.holds) == (Termination.TIME_LIMIT, Holds.INCUMBENT)
    assert result.values["supply[1]"] + result.values["supply[2]"] == pytest.approx(0.5)
    assert_holds(model, result)


def test_repeatable():
    """The same model, limits and seed: the same point, bound and nodes, whatever was solved in between."""
    one = HIGHS.solve(knapsack(30, 4), Limits(seed=3))
    HIGHS.solve(assignment(), Limits(threads=2))
    other = HIGHS.solve(knapsack(30, 4), Limits(seed=3))
    assert one.values == other.values
    assert (one.objective, one.bound, one.root_bound, one.nodes) == (other.objective, other.bound, other.root_bound, other.nodes)


def test_several_at_once():
    """Solves in several threads do not disturb each other."""
    models = [knapsack(20, 3, seed) for seed in range(4)]
    found = {}

    def work(seed, threads):
        found[seed] = HIGHS.solve(models[seed], Limits(threads=threads))

    workers = [threading.Thread(target=work, args=(seed, 1 + seed % 2)) for seed in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for seed in range(4):
        alone = HIGHS.solve(knapsack(20, 3, seed), Limits())
        assert found[seed].objective == pytest.approx(alone.objective)


def test_root_bound():
    """Between the optimum and the bound of the relaxation without integers."""
    result = HIGHS.solve(knapsack(40, 5), Limits())
    relaxed = knapsack(40, 5)
    for variable in relaxed.take.values():
        variable.domain = pyo.UnitInterval
    assert result.objective < result.root_bound <= HIGHS.solve(relaxed, Limits()).objective + 1e-6
    assert result.nodes > 1


def test_solved_in_presolve():
    """No node, and the root's bound is the optimum."""

    def declare(m):
        m.x = pyo.Var([1, 2], domain=pyo.Binary)
        m.c = pyo.Constraint(expr=m.x[1] + m.x[2] <= 1)
        m.o = pyo.Objective(expr=3 * m.x[1] + 2 * m.x[2] + 4, sense=pyo.maximize)

    result = HIGHS.solve(build(declare), Limits())
    assert (result.objective, result.bound, result.root_bound) == (7, 7, 7)
    assert result.nodes in (0, 1)


def test_linear_programme():
    """Without integers the optimum is its own bound, and there are no nodes."""

    def declare(m):
        m.x = pyo.Var([1, 2], bounds=(0, 4))
        m.c = pyo.Constraint(expr=m.x[1] + 2 * m.x[2] == 4)
        m.r = pyo.Constraint(expr=(1, m.x[1] - m.x[2], 3))
        m.o = pyo.Objective(expr=10 + m.x[1] + m.x[2], sense=pyo.maximize)

    result = HIGHS.solve(build(declare), Limits())
    assert (result.termination, result.holds, result.nodes) == (Termination.OPTIMAL, Holds.OPTIMUM, None)
    assert result.objective == result.bound == pytest.approx(41 / 3)
    assert_holds(build(declare), result)


def test_no_rows():
    """Bounds alone."""

    def declare(m):
        m.x = pyo.Var([1, 2], domain=pyo.Binary)
        m.y = pyo.Var(bounds=(-2.5, None))
        m.o = pyo.Objective(expr=3 - m.x[1] + m.x[2] + m.y)

    result = HIGHS.solve(build(declare), Limits())
    assert_holds(build(declare), result, -0.5)
    assert result.values == {"x[1]": 1, "x[2]": 0, "y": -2.5}


def test_no_variables():
    """One solution, nothing."""
    result = HIGHS.solve(build(lambda m: m.add_component("o", pyo.Objective(expr=5))), Limits())
    assert (result.termination, result.holds, result.objective, result.values) == (Termination.OPTIMAL, Holds.OPTIMUM, 5, {})


@pytest.mark.parametrize("side", [(3, "=="), (4, ">=")], ids=["integers only", "relaxation too"])
def test_infeasible(side):
    """Whether only whole numbers or any numbers fail; no bound and nothing held."""
    amount, relation = side

    def declare(m):
        m.x = pyo.Var([1, 2, 3], domain=pyo.Binary)
        body = sum(m.x.values()) * (2 if relation == "==" else 1)
        m.c = pyo.Constraint(expr=body == amount if relation == "==" else body >= amount)
        m.o = pyo.Objective(expr=m.x[1])

    result = HIGHS.solve(build(declare), Limits())
    assert (result.termination, result.holds) == (Termination.INFEASIBLE, Holds.NOTHING)
    assert result.bound is None
    assert result.values == {}


@pytest.mark.parametrize("domain", [pyo.NonNegativeIntegers, pyo.NonNegativeReals])
def test_unbounded(domain):
    """Nothing is held: a point on the way to infinity is no plan."""

    def declare(m):
        m.x, m.y = pyo.Var(domain=domain), pyo.Var(domain=pyo.Binary)
        m.c = pyo.Constraint(expr=m.x >= m.y)
        m.o = pyo.Objective(expr=m.x, sense=pyo.maximize)

    result = HIGHS.solve(build(declare), Limits())
    assert (result.termination, result.holds) == (Termination.UNBOUNDED, Holds.NOTHING)


@pytest.mark.parametrize("big", [1e5, 1e6, 1e7, 1e8])
def test_integers_off_by_a_millionth(big):
    """HiGHS takes 0.05/big of a site for none and says 0.02; an optimum has one whole site and costs 100.29."""
    model = set_up_costs(big, need=0.05)
    arrays = compile_model(model)
    result = HIGHS.solve(model, Limits())
    assert result.holds is Holds.OPTIMUM
    assert result.objective > 100
    assert sum(result.values[f"open[{j}]"] for j in model.SITES) == 1
    assert_holds(model, result)
    assert arrays.breach(arrays.point(result.values))[0] <= 1e-6


@pytest.mark.parametrize("seed", range(8))
def test_independent_optimum(seed):
    """Pure integer models, tried point by point."""
    model = mixed(seed, whole=True)
    result = HIGHS.solve(model, Limits())
    best = enumerated(model)
    if best is None:
        assert result.termination is Termination.INFEASIBLE
    else:
        assert result.objective == pytest.approx(best)
        assert_holds(model, result, best)


def test_option_that_highs_refuses():
    """A solve with another gap than was asked for would be another solve."""
    with pytest.raises(SolverFailed, match="mip_rel_gap = -1"):
        HIGHS.solve(knapsack(5, 1), Limits(gap=-1))


def test_status_that_is_no_answer(monkeypatch):
    """A status that means neither an end nor a limit of ours is an error; what is in hand is kept."""
    monkeypatch.setattr(solvers.highs, "_TERMINATIONS", {})
    result = HIGHS.solve(knapsack(8, 1), Limits())
    assert (result.termination, result.holds) == (Termination.ERROR, Holds.INCUMBENT)
    assert "Optimal" in result.message
    assert_bound(knapsack(8, 1), result, result.objective)
