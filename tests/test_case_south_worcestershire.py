"""South Worcestershire: five years of the guarantee by hand, and what holds three councils together."""

from __future__ import annotations

import pytest
from cases import CASES, partnership, solved

from instances import read
from instances.tables import Option

NAME = "south-worcestershire"
SERVICE = "revenues_and_benefits"
HALF_YEARS = sum(1.035 ** (-half / 2) for half in range(10)) / 2
"""Present value of one pound a year for five years, half at the beginning of each half-year."""


def part(council: str) -> float:
    """A council's share of the people of the three."""
    people = {name: row.population or 0.0 for name, row in read(CASES / NAME).councils.items()}
    return people[council] / sum(people.values())


def test_tables_are_shares_by_population() -> None:
    """4 million of cost, 15 % of it saved, 1 million a year that sharing saves: no council has a figure of its own."""
    instance = read(CASES / NAME)
    for (council, _), row in instance.baselines.items():
        assert row.annual_cost == pytest.approx(4_000_000 * part(council), abs=0.51)
    assert sum(row.annual_cost for row in instance.baselines.values()) == 4_000_000
    for option in instance.rows(Option):
        assert option.annual_saving == pytest.approx(600_000 * part(option.council), abs=0.51)
        assert option.annual_cost == pytest.approx(1_000_000 * part(option.council), abs=0.51)


def test_plan_by_hand() -> None:
    """600,000 a year for five years, less the contract's letting; without the partner half of it and nothing to let."""
    assert solved(NAME).npv == pytest.approx(600_000 * HALF_YEARS - 200_000, abs=0.01)
    alone = solved(NAME, (), ("vehicles.strategic_partner = off",))
    assert alone.npv == pytest.approx(300_000 * HALF_YEARS - 100_000, abs=0.01)


def test_one_no_ends_the_contract() -> None:
    """The guarantee needs three: without Worcester the others save half of their parts by themselves."""
    plan = solved(NAME, ("worcester-says-no",))
    found = partnership(plan, SERVICE)
    assert {member.council for member in found.members} == {"Malvern Hills", "Wychavon"}
    saving = 300_000 * (part("Malvern Hills") + part("Wychavon"))
    assert plan.npv == pytest.approx(saving * HALF_YEARS - 50_000, abs=5)


@pytest.mark.parametrize(("factor", "vehicle"), [(0.95, "strategic_partner"), (0.98, "lead_authority")])
def test_partner_holds_until_the_councils_save_nearly_as_much(factor: float, vehicle: str) -> None:
    """The partner's 100,000 for the letting is 3.6 % of five years of its saving."""
    letting = 100_000 / (600_000 * HALF_YEARS)
    assert letting == pytest.approx(0.036, abs=0.0005)
    plan = solved(NAME, (), (f"vehicles.lead_authority.saving_factor = {factor}",))
    assert partnership(plan, SERVICE).vehicle == vehicle


def test_wychavon_hosts_because_the_service_is_there() -> None:
    """Room elsewhere costs 50,000 a year, and nothing commits to the host."""
    other = solved(NAME, (), (f"baselines.Wychavon.{SERVICE}.can_host = false",))
    assert solved(NAME).npv - other.npv == pytest.approx(50_000 * HALF_YEARS, abs=0.01)
