"""Rule commitments: what is already decided comes true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

HEADER = "council, service, decision, other, go_live\n"
HOSTS = HEADER + "Elm, payroll, hosts, ,\n"
JOINS = HEADER + "Yew, payroll, shares_with, Elm,\n"
TOGETHER = HEADER + "Elm, payroll, together, Oak,\n"
TAKES = "council, service, decision, go_live, option\nOak, payroll, takes, , outsource\n"
OPTIONS = "council, service, option, annual_saving\nOak, payroll, outsource, 1000\nOak, payroll, redesign, 9000\n"
TO_ASH, TO_ELM = ("payroll", "Ash"), ("payroll", "Elm")


def test_must_host_index(shire_model: Callable[..., Any]) -> None:
    """Elm is to host, Ash only may; no row where commitments are off."""
    assert rows(shire_model(commitments=HOSTS), "must_host") == {("Elm", "payroll")}
    assert rows(shire_model(commitments=HOSTS, rules="commitments = false"), "must_host") == set()
    assert rows(shire_model(), "must_host") == set()


def test_must_host_index_of_every_service(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """A blank service is every one that the council runs: Ash two."""
    m = shire_model(commitments=HEADER + "Ash, , hosts, ,\n", **two_services)
    assert rows(m, "must_host") == {("Ash", "payroll"), ("Ash", "waste")}


@pytest.mark.parametrize(
    ("opened", "room"), [({}, -1), ({("payroll", "Elm", 0): 1}, 0), ({("payroll", "Elm", 1): 1}, 0), ({("payroll", "Ash", 0): 1}, -1)]
)
def test_must_host_row(shire_model: Callable[..., Any], opened: dict[Any, int], room: int) -> None:
    """Elm opens, in whatever tranche."""
    m = shire_model(commitments=HOSTS)
    put(m, open=opened)
    assert slack(m, "must_host", "Elm", "payroll") == room


def test_must_host_row_with_a_date(shire_model: Callable[..., Any]) -> None:
    """With a date only the opening of that tranche is there to be chosen."""
    m = shire_model(commitments=HEADER + "Elm, payroll, hosts, , 2027-04-01\n")
    assert [k for _, h, _, k in m.OPENS if h == "Elm"] == [1]
    put(m, open={("payroll", "Elm", 1): 1})
    assert slack(m, "must_host", "Elm", "payroll") == 0


def test_must_join_index(shire_model: Callable[..., Any]) -> None:
    """Yew is to join Elm; nobody else is to do anything."""
    assert rows(shire_model(commitments=JOINS), "must_join") == {("Yew", "payroll", "Elm")}
    assert rows(shire_model(commitments=JOINS, rules="commitments = false"), "must_join") == set()


@pytest.mark.parametrize(("join", "room"), [([], -1), ([("Yew", *TO_ELM, 0)], 0), ([("Yew", *TO_ELM, 1)], 0), ([("Oak", *TO_ELM, 1)], -1)])
def test_must_join_row(shire_model: Callable[..., Any], join: list[Any], room: int) -> None:
    """Yew joins Elm, in whatever tranche."""
    m = shire_model(commitments=JOINS)
    put(m, join=dict.fromkeys(join, 1))
    assert slack(m, "must_join", "Yew", "payroll", "Elm") == room


def test_must_take_index(shire_model: Callable[..., Any]) -> None:
    """Oak is to outsource; nobody else is to do anything."""
    assert rows(shire_model(commitments=TAKES, options=OPTIONS), "must_take") == {("Oak", "payroll", "outsource")}
    assert rows(shire_model(commitments=TAKES, options=OPTIONS, rules="commitments = false"), "must_take") == set()
    assert rows(shire_model(options=OPTIONS), "must_take") == set()


@pytest.mark.parametrize(("take", "room"), [([], -1), ([0], 0), ([1], 0)])
def test_must_take_row(shire_model: Callable[..., Any], take: list[int], room: int) -> None:
    """Oak outsources, in whatever tranche; it has no other alternative and no move."""
    m = shire_model(commitments=TAKES, options=OPTIONS)
    assert rows(m, "TAKES") == {("Oak", "payroll", "outsource", 0), ("Oak", "payroll", "outsource", 1)}
    assert not any(join[0] == "Oak" for join in m.JOINS)
    put(m, take={("Oak", "payroll", "outsource", k): 1 for k in take})
    assert slack(m, "must_take", "Oak", "payroll", "outsource") == room


@pytest.mark.parametrize(("day", "tranche"), [("2026-04-01", 0), ("2027-04-01", 1), ("2026-03-31", -1)])
def test_must_take_row_with_a_date(shire_model: Callable[..., Any], day: str, tranche: int) -> None:
    """With a date only the tranche that begins on it is there to be chosen; what was taken before the start has none."""
    m = shire_model(commitments=TAKES.replace("takes, ,", f"takes, {day},"), options=OPTIONS)
    assert rows(m, "TAKES") == {("Oak", "payroll", "outsource", tranche)}
    put(m, take={("Oak", "payroll", "outsource", tranche): 1})
    assert slack(m, "must_take", "Oak", "payroll", "outsource") == 0


def test_together_index(shire_model: Callable[..., Any]) -> None:
    """One row for the pair."""
    assert rows(shire_model(commitments=TOGETHER), "together") == {("Elm", "Oak", "payroll")}
    assert rows(shire_model(commitments=TOGETHER, rules="commitments = false"), "together") == set()


@pytest.mark.parametrize(
    ("join", "opened", "room"),
    [
        ([], [], -1),
        ([("Elm", *TO_ASH, 1)], [], 0),
        ([], [(*TO_ELM, 0)], 0),
        ([("Elm", *TO_ASH, 0)], [(*TO_ELM, 1)], -1),
        ([("Oak", *TO_ASH, 0)], [(*TO_ASH, 0)], -1),
    ],
)
def test_together_row(shire_model: Callable[..., Any], join: list[Any], opened: list[Any], room: int) -> None:
    """Elm is in some partnership, its own or Ash's; that Oak is in one is not enough."""
    m = shire_model(commitments=TOGETHER)
    put(m, join=dict.fromkeys(join, 1), open=dict.fromkeys(opened, 1))
    assert slack(m, "together", "Elm", "Oak", "payroll") == room


def test_together_same_index(shire_model: Callable[..., Any]) -> None:
    """A row for each host that either could have: Ash, and Elm itself."""
    assert rows(shire_model(commitments=TOGETHER), "together_same") == {("Elm", "Oak", *host) for host in (TO_ASH, TO_ELM)}


def test_together_same_index_of_a_host_that_the_other_cannot_join(shire_model: Callable[..., Any]) -> None:
    """Oak is too far from Elm to join it, so Elm may not open: the row at Elm says so."""
    m = shire_model(commitments=TOGETHER, rules="maximum_distance = 40", distances="council_a, council_b, km\nElm, Oak, 50\n")
    assert rows(m, "together_same") == {("Elm", "Oak", *host) for host in (TO_ASH, TO_ELM)}
    put(m, open={(*TO_ELM, 0): 1})
    assert slack(m, "together_same", "Elm", "Oak", "payroll", "Elm") == -1


def test_together_same_index_of_one_host(shire_model: Callable[..., Any]) -> None:
    """Yew may only join Ash, so at Elm its row says that Oak does not join there either."""
    commitments = HEADER + "Oak, payroll, together, Yew,\nYew, payroll, never_with, Elm,\n"
    m = shire_model(commitments=commitments)
    assert rows(m, "together_same") == {("Oak", "Yew", *host) for host in (TO_ASH, TO_ELM)}
    put(m, join={("Oak", *TO_ELM, 0): 1})
    assert slack(m, "together_same", "Oak", "Yew", "payroll", "Elm") == -1


@pytest.mark.parametrize(
    ("join", "opened", "room"),
    [
        ([], [], [0, 0]),
        ([("Elm", *TO_ASH, 0), ("Oak", *TO_ASH, 1)], [], [0, 0]),
        ([("Oak", *TO_ELM, 1)], [(*TO_ELM, 0)], [0, 0]),
        ([("Elm", *TO_ASH, 0), ("Oak", *TO_ELM, 0)], [], [-1, -1]),
        ([("Oak", *TO_ASH, 0)], [(*TO_ELM, 0)], [-1, -1]),
        ([("Elm", *TO_ASH, 0)], [], [-1, 0]),
        ([], [(*TO_ELM, 1)], [0, -1]),
    ],
)
def test_together_same_row(shire_model: Callable[..., Any], join: list[Any], opened: list[Any], room: list[int]) -> None:
    """Elm and Oak are both with Ash or neither is; both with Elm, who opens, or neither."""
    m = shire_model(commitments=TOGETHER)
    put(m, join=dict.fromkeys(join, 1), open=dict.fromkeys(opened, 1))
    assert [slack(m, "together_same", "Elm", "Oak", *host) for host in (TO_ASH, TO_ELM)] == room
