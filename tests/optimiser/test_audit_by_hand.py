"""The audit: plans worked out by hand pass, and a change of any figure, date or name in them is found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from audited import Place, bath, cash, heads, kent, kent_by_hand, medway, places, tampered
from audited_devon import devon, devon_by_hand

from optimiser.audit import audit
from optimiser.plan import CouncilResult, Member, Partnership, PlanDocument, Summary

# --- Medway: live already, half-years across two financial years, growth, bias, an estimate -------------------------------


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
    shared: dict[str, Any] = {"services_shared": 1, "options_taken": 0, "one_off": 0}
    return PlanDocument(
        title="Medway",
        status="optimal",
        npv=2304,
        objective_value=2304,
        bound=2304,
        gap=0,
        summary=Summary(
            partnerships=1,
            options=0,
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
        title="Bath",
        status="optimal",
        npv=7900,
        objective_value=7900,
        bound=7900,
        gap=0,
        summary=Summary(partnerships=1, options=0, councils=2, go_lives=2, net_saving=7900, breakeven=dt.date(2026, 7, 1), **totals),
        partnerships=(
            Partnership(service="payroll", host="Bath", vehicle="lead_authority", members=members, npv=7900, second_year=12000, **totals),
        ),
        councils=(
            CouncilResult(
                council="Bath",
                services_shared=1,
                services_hosted=1,
                options_taken=0,
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
                options_taken=0,
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


# --- All four ------------------------------------------------------------------------------------------------------------

BY_HAND = {"kent": (kent, kent_by_hand), "medway": (medway, medway_by_hand), "bath": (bath, bath_by_hand), "devon": (devon, devon_by_hand)}


@pytest.mark.parametrize("case", BY_HAND)
def test_a_plan_worked_out_by_hand_passes(case: str, tmp_path: Path) -> None:
    """The audit finds the figures of Kent (in `audited`), Medway, Bath and Devon (in `audited_devon`), and nothing wrong."""
    instance, document = BY_HAND[case]
    found = audit(instance(tmp_path), document())
    assert found.faults == ()
    assert found.passed
    assert found.npv == pytest.approx(document().npv, abs=1e-6)


@pytest.mark.parametrize(("case", "path"), [(case, path) for case, (_, document) in BY_HAND.items() for path in places(document())])
def test_every_change_of_a_figure_is_found(case: str, path: Place, tmp_path: Path) -> None:
    """A penny more in any figure, one more in any count, another date or name: a fault, wherever in the document."""
    instance, document = BY_HAND[case]
    assert not audit(instance(tmp_path), tampered(document(), path)).passed
