"""Instances for figures worked out by hand, and what enumeration is expected to find in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from oracle import LEAD_AUTHORITY, Membership, Optimum, Taken, best, broken_rules

COUNCILS = "council,latitude,longitude\nAsh,51.0,0.0\nElm,51.1,0.0\nOak,51.3,0.0\n"
HOSTED_BY_ASH = """council,service,annual_cost,fixed_cost,fte,volume,performance,can_host
Ash,payroll,100000,40000,5,1000,0.8,
Elm,payroll,150000,50000,10,1000,0.7,no
"""
THREE = HOSTED_BY_ASH + "Oak,payroll,90000,30000,4,500,0.9,no\n"
SAVINGS = "duplication_avoided = 0.5\nprocess_saving = 0.1\n"
# Ash hosts: 60 000 * 0.1 = 6 000 a year. Elm joins: 50 000 * 0.5 + 100 000 * 0.1 = 35 000 a year.
# Oak joins: 30 000 * 0.5 + 60 000 * 0.1 = 21 000 a year.
ASH, ELM, OAK = 6_000, 35_000, 21_000
BOTH, ALL, WITH_OAK = {"Ash", "Elm"}, {"Ash", "Elm", "Oak"}, {"Ash", "Oak"}
TWO_SERVICES = "service\npayroll\nwaste\n"
WASTE = "Ash,waste,50000,,,,,\nElm,waste,80000,,,,,no\n"
COMMITMENTS = "council,service,decision,other,go_live\n"
OPTIONS = "council,service,option,annual_saving,annual_cost,one_off_cost,available_from\n"
EVERYTHING = "council,service,annual_cost\n" + "".join(
    f"{council},{service},100000\n" for council in ("Ash", "Elm", "Oak") for service in ("payroll", "waste", "planning")
)
Moves = tuple[Membership, ...]


def write(folder: Path, economics: str = SAVINGS, rules: str = "", calendar: str = "12 1 1", **tables: str) -> Path:
    """An instance; `calendar` is months to a period, tranches and years; two councils and one service unless told."""
    period_months, tranches, years = calendar.split()
    times = f"start = 2026-04-01\nperiod_months = {period_months}\ntranches = {tranches}\nhorizon_years = {years}\n"
    rate = "" if "discount_rate" in economics else "discount_rate = 0\n"
    (folder / "instance.toml").write_text(
        f"[instance]\ntitle = 'By hand'\n[calendar]\n{times}[economics]\n{rate}{economics}[rules]\n{rules}\n"
    )
    defaults = {"councils": COUNCILS, "services": "service\npayroll\n", "baselines": HOSTED_BY_ASH}
    for name, text in (defaults | tables).items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def three_services(folder: Path, rules: str = "", calendar: str = "12 3 3", categories: str = ",,", **tables: str) -> Path:
    """Three councils that all run and may host payroll, waste and planning, at no gain and no cost."""
    services = "service,category\n" + "".join(
        f"{name},{category}\n" for name, category in zip(("payroll", "waste", "planning"), categories.split(","), strict=True)
    )
    return write(folder, "", rules, calendar, **({"services": services, "baselines": EVERYTHING} | tables))


def shared(service: str, host: str, vehicle: str = LEAD_AUTHORITY, **tranches: int) -> tuple[Membership, ...]:
    """Moves of one partnership, by council."""
    return tuple(Membership(council, service, host, vehicle, tranche) for council, tranche in tranches.items())


def payroll(vehicle: str = LEAD_AUTHORITY, **tranches: int) -> tuple[Membership, ...]:
    """Payroll moves to Ash, by council."""
    return shared("payroll", "Ash", vehicle, **tranches)


def waste(host: str = "Ash", **tranches: int) -> tuple[Membership, ...]:
    """Waste moves to one host, by council."""
    return shared("waste", host, **tranches)


def expect(
    folder: Path, npv: float, moves: tuple[Membership, ...] = (), options: tuple[Taken, ...] = (), found: Optimum | None = None
) -> None:
    """Enumeration finds just this plan, worth this much."""
    found = found or best(folder)
    assert found is not None
    assert found.npv == pytest.approx(npv)
    assert (found.moves, found.options) == (tuple(sorted(moves)), tuple(sorted(options)))


def members(found: Optimum | None) -> set[str]:
    """The councils in a plan, which must be there."""
    assert found is not None
    return {move.council for move in found.moves}


def names(lines: list[str]) -> set[str]:
    """The rules that lines of `broken_rules` name."""
    return {line.split(":")[0] for line in lines}


def broken(folder: Path, *moves: Moves, options: tuple[Taken, ...] = ()) -> set[str]:
    """The rules that partnerships and options together break."""
    return names(broken_rules(folder, tuple(move for group in moves for move in group), options))
