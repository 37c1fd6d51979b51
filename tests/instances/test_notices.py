"""What is no fault but is said: data without effect, figures that leave something open."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import SHIRE, TWO_SERVICES, shire

LINE = "council_a, council_b\nAsh, Elm\nElm, Oak\n"
"""Yew has no neighbour."""
OPTIONS = "council, service, option, one_off_cost, available_from\n"
CONTRACT = "council, service, expires\nOak, payroll, 2027-10-01\n"
OFFICES = "service, category\npayroll, back_office\nwaste, front_line\n"


def notes(folder: Path, calendar: str = "12 3 4", *, rules: str = "", **tables: str) -> tuple[str, ...]:
    """What is said of the shire with some tables."""
    return shire(folder, calendar, rules=rules, **tables).notes


def test_nothing_is_said_of_what_is_in_order(tmp_path: Path) -> None:
    """Rules that are on, options after the contract, vehicles of two kinds, a successor that is no council of the table."""
    rules = 'contiguity = true\ninvestment_limit = { council = { "2026/27" = 1, "2027/28" = 2, "2028/29" = 0 }, total = 9 }'
    found = notes(
        tmp_path,
        rules=rules + "\nminimum_total_saving = { amount = 1, year = 4 }",
        adjacency=LINE + "Oak, Yew\n",
        options=OPTIONS + "Oak, payroll, redesign, 5, 2027-10-01\nElm, payroll, redesign, 5,\n",
        contracts=CONTRACT,
        vehicles="vehicle, minimum_members\nlead_authority,\ncompany, 4\n",
        councils=SHIRE["councils"]
        .replace("longitude", "longitude, ceases, successor")
        .replace("51.3,     0.0", "51.3, 0, 2028-04-01, New Forest"),
    )
    assert found == ()


def test_a_council_without_neighbours(tmp_path: Path) -> None:
    """Yew has none; Elm's only neighbours do not run waste. What is live is not held to the rule."""
    said = "adjacency.csv: {} has no neighbour that runs {}, so rule contiguity keeps it from sharing"
    assert notes(tmp_path, rules="contiguity = true", adjacency=LINE) == (said.format("Yew", "payroll"),)
    assert notes(tmp_path, rules='contiguity = ["waste"]', adjacency="council_a, council_b\nElm, Oak\n", **TWO_SERVICES) == tuple(
        said.format(council, "waste") for council in ("Ash", "Elm")
    )
    live = "council, service, decision, other\nYew, payroll, live, Ash\n"
    assert notes(tmp_path, rules="contiguity = true", adjacency=LINE, commitments=live) == ()
    assert notes(tmp_path, rules="contiguity = false", adjacency=LINE) == ()


@pytest.mark.parametrize(
    ("day", "said"), [("", True), ("2020-01-01", True), ("2027-09-30", True), ("2027-10-01", False), ("2028-01-01", False)]
)
def test_an_option_before_the_contract_ends(tmp_path: Path, day: str, said: bool) -> None:
    """Oak's contract ends in October 2027; an option does not wait for it."""
    text = "options.csv: 'redesign' of Oak for payroll can be taken before the contract ends; it does not wait, and pays its own one_off_cost alone"
    changes = {"options": OPTIONS + f"Oak, payroll, redesign, 5, {day}\n", "contracts": CONTRACT}
    assert notes(tmp_path, **changes) == ((text,) if said else ())
    assert notes(tmp_path, rules="contract_timing = false", **changes) == ()


def test_a_contract_that_has_ended_by_the_start(tmp_path: Path) -> None:
    """Nothing can be taken before it."""
    contract = "council, service, expires\nOak, payroll, 2026-04-01\n"
    assert notes(tmp_path, options=OPTIONS + "Oak, payroll, redesign, 5,\n", contracts=contract) == ()


def test_options_that_nobody_can_take(tmp_path: Path) -> None:
    """Oak has to share, and Yew's come after the last tranche; the first is named. What is to be taken leaves no other."""
    found = notes(
        tmp_path,
        options=OPTIONS + "Oak, payroll, redesign, 5,\nYew, payroll, outsource, 5, 2028-04-02\nElm, payroll, redesign, 5,\n",
        commitments="council, service, decision, other\nOak, payroll, shares_with, Ash\n",
    )
    text = "options.csv: 'redesign' of Oak for payroll and 1 more can be taken in no tranche, since {}"
    text = text.format("the council has to share or to take another, or its dates leave none")
    assert found == (text,)


def test_options_beside_one_that_is_taken(tmp_path: Path) -> None:
    """Oak has taken to outsource before the start, while a contract runs, which nobody has to be told; its redesign comes into no question."""
    found = notes(
        tmp_path,
        options=OPTIONS + "Oak, payroll, redesign, 5,\nOak, payroll, outsource, 5,\n",
        contracts="council, service, expires\nOak, payroll, 2027-04-01\n",
        commitments="council, service, decision, go_live, option\nOak, payroll, takes, 2025-04-01, outsource\n",
    )
    why = "the council has to share or to take another, or its dates leave none"
    assert found == (f"options.csv: 'redesign' of Oak for payroll can be taken in no tranche, since {why}",)


def test_vehicles_that_leave_no_choice(tmp_path: Path) -> None:
    """One vehicle is every partnership's; one that needs more members than a partnership may have is nobody's."""
    assert notes(tmp_path, vehicles="vehicle\ncompany\n") == ("vehicles.csv: 'company' is the only vehicle, so every partnership has it",)
    found = notes(
        tmp_path,
        rules="partnership_size = { maximum = 3 }",
        vehicles="vehicle, minimum_members\ncompany, 4\ncommittee, 3\nlead_authority,\n",
    )
    assert found == ("vehicles.csv: 'company' needs 4 members, more than partnership_size allows for payroll",)


def test_years_without_a_limit(tmp_path: Path) -> None:
    """Tranches begin in three financial years; a table of one leaves two open. A bare figure holds in all."""
    said = "instance.toml: rules.investment_limit.{} has no figure for {}, so nothing limits it then"
    assert notes(tmp_path, rules='investment_limit = { programme = { "2027/28" = 5 }, council = 4 }') == (
        said.format("programme", "2026/27 and 2028/29"),
    )
    assert notes(tmp_path, rules='investment_limit = { council = { "2026/27" = 5, "2027/28" = 5 } }') == (
        said.format("council", "2028/29"),
    )


def test_a_last_year_that_is_not_whole(tmp_path: Path) -> None:
    """Two and a half years: the third has six months."""
    rules = "minimum_total_saving = {{ amount = 5, year = {} }}"
    assert notes(tmp_path, "6 2 2.5", rules=rules.format(2)) == ()
    assert notes(tmp_path, "6 2 2.5", rules=rules.format(3)) == ("instance.toml: rules.minimum_total_saving counts the 6 months of year 3",)


def test_sequencing_that_holds_nobody_up(tmp_path: Path) -> None:
    """Nobody who runs parking runs payroll."""
    rules = 'sequencing = [{ service = "parking", after = ["payroll"], periods = 1 }, { service = "waste", after = ["payroll", "parking"], periods = 1 }]'
    found = notes(
        tmp_path,
        rules=rules,
        services="service\npayroll\nwaste\nparking\n",
        councils=SHIRE["councils"] + "Fir, 51.4, 0.0\n",
        baselines=TWO_SERVICES["baselines"] + "Fir, parking, 1000, 0, 0, 1, yes\n",
    )
    assert found == ("instance.toml: rules.sequencing item 1 has no effect: no council that runs parking runs payroll",)


def test_councils_with_too_few_services_for_sequencing(tmp_path: Path) -> None:
    """Fir runs waste and no payroll, so it can never have had payroll live before."""
    found = notes(
        tmp_path,
        rules='sequencing = [{ category = "front_line", after_back_office = 1, periods = 1 }]',
        services=OFFICES,
        councils=SHIRE["councils"] + "Fir, 51.4, 0.0\n",
        baselines=TWO_SERVICES["baselines"] + "Fir, waste, 1000, 0, 0, 1, yes\n",
    )
    said = "instance.toml: rules.sequencing item 1: Fir runs fewer than 1 back_office services, so no front_line service can go live there"
    assert found == (said,)
