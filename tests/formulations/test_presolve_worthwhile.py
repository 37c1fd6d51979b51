"""Partnerships that can never pay stay out of the model, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import brief

from formulations import Objective, Priced, price
from formulations.presolve.posting import ledger_of
from formulations.presolve.worthwhile import never_pays
from instances import Instance

HEADER = "council, service, decision, other, go_live\n"
FIGURES = "duplication_avoided = 0.5\nset_up_cost = 100000\n"
ASH, ELM = ("payroll", "Ash"), ("payroll", "Elm")
# One year: duplication saves Ash 20, Elm 25, Oak 10 and Yew 15 thousand. With Ash as host that is 50 at most, with Elm 45.


def worthwhile(priced: Priced, objective: Objective | None = None) -> set[tuple[str, ...]]:
    """The partnerships that stay in the model."""
    if priced.moves.empty:
        return set()
    kept = priced.moves[~never_pays(ledger_of(priced, objective or Objective()))]
    return {brief(partnership) for partnership in zip(kept["service"], kept["host"], kept["vehicle"], strict=True)}


@pytest.mark.parametrize(
    ("set_up", "rules", "kept"),
    [
        (44_999, "", {ASH, ELM}),
        (45_001, "", {ASH}),
        (49_999, "", {ASH}),
        (50_001, "", set()),
        (39_999, "partnership_size = { maximum = 3 }", {ASH}),
        (34_999, "partnership_size = { maximum = 3 }", {ASH, ELM}),
        (40_001, "partnership_size = { maximum = 3 }", set()),
    ],
)
def test_what_pays_at_best(shire: Callable[..., Instance], set_up: int, rules: str, kept: set[tuple[str, str]]) -> None:
    """The set-up against the savings of all who may join, or of the best two where three is the most."""
    assert worthwhile(price(shire("12 1 1", economics=f"duplication_avoided = 0.5\nset_up_cost = {set_up}", rules=rules))) == kept


@pytest.mark.parametrize(("set_up", "kept"), [(15_999, {ASH}), (16_001, set())])
def test_who_loses_by_joining_is_left_out(shire: Callable[..., Instance], set_up: int, kept: set[tuple[str, str]]) -> None:
    """For 12 each Elm's 25 and Yew's 15 leave 16, with Elm as host Ash's and Yew's 11; Oak's 10 would only make it less."""
    economics = f"duplication_avoided = 0.5\nintegration_cost = 12000\nset_up_cost = {set_up}"
    assert worthwhile(price(shire("12 1 1", economics=economics))) == kept


@pytest.mark.parametrize(
    ("volume", "rate", "kept"),
    [(100_000, 0.499, {ASH}), (100_000, 0.501, {ASH, ELM}), (100_000, 0.4, set()), (100_001, 0.501, set())],
)
def test_purchasing_counts_at_its_highest_rate(
    shire: Callable[..., Instance], volume: int, rate: float, kept: set[tuple[str, str]]
) -> None:
    """Half of 100 thousand of procured spend on top of 50 or 45, if all together can reach the step."""
    tiers = f"service, from_volume, rate\npayroll, 0, 0.1\npayroll, {volume}, {rate}\n"
    assert worthwhile(price(shire("12 1 1", economics=FIGURES.replace("100000", "95000"), tiers=tiers))) == kept


@pytest.mark.parametrize(
    ("commitments", "kept"),
    [
        ("Elm, payroll, hosts, ,\n", {ELM}),
        ("Oak, payroll, shares_with, Ash,\n", {ASH}),
        ("Oak, payroll, live, Elm,\n", {ELM}),
        ("Oak, payroll, together, Yew,\n", {ASH, ELM}),
        ("Oak, payroll, never_with, Yew,\n", set()),
    ],
)
def test_what_is_demanded_stays(shire: Callable[..., Instance], commitments: str, kept: set[tuple[str, str]]) -> None:
    """None pays, but a commitment may ask for it."""
    assert worthwhile(price(shire("12 1 1", economics=FIGURES, commitments=HEADER + commitments))) == kept


def test_what_is_live_stays(shire: Callable[..., Instance]) -> None:
    """Oak's partnership with Elm costs more than it saves for good; it is there all the same."""
    instance = shire("12 1 1", economics="hosting_cost = 100000", commitments=HEADER + "Oak, payroll, live, Elm,\n")
    assert worthwhile(price(instance)) == {ELM}


def test_nothing_to_move(shire: Callable[..., Instance]) -> None:
    """Without moves there are no partnerships."""
    assert worthwhile(price(shire(rules="maximum_distance = 1"))) == set()


WASTE = ("waste", "Ash")


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        ("", set()),
        ("minimum_total_saving = { amount = 1, year = 1 }", {ASH, ELM, WASTE}),
        ('no_council_worse_off = "where_it_falls"', {ASH, ELM, WASTE}),
        ('no_council_worse_off = "compensated"', {ASH, ELM, WASTE}),
        ("each_hosts = true", {ASH, ELM, WASTE}),
        ("each_hosts = false\nminimum_total_saving = false\nno_council_worse_off = false", set()),
        ('sequencing = [{ service = "payroll", after = ["waste"], periods = 0 }]', {WASTE}),
        ('sequencing = [{ service = "waste", after = ["payroll"], periods = 0 }]', {ASH, ELM}),
        ('sequencing = [{ category = "front_line", after_back_office = 1, periods = 0 }]', {WASTE}),
        ("sequencing = false", set()),
        ("payback = 1\ninvestment_limit = { total = 1 }\nonboarding_capacity = 1\nhosting_limit = 1\npartner_limit = 1", set()),
    ],
)
def test_what_a_rule_may_ask_for_stays(shire: Callable[..., Instance], two_services: dict[str, str], rules: str, kept: set[Any]) -> None:
    """None pays, but some rules ask for what it gives; rules that only limit ask for nothing."""
    services = "service, category\npayroll, front_line\nwaste, back_office\n"
    instance = shire("12 1 1", economics=FIGURES, rules=rules, **(two_services | {"services": services}))
    assert worthwhile(price(instance)) == kept


def test_a_bundle_stays_as_a_whole(shire: Callable[..., Instance]) -> None:
    """Payroll may carry waste, which loses a pound a year."""
    baselines = """
        council, service, annual_cost, fixed_cost, can_host
        Ash,     payroll, 100000,      40000,      yes
        Elm,     payroll, 150000,      50000,      no
        Ash,     waste,   50000,       0,          yes
        Elm,     waste,   50000,       0,          no
        """
    tables = {"baselines": baselines, "services": "service, hosting_cost\npayroll, 0\nwaste, 1\n"}
    for rules, kept in (("", {ASH}), ('bundle = [["payroll", "waste"]]', {ASH, WASTE})):
        assert worthwhile(price(shire("12 1 1", economics="duplication_avoided = 0.5", rules=rules, **tables))) == kept


def test_income_makes_room_under_an_investment_limit(shire_plan: Callable[..., Any], two_services: dict[str, str]) -> None:
    """Payroll saves Elm 25 - 8, Yew 15 - 8 and Oak 10 - 8 in a year, but only two can pay 8 each of 16: 24.

    Waste costs 10 a year and earns 9 once. It loses 1 and lets Oak in, who is worth 2.
    """
    changes = {"economics": "duplication_avoided = 0.5\nintegration_cost = 8000", "rules": "investment_limit = { total = 16_000 }"}
    assert shire_plan("12 1 1", **changes, **two_services)[0] == pytest.approx(24_000)
    estimates = "council, service, host, annual_cost, one_off_cost\nElm, waste, Ash, 10000, -9000\n"
    worth, plan = shire_plan("12 1 1", **changes, **two_services, estimates=estimates)
    assert worth == pytest.approx(25_000)
    assert ("Elm", "waste") in plan


def test_income_alone_makes_nothing_worthwhile(shire: Callable[..., Instance], two_services: dict[str, str]) -> None:
    """Where nothing limits what is spent, what earns 9 once and costs 10 a year stays out."""
    estimates = "council, service, host, annual_cost, one_off_cost\nElm, waste, Ash, 10000, -9000\n"
    for rules, kept in (("", set()), ("investment_limit = false", set()), ("investment_limit = { total = 1 }", {ASH, ELM, WASTE})):
        assert worthwhile(price(shire("12 1 1", economics=FIGURES, rules=rules, estimates=estimates, **two_services))) == kept


def test_each_vehicle_is_judged_by_itself(shire: Callable[..., Instance]) -> None:
    """50 with Ash and 45 with Elm in a year; the company costs 47 a year, the lead authority nothing."""
    vehicles = "vehicle, annual_cost\ncompany, 47000\nlead_authority, 0\n"
    priced = price(shire("12 1 1", economics="duplication_avoided = 0.5", vehicles=vehicles))
    assert worthwhile(priced) == {ASH, ELM, (*ASH, "company")}


@pytest.mark.parametrize(("objective", "kept"), [(Objective(), set()), (Objective("net_saving"), {ASH, ELM})])
def test_purchasing_counts_by_the_objective(shire: Callable[..., Instance], objective: Objective, kept: set[Any]) -> None:
    """Two years at DF 1 and 0.8 of 50 or 45 by duplication and a tenth of 100: 90 + 18 or 81 + 18, undiscounted 120 or 110, against 109."""
    tiers = "service, from_volume, rate\npayroll, 0, 0.1\n"
    instance = shire("12 1 2", economics="duplication_avoided = 0.5\nset_up_cost = 109000\ndiscount_rate = 0.25", tiers=tiers)
    assert worthwhile(price(instance), objective) == kept


def test_moves_by_tranche(shire: Callable[..., Instance]) -> None:
    """Set-up for 120, with Ash as host 50 a year, with Elm 45: over two years neither pays, over three both, by 30 and 15.

    Elm has no time to wait for Ash, who would lose a year of 20; for Yew's 15 it comes to nothing, for Oak's 10 it is worth it.
    """
    priced = price(shire("12 2 3", economics="duplication_avoided = 0.5\nset_up_cost = 120000"))
    gone = priced.moves[never_pays(ledger_of(priced, Objective()))]
    moves = set(zip(gone["council"], gone["host"], gone["tranche"], strict=True))
    assert moves == {("Ash", "Ash", 1), ("Elm", "Elm", 1), ("Ash", "Elm", 1)}
