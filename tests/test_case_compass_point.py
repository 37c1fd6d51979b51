"""Compass Point: the fund and the baselines by their own formulas, what Boston's leaving cost, and when a company is worth it."""

from __future__ import annotations

from itertools import combinations

import pytest
from cases import CASES, plan_json, solved
from expected import look_up

from instances import read
from instances.tables import Estimate

NAME = "compass-point"
FUND_SHARES = {"revenues_and_benefits": 0.34, "customer_services": 0.12, "ict": 0.23, "human_resources": 0.12, "finance": 0.19}
"""How the fund goes over the services, as at the head of instance.toml."""
A_RESIDENT = {"revenues_and_benefits": 25.0, "customer_services": 9.0, "ict": 17.0, "human_resources": 8.5, "finance": 14.0}
"""Cost of the services in East Lindsey and South Holland, GBP a resident a year."""
A_RESIDENT_IN_BOSTON = {"revenues_and_benefits": 17.2, "customer_services": 6.2, "ict": 11.7, "human_resources": 5.85, "finance": 9.65}
DISCOUNT = [1.035**-j for j in range(10)]
PHASE_IN = (0.5, 0.8, *([1.0] * 8))
PHASED = sum(share * factor for share, factor in zip(PHASE_IN, DISCOUNT, strict=True))
"""Present value of one pound a year of phased saving over the ten years."""


def test_baselines_are_sums_a_resident() -> None:
    """The same sum in both councils, so that savings go by population; Boston's own."""
    instance = read(CASES / NAME)
    for (council, service), row in instance.baselines.items():
        rate = (A_RESIDENT_IN_BOSTON if council == "Boston" else A_RESIDENT)[service]
        assert row.annual_cost == pytest.approx(rate * (instance.councils[council].population or 0.0), abs=0.51)
    two = {name: instance.councils[name].population or 0.0 for name in ("East Lindsey", "South Holland")}
    assert two["East Lindsey"] / sum(two.values()) == pytest.approx(0.63, abs=0.0005)
    assert (instance.councils["Boston"].population or 0.0) / (sum(two.values()) + 58_300) == pytest.approx(0.206, abs=0.0005)


def test_fund_is_split_by_population_and_service() -> None:
    """No row of estimates.csv is a figure of its own."""
    instance = read(CASES / NAME)
    part = {"East Lindsey": 4_650_000 * 0.63, "South Holland": 4_650_000 * 0.37, "Boston": 1_082_000}
    estimates = list(instance.rows(Estimate))
    assert {(row.council, row.service) for row in estimates} == {(c, s) for c in part for s in FUND_SHARES}
    for row in estimates:
        assert row.one_off_cost == pytest.approx(part[row.council] * FUND_SHARES[row.service], abs=0.51)
        assert row.annual_saving is None
        assert row.annual_cost is None


def test_two_years_come_to_what_the_company_had_saved() -> None:
    """4.3 million after two years (skegnessstandard.co.uk): nothing in the tables was chosen to meet it."""
    plan = plan_json(NAME)
    years = [look_up(plan, f"sum(cashflow[head=process,financial_year={year}].amount)") for year in ("2011/12", "2012/13")]
    assert sum(years) == pytest.approx(4_300_000, abs=50_000)


def test_what_bostons_leaving_cost() -> None:
    """The two pay the whole of the fund instead of 79.4 % of a larger one; by hand from the published figures."""
    larger = 1_082_000 / 0.206
    alone = 4_650_000 - (larger - 1_082_000)
    assert alone == pytest.approx(479_573, abs=1)
    cost = {
        council: look_up(plan_json(NAME, ("with-boston",)), f"councils[council={council}].npv")
        - look_up(plan_json(NAME), f"councils[council={council}].npv")
        for council in ("East Lindsey", "South Holland", "Boston")
    }
    assert cost["East Lindsey"] == pytest.approx(0.63 * alone, abs=200)
    assert cost["South Holland"] == pytest.approx(0.37 * alone, abs=200)
    assert cost["Boston"] == pytest.approx(0.2 * 50.6 * 58_300 * PHASED - 1_082_000, abs=1)


def test_company_stays_ahead_while_it_costs_less_than_it_saves() -> None:
    """For each service the overhead at which a lead authority is as good is 15 % of the phased saving; on either side of it."""
    flat = sum(DISCOUNT)
    for service, rate in A_RESIDENT.items():
        limit = 0.15 * 0.2 * rate * 224_700 * PHASED / flat
        for overhead, vehicle in ((limit - 100, "company"), (limit + 100, "lead_authority")):
            plan = solved(NAME, (), (f"vehicles.company.annual_cost = {overhead:.0f}",))
            (found,) = [p for p in plan.document.partnerships if p.service == service]
            assert found.vehicle == vehicle, (service, overhead)


def test_lead_authority_that_saves_more_is_chosen() -> None:
    """Nothing commits the plan to the company."""
    plan = solved(NAME, (), ("vehicles.lead_authority.saving_factor = 1.01",))
    assert {p.vehicle for p in plan.document.partnerships} == {"lead_authority"}


def test_smaller_fund_goes_to_the_best_services() -> None:
    """Every choice of services within 3 million, by hand; the plan's is the best of them."""
    saving = {service: 0.2 * rate * 224_700 * PHASED for service, rate in A_RESIDENT.items()}
    cost = {service: 4_650_000 * share for service, share in FUND_SHARES.items()}
    choices = [
        choice for size in range(6) for choice in combinations(sorted(A_RESIDENT), size) if sum(cost[s] for s in choice) <= 3_000_000
    ]
    best = max(choices, key=lambda choice: sum(saving[s] - cost[s] for s in choice))
    plan = solved(NAME, ("smaller-fund",))
    assert sorted(p.service for p in plan.document.partnerships) == list(best)
    assert plan.npv == pytest.approx(sum(saving[s] - cost[s] for s in best), abs=1)
