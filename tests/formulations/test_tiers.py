"""Tiers: joint purchasing earns the rate of the highest step reached, on all of the spend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyomo.environ import Constraint, TransformationFactory, Var, value
from small import LEAD_AUTHORITY, brief, put, rows, slack

import solvers
from formulations import settle
from formulations.buyers import FULL
from solvers.base import Limits

TIERS = "service, from_volume, rate\npayroll, 0, 0\npayroll, 50000, 0.05\npayroll, 90000, 0.1\n"
FAR = "service, from_volume, rate\npayroll, 200000, 0.05\n"
GROWTH = "growth = 1.0"
APART = "council, service, decision, other\nElm, payroll, never_with, Oak\n"
OAK_ALONE = 2
"""Of the groups of buyers that of Oak, where nobody is in conflict with anybody."""
ASH, ELM = ("payroll", "Ash"), ("payroll", "Elm")
# Procured spend: Ash 20, Elm 30, Oak 40, Yew 10, in thousands; all together 100.


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"tiers": TIERS}, {(*p, e) for p in (ASH, ELM) for e in (0, 1)}),
        ({"tiers": FAR}, set()),
        ({"tiers": TIERS, "economics": GROWTH}, {(*p, e) for p in (ASH, ELM) for e in (0, 1, 2)}),
        ({"tiers": TIERS, "rules": "minimum_saving = 0.1"}, {(*p, e) for p in (ASH, ELM) for e in (0, 1)}),
        ({"tiers": TIERS, "economics": GROWTH, "rules": "minimum_saving = 0.1"}, {(*p, e) for p in (ASH, ELM) for e in (FULL, 0, 1, 2)}),
        ({"tiers": "service, from_volume, rate\npayroll, 0, 0\n"}, set()),
        (
            {"tiers": TIERS, "commitments": "council, service, decision, go_live\nElm, payroll, not_before, 2027-04-01\n"},
            {(*ASH, 0), (*ASH, 1), (*ELM, 1)},
        ),
    ],
    ids=["no tiers", "tranches", "out of reach", "growth", "saving", "growth and saving", "no rate", "Elm late"],
)
def test_tier_one_step_index(shire_model: Callable[..., Any], changes: dict[str, str], expected: set[Any]) -> None:
    """One row for each tranche, since membership stands still after the last; for each period where baselines grow.

    Full membership at base-year baselines is an epoch of its own only for minimum_saving, and only with growth. There is
    no row where no step can be reached, or before the host can open.
    """
    assert rows(shire_model(**changes), "tier_one_step") == expected


def test_tier_spend_index(shire_model: Callable[..., Any]) -> None:
    """A row for each council that can be live by an epoch; without Oak's 40 a step at 70 is out of reach of all."""
    tiers, out = "service, from_volume, rate\npayroll, 70000, 0.1\n", "council, service, decision, go_live\nOak, payroll, stays_out,\n"
    everybody = {(c, *p, e) for c in ("Ash", "Elm", "Oak", "Yew") for p in (ASH, ELM) for e in (0, 1)}
    assert rows(shire_model(tiers=tiers), "tier_spend") == everybody
    assert rows(shire_model(tiers=tiers, commitments=out), "tier_spend") == set()
    late = out.replace("stays_out,", "not_before, 2027-04-01")
    assert rows(shire_model(tiers=TIERS, commitments=late), "tier_spend") == everybody - {("Oak", *ASH, 0), ("Oak", *ELM, 0)}


def test_tier_spend_index_without_spend(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """Who buys nothing has no row: for waste nobody has procured cost, so no step is reached at all."""
    assert {s for _, s, _, _ in rows(shire_model(tiers=TIERS + "waste, 0, 0.1\n", **two_services), "tier_spend")} == {"payroll"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"tiers": TIERS}, {(e, t) for e in (0, 1) for t in (1, 2)}),
        ({"tiers": FAR, "economics": GROWTH}, {(1, 0), (2, 0)}),
        ({"tiers": TIERS, "economics": GROWTH, "rules": "minimum_saving = 0.1"}, {(e, t) for e in (FULL, 0, 1, 2) for t in (1, 2)}),
        ({"tiers": FAR, "economics": GROWTH, "rules": "minimum_saving = 0.1"}, {(1, 0), (2, 0)}),
        ({"tiers": TIERS.replace("90000", "100001")}, {(0, 1), (1, 1)}),
    ],
    ids=["two steps", "reached by growth", "at base-year baselines", "not at base-year baselines", "a pound short"],
)
def test_tier_reached_index_and_tier_only_there_index(shire_model: Callable[..., Any], changes: dict[str, str], expected: set[Any]) -> None:
    """Each step that pays and that all who may join reach together: 100, or 200 and 400 once baselines have doubled; each council's part."""
    m = shire_model(**changes)
    assert {brief(step) for step in m.TIER_STEPS} == {(*p, e, t) for p in (ASH, ELM) for e, t in expected}
    alone = {(*p, e, t) for *p, e, t in rows(m, "tier_reached") ^ {brief(step) for step in m.TIER_STEPS}}
    assert alone <= {(*ASH, 2, 1), (*ELM, 1, 1), (*ELM, 2, 1), (*ELM, 2, 2)}  # the host's own is enough: of Ash 80, of Elm 60, then 120
    assert rows(m, "tier_only_there") == {(*p, e, t, group) for group in range(4) for p in (ASH, ELM) for e, t in expected}


@pytest.mark.parametrize(
    ("reached", "opened", "room"),
    [([], None, 0), ([], 0, 1), ([1], 0, 0), ([2], 1, -1), ([1, 2], 0, -1), ([1], None, -1)],
)
def test_tier_one_step_row(shire_model: Callable[..., Any], reached: list[int], opened: int | None, room: int) -> None:
    """In the first epoch one step at most, and none if Ash opens only in the second tranche."""
    m = shire_model(tiers=TIERS)
    put(m, reach={(*ASH, 0, t): 1 for t in reached}, open={} if opened is None else {(*ASH, opened): 1})
    assert slack(m, "tier_one_step", *ASH, 0) == room


@pytest.mark.parametrize(
    ("council", "joined", "opened", "bought", "room"),
    [
        ("Elm", None, 0, {}, [0, 0]),
        ("Elm", 0, 0, {}, [1, 1]),
        ("Elm", 1, 0, {}, [0, 1]),
        ("Elm", 0, 0, {(0, 1): 1, (1, 2): 1}, [0, 0]),
        ("Elm", 0, 0, {(0, 1): 0.5, (0, 2): 0.75}, [-0.25, 1]),
        ("Elm", 1, 0, {(0, 1): 1, (1, 1): 1}, [-1, 0]),
        ("Ash", None, 1, {(0, 2): 1, (1, 2): 1}, [-1, 0]),
        ("Ash", None, None, {(1, 1): 0.25}, [0, -0.25]),
    ],
)
def test_tier_spend_row(
    shire_model: Callable[..., Any],
    council: str,
    joined: int | None,
    opened: int | None,
    bought: dict[Any, float],
    room: list[float],
) -> None:
    """A council buys its spend once, on all steps of an epoch together, and only once it has joined, or opened as the host."""
    m = shire_model(tiers=TIERS)
    join = {("Yew", *ASH, 0): 1, ("Yew", *ELM, 0): 1} | ({} if joined is None else {(council, *ASH, joined): 1})
    put(m, join=join, open={} if opened is None else {(*ASH, opened): 1}, buy={(council, *ASH, e, t): x for (e, t), x in bought.items()})
    assert [slack(m, "tier_spend", council, *ASH, e) for e in (0, 1)] == pytest.approx(room)


def test_tier_spend_row_at_full_membership(shire_model: Callable[..., Any]) -> None:
    """All who ever join count, whenever they join."""
    m = shire_model(tiers=TIERS, economics=GROWTH, rules="minimum_saving = 0.1")
    put(m, join={("Elm", *ASH, 0): 1, ("Oak", *ASH, 1): 1}, open={(*ASH, 0): 1}, buy={("Oak", *ASH, FULL, 2): 1})
    assert [slack(m, "tier_spend", c, *ASH, FULL) for c in ("Elm", "Oak", "Yew")] == pytest.approx([1, 0, 0])


@pytest.mark.parametrize(("economics", "epoch", "least"), [("", 1, 30), (GROWTH, 0, 30), (GROWTH, 1, 5)])
@pytest.mark.parametrize("bought", [{}, {"Elm": 1 / 3}, {"Ash": 1, "Elm": 1, "Yew": 1}, {"Oak": 0.5}, {"Elm": 1, "Oak": 1, "Yew": 1}])
def test_tier_reached_row(shire_model: Callable[..., Any], economics: str, epoch: int, least: float, bought: dict[str, float]) -> None:
    """The step at 50 needs 30 besides Ash's own 20, 5 once all have doubled, and nobody counts as more; nothing if it is not stood on."""
    m = shire_model(tiers=TIERS, economics=economics)
    spend = sum(share * min({"Ash": 0, "Elm": 30, "Oak": 40, "Yew": 10}[council], least) for council, share in bought.items())
    buy = {(council, *ASH, epoch, 1): share for council, share in bought.items()}
    put(m, reach={(*ASH, epoch, 1): 1}, buy=buy)
    assert slack(m, "tier_reached", *ASH, epoch, 1) == pytest.approx(spend - least)
    put(m, buy=buy)
    assert slack(m, "tier_reached", *ASH, epoch, 1) == pytest.approx(spend)


def test_tier_reached_row_at_full_membership(shire_model: Callable[..., Any]) -> None:
    """At base-year baselines, whatever the growth: Elm's 30 and Yew's 10 are 30 short of the 70 that Ash lacks of 90."""
    m = shire_model(tiers=TIERS, economics=GROWTH, rules="minimum_saving = 0.1")
    put(m, reach={(*ASH, FULL, 2): 1}, buy={("Elm", *ASH, FULL, 2): 1, ("Yew", *ASH, FULL, 2): 1})
    assert slack(m, "tier_reached", *ASH, FULL, 2) == pytest.approx(-30)


def test_no_tier_reached_row_where_the_host_is_enough(shire_model: Callable[..., Any]) -> None:
    """A step at 25 asks Ash for 5 more and Elm for nothing; once baselines have doubled Ash's own is enough too."""
    tiers = "service, from_volume, rate\npayroll, 25000, 0.1\n"
    assert rows(shire_model(tiers=tiers), "tier_reached") == {(*ASH, e, 0) for e in (0, 1)}
    assert rows(shire_model(tiers=tiers, economics=GROWTH), "tier_reached") == {(*ASH, 0, 0)}


@pytest.mark.parametrize(("reached", "bought", "room"), [(0, 0, 0), (0, 1, -1), (1, 1, 0), (0.25, 0.5, -0.25), (1, 0, 1)])
def test_tier_only_there_row(shire_model: Callable[..., Any], reached: float, bought: float, room: float) -> None:
    """Nobody buys on a step that is not stood on, nor more than the fraction of it that is."""
    m = shire_model(tiers=TIERS)
    put(m, reach={(*ASH, 1, 2): reached}, buy={("Oak", *ASH, 1, 2): bought})
    assert slack(m, "tier_only_there", *ASH, 1, 2, OAK_ALONE) == pytest.approx(room)


@pytest.mark.parametrize(("bought", "room"), [({}, 1), ({"Elm": 1}, 0), ({"Elm": 0.5, "Oak": 0.75}, -0.25), ({"Yew": 1}, 1)])
def test_tier_only_there_row_of_councils_in_conflict(shire_model: Callable[..., Any], bought: dict[str, float], room: float) -> None:
    """Elm and Oak are never together: one row for both."""
    m = shire_model(tiers=TIERS.replace("90000", "60000"), commitments=APART)
    put(m, reach={(*ASH, 1, 2): 1}, buy={(c, *ASH, 1, 2): share for c, share in bought.items()})
    assert slack(m, "tier_only_there", *ASH, 1, 2, 1) == pytest.approx(room)


def test_who_can_buy_where_two_are_in_conflict(shire_model: Callable[..., Any]) -> None:
    """At Ash: 70 with Oak, 60 with Elm, so a step at 65 is Oak's and not Elm's, one at 75 nobody's. At Elm Oak has no move: 60."""
    tiers = "service, from_volume, rate\npayroll, 60000, 0.1\npayroll, 65000, 0.2\npayroll, 75000, 0.3\n"
    m = shire_model(tiers=tiers, commitments=APART)
    found = {
        (h, t): {c for c, _, at, _, e, step in m.TIER_PURCHASES if (at, step, e) == (h, t, 1)} for h in ("Ash", "Elm") for t in range(3)
    }
    assert found == {
        ("Ash", 0): {"Ash", "Elm", "Oak", "Yew"},
        ("Ash", 1): {"Ash", "Oak", "Yew"},
        ("Ash", 2): set(),
        ("Elm", 0): {"Ash", "Elm", "Yew"},
        ("Elm", 1): set(),
        ("Elm", 2): set(),
    }
    groups = {brief(index)[:5] for index in m.tier_only_there if brief(index)[:4] == (*ASH, 1, 0)}
    assert {group[-1] for group in groups} == {0, 1, 2}  # Ash; Elm or Oak; Yew


@pytest.mark.parametrize(
    ("most", "least", "buyers"),
    [
        (4, 100_000, {"Ash", "Elm", "Oak", "Yew"}),
        (3, 100_000, None),
        (3, 90_000, {"Ash", "Elm", "Oak"}),
        (3, 70_000, {"Ash", "Elm", "Oak", "Yew"}),
        (2, 60_000, {"Ash", "Oak"}),
        (2, 60_001, None),
    ],
)
def test_who_can_buy_where_there_is_no_room_for_all(
    shire_model: Callable[..., Any], most: int, least: int, buyers: set[str] | None
) -> None:
    """With Ash's 20 as host: three reach 90 with Elm's 30 and Oak's 40, Yew's 10 only 70; two reach 60 with Oak."""
    tiers = f"service, from_volume, rate\npayroll, {least}, 0.1\n"
    m = shire_model(tiers=tiers, rules=f"partnership_size = {{ maximum = {most} }}")
    found = m.buyers.get(("payroll", "Ash", LEAD_AUTHORITY, 0))
    assert (None if found is None else set(found.steps[0])) == buyers


def test_a_step_cannot_be_half_reached_by_few(shire_model: Callable[..., Any]) -> None:
    """The relaxation gives Ash and Elm alone, with 50 of the 90, nothing at all of the step: the rows are tight."""
    out = "council, service, decision\nOak, payroll, stays_out\n"
    m = shire_model(tiers="service, from_volume, rate\npayroll, 60000, 0.1\n", commitments=out, rules="maximum_partnerships = 1")
    TransformationFactory("core.relax_integer_vars").apply_to(m)
    for index, join in m.join.items():
        if brief(index)[:3] == ("Yew", "payroll", "Ash"):
            join.fix(0)
    for index, opens in m.open.items():
        if brief(index)[:2] == ELM:
            opens.fix(0)
    answer = solvers.get("highs").solve(m, Limits())
    assert answer.objective == pytest.approx(0)


@pytest.mark.parametrize(
    ("economics", "expected"),
    [("", 1 * 50 * 0.05 + 2 * 90 * 0.1), ("optimism_bias = { savings = 0.5, costs = 0.0 }", (1 * 50 * 0.05 + 2 * 90 * 0.1) / 2)],
)
def test_purchasing_in_the_objective(shire_model: Callable[..., Any], economics: str, expected: float) -> None:
    """50 at 5 % in the first year and 90 at 10 % in the two after it, for the last epoch lasts to the horizon."""
    m = shire_model(tiers=TIERS, economics=economics)
    first, then = ("Ash", "Elm"), ("Ash", "Elm", "Oak")
    put(m, buy={(c, *ASH, 0, 1): 1 for c in first} | {(c, *ASH, 1, 2): 1 for c in then})
    assert value(m.objective) == pytest.approx(expected)


def test_purchasing_in_the_objective_with_growth(shire_model: Callable[..., Any]) -> None:
    """Base-year spend of 50 at 5 %, doubled in the second year, fourfold in the third; full membership is no flow."""
    m = shire_model(tiers=TIERS, economics=GROWTH, rules="minimum_saving = 0.1")
    put(m, buy={(c, *ASH, e, 1): 1 for c in ("Ash", "Elm") for e in (FULL, 0, 1, 2)})
    assert value(m.objective) == pytest.approx((1 + 2 + 4) * 50 * 0.05)


def test_settle_what_has_not_opened(shire_model: Callable[..., Any]) -> None:
    """A step from 0 on is not stood on by a partnership that is not there, nor by one before it is."""
    m = shire_model(tiers="service, from_volume, rate\npayroll, 0, 0.1\n")
    left = {variable.name: 0.0 for variable in m.component_data_objects(Var)}
    assert settle(m, left) == (left, 0)
    left |= {m.open[(*ASH, LEAD_AUTHORITY, 1)].name: 1.0}
    settled, objective = settle(m, left)
    assert objective == pytest.approx(0.1 * 20 * 2)
    assert [settled[m.reach[(*ASH, LEAD_AUTHORITY, e, 0)].name] for e in (0, 1)] == [0, 1]


@pytest.mark.parametrize(
    ("economics", "epochs"),
    [("", {0: (50, 1), 1: (90, 2)}), (GROWTH, {FULL: (90, 2), 0: (50, 1), 1: (90, 2), 2: (90, 2)})],
)
def test_settle(shire_model: Callable[..., Any], economics: str, epochs: dict[int, tuple[float, int]]) -> None:
    """Elm joins Ash at once and Oak later: 50, then 90, bought on the best step reached, whatever a solver left unclaimed."""
    m = shire_model(tiers=TIERS, economics=economics, rules="minimum_saving = 0.0")
    taken = [(*ASH, 0), ("Elm", *ASH, 0), ("Oak", *ASH, 1)]
    moves = {variable.name: 1.0 for index, variable in (*m.open.items(), *m.join.items()) if brief(index) in taken}
    left = {variable.name: moves.get(variable.name, 0.0) for variable in m.component_data_objects(Var)}
    settled, objective = settle(m, left)
    procured = {"Ash": 20, "Elm": 30, "Oak": 40, "Yew": 10}
    bought = {(e, t): 0.0 for _, h, _, e, t in m.TIER_STEPS if h == "Ash"}
    for (c, _, h, _, e, t), buy in m.buy.items():
        if h == "Ash":
            bought[e, t] += procured[c] * settled[buy.name]
    assert {e: (amount, t) for (e, t), amount in bought.items() if amount} == epochs
    reached = {index[3:]: settled[reach.name] for index, reach in m.reach.items() if index[1] == "Ash"}
    assert reached == {key: float(amount > 0) for key, amount in bought.items()}
    for variable in m.component_data_objects(Var):
        variable.set_value(settled[variable.name])
    assert objective == pytest.approx(value(m.objective))
    assert all(row.slack() >= -1e-9 for row in m.component_data_objects(Constraint))
