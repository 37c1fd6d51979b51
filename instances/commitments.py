"""What is already decided, brought down to single councils and services. Rule `commitments`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from instances.instance import LEAD_AUTHORITY, Instance
from instances.tables import Commitment

Key = tuple[str, str]
"""Council and service."""
DATED = ("hosts", "shares_with", "together", "takes")
"""Decisions that may name the day of a go-live to come."""


@dataclass(frozen=True)
class Decided:
    """Decisions by (council, service), or by two councils and a service.

    Attributes:
        hosts: Those who must host.
        shares_with: Hosts that a council must join; more than one cannot be kept.
        together: Pairs that must be in one partnership: (council, other, service).
        never_with: Pairs that must not: (council, other, service).
        stays_out: Those who keep the service as it is.
        not_before: First day on which they may go live.
        go_live: Days on which they must go live, if they do; two different ones cannot be kept.
        live: Host of those who are live already, and since when.
        takes: Alternative to sharing that they must take, and so share with nobody.
        takes_since: Since when, of those who took it before the start.
        vehicle: Delivery vehicle of the partnership of a host and service, where it is decided; every live partnership has one.
    """

    hosts: set[Key] = field(default_factory=set)
    shares_with: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    together: tuple[tuple[str, str, str], ...] = ()
    never_with: tuple[tuple[str, str, str], ...] = ()
    stays_out: set[Key] = field(default_factory=set)
    not_before: dict[Key, dt.date] = field(default_factory=dict)
    go_live: dict[Key, tuple[dt.date, ...]] = field(default_factory=dict)
    live: dict[Key, tuple[str, dt.date]] = field(default_factory=dict)
    vehicle: dict[Key, str] = field(default_factory=dict)
    takes: dict[Key, str] = field(default_factory=dict)
    takes_since: dict[Key, dt.date] = field(default_factory=dict)

    def must_share(self, council: str, service: str) -> bool:
        """Whether the council has to be in a partnership for the service, or is in one already, so that it has no alternative."""
        key = (council, service)
        return (
            key in self.hosts
            or key in self.shares_with
            or key in self.live
            or any(service == shared and council in pair for *pair, shared in self.together)
        )

    def only(self, keys: Collection[Key]) -> Decided:
        """What is decided of some councils and services; what is decided of two, where both are among them."""
        return replace(
            self,
            hosts=self.hosts & set(keys),
            shares_with={key: hosts for key, hosts in self.shares_with.items() if key in keys},
            together=tuple((a, b, s) for a, b, s in self.together if (a, s) in keys and (b, s) in keys),
            live={key: found for key, found in self.live.items() if key in keys},
            takes={key: option for key, option in self.takes.items() if key in keys},
        )

    def demanded(self) -> set[Key]:
        """Councils and services that have to be in a partnership or to take an alternative, or do so already."""
        return {*self.hosts, *self.shares_with, *self.live, *self.takes, *((c, s) for a, b, s in self.together for c in (a, b))}

    def live_is_kept(self, key: Key) -> bool:
        """Whether nothing else that is decided contradicts what is live already."""
        host = self.live[key][0]
        return not (
            key in self.stays_out
            or key in self.takes
            or key in self.go_live
            or (key in self.hosts and host != key[0])
            or any(other != host for other in self.shares_with.get(key, ()))
        )


def decided(instance: Instance) -> Decided:
    """The commitments of an instance; none where the rule is off.

    A blank service stands for every service that the council runs and, for a decision about two councils, the other too.
    """
    result = Decided()
    if not instance.rules.commitments:
        return result
    together, never_with, named = [], [], {}
    for row in instance.rows(Commitment):
        for service in _services(instance, row):
            if row.decision == "together" and row.other is not None:
                together.append((row.council, row.other, service))
            elif row.decision == "never_with" and row.other is not None:
                never_with.append((row.council, row.other, service))
            else:
                _single(instance, row, service, result)
            if row.vehicle is not None and row.decision in ("hosts", "live"):
                named[host_of(row), service] = row.vehicle
            if row.go_live is not None and row.decision in DATED and not is_under_way(row, instance.calendar.start):
                for council in (row.council, row.other) if row.decision == "together" else (row.council,):
                    key = (str(council), service)
                    result.go_live[key] = (*result.go_live.get(key, ()), row.go_live)
    live = _with_hosts(result.live)
    unnamed = {(host, service): own_vehicle(instance, service) for (_, service), (host, _) in live.items()}
    return Decided(
        result.hosts,
        result.shares_with,
        tuple(sorted(together)),
        tuple(sorted(never_with)),
        result.stays_out,
        result.not_before,
        result.go_live,
        live,
        {key: vehicle for key, vehicle in sorted((unnamed | named).items()) if vehicle is not None},
        result.takes,
        result.takes_since,
    )


def is_under_way(row: Commitment, start: dt.date) -> bool:
    """Whether a row says of an alternative that it was taken before the start."""
    return row.decision == "takes" and row.go_live is not None and row.go_live < start


def host_of(row: Commitment) -> str:
    """The host of a commitment that is about one partnership (hosts, live)."""
    return row.other if row.decision == "live" and row.other is not None else row.council


def own_vehicle(instance: Instance, service: str) -> str | None:
    """The vehicle of what is live where no row names it: the only one that may run the service, else the lead authority."""
    known = instance.vehicles(service)
    if len(known) == 1:
        return next(iter(known))
    return LEAD_AUTHORITY if LEAD_AUTHORITY in known else None


def _services(instance: Instance, row: Commitment) -> list[str]:
    """Services that a commitment is about."""
    parties = [row.council] if row.other is None else [row.council, row.other]
    named = instance.services if row.service is None else [row.service]
    return [service for service in named if all((party, service) in instance.baselines for party in parties)]


def _single(instance: Instance, row: Commitment, service: str, result: Decided) -> None:
    key = (row.council, service)
    if row.decision == "hosts":
        result.hosts.add(key)
    elif row.decision == "shares_with" and row.other is not None:
        result.shares_with[key] = (*result.shares_with.get(key, ()), row.other)
    elif row.decision == "stays_out":
        result.stays_out.add(key)
    elif row.decision == "not_before" and row.go_live is not None:
        result.not_before[key] = max(row.go_live, result.not_before.get(key, row.go_live))
    elif row.decision == "live" and row.other is not None:
        result.live[key] = (row.other, row.go_live or instance.calendar.start)
    elif row.decision == "takes" and row.option is not None:
        result.takes[key] = row.option
        if row.go_live is not None and is_under_way(row, instance.calendar.start):
            result.takes_since[key] = row.go_live


def _with_hosts(live: dict[Key, tuple[str, dt.date]]) -> dict[Key, tuple[str, dt.date]]:
    """The host of a live member is live itself, since its first member at the latest."""
    complete = dict(live)
    for (_, service), (host, since) in sorted(live.items()):
        known = complete.get((host, service))
        if (host, service) not in live:
            complete[host, service] = (host, min(since, known[1]) if known else since)
    return dict(sorted(complete.items()))
