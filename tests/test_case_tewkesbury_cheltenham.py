"""Tewkesbury and Cheltenham: which of the two rules does what, and how the tables were made."""

from __future__ import annotations

import pytest
from cases import solved

from instances import Instance, read
from instances.tables import Commitment

CASE = "tewkesbury-cheltenham"
SERVICES = ("legal_services", "building_control")
AS_PUBLISHED = {"legal_services": "Tewkesbury", "building_control": "Cheltenham"}
OTHER = {"Tewkesbury": "Cheltenham", "Cheltenham": "Tewkesbury"}


def hosts(*overrides: str) -> dict[str, str]:
    """Host of each service that is shared."""
    return {p.service: p.host for p in solved(CASE, overrides=overrides).document.partnerships}


def performance(instance: Instance, council: str, service: str) -> float:
    """Score of a council, which every row has."""
    found = instance.baselines[council, service].performance
    assert found is not None
    return found


def test_no_table_makes_the_result() -> None:
    """Either council may host either service, and nothing is committed."""
    instance = read(CASE)
    assert instance.rows(Commitment) == ()
    assert {row.can_host for row in instance.baselines.values()} == {True}


def test_each_host_is_the_better_performer() -> None:
    """By the scores of the tables."""
    instance = read(CASE)
    for service, host in hosts().items():
        assert performance(instance, host, service) > performance(instance, OTHER[host], service)
    assert hosts() == AS_PUBLISHED


@pytest.mark.parametrize(
    ("off", "found"),
    [
        ((), AS_PUBLISHED),
        (("each_hosts",), {"legal_services": "Cheltenham", "building_control": "Cheltenham"}),
        (("quality",), {"legal_services": "Cheltenham", "building_control": "Tewkesbury"}),
        (("each_hosts", "quality"), {"legal_services": "Cheltenham", "building_control": "Cheltenham"}),
    ],
    ids=["both rules", "without each_hosts", "without quality", "neither"],
)
def test_each_rule_is_needed(off: tuple[str, ...], found: dict[str, str]) -> None:
    """The table at the head of instance.toml."""
    assert hosts(*(f"rules.{rule} = off" for rule in off)) == found


def test_equal_scores_leave_it_to_money() -> None:
    """With each_hosts alone to decide, a service that both run equally well goes where fewer posts move."""
    assert hosts("baselines.*.building_control.performance = 0.8") == {"legal_services": "Cheltenham", "building_control": "Tewkesbury"}


def test_scores_turned_round_turn_the_plan_round() -> None:
    """The hosts follow the scores: with those of building control exchanged, so are the hosts."""
    turned = ("baselines.Cheltenham.building_control.performance = 0.6", "baselines.Tewkesbury.building_control.performance = 0.8")
    assert hosts(*turned) == {service: OTHER[host] for service, host in AS_PUBLISHED.items()}


def test_who_gains() -> None:
    """One host for both services loses all of the gain to the other; with one service each both have a part."""
    one = {c.council: c.npv for c in solved(CASE, ("money-only",)).document.councils}
    each = {c.council: c.npv for c in solved(CASE).document.councils}
    assert one["Cheltenham"] < 0 < min(each.values())
    assert one["Tewkesbury"] > max(each.values())


@pytest.mark.parametrize(("service", "posts"), [("legal_services", 8.7 - 7.3), ("building_control", 6.5 - 5.4)])
def test_what_the_larger_team_costs_to_move(service: str, posts: float) -> None:
    """Only harmonisation (500 a post) and redundancy (a tenth of the posts at 30,000) depend on who moves."""
    npv = {
        host: next(p.npv for p in plan.document.partnerships if p.service == service)
        for host in OTHER
        for plan in [solved(CASE, ("money-only",), (f"baselines.{OTHER[host]}.{service}.can_host = no",))]
    }
    assert npv["Cheltenham"] - npv["Tewkesbury"] == pytest.approx(posts * (500 + 0.1 * 30_000), abs=0.01)


def test_baselines_follow_their_formulas() -> None:
    """Every derived figure of baselines.csv can be recomputed from the head of instance.toml."""
    instance = read(CASE)
    people = {name: row.population or 0.0 for name, row in instance.councils.items()}
    rows = instance.baselines
    for council in OTHER:
        legal, building = rows[council, "legal_services"], rows[council, "building_control"]
        assert legal.fte == pytest.approx(16 * people[council] / sum(people.values()), abs=0.051)
        assert legal.annual_cost == pytest.approx(legal.fte * 46_000 / 0.65, abs=501)
        assert legal.procured_cost == pytest.approx(0.25 * legal.annual_cost, abs=501)
        assert building.annual_cost == pytest.approx(3.70 * people[council], abs=501)
        assert building.procured_cost == pytest.approx(0.1 * building.annual_cost, abs=501)
        assert building.fte == pytest.approx(0.7 * building.annual_cost / 46_000, abs=0.051)
        for service in SERVICES:
            average = (rows["Cheltenham", service].annual_cost + rows["Tewkesbury", service].annual_cost) / 2
            assert rows[council, service].fixed_cost == pytest.approx(0.2 * average, abs=501)
