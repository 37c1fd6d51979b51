"""What is maximised: NPV, undiscounted saving, the position of a year, each less a cost for changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyomo.environ import value
from small import LEAD_AUTHORITY, put, rows

from formulations import Objective, build, price
from formulations.objectives import Arrangement, objective_values, year_weight
from instances import Instance
from optimiser import solve

FIGURES = "duplication_avoided = 0.5\nset_up_cost = 10000\nintegration_cost = 8000\nhosting_cost = 5000\nphase_in = [0.4, 1.0]\ndiscount_rate = 0.25\n"
ASH = ("payroll", "Ash")
OPTION = "council, service, option, annual_saving, annual_cost, one_off_cost\nOak, payroll, digital, 12000, 3000, 5000\n"
TIERS = "service, from_volume, rate\npayroll, 50000, 0.1\n"
NET, SECOND = Objective("net_saving"), Objective("yearly_position", year=2)
# In thousands: Elm joins Ash for 8 and saves 25 a year, two fifths of it in the first; Ash opens for 10 and costs 5 a year.


def adopted(cost: float, kind: Any = "npv", **arrangements: Arrangement) -> Objective:
    """An objective with a cost for changes against a plan for payroll, by council; all by the only vehicle, or an option."""
    found = {(council.title(), "payroll"): arrangement for council, arrangement in arrangements.items()}
    return Objective(kind, year=2 if kind == "yearly_position" else None, adopted=found, change_cost=cost)


def with_ash(tranche: int) -> Arrangement:
    """Ash's partnership, from a tranche on."""
    return "Ash", LEAD_AUTHORITY, tranche


@pytest.mark.parametrize(
    ("objective", "now", "later", "ash"),
    [
        (Objective(), 25 * (0.4 + 0.8 + 0.64) - 8, 25 * (0.4 * 0.8 + 0.64) - 8 * 0.8, -10 - 5 * 2.44),
        (NET, 25 * 2.4 - 8, 25 * 1.4 - 8, -10 - 15),
        (SECOND, 25, 10, -5),
        (Objective("yearly_position", year=1), 10, 0, -5),
        (Objective("yearly_position", year=3), 25, 25, -5),
    ],
    ids=["npv", "net saving", "second year", "first year", "third year"],
)
def test_what_a_move_counts(shire_model: Callable[..., Any], objective: Objective, now: float, later: float, ash: float) -> None:
    """Elm in the first tranche and in the second, Ash opening in the first: discounted, undiscounted, or without what is paid once."""
    m = shire_model(economics=FIGURES, objective=objective)
    put(m, join={("Elm", *ASH, 0): 1})
    assert value(m.objective) == pytest.approx(now)
    put(m, join={("Elm", *ASH, 1): 1})
    assert value(m.objective) == pytest.approx(later)
    put(m, open={(*ASH, 0): 1})
    assert value(m.objective) == pytest.approx(ash)


@pytest.mark.parametrize(
    ("objective", "now", "later"),
    [
        (Objective(), 12 * 1.84 - 3 * 2.44 - 5, 12 * 0.96 - 3 * 1.44 - 5 * 0.8),
        (NET, 12 * 2.4 - 9 - 5, 12 * 1.4 - 6 - 5),
        (SECOND, 9, 12 * 0.4 - 3),
    ],
    ids=["npv", "net saving", "second year"],
)
def test_what_an_option_counts(shire_model: Callable[..., Any], objective: Objective, now: float, later: float) -> None:
    """The same for an alternative to sharing."""
    m = shire_model(economics=FIGURES, options=OPTION, objective=objective)
    for tranche, expected in ((0, now), (1, later)):
        put(m, take={("Oak", "payroll", "digital", tranche): 1})
        assert value(m.objective) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("objective", "expected"), [(Objective(), 5 * 2.44), (NET, 15), (SECOND, 5)], ids=["npv", "net saving", "second year"]
)
def test_what_purchasing_counts(shire_model: Callable[..., Any], objective: Objective, expected: float) -> None:
    """A tenth of Ash's 20 and Elm's 30 a year, in all epochs."""
    m = shire_model(economics="discount_rate = 0.25", tiers=TIERS, objective=objective)
    put(m, buy={(c, *ASH, e, 0): 1 for c in ("Ash", "Elm") for e in (0, 1)})
    assert value(m.objective) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("objective", "expected"),
    [(Objective(), 12.5 * (1 + 1 / 1.1 + 1 / 1.21 + 1 / 1.331) - 8), (NET, 50 - 8), (SECOND, 25)],
    ids=["npv", "net saving", "second year"],
)
def test_what_half_years_count(shire_model: Callable[..., Any], objective: Objective, expected: float) -> None:
    """Half of Elm's 25 in each of four periods."""
    m = shire_model("6 1 2", economics="duplication_avoided = 0.5\nintegration_cost = 8000\ndiscount_rate = 0.21", objective=objective)
    put(m, join={("Elm", *ASH, 0): 1})
    assert value(m.objective) == pytest.approx(expected)


def test_what_a_live_move_counts(shire_model: Callable[..., Any]) -> None:
    """It has paid; what is left runs on."""
    live = "council, service, decision, other, go_live\nElm, payroll, live, Ash, 2025-04-01\n"
    for objective, expected in ((Objective(), 25 * 2.44), (NET, 75), (SECOND, 25)):
        m = shire_model(economics=FIGURES, commitments=live, objective=objective)
        put(m, join={("Elm", *ASH, -1): 1})
        assert value(m.objective) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("calendar", "year", "expected"),
    [
        ("12 1 3", 2, [0, 1, 0]),
        ("6 1 2", 1, [0.5, 0.5, 0, 0]),
        ("6 1 2", 2, [0, 0, 0.5, 0.5]),
        ("6 1 1.5", 2, [0, 0, 0.5]),
        ("3 1 1", 1, [0.25] * 4),
        ("12 1 3", 4, [0, 0, 0]),
    ],
)
def test_year_weight(shire: Callable[..., Instance], calendar: str, year: int, expected: list[float]) -> None:
    """Years of the appraisal, from 1; the last may be cut short by the horizon."""
    assert year_weight(shire(calendar), year).tolist() == expected


@pytest.mark.parametrize(
    ("arrangements", "repeated", "moved", "nothing"),
    [
        ({}, -2, -2, 0),
        ({"elm": with_ash(0), "ash": with_ash(0)}, 0, -1, -2),
        ({"elm": with_ash(0), "ash": with_ash(0), "yew": with_ash(0)}, -1, -2, -3),
        ({"elm": ("Oak", LEAD_AUTHORITY, 0), "ash": with_ash(0)}, -1, -1, -2),
        ({"elm": ("Ash", "company", 0), "ash": with_ash(0)}, -1, -1, -2),
        ({"elm": ("", "Ash", 0), "ash": with_ash(0)}, -1, -1, -2),
        ({"elm": with_ash(-1), "ash": with_ash(1)}, -2, -2, -2),
        ({"elm": with_ash(0), "ash": with_ash(0), "beech": with_ash(0)}, 0, -1, -2),
    ],
    ids=[
        "nothing",
        "the same",
        "another member",
        "another host",
        "another vehicle",
        "an option",
        "other tranches",
        "a council that is gone",
    ],
)
def test_changes_of_moves(shire_model: Callable[..., Any], arrangements: Any, repeated: int, moved: int, nothing: int) -> None:
    """Ash opens and Elm joins, at once or later, or nobody does anything: each council that does not do as adopted costs a change.

    A council that the instance no longer has cannot change.
    """
    m = shire_model(objective=adopted(1_000, **arrangements))
    put(m, join={("Elm", *ASH, 0): 1}, open={(*ASH, 0): 1})
    assert value(m.objective) == pytest.approx(repeated)
    put(m, join={("Elm", *ASH, 1): 1}, open={(*ASH, 0): 1})
    assert value(m.objective) == pytest.approx(moved)
    put(m)
    assert value(m.objective) == pytest.approx(nothing)


@pytest.mark.parametrize(
    ("oak", "taken", "later", "joined"),
    [(("", "digital", 0), 0, -1, -1), (("Ash", LEAD_AUTHORITY, 0), -1, -1, 0), (None, -1, -1, -1)],
    ids=["the option", "a host", "nothing"],
)
def test_changes_of_options(shire_model: Callable[..., Any], oak: Arrangement | None, taken: int, later: int, joined: int) -> None:
    """Oak takes its alternative at once or later, or joins Ash, where one of these was adopted, or nothing."""
    options = "council, service, option, one_off_cost\nOak, payroll, digital, 0\n"
    m = shire_model(options=options, objective=adopted(1_000, **({} if oak is None else {"oak": oak})))
    for tranche, expected in ((0, taken), (1, later)):
        put(m, take={("Oak", "payroll", "digital", tranche): 1})
        assert value(m.objective) == pytest.approx(expected)
    put(m, join={("Oak", *ASH, 0): 1})
    assert value(m.objective) == pytest.approx(joined)


@pytest.mark.parametrize("kind", ["npv", "net_saving", "yearly_position"])
def test_changes_cost_the_same_in_every_objective(shire: Callable[..., Instance], kind: Any) -> None:
    """A change is a change, discounted or not; without a cost for it nothing is added."""
    priced = price(shire(economics=FIGURES))
    for cost in (0.0, 700.0):
        objective = adopted(cost, kind, elm=with_ash(0))
        plain = objective_values(priced, Objective(kind, year=objective.year))
        found = objective_values(priced, objective)
        table = priced.moves[["council", "host", "tranche"]].itertuples(index=False, name=None)
        earned = [1 if key == ("Elm", "Ash", 0) else 0 if key[0] == "Elm" else -1 for key in table]
        assert (found.moves - plain.moves).tolist() == pytest.approx([cost * part for part in earned])
        assert found.constant == -cost


def test_a_plan_that_was_adopted_by_nobody(shire: Callable[..., Instance]) -> None:
    """An empty plan is one too: whatever is done changes it."""
    found = objective_values(price(shire()), Objective(adopted={}, change_cost=5.0))
    assert set(found.moves) == {-5.0}
    assert found.constant == 0


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "yearly_position"},
        {"kind": "yearly_position", "year": 0},
        {"kind": "yearly_position", "year": -1},
        {"kind": "npv", "year": 1},
        {"kind": "net_saving", "year": 1},
        {"change_cost": 1.0},
        {"change_cost": -1.0, "adopted": {}},
    ],
)
def test_what_has_no_meaning_is_refused(asked: dict[str, Any]) -> None:
    """A year that is missing or out of place, a cost without a plan, or below 0."""
    with pytest.raises(ValueError, match=r"year|change cost"):
        Objective(**asked)


PATIENT = {
    "calendar": "12 1 4",
    "economics": "duplication_avoided = 0.5\nintegration_cost = 45000\ndiscount_rate = 0.25\n",
    "commitments": "council, service, decision\nOak, payroll, stays_out\n",
}


@pytest.mark.parametrize(
    ("objective", "worth", "members"),
    [
        (Objective(), 28_800, "Ash Elm"),
        (NET, 70_000, "Ash Elm Yew"),
        (SECOND, 40_000, "Ash Elm Yew"),
    ],
    ids=["npv", "net saving", "second year"],
)
def test_what_is_best_depends_on_what_is_asked(shire_plan: Callable[..., Any], objective: Objective, worth: float, members: str) -> None:
    """Four years, DF 1, 0.8, 0.64, 0.512, in all 2.952: Elm is worth 73.8 - 45 = 28.8 and Yew 44.28 - 45, so it stays out.

    Undiscounted 100 - 45 and 60 - 45, 70 together; in the second year, in which nothing is paid once, 25 + 15.
    """
    found, plan = shire_plan(**PATIENT, objective=objective)
    assert found == pytest.approx(worth)
    assert {c for c, _ in plan} == set(members.split())


@pytest.mark.parametrize(("cost", "expected", "changes"), [(0, "Ash", 4), (4_000, "Ash", 4), (6_000, "Elm", 0)])
def test_a_plan_is_changed_only_if_it_pays(shire: Callable[..., Instance], cost: float, expected: str, changes: int) -> None:
    """Elm was to host and save 45 in a year; with Ash as host it would be 50, for four changes: not if they cost more than 5 together."""
    cost /= 4
    hosted = {c: ("Elm", LEAD_AUTHORITY, 0) for c in ("ash", "elm", "oak", "yew")}
    instance = shire("12 1 1", economics="duplication_avoided = 0.5")
    document = solve(instance, objective=adopted(cost, **hosted)).document
    assert [p.host for p in document.partnerships] == [expected]
    assert document.changes == changes
    assert document.objective_value == pytest.approx((50_000 if expected == "Ash" else 45_000) - cost * changes)
    assert document.npv == pytest.approx(50_000 if expected == "Ash" else 45_000)


def test_doing_nothing_is_a_change_too(shire: Callable[..., Instance]) -> None:
    """Adopted is what loses 10: given up at once if a change is free, not where four changes cost 12."""
    instance = shire("12 1 1", economics="set_up_cost = 10000")
    plan = {c: with_ash(0) for c in ("ash", "elm", "oak", "yew")}
    assert solve(instance, objective=adopted(2_000, **plan)).document.objective_value == pytest.approx(-8_000)
    kept = solve(instance, objective=adopted(3_000, **plan)).document
    assert (kept.objective_value, kept.changes) == (pytest.approx(-10_000), 0)


def test_presolve_judges_by_the_objective(shire: Callable[..., Instance]) -> None:
    """A partnership that NPV would not pay for, 50 against 60 for opening, stays in for the yearly position, and where it was adopted.

    With 6 for each change: Ash 6 - 60, Elm 25 + 6, Oak 10 + 6, and Yew, for whom nothing was adopted, 15 - 6: 2 in all.
    """
    priced = price(shire("12 1 1", economics="duplication_avoided = 0.5\nset_up_cost = 60000"))
    assert rows(build(priced), "OPENS") == set()
    assert rows(build(priced, objective=Objective("yearly_position", year=1)), "OPENS") == {(*ASH, 0), ("payroll", "Elm", 0)}
    assert rows(build(priced, objective=adopted(6_000, ash=with_ash(0), elm=with_ash(0), oak=with_ash(0))), "OPENS") == {(*ASH, 0)}
