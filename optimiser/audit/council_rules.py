"""Rules about one council over all its services (model.md, section 4). Alternatives to sharing do not count in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optimiser.audit.decisions import Decision
from optimiser.audit.facts import Facts
from optimiser.audit.lines import Applied, Place, apply_limit, listed, month_and_year


def hosting_limit(facts: Facts, decisions: Sequence[Decision]) -> Iterator[Applied]:
    """Services that a council hosts are at most the limit; a line for each council that hosts, live or not."""
    limit = facts.instance.rules.hosting_limit
    if limit is None or limit is False:
        return
    for host in sorted({decision.host for decision in decisions}):
        hosted = len(_hosted(decisions, host))
        yield apply_limit("hosting_limit", Place(host, host=host, council=host), hosted, limit, "services", sense="at most")


def each_hosts(facts: Facts, decisions: Sequence[Decision]) -> Iterator[Applied]:
    """A council that joins anything hosts something, live hosting included; what joined before the start is not judged."""
    if not facts.instance.rules.each_hosts:
        return
    for council in sorted({move.council for decision in decisions for move in decision.joining}):
        hosted = len(_hosted(decisions, council))
        yield apply_limit("each_hosts", Place(council, council=council), hosted, 1, "services", sense="at least")


def _hosted(decisions: Sequence[Decision], council: str) -> set[str]:
    return {decision.service for decision in decisions if decision.host == council}


def bundle(facts: Facts, decisions: Sequence[Decision]) -> Iterator[Applied]:
    """Each council shares all services of a bundle with one host in one tranche, or none of them; value 1 where it does.

    A line for each council and bundle of which it shares a service. Not judged where one of them is live already.
    """
    placed = {(move.council, one.service): (one.host, move.tranche) for one in decisions for move in one.moves}
    for services in dict.fromkeys(facts.instance.rules.bundle or ()):
        for council in sorted({council for council, service in placed if service in services}):
            if any((council, service) in facts.live for service in services):
                continue
            ways = [placed.get((council, service)) for service in services]
            kept = len(set(ways)) == 1
            place = Place(f"{council}: {listed(services)}", council=council)
            found = apply_limit("bundle", place, float(kept), 1.0, "kept", sense="at least")
            said = listed([f"{service} {_in_words(facts, way)}" for service, way in zip(services, ways, strict=True)])
            yield Applied(found.line, "" if kept else f"rule bundle, {place.scope}: is not kept: {said}")


def _in_words(facts: Facts, way: tuple[str, int] | None) -> str:
    """How a council shares a service."""
    return "not shared" if way is None else f"with {way[0]} from {month_and_year(facts.instance.calendar.date(way[1]))}"


def partner_limit(facts: Facts, decisions: Sequence[Decision]) -> Iterator[Applied]:
    """Different councils with which a council is in some partnership, at full membership, are at most the limit."""
    limit = facts.instance.rules.partner_limit
    if limit is None or limit is False:
        return
    partners: dict[str, set[str]] = {}
    for decision in decisions:
        for council in decision.members:
            partners.setdefault(council, set()).update(set(decision.members) - {council})
    for council, others in sorted(partners.items()):
        if others:
            yield apply_limit("partner_limit", Place(council, council=council), len(others), limit, "councils", sense="at most")
