"""Delivery vehicles: which services they may run, whether each service has one, and what is decided about them."""

from __future__ import annotations

from collections.abc import Iterator

from instances import tables
from instances.checks.draft import Draft, Record, several
from instances.commitments import host_of, own_vehicle
from instances.errors import Fault, nearest
from instances.instance import LEAD_AUTHORITY

FILE = "vehicles.csv"
TAKES_VEHICLE = ("hosts", "live")
Wrong = tuple[str, str, str | None]
"""Problem, what is expected, nearest known name."""


def check_services_of_vehicles(draft: Draft) -> Iterator[Fault]:
    """The services that a vehicle may run are those of the table, each named once."""
    for record in draft.records.get("vehicles", ()):
        names = _services(record) or []
        for place, name in enumerate(names):
            found = _wrong_item(draft, name, names[:place])
            if found is not None:
                problem, expected, close = found
                yield Fault(FILE, problem, expected, row=record.line or None, column="services", nearest=close)


def _wrong_item(draft: Draft, name: str, before: list[str]) -> Wrong | None:
    """What is wrong with one name in a list of services."""
    if not name and name in before:
        return None  # said once for the cell
    if not name:
        return "has an empty item", "write services with semicolons between them, such as payroll;waste", None
    if name in before:
        return f"'{name}' stands twice", "name each service once", None
    services = draft.names("service")
    if services is None or name in services:
        return None
    close = draft.close(name, "service")
    return f"'{name}' is not in services.csv", "" if close else "give it a row there, or mend the name", close


def _services(record: Record) -> list[str] | None:
    """What the cell of services names; None where it is blank, which means all."""
    cell = record.get("services")
    return None if cell is None else [name.strip() for name in str(cell).split(";")]


def _may_run(draft: Draft, record: Record, service: str) -> bool:
    """Whether a vehicle may run a service, a misspelt name read as what was most likely meant."""
    names = _services(record)
    return names is None or service in {draft.meant(name, "service") for name in names}


def check_each_service_has_a_vehicle(draft: Draft) -> Iterator[Fault]:
    """Where there are vehicles, some vehicle may run each service that councils run, with as many members as the rules allow."""
    records, runs, services = draft.records.get("vehicles", ()), draft.runs, draft.names("service")
    if not records or runs is None or services is None or "vehicles" in draft.incomplete:
        return
    sizes = draft.instance.partnership_size() if draft.instance is not None else {}
    small: dict[int, list[str]] = {}
    for service in sorted({service for _, service in runs} & services):
        able = [record for record in records if _may_run(draft, record, service)]
        if not able:
            yield Fault(FILE, f"no vehicle may run {service}", "name it in the services of one, or leave that cell blank for all")
            continue
        most = sizes.get(service, (2, None))[1]
        least = min(able, key=_needed)
        if most is not None and _needed(least) > most:
            small.setdefault(records.index(least), []).append(service)
    for index, names in small.items():
        record = records[index]
        most = max(sizes[service][1] or 0 for service in names)
        problem = f"'{record.get('vehicle')}' needs {_needed(record)} members, but partnership_size allows {most} for {several(names)}"
        expected = "lower it, allow more members, or give a vehicle that needs fewer"
        yield Fault(FILE, problem, expected, row=record.line or None, column="minimum_members")


def _needed(record: Record) -> int:
    """Members that a vehicle needs; a faulty row needs none that would be said."""
    return 0 if record.row is None else record.get("minimum_members") or 2


def check_decided_vehicles(draft: Draft) -> Iterator[Fault]:
    """A commitment names a vehicle that is there and may run the service, where it takes one; a partnership has one."""
    if "vehicles" in draft.incomplete:
        return
    records = {str(record.get("vehicle")): record for record in draft.records.get("vehicles", ()) if record.get("vehicle") is not None}
    named: dict[tuple[str, str], tuple[str, int | None]] = {}
    for line, row in draft.once(tables.Commitment):
        problem = _named_wrong(draft, records, row)
        for service in _about(draft, row) if row.vehicle is not None and problem is None else ():
            before, first = named.setdefault((host_of(row), service), (row.vehicle or "", line))
            if before != row.vehicle and problem is None:
                problem = (
                    f"'{row.vehicle}' is given, but '{before}' in row {first} for the same partnership of '{host_of(row)}' for {service}",
                    "name one vehicle",
                    None,
                )
        if problem is not None:
            yield Fault("commitments.csv", problem[0], problem[1], line, "vehicle", problem[2])
    yield from _ambiguous(draft, set(named))


def _about(draft: Draft, row: tables.Commitment) -> list[str]:
    """Services of a commitment about one partnership: those that council and host run; none where the name is unknown."""
    runs = draft.runs or set()
    if row.service is not None:
        return [row.service] if row.service in (draft.names("service") or ()) else []
    return sorted(service for council, service in runs if council == row.council and (host_of(row), service) in runs)


def _named_wrong(draft: Draft, records: dict[str, Record], row: tables.Commitment) -> Wrong | None:
    """What is wrong with the vehicle that a commitment names."""
    if row.vehicle is None:
        return None
    if row.decision not in TAKES_VEHICLE:
        if row.decision == "takes":
            return f"'{row.vehicle}' is given, but takes has no vehicle", "leave it blank; the alternative stands in option", None
        return f"'{row.vehicle}' is given, but {row.decision} takes no vehicle", "leave it blank; the row of the host names it", None
    if not records and row.vehicle != LEAD_AUTHORITY:
        return f"'{row.vehicle}' is not in vehicles.csv", f"give it a row there, or write {LEAD_AUTHORITY}, the only one without rows", None
    if records and row.vehicle not in records:
        close = nearest(row.vehicle, records)
        return f"'{row.vehicle}' is not in vehicles.csv", "" if close else "give it a row there, or mend the name", close
    barred = [service for service in _about(draft, row) if records and not _may_run(draft, records[row.vehicle], service)]
    if barred:
        return f"'{row.vehicle}' may not run {several(barred)}", "name it in the services of that vehicle, or name another vehicle", None
    return None


def _ambiguous(draft: Draft, named: set[tuple[str, str]]) -> Iterator[Fault]:
    """What is live has a vehicle: one that a row names, or the one that alone comes into question."""
    instance, records = draft.instance, draft.records.get("vehicles", ())
    if instance is None or any(record.row is None for record in records):
        return
    for line, row in draft.once(tables.Commitment):
        if row.decision != "live" or row.vehicle is not None:
            continue
        for service in _about(draft, row):
            able = sorted(instance.vehicles(service))
            if able and (host_of(row), service) not in named and own_vehicle(instance, service) is None:
                named |= {(host_of(row), other) for other in _about(draft, row)}
                problem = f"is blank, but {service} may be run by {several(able)}"
                yield Fault("commitments.csv", problem, "name the vehicle of what is live", row=line, column="vehicle")
                break
