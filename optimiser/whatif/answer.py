"""Re-optimised: the data change, and the plan may change too. A re-solve over the one path, and what it says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from instances import Instance
from instances.asked import Asked, Configuration
from optimiser.audit import Alternative, Decision, Move
from optimiser.errors import InfeasibleError, NoPlanError
from optimiser.extract import amount
from optimiser.pipeline import SolveSettings, agree, decide, solve
from optimiser.plan import Plan
from optimiser.whatif.base import Base
from optimiser.whatif.held import Held, held_decisions
from solvers.base import Progress
from solvers.enough import Enough


class Arranged(NamedTuple):
    """What one council does with one service: the host and the vehicle, or '' and the alternative; and the tranche."""

    council: str
    service: str
    host: str
    way: str
    tranche: int


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
    base: Base,
    instance: Instance,
    *,
    target: float | None = None,
    gap: float | None = None,
    asked: tuple[Asked, ...] = (),
    settle_ties: bool = True,
) -> Answer:
    """The best plan of a changed instance, starting from the base plan.

    Args:
        base: What to start from; its gap and settings hold.
        instance: The changed instance.
        target: Where given, the solve ends as soon as it is known that no plan is worth more than this, GBP. (Not as soon as one is: which
            that is would depend on the speed of the machine.)
        gap: Another relative gap to prove than the base's.
        asked: What else is asked of the plan.
        settle_ties: Whether of several best plans the first is wanted; never with a target.

    Raises:
        KeyboardInterrupt: Somebody has stopped the work.
        AuditError: A plan did not pass its audit.
    """
    if target is None:
        return _solved(base, instance, gap=gap, asked=asked, settle_ties=settle_ties, enough=lambda progress: False)
    return _solved(base, instance, gap=gap, asked=asked, settle_ties=False, enough=lambda progress: _proven(target, progress))


def best_of(base: Base, instance: Instance, own: Held | None, *, settle_ties: bool = True) -> Answer:
    """The best plan of a changed instance: the held one as long as it is proven that none is worth more than it and the gap.

    Where a gap is allowed, another plan within its gap may be the answer although it is worth more than the held one by less than that.

    Args:
        base: What to start from.
        instance: The changed instance.
        own: The held plan in it.
        settle_ties: Whether of several best plans that beat the held one the first is wanted, which is the one that `solve` gives.
    """
    if own is None or not own.kept:
        return _solved(base, instance, settle_ties=settle_ties, enough=lambda progress: False)
    target = own.npv + base.allowed(own.npv)
    found = _solved(base, instance, settle_ties=False, enough=lambda progress: _proven(target, progress))
    if found.bound is not None and found.bound <= target:
        # how far below the target the bound has come depends on when it was asked: what it is below is what is told
        return Answer(status="optimal", npv=own.npv, bound=target, plan=answer_of(base.plan).plan)
    if found.npv is None or (found.npv <= target and found.status != "optimal"):
        return Answer(status="feasible", npv=own.npv, bound=found.bound, plan=answer_of(base.plan).plan)
    if found.npv <= target:
        return found  # within its gap, as asked for; whether some plan beats the held one by more than that it leaves open
    if settle_ties and base.gap == 0:
        return _solved(base, instance, settle_ties=True, enough=lambda progress: False)
    return found


def beats(base: Base, own: Held | None, found: Answer) -> bool:
    """Whether the best plan is another configuration than the held one, and worth more by more than the gap, or the held one is none there."""
    if found.npv is None or found.configuration == base.configuration:
        return False
    return own is None or not own.kept or found.npv > own.npv + base.allowed(own.npv)


def _solved(
    base: Base,
    instance: Instance,
    *,
    gap: float | None = None,
    asked: tuple[Asked, ...] = (),
    settle_ties: bool,
    enough: Callable[[Progress], bool],
) -> Answer:
    """What the one path gives, stopped as soon as it has said enough."""
    stop = threading.Event()
    watch = Enough(stop, enough)
    settings = SolveSettings(
        gap=base.gap if gap is None else gap,
        **base.settings,
        interrupt=watch,
        on_progress=watch.look,
        start=base.start,
        asked=asked,
        settle_ties=settle_ties,
        reasons=False,
    )
    try:
        answer = answer_of(solve(instance, settings)) if asked else _decided(instance, settings)
    except InfeasibleError:
        return Answer(status="infeasible")
    except NoPlanError as error:
        answer = Answer(status="unknown", bound=error.bound)
    if stop.is_set():
        raise KeyboardInterrupt
    return answer


def _decided(instance: Instance, settings: SolveSettings) -> Answer:
    """What is decided, with its worth and its rules by the audit's own code; nothing else of a plan is worked out."""
    found = decide(instance, settings)
    groups: dict[tuple[str, str, str], list[Move]] = {}
    for one in found.taken:
        groups.setdefault((one.service, one.host, one.vehicle), []).append(Move(one.council, one.tranche))
    partnerships = [Decision(s, h, tuple(moves), v) for (s, h, v), moves in groups.items()]
    worth = held_decisions(instance, partnerships, [Alternative(o.council, o.service, o.option, o.tranche) for o in found.options])
    if worth is None or not worth.kept or not agree(worth.npv, found.objective):
        return answer_of(solve(instance, settings))  # which says what is wrong, and keeps what was found
    npv = amount(worth.npv)
    done = [Arranged(one.council, one.service, one.host, one.vehicle, one.tranche) for one in found.taken]
    done += [Arranged(o.council, o.service, "", o.option, o.tranche) for o in found.options]
    bound = None if found.bound is None else max(npv, amount(found.bound))
    return Answer(status=found.status, npv=npv, bound=bound, plan=tuple(sorted(done)))


def _proven(target: float, progress: Progress) -> bool:
    """Whether no plan is worth more than a target."""
    return progress.bound is not None and progress.bound <= target


def answer_of(plan: Plan) -> Answer:
    """A plan as an answer."""
    document = plan.document
    done = [Arranged(m.council, p.service, p.host, p.vehicle, m.tranche) for p in document.partnerships for m in p.members]
    done += [Arranged(o.council, o.service, "", o.option, o.tranche) for o in document.options]
    return Answer(status=document.status, npv=plan.npv, bound=plan.bound, plan=tuple(sorted(done)))
