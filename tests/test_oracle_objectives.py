"""Enumeration by hand: objectives other than NPV, changes against an adopted plan, and ties."""

from __future__ import annotations

from pathlib import Path

import pytest
from by_hand import ASH, COMMITMENTS, ELM, OAK, OPTIONS, SAVINGS, THREE, TWO_SERVICES, Moves, expect, payroll, shared, waste, write
from oracle import Decisions, Taken, best, decisions, objective_value

ALIKE = "council,service,annual_cost,fixed_cost\n" + "".join(
    f"{council},payroll,100000,40000\n" for council in ("Ash", "Elm", "Oak", "Yew")
)
FOUR = "council\nAsh\nElm\nOak\nYew\n"
JOINING = "duplication_avoided = 0.5\n"  # 20 000 a year for each council that joins, nothing for its host
TOGETHER = COMMITMENTS + "Ash,payroll,together,Elm,\n"


def alike(folder: Path, economics: str = JOINING, rules: str = "", calendar: str = "12 2 2", **tables: str) -> Path:
    """Four councils that do not differ."""
    return write(folder, economics, rules, calendar, **({"councils": FOUR, "baselines": ALIKE} | tables))


@pytest.mark.parametrize(
    ("kind", "year", "worth"),
    [
        ("npv", None, 0.5 * (ASH + ELM) + (ASH + ELM) / 1.1 - 2 * 2_000 * (1 + 1 / 1.1) / 2 - 5_000),
        ("net_saving", None, 1.5 * (ASH + ELM) - 2 * 2_000 - 5_000),
        ("yearly_position", 1, 0.5 * (ASH + ELM) - 2_000),
        ("yearly_position", 2, ASH + ELM - 2_000),
    ],
)
def test_what_a_plan_is_worth(tmp_path: Path, kind: str, year: int | None, worth: float) -> None:
    """Two years, the second at a tenth less and with all of the saving; coordination each year, set-up at the start."""
    economics = SAVINGS + "phase_in = [0.5, 1]\ncoordination_cost = 2000\nset_up_cost = 5000\ndiscount_rate = 0.1\n"
    folder = write(tmp_path, economics, "", "12 2 2")
    moves = payroll(Ash=0, Elm=0)
    assert objective_value(folder, moves, objective=kind, year=year) == pytest.approx(worth)
    found = best(folder, objective=kind, year=year)
    assert found is not None
    assert (found.moves, found.objective) == (moves, pytest.approx(worth))


@pytest.mark.parametrize(("kind", "year"), [("yearly_position", None), ("profit", None)])
def test_objective_that_means_nothing(tmp_path: Path, kind: str, year: int | None) -> None:
    """A position is that of a year; nothing else is on offer."""
    with pytest.raises(ValueError, match="no such objective"):
        best(write(tmp_path), objective=kind, year=year)


def test_objective_decides(tmp_path: Path) -> None:
    """Waiting two years spares Elm 100,000 of redundancy, which neither a year's position nor the first year knows of.

    All of four years are worth 24,000 for Ash and 35,000 a year for Elm. In year 4 every way is worth 41,000, so the earliest wins;
    for year 1 only an early one is worth that.
    """
    economics = SAVINGS + "redundancy_cost = 50000\npost_reduction = 0.2\nturnover = 0.1\n"
    folder = write(tmp_path, economics, "", "12 4 4")
    early, late = 4 * (ASH + ELM) - 2 * 50_000, 4 * ASH + 2 * ELM
    for kind, year, objective, npv, elm in (
        ("npv", None, late, late, 2),
        ("net_saving", None, late, late, 2),
        ("yearly_position", 4, ASH + ELM, early, 0),
        ("yearly_position", 1, ASH + ELM, early, 0),
    ):
        found = best(folder, objective=kind, year=year)
        assert found is not None
        assert found.objective == pytest.approx(objective)
        expect(folder, npv, payroll(Ash=0, Elm=elm), found=found)


@pytest.mark.parametrize(("cost", "moves", "objective"), [(20_000, (0, 0), 82_000 - 2 * 20_000), (21_000, (1, 1), 41_000)])
def test_changes_have_to_be_worth_it(tmp_path: Path, cost: float, moves: tuple[int, int], objective: float) -> None:
    """Adopted: both in the second of two years. Going live at once is worth 41,000 more and changes two arrangements."""
    adopted = decisions(payroll(Ash=1, Elm=1))
    folder = write(tmp_path, SAVINGS, "", "12 2 2")
    found = best(folder, adopted=adopted, change_cost=cost)
    assert found is not None
    assert found.objective == pytest.approx(objective)
    expect(folder, 82_000 if moves == (0, 0) else 41_000, payroll(Ash=moves[0], Elm=moves[1]), found=found)


@pytest.mark.parametrize(
    ("moves", "options", "changes"),
    [
        (payroll(Ash=0, Elm=0), (), 0),
        (payroll(Ash=0, Elm=1), (), 1),
        (payroll("company", Ash=0, Elm=0), (), 2),
        (shared("payroll", "Elm", Elm=0, Ash=0), (), 2),
        (payroll(Ash=0, Elm=0, Oak=0), (), 1),
        (payroll(Ash=0, Elm=0), (Taken("Oak", "payroll", "redesign", 0),), 1),
        ((), (), 2),
        (payroll(Ash=0, Oak=0), (Taken("Elm", "payroll", "redesign", 0),), 2),
    ],
)
def test_what_counts_as_a_change(tmp_path: Path, moves: Moves, options: tuple[Taken, ...], changes: int) -> None:
    """Another host, vehicle or tranche, an option, or nothing where there was something; Yew's part was no part of this instance."""
    tables = {"vehicles": "vehicle\nlead_authority\ncompany\n"}
    tables["options"] = OPTIONS + "Elm,payroll,redesign,1000,,,\nOak,payroll,redesign,1000,,,\n"
    folder = write(tmp_path, SAVINGS, "", "12 2 2", baselines=THREE.replace(",no", ","), **tables)
    adopted = decisions(payroll(Ash=0, Elm=0, Yew=0))
    without, less = (objective_value(folder, moves, options, adopted=adopted, change_cost=cost) for cost in (0, 100))
    assert without - less == pytest.approx(100 * changes)


@pytest.mark.parametrize(
    ("adopted", "changes"), [((), 0), ((Taken("Elm", "payroll", "outsource", 0),), 1), ((Taken("Elm", "payroll", "redesign", 0),), 1)]
)
def test_changes_of_options(tmp_path: Path, adopted: tuple[Taken, ...], changes: int) -> None:
    """Elm took another option, or the same one earlier, or nothing: each is one change from what it takes now."""
    options = OPTIONS + "Elm,payroll,redesign,1000,,,\nElm,payroll,outsource,1000,,,\n"
    folder = write(tmp_path, "", "", "12 2 2", options=options)
    now = (Taken("Elm", "payroll", "redesign", 1),) if changes else ()
    worth = objective_value(folder, (), now, adopted=Decisions((), adopted), change_cost=100)
    assert worth == pytest.approx((1_000 - 100) if changes else 0)


def test_adopting_nothing_is_not_the_same_as_adopting_no_plan(tmp_path: Path) -> None:
    """Against an adopted plan in which nothing is shared each arrangement is a change."""
    folder = write(tmp_path, SAVINGS, "", "12 1 1")
    expect(folder, 41_000, payroll(Ash=0, Elm=0), found=best(folder, change_cost=20_501))
    expect(folder, 0, (), found=best(folder, adopted=Decisions(), change_cost=20_501))


def test_fewest_partnerships_first(tmp_path: Path) -> None:
    """A tenth of everybody's cost is saved in one partnership as in two; within one nothing but names is left."""
    expect(alike(tmp_path, "process_saving = 0.1\n"), 4 * 2 * 6_000, payroll(Ash=0, Elm=0, Oak=0, Yew=0))


def test_fewest_moves_next(tmp_path: Path) -> None:
    """Oak's joining costs what it saves, and Elm's option is worth nothing: neither is done. Oak as host would serve as well as Ash."""
    estimates = "council,service,host,one_off_cost\nOak,payroll,Ash,40000\nOak,payroll,Elm,40000\nOak,payroll,Yew,40000\n"
    options = OPTIONS + "Elm,payroll,redesign,500,500,,\n"
    folder = alike(tmp_path, rules="partnership_size = { maximum = 3 }", estimates=estimates, options=options)
    expect(folder, 2 * 2 * 20_000, payroll(Ash=0, Elm=0, Yew=0))


@pytest.mark.parametrize(
    ("contracts", "moves"), [("", payroll(Ash=0, Elm=0)), ("Ash,payroll,2027-04-01\n", shared("payroll", "Elm", Elm=0, Ash=1))]
)
def test_earliest_tranches_before_names(tmp_path: Path, contracts: str, moves: Moves) -> None:
    """Sharing is worth nothing to anybody and has to be. Where Ash is tied for a year, Elm can begin before it only as host."""
    tables = {"commitments": TOGETHER, "contracts": "council,service,expires\n" + contracts}
    expect(alike(tmp_path, "", **tables), 0, moves)


def test_names_last(tmp_path: Path) -> None:
    """Of vehicles, hosts and pairs that do not differ the first by name: service, host, vehicle, council."""
    vehicles = "vehicle\nlead_authority\ncompany\n"
    folder = alike(tmp_path, rules="partnership_size = { maximum = 2 }\nmaximum_partnerships = 1", vehicles=vehicles)
    expect(folder, 2 * 20_000, payroll("company", Ash=0, Elm=0))


def test_memberships_come_before_options(tmp_path: Path) -> None:
    """Oak saves as much by joining as by its option, in as many moves: by name, sharing comes first."""
    options = OPTIONS + "Oak,payroll,alone,20000,,,\nYew,payroll,alone,20000.02,,,\n"
    expect(alike(tmp_path, options=options), 3 * 2 * 20_000 + 0.04, payroll(Ash=0, Elm=0, Oak=0), (Taken("Yew", "payroll", "alone", 0),))


@pytest.mark.parametrize(("more", "host"), [(0.004, "Ash"), (0.006, "Elm")])
def test_half_a_penny_is_a_tie(tmp_path: Path, more: float, host: str) -> None:
    """Elm is the better host by less or by more than half a penny."""
    estimates = f"council,service,host,annual_saving\nElm,payroll,Elm,{more}\n"
    councils, baselines = "council\nAsh\nElm\n", "".join(ALIKE.splitlines(keepends=True)[:3])
    folder = alike(tmp_path, JOINING, "", "12 1 1", councils=councils, baselines=baselines, estimates=estimates)
    expect(folder, 20_000 + (more if host == "Elm" else 0), shared("payroll", host, Ash=0, Elm=0))


def test_ties_over_services(tmp_path: Path) -> None:
    """One go-live a council and year: which service comes first makes no difference but by name; Oak's payroll is not among them."""
    baselines = "council,service,annual_cost\nAsh,payroll,1000\nAsh,waste,1000\nElm,payroll,1000\nElm,waste,1000\n"
    folder = write(tmp_path, "process_saving = 0.1\n", "delivery_capacity = 1", "12 2 2", services=TWO_SERVICES, baselines=baselines)
    expect(folder, 2 * 200 + 200, payroll(Ash=0, Elm=0) + waste(Ash=1, Elm=1))


def test_three_councils(tmp_path: Path) -> None:
    """The figures by hand that all of these build on."""
    expect(write(tmp_path, baselines=THREE), ASH + ELM + OAK, payroll(Ash=0, Elm=0, Oak=0))
