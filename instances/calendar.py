"""The calendar of an appraisal: periods, tranches, years and financial years (model.md, section 1)."""

from __future__ import annotations

import datetime as dt
from functools import cache, cached_property
from typing import Annotated, Literal

from dateutil.relativedelta import relativedelta
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from instances.messages import figure, refuse
from instances.values import Day, Number, Whole, whole

LIVE = -1
"""Tranche of what is live before the start."""


def financial_year(day: dt.date) -> str:
    """The April-to-March year of a day, such as '2026/27'."""
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


class Calendar(BaseModel):
    """Periods `k = 0 .. periods - 1` of `period_months` each; a tranche is a period `k < tranches`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Day = Field(..., description="first day of the appraisal", json_schema_extra={"unit": "date"})
    period_months: Annotated[Literal[1, 3, 6, 12], BeforeValidator(whole)] = Field(
        ..., description="length of a period", json_schema_extra={"unit": "months"}
    )
    tranches: Whole = Field(
        ..., ge=1, description="periods, from the first, in which a go-live may happen", json_schema_extra={"unit": "periods"}
    )
    horizon_years: Number = Field(
        ..., gt=0, le=100, description="length of the appraisal from the start", json_schema_extra={"unit": "years"}
    )

    @model_validator(mode="after")
    def _whole_periods(self) -> Calendar:
        """The horizon is a whole number of periods, holds the tranches and ends in a year that a date can have."""
        exact = self.horizon_years * 12 / self.period_months
        if abs(exact - round(exact)) > 1e-9:
            near = [figure(count * self.period_months / 12) for count in (int(exact), int(exact) + 1) if count]
            problem = f"{figure(self.horizon_years)} years are not a whole number of {self.period_months}-month periods"
            raise refuse(problem, f"write {' or '.join(near)}", key="horizon_years")
        if self.tranches > self.periods:
            problem = f"{self.tranches} tranches reach beyond the horizon of {self.periods} periods"
            raise refuse(problem, f"expected at most {self.periods}", key="tranches")
        if self.start.year + self.horizon_years > dt.MAXYEAR - 1:
            raise refuse(f"{self.start} is out of range", "the horizon has to end before the year 9999", key="start")
        return self

    @cached_property
    def periods(self) -> int:
        """Number of periods in the horizon."""
        return round(self.horizon_years * 12 / self.period_months)

    @property
    def period_years(self) -> float:
        """Length of a period in years."""
        return self.period_months / 12

    def date(self, k: int) -> dt.date:
        """First day of period `k`; a start late in a month is held to the month's last day."""
        return months_after(self.start, k * self.period_months)

    @cached_property
    def tranche_dates(self) -> tuple[dt.date, ...]:
        """First day of each tranche."""
        return tuple(self.date(k) for k in range(self.tranches))

    def years(self, k: int) -> float:
        """Years from the start to period `k`."""
        return k * self.period_months / 12

    def month(self, k: int, m: int) -> dt.date:
        """First day of month `m` of period `k`."""
        return months_after(self.start, k * self.period_months + m)


@cache
def months_after(start: dt.date, months: int) -> dt.date:
    """A day some months after another; kept, since the same few are asked for again and again."""
    return start + relativedelta(months=months)
