"""Compact and decomposition: the same plan, and bounds that hold; which is chosen, and what happens at a stop."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from benchmarks.region import write_region
from small import shire
from tiny import write_tied, write_tiny

import formulations
import solvers
from formulations import Objective, build, price
from formulations.objectives import objective_values
from instances import Instance, read
from optimiser import Plan, solve
from optimiser.errors import InfeasibleError, NoPlanError
from optimiser.methods import choose, plans, relaxation, restricted
from optimiser.methods.relaxation import Relaxation, share_of, within
from optimiser.methods.restricted import Restricted
from solvers.base import Holds, Limits
from solvers.column_generation import Pace

PENNY = 1e-5
APART = {"run", "manifest", "bound", "gap"}
"""Parts of a plan that may differ between methods: what is proven, and how."""


def parts(fast: int, every: int, chunk: int) -> list[Any]:
    """Seeds in parts, those beyond the fast run marked as long."""
    marks = {True: [], False: [pytest.mark.long]}
    return [
        pytest.param(range(first, first + chunk), id=f"{first}-{first + chunk - 1}", marks=marks[first < fast])
        for first in range(0, every, chunk)
    ]


@cache
def tiny(seed: int, tied: bool = False) -> Instance:
    """A random tiny instance, with every rule and table in play; or one with many plans that are as good."""
    with TemporaryDirectory() as name:
        (write_tied if tied else write_tiny)(Path(name), seed)
        return read(name)


def answer(instance: Instance, method: Any, **settings: Any) -> Any:
    """The plan but for what may differ, or why there is none."""
    try:
        plan = solve(instance, method=method, **settings)
    except InfeasibleError as error:
        return error.reasons
    assert plan.document.manifest["solve"]["method"] == method
    return plan.document.model_dump(exclude=APART), plan.document.manifest["ties"]


@pytest.mark.parametrize("seeds", parts(20, 80, 20))
def test_both_methods_give_the_same_plan(seeds: range) -> None:
    """To the last name where ties are settled, and the same reasons where there is no plan."""
    different = [seed for seed in seeds if answer(tiny(seed), "compact") != answer(tiny(seed), "decomposition")]
    assert not different


@pytest.mark.parametrize("seeds", parts(5, 25, 5))
def test_both_methods_settle_ties_alike(seeds: range) -> None:
    """The moves that are left hold every plan that is as good as the best."""
    different = [seed for seed in seeds if answer(tiny(seed, True), "compact") != answer(tiny(seed, True), "decomposition")]
    assert not different


@pytest.mark.parametrize("objective", [Objective("net_saving"), Objective("yearly_position", year=2)], ids=lambda one: one.kind)
def test_both_methods_take_other_objectives(objective: Objective) -> None:
    """Undiscounted, and of one year."""
    for seed in range(6):
        found = [answer(tiny(seed), method, objective=objective) for method in ("compact", "decomposition")]
        assert found[0] == found[1], seed


@pytest.mark.parametrize("seeds", parts(10, 40, 10))
@pytest.mark.parametrize("master", [relaxation.MASTER, 0], ids=["in one", "by service"])
@pytest.mark.parametrize("dives", [True, False], ids=["dives", "no dives"])
def test_neighbourhoods_reach_the_gap_too(seeds: range, master: int, dives: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dives, service by service and corner by corner, then proven: a plan within the gap, and a bound that is one.

    The bound is of the whole, or of one service after another; then the first plan is packed from whole partnerships. Without dives
    everything is left to the models.
    """
    monkeypatch.setattr(relaxation, "MASTER", master)
    monkeypatch.setattr(plans, "WHOLE", 0)
    monkeypatch.setattr(plans, "CORNER", 10)
    if not dives:
        monkeypatch.setattr(restricted, "dive", lambda model, limits: None)
    for seed in seeds:
        try:
            best = solve(tiny(seed), method="compact").document.objective_value
        except InfeasibleError:
            continue
        found = solve(tiny(seed), method="decomposition", gap=0.02).document
        assert found.bound is not None
        assert found.objective_value <= best + 0.01 <= found.bound + 0.02, seed
        assert found.bound - found.objective_value <= 0.02 * abs(found.objective_value) + 0.01, seed


def test_dives_may_be_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within 2 % no model is left to a back end in most regions, and what is found is as good as is said."""
    asked: list[int] = []
    whole = Restricted.solve
    monkeypatch.setattr(Restricted, "solve", lambda self, kept, *a, **k: asked.append(seed) or whole(self, kept, *a, **k))
    for seed in range(8):
        write_region(tmp_path / str(seed), councils=8, services=4, tranches=3, seed=seed)
        instance = read(tmp_path / str(seed))
        best = solve(instance, method="compact").document.objective_value
        found = solve(instance, method="decomposition", gap=0.02).document
        assert found.bound is not None
        assert 0.98 * found.bound - 0.02 <= found.objective_value <= best + 0.01 <= found.bound + 0.02, seed
    assert len(set(asked)) <= 4


def test_no_plan_under_contiguity() -> None:
    """Where no prices keep the bound from falling there is no plan, and that is what is said, by both methods."""
    found = [answer(tiny(86), method) for method in ("compact", "decomposition")]
    assert found[0] == found[1]
    relaxed = Relaxation(price(tiny(86)), Objective(), Pace())
    relaxed.duals.descend()
    assert relaxed.hopeless
    able = Relaxation(price(tiny(85)), Objective(), Pace())
    able.duals.descend()
    assert not able.hopeless


@cache
def forced_optima(seed: int) -> dict[int, float | None]:
    """For every move, by its row: the best plan that makes it, thousand GBP; None if no plan does."""
    model: Any = build(price(tiny(seed)), presolve=False)
    highs = solvers.get("highs")
    found: dict[int, float | None] = {}
    if model.unreachable:
        return found
    variables = [(row, model.opens[o]) for o, row in model.sets.open_row.items()]
    variables += [(row, model.joins[j]) for j, row in model.sets.join_row.items()]
    for row, variable in variables:
        variable.fix(1)
        result = highs.solve(model, Limits())
        found[row] = result.objective if result.holds is Holds.OPTIMUM else None
        variable.unfix()
    return found


@pytest.mark.parametrize("rounds", [0, 200], ids=["early duals", "last duals"])
def test_regrets_are_never_too_high(rounds: int) -> None:
    """The best plan that makes a move is worth no more than the bound less the move's regret, whatever the duals: checked move by move."""
    checked = 0
    for seed in range(8):
        priced = price(tiny(seed))
        relaxation = Relaxation(priced, Objective(), Pace(levels=(0.5, 0.1), steps=5, rounds=rounds))
        if relaxation.contradiction:
            continue
        relaxation.duals.descend()
        relaxation.duals.search()
        regrets = relaxation.regrets()
        able = {row for rows in (relaxation.blocks.open_rows, relaxation.blocks.join_rows) for row in rows.ravel().tolist()}
        assert set(np.flatnonzero(np.isfinite(regrets)).tolist()) <= able
        for row, best in forced_optima(seed).items():
            if best is not None and row in able:  # the others are of partnerships that cannot pay: see formulations.worthwhile
                assert best <= relaxation.bound - regrets[row] + PENNY, (seed, row)
                checked += 1
    assert checked > 100


@pytest.mark.parametrize("master", [relaxation.MASTER, 0], ids=["in one", "by service"])
def test_rules_inside_partnerships_keep_regrets_right(master: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with the rules inside partnerships kept in the bound, which does not rise by that; what is found are partnerships."""
    monkeypatch.setattr(relaxation, "MASTER", master)
    lower = 0
    for seed in range(8):
        found = Relaxation(price(tiny(seed)), Objective(), Pace(levels=(0.5, 0.1), steps=20))
        if found.contradiction:
            continue
        found.duals.descend()
        before = found.bound
        found.tighten(1e-6)
        assert found.tightened is not None
        assert found.bound <= before + PENNY
        lower += found.bound < before - PENNY
        regrets = found.regrets()
        for row, best in forced_optima(seed).items():
            if best is not None:
                assert best <= found.bound - regrets[row] + PENNY, (seed, row)
        opens = set(found.blocks.opens.ravel().tolist())
        assert all(len(opens & set(point)) == 1 and len(point) > 1 for point in found.tightened.found)
    assert lower


def test_regrets_leave_moves_out() -> None:
    """They are not all nothing: on some instances most moves are ruled out by the best plan's value."""
    left = []
    for seed in range(6):
        try:
            best = solve(tiny(seed), method="compact").document.objective_value / 1000
        except InfeasibleError:
            continue
        relaxation = Relaxation(price(tiny(seed)), Objective(), Pace(tolerance=1e-5))
        relaxation.duals.descend()
        relaxation.duals.search()
        regrets = relaxation.regrets()
        if len(regrets) > 10:
            left.append(within(regrets, relaxation.bound - best + PENNY).mean())
    assert min(left) < 0.5


def test_share_of_counts_moves() -> None:
    """The second least of three regrets is 2; what cannot be is left out, and all there is is enough."""
    regrets = np.array([3.0, np.inf, 1.0, 2.0])
    assert share_of(regrets, 2) == 2
    assert share_of(regrets, 9) == 3
    assert within(regrets, 2.0).tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    ("asked", "moves", "method", "because"),
    [
        ("auto", 3000, "compact", "3,000 moves are few"),
        ("auto", 3001, "decomposition", "3,001 moves are many"),
        ("compact", 10**6, "compact", "asked for"),
        ("decomposition", 1, "decomposition", "asked for"),
    ],
)
def test_the_method_is_chosen_by_the_moves(asked: Any, moves: int, method: str, because: str) -> None:
    """Unless one is asked for."""
    assert (choose(asked, moves).method, choose(asked, moves).why) == (method, because)


def test_stages_say_which_method_and_why() -> None:
    """So that somebody who waits knows."""
    stages: dict[str, str] = {}
    solve(read("east-kent"), on_stage=stages.__setitem__)
    assert stages["solve"].startswith("compact: ")
    assert "moves are few" in stages["solve"]


@pytest.mark.parametrize("method", ["compact", "decomposition"])
def test_stages_have_the_same_names_with_every_method(method: Any) -> None:
    """By them the command knows whether a signal ends the run or stops the solver, which keeps its incumbent."""
    stages: dict[str, str] = {}
    solve(read("east-kent"), method=method, gap=0.0, on_stage=stages.__setitem__)
    assert list(stages) == ["price", "solve", "settle ties", "audit"]


def test_a_stop_before_anything_is_no_plan() -> None:
    """An interrupt that is set already, and no time at all: no plan, and no traceback."""
    interrupt = threading.Event()
    interrupt.set()
    for settings in ({"interrupt": interrupt}, {"time_limit": 0.0}):
        with pytest.raises(NoPlanError):
            solve(read("east-kent"), method="decomposition", **settings)


@pytest.mark.parametrize("master", [relaxation.MASTER, 0], ids=["in one", "by service"])
def test_where_nothing_pays_the_bound_is_nothing(tmp_path: Path, master: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sharing saves nothing and costs something: no partnership, worth 0, and 0 is proven, not unknown."""
    monkeypatch.setattr(relaxation, "MASTER", master)
    plan = solve(shire(tmp_path, economics="set_up_cost = 1000\n"), method="decomposition")
    assert (plan.npv, plan.bound, plan.gap, plan.status) == (0.0, 0.0, 0.0, "optimal")
    assert plan.partnerships.empty


def test_progress_is_of_the_whole() -> None:
    """Incumbents never fall, bounds never rise, and no incumbent is above a bound."""
    told: list[Any] = []
    plan: Plan = solve(read("south-london-waste"), method="decomposition", on_progress=told.append)
    values = [round(one.incumbent, 2) for one in told if one.incumbent is not None]
    bounds = [round(one.bound, 2) for one in told]
    assert values == sorted(values)
    assert bounds == sorted(bounds, reverse=True)
    assert values[-1] <= bounds[-1] + 0.01
    assert values[-1] == pytest.approx(plan.document.objective_value, abs=0.01)


def test_the_objective_of_moves_left_is_that_of_all() -> None:
    """Leaving moves out changes no value of the others."""
    priced = price(read("east-kent"))
    kept = np.arange(len(priced.moves)) % 3 == 0
    whole, part = (objective_values(one, Objective()).moves for one in (priced, priced.only(kept)))
    assert part == pytest.approx(whole[kept])
    assert len(formulations.build(priced.only(kept)).sets.open_row) < len(formulations.build(priced).sets.open_row)
