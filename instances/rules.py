"""The rules of an instance by name (model.md, section 4): which are on, and with what figure.

A rule that is absent is off unless a column of services.csv sets it for a service; `false` switches it off for all.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from instances.errors import nearest


class _Figures(BaseModel):
    """Figures of one rule; frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DistanceLimit(_Figures):
    """A limit in km or in minutes."""

    km: float | None = Field(None, ge=0, allow_inf_nan=False, json_schema_extra={"unit": "km"})
    minutes: float | None = Field(None, ge=0, allow_inf_nan=False, json_schema_extra={"unit": "minutes"})

    @model_validator(mode="after")
    def _one_unit(self) -> DistanceLimit:
        if (self.km is None) == (self.minutes is None):
            raise ValueError("give either km or minutes")
        return self


class CompatibilityRule(_Figures):
    """Least score of every pair of members, or of every member with the host."""

    minimum: float = Field(..., ge=0, le=1, allow_inf_nan=False, json_schema_extra={"unit": "score"})
    scope: Literal["all_pairs", "with_host"] = "all_pairs"


class QualityRule(_Figures):
    """Least performance of a host, and how far it may fall short of a member's."""

    minimum: float | None = Field(None, allow_inf_nan=False, json_schema_extra={"unit": "score"})
    tolerance: float | None = Field(None, ge=0, allow_inf_nan=False, json_schema_extra={"unit": "score"})

    @model_validator(mode="after")
    def _something(self) -> QualityRule:
        if self.minimum is None and self.tolerance is None:
            raise ValueError("give minimum, tolerance or both")
        return self


class PartnershipSizeRule(_Figures):
    """Least and greatest number of members, the host included."""

    minimum: int = Field(2, ge=2, json_schema_extra={"unit": "members"})
    maximum: int | None = Field(None, ge=2, json_schema_extra={"unit": "members"})

    @model_validator(mode="after")
    def _ordered(self) -> PartnershipSizeRule:
        if self.maximum is not None and self.maximum < self.minimum:
            raise ValueError(f"maximum {self.maximum} is below minimum {self.minimum}")
        return self


def _figure(value: Any) -> Any:
    """`true` is not a figure; pydantic would read it as 1."""
    if value is True or (isinstance(value, dict) and any(isinstance(v, bool) for v in value.values())):
        raise ValueError("write the figure of the rule, or false to switch it off")
    return value


def _distance(value: Any) -> Any:
    """A bare number is a limit in km."""
    value = _figure(value)
    return {"km": value} if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _only_false(value: Any) -> Any:
    """0 is a figure; it only equals False."""
    if value is not False:
        raise ValueError("write the figure of the rule, or false to switch it off")
    return value


Off = Annotated[Literal[False], BeforeValidator(_only_false)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
ByService = Annotated[Off | Finite | dict[str, Finite] | None, BeforeValidator(_figure)]
CountByService = Annotated[Off | Annotated[int, Field(ge=0)] | dict[str, Annotated[int, Field(ge=0)]] | None, BeforeValidator(_figure)]
Count = Annotated[Off | Annotated[int, Field(ge=0)] | None, BeforeValidator(_figure)]
Distance = Annotated[Off | DistanceLimit | None, BeforeValidator(_distance)]

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

    contract_timing: bool = Field(True, description="a go-live waits for the contract's end or break")
    host_capacity: bool = Field(True, description="a host runs no more volume than it can, where a limit is given")
    commitments: bool = Field(True, description="what is already decided holds")
    maximum_distance: Distance = Field(None, description="between member and host", json_schema_extra={"unit": "km or minutes"})
    maximum_span: Distance = Field(None, description="between every pair of members", json_schema_extra={"unit": "km or minutes"})
    compatibility: Off | CompatibilityRule | None = Field(None, description="least compatibility of members", json_schema_extra={"unit": "score"})
    quality: Off | QualityRule | None = Field(None, description="performance of the host", json_schema_extra={"unit": "score"})
    partnership_size: Off | PartnershipSizeRule | None = Field(None, description="members of a partnership", json_schema_extra={"unit": "members"})
    maximum_partnerships: CountByService = Field(None, description="partnerships of a service", json_schema_extra={"unit": "partnerships"})
    minimum_saving: ByService = Field(None, description="second-year position as a share of the combined baseline", json_schema_extra={"unit": "share"})
    delivery_capacity: Count = Field(None, description="go-lives per council and tranche", json_schema_extra={"unit": "go-lives"})
    programme_capacity: Count = Field(None, description="go-lives per tranche", json_schema_extra={"unit": "go-lives"})

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
    def _known_here(cls, data: Any) -> Any:
        """Refuse rules that this version does not hold, unless they are off anyway."""
        if not isinstance(data, dict):
            return data
        kept = {}
        for name, value in data.items():
            if name in LATER_RULES:
                if value is not False and value is not None:
                    raise ValueError(f"rule '{name}' is not in this version; switch it off with {name} = false")
            elif name not in cls.model_fields:
                close = nearest(name, [*cls.model_fields, *LATER_RULES])
                hint = f"; did you mean '{close}'?" if close else ""
                raise ValueError(f"'{name}' is not a rule{hint}")
            else:
                kept[name] = value
        return kept
