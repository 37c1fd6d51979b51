"""Which alternatives to sharing can be taken, and when."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import SHIRE, TWO_SERVICES, shire

from instances.alternatives import available_options
from instances.commitments import decided
from instances.graph import council_graph

OPTIONS = "council, service, option, annual_saving, available_from\n"


def takes(folder: Path, options: str, commitments: str = "", **changes: str) -> list[tuple[str, str, str, int]]:
    """What can be taken in the shire with two services and three yearly tranches from April 2026."""
    instance = shire(
        folder,
        "12 3 4",
        **TWO_SERVICES
        | {"options": OPTIONS + options, "commitments": "council, service, decision, other, go_live\n" + commitments}
        | changes,
    )
    frame = available_options(instance, decided(instance))
    assert list(frame.columns) == ["council", "service", "option", "tranche"]
    assert council_graph(instance).options.equals(frame)
    return list(frame.itertuples(index=False, name=None))


def test_sorted_by_service_council_option_and_tranche(tmp_path: Path) -> None:
    """Whatever the order of the file."""
    rows = "Elm, waste, redesign, 5,\nOak, payroll, redesign, 5,\nElm, payroll, redesign, 5,\nElm, payroll, outsource, 5,\n"
    assert takes(tmp_path, rows) == [
        (council, service, option, tranche)
        for council, service, option in (
            ("Elm", "payroll", "outsource"),
            ("Elm", "payroll", "redesign"),
            ("Oak", "payroll", "redesign"),
            ("Elm", "waste", "redesign"),
        )
        for tranche in range(3)
    ]


@pytest.mark.parametrize(
    ("available_from", "tranches"),
    [("", [0, 1, 2]), ("2026-04-01", [0, 1, 2]), ("2026-04-02", [1, 2]), ("2028-04-01", [2]), ("2028-04-02", [])],
)
def test_available_from(tmp_path: Path, available_from: str, tranches: list[int]) -> None:
    """On the day or later."""
    assert [take[3] for take in takes(tmp_path, f"Oak, payroll, redesign, 5, {available_from}\n")] == tranches


@pytest.mark.parametrize(
    ("decision", "tranches"),
    [
        ("Oak, payroll, not_before, , 2027-04-01", [1, 2]),
        ("Oak, , not_before, , 2027-04-02", [2]),
        ("Oak, payroll, stays_out, ,", [0, 1, 2]),
        ("Oak, payroll, never_with, Ash,", [0, 1, 2]),
        ("Ash, payroll, hosts, ,", [0, 1, 2]),
        ("Oak, payroll, shares_with, Ash,", []),
        ("Oak, , shares_with, Ash, 2027-04-01", []),
        ("Oak, payroll, together, Yew,", []),
        ("Yew, payroll, together, Oak,", []),
        ("Oak, payroll, live, Ash,", []),
    ],
)
def test_what_is_decided(tmp_path: Path, decision: str, tranches: list[int]) -> None:
    """Who has to share has no alternative; who stays out of sharing has."""
    assert [take[3] for take in takes(tmp_path, "Oak, payroll, redesign, 5,\n", f"{decision}\n")] == tranches


@pytest.mark.parametrize("decision", ["Ash, payroll, hosts, ,", "Oak, payroll, live, Ash,", "Ash, payroll, live, Ash,"])
def test_a_host_has_no_alternative(tmp_path: Path, decision: str) -> None:
    """Whether its own row says so or that of a live member; its other service has."""
    found = takes(tmp_path, "Ash, payroll, redesign, 5,\nAsh, waste, redesign, 5,\n", f"{decision}\n")
    assert {take[1] for take in found} == {"waste"}


def test_all_of_them_hold(tmp_path: Path) -> None:
    """From the later day on, until the council ceases; a contract holds nothing up."""
    rows = "Oak, payroll, redesign, 5, 2027-01-01\nYew, payroll, redesign, 5,\n"
    councils = SHIRE["councils"].replace("longitude", "longitude, ceases").replace("51.2,     0.0", "51.2, 0.0, 2028-04-01")
    found = takes(
        tmp_path,
        rows,
        "Yew, payroll, not_before, , 2028-01-01\n",
        councils=councils,
        contracts="council, service, expires\nOak, payroll, 2040-01-01\n",
    )
    assert found == [("Oak", "payroll", "redesign", 1), ("Yew", "payroll", "redesign", 2)]


def test_commitments_off(tmp_path: Path) -> None:
    """Then nothing is decided."""
    instance = shire(
        tmp_path,
        rules="commitments = false",
        options=OPTIONS + "Oak, payroll, redesign, 5,\n",
        commitments="council, service, decision, other\nOak, payroll, shares_with, Ash\n",
    )
    assert len(available_options(instance, decided(instance))) == 2


def test_no_options(tmp_path: Path) -> None:
    """An empty frame with its columns."""
    instance = shire(tmp_path)
    frame = available_options(instance, decided(instance))
    assert list(frame.columns) == ["council", "service", "option", "tranche"]
    assert len(frame) == 0
