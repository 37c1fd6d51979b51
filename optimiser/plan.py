"""A plan: what the councils get. Small, typed, frozen; DataFrames at the edge; nothing here needs Pyomo.

All money is pounds in the instance's price year; `npv` is discounted to the start of the appraisal, every other amount
is not. Savings are positive, costs negative, except `one_off`, which is a cost given as a positive amount.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from optimiser.start import Learned, Start


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Member(_Frozen):
    """A council in a partnership; the host is one of them."""

    council: str
    tranche: int = Field(description="period of go-live, from 0; -1 is live before the start")
    go_live: dt.date
    npv: float
    annual_saving: float = Field(description="yearly position at full effect, its part of purchasing included, GBP a year")
    one_off: float = Field(description="one-off cost, GBP")
    ends: dt.date | None = Field(None, description="day from which nothing is counted, since the council or its host ceases to exist")
    passes_to: str = Field("", description="council to which the service passes on that day, where the data name one")
    payment: float = Field(
        0.0, description="present value received from partners (paid if below 0), where the rule asks for it; not in npv"
    )


class Partnership(_Frozen):
    """A host and its members for one service."""

    service: str
    host: str
    vehicle: str
    members: tuple[Member, ...] = Field(description="host first, then by go-live and name")
    npv: float
    annual_saving: float
    one_off: float
    baseline: float = Field(description="members' combined cost today, GBP a year")
    second_year: float = Field(description="members' second-year position, purchasing at full membership included, GBP a year")
    payback_years: float | None = Field(description="one_off / annual_saving; None where there is no saving")


class OptionTaken(_Frozen):
    """An alternative to sharing that a council takes for one service."""

    council: str
    service: str
    option: str
    tranche: int = Field(description="period in which it is taken, from 0; -1 is taken before the start")
    start: dt.date
    npv: float
    annual_saving: float = Field(description="yearly position at full effect, GBP a year")
    one_off: float = Field(description="one-off cost, GBP")
    baseline: float = Field(description="the council's cost of the service today, GBP a year")
    ends: dt.date | None = Field(None, description="day from which nothing is counted, since the council ceases to exist")
    passes_to: str = Field("", description="council to which the service passes on that day, where the data name one")


class CouncilResult(_Frozen):
    """What the plan means for one council; amounts are before payments between partners."""

    council: str
    services_shared: int
    services_hosted: int
    options_taken: int
    baseline: float = Field(description="cost today of all services that it runs, GBP a year")
    npv: float
    annual_saving: float
    one_off: float
    net_saving: float = Field(description="undiscounted, over the horizon")
    payment: float = Field(
        0.0, description="present value received from partners (paid if below 0), where the rule asks for it; not in npv"
    )


class CashFlow(_Frozen):
    """One amount of the financial view; costs are negative."""

    financial_year: str = Field(description="April to March, such as 2026/27")
    council: str
    service: str
    head: str
    amount: float


class HeadTotal(_Frozen):
    """One cost head over the horizon, discounted and not; costs are negative."""

    head: str
    npv: float
    amount: float


class RuleLine(_Frozen):
    """One application of a rule: what the plan has, what the rule asks, how far apart they are."""

    rule: str
    scope: str = Field(description="what it is applied to, in words")
    service: str
    host: str
    council: str
    tranche: int | None
    value: float
    limit: float
    unit: str
    slack: float = Field(description="distance from the limit in `unit`; negative is broken")
    binding: bool = Field(description="no slack; for contract_timing: the tranche before would be too early")


class Summary(_Frozen):
    """The plan in a few figures."""

    partnerships: int
    options: int = Field(description="alternatives to sharing that are taken")
    councils: int = Field(description="councils that share something or take an alternative")
    go_lives: int
    annual_saving: float
    one_off: float
    net_saving: float = Field(description="undiscounted, over the horizon")
    baseline: float = Field(description="combined cost today of what is shared or done otherwise")
    payback_years: float | None = Field(description="one_off / annual_saving; None where there is no saving")
    breakeven: dt.date | None = Field(
        description="day from which cash, after having been below 0, stays at 0 or above; None if there is none"
    )


class PlanDocument(_Frozen):
    """plan.json as a whole."""

    run: str = ""
    title: str
    status: Literal["optimal", "feasible"]
    npv: float
    objective: Literal["npv", "net_saving", "yearly_position"] = Field("npv", description="what is maximised")
    objective_year: int | None = Field(None, description="year of the appraisal that objective yearly_position is about")
    objective_value: float = Field(description="GBP, or GBP a year; less the cost of changes where there is an adopted plan")
    changes: int | None = Field(None, description="arrangements that differ from the adopted plan; None where there is none")
    change_cost: float = Field(0.0, description="what each of them has to earn, GBP")
    bound: float | None = Field(description="no plan has a higher objective value than this; None where nothing is proven")
    gap: float | None = Field(
        description="(bound - value) / |value| of the objective; None where the value is 0 and the bound is not, or nothing is proven"
    )
    summary: Summary
    partnerships: tuple[Partnership, ...]
    options: tuple[OptionTaken, ...] = ()
    councils: tuple[CouncilResult, ...]
    cashflow: tuple[CashFlow, ...]
    heads: tuple[HeadTotal, ...]
    rules: tuple[RuleLine, ...] = ()
    manifest: dict[str, Any] = Field(default_factory=dict)

    def arrangements(self) -> dict[tuple[str, str], tuple[str, str, int]]:
        """Host, vehicle and tranche of each (council, service) that is shared; '', option and tranche of each alternative."""
        found = {(m.council, p.service): (p.host, p.vehicle, m.tranche) for p in self.partnerships for m in p.members}
        return found | {(o.council, o.service): ("", o.option, o.tranche) for o in self.options}

    def configuration(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Host and '' of each (council, service) that is shared; '' and option of each alternative (`instances.asked.Configuration`)."""
        found = {(m.council, p.service): (p.host, "") for p in self.partnerships for m in p.members}
        return found | {(o.council, o.service): ("", o.option) for o in self.options}

    def go_lives(self) -> dict[tuple[str, str], dt.date]:
        """When each (council, service) that is shared goes live, and when each alternative starts."""
        found = {(m.council, p.service): m.go_live for p in self.partnerships for m in p.members}
        return found | {(o.council, o.service): o.start for o in self.options}


class Plan:
    """A plan with its tables as DataFrames.

    Attributes:
        document: Everything, as in plan.json.
        instance: Name of the folder or case, a label; not part of the plan, since the same data may stand in another.
        timings: Seconds of each stage; not part of the plan, since they differ from run to run.
        learned: What a later solve can start from besides the plan.
    """

    def __init__(
        self, document: PlanDocument, instance: str = "", timings: dict[str, float] | None = None, learned: Learned | None = None
    ) -> None:
        """Wrap a document."""
        self.document = document
        self.instance = instance
        self.timings = dict(timings or {})
        self.learned = learned or Learned()

    def __repr__(self) -> str:
        """A line for the console."""
        return (
            f"Plan({self.instance or self.document.title!r}, {self.status}, npv={self.npv:,.2f}, partnerships={self.summary.partnerships})"
        )

    @classmethod
    def from_json(cls, path: Path | str) -> Plan:
        """Read a plan.json."""
        return cls(PlanDocument.model_validate_json(Path(path).read_text(encoding="utf-8")))

    def start(self) -> Start:
        """What a later solve, of the same or of changed data, starts from."""
        return Start(self.document.run, self.document.arrangements(), self.learned)

    @property
    def status(self) -> str:
        """`optimal` within the gap, or `feasible` when the solve was stopped."""
        return self.document.status

    @property
    def npv(self) -> float:
        """Net present value, GBP."""
        return self.document.npv

    @property
    def bound(self) -> float | None:
        """No plan has a higher objective value than this, GBP; None where nothing is proven."""
        return self.document.bound

    @property
    def gap(self) -> float | None:
        """(bound - value) / |value| of the objective, a share; None where nothing is proven, or the value is 0 and the bound is not."""
        return self.document.gap

    @property
    def summary(self) -> Summary:
        """The plan in a few figures."""
        return self.document.summary

    @cached_property
    def partnerships(self) -> pd.DataFrame:
        """One row for each member: service, host, vehicle, member, then the fields of `Member`."""
        rows = [
            {"service": p.service, "host": p.host, "vehicle": p.vehicle, "member": m.council, **m.model_dump(exclude={"council"})}
            for p in self.document.partnerships
            for m in p.members
        ]
        fields = [name for name in Member.model_fields if name != "council"]
        return pd.DataFrame(rows, columns=["service", "host", "vehicle", "member", *fields])

    @cached_property
    def options(self) -> pd.DataFrame:
        """One row for each alternative to sharing that is taken."""
        return _frame(OptionTaken, self.document.options)

    @cached_property
    def councils(self) -> pd.DataFrame:
        """One row for each council of the instance."""
        return _frame(CouncilResult, self.document.councils)

    @cached_property
    def cashflow(self) -> pd.DataFrame:
        """The financial view: financial year, council, service, head, amount."""
        return _frame(CashFlow, self.document.cashflow)

    @cached_property
    def heads(self) -> pd.DataFrame:
        """Cost heads over the horizon, discounted and not."""
        return _frame(HeadTotal, self.document.heads)

    @cached_property
    def rules(self) -> pd.DataFrame:
        """Every application of a rule with its slack."""
        return _frame(RuleLine, self.document.rules)


def _frame(model: type[BaseModel], rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame([row.model_dump() for row in rows], columns=list(model.model_fields))
