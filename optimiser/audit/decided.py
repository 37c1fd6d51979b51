"""What is already decided, as the audit reads it: commitments one service at a time, and what is live before the start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from instances import Instance
from instances.tables import Commitment, Vehicle
from optimiser.audit.decisions import LEAD_AUTHORITY

Since = dict[tuple[str, str], tuple[str, dt.date]]
"""Host, or alternative, and date of go-live of each (council, service)."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A commitment for one service; a row with a blank service stands once for each service it means."""

    council: str
    service: str
    decision: str
    other: str | None
    go_live: dt.date | None
    vehicle: str | None
    option: str | None = None


def commitments(instance: Instance) -> tuple[Decided, ...]:
    """Commitments one service at a time, each once; none when the rule is off.

    A blank service is every service that the council runs and, where another council is named, that one runs too.
    """
    if not instance.rules.commitments:
        return ()
    decided = []
    for row in instance.rows(Commitment):
        for service in [row.service] if row.service else _services_meant(instance, row):
            decided.append(Decided(row.council, service, row.decision, row.other, row.go_live, row.vehicle, row.option))
    return tuple(dict.fromkeys(decided))


def _services_meant(instance: Instance, row: Commitment) -> list[str]:
    councils = [row.council] if row.other is None else [row.council, row.other]
    return [service for service in instance.services if all((council, service) in instance.baselines for council in councils)]


def live_already(commitments: Sequence[Decided], start: dt.date) -> Since:
    """Host and date of what is live already; a host without a row of its own is live since its first member."""
    rows = [(row.council, row.service, row.other or "", row.go_live or start) for row in commitments if row.decision == "live"]
    hosts: Since = {}
    for _, service, host, since in rows:
        first = hosts.get((host, service), (host, since))[1]
        hosts[host, service] = (host, min(first, since))
    return hosts | {(council, service): (host, since) for council, service, host, since in rows}


def taken_already(commitments: Sequence[Decided], start: dt.date) -> Since:
    """Alternative and date of what was taken before the start; on the start or later it is still to be taken."""
    rows = [(row, row.go_live) for row in commitments if row.decision == "takes"]
    return {(row.council, row.service): (row.option or "", day) for row, day in rows if day is not None and day < start}


def live_vehicles(commitments: Sequence[Decided], live: Since, vehicles: Mapping[str, Vehicle]) -> dict[tuple[str, str], str | None]:
    """Vehicle of each partnership that is live already, by (host, service); None where the data do not settle it.

    The one that a row about the partnership names; else the only one that may run the service; else the lead authority.
    """
    found: dict[tuple[str, str], str | None] = {}
    for host, service in sorted({(host, service) for (_, service), (host, _) in live.items()}):
        named = {row.vehicle for row in commitments if row.vehicle and row.service == service and _host_of(row) == host}
        possible = [name for name, vehicle in vehicles.items() if vehicle.service_names is None or service in vehicle.service_names]
        if len(named) == 1:
            found[host, service] = named.pop()
        elif not named and len(possible) == 1:
            found[host, service] = possible[0]
        else:
            found[host, service] = LEAD_AUTHORITY if not named and LEAD_AUTHORITY in possible else None
    return found


def _host_of(row: Decided) -> str | None:
    """The host whose partnership a commitment about a vehicle is about."""
    return {"hosts": row.council, "live": row.other}.get(row.decision)
