"""Levers of rules: what each figure could be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import numpy as np

from instances.graph import CouncilGraph
from instances.rule_figures import Sequence as Order
from optimiser.explain.figures import Figure, figures
from optimiser.explain.items import Item
from optimiser.explain.levers import Lever, downwards, rounded_down, rounded_up, upwards
from optimiser.explain.money_levers import best_yearly_position, least_spending

POINTS = 10_000
"""Parts of a share: a hundredth of a percentage point."""
HUNDREDTHS = 100
"""Parts of a year."""


def levers_of_rule(graph: CouncilGraph, item: Item) -> list[Lever]:
    """The levers of a rule's item, those for one service first; none where it has no figure."""
    if item.rule == "investment_limit":
        return [_limit(graph, item)]
    if item.rule == "minimum_total_saving":
        return _total_saving(graph, item)
    if item.rule == "sequencing":
        return _sequence(graph, item)
    if item.rule == "no_council_worse_off":
        payments = () if item.value == "compensated" else ("compensated",)
        return [Lever(item, item.column, item.value, payments)] if payments else []
    if item.rule in _MOST:
        most = _MOST[item.rule](graph)
        return [Lever(item, item.column, item.value, range(item.value + 1, most + 1), item.unit)]
    if isinstance(item.source, Figure):
        return _by_service(graph, item, item.source)
    return [_everywhere(graph, item, one) for one in _shared(graph, item.rule)] if item.rule in _VALUES else []


_MOST: dict[str, Any] = {
    "delivery_capacity": lambda graph: len(graph.instance.services),
    "programme_capacity": lambda graph: len(graph.instance.baselines),
    "hosting_limit": lambda graph: len(graph.instance.services),
    "partner_limit": lambda graph: len(graph.instance.councils) - 1,
}
"""Counts beyond which these rules forbid nothing."""


def _shared(graph: CouncilGraph, rule: str) -> list[Figure]:
    """A figure of each part that stands in instance.toml for several services, with the first of them."""
    found = {one.part: one for one in reversed(figures(graph.instance, rule)) if one.shared}
    return [found[part] for part in sorted(found)]


def _by_service(graph: CouncilGraph, item: Item, figure: Figure) -> list[Lever]:
    """For the service alone; and for all services that have no figure of their own."""
    if figure.rule not in _VALUES:
        return []
    same = [one for one in figures(graph.instance, figure.rule) if one.shared and one.part == figure.part]
    if not figure.shared or len(same) == 1:
        return [Lever(item, figure.path, figure.value, _values(graph, [figure]), figure.unit)]
    alone = [Lever(item, figure.column_path, figure.value, _values(graph, [figure]), figure.unit)] if figure.unit != "minutes" else []
    return [*alone, _everywhere(graph, item, figure)]


def _everywhere(graph: CouncilGraph, item: Item, figure: Figure) -> Lever:
    same = [one for one in figures(graph.instance, figure.rule) if one.shared and one.part == figure.part]
    return Lever(item, figure.path, figure.value, _values(graph, same), figure.unit, everywhere=True)


def _values(graph: CouncilGraph, same: Sequence[Figure]) -> Sequence[Any]:
    """What figures of one rule, all with one value, could be instead."""
    found: Sequence[Any] = _VALUES[same[0].rule](graph, same)
    return found


def _distances(graph: CouncilGraph, same: Sequence[Figure]) -> list[float]:
    """Distances between councils that run the services, beyond the limit."""
    matrix = graph.km if same[0].unit == "km" else graph.minutes
    return rounded_up(value for one in same for value in _between(graph, matrix, one.service) if value > one.value)


def _scores(graph: CouncilGraph, same: Sequence[Figure]) -> list[float]:
    """Scores of councils that run the services, below the minimum and no veto."""
    return rounded_down(value for one in same for value in _between(graph, graph.scores[one.service], one.service) if 0 < value < one.value)


def _between(graph: CouncilGraph, matrix: Any, service: str) -> list[float]:
    places = [graph.position[council] for council in graph.runs[service]]
    return [float(matrix[a, b]) for a in places for b in places if a < b and not np.isnan(matrix[a, b])]


def _performances(graph: CouncilGraph, same: Sequence[Figure]) -> list[float]:
    """Performances below the minimum; or how far one is below another, beyond the tolerance."""
    if same[0].part == "tolerance":
        return rounded_up(a - b for one in same for a, b in permutations(_known(graph, one.service), 2) if a - b > one.value)
    return rounded_down(value for one in same for value in _known(graph, one.service) if value < one.value)


def _known(graph: CouncilGraph, service: str) -> list[float]:
    scores = [graph.instance.baselines[council, service].performance for council in graph.runs[service]]
    return [score for score in scores if score is not None]


def _sizes(graph: CouncilGraph, same: Sequence[Figure]) -> Sequence[int]:
    """Members: fewer, down to two, or more, up to as many councils as there are."""
    if same[0].part == "minimum":
        return range(same[0].value - 1, 1, -1)
    return _counts(graph, same)


def _counts(graph: CouncilGraph, same: Sequence[Figure]) -> Sequence[int]:
    return range(same[0].value + 1, max(len(graph.runs[one.service]) for one in same) + 1)


_VALUES: dict[str, Any] = {
    "maximum_distance": _distances,
    "maximum_span": _distances,
    "compatibility": _scores,
    "quality": _performances,
    "partnership_size": _sizes,
    "maximum_partnerships": _counts,
    "onboarding_capacity": _counts,
    "minimum_saving": lambda graph, same: downwards(same[0].value, -1.0, POINTS),
    "payback": lambda graph, same: upwards(same[0].value, graph.instance.calendar.horizon_years, HUNDREDTHS),
}


def _limit(graph: CouncilGraph, item: Item) -> Lever:
    """A limit on spending, to the pound."""
    part = item.edits[0].part if not isinstance(item.edits[0], str) else ()
    most = item.value + 10 * sum(row.annual_cost for row in graph.instance.baselines.values()) + 1e6
    return Lever(item, item.column, item.value, upwards(item.value, most), "GBP", guess=least_spending(part))


def _total_saving(graph: CouncilGraph, item: Item) -> list[Lever]:
    """The amount, to the pound; or a later year."""
    rule, calendar = graph.instance.rules.minimum_total_saving, graph.instance.calendar
    assert rule
    least = min(0.0, rule.amount) - 10 * sum(row.annual_cost for row in graph.instance.baselines.values())
    amount = Lever(
        item, f"{item.column}.amount", rule.amount, downwards(rule.amount, least), "GBP a year", guess=best_yearly_position(rule.year)
    )
    last = -(-calendar.periods * calendar.period_months // 12)
    year = Lever(item, f"{item.column}.year", rule.year, range(rule.year + 1, last + 1), "year")
    return [amount, year]


def _sequence(graph: CouncilGraph, item: Item) -> list[Lever]:
    """A shorter wait; fewer services to wait for."""
    order = item.source
    assert isinstance(order, Order)
    found = [Lever(item, f"{item.column}.periods", order.periods, range(order.periods - 1, -1, -1), "periods")]
    if order.after_back_office is not None:
        fewer = range(order.after_back_office - 1, 0, -1)
        found.append(Lever(item, f"{item.column}.after_back_office", order.after_back_office, fewer, "services"))
    return [lever for lever in found if lever.values]
