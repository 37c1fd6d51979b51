"""What each council's service costs: net budget by line of the national return, and the figures that are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from instances.england.evidence import Default, Evidence
from instances.england.plan import LARGEST_PARTNERSHIP, Service, Size
from instances.england.sources import Sources
from instances.england.text import counted, plain

# A figure is taken to be a slip or another job if it and the figure per head are both beyond these multiples of the
# median of the same tier: the first is a line filled in by mistake or booked elsewhere, the second a special duty
# such as a port's.
TOO_SMALL = 0.05
TOO_LARGE = 10.0

KEPT = "kept"
REASONS = {
    "other tier": "a duty of the other tier, or another job under the same line",
    "incomplete": "a line is missing",
    "not positive": "net <= 0: fees or recharges cover the cost, or it is inside another line",
    "too small": f"under {TOO_SMALL:.0%} of the tier's median, also per head: probably booked elsewhere",
    "too large": f"over {TOO_LARGE:g} times the tier's median, also per head: probably another duty",
}


@dataclass(frozen=True)
class Spending:
    """Every council's figure for every planned service, all England.

    `figures` has gss_code, council, tier, population, service, financial_year, annual_cost (GBP a year, net, as
    published) and `standing`: KEPT or a key of REASONS. `lines`: for each service the lines of the return behind it.
    """

    figures: pd.DataFrame
    lines: dict[str, str]

    @property
    def kept(self) -> pd.DataFrame:
        """The figures that become baselines."""
        return self.figures[self.figures["standing"] == KEPT]

    def of(self, codes: pd.Series[str]) -> Spending:
        """The same for some councils."""
        return Spending(self.figures[self.figures["gss_code"].isin(codes)], self.lines)


def spending(sources: Sources, councils: pd.DataFrame, services: Sequence[Service]) -> Spending:
    """Net current expenditure of every council and service, from each council's latest budget return.

    `councils` is the whole table with the `council` column. Figures are sums of published lines and nothing else.
    """
    lines = _lines(sources.lines, services)
    budget = sources.spend[sources.spend["basis"] == "budget"]
    budget = budget[budget["financial_year"] == budget.groupby("gss_code")["financial_year"].transform("max")]
    sums = (
        budget.merge(lines, on="service")
        .groupby(["gss_code", "engine_service"], as_index=False)
        .agg(annual_cost=("net_current_expenditure_gbp", "sum"), found=("service", "nunique"))
    )
    wanted = lines.groupby("engine_service", as_index=False).agg(wanted=("service", "nunique"))
    returns = budget[["gss_code", "financial_year"]].drop_duplicates().merge(councils[["gss_code", "council", "tier", "population"]])
    figures = returns.merge(wanted, how="cross").merge(sums, on=["gss_code", "engine_service"], how="left")
    figures = figures.rename(columns={"engine_service": "service"}).fillna({"annual_cost": 0.0, "found": 0})
    figures["standing"] = _standing(figures, services)
    columns = ["gss_code", "council", "tier", "population", "service", "financial_year", "annual_cost", "standing"]
    return Spending(figures[columns].sort_values(["council", "service"], ignore_index=True), _line_texts(lines))


def _lines(lines: pd.DataFrame, services: Sequence[Service]) -> pd.DataFrame:
    """The return's lines behind each planned service: engine_service, service (the line's code), ra_line_number."""
    named = pd.DataFrame(
        [(service.service, name) for service in services for name in service.england_services],
        columns=["engine_service", "suggested_engine_service"],
    )
    return lines[lines["level"] == "line"].merge(named, on="suggested_engine_service")


def _line_texts(lines: pd.DataFrame) -> dict[str, str]:
    """For each service: `line 581 envcll + line 583 envtrd`."""
    texts = ("line " + lines["ra_line_number"] + " " + lines["service"]).groupby(lines["engine_service"])
    return {str(service): " + ".join(text) for service, text in texts}


def _standing(figures: pd.DataFrame, services: Sequence[Service]) -> np.ndarray:
    """Whether each figure is kept, and if not why; medians are over positive figures of the same tier and service."""
    by_name = {service.service: service for service in services}
    runs = np.array([by_name[name].run_by(tier) for name, tier in zip(figures["service"], figures["tier"], strict=True)], dtype=bool)
    cost = figures["annual_cost"]
    whole = runs & (figures["found"] == figures["wanted"]) & (cost > 0)
    group = [figures["tier"], figures["service"]]
    size = cost / cost.where(whole).groupby(group).transform("median")
    per_head = cost / figures["population"]
    head = per_head / per_head.where(whole).groupby(group).transform("median")
    return np.select(
        [
            ~runs,
            figures["found"] != figures["wanted"],
            cost <= 0,
            (size < TOO_SMALL) & (head < TOO_SMALL),
            (size > TOO_LARGE) & (head > TOO_LARGE),
        ],
        ["other tier", "incomplete", "not positive", "too small", "too large"],
        default=KEPT,
    )


def left_out(spent: Spending) -> list[str]:
    """What has a figure in the tables but no baseline, one line for each service and reason, with every council named.

    A figure of the other tier that is not positive is nothing that could be missed, and is not mentioned.
    """
    missed = spent.figures[(spent.figures["standing"] != KEPT)]
    missed = missed[(missed["standing"] != "other tier") | (missed["annual_cost"] > 0)]
    messages = []
    for (service, standing), rows in missed.groupby(["service", "standing"], sort=True):
        count = counted(len(rows), "council")
        messages.append(f"{count}: no {service} figure ({REASONS[str(standing)]}): {', '.join(rows['council'])}")
    return messages


def median_size(spent: Spending, size: Size) -> float:
    """The median of the sum of the size's services over the councils of its tier, GBP a year; NaN if there is none."""
    rows = spent.kept
    rows = rows[(rows["tier"] == size.tier) & rows["service"].isin(size.services)]
    sums = rows.groupby("gss_code")["annual_cost"].agg(["sum", "size"])
    return float(sums.loc[sums["size"] == len(size.services), "sum"].median())


def baselines_table(spent: Spending, services: Sequence[Service], evidence: Evidence) -> pd.DataFrame:
    """baselines.csv: annual_cost as published; its parts and the staff are assumed shares of it, and the note says so.

    fixed_cost and procured_cost are cut to whole pounds, so that they never add up to more than annual_cost.
    """
    tables = [
        _service_baselines(spent.kept[spent.kept["service"] == service.service], service, spent.lines[service.service], evidence)
        for service in services
        if service.service in spent.lines
    ]
    return pd.concat(tables).sort_values(["council", "service"], ignore_index=True)


def _service_baselines(rows: pd.DataFrame, service: Service, lines: str, evidence: Evidence) -> pd.DataFrame:
    fixed, procured, staff = (evidence.default(share, *service.rows) for share in ("fixed_share", "procured_share", "employee_share"))
    post = evidence.default("cost_per_fte", *service.rows)
    cost = rows["annual_cost"]
    # Half a thousandth of a pound first: a share such as 0.35 is not exact, and 699999.9999 means 700000.
    return pd.DataFrame(
        {
            "council": rows["council"],
            "service": rows["service"],
            "annual_cost": cost,
            "fixed_cost": np.floor(cost * fixed.mid + 0.0005),
            "procured_cost": np.floor(cost * procured.mid + 0.0005),
            "fte": (cost * staff.mid / (post.mid or 1)).round(2),
            "volume": rows["population"],
            "platform": rows["council"],
            "performance": "",
            "can_host": "true",
            "host_capacity": rows["population"] * LARGEST_PARTNERSHIP,
            "source": "RA budget " + rows["financial_year"] + f", net current expenditure (spend.csv): {lines}",
            "note": (
                f"ASSUMPTION: fixed {_percent(fixed)}, procured {_percent(procured)}, employees {_percent(staff)} of "
                f"annual_cost; {plain(post.mid)} GBP a post; volume = residents, as host up to {LARGEST_PARTNERSHIP} "
                "times as many; a platform of its own"
            ),
        }
    )


def _percent(share: Default) -> str:
    return f"{plain(share.mid * 100)} %"
