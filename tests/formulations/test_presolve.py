"""The presolve as a whole: the plan, what it is worth, and whether it is the only one, are the same without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import write_tied, write_tiny

from formulations import Objective, Priced, build, presolved, price, settle
from formulations.presolve import worth_keeping
from instances import Instance, read
from optimiser import solve
from optimiser.methods import MethodName
from optimiser.methods.decomposition import Decomposition
from optimiser.pipeline import ABSOLUTE_GAP
from optimiser.ties import Ties
from solvers import Limits, get
from solvers.base import Holds


def settled(priced: Priced, presolve: bool, objective: Objective) -> tuple[Any, ...]:
    """What is worth most: whether it is the only plan, its moves, its value; or why there is none."""
    model = build(priced, objective=objective, presolve=presolve)
    if model.unreachable:
        return (model.unreachable,)
    highs, limits = get("highs"), Limits(absolute_gap=ABSOLUTE_GAP)
    result = highs.solve(model, limits)
    if result.holds is not Holds.OPTIMUM:
        return (result.termination,)
    values, best = settle(model, result.values)
    values, ties = Ties(model, highs, limits, best).settle(values)
    moves = [v.name for found in (model.joins, model.opens, model.takes) for v in found.values() if values[v.name] > 0.5]
    return ties, sorted(moves), settle(model, values)[1]


OBJECTIVES = (Objective(), Objective("net_saving"), Objective("yearly_position", year=1))


@pytest.mark.parametrize(
    ("write", "seeds", "least"),
    [
        pytest.param(write_tiny, range(500, 540), 8, id="all"),
        pytest.param(write_tied, range(500, 520), 3, id="tied"),
        pytest.param(write_tiny, range(540, 640), 20, id="all, more", marks=pytest.mark.long),
        pytest.param(write_tied, range(520, 560), 5, id="tied, more", marks=pytest.mark.long),
    ],
)
def test_nothing_changes(tmp_path: Path, write: Callable[[Path, int], None], seeds: range, least: int) -> None:
    """Random instances, with every rule and table in play, and with many ties; the presolve has something to do in some."""
    bites = 0
    for seed in seeds:
        write(tmp_path / f"{seed}", seed)
        priced, objective = price(read(tmp_path / f"{seed}")), OBJECTIVES[seed % 5 % 3]
        bites += len(presolved(priced, objective).moves) < len(priced.moves)
        one, other = (settled(priced, presolve, objective) for presolve in (False, True))
        assert one[:2] == other[:2], seed
        assert one[2:] == pytest.approx(other[2:], abs=2e-5), seed
    assert bites >= least


def test_nothing_to_move(shire: Callable[..., Instance]) -> None:
    """Without moves there is nothing to leave out."""
    assert worth_keeping(price(shire(rules="maximum_distance = 1")), Objective()).shape == (0,)


@pytest.mark.parametrize("method", ["compact", "decomposition"])
def test_nothing_may_be_left(shire: Callable[..., Instance], method: MethodName) -> None:
    """Nobody can pay for a set-up of a million, so all moves go, and the plan is to do nothing."""
    instance = shire(economics="duplication_avoided = 0.5\nset_up_cost = 1000000")
    assert not worth_keeping(price(instance), Objective()).any()
    assert solve(instance, method=method).document.partnerships == ()


def test_both_methods_work_on_what_is_left(shire: Callable[..., Instance]) -> None:
    """Oak loses 2 by joining, so neither method has such a move; nor is anything left out unless asked for."""
    priced = price(shire("12 1 1", economics="duplication_avoided = 0.5\nintegration_cost = 12000"))
    decomposition = Decomposition(priced, Objective(), get("highs"), Limits())
    assert "Oak" not in set(decomposition.priced.moves["council"])
    assert {j[0] for j in build(priced).JOINS} == {"Ash", "Elm", "Yew"}
    assert {j[0] for j in build(priced, presolve=False).JOINS} == {"Ash", "Elm", "Oak", "Yew"}


def test_flows_are_those_of_the_moves_that_stay(shire: Callable[..., Instance]) -> None:
    """A priced instance with fewer moves weighs each of them as before."""
    priced = price(shire("6 2 3", economics="duplication_avoided = 0.5\nphase_in = [0.5, 1.0]"))
    kept = np.arange(len(priced.moves)) % 3 != 0
    assert (priced.only(kept).running(priced.weight) == priced.running(priced.weight)[kept]).all()
