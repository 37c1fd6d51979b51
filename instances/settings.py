"""The settings of an instance: the sections of instance.toml, frozen, with unit and meaning of each key."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from importlib import resources
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, ValidationInfo, field_validator

from instances.calendar import Calendar
from instances.ranges import RangeEntry, ScenarioEntry, flat_ranges
from instances.rules import Rules
from instances.tables import Parameters
from instances.values import Day, Number, number, numbers, year_or_text

Rate = Annotated[Number, Field(ge=-0.5, lt=1)]
Rates = Annotated[dict[Day, Rate], Field(min_length=1)]
Score = Annotated[Number, Field(ge=0, le=1)]
Weight = Annotated[Number, Field(ge=0)]


def _rate_shape(value: Any) -> str:
    """Whether a discount rate is one figure or a table by date; the names never stand in a file."""
    return "<table>" if isinstance(value, dict) else "<figure>"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Title(_Section):
    """What the instance is."""

    title: str = Field(..., description="title for reports")
    price_year: Annotated[int | str, BeforeValidator(year_or_text)] | None = Field(
        None, description="year in whose prices all money is given"
    )
    licence: str | None = Field(None, description="licence of the data")
    source: str | None = Field(None, description="where the data come from")
    note: str | None = Field(None, description="what the reader should know")


class OptimismBias(_Section):
    """How far plans turn out worse than forecast: savings lower, costs higher."""

    savings: Number = Field(0.0, ge=0, le=1, description="cut of every saving", json_schema_extra={"unit": "share"})
    costs: Number = Field(0.0, ge=0, description="addition to every cost", json_schema_extra={"unit": "share"})


class CompatibilityWeights(_Section):
    """Weights of what is known of a pair, where no score is given."""

    politics: Weight = Field(1.0, description="weight of political control", json_schema_extra={"unit": "weight"})
    culture: Weight = Field(1.0, description="weight of culture", json_schema_extra={"unit": "weight"})
    history: Weight = Field(1.0, description="weight of joint working so far", json_schema_extra={"unit": "weight"})


class CompatibilityScores(_Section):
    """Scores from which a pair's compatibility is derived, where no score is given."""

    same_control: Score = Field(1.0, description="both under the same control", json_schema_extra={"unit": "score"})
    no_overall_control: Score = Field(0.7, description="one of the two is under no overall control", json_schema_extra={"unit": "score"})
    different_control: Score = Field(0.4, description="under different control", json_schema_extra={"unit": "score"})
    same_culture: Score = Field(1.0, description="the same label", json_schema_extra={"unit": "score"})
    different_culture: Score = Field(0.5, description="different labels", json_schema_extra={"unit": "score"})
    history_years: Number = Field(10.0, gt=0, description="years of joint working that score 1", json_schema_extra={"unit": "years"})


class Economics(Parameters):
    """Defaults of the service parameters, and what holds for all services."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    discount_rate: Annotated[Annotated[Rate, Tag("<figure>")] | Annotated[Rates, Tag("<table>")], Discriminator(_rate_shape)] | None = (
        Field(
            None,
            description="one rate, or rates by the date from which they hold; absent: the Green Book's standard table",
            json_schema_extra={"unit": "share a year"},
        )
    )
    optimism_bias: OptimismBias = Field(OptimismBias(), description="how far plans turn out worse than forecast")
    compatibility_weights: CompatibilityWeights = Field(CompatibilityWeights(), description="weights of what is known of a pair")
    compatibility_scores: CompatibilityScores = Field(CompatibilityScores(), description="scores of what is known of a pair")

    @field_validator(*Parameters.model_fields, mode="before")
    @classmethod
    def _figures(cls, value: Any, info: ValidationInfo) -> Any:
        """Numbers are numbers; only in a cell of a table is phase_in text."""
        if value is None:
            return None
        return numbers(value) if info.field_name == "phase_in" else number(value)

    def rate(self, start: dt.date, year: int) -> float:
        """Discount rate of elapsed year `year` (0 is the first from `start`), share a year.

        The rate in force on the first day of that year; a dated table that begins later holds its first rate before.
        """
        table = self.discount_rate
        if table is None:
            return green_book_rate(year)
        if isinstance(table, float):
            return table
        first_day = _years_after(start, year)
        begun = [day for day in table if day <= first_day]
        return table[max(begun)] if begun else table[min(table)]

    def discount_factor(self, calendar: Calendar, k: int) -> float:
        """DF(k): product of 1 / (1 + rate) over the elapsed years, the broken year pro rata (model.md, section 1)."""
        whole, months = divmod(k * calendar.period_months, 12)
        factor = 1.0
        for year in range(whole):
            factor /= 1 + self.rate(calendar.start, year)
        if months:
            factor /= (1 + self.rate(calendar.start, whole)) ** (months / 12)
        return factor


def _years_after(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


@lru_cache(maxsize=1)
def _green_book() -> tuple[tuple[int, float], ...]:
    text = resources.files("instances").joinpath("data/green_book_discount_rates.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines()[1:] if line]
    return tuple((int(first), float(rate)) for first, rate, *_ in rows)


def green_book_rate(year: int) -> float:
    """HM Treasury Green Book standard rate of elapsed year `year` (0 is the first), share a year; the table is package data."""
    return [rate for first, rate in _green_book() if first <= year][-1]


class Settings(_Section):
    """instance.toml as a whole."""

    instance: Title = Field(..., description="what the instance is")
    calendar: Calendar = Field(..., description="periods, tranches, horizon")
    economics: Economics = Field(Economics(), description="defaults of the service parameters; discounting; optimism bias")
    rules: Rules = Field(Rules(), description="the rules by name")
    ranges: dict[str, RangeEntry] = Field(default_factory=dict, description="low and high of inputs, by path")
    scenarios: dict[str, ScenarioEntry] = Field(default_factory=dict, description="named lists of overrides")

    @field_validator("ranges", mode="before")
    @classmethod
    def _flat_ranges(cls, value: Any) -> Any:
        """Range paths may be quoted keys or nested tables."""
        return flat_ranges(value) if isinstance(value, dict) else value
