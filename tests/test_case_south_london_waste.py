"""South London Waste Partnership: what compensation does, against the best plan without Sutton."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import narrowed, solved
from typer.testing import CliRunner

from optimiser.cli import app
from optimiser.plan import Plan

CASE = "south-london-waste"
COMPENSATED, WITHOUT = ("compensated",), ("without-sutton",)
OTHERS = ("Croydon", "Kingston", "Merton")


def after_payments(plan: Plan) -> dict[str, float]:
    """Each borough's NPV with what it has received and paid."""
    return {c.council: c.npv + c.payment for c in plan.document.councils}


def exit_cost(share: float) -> tuple[str, ...]:
    """Leaving costs this share of annual cost for each year left."""
    return (f"contracts.Sutton.waste_disposal.termination_share = {share}",)


@pytest.mark.parametrize("share", [0.0, 0.03, 0.045])
def test_no_borough_is_worse_off_than_without_sutton(share: float) -> None:
    """Two solves: with compensation, and without Sutton. Nobody is worse off, and those who pay are better off."""
    with_sutton, without = solved(CASE, COMPENSATED, exit_cost(share)), solved(CASE, WITHOUT, exit_cost(share))
    assert {m.council for p in with_sutton.document.partnerships for m in p.members} == {*OTHERS, "Sutton"}
    assert {m.council for p in without.document.partnerships for m in p.members} == set(OTHERS)
    here, there = after_payments(with_sutton), after_payments(without)
    assert all(here[council] >= there[council] - 0.005 for council in here)
    assert all(here[council] > there[council] + 1_000 for council in OTHERS)


def test_payments_make_good_what_sutton_loses_and_no_more() -> None:
    """Sutton is at 0; each of the others pays the same part of its gain; nothing is lost on the way."""
    plan = solved(CASE, COMPENSATED)
    own = {c.council: c.npv for c in plan.document.councils}
    paid = {c.council: c.payment for c in plan.document.councils}
    assert own["Sutton"] < 0
    assert paid["Sutton"] == pytest.approx(-own["Sutton"], abs=0.01)
    part = -own["Sutton"] / sum(own[council] for council in OTHERS)
    for council in OTHERS:
        assert paid[council] == pytest.approx(-part * own[council], abs=0.01)
    assert sum(paid.values()) == pytest.approx(0, abs=0.01)


def test_payments_stand_with_members_and_councils() -> None:
    """One partnership, so a member's payment is its council's; there are none where the rule does not ask for them."""
    plan = solved(CASE, COMPENSATED)
    (partnership,) = plan.document.partnerships
    councils = {c.council: c.payment for c in plan.document.councils}
    assert {m.council: m.payment for m in partnership.members} == councils
    assert {c.payment for c in solved(CASE).document.councils} == {0.0}


def test_payments_do_not_change_what_is_shared() -> None:
    """The plan is the best one anyway: money moves between boroughs, and no pound is lost by it."""
    assert solved(CASE, COMPENSATED).npv == pytest.approx(solved(CASE).npv, abs=0.01)


def test_without_payments_sutton_stays_out() -> None:
    """Where losses stay where they fall, the plan is the one without Sutton."""
    assert solved(CASE, ("where-it-falls",)).npv == pytest.approx(solved(CASE, WITHOUT).npv, abs=0.01)


def test_where_equal_parts_stop_short() -> None:
    """Near the dearest exit that is worth paying, equal parts leave Croydon short of what it has without Sutton; beyond, Sutton is out."""
    here, there = after_payments(solved(CASE, COMPENSATED, exit_cost(0.046))), after_payments(solved(CASE, WITHOUT, exit_cost(0.046)))
    assert here["Croydon"] < there["Croydon"]
    assert here["Kingston"] > there["Kingston"]
    assert sum(here.values()) > sum(there.values())
    dear = solved(CASE, COMPENSATED, exit_cost(0.047))
    assert {m.council for p in dear.document.partnerships for m in p.members} == set(OTHERS)


def test_solve_prints_the_payments(tmp_path: Path) -> None:
    """A row for each borough: what it has by itself, what partners pay it, what it is left with."""
    result = CliRunner().invoke(app, ["solve", CASE, "--scenario", "compensated", "--out", str(tmp_path / "plan")])
    assert result.exit_code == 0
    rows = {cells[1]: cells[-4:-1] for line in result.stdout.splitlines() if (cells := [cell.strip() for cell in line.split("│")])[1:]}
    for council in solved(CASE, COMPENSATED).document.councils:
        shown = (council.npv, council.payment, council.npv + council.payment)
        assert rows[council.council] == [f"{'-' if value < -0.5 else ''}£{abs(value):,.0f}" for value in shown]


@pytest.mark.long
def test_suttons_break_tips_at_the_last_quarter() -> None:
    """A break after the first day of the last tranche is none."""
    (found,) = narrowed(CASE, "contracts.Sutton.waste_disposal.break_from").inputs
    assert found.above is not None
    assert found.above.value == "2 January 2010"
    assert found.above.becomes == ("Waste treatment and disposal contracts: Sutton leaves",)


@pytest.mark.long
def test_suttons_charge_tips_and_switches() -> None:
    """Above 4.63 % of annual cost for each year left, the others do better without Sutton; at 8.37 % the plan with it is worth nothing."""
    (found,) = narrowed(CASE, "contracts.Sutton.waste_disposal.termination_share").inputs
    assert found.above is not None
    assert found.above.position == pytest.approx(0.0463, abs=0.00005)
    assert found.above.becomes == ("Waste treatment and disposal contracts: Sutton leaves",)
    assert found.switching.position == pytest.approx(0.0837, abs=0.00005)
    assert found.switching.within
