"""Every plan of an instance by enumeration, for questions about more than the best."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .parts import Problem, service_parts
from .plans import Decisions
from .pricing import measure, plan_flows
from .programme import limits
from .read import read
from .walk import NOTHING, Walk, worth_more


class Found(NamedTuple):
    """A plan that keeps every rule, its NPV and its one-off cost."""

    npv: float
    one_off: float
    plan: Decisions


def every_plan(folder: Path) -> Iterator[Found]:
    """All plans that keep every rule, in no order."""
    data = read(folder)
    problem = Problem(data, measure(data, "npv"), None, 0.0, limits(data))
    walk = Walk(problem, [service_parts(problem, service) for service in data.services])
    for combination in walk.combinations():
        for parts in worth_more(combination, NOTHING):
            moves = sorted(move for part in parts for move in part.plan.moves)
            options = sorted(taken for part in parts for taken in part.plan.options)
            plan = Decisions(tuple(moves), tuple(options))
            yield Found(sum(part.score for part in parts), sum(flow.one_off for _, flow in plan_flows(data, plan)), plan)
