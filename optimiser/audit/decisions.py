"""The decisions of a plan, which are all that the audit takes from it (model.md, section 2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from instances import LIVE, Instance
from optimiser.plan import PlanDocument


@dataclass(frozen=True, slots=True)
class Move:
    """A council that hands a service to a host, or opens as the host itself, in a tranche; -1 is live before the start."""

    council: str
    tranche: int

    @property
    def is_live(self) -> bool:
        """Whether the move was made before the start; it is then counted and paid for, but no longer judged."""
        return self.tranche == LIVE


@dataclass(frozen=True, slots=True)
class Decision:
    """One partnership as decided: a service, its host, and the moves of all members, the host's own among them."""

    service: str
    host: str
    moves: tuple[Move, ...]

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


def decisions_of(document: PlanDocument) -> tuple[Decision, ...]:
    """Partnerships, members and tranches of a plan in its own order; nothing else of the plan is read."""
    return tuple(
        Decision(partnership.service, partnership.host, tuple(Move(m.council, m.tranche) for m in partnership.members))
        for partnership in document.partnerships
    )


def unpriceable(instance: Instance, decisions: Sequence[Decision]) -> list[str]:
    """What keeps decisions from being priced at all: names that the instance does not have, tranches that are none."""
    faults = []
    for decision in decisions:
        where = f"partnership {decision.name}"
        if decision.service not in instance.services:
            faults.append(f"{where}: '{decision.service}' is not a service of the instance")
            continue
        if (decision.host, decision.service) not in instance.baselines:
            faults.append(f"{where}: the host {_does_not_run(instance, decision.host, decision.service)}")
        for move in decision.moves:
            if move.council != decision.host and (move.council, decision.service) not in instance.baselines:
                faults.append(f"{where}: member {_does_not_run(instance, move.council, decision.service)}")
            if not LIVE <= move.tranche < instance.calendar.tranches:
                known = f"they run from 0 to {instance.calendar.tranches - 1}, and -1 is live already"
                faults.append(f"{where}, member {move.council}: {move.tranche} is not a tranche; {known}")
    return faults


def _does_not_run(instance: Instance, council: str, service: str) -> str:
    known = council in instance.councils
    return f"'{council}' does not run {service}" if known else f"'{council}' is not a council of the instance"
