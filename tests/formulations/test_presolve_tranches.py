"""Moves that are better made in another tranche go, where nothing can stand in the way of the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import TWO_SERVICES

from formulations import Objective, price
from formulations.presolve import worth_keeping
from formulations.presolve.dominated_tranches import better_elsewhere
from formulations.presolve.posting import ledger_of
from instances import Instance

ECONOMICS = "duplication_avoided = 0.5"
EARLY = ("Elm", "Ash", 0)
# Joining saves Elm 25 thousand a year: 75 from the first tranche on, and 50 from the second, when its contract has ended.


def contract(charge: int) -> dict[str, str]:
    """Elm can leave at once for a charge, or in the second tranche for nothing."""
    row = f"Elm, payroll, Ann, 2027-04-01, 2026-04-01, {charge}\n"
    return {"contracts": f"council, service, supplier, expires, break_from, termination_charge\n{row}"}


def worse(instance: Instance) -> set[tuple[str, str, int]]:
    """Council, host and tranche of the moves that go."""
    priced = price(instance)
    gone = priced.moves[better_elsewhere(ledger_of(priced, Objective()))]
    return set(zip(gone["council"], gone["host"], gone["tranche"], strict=True))


@pytest.mark.parametrize(("charge", "gone"), [(25_000, set()), (25_001, {EARLY})])
def test_a_join_waits_for_more(shire: Callable[..., Instance], charge: int, gone: set[Any]) -> None:
    """Above 25 the second tranche is better. Elm's own opening is not judged so, since others may want to join; nor are ties."""
    assert worse(shire(economics=ECONOMICS, **contract(charge))) == gone


@pytest.mark.parametrize(
    ("rules", "gone"),
    [
        ("programme_capacity = 9", set()),
        ("investment_limit = { total = 90_000 }", set()),
        ("minimum_total_saving = { amount = 1, year = 1 }", set()),
        ('no_council_worse_off = "where_it_falls"', set()),
        ('no_council_worse_off = "compensated"', set()),
        ("payback = 3", set()),
        ("onboarding_capacity = 3", set()),
        ("delivery_capacity = 0", set()),
        ("delivery_capacity = 1\nminimum_saving = 0.1\npartnership_size = { minimum = 3, maximum = 4 }\npartner_limit = 3", {EARLY}),
        ("contiguity = true\nmaximum_partnerships = 1\nhosting_limit = 1\nmaximum_span = 40", {EARLY}),
    ],
)
def test_rules(shire: Callable[..., Instance], rules: str, gone: set[Any]) -> None:
    """Rules about when, or about money by year, stand in the way, as does having room for nothing; rules about who with whom do not."""
    adjacency = "council_a, council_b\nAsh, Elm\nElm, Oak\nOak, Yew\n"
    assert worse(shire(economics=ECONOMICS, rules=rules, adjacency=adjacency, **contract(30_000))) == gone


@pytest.mark.parametrize(
    ("rules", "gone"),
    [
        ("", {EARLY}),
        ("each_hosts = true", {EARLY}),
        ('sequencing = [{ service = "waste", after = ["payroll"], periods = 0 }]', set()),
        ('sequencing = [{ category = "front_line", after_back_office = 1, periods = 0 }]', set()),
        ('sequencing = [{ service = "payroll", after = ["waste"], periods = 0 }]', {EARLY}),
        ('bundle = [["payroll", "waste"]]', set()),
        ("delivery_capacity = 2", {EARLY}),
        ("delivery_capacity = 1", set()),
    ],
)
def test_rules_across_services(shire: Callable[..., Instance], rules: str, gone: set[Any]) -> None:
    """Waste may wait for payroll, come with it, or take its place in the second tranche."""
    waste = "Oak, waste, 50000, 0, 0, 100, no\nYew, waste, 50000, 0, 0, 100, no\n"  # a bundle asks for all of it everywhere
    tables = TWO_SERVICES | {
        "baselines": TWO_SERVICES["baselines"] + waste,
        "services": "service, category\npayroll, back_office\nwaste, front_line\n",
    }
    assert worse(shire(economics=ECONOMICS, rules=rules, **tables, **contract(30_000))) == gone


@pytest.mark.parametrize(("charge", "gone"), [(50_000, set()), (50_001, {EARLY})])
def test_other_services_cannot_fill_two_tranches(shire: Callable[..., Instance], charge: int, gone: set[Any]) -> None:
    """125, 100 and 75 over five years: waste fills one of the later tranches at most, so both have to be better."""
    instance = shire("12 3 5", economics=ECONOMICS, rules="delivery_capacity = 1", **TWO_SERVICES, **contract(charge))
    assert worse(instance) == gone


@pytest.mark.parametrize(("rate", "gone"), [(0.16, {EARLY}), (0.17, set())])
def test_waiting_costs_purchasing(shire: Callable[..., Instance], rate: float, gone: set[Any]) -> None:
    """5 more by waiting, less a year of Elm's 30 of procured spend."""
    tiers = f"service, from_volume, rate\npayroll, 0, {rate}\n"
    assert worse(shire(economics=ECONOMICS, tiers=tiers, **contract(30_000))) == gone


HOSTING = {"estimates": "council, service, host, annual_saving\nAsh, payroll, Ash, 5000\n"}


@pytest.mark.parametrize(
    ("rules", "gone"),
    [
        ("", {("Ash", "Ash", 1)}),
        ('sequencing = [{ service = "waste", after = ["payroll"], periods = 0 }]', {("Ash", "Ash", 1)}),
        ('sequencing = [{ service = "payroll", after = ["waste"], periods = 0 }]', set()),
        ('sequencing = [{ category = "front_line", after_back_office = 1, periods = 0 }]', set()),
        ("delivery_capacity = 1", set()),
        ("payback = 3", set()),
    ],
)
def test_an_opening_hurries(shire: Callable[..., Instance], rules: str, gone: set[Any]) -> None:
    """Ash earns by hosting, so the sooner the better, unless payroll has to wait for something."""
    tables = TWO_SERVICES | HOSTING | {"services": "service, category\npayroll, front_line\nwaste, back_office\n"}
    assert worse(shire(economics=ECONOMICS, rules=rules, **tables)) == gone


def test_joins_follow_the_opening(shire: Callable[..., Instance]) -> None:
    """Once Ash opens in the first tranche only, nobody gains by joining it in the second; Elm may still open in either."""
    priced = price(shire(economics=ECONOMICS, **HOSTING))
    gone = priced.moves[~worth_keeping(priced, Objective())]
    assert set(zip(gone["council"], gone["host"], gone["tranche"], strict=True)) == {(c, "Ash", 1) for c in ("Ash", "Elm", "Oak", "Yew")}


def test_a_live_host_is_open(shire: Callable[..., Instance]) -> None:
    """Ash has been open from the outset, so Elm and Yew join it at once if at all; what is live stays."""
    commitments = "council, service, decision, other, go_live\nOak, payroll, live, Ash,\n"
    assert worse(shire(economics=ECONOMICS, commitments=commitments)) == {("Elm", "Ash", 1), ("Yew", "Ash", 1)}
