"""Which services are worth planning, on which lines of the budget return and on which rows of the evidence.

The choices are data: services_map.csv (one row per service, with the reason) and evidence_sizes.csv (how large a
service the evidence's pound amounts are for).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import pandas as pd

from instances.england.errors import AreaError, nearest
from instances.england.text import records

# A choice of ours: the members of the largest partnership, and how many times its own work a host may take on. Pound
# amounts do not grow with the member, so without the second a plan hands the largest council's service to the smallest.
LARGEST_PARTNERSHIP = 6
# Who runs a service: districts and single-tier councils; counties and single-tier councils; everyone.
NOT_RUN_BY: dict[str, frozenset[str]] = {
    "lower": frozenset({"county"}),
    "upper": frozenset({"district"}),
    "all": frozenset(),
}


@dataclass(frozen=True)
class Service:
    """One planned service: a row of services_map.csv.

    `tiers` is a key of NOT_RUN_BY; `england_services` are the published table's services whose lines make up the cost;
    `evidence_service` and `category_rows` are the evidence rows, in order of preference; `maximum_distance` and
    `convergence` say which end of the evidence's row is used.
    """

    service: str
    tiers: str
    england_services: tuple[str, ...]
    category: str
    evidence_service: str
    category_rows: str
    maximum_distance: str
    convergence: str
    reason: str

    @property
    def rows(self) -> tuple[str, str]:
        """The evidence rows to look under, in order of preference."""
        return self.evidence_service, self.category_rows

    def run_by(self, tier: str) -> bool:
        """Whether councils of this tier run the service."""
        return tier not in NOT_RUN_BY[self.tiers]


@dataclass(frozen=True)
class Size:
    """How large a service the evidence's pound amounts are for.

    The sum of `services` in the median council of `tier`, or `stated` GBP a year.
    """

    services: tuple[str, ...]
    tier: str
    stated: float | None
    reason: str


def planned(services: Sequence[str] | None = None) -> list[Service]:
    """The services worth planning, by name; or only those named.

    Raises AreaError for every name that is not planned, with the reason or the nearest name.
    """
    table = _table("services_map.csv")
    chosen = {row["service"]: _service(row) for row in records(table) if row["planned"] == "yes"}
    if services is None:
        return sorted(chosen.values(), key=lambda service: service.service)
    reasons = dict(zip(table["service"], table["reason"], strict=True))
    faults = [
        f"service {name!r} cannot be planned from the published tables: {reasons[name]}"
        if name in reasons
        else f"service {name!r} is not known{nearest(name, chosen)}"
        for name in dict.fromkeys(services)
        if name not in chosen
    ]
    if faults or not services:
        raise AreaError(faults or [f"no service named; choose from {', '.join(sorted(chosen))}"])
    return [chosen[name] for name in sorted(set(services))]


def not_planned() -> list[tuple[str, str]]:
    """The published services that are left out, each with the reason."""
    table = _table("services_map.csv")
    left = table[table["planned"] != "yes"]
    return sorted(zip(left["service"], left["reason"], strict=True))


def sizes() -> dict[str, Size]:
    """The size behind the evidence's pound amounts, by evidence service."""
    return {
        row["evidence_service"]: Size(
            services=tuple(row["services"].split("|")) if row["services"] else (),
            tier=row["tier"],
            stated=float(row["stated_gbp"]) if row["stated_gbp"] else None,
            reason=row["reason"],
        )
        for row in records(_table("evidence_sizes.csv"))
    }


def _service(row: dict[str, str]) -> Service:
    return Service(
        service=row["service"],
        tiers=row["tiers"],
        england_services=tuple(row["england_services"].split("|")),
        category=row["category"],
        evidence_service=row["evidence_service"],
        category_rows=row["category_rows"],
        maximum_distance=row["maximum_distance"],
        convergence=row["convergence"],
        reason=row["reason"],
    )


def _table(name: str) -> pd.DataFrame:
    with resources.files("instances.england").joinpath(name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)
