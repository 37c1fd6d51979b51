"""Councils that cease: months of the appraisal, parts of periods, and the moves that are left."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import SHIRE, shire

from instances.calendar import Calendar
from instances.ends import coverage, end_months
from instances.graph import council_graph

HALF_YEARS = Calendar(start=date(2026, 4, 1), period_months=6, tranches=2, horizon_years=2)


def ceasing(folder: Path, calendar: str = "12 3 4", *, start: str = "2026-04-01", commitments: str = "", **ends: str) -> Any:
    """The shire, in which some councils cease on a day."""
    councils = "council, latitude, longitude, ceases, successor\n" + "".join(
        f"{name}, 51.{place}, 0.0, {ends.get(name, '')},\n" for place, name in enumerate(("Ash", "Elm", "Oak", "Yew"))
    )
    decided = {"commitments": f"council, service, decision, other\n{commitments}"} if commitments else {}
    return shire(folder, calendar, start=start, councils=councils, **decided)


@pytest.mark.parametrize(
    ("start", "ceases", "months"),
    [
        ("2026-04-01", "2028-04-01", 24),
        ("2026-04-01", "2028-04-02", 25),
        ("2026-04-01", "2028-03-31", 24),
        ("2026-04-01", "2026-04-02", 1),
        ("2026-04-01", "2026-05-01", 1),
        ("2026-04-15", "2026-05-15", 1),
        ("2026-04-15", "2026-05-16", 2),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2026-03-01", 2),
        ("2026-01-31", "2026-03-31", 2),
        ("2026-04-01", "9999-12-31", 7973 * 12 + 9),
    ],
)
def test_months_that_begin_before_the_end(tmp_path: Path, start: str, ceases: str, months: int) -> None:
    """Month m begins m months after the start, or on the last day of a shorter month; the month of the vesting day itself does not count."""
    assert end_months(ceasing(tmp_path, start=start, Elm=ceases)) == {"Elm": months}


@pytest.mark.parametrize(
    ("end", "covered"),
    [
        (None, [1, 1, 1, 1]),
        (100, [1, 1, 1, 1]),
        (24, [1, 1, 1, 1]),
        (13, [1, 1, 1 / 6, 0]),
        (12, [1, 1, 0, 0]),
        (9, [1, 0.5, 0, 0]),
        (1, [1 / 6, 0, 0, 0]),
        (0, [0, 0, 0, 0]),
    ],
)
def test_part_of_each_period(end: int | None, covered: list[float]) -> None:
    """Four half-years: nine months are one and a half of them."""
    found = coverage(HALF_YEARS, end)
    assert found.shape == (4,)
    assert found == pytest.approx(np.array(covered))


def forbidden(graph: Any) -> set[tuple[str | None, str | None, int, date, date, str]]:
    """What a council's end forbids, with its days as dates."""
    rows = graph.forbidden[graph.forbidden["rule"] == "ceases"]
    return {
        (row.council, row.host, row.tranche, date.fromordinal(int(row.value)), date.fromordinal(int(row.limit)), row.unit)
        for row in rows.itertuples()
    }


def moves(graph: Any) -> set[tuple[str, str, int]]:
    """The moves that exist."""
    return set(zip(graph.moves["council"], graph.moves["host"], graph.moves["tranche"], strict=True))


def test_a_member_that_ceases(tmp_path: Path) -> None:
    """Oak goes in April 2027: it may join on the first day, not on 1 April 2027, nor later; others may."""
    graph = council_graph(ceasing(tmp_path, Oak="2027-04-01"))
    assert {move for move in moves(graph) if move[0] == "Oak"} == {("Oak", "Ash", 0), ("Oak", "Elm", 0)}
    assert {move[2] for move in moves(graph) if move[0] == "Yew"} == {0, 1, 2}
    end = date(2027, 4, 1)
    assert forbidden(graph) == {("Oak", None, 1, end, end, "day"), ("Oak", None, 2, date(2028, 4, 1), end, "day")}


def test_the_day_before_is_in_time(tmp_path: Path) -> None:
    """Oak goes on 2 April 2027, so that it may still join the day before."""
    graph = council_graph(ceasing(tmp_path, Oak="2027-04-02"))
    assert {move[2] for move in moves(graph) if move[0] == "Oak"} == {0, 1}


def test_a_host_that_ceases(tmp_path: Path) -> None:
    """Ash goes in 2028: nobody joins it on that day; it neither opens nor joins then, and both are said."""
    graph = council_graph(ceasing(tmp_path, Ash="2028-04-01"))
    assert {move[2] for move in moves(graph) if move[1] == "Ash"} == {0, 1}
    assert {move[2] for move in moves(graph) if move[0] == "Ash"} == {0, 1}
    end = date(2028, 4, 1)
    assert forbidden(graph) == {("Ash", None, 2, end, end, "day"), (None, "Ash", 2, end, end, "day")}


def test_what_is_live_is_kept(tmp_path: Path) -> None:
    """Oak is live with Ash, which goes in 2027: both stay, and nobody joins them from then on."""
    graph = council_graph(ceasing(tmp_path, Ash="2027-04-01", Oak="2026-10-01", commitments="Oak, payroll, live, Ash\n"))
    with_ash = {(council, tranche) for council, host, tranche in moves(graph) if host == "Ash"}
    assert with_ash == {("Ash", -1), ("Oak", -1), ("Elm", 0), ("Yew", 0)}


def test_nobody_opens_for_members_that_come_too_late(tmp_path: Path) -> None:
    """Only Oak and Yew could join Elm and Ash, and both hosts go before the second tranche, in which alone the two may go live."""
    late = "".join(f"{council}, payroll, not_before,, 2027-04-01\n" for council in ("Oak", "Yew"))
    instance = shire(
        tmp_path,
        councils=SHIRE["councils"].replace("longitude", "longitude, ceases").replace(" 0.0\n", " 0.0, 2027-04-01\n", 2),
        commitments=f"council, service, decision, other, go_live\nAsh, payroll, never_with, Elm,\n{late}",
    )
    assert [row.ceases for row in instance.councils.values()] == [date(2027, 4, 1)] * 2 + [None] * 2
    assert len(council_graph(instance).moves) == 0
