"""Enumeration against every plan there is, and the instances that are drawn for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from math import prod
from pathlib import Path

import pytest
from oracle import LIVE, Decisions, Membership, Taken, best, is_feasible
from oracle.plans import names, rank
from oracle.pricing import measure, plan_worth
from oracle.programme import broken_in_plan
from oracle.read import Data, read
from tiny import write_tied, write_tiny


def every_plan(data: Data, most: int) -> Iterator[Decisions]:
    """Every host, vehicle, tranche and option, or none, for every council and service, whether it may stand or not."""
    ways: list[list[Membership | Taken | None]] = []
    for c, s in data.baselines:
        tranches = [LIVE] if (c, s) in data.live else range(data.tranches)
        hosts = [h for h in data.councils if data.runs(h, s)]
        joins = [Membership(c, s, h, v, k) for h, v, k in product(hosts, data.vehicles, tranches)]
        ways.append([None, *joins, *(Taken(c, s, o, k) for o, k in product(data.options.get((c, s), {}), range(data.tranches)))])
    if prod(len(choices) for choices in ways) <= most:
        for chosen in product(*ways):
            moves = tuple(one for one in chosen if isinstance(one, Membership))
            yield Decisions(moves, tuple(one for one in chosen if isinstance(one, Taken)))


def without_pruning(data: Data, most: int) -> tuple[float, Decisions] | str | None:
    """The best of all plans, ties settled among those within half a penny; `too many` where nobody would wait for them."""
    by_value, tried, fit = measure(data, "npv"), 0, list[tuple[float, Decisions]]()
    for plan in every_plan(data, most):
        tried += 1
        if not any(broken_in_plan(data, plan)):
            fit.append((plan_worth(data, plan, by_value), plan))
    if not tried:
        return "too many"
    if not fit:
        return None
    top = max(npv for npv, _ in fit)
    first = min((plan for npv, plan in fit if npv > top - 0.005), key=lambda plan: (rank(plan), names(plan)))
    return top, Decisions(tuple(sorted(first.moves)), tuple(sorted(first.options)))


@pytest.mark.parametrize(
    ("write", "seeds", "most", "least"),
    [
        pytest.param(write_tiny, range(120), 4_000, 20, id="tiny"),
        pytest.param(write_tied, range(60), 4_000, 15, id="tied"),
        pytest.param(write_tiny, range(500), 50_000, 200, id="tiny-long", marks=pytest.mark.long),
        pytest.param(write_tied, range(200), 50_000, 80, id="tied-long", marks=pytest.mark.long),
    ],
)
def test_search_prunes_nothing_better(tmp_path: Path, write: Callable[[Path, int], None], seeds: range, most: int, least: int) -> None:
    """Plan by plan, without any pruning, the optimum is the same, ties too: on all instances that are small enough."""
    tried = 0
    for seed in seeds:
        folder = tmp_path / str(seed)
        write(folder, seed)
        expected, found = without_pruning(read(folder), most), best(folder)
        if expected == "too many":
            continue
        tried += 1
        assert (expected is None) == (found is None), f"seed {seed}"
        if found is not None and isinstance(expected, tuple):
            top, first = expected
            assert top == pytest.approx(found.npv, abs=0.005), f"seed {seed}"
            assert (found.moves, found.options) == first, f"seed {seed}"
    assert tried >= least


def test_tiny_instances_cover_every_outcome(tmp_path: Path) -> None:
    """Most have something to share, some only options, some nothing worth it, some have no plan."""
    outcomes: Counter[str] = Counter()
    for seed in range(150):
        folder = tmp_path / str(seed)
        write_tiny(folder, seed)
        found = best(folder)
        outcomes["infeasible" if found is None else "shared" if found.moves else "options" if found.options else "empty"] += 1
        assert found is None or is_feasible(folder, found.moves, found.options), f"seed {seed}"
    assert outcomes["shared"] >= 75
    assert outcomes["options"] >= 3
    assert outcomes["empty"] >= 10
    assert outcomes["infeasible"] >= 10


@pytest.mark.parametrize("only", ["", "payback"])
def test_tiny_instances_are_repeatable(tmp_path: Path, only: str) -> None:
    """A seed always gives the same files."""
    write_tiny(tmp_path / "once", 7, only)
    write_tiny(tmp_path / "again", 7, only)
    files = sorted(file.name for file in (tmp_path / "once").iterdir())
    assert "instance.toml" in files
    for name in files:
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "once" / name).read_bytes()
