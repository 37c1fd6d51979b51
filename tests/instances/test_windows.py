"""When each council's service may go live: contracts, and what is already decided about dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from small import shire

from instances import Instance
from instances.commitments import decided
from instances.tables import Contract
from instances.windows import Windows, go_live_windows, permits, termination_charge

HEADER = "council, service, expires, break_from, termination_charge, termination_share\n"
TERMS = {"council": "Elm", "service": "payroll", "expires": date(2028, 4, 1)}


def windows(instance: Instance) -> tuple[Windows, dict[str, int]]:
    """The windows of an instance with one service, and the row of each council in them."""
    return go_live_windows(instance, decided(instance)), {council: row for row, (council, _) in enumerate(instance.baselines)}


@pytest.mark.parametrize(
    ("break_from", "day", "allowed"),
    [
        (None, date(2028, 3, 31), False),
        (None, date(2028, 4, 1), True),
        (date(2027, 1, 1), date(2026, 12, 31), False),
        (date(2027, 1, 1), date(2027, 1, 1), True),
        (date(2027, 1, 1), date(2029, 1, 1), True),
    ],
)
def test_permits(break_from: date | None, day: date, allowed: bool) -> None:
    """From the day it expires, or from the day of the break."""
    assert permits(Contract(**TERMS, break_from=break_from), day) is allowed


@pytest.mark.parametrize(
    ("day", "charge"),
    [
        (date(2024, 4, 1), 500 + 0.1 * 2_000 * 4),
        (date(2028, 3, 31), 500 + 0.1 * 2_000 / 365.25),
        (date(2028, 4, 1), 0),
        (date(2030, 1, 1), 0),
    ],
)
def test_termination_charge(day: date, charge: float) -> None:
    """500 and a tenth of the annual 2,000 for each year left: 1,461 days are four years; nothing once it has expired."""
    contract = Contract(**TERMS, termination_charge=500, termination_share=0.1)
    assert termination_charge(contract, 2_000, day) == pytest.approx(charge)


@pytest.mark.parametrize(
    ("row", "allowed", "charges"),
    [
        ("2026-04-01, , 900, 0.5", [True, True, True], [0, 0, 0]),
        ("2026-04-02, , 900, 0.5", [False, True, True], [0, 0, 0]),
        ("2028-03-31, , 900, 0.5", [False, False, True], [0, 0, 0]),
        ("2040-01-01, , 900, 0.5", [False, False, False], [0, 0, 0]),
        ("2028-04-01, 2027-04-01, 900,", [False, True, True], [0, 900, 0]),
        ("2028-04-01, 2020-01-01, , 0.5", [True, True, True], [0.5 * 150_000 * 731 / 365.25, 0.5 * 150_000 * 366 / 365.25, 0]),
    ],
)
def test_window_of_a_contract(tmp_path: Path, row: str, allowed: list[bool], charges: list[float]) -> None:
    """Elm's tranches begin in April of 2026, 2027 and 2028; a charge stands only where it may go live. Others are free."""
    found, place = windows(shire(tmp_path, "12 3 4", contracts=HEADER + f"Elm, payroll, {row}\n"))
    assert found.allowed[place["Elm"]].tolist() == allowed
    assert found.too_early[place["Elm"]].tolist() == [not one for one in allowed]
    assert found.charge[place["Elm"]] == pytest.approx(charges)
    others = [row for council, row in place.items() if council != "Elm"]
    assert found.allowed[others].all()
    assert not found.charge[others].any()
    assert not found.decided.any()


def test_contracts_do_not_count_where_the_rule_is_off(tmp_path: Path) -> None:
    """Neither wait nor charge."""
    found, _ = windows(
        shire(tmp_path, rules="contract_timing = false", contracts=HEADER + "Elm, payroll, 2040-01-01, 2020-01-01, 900, 0.5\n")
    )
    assert found.allowed.all()
    assert not found.charge.any()


@pytest.mark.parametrize(
    ("decision", "allowed"),
    [
        ("Elm, payroll, not_before, , 2027-04-01", [False, True, True]),
        ("Elm, payroll, not_before, , 2027-04-02", [False, False, True]),
        ("Elm, payroll, hosts, , 2027-04-01", [False, True, False]),
        ("Elm, payroll, hosts, ,", [True, True, True]),
        ("Elm, payroll, shares_with, Ash, 2028-04-01", [False, False, True]),
        ("Oak, payroll, together, Elm, 2026-04-01", [True, False, False]),
        ("Elm, payroll, stays_out, ,", [False, False, False]),
        ("Elm, payroll, live, Ash,", [False, False, False]),
        ("Oak, payroll, live, Elm,", [False, False, False]),
        ("Elm, payroll, never_with, Ash,", [True, True, True]),
    ],
)
def test_window_of_a_decision(tmp_path: Path, decision: str, allowed: list[bool]) -> None:
    """What is decided about Elm's date, or leaves it no choice."""
    found, place = windows(shire(tmp_path, "12 3 4", commitments=f"council, service, decision, other, go_live\n{decision}\n"))
    assert found.allowed[place["Elm"]].tolist() == allowed
    assert found.decided[place["Elm"]].tolist() == [not one for one in allowed]
    assert not found.too_early.any()


def test_contract_and_decision_hold_together(tmp_path: Path) -> None:
    """The contract closes the first tranche, the decision all but the first two."""
    found, place = windows(
        shire(
            tmp_path,
            "12 3 4",
            contracts=HEADER + "Elm, payroll, 2027-01-01, , ,\n",
            commitments="council, service, decision, go_live\nElm, payroll, hosts, 2027-04-01\n",
        )
    )
    assert found.allowed[place["Elm"]].tolist() == [False, True, False]
    assert found.too_early[place["Elm"]].tolist() == [True, False, False]


def test_a_council_that_ceases(tmp_path: Path) -> None:
    """Elm goes in April 2027, Oak the day after: no go-live on its last day's morrow or later, whatever is decided."""
    councils = "council, latitude, longitude, ceases\nAsh, 51, 0,\nElm, 51, 0, 2027-04-01\nOak, 51, 0, 2027-04-02\nYew, 51, 0,\n"
    found, place = windows(shire(tmp_path, "12 3 4", councils=councils))
    assert found.ceased[place["Elm"]].tolist() == [False, True, True]
    assert found.ceased[place["Oak"]].tolist() == [False, False, True]
    assert not found.ceased[[place["Ash"], place["Yew"]]].any()
    assert (found.allowed == ~found.ceased).all()
    assert not found.too_early.any()
    assert not found.decided.any()
