"""The tables of an instance: one frozen row model for each, with unit and meaning of every column.

The tables, their keys and their columns are fixed by the instance format; see docs/instance-format.md.
A cell that is left blank is not given and reads as None, unless the column states a default.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

GBP = "GBP"
GBP_A_YEAR = "GBP a year"
GBP_A_YEAR_PER_KM = "GBP a year per km"
GBP_A_YEAR_PER_FTE = "GBP a year per FTE"
GBP_PER_FTE = "GBP per FTE"
SHARE = "share"
COUNT = "count"


def quantity(meaning: str, unit: str, *, default: Any = None, **limits: Any) -> Any:
    """A numeric column: its meaning, its unit, its limits (`ge`, `gt`, `le`) and what a blank cell means."""
    return Field(default, description=meaning, json_schema_extra={"unit": unit}, allow_inf_nan=False, **limits)


def count(meaning: str, **limits: Any) -> Any:
    """A column of whole numbers: its meaning and its limits; blank is not given."""
    return Field(None, description=meaning, json_schema_extra={"unit": COUNT}, **limits)


def text(meaning: str, *, default: Any = None, required: bool = False) -> Any:
    """A text column and its meaning."""
    return Field(... if required else default, description=meaning, json_schema_extra={"unit": ""})


def _split_list(value: Any) -> Any:
    """A list in one CSV cell has its items separated by semicolons."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(";")]
    return value


Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
PhaseIn = Annotated[tuple[Share, ...], BeforeValidator(_split_list), Field(min_length=1)]


class Row(BaseModel):
    """One row of a table. Frozen; unknown columns are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    key: ClassVar[tuple[str, ...]] = ()
    later: ClassVar[frozenset[str]] = frozenset()
    """Columns that came later: where they are blank, digests are those of the data before."""

    source: str | None = text("where the figures of this row come from")
    note: str | None = text("anything the reader of the figures should know")


class Parameters(BaseModel):
    """The service parameters of model.md, section 3; None is not given."""

    duplication_avoided: float | None = quantity(
        "part of a joining council's fixed cost that is no longer carried twice", SHARE, ge=0, le=1
    )
    process_saving: float | None = quantity("part of the variable cost saved by redesign when the service moves", SHARE, ge=0, le=1)
    convergence: float | None = quantity("part of the gap to a cheaper host's unit cost that closes", SHARE, ge=0, le=1)
    coordination_cost: float | None = quantity("client side of a joining council", GBP_A_YEAR, ge=0)
    distance_cost: float | None = quantity("travel and presence, for each km between council and host", GBP_A_YEAR_PER_KM, ge=0)
    friction: float | None = quantity("part of annual cost lost at compatibility 0, in proportion above it", SHARE, ge=0)
    pay_alignment_cost_per_fte: float | None = quantity("pay and terms, where aligning them costs every year", GBP_A_YEAR_PER_FTE, ge=0)
    hosting_cost: float | None = quantity("running the partnership, carried by the host", GBP_A_YEAR, ge=0)
    set_up_cost: float | None = quantity("starting the partnership, carried by the host", GBP, ge=0)
    integration_cost: float | None = quantity("moving one council's service to the host", GBP, ge=0)
    platform_cost: float | None = quantity("moving to the host's platform where the two differ", GBP, ge=0)
    harmonisation_cost_per_fte: float | None = quantity("aligning terms of the staff who move", GBP_PER_FTE, ge=0)
    redundancy_cost: float | None = quantity("one redundancy", GBP_PER_FTE, ge=0)
    post_reduction: float | None = quantity("part of a joining council's posts that goes", SHARE, ge=0, le=1)
    turnover: float | None = quantity("part of the posts that fall vacant in a year", "share a year", ge=0)
    exit_cost: float | None = quantity("leaving a partnership, or its end, for each council that was in it", GBP, ge=0)
    growth: float | None = quantity("real growth of the baselines", "share a year", gt=-1)
    phase_in: PhaseIn | None = Field(
        None,
        description="part of the full saving realised in the first, second ... year after go-live; the last value holds",
        json_schema_extra={"unit": SHARE},
    )


class Council(Row):
    """A council of the region."""

    key: ClassVar[tuple[str, ...]] = ("council",)
    council: str = text("name of the council, used by every other table", required=True)
    name: str | None = text("full name for reports")
    tier: str | None = text("county, district, unitary ...")
    region: str | None = text("region")
    latitude: float | None = quantity("latitude", "degrees", ge=-90, le=90)
    longitude: float | None = quantity("longitude", "degrees", ge=-180, le=180)
    population: float | None = quantity("residents", "people", ge=0)
    control: str | None = text("party in control, NOC where none has a majority")
    culture: str | None = text("way of working, as a label that councils may have in common")
    ceases: dt.date | None = Field(
        None,
        description="first day on which the council no longer exists, if it is abolished or merged",
        json_schema_extra={"unit": "date"},
    )
    successor: str | None = text("council to which its services pass on that day")


class Service(Row, Parameters):
    """A service that councils run, with its own economics and rule figures where they differ from the defaults."""

    key: ClassVar[tuple[str, ...]] = ("service",)
    service: str = text("name of the service, used by every other table", required=True)
    name: str | None = text("full name for reports")
    category: Literal["back_office", "management", "front_line"] | None = text("back_office, management or front_line")
    minimum_saving: float | None = quantity("rule minimum_saving for this service", SHARE)
    maximum_distance: float | None = quantity("rule maximum_distance for this service", "km", ge=0)
    maximum_span: float | None = quantity("rule maximum_span for this service", "km", ge=0)
    compatibility: float | None = quantity("minimum of rule compatibility for this service", "score", ge=0, le=1)
    maximum_partnerships: int | None = count("rule maximum_partnerships for this service", ge=0)
    partnership_size_minimum: int | None = count("minimum of rule partnership_size for this service", ge=2)
    partnership_size_maximum: int | None = count("maximum of rule partnership_size for this service", ge=2)
    quality: float | None = quantity("minimum of rule quality for this service", "score")
    quality_tolerance: float | None = quantity("tolerance of rule quality for this service", "score", ge=0)
    contiguity: bool | None = Field(None, description="whether rule contiguity is on for this service", json_schema_extra={"unit": ""})
    payback: float | None = quantity("rule payback for this service", "years", gt=0)
    onboarding_capacity: int | None = count("rule onboarding_capacity for this service", ge=0)


class Baseline(Row):
    """What a council's service costs today. A council without a row does not run the service."""

    key: ClassVar[tuple[str, ...]] = ("council", "service")
    council: str = text("council", required=True)
    service: str = text("service", required=True)
    annual_cost: float = quantity("cost of the service today", GBP_A_YEAR, default=..., ge=0)
    fixed_cost: float = quantity("part that does not grow with the work", GBP_A_YEAR, default=0.0, ge=0)
    procured_cost: float = quantity("part bought from suppliers", GBP_A_YEAR, default=0.0, ge=0)
    fte: float = quantity("staff", "FTE", default=0.0, ge=0)
    volume: float | None = quantity("work done", "units a year", ge=0)
    platform: str | None = text("system that the service runs on")
    performance: float | None = quantity("performance", "score")
    can_host: bool = Field(True, description="whether the council may host the service", json_schema_extra={"unit": ""})
    host_capacity: float | None = quantity("work the council can run as host, its own included", "units a year", ge=0)
    hosting_cost: float | None = quantity("as the service's, for this host", GBP_A_YEAR, ge=0)
    set_up_cost: float | None = quantity("as the service's, for this host", GBP, ge=0)

    @property
    def variable_cost(self) -> float:
        """annual_cost - fixed_cost - procured_cost, GBP a year."""
        return max(0.0, self.annual_cost - self.fixed_cost - self.procured_cost)


class Contract(Row):
    """A contract that ties a council's service until it expires or can be broken."""

    key: ClassVar[tuple[str, ...]] = ("council", "service")
    council: str = text("council", required=True)
    service: str = text("service", required=True)
    supplier: str | None = text("supplier")
    expires: dt.date = Field(..., description="first day without the contract", json_schema_extra={"unit": "date"})
    break_from: dt.date | None = Field(None, description="first day on which it can be ended early", json_schema_extra={"unit": "date"})
    termination_charge: float = quantity("charge for ending it early", GBP, default=0.0, ge=0)
    termination_share: float = quantity("further charge: part of annual cost for each year left", SHARE, default=0.0, ge=0, le=1)


class Pair(Row):
    """A row about two councils; the order of the two does not matter."""

    council_a: str = text("council", required=True)
    council_b: str = text("the other council", required=True)


class Distance(Pair):
    """Distance between two councils; pairs not given are great circles between the coordinates."""

    key: ClassVar[tuple[str, ...]] = ("council_a", "council_b")
    km: float | None = quantity("distance", "km", ge=0)
    minutes: float | None = quantity("travel time", "minutes", ge=0)


class Adjacency(Pair):
    """Two councils that are neighbours."""

    key: ClassVar[tuple[str, ...]] = ("council_a", "council_b")


class Compatibility(Pair):
    """How well two councils can work together; 0 is a veto. A blank service means every service."""

    key: ClassVar[tuple[str, ...]] = ("council_a", "council_b", "service")
    service: str | None = text("service, or blank for all")
    score: float = quantity("compatibility, 0 is a veto", "score", default=..., ge=0, le=1)
    reason: str | None = text("why")


class History(Pair):
    """Joint working of two councils so far."""

    key: ClassVar[tuple[str, ...]] = ("council_a", "council_b", "what")
    years: float = quantity("years of joint working", "years", default=..., ge=0)
    what: str | None = text("what they have done together")


class Commitment(Row):
    """Something that is already decided. A blank service means every service that the council runs."""

    key: ClassVar[tuple[str, ...]] = ("council", "service", "decision", "other")
    later: ClassVar[frozenset[str]] = frozenset({"option"})
    council: str = text("council", required=True)
    service: str | None = text("service, or blank for every one")
    decision: Literal["hosts", "shares_with", "together", "never_with", "stays_out", "not_before", "live", "takes"] = text(
        "what is decided", required=True
    )
    other: str | None = text("the host (shares_with, live) or the other council (together, never_with)")
    go_live: dt.date | None = Field(
        None,
        description="when, or since when (live; takes, if before the start); blank for any tranche",
        json_schema_extra={"unit": "date"},
    )
    vehicle: str | None = text("delivery vehicle of the partnership (hosts, live); blank for any")
    option: str | None = text("the alternative to sharing (takes), as options.csv names it")


class Option(Row):
    """An alternative to sharing for one council."""

    key: ClassVar[tuple[str, ...]] = ("council", "service", "option")
    council: str = text("council", required=True)
    service: str = text("service", required=True)
    option: str = text("name of the alternative", required=True)
    annual_saving: float | None = quantity("saving at full effect", GBP_A_YEAR)
    annual_cost: float | None = quantity("running cost", GBP_A_YEAR)
    one_off_cost: float | None = quantity("one-off cost, leaving a contract included", GBP)
    available_from: dt.date | None = Field(None, description="first day; blank for any tranche", json_schema_extra={"unit": "date"})


class Estimate(Row):
    """Figures worked out elsewhere for one council and host; each figure given replaces its formula. host = council is the hosting row."""

    key: ClassVar[tuple[str, ...]] = ("council", "service", "host")
    council: str = text("council", required=True)
    service: str = text("service", required=True)
    host: str = text("host", required=True)
    annual_saving: float | None = quantity("replaces the gross saving", GBP_A_YEAR)
    annual_cost: float | None = quantity("replaces the recurring cost", GBP_A_YEAR)
    one_off_cost: float | None = quantity("replaces the one-off cost other than termination", GBP)


class Tier(Row):
    """A step of joint purchasing: the rate saved on all procured spend from this volume on."""

    key: ClassVar[tuple[str, ...]] = ("service", "from_volume")
    service: str = text("service", required=True)
    from_volume: float = quantity("procured spend of the partnership from which the rate holds", GBP_A_YEAR, default=..., ge=0)
    rate: float = quantity("saving on all of it", SHARE, default=..., ge=0, le=1)


class Vehicle(Row):
    """A way of running a partnership."""

    key: ClassVar[tuple[str, ...]] = ("vehicle",)
    vehicle: str = text("name of the delivery vehicle", required=True)
    set_up_factor: float = quantity("scales the set-up cost", "factor", default=1.0, ge=0)
    saving_factor: float = quantity("scales the savings", "factor", default=1.0, ge=0)
    annual_cost: float = quantity("added to the hosting cost", GBP_A_YEAR, default=0.0, ge=0)
    minimum_members: int | None = count("members it needs", ge=2)
    services: str | None = text("services it may run, separated by semicolons; blank for all")

    @property
    def service_names(self) -> tuple[str, ...] | None:
        """Services it may run; None for all."""
        return None if self.services is None else tuple(name.strip() for name in self.services.split(";"))


TABLES: dict[str, type[Row]] = {
    "councils": Council,
    "services": Service,
    "baselines": Baseline,
    "contracts": Contract,
    "distances": Distance,
    "adjacency": Adjacency,
    "compatibility": Compatibility,
    "history": History,
    "commitments": Commitment,
    "options": Option,
    "estimates": Estimate,
    "tiers": Tier,
    "vehicles": Vehicle,
}
REQUIRED_TABLES = ("councils", "services", "baselines")


def unit(column: Any) -> str:
    """The unit of a pydantic field of a table or of the settings; empty for text."""
    extra = column.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""
