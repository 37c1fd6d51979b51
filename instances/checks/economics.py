"""Rules and parameters that are on and need data: distances, volumes, performance, compatibility."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from instances import tables
from instances.checks.draft import Draft, several
from instances.checks.without_effect import known_by_service, run_by_several
from instances.errors import Fault
from instances.instance import Instance, row_key
from instances.rule_figures import DistanceLimit

LIMITS = ("maximum_distance", "maximum_span")


def check_distances_known(draft: Draft) -> Iterator[Fault]:
    """Where a distance counts, each pair of councils that run the service has one: given, or between coordinates."""
    instance = draft.instance
    if instance is None or "distances" in draft.incomplete:
        return
    limits = {rule: instance.distance_limit(rule) for rule in LIMITS}
    runs = defaultdict(list)
    for council, service in instance.baselines:
        if council in instance.councils and service in instance.services:
            runs[service].append(council)
    refused = _refused_pairs(draft)
    given = {
        unit: {row_key(row) for row in instance.rows(tables.Distance) if getattr(row, unit) is not None} | refused
        for unit in ("km", "minutes")
    }
    missing: dict[tuple[str, str, str], list[str]] = {}
    for service, councils in runs.items():
        for unit in ("km", "minutes"):
            why = _needs(instance, limits, service, unit)
            for pair in _without(instance, councils, given[unit], unit) if why else ():
                missing.setdefault((*pair, f"{unit}|{why}"), []).append(service)
    yield from _missing_distances(draft, missing)


def _refused_pairs(draft: Draft) -> set[tuple[Any, ...]]:
    """Pairs whose row is faulty, which says enough."""
    names = [(record.get("council_a"), record.get("council_b")) for record in draft.records.get("distances", ()) if record.row is None]
    return {tuple(sorted(pair)) for pair in names if None not in pair}


def _needs(instance: Instance, limits: Mapping[str, Mapping[str, DistanceLimit]], service: str, unit: str) -> str:
    """Why distances in a unit count for a service; empty where they do not."""
    if unit == "km" and instance.parameter(service, "distance_cost") > 0:
        return "distance_cost"
    return next((rule for rule, limit in limits.items() if service in limit and getattr(limit[service], unit) is not None), "")


def _without(instance: Instance, councils: list[str], given: set[tuple[Any, ...]], unit: str) -> Iterator[tuple[str, str]]:
    """Pairs without a distance, first the council that lacks coordinates."""
    placed = {name for name in councils if unit == "km" and _is_placed(instance.councils[name])}
    lost = [name for name in councils if name not in placed]
    for position, council in enumerate(lost):
        for other in [*(name for name in councils if name in placed), *lost[position + 1 :]]:
            if tuple(sorted((council, other))) not in given:
                yield council, other


def _is_placed(council: tables.Council) -> bool:
    """Whether a council has coordinates; one without the other is a fault of its own."""
    return council.latitude is not None or council.longitude is not None


def _missing_distances(draft: Draft, missing: Mapping[tuple[str, str, str], list[str]]) -> Iterator[Fault]:
    """One fault for each council that lacks coordinates, or whose minutes are wanting."""
    lines = {row.council: line for line, row in draft.numbered(tables.Council)}
    grouped: dict[tuple[str, str], list[tuple[str, list[str]]]] = {}
    for (council, other, reason), services in missing.items():
        grouped.setdefault((council, reason), []).append((other, services))
    for (council, reason), pairs in grouped.items():
        unit, _, why = reason.partition("|")
        services = list(dict.fromkeys(service for _, named in pairs for service in named))
        others = list(dict.fromkeys(other for other, _ in pairs))
        problem = f"no {unit} between '{council}' and {_some([repr(other) for other in others])}, but {why} is on for {_some(services)}"
        if unit == "km":
            yield Fault("councils.csv", problem, "give coordinates here, or km in distances.csv", row=lines.get(council), column="latitude")
        else:
            yield Fault("distances.csv", problem, "give minutes for each pair", column="minutes")


def _some(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def check_volumes_known(draft: Draft) -> Iterator[Fault]:
    """Unit costs (convergence) and host capacities need volumes."""
    instance = draft.instance
    if instance is None:
        return
    limited = instance.rules.host_capacity
    capped = {row.service for row in instance.rows(tables.Baseline) if row.host_capacity is not None} if limited else set()
    for line, row in draft.numbered(tables.Baseline):
        if row.service not in instance.services:
            continue
        converges = instance.parameter(row.service, "convergence") > 0 and row.variable_cost > 0
        who = f"'{row.council}' has {'no volume' if row.volume is None else 'volume 0'} for {row.service}"
        if row.volume is None and converges:
            yield Fault(
                "baselines.csv",
                f"{who}, but convergence compares unit costs",
                "give it, or set convergence to 0",
                row=line,
                column="volume",
            )
        elif row.volume is None and row.service in capped:
            yield Fault(
                "baselines.csv",
                f"{who}, but host_capacity limits volumes",
                "give it, or write rules.host_capacity = false",
                row=line,
                column="volume",
            )
        elif row.volume == 0 and converges:
            yield Fault(
                "baselines.csv",
                f"{who} and variable cost {row.variable_cost:,.2f}",
                "a unit cost needs a volume above 0",
                row=line,
                column="volume",
            )


def check_performance_known(draft: Draft) -> Iterator[Fault]:
    """Rule quality needs a performance of somebody."""
    instance = draft.instance
    if instance is None:
        return
    refused = {record.get("service") for record in draft.records.get("baselines", ()) if record.row is None}
    running = {service for _, service in instance.baselines} - refused
    scored = {row.service for row in instance.rows(tables.Baseline) if row.performance is not None}
    for service in instance.quality():
        if service in running - scored:
            yield Fault(
                "baselines.csv",
                f"no council has a performance for {service}, but rule quality is on",
                "give it, or write rules.quality = false",
                column="performance",
            )


def check_compatibility_known(draft: Draft) -> Iterator[Fault]:
    """Rule compatibility needs to know something of some pair: a score, control, culture or joint working."""
    instance = draft.instance
    if instance is None or {"councils", "services", "compatibility", "history"} & draft.damaged:
        return
    rows = [*instance.rows(tables.Compatibility), *instance.rows(tables.History)]
    councils = {council for row in rows for council in (row.council_a, row.council_b)}
    if not (councils <= set(instance.councils) and {getattr(row, "service", None) for row in rows} <= {None, *instance.services}):
        return  # a misspelt name may be what is known
    figures = instance.figure("compatibility")
    services = [service for service in run_by_several(instance) if service in figures]
    if not services:
        return
    known = known_by_service(instance)
    if not any(known[service].any() for service in services):
        yield Fault(
            "compatibility.csv",
            f"nothing is known of any two councils that run {several(services, 'or')}, but rule compatibility is on",
            "give scores, or control or culture in councils.csv, or write rules.compatibility = false",
            column="score",
        )
