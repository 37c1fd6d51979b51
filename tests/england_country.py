"""A small made-up country with the columns of the published tables, and readers of what is written from it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "england"
needs_shared = pytest.mark.skipif(
    not (SHARED / "spend.csv").is_file(), reason="the published tables of England (../shared/data/england) are not here"
)

COUNCILS = """gss_code,name,tier,region,county,latitude,longitude,population,area_km2
E10000001,Ashshire,county,South,,51.0,0.5,300000,900
E07000001,Elm,district,South,E10000001,51.1,0.4,100000,300
E07000002,Oak,district,South,E10000001,51.0,0.6,120000,300
E07000003,St. Yew,district,South,E10000001,50.9,0.5,80000,300
E06000001,Beech,unitary,South,,51.2,0.9,200000,200
E06000002,Birch,unitary,North,,53.0,-1.0,250000,200
E06000003,"Fir, Pine & Larch",unitary,North,,53.2,-1.2,150000,200
"""
POLITICAL = """gss_code,year,controlling_party,majority,administration_as_published
E10000001,2026,CON,yes,CON
E07000001,2025,CON,yes,CON
E07000001,2026,LAB,yes,LAB
E07000002,2026,LD,no,LD min
E07000003,2026,OTHER,yes,IND
E06000001,2026,NOC,no,LAB/LD
E06000002,2026,LAB,yes,LAB
"""
LINES = """service,ra_line_number,title,section,level,suggested_engine_service
housgfcfbnfadm,457,Housing benefits administration,Housing,line,revenues_and_benefits
centaxoth,628,Local tax collection: other,Central,line,revenues_and_benefits
cullib,505,Library service,Cultural,line,libraries
envcll,581,Waste collection,Environmental,line,waste_collection
envrcy,584,Recycling,Environmental,line,recycling
planbld,591,Building control,Planning,line,building_control
transprk,260,Parking services,Highways,line,parking
plantot,599,TOTAL PLANNING,Planning,section_total,
"""
# Thousand pounds by line, in the order of ORDER; None is a line that is missing.
ORDER = ("housgfcfbnfadm", "centaxoth", "cullib", "envcll", "envrcy", "planbld", "transprk", "plantot")
SPEND: dict[str, tuple[int | None, ...]] = {
    "E10000001": (0, 0, 6000, 0, 9000, 0, 100, 5),
    "E07000001": (400, 600, 0, 2000, 1000, 200, -50, 9),
    "E07000002": (900, 1100, 0, 3000, 1000, -20, -60, 9),
    "E07000003": (700, 800, 0, 2500, 0, 2, -70, 9),
    "E06000001": (1500, 1500, 3000, 6000, 2000, 300, -80, 9),
    "E06000002": (None, 1500, 2000, 6000, 3000, 4000, -90, 9),
    "E06000003": (500, 500, 1000, 3000, 1000, 100, 10, 9),
}
ADJACENCY = """council_a,council_b,kind
E07000002,E07000001,lower_tier
E07000002,E07000003,lower_tier
E06000001,E07000001,lower_tier
"""
ARRANGEMENTS = """arrangement_id,name,gss_codes,gss_codes_today,service_tags,start,status,source,source_date
tax,Elm and Oak Tax,E07000001|E07000002,E07000001|E07000002,revenues,2017-04-01,running_at_source_date,page,2019
tax,Elm and Oak Tax,E07000001|E07000002,E07000001|E07000002,revenues,2017-04-01,running_at_source_date,page,2020
legal,Oak Legal,E07000001|E07000002|E06000001,E07000001|E07000002|E06000001,legal,,running_at_source_date,page,
old,Old Waste,E07000001|E07000003,E07000001|E07000003,waste_collection,2001,ended,page,2010
far,Far Audit,E07000001|E06000002,E07000001|E06000002,internal_audit,2007-04,being_reduced,page,2020
"""
BY_SERVICE = {
    "fixed_share": (0.05, 0.15, 0.35, "share"),
    "procured_share": (0.1, 0.3, 0.6, "share"),
    "employee_share": (0.35, 0.5, 0.65, "share"),
    "duplication_avoided": (0.2, 0.5, 0.7, "share"),
    "process_saving": (0.02, 0.06, 0.1, "share"),
    "post_reduction": (0.06, 0.12, 0.2, "share"),
    "coordination_cost": (10000, 25000, 60000, "GBP a year"),
    "hosting_cost": (20000, 60000, 200000, "GBP a year"),
    "set_up_cost": (50000, 150000, 400000, "GBP"),
    "integration_cost": (40000, 100000, 465000, "GBP"),
    "platform_cost": (100000, 200000, 735000, "GBP"),
}
BY_CATEGORY = {
    "convergence": (0, 0.25, 0.5, "share"),
    "distance_cost": (35, 70, 210, "GBP per km a year"),
    "harmonisation_cost_per_fte": (0, 500, 2000, "GBP"),
    "phase_in_year_1": (0.1, 0.5, 0.75, "share"),
    "phase_in_year_2": (0.5, 0.8, 1, "share"),
    "phase_in_year_3": (0.9, 1, 1, "share"),
}
FOR_ALL = {
    "cost_per_fte": (40000, 46000, 58000, "GBP"),
    "redundancy_cost": (20000, 30000, 55000, "GBP"),
    "turnover": (0.09, 0.134, 0.17, "share"),
    "optimism_bias_savings": (0, 0.25, 0.5, "share"),
    "optimism_bias_costs": (0.1, 0.25, 0.56, "share"),
    "payback": (2, 4, 5, "years"),
}
TIERS = ((0, 0, 0, 0), (250000, 0.005, 0.01, 0.03), (900000, 0.01, 0.02, 0.05))

Evidence = list[dict[str, Any]]


def evidence_rows() -> Evidence:
    """The same figures for every evidence service and category that the made-up services need."""

    def row(parameter: str, name: str, figures: tuple[Any, ...], note: str = "RECOMMENDED DEFAULT") -> dict[str, Any]:
        low, mid, high, unit = figures
        return {
            "parameter": parameter, "service_or_category": name, "low": low, "mid": mid, "high": high, "unit": unit,
            "kind": "judgement", "source": "somebody", "year": 2026, "note": note,
        }  # fmt: skip

    services = ("revenues_and_benefits", "libraries", "waste_collection", "building_control")
    rows = [row(name, service, figures) for name, figures in BY_SERVICE.items() for service in services]
    rows += [row(name, kind, figures) for name, figures in BY_CATEGORY.items() for kind in ("back_office", "front_line")]
    rows += [row(name, "all_services", figures) for name, figures in FOR_ALL.items()]
    rows += [row("maximum_distance", "all_services", (31, 50, 117, "km"), "ours")]
    rows += [row("discount_rate", "years 0-30", (0.03, 0.035, 0.035, "real"))]
    rows += [
        row("procurement_tier", kind, (*rates, f"rate on all procured spend from volume {volume} GBP a year"))
        for kind in ("back_office", "front_line")
        for volume, *rates in TIERS
    ]
    rows += [row("reorganisation_vesting", "Ashshire and others", ("", "2028-04-01", "", "date"), "")]
    return rows


def write_tables(folder: Path, **replaced: str) -> Path:
    """The made-up tables in folder/england, the evidence beside it; a table given by name replaces the usual one."""
    data = folder / "england"
    data.mkdir()
    spend = [
        f"{code},{'2021-22' if code == 'E06000003' else '2023-24'},budget,{line},{amount * 1000}"
        for code, amounts in SPEND.items()
        for line, amount in zip(ORDER, amounts, strict=True)
        if amount is not None
    ]
    spend += ["E07000001,2021-22,budget,centaxoth,7", "E07000001,2024-25,outturn,envtot,8"]
    tables = {
        "councils": COUNCILS,
        "political": POLITICAL,
        "services": LINES,
        "spend": "\n".join(["gss_code,financial_year,basis,service,net_current_expenditure_gbp", *spend]),
        "adjacency": ADJACENCY,
        "shared_services": ARRANGEMENTS,
    }
    for name, text in (tables | replaced).items():
        (data / f"{name}.csv").write_text(text, encoding="utf-8")
    pd.DataFrame(evidence_rows()).to_csv(folder / "economics_evidence.csv", index=False)
    return data


def change_evidence(data: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Rewrite the evidence beside `data`."""
    path = data.parent / "economics_evidence.csv"
    change(pd.read_csv(path, dtype=str, keep_default_na=False)).to_csv(path, index=False)


def table(folder: Path, name: str) -> pd.DataFrame:
    """A written table as text."""
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


def settings(folder: Path) -> dict[str, Any]:
    """The written instance.toml."""
    return tomllib.loads((folder / "instance.toml").read_text(encoding="utf-8"))


def row_of(folder: Path, council: str, service: str) -> dict[str, Any]:
    """One baseline."""
    rows = table(folder, "baselines").set_index(["council", "service"])
    return {str(name): cell for name, cell in rows.loc[[(council, service)]].to_dict("records")[0].items()}
