"""The best plan of each configuration (hosts, members, alternatives) of a tiny instance, by the oracle."""

from __future__ import annotations

from pathlib import Path

from oracle import every_plan
from oracle.plans import Decisions

Configuration = frozenset[tuple[str, str, str, str]]
"""(council, service, host, ''), or (council, service, '', alternative), of all that is arranged."""


def configuration(plan: Decisions) -> Configuration:
    """Who is with whom in a plan."""
    shared = {(m.council, m.service, m.host, "") for m in plan.moves}
    return frozenset(shared | {(t.council, t.service, "", t.option) for t in plan.options})


def best_by_configuration(folder: Path) -> dict[Configuration, float]:
    """NPV of the best feasible plan of each configuration that has one, GBP."""
    found: dict[Configuration, float] = {}
    for plan in every_plan(folder):
        key = configuration(plan.plan)
        found[key] = max(plan.npv, found.get(key, float("-inf")))
    return found
