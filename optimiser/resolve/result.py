"""What a resolution says, as data: whether anything changed, what the data differ in, what the plan does otherwise and because of what."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from optimiser.compare.result import Comparison, SideFigures


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Status = Literal["first", "unchanged", "same_data", "plan_stays", "plan_changed", "no_plan"]


class Reference(_Frozen):
    """The plan that is decided, in the data as they are now."""

    run: str
    adopted: bool = Field(description="whether it was adopted; else it is the last recommendation")
    frozen_until: dt.date = Field(description="go-lives before this day are fixed")
    frozen: int = Field(description="arrangements of it that are fixed")
    not_kept: tuple[str, ...] = Field(
        (), description="what was to stay and does not: the data no longer have it, or commit to something else"
    )
    npv: float | None = Field(
        description="of keeping all of it, GBP; None where a council, a service or a day of it is no longer in the data"
    )
    breaks: tuple[str, ...] = Field(description="rules that keeping all of it would break")


class Resolved(_Frozen):
    """The report of a job. Stores keep it: a field that comes to it has a default, and none is taken away."""

    event: Status = Field(description="the same as `status`")
    status: Status
    job: str
    instance: str
    title: str
    today: dt.date
    run: str = Field(description="the run that answers")
    before: str | None = Field(description="the run of the recommendation before")
    recommendation_changed: bool
    plan: SideFigures = Field(description="the plan that is recommended now, or that there is none")
    npv: float | None = Field(description="of the plan that is recommended now, GBP")
    because: tuple[str, ...] = Field(description="what of the question is another than last time")
    reasons: tuple[str, ...] = Field((), description="why there is no plan")
    decided: Reference | None = Field(None, description="the plan that is decided; None where there is none")
    meanwhile: Comparison | None = Field(
        None, description="against the recommendation before, with the data of then: what is decided or asked otherwise, by itself"
    )
    comparison: Comparison | None = Field(None, description="what the data differ in, what the plan does otherwise, and because of what")
