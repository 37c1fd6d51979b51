"""Rule sequencing: what has to be live at a council before a service goes live there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import SHIRE, put, rows, slack

AFTER_WASTE = 'sequencing = [{ service = "payroll", after = ["waste"], periods = 1 }]'
COMMITMENTS = "council, service, decision, other, go_live\n"
WASTE_LIVE = COMMITMENTS + "Elm, waste, live, Ash, {}\n"
CATEGORIES = {
    "services": "service, category\nhr, back_office\nict, back_office\npayroll, front_line\n",
    "baselines": SHIRE["baselines"]
    + """Ash, hr,  10000, 0, 0, 100, yes
        Elm, hr,  10000, 0, 0, 100, no
        Ash, ict, 10000, 0, 0, 100, yes
        Elm, ict, 10000, 0, 0, 100, no
        Oak, ict, 10000, 0, 0, 100, no
        """,
}
"""Ash and Elm run two back-office services, Oak one, Yew none; only Ash hosts them. Payroll is front line."""


def after(count: int, periods: int) -> str:
    """The rule for a category."""
    return f'sequencing = [{{ category = "front_line", after_back_office = {count}, periods = {periods} }}]'


@pytest.mark.parametrize(
    ("rule", "councils"),
    [
        ("", ""),
        ("sequencing = false", ""),
        (AFTER_WASTE, "Ash Elm"),
        ('sequencing = [{ service = "waste", after = ["payroll"], periods = 0 }]', "Ash Elm"),
    ],
)
def test_sequencing_index(shire_model: Callable[..., Any], two_services: dict[str, str], rule: str, councils: str) -> None:
    """A row for each council that runs both services, and each tranche; Oak and Yew do not run waste, so payroll need not wait there."""
    pair = ("waste", "payroll") if '"waste", after' in rule else ("payroll", "waste")
    assert rows(shire_model(rules=rule, **two_services), "sequencing") == {(0, c, *pair, k) for c in councils.split() for k in (0, 1)}


def test_sequencing_index_of_several(shire_model: Callable[..., Any]) -> None:
    """A row for each service that comes before, and for each sequence; for a category one row for all of them."""
    rule = 'sequencing = [{ service = "payroll", after = ["hr", "ict"], periods = 1 }, ' + after(2, 0).removeprefix("sequencing = [")
    found = rows(shire_model("12 1 3", rules=rule, **CATEGORIES), "sequencing")
    by_service = {(0, c, "payroll", a, 0) for c, a in (("Ash", "hr"), ("Ash", "ict"), ("Elm", "hr"), ("Elm", "ict"), ("Oak", "ict"))}
    assert found == by_service | {(1, c, "payroll", "", 0) for c in ("Ash", "Elm", "Oak", "Yew")}


def test_sequencing_index_has_only_tranches_with_a_move(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """Elm may go live in the second tranche only; what is live already is not judged."""
    late = COMMITMENTS + "Elm, payroll, not_before, , 2027-04-01\n"
    m = shire_model(rules=AFTER_WASTE, commitments=late, **two_services)
    assert rows(m, "sequencing") == {(0, c, "payroll", "waste", k) for c, k in (("Ash", 0), ("Ash", 1), ("Elm", 1))}
    live = COMMITMENTS + "Elm, payroll, live, Ash,\n"
    assert rows(shire_model(rules=AFTER_WASTE, commitments=live, **two_services), "sequencing") == set()


@pytest.mark.parametrize(
    ("join", "opened", "room"),
    [
        ([], [], [0, 0, 0]),
        ([("Elm", "payroll", "Ash", 0)], [], [-1, -1, -1]),
        ([("Elm", "payroll", "Ash", 1), ("Elm", "waste", "Ash", 0)], [], [0, 0, 0]),
        ([("Elm", "payroll", "Ash", 2), ("Elm", "waste", "Ash", 0)], [], [0, 1, 0]),
        ([("Elm", "payroll", "Ash", 1), ("Elm", "waste", "Ash", 1)], [], [0, -1, 0]),
        ([("Elm", "waste", "Ash", 1)], [("payroll", "Elm", 2)], [0, 0, 0]),
        ([("Elm", "waste", "Ash", 2)], [("payroll", "Elm", 2)], [0, 0, -1]),
        ([], [("payroll", "Elm", 1), ("waste", "Ash", 0)], [0, -1, -1]),
    ],
)
def test_sequencing_row(
    shire_model: Callable[..., Any], two_services: dict[str, str], join: list[Any], opened: list[Any], room: list[int]
) -> None:
    """Elm joins or hosts payroll a year after it has gone live with waste, not earlier; what Ash does for itself is no help to Elm."""
    m = shire_model("12 3 3", rules=AFTER_WASTE, **two_services)
    put(m, join=dict.fromkeys(join, 1), open=dict.fromkeys(opened, 1))
    assert [slack(m, "sequencing", 0, "Elm", "payroll", "waste", k) for k in (0, 1, 2)] == room


@pytest.mark.parametrize(("periods", "tranche", "room"), [(0, 0, 0), (0, 1, -1), (1, 0, -1), (2, 0, -1)])
def test_sequencing_row_waits_for_so_many_periods(
    shire_model: Callable[..., Any], two_services: dict[str, str], periods: int, tranche: int, room: int
) -> None:
    """Payroll in the first tranche: waste in the same one if there is no wait at all, and by hosting as well."""
    m = shire_model(rules=AFTER_WASTE.replace("periods = 1", f"periods = {periods}"), **two_services)
    put(m, open={("waste", "Ash", tranche): 1, ("payroll", "Ash", 0): 1})
    assert slack(m, "sequencing", 0, "Ash", "payroll", "waste", 0) == room


@pytest.mark.parametrize(
    ("since", "periods", "room"),
    [
        ("2026-04-01", 0, [0, 0]),
        ("2026-04-01", 1, [-1, 0]),
        ("2025-04-01", 1, [0, 0]),
        ("2025-04-02", 1, [-1, 0]),
        ("2025-04-01", 2, [-1, 0]),
        ("2024-04-01", 2, [0, 0]),
        ("2026-04-01", 2, [-1, -1]),
        ("1900-01-01", 126, [0, 0]),
        ("1900-01-01", 2026, [-1, -1]),
        ("1900-01-01", 30_000, [-1, -1]),
    ],
)
@pytest.mark.parametrize("council", ["Ash", "Elm"])
def test_sequencing_row_counts_what_is_live_from_its_own_date(
    shire_model: Callable[..., Any], two_services: dict[str, str], since: str, periods: int, room: list[int], council: str
) -> None:
    """Elm is live with Ash for waste, and so is Ash itself: since a day at least so many years before the tranche, as far as dates go."""
    rule = AFTER_WASTE.replace("periods = 1", f"periods = {periods}")
    m = shire_model(rules=rule, commitments=WASTE_LIVE.format(since), **two_services)
    live = {"join": {("Elm", "waste", "Ash", -1): 1}, "open": {("waste", "Ash", -1): 1}}
    for k in (0, 1):
        move = {("Elm", "payroll", "Ash", k): 1} if council == "Elm" else {}
        opened = {("payroll", "Ash", k): 1} if council == "Ash" else {}
        put(m, join=live["join"] | move, open=live["open"] | opened)
        assert slack(m, "sequencing", 0, council, "payroll", "waste", k) == room[k]


@pytest.mark.parametrize(
    ("count", "periods", "council", "join", "opened", "room"),
    [
        (2, 1, "Elm", [("payroll", 1)], [], -2),
        (2, 1, "Elm", [("payroll", 1), ("hr", 0)], [], -1),
        (2, 1, "Elm", [("payroll", 1), ("hr", 0), ("ict", 0)], [], 0),
        (2, 1, "Elm", [("payroll", 1), ("hr", 0), ("ict", 1)], [], -1),
        (1, 1, "Elm", [("payroll", 1), ("hr", 0), ("ict", 0)], [], 1),
        (1, 0, "Elm", [("payroll", 1), ("ict", 1)], [], 0),
        (1, 1, "Oak", [("payroll", 0), ("ict", 0)], [], 0),
        (2, 1, "Oak", [("payroll", 1), ("ict", 0)], [], -1),
        (1, 0, "Yew", [("payroll", 1)], [], -1),
        (2, 1, "Ash", [], [("payroll", 1), ("hr", 0), ("ict", 0)], 0),
        (2, 1, "Ash", [], [("payroll", 0), ("hr", 0)], -1),
    ],
)
def test_sequencing_row_of_a_category(
    shire_model: Callable[..., Any], count: int, periods: int, council: str, join: list[Any], opened: list[Any], room: int
) -> None:
    """So many back-office services are live at the council itself for so many years; Yew runs none and never may."""
    m = shire_model(rules=after(count, periods), **CATEGORIES)
    put(m, join={(council, s, "Ash", k): 1 for s, k in join}, open={(s, "Ash", k): 1 for s, k in opened})
    assert slack(m, "sequencing", 0, council, "payroll", "", 1) == room


ONE_YEAR = {"calendar": "12 2 3", "economics": "duplication_avoided = 0.5\n"}
WASTE_VALUE = "council, service, host, annual_saving, annual_cost\nElm, waste, Ash, {}, {}\n"


@pytest.mark.parametrize(
    ("rule", "saving", "cost", "value", "tranche"),
    [
        ("", 1_000, 0, 153_000, 0),
        (AFTER_WASTE, 1_000, 0, 103_000, 1),
        (AFTER_WASTE, 0, 2_000, 94_000, 1),
        (AFTER_WASTE, 0, 40_000, 0, None),
        (AFTER_WASTE.replace("periods = 1", "periods = 0"), 0, 2_000, 144_000, 0),
    ],
)
def test_payroll_waits_for_waste(
    shire_plan: Callable[..., Any], two_services: dict[str, str], rule: str, saving: int, cost: int, value: float, tranche: int | None
) -> None:
    """Payroll saves 50 a year with Ash as host, waste 1: over three years 153. Payroll a year later 100, with three years of waste 103.

    Waste is shared even where it loses 2 a year, since it lets payroll begin; not where it loses 40.
    """
    worth, plan = shire_plan(**ONE_YEAR, rules=rule, estimates=WASTE_VALUE.format(saving, cost), **two_services)
    assert worth == pytest.approx(value)
    assert plan.get(("Oak", "payroll")) == (None if tranche is None else ("Ash", tranche))
    assert (("Elm", "waste") in plan) == (tranche is not None)


@pytest.mark.parametrize(
    ("since", "value"), [("2025-04-01", 150_000), ("2025-05-01", 100_000)], ids=["a year before the start", "eleven months before"]
)
def test_what_is_live_lets_payroll_begin(shire_plan: Callable[..., Any], two_services: dict[str, str], since: str, value: float) -> None:
    """Waste, worth nothing, is live: for a year when the first tranche begins, or not quite."""
    worth, _ = shire_plan(**ONE_YEAR, rules=AFTER_WASTE, commitments=WASTE_LIVE.format(since), **two_services)
    assert worth == pytest.approx(value)


@pytest.mark.parametrize(
    ("count", "value", "members"),
    [(0, 150_000, "Ash Elm Oak Yew"), (1, 70_000 - 6_000, "Ash Elm Oak"), (2, 50_000 - 6_000, "Ash Elm")],
)
def test_front_line_after_back_office(shire_plan: Callable[..., Any], count: int, value: float, members: str) -> None:
    """Elm saves 25 a year, Oak 10, Yew 15. Yew runs no back office, so it cannot share; Oak runs one service; the others go a year later.

    Each back-office service loses 1 a year for each who joins Ash for it, over three years: ict for Elm and Oak 6, so that they
    have one; ict and hr for Elm 6, so that it has two.
    """
    joins = (("Elm", "hr"), ("Elm", "ict"), ("Oak", "ict"))
    estimates = "council, service, host, annual_cost\n" + "".join(f"{c}, {s}, Ash, 1000\n" for c, s in joins)
    worth, plan = shire_plan(**ONE_YEAR, rules=after(count, 1) if count else "", estimates=estimates, **CATEGORIES)
    assert worth == pytest.approx(value)
    assert {c for c, s in plan if s == "payroll"} == set(members.split())
    assert {k for (_, s), (_, k) in plan.items() if s == "payroll"} == {1 if count else 0}
