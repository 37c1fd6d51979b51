"""What a search for alternatives gives: small, typed, frozen; DataFrames at the edge; nothing here needs Pyomo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from instances.asked import Configuration
from optimiser.plan import Plan, PlanDocument

Ended = Literal["count", "share", "none", "time_limit", "interrupted", "stopped"]
"""Why no more plans were looked for: as many as asked for, none left within the share, none left at all; or stopped by a limit, by somebody,
by the solver itself."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AlternativePlan(_Frozen):
    """One of the plans, against the first."""

    number: int = Field(description="1 is the optimum")
    run: str = Field(description="id of the plan as a run")
    npv: float
    lost: float = Field(description="NPV of plan 1 less that of this one, GBP")
    share_lost: float | None = Field(description="lost / |NPV of plan 1|; None where that is 0 and this one's is not")
    bound: float | None = Field(
        description="no plan that differs enough from all before it is worth more, GBP; None where nothing is proven"
    )
    gap: float | None = Field(description="(bound - npv) / |npv|; None where npv is 0 and the bound is not, or nothing is proven")
    proven: bool = Field(
        description="whether it is proven best, within the gap asked for, among those that differ enough from all before it"
    )
    differs: tuple[int, ...] = Field(description="arrangements in which it differs from each plan before it, in their order")
    differences: tuple[str, ...] = Field(description="what is arranged otherwise than in plan 1, in words")
    trade: str = Field(description="what it trades against plan 1, in a sentence; empty for plan 1")
    one_off: float
    annual_saving: float
    partnerships: int
    options: int
    go_lives: int
    councils: int
    latest_go_live: dt.date | None = Field(description="last day on which something goes live or an alternative begins; None without any")
    later: int = Field(description="councils' services that go live later than in plan 1, of those arranged in both")
    sooner: int = Field(description="the same that go live sooner")
    document: PlanDocument


class Pairing(_Frozen):
    """Two councils in one partnership for a service."""

    service: str
    council_a: str
    council_b: str
    plans: tuple[int, ...] = Field(description="numbers of the plans that have it")


class HostedBy(_Frozen):
    """A host of a service."""

    service: str
    host: str
    plans: tuple[int, ...] = Field(description="numbers of the plans in which it hosts")


class AlternativesDocument(_Frozen):
    """alternatives.json as a whole."""

    study: str = Field("", description="stands for data, settings, versions and plans")
    title: str
    status: Literal["optimal", "feasible"] = Field(description="optimal: every plan is proven best, and nothing was stopped")
    count: int = Field(description="plans asked for at most")
    within: float = Field(description="share of |NPV of plan 1| that a plan may lose")
    differ: int = Field(description="arrangements in which every two plans differ at least")
    least: float = Field(description="NPV that a plan must have to be within the share, GBP")
    ended: Ended
    ended_because: str = Field(description="the same in a sentence")
    next_bound: float | None = Field(description="no further plan that differs enough is worth more, GBP; None where that is not known")
    plans: tuple[AlternativePlan, ...]
    pairings: tuple[Pairing, ...]
    hosts: tuple[HostedBy, ...]
    in_common: tuple[str, ...] = Field(description="what all plans have, in words")
    manifest: dict[str, Any] = Field(default_factory=dict)

    @property
    def pairings_in_all(self) -> tuple[Pairing, ...]:
        """Pairings that all plans have."""
        return tuple(pairing for pairing in self.pairings if len(pairing.plans) == len(self.plans))

    @property
    def hosts_in_all(self) -> tuple[HostedBy, ...]:
        """Hosts that all plans have."""
        return tuple(hosted for hosted in self.hosts if len(hosted.plans) == len(self.plans))


class Alternatives:
    """Alternatives with their tables as DataFrames.

    Attributes:
        document: Everything, as in alternatives.json.
        found: The plans themselves, in the order of their numbers.
        instance: Name of the folder or case, a label.
    """

    def __init__(self, document: AlternativesDocument, found: Sequence[Plan] = (), instance: str = "") -> None:
        """Wrap a document; without plans, those in it."""
        self.document, self.instance = document, instance
        self.found = tuple(found) or tuple(Plan(plan.document, instance) for plan in document.plans)

    def __repr__(self) -> str:
        """A line for the console."""
        d = self.document
        return f"Alternatives({self.instance or d.title!r}, {len(d.plans)} plans, ended by {d.ended!r})"

    @cached_property
    def plans(self) -> pd.DataFrame:
        """One row for each plan: number, run, npv, lost ... latest_go_live; what differs from plan 1 in words."""
        fields = [name for name in AlternativePlan.model_fields if name not in ("document", "differs", "differences")]
        rows = [
            {
                **plan.model_dump(include=set(fields)),
                "differs_by": min(plan.differs, default=0),
                "differences": " | ".join(plan.differences),
            }
            for plan in self.document.plans
        ]
        return pd.DataFrame(rows, columns=[*fields, "differs_by", "differences"])

    @cached_property
    def pairings(self) -> pd.DataFrame:
        """One row for each pairing: service, council_a, council_b, in how many plans, whether in all, and a column for each plan."""
        rows = [
            self._row({"service": p.service, "council_a": p.council_a, "council_b": p.council_b}, p.plans) for p in self.document.pairings
        ]
        return pd.DataFrame(rows, columns=["service", "council_a", "council_b", "plans", "in_all", *self._columns])

    @cached_property
    def hosts(self) -> pd.DataFrame:
        """The same for each host of a service."""
        rows = [self._row({"service": h.service, "host": h.host}, h.plans) for h in self.document.hosts]
        return pd.DataFrame(rows, columns=["service", "host", "plans", "in_all", *self._columns])

    @cached_property
    def differences(self) -> pd.DataFrame:
        """One row for each arrangement of a plan that is otherwise than in plan 1: plan, service, council, what it does in both."""
        first, *others = self.document.plans
        rows = []
        for plan in others:
            was, now = first.document.configuration(), plan.document.configuration()
            keys = sorted((s, c) for c, s in was.keys() | now.keys() if was.get((c, s)) != now.get((c, s)))
            rows += [(plan.number, s, c, arranged(was, c, s), arranged(now, c, s)) for s, c in keys]
        return pd.DataFrame(rows, columns=["plan", "service", "council", "in_plan_1", "in_plan"])

    @property
    def _columns(self) -> list[str]:
        return [f"plan_{plan.number}" for plan in self.document.plans]

    def _row(self, what: Mapping[str, Any], plans: Sequence[int]) -> dict[str, Any]:
        there = {f"plan_{plan.number}": plan.number in plans for plan in self.document.plans}
        return {**what, "plans": len(plans), "in_all": all(there.values()), **there}


def arranged(configuration: Configuration, council: str, service: str) -> str:
    """What a council does with a service: `with HOST`, `host`, the name of an alternative, or `by itself`."""
    host, option = configuration.get((council, service), ("", ""))
    return "host" if host == council else f"with {host}" if host else option or "by itself"
