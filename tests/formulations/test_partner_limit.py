"""Rule partner_limit: how many different partners one council has over all services."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from small import put, rows, slack

from instances import Instance
from optimiser import solve

COUNCILS = ("Ash", "Elm", "Oak", "Yew")
NEVER = "council, service, decision, other\nOak, payroll, never_with, Yew\n"
LIVE = "council, service, decision, other\nElm, payroll, live, Ash\n"
ALL = {pair: 1 for pair in combinations(COUNCILS, 2)}


def meet(*pairs: tuple[str, str], service: str = "payroll", hosts: tuple[str, ...] = ("Ash", "Elm")) -> set[Any]:
    """The rows of pairs of which one may join the other, or both a third that may host."""
    found = {(a, b, service, "") for a, b in pairs if {a, b} & set(hosts)}
    return found | {(a, b, service, h) for a, b in pairs for h in hosts if h not in (a, b)}


@pytest.mark.parametrize(
    ("rule", "on"),
    [("", False), ("partner_limit = false", False), ("partner_limit = 3", False), ("partner_limit = 2", True), ("partner_limit = 0", True)],
)
def test_partner_link_index_and_partner_limit_index(shire_model: Callable[..., Any], rule: str, on: bool) -> None:
    """Each of four councils could have three partners: a row for each pair and where it could meet, a row for each council."""
    m = shire_model(rules=rule)
    assert rows(m, "partner_link") == (meet(*combinations(COUNCILS, 2)) if on else set())
    assert rows(m, "partner_limit") == (set(COUNCILS) if on else set())
    assert rows(m, "PARTNERS") == (set(combinations(COUNCILS, 2)) if on else set())


def test_partner_link_index_without_those_in_conflict(shire_model: Callable[..., Any]) -> None:
    """Oak and Yew can never be partners: they have two at most, Ash and Elm still three."""
    m = shire_model(rules="partner_limit = 2", commitments=NEVER)
    assert rows(m, "partner_limit") == {"Ash", "Elm"}
    assert rows(m, "partner_link") == meet(*(pair for pair in combinations(COUNCILS, 2) if pair != ("Oak", "Yew")))


def test_partner_link_index_of_several_services(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """Ash and Elm could meet for waste too, with Ash as host; for each service a row, for the pair one."""
    m = shire_model(rules="partner_limit = 2", **two_services)
    assert rows(m, "partner_link") == meet(*combinations(COUNCILS, 2)) | {("Ash", "Elm", "waste", "")}


def test_partner_link_index_of_pairs_that_count(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """Two apart from the rest, who could have one partner each, need no row."""
    apart = "".join(f"{a}, , never_with, {b}\n" for a in ("Ash", "Elm") for b in ("Oak", "Yew"))
    m = shire_model(rules="partner_limit = 1", commitments="council, service, decision, other\n" + apart, **two_services)
    assert rows(m, "partner_link") == rows(m, "partner_limit") == set()


def test_partner_link_index_of_one_who_could_have_too_many(shire_model: Callable[..., Any]) -> None:
    """Only Elm could have three; its pairs count, wherever its name stands in them."""
    apart = "Ash, payroll, never_with, Oak\nAsh, payroll, never_with, Yew\n"
    m = shire_model(rules="partner_limit = 2", commitments=NEVER + apart)
    assert rows(m, "partner_limit") == {"Elm"}
    assert rows(m, "PARTNERS") == {("Ash", "Elm"), ("Elm", "Oak"), ("Elm", "Yew")}


@pytest.mark.parametrize(
    ("join", "partner", "room"),
    [
        ([], 0, 0),
        ([], 1, 1),
        ([("Elm", "Ash", 0)], 0, -1),
        ([("Elm", "Ash", 1)], 1, 0),
        ([("Ash", "Elm", 0)], 0, -1),
        ([("Oak", "Ash", 0), ("Oak", "Elm", 0)], 0, 0),
    ],
)
def test_partner_link_row_of_host_and_member(shire_model: Callable[..., Any], join: list[Any], partner: float, room: float) -> None:
    """Ash and Elm are partners if one joins the other."""
    m = shire_model(rules="partner_limit = 2")
    put(m, join={(c, "payroll", h, k): 1 for c, h, k in join}, partner={("Ash", "Elm"): partner})
    assert slack(m, "partner_link", "Ash", "Elm", "payroll", "") == room


@pytest.mark.parametrize(
    ("join", "opened", "partner", "room"),
    [
        ([], [], 0, 0),
        ([], [0], 0, 1),
        (["Oak"], [0], 0, 0),
        (["Oak", "Yew"], [0], 0, -1),
        (["Oak", "Yew"], [1], 1, 0),
        (["Oak", "Yew"], [0], 0.5, -0.5),
    ],
)
def test_partner_link_row_of_two_members(
    shire_model: Callable[..., Any], join: list[str], opened: list[int], partner: float, room: float
) -> None:
    """Oak and Yew are partners if both join Ash; if Ash does not open, neither joins."""
    m = shire_model(rules="partner_limit = 2")
    put(
        m,
        join={(c, "payroll", "Ash", 0): 1 for c in join},
        open={("payroll", "Ash", k): 1 for k in opened},
        partner={("Oak", "Yew"): partner},
    )
    assert slack(m, "partner_link", "Oak", "Yew", "payroll", "Ash") == room


def test_partner_link_row_of_any_vehicle(shire_model: Callable[..., Any]) -> None:
    """In the host's partnership, whatever runs it."""
    m = shire_model(rules="partner_limit = 2", vehicles="vehicle\ncompany\nlead_authority\n")
    put(m, join={(c, "payroll", "Ash", "company", 0): 1 for c in ("Oak", "Yew")}, open={("payroll", "Ash", "company", 0): 1})
    assert slack(m, "partner_link", "Oak", "Yew", "payroll", "Ash") == -1
    assert slack(m, "partner_link", "Ash", "Oak", "payroll", "") == -1


def test_partner_link_row_counts_what_is_live(shire_model: Callable[..., Any]) -> None:
    """Elm and Ash are partners already; Oak becomes Elm's partner by joining."""
    m = shire_model(rules="partner_limit = 1", commitments=LIVE)
    put(m, join={("Elm", "payroll", "Ash", -1): 1, ("Oak", "payroll", "Ash", 0): 1}, open={("payroll", "Ash", -1): 1})
    assert slack(m, "partner_link", "Ash", "Elm", "payroll", "") == -1
    assert slack(m, "partner_link", "Elm", "Oak", "payroll", "Ash") == -1


@pytest.mark.parametrize(
    ("partner", "room"),
    [
        ({}, [2, 2, 2, 2]),
        ({("Ash", "Elm"): 1, ("Ash", "Oak"): 1}, [0, 1, 1, 2]),
        ({("Ash", "Yew"): 1, ("Elm", "Yew"): 0.5, ("Oak", "Yew"): 1}, [1, 1.5, 1, -0.5]),
        (ALL, [-1, -1, -1, -1]),
    ],
)
def test_partner_limit_row(shire_model: Callable[..., Any], partner: dict[Any, float], room: list[float]) -> None:
    """Two partners for each council, wherever its name stands in the pair."""
    m = shire_model(rules="partner_limit = 2")
    put(m, partner=partner)
    assert [slack(m, "partner_limit", c) for c in COUNCILS] == room


FIGURES = "duplication_avoided = 0.5\nprocess_saving = 0.1\n"


@pytest.mark.parametrize(("limit", "value", "sizes"), [(3, 65_000, [4]), (2, 53_000, [3]), (1, 40_000, [2, 2]), (0, 0, [])])
def test_how_many_partners(shire: Callable[..., Instance], limit: int, value: float, sizes: list[int]) -> None:
    """In one year, in thousands: Ash saves 4 as host or 24 by joining, Elm 7 or 32, Oak 12, Yew 17.

    All with Ash 65, three of them 4 + 32 + 17 = 53, which beats any three with Elm; two by two 4 + 7 + 12 + 17 = 40, more than
    any single pair.
    """
    document = solve(shire("12 1 1", economics=FIGURES, rules=f"partner_limit = {limit}")).document
    assert document.npv == pytest.approx(value)
    assert [len(p.members) for p in document.partnerships] == sizes


@pytest.mark.parametrize(("limit", "value"), [(3, 70_000), (2, 58_000), (1, 41_000)])
def test_a_partner_in_two_services_is_one(shire_plan: Callable[..., Any], two_services: dict[str, str], limit: int, value: float) -> None:
    """Elm joins Ash for waste, too, and saves 5. With one partner each, Ash and Elm share both: 36 + 5, against 40 two by two and no waste."""
    estimates = "council, service, host, annual_saving\nElm, waste, Ash, 5000\nAsh, waste, Ash, 0\n"
    worth, _ = shire_plan("12 1 1", economics=FIGURES, rules=f"partner_limit = {limit}", estimates=estimates, **two_services)
    assert worth == pytest.approx(value)


def test_who_is_live_is_a_partner_already(shire_plan: Callable[..., Any]) -> None:
    """Ash and Elm are partners of each other, so with a limit of 1 nobody can join them, and Oak and Yew have no other host."""
    worth, plan = shire_plan("12 1 1", economics=FIGURES, rules="partner_limit = 1", commitments=LIVE)
    assert (worth, set(plan)) == (pytest.approx(36_000), {("Ash", "payroll"), ("Elm", "payroll")})
