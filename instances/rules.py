"""The rules of an instance by name (model.md, section 4): which are on, and with what figure.

A rule that is absent is off unless a column of services.csv sets it for a service; `false` switches it off for all.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from instances.errors import nearest
from instances.messages import refuse, show
from instances.rule_figures import (
    SEQUENCES,
    CompatibilityRule,
    DistanceLimit,
    InvestmentLimit,
    MinimumTotalSaving,
    PartnershipSizeRule,
    QualityRule,
    Sequence,
    names,
)
from instances.values import Truth, number, whole

Figures = TypeVar("Figures")
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
        if shape(value) != "<figure>":
            return value
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
OffOr = Annotated[Off | Annotated[Figures, Tag("<table>")], Discriminator(shape)]
CompatibilityFigures = Annotated[OffOr[CompatibilityRule], _only_table("{ minimum = 0.5 }")]
QualityFigures = Annotated[OffOr[QualityRule], _only_table("{ minimum = 0.6, tolerance = 0.05 }")]
SizeFigures = Annotated[OffOr[PartnershipSizeRule], _only_table("{ minimum = 2, maximum = 6 }")]
InvestmentFigures = Annotated[OffOr[InvestmentLimit], _only_table("{ programme = 3_000_000 }")]
TotalSavingFigures = Annotated[OffOr[MinimumTotalSaving], _only_table("{ amount = 5_000_000, year = 4 }")]


def _years(value: Any) -> float:
    """A number of years above 0."""
    years = _rule_number(value)
    if years <= 0:
        raise refuse(f"{show(value)} is out of range", "expected more than 0")
    return years


def _contiguity(value: Any) -> Any:
    """`true`, `false`, or the services for which the rule is on."""
    return value if isinstance(value, bool) else names(value)


def _bundle(value: Any) -> Any:
    """Off, or lists of two services or more."""
    if value is False:
        return value
    if not isinstance(value, list | tuple) or not value or not all(isinstance(group, list | tuple) for group in value):
        raise refuse(f"{show(value)} is not a list of lists", 'write a list such as [["revenues", "benefits"]], or false to switch it off')
    groups = tuple(names(group) for group in value)
    single = next((group for group in groups if len(group) < 2), None)
    if single is not None:
        raise refuse(f"{show(single)} has too few items", "a bundle has at least 2 services")
    return groups


def _reading(value: Any) -> Any:
    """Off, or which of the two readings of the rule holds."""
    if value is False or (isinstance(value, str) and value in READINGS):
        return value
    expected = f'write "{READINGS[0]}" or "{READINGS[1]}", or false to switch it off'
    if value is True:
        raise refuse("true does not say which reading", expected)
    raise refuse(f"{show(value)} is not known here", expected, nearest(value, READINGS) if isinstance(value, str) else None)


def _sequences(value: Any) -> Any:
    """Off, or a list of tables."""
    if value is not False and not isinstance(value, list | tuple):
        raise refuse(f"{show(value)} is not a list", f"write a list such as [{SEQUENCES[0]}], or false to switch it off")
    if value is not False and not value:
        raise refuse("[] has too few items", "write false to switch it off")
    return value


def _list_shape(value: Any) -> str:
    return "<off>" if value is False else "<list>"


READINGS = ("where_it_falls", "compensated")
"""The readings of rule no_council_worse_off."""
Years = Annotated[float, BeforeValidator(_years)]
YearsByService = Annotated[Off | Annotated[Years, Tag("<figure>")] | Annotated[dict[str, Years], Tag("<table>")], Discriminator(shape)]
Contiguity = Annotated[bool | tuple[str, ...], BeforeValidator(_contiguity)]
Bundles = Annotated[Literal[False] | tuple[tuple[str, ...], ...], BeforeValidator(_bundle)]
Sequences = Annotated[
    Off | Annotated[tuple[Sequence, ...], Tag("<list>")],
    Discriminator(_list_shape),
    BeforeValidator(_sequences),
]
Reading = Annotated[Literal[False, "where_it_falls", "compensated"], BeforeValidator(_reading)]


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
    contiguity: Contiguity | None = Field(None, description="members are neighbours, or linked through members; true or a list of services")
    minimum_total_saving: TotalSavingFigures | None = Field(
        None, description="savings less recurring costs of the programme in a year", json_schema_extra={"unit": "GBP a year"}
    )
    no_council_worse_off: Reading | None = Field(
        None, description="each council's own NPV is not below 0, as it falls or after payments between partners"
    )
    payback: YearsByService | None = Field(
        None, description="years after opening by which a partnership has earned its cost", json_schema_extra={"unit": "years"}
    )
    investment_limit: InvestmentFigures | None = Field(
        None, description="one-off cost by financial year", json_schema_extra={"unit": "GBP"}
    )
    delivery_capacity: Count | None = Field(None, description="go-lives per council and tranche", json_schema_extra={"unit": "go-lives"})
    programme_capacity: Count | None = Field(None, description="go-lives per tranche", json_schema_extra={"unit": "go-lives"})
    onboarding_capacity: CountByService | None = Field(
        None, description="members joining one host per tranche and service", json_schema_extra={"unit": "members"}
    )
    hosting_limit: Count | None = Field(None, description="services that one council hosts", json_schema_extra={"unit": "services"})
    each_hosts: Truth | None = Field(None, description="a council that joins anything also hosts something")
    sequencing: Sequences | None = Field(None, description="what has to be live at a council before a service goes live there")
    bundle: Bundles | None = Field(None, description="services that a council shares with one host in one tranche, or not at all")
    partner_limit: Count | None = Field(
        None, description="different partners of one council over all services", json_schema_extra={"unit": "councils"}
    )

    columns: ClassVar[dict[str, str]] = {
        "minimum_saving": "minimum_saving",
        "maximum_distance": "maximum_distance",
        "maximum_span": "maximum_span",
        "compatibility": "compatibility",
        "maximum_partnerships": "maximum_partnerships",
        "partnership_size": "partnership_size_minimum",
        "quality": "quality",
        "contiguity": "contiguity",
        "payback": "payback",
        "onboarding_capacity": "onboarding_capacity",
    }
