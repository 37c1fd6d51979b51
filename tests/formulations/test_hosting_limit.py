"""Rule hosting_limit: how many services one council may host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

WASTE_LIVE = "council, service, decision, other\nElm, waste, live, Ash\n"
COMPANY = "vehicle\ncompany\nlead_authority\n"
PAYROLL, WASTE = ("payroll", "Ash"), ("waste", "Ash")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", set()),
        ("hosting_limit = false", set()),
        ("hosting_limit = 2", set()),
        ("hosting_limit = 1", {"Ash"}),
        ("hosting_limit = 0", {"Ash", "Elm"}),
    ],
)
def test_hosting_limit_index(shire_model: Callable[..., Any], two_services: dict[str, str], rule: str, expected: set[str]) -> None:
    """Ash could host two services, Elm one; another vehicle is no other service."""
    assert rows(shire_model(rules=rule, **two_services), "hosting_limit") == expected
    assert rows(shire_model(rules=rule, vehicles=COMPANY, **two_services), "hosting_limit") == expected


@pytest.mark.parametrize(
    ("opened", "room"),
    [
        ([], 1),
        ([(*PAYROLL, 0)], 0),
        ([(*WASTE, 1)], 0),
        ([(*PAYROLL, 0), (*WASTE, 1)], -1),
        ([("payroll", "Elm", 0)], 1),
        ([(*PAYROLL, "company", 0), (*WASTE, 1)], -1),
    ],
)
def test_hosting_limit_row(shire_model: Callable[..., Any], two_services: dict[str, str], opened: list[Any], room: int) -> None:
    """One service, in whatever tranche and by whatever vehicle; what Elm hosts does not count."""
    m = shire_model(rules="hosting_limit = 1", vehicles=COMPANY, **two_services)
    put(m, open=dict.fromkeys(opened, 1))
    assert slack(m, "hosting_limit", "Ash") == room


def test_hosting_limit_row_counts_what_is_live(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """Ash hosts waste already."""
    m = shire_model(rules="hosting_limit = 1", commitments=WASTE_LIVE, **two_services)
    put(m, open={(*WASTE, -1): 1, (*PAYROLL, 0): 1})
    assert slack(m, "hosting_limit", "Ash") == -1


@pytest.mark.parametrize(
    ("rule", "saving", "value", "host", "hosts_waste"),
    [
        ("", 6_000, 56_000, "Ash", True),
        ("hosting_limit = 1", 6_000, 51_000, "Elm", True),
        ("hosting_limit = 1", 4_000, 50_000, "Ash", False),
    ],
)
def test_who_hosts_what(
    shire_plan: Callable[..., Any], two_services: dict[str, str], rule: str, saving: int, value: float, host: str, hosts_waste: bool
) -> None:
    """In one year payroll saves 50 with Ash as host and 45 with Elm, waste 6 or 4 with Ash, its only host.

    With one service for each host 45 + 6 is more than 50, but 45 + 4 is less.
    """
    estimates = f"council, service, host, annual_saving\nElm, waste, Ash, {saving}\n"
    worth, plan = shire_plan("12 1 1", economics="duplication_avoided = 0.5", rules=rule, estimates=estimates, **two_services)
    assert worth == pytest.approx(value)
    assert plan["Oak", "payroll"] == (host, 0)
    assert (("Elm", "waste") in plan) == hosts_waste


def test_a_host_that_is_live_takes_no_more(shire_plan: Callable[..., Any], two_services: dict[str, str]) -> None:
    """Ash hosts waste already, so Elm hosts payroll: 45 instead of 50."""
    worth, plan = shire_plan(
        "12 1 1", economics="duplication_avoided = 0.5", rules="hosting_limit = 1", commitments=WASTE_LIVE, **two_services
    )
    assert (worth, plan["Ash", "payroll"]) == (pytest.approx(45_000), ("Elm", 0))
