"""For tests of the audit: instances, a plan of Kent worked out by hand, ways to build documents and to change one figure.

Kent has one partnership, every head and all rules; Medway is live already; Bath goes by the month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any

from instances import Instance, read
from instances.heads import HEADS
from optimiser.audit import Decision, Move, derive
from optimiser.audit.decisions import Alternative
from optimiser.plan import CashFlow, CouncilResult, HeadTotal, Member, Partnership, PlanDocument, Summary

Place = tuple[Any, ...]


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


def document_for(instance: Instance, decisions: Sequence[Decision], alternatives: Sequence[Alternative] = ()) -> PlanDocument:
    """A sound document of these decisions, by the audit's own figures; for tests of rules and structure, not of figures."""
    figures = derive(instance, decisions, alternatives)
    return PlanDocument(
        title="",
        status="optimal",
        npv=figures.npv,
        objective_value=figures.npv,
        bound=figures.npv,
        gap=0.0,
        summary=figures.summary,
        partnerships=figures.partnerships,
        options=figures.options,
        councils=figures.councils,
        cashflow=tuple(CashFlow(financial_year=y, council=c, service=s, head=h, amount=a) for (y, c, s, h), a in figures.cashflow.items()),
        heads=figures.heads,
    )


def decision(service: str, *moves: tuple[str, int], vehicle: str = "lead_authority") -> Decision:
    """A partnership whose first member is the host."""
    return Decision(service, moves[0][0], tuple(Move(council, tranche) for council, tranche in moves), vehicle)


def changed(document: PlanDocument, **update: Any) -> PlanDocument:
    """The document with some of its parts replaced."""
    return document.model_copy(update=update)


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
    common: dict[str, Any] = dict.fromkeys(
        ("services_shared", "services_hosted", "options_taken", "npv", "annual_saving", "one_off", "net_saving"), 0
    )
    dover = {"services_shared": 1, "npv": 13840, "annual_saving": 26000, "one_off": 15000, "net_saving": 22500}
    thanet = {"services_shared": 1, "services_hosted": 1, "npv": -4300, "annual_saving": 5000, "one_off": 12000, "net_saving": -1500}
    return PlanDocument(
        title="Kent",
        status="feasible",
        npv=9540,
        objective_value=9540,
        bound=9635.4,
        gap=0.01,
        summary=Summary(
            partnerships=1,
            options=0,
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


def two_services(folder: Path, *overrides: str) -> Instance:
    """Kent with a second service of the same councils, run at no cost to speak of."""
    kent(folder, commitments="")
    write(folder, (folder / "instance.toml").read_text(encoding="utf-8"), services="service\npayroll\nparks\n")
    with (folder / "baselines.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{council},parks,1000,500,0,0,10,,1,\n" for council in ("Dover", "Swale", "Thanet"))
    return read(folder, overrides=["rules.minimum_saving = off", "rules.compatibility = off", "rules.maximum_distance = off", *overrides])


def leaves(value: Any, path: Place = ()) -> Iterator[Place]:
    """Where every single figure, date and name of a dumped document stands."""
    if isinstance(value, dict | list | tuple):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*path, key))
    else:
        yield path


LABELS = {"run", "instance", "title", "status", "manifest"}
OTHERWISE = {"breakeven": dt.date(2030, 1, 1), "ends": dt.date(2030, 1, 1)}
"""What stands where there is no figure, once it is changed; 1 elsewhere."""


def places(document: PlanDocument) -> list[Place]:
    """All that the audit is to check in a document."""
    return list(leaves(document.model_dump(exclude=LABELS)))


def tampered(document: PlanDocument, path: Place) -> PlanDocument:
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
        case str() if last == "objective":
            where[last] = "npv" if old == "yearly_position" else "yearly_position"
        case str():
            where[last] = old + "x"
        case None:
            where[last] = OTHERWISE.get(last, 1)
    return PlanDocument.model_validate(data)
