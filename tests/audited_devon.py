"""For tests of the audit: Devon, a plan worked out by hand with a vehicle, an alternative, councils that cease, and payments."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from audited import cash, heads, write

from instances import Instance, read
from optimiser.plan import CashFlow, CouncilResult, Member, OptionTaken, Partnership, PlanDocument, Summary


def devon(folder: Path, *overrides: str) -> Instance:
    """Payroll of three councils by half-years from January 2026; Elm is abolished in May 2027, Oak in September.

    A rate of 21 % and growth of 21 % give DF 1, 1/1.1, 1/1.21, 1/1.331 and growth 1, 1.1, 1.21, 1.331.
    """
    write(
        folder,
        """
        [instance]
        title = "Devon"
        [calendar]
        start = 2026-01-01
        period_months = 6
        tranches = 3
        horizon_years = 2
        [economics]
        discount_rate = 0.21
        growth = 0.21
        optimism_bias = { savings = 0.1, costs = 0.2 }
        phase_in = [0.5, 1.0]
        duplication_avoided = 0.5
        process_saving = 0.1
        convergence = 0.5
        coordination_cost = 500
        hosting_cost = 1000
        set_up_cost = 2000
        integration_cost = 3000
        [rules]
        no_council_worse_off = "compensated"
        """,
        councils="council,ceases,successor\nAsh,,\nElm,2027-05-01,Greater Elm\nOak,2027-09-15,Oakshire\n",
        services="service\npayroll\n",
        baselines="""
            council,service,annual_cost,fixed_cost,procured_cost,volume
            Ash,payroll,50000,10000,10000,3000
            Elm,payroll,40000,8000,12000,1000
            Oak,payroll,20000,0,0,1000
            """,
        tiers="service,from_volume,rate\npayroll,20000,0.1\n",
        vehicles="""
            vehicle,set_up_factor,saving_factor,annual_cost,minimum_members,services
            company,2,1.5,400,2,payroll
            joint working,,,,,
            """,
        options="""
            council,service,option,annual_saving,annual_cost,one_off_cost,available_from
            Oak,payroll,outsource,4000,1000,500,2026-06-15
            Oak,payroll,redesign,1000,,,
            """,
    )
    return read(folder, overrides=overrides)


def devon_by_hand() -> PlanDocument:
    """Ash hosts by a company from January 2026, Elm joins in July 2026, when Oak outsources.

    Savings are cut by 10 %, costs raised by 20 %. The company raises savings by half, doubles the set-up, costs 400 a year.

    Ash, the host: variable cost 50,000 - 10,000 - 10,000 = 30,000; process 3,000 * 1.5 * 0.9 = 4,050 a year;
    hosting (1,000 + 400) * 1.2 = 1,680; set-up 2,000 * 2 * 1.2 = 4,800.
        1st half 2026   0.5 * 4,050 / 2 = 1,012.5            - 840               =    172.5     one-off -4,800
        2nd half 2026   0.5 * 4,050 * 1.1 / 2 = 1,113.75     - 840 + 495         =    768.75
        1st half 2027         4,050 * 1.21 / 2 = 2,450.25    - 840 + 544.5       =  2,154.75
        2nd half 2027         4,050 * 1.331 / 2 = 2,695.275  - 840               =  1,855.275
    Elm: variable cost 20,000, unit cost 20 against Ash's 10; all times 1.5 * 0.9 = 1.35:
    duplication 4,000 * 1.35 = 5,400, process 2,000 * 1.35 = 2,700, convergence 20,000 * 0.5 * (1 - 10/20) * 1.35 = 6,750;
    gross 14,850; coordination 500 * 1.2 = 600; integration 3,000 * 1.2 = 3,600.
    It is there until the end of April 2027: four of six months of that half-year count, and none after.
        2nd half 2026   0.5 * 14,850 * 1.1 / 2 = 4,083.75 (1,485 + 742.5 + 1,856.25)       - 300 + 594
        1st half 2027   0.5 * 14,850 * 1.21 / 2 * 4/6 = 2,994.75 (1,089 + 544.5 + 1,361.25) - 200 + 435.6
    Purchasing at 10 % less bias, 9 %, from 20,000 on: Ash alone spends 10,000;
        2nd half 2026   (10,000 + 12,000) * 1.1 = 24,200    Ash 11,000 * 0.09 / 2 = 495,    Elm 13,200 * 0.09 / 2 = 594
        1st half 2027                     * 1.21 = 26,620   Ash 12,100 * 0.09 / 2 = 544.5,  Elm 14,520 * 0.09 / 2 * 4/6 = 435.6
        2nd half 2027   Elm has ceased: 13,310 is below the tier
        a year at full membership: Ash 900, Elm 1,080
    Oak: 4,000 * 0.9 = 3,600, 1,000 * 1.2 = 1,200, once 500 * 1.2 = 600; no growth; July to September 2027 is half a half-year.
        2nd half 2026   0.5 * 3,600 / 2 - 600 = 300      one-off -600
        1st half 2027   300
        2nd half 2027   (3,600 / 2 - 600) / 2 = 900 - 300 = 600
    The first half of a year lies half in the financial year before; January to April 2027 three quarters in 2026/27.
    Cash: -4,800, -4,627.5; -4,200 = -8,827.5, +768.75 + 4,377.75 + 300 = -3,381; +2,154.75 + 3,230.35 + 300 = 2,304.1 in July 2027.
    Ash is below 0 by itself: Elm pays it 1,000.
    The position in the second year: 2,154.75 + 3,230.35 + 300 + 1,855.275 + 600 = 8,140.375.
    """
    hosting = 840 * (1 + 1 / 1.1 + 1 / 1.21 + 1 / 1.331)
    ash_npv = round(6075 + 900 - hosting - 4800, 6)  # -753.96: growth and discount cancel in process and purchasing
    elm_npv = round((4377.75 - 3600) / 1.1 + 3230.35 / 1.21, 6)  # 3,376.76
    oak_npv = round((300 - 600) / 1.1 + 300 / 1.21 + 600 / 1.331, 6)  # 426.00
    ends = {"ends": dt.date(2027, 5, 1), "passes_to": "Greater Elm"}
    july = dt.date(2026, 7, 1)
    members = (
        Member(council="Ash", tranche=0, go_live=dt.date(2026, 1, 1), npv=ash_npv, annual_saving=3270, one_off=4800, payment=1000),
        Member(council="Elm", tranche=1, go_live=july, npv=elm_npv, annual_saving=15330, one_off=3600, payment=-1000, **ends),
    )
    partnership = Partnership(
        service="payroll",
        host="Ash",
        vehicle="company",
        members=members,
        npv=round(ash_npv + elm_npv, 6),
        annual_saving=18600,  # 4,050 - 1,680 + 900 = 3,270 and 14,850 - 600 + 1,080 = 15,330
        one_off=8400,
        baseline=90000,
        second_year=18600,
        payback_years=0.451613,  # 84 / 186
    )
    option = OptionTaken(
        council="Oak",
        service="payroll",
        option="outsource",
        tranche=1,
        start=july,
        npv=oak_npv,
        annual_saving=2400,
        one_off=600,
        baseline=20000,
        ends=dt.date(2027, 9, 15),
        passes_to="Oakshire",
    )
    return PlanDocument(
        title="Devon",
        status="optimal",
        npv=round(ash_npv + elm_npv + oak_npv, 6),
        objective="yearly_position",
        objective_year=2,
        objective_value=8140.375,
        bound=8140.375,
        gap=0,
        summary=Summary(
            partnerships=1,
            options=1,
            councils=3,
            go_lives=2,
            annual_saving=21000,
            one_off=9000,
            net_saving=4759.375,
            baseline=110000,
            payback_years=0.428571,  # 9 / 21
            breakeven=dt.date(2027, 7, 1),
        ),
        partnerships=(partnership,),
        options=(option,),
        councils=(
            _council("Ash", 50000, ash_npv, 3270, 4800, 151.275, services_shared=1, services_hosted=1, payment=1000),
            _council("Elm", 40000, elm_npv, 15330, 3600, 4008.1, services_shared=1, payment=-1000),
            _council("Oak", 20000, oak_npv, 2400, 600, 600, options_taken=1),
        ),
        heads=heads(
            {
                "duplication": (1485 / 1.1 + 1089 / 1.21, 2574),
                "process": (6075 + 742.5 / 1.1 + 544.5 / 1.21, 8558.775),
                "convergence": (1856.25 / 1.1 + 1361.25 / 1.21, 3217.5),
                "purchasing": (900 + 594 / 1.1 + 435.6 / 1.21, 2069.1),
                "option_saving": (900 / 1.1 + 900 / 1.21 + 900 / 1.331, 2700),
                "coordination": (-300 / 1.1 - 200 / 1.21, -500),
                "hosting": (-hosting, -3360),
                "option_cost": (-600 / 1.1 - 600 / 1.21 - 300 / 1.331, -1500),
                "set_up": (-4800, -4800),
                "integration": (-3600 / 1.1, -3600),
                "option_one_off": (-600 / 1.1, -600),
            }
        ),
        cashflow=_cash_by_hand(),
    )


def _council(
    council: str, baseline: float, npv: float, annual_saving: float, one_off: float, net_saving: float, **more: Any
) -> CouncilResult:
    counts = {"services_shared": 0, "services_hosted": 0, "options_taken": 0}
    money = {"baseline": baseline, "npv": npv, "annual_saving": annual_saving, "one_off": one_off, "net_saving": net_saving}
    return CouncilResult(council=council, **(counts | money | more))


def _cash_by_hand() -> tuple[CashFlow, ...]:
    """By financial year: 2025/26 is January to March 2026; 2026/27 all of the second half of 2026 and the next three months."""
    return cash(
        "payroll",
        [
            ("2025/26", "Ash", "process", 506.25),
            ("2025/26", "Ash", "hosting", -420),
            ("2025/26", "Ash", "set_up", -4800),
            ("2026/27", "Ash", "process", 2845.125),  # 506.25 + 1,113.75 + 1,225.125
            ("2026/27", "Ash", "hosting", -1680),
            ("2026/27", "Ash", "purchasing", 767.25),  # 495 + 272.25
            ("2027/28", "Ash", "process", 3920.4),  # 1,225.125 + 2,695.275
            ("2027/28", "Ash", "hosting", -1260),
            ("2027/28", "Ash", "purchasing", 272.25),
            ("2026/27", "Elm", "duplication", 2301.75),  # 1,485 + 3/4 * 1,089
            ("2026/27", "Elm", "process", 1150.875),  # 742.5 + 408.375
            ("2026/27", "Elm", "convergence", 2877.1875),  # 1,856.25 + 1,020.9375
            ("2026/27", "Elm", "purchasing", 920.7),  # 594 + 326.7
            ("2026/27", "Elm", "coordination", -450),  # 300 + 150
            ("2026/27", "Elm", "integration", -3600),
            ("2027/28", "Elm", "duplication", 272.25),  # April alone
            ("2027/28", "Elm", "process", 136.125),
            ("2027/28", "Elm", "convergence", 340.3125),
            ("2027/28", "Elm", "purchasing", 108.9),
            ("2027/28", "Elm", "coordination", -50),
            ("2026/27", "Oak", "option_saving", 1350),  # 900 + 450
            ("2026/27", "Oak", "option_cost", -900),
            ("2026/27", "Oak", "option_one_off", -600),
            ("2027/28", "Oak", "option_saving", 1350),  # 450 + 900
            ("2027/28", "Oak", "option_cost", -600),  # 300 + 300
        ],
    )
