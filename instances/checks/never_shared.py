"""Services that the rules leave nobody to share, whatever the figures are: said, since the plan alone would not show why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import networkx as nx

from instances import tables
from instances.checks.draft import several
from instances.checks.sequencing import BACK_OFFICE
from instances.checks.without_effect import run_by_several
from instances.instance import Instance
from instances.rule_figures import Sequence as Order


def never_shared(instance: Instance) -> Iterator[str]:
    """Rules that keep a service from ever being shared, with the services; what is live already is shared as it is."""
    yield from _too_few(instance)
    yield from _one_service(instance)
    yield from _waits_too_long(instance)
    yield from _bundles(instance)


def _too_few(instance: Instance) -> Iterator[str]:
    """A least size above the number of councils that run the service."""
    running = Counter(service for _, service in instance.baselines)
    by_vehicle = {service: _least_of_vehicles(instance, service) for service in run_by_several(instance)}
    small = [service for service, (least, _) in instance.partnership_size().items() if running[service] > 1 and least > running[service]]
    if small:
        yield f"rule partnership_size asks for more members than there are councils that run {several(small, 'or')}, so nobody can share it"
    few = [service for service, least in by_vehicle.items() if service not in small and least > running[service]]
    if few:
        yield f"vehicles.csv: every vehicle needs more members than there are councils that run {several(few, 'or')}, so nobody can share it"


def _least_of_vehicles(instance: Instance, service: str) -> int:
    return min((row.minimum_members or 2 for row in instance.vehicles(service).values()), default=2)


def _one_service(instance: Instance) -> Iterator[str]:
    """Rule each_hosts where there is no other service that a member could host."""
    shared = run_by_several(instance)
    if instance.rules.each_hosts and len(shared) == 1:
        yield f"rule each_hosts: councils have only {shared[0]} in common, so whoever joins can host nothing, and nobody can share it"


def _waits_too_long(instance: Instance) -> Iterator[str]:
    """Sequences whose wait is longer than the tranches last, at every council that runs what waits, with nothing live to wait for."""
    tranches = instance.calendar.tranches
    for place, row in enumerate(instance.rules.sequencing or (), 1):
        awaited = set(row.after or ()) or _offices(instance)
        runners = [council for council, service in instance.baselines if service == row.service]
        waits = row.service is None or all(any((council, one) in instance.baselines for one in awaited) for council in runners)
        if waits and row.periods >= tranches and not _is_live(instance, awaited):
            what = f"{row.service} waits" if row.service else f"{row.category} services wait"
            yield f"rules.sequencing item {place}: {what} {row.periods} periods, but the last tranche is {tranches - 1} periods after the first"


def _is_live(instance: Instance, services: set[str]) -> bool:
    """Whether one of some services is live anywhere."""
    return any(row.decision == "live" and (row.service is None or row.service in services) for row in instance.rows(tables.Commitment))


def _offices(instance: Instance) -> set[str]:
    return {name for name, service in instance.services.items() if service.category == BACK_OFFICE}


def _bundles(instance: Instance) -> Iterator[str]:
    """Services that have to go live together and that another rule keeps apart; bundles with a service in common are one."""
    together: nx.Graph[str] = nx.Graph()
    for bundle in instance.rules.bundle or ():
        nx.add_path(together, bundle)
    for services in sorted(sorted(found) for found in nx.connected_components(together)):
        for rule in _kept_apart(instance, services) if not _is_live(instance, set(services)) else ():
            yield f"rule bundle: {several(services)} have to go live together, but {rule} keeps them apart, so nobody can share them"


def _kept_apart(instance: Instance, services: Sequence[str]) -> Iterator[str]:
    rules = instance.rules
    for rule in ("delivery_capacity", "hosting_limit"):
        limit = getattr(rules, rule)
        if limit is not None and limit is not False and 0 < limit < len(services):
            yield f"{rule} {limit}"
    yield from (f"rules.sequencing item {place}" for place, row in enumerate(rules.sequencing or (), 1) if _parts(instance, row, services))


def _parts(instance: Instance, row: Order, services: Sequence[str]) -> bool:
    """Whether a sequence lets no council begin some services in one tranche."""
    if not row.periods:
        return False
    if row.service is not None:
        return row.service in services and bool(set(row.after or ()) & set(services))
    waits = any(instance.services[service].category == row.category for service in services)
    return waits and len(_offices(instance) - set(services)) < (row.after_back_office or 0)
