"""Enumeration by hand: the rules that look at money, at neighbours, or at more than one partnership."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from by_hand import ASH, COMMITMENTS, ELM, OPTIONS, SAVINGS, THREE, broken, expect, payroll, three_services, waste, write
from oracle import LIVE, Taken, best, broken_rules
from oracle.programme import financial_year

OUTSOURCE = OPTIONS + "Elm,payroll,outsource,8000,3000,6000,\n"
TAKEN = (Taken("Elm", "payroll", "outsource", 0),)
ADJACENT = "council_a,council_b\n"


@pytest.mark.parametrize(
    ("adjacency", "members", "kept"),
    [
        ("Ash,Elm", {"Ash": 0, "Elm": 0}, True),
        ("Ash,Elm\nElm,Oak", {"Ash": 0, "Oak": 0}, False),
        ("Ash,Elm\nOak,Elm", {"Ash": 0, "Elm": 2, "Oak": 0}, True),  # it is full membership that counts
        ("Elm,Oak", {"Ash": 0, "Elm": 0, "Oak": 0}, False),
    ],
)
def test_contiguity(tmp_path: Path, adjacency: str, members: dict[str, int], kept: bool) -> None:
    """From the host over members to every member."""
    folder = three_services(tmp_path, "contiguity = true", adjacency=ADJACENT + adjacency + "\n")
    assert broken(folder, payroll(**members)) == (set() if kept else {"contiguity"})


@pytest.mark.parametrize(
    ("rule", "column", "on"),
    [
        ("true", "", True),
        ('["payroll"]', "", True),
        ('["waste"]', "", False),
        ("true", "no", False),
        ('["waste"]', "yes", True),
        ("", "yes", True),
        ("false", "yes", False),
        ("", "", False),
    ],
)
def test_contiguity_by_service(tmp_path: Path, rule: str, column: str, on: bool) -> None:
    """The service's own column goes before instance.toml; false there switches the rule off."""
    services = f"service,contiguity\npayroll,{column}\nwaste,\nplanning,\n"
    rules = f"contiguity = {rule}" if rule else ""
    folder = three_services(tmp_path, rules, services=services, adjacency=ADJACENT + "Ash,Elm\n")
    assert broken(folder, payroll(Ash=0, Oak=0)) == ({"contiguity"} if on else set())


@pytest.mark.parametrize(("adjacency", "kept"), [("Ash,Elm", True), ("Oak,Elm", True), ("Ash,Oak", False)])
def test_contiguity_of_what_is_live(tmp_path: Path, adjacency: str, kept: bool) -> None:
    """Oak is live with Ash, neighbours or not; Elm has to be next to one of them."""
    commitments = COMMITMENTS + "Oak,payroll,live,Ash,\n"
    folder = three_services(tmp_path, "contiguity = true", adjacency=ADJACENT + adjacency + "\n", commitments=commitments)
    assert broken(folder, payroll(Ash=LIVE, Oak=LIVE)) == set()
    assert broken(folder, payroll(Ash=LIVE, Oak=LIVE, Elm=0)) == (set() if kept else {"contiguity"})


@pytest.mark.parametrize(
    ("year", "elm", "amount"),
    [
        (1, 0, 0.5 * (ASH + ELM) - 2_000),
        (2, 0, ASH + ELM - 2_000),
        (1, 1, 0.5 * ASH),
        (2, 1, ASH + 0.5 * ELM - 2_000),
        (3, 1, ASH + ELM - 2_000),
    ],
)
@pytest.mark.parametrize("months", [3, 12])
def test_minimum_total_saving(tmp_path: Path, months: int, year: int, elm: int, amount: float) -> None:
    """Savings less recurring costs of one year, phased in over two; set-up does not count, discounting does not either."""
    economics = SAVINGS + "phase_in = [0.5, 1]\ncoordination_cost = 2000\nset_up_cost = 50000\ndiscount_rate = 0.1\n"
    calendar = f"{months} {12 // months + 1} 3"
    for asked, kept in ((amount, True), (amount + 0.01, False)):
        folder = write(tmp_path, economics, f"minimum_total_saving = {{ amount = {asked}, year = {year} }}", calendar)
        found = broken(folder, payroll(Ash=0, Elm=elm * 12 // months))
        assert found == (set() if kept else {"minimum_total_saving"})


@pytest.mark.parametrize(("amount", "shares"), [(41_000, True), (41_001, False)])
def test_minimum_total_saving_forces_a_loss(tmp_path: Path, amount: int, shares: bool) -> None:
    """Set-up costs more than sharing saves, so it is done only where the rule asks for it; more cannot be had from anybody."""
    folder = write(tmp_path, SAVINGS + "set_up_cost = 100000\n", f"minimum_total_saving = {{ amount = {amount}, year = 2 }}", "12 1 2")
    if shares:
        expect(folder, 2 * (ASH + ELM) - 100_000, payroll(Ash=0, Elm=0))
    else:
        assert best(folder) is None


def test_minimum_total_saving_counts_options_and_purchasing(tmp_path: Path) -> None:
    """8,000 less 3,000 of Elm's option; and a tenth of 160,000 that Ash and Oak buy."""
    baselines = "council,service,annual_cost,procured_cost\nAsh,payroll,100000,100000\nElm,payroll,1,0\nOak,payroll,60000,60000\n"
    tables = {"options": OUTSOURCE, "baselines": baselines, "tiers": "service,from_volume,rate\npayroll,160000,0.1\n"}
    for amount, kept in ((21_000, True), (21_001, False)):
        folder = write(tmp_path, "", f"minimum_total_saving = {{ amount = {amount}, year = 1 }}", **tables)
        assert broken(folder, payroll(Ash=0, Oak=0), options=TAKEN) == (set() if kept else {"minimum_total_saving"})


@pytest.mark.parametrize(
    ("reading", "hosting", "kept"),
    [
        ("where_it_falls", 6_000.004, True),  # half a penny is nothing
        ("where_it_falls", 6_000.006, False),  # Ash saves 6 000
        ("compensated", 41_000.004, True),
        ("compensated", 41_000.006, False),  # both save 41 000
    ],
)
def test_no_council_worse_off(tmp_path: Path, reading: str, hosting: float, kept: bool) -> None:
    """Ash carries the hosting; where Elm may pay it, the partnership as a whole has to gain."""
    folder = write(tmp_path, SAVINGS + f"hosting_cost = {hosting}\n", f"no_council_worse_off = '{reading}'")
    assert broken(folder, payroll(Ash=0, Elm=0)) == (set() if kept else {"no_council_worse_off"})


def test_purchasing_falls_by_own_spend(tmp_path: Path) -> None:
    """A tenth of 30,000: Ash has 1,000 of it and Elm 2,000; each pays 1,500 beside it."""
    baselines = "council,service,annual_cost,procured_cost\nAsh,payroll,10000,10000\nElm,payroll,20000,20000\n"
    tables = {"baselines": baselines, "tiers": "service,from_volume,rate\npayroll,30000,0.1\n"}
    economics = "hosting_cost = 1500\ncoordination_cost = 1500\n"
    folder = write(tmp_path, economics, "no_council_worse_off = 'where_it_falls'", **tables)
    assert [line.split(" is ")[0] for line in broken_rules(folder, payroll(Ash=0, Elm=0))] == ["no_council_worse_off: 500.00 for Ash"]
    folder = write(tmp_path, economics, "no_council_worse_off = 'compensated'", **tables)
    assert not broken_rules(folder, payroll(Ash=0, Elm=0))


def test_compensation_is_passed_along(tmp_path: Path) -> None:
    """Ash loses 4,000 by hosting payroll, Elm gains 3,000 by joining; Oak, which joins Elm for waste, gains what is lacking or not.

    Payments stay inside each partnership, so Oak pays Elm and Elm pays Ash. Planning is another council's good fortune: it is no
    help to Ash that Oak gains there by itself.
    """
    estimates = "council,service,host,annual_saving,annual_cost,one_off_cost\n"
    estimates += "Ash,payroll,Ash,0,4000,0\nElm,payroll,Ash,3000,0,0\nElm,waste,Elm,0,0,0\nOak,waste,Elm,1000,0,0\n"
    options = OPTIONS + "Oak,planning,redesign,1000,,,\nElm,planning,redesign,1000,,,\n"
    folder = three_services(tmp_path, "no_council_worse_off = 'compensated'", "12 1 1", estimates=estimates, options=options)
    both = payroll(Ash=0, Elm=0)
    assert broken(folder, both) == {"no_council_worse_off"}
    assert broken(folder, both, waste("Elm", Elm=0, Oak=0)) == set()
    assert broken(folder, both, options=(Taken("Elm", "planning", "redesign", 0),)) == set()
    assert broken(folder, both, options=(Taken("Oak", "planning", "redesign", 0),)) == {"no_council_worse_off"}


@pytest.mark.parametrize("reading", ["where_it_falls", "compensated"])
def test_nobody_else_pays_for_an_option(tmp_path: Path, reading: str) -> None:
    """Elm's option loses 1,000 and it shares nothing, whatever Ash and Oak gain."""
    folder = write(tmp_path, SAVINGS, f"no_council_worse_off = '{reading}'", baselines=THREE, options=OUTSOURCE)
    assert broken(folder, payroll(Ash=0, Oak=0), options=TAKEN) == {"no_council_worse_off"}


@pytest.mark.parametrize(
    ("rule", "column", "kept"),
    [
        ("0.5", "", True),  # half of 41 000 is the 20 500 that it costs
        ("0.49", "", False),
        ("{ payroll = 0.49 }", "", False),
        ("{ waste = 0.49 }", "", True),
        ("0.49", "0.5", True),
        ("", "0.49", False),
        ("false", "0.49", True),
    ],
)
def test_payback(tmp_path: Path, rule: str, column: str, kept: bool) -> None:
    """A yearly period counts in part; discounting does not count at all."""
    rules = f"payback = {rule}" if rule else ""
    economics = SAVINGS + "set_up_cost = 20500\ndiscount_rate = 0.1\n"
    tables = {"services": f"service,payback\npayroll,{column}\nwaste,\n"}
    folder = write(tmp_path, economics, rules, "12 2 3", **tables)
    for opening in (0, 1):
        assert broken(folder, payroll(Ash=opening, Elm=opening)) == (set() if kept else {"payback"})


@pytest.mark.parametrize(("years", "kept"), [(0.5, True), (0.6, False), (1.89, False), (1.9, True)])
def test_payback_of_those_who_come_within_it(tmp_path: Path, years: float, kept: bool) -> None:
    """Half-years: Elm comes in the second and costs 60,000, which counts in full as soon as any of that half-year does.

    Within 0.5 years Ash has saved 3,000. Within 0.6: 3,000 and a fifth of 20,500. Within 1.5: 3,000 and 41,000. The fourth
    half-year brings 20,500 more: 60,000 is reached after 16,000 / 20,500 = 0.78 of it, at 1.89 years and a bit.
    """
    folder = write(tmp_path, SAVINGS + "integration_cost = 60000\n", f"payback = {years}", "6 2 3")
    assert broken(folder, payroll(Ash=0, Elm=1)) == (set() if kept else {"payback"})


@pytest.mark.parametrize(("set_up", "kept"), [(82_000, True), (82_001, False)])
def test_payback_ends_with_the_horizon(tmp_path: Path, set_up: int, kept: bool) -> None:
    """Ten years are asked for, and two are left from the opening; all that is saved is saved in purchasing."""
    baselines = "council,service,annual_cost,procured_cost\nAsh,payroll,410000,410000\nElm,payroll,1,0\n"
    tables = {"baselines": baselines, "tiers": "service,from_volume,rate\npayroll,0,0.1\n"}
    folder = write(tmp_path, f"set_up_cost = {set_up}\n", "payback = 10", "12 2 3", **tables)
    assert broken(folder, payroll(Ash=1, Elm=1)) == (set() if kept else {"payback"})


def test_payback_of_what_is_live(tmp_path: Path) -> None:
    """A partnership that is live is not judged, whoever joins it at whatever cost."""
    commitments = COMMITMENTS + "Elm,payroll,live,Ash,\n"
    folder = write(tmp_path, SAVINGS + "integration_cost = 90000\n", "payback = 1", baselines=THREE, commitments=commitments)
    assert broken(folder, payroll(Ash=LIVE, Elm=LIVE, Oak=0)) == set()


@pytest.mark.parametrize(
    ("limit", "elm", "kept"),
    [
        ("programme = 13_500", 0, True),  # 7 500 for Ash and 6 000 for Elm, a half for optimism included
        ("programme = 13_499", 0, False),
        ("programme = 13_499", 1, False),  # October is the same financial year
        ("programme = 13_499", 2, True),
        ('programme = { "2026/27" = 7_500 }', 0, False),
        ('programme = { "2026/27" = 7_500 }', 2, True),
        ('programme = { "2027/28" = 6_000 }', 2, True),
        ('programme = { "2027/28" = 5_999 }', 2, False),
        ("council = 7_500", 0, True),
        ("council = 7_499", 0, False),
        ('council = { "2027/28" = 0 }', 0, True),
        ('council = { "2027/28" = 0 }', 2, False),
        ("total = 13_500", 2, True),
        ("total = 13_499", 2, False),
        ("programme = 7_500, council = 7_500, total = 13_500", 2, True),
        ("programme = 7_500, council = 7_500, total = 13_499", 2, False),
    ],
)
def test_investment_limit(tmp_path: Path, limit: str, elm: int, kept: bool) -> None:
    """Half-yearly tranches: April and October 2026, April 2027. Set-up 5,000 and integration 4,000."""
    economics = "set_up_cost = 5000\nintegration_cost = 4000\noptimism_bias = { costs = 0.5 }\n"
    folder = write(tmp_path, economics, f"investment_limit = {{ {limit} }}", "6 3 2")
    assert broken(folder, payroll(Ash=0, Elm=elm)) == (set() if kept else {"investment_limit"})


@pytest.mark.parametrize(
    ("day", "label"), [("2026-01-01", "2025/26"), ("2026-03-31", "2025/26"), ("2026-04-01", "2026/27"), ("2099-12-31", "2099/00")]
)
def test_financial_year(day: str, label: str) -> None:
    """From April to March."""
    assert financial_year(date.fromisoformat(day)) == label


@pytest.mark.parametrize(("limit", "kept"), [(7_100, True), (7_099, False)])
@pytest.mark.parametrize("who", ["programme", "council", "total"])
def test_investment_in_options_and_terminations(tmp_path: Path, who: str, limit: int, kept: bool) -> None:
    """Elm's option costs 6,000, and leaving its contract for waste 1,100; Ash, which is live, has paid what it had to."""
    contracts = "council,service,expires,break_from,termination_charge\nElm,waste,2030-04-01,2026-04-01,1100\n"
    commitments = COMMITMENTS + "Ash,waste,live,Ash,\nOak,waste,live,Ash,\n"
    tables = {"contracts": contracts, "commitments": commitments, "options": OUTSOURCE}
    folder = three_services(tmp_path, f"investment_limit = {{ {who} = {limit} }}", "12 1 1", **tables)
    (folder / "services.csv").write_text("service,set_up_cost\npayroll,\nwaste,99999\nplanning,\n")
    found = broken(folder, waste(Ash=LIVE, Oak=LIVE, Elm=0), options=TAKEN)
    assert found == (set() if kept else {"investment_limit"})
