"""South Hams and West Devon: why the plan waits, worked out by hand, and the tables by their own formulas."""

from __future__ import annotations

import pytest
from cases import CASES, solved

from instances import read

NAME = "south-hams-west-devon"
WAITING = ("communications", "environmental_health", "human_resources", "legal")
"""Services in which posts go."""
EMPLOYEES = {
    "revenues_and_benefits": 0.5,
    "environmental_health": 0.7,
    "human_resources": 0.65,
    "legal": 0.65,
    "communications": 0.65,
}
"""Employees' share of cost, as at the head of instance.toml."""


def worth(service: str, quarters: int, redundancy: float = 47_500) -> float:
    """Net present value of West Devon's joining after some quarters, and of the host's opening then, from the formulas on paper."""
    instance = read(CASES / NAME)
    row, figures = instance.baselines["West Devon", service], instance.services[service]
    assert row.fixed_cost is not None
    assert row.fte is not None
    discount = [float(1.035 ** (-j / 4)) for j in range(40)]
    phase_in = (0.5, 0.8, 1.0)
    running = sum((0.2 * row.fixed_cost * phase_in[min((j - quarters) // 4, 2)] - 1_000) / 4 * discount[j] for j in range(quarters, 40))
    posts = max(0.0, (0.1 - 0.134 * quarters / 4) * row.fte)
    return running - ((figures.integration_cost or 0.0) + redundancy * posts) * discount[quarters]


@pytest.mark.parametrize("service", WAITING)
def test_three_quarters_are_best_by_hand(service: str) -> None:
    """After three quarters vacancies have done all of it; sooner costs redundancies, later costs savings."""
    values = [worth(service, quarters) for quarters in range(7)]
    assert max(values) == values[3]


@pytest.mark.parametrize("service", WAITING)
def test_first_day_is_best_where_redundancy_is_cheap(service: str) -> None:
    """At 20,000 pounds no wait pays."""
    values = [worth(service, quarters, redundancy=20_000) for quarters in range(7)]
    assert max(values) == values[0]


def test_what_waiting_is_worth() -> None:
    """The difference between the plan and the big bang is the four services' differences on paper."""
    by_hand = sum(worth(service, 3) - worth(service, 0) for service in WAITING)
    assert solved(NAME).npv - solved(NAME, ("big-bang",)).npv == pytest.approx(by_hand, abs=0.01)
    assert by_hand == pytest.approx(32_282, abs=1)


def test_services_change_over_between_22_000_and_30_000() -> None:
    """What the head of the instance says of the price at which waiting begins to pay."""
    for price, first, last in ((22_000, "2009-10-01", "2009-10-01"), (30_000, "2009-10-01", "2010-07-01")):
        plan = solved(NAME, (), (f"economics.redundancy_cost = {price}",))
        days = sorted({str(member.go_live) for p in plan.document.partnerships for member in p.members})
        assert (days[0], days[-1]) == (first, last)
        assert len(days) <= 2


def test_revenues_and_benefits_never_waits() -> None:
    """Without staff of West Devon's own there is no redundancy to spare, whatever it costs."""
    plan = solved(NAME, (), ("economics.redundancy_cost = 111_000",))
    (found,) = [p for p in plan.document.partnerships if p.service == "revenues_and_benefits"]
    assert {str(member.go_live) for member in found.members} == {"2009-10-01"}


def test_baselines_follow_their_formulas() -> None:
    """Staff and fixed part of every row can be recomputed from the head of instance.toml."""
    instance = read(CASES / NAME)
    assert set(EMPLOYEES) == set(instance.services)
    for (council, service), row in instance.baselines.items():
        if (council, service) == ("West Devon", "revenues_and_benefits"):
            assert (row.fte or 0.0, row.fixed_cost or 0.0) == (0.0, 0.0)
            continue
        staff = EMPLOYEES[service] * row.annual_cost
        assert row.fte == pytest.approx(staff / 43_000, abs=0.051)
        if service in WAITING:
            assert row.fixed_cost == pytest.approx(0.5 * staff, abs=501)
    for service, per_head in (("human_resources", 5), ("legal", 4), ("communications", 1.5)):
        for name, place in instance.councils.items():
            assert place.population is not None
            assert instance.baselines[name, service].annual_cost == pytest.approx(per_head * place.population, abs=501)
