"""Frontiers against enumeration: every plan that none betters in both measures, and no other."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, islice
from pathlib import Path

import pytest
from oracle import LIVE, Found, every_plan
from oracle.pairs import compatibility
from oracle.read import Data
from oracle.read import read as read_data
from outcomes import HALF_A_PENNY
from small import SHIRE, shire
from tiny import write_tiny

from instances import read
from optimiser.errors import InfeasibleError
from optimiser.sensitivity.frontier import Frontier, FrontierQuestion, Measure, study_frontier
from optimiser.whatif import base_of

MOST = 3_000
"""Instances with more plans than this are passed over."""


def lowest(data: Data, found: Found) -> float:
    """The lowest score of two members of one partnership that are not both live."""
    groups: dict[tuple[str, str], list[str]] = {}
    for m in found.plan.moves:
        groups.setdefault((m.service, m.host), []).append(m.council)
    return min(
        (compatibility(data, a, b, service) for (service, _), members in groups.items() for a, b in combinations(members, 2)), default=1.0
    )


COST: dict[Measure, Callable[[Data, Found], float]] = {
    "one_off": lambda data, found: found.one_off,
    "go_lives": lambda data, found: sum(m.tranche != LIVE for m in found.plan.moves),
    "partnerships": lambda data, found: len({(m.service, m.host) for m in found.plan.moves}),
    "compatibility": lambda data, found: -lowest(data, found),
}


def efficient(points: list[tuple[float, float]], hair: float) -> list[tuple[float, float]]:
    """(NPV, cost) that no other betters in both, by more than half a penny and a hair of cost, the highest NPV first."""
    kept: list[tuple[float, float]] = []
    for npv, cost in sorted(points, key=lambda point: (-point[0], point[1])):
        if all(cost < other - hair for _, other in kept):
            kept = [one for one in kept if one[0] - npv > HALF_A_PENNY]
            kept.append((npv, cost))
    return kept


def told(frontier: Frontier) -> list[tuple[float, float]]:
    """(NPV, cost) of its points."""
    sign = -1 if frontier.measure == "compatibility" else 1
    return [(point.answer.npv or 0.0, sign * point.value) for point in frontier.points]


@pytest.mark.parametrize("seeds", [pytest.param(range(10), id="fast"), pytest.param(range(10, 24), id="all", marks=pytest.mark.long)])
def test_frontiers_agree_with_enumeration(tmp_path: Path, seeds: range) -> None:
    """All four measures; what is live already keeps its own rules, so such instances are tried for three of them."""
    several = 0
    for seed in seeds:
        write_tiny(tmp_path / f"{seed}", seed)
        plans = list(islice(every_plan(tmp_path / f"{seed}"), MOST + 1))
        if not plans or len(plans) > MOST:
            continue
        try:
            base = base_of(read(tmp_path / f"{seed}"))
        except InfeasibleError:
            continue
        data = read_data(tmp_path / f"{seed}")
        for measure, cost in COST.items():
            if measure == "compatibility" and data.live:
                continue
            found = study_frontier(base, FrontierQuestion(measure, 400))
            assert found.complete, (seed, measure)
            hair = HALF_A_PENNY if measure == "one_off" else 1e-9
            expected = efficient([(plan.npv, cost(data, plan)) for plan in plans], hair)
            assert [npv for npv, _ in told(found)] == pytest.approx([npv for npv, _ in expected], abs=2 * HALF_A_PENNY), (seed, measure)
            assert [value for _, value in told(found)] == pytest.approx([value for _, value in expected], abs=2 * HALF_A_PENNY), (
                seed,
                measure,
            )
            assert all(point.answer.bound is not None for point in found.points)
            several += len(expected) > 1
    assert several >= 6


def test_so_many_points_and_no_more(tmp_path: Path) -> None:
    """Four councils with costs of their own: limits are spaced, each point is the best within its limit, and it says that there are others."""
    baselines = SHIRE["baselines"].replace("can_host", "can_host, fte").replace("yes", "yes, 3").replace("no\n", "no, 2\n")
    economics = "process_saving = 0.1\nduplication_avoided = 0.5\nharmonisation_cost_per_fte = 900\nintegration_cost = 500"
    base = base_of(shire(tmp_path, economics=economics, baselines=baselines))
    found = study_frontier(base, FrontierQuestion("one_off", 3))
    assert not found.complete
    assert 2 <= len(found.points) <= 3
    for point in found.points[1:]:
        assert point.limit is not None
        assert point.value <= point.limit + HALF_A_PENNY
    assert (found.points[-1].value, found.points[-1].answer.npv) == (0, 0)
