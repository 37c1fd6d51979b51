"""East Kent: what its tables say they show, beyond the published figures in its expected.toml."""

from __future__ import annotations

import datetime as dt

import pytest
from cases import narrowed, partnership, solved

from instances import Instance, read
from instances.tables import Commitment
from optimiser.sensitivity import Scope, sensitivity

FIRST_TRANCHE = ("building_control", "customer_services", "it_services", "residual_housing", "revenues_and_benefits")
"""Services that East Kent shared."""


@pytest.mark.parametrize("service", FIRST_TRANCHE)
def test_thanet_is_host_by_a_clear_margin(service: str) -> None:
    """Without Thanet as host, a partnership is worth at least 5 % less: the choice is no knife edge, and no table makes it."""
    instance = read("east-kent")
    assert all(row.decision != "hosts" for row in instance.rows(Commitment))
    best = partnership(solved("east-kent"), service)
    next_best = partnership(
        solved("east-kent", overrides=("rules.minimum_saving = off", f"baselines.Thanet.{service}.can_host = no")), service
    )
    assert best.host == "Thanet"
    assert next_best.host != "Thanet"
    assert next_best.npv < 0.95 * best.npv


def test_thanet_stays_host_at_a_quarter_more() -> None:
    """Hosting at Thanet may cost a quarter more in every service, and nobody else comes first."""
    plan = solved("east-kent", overrides=("rules.minimum_saving = off", "baselines.Thanet.*.hosting_cost *= 1.25"))
    assert {partnership(plan, service).host for service in FIRST_TRANCHE} == {"Thanet"}


def test_shepway_is_worth_having_later() -> None:
    """Nobody who is in loses the partnership when Shepway may come in, the plan is worth more, and at once would be better still."""
    without, later, at_once = (
        solved("east-kent", scenarios).npv for scenarios in ((), ("shepway-joins-later",), ("shepway-joins-at-once",))
    )
    assert without < later < at_once
    for service in FIRST_TRANCHE:
        found = partnership(solved("east-kent", ("shepway-joins-later",)), service)
        assert {m.council: m.go_live for m in found.members} == {
            "Canterbury": dt.date(2011, 4, 1),
            "Dover": dt.date(2011, 4, 1),
            "Thanet": dt.date(2011, 4, 1),
            "Shepway": dt.date(2012, 4, 1),
        }


def test_middle_of_the_evidence_passes_no_service() -> None:
    """What the head of the instance admits: the 10 % rest on savings above the middle of the evidence."""
    for scenario in ("evidence-mid", "optimism-bias"):
        assert solved("east-kent", (scenario,)).document.partnerships == ()


def overhead_rate(council: str) -> float:
    """Corporate and democratic core over total service expenditure, RA 2023-24 lines 610 and 799, thousand pounds."""
    core = {"Canterbury": 1_670, "Dover": 2_168, "Shepway": 1_432, "Thanet": 1_397}
    total = {"Canterbury": 20_704, "Dover": 21_654, "Shepway": 21_096, "Thanet": 22_849}
    return core[council] / total[council]


def test_baselines_follow_their_formulas() -> None:
    """Every derived figure of baselines.csv can be recomputed from the head of instance.toml."""
    instance = read("east-kent")
    shares = {
        "revenues_and_benefits": (0.25, 0.30, 0.50),
        "customer_services": (0.30, 0.15, 0.70),
        "it_services": (0.35, 0.40, 0.40),
        "building_control": (0.40, 0.10, 0.40),
        "residual_housing": (0.25, 0.10, 0.50),
        "planning": (0.10, 0.15, 0.65),
    }
    assert set(shares) == set(instance.services)
    for service, (fixed, procured, employees) in shares.items():
        cost = {council: row.annual_cost for (council, run), row in instance.baselines.items() if run == service}
        together = sum(amount for council, amount in cost.items() if council != "Shepway")
        for council, amount in cost.items():
            row = instance.baselines[council, service]
            assert row.fixed_cost == pytest.approx(fixed * sum(cost.values()) / 4, abs=501)
            assert row.procured_cost == pytest.approx(procured * amount, abs=501)
            assert row.fte == pytest.approx(employees * amount / 43_000, abs=0.051)
            assert row.hosting_cost == pytest.approx(overhead_rate(council) * together / 3, abs=51)


def test_per_head_baselines_follow_population() -> None:
    """IT is 13 and customer services are 6 pounds a resident, to the thousand."""
    instance = read("east-kent")
    for service, per_head in (("it_services", 13), ("customer_services", 6)):
        for council, row in instance.councils.items():
            assert row.population is not None
            assert instance.baselines[council, service].annual_cost == pytest.approx(per_head * row.population, abs=501)


@pytest.mark.parametrize("scenario", ["shepway-joins-later", "shepway-joins-at-once"])
def test_hosting_grows_with_shepway(scenario: str) -> None:
    """With Shepway in, every host's cost is by the spend of all four instead of three."""
    three, four = read("east-kent"), read("east-kent", scenarios=[scenario])
    for (council, service), row in four.baselines.items():
        before = three.baselines[council, service].hosting_cost
        assert before is not None
        assert row.hosting_cost == pytest.approx(
            before * spend(three, service, all_four=True) / spend(three, service, all_four=False), rel=1e-4
        )


def spend(instance: Instance, service: str, *, all_four: bool) -> float:
    """What the four districts, or the three without Shepway, spend on a service, GBP a year."""
    return sum(
        row.annual_cost for (council, run), row in instance.baselines.items() if run == service and (all_four or council != "Shepway")
    )


@pytest.mark.long
def test_the_test_of_ten_percent_tips_on_both_sides() -> None:
    """A minimum of a little more, and residual housing falls out; of less than half, and planning comes in."""
    (found,) = narrowed("east-kent", "rules.minimum_saving").inputs
    assert found.above is not None
    assert found.below is not None
    assert found.above.position == pytest.approx(0.1068, abs=0.00005)
    assert found.above.becomes == ("Residual housing: no longer shared by Thanet (host), Canterbury and Dover",)
    assert found.below.position == pytest.approx(0.0438, abs=0.00005)
    assert found.below.becomes == ("Planning: now shared by Thanet (host), Canterbury and Dover",)


@pytest.mark.long
def test_what_shepway_and_thanet_are_worth() -> None:
    """What Shepway's staying out costs, and what Thanet as host is worth against the next best."""
    found = sensitivity(read("east-kent"), Scope(parts=("rules", "decisions"))).document
    (shepway,) = [one for one in found.commitments if one.name == "Shepway stays out"]
    (thanet,) = [one for one in found.decisions if one.name == "Thanet hosts"]
    assert shepway.gained == pytest.approx(6_557_252, abs=1)
    assert thanet.gained == pytest.approx(-940_492, abs=1)
    assert {one.host for one in thanet.answer.plan} == {"Canterbury"}
