"""The search: the best plan, then again and again the best that differs enough from all that were found.

    plan j = best plan with differs(plan i) >= differ for all i < j,        as long as npv(j) >= npv(1) - within * |npv(1)|

Every plan is proven best among those that differ enough from all before it, to the gap asked for, and audited like any other. A
solve ends as soon as its bound shows that no plan is left within the share.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import Any

from instances import Instance
from instances.asked import Asked, Differs
from optimiser.alternatives.document import document_of
from optimiser.alternatives.result import Alternatives, Ended
from optimiser.errors import InfeasibleError, NoPlanError, UsageError
from optimiser.pipeline import SolveSettings, solve
from optimiser.plan import Plan
from solvers.base import Progress
from solvers.enough import Enough

HALF_A_PENNY = 0.005


@dataclass(frozen=True)
class Sought:
    """What is looked for.

    Attributes:
        count: Plans at most, the optimum among them.
        within: Share of |NPV of the optimum| that a plan may lose. Of an optimum of 0 no plan may lose anything.
        differ: Arrangements (`instances.asked.Differs`) in which every two plans differ at least.
    """

    count: int = 5
    within: float = 0.05
    differ: int = 1

    def check(self) -> None:
        """Refuse what means nothing.

        Raises:
            UsageError: A figure is out of its range.
        """
        if self.count < 1:
            raise UsageError(f"count {self.count} is too small; ask for 1 plan or more")
        if not 0 <= self.within <= 1:
            raise UsageError(f"within {self.within:g} is not a share; give one from 0 to 1, such as 0.05 for 5%")
        if self.differ < 1:
            raise UsageError(f"differ {self.differ} is too small; plans that do not differ are one plan: give 1 or more")

    def least(self, optimum: float) -> float:
        """NPV that a plan must have to be within the share, GBP."""
        return optimum - self.within * abs(optimum)


def alternatives(
    instance: Instance, *, count: int = 5, within: float = 0.05, differ: int = 1, settings: SolveSettings | None = None, **changes: Any
) -> Alternatives:
    """The best plans within a share of the optimum that differ from one another, each proven best among those that do.

    Args:
        instance: What `instances.read` gives.
        count: Plans at most, the optimum among them.
        within: Share of |NPV of the optimum| that a plan may lose.
        differ: Arrangements (hosts, memberships, alternatives) in which every two plans differ at least.
        settings: How to solve; `time_limit` is for all plans together. Interrupted, what was found is kept.
        changes: Fields of SolveSettings, by name, that go before those of `settings`.

    Raises:
        UsageError: A figure is out of its range, or the objective is not NPV.
        InfeasibleError: There is no plan at all.
        NoPlanError: Stopped before the first plan was found.
        AuditError: A plan is not confirmed by the audit: a defect of ours.
        SolverError: The back end is missing or failed.
    """
    sought, settings = Sought(count, within, differ), replace(settings or SolveSettings(), **changes)
    sought.check()
    if settings.objective.kind != "npv" or settings.objective.adopted is not None:
        raise UsageError("alternatives are plans by NPV; leave out other objectives and adopted plans")
    search = _Search(instance, sought, settings)
    search.run()
    document = document_of(instance, sought, search.found, search.bounds, search.ended, search.next_bound)
    return Alternatives(document, search.found, instance.name)


@dataclass
class _Search:
    """One search.

    Attributes:
        found: The plans, in their order.
        bounds: No plan that differs enough from all before it is worth more, of each.
        ended: Why the search ended.
        next_bound: No further plan that differs enough is worth more; None where that is not known.
    """

    instance: Instance
    sought: Sought
    settings: SolveSettings
    found: list[Plan] = field(init=False, default_factory=list)
    bounds: list[float | None] = field(init=False, default_factory=list)
    ended: Ended = field(init=False, default="count")
    next_bound: float | None = field(init=False, default=None)
    _began: float = field(init=False, default_factory=time.monotonic)

    def run(self) -> None:
        """Plan after plan."""
        goes_on = self._keep(solve(self.instance, self._settings()))
        while goes_on and len(self.found) < self.sought.count:
            goes_on = self._next()
        if goes_on:
            self._end("count", self.bounds[-1])

    def _next(self) -> bool:
        """The next plan; says whether to go on."""
        if (stopped := self._stopped()) is not None:
            return self._end(stopped, self.bounds[-1])
        watch = _Watch(self.sought.least(self.found[0].npv))
        enough = Enough(self.settings.interrupt, watch.nothing_left)
        try:
            plan = solve(self.instance, self._settings(enough, watch))
        except InfeasibleError:
            return self._end("none", None)
        except NoPlanError as error:
            if error.bound is not None:
                watch.note(error.bound)
            return self._end("share" if watch.out else _why(error.termination), self._lowest(watch.told))
        except KeyboardInterrupt:
            self.settings.interrupt.set()
            return self._end("interrupted", self._lowest(watch.bound))
        if plan.bound is not None:
            watch.note(plan.bound)
        if plan.npv >= watch.least - HALF_A_PENNY:
            return self._keep(plan)
        return self._end("share" if watch.out or plan.status == "optimal" else _why_of(plan), self._lowest(watch.told))

    def _keep(self, plan: Plan) -> bool:
        self.found.append(plan)
        self.bounds.append(self._lowest(math.inf if plan.bound is None else plan.bound))
        return plan.status == "optimal" or self._end(_why_of(plan), self.bounds[-1])

    def _end(self, why: Ended, bound: float | None) -> bool:
        self.ended, self.next_bound = why, bound
        return False

    def _lowest(self, bound: float) -> float | None:
        """A bound, or that of the plan before: what differs from more plans is worth no more."""
        known = min([bound, *(before for before in self.bounds[-1:] if before is not None)])
        return known if math.isfinite(known) else None

    def _left(self) -> float | None:
        """Seconds left for all that is to come; None without a limit."""
        limit = self.settings.time_limit
        return None if limit is None else max(0.0, limit - (time.monotonic() - self._began))

    def _stopped(self) -> Ended | None:
        """Why the work is to stop, if it is."""
        if self.settings.interrupt.is_set():
            return "interrupted"
        return "time_limit" if self._left() == 0 else None

    def _settings(self, enough: Enough | None = None, watch: _Watch | None = None) -> SolveSettings:
        """How the next plan is solved: from the last one, asked to differ from all, stopped once nothing can be left within the share."""
        number, settings = len(self.found) + 1, self.settings
        of = f"plan {number} of {'up to ' if self.sought.count > 1 else ''}{self.sought.count}"

        def on_stage(name: str, remark: str) -> None:
            if settings.on_stage is not None:
                settings.on_stage(name, f"{of}; {remark}" if remark else of)

        def on_progress(progress: Progress) -> None:
            if enough is not None:
                enough.look(progress)
            if settings.on_progress is not None:
                settings.on_progress(progress)

        if enough is None:
            return replace(settings, on_stage=on_stage)
        other: list[Asked] = [Differs(plan.document.configuration(), self.sought.differ) for plan in self.found]
        return replace(
            settings,
            asked=(*settings.asked, *other),
            start=self.found[-1].start(),
            time_limit=self._left(),
            interrupt=enough,
            reasons=False,
            on_stage=on_stage,
            on_progress=on_progress,
        )


def _why(termination: str) -> Ended:
    """Why a solve that was stopped ended the search."""
    return "interrupted" if termination == "interrupted" else "time_limit" if termination == "time_limit" else "stopped"


def _why_of(plan: Plan) -> Ended:
    return _why(str(plan.document.manifest["termination"]))


@dataclass
class _Watch:
    """Follows the bound of a solve.

    Attributes:
        least: NPV that a plan must have.
        bound: The lowest bound so far.
    """

    least: float
    bound: float = math.inf

    @property
    def out(self) -> bool:
        """Whether no plan is left that has as much."""
        return self.bound < self.least - HALF_A_PENNY

    @property
    def told(self) -> float:
        """What no further plan is worth more than.

        Where nothing is left within the share, half a penny less than that: how far below the bound has come depends on when the solve
        was asked to stop.
        """
        return self.least - HALF_A_PENNY if self.out else self.bound

    def note(self, bound: float) -> None:
        """A bound."""
        self.bound = min(self.bound, bound)

    def nothing_left(self, progress: Progress) -> bool:
        """Whether the solve has said enough."""
        if progress.bound is not None:
            self.note(progress.bound)
        return self.out
