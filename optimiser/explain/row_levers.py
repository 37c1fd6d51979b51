"""Levers of tables: dates, capacities, scores and distances, and what each could be instead."""

from __future__ import annotations

import datetime as dt

from instances.alternatives import is_to_be_had
from instances.commitments import is_under_way
from instances.ends import end_months
from instances.graph import CouncilGraph
from instances.moves import TOLERANCE
from instances.paths import join_path
from instances.tables import Baseline, Commitment, Compatibility, Contract, Distance
from instances.toml_values import toml_key, toml_value
from optimiser.explain.data_items import NO_VETO
from optimiser.explain.items import Item
from optimiser.explain.levers import PATH, VALUE, Lever, rounded_up, upwards
from optimiser.explain.lines import row_path

FEW = 14
"""Of so many other councils every sum of volumes is tried; of more, every whole unit."""


def levers_of_row(graph: CouncilGraph, item: Item) -> list[Lever]:
    """The levers of an item of a table; none where it has no figure."""
    found = {
        "commitment": _commitment,
        "contract": _contract,
        "host_capacity": _host_capacity,
        "vehicle": _vehicle,
        "ceases": _ceases,
        "performance": _performance,
        "pair": _pair,
        "distance": _distance,
    }
    levers = found[item.kind](graph, item) if item.kind in found else []
    return [lever for lever in levers if len(lever.values)]


def _commitment(graph: CouncilGraph, item: Item) -> list[Lever]:
    """Another date: an earlier one before which nothing may happen; of a demand the nearest, earlier or later."""
    row, dates = item.source, graph.instance.calendar.tranche_dates
    if item.value is None or item.part == "live" or is_under_way(row, graph.instance.calendar.start):
        return []
    if item.part == "takes":
        option = graph.instance.options[row.council, row.service, row.option]
        dates = tuple(day for day in dates if is_to_be_had(graph.instance, option, day))
    only = sum((one.council, one.service) == (row.council, row.service) for one in graph.instance.rows(Commitment)) == 1
    path = join_path(["commitments", row.council, row.service or "", "go_live"])
    overrides = (f"{PATH} = {VALUE}",) if only else (f"{row_path('commitments', row)} = off", f"commitments += {_with_date(row)}")
    if item.part == "not_before":
        earlier = [day for day in reversed(dates) if day < item.value]
        return [Lever(item, path, item.value, earlier, "date", overrides)]
    others = sorted((day for day in dates if day != item.value), key=lambda day: (abs((day - item.value).days), day))
    return [Lever(item, path, item.value, others, "date", overrides, in_order=False)]


def _with_date(row: Commitment) -> str:
    """The row as an override adds it, with another date."""
    given = {column: value for column, value in row if value is not None and column != "go_live"}
    return f"{{ {', '.join(f'{toml_key(column)} = {toml_value(value)}' for column, value in given.items())}, go_live = {VALUE} }}"


def _contract(graph: CouncilGraph, item: Item) -> list[Lever]:
    """The contract ends earlier, or can be broken earlier, at its charge; in time for a tranche."""
    row: Contract = item.source
    dates = list(reversed(graph.instance.calendar.tranche_dates))
    ends = [day for day in dates if day < row.expires and (row.break_from is None or day >= row.break_from)]
    breaks = [day for day in dates if day < (row.break_from or row.expires)]
    return [
        Lever(item, row_path("contracts", row, "expires"), row.expires, ends, "date"),
        Lever(item, row_path("contracts", row, "break_from"), row.break_from, breaks, "date"),
    ]


def _host_capacity(graph: CouncilGraph, item: Item) -> list[Lever]:
    """The volumes that members could add up to."""
    row: Baseline = item.source
    own = row.volume or 0.0
    others = [graph.instance.baselines[c, row.service].volume or 0.0 for c in graph.runs[row.service] if c != row.council]
    if len(others) <= FEW:
        sums = {own}
        for volume in others:
            sums |= {total + volume for total in sums}
        values = rounded_up(total for total in sums if total > item.value)
        return [Lever(item, row_path("baselines", row, "host_capacity"), item.value, values, item.unit)]
    return [Lever(item, row_path("baselines", row, "host_capacity"), item.value, upwards(item.value, own + sum(others)), item.unit)]


def _vehicle(graph: CouncilGraph, item: Item) -> list[Lever]:
    """Fewer members, down to two."""
    return [Lever(item, row_path("vehicles", item.source, "minimum_members"), item.value, range(item.value - 1, 1, -1), item.unit)]


def _ceases(graph: CouncilGraph, item: Item) -> list[Lever]:
    """The day after a tranche begins, or a month later and later."""
    calendar = graph.instance.calendar
    first = end_months(graph.instance)[item.council]
    days = {day + dt.timedelta(days=1) for day in calendar.tranche_dates}
    days |= {calendar.month(0, month) + dt.timedelta(days=1) for month in range(first, calendar.periods * calendar.period_months)}
    return [Lever(item, row_path("councils", item.source, "ceases"), item.value, sorted(day for day in days if day > item.value), "date")]


def _performance(graph: CouncilGraph, item: Item) -> list[Lever]:
    """What the minimum asks, and what each member's own asks."""
    row: Baseline = item.source
    rule = graph.instance.quality()[row.service]
    known = [graph.instance.baselines[council, row.service].performance for council in graph.runs[row.service]]
    wanted = [] if rule.minimum is None else [rule.minimum]
    wanted += [] if rule.tolerance is None else [score - rule.tolerance for score in known if score is not None]
    values = rounded_up(value for value in wanted if row.performance is None or value > row.performance + TOLERANCE)
    return [Lever(item, row_path("baselines", row, "performance"), row.performance, values, "score")]


def _pair(graph: CouncilGraph, item: Item) -> list[Lever]:
    """What the rule asks for one service or another."""
    minimum, pair = graph.instance.figure("compatibility"), {item.council, item.other}
    services = [item.service] if item.service else [s for s in minimum if pair <= set(graph.runs[s])]
    values = rounded_up({max(NO_VETO, minimum[s]) for s in services if minimum[s] > item.value or item.value == 0})
    row: Compatibility | None = item.source
    if row is None:
        names = ", ".join(f"{key} = {toml_value(name)}" for key, name in (("council_a", item.council), ("council_b", item.other)))
        path = join_path(["compatibility", item.council, item.other, "", "score"])
        return [Lever(item, path, item.value, values, "score", (f"compatibility += {{ {names}, score = {VALUE} }}",))]
    return [Lever(item, row_path("compatibility", row, "score"), item.value, values, "score")]


def _distance(graph: CouncilGraph, item: Item) -> list[Lever]:
    """What the rules ask for one service or another."""
    row: Distance = item.source
    limits = {
        getattr(limit, item.column)
        for rule in ("maximum_distance", "maximum_span")
        for service, limit in graph.instance.distance_limit(rule).items()
        if {row.council_a, row.council_b} <= set(graph.runs[service])
    }
    values = sorted((value for value in limits if value is not None and value < item.value), reverse=True)
    return [Lever(item, row_path("distances", row, item.column), item.value, values, item.unit)]
