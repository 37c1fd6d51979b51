"""Alternatives against enumeration: each is the best of all plans that differ enough from those before it, and none is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import pytest
from oracle import Decisions, Found, every_plan
from tiny import write_tiny

from instances import read
from optimiser.alternatives import Alternatives, alternatives
from optimiser.errors import InfeasibleError

MOST, PENNY = 5_000, 0.01
Arranged = Mapping[tuple[str, str], tuple[str, str]]
Pair = tuple[str, str, str]


def configuration(plan: Decisions) -> dict[tuple[str, str], tuple[str, str]]:
    """Who shares with whom, and who takes which alternative."""
    return {(m.council, m.service): (m.host, "") for m in plan.moves} | {(t.council, t.service): ("", t.option) for t in plan.options}


def differing(one: Arranged, other: Arranged) -> int:
    """In how many arrangements two configurations differ."""
    return sum(one.get(key) != other.get(key) for key in one.keys() | other.keys())


def left(plans: Sequence[Found], before: Sequence[Arranged], differ: int) -> list[Found]:
    """The plans that differ enough from all before, best first."""
    able = [found for found in plans if all(differing(configuration(found.plan), one) >= differ for one in before)]
    return sorted(able, key=lambda found: -found.npv)


def pairs(found: Arranged) -> set[Pair]:
    """Every two councils that are in one partnership for a service."""
    groups: dict[tuple[str, str], list[str]] = {}
    for (council, service), (host, _) in found.items():
        if host:
            groups.setdefault((service, host), []).append(council)
    return {(service, a, b) for (service, _), members in groups.items() for a, b in combinations(sorted(members), 2)}


def check(found: Alternatives, plans: Sequence[Found]) -> tuple[str, bool]:
    """Why the search ended, and whether each plan was the only one as good; all that is claimed is so."""
    document, before, unique = found.document, list[Arranged](), True
    optimum = max(plan.npv for plan in plans)
    least = optimum - document.within * abs(optimum)
    for plan in document.plans:
        able = left(plans, before, document.differ)
        assert plan.npv == pytest.approx(able[0].npv, abs=PENNY)
        assert plan.proven
        assert plan.bound == pytest.approx(plan.npv, abs=PENNY)
        assert plan.npv >= least - PENNY
        assert plan.lost == pytest.approx(optimum - plan.npv, abs=PENNY)
        own = plan.document.configuration()
        assert list(plan.differs) == [differing(own, one) for one in before]
        best = {tuple(sorted(configuration(one.plan).items())) for one in able if one.npv > able[0].npv - PENNY}
        unique &= len(best) == 1
        assert not unique or best == {tuple(sorted(own.items()))}
        before.append(own)
    missing = left(plans, before, document.differ)
    if document.ended == "none":
        assert not missing
    elif document.ended == "share":
        assert document.next_bound is not None
        assert document.next_bound < least
        assert all(one.npv <= document.next_bound + PENNY for one in missing[:1])
    else:
        assert document.ended == "count"
        assert len(document.plans) == document.count
    every = [pairs(one) for one in before]
    counted = {(p.service, p.council_a, p.council_b): p.plans for p in document.pairings}
    assert counted.keys() == set().union(*every)
    assert all(numbers == tuple(i for i, one in enumerate(every, 1) if key in one) for key, numbers in counted.items())
    assert {(p.service, p.council_a, p.council_b) for p in document.pairings_in_all} == set.intersection(*every)
    return document.ended, unique


FAST = (3, 5, 12, 14)
"""With many plans, with none, with few."""
WAYS: dict[str, dict[str, Any]] = {
    "five": {"count": 5, "within": 0.2},
    "far apart": {"count": 4, "within": 0.6, "differ": 3},
    "all": {"count": 7, "within": 1.0, "differ": 2},
}


@pytest.mark.parametrize("method", ["compact", "decomposition"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seeds", [pytest.param(FAST, id="fast"), pytest.param(range(6), id="more", marks=pytest.mark.long)])
def test_every_alternative_is_the_best_that_differs(tmp_path: Path, way: str, seeds: Sequence[int], method: Any) -> None:
    """To the penny; where each is the only one as good, they are the plans of enumeration, and what they have in common too."""
    ends, uniques = list[str](), 0
    for seed in seeds:
        folder = tmp_path / str(seed)
        write_tiny(folder, seed)
        plans = list(islice(every_plan(folder), MOST + 1))
        if not plans:
            with pytest.raises(InfeasibleError):
                alternatives(read(folder), method=method)
        elif len(plans) <= MOST:
            end, unique = check(alternatives(read(folder), method=method, settle_ties=False, **WAYS[way]), plans)
            ends.append(end)
            uniques += unique
    assert len(ends) > len(seeds) // 2
    assert uniques >= len(ends) // 2
    assert len(set(ends)) >= 2
