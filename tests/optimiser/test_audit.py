"""The audit: plans worked out by hand pass, and whatever is changed in them is found and said."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import optimiser.audit as package
from instances import Instance, apply, read
from optimiser.audit import Decision, Move, audit, derive
from optimiser.audit.facts import Facts, discount_factors, financial_year
from optimiser.audit.figures import breakeven
from optimiser.audit.pairs import Pairs
from optimiser.plan import HEADS, CashFlow, CouncilResult, HeadTotal, Member, Partnership, PlanDocument, RuleLine, Summary

Path_ = tuple[Any, ...]


def write(folder: Path, settings: str, **tables: str) -> Path:
    """An instance folder from the text of its files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "instance.toml").write_text(dedent(settings), encoding="utf-8")
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text(dedent(rows).lstrip(), encoding="utf-8")
    return folder


def heads(found: dict[str, tuple[float, float]]) -> tuple[HeadTotal, ...]:
    """All heads in their order; those not given are 0. Each is (npv, amount)."""
    rows = [(head, *found.get(head, (0.0, 0.0))) for head in HEADS]
    return tuple(HeadTotal(head=head, npv=round(npv, 6), amount=amount) for head, npv, amount in rows)


def cash(service: str, rows: Sequence[tuple[str, str, str, float]]) -> tuple[CashFlow, ...]:
    """Cash rows from (financial year, council, head, amount)."""
    return tuple(CashFlow(financial_year=y, council=c, service=service, head=h, amount=a) for y, c, h, a in rows)


def document_for(instance: Instance, decisions: Sequence[Decision]) -> PlanDocument:
    """A sound document of these decisions, by the audit's own figures; for tests of rules and structure, not of figures."""
    figures = derive(instance, decisions)
    return PlanDocument(
        instance=instance.name,
        title="",
        status="optimal",
        npv=figures.npv,
        bound=figures.npv,
        gap=0.0,
        summary=figures.summary,
        partnerships=figures.partnerships,
        councils=figures.councils,
        cashflow=tuple(CashFlow(financial_year=y, council=c, service=s, head=h, amount=a) for (y, c, s, h), a in figures.cashflow.items()),
        heads=figures.heads,
    )


def decision(service: str, *moves: tuple[str, int]) -> Decision:
    """A partnership whose first member is the host."""
    return Decision(service, moves[0][0], tuple(Move(council, tranche) for council, tranche in moves))


# --- Kent: one partnership, every head, all rules -------------------------------------------------------------------------


def kent(folder: Path, *overrides: str, commitments: str = "Dover,payroll,shares_with,Thanet,\n") -> Instance:
    """Three councils and payroll, yearly periods of an April start; a rate of 25 % gives DF 1, 0.8, 0.64."""
    write(
        folder,
        """
        [instance]
        title = "Kent"
        [calendar]
        start = 2026-04-01
        period_months = 12
        tranches = 2
        horizon_years = 3
        [economics]
        discount_rate = 0.25
        phase_in = [0.5, 1.0]
        duplication_avoided = 0.5
        process_saving = 0.1
        convergence = 0.5
        coordination_cost = 1000
        distance_cost = 100
        friction = 0.05
        pay_alignment_cost_per_fte = 100
        hosting_cost = 3000
        set_up_cost = 12000
        integration_cost = 5000
        platform_cost = 2000
        harmonisation_cost_per_fte = 500
        redundancy_cost = 10000
        post_reduction = 0.3
        turnover = 0.1
        [rules]
        minimum_saving = 0.1
        maximum_distance = 25
        maximum_span = 30
        compatibility = { minimum = 0.5 }
        partnership_size = { minimum = 2, maximum = 3 }
        maximum_partnerships = 1
        quality = { minimum = 0.6, tolerance = 0.1 }
        delivery_capacity = 1
        programme_capacity = 2
        """,
        councils="council\nDover\nSwale\nThanet\n",
        services="service\npayroll\n",
        baselines="""
            council,service,annual_cost,fixed_cost,procured_cost,fte,volume,platform,performance,host_capacity
            Thanet,payroll,100000,20000,10000,3,7000,A,0.8,10000
            Dover,payroll,80000,30000,10000,2,2000,B,0.85,
            Swale,payroll,50000,0,0,1,5000,,,
            """,
        contracts="council,service,expires,break_from,termination_charge,termination_share\nDover,payroll,2028-04-01,2027-01-01,72,0.036525\n",
        distances="council_a,council_b,km\nThanet,Dover,20\nSwale,Dover,40\nThanet,Swale,60\n",
        compatibility="council_a,council_b,service,score\nDover,Thanet,payroll,0.8\nDover,Thanet,,0.1\nSwale,Thanet,,0.6\nSwale,Dover,,0.9\n",
        tiers="service,from_volume,rate\npayroll,15000,0.1\n",
        commitments=f"council,service,decision,other,go_live\n{commitments}",
    )
    return read(folder, overrides=overrides)


KENT = (decision("payroll", ("Thanet", 0), ("Dover", 1)),)


def kent_by_hand() -> PlanDocument:
    """Thanet hosts from April 2026, Dover joins in April 2027.

    Thanet, the host: variable cost 100,000 - 20,000 - 10,000 = 70,000; process 7,000; hosting 3,000; set-up 12,000.
    Purchasing: Thanet alone spends 10,000, below the tier; with Dover 20,000, so 10 % = 2,000, half of it each.
        2026/27   0.5 * 7,000 - 3,000         =    500     one-off -12,000
        2027/28         7,000 - 3,000 + 1,000 =  5,000
        2028/29                                  5,000
        npv = 500 - 12,000 + 0.8 * 5,000 + 0.64 * 5,000 = -4,300; undiscounted -1,500
    Dover: variable cost 80,000 - 30,000 - 10,000 = 40,000, unit costs 20 against Thanet's 10.
        duplication 15,000, process 4,000, convergence 40,000 * 0.5 * (1 - 10/20) = 10,000; gross 29,000
        coordination 1,000, distance 100 * 20 = 2,000, friction 0.05 * (1 - 0.8) * 80,000 = 800, pay 100 * 2 = 200; 4,000
        integration 5,000, platform (A and B) 2,000, harmonisation 500 * 2 = 1,000,
        redundancy 10,000 * (0.3 * 2 - 0.1 * 2 * 1 year) = 4,000,
        termination 72 + 0.036525 * 80,000 * 366 days / 365.25 = 72 + 8 * 366 = 3,000; one-off 15,000
        2027/28   0.5 * 29,000 - 4,000 + 1,000 = 11,500     one-off -15,000
        2028/29         29,000 - 4,000 + 1,000 = 26,000
        npv = 0.8 * (11,500 - 15,000) + 0.64 * 26,000 = 13,840; undiscounted 22,500
    Cash: -12,000 +500 = -11,500; -15,000 = -26,500, +16,500 = -10,000; +31,000 = 21,000 at the end of March 2029.
    """
    members = (
        Member(council="Thanet", tranche=0, go_live=dt.date(2026, 4, 1), npv=-4300, annual_saving=5000, one_off=12000),
        Member(council="Dover", tranche=1, go_live=dt.date(2027, 4, 1), npv=13840, annual_saving=26000, one_off=15000),
    )
    partnership = Partnership(
        service="payroll",
        host="Thanet",
        vehicle="lead_authority",
        members=members,
        npv=9540,
        annual_saving=31000,
        one_off=27000,
        baseline=180000,
        second_year=31000,  # 7,000 - 3,000 + 29,000 - 4,000 + 2,000
        payback_years=0.870968,  # 27 / 31
    )
    common: dict[str, Any] = {"services_hosted": 0, "services_shared": 0, "npv": 0, "annual_saving": 0, "one_off": 0, "net_saving": 0}
    dover = {"services_shared": 1, "npv": 13840, "annual_saving": 26000, "one_off": 15000, "net_saving": 22500}
    thanet = {"services_shared": 1, "services_hosted": 1, "npv": -4300, "annual_saving": 5000, "one_off": 12000, "net_saving": -1500}
    return PlanDocument(
        instance="kent",
        title="Kent",
        status="feasible",
        npv=9540,
        bound=9635.4,
        gap=0.01,
        summary=Summary(
            partnerships=1,
            councils=2,
            go_lives=2,
            annual_saving=31000,
            one_off=27000,
            net_saving=21000,
            baseline=180000,
            payback_years=0.870968,
            breakeven=dt.date(2029, 4, 1),
        ),
        partnerships=(partnership,),
        councils=(
            CouncilResult(council="Dover", baseline=80000, **(common | dover)),
            CouncilResult(council="Swale", baseline=50000, **common),
            CouncilResult(council="Thanet", baseline=100000, **(common | thanet)),
        ),
        heads=heads(
            {
                "duplication": (0.8 * 7500 + 0.64 * 15000, 22500),
                "process": (3500 + 0.8 * (7000 + 2000) + 0.64 * (7000 + 4000), 23500),
                "convergence": (0.8 * 5000 + 0.64 * 10000, 15000),
                "purchasing": (0.8 * 2000 + 0.64 * 2000, 4000),
                "coordination": (-1.44 * 1000, -2000),
                "distance": (-1.44 * 2000, -4000),
                "friction": (-1.44 * 800, -1600),
                "pay_alignment": (-1.44 * 200, -400),
                "hosting": (-2.44 * 3000, -9000),
                "set_up": (-12000, -12000),
                "integration": (-0.8 * 5000, -5000),
                "platform": (-0.8 * 2000, -2000),
                "harmonisation": (-0.8 * 1000, -1000),
                "redundancy": (-0.8 * 4000, -4000),
                "termination": (-0.8 * 3000, -3000),
            }
        ),
        cashflow=cash(
            "payroll",
            [
                ("2026/27", "Thanet", "process", 3500),
                ("2026/27", "Thanet", "hosting", -3000),
                ("2026/27", "Thanet", "set_up", -12000),
                *((year, "Thanet", "process", 7000) for year in ("2027/28", "2028/29")),
                *((year, "Thanet", "hosting", -3000) for year in ("2027/28", "2028/29")),
                *((year, council, "purchasing", 1000) for year in ("2027/28", "2028/29") for council in ("Dover", "Thanet")),
                ("2027/28", "Dover", "duplication", 7500),
                ("2027/28", "Dover", "process", 2000),
                ("2027/28", "Dover", "convergence", 5000),
                ("2028/29", "Dover", "duplication", 15000),
                ("2028/29", "Dover", "process", 4000),
                ("2028/29", "Dover", "convergence", 10000),
                *((year, "Dover", "coordination", -1000) for year in ("2027/28", "2028/29")),
                *((year, "Dover", "distance", -2000) for year in ("2027/28", "2028/29")),
                *((year, "Dover", "friction", -800) for year in ("2027/28", "2028/29")),
                *((year, "Dover", "pay_alignment", -200) for year in ("2027/28", "2028/29")),
                ("2027/28", "Dover", "integration", -5000),
                ("2027/28", "Dover", "platform", -2000),
                ("2027/28", "Dover", "harmonisation", -1000),
                ("2027/28", "Dover", "redundancy", -4000),
                ("2027/28", "Dover", "termination", -3000),
            ],
        ),
    )


# --- Medway: live already, half-years across two financial years, growth, bias, an estimate -------------------------------


def medway(folder: Path, *overrides: str) -> Instance:
    """Waste, run by Kent for Medway already. A rate of 21 % and growth of 21 % give DF 1 / 1.1 and 1.1 in the second half-year."""
    write(
        folder,
        """
        [instance]
        title = "Medway"
        [calendar]
        start = 2026-01-01
        period_months = 6
        tranches = 1
        horizon_years = 1
        [economics]
        discount_rate = 0.21
        growth = 0.21
        optimism_bias = { savings = 0.1, costs = 0.2 }
        phase_in = [0.2, 0.6, 1.0]
        process_saving = 0.1
        coordination_cost = 500
        friction = 0.01
        hosting_cost = 1000
        set_up_cost = 7777
        integration_cost = 8888
        """,
        councils="council,control,culture\nKent,Conservative,commissioning\nMedway,Labour,commissioning\n",
        services="service\nwaste\n",
        baselines="council,service,annual_cost,procured_cost\nKent,waste,45000,5000\nMedway,waste,60000,15000\n",
        contracts="council,service,expires\nKent,waste,2030-01-01\n",
        tiers="service,from_volume,rate\nwaste,0,0.02\nwaste,21000,0.1\n",
        estimates="council,service,host,annual_saving,annual_cost,one_off_cost\nMedway,waste,Kent,10000,,9999\n",
        commitments="council,service,decision,other,go_live\nKent,waste,live,Kent,2025-07-01\nMedway,waste,live,Kent,\n",
    )
    return read(folder, overrides=overrides)


def medway_by_hand() -> PlanDocument:
    """Both are live, so nothing is decided and no one-off is paid; savings are cut by 10 %, costs raised by 20 %.

    Kent, live since July 2025, so in its first year to June 2026 and in its second from July:
        process 0.1 * 40,000 * 0.9 = 3,600; hosting 1,000 * 1.2 = 1,200
        first half   (0.2 * 3,600 - 1,200) / 2 = (720 - 1,200) / 2 = 360 - 600 = -240
        second half  (0.6 * 3,600 * 1.1 - 1,200) / 2               = 1,188 - 600 = 588
    Medway, live since the start, so in its first year all along; the estimate stands for all savings and does not grow:
        estimated saving 10,000 * 0.9 = 9,000; coordination 500 * 1.2 = 600
        compatibility (0.4 for different control + 1 for the same culture) / 2 = 0.7; friction 0.01 * 0.3 * 60,000 * 1.2 = 216
        first half   (0.2 * 9,000 - 600 - 216) / 2       = 900 - 300 - 108   = 492
        second half  (0.2 * 9,000 - 600 - 216 * 1.1) / 2 = 900 - 300 - 118.8 = 481.2
    Purchasing: 20,000 in the first half earns 2 %, 22,000 in the second 10 %, both less bias:
        first half   20,000 * 0.018 / 2: Kent 45, Medway 135
        second half  22,000 * 0.09 / 2:  Kent 247.5, Medway 742.5
        a year at today's figures: Kent 5,000 * 0.018 = 90, Medway 270
    npv: Kent -195 + 835.5 / 1.1, Medway 627 + 1,223.7 / 1.1; together 432 + 2,059.2 / 1.1 = 2,304.
    Full effect: Kent 3,600 - 1,200 + 90 = 2,490, Medway 9,000 - 816 + 270 = 8,454.
    Second year: Kent 0.6 * 3,600 - 1,200 + 90 = 1,050, Medway 0.6 * 9,000 - 816 + 270 = 4,854.
    The first half-year lies half in 2025/26 and half in 2026/27, the second wholly in 2026/27.
    """
    kent_npv, medway_npv = round(-195 + 835.5 / 1.1, 6), round(627 + 1223.7 / 1.1, 6)
    since = dt.date(2025, 7, 1)
    members = (
        Member(council="Kent", tranche=-1, go_live=since, npv=kent_npv, annual_saving=2490, one_off=0),
        Member(council="Medway", tranche=-1, go_live=dt.date(2026, 1, 1), npv=medway_npv, annual_saving=8454, one_off=0),
    )
    shared: dict[str, Any] = {"services_shared": 1, "one_off": 0}
    return PlanDocument(
        instance="medway",
        title="Medway",
        status="optimal",
        npv=2304,
        bound=2304,
        gap=0,
        summary=Summary(
            partnerships=1,
            councils=2,
            go_lives=0,
            annual_saving=10944,
            one_off=0,
            net_saving=2491.2,  # 432 + 2,059.2
            baseline=105000,
            payback_years=0,
            breakeven=None,
        ),
        partnerships=(
            Partnership(
                service="waste",
                host="Kent",
                vehicle="lead_authority",
                members=members,
                npv=2304,
                annual_saving=10944,
                one_off=0,
                baseline=105000,
                second_year=5904,
                payback_years=0,
            ),
        ),
        councils=(
            CouncilResult(council="Kent", services_hosted=1, baseline=45000, npv=kent_npv, annual_saving=2490, net_saving=640.5, **shared),
            CouncilResult(
                council="Medway", services_hosted=0, baseline=60000, npv=medway_npv, annual_saving=8454, net_saving=1850.7, **shared
            ),
        ),
        heads=heads(
            {
                "process": (360 + 1188 / 1.1, 1548),
                "estimated_saving": (900 + 900 / 1.1, 1800),
                "purchasing": (180 + 990 / 1.1, 1170),
                "hosting": (-600 - 600 / 1.1, -1200),
                "coordination": (-300 - 300 / 1.1, -600),
                "friction": (-108 - 118.8 / 1.1, -226.8),
            }
        ),
        cashflow=cash(
            "waste",
            [
                ("2025/26", "Kent", "process", 180),
                ("2025/26", "Kent", "hosting", -300),
                ("2025/26", "Kent", "purchasing", 22.5),
                ("2025/26", "Medway", "estimated_saving", 450),
                ("2025/26", "Medway", "coordination", -150),
                ("2025/26", "Medway", "friction", -54),
                ("2025/26", "Medway", "purchasing", 67.5),
                ("2026/27", "Kent", "process", 1368),  # 180 + 1,188
                ("2026/27", "Kent", "hosting", -900),  # 300 + 600
                ("2026/27", "Kent", "purchasing", 270),  # 22.5 + 247.5
                ("2026/27", "Medway", "estimated_saving", 1350),
                ("2026/27", "Medway", "coordination", -450),
                ("2026/27", "Medway", "friction", -172.8),  # 54 + 118.8
                ("2026/27", "Medway", "purchasing", 810),  # 67.5 + 742.5
            ],
        ),
    )


# --- Bath: months, no discounting, cash back within the year, estimates of cost -------------------------------------------


def bath(folder: Path, *overrides: str) -> Instance:
    """Payroll of two councils by the month from February 2026, undiscounted."""
    write(
        folder,
        """
        [instance]
        title = "Bath"
        [calendar]
        start = 2026-02-01
        period_months = 1
        tranches = 3
        horizon_years = 1
        [economics]
        discount_rate = 0.0
        process_saving = 0.12
        coordination_cost = 55
        set_up_cost = 9999
        integration_cost = 66
        platform_cost = 77
        """,
        councils="council\nBath\nWells\n",
        services="service\npayroll\n",
        baselines="council,service,annual_cost,fixed_cost,platform,set_up_cost\nBath,payroll,120000,20000,A,3500\nWells,payroll,10000,,,\n",
        estimates="council,service,host,annual_cost,one_off_cost\nWells,payroll,Bath,1200,600\n",
    )
    return read(folder, overrides=overrides)


def bath_by_hand() -> PlanDocument:
    """Bath hosts from February, Wells joins in April; there is no bias and no phase-in, so each month is like the last.

    Bath: process 0.12 * 100,000 = 12,000, 1,000 a month for 12 months; its own set-up cost of 3,500, paid in February.
    Wells: process 0.12 * 10,000 = 1,200, 100 a month for 10 months; estimates of 1,200 a year and 600 once, paid in April.
    npv = 12,000 - 3,500 + 10 * (100 - 100) - 600 = 7,900, the same undiscounted.
    Cash: -3,500, -2,500, -1,500 at the end of March; -600 = -2,100, -1,100, -100 at the end of May, 900 at the end of June.
    """
    members = (
        Member(council="Bath", tranche=0, go_live=dt.date(2026, 2, 1), npv=8500, annual_saving=12000, one_off=3500),
        Member(council="Wells", tranche=2, go_live=dt.date(2026, 4, 1), npv=-600, annual_saving=0, one_off=600),
    )
    totals: dict[str, Any] = {"annual_saving": 12000, "one_off": 4100, "baseline": 130000, "payback_years": 0.341667}  # 4,100 / 12,000
    return PlanDocument(
        instance="bath",
        title="Bath",
        status="optimal",
        npv=7900,
        bound=7900,
        gap=0,
        summary=Summary(partnerships=1, councils=2, go_lives=2, net_saving=7900, breakeven=dt.date(2026, 7, 1), **totals),
        partnerships=(
            Partnership(service="payroll", host="Bath", vehicle="lead_authority", members=members, npv=7900, second_year=12000, **totals),
        ),
        councils=(
            CouncilResult(
                council="Bath",
                services_shared=1,
                services_hosted=1,
                baseline=120000,
                npv=8500,
                annual_saving=12000,
                one_off=3500,
                net_saving=8500,
            ),
            CouncilResult(
                council="Wells",
                services_shared=1,
                services_hosted=0,
                baseline=10000,
                npv=-600,
                annual_saving=0,
                one_off=600,
                net_saving=-600,
            ),
        ),
        heads=heads(
            {
                "process": (13000, 13000),
                "estimated_cost": (-1000, -1000),
                "set_up": (-3500, -3500),
                "estimated_one_off": (-600, -600),
            }
        ),
        cashflow=cash(
            "payroll",
            [
                ("2025/26", "Bath", "process", 2000),  # February and March
                ("2025/26", "Bath", "set_up", -3500),
                ("2026/27", "Bath", "process", 10000),
                ("2026/27", "Wells", "process", 1000),
                ("2026/27", "Wells", "estimated_cost", -1000),
                ("2026/27", "Wells", "estimated_one_off", -600),
            ],
        ),
    )


BY_HAND = {"kent": (kent, kent_by_hand), "medway": (medway, medway_by_hand), "bath": (bath, bath_by_hand)}


@pytest.mark.parametrize("case", BY_HAND)
def test_a_plan_worked_out_by_hand_passes(case: str, tmp_path: Path) -> None:
    """The audit finds the figures of the three plans above and nothing wrong."""
    instance, document = BY_HAND[case]
    found = audit(instance(tmp_path), document())
    assert found.faults == ()
    assert found.passed
    assert found.npv == pytest.approx(document().npv, abs=1e-9)


def leaves(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Where every single figure, date and name of a dumped document stands."""
    if isinstance(value, dict | list | tuple):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*path, key))
    else:
        yield path


LABELS = {"run", "instance", "title", "status", "manifest", "options"}


def places(document: PlanDocument) -> list[Path_]:
    """All that the audit is to check in a document."""
    return list(leaves(document.model_dump(exclude=LABELS)))


def tampered(document: PlanDocument, path: Path_) -> PlanDocument:
    """The document with one figure a penny higher, one count one higher, one date a day later or one name changed."""
    data = document.model_dump()
    where = data
    *parents, last = path
    for key in parents:
        where[key] = list(where[key]) if isinstance(where[key], tuple) else where[key]
        where = where[key]
    old = where[last]
    match old:
        case bool():
            where[last] = not old
        case float():
            where[last] = old + 0.01
        case int():
            where[last] = old + 1
        case dt.date():
            where[last] = old + dt.timedelta(days=1)
        case str():
            where[last] = old + "x"
        case None:
            where[last] = {"breakeven": dt.date(2030, 1, 1)}.get(last, 1)
    return PlanDocument.model_validate(data)


@pytest.mark.parametrize(("case", "path"), [(case, path) for case, (_, document) in BY_HAND.items() for path in places(document())])
def test_every_change_of_a_figure_is_found(case: str, path: Path_, tmp_path: Path) -> None:
    """A penny more in any figure, one more in any count, another date or name: a fault, wherever in the document."""
    instance, document = BY_HAND[case]
    assert not audit(instance(tmp_path), tampered(document(), path)).passed


def test_every_change_of_a_rule_line_is_found(tmp_path: Path) -> None:
    """A plan that carries rule lines is audited on them too, each field."""
    instance = kent(tmp_path)
    document = kent_by_hand()
    document = document.model_copy(update={"rules": audit(instance, document).rules})
    assert audit(instance, document).passed
    paths = [path for path in places(document) if path[0] == "rules"]
    assert len(paths) == 11 * len(document.rules)
    for path in paths:
        faults = audit(instance, tampered(document, path)).faults
        assert faults, path
        assert all(fault.startswith("rule ") for fault in faults)


def test_a_rule_line_too_few_or_twice_is_found(tmp_path: Path) -> None:
    """Lines that are missing or stand twice are named."""
    instance = kent(tmp_path)
    document = kent_by_hand()
    rules = audit(instance, document).rules
    short = audit(instance, document.model_copy(update={"rules": rules[1:]})).faults
    assert short == (f"rule contract_timing, {rules[0].scope}: the line is missing in the plan",)
    double = audit(instance, document.model_copy(update={"rules": (*rules, rules[-1])})).faults
    assert double == ("rule commitments, Dover shares payroll with Thanet: the line stands 2 times in the plan",)


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        (("npv",), "plan: npv 9,540.01 in the plan, 9,540.00 by the audit (0.01 apart)"),
        (("gap",), "plan: gap 0.02 in the plan, 0.010000000 by the audit, from bound 9,635.40 and npv 9,540.00"),
        (("summary", "go_lives"), "summary: go_lives 3 in the plan, 2 by the audit (1 apart)"),
        (("summary", "breakeven"), "summary: breakeven 2029-04-02 in the plan, 2029-04-01 by the audit"),
        (("summary", "payback_years"), "summary: payback_years 0.88 in the plan, 0.87 by the audit (0.01 apart)"),
        (("partnerships", 0, "npv"), "partnership payroll at Thanet: npv 9,540.01 in the plan, 9,540.00 by the audit (0.01 apart)"),
        (("partnerships", 0, "vehicle"), "partnership payroll at Thanet: vehicle lead_authorityx in the plan, lead_authority by the audit"),
        (
            ("partnerships", 0, "members", 1, "go_live"),
            "partnership payroll at Thanet, member Dover: go_live 2027-04-02 in the plan, 2027-04-01 by the audit",
        ),
        (("councils", 0, "one_off"), "council Dover: one_off 15,000.01 in the plan, 15,000.00 by the audit (0.01 apart)"),
        (("councils", 1, "council"), "council Swale: is missing in the plan"),
        (("councils", 1, "council"), "council Swalex: is in the plan, but the audit knows no such council"),
        (("heads", 0, "amount"), "head duplication: amount 22,500.01 in the plan, 22,500.00 by the audit (0.01 apart)"),
        (
            ("cashflow", 0, "amount"),
            "cashflow 2026/27, Thanet, payroll, process: amount 3,500.01 in the plan, 3,500.00 by the audit (0.01 apart)",
        ),
        (
            ("cashflow", 0, "head"),
            "cashflow 2026/27, Thanet, payroll, processx: amount 3,500.00 in the plan, 0.00 by the audit (3,500.00 apart)",
        ),
    ],
)
def test_a_fault_says_where_and_how_far(path: Path_, fault: str, tmp_path: Path) -> None:
    """Place, the plan's figure, the audit's, and the difference."""
    assert fault in audit(kent(tmp_path), tampered(kent_by_hand(), path)).faults


def changed(document: PlanDocument, **update: Any) -> PlanDocument:
    """The document with some of its parts replaced."""
    return document.model_copy(update=update)


@pytest.mark.parametrize(
    ("bound", "gap", "fault"),
    [
        (9540.0, 0.0, ""),
        (9539.995, 0.0, ""),
        (None, None, ""),
        (9540.009, 0.0, ""),
        (19080.0, 1.0, ""),
        (9539.0, 0.0, "plan: bound 9,539.00 is below npv 9,540.00 (1.00 apart)"),
        (None, 0.0, "plan: gap 0.00 in the plan, none by the audit"),
        (9541.0, 0.0, "plan: gap 0.0 in the plan, 0.000104822 by the audit, from bound 9,541.00 and npv 9,540.00"),
        (9541.0, None, "plan: gap None in the plan, 0.000104822 by the audit, from bound 9,541.00 and npv 9,540.00"),
        (math.nan, 0.0, "plan: bound nan is below npv 9,540.00 (nan apart)"),
    ],
)
def test_bound_and_gap(bound: float | None, gap: float | None, fault: str, tmp_path: Path) -> None:
    """The bound holds the NPV, and the gap is what lies between them; less than a penny is no gap."""
    faults = audit(kent(tmp_path), changed(kent_by_hand(), bound=bound, gap=gap)).faults
    assert faults == ((fault,) if fault else ())


def test_figures_that_are_no_numbers_are_found(tmp_path: Path) -> None:
    """Nothing compares with nan, so it is never within the tolerance."""
    document = kent_by_hand()
    council = document.councils[0].model_copy(update={"npv": math.nan})
    faults = audit(kent(tmp_path), changed(document, npv=math.nan, gap=0.01, councils=(council, *document.councils[1:]))).faults
    assert "plan: npv nan in the plan, 9,540.00 by the audit (nan apart)" in faults
    assert "council Dover: npv nan in the plan, 13,840.00 by the audit (nan apart)" in faults


@pytest.mark.parametrize(
    ("update", "fault"),
    [
        (lambda d: {"councils": d.councils[:2]}, "council Thanet: is missing in the plan"),
        (lambda d: {"councils": (*d.councils, d.councils[0])}, "council Dover: stands 2 times in the plan"),
        (lambda d: {"heads": d.heads[1:]}, "head duplication: is missing in the plan"),
        (lambda d: {"heads": d.heads[::-1]}, "heads: they do not stand in the order of the list of heads"),
        (lambda d: {"cashflow": d.cashflow[1:]}, "process: amount 0.00 in the plan, 3,500.00 by the audit (3,500.00 apart)"),
        (
            lambda d: {"cashflow": (*d.cashflow, d.cashflow[0])},
            "process: amount 7,000.00 in the plan, 3,500.00 by the audit (3,500.00 apart)",
        ),
        (lambda d: {"options": ({"option": "outsource"},)}, "options: 1 in the plan, but alternatives to sharing are not in this version"),
    ],
)
def test_rows_missing_or_added_are_found(update: Any, fault: str, tmp_path: Path) -> None:
    """Lists of the document are complete and hold nothing twice."""
    document = kent_by_hand()
    faults = audit(kent(tmp_path), changed(document, **update(document))).faults
    assert len(faults) == 1
    assert faults[0].endswith(fault)


def test_labels_are_not_audited(tmp_path: Path) -> None:
    """Run, title, status and manifest are no figures; a tenth of a penny is no difference."""
    document = changed(kent_by_hand(), run="r1", instance="other", title="other", status="optimal", manifest={"seed": 1}, npv=9540.001)
    assert audit(kent(tmp_path), document).passed


# --- Structure ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decisions", "fault"),
    [
        ([decision("parks", ("Thanet", 0), ("Dover", 1))], "partnership parks at Thanet: 'parks' is not a service of the instance"),
        ([decision("payroll", ("Kent", 0), ("Dover", 1))], "partnership payroll at Kent: the host 'Kent' is not a council of the instance"),
        (
            [decision("payroll", ("Thanet", 0), ("Bath", 1))],
            "partnership payroll at Thanet: member 'Bath' is not a council of the instance",
        ),
        (
            [decision("payroll", ("Thanet", 0), ("Dover", 2))],
            "partnership payroll at Thanet, member Dover: 2 is not a tranche; they run from 0 to 1, and -1 is live already",
        ),
    ],
)
def test_decisions_that_cannot_be_priced_end_the_audit(decisions: list[Decision], fault: str, tmp_path: Path) -> None:
    """Names and tranches that the instance does not have are all that is said; there are no figures to compare."""
    document = kent_by_hand()
    members = [
        Member(council=m.council, tranche=m.tranche, go_live=dt.date(2026, 4, 1), npv=0, annual_saving=0, one_off=0)
        for m in decisions[0].moves
    ]
    update = {"service": decisions[0].service, "host": decisions[0].host, "members": tuple(members)}
    found = audit(kent(tmp_path), changed(document, partnerships=(document.partnerships[0].model_copy(update=update),)))
    assert found.faults == (fault,)
    assert found.rules == ()
    assert math.isnan(found.npv)


def test_a_member_that_does_not_run_the_service(tmp_path: Path) -> None:
    """A council without a baseline has nothing to hand over."""
    instance = kent(tmp_path, "baselines.Dover.payroll = off", "commitments.Dover.payroll = off", "contracts.Dover.payroll = off")
    assert audit(instance, kent_by_hand()).faults == ("partnership payroll at Thanet: member 'Dover' does not run payroll",)


@pytest.mark.parametrize(
    ("decisions", "fault"),
    [
        (
            [Decision("payroll", "Thanet", (Move("Dover", 1), Move("Swale", 1)))],
            "partnership payroll at Thanet: the host is not among its members",
        ),
        ([decision("payroll", ("Thanet", 0))], "partnership payroll at Thanet: has fewer than two members"),
        ([decision("payroll", ("Thanet", 0), ("Thanet", 0))], "partnership payroll at Thanet: has fewer than two members"),
        (
            [decision("payroll", ("Thanet", 1), ("Dover", 0))],
            "partnership payroll at Thanet, member Dover: goes live in tranche 0, before the host in tranche 1",
        ),
        (
            [decision("payroll", ("Thanet", 0), ("Dover", 1)), decision("payroll", ("Swale", 0), ("Dover", 1))],
            "Dover in payroll: has 2 arrangements, with Thanet, Swale; it may have one",
        ),
        (
            [decision("payroll", ("Thanet", 0), ("Dover", 1)), decision("payroll", ("Thanet", 0), ("Swale", 1))],
            "partnership payroll at Thanet: stands 2 times in the plan",
        ),
        (
            [decision("payroll", ("Thanet", -1), ("Dover", 1))],
            "partnership payroll at Thanet, member Thanet: is live already in the plan (tranche -1), but no commitment says so",
        ),
    ],
)
def test_decisions_that_make_no_sense(decisions: list[Decision], fault: str, tmp_path: Path) -> None:
    """What no plan may have, whatever the rules, with all figures right."""
    instance = kent(tmp_path, "rules.maximum_partnerships = off", "rules.commitments = off")
    assert fault in audit(instance, document_for(instance, decisions)).faults


def test_a_council_that_may_not_host(tmp_path: Path) -> None:
    """can_host is data about a council, not a rule that can be dropped."""
    instance = kent(tmp_path, "baselines.Thanet.payroll.can_host = false")
    assert audit(instance, kent_by_hand()).faults == ("partnership payroll at Thanet: Thanet cannot host payroll (can_host is false)",)


# --- Rules ----------------------------------------------------------------------------------------------------------------

KENT_RULES = [
    ("contract_timing", "payroll at Thanet: Dover, April 2027, early termination", 365, 275, "days", 90, True),
    ("maximum_distance", "payroll at Thanet: Dover", 20, 25, "km", 5, False),
    ("maximum_span", "payroll at Thanet: Dover and Thanet", 20, 30, "km", 10, False),
    ("compatibility", "payroll at Thanet: Dover and Thanet", 0.8, 0.5, "score", 0.3, False),
    ("partnership_size", "payroll at Thanet, maximum", 2, 3, "members", 1, False),
    ("partnership_size", "payroll at Thanet, minimum", 2, 2, "members", 0, True),
    ("maximum_partnerships", "payroll", 1, 1, "partnerships", 0, True),
    ("minimum_saving", "payroll at Thanet", 0.172222, 0.1, "share of baseline", 0.072222, False),  # 31,000 / 180,000
    ("delivery_capacity", "Dover, April 2027", 1, 1, "go-lives", 0, True),
    ("delivery_capacity", "Thanet, April 2026", 1, 1, "go-lives", 0, True),
    ("programme_capacity", "April 2026", 1, 2, "go-lives", 1, False),
    ("programme_capacity", "April 2027", 1, 2, "go-lives", 1, False),
    ("host_capacity", "payroll at Thanet", 9000, 10000, "units a year", 1000, False),
    ("quality", "payroll at Thanet: Dover", 0.8, 0.75, "score", 0.05, False),  # above 0.6 and 0.85 - 0.1
    ("commitments", "Dover shares payroll with Thanet", 1, 1, "kept", 0, True),
]


def test_rule_lines_by_hand(tmp_path: Path) -> None:
    """One line wherever a rule applies, in the order of model.md's table, then by service, host, council and tranche."""
    lines = audit(kent(tmp_path), kent_by_hand()).rules
    found = [(line.rule, line.scope, line.value, line.limit, line.unit, line.slack, line.binding) for line in lines]
    assert found == KENT_RULES
    named = [(line.service, line.host, line.council, line.tranche) for line in lines]
    assert named[0] == ("payroll", "Thanet", "Dover", 1)
    assert named[8] == ("", "", "Dover", 1)
    assert named[10] == ("", "", "", 0)


@pytest.mark.parametrize("rule", sorted({rule for rule, *_ in KENT_RULES}))
def test_a_rule_that_is_off_has_no_line(rule: str, tmp_path: Path) -> None:
    """`false` switches a rule off, and nothing else."""
    instance = kent(tmp_path, f"rules.{rule} = off")
    document = document_for(instance, KENT)
    found = audit(instance, document)
    assert found.passed
    assert [line.rule for line in found.rules] == [name for name, *_ in KENT_RULES if name != rule]


BROKEN = {
    "contract_timing": (
        ["contracts.Dover.payroll.break_from = 2027-04-02"],
        "rule contract_timing, payroll at Thanet: Dover, April 2027: "
        "goes live on 2027-04-01, but its contract holds it until 2027-04-02 (days apart: 1)",
    ),
    "maximum_distance": (
        ["rules.maximum_distance = 19.5"],
        "rule maximum_distance, payroll at Thanet: Dover: 20 km, but at most 19.5 km (0.5 apart)",
    ),
    "maximum_span": (
        ["services.payroll.maximum_span = 19"],
        "rule maximum_span, payroll at Thanet: Dover and Thanet: 20 km, but at most 19 km (1 apart)",
    ),
    "compatibility": (
        ["services.payroll.compatibility = 0.9"],
        "rule compatibility, payroll at Thanet: Dover and Thanet: 0.8 score, but at least 0.9 score (0.1 apart)",
    ),
    "veto": (
        ["services.payroll.compatibility = 0", "compatibility.Dover.Thanet.payroll.score = 0"],
        "rule compatibility, payroll at Thanet: Dover and Thanet: score 0 is a veto, whatever the minimum of 0",
    ),
    "partnership_size, minimum": (
        ["services.payroll.partnership_size_minimum = 3"],
        "rule partnership_size, payroll at Thanet, minimum: 2 members, but at least 3 members (1 apart)",
    ),
    "maximum_partnerships": (
        ["services.payroll.maximum_partnerships = 0"],
        "rule maximum_partnerships, payroll: 1 partnerships, but at most 0 partnerships (1 apart)",
    ),
    "minimum_saving": (
        ["rules.minimum_saving = 0.2"],
        "rule minimum_saving, payroll at Thanet: 0.1722 share of baseline, but at least 0.2 share of baseline (0.0278 apart)",
    ),
    "host_capacity": (
        ["baselines.Thanet.payroll.host_capacity = 8999"],
        "rule host_capacity, payroll at Thanet: 9,000 units a year, but at most 8,999 units a year (1 apart)",
    ),
    "quality, minimum": (
        ["services.payroll.quality = 0.9"],
        "rule quality, payroll at Thanet: Dover: 0.8 score, but at least 0.9 score (0.1 apart)",
    ),
    "quality, tolerance": (
        ["services.payroll.quality_tolerance = 0.01"],
        "rule quality, payroll at Thanet: Dover: 0.8 score, but at least 0.84 score (0.04 apart)",
    ),
    "quality, not known": (
        ["baselines.Thanet.payroll.performance = none"],
        "rule quality, payroll at Thanet: Dover: the performance of Thanet is not known, at least 0.6 is asked",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_rule_is_said(case: str, tmp_path: Path) -> None:
    """A figure of the rule or of the data moved past the plan: one fault, and one line without slack."""
    overrides, fault = BROKEN[case]
    instance = kent(tmp_path, *overrides)
    found = audit(instance, document_for(instance, KENT))
    assert found.faults == (fault,)
    assert all(line.slack >= 0 for line in found.rules if line.rule not in case)
    assert "veto" in case or min(line.slack for line in found.rules) < 0


def test_a_loss_on_a_baseline_of_nothing_breaks_minimum_saving(tmp_path: Path) -> None:
    """No share of 0 is defined, but a partnership that costs nothing today must not cost something tomorrow."""
    nothing = ["baselines.*.payroll.annual_cost = 0", "baselines.*.payroll.fixed_cost = 0", "rules.minimum_saving = 0.1"]
    instance = bath(tmp_path, *nothing)
    plan = [decision("payroll", ("Bath", 0), ("Wells", 2))]
    found = audit(instance, document_for(instance, plan))
    assert found.faults == ("rule minimum_saving, payroll at Bath: loses 1,200 GBP a year on a baseline of 0",)
    harmless = apply(instance, overrides=["estimates.Wells.payroll.Bath.annual_cost = 0"])
    assert audit(harmless, document_for(harmless, plan)).passed


def test_a_tolerance_between_performances_not_known_is_skipped(tmp_path: Path) -> None:
    """Without a minimum there is nothing to judge where one of the two is blank."""
    instance = kent(tmp_path, "rules.quality.minimum = none", "baselines.Dover.payroll.performance = none")
    found = audit(instance, document_for(instance, KENT))
    assert found.passed
    assert "quality" not in {line.rule for line in found.rules}


CROWD = (decision("payroll", ("Thanet", 1), ("Dover", 1), ("Swale", 1)),)


def test_capacities_and_greatest_size_broken(tmp_path: Path) -> None:
    """Three members in one tranche, where two go-lives and two members are allowed; two services of one council at once."""
    instance = kent(tmp_path, "rules.maximum_distance = off", "rules.maximum_span = off", "services.payroll.partnership_size_maximum = 2")
    faults = audit(instance, document_for(instance, CROWD)).faults
    assert "rule programme_capacity, April 2027: 3 go-lives, but at most 2 go-lives (1 apart)" in faults
    assert "rule partnership_size, payroll at Thanet, maximum: 3 members, but at most 2 members (1 apart)" in faults


def two_services(folder: Path, *overrides: str) -> Instance:
    """Kent with a second service of the same councils, run at no cost to speak of."""
    kent(folder, commitments="")
    write(folder, (folder / "instance.toml").read_text(encoding="utf-8"), services="service\npayroll\nparks\n")
    with (folder / "baselines.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{council},parks,1000,500,0,0,10,,1,\n" for council in ("Dover", "Swale", "Thanet"))
    return read(folder, overrides=["rules.minimum_saving = off", "rules.compatibility = off", "rules.maximum_distance = off", *overrides])


def test_delivery_capacity_counts_over_services(tmp_path: Path) -> None:
    """Two services of one council in one tranche are two go-lives, hosting and joining alike."""
    instance = two_services(tmp_path, "rules.programme_capacity = off")
    plan = [decision("payroll", ("Thanet", 0), ("Dover", 1)), decision("parks", ("Dover", 1), ("Thanet", 1))]
    found = audit(instance, document_for(instance, plan))
    assert found.faults == ("rule delivery_capacity, Dover, April 2027: 2 go-lives, but at most 1 go-lives (1 apart)",)
    capacity = [(line.council, line.tranche, line.value) for line in found.rules if line.rule == "delivery_capacity"]
    assert capacity == [("Dover", 1, 2), ("Thanet", 0, 1), ("Thanet", 1, 1)]


def test_rule_lines_do_not_depend_on_the_order_of_the_plan(tmp_path: Path) -> None:
    """Lines are sorted by rule, service, host, council and tranche."""
    instance = two_services(tmp_path)
    plan = [decision("payroll", ("Thanet", 0), ("Dover", 1)), decision("parks", ("Swale", 0), ("Thanet", 1))]
    shuffled = [Decision(one.service, one.host, one.moves[::-1]) for one in plan[::-1]]
    lines = audit(instance, document_for(instance, plan)).rules
    assert lines == audit(instance, document_for(instance, shuffled)).rules
    spans = [line.scope for line in lines if line.rule == "maximum_span"]
    assert spans == ["parks at Swale: Swale and Thanet", "payroll at Thanet: Dover and Thanet"]


def test_pair_rules_name_the_worst_pair(tmp_path: Path) -> None:
    """Of three members the two furthest apart, and the two that score lowest; with_host leaves out pairs without the host."""
    instance = kent(tmp_path)
    lines = {line.rule: line for line in audit(instance, document_for(instance, CROWD)).rules}
    assert (lines["maximum_span"].scope, lines["maximum_span"].value) == ("payroll at Thanet: Swale and Thanet", 60)
    assert (lines["compatibility"].scope, lines["compatibility"].value) == ("payroll at Thanet: Swale and Thanet", 0.6)
    hosted_by_swale = (decision("payroll", ("Swale", 1), ("Dover", 1), ("Thanet", 1)),)
    changes = ["compatibility.Dover.Thanet.payroll.score = 0.2", 'rules.compatibility.scope = "with_host"']
    with_host = apply(instance, overrides=changes)
    line = next(line for line in audit(with_host, document_for(with_host, hosted_by_swale)).rules if line.rule == "compatibility")
    assert (line.scope, line.value) == ("payroll at Swale: Swale and Thanet", 0.6)


def test_distances_in_minutes(tmp_path: Path) -> None:
    """A limit in minutes reads the minutes of the pair."""
    kent(tmp_path)
    write(
        tmp_path,
        (tmp_path / "instance.toml").read_text(encoding="utf-8").replace("maximum_distance = 25", "maximum_distance = { minutes = 30 }"),
        distances="council_a,council_b,km,minutes\nThanet,Dover,20,31\nSwale,Dover,40,50\nThanet,Swale,60,70\n",
    )
    faults = audit(read(tmp_path), kent_by_hand()).faults
    assert faults == ("rule maximum_distance, payroll at Thanet: Dover: 31 minutes, but at most 30 minutes (1 apart)",)


@pytest.mark.parametrize(
    ("contract", "slack", "binding", "early", "charge"),
    [
        ("2027-04-01,,50,0.1", 0, True, False, 0),  # expires on the day: free, and the tranche before is too early
        ("2026-04-01,,50,0.1", 365, False, False, 0),  # the tranche before would have done
        ("2028-04-01,2027-04-01,50,0", 0, True, True, 50),  # may be broken from the day
        ("2028-04-01,2026-04-01,50,0", 365, False, True, 50),
        ("2027-04-02,,50,0", -1, True, False, 50),  # a day too early: broken, priced as an early termination
    ],
)
def test_contract_timing(contract: str, slack: int, binding: bool, early: bool, charge: float, tmp_path: Path) -> None:
    """Days from the earliest day allowed; binding says that the tranche before would be too early."""
    kent(tmp_path)
    (tmp_path / "contracts.csv").write_text(
        f"council,service,expires,break_from,termination_charge,termination_share\nDover,payroll,{contract}\n", encoding="utf-8"
    )
    instance = read(tmp_path)
    document = document_for(instance, KENT)
    found = audit(instance, document)
    line = found.rules[0]
    assert (line.rule, line.slack, line.binding) == ("contract_timing", slack, binding)
    assert ("early termination" in line.scope) is early
    assert found.passed is (slack >= 0)
    assert next(head.amount for head in document.heads if head.head == "termination") == -charge


def test_a_first_tranche_is_never_binding_on_contract_timing(tmp_path: Path) -> None:
    """There is no tranche before it."""
    instance = kent(tmp_path, "contracts.Dover.payroll.break_from = 2026-04-01")
    plan = [decision("payroll", ("Thanet", 0), ("Dover", 0))]
    line = audit(instance, document_for(instance, plan)).rules[0]
    assert (line.rule, line.slack, line.binding) == ("contract_timing", 0, False)


# --- Commitments and what is live ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "kept", "words"),
    [
        ("Thanet,payroll,hosts,,", True, "Thanet hosts payroll"),
        ("Thanet,,hosts,,2026-04-01", True, "Thanet hosts payroll on 2026-04-01"),
        ("Thanet,payroll,hosts,,2027-04-01", False, "Thanet hosts payroll on 2027-04-01"),
        ("Dover,payroll,hosts,,", False, "Dover hosts payroll"),
        ("Dover,,shares_with,Thanet,2027-04-01", True, "Dover shares payroll with Thanet on 2027-04-01"),
        ("Dover,payroll,shares_with,Thanet,2026-04-01", False, "Dover shares payroll with Thanet on 2026-04-01"),
        ("Dover,payroll,shares_with,Swale,", False, "Dover shares payroll with Swale"),
        ("Dover,payroll,together,Thanet,", True, "Dover together with Thanet in payroll"),
        ("Dover,payroll,together,Thanet,2027-04-01", False, "Dover together with Thanet in payroll on 2027-04-01"),
        ("Dover,payroll,together,Swale,", False, "Dover together with Swale in payroll"),
        ("Dover,payroll,never_with,Swale,", True, "Dover never with Swale in payroll"),
        ("Thanet,payroll,never_with,Dover,", False, "Thanet never with Dover in payroll"),
        ("Swale,payroll,stays_out,,", True, "Swale stays out of payroll"),
        ("Dover,payroll,stays_out,,", False, "Dover stays out of payroll"),
        ("Dover,payroll,not_before,,2027-04-01", True, "Dover in payroll not before 2027-04-01"),
        ("Dover,payroll,not_before,,2027-04-02", False, "Dover in payroll not before 2027-04-02"),
        ("Swale,payroll,not_before,,2027-04-02", True, "Swale in payroll not before 2027-04-02"),
    ],
)
def test_commitments(row: str, kept: bool, words: str, tmp_path: Path) -> None:
    """Each kind of decision, kept and not; a kept one has no slack and is marked binding, which means just that."""
    found = audit(kent(tmp_path, commitments=f"{row}\n"), kent_by_hand())
    lines = [line for line in found.rules if line.rule == "commitments"]
    assert [(line.scope, line.value, line.limit, line.slack) for line in lines] == [(words, float(kept), 1, 0 if kept else -1)]
    assert lines[0].binding
    assert found.faults == (() if kept else (f"rule commitments, {words}: is not kept",))


def test_a_blank_service_is_one_line_for_each_service(tmp_path: Path) -> None:
    """A commitment about every service that the council runs is checked service by service."""
    two_services(tmp_path)
    (tmp_path / "commitments.csv").write_text("council,service,decision,other,go_live\nSwale,,stays_out,,\n", encoding="utf-8")
    lines = audit(read(tmp_path), kent_by_hand()).rules
    assert [line.scope for line in lines if line.rule == "commitments"] == ["Swale stays out of parks", "Swale stays out of payroll"]


LIVE = "Thanet,payroll,live,Thanet,\nDover,payroll,live,Thanet,\n"


@pytest.mark.parametrize(
    ("since", "second_half"),
    [("2025-07-01", 588), ("2025-07-02", -204), ("2024-07-01", 1380), ("", -204)],
)
def test_phase_in_of_what_is_live_counts_from_its_own_date(since: str, second_half: float, tmp_path: Path) -> None:
    """Whole months to July 2026: 12 are the second year (see Kent above), 11 or 6 the first, 24 the third.

    (share * 3,600 * 1.1 - 1,200) / 2 with share 0.6, 0.2 or 1: 588, -204, 1,380.
    """
    medway(tmp_path)
    rows = f"council,service,decision,other,go_live\nKent,waste,live,Kent,{since}\nMedway,waste,live,Kent,\n"
    (tmp_path / "commitments.csv").write_text(rows, encoding="utf-8")
    figures = derive(read(tmp_path), [decision("waste", ("Kent", -1), ("Medway", -1))])
    kent_cash = [
        figures.cashflow["2026/27", "Kent", "waste", head] - figures.cashflow["2025/26", "Kent", "waste", head]
        for head in ("process", "hosting")
    ]
    assert sum(kent_cash) == pytest.approx(second_half)


def test_phase_in_of_what_is_live_since_a_leap_day(tmp_path: Path) -> None:
    """Years since go-live are counted by periods, so that the 28th a year after 29 February is a year after."""
    instance = medway(tmp_path)
    calendar = instance.calendar.model_copy(update={"start": dt.date(2028, 2, 29), "period_months": 12, "horizon_years": 2.0})
    facts = Facts(dataclasses.replace(instance, settings=instance.settings.model_copy(update={"calendar": calendar})))
    facts.live["Medway", "waste"] = ("Kent", dt.date(2028, 2, 29))
    assert [facts.year_since_go_live("waste", Move("Medway", -1), period) for period in (0, 1)] == [0, 1]


def test_what_is_live_is_not_judged_but_counts(tmp_path: Path) -> None:
    """Contract, distance, span, compatibility, quality and go-lives pass over it; size, saving and host capacity count it."""
    overrides = ["rules.maximum_distance = 1", "rules.maximum_span = 1", "rules.compatibility.minimum = 1", "services.payroll.quality = 1"]
    overrides += ["rules.delivery_capacity = 1", "baselines.Thanet.payroll.can_host = false", "contracts.Dover.payroll.break_from = none"]
    instance = kent(tmp_path, *overrides, commitments=LIVE)
    found = audit(instance, document_for(instance, [decision("payroll", ("Thanet", -1), ("Dover", -1))]))
    assert found.faults == ()
    rules = [
        "partnership_size",
        "partnership_size",
        "maximum_partnerships",
        "minimum_saving",
        "host_capacity",
        "commitments",
        "commitments",
    ]
    assert [line.rule for line in found.rules] == rules


def test_a_council_that_joins_what_is_live_is_judged(tmp_path: Path) -> None:
    """The newcomer's distance and pairs count, those of the two that are live do not."""
    instance = kent(tmp_path, "compatibility.Dover.Thanet.payroll.score = 0", commitments=LIVE)
    found = audit(instance, document_for(instance, [decision("payroll", ("Thanet", -1), ("Dover", -1), ("Swale", 1))]))
    assert "rule maximum_distance, payroll at Thanet: Swale: 60 km, but at most 25 km (35 apart)" in found.faults
    line = next(line for line in found.rules if line.rule == "compatibility")
    assert (line.scope, line.value) == ("payroll at Thanet: Swale and Thanet", 0.6)


def test_a_live_commitment_that_the_plan_moves_is_found(tmp_path: Path) -> None:
    """What is live stays where it is: a new tranche or another host breaks the commitment."""
    instance = kent(tmp_path, commitments=LIVE)
    faults = audit(instance, document_for(instance, KENT)).faults
    assert "rule commitments, Dover live with Thanet in payroll: is not kept" in faults
    empty = audit(instance, document_for(instance, [])).faults
    assert len(empty) == 2


def test_two_that_are_live_together_may_never_share_otherwise(tmp_path: Path) -> None:
    """never_with does not undo what is live already."""
    instance = kent(tmp_path, commitments=f"{LIVE}Dover,payroll,never_with,Thanet,\n")
    assert audit(instance, document_for(instance, [decision("payroll", ("Thanet", -1), ("Dover", -1))])).passed


# --- What is looked up ----------------------------------------------------------------------------------------------------


def test_an_empty_plan_is_worth_nothing(tmp_path: Path) -> None:
    """No decisions, no flows; a bound above 0 has no gap as a share of nothing."""
    instance = kent(tmp_path, "rules.commitments = off")
    document = document_for(instance, [])
    assert audit(instance, document).passed
    assert audit(instance, document).npv == 0
    assert audit(instance, changed(document, bound=5.0, gap=None)).passed
    assert audit(instance, changed(document, bound=5.0, gap=0.0)).faults == (
        "plan: gap 0.0 in the plan, none by the audit, from bound 5.00 and npv 0.00",
    )


def test_discount_factors_of_a_dated_table(tmp_path: Path) -> None:
    """The rate of an elapsed year is the one in force on its first day, a broken year is pro rata."""
    text = "discount_rate = { 2026-01-01 = 0.1, 2027-07-01 = 0.2 }"
    settings = '[instance]\ntitle = "x"\n[calendar]\nstart = 2026-04-01\nperiod_months = 6\ntranches = 1\nhorizon_years = 3\n[economics]\n'
    tables = {"councils": "council\nA\n", "services": "service\ns\n", "baselines": "council,service,annual_cost\nA,s,1\n"}
    found = discount_factors(read(write(tmp_path, settings + text, **tables)))
    assert found == pytest.approx([1, 1.1**-0.5, 1 / 1.1, 1.1**-1.5, 1 / 1.21, 1 / 1.21 * 1.2**-0.5])


def test_discount_factors_from_a_leap_day(tmp_path: Path) -> None:
    """Years from 29 February begin on the 28th where there is no 29th; before its first date a table holds its first rate."""
    text = "discount_rate = { 2029-02-28 = 0.1, 2030-03-01 = 0.2 }"
    settings = '[instance]\ntitle = "x"\n[calendar]\nstart = 2028-02-29\nperiod_months = 12\ntranches = 1\nhorizon_years = 5\n[economics]\n'
    tables = {"councils": "council\nA\n", "services": "service\ns\n", "baselines": "council,service,annual_cost\nA,s,1\n"}
    found = discount_factors(read(write(tmp_path, settings + text, **tables)))
    assert found == pytest.approx([1, 1 / 1.1, 1 / 1.21, 1 / 1.331, 1 / 1.331 / 1.2])


def test_discount_factors_of_the_green_book(tmp_path: Path) -> None:
    """Where no rate is given: 3.5 % for thirty years, 3 % after."""
    settings = '[instance]\ntitle = "x"\n[calendar]\nstart = 2026-04-01\nperiod_months = 12\ntranches = 1\nhorizon_years = 33\n'
    tables = {"councils": "council\nA\n", "services": "service\ns\n", "baselines": "council,service,annual_cost\nA,s,1\n"}
    found = discount_factors(read(write(tmp_path, settings, **tables)))
    assert [found[30], found[32]] == pytest.approx([1.035**-30, 1.035**-30 * 1.03**-2])


def test_great_circle_and_derived_compatibility(tmp_path: Path) -> None:
    """A degree of latitude is 2 * pi * 6371.0088 / 360 km; scores are the weighted mean of what is known."""
    settings = '[instance]\ntitle = "x"\n[calendar]\nstart = 2026-04-01\nperiod_months = 12\ntranches = 1\nhorizon_years = 1\n'
    write(
        tmp_path,
        settings + "[economics.compatibility_weights]\nhistory = 2\n",
        councils="council,latitude,longitude,control,culture\nA,51,0,Labour,x\nB,52,0,noc,y\nC,,,No overall control,\nD,,,,\n",
        services="service\ns\n",
        baselines="council,service,annual_cost\nA,s,1\n",
        history="council_a,council_b,years,what\nB,A,3,parks\nA,B,2,roads\n",
    )
    pairs = Pairs(read(tmp_path))
    assert pairs.km("A", "B") == pairs.km("B", "A") == pytest.approx(2 * math.pi * 6371.0088 / 360)
    assert pairs.compatibility("A", "B", "s") == pytest.approx((0.7 + 0.5 + 2 * 0.5) / 4)  # five of ten years
    assert pairs.compatibility("B", "C", "s") == 1.0
    assert pairs.compatibility("A", "D", "s") == 1.0
    with pytest.raises(ValueError, match="no distance is given between A and C"):
        pairs.km("A", "C")
    with pytest.raises(ValueError, match="no minutes are given between A and B"):
        pairs.minutes("A", "B")


def test_breakeven(tmp_path: Path) -> None:
    """The day on which cash is back, once it has been below; one-offs count at the start of a period."""
    instance = kent(tmp_path)
    assert breakeven(instance, [(0, 5), (-3, 5), (0, 5)]) is None  # never below
    assert breakeven(instance, [(0, 5), (-9, 5), (0, 5)]) == dt.date(2028, 4, 1)  # below within the second year
    assert breakeven(instance, [(0, -5), (0, 2), (0, 2)]) is None  # never back
    assert breakeven(instance, [(-5, 9), (-9, 5), (0, 5)]) == dt.date(2028, 4, 1)  # back for good, not only in between
    assert breakeven(instance, [(-5, 5), (0, 0), (0, 0)]) == dt.date(2027, 4, 1)


@pytest.mark.parametrize(("allowance", "day"), [(-0.005, dt.date(2027, 4, 1)), (0.0, None), (0.005, None)])
def test_breakeven_to_the_penny_may_fall_on_either_side(allowance: float, day: dt.date | None, tmp_path: Path) -> None:
    """Cash a tenth of a penny short of 0 is back or not as the allowance has it."""
    assert breakeven(kent(tmp_path), [(-5, 4.999), (0, 0), (0, 0)], allowance) == day


@pytest.mark.parametrize(
    ("day", "year"), [(dt.date(2026, 3, 31), "2025/26"), (dt.date(2026, 4, 1), "2026/27"), (dt.date(1999, 4, 1), "1999/00")]
)
def test_financial_year(day: dt.date, year: str) -> None:
    """April to March."""
    assert financial_year(day) == year


def test_the_audit_shares_no_code_with_what_it_audits() -> None:
    """No module of the audit imports a model, a solver, or any pricing of the product."""
    allowed = {"optimiser.plan", "optimiser.audit"}
    for path in Path(next(iter(package.__path__))).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] not in {"pyomo", "formulations", "solvers", "numpy", "pandas"}, path.name
                assert not name.startswith("optimiser") or ".".join(name.split(".")[:2]) in allowed, path.name


def test_rule_lines_are_rule_lines(tmp_path: Path) -> None:
    """The lines have the form that plan.json and rules.csv have, and survive them unchanged."""
    document = kent_by_hand()
    document = changed(document, rules=audit(kent(tmp_path), document).rules)
    assert all(isinstance(line, RuleLine) for line in document.rules)
    assert PlanDocument.model_validate_json(document.model_dump_json()) == document
