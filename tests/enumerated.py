"""The best plan of each configuration (hosts, members, alternatives) of a tiny instance, by the oracle.

`oracle.every_plan` works out the one-off cost of each plan too, which takes most of its time.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

from oracle.parts import Problem, service_parts
from oracle.plans import Decisions
from oracle.pricing import measure
from oracle.programme import limits
from oracle.read import read
from oracle.walk import Walk

Configuration = frozenset[tuple[str, str, str, str]]
"""(council, service, host, ''), or (council, service, '', alternative), of all that is arranged."""


def configuration(plan: Decisions) -> Configuration:
    """Who is with whom in a plan."""
    shared = {(m.council, m.service, m.host, "") for m in plan.moves}
    return frozenset(shared | {(t.council, t.service, "", t.option) for t in plan.options})


def best_by_configuration(folder: Path) -> dict[Configuration, float]:
    """NPV of the best feasible plan of each configuration that has one, GBP."""
    data = read(folder)
    problem = Problem(data, measure(data, "npv"), None, 0.0, limits(data))
    walk = Walk(problem, [service_parts(problem, service) for service in data.services])
    found: dict[Configuration, float] = {}
    for combination in walk.combinations():
        for parts in product(*(alike.parts for alike in combination)):
            plan = Decisions(tuple(m for part in parts for m in part.plan.moves), tuple(t for part in parts for t in part.plan.options))
            key, score = configuration(plan), sum(part.score for part in parts)
            found[key] = max(score, found.get(key, float("-inf")))
    return found
