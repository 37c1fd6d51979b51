"""The service parameters: the evidence's defaults, pound amounts scaled to the area, each with range and source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from instances.england.baselines import Spending, median_size
from instances.england.evidence import Default, Evidence
from instances.england.plan import Service, sizes
from instances.england.text import plain

SHARES = ("duplication_avoided", "process_saving", "convergence")
# Pound amounts that the evidence gives "for a district-sized service".
SCALED = ("coordination_cost", "hosting_cost", "set_up_cost", "integration_cost", "platform_cost")
UNSCALED = ("distance_cost", "harmonisation_cost_per_fte", "redundancy_cost", "post_reduction", "turnover")
PHASE_IN = ("phase_in_year_1", "phase_in_year_2", "phase_in_year_3")
# Between its own services (internal audit at 0.2m a year, waste collection at 4.5m) the evidence's amounts grow with
# about this power of the size. Below the size they were made for, amounts therefore fall more slowly than the service.
POWER_BELOW = 0.7
ROUNDED_TO = 100  # GBP

Value = float | tuple[float, ...]


@dataclass(frozen=True)
class Figure:
    """A parameter of one service: the value used, the ends of its range, and where they come from."""

    value: Value
    low: Value
    high: Value
    source: str


@dataclass(frozen=True)
class ServiceEconomics:
    """Everything that services.csv says of one service; `scale` multiplies the evidence's pound amounts."""

    service: Service
    figures: dict[str, Figure]
    maximum_distance: float
    scale: float
    scale_reason: str


def economics(spent: Spending, everywhere: Spending, services: Sequence[Service], evidence: Evidence) -> list[ServiceEconomics]:
    """The parameters of every service that has a baseline in `spent`; `everywhere` is all England, for the size.

    What the evidence lacks is kept in `evidence.faults`.
    """
    medians = spent.kept.groupby("service")["annual_cost"].median()
    return [
        _service_economics(service, float(medians[service.service]), everywhere, evidence)
        for service in services
        if service.service in medians
    ]


def _service_economics(service: Service, median: float, everywhere: Spending, evidence: Evidence) -> ServiceEconomics:
    scale, reason = _scale(service, median, everywhere)
    figures = {name: _plain_figure(evidence.default(name, *service.rows)) for name in ("duplication_avoided", "process_saving")}
    figures["convergence"] = _convergence(service, evidence)
    figures |= {name: _scaled_figure(evidence.default(name, *service.rows), scale) for name in SCALED}
    figures |= {name: _plain_figure(evidence.default(name, *service.rows)) for name in UNSCALED}
    figures["phase_in"] = _phase_in([evidence.default(name, *service.rows) for name in PHASE_IN])
    distance = evidence.measured("maximum_distance", "all_services")
    limit = {"low": distance.low, "mid": distance.mid, "high": distance.high}[service.maximum_distance]
    return ServiceEconomics(service, figures, limit, scale, reason)


def _scale(service: Service, median: float, everywhere: Spending) -> tuple[float, str]:
    """The factor for the evidence's pound amounts and the sentence that lets a reader recompute it.

    The median council's service in the area against the size the amounts were made for; where the area's is smaller,
    the ratio to the power POWER_BELOW, because a project and a contract manager do not shrink in proportion. It is the
    dearer of the two.
    """
    size = sizes()[service.evidence_service]
    reference = size.stated if size.stated is not None else median_size(everywhere, size)
    if not reference > 0:
        return 1.0, "pound amounts as in the evidence: no figure for the size they were made for"
    ratio = median / reference
    scale = float(np.round(max(ratio, ratio**POWER_BELOW), 2))
    power = "" if ratio >= 1 else f", to the power {POWER_BELOW:g} as smaller"
    base = "the size the evidence states" if size.stated is not None else f"median {size.tier} of England, {' + '.join(size.services)}"
    return (
        scale,
        f"pound amounts x {plain(scale)}: median here {median:,.0f} GBP a year / {reference:,.0f} ({base}){power}",
    )


def _plain_figure(default: Default) -> Figure:
    return Figure(default.mid, default.low, default.high, default.label)


def _scaled_figure(default: Default, scale: float) -> Figure:
    low, mid, high = (round(amount * scale / ROUNDED_TO) * ROUNDED_TO for amount in (default.low, default.mid, default.high))
    evidence = "-".join(plain(amount) for amount in (default.low, default.mid, default.high))
    return Figure(float(mid), float(low), float(high), f"{default.label}, {evidence} x {plain(scale)}")


def _convergence(service: Service, evidence: Evidence) -> Figure:
    """The end of the evidence that the service map names; the range then ends at the evidence's mid value.

    Unit costs are net budgets per head here: their gaps are largely accounting, and hosts would be chosen by them.
    """
    found = evidence.default("convergence", *service.rows)
    if service.convergence == "mid":
        return _plain_figure(found)
    return Figure(
        found.low,
        found.low,
        found.mid,
        f"{found.label}, its low end (mid {plain(found.mid)} as high end): net budgets per head are no unit cost",
    )


def _phase_in(years: Sequence[Default]) -> Figure:
    ends = [tuple(float(getattr(year, end)) for year in years) for end in ("mid", "low", "high")]
    label = years[0].label.replace("phase_in_year_1", "phase_in_year_1 to 3")
    return Figure(ends[0], ends[1], ends[2], label)


def services_table(found: Sequence[ServiceEconomics]) -> pd.DataFrame:
    """services.csv: one row per service, every parameter at the value used, with its evidence rows in `source`."""
    return pd.DataFrame([_row(item) for item in found])


def _row(item: ServiceEconomics) -> dict[str, str]:
    service = item.service
    row = {
        "service": service.service,
        "name": service.service.replace("_", " ").capitalize(),
        "category": service.category,
    }
    row |= {name: plain(figure.value) for name, figure in item.figures.items()}
    row["pay_alignment_cost_per_fte"] = "0"
    row["maximum_distance"] = plain(item.maximum_distance)
    row["source"] = (
        f"economics_evidence.csv, rows {service.evidence_service}, else {service.category_rows}, else all services; "
        "each figure with its row: [ranges] in instance.toml"
    )
    row["note"] = (
        f"{service.reason} ASSUMPTION: {item.scale_reason}. maximum_distance: {service.maximum_distance} of "
        "maximum_distance / all_services. pay_alignment_cost_per_fte: no figure found."
    )
    return row
