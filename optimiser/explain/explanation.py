"""Why an instance has no plan, and what would give it one: small, typed, frozen; DataFrames at the edge."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

Value = bool | int | float | dt.date | str | None


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ClashItem(_Frozen):
    """One of the things that clash."""

    rule: str = Field(description="rule, by name; or can_host, vehicle, ceases, distance")
    scope: str = Field(description="what it is applied to, in words")
    service: str
    council: str
    other: str = Field(description="the other council, the vehicle, or the alternative")
    demand: bool = Field(description="whether it asks for something to be shared, taken or saved")
    table: str = Field(description="file in which it stands")
    row: int | None = Field(description="row of the table, as a spreadsheet numbers it")
    column: str = Field(description="column of the table, or path in instance.toml")
    value: Value = Field(description="what is asked, or what the data have")
    needed: Value = Field(description="the nearest value with which the rest of the clash has a plan; None where there is no such figure")
    unit: str
    says: str = Field(description="what it asks and what the data have, in a sentence")
    overrides: tuple[str, ...] = Field(description="what takes it out")


class Clash(_Frozen):
    """Things that cannot all be had: with nothing else there is no plan, and without any one of them there is."""

    items: tuple[ClashItem, ...]
    minimal: bool = Field(True, description="whether each item is shown to be needed; false where the work was stopped before")


class Change(_Frozen):
    """One figure that is changed, or one thing that is taken out."""

    what: str
    old: Value
    new: Value = Field(description="None where it is taken out")
    change: float | None = Field(description="new less old in `unit`; of dates in days; None where it is no number")
    unit: str
    words: str = Field(description="the change in a sentence")
    within: float = Field(0.0, description="by how much a smaller change could still do; 0 where the next smaller one is shown not to")


class Repair(_Frozen):
    """A change with which there is a plan."""

    changes: tuple[Change, ...]
    overrides: tuple[str, ...] = Field(description="what makes it; to be typed behind --set")
    everywhere: bool = Field(description="whether it loosens a rule for more services than clash")
    npv: float | None = Field(description="NPV of the best plan with it, GBP; None where that was not found in time")
    gap: float | None = Field(description="gap proven for that plan; None where nothing is")
    plan: str = Field(description="how that plan looks")
    confirmed_by: str

    @property
    def words(self) -> str:
        """All changes in a sentence."""
        return "; ".join(change.words for change in self.changes)


class Explanation(_Frozen):
    """Why there is no plan: the clashes, and repairs with the best plan's NPV, cheapest first."""

    instance: str = Field("", description="name of the folder or case, a label")
    title: str
    status: Literal["infeasible", "feasible", "unknown"] = Field(description="whether there is a plan; unknown if stopped before")
    clash_list: tuple[Clash, ...] = Field((), alias="clashes", description="clashes, in the order in which they were found")
    repair_list: tuple[Repair, ...] = Field((), alias="repairs", description="repairs, the one with the highest NPV first")
    untried: tuple[str, ...] = Field((), description="what was not looked for, and why")
    stopped: Literal["", "time_limit", "interrupted"] = Field("", description="what ended the work before its end")
    manifest: dict[str, Any] = Field(default_factory=dict, description="data, settings and versions that gave it")

    @cached_property
    def clashes(self) -> pd.DataFrame:
        """One row for each item of each clash, clashes counted from 1."""
        rows = [
            {"clash": number, **item.model_dump(exclude={"overrides"}), "overrides": "; ".join(item.overrides)}
            for number, clash in enumerate(self.clash_list, 1)
            for item in clash.items
        ]
        return pd.DataFrame(rows, columns=["clash", *ClashItem.model_fields]).astype({"row": "Int64"})

    @cached_property
    def repairs(self) -> pd.DataFrame:
        """One row for each change of each repair, repairs counted from 1; those of one repair go together."""
        rows = [
            {
                "repair": number,
                **change.model_dump(),
                "overrides": "; ".join(repair.overrides),
                **repair.model_dump(exclude={"changes", "overrides"}),
            }
            for number, repair in enumerate(self.repair_list, 1)
            for change in repair.changes
        ]
        fields = [name for name in Repair.model_fields if name not in ("changes", "overrides")]
        return pd.DataFrame(rows, columns=["repair", *Change.model_fields, "overrides", *fields])
