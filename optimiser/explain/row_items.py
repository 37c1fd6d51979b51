"""Items of tables: what is decided, contracts, hosts, vehicles, councils that cease, and what the data say of pairs and performance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from instances import Instance
from instances.commitments import host_of, own_vehicle
from instances.graph import CouncilGraph
from instances.tables import Baseline, Commitment, Council, Vehicle
from optimiser.explain.items import Item
from optimiser.explain.lines import line_of, row_path

DEMANDS = ("hosts", "shares_with", "together", "live", "takes")
"""Decisions that ask for something to be shared, or for an alternative to be taken."""


TABLES = {
    "contract_timing": ("instance.toml", "rules.contract_timing"),
    "host_capacity": ("instance.toml", "rules.host_capacity"),
    "can_host": ("baselines.csv", "can_host"),
    "vehicle": ("vehicles.csv", "minimum_members"),
    "ceases": ("councils.csv", "ceases"),
}
"""Groups of rows, and where all of them are switched."""


def commitments(instance: Instance) -> list[Item]:
    """Each row of commitments, those that only forbid first; none where the rule is off.

    Among demands the rows of hosts who are live with themselves come first: members say as much, and more. Rows of one live partnership
    that would say nothing of its vehicle without one another are one item.
    """
    if not instance.rules.commitments:
        return []
    rows = instance.rows(Commitment)
    together = {host: [row for row in rows if _is_of(row, host)] for host in _hosts_with_one_name(instance)}
    held = {id(row) for group in together.values() for row in group}
    found = [_commitment(instance, row) for row in rows if id(row) not in held]
    found += [_live_partnership(instance, host, group) for host, group in together.items()]
    return sorted(
        found, key=lambda item: (item.demand, item.part != "live" or item.other != item.council, bool(item.service), item.row or 0)
    )


def _hosts_with_one_name(instance: Instance) -> list[str]:
    """Hosts of live partnerships whose vehicle some row does not name, though there are several that it could be."""
    unnamed = (row for row in instance.rows(Commitment) if row.decision == "live" and row.vehicle is None)
    services = {service: own_vehicle(instance, service) is None for service in instance.services}
    return sorted({host_of(row) for row in unnamed if any(services[s] for s in ([row.service] if row.service else services))})


def _is_of(row: Commitment, host: str) -> bool:
    """Whether a row is about what is live with a host, or names its vehicle."""
    return host_of(row) == host and (row.decision == "live" or (row.decision == "hosts" and row.vehicle is not None))


def _live_partnership(instance: Instance, host: str, rows: Sequence[Commitment]) -> Item:
    members = sorted({row.council for row in rows} - {host})
    found = _commitment(instance, rows[0])
    return replace(
        found,
        edits=tuple(f"{row_path('commitments', row)} = off" for row in rows),
        council=host,
        other=", ".join(members),
        service=", ".join(sorted({row.service or "" for row in rows})),
        part="live",
        row=min((line for row in rows if (line := line_of(instance, "commitments", row)) is not None), default=None),
        value=None,
        demand=True,
    )


def _commitment(instance: Instance, row: Commitment) -> Item:
    return Item(
        "commitment",
        "commitments",
        (f"{row_path('commitments', row)} = off",),
        service=row.service or "",
        council=row.council,
        other=row.other or row.option or "",
        part=row.decision,
        table="commitments.csv",
        row=line_of(instance, "commitments", row),
        value=row.go_live,
        demand=row.decision in DEMANDS,
        source=row,
    )


def grouped_tables(instance: Instance) -> list[Item]:
    """Tables and columns that forbid something, each as one."""
    rules, cells = instance.rules, instance.baselines.values()
    groups: dict[str, tuple[bool, tuple[str, ...]]] = {
        "contract_timing": (rules.contract_timing and bool(instance.contracts), ("rules.contract_timing = off",)),
        "host_capacity": (
            rules.host_capacity and any(row.host_capacity is not None for row in cells),
            ("rules.host_capacity = off",),
        ),
        "can_host": (any(not row.can_host for row in cells), ("baselines.*.*.can_host = true",)),
        "vehicle": (any(row.minimum_members is not None for row in instance.rows(Vehicle)), ("vehicles.*.minimum_members = none",)),
        "ceases": (
            any(row.ceases is not None for row in instance.councils.values()),
            ("councils.*.ceases = none", "councils.*.successor = none"),
        ),
    }
    return [
        Item("group", rule, edits, table=TABLES[rule][0], column=TABLES[rule][1], value=len(rows_of(instance, rule)))
        for rule, (is_on, edits) in groups.items()
        if is_on
    ]


def rows_of(instance: Instance, rule: str) -> list[Item]:
    """The items of a group of `grouped_tables`."""
    if rule == "contract_timing":
        return _contracts(instance)
    if rule == "vehicle":
        return [_vehicle(instance, row) for row in instance.rows(Vehicle) if row.minimum_members is not None]
    if rule == "ceases":
        return [_ceasing(instance, row) for row in instance.councils.values() if row.ceases is not None]
    rows: Iterable[Baseline] = instance.baselines.values()
    if rule == "can_host":
        return [_cell(instance, row, "can_host", "can_host", "true") for row in rows if not row.can_host]
    return [_cell(instance, row, "host_capacity", "host_capacity", "none", "units a year") for row in rows if row.host_capacity is not None]


def _contracts(instance: Instance) -> list[Item]:
    found = [
        Item(
            "contract",
            "contract_timing",
            (f"{row_path('contracts', row)} = off",),
            service=row.service,
            council=row.council,
            table="contracts.csv",
            row=line_of(instance, "contracts", row),
            column="expires",
            value=row.expires,
            unit="date",
            source=row,
        )
        for row in instance.contracts.values()
    ]
    return sorted(found, key=lambda item: item.key)


def _vehicle(instance: Instance, row: Vehicle) -> Item:
    return Item(
        "vehicle",
        "vehicle",
        (f"{row_path('vehicles', row, 'minimum_members')} = none",),
        other=row.vehicle,
        table="vehicles.csv",
        row=line_of(instance, "vehicles", row),
        column="minimum_members",
        value=row.minimum_members,
        unit="members",
        source=row,
    )


def _ceasing(instance: Instance, row: Council) -> Item:
    blank = ["ceases", *(["successor"] if row.successor is not None else [])]
    return Item(
        "ceases",
        "ceases",
        tuple(f"{row_path('councils', row, column)} = none" for column in blank),
        council=row.council,
        table="councils.csv",
        row=line_of(instance, "councils", row),
        column="ceases",
        value=row.ceases,
        unit="date",
        source=row,
    )


def _cell(instance: Instance, row: Baseline, kind: str, column: str, free: str, unit: str = "") -> Item:
    return Item(
        kind,
        kind,
        (f"{row_path('baselines', row, column)} = {free}",),
        service=row.service,
        council=row.council,
        table="baselines.csv",
        row=line_of(instance, "baselines", row),
        column=column,
        value=getattr(row, column),
        unit=unit,
        source=row,
    )


def by_service(items: Iterable[Item], graph: CouncilGraph) -> list[Item]:
    """Items in the order of services, so that those of one service stand together."""
    order = {service: place for place, service in enumerate(graph.instance.services)}
    return sorted(items, key=lambda item: (order.get(item.service, -1), item.key))
