"""Huntingdonshire's call centre: the three options by hand, and how far the choice between them holds."""

from __future__ import annotations

import pytest
from cases import CASES, solved

from instances import read
from instances.tables import Option

NAME = "huntingdonshire-call-centre"
ANNUITY = sum(1.035**-year for year in range(7))
"""Present value of one pound a year for seven years, at the beginning of each."""
SAVING = 0.08 * 0.8 * 1_110_000
"""Saving of the posts, GBP a year: 8 % of the staff's four fifths of the cost."""


def test_three_options_by_hand() -> None:
    """Each option's worth from the sums at the head of the instance; the plan has the best, each scenario the one it leaves."""
    shared = (SAVING - 20_000) * ANNUITY - 60_000
    managed = (1.1 * SAVING - 20_000 - 25_000) * ANNUITY - 60_000
    alone = (SAVING - 40_000) * ANNUITY - 120_000
    assert shared > managed > alone > 0
    assert solved(NAME).npv == pytest.approx(shared, abs=0.01)
    assert solved(NAME, ("no-shared-equipment",)).npv == pytest.approx(managed, abs=0.01)
    assert solved(NAME, ("county-declines",)).npv == pytest.approx(alone, abs=0.01)


def test_own_centre_saves_the_same_posts() -> None:
    """The option's saving is no figure of its own, and its costs are twice those of sharing."""
    instance = read(CASES / NAME)
    (option,) = instance.rows(Option)
    figures = instance.services["call_centre"]
    assert option.annual_saving == pytest.approx(SAVING)
    assert option.annual_cost == 2 * (figures.coordination_cost or 0.0)
    assert option.one_off_cost == 2 * (figures.integration_cost or 0.0)
    row = instance.baselines["Huntingdonshire", "call_centre"]
    assert row.fixed_cost == 0.2 * row.annual_cost
    assert row.annual_cost == pytest.approx(6.2 * (instance.councils["Huntingdonshire"].population or 0.0), abs=501)


@pytest.mark.parametrize(("annual_cost", "vehicle"), [(7_000, "fully_managed"), (7_200, "shared_infrastructure")])
def test_management_pays_below_what_it_saves(annual_cost: int, vehicle: str) -> None:
    """The tenth that the county's supervisors save is 7,104 pounds a year."""
    plan = solved(NAME, (), (f"vehicles.fully_managed.annual_cost = {annual_cost}",))
    (found,) = plan.document.partnerships
    assert found.vehicle == vehicle


@pytest.mark.parametrize(("charge", "taken"), [(49_000, 0), (51_000, 1)])
def test_sharing_holds_until_it_costs_what_a_centre_costs(charge: int, taken: int) -> None:
    """With 60,000 less to buy, the county may charge nearly 10,000 a year more than a centre alone costs before sharing loses."""
    limit = 40_000 + 60_000 / ANNUITY
    assert 49_000 < limit < 51_000
    plan = solved(NAME, (), (f"services.call_centre.coordination_cost = {charge}", "vehicles.fully_managed = off"))
    assert len(plan.document.options) == taken
    assert len(plan.document.partnerships) == 1 - taken
