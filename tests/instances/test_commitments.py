"""What is already decided, brought down to single councils and services."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from small import TWO_SERVICES, shire

from instances.commitments import Decided, decided

HEADER = "council, service, decision, other, go_live\n"
START = date(2026, 4, 1)


def decide(folder: Path, rows: str, *, rules: str = "") -> Decided:
    """The decisions of the shire with two services; Ash and Elm run both."""
    return decided(shire(folder, rules=rules, commitments=HEADER + rows, **TWO_SERVICES))


def test_each_decision(tmp_path: Path) -> None:
    """One row of each kind."""
    rows = """Ash, payroll, hosts, ,
        Oak, payroll, shares_with, Ash, 2027-04-01
        Elm, payroll, together, Yew,
        Yew, payroll, never_with, Oak,
        Elm, waste, stays_out, ,
        Ash, waste, not_before, , 2026-10-15
        """
    assert decide(tmp_path, rows) == Decided(
        hosts={("Ash", "payroll")},
        shares_with={("Oak", "payroll"): ("Ash",)},
        together=(("Elm", "Yew", "payroll"),),
        never_with=(("Yew", "Oak", "payroll"),),
        stays_out={("Elm", "waste")},
        not_before={("Ash", "waste"): date(2026, 10, 15)},
        go_live={("Oak", "payroll"): (date(2027, 4, 1),)},
    )


def test_none_where_the_rule_is_off(tmp_path: Path) -> None:
    """With commitments off nothing is decided, live arrangements included."""
    assert decide(tmp_path, "Ash, payroll, hosts, ,\nElm, waste, live, Ash,\n", rules="commitments = false") == Decided()


@pytest.mark.parametrize(
    ("row", "services"),
    [("Elm, , stays_out, ,\n", {"payroll", "waste"}), ("Oak, , stays_out, ,\n", {"payroll"}), ("Elm, waste, stays_out, ,\n", {"waste"})],
)
def test_a_blank_service_is_every_one_that_the_council_runs(tmp_path: Path, row: str, services: set[str]) -> None:
    """Elm runs two, Oak one."""
    assert {service for _, service in decide(tmp_path, row).stays_out} == services


def test_a_blank_service_about_two_is_every_one_that_both_run(tmp_path: Path) -> None:
    """Ash and Oak have payroll in common, Ash and Elm both services."""
    assert decide(tmp_path, "Ash, , never_with, Oak,\n").never_with == (("Ash", "Oak", "payroll"),)
    assert decide(tmp_path, "Elm, , shares_with, Ash,\n").shares_with == {("Elm", "payroll"): ("Ash",), ("Elm", "waste"): ("Ash",)}


def test_dates_of_together_hold_for_both(tmp_path: Path) -> None:
    """Both go live on the day."""
    day = (date(2027, 4, 1),)
    assert decide(tmp_path, "Elm, payroll, together, Oak, 2027-04-01\n").go_live == {("Elm", "payroll"): day, ("Oak", "payroll"): day}


def test_decisions_add_up(tmp_path: Path) -> None:
    """The later of two dates holds; two hosts to share with are both kept, and clash later."""
    rows = "Yew, payroll, not_before, , 2027-01-01\nYew, , not_before, , 2026-06-01\nYew, payroll, shares_with, Ash,\nYew, payroll, shares_with, Elm,\n"
    found = decide(tmp_path, rows)
    assert found.not_before == {("Yew", "payroll"): date(2027, 1, 1)}
    assert found.shares_with == {("Yew", "payroll"): ("Ash", "Elm")}


def test_the_host_of_who_is_live_is_live(tmp_path: Path) -> None:
    """Without a row of its own it is so since its first member; a blank date is the start."""
    found = decide(tmp_path, "Oak, payroll, live, Elm, 2025-01-15\nYew, payroll, live, Elm, 2024-07-01\nElm, waste, live, Ash,\n")
    since = date(2024, 7, 1)
    assert found.live == {
        ("Ash", "waste"): ("Ash", START),
        ("Elm", "payroll"): ("Elm", since),
        ("Elm", "waste"): ("Ash", START),
        ("Oak", "payroll"): ("Elm", date(2025, 1, 15)),
        ("Yew", "payroll"): ("Elm", since),
    }


def test_a_live_host_keeps_its_own_date(tmp_path: Path) -> None:
    """Its row says when, even if a member's date is earlier or later."""
    for day in (date(2022, 4, 1), date(2025, 12, 1)):
        found = decide(tmp_path, f"Elm, payroll, live, Elm, {day}\nOak, payroll, live, Elm, 2024-04-01\n")
        assert found.live["Elm", "payroll"] == ("Elm", day)


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ("", True),
        ("Oak, payroll, stays_out, ,\n", False),
        ("Oak, payroll, shares_with, Ash,\n", True),
        ("Oak, payroll, shares_with, Elm,\n", False),
        ("Oak, payroll, shares_with, Ash, 2026-04-01\n", False),
        ("Oak, payroll, hosts, ,\n", False),
        ("Oak, payroll, never_with, Yew,\n", True),
    ],
)
def test_whether_what_is_live_is_kept(tmp_path: Path, row: str, kept: bool) -> None:
    """Oak is live with Ash: not if it is to stay out, to go elsewhere, or to go live on a day."""
    found = decide(tmp_path, "Oak, payroll, live, Ash, 2025-04-01\n" + row)
    assert found.live_is_kept(("Oak", "payroll")) is kept
    assert found.live_is_kept(("Ash", "payroll"))


VEHICLES = "vehicle, services\nlead_authority, payroll\ncompany,\ncommittee, waste\n"
"""Payroll may be run by a lead authority or a company, waste by a company or a committee."""


def vehicles(folder: Path, rows: str, table: str = VEHICLES) -> dict[tuple[str, str], str]:
    """The vehicle that is decided of each host and service; rows end with it."""
    changed = {"vehicles": table} if table else {}
    commitments = HEADER.replace("go_live", "go_live, vehicle") + rows
    return decided(shire(folder, commitments=commitments, **changed, **TWO_SERVICES)).vehicle


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("Ash, payroll, hosts, , , company\n", {("Ash", "payroll"): "company"}),
        ("Ash, payroll, hosts, , ,\n", {}),
        ("Ash, , hosts, , , company\n", {("Ash", "payroll"): "company", ("Ash", "waste"): "company"}),
        ("Oak, payroll, live, Ash, , company\n", {("Ash", "payroll"): "company"}),
        ("Ash, payroll, live, Ash, , company\nOak, payroll, live, Ash, ,\n", {("Ash", "payroll"): "company"}),
        ("Oak, payroll, live, Ash, ,\nYew, payroll, live, Ash, , company\n", {("Ash", "payroll"): "company"}),
        ("Oak, payroll, live, Ash, ,\nAsh, payroll, hosts, , , company\n", {("Ash", "payroll"): "company"}),
        ("Oak, payroll, live, Ash, ,\n", {("Ash", "payroll"): "lead_authority"}),
        (
            "Oak, payroll, live, Ash, ,\nYew, payroll, live, Elm, , company\n",
            {("Ash", "payroll"): "lead_authority", ("Elm", "payroll"): "company"},
        ),
        ("Elm, , live, Ash, , company\n", {("Ash", "payroll"): "company", ("Ash", "waste"): "company"}),
    ],
)
def test_vehicle_of_a_partnership(tmp_path: Path, rows: str, expected: dict[tuple[str, str], str]) -> None:
    """The one that a row of the host or of a live member names; else, of what is live, the lead authority. What is to come is free."""
    assert vehicles(tmp_path, rows) == expected


def test_vehicle_of_what_is_live_where_no_row_names_it(tmp_path: Path) -> None:
    """The only one there is, the only one that may run the service, or the lead authority where there is no table."""
    row = "Elm, waste, live, Ash, ,\n"
    assert vehicles(tmp_path, row, "") == {("Ash", "waste"): "lead_authority"}
    assert vehicles(tmp_path, row, "vehicle\ncompany\n") == {("Ash", "waste"): "company"}
    assert vehicles(tmp_path, row, "vehicle, services\ncompany, payroll\ncommittee, waste\n") == {("Ash", "waste"): "committee"}
    assert vehicles(tmp_path, row, "vehicle, services\nlead_authority,\ncompany,\n") == {("Ash", "waste"): "lead_authority"}


def test_no_vehicle_where_the_rule_is_off(tmp_path: Path) -> None:
    """With commitments off nothing is decided."""
    rows = HEADER.replace("go_live", "go_live, vehicle") + "Oak, payroll, live, Ash, , company\n"
    assert decided(shire(tmp_path, rules="commitments = false", commitments=rows, vehicles=VEHICLES, **TWO_SERVICES)).vehicle == {}


@pytest.mark.parametrize(
    ("row", "sharing"),
    [
        ("Ash, payroll, hosts, ,\n", {("Ash", "payroll")}),
        ("Ash, , hosts, ,\n", {("Ash", "payroll"), ("Ash", "waste")}),
        ("Oak, payroll, shares_with, Ash,\n", {("Oak", "payroll")}),
        ("Oak, payroll, together, Yew,\n", {("Oak", "payroll"), ("Yew", "payroll")}),
        ("Oak, payroll, live, Ash,\n", {("Ash", "payroll"), ("Oak", "payroll")}),
        ("Oak, payroll, stays_out, ,\nElm, payroll, not_before, , 2027-01-01\nYew, payroll, never_with, Ash,\n", set()),
    ],
)
def test_who_has_to_share(tmp_path: Path, row: str, sharing: set[tuple[str, str]]) -> None:
    """Hosts, those who join, both of two together, and what is live with its host."""
    found = decide(tmp_path, row)
    everyone = [(council, service) for council in ("Ash", "Elm", "Oak", "Yew") for service in ("payroll", "waste")]
    assert {key for key in everyone if found.must_share(*key)} == sharing
