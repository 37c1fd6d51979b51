"""Why an instance has no plan, and what would give it one, cheapest first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import solvers
from instances import Instance, InstanceError, apply
from optimiser.errors import NoPlanError
from optimiser.explain.clash import Catalogue
from optimiser.explain.explanation import Clash, Explanation, Repair
from optimiser.explain.questions import Questions, StoppedError
from optimiser.explain.reported import reported_changes, reported_clash
from optimiser.explain.search import Search, Way
from optimiser.manifest import versions
from optimiser.money import counted, percent, short
from optimiser.pipeline import SolveSettings, solve
from optimiser.plan import Plan
from solvers.base import Limits

SECONDS, SHARE = 30.0, 3
"""Time for the best plan with one repair; or so many parts of the time that is left, if that is more."""


def explain(instance: Instance, settings: SolveSettings | None = None, **changes: Any) -> Explanation:
    """Why an instance has no plan: what clashes, and what would give it a plan.

    An instance that has a plan gets an explanation that says so. StoppedError by time or by `settings.interrupt`, what is known is kept.

    Args:
        instance: What `instances.read` gives.
        settings: How to solve; the defaults unless given. The time limit is for everything together.
        changes: Fields of SolveSettings, by name, that go before those of `settings`.

    Raises:
        AuditError: The best plan with a repair is not confirmed by the audit: a defect of ours.
        SolverError: The back end is missing or failed.
    """
    return Explaining(instance, replace(settings or SolveSettings(), **changes)).explanation()


@dataclass
class Explaining:
    """One explanation in the making; what is known stays when the work is stopped."""

    instance: Instance
    settings: SolveSettings
    search: Search = field(init=False)
    repairs: list[Repair] = field(default_factory=list)
    stopped: Literal["", "time_limit", "interrupted"] = ""

    def __post_init__(self) -> None:
        """The search, which has not begun."""
        settings = self.settings
        until = None if settings.time_limit is None else time.monotonic() + settings.time_limit
        limits = Limits(threads=settings.threads, seed=settings.seed, interrupt=settings.interrupt)
        questions = Questions(self.instance, solvers.get(settings.solver), limits, settings.asked, until, self._tell)
        self.search = Search(questions, Catalogue(self.instance))

    def _tell(self, about: str) -> None:
        if self.settings.on_stage is not None:
            self.settings.on_stage("explain", about)

    def explanation(self) -> Explanation:
        """All that can be said in the time there is."""
        status = self._status()
        if status == "infeasible" and not self.stopped:
            self._repair()
        return Explanation(
            instance=self.instance.name,
            title=self.instance.settings.instance.title,
            status=status,
            clash_list=tuple(self._clashes()),
            repair_list=tuple(sorted(self.repairs, key=_cheapest_first)),
            untried=tuple(self.search.untried),
            stopped=self.stopped,
            manifest=_manifest(self.instance, self.settings),
        )

    def _status(self) -> Literal["infeasible", "feasible", "unknown"]:
        self.search.questions.about = "whether there is a plan"
        try:
            return "feasible" if self.search.questions.has_plan() else "infeasible"
        except StoppedError:
            self._stop("whether there is a plan at all")
            return "unknown"

    def _stop(self, *untried: str) -> None:
        self.stopped = "interrupted" if self.settings.interrupt.is_set() else "time_limit"
        self.search.untried += untried

    def _repair(self) -> None:
        """Find clashes and ways to give way, and solve the instance with each."""
        try:
            for way in self.search.ways():
                repair = self._confirmed(way)
                if repair is not None:
                    self.repairs.append(repair)
        except StoppedError:
            known = counted(len(self.repairs), "repair")
            self._stop(f"whether there are other clashes, and repairs beyond the {known} that were solved")

    def _confirmed(self, way: Way) -> Repair | None:
        """A repair with the best plan there is with it; None where the instance would not be sound with it."""
        changes = reported_changes(way)
        self._tell("the best plan with " + "; ".join(change.words for change in changes))
        try:
            mended = apply(self.instance, overrides=way.overrides)
        except InstanceError:
            return None
        everywhere = any(setting.lever.everywhere for setting in way.settings)
        repair = Repair(
            changes=changes,
            overrides=way.overrides,
            everywhere=everywhere,
            npv=None,
            gap=None,
            plan="",
            confirmed_by="a plan that was found; the best was not looked for in time",
        )
        settings = replace(self.settings, settle_ties=False, reasons=False, on_stage=None)
        try:
            left = self.search.questions.left
            plan = solve(mended, settings, time_limit=SECONDS if left is None else min(left, max(SECONDS, left / SHARE)))
        except StoppedError:
            self.repairs.append(repair)
            raise
        except NoPlanError:
            return repair
        return repair.model_copy(update={"npv": plan.npv, "gap": plan.gap, "plan": in_a_line(plan), "confirmed_by": _confirmed_by(plan)})

    def _clashes(self) -> Iterator[Clash]:
        """The clashes, with what each figure would have to be; without, as far as the time is over."""
        for number in range(len(self.search.clashes)):
            try:
                clash = reported_clash(self.search, number, ask=not self.stopped)
            except StoppedError:
                self._stop("what some figures of the clashes would have to be")
                clash = reported_clash(self.search, number, ask=False)
            yield clash


def _cheapest_first(repair: Repair) -> tuple[bool, float, int, int, bool, tuple[str, ...]]:
    """By NPV, highest first, to the penny; then few changes, figures before what is taken out, one service before all, and by name."""
    gone = sum(change.new is None for change in repair.changes)
    return (repair.npv is None, -round(repair.npv or 0.0, 2), len(repair.changes), gone, repair.everywhere, repair.overrides)


def in_a_line(plan: Plan) -> str:
    """How a plan looks."""
    s, found = plan.summary, plan.document
    if not s.partnerships and not s.options:
        return "nothing is shared"
    services = counted(len({p.service for p in found.partnerships}), "service")
    shared = f"{services} shared in {counted(s.partnerships, 'partnership')}" if s.partnerships else "nothing shared"
    options = f" and {counted(s.options, 'alternative')} taken" if s.options else ""
    return f"{shared}{options} by {counted(s.councils, 'council')}; saves {short(s.annual_saving)} a year, costs {short(s.one_off)} once"


def _confirmed_by(plan: Plan) -> str:
    """By what it is known that there is such a plan, and how good."""
    if plan.status == "optimal" and not plan.gap:
        return "the whole instance solved, proven optimal, audited"
    gap = "the gap not known" if plan.gap is None else f"gap {percent(plan.gap, 3)}"
    return f"the whole instance solved, {gap}, audited"


def _manifest(instance: Instance, settings: SolveSettings) -> dict[str, Any]:
    """What gave the explanation; nothing in it depends on the day or the speed of the machine."""
    return {
        "digests": instance.digests(),
        "overrides": [{"override": c.override, "path": c.path, "old": str(c.old), "new": str(c.new)} for c in instance.overrides],
        "solve": {
            "solver": settings.solver,
            "method": settings.method,
            "gap": settings.gap,
            "time_limit": settings.time_limit,
            "threads": settings.threads,
            "seed": settings.seed,
        },
        "versions": versions(),
    }
