"""Items of data that a rule judges: the score and the distance of a pair, and the performance of a host.

Each is taken out by giving it the value that the rules ask for, the strictest of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from instances import Instance
from instances.graph import CouncilGraph
from instances.instance import row_key
from instances.messages import figure
from instances.moves import TOLERANCE, incompatible
from instances.tables import Baseline, Compatibility, Distance
from instances.toml_values import toml_value
from optimiser.explain.items import Item
from optimiser.explain.lines import line_of, row_path

NO_VETO = 0.01
"""A score that is no veto, where any other would do."""
JUDGED = ("compatibility", "maximum_distance", "maximum_span", "quality")
"""Rules that judge data of pairs or hosts."""


def judged_by(graph: CouncilGraph, item: Item) -> list[Item]:
    """What the data have that a rule's item forbids, for its service or, where it has none, for every one."""
    services = [item.service] if item.service else list(graph.instance.services)
    if item.rule == "compatibility":
        found = [one for service in services for one in _scores(graph, service)]
    elif item.rule in ("maximum_distance", "maximum_span"):
        found = [one for service in services for one in _distances(graph, item.rule, service)]
    elif item.rule == "quality":
        found = [one for service in services for one in _performances(graph, service)]
    else:
        found = []
    return sorted(dict.fromkeys(found), key=lambda one: one.key)


def _scores(graph: CouncilGraph, service: str) -> Iterator[Item]:
    """Pairs that score too little for a service."""
    minimum = graph.instance.figure("compatibility")
    if service not in minimum:
        return
    low = incompatible(graph.scores[service], minimum[service])
    rows = {row_key(row): row for row in graph.instance.rows(Compatibility)}
    for a, b in combinations(sorted(graph.runs[service]), 2):
        if low[graph.position[a], graph.position[b]]:
            yield _score(graph, rows, (a, b), service, minimum)


def _score(graph: CouncilGraph, rows: dict[Any, Any], pair: tuple[str, str], service: str, minimum: dict[str, float]) -> Item:
    """The row that gives a pair its score, or the pair where the score is derived."""
    row = rows.get((*pair, service), rows.get((*pair, "")))
    own = row is not None and row.service is not None
    both = [s for s in minimum if set(pair) <= set(graph.runs[s]) and (own or (*pair, s) not in rows)]
    wanted = max([NO_VETO, *(minimum[s] for s in ([service] if own else both))])
    names = {"council_a": pair[0], "council_b": pair[1], "score": wanted}
    given = ", ".join(f"{key} = {toml_value(value)}" for key, value in names.items())
    score = float(graph.scores[service][graph.position[pair[0]], graph.position[pair[1]]])
    return Item(
        "pair",
        "compatibility",
        (f"{row_path('compatibility', row, 'score')} = {figure(wanted)}" if row is not None else f"compatibility += {{ {given} }}",),
        service=service if own else "",
        council=pair[0],
        other=pair[1],
        table="compatibility.csv",
        row=None if row is None else line_of(graph.instance, "compatibility", row),
        column="score",
        value=score,
        unit="score",
        source=row,
    )


def _distances(graph: CouncilGraph, rule: str, service: str) -> Iterator[Item]:
    """Distances given that are too far for a service."""
    limit = graph.instance.distance_limit(rule).get(service)
    if limit is None:
        return
    unit = "km" if limit.km is not None else "minutes"
    running = set(graph.runs[service])
    for row in graph.instance.rows(Distance):
        value = getattr(row, unit)
        if value is not None and {row.council_a, row.council_b} <= running and value > getattr(limit, unit) + TOLERANCE:
            yield _distance(graph, row, unit)


def _distance(graph: CouncilGraph, row: Distance, unit: str) -> Item:
    limits = [
        getattr(limit, unit)
        for rule in ("maximum_distance", "maximum_span")
        for service, limit in graph.instance.distance_limit(rule).items()
        if {row.council_a, row.council_b} <= set(graph.runs[service])
    ]
    least = min(value for value in limits if value is not None)
    return Item(
        "distance",
        "distance",
        (f"{row_path('distances', row, unit)} = {figure(least)}",),
        council=min(row.council_a, row.council_b),
        other=max(row.council_a, row.council_b),
        table="distances.csv",
        row=line_of(graph.instance, "distances", row),
        column=unit,
        value=getattr(row, unit),
        unit=unit,
        source=row,
    )


def _performances(graph: CouncilGraph, service: str) -> Iterator[Item]:
    """Hosts whose performance is blank, below the minimum, or too far below that of some council."""
    instance = graph.instance
    rule = instance.quality().get(service)
    if rule is None:
        return
    known = [row.performance for row in _running(graph, service) if row.performance is not None]
    least = [] if rule.minimum is None else [rule.minimum]
    least += [] if rule.tolerance is None or not known else [max(known) - rule.tolerance]
    for row in _running(graph, service):
        blank = row.performance is None and rule.minimum is not None
        if row.can_host and (blank or (row.performance is not None and row.performance < max(least) - TOLERANCE)):
            yield _performance(instance, row, max(least))


def _running(graph: CouncilGraph, service: str) -> list[Baseline]:
    return [graph.instance.baselines[council, service] for council in graph.runs[service]]


def _performance(instance: Instance, row: Baseline, wanted: float) -> Item:
    return Item(
        "performance",
        "quality",
        (f"{row_path('baselines', row, 'performance')} = {figure(wanted)}",),
        service=row.service,
        council=row.council,
        table="baselines.csv",
        row=line_of(instance, "baselines", row),
        column="performance",
        value=row.performance,
        unit="score",
        source=row,
    )
