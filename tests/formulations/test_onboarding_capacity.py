"""Rule onboarding_capacity: how many members one host can take on in a tranche."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

ASH, ELM = ("payroll", "Ash"), ("payroll", "Elm")
LIVE = "council, service, decision, other\nElm, payroll, live, Ash\n"
COMPANY = "vehicle\ncompany\nlead_authority\n"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", set()),
        ("onboarding_capacity = false", set()),
        ("onboarding_capacity = 3", set()),
        ("onboarding_capacity = 2", {(*h, k) for h in (ASH, ELM) for k in (0, 1)}),
        ("onboarding_capacity = { payroll = 1 }", {(*h, k) for h in (ASH, ELM) for k in (0, 1)}),
        ("onboarding_capacity = { waste = 0 }", {("waste", "Ash", k) for k in (0, 1)}),
        ("onboarding_capacity = 1", {(*h, k) for h in (ASH, ELM) for k in (0, 1)}),
    ],
)
def test_onboarding_capacity_index(shire_model: Callable[..., Any], two_services: dict[str, str], rule: str, expected: set[Any]) -> None:
    """A row where more could join than the rule allows: three for payroll, one for waste; vehicles make no more of them."""
    assert rows(shire_model(rules=rule, **two_services), "onboarding_capacity") == expected
    assert rows(shire_model(rules=rule, vehicles=COMPANY, **two_services), "onboarding_capacity") == expected


def test_onboarding_capacity_index_leaves_out_what_is_live(shire_model: Callable[..., Any]) -> None:
    """Elm is live with Ash: Oak and Yew may join in either tranche, nobody in the one before the start."""
    m = shire_model(rules="onboarding_capacity = 1", commitments=LIVE)
    assert rows(m, "onboarding_capacity") == {(*ASH, 0), (*ASH, 1)}
    assert rows(shire_model(rules="onboarding_capacity = 2", commitments=LIVE), "onboarding_capacity") == set()
    assert rows(shire_model(rules="onboarding_capacity = 0", commitments=LIVE), "onboarding_capacity") == {(*ASH, 0), (*ASH, 1)}


def test_onboarding_capacity_index_of_the_services_table(shire_model: Callable[..., Any]) -> None:
    """The figure in services.csv goes before the rule's."""
    m = shire_model(rules="onboarding_capacity = 3", services="service, onboarding_capacity\npayroll, 0\n")
    put(m, join={("Elm", *ASH, 0): 1}, open={(*ASH, 0): 1})
    assert slack(m, "onboarding_capacity", *ASH, 0) == -1


@pytest.mark.parametrize(
    ("joined", "opened", "room"),
    [
        ({}, None, [0, 0]),
        ({}, 0, [2, 2]),
        ({"Elm": 0, "Oak": 0}, 0, [0, 2]),
        ({"Elm": 0, "Oak": 0, "Yew": 0}, 0, [-1, 2]),
        ({"Elm": 0, "Oak": 1, "Yew": 1}, 0, [1, 0]),
        ({"Elm": 0, "Oak": 1, "Yew": 1}, 1, [-1, 0]),
        ({"Elm": 1, "Oak": 1, "Yew": 1}, 0, [2, -1]),
    ],
)
def test_onboarding_capacity_row(shire_model: Callable[..., Any], joined: dict[str, int], opened: int | None, room: list[int]) -> None:
    """Two join Ash in a tranche, and none before it has opened; who joins Elm does not count."""
    m = shire_model(rules="onboarding_capacity = 2")
    join = {(c, *ASH, k): 1 for c, k in joined.items()} | {("Yew", *ELM, k): 1 for k in (0, 1)}
    put(m, join=join, open={(*ELM, 0): 1} | ({} if opened is None else {(*ASH, opened): 1}))
    assert [slack(m, "onboarding_capacity", *ASH, k) for k in (0, 1)] == room


def test_onboarding_capacity_row_of_all_vehicles(shire_model: Callable[..., Any]) -> None:
    """The host takes on two, by whatever vehicle."""
    m = shire_model(rules="onboarding_capacity = 2", vehicles=COMPANY)
    put(m, join={("Elm", *ASH, 0): 1, ("Oak", *ASH, "company", 0): 1}, open={(*ASH, "company", 0): 1})
    assert slack(m, "onboarding_capacity", *ASH, 0) == 0


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("", 150_000, {"Elm": 0, "Yew": 0, "Oak": 0}),
        ("onboarding_capacity = 2", 140_000, {"Elm": 0, "Yew": 0, "Oak": 1}),
        ("onboarding_capacity = 1", 115_000, {"Elm": 0, "Yew": 1, "Oak": 2}),
    ],
)
def test_who_joins_first(shire_plan: Callable[..., Any], rule: str, value: float, expected: dict[str, int]) -> None:
    """Elm saves 25 a year, Yew 15, Oak 10, over three years with Ash; one after the other 75 + 30 + 10."""
    worth, plan = shire_plan("12 3 3", economics="duplication_avoided = 0.5", rules=rule)
    assert worth == pytest.approx(value)
    assert plan == {("Ash", "payroll"): ("Ash", 0)} | {(council, "payroll"): ("Ash", k) for council, k in expected.items()}


def test_who_is_live_already_takes_no_room(shire_plan: Callable[..., Any]) -> None:
    """Elm and Ash are live; of Oak and Yew one joins at once, Yew, who saves 15 a year, the other 10 from the second year on."""
    worth, plan = shire_plan(economics="duplication_avoided = 0.5", rules="onboarding_capacity = 1", commitments=LIVE)
    assert worth == pytest.approx(75_000 + 45_000 + 20_000)
    assert (plan["Yew", "payroll"], plan["Oak", "payroll"], plan["Elm", "payroll"]) == (("Ash", 0), ("Ash", 1), ("Ash", -1))
