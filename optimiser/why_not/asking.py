"""The question put to the one path: the plan as it is, and the best plan with what is asked about, or without it where the plan has it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from instances import LIVE, Instance
from instances.asked import Asked, Excludes, Includes
from instances.graph import council_graph
from optimiser.asked import said
from optimiser.differences import differences, listed
from optimiser.errors import InfeasibleError, NoPlanError
from optimiser.explain.explaining import explain
from optimiser.explain.explanation import Explanation
from optimiser.feasible import named_moves
from optimiser.pipeline import SolveSettings, solve
from optimiser.plan import Plan, PlanDocument
from optimiser.summary import month
from optimiser.why_not.question import question
from optimiser.why_not.refusals import refusals
from optimiser.why_not.result import Refusal, Status, WhyNot, WhyNotDocument


def why_not(
    instance: Instance,
    council: str,
    service: str,
    host: str | None = None,
    tranche: int | str | None = None,
    settings: SolveSettings | None = None,
    **changes: Any,
) -> WhyNot:
    """Why a plan does not have an arrangement: what forbids it, or what it costs; of one that it has, what it is worth.

    Args:
        instance: What `instances.read` gives.
        council: The council that would share.
        service: The service.
        host: With this host; the council itself where it is to host; any where None.
        tranche: In this tranche, by number from 0 or first day (YYYY-MM-DD); any where None.
        settings: How to solve; the defaults unless given. The time limit is for everything together.
        changes: Fields of SolveSettings, by name, that go before those of `settings`.

    Raises:
        UsageError: A name that the instance does not have.
        InfeasibleError: There is no plan even without it; `optimiser.explain` says why.
        NoPlanError: Stopped before a plan was found.
        AuditError: A plan is not confirmed by the audit: a defect of ours.
        SolverError: The back end is missing or failed.
    """
    asked = question(instance, council, service, host, tranche)
    return _Asking(instance, asked, replace(settings or SolveSettings(), **changes)).answer()


@dataclass
class _Asking:
    instance: Instance
    asked: Includes
    settings: SolveSettings

    def __post_init__(self) -> None:
        self._until = None if self.settings.time_limit is None else time.monotonic() + self.settings.time_limit

    def answer(self) -> WhyNot:
        """All of it."""
        plan = solve(self.instance, self.settings)
        has = shares(plan.document, self.asked)
        refused = [] if has else self._refusals()
        try:
            other = self._other(plan, has, refused)
            status: Status = "in_plan" if has else "costs"
        except InfeasibleError:
            other, status = None, "demanded" if has else "impossible"
        except NoPlanError:
            other, status = None, "unknown"
        explanation = None
        if status in ("demanded", "impossible") and not self._is_over():
            explanation = explain(self.instance, self._left(), asked=(self._otherwise(has),))
        return WhyNot(self._document(status, plan, other, refused, explanation), self.instance.name)

    def _otherwise(self, has: bool) -> Asked:
        """What the other plan has to have."""
        asked = self.asked
        return Excludes(asked.council, asked.service, asked.host, asked.tranche) if has else asked

    def _other(self, plan: Plan, has: bool, refused: Sequence[Refusal]) -> Plan:
        """The best plan with what is asked about, or without it where the plan has it.

        Raises:
            InfeasibleError: There is none.
            NoPlanError: Stopped before that was known.
        """
        if refused:
            raise InfeasibleError(self.instance.name, [one.says for one in refused])
        if self._is_over():
            raise NoPlanError(self.instance.name, "interrupted" if self.settings.interrupt.is_set() else "time_limit", None)
        return solve(self.instance, self._left(), asked=(self._otherwise(has),), start=plan.start(), reasons=False)

    def _refusals(self) -> list[Refusal]:
        """What forbids every move that is asked about; none where there is such a move."""
        graph = council_graph(self.instance)
        if not named_moves(graph, self.asked).empty:
            return []
        return refusals(graph, self.asked)

    def _is_over(self) -> bool:
        return self.settings.interrupt.is_set() or (self._until is not None and time.monotonic() >= self._until)

    def _left(self) -> SolveSettings:
        """The settings with the time that is left."""
        return self.settings if self._until is None else replace(self.settings, time_limit=max(0.0, self._until - time.monotonic()))

    def _document(
        self,
        status: Status,
        plan: Plan,
        other: Plan | None,
        refused: list[Refusal],
        explanation: Explanation | None,
    ) -> WhyNotDocument:
        asked, known = self.asked, plan.document.manifest
        kept = {name: known[name] for name in ("digests", "overrides", "settings", "notes", "solve", "versions")}
        lost = least = most = None
        if other is not None:
            lost = round(plan.npv - other.npv, 2)
            least = None if other.bound is None else round(max(0.0, plan.npv - other.bound), 2)
            most = None if plan.bound is None else round(plan.bound - other.npv, 2)
        return WhyNotDocument(
            title=plan.document.title,
            council=asked.council,
            service=asked.service,
            host=asked.host,
            tranche=asked.tranche,
            go_live=None if asked.tranche is None else self.instance.calendar.date(asked.tranche),
            asked=said(self.instance, (asked,))[0],
            status=status,
            npv=plan.npv,
            other_npv=None if other is None else other.npv,
            lost=lost,
            least_lost=least,
            most_lost=most,
            proven=plan.status == "optimal" and (other is None or other.status == "optimal"),
            differences=() if other is None else tuple(_differences(self.instance, plan.document, other.document)),
            refusals=tuple(refused),
            explanation=explanation,
            plan=plan.document,
            other=None if other is None else other.document,
            manifest={**kept, "asked": said(self.instance, (asked,))[0]},
        )


def shares(document: PlanDocument, asked: Includes) -> bool:
    """Whether a plan has what is asked about."""
    return any(
        asked.host in (None, p.host) and any(m.council == asked.council and asked.tranche in (None, m.tranche) for m in p.members)
        for p in document.partnerships
        if p.service == asked.service
    )


def _differences(instance: Instance, plan: PlanDocument, other: PlanDocument) -> Iterator[str]:
    """What is arranged otherwise, in sentences; and what of the same goes live at another time."""
    yield from differences(instance, plan.configuration(), other.configuration())
    mine, theirs, moved = plan.arrangements(), other.arrangements(), dict[tuple[str, int, int], list[str]]()
    for council, service in instance.baselines:
        (host, way, was), (other_host, other_way, now) = (found.get((council, service), ("", "", LIVE)) for found in (mine, theirs))
        if (host, way) == (other_host, other_way) and was != now:
            moved.setdefault((service, was, now), []).append(council)
    for (service, was, now), councils in moved.items():
        name = (instance.services[service].name or service).replace("_", " ")
        verb = "goes" if len(councils) == 1 else "go"
        dates = [month(instance.calendar.date(tranche)) for tranche in (now, was)]
        yield f"{name}: {listed(councils)} {verb} live in {dates[0]} in place of {dates[1]}"
