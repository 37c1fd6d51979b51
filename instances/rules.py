"""The rules of an instance by name (model.md, section 4): which are on, and with what figure.

A rule that is absent is off unless a column of services.csv sets it for a service; `false` switches it off for all.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from instances.messages import refuse, show
from instances.values import Number, Truth, Whole, number, whole


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


FIGURE = "write the figure of the rule, or false to switch it off"


def shape(value: Any) -> str:
    """Which form a rule is given in: off, a figure or a table; the names never stand in a file."""
    if value is False:
        return "<off>"
    return "<table>" if isinstance(value, dict | BaseModel) else "<figure>"


def _rule_number(value: Any) -> float:
    """`true` is not a figure: which one would it be?"""
    if value is True:
        raise refuse("true is not a figure", FIGURE)
    return number(value)


def _rule_count(value: Any) -> int:
    if value is True:
        raise refuse("true is not a figure", FIGURE)
    return whole(value)


def _count_shape(value: Any) -> str:
    return "<off>" if value is False else "<figure>"


def _km(value: Any) -> DistanceLimit:
    """A bare number is a limit in km."""
    limit = _rule_number(value)
    if limit < 0:
        raise refuse(f"{show(value)} is out of range", "expected at least 0")
    return DistanceLimit(km=limit)


def _only_table(example: str) -> BeforeValidator:
    """Refuses a bare value where a rule has more than one figure."""

    def check(value: Any) -> Any:
        raise refuse(f"{show(value)} is not a table", f"write a table such as {example}, or false to switch it off")

    return BeforeValidator(check)


Off = Annotated[Literal[False], Tag("<off>")]
Share = Annotated[float, BeforeValidator(_rule_number), Field(le=1)]
Limit = Annotated[int, BeforeValidator(_rule_count), Field(ge=0)]
ByService = Annotated[Off | Annotated[Share, Tag("<figure>")] | Annotated[dict[str, Share], Tag("<table>")], Discriminator(shape)]
CountByService = Annotated[Off | Annotated[Limit, Tag("<figure>")] | Annotated[dict[str, Limit], Tag("<table>")], Discriminator(shape)]
Count = Annotated[Off | Annotated[Limit, Tag("<figure>")], Discriminator(_count_shape)]
Distance = Annotated[
    Off | Annotated[DistanceLimit, BeforeValidator(_km), Tag("<figure>")] | Annotated[DistanceLimit, Tag("<table>")],
    Discriminator(shape),
]
CompatibilityFigures = Annotated[
    Off | Annotated[CompatibilityRule, _only_table("{ minimum = 0.5 }"), Tag("<figure>")] | Annotated[CompatibilityRule, Tag("<table>")],
    Discriminator(shape),
]
QualityFigures = Annotated[
    Off
    | Annotated[QualityRule, _only_table("{ minimum = 0.6, tolerance = 0.05 }"), Tag("<figure>")]
    | Annotated[QualityRule, Tag("<table>")],
    Discriminator(shape),
]
SizeFigures = Annotated[
    Off
    | Annotated[PartnershipSizeRule, _only_table("{ minimum = 2, maximum = 6 }"), Tag("<figure>")]
    | Annotated[PartnershipSizeRule, Tag("<table>")],
    Discriminator(shape),
]

LATER_RULES = (
    "contiguity",
    "minimum_total_saving",
    "no_council_worse_off",
    "payback",
    "investment_limit",
    "onboarding_capacity",
    "hosting_limit",
    "each_hosts",
    "sequencing",
    "bundle",
    "partner_limit",
)
"""Rules of the model that this version refuses when they are switched on; it never ignores them."""


class Rules(BaseModel):
    """The `[rules]` of instance.toml. None: not mentioned; False: switched off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contract_timing: Truth = Field(True, description="a go-live waits for the contract's end or break")
    host_capacity: Truth = Field(True, description="a host runs no more volume than it can, where a limit is given")
    commitments: Truth = Field(True, description="what is already decided holds")
    maximum_distance: Distance | None = Field(None, description="between member and host", json_schema_extra={"unit": "km or minutes"})
    maximum_span: Distance | None = Field(None, description="between every pair of members", json_schema_extra={"unit": "km or minutes"})
    compatibility: CompatibilityFigures | None = Field(
        None, description="least compatibility of members", json_schema_extra={"unit": "score"}
    )
    quality: QualityFigures | None = Field(None, description="performance of the host", json_schema_extra={"unit": "score"})
    partnership_size: SizeFigures | None = Field(None, description="members of a partnership", json_schema_extra={"unit": "members"})
    maximum_partnerships: CountByService | None = Field(
        None, description="partnerships of a service", json_schema_extra={"unit": "partnerships"}
    )
    minimum_saving: ByService | None = Field(
        None, description="second-year position as a share of the combined baseline", json_schema_extra={"unit": "share"}
    )
    delivery_capacity: Count | None = Field(None, description="go-lives per council and tranche", json_schema_extra={"unit": "go-lives"})
    programme_capacity: Count | None = Field(None, description="go-lives per tranche", json_schema_extra={"unit": "go-lives"})

    columns: ClassVar[dict[str, str]] = {
        "minimum_saving": "minimum_saving",
        "maximum_distance": "maximum_distance",
        "maximum_span": "maximum_span",
        "compatibility": "compatibility",
        "maximum_partnerships": "maximum_partnerships",
        "partnership_size": "partnership_size_minimum",
        "quality": "quality",
    }

    @model_validator(mode="before")
    @classmethod
    def _later_rules(cls, data: Any) -> Any:
        """A rule that this version does not hold may be off; switched on, it is refused like an unknown one."""
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if name not in LATER_RULES or not (value is False or value is None)}
