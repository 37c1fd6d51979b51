"""The plan that is decided, and what it holds: which go-lives are fixed, and against which arrangements changes count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from formulations import Objective
from instances import LIVE, Calendar, Instance
from instances.freezing import Arranged, frozen
from optimiser.audit import alternatives_of, decisions_of
from optimiser.plan import Plan, PlanDocument
from optimiser.resolve.question import Job
from optimiser.resolve.result import Reference
from optimiser.whatif import Held as Worth
from optimiser.whatif import held_decisions

NOT_A_TRANCHE = LIVE - 1
"""Stands for a day on which no tranche begins: whatever is arranged now is a change."""


@dataclass(frozen=True)
class Held:
    """A plan that was adopted, or that was recommended last where nothing was adopted.

    Attributes:
        plan: The plan.
        adopted: Whether it was adopted.
    """

    plan: PlanDocument
    adopted: bool

    def arrangements(self) -> list[Arranged]:
        """Everything that it does."""
        days = self.plan.go_lives()
        return [
            Arranged(council, service, host, way, days[council, service])
            for (council, service), (host, way, _) in self.plan.arrangements().items()
        ]

    def freeze(self, instance: Instance, job: Job) -> Instance:
        """The instance with what is live or frozen as it is decided.

        Raises:
            InstanceError: That does not go together with what the data commit to.
        """
        return frozen(instance, self.arrangements(), job.free_from(instance.calendar.tranche_dates))

    def objective(self, asked: Objective, job: Job, calendar: Calendar) -> Objective:
        """What is maximised: what is asked for, less what changes against this plan have to earn."""
        return replace(asked, adopted=in_tranches(self.plan, calendar), change_cost=job.change_cost)

    def worth(self, instance: Instance) -> Worth | None:
        """What all of it is worth in the data as they are now, with what is decided of it in them.

        None where it cannot be valued there: on the day of some go-live no tranche begins any more, or something is no longer there.
        """
        now = {key: tranche for key, (_, _, tranche) in in_tranches(self.plan, instance.calendar).items()}
        if NOT_A_TRANCHE in now.values():
            return None
        decisions = [
            replace(d, moves=tuple(replace(move, tranche=now[move.council, d.service]) for move in d.moves))
            for d in decisions_of(self.plan)
        ]
        return held_decisions(instance, decisions, [replace(a, tranche=now[a.council, a.service]) for a in alternatives_of(self.plan)])

    def reference(self, job: Job, instance: Instance, plan: PlanDocument | None) -> Reference:
        """What it means in the data as they are now, and how far another plan keeps it."""
        until = job.free_from(instance.calendar.tranche_dates)
        fixed = [one for one in self.arrangements() if one.go_live < until and (one.council, one.service) in instance.baselines]
        lost = []
        if plan is not None:
            mine, days = plan.arrangements(), plan.go_lives()
            for one in fixed:
                key = (one.council, one.service)
                if mine.get(key, ("", "", 0))[:2] != (one.host, one.way) or days.get(key) != one.go_live:
                    lost.append(f"{one.council}, {one.service}: {one.host or one.way} from {one.go_live.day} {one.go_live:%B %Y}")
        worth = self.worth(instance)
        return Reference(
            run=self.plan.run,
            adopted=self.adopted,
            frozen_until=until,
            frozen=len(fixed),
            not_kept=tuple(lost),
            npv=None if worth is None else worth.npv,
            breaks=() if worth is None else worth.faults,
        )


def in_tranches(plan: PlanDocument, calendar: Calendar) -> dict[tuple[str, str], tuple[str, str, int]]:
    """The arrangements of a plan in another calendar: the tranche is that which begins on the day of the go-live."""
    numbers: Mapping[dt.date, int] = {day: number for number, day in enumerate(calendar.tranche_dates)}
    days = plan.go_lives()
    found = {}
    for key, (host, way, tranche) in plan.arrangements().items():
        is_live = tranche == LIVE or days[key] < calendar.start
        found[key] = (host, way, LIVE if is_live else numbers.get(days[key], NOT_A_TRANCHE))
    return found


def as_plan_in(plan: Plan, calendar: Calendar) -> dict[tuple[str, str], tuple[str, str, int]]:
    """What a solve may start from, in the tranches of the data as they are now."""
    return {key: found for key, found in in_tranches(plan.document, calendar).items() if found[2] != NOT_A_TRANCHE}
