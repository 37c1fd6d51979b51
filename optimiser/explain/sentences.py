"""What an item asks and what the data have, in a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from instances.commitments import DATED, is_under_way
from instances.graph import CouncilGraph
from instances.rule_figures import CompatibilityRule
from instances.rule_figures import Sequence as Order
from instances.tables import Baseline, Contract
from optimiser.explain.edits import LISTS
from optimiser.explain.items import Item
from optimiser.explain.words import amount, day
from optimiser.money import counted

MANY = ("partnership_size", "maximum_partnerships", "minimum_saving", "payback", "onboarding_capacity")
"""Rules whose sentence needs a figure."""
Says = Callable[[CouncilGraph, Item], str]


def scope_of(item: Item) -> str:
    """What an item is applied to, in a few words."""
    if item.kind == "commitment":
        return " ".join(
            [item.council, item.part, *([item.other] if item.other else []), *([f"for {item.service}"] if item.service else [])]
        )
    if item.kind in ("pair", "distance"):
        return f"{item.council} and {item.other}{f' for {item.service}' if item.service else ''}"
    if item.kind == "vehicle":
        return item.other
    if item.council:
        return f"{item.council}{f' for {item.service}' if item.service else ''}"
    if item.rule == "investment_limit":
        return item.part
    if item.part.isdecimal():
        return f"item {item.part}"
    return item.service or "all"


def name_of(item: Item) -> str:
    """A name for an item: maximum_distance for payroll; row 2 of commitments.csv."""
    if item.kind == "commitment":
        return f"row {item.row} of commitments.csv" if item.row else f"commitment {scope_of(item)}"
    if item.kind == "group":
        return f"all of {item.rule}"
    if item.kind != "rule":
        return _ROW_NAMES[item.kind](item)
    several = item.rule in ("quality", "partnership_size", "investment_limit")
    name = f"{item.rule} {item.part}" if several and item.part else item.rule
    name = f"{name} item {item.part}" if item.part.isdecimal() else name
    return f"{name} for {item.service}" if item.service else name


_ROW_NAMES: dict[str, Callable[[Item], str]] = {
    "contract": lambda item: f"the contract of {item.council} for {item.service}",
    "can_host": lambda item: f"can_host of {item.council} for {item.service}",
    "host_capacity": lambda item: f"host_capacity of {item.council} for {item.service}",
    "vehicle": lambda item: f"minimum_members of vehicle {item.other}",
    "ceases": lambda item: f"the day on which {item.council} ceases",
    "performance": lambda item: f"the performance of {item.council} in {item.service}",
    "pair": lambda item: f"the compatibility of {item.council} and {item.other}{f' for {item.service}' if item.service else ''}",
    "distance": lambda item: f"the {item.column} between {item.council} and {item.other}",
}


def asks(graph: CouncilGraph, item: Item) -> str:
    """What an item asks, or what it has, in a sentence."""
    if item.kind == "commitment":
        return f"{_decided(graph, item)}{_alone(graph, item)}{_too_late(graph, item)}"
    if item.kind == "rule":
        return f"{name_of(item)}: {_all_of(item) if _has_many(item) else _RULES[item.rule](graph, item)}"
    if item.kind == "group":
        return f"{name_of(item)}: {_GROUPS[item.rule]} ({item.value} in all)" if item.rule in _GROUPS else name_of(item)
    return _ROWS[item.kind](graph, item)


def _has_many(item: Item) -> bool:
    """Whether it is a rule as a whole whose figures differ, or that has items."""
    return item.value is None and item.source is None and not item.part and item.rule in (*MANY, *LISTS)


def _all_of(item: Item) -> str:
    return "all of its items together" if item.rule in LISTS else "its figures for all services together"


_GROUPS = {
    "contract_timing": "a council's service moves only once its contract has ended or can be broken",
    "host_capacity": "a host runs no more than it has room for",
    "can_host": "councils that may not host a service",
    "vehicle": "the fewest members of a vehicle",
    "ceases": "nobody goes live with a council that ceases",
}
"""Tables as a whole: what all of their rows ask."""


def where(table: str, row: int | None, column: str = "") -> str:
    """Where something stands: commitments.csv row 2; instance.toml, rules.maximum_distance."""
    return f"{table}{f' row {row}' if row else ''}{f', {column}' if column else ''}"


def in_short(graph: CouncilGraph, item: Item) -> str:
    """What an item asks, and where it stands."""
    return f"{asks(graph, item)} ({graph.instance.places.text(where(item.table, item.row))})"


def _decided(graph: CouncilGraph, item: Item) -> str:
    what = item.service or "every service that it runs"
    if len(item.edits) > 1:
        return f"{item.council} is live as host of {item.service or 'every service'}, with {item.other or 'nobody'}"
    says = {
        "hosts": f"{item.council} is to host {what}",
        "shares_with": f"{item.council} is to share {what} with {item.other}",
        "together": f"{item.council} and {item.other} are to be in one partnership for {item.service or 'every service that both run'}",
        "never_with": f"{item.council} and {item.other} are never in one partnership for {item.service or 'any service'}",
        "stays_out": f"{item.council} stays out of sharing {item.service or 'any service'}",
        "not_before": f"{item.council} does not go live with {item.service or 'any service'} before {amount(item.value, '')}",
        "live": f"{item.council} is live with {item.other if item.other != item.council else 'itself as host'} for {what}",
        "takes": f"{item.council} is to take {item.other} for {what}",
    }[item.part]
    if item.value is None or item.part not in DATED:
        return says
    if is_under_way(item.source, graph.instance.calendar.start):
        return f"{item.council} has taken {item.other} for {what} since {amount(item.value, '')}"
    return f"{says}, from {amount(item.value, '')}"


def _alone(graph: CouncilGraph, item: Item) -> str:
    """Services that a council is to share and that no other council runs."""
    services = [item.service] if item.service else [s for s, councils in graph.runs.items() if item.council in councils]
    alone = [service for service in services if graph.runs[service] == [item.council]] if item.part == "hosts" else []
    if not alone:
        return ""
    return f", and no other council runs {'it' if item.service else ', '.join(alone)}"


def _too_late(graph: CouncilGraph, item: Item) -> str:
    """An alternative that is to be taken, and is to be had only after the last tranche has begun."""
    if item.part != "takes" or item.value is not None:
        return ""
    first, last = graph.instance.options[item.council, item.service, item.other].available_from, graph.instance.calendar.tranche_dates[-1]
    if first is None or first <= last:
        return ""
    return f", which is to be had from {day(first)} only; the last tranche begins on {day(last)}"


def _compatibility(graph: CouncilGraph, item: Item) -> str:
    rule = graph.instance.rules.compatibility
    with_host = isinstance(rule, CompatibilityRule) and rule.scope == "with_host"
    value = item.value if item.value is not None else rule.minimum if isinstance(rule, CompatibilityRule) else 0.0
    who = "each member and its host" if with_host else "every two members"
    return f"{who} score at least {amount(value, 'score')}, and no veto"


def _quality(graph: CouncilGraph, item: Item) -> str:
    if item.part == "tolerance":
        return f"a host performs at most {amount(item.value, 'score')} below a member"
    return f"a host performs at {amount(item.value, 'score')} at least" if item.value is not None else "a host performs well enough"


def _size(graph: CouncilGraph, item: Item) -> str:
    return f"a partnership has at {'least' if item.part == 'minimum' else 'most'} {amount(item.value, 'members')}, the host included"


def _distance(graph: CouncilGraph, item: Item) -> str:
    who = "from member to host" if item.rule == "maximum_distance" else "between any two members"
    return f"at most {amount(item.value, item.unit)} {who}" if item.value is not None else f"a limit on the way {who}"


def _spending(graph: CouncilGraph, item: Item) -> str:
    who, _, year = item.part.partition(" ")
    when = f"in {year}" if year else "over all years" if who == "total" else "in any financial year"
    return f"{'one council spends' if who == 'council' else 'all councils together spend'} at most {amount(item.value, 'GBP')} {when}"


def _sequence(graph: CouncilGraph, item: Item) -> str:
    order: Order = item.source
    wait = f"{amount(order.periods, 'periods')} after" if order.periods else "when"
    if order.service is not None:
        return f"{order.service} goes live at a council only {wait} {' and '.join(order.after or ())} {'does' if not order.periods else ''}".strip()
    count = counted(order.after_back_office or 0, "back-office service")
    return f"{order.category} services go live at a council only {wait} {count} {'do' if not order.periods else ''}".strip()


def _total(graph: CouncilGraph, item: Item) -> str:
    rule = graph.instance.rules.minimum_total_saving
    return f"the programme saves at least {amount(item.value, 'GBP a year')} in year {rule.year if rule else ''}"


_RULES: dict[str, Says] = {
    "maximum_distance": _distance,
    "maximum_span": _distance,
    "compatibility": _compatibility,
    "quality": _quality,
    "partnership_size": _size,
    "maximum_partnerships": lambda graph, item: f"at most {amount(item.value, 'partnerships')}",
    "minimum_saving": lambda graph, item: (
        f"a partnership saves at least {amount(item.value, 'share')} of its members' cost in the second year"
    ),
    "contiguity": lambda graph, item: "members are neighbours, or linked through members",
    "payback": lambda graph, item: f"a partnership has earned its cost {amount(item.value, 'years')} after it opens",
    "onboarding_capacity": lambda graph, item: f"at most {amount(item.value, 'members')} join a host in one tranche",
    "minimum_total_saving": _total,
    "no_council_worse_off": lambda graph, item: (
        f"no council's own NPV is below £0, {'as it falls' if item.value == 'where_it_falls' else 'after payments between partners'}"
    ),
    "investment_limit": _spending,
    "delivery_capacity": lambda graph, item: f"at most {amount(item.value, 'go-lives')} of one council in a tranche",
    "programme_capacity": lambda graph, item: f"at most {amount(item.value, 'go-lives')} of all councils in a tranche",
    "hosting_limit": lambda graph, item: f"a council hosts at most {amount(item.value, 'services')}",
    "partner_limit": lambda graph, item: f"a council has at most {amount(item.value, 'councils')} as partners",
    "each_hosts": lambda graph, item: "a council that joins anything hosts something too",
    "sequencing": _sequence,
    "bundle": lambda graph, item: f"{' and '.join(item.source)} go live with one host in one tranche, or not at all",
}


def _contract(graph: CouncilGraph, item: Item) -> str:
    row: Contract = item.source
    dates = graph.instance.calendar.tranche_dates
    broken = "and cannot be broken" if row.break_from is None else f"and can be broken from {day(row.break_from)}"
    return (
        f"the contract of {item.council} for {item.service} runs until {day(row.expires)} {broken}; "
        f"the first tranche begins on {day(dates[0])}, the last on {day(dates[-1])}"
    )


def _host_capacity(graph: CouncilGraph, item: Item) -> str:
    row: Baseline = item.source
    return f"{item.council} can run {amount(item.value, item.unit)} of {item.service} as host; its own are {amount(row.volume or 0.0, 'score')}"


def _ceases(graph: CouncilGraph, item: Item) -> str:
    end: dt.date = item.value
    return f"{item.council} ceases on {day(end)}, so that nobody goes live with it from then on"


def _performance(graph: CouncilGraph, item: Item) -> str:
    if item.value is None:
        return f"no performance is given of {item.council} in {item.service}"
    return f"{item.council} performs at {amount(item.value, 'score')} in {item.service}"


def _pair(graph: CouncilGraph, item: Item) -> str:
    where = f" for {item.service}" if item.service else ""
    if item.source is None:
        return f"{item.council} and {item.other} score {amount(item.value, 'score')}{where} by control, culture and joint working"
    veto = ", a veto" if item.value == 0 else ""
    why = f" ({item.source.reason})" if item.source.reason else ""
    return f"{item.council} and {item.other} score {amount(item.value, 'score')}{where}{veto}{why}"


_ROWS: dict[str, Says] = {
    "contract": _contract,
    "can_host": lambda graph, item: f"{item.council} may not host {item.service}",
    "host_capacity": _host_capacity,
    "vehicle": lambda graph, item: f"a partnership run as {item.other} needs {amount(item.value, 'members')}",
    "ceases": _ceases,
    "performance": _performance,
    "pair": _pair,
    "distance": lambda graph, item: f"{item.council} to {item.other} is {amount(item.value, item.unit)}",
}


def needs(graph: CouncilGraph, item: Item, value: Any, unit: str, named: set[str]) -> str:
    """What the figure of an item would have to be for the rest of the clash, with the pair that it comes from where that is a distance."""
    text, asked = amount(value, unit), item.kind == "rule" and item.value is not None and not isinstance(item.value, str)
    pair = (
        _at(graph, item, value, named) if item.rule in ("maximum_distance", "maximum_span", "compatibility") and item.kind == "rule" else ""
    )
    if asked and unit != "year" and value < item.value:
        return f"the rest of this clash allows {text} at most{f' ({pair})' if pair else ''}"
    return f"the rest of this clash needs {text}{f' ({pair})' if pair else ''}"


def _at(graph: CouncilGraph, item: Item, value: float, named: set[str]) -> str:
    """The pair that has a value, councils that the clash names before others."""
    service = item.service or next(iter(graph.instance.services))
    matrix = graph.scores[service] if item.rule == "compatibility" else graph.minutes if item.unit == "minutes" else graph.km
    councils = graph.runs[service]
    pairs = [(a, b) for a in councils for b in councils if a < b and abs(matrix[graph.position[a], graph.position[b]] - value) < 1e-5]
    best = min(pairs, key=lambda pair: (-sum(council in named for council in pair), pair), default=None)
    return f"{best[0]} and {best[1]}" if best else ""
