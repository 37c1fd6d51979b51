"""Frontier: NPV against a second measure of the plan, by epsilon-constraint.

The best plan is solved for again with its own value of the measure forbidden, and so on: with at most one go-live or partnership less, one
pound of one-off cost less, or a lowest compatibility that is the next higher score there is, until no plan is left. Of any two points one that
is no better in either measure goes out. What stays are all points that no plan betters in both, each proven to the gap (Haimes, Lasdon and
Wismer, On a bicriterion formulation of the problems of integrated system identification and system optimization, IEEE Transactions on
Systems, Man, and Cybernetics 1(3), 1971). Where that would be more points than are wanted, limits are spaced evenly instead: each point is then still
proven for its limit, and others may lie between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict

from instances import Instance, InstanceError, apply
from instances.asked import Asked, AtMost
from instances.compatibility import score_matrices
from instances.paths import join_path
from optimiser.differences import differences
from optimiser.sensitivity.tipping import as_decided
from optimiser.whatif import Answer, Base, Task, answer_of, held_decisions, reoptimise

Measure = Literal["one_off", "go_lives", "partnerships", "compatibility"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
STEP = 1.0
"""Pounds by which one-off cost falls from one point to the next. A penny is within what HiGHS takes for rounding in such a row: it has then called
a worse plan optimal.
"""


class Point(BaseModel):
    """One point.

    Attributes:
        measure: What NPV is set against.
        limit: What was asked of it: at most, or for compatibility at least; None for the plan itself.
        value: What the plan of this point has.
        answer: The plan, with NPV and bound.
        lost: NPV lost against the plan, GBP.
        becomes: How its configuration differs from the plan's, in sentences.
    """

    model_config = ConfigDict(frozen=True)

    measure: Measure
    limit: float | None
    value: float
    answer: Answer
    lost: float
    becomes: tuple[str, ...] = ()


class Frontier(BaseModel):
    """The points of one measure, the highest NPV first.

    Attributes:
        measure: What NPV is set against.
        complete: Whether these are all points that no plan betters in both measures.
        points: The points.
    """

    model_config = ConfigDict(frozen=True)

    measure: Measure
    complete: bool
    points: tuple[Point, ...]


@dataclass(frozen=True)
class FrontierQuestion:
    """One measure, and how many points are wanted at most."""

    measure: Measure
    points: int


def frontier_tasks(points: int) -> list[Task[FrontierQuestion]]:
    """A task for each measure."""
    return [Task(f"frontier {measure} {points}", FrontierQuestion(measure, points)) for measure in MEASURES]


def study_frontier(base: Base, question: FrontierQuestion) -> Frontier:
    """The frontier of one measure."""
    return _Search(base, question.measure).frontier(question.points)


class _Search:
    """The search along one measure, whose values are turned so that less is better."""

    def __init__(self, base: Base, measure: Measure) -> None:
        self._base, self._measure = base, measure
        self._scores = score_matrices(base.instance)
        self._position = {council: place for place, council in enumerate(base.instance.councils)}

    def frontier(self, most: int) -> Frontier:
        """All points, or so many of them."""
        first = self._point(None, answer_of(self._base.plan))
        found, complete = [first], False
        while len(found) < max(most, 2) and not complete:
            limit = self._beyond(found[-1].value)
            point = None if limit is None else self._solved(limit)
            complete = point is None
            found += [] if point is None else [point]
        if not complete:
            found = [first, *(point for limit in self._spaced(first.value, most) if (point := self._solved(limit)) is not None)]
        return Frontier(measure=self._measure, complete=complete, points=tuple(_undominated(found, self._cost)))

    def _cost(self, value: float) -> float:
        return -value if self._measure == "compatibility" else value

    def _beyond(self, value: float) -> float | None:
        """The limit next to a value; None where there is none."""
        if self._measure == "compatibility":
            return min((score for score in self._known() if score > value + 1e-9), default=None)
        step = STEP if self._measure == "one_off" else 1.0
        return value - step if value >= step else None

    def _known(self) -> list[float]:
        """Every score that two councils have for a service that both run; and 1, which is that of sharing nothing."""
        instance = self._base.instance
        found = {
            float(self._scores[service][self._position[a], self._position[b]])
            for service in instance.services
            for a, b in combinations([c for c in instance.councils if (c, service) in instance.baselines], 2)
        }
        return sorted(score for score in found | {1.0} if not np.isnan(score))

    def _spaced(self, value: float, most: int) -> Iterator[float]:
        """Limits spaced evenly from the plan's value to nothing; of compatibility, from its lowest score to the highest."""
        if self._measure == "compatibility":
            higher = [score for score in self._known() if score > value + 1e-9]
            yield from (higher[place] for place in sorted({round(i * (len(higher) - 1) / max(most - 2, 1)) for i in range(most - 1)}))
            return
        limits = [value * (1 - (i + 1) / (most - 1)) for i in range(most - 1)]
        yield from dict.fromkeys(limit if self._measure == "one_off" else float(int(limit)) for limit in limits)

    def _solved(self, limit: float) -> Point | None:
        """The best plan within a limit; None where there is none."""
        asked: tuple[Asked, ...] = ()
        instance = self._base.instance
        if self._measure == "compatibility":
            try:
                instance = apply(instance, overrides=list(at_least(instance, limit)))
            except InstanceError:
                return None
        else:
            asked = (AtMost(self._measure, limit),)
        answer = reoptimise(self._base, instance, asked=asked, settle_ties=False)
        return None if answer.npv is None else self._point(limit, answer)

    def _point(self, limit: float | None, answer: Answer) -> Point:
        base = self._base
        return Point(
            measure=self._measure,
            limit=limit,
            value=self._value(answer),
            answer=answer,
            lost=base.plan.npv - (answer.npv or 0.0),
            becomes=tuple(differences(base.instance, base.configuration, answer.configuration)),
        )

    def _value(self, answer: Answer) -> float:
        """What a plan has of the measure."""
        shared = [one for one in answer.plan if one.host]
        if self._measure == "go_lives":
            return float(sum(one.tranche >= 0 for one in shared))
        if self._measure == "partnerships":
            return float(len({(one.service, one.host) for one in shared}))
        if self._measure == "one_off":
            found = held_decisions(self._base.instance, *as_decided(answer))
            assert found is not None
            return found.one_off
        return self._lowest(answer)

    def _lowest(self, answer: Answer) -> float:
        """The lowest score of two members of one partnership; 1 where nothing is shared."""
        groups: dict[tuple[str, str], list[int]] = {}
        for one in answer.plan:
            if one.host:
                groups.setdefault((one.service, one.host), []).append(self._position[one.council])
        scores = (self._scores[service][a, b] for (service, _), members in groups.items() for a, b in combinations(members, 2))
        return float(min((score for score in scores if not np.isnan(score)), default=1.0))


def at_least(instance: Instance, score: float) -> Iterator[str]:
    """Overrides under which no two members of a partnership have a lower score."""
    yield f'rules.compatibility = {{ minimum = {max(score, 0.0)}, scope = "all_pairs" }}'
    for name, row in instance.services.items():
        if row.compatibility is not None:
            yield f"{join_path(['services', name, 'compatibility'])} = {max(score, row.compatibility)}"


def _undominated(points: list[Point], cost: Callable[[float], float]) -> Iterator[Point]:
    """Points that no other betters in both measures, the highest NPV first; of equals the first."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda one: (-(one.answer.npv or 0.0), cost(one.value))):
        if all(cost(point.value) < cost(other.value) - 1e-9 for other in kept):
            kept.append(point)
    # of two that are worth the same to half a penny the one that costs less stays
    for place, point in enumerate(kept):
        after = kept[place + 1].answer.npv if place + 1 < len(kept) else None
        if after is None or (point.answer.npv or 0.0) - after > 0.005:
            yield point
