"""Enumeration against every plan there is, and the instances that are drawn for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import product
from math import prod
from pathlib import Path
from typing import NamedTuple

import pytest
from oracle import LIVE, Decisions, Membership, Taken, best, is_feasible
from oracle.plans import names, rank
from oracle.pricing import measure, plan_worth
from oracle.programme import broken_in_plan
from oracle.read import Data, read
from tiny import ACROSS, write_takes, write_tied, write_tiny


def every_plan(data: Data, most: int) -> Iterator[Decisions]:
    """Every host, vehicle, tranche and option, or none, for every council and service, whether it may stand or not."""
    ways: list[list[Membership | Taken | None]] = []
    for c, s in data.baselines:
        tranches = [LIVE] if (c, s) in data.live else range(data.tranches)
        hosts = [h for h in data.councils if data.runs(h, s)]
        joins = [Membership(c, s, h, v, k) for h, v, k in product(hosts, data.vehicles, tranches)]
        begins = [LIVE] if (c, s) in data.taken else range(data.tranches)
        ways.append([None, *joins, *(Taken(c, s, o, k) for o, k in product(data.options.get((c, s), {}), begins))])
    if prod(len(choices) for choices in ways) <= most:
        for chosen in product(*ways):
            moves = tuple(one for one in chosen if isinstance(one, Membership))
            yield Decisions(moves, tuple(one for one in chosen if isinstance(one, Taken)))


class First(NamedTuple):
    """The best of all plans, ties settled among those within half a penny."""

    npv: float
    plan: Decisions
    equals: int
    """How many are as good as it."""


def without_pruning(data: Data, most: int) -> First | str | None:
    """The best plan, if there is one; `too many` where nobody would wait for all of them."""
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
    equals = [plan for npv, plan in fit if npv > top - 0.005]
    first = min(equals, key=lambda plan: (rank(plan), names(plan)))
    return First(top, Decisions(tuple(sorted(first.moves)), tuple(sorted(first.options))), len(equals))


def compare(folders: Iterable[Path], most: int) -> list[First | None]:
    """The optimum is the same, ties too, on all instances that have no more plans than these; what was found of each."""
    tried: list[First | None] = []
    for folder in folders:
        expected, found = without_pruning(read(folder), most), best(folder)
        if isinstance(expected, str):
            continue
        tried.append(expected)
        assert (expected is None) == (found is None), folder.name
        if expected is not None and found is not None:
            assert found.npv == pytest.approx(expected.npv, abs=0.005), folder.name
            assert (found.moves, found.options) == expected.plan, folder.name
    return tried


def written(folder: Path, seeds: range, write: Callable[[Path, int], None]) -> Iterator[Path]:
    """The instances of some seeds, written one after another."""
    for seed in seeds:
        write(folder / str(seed), seed)
        yield folder / str(seed)


def drawn(folder: Path, seeds: range, only: str = "") -> Iterator[Path]:
    """Random ones, under one rule where it is given."""
    return written(folder / only, seeds, partial(write_tiny, only=only))


@pytest.mark.parametrize(
    ("seeds", "most", "least"),
    [
        pytest.param(range(120), 4_100, 20, id="fast"),
        pytest.param(range(120, 300), 19_000, 50, id="long", marks=pytest.mark.long),
    ],
)
def test_search_prunes_nothing_better(tmp_path: Path, seeds: range, most: int, least: int) -> None:
    """Plan by plan, without any pruning, the optimum is the same."""
    assert len(compare(drawn(tmp_path, seeds), most)) >= least


@pytest.mark.parametrize(
    ("seeds", "most", "least"),
    [pytest.param(range(40), 700, 2, id="fast"), pytest.param(range(40, 90), 4_100, 6, id="long", marks=pytest.mark.long)],
)
@pytest.mark.parametrize("rule", ACROSS)
def test_search_prunes_nothing_better_under_one_rule(tmp_path: Path, rule: str, seeds: range, most: int, least: int) -> None:
    """With nothing but one of the rules that link partnerships, so that the other plans are many."""
    assert len(compare(drawn(tmp_path, seeds, rule), most)) >= least


@pytest.mark.parametrize(
    ("seeds", "most", "least"),
    [pytest.param(range(60), 4_100, 12, id="fast"), pytest.param(range(60, 160), 27_000, 33, id="long", marks=pytest.mark.long)],
)
def test_search_settles_ties(tmp_path: Path, seeds: range, most: int, least: int) -> None:
    """Of many plans that are worth the same it finds the first."""
    tried = compare(written(tmp_path, seeds, write_tied), most)
    assert sum(first is not None and first.equals > 1 for first in tried) >= least


@pytest.mark.parametrize(
    ("seeds", "most", "least"),
    [pytest.param(range(60), 4_100, 8, id="fast"), pytest.param(range(60, 160), 19_000, 25, id="long", marks=pytest.mark.long)],
)
def test_search_prunes_nothing_better_beside_what_has_to_be_taken(tmp_path: Path, seeds: range, most: int, least: int) -> None:
    """With alternatives that are decided, which leave less to choose from."""
    assert len(compare(written(tmp_path, seeds, write_takes), most)) >= least


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
