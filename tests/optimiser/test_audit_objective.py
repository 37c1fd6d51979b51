"""The audit: the objective: what is maximised, changes against an adopted plan, and the bound that belongs to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from audited import changed, decision, document_for, kent, kent_by_hand
from audited_devon import devon, devon_by_hand
from audited_fens import fens

from optimiser.audit import Decision, audit
from optimiser.audit.decisions import Alternative
from optimiser.plan import PlanDocument


@pytest.mark.parametrize(
    ("objective", "year", "value"),
    [
        ("npv", None, 9540),
        ("net_saving", None, 21000),
        ("yearly_position", 1, 500),  # Thanet alone; see kent_by_hand
        ("yearly_position", 2, 16500),
        ("yearly_position", 3, 31000),
    ],
)
def test_what_is_maximised(objective: str, year: int | None, value: float, tmp_path: Path) -> None:
    """Discounted, undiscounted, or savings less recurring cost of a year without one-offs."""
    document = changed(kent_by_hand(), objective=objective, objective_year=year, objective_value=value, bound=value, gap=0.0)
    instance = kent(tmp_path)
    assert audit(instance, document).passed
    more = changed(document, objective_value=value + 0.01, bound=value + 0.01)
    said = f"plan: objective_value {value + 0.01:,.2f} in the plan, {value:,.2f} by the audit (0.01 apart)"
    assert audit(instance, more).faults == (said,)


@pytest.mark.parametrize(
    ("update", "fault"),
    [
        ({"objective_year": 1}, "plan: objective_year 1 in the plan, but objective npv is not about a year"),
        (
            {"objective": "net_saving", "objective_year": 1},
            "plan: objective_year 1 in the plan, but objective net_saving is not about a year",
        ),
        ({"objective": "yearly_position"}, "plan: objective_year none in the plan, but the appraisal has years 1 to 3"),
        (
            {"objective": "yearly_position", "objective_year": 4},
            "plan: objective_year 4 in the plan, but the appraisal has years 1 to 3",
        ),
        (
            {"objective": "yearly_position", "objective_year": 0},
            "plan: objective_year 0 in the plan, but the appraisal has years 1 to 3",
        ),
        ({"changes": 0}, "plan: changes 0 in the plan, none by the audit"),
        ({"change_cost": 0.01}, "plan: change_cost 0.01 in the plan, but there is no adopted plan to differ from"),
    ],
)
def test_an_objective_that_does_not_hold_together(update: dict[str, Any], fault: str, tmp_path: Path) -> None:
    """A year belongs to the position of a year, a cost of changes to an adopted plan."""
    assert audit(kent(tmp_path), changed(kent_by_hand(), **update)).faults == (fault,)


@pytest.mark.parametrize(
    ("bound", "gap", "fault"),
    [
        (8140.375, 0.0, ""),
        (8954.4125, 0.1, ""),
        (8139.0, 0.0, "plan: bound 8,139.00 is below objective_value 8,140.38 (1.38 apart)"),
        (8954.4125, 0.2, "plan: gap 0.2 in the plan, 0.100000000 by the audit, from bound 8,954.41 and objective_value 8,140.38"),
    ],
)
def test_bound_and_gap_are_of_the_objective(bound: float, gap: float, fault: str, tmp_path: Path) -> None:
    """Devon maximises the second year's position of 8,140.375; its NPV of some 3,000 has no part in the gap."""
    faults = audit(devon(tmp_path), changed(devon_by_hand(), bound=bound, gap=gap)).faults
    assert faults == ((fault,) if fault else ())


OPTIONS = "council,service,option,annual_saving\nYew,payroll,outsource,1000\nYew,payroll,redesign,1000\n"
ADOPTED = [decision("payroll", ("Ash", 0), ("Elm", 1)), decision("planning", ("Ash", 0), ("Oak", 0))]
OUTSOURCE = Alternative("Yew", "payroll", "outsource", 0)
PARKS = decision("planning", ("Ash", 0), ("Oak", 0))


@pytest.mark.parametrize(
    ("plan", "alternatives", "changes"),
    [
        (ADOPTED, [OUTSOURCE], 0),
        (ADOPTED[::-1], [OUTSOURCE], 0),
        ([decision("payroll", ("Ash", 0), ("Elm", 2)), PARKS], [OUTSOURCE], 1),  # a later tranche
        ([decision("payroll", ("Ash", 0), ("Elm", 1), ("Oak", 1)), PARKS], [OUTSOURCE], 1),  # one more
        ([decision("payroll", ("Ash", 0), ("Oak", 1)), PARKS], [OUTSOURCE], 2),  # one for another
        ([decision("payroll", ("Elm", 0), ("Ash", 1)), PARKS], [OUTSOURCE], 2),  # another host, for both
        ([decision("payroll", ("Ash", 0), ("Elm", 1), vehicle="trust"), PARKS], [OUTSOURCE], 2),  # another vehicle
        (ADOPTED[:1], [OUTSOURCE], 2),  # one partnership less
        (ADOPTED, [], 1),
        (ADOPTED, [Alternative("Yew", "payroll", "redesign", 0)], 1),
        (ADOPTED, [Alternative("Yew", "payroll", "outsource", 1)], 1),
        ([decision("payroll", ("Ash", 0), ("Elm", 1), ("Yew", 0)), PARKS], [], 1),  # shared instead of outsourced
        ([], [], 5),
    ],
)
def test_changes_against_an_adopted_plan(plan: list[Decision], alternatives: list[Alternative], changes: int, tmp_path: Path) -> None:
    """Councils and services whose arrangement is another; each has to earn 100."""
    instance = fens(tmp_path, options=OPTIONS, vehicles="vehicle\nlead_authority\ntrust\n")
    adopted = document_for(instance, ADOPTED, [OUTSOURCE])
    document = against(document_for(instance, plan, alternatives), changes, 100.0)
    assert audit(instance, document, adopted).passed
    one_more = against(document_for(instance, plan, alternatives), changes + 1, 100.0)
    said = f"plan: changes {changes + 1} in the plan, {changes} by the audit (1 apart)"
    assert audit(instance, one_more, adopted).faults == (said,)


def against(document: PlanDocument, changes: int, cost: float) -> PlanDocument:
    """A document made against an adopted plan."""
    value = document.npv - cost * changes
    return changed(document, changes=changes, change_cost=cost, objective_value=value, bound=value, gap=0.0)


def test_the_cost_of_changes_is_in_the_objective_value(tmp_path: Path) -> None:
    """A penny more for each of two changes is two pennies; the NPV itself is before them."""
    instance = fens(tmp_path)
    adopted = document_for(instance, [decision("payroll", ("Ash", 0), ("Elm", 1))])
    document = against(document_for(instance, []), 2, 100.0)
    assert (document.npv, document.objective_value) == (0, -200)
    assert audit(instance, document, adopted).passed
    assert audit(instance, changed(document, change_cost=100.01), adopted).faults == (
        "plan: objective_value -200.00 in the plan, -200.02 by the audit (0.02 apart)",
    )
    assert audit(instance, changed(document, changes=None), adopted).faults == ("plan: changes none in the plan, 2 by the audit",)
    assert len(audit(instance, document).faults) == 2  # without the adopted plan neither changes nor their cost can be confirmed


def test_the_arrangements_of_the_adopted_plan_are_enough(tmp_path: Path) -> None:
    """Host, vehicle and tranche, or the alternative and its tranche, of each council and service."""
    instance = fens(tmp_path, options=OPTIONS)
    adopted = {
        ("Ash", "payroll"): ("Ash", "lead_authority", 0),
        ("Elm", "payroll"): ("Ash", "lead_authority", 2),
        ("Yew", "payroll"): ("", "outsource", 0),
    }
    document = document_for(instance, [decision("payroll", ("Ash", 0), ("Elm", 1))], [OUTSOURCE])
    assert audit(instance, against(document, 1, 100.0), adopted).passed
    assert not audit(instance, against(document, 0, 100.0), adopted).passed


def test_what_the_instance_has_no_longer_is_no_change(tmp_path: Path) -> None:
    """The adopted plan may have a council that has left since; nothing can be arranged for it."""
    instance = fens(tmp_path)
    adopted = document_for(instance, [decision("payroll", ("Ash", 0), ("Elm", 1), ("Yew", 1))])
    smaller = fens(tmp_path, overrides=("baselines.Yew.* = off",))
    plan = [decision("payroll", ("Ash", 0), ("Elm", 2))]
    assert audit(smaller, against(document_for(smaller, plan), 1, 50.0), adopted).passed
