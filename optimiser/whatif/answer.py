"""Re-optimised: the data change, and the plan may change too. A re-solve over the one path, and what it says."""

from __future__ import annotations

import threading
from functools import partial
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from instances import Instance
from instances.asked import Asked
from optimiser.errors import InfeasibleError, NoPlanError
from optimiser.pipeline import SolveSettings, solve
from optimiser.plan import Plan
from optimiser.whatif.base import Base
from solvers.base import Progress
from solvers.enough import Enough


class Arranged(NamedTuple):
    """What one council does with one service: the host and the vehicle, or '' and the alternative; and the tranche."""

    council: str
    service: str
    host: str
    way: str
    tranche: int


Configuration = dict[tuple[str, str], tuple[str, str]]
"""(council, service) to (host, '') or ('', alternative): who is with whom, whatever the vehicle and the tranche."""


class Answer(BaseModel):
    """What a re-solve says.

    Attributes:
        status: `optimal` within the gap; `feasible`, stopped before that was proven; `infeasible`; or `unknown`, stopped without a plan.
        npv: Net present value of the best plan found, GBP.
        bound: No plan is worth more than this, GBP; None where nothing is proven, or there is no plan.
        plan: What the best plan found does.
    """

    model_config = ConfigDict(frozen=True)

    status: Literal["optimal", "feasible", "infeasible", "unknown"]
    npv: float | None = None
    bound: float | None = None
    plan: tuple[Arranged, ...] = ()

    @property
    def configuration(self) -> Configuration:
        """Hosts, members and alternatives of the plan."""
        return {(one.council, one.service): (one.host, "" if one.host else one.way) for one in self.plan}


def reoptimise(
    base: Base, instance: Instance, *, target: float | None = None, gap: float | None = None, asked: tuple[Asked, ...] = ()
) -> Answer:
    """The best plan of a changed instance, starting from the base plan.

    Args:
        base: What to start from; its gap and settings hold.
        instance: The changed instance.
        target: Where given, the solve ends as soon as it is known whether any plan is worth more than this, GBP; ties are not settled.
        gap: Another relative gap to prove than the base's.
        asked: What else is asked of the plan.

    Raises:
        KeyboardInterrupt: Somebody has stopped the work.
        AuditError: A plan did not pass its audit.
    """
    stop = threading.Event()
    enough = Enough(stop, partial(_known, target))
    settings = SolveSettings(
        gap=base.gap if gap is None else gap,
        **base.settings,
        interrupt=enough,
        on_progress=enough.look,
        start=base.plan.start(),
        asked=asked,
        settle_ties=target is None,
        reasons=False,
    )
    try:
        answer = answer_of(solve(instance, settings))
    except InfeasibleError:
        return Answer(status="infeasible")
    except NoPlanError as error:
        answer = Answer(status="unknown", bound=error.bound)
    if stop.is_set():
        raise KeyboardInterrupt
    return answer


def _known(target: float | None, progress: Progress) -> bool:
    """Whether it is known on which side of a target the best plan is."""
    if target is None:
        return False
    there = progress.incumbent is not None and progress.incumbent > target
    return there or (progress.bound is not None and progress.bound <= target)


def answer_of(plan: Plan) -> Answer:
    """A plan as an answer."""
    document = plan.document
    done = [Arranged(m.council, p.service, p.host, p.vehicle, m.tranche) for p in document.partnerships for m in p.members]
    done += [Arranged(o.council, o.service, "", o.option, o.tranche) for o in document.options]
    return Answer(status=document.status, npv=plan.npv, bound=plan.bound, plan=tuple(sorted(done)))
