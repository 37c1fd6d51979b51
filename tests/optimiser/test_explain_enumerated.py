"""Explanations against enumeration: clashes of random tiny instances hold what is needed, and repairs have the plans that are claimed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import oracle
import pytest
from planted import optimum
from tiny import write_tiny

from instances import Instance, read
from instances.rules import Rules
from optimiser.explain.explaining import Explaining
from optimiser.explain.search import Search, Way
from optimiser.pipeline import SolveSettings

FAST, EVERY = range(100, 120), range(120, 134)


def infeasible(folder: Path, seeds: range, only: str = "") -> Iterator[tuple[int, Instance]]:
    """The instances of some seeds that have no plan by enumeration."""
    for seed in seeds:
        write_tiny(folder / f"{seed}", seed, only)
        if oracle.best(folder / f"{seed}") is None:
            yield seed, read(folder / f"{seed}")


def check(seed: int, instance: Instance, folder: Path) -> None:
    """Every claim of an explanation holds by enumeration."""
    work = Explaining(instance, SolveSettings())
    ways: list[Way] = []
    real = work.search.ways

    def kept() -> Iterator[Way]:
        for way in real():
            ways.append(way)
            yield way

    work.search.ways = kept  # type: ignore[method-assign]
    found = work.explanation()
    assert found.status == "infeasible", seed
    assert found.clash_list, seed
    assert found.repair_list, seed
    check_clashes(seed, instance, work.search, folder)
    for repair in found.repair_list:
        assert repair.npv == pytest.approx(optimum(instance, repair.overrides, folder), abs=0.01), (seed, repair.overrides)
    for way in ways:
        check_least(seed, instance, work.search, way, folder)


def check_clashes(seed: int, instance: Instance, search: Search, folder: Path) -> None:
    """With everything else out there is no plan; with any one item out too there is."""
    for clash in search.clashes:
        assert clash.minimal, seed
        assert optimum(instance, search.questions.overrides(clash.out), folder) is None, (seed, clash.items)
        for item in clash.items:
            assert optimum(instance, search.questions.overrides([*clash.out, item]), folder) is not None, (seed, item)


def check_least(seed: int, instance: Instance, search: Search, way: Way, folder: Path) -> None:
    """No figure could change less, the others as they are."""
    for place, setting in enumerate(way.settings):
        if setting.place == 0 or not setting.lever.in_order:
            continue
        less = setting.lever.set_to(setting.lever.values[setting.place - 1])
        figures = [text for i, one in enumerate(way.settings) for text in (less if i == place else one.overrides)]
        assert optimum(instance, search.questions.overrides(way.gone, figures), folder) is None, (seed, figures)


@pytest.mark.parametrize("seeds", [FAST, pytest.param(EVERY, marks=pytest.mark.long)])
def test_enumeration_agrees(tmp_path: Path, seeds: range) -> None:
    """Every rule and table in play."""
    checked = 0
    for seed, instance in infeasible(tmp_path, seeds):
        check(seed, instance, tmp_path / "written")
        checked += 1
    assert checked >= len(seeds) // 10


@pytest.mark.long
@pytest.mark.parametrize("rule", Rules.model_fields)
def test_enumeration_agrees_on_each_rule(tmp_path: Path, rule: str) -> None:
    """No rule but one, with a figure that bites."""
    for seed, instance in infeasible(tmp_path, range(12), rule):
        check(seed, instance, tmp_path / "written")
