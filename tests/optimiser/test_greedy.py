"""A first plan, soon: partnerships that fit together, and a plan whenever a large solve is stopped."""

from __future__ import annotations

import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from benchmarks.region import write_region
from tiny import write_tiny

from formulations import Objective, price
from formulations.decomposition import offers
from instances import read
from optimiser import solve
from optimiser.errors import NoPlanError
from optimiser.methods import relaxation
from optimiser.methods.greedy import greedy
from optimiser.methods.relaxation import Relaxation
from solvers.column_generation import Duals, Pace, values_of


def relaxed(seed: int) -> Relaxation | None:
    """The relaxation of a random tiny instance at some prices; None where a row cannot be kept."""
    with TemporaryDirectory() as name:
        write_tiny(Path(name), seed)
        found = Relaxation(price(read(name)), Objective(), Pace(levels=(0.5, 0.1), steps=10, rounds=0))
    if found.contradiction:
        return None
    found.duals.descend()
    return found


def test_what_is_taken_fits() -> None:
    """No row is taken more of than there is, no block is taken twice, and everything taken was worth something."""
    several = 0
    for seed in range(60):
        found = relaxed(seed)
        if found is None:
            continue
        linked, reduced = found.duals.linked, found.duals.reduced()
        chosen = greedy(found.blocks, linked, reduced)
        several += len(chosen) > 1
        point = np.zeros(len(linked.cost))
        for column in chosen:
            point[list(column)] += 1.0
        assert point.max(initial=0.0) <= 1.0, seed
        uses = linked.matrix @ point
        assert (uses <= linked.upper + 1e-6)[np.isfinite(linked.upper) & (linked.upper >= 0)].all(), seed
        assert (values_of(chosen, reduced) > 0).all(), seed
    assert several >= 5


def test_nothing_more_would_fit(tmp_path: Path) -> None:
    """What is left is worth nothing, or has no room: no block offers a partnership that could be added."""
    write_region(tmp_path / "region", councils=8, services=3, tranches=3, seed=2)
    found = Relaxation(price(read(tmp_path / "region")), Objective(), Pace(levels=(0.5, 0.1), steps=10))
    found.duals.descend()
    linked, reduced = found.duals.linked, found.duals.reduced()
    chosen = greedy(found.blocks, linked, reduced)
    assert chosen
    taken = sum(linked.matrix.tocsc()[:, list(column)].sum(axis=1) for column in chosen)
    again = offers(found.blocks, reduced).leading()
    assert not [column for column in again if (taken + linked.matrix.tocsc()[:, list(column)].sum(axis=1) <= linked.upper + 1e-9).all()]


@pytest.mark.parametrize("way", ["interrupt", "time"])
def test_a_large_solve_that_is_stopped_early_has_a_plan(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped while prices are searched for: the plan that was found in between, audited, with a bound that holds."""
    write_region(tmp_path / "region", councils=8, services=4, tranches=3, seed=4)
    instance = read(tmp_path / "region")
    best = solve(instance, method="compact", gap=0.0)
    monkeypatch.setattr(relaxation, "MASTER", 0)
    interrupt, descend = threading.Event(), Duals.descend

    def stopped(self: Any, last: float = 0.0) -> None:
        descend(self, last)
        interrupt.set()

    settings: dict[str, Any] = {"interrupt": interrupt}
    if way == "interrupt":
        monkeypatch.setattr(Duals, "descend", stopped)
    else:
        monkeypatch.setattr(Duals, "over", lambda self: True)
        monkeypatch.setattr("optimiser.methods.plans.Plans.search", lambda self: None)
        monkeypatch.setattr("optimiser.methods.decomposition.Decomposition._deltas", lambda self: iter(()))
        settings = {"time_limit": 60.0}
    plan = solve(instance, method="decomposition", gap=0.0, **settings)
    assert plan.status == "feasible"
    assert plan.bound is not None
    assert 0 < plan.npv <= best.npv + 0.01 <= plan.bound + 0.02


def test_an_interrupt_before_the_first_plan_of_a_small_region_leaves_none() -> None:
    """There the whole takes moments."""
    interrupt = threading.Event()
    interrupt.set()
    with pytest.raises(NoPlanError):
        solve(read("east-kent"), method="decomposition", interrupt=interrupt)
