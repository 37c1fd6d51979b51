"""Held: the plan stays, the data change. Worked out by the audit, so nothing of a model or a solver is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from instances import Instance
from instances.touched import touched
from optimiser.audit import Alternative, Assessment, Decision, assess, worth
from optimiser.payments import payments_for
from optimiser.whatif.base import Base


@dataclass(frozen=True)
class Held:
    """What a plan is worth in an instance that it was not made for.

    Attributes:
        npv: Net present value, GBP.
        councils: Each council's part of it, before payments between partners, GBP.
        broken: Rules that it breaks there, by name; `structure` for what no plan may have whatever the rules.
        faults: What is broken, a sentence each.
        slack: Least slack of each rule that applies, in its own unit; below 0 where it is broken.
        one_off: One-off cost, GBP, not discounted.
    """

    npv: float
    councils: Mapping[str, float]
    broken: tuple[str, ...]
    faults: tuple[str, ...]
    slack: Mapping[str, float]
    one_off: float

    @property
    def kept(self) -> bool:
        """Whether it keeps every rule."""
        return not self.faults


def held(base: Base, instance: Instance) -> Held | None:
    """The base plan in another instance; None where it cannot be priced there, since a council or service of it is not in it."""
    return held_decisions(instance, base.decisions, base.alternatives)


def worth_of_plan(base: Base, instance: Instance) -> float | None:
    """NPV of the base plan in another instance, GBP, and nothing else; None where it cannot be priced there.

    What is shared of a service is worth what it was where nothing but figures of other services has changed.
    """
    services = touched(base.instance, instance)
    if services is None:
        services = frozenset(base.worth) | frozenset(instance.services)
    decisions = [one for one in base.decisions if one.service in services]
    fresh = worth(instance, decisions, [one for one in base.alternatives if one.service in services])
    if fresh is None:
        return None
    return sum(fresh.get(service, 0.0) if service in services else value for service, value in base.worth.items())


def held_decisions(instance: Instance, decisions: Sequence[Decision], alternatives: Sequence[Alternative]) -> Held | None:
    """Decisions in an instance; None where they cannot be priced there.

    Where partners may pay one another, they pay what the changed data ask of them.
    """
    found = assess(instance, decisions, alternatives)
    if found is not None and instance.rules.no_council_worse_off == "compensated":
        found = assess(instance, _paid_anew(decisions, found), alternatives)
    if found is None:
        return None
    slack: dict[str, float] = {}
    for line in found.rules:
        slack[line.rule] = min(line.slack, slack.get(line.rule, line.slack))
    broken = (*found.broken, *(["structure"] if found.structure else []))
    return Held(
        found.figures.npv, {c.council: c.npv for c in found.figures.councils}, broken, found.faults, slack, found.figures.summary.one_off
    )


def _paid_anew(decisions: Sequence[Decision], found: Assessment) -> list[Decision]:
    own = {council.council: council.npv for council in found.figures.councils}
    members = [(d.service, d.host, move.council) for d in decisions for move in d.moves]
    paid = payments_for(members, {council: own[council] for *_, council in members})
    return [
        replace(d, moves=tuple(replace(move, payment=paid.get((d.service, d.host, move.council), 0.0)) for move in d.moves))
        for d in decisions
    ]
