"""The decisions of a plan, which are all that the audit takes from it (model.md, section 2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from instances import LIVE, Instance
from instances.tables import Vehicle
from optimiser.plan import PlanDocument

LEAD_AUTHORITY = "lead_authority"
"""The delivery vehicle of an instance that names none."""


@dataclass(frozen=True, slots=True)
class Move:
    """A council that hands a service to a host, or opens as the host itself, in a tranche; -1 is live before the start.

    The payment that it has from its partners is a decision too: a present value, GBP, below 0 where it pays.
    """

    council: str
    tranche: int
    payment: float = 0.0

    @property
    def is_live(self) -> bool:
        """Whether the move was made before the start; it is then counted and paid for, but no longer judged."""
        return self.tranche == LIVE


@dataclass(frozen=True, slots=True)
class Decision:
    """One partnership as decided: a service, its host, the moves of all members, the host's own among them, and its vehicle."""

    service: str
    host: str
    moves: tuple[Move, ...]
    vehicle: str = LEAD_AUTHORITY

    @property
    def name(self) -> str:
        """Plain words for messages and scopes, such as 'payroll at Thanet'."""
        return f"{self.service} at {self.host}"

    @property
    def members(self) -> tuple[str, ...]:
        """The councils in it, in the order of the plan."""
        return tuple(move.council for move in self.moves)

    @property
    def joining(self) -> tuple[Move, ...]:
        """Moves of members other than the host that are still to be made."""
        return tuple(move for move in self.moves if move.council != self.host and not move.is_live)

    def judged_pairs(self) -> Iterator[tuple[str, str]]:
        """Every two members in the order of their names; two that are live already are not judged."""
        ordered = sorted(self.moves, key=lambda move: move.council)
        for one, two in combinations(ordered, 2):
            if one.council != two.council and not (one.is_live and two.is_live):
                yield one.council, two.council


@dataclass(frozen=True, slots=True)
class Alternative:
    """A council that takes an alternative to sharing for a service, from a tranche on; -1 is taken before the start."""

    council: str
    service: str
    option: str
    tranche: int

    @property
    def name(self) -> str:
        """Plain words for messages, such as 'outsource for Dover in payroll'."""
        return f"{self.option} for {self.council} in {self.service}"

    @property
    def is_live(self) -> bool:
        """Whether it was taken before the start; it is then counted and paid for, but no longer judged."""
        return self.tranche == LIVE


def decisions_of(document: PlanDocument) -> tuple[Decision, ...]:
    """Partnerships, vehicles, members, tranches and payments of a plan in its own order."""
    return tuple(
        Decision(
            partnership.service,
            partnership.host,
            tuple(Move(m.council, m.tranche, m.payment) for m in partnership.members),
            partnership.vehicle,
        )
        for partnership in document.partnerships
    )


def alternatives_of(document: PlanDocument) -> tuple[Alternative, ...]:
    """Alternatives to sharing that a plan takes, in its own order."""
    return tuple(Alternative(one.council, one.service, one.option, one.tranche) for one in document.options)


def unpriceable(instance: Instance, decisions: Sequence[Decision], alternatives: Sequence[Alternative] = ()) -> list[str]:
    """What keeps decisions from being priced at all: names that the instance does not have, tranches that are none."""
    faults: list[str] = []
    for decision in decisions:
        faults += _unpriceable_partnership(instance, decision)
    for alternative in alternatives:
        where = f"option {alternative.name}"
        if (alternative.council, alternative.service) not in instance.baselines:
            faults.append(f"{where}: {_does_not_run(instance, alternative.council, alternative.service)}")
        elif (alternative.council, alternative.service, alternative.option) not in instance.options:
            faults.append(f"{where}: the instance has no such alternative")
        if not LIVE <= alternative.tranche < instance.calendar.tranches:
            known = f"they run from 0 to {instance.calendar.tranches - 1}, and -1 is taken already"
            faults.append(f"{where}: {alternative.tranche} is not a tranche in which it can be taken; {known}")
    return faults


def _unpriceable_partnership(instance: Instance, decision: Decision) -> Iterator[str]:
    where = f"partnership {decision.name}"
    if decision.service not in instance.services:
        yield f"{where}: '{decision.service}' is not a service of the instance"
        return
    if decision.vehicle not in vehicles(instance):
        yield f"{where}: '{decision.vehicle}' is not a delivery vehicle of the instance"
    if (decision.host, decision.service) not in instance.baselines:
        yield f"{where}: the host {_does_not_run(instance, decision.host, decision.service)}"
    for move in decision.moves:
        if move.council != decision.host and (move.council, decision.service) not in instance.baselines:
            yield f"{where}: member {_does_not_run(instance, move.council, decision.service)}"
        if not LIVE <= move.tranche < instance.calendar.tranches:
            known = f"they run from 0 to {instance.calendar.tranches - 1}, and -1 is live already"
            yield f"{where}, member {move.council}: {move.tranche} is not a tranche; {known}"


def vehicles(instance: Instance) -> dict[str, Vehicle]:
    """Delivery vehicles by name; without rows there is one, the lead authority, with neutral figures (model.md, section 2)."""
    rows = {row.vehicle: row for row in instance.rows(Vehicle)}
    return rows or {LEAD_AUTHORITY: Vehicle(vehicle=LEAD_AUTHORITY)}


def _does_not_run(instance: Instance, council: str, service: str) -> str:
    known = council in instance.councils
    return f"'{council}' does not run {service}" if known else f"'{council}' is not a council of the instance"
