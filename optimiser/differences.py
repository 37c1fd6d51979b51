"""How one configuration differs from another, in words: hosts, members and alternatives, service by service.

Services that differ alike share a sentence. A partnership is the same one if its host stays, or else if at least two of its councils
stay together under another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from instances import Instance
from instances.asked import Configuration

Groups = Mapping[str, frozenset[str]]
"""Members of each partnership of a service, the host among them, by host."""


def differences(instance: Instance, before: Configuration, after: Configuration) -> list[str]:
    """What is arranged otherwise, a sentence for all services that differ alike, in the order of the services.

    Only councils and services of the instance are looked at; see `instances.asked.Differs`.
    """
    services: dict[str, list[str]] = {}
    for service, row in instance.services.items():
        one, other = (_Arranged.of(instance, service, configuration) for configuration in (before, after))
        if clauses := "; ".join(_clauses(one, other)):
            services.setdefault(clauses, []).append((row.name or service).replace("_", " "))
    return [f"{listed(names)}: {clauses}" for clauses, names in services.items()]


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: A; A and B; A, B and C."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


@dataclass(frozen=True)
class _Arranged:
    """One service in a configuration: who is with whom, and who takes an alternative."""

    host: Mapping[str, str]
    option: Mapping[str, str]
    groups: Groups

    @classmethod
    def of(cls, instance: Instance, service: str, configuration: Configuration) -> _Arranged:
        found = {c: configuration[c, s] for c, s in instance.baselines if s == service and (c, s) in configuration}
        groups: dict[str, set[str]] = defaultdict(set)
        for council, (host, _) in found.items():
            if host:
                groups[host].add(council)
        return cls(
            {council: host for council, (host, _) in found.items() if host},
            {council: option for council, (host, option) in found.items() if not host},
            {host: frozenset(members) for host, members in sorted(groups.items())},
        )


def _clauses(before: _Arranged, after: _Arranged) -> Iterator[str]:
    """What has changed in one service: partnerships first, then councils that come and go, then alternatives."""
    same = _continued(before.groups, after.groups)
    became = {host: other for other, host in same.items()}
    several = max(len(before.groups), len(after.groups)) > 1
    for host, members in after.groups.items():
        if host not in same:
            yield f"now shared by {listed([f'{host} (host)', *sorted(members - {host})])}"
        elif host != same[host]:
            yield f"host {host} in place of {same[host]}"
    for host, members in before.groups.items():
        if host not in became:
            yield from _ended(host, members, after)
    for host, former in same.items():
        yield from _moved(before, after, host, former, several=several)
    yield from _alternatives(before, after)


def _continued(before: Groups, after: Groups) -> dict[str, str]:
    """Partnerships that go on, by host: the host there was. First those whose host stays, then those with most councils in common."""
    found = {host: host for host in after if host in before}
    pairs = [(len(after[new] & before[old]), new, old) for new in after for old in before if new not in found and old not in found]
    for common, new, old in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if common >= 2 and new not in found and old not in found.values():
            found[new] = old
    return found


def _ended(host: str, members: frozenset[str], after: _Arranged) -> Iterator[str]:
    """A partnership that is no more; what its councils do now is said where they share or take an alternative."""
    alone = [c for c in sorted(members) if c not in after.host and c not in after.option]
    others = sorted(members - {host})
    if len(alone) == len(members):
        yield f"no longer shared by {listed([f'{host} (host)', *others])}"
    else:
        yield f"{host}'s partnership with {listed(others)} ends" if others else f"{host}'s partnership ends"


def _moved(before: _Arranged, after: _Arranged, host: str, former: str, *, several: bool) -> Iterator[str]:
    """Councils that join or leave a partnership that goes on; one that moves from another is said where it joins."""
    joining = sorted(after.groups[host] - before.groups[former])
    fresh = [c for c in joining if c not in before.host]
    to, of = (f" {host}", f" {host}") if several else ("", "")
    if fresh:
        yield f"{listed(fresh)} {'joins' if len(fresh) == 1 else 'join'}{to}"
    for c in joining:
        if c in before.host:
            yield f"{c} with {host} in place of {before.host[c]}" if c != before.host[c] else f"{c} joins {host} and no longer hosts"
    leaving = [c for c in sorted(before.groups[former] - after.groups[host]) if c not in after.host and c not in after.option]
    if leaving:
        yield f"{listed(leaving)} {'leaves' if len(leaving) == 1 else 'leave'}{of}"


def _alternatives(before: _Arranged, after: _Arranged) -> Iterator[str]:
    """Councils that take an alternative, another one, or none any more."""
    for c, option in sorted(after.option.items()):
        name = option.replace("_", " ")
        if c not in before.option:
            yield f"{c} takes {name}{f' in place of sharing with {before.host[c]}' if before.host.get(c, c) != c else ''}"
        elif before.option[c] != option:
            yield f"{c} takes {name} in place of {before.option[c].replace('_', ' ')}"
    for c, option in sorted(before.option.items()):
        if c not in after.option:
            yield f"{c} no longer takes {option.replace('_', ' ')}"
