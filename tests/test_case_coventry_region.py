"""Coventry and its neighbours: what draws each circle of partners, and how the tables were made."""

from __future__ import annotations

import math

import pytest
from cases import solved

from instances import read
from instances.tables import Commitment

CASE = "coventry-region"
THREE = {"Coventry", "Solihull", "Warwickshire"}
FIVE = THREE | {"Herefordshire", "Worcestershire"}
SERVICES = {"adoption", "commissioning", "procurement", "resilience", "waste_disposal"}


def circles(scenarios: tuple[str, ...] = (), overrides: tuple[str, ...] = ()) -> dict[str, list[set[str]]]:
    """Members of each service's partnerships."""
    found: dict[str, list[set[str]]] = {}
    for partnership in solved(CASE, scenarios, overrides).document.partnerships:
        found.setdefault(partnership.service, []).append({member.council for member in partnership.members})
    return found


def test_a_circle_for_each_service() -> None:
    """All five run all five services, and none is committed to a partner: the circles are found."""
    instance = read(CASE)
    assert set(instance.baselines) == {(council, service) for council in FIVE for service in SERVICES}
    assert {row.decision for row in instance.rows(Commitment)} == {"not_before"}
    assert circles() == {service: [FIVE if service == "adoption" else THREE] for service in SERVICES}


@pytest.mark.parametrize("service", ["commissioning", "resilience"])
@pytest.mark.parametrize(
    ("limit", "found"),
    [(15, THREE), (31, THREE), (42, THREE), (44, {"Solihull", "Warwickshire", "Worcestershire"}), (50, FIVE - {"Herefordshire"})],
)
def test_limit_of_distance(service: str, limit: float, found: set[str]) -> None:
    """The circle is the same from 15 to 42 km; further out Worcestershire first takes Coventry's place, then comes in as a fourth."""
    assert circles(overrides=(f"services.{service}.maximum_span = {limit}",))[service] == [found]


def test_contract_holds_waste_until_it_ends() -> None:
    """Two councils are bound beyond the last tranche; freed, they come in on the day."""
    assert circles()["waste_disposal"] == [THREE]
    freed = solved(CASE, ("waste-contract-ends",))
    (waste,) = [p for p in freed.document.partnerships if p.service == "waste_disposal"]
    assert {m.council: m.go_live.year for m in waste.members if m.council not in THREE} == {"Herefordshire": 2019, "Worcestershire": 2019}


def test_warwickshire_hosts_adoption_by_itself() -> None:
    """No table makes it the host, and without it the partnership is worth less."""
    instance = read(CASE)
    assert all(row.can_host for row in instance.baselines.values())
    best, next_best = (
        next(p for p in solved(CASE, overrides=overrides).document.partnerships if p.service == "adoption")
        for overrides in ((), ("baselines.Warwickshire.adoption.can_host = no",))
    )
    assert best.host == "Warwickshire"
    assert {m.council for m in next_best.members} == FIVE
    assert next_best.npv < best.npv


def test_vehicles_are_those_of_the_tables() -> None:
    """Each service runs as the documents have it."""
    assert {p.service: p.vehicle for p in solved(CASE).document.partnerships} == {
        "adoption": "lead_authority",
        "commissioning": "joint_working",
        "procurement": "joint_working",
        "resilience": "lead_authority",
        "waste_disposal": "company",
    }


def test_counties_lie_where_their_districts_are() -> None:
    """Places of the two counties: means of their districts by population, mid-2020 (England tables, councils.csv)."""
    districts = {
        "Warwickshire": [
            (52.54748, -1.62805, 65_452),
            (52.50113, -1.47587, 130_373),
            (52.38436, -1.32829, 110_650),
            (52.17879, -1.62284, 132_402),
            (52.31, -1.58467, 144_909),
        ],
        "Worcestershire": [
            (52.36175, -2.01602, 100_569),
            (52.18276, -2.34467, 79_445),
            (52.28229, -1.95186, 85_568),
            (52.19669, -2.21132, 100_265),
            (52.16419, -2.05082, 131_084),
            (52.37958, -2.27467, 101_139),
        ],
    }
    instance = read(CASE)
    for council, rows in districts.items():
        people = sum(row[2] for row in rows)
        place = instance.councils[council]
        assert place.population == people
        assert place.latitude == pytest.approx(math.fsum(row[0] * row[2] for row in rows) / people, abs=0.00001)
        assert place.longitude == pytest.approx(math.fsum(row[1] * row[2] for row in rows) / people, abs=0.00001)


def test_baselines_follow_their_formulas() -> None:
    """Every derived figure of baselines.csv can be recomputed from the head of instance.toml; budgets in thousand pounds."""
    instance = read(CASE)
    adults = {"Coventry": 125_323, "Solihull": 90_211, "Warwickshire": 212_734, "Herefordshire": 79_948, "Worcestershire": 213_200}
    children = {"Coventry": 107_021, "Solihull": 62_039, "Warwickshire": 123_654, "Herefordshire": 54_883, "Worcestershire": 107_356}
    total = {"Coventry": 576_310, "Solihull": 366_586, "Warwickshire": 814_772, "Herefordshire": 306_988, "Worcestershire": 757_235}
    emergency = {"Coventry": 239.0, "Solihull": 549.0, "Warwickshire": 396.0, "Herefordshire": 137.0}
    people = {council: row.population or 0.0 for council, row in instance.councils.items()}
    emergency["Worcestershire"] = sum(emergency.values()) / sum(people[c] for c in emergency) * people["Worcestershire"]
    bought = 883_000 / sum(total[council] for council in THREE)
    costs = {
        "commissioning": {c: 0.005 * (adults[c] + children[c]) for c in FIVE},
        "procurement": {c: bought * total[c] for c in FIVE},
        "resilience": emergency,
        "adoption": {c: 0.02 * children[c] for c in FIVE},
    }
    shares = {
        "commissioning": (0.15, 0.05, 0.85),
        "procurement": (0.0, 1.0, 0.0),
        "resilience": (0.15, 0.05, 0.65),
        "waste_disposal": (0.03, 0.92, 0.05),
        "adoption": (0.15, 0.05, 0.65),
    }
    for (council, service), row in instance.baselines.items():
        fixed, procured, pay = shares[service]
        average = sum(instance.baselines[c, service].annual_cost for c in FIVE) / 5
        if service in costs:
            assert row.annual_cost == pytest.approx(1000 * costs[service][council], abs=501)
        assert row.fixed_cost == pytest.approx(fixed * average, abs=501)
        assert row.procured_cost == pytest.approx(procured * row.annual_cost, abs=501)
        assert row.fte == pytest.approx(pay * row.annual_cost / 46_000, abs=0.051)
    for service, hosted in (("commissioning", 3), ("resilience", 3), ("adoption", 5)):
        average = sum(instance.baselines[c, service].annual_cost for c in FIVE) / 5
        economics = instance.services[service]
        assert economics.coordination_cost == pytest.approx(0.025 * average, abs=501)
        assert economics.hosting_cost == pytest.approx(0.025 * hosted * average, abs=501)
        assert economics.set_up_cost == economics.integration_cost == pytest.approx(0.04 * average, abs=501)
