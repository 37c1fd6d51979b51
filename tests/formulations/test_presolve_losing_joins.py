"""Joins that lose by themselves go, and stay wherever somebody or some rule may need them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import TWO_SERVICES

from formulations import Objective, price
from formulations.presolve.losing_joins import loses
from formulations.presolve.posting import ledger_of
from instances import Instance

ECONOMICS = "duplication_avoided = 0.5\nintegration_cost = 12000"
HEADER = "council, service, decision, other, go_live\n"
TO_ASH, TO_ELM = ("Oak", "Ash", 0), ("Oak", "Elm", 0)
# One year: joining saves Ash 20, Elm 25, Oak 10 and Yew 15 thousand and costs each 12. Only Oak loses, 2, whoever hosts.


def lost(instance: Instance, objective: Objective | None = None) -> set[tuple[str, str, int]]:
    """Council, host and tranche of the joins that go."""
    priced = price(instance)
    gone = priced.moves[loses(ledger_of(priced, objective or Objective()))]
    return set(zip(gone["council"], gone["host"], gone["tranche"], strict=True))


def test_only_who_loses_goes(shire: Callable[..., Instance]) -> None:
    """Oak is worth -2 to either host."""
    assert lost(shire("12 1 1", economics=ECONOMICS)) == {TO_ASH, TO_ELM}


@pytest.mark.parametrize(("cost", "gone"), [(10_000, set()), (10_000.005, set()), (10_000.02, {TO_ASH, TO_ELM})])
def test_a_penny_more_than_nothing(shire: Callable[..., Instance], cost: float, gone: set[Any]) -> None:
    """Who loses no more than a penny stays: plans with Oak may be as good to half a penny."""
    assert lost(shire("12 1 1", economics=ECONOMICS.replace("12000", f"{cost}"))) == gone


def test_each_tranche_by_itself(shire: Callable[..., Instance]) -> None:
    """For 25: Oak's 10 a year pay over three years, not over two; Yew's 15 and the others' do over two."""
    economics = "duplication_avoided = 0.5\nintegration_cost = 25000"
    assert lost(shire("12 2 3", economics=economics)) == {("Oak", "Ash", 1), ("Oak", "Elm", 1)}


def test_by_the_objective(shire: Callable[..., Instance]) -> None:
    """One-offs do not count in the position of a year."""
    assert lost(shire("12 1 1", economics=ECONOMICS), Objective("yearly_position", year=1)) == set()


@pytest.mark.parametrize(
    ("rules", "gone"),
    [
        ("minimum_total_saving = { amount = 1, year = 1 }", set()),
        ('no_council_worse_off = "where_it_falls"', set()),
        ('no_council_worse_off = "compensated"', set()),
        ("payback = 1", set()),
        ("contiguity = true", set()),
        ("minimum_saving = 0.12", set()),
        ("minimum_saving = 0.13", {TO_ASH, TO_ELM}),
        ("partnership_size = { minimum = 3 }", set()),
        ("delivery_capacity = 1\nprogramme_capacity = 3\nonboarding_capacity = 1\nhosting_limit = 1\npartner_limit = 2", {TO_ASH, TO_ELM}),
        ("maximum_partnerships = 1\ninvestment_limit = { total = 30_000 }\nmaximum_span = 40", {TO_ASH, TO_ELM}),
        ("partnership_size = { maximum = 2 }", {TO_ASH, TO_ELM}),
    ],
)
def test_rules(shire: Callable[..., Instance], rules: str, gone: set[Any]) -> None:
    """Oak saves 10 of 80 in the second year, and makes a third. Rules that only limit need nobody."""
    adjacency = "council_a, council_b\nAsh, Elm\nElm, Oak\nOak, Yew\n"
    assert lost(shire("12 1 1", economics=ECONOMICS, rules=rules, adjacency=adjacency)) == gone


@pytest.mark.parametrize(
    ("rules", "gone"),
    [
        ("", {TO_ASH, TO_ELM}),
        ("each_hosts = true", set()),
        ('sequencing = [{ service = "waste", after = ["payroll"], periods = 0 }]', set()),
        ('sequencing = [{ category = "front_line", after_back_office = 1, periods = 0 }]', set()),
        ('sequencing = [{ service = "payroll", after = ["waste"], periods = 0 }]', {TO_ASH, TO_ELM}),
        ('bundle = [["payroll", "waste"]]', set()),
    ],
)
def test_rules_across_services(shire: Callable[..., Instance], rules: str, gone: set[Any]) -> None:
    """Payroll may be what waste waits for or comes with."""
    waste = "Oak, waste, 50000, 0, 0, 100, no\nYew, waste, 50000, 0, 0, 100, no\n"  # a bundle asks for all of it everywhere
    tables = TWO_SERVICES | {
        "baselines": TWO_SERVICES["baselines"] + waste,
        "services": "service, category, integration_cost\npayroll, back_office,\nwaste, front_line, 0\n",
    }
    assert lost(shire("12 1 1", economics=ECONOMICS, rules=rules, **tables)) == gone


@pytest.mark.parametrize(
    ("commitment", "gone"),
    [
        ("Oak, payroll, shares_with, Ash,", set()),
        ("Oak, payroll, together, Yew,", set()),
        ("Oak, payroll, live, Ash,", set()),
        ("Ash, payroll, hosts, ,", {TO_ELM}),
        ("Yew, payroll, shares_with, Elm,", {TO_ASH}),
        ("Yew, payroll, never_with, Elm,", {TO_ASH, TO_ELM}),
    ],
)
def test_commitments(shire: Callable[..., Instance], commitment: str, gone: set[Any]) -> None:
    """Partnerships that are asked for keep all who may join."""
    assert lost(shire("12 1 1", economics=ECONOMICS, commitments=f"{HEADER}{commitment}\n")) == gone


@pytest.mark.parametrize("own", [1_999, 2_001])
def test_a_host_that_gains_may_need_anybody(shire_plan: Callable[..., Any], shire: Callable[..., Instance], own: int) -> None:
    """Ash gains by hosting and cannot do so alone: with 2 or more Oak is worth its while, and is the only one left to join."""
    tables = {
        "estimates": f"council, service, host, annual_saving\nAsh, payroll, Ash, {own}\n",
        "commitments": HEADER + "Elm, payroll, stays_out, ,\nYew, payroll, stays_out, ,\n",
    }
    assert lost(shire("12 1 1", economics=ECONOMICS, **tables)) == (set() if own > 2_000 else {TO_ASH})
    assert shire_plan("12 1 1", economics=ECONOMICS, **tables)[0] == pytest.approx(max(0, own - 2_000))


def test_a_vehicle_may_need_a_third(shire: Callable[..., Instance]) -> None:
    """The company asks for three: with Elm to Ash, 13 - 2, or Ash to Elm, 8 - 2, Oak's partnership pays."""
    vehicles = "vehicle, minimum_members\ncompany, 3\nlead_authority,\n"
    priced = price(shire("12 1 1", economics=ECONOMICS, vehicles=vehicles))
    gone = priced.moves[loses(ledger_of(priced, Objective()))]
    assert set(gone["vehicle"]) == {"lead_authority"}
    assert set(gone["council"]) == {"Oak"}


@pytest.mark.parametrize(
    ("tiers", "rules", "gone"),
    [
        ("payroll, 80000, 0.0199", "", {TO_ASH, TO_ELM}),
        ("payroll, 80000, 0.0201", "", set()),
        ("payroll, 80000, 0.0221", "partnership_size = { maximum = 3 }", {TO_ASH, TO_ELM}),
        ("payroll, 80000, 0.0223", "partnership_size = { maximum = 3 }", set()),
        ("payroll, 0, 0.0285", "", {TO_ASH, TO_ELM}),
        ("payroll, 0, 0.0332", "", {TO_ASH}),
        ("payroll, 0, 0.0334", "", set()),
        ("payroll, 45000, 0.0236", "", set()),
        ("payroll, 45000, 0.0235", "", {TO_ASH, TO_ELM}),
        ("payroll, 101000, 0.9", "", {TO_ASH, TO_ELM}),
    ],
)
def test_what_a_member_adds_to_purchasing(shire: Callable[..., Instance], tiers: str, rules: str, gone: set[Any]) -> None:
    """Oak's 40 of 100, or 90 with two others at most: all of it from 80 on, its own part from 0 on, 85 with 45 just not reached without it."""
    instance = shire("12 1 1", economics=ECONOMICS, rules=rules, tiers=f"service, from_volume, rate\n{tiers}\n")
    assert lost(instance) == gone


def test_income_makes_room(shire: Callable[..., Instance]) -> None:
    """Where an investment limit holds, what loses may earn at the start what others need."""
    estimates = "council, service, host, annual_cost, one_off_cost\nOak, payroll, Ash, 90000, -9000\n"
    for rules, gone in (("", {TO_ASH, TO_ELM}), ("investment_limit = { total = 30_000 }", set())):
        assert lost(shire("12 1 1", economics=ECONOMICS, rules=rules, estimates=estimates)) == gone
