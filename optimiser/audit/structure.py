"""Whether the decisions of a plan make sense at all, before what they are worth (model.md, section 2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from optimiser.audit.decisions import Decision
from optimiser.audit.facts import Facts
from optimiser.plan import PlanDocument


def structural_faults(facts: Facts, document: PlanDocument, decisions: Sequence[Decision]) -> list[str]:
    """Everything about who shares what with whom and when that no plan may have, whatever the rules."""
    faults = list(_arranged_twice(decisions))
    for decision in decisions:
        faults += _host(facts, decision)
        faults += _tranches(facts, decision)
    if document.options:
        faults.append(f"options: {len(document.options)} in the plan, but alternatives to sharing are not in this version")
    return faults


def _arranged_twice(decisions: Sequence[Decision]) -> Iterator[str]:
    """One arrangement for each council and service, one partnership for each service and host."""
    for (service, host), times in Counter((decision.service, decision.host) for decision in decisions).items():
        if times > 1:
            yield f"partnership {service} at {host}: stands {times} times in the plan"
    moves = Counter((council, decision.service) for decision in decisions for council in decision.members)
    for (council, service), times in moves.items():
        if times > 1:
            hosts = ", ".join(decision.host for decision in decisions if decision.service == service and council in decision.members)
            yield f"{council} in {service}: has {times} arrangements, with {hosts}; it may have one"


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


def _tranches(facts: Facts, decision: Decision) -> Iterator[str]:
    """Only what a commitment says is live already has no tranche of its own."""
    for move in decision.moves:
        if move.is_live and facts.live.get((move.council, decision.service), ("",))[0] != decision.host:
            yield f"partnership {decision.name}, member {move.council}: is live already in the plan (tranche -1), but no commitment says so"
