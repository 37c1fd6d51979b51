"""Independent parts: no row of the model reaches across, the parts' answers are the whole's, and what a stop leaves is a plan."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from benchmarks.region import write_region
from scipy.sparse.csgraph import connected_components
from small import shire
from tiny import write_tiny

import formulations
import solvers
from formulations import Objective, Priced, price
from instances import Instance, read
from instances.rules import Rules
from optimiser import solve
from optimiser.errors import InfeasibleError, NoPlanError
from optimiser.methods import chosen, solve_by
from optimiser.methods.apart import divisible, idle, most_moves, solve_apart
from optimiser.methods.compact import solve_compact
from optimiser.methods.decomposition import solve_decomposed
from optimiser.methods.solved import Solved, nothing
from solvers.arrays import ContradictionError, compile_model
from solvers.base import Holds, Limits, Termination

METHODS = {"compact": solve_compact, "decomposition": solve_decomposed}
SOLVER = solvers.get("highs")
RULES = sorted(Rules.model_fields)


@cache
def tiny(seed: int, only: str = "") -> Instance:
    """A random tiny instance."""
    with TemporaryDirectory() as name:
        write_tiny(Path(name), seed, only)
        return read(name)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """A region whose services no rule links, so that each of its four is a part, or several."""
    folder = tmp_path_factory.mktemp("apart") / "region"
    write_region(folder, councils=8, services=4, tranches=3, seed=5)
    return read(folder, overrides=["rules.delivery_capacity = off"])


def nodes_of(model: Any) -> dict[int, tuple[str, str]]:
    """Council and service of each decision, by the identity of its variable."""
    sets = model.sets
    found = {id(model.joins[j]): (j[0], j[1]) for j in sets.joins}
    found |= {id(model.opens[o]): (o[1], o[0]) for o in sets.opens}
    return found | {id(model.takes[t]): (t[0], t[1]) for t in sets.takes}


def reached(priced: Priced) -> list[set[tuple[str, str]]]:
    """Councils and services that rows of the whole model tie together, directly or through others."""
    model: Any = formulations.build(priced, presolve=False)
    arrays, nodes = compile_model(model), nodes_of(model)
    _, label = connected_components(abs(arrays.matrix).T @ abs(arrays.matrix), directed=False)
    found: dict[int, set[tuple[str, str]]] = {}
    for variable, number in zip(arrays.variables, label.tolist(), strict=True):
        if id(variable) in nodes:
            found.setdefault(number, set()).add(nodes[id(variable)])
    return list(found.values())


@pytest.mark.parametrize("only", ["", *RULES])
def test_no_row_reaches_from_one_part_to_another(only: str) -> None:
    """Whatever rule is on: read off the matrix of the whole model, column by column."""
    several = 0
    for seed in range(30 if not only else 12):
        priced = price(tiny(seed, only))
        try:
            groups = reached(priced)
        except ContradictionError:
            continue
        parts = priced.graph.parts
        several += len(parts) > 1
        assert all(any(group <= part for part in parts) for group in groups), seed
    assert several or only


def whole(instance: Instance, method: str) -> float | None:
    """The best plan of the model undivided, thousand GBP; None where there is none."""
    solved = METHODS[method](price(instance), Objective(), SOLVER, Limits())
    return None if solved.result.holds is Holds.NOTHING else formulations.settle(solved.model, solved.result.values)[1]


@pytest.mark.parametrize("method", ["compact", "decomposition"])
def test_the_parts_together_are_the_whole(method: Any) -> None:
    """On every random instance with several parts: the same value, or no plan either way; and the sum of bounds is the bound."""
    several = 0
    for seed in range(80):
        priced = price(tiny(seed))
        if len(priced.graph.parts) < 2:
            continue
        several += divisible(priced)
        found = solve_by(method, priced, Objective(), SOLVER, Limits()).result
        best = whole(tiny(seed), method)
        assert (found.objective is None) == (best is None), seed
        if best is not None:
            assert found.termination is Termination.OPTIMAL
            assert found.objective == pytest.approx(best, abs=1e-5), seed
            assert found.bound == pytest.approx(best, abs=1e-5), seed
    assert several >= 10


def test_parts_have_all_moves_and_alternatives_once() -> None:
    """And their values, row by row, are those of the whole."""
    for seed in range(20):
        priced = price(tiny(seed))
        parts = priced.parts()
        assert sum(len(part.moves) for part in parts) == len(priced.moves)
        assert sum(len(part.options) for part in parts) == len(priced.options)
        values = [formulations.objectives.objective_values(part, Objective()).moves for part in parts]
        of_whole = formulations.objectives.objective_values(priced, Objective()).moves
        assert np.sort(np.concatenate([*values, np.zeros(0)])) == pytest.approx(np.sort(of_whole))


def test_a_region_in_parts_says_so(apart: Instance) -> None:
    """The method is that of the largest part, and the plan keeps its audit and is the one that the undivided model has."""
    priced = price(apart)
    assert len(priced.graph.parts) >= 4
    assert most_moves(priced) == max(len(part.moves) for part in priced.parts())
    choice = chosen("auto", priced)
    assert choice.method == "compact"
    assert choice.why == f"{most_moves(priced):,} moves are few, in the largest of {len(priced.graph.parts)} independent parts"
    assert chosen("decomposition", priced).why == f"asked for; {len(priced.graph.parts)} independent parts"
    plan = solve(apart)
    assert plan.npv / 1000 == pytest.approx(whole(apart, "compact"), abs=1e-5)
    assert plan.document.manifest["ties"] == "unique"


def test_what_is_demanded_outside_all_parts_is_not_passed_over() -> None:
    """A council that has to host and has no move: the whole is asked, and says so."""
    instance = read("east-kent", overrides=["rules.contract_timing = on"])
    priced = price(instance)
    beyond = replace(priced.graph.decided, hosts={("Dover", "no such service")})
    priced.graph.__dict__["decided"] = beyond
    priced.graph.__dict__["parts"] = [frozenset({("Dover", "a")}), frozenset({("Thanet", "a")})]
    assert not divisible(priced)


def faked(results: dict[int, Any], seen: list[Limits]) -> Callable[[Priced], Any]:
    """A method that gives results by the number of moves, and keeps the limits that it was given."""

    def method(priced: Priced) -> Any:
        def run(part: Priced, objective: Objective, solver: Any, limits: Limits, start: Any) -> Solved:
            seen.append(limits)
            told = results[len(part.moves)]
            return Solved("model", replace(nothing(Termination.OPTIMAL, solver, limits), **(told(limits) if callable(told) else told)))

        return run

    return method


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> Priced:
    """An instance that stands for one with two parts, of one and of three moves."""

    class Graph:
        def __init__(self, nodes: list[frozenset[tuple[str, str]]]) -> None:
            self.parts, self.decided = nodes, read_decided()

    def read_decided() -> Any:
        return price(tiny(0)).graph.decided.only([])

    class Fake:
        instance, asked = tiny(0), ()

        def __init__(self, nodes: list[frozenset[tuple[str, str]]], moves: int) -> None:
            self.graph, self.moves = Graph(nodes), range(moves)

        def parts(self) -> list[Any]:
            return [Fake([self.graph.parts[0]], 3), Fake([self.graph.parts[1]], 1)]

    return Fake([frozenset({("A", "x")}), frozenset({("B", "x")})], 4)  # type: ignore[return-value]


def plan_of(value: float, bound: float) -> dict[str, Any]:
    return {"holds": Holds.OPTIMUM, "objective": value, "bound": bound}


def test_time_is_shared_by_moves_and_what_is_left_passes_on(two: Priced) -> None:
    """The smallest first: a quarter of the time for one move of four, and all that is left for the rest."""
    seen: list[Limits] = []
    solve_apart(two, Objective(), SOLVER, Limits(seconds=100.0), None, faked({3: plan_of(5, 5), 1: plan_of(2, 2)}, seen))
    assert [limits.seconds for limits in seen] == [pytest.approx(25, abs=1), pytest.approx(100, abs=1)]


def test_a_part_of_alternatives_alone_has_time(tmp_path: Path) -> None:
    """Yew may outsource and has no move; with a time limit of any length its alternative is found as without one."""
    yew = "council, service, option, annual_saving\nYew, payroll, outsource, 9000\n"
    rows = "council, service, decision, other\nYew, payroll, stays_out,\n"
    instance = shire(tmp_path, economics="process_saving = 0.1", options=yew, commitments=rows)
    assert [len(part.moves) for part in price(instance).parts()][-1] == 0
    limited = solve(instance, time_limit=20.0).document
    assert limited.manifest["termination"] == "optimal"
    assert [option.council for option in limited.options] == ["Yew"]


def test_losses_that_hide_a_gap_are_solved_closer(two: Priced) -> None:
    """Within 10 % each, 100 of 110 and -90 of -81 leave 10 of 29 in the whole: the part with most open is solved without a gap."""
    seen: list[Limits] = []
    results = {3: lambda limits: plan_of(100, 110) if limits.gap else plan_of(104, 104), 1: plan_of(-90, -81)}
    found = solve_apart(two, Objective(), SOLVER, Limits(gap=0.1), None, faked(results, seen)).result
    assert [limits.gap for limits in seen] == [0.1, 0.1, 0.0, 0.0]
    assert (found.objective, found.bound) == (14, 23)


def test_a_part_without_plan_when_stopped_does_nothing(two: Priced) -> None:
    """Then nothing is proven of the whole; and without a plan of any part there is none."""
    stopped = {"termination": Termination.TIME_LIMIT}
    found = solve_apart(two, Objective(), SOLVER, Limits(), None, faked({3: stopped, 1: plan_of(2, 2)}, []))
    assert (found.result.holds, found.result.objective, found.result.bound) == (Holds.INCUMBENT, 2, None)
    assert (found.result.termination, len(found.parts)) == (Termination.TIME_LIMIT, 1)
    none = solve_apart(two, Objective(), SOLVER, Limits(), None, faked({3: stopped, 1: stopped}, []))
    assert (none.result.holds, none.parts) == (Holds.NOTHING, ())


def test_doing_nothing_costs_the_changes_of_what_was_adopted() -> None:
    """£500 for each arrangement that was adopted there."""
    adopted = {("A", "x"): ("A", "lead", 0), ("B", "x"): ("A", "lead", 0), ("C", "y"): ("C", "lead", 1)}
    assert idle(Objective(adopted=adopted, change_cost=500.0), {("A", "x"), ("B", "x"), ("D", "x")}) == -1.0


def test_changes_are_counted_once_over_all_parts(apart: Instance) -> None:
    """The parts' plans against an adopted one are worth what the whole's is, those of services gone from all parts included."""
    adopted = solve(apart).document.arrangements() | {("C000", "S00"): ("C001", "lead authority", 2)}
    objective = Objective(adopted=adopted, change_cost=20_000.0)
    barred = read_changed(apart)
    found = solve(barred, objective=objective).document
    solved = solve_compact(price(barred), objective, SOLVER, Limits())
    assert found.objective_value / 1000 == pytest.approx(solved.result.objective, abs=1e-5)


def read_changed(instance: Instance) -> Instance:
    """The region with one council's savings a third lower."""
    from instances import apply

    council, service = next(iter(instance.baselines))
    return apply(instance, overrides=[f"baselines.{council}.{service}.annual_cost *= 0.7"])


def test_a_stop_before_anything_is_no_plan(apart: Instance) -> None:
    """As it is with one part."""
    interrupt = threading.Event()
    interrupt.set()
    for settings in ({"interrupt": interrupt}, {"time_limit": 0.0}):
        with pytest.raises(NoPlanError):
            solve(apart, **settings)


def test_a_part_that_has_no_plan_leaves_none(apart: Instance) -> None:
    """More saved than there is to save, in one service."""
    with pytest.raises(InfeasibleError):
        solve(read("east-kent", overrides=["rules.minimum_total_saving = { amount = 1e9, year = 2 }"]))


def test_progress_is_of_all_parts(apart: Instance) -> None:
    """Incumbents never fall, and the last bound is known."""
    told: list[Any] = []
    plan = solve(apart, method="decomposition", on_progress=told.append)
    values = [round(one.incumbent, 2) for one in told if one.incumbent is not None]
    assert values == sorted(values)
    assert values[-1] == pytest.approx(plan.document.objective_value, abs=0.01)
    assert told[-1].bound is not None
