"""Whether the decisions of a plan make sense at all, before what they are worth (model.md, section 2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from optimiser.audit.decisions import Alternative, Decision
from optimiser.audit.facts import HALF_A_PENNY, Facts
from optimiser.audit.figures import Figures
from optimiser.audit.lines import plain


def structural_faults(facts: Facts, decisions: Sequence[Decision], alternatives: Sequence[Alternative], figures: Figures) -> list[str]:
    """Everything about who shares what with whom and when that no plan may have, whatever the rules."""
    faults = list(_arranged_twice(decisions, alternatives))
    for decision in decisions:
        faults += _host(facts, decision)
        faults += _vehicle(facts, decision)
        faults += _tranches(facts, decision)
    for alternative in alternatives:
        faults += _alternative(facts, alternative)
    for partnership in figures.partnerships:
        total = sum(member.payment for member in partnership.members)
        if not abs(total) <= HALF_A_PENNY:
            where = f"partnership {partnership.service} at {partnership.host}"
            faults.append(f"{where}: payments between its members add up to {plain(total)} GBP, not to 0")
    return faults


def _arranged_twice(decisions: Sequence[Decision], alternatives: Sequence[Alternative]) -> Iterator[str]:
    """One arrangement for each council and service, one partnership for each service and host."""
    for (service, host), times in Counter((decision.service, decision.host) for decision in decisions).items():
        if times > 1:
            yield f"partnership {service} at {host}: stands {times} times in the plan"
    ways: dict[tuple[str, str], list[str]] = {}
    for decision in decisions:
        for council in decision.members:
            ways.setdefault((council, decision.service), []).append(f"with {decision.host}")
    for one in alternatives:
        ways.setdefault((one.council, one.service), []).append(f"by {one.option}")
    for (council, service), found in ways.items():
        if len(found) > 1:
            yield f"{council} in {service}: has {len(found)} arrangements, {', '.join(found)}; it may have one"


def _host(facts: Facts, decision: Decision) -> Iterator[str]:
    """The host is a member, may host, and goes live no later than anyone; a partnership has at least two members."""
    where = f"partnership {decision.name}"
    if len(set(decision.members)) < 2:
        yield f"{where}: has fewer than two members"
    own = next((move for move in decision.moves if move.council == decision.host), None)
    if own is None:
        yield f"{where}: the host is not among its members"
        return
    if not own.is_live and not facts.instance.baselines[decision.host, decision.service].can_host:
        yield f"{where}: {decision.host} cannot host {decision.service} (can_host is false)"
    for move in decision.moves:
        if move.tranche < own.tranche:
            yield f"{where}, member {move.council}: goes live in tranche {move.tranche}, before the host in tranche {own.tranche}"


def _vehicle(facts: Facts, decision: Decision) -> Iterator[str]:
    """The vehicle may run the service."""
    services = facts.vehicles[decision.vehicle].service_names
    if services is not None and decision.service not in services:
        yield f"partnership {decision.name}: {decision.vehicle} may not run {decision.service}"


def _tranches(facts: Facts, decision: Decision) -> Iterator[str]:
    """Only what a commitment says is live already has no tranche of its own; nothing goes live once council or host has ceased."""
    for move in decision.moves:
        if move.is_live and facts.live.get((move.council, decision.service), ("",))[0] != decision.host:
            yield f"partnership {decision.name}, member {move.council}: is live already in the plan (tranche -1), but no commitment says so"
        yield from _ceased(
            facts, f"partnership {decision.name}, member {move.council}: goes live", move.tranche, (move.council, decision.host)
        )


def _alternative(facts: Facts, alternative: Alternative) -> Iterator[str]:
    """An alternative is taken from the day on which it is to be had, by a council that still exists; or before the start, as is decided."""
    where = f"option {alternative.name}"
    if alternative.is_live:
        if facts.taken.get((alternative.council, alternative.service), ("",))[0] != alternative.option:
            yield f"{where}: is taken already in the plan (tranche -1), but no commitment says so"
        return
    row = facts.instance.options[alternative.council, alternative.service, alternative.option]
    start = facts.instance.calendar.date(alternative.tranche)
    if row.available_from is not None and start < row.available_from:
        yield f"{where}: starts on {start}, but is to be had from {row.available_from} only"
    yield from _ceased(facts, f"{where}: starts", alternative.tranche, (alternative.council,))


def _ceased(facts: Facts, what: str, tranche: int, councils: Sequence[str]) -> Iterator[str]:
    """Whoever has ceased by the first day of a tranche; what is live already is kept."""
    day = facts.instance.calendar.date(tranche)
    for council in dict.fromkeys(councils):
        ceases = facts.instance.councils[council].ceases
        if tranche >= 0 and ceases is not None and day >= ceases:
            yield f"{what} on {day}, but {council} ceases on {ceases}"
