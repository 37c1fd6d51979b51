"""Delivery vehicles: what each makes of the figures, the members it needs, and one for each partnership."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

from formulations import Priced, price
from instances import Instance

FIGURES = "duplication_avoided = 0.5\nprocess_saving = 0.1\nset_up_cost = 10000\nhosting_cost = 5000\nintegration_cost = 8000\n"
VEHICLES = """
    vehicle,        set_up_factor, saving_factor, annual_cost, minimum_members
    company,        3,             1.2,           3000,        3
    lead_authority, 1,             1,             0,
    """
ASH, COMPANY = ("payroll", "Ash"), ("payroll", "Ash", "company")
COMMITMENTS = "council, service, decision, other, vehicle\n"
# In thousands: Elm joins Ash and saves 25 + 7 a year, by the company a fifth more; Ash as host 4, for 5 a year and 10 once, by the
# company 4.8, for 8 a year and 30 once.


def move(priced: Priced, council: str, vehicle: str, host: str = "Ash", tranche: int = 0) -> dict[str, Any]:
    """The row of one move."""
    moves = priced.moves
    found = moves[(moves["council"] == council) & (moves["host"] == host) & (moves["vehicle"] == vehicle) & (moves["tranche"] == tranche)]
    (row,) = found.to_dict("records")
    return {str(name): value for name, value in row.items()}


@pytest.mark.parametrize(("vehicle", "factor", "set_up", "hosting"), [("lead_authority", 1, 10, 5), ("company", 1.2, 30, 8)])
def test_a_vehicle_scales_savings_and_set_up(
    shire: Callable[..., Instance], vehicle: str, factor: float, set_up: float, hosting: float
) -> None:
    """Savings of host and members, the host's set-up; its yearly cost comes on top of hosting. The rest stays."""
    economics = FIGURES + "convergence = 0.5\ncoordination_cost = 2000\n"
    priced = price(shire(economics=economics, vehicles=VEHICLES))
    elm, ash = move(priced, "Elm", vehicle), move(priced, "Ash", vehicle)
    assert (elm["duplication"], elm["process"]) == pytest.approx((25_000 * factor, 7_000 * factor))
    assert elm["convergence"] == pytest.approx(0.5 * (1 - (40 / 1000) / (70 / 500)) * 70_000 * factor)
    assert (elm["coordination"], elm["integration"], elm["hosting"], elm["set_up"]) == (2_000, 8_000, 0, 0)
    assert (ash["process"], ash["hosting"], ash["set_up"]) == pytest.approx((4_000 * factor, 1000 * hosting, 1000 * set_up))


def test_a_vehicle_and_bias(shire: Callable[..., Instance]) -> None:
    """The vehicle's own cost is a cost like others."""
    priced = price(shire(economics=FIGURES + "optimism_bias = { savings = 0.5, costs = 0.5 }", vehicles=VEHICLES))
    assert move(priced, "Ash", "company")["hosting"] == pytest.approx(1.5 * 8_000)
    assert move(priced, "Ash", "company")["set_up"] == pytest.approx(1.5 * 30_000)
    assert move(priced, "Elm", "company")["process"] == pytest.approx(0.5 * 1.2 * 7_000)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ("10000, 2000, 500", (10_000, 2_000, 500)),
        (", 2000,", (4_800, 2_000, 30_000)),
        ("10000, , ", (10_000, 8_000, 30_000)),
        (", , 500", (4_800, 8_000, 500)),
    ],
)
def test_a_vehicle_does_not_touch_an_estimate(shire: Callable[..., Instance], figures: str, expected: tuple[float, ...]) -> None:
    """What is worked out elsewhere stands as it is, for every vehicle, and takes the place of the vehicle's cost too."""
    estimates = f"council, service, host, annual_saving, annual_cost, one_off_cost\nAsh, payroll, Ash, {figures}\n"
    row = move(price(shire(economics=FIGURES, vehicles=VEHICLES, estimates=estimates)), "Ash", "company")
    assert (row["gross"], row["recurring"], row["one_off"]) == pytest.approx(expected)


def test_a_vehicle_and_joint_purchasing(shire: Callable[..., Instance]) -> None:
    """Purchasing is not scaled."""
    tiers = "service, from_volume, rate\npayroll, 0, 0.1\n"
    one, other = (price(shire(economics=FIGURES, tiers=tiers, **extra)).purchasing for extra in ({}, {"vehicles": VEHICLES}))
    assert one == other


def test_moves_are_sorted_with_their_vehicles(shire: Callable[..., Instance]) -> None:
    """By service, host, vehicle, council, tranche, whatever the order of the table; each has the figures of its own vehicle."""
    moves = price(shire(economics=FIGURES, vehicles=VEHICLES)).moves
    keys = list(moves[["service", "host", "vehicle", "council", "tranche"]].itertuples(index=False, name=None))
    assert keys == sorted(keys)
    assert len(keys) == 2 * 2 * 4 * 2
    hosting = moves[moves["council"] == moves["host"]]
    assert set(zip(hosting["vehicle"], hosting["hosting"], strict=True)) == {("company", 8_000), ("lead_authority", 5_000)}


def test_vehicles_of_each_service(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """A vehicle runs the services that it names, or all."""
    m = shire_model("12 1 1", vehicles="vehicle, services\ncompany, waste\ntrust,\n", **two_services)
    assert {index[:3] for index in m.OPENS} == {
        ("payroll", "Ash", "trust"),
        ("payroll", "Elm", "trust"),
        ("waste", "Ash", "company"),
        ("waste", "Ash", "trust"),
    }


def test_a_single_vehicle_of_another_name(shire_model: Callable[..., Any]) -> None:
    """With a table of vehicles there is no lead authority unless it is in it."""
    m = shire_model("12 1 1", vehicles="vehicle\ntrust\n")
    assert {index[2] for index in m.OPENS} == {"trust"}


@pytest.mark.parametrize(
    ("row", "vehicles"),
    [
        ("Ash, payroll, hosts, , company\n", {("Ash", "company"), ("Elm", "company"), ("Elm", "lead_authority")}),
        ("Ash, payroll, hosts, ,\n", {(h, v) for h in ("Ash", "Elm") for v in ("company", "lead_authority")}),
        ("Oak, payroll, live, Ash, company\n", {("Ash", "company"), ("Elm", "company"), ("Elm", "lead_authority")}),
        ("Oak, payroll, live, Ash,\n", {("Ash", "lead_authority"), ("Elm", "company"), ("Elm", "lead_authority")}),
    ],
)
def test_a_commitment_names_the_vehicle(shire: Callable[..., Instance], row: str, vehicles: set[Any]) -> None:
    """Of a host's partnership or of one that is live; later members join it by the same."""
    moves = price(shire(vehicles=VEHICLES, commitments=COMMITMENTS + row)).moves
    assert set(zip(moves["host"], moves["vehicle"], strict=True)) == vehicles
    ash = moves[moves["host"] == "Ash"]
    assert set(ash["council"]) >= {"Ash", "Oak", "Yew"}


def test_a_commitment_names_the_vehicle_of_what_cannot_be(shire_model: Callable[..., Any]) -> None:
    """Where nobody may join anybody there is no move at all, whatever the vehicle."""
    m = shire_model(vehicles=VEHICLES, commitments=COMMITMENTS + "Ash, payroll, hosts, , company\n", rules="maximum_distance = 1")
    assert rows(m, "OPENS") == rows(m, "JOINS") == set()
    assert [one.family for one in m.unreachable] == ["must_host"]


def test_partnership_size_minimum_row_of_a_vehicle(shire_model: Callable[..., Any]) -> None:
    """The company needs three members, the lead authority two; the greater of rule and vehicle holds."""
    for rule, least, company in (("", 2, 3), ("partnership_size = { minimum = 4 }", 4, 4), ("partnership_size = false", 2, 3)):
        m = shire_model(vehicles=VEHICLES, rules=rule)
        put(m, open={(*ASH, 0): 1, (*COMPANY, 0): 1}, join={("Elm", *ASH, 0): 1, ("Elm", *COMPANY, 0): 1})
        assert slack(m, "partnership_size_minimum", *ASH) == 1 - (least - 1)
        assert slack(m, "partnership_size_minimum", *COMPANY) == 1 - (company - 1)


def test_one_arrangement_row_of_all_vehicles(shire_model: Callable[..., Any]) -> None:
    """A host opens one partnership, by one vehicle; a council joins by one."""
    m = shire_model(vehicles=VEHICLES)
    put(m, open={(*ASH, 0): 1, (*COMPANY, 1): 1}, join={("Elm", *ASH, 0): 1, ("Elm", *COMPANY, 0): 1})
    assert [slack(m, "one_arrangement", c, "payroll") for c in ("Ash", "Elm")] == [-1, -1]


def test_join_after_open_row_of_a_vehicle(shire_model: Callable[..., Any]) -> None:
    """Who joins by one vehicle joins the partnership that it runs."""
    m = shire_model(vehicles=VEHICLES)
    put(m, open={(*COMPANY, 0): 1}, join={("Elm", *ASH, 0): 1, ("Oak", *COMPANY, 0): 1})
    assert slack(m, "join_after_open", "Elm", *ASH, 0) == -1
    assert slack(m, "join_after_open", "Oak", *COMPANY, 0) == 0


def test_conflicts_row_of_a_vehicle(shire_model: Callable[..., Any]) -> None:
    """Oak and Yew cannot be together, whatever runs the partnership; each vehicle has a row."""
    m = shire_model(vehicles=VEHICLES, commitments="council, service, decision, other\nOak, payroll, never_with, Yew\n")
    assert rows(m, "conflicts") == {("payroll", h, *v, 0, k) for h in ("Ash", "Elm") for v in ((), ("company",)) for k in (0, 1)}
    put(m, open={(*COMPANY, 0): 1}, join={("Oak", *COMPANY, 0): 1, ("Yew", *COMPANY, 0): 1})
    assert slack(m, "conflicts", *COMPANY, 0, 0) == -1
    assert slack(m, "conflicts", *ASH, 0, 0) == 0


def test_maximum_partnerships_index_and_row_with_vehicles(shire_model: Callable[..., Any]) -> None:
    """Two hosts at most, in spite of two vehicles; each host opens once."""
    assert rows(shire_model(vehicles=VEHICLES, rules="maximum_partnerships = 2"), "maximum_partnerships") == set()
    m = shire_model(vehicles=VEHICLES, rules="maximum_partnerships = 1")
    put(m, open={(*COMPANY, 0): 1, ("payroll", "Elm", 0): 1})
    assert slack(m, "maximum_partnerships", "payroll") == -1


def test_minimum_saving_row_of_a_vehicle(shire_model: Callable[..., Any]) -> None:
    """By the company Elm saves 38.4 a year, Ash 4.8 - 8, of 250 together; by the lead authority 32 and -1."""
    m = shire_model(vehicles=VEHICLES, economics=FIGURES, rules="minimum_saving = 0.1")
    put(m, open={(*COMPANY, 0): 1, (*ASH, 0): 1}, join={("Elm", *COMPANY, 0): 1, ("Elm", *ASH, 0): 1})
    assert slack(m, "minimum_saving", *COMPANY) == pytest.approx(38.4 + 4.8 - 8 - 25)
    assert slack(m, "minimum_saving", *ASH) == pytest.approx(32 + 4 - 5 - 25)


def test_host_capacity_row_of_a_vehicle(shire_model: Callable[..., Any]) -> None:
    """What the host can run is the same by either vehicle; each partnership counts its own members."""
    baselines = (
        "council, service, annual_cost, volume, can_host, host_capacity\nAsh, payroll, 100, 1000, yes, 1400\nElm, payroll, 100, 500, no,\n"
    )
    m = shire_model(vehicles=VEHICLES, baselines=baselines, councils="council, latitude, longitude\nAsh, 51, 0\nElm, 51, 0\n")
    put(m, open={(*COMPANY, 0): 1, (*ASH, 0): 1}, join={("Elm", *COMPANY, 0): 1})
    assert slack(m, "host_capacity", *COMPANY) == pytest.approx((400 - 500) / 500)
    assert slack(m, "host_capacity", *ASH) == pytest.approx(400 / 500)


@pytest.mark.parametrize(
    ("years", "changes", "value", "vehicle"),
    [
        (1, {}, (32 + 12 + 17 - 1) - 24 - 10, ""),
        (3, {}, 3 * (1.2 * 65 - 8) - 24 - 30, "company"),
        (3, {"vehicles": VEHICLES.replace("3000,        3", "3000,        5")}, 3 * 60 - 24 - 10, ""),
        (3, {"rules": "partnership_size = { maximum = 2 }"}, 3 * 31 - 8 - 10, ""),
    ],
)
def test_which_vehicle_pays(shire_plan: Callable[..., Any], years: int, changes: dict[str, str], value: float, vehicle: str) -> None:
    """All join Ash. By the lead authority 65 - 5 a year for 10 + 24 once; by the company a fifth of 65 more, less 3, for 20 more once.

    Over one year the lead authority is better, over three the company, unless it needs five members, or only two are let in.
    """
    tables = {"vehicles": VEHICLES} | changes
    worth, plan = shire_plan(f"12 1 {years}", economics=FIGURES, **tables)
    assert worth == pytest.approx(1000 * value)
    assert plan["Elm", "payroll"] == (("Ash", vehicle, 0) if vehicle else ("Ash", 0))
