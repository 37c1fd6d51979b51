"""The answer to "why not that?": small, typed, frozen; DataFrames at the edge; nothing here needs Pyomo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from optimiser.explain.explanation import Explanation
from optimiser.plan import PlanDocument

Status = Literal["costs", "in_plan", "impossible", "demanded", "unknown"]
Value = bool | int | float | dt.date | str | None


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Refusal(_Frozen):
    """Something in the rules or the data that forbids the move by itself."""

    rule: str = Field(description="rule, by name; or can_host, ceases, baselines")
    council: str
    host: str | None = Field(description="the host that it is about; None where it forbids any")
    value: Value = Field(None, description="what the data have")
    limit: Value = Field(None, description="what is asked of it")
    needed: Value = Field(None, description="what the limit, or else the figure itself, would have to be; None where it is no figure")
    unit: str = ""
    table: str = Field("instance.toml", description="file in which it stands")
    row: int | None = Field(None, description="row of the table, as a spreadsheet numbers it")
    column: str = ""
    says: str = Field(description="all that in a sentence")


class Side(_Frozen):
    """One figure of the plan and of the other plan, GBP."""

    name: str
    plan: float
    other: float

    @property
    def difference(self) -> float:
        """The other less the plan."""
        return self.other - self.plan


class WhyNotDocument(_Frozen):
    """Everything that is reported."""

    title: str
    council: str
    service: str
    host: str | None
    tranche: int | None
    go_live: dt.date | None = Field(description="first day of the tranche")
    asked: str = Field(description="what is asked about, in words")
    status: Status = Field(
        description="it can be had and costs something; the plan has it; no plan has it; every plan has it; or stopped before that was known"
    )
    npv: float = Field(description="of the plan, GBP")
    other_npv: float | None = Field(
        description="of the best plan with it, or without it where the plan has it, GBP; None where there is none"
    )
    lost: float | None = Field(description="npv less other_npv, GBP")
    least_lost: float | None = Field(description="at least so much is lost, as far as the bound of the other solve proves, GBP")
    most_lost: float | None = Field(description="at most so much is lost, as far as the bound of the plan's solve proves, GBP")
    proven: bool = Field(description="whether both plans are proven to be the best within the gap")
    differences: tuple[str, ...] = Field((), description="what is arranged otherwise in the other plan, in sentences")
    refusals: tuple[Refusal, ...] = ()
    explanation: Explanation | None = Field(None, description="what clashes with it, and what would make room for it; where no plan has it")
    plan: PlanDocument
    other: PlanDocument | None = None
    manifest: dict[str, Any] = Field(default_factory=dict, description="data, settings and versions that gave it")


class WhyNot:
    """The answer with its tables as DataFrames.

    Attributes:
        document: Everything, as in why_not.json.
        instance: Name of the folder or case, a label.
    """

    def __init__(self, document: WhyNotDocument, instance: str = "") -> None:
        """Wrap a document."""
        self.document, self.instance = document, instance

    def __repr__(self) -> str:
        """A line for the console."""
        d = self.document
        return f"WhyNot({d.asked!r}, {d.status}, lost={'unknown' if d.lost is None else f'{d.lost:,.2f}'})"

    @property
    def status(self) -> str:
        """See WhyNotDocument."""
        return self.document.status

    @property
    def lost(self) -> float | None:
        """NPV that is lost with it, or without it where the plan has it, GBP; None where there is no such plan."""
        return self.document.lost

    @property
    def refusals(self) -> pd.DataFrame:
        """What forbids it by itself, one row each."""
        return pd.DataFrame([one.model_dump() for one in self.document.refusals], columns=list(Refusal.model_fields))

    @cached_property
    def heads(self) -> pd.DataFrame:
        """NPV by cost head in both plans, GBP, with the difference."""
        return _side_by_side("head", head_sides(self.document))

    @cached_property
    def councils(self) -> pd.DataFrame:
        """NPV of each council in both plans, GBP, with the difference."""
        return _side_by_side("council", council_sides(self.document))

    @cached_property
    def arrangements(self) -> pd.DataFrame:
        """What each council does with each service in both plans: host, vehicle (or '' and the alternative) and go-live."""
        d = self.document
        columns = ("council", "service", "host", "way", "go_live", "other_host", "other_way", "other_go_live")
        if d.other is None:
            return pd.DataFrame(columns=list(columns))
        mine, theirs = d.plan.arrangements(), d.other.arrangements()
        begins = [document.go_lives() for document in (d.plan, d.other)]
        rows = []
        for key in sorted(mine.keys() | theirs.keys()):
            own, other = (found.get(key, ("", "", None)) for found in (mine, theirs))
            rows.append((*key, *own[:2], begins[0].get(key), *other[:2], begins[1].get(key)))
        return pd.DataFrame(rows, columns=list(columns))


def head_sides(document: WhyNotDocument) -> list[Side]:
    """NPV by cost head in both plans."""
    return _sides(*({} if plan is None else {head.head: head.npv for head in plan.heads} for plan in (document.plan, document.other)))


def council_sides(document: WhyNotDocument) -> list[Side]:
    """NPV of each council in both plans."""
    return _sides(*({} if plan is None else {one.council: one.npv for one in plan.councils} for plan in (document.plan, document.other)))


def _sides(own: Mapping[str, float], other: Mapping[str, float]) -> list[Side]:
    return [Side(name=name, plan=own.get(name, 0.0), other=other.get(name, 0.0)) for name in dict.fromkeys([*own, *other])]


def _side_by_side(name: str, sides: list[Side]) -> pd.DataFrame:
    rows = [(side.name, side.plan, side.other, side.difference) for side in sides]
    return pd.DataFrame(rows, columns=[name, "plan", "other", "difference"])
