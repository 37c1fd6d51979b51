"""The figures of single rules: what a rule takes besides one number, frozen, with unit and meaning of each key."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from instances.messages import refuse, show
from instances.values import Number, Whole, number


class _Figures(BaseModel):
    """Figures of one rule; frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DistanceLimit(_Figures):
    """A limit in km or in minutes."""

    km: Number | None = Field(None, ge=0, description="greatest distance", json_schema_extra={"unit": "km"})
    minutes: Number | None = Field(None, ge=0, description="greatest travel time", json_schema_extra={"unit": "minutes"})

    @model_validator(mode="after")
    def _one_unit(self) -> DistanceLimit:
        if (self.km is None) == (self.minutes is None):
            given = "neither km nor minutes" if self.km is None else "both km and minutes"
            raise refuse(f"{given} given", "give one of them, such as { km = 40 }")
        return self


class CompatibilityRule(_Figures):
    """Least score of every pair of members, or of every member with the host."""

    minimum: Number = Field(..., ge=0, le=1, description="least score", json_schema_extra={"unit": "score"})
    scope: Literal["all_pairs", "with_host"] = Field("all_pairs", description="every pair of members, or each member with the host")


class QualityRule(_Figures):
    """Least performance of a host, and how far it may fall short of a member's."""

    minimum: Number | None = Field(None, description="least performance of the host", json_schema_extra={"unit": "score"})
    tolerance: Number | None = Field(
        None, ge=0, description="how far the host may fall short of the member", json_schema_extra={"unit": "score"}
    )

    @model_validator(mode="after")
    def _something(self) -> QualityRule:
        if self.minimum is None and self.tolerance is None:
            raise refuse("neither minimum nor tolerance given", "give one or both, such as { minimum = 0.6 }")
        return self


class PartnershipSizeRule(_Figures):
    """Least and greatest number of members, the host included."""

    minimum: Whole = Field(2, ge=2, description="least number of members", json_schema_extra={"unit": "members"})
    maximum: Whole | None = Field(None, ge=2, description="greatest number of members", json_schema_extra={"unit": "members"})

    @model_validator(mode="after")
    def _ordered(self) -> PartnershipSizeRule:
        if self.maximum is not None and self.maximum < self.minimum:
            raise refuse(f"minimum {self.minimum} is above maximum {self.maximum}", "write the smaller figure as minimum")
        return self


_YEAR = re.compile(r"([0-9]{4})/([0-9]{2})")


def _financial_year(value: Any) -> str:
    """An April-to-March year such as 2026/27."""
    match = _YEAR.fullmatch(value) if isinstance(value, str) else None
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        raise refuse(f"{show(value)} is not a financial year", 'write a year from April to March such as "2026/27"')
    return str(value)


def money(value: Any) -> float:
    """An amount of pounds, not below 0."""
    if isinstance(value, bool):
        raise refuse(f"{show(value)} is not a figure", "write an amount, or leave the key out")
    amount = number(value)
    if amount < 0:
        raise refuse(f"{show(value)} is out of range", "expected at least 0")
    return amount


def _by_year_shape(value: Any) -> str:
    return "<table>" if isinstance(value, dict) else "<figure>"


def names(value: Any) -> tuple[str, ...]:
    """A list of different names of services, one at least."""
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise refuse(f"{show(value)} is not a list of services", 'write a list such as ["payroll"]')
    if not value:
        raise refuse("[] has too few items", "expected at least 1")
    twice = next((name for index, name in enumerate(value) if name in value[:index]), None)
    if twice is not None:
        raise refuse(f"{show(twice)} stands twice", "name each service once")
    return tuple(value)


Names = Annotated[tuple[str, ...], BeforeValidator(names)]
Money = Annotated[float, BeforeValidator(money)]
FinancialYear = Annotated[str, BeforeValidator(_financial_year)]
ByYear = Annotated[
    Annotated[Money, Tag("<figure>")] | Annotated[dict[FinancialYear, Money], Field(min_length=1), Tag("<table>")],
    Discriminator(_by_year_shape),
]


class InvestmentLimit(_Figures):
    """One-off cost that may be spent: by financial year for the programme and for each council, and over all years."""

    programme: ByYear | None = Field(
        None, description="all councils together in a financial year, one figure or by year", json_schema_extra={"unit": "GBP"}
    )
    council: ByYear | None = Field(
        None, description="each council in a financial year, one figure or by year", json_schema_extra={"unit": "GBP"}
    )
    total: Money | None = Field(None, description="all councils together over all years: a fund", json_schema_extra={"unit": "GBP"})

    @model_validator(mode="after")
    def _something(self) -> InvestmentLimit:
        if self.programme is None and self.council is None and self.total is None:
            raise refuse("neither programme, council nor total given", "give one or more, such as { programme = 3_000_000 }")
        return self

    def limit(self, who: Literal["programme", "council"], year: str) -> float | None:
        """The limit of a financial year, GBP; None where there is none."""
        given = self.programme if who == "programme" else self.council
        return given.get(year) if isinstance(given, dict) else given


class MinimumTotalSaving(_Figures):
    """Savings less recurring costs of the programme in a year of the appraisal."""

    amount: Number = Field(..., description="least saving of the programme in that year", json_schema_extra={"unit": "GBP a year"})
    year: Whole = Field(..., ge=1, description="year of the appraisal, 1 is the first", json_schema_extra={"unit": "years"})


class Sequence(_Figures):
    """What has to be live at a council before a service, or a category of services, goes live there."""

    service: str | None = Field(None, description="service that waits")
    after: Names | None = Field(None, description="services that have to be live before it")
    category: Literal["back_office", "management", "front_line"] | None = Field(None, description="category of services that waits")
    after_back_office: Whole | None = Field(
        None, ge=1, description="back-office services that have to be live before it", json_schema_extra={"unit": "services"}
    )
    periods: Whole = Field(..., ge=0, description="periods for which they have to have been live", json_schema_extra={"unit": "periods"})

    @model_validator(mode="after")
    def _one_kind(self) -> Sequence:
        by_service = (self.service is not None, self.after is not None)
        by_category = (self.category is not None, self.after_back_office is not None)
        if (all(by_service) and not any(by_category)) or (all(by_category) and not any(by_service)):
            return self
        given = " and ".join(key for key in ("service", "after", "category", "after_back_office") if getattr(self, key) is not None)
        raise refuse(f"{given or 'nothing'} given", f"write {SEQUENCES[0]} or {SEQUENCES[1]}")


SEQUENCES = (
    '{ service = "planning", after = ["payroll"], periods = 2 }',
    '{ category = "front_line", after_back_office = 2, periods = 1 }',
)
"""The two forms of a row of rule sequencing, as instance.toml writes them."""
