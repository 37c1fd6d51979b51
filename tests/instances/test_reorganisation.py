"""Reorganisation: hand-worked sums of what is inherited, where the successors lie, and whose residents they have."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from reorganised import TABLES, carried_out, cells, county, not_before, nothing_decided, plain, values

from instances import Instance, read
from instances.reorganisation import Reorganised
from instances.reorganisation.parts import common, money_parts, unit_parts, weighted
from instances.reorganisation.succession import Heir
from instances.tables import Adjacency


def test_baselines_are_the_sums_of_what_is_inherited(merged: tuple[Instance, Reorganised]) -> None:
    """North: Ash + Elm + 0.6 of Shire; Port: its own + Oak + 0.4 of Shire. Worked out by hand."""
    baselines = merged[0].baselines
    assert values(baselines["North", "payroll"], "annual_cost", "fixed_cost", "procured_cost", "fte", "volume", "host_capacity") == {
        "annual_cost": 500 + 300 + 600.01,
        "fixed_cost": 100 + 60 + 200.00,  # 0.6 x 333.33 = 199.998
        "procured_cost": 140.03,
        "fte": 5.0,  # 0.6 x 3.33 = 1.998
        "volume": 1001.0,  # 0.6 x 1001 = 600.6, in whole units
        "host_capacity": 2400.0,
    }
    assert values(baselines["Port", "payroll"], "annual_cost", "fixed_cost", "procured_cost", "fte", "volume", "host_capacity") == {
        "annual_cost": 800 + 200 + 400.00,
        "fixed_cost": 373.33,
        "procured_cost": 40.02,
        "fte": 6.33,
        "volume": 999.5,
        "host_capacity": None,
    }
    assert baselines["North", "libraries"].annual_cost == 5400.06
    assert baselines["Port", "libraries"].annual_cost == 6600.04
    assert baselines["Port", "bins"].annual_cost == 1300
    assert sorted(baselines) == [
        ("Farm", "bins"), ("Farm", "libraries"), ("Gull", "bins"),
        *((name, service) for name in ("North", "Port") for service in ("bins", "libraries", "payroll")),
    ]  # fmt: skip


def test_parts_by_hand() -> None:
    """Rounded at the running total: a third of a penny is never lost, nor given twice."""
    thirds = [Heir("a", 0.333333), Heir("b", 0.333333), Heir("c", 0.333334)]
    parts = [Heir("a", 0.2), Heir("b", 0.3), Heir("c", 0.5)]
    halves = [Heir("a", 0.6), Heir("b", 0.4)]
    assert list(map(str, money_parts(100.0, parts).values())) == ["20.00", "30.00", "50.00"]
    assert list(map(str, money_parts(0.05, thirds).values())) == ["0.02", "0.01", "0.02"]
    assert list(map(str, money_parts(0.01, thirds).values())) == ["0.00", "0.01", "0.00"]
    assert list(map(float, unit_parts(1001.0, halves).values())) == [601, 400]
    assert list(map(float, unit_parts(3.0, halves).values())) == [1.8, 1.2]
    assert list(map(float, unit_parts(100.5, halves).values())) == [60.3, 40.2]


def test_means_and_what_is_in_common() -> None:
    """By weight, plain without any; one value or none."""
    assert weighted({"a": 1.0, "b": 4.0}, {"a": 2.0, "b": 1.0}) == 2.0
    assert weighted({"a": 1.0, "b": 4.0}, {"a": 0.0, "b": 0.0}) == 2.5
    assert [common(values) for values in (["x", "x"], ["x", None], [None, None], ["x", "y"], [])] == ["x", None, None, None, None]


def test_totals_are_preserved_to_the_penny(tmp_path: Path) -> None:
    """For every amount: the sum of the written cells before is that after."""
    target, _ = carried_out(tmp_path, "successors")
    for column in ("annual_cost", "fixed_cost", "procured_cost", "fte", "volume"):
        before, after = (
            sum(Decimal(row[column]) for row in cells(folder, "baselines") if row.get(column)) for folder in (tmp_path / "county", target)
        )
        assert before == after
        assert after > 0


@pytest.mark.parametrize("shares", [(0.333333, 0.333333, 0.333334), (0.1, 0.2, 0.7), (0.005, 0.005, 0.99)], ids=str)
def test_a_split_in_three_loses_no_penny(tmp_path: Path, shares: tuple[float, ...]) -> None:
    """Nor is any part below 0, however small the amount."""
    heirs = "".join(f"Shire, {name}, 2028-04-01, {share}\n" for name, share in zip(("East", "Mid", "West"), shares, strict=True))
    baselines = "council, service, annual_cost, fixed_cost, procured_cost\nShire, payroll, 0.05, 0.02, 0.01\nAsh, payroll, 12345.67, 0, 0\n"
    source = county(tmp_path, baselines=baselines, contracts="council, service, expires\n", **nothing_decided(), toml=plain())
    target, _ = carried_out(tmp_path, "successors", f"council, successor, ceases, share\n{heirs}", source)
    rows = cells(target, "baselines")
    for column, total in (("annual_cost", "12345.72"), ("fixed_cost", "0.02"), ("procured_cost", "0.01")):
        assert sum(Decimal(row[column]) for row in rows) == Decimal(total)
    assert all(Decimal(row["fixed_cost"]) + Decimal(row["procured_cost"]) <= Decimal(row["annual_cost"]) for row in rows)


def test_figures_that_cannot_be_added_up(merged: tuple[Instance, Reorganised]) -> None:
    """Platform and costs of a host only if all agree; performance by volume; a host if any predecessor may be one."""
    baselines, report = merged[0].baselines, merged[1]
    assert values(baselines["North", "payroll"], "platform", "performance", "can_host", "hosting_cost", "set_up_cost") == {
        "platform": "P",
        "performance": 0.8,  # (0.9 x 300 + 0.5 x 100) / 400; Shire's is not known
        "can_host": True,
        "hosting_cost": 10.0,
        "set_up_cost": None,
    }
    assert values(baselines["Port", "payroll"], "platform", "performance") == {"platform": "several, at Port", "performance": 0.6}
    assert any("set_up_cost left blank" in text and "North payroll" in text for text in report.notes)
    assert not any("set_up_cost counts as 0" in text for text in report.notes)  # the service has 1000
    assert any("several platforms" in text and "Port payroll" in text for text in report.notes)
    assert any("host_capacity left blank" in text and "Port payroll" in text for text in report.notes)
    assert any("volumes of county and districts are added up for payroll" in text for text in report.notes)


def test_a_figure_of_the_host_that_nothing_stands_for_is_said(tmp_path: Path) -> None:
    """A blank hosting cost is the service's, and where that has none, nothing."""
    source = county(tmp_path, baselines=TABLES["baselines"].replace("600,           10,           7,", "600, 11, 7,"))
    _, report = carried_out(tmp_path, "successors", source=source)
    assert (
        "baselines.csv: hosting_cost counts as 0 until it is filled in, as the service has none: North payroll, Port payroll"
        in report.notes
    )


def test_a_note_without_full_stop_gets_one(tmp_path: Path) -> None:
    """So that what was there and what is said are two sentences; without one there is one."""
    target, _ = carried_out(tmp_path, "predecessors", source=county(tmp_path, old='"Made up."', new='"Made up"'))
    assert (read(target).settings.instance.note or "").startswith("Made up. Reorganised (lgr.csv): each council")
    (tmp_path / "b").mkdir()
    target, _ = carried_out(tmp_path / "b", "predecessors", source=county(tmp_path / "b", old='note = "Made up."\n', new=""))
    assert (read(target).settings.instance.note or "").startswith("Reorganised (lgr.csv): each council")


def test_two_mixed_platforms_are_not_one(tmp_path: Path) -> None:
    """A blank platform would be the same as another blank one, and moving between the two would cost nothing."""
    baselines = TABLES["baselines"].replace("300,         60,         30,            1,    100,    P,", "300, 60, 30, 1, 100, R,")
    target, _ = carried_out(tmp_path, "successors", source=county(tmp_path, baselines=baselines))
    written = read(target).baselines
    assert written["North", "payroll"].platform == "several, at North"
    assert written["Port", "payroll"].platform == "several, at Port"


def test_performance_by_cost_where_there_is_no_volume(tmp_path: Path) -> None:
    """(0.9 x 300 + 0.5 x 100) / 400, the weights being pounds this time."""
    baselines = "council, service, annual_cost, performance\nAsh, payroll, 300, 0.9\nElm, payroll, 100, 0.5\nFarm, payroll, 9, \n"
    source = county(tmp_path, baselines=baselines, contracts="council, service, expires\n", **nothing_decided(), toml=plain())
    target, _ = carried_out(tmp_path, "successors", source=source)
    assert read(target).baselines["North", "payroll"].performance == 0.8


def test_where_it_comes_from_is_said(merged: tuple[Instance, Reorganised]) -> None:
    """Of what a row is the sum, and of what it lacks."""
    baselines, report = merged[0].baselines, merged[1]
    assert baselines["North", "payroll"].source == "sum of Ash, Elm and 0.6 of Shire; ledger; book"
    assert baselines["North", "bins"].source == "sum of Ash"
    assert baselines["North", "bins"].note == "nothing from Elm"
    assert any("1 sum without predecessors" in text and "North bins (Elm)" in text for text in report.notes)
    assert report.becomes == (
        "North (from 2028-04-01): Ash, Elm and 0.6 of Shire",
        "Port (from 2028-04-01): Oak, Port and 0.4 of Shire",
    )
    assert (report.councils, report.services, report.baselines) == (4, 3, 9)


def test_a_county_and_its_districts_have_the_same_residents(merged: tuple[Instance, Reorganised]) -> None:
    """Residents and place are those of the districts: 200 x 51.0 and 300 x 51.5 north, 200 x 0 and 300 x 1 east."""
    councils = merged[0].councils
    assert sorted(councils) == ["Farm", "Gull", "North", "Port"]
    columns = ("tier", "region", "latitude", "longitude", "population", "control", "ceases", "successor")
    assert values(councils["North"], *columns) == {
        "tier": "unitary", "region": "South", "latitude": 51.3, "longitude": 0.6, "population": 500.0, "control": "LAB",
        "ceases": None, "successor": None,
    }  # fmt: skip
    assert values(councils["Port"], *columns) == {
        "tier": "unitary", "region": "South", "latitude": 51.0, "longitude": 2.8, "population": 500.0, "control": None,
        "ceases": None, "successor": None,
    }  # fmt: skip
    assert councils["North"].source == "sum of Ash, Elm and 0.6 of Shire"
    assert "residents and place are those of the districts" in (councils["North"].note or "")
    assert "lgr.csv: Order" in (councils["North"].note or "")


def test_a_county_alone_gives_residents_by_share_and_no_place_of_its_own(tmp_path: Path) -> None:
    """0.6 of 600; both successors stand where the county stood, and that is said."""
    table = "council, successor, ceases, share\nShire, East, 2028-04-01, 0.6\nShire, West, 2028-04-01, 0.4\n"
    target, report = carried_out(tmp_path, "successors", table)
    councils = read(target).councils
    assert [councils[name].population for name in ("East", "West")] == [360, 240]
    assert [councils[name].latitude for name in ("East", "West")] == [55, 55]
    assert sum("stands where Shire stood" in text for text in report.notes) == 2
    pairs = {(row.council_a, row.council_b) for row in read(target).rows(Adjacency)}
    assert {("East", "Farm"), ("Farm", "West"), ("East", "Port"), ("Port", "West")} < pairs
    assert not any("counted twice" in text for text in report.notes)


def test_a_district_that_is_divided(tmp_path: Path) -> None:
    """East has Ash too, so its place is between the two; West stands where Oak stood."""
    table = "council, successor, ceases, share\nAsh, East, 2028-04-01,\nOak, East, 2028-04-01, 0.5\nOak, West, 2028-04-01, 0.5\n"
    target, report = carried_out(tmp_path, "successors", table)
    councils = read(target).councils
    assert (councils["East"].population, councils["East"].longitude) == (250, 0.4)  # (200 x 0 + 50 x 2) / 250
    assert [text for text in report.notes if "stands where" in text] == [
        "councils.csv: 'West' stands where Oak stood; give it coordinates of its own"
    ]


def test_an_enlarged_council_keeps_its_tier(tmp_path: Path) -> None:
    """Where it has one; a new one is unitary."""
    councils = TABLES["councils"].replace("Port,    unitary,", "Port, metropolitan_borough,")
    target, _ = carried_out(tmp_path, "successors", source=county(tmp_path, councils=councils))
    assert [read(target).councils[name].tier for name in ("North", "Port")] == ["unitary", "metropolitan_borough"]


def test_a_successor_that_runs_nothing_waits_for_nothing(tmp_path: Path) -> None:
    """A commitment about no service would be a fault."""
    baselines = "council, service, annual_cost\nFarm, payroll, 9\nGull, payroll, 8\n"
    source = county(tmp_path, baselines=baselines, contracts="council, service, expires\n", **nothing_decided(), toml=plain())
    target, _ = carried_out(tmp_path, "successors", source=source, start=dt.date(2026, 4, 1))
    assert not not_before(read(target))


def test_places_that_are_not_known(tmp_path: Path) -> None:
    """No place without that of every predecessor; midway where residents are not known."""
    councils = TABLES["councils"].replace("51.5,     1.0,       300", ",,300").replace("51.0,     2.0,       100", "51.0, 2.0, ")
    distances = TABLES["distances"]
    target, report = carried_out(tmp_path, "successors", source=county(tmp_path, councils=councils, distances=distances))
    written = read(target).councils
    assert (written["North"].latitude, written["North"].population) == (None, 500)
    assert (written["Port"].longitude, written["Port"].population) == (2.5, None)
    assert "councils.csv: no place for 'North', because Elm has none" in report.notes
    assert "councils.csv: no population for 'Port', because Oak has none" in report.notes
    assert any("'Port' stands midway" in text for text in report.notes)
