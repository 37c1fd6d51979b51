"""Rule each_hosts: a council that joins anything also hosts something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

RULE = "each_hosts = true"
WASTE_LIVE = "council, service, decision, other\nElm, waste, live, Ash\n"
EVERYBODY = {("Ash", "payroll"), ("Elm", "payroll"), ("Oak", "payroll"), ("Yew", "payroll"), ("Elm", "waste")}
RECIPROCAL = "council, service, host, annual_saving\nElm, waste, Ash, {}\n"


def test_each_hosts_index(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """A row for each council and service that it may join for; Ash alone may host waste, so nobody else's join is judged there."""
    assert rows(shire_model(rules=RULE, **two_services), "each_hosts") == EVERYBODY
    assert rows(shire_model(rules="each_hosts = false", **two_services), "each_hosts") == set()
    assert rows(shire_model(**two_services), "each_hosts") == set()


def test_each_hosts_index_leaves_out_what_is_live(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """Elm is live with Ash for waste: that join is not judged, its others are."""
    m = shire_model(rules=RULE, commitments=WASTE_LIVE, **two_services)
    assert rows(m, "each_hosts") == EVERYBODY - {("Elm", "waste")}


@pytest.mark.parametrize(
    ("join", "opened", "room"),
    [
        ([], [], 0),
        ([("Ash", "payroll", "Elm", 0)], [], -1),
        ([("Ash", "payroll", "Elm", 0)], [("waste", "Ash", 1)], 0),
        ([("Ash", "payroll", "Elm", 1)], [("waste", "Ash", 0)], 0),
        ([("Ash", "payroll", "Elm", 0)], [("payroll", "Ash", 0)], -1),
        ([("Ash", "payroll", "Elm", 0)], [("payroll", "Elm", 0)], -1),
        ([], [("waste", "Ash", 0)], 1),
    ],
)
def test_each_hosts_row(
    shire_model: Callable[..., Any], two_services: dict[str, str], join: list[Any], opened: list[Any], room: int
) -> None:
    """Ash joins Elm for payroll if it hosts waste, sooner or later; hosting payroll itself is no help, since it cannot do both."""
    m = shire_model(rules=RULE, **two_services)
    put(m, join=dict.fromkeys(join, 1), open=dict.fromkeys(opened, 1))
    assert slack(m, "each_hosts", "Ash", "payroll") == room


def test_each_hosts_row_counts_hosting_that_is_live(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """Ash hosts waste already, so it may join for payroll; Elm, who has only joined, may not."""
    m = shire_model(rules=RULE, commitments=WASTE_LIVE, **two_services)
    put(m, join={("Elm", "waste", "Ash", -1): 1, ("Ash", "payroll", "Elm", 0): 1}, open={("waste", "Ash", -1): 1})
    assert slack(m, "each_hosts", "Ash", "payroll") == 0
    put(m, join={("Elm", "waste", "Ash", -1): 1, ("Elm", "payroll", "Ash", 0): 1}, open={("waste", "Ash", -1): 1})
    assert slack(m, "each_hosts", "Elm", "payroll") == -1


@pytest.mark.parametrize(
    ("rule", "saving", "value"), [("", -3_000, 50_000), (RULE, -3_000, 17_000), (RULE, 4_000, 24_000), (RULE, -21_000, 0)]
)
def test_each_takes_a_turn(shire_plan: Callable[..., Any], two_services: dict[str, str], rule: str, saving: int, value: float) -> None:
    """In one year Ash would host payroll for all: 50. Under the rule Oak and Yew, who host nothing, and Elm, who may not host waste, stay out.

    What is left: Ash joins Elm for payroll and saves 20, and hosts waste for Elm. That pays even where waste loses 3.
    """
    estimates = RECIPROCAL.format(saving)
    worth, plan = shire_plan("12 1 1", economics="duplication_avoided = 0.5", rules=rule, estimates=estimates, **two_services)
    assert worth == pytest.approx(value)
    if rule:
        both = {("Ash", "payroll"): ("Elm", 0), ("Elm", "payroll"): ("Elm", 0), ("Ash", "waste"): ("Ash", 0), ("Elm", "waste"): ("Ash", 0)}
        assert plan == (both if value else {})
