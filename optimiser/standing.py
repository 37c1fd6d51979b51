"""An earlier plan that stands: where nothing but figures of a few services has changed, and it is still within the gap, it is the answer.

It is valued, and its rules are judged, as any plan is: by its flows and by the audit. What is proven rests on the bound of the earlier run,
service by service: those of services with other figures are worked out anew (`optimiser.methods.parted`). Where the plan breaks a rule by
now, or is not near enough to the bound, nothing has been decided, and the solve goes its usual way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import formulations
from formulations import Objective, Priced
from formulations.terms import THOUSAND
from instances import Instance
from instances.graph import council_graph
from instances.touched import touched
from optimiser.audit import Audit, audit
from optimiser.extract import amount, document, plan_gap
from optimiser.flows import Decision, Taken, in_order
from optimiser.methods.parted import falls_apart, lowered
from optimiser.methods.relaxation import TINY
from optimiser.methods.solved import version
from optimiser.plan import PlanDocument
from optimiser.start import Learned, Start
from optimiser.versions import versions
from solvers.base import Limits, Solver

SHARE = 0.5
"""Up to this share of the services may have other figures."""
COUNTS = ("moves", "parts", "forbidden")
"""What a manifest says of the moves that there are: figures change nothing of it."""


@dataclass(frozen=True)
class Standing:
    """A plan that stands.

    Attributes:
        document: The plan, without its manifest and its run.
        checked: Its audit.
        services: Those with other figures.
        learned: What a later solve may begin with.
        solver: Name and version of the back end.
    """

    document: PlanDocument
    checked: Audit
    services: tuple[str, ...]
    learned: Learned
    solver: str

    @property
    def because(self) -> str:
        """Why it was not looked for further."""
        return f"the earlier plan stands: only figures of {', '.join(self.services)} have changed"


@dataclass(frozen=True)
class Question:
    """What is asked of an earlier plan.

    Attributes:
        instance: The data as they are now.
        objective: What is maximised.
        start: The earlier plan.
        solver: The back end that would be used.
        limits: The gap that is to be proven, and when to stop.
    """

    instance: Instance
    objective: Objective
    start: Start
    solver: Solver
    limits: Limits

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Services with other figures; none where more has changed, or nothing, or the bound of then is not known by services."""
        start, parted = self.start, self.start.learned.parted
        if start.instance is None or parted is None or not self.limits.gap or start.manifest.get("versions") != versions():
            return ()
        found = touched(start.instance, self.instance)
        if not found or not found <= parted.bounds.keys() or len(found) > SHARE * len(self.instance.services):
            return ()
        return tuple(service for service in self.instance.services if service in found)

    def decided(self) -> tuple[list[Decision], list[Taken]]:
        """What the plan decides."""
        arrangements = self.start.arrangements.items()
        taken = [Taken(s, c, way, k) for (c, s), (host, way, k) in arrangements if not host]
        moves = [Decision(s, host, way, c, k) for (c, s), (host, way, k) in arrangements if host]
        return in_order(moves), sorted(taken)


def stands(question: Question) -> Standing | None:
    """The earlier plan, where it stands; None where it does not, or that is not known."""
    services = question.services
    if not services:
        return None
    moves, options = question.decided()
    graph = council_graph(question.instance).only({(d.council, d.service, d.host, d.tranche) for d in moves}, services)
    priced = formulations.price(question.instance, graph)
    if not falls_apart(priced, question.objective):
        return None
    found = document(priced, moves, options, objective=question.objective, status="optimal", bound=None)
    value = found.objective_value / THOUSAND
    if value <= 0:
        return None
    proven = _proven(question, priced, (1 + 0.999 * question.limits.gap) * value)
    if proven is None or proven[0] - value > question.limits.gap * value:
        return None
    bound = amount(max(proven[0], value) * THOUSAND)
    found = found.model_copy(update={"bound": bound, "gap": plan_gap(found.objective_value, bound)})
    checked = audit(question.instance, found, question.objective.adopted)
    return None if checked.faults else Standing(found, checked, services, proven[1], version(question.solver))


def _proven(question: Question, priced: Priced, goal: float) -> tuple[float, Learned] | None:
    """A bound on every plan, thousand GBP, as low as the goal if it can be; and what was learned on the way."""
    learned = question.start.learned
    known = learned.parted
    assert known is not None
    bounds, prices = dict(known.bounds), dict(learned.prices)
    for service in question.services:
        others = known.rest + sum(bound for name, bound in bounds.items() if name != service)
        found = lowered(known, learned, service, priced.about(service), question.objective, goal - others, question.limits)
        if found is None:
            return None
        bounds[service] = found[0]
        prices |= found[1]
    kept = {name: price for name, price in prices.items() if abs(price) > TINY}
    now = learned.model_copy(update={"prices": kept, "parted": known.model_copy(update={"bounds": bounds})})
    return known.rest + sum(bounds.values()), now
