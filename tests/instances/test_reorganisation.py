"""Reorganisation: hand-worked sums, what passes to whom, what is dropped, and both ways of planning read back."""

from __future__ import annotations

import datetime as dt
import importlib
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from reorganised import PASSES, TABLES, TOML, carried_out, cells, county, passes, values

from instances import Instance, InstanceError, read
from instances.reorganisation import WAYS, Reorganised, reorganise
from instances.reorganisation.parts import common, money_parts, unit_parts, weighted
from instances.reorganisation.relations import PARTIES, WHY
from instances.reorganisation.succession import Heir
from instances.rule_figures import DistanceLimit
from instances.tables import TABLES as MODELS
from instances.tables import Adjacency, Commitment, Estimate, History, Option

VESTING = dt.date(2028, 4, 1)


@pytest.fixture
def merged(tmp_path: Path) -> tuple[Instance, Reorganised]:
    """The county with its successors as councils."""
    target, report = carried_out(tmp_path, "successors")
    return read(target), report


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
    source = county(tmp_path, baselines=baselines, contracts="council, service, expires\n", **_nothing_decided(), toml=_plain())
    target, _ = carried_out(tmp_path, "successors", f"council, successor, ceases, share\n{heirs}", source)
    rows = cells(target, "baselines")
    for column, total in (("annual_cost", "12345.72"), ("fixed_cost", "0.02"), ("procured_cost", "0.01")):
        assert sum(Decimal(row[column]) for row in rows) == Decimal(total)
    assert all(Decimal(row["fixed_cost"]) + Decimal(row["procured_cost"]) <= Decimal(row["annual_cost"]) for row in rows)


def _plain() -> str:
    return TOML.split("[ranges]")[0]


def _nothing_decided() -> dict[str, str]:
    return {"commitments": "council, decision\n", "options": "council, service, option\n", "estimates": "council, service, host\n"}


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
    source = county(tmp_path, baselines=baselines, contracts="council, service, expires\n", **_nothing_decided(), toml=_plain())
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
    source = county(tmp_path, baselines=baselines, contracts="council, service, expires\n", **_nothing_decided(), toml=_plain())
    target, _ = carried_out(tmp_path, "successors", source=source, start=dt.date(2026, 4, 1))
    assert not _not_before(read(target))


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


def test_several_contracts_become_the_most_binding(merged: tuple[Instance, Reorganised]) -> None:
    """The last end, the last break, charges added up, the share by cost, so that ending it early costs what it did in parts."""
    contracts, report = merged[0].contracts, merged[1]
    found = contracts["North", "payroll"]
    assert values(found, "supplier", "expires", "break_from", "termination_charge", "termination_share") == {
        "supplier": "Acme; Bolt",
        "expires": dt.date(2029, 1, 1),
        "break_from": dt.date(2028, 1, 1),
        "termination_charge": 170.0,  # 100 + 50 + 0.6 x 33.33
        "termination_share": 0.292859,  # (0.1 x 500 + 0.2 x 300 + 0.5 x 600.01) / 1400.01
    }
    assert "Elm expires 2028-06-01, break 2028-01-01, charge 50, share 0.2" in (found.note or "")
    assert "0.6 of Shire expires 2027-01-01" in (found.note or "")
    assert values(contracts["Port", "payroll"], "expires", "termination_charge", "termination_share") == {
        "expires": dt.date(2027, 1, 1),
        "termination_charge": 13.33,
        "termination_share": 0.142857,  # 0.5 x 400.00 / 1400.00; Oak and Port have no contract
    }
    assert any(
        "contracts.csv: 1 service with several contracts" in text and "North payroll (Ash, Elm, Shire)" in text for text in report.notes
    )
    assert contracts["Farm", "bins"].expires == dt.date(2028, 4, 1)


def test_a_contract_without_break_leaves_none(tmp_path: Path) -> None:
    """Whatever the others have."""
    contracts = TABLES["contracts"].replace("2028-06-01, 2028-01-01", "2028-06-01, ")
    contracts = "\n".join(line for line in contracts.splitlines() if "Shire" not in line)
    target, report = carried_out(tmp_path, "successors", source=county(tmp_path, contracts=contracts))
    assert read(target).contracts["North", "payroll"].break_from is None
    assert any("North payroll (Ash, Elm)" in text for text in report.notes)


def test_neighbours_are_those_of_any_predecessor(merged: tuple[Instance, Reorganised]) -> None:
    """A county that is divided says nothing of its parts, so its rows are dropped."""
    pairs = {(row.council_a, row.council_b): row.source for row in merged[0].rows(Adjacency)}
    assert pairs == {
        ("Farm", "Gull"): None,
        ("Farm", "North"): "neighbours before: Elm-Farm",
        ("North", "Port"): "neighbours before: Ash-Oak, Elm-Oak",
    }
    assert any(text.startswith("adjacency.csv: 2 rows dropped") and "Farm / Shire; Port / Shire" in text for text in merged[1].dropped)
    assert "adjacency.csv: 2 pairs of neighbours now within one successor" in merged[1].notes


def test_what_was_agreed_or_measured_before_is_dropped_and_said(merged: tuple[Instance, Reorganised]) -> None:
    """Only between councils that do not change is anything kept; each table is counted."""
    instance, report = merged
    for table in WHY:
        kept = {name for row in instance.tables.get(table, ()) for name in _named(row)}
        assert kept <= {"Farm", "Gull"}, table
    assert [row.other for row in instance.rows(Commitment)] == ["Gull"]
    assert [row.host for row in instance.rows(Estimate)] == ["Gull"]
    assert [row.option for row in instance.rows(Option)] == ["in_house"]
    assert [row.years for row in instance.rows(History)] == [4]
    counts = {text.split(":")[0]: int(text.split(":")[1].split()[0]) for text in report.dropped if ".csv" in text}
    assert counts == {
        "distances.csv": 2, "compatibility.csv": 1, "history.csv": 1, "commitments.csv": 3, "options.csv": 1, "estimates.csv": 1,
        "adjacency.csv": 2,
    }  # fmt: skip
    assert any("Ash / bins / stays_out; Ash / payroll / not_before; Gull / never_with / Port" in text for text in report.dropped)


def _named(row: object) -> set[str]:
    return {name for column in PARTIES if (name := getattr(row, column, None))}


def test_every_table_about_councils_is_dealt_with() -> None:
    """A new table with a council in it has to say what becomes of it."""
    about = {name for name, model in MODELS.items() if set(PARTIES) & set(model.model_fields)}
    assert about == {"councils", "baselines", "contracts", "adjacency", *WHY}


def test_what_was_dropped_stands_in_the_note(merged: tuple[Instance, Reorganised]) -> None:
    """Behind the note that was there."""
    note = merged[0].settings.instance.note or ""
    assert note.startswith("Made up. Reorganised (lgr.csv): planned with the successors as councils. Dropped: ")
    assert "commitments.csv 3 rows" in note
    assert "scenarios 3 entries" in note


def test_ranges_and_scenarios_of_councils_that_change_go(merged: tuple[Instance, Reorganised]) -> None:
    """By key, by value, or because nothing is there any more; the others stay."""
    instance, report = merged
    assert sorted(instance.settings.ranges) == ["baselines.*.payroll.annual_cost", "services.*.process_saving"]
    assert list(instance.settings.scenarios) == ["farm"]
    said = " ".join(report.dropped)
    assert "ranges: 2 entries dropped (names councils that are replaced): baselines.Ash.payroll" in said
    assert "scenarios: 2 entries dropped (names councils that are replaced): stays; swapped" in said
    assert "scenarios: 1 entry dropped (matches nothing): later" in said


def test_a_service_may_have_the_name_of_a_council(tmp_path: Path) -> None:
    """Its range is not about the council."""
    services = TABLES["services"] + "Oak,\n"
    baselines = TABLES["baselines"].strip() + "\nFarm, Oak, 5, 0, 0, 0, , , , yes, , , ,\n"
    source = county(
        tmp_path, services=services, baselines=baselines, old='"services.*.process_saving"', new='"services.Oak.process_saving"'
    )
    target, _ = carried_out(tmp_path, "successors", source=source)
    assert "services.Oak.process_saving" in read(target).settings.ranges


def test_comments_of_instance_toml_stay(tmp_path: Path) -> None:
    """What is dropped is commented out, what is changed says what it was, and the head says it all."""
    target, report = carried_out(tmp_path, "successors")
    text = (target / "instance.toml").read_text(encoding="utf-8")
    assert text.startswith("# REORGANISED: the councils are the successors.")
    for line in (
        "# The county before.",
        'title = "County"   # as it was',
        "start = 2028-04-01  # was 2026-04-01",
        "delivery_capacity = 3  # a choice",
        "# wide",
        '# stays = ["commitments.Ash.bins = off"]',
        '#     "commitments.*.payroll.go_live = 2028-04-01",',
    ):
        assert f"\n{line}\n" in text
    head = " ".join(text.partition("\n\n")[0].replace("\n#", "").split())
    assert all(" ".join(said.split()) in head for said in (*report.becomes, *report.dropped, *report.notes))


def test_the_calendar_starts_with_the_successors(merged: tuple[Instance, Reorganised]) -> None:
    """Nothing of theirs can go live before, and no commitment is needed."""
    assert merged[0].calendar.start == VESTING
    assert "the calendar starts on 2028-04-01 instead of 2026-04-01" in merged[1].notes
    assert not [row for row in merged[0].rows(Commitment) if row.decision == "not_before"]


def _not_before(instance: Instance) -> dict[str, dt.date | None]:
    return {row.council: row.go_live for row in instance.rows(Commitment) if row.decision == "not_before"}


def test_an_earlier_start_is_kept_where_it_is_asked_for(tmp_path: Path) -> None:
    """Then successors, the enlarged one too, may do nothing before their day."""
    target, _ = carried_out(tmp_path, "successors", start=dt.date(2026, 4, 1))
    instance = read(target)
    assert instance.calendar.start == dt.date(2026, 4, 1)
    assert _not_before(instance) == {"North": VESTING, "Port": VESTING}


def test_the_start_stays_where_moving_it_would_undo_a_decision(tmp_path: Path) -> None:
    """Farm hosts from April 2027, which would lie before the start."""
    commitments = "council, service, decision, other, go_live\nFarm, bins, hosts, , 2027-04-01\n"
    source = county(tmp_path, toml=_plain(), commitments=commitments)
    target, report = carried_out(tmp_path, "successors", source=source)
    instance = read(target)
    assert instance.calendar.start == dt.date(2026, 4, 1)
    assert _not_before(instance) == {"North": VESTING, "Port": VESTING}
    assert any(
        text.startswith("the calendar starts on 2026-04-01 as before")
        and "commitments.csv row 2, go_live: 2027-04-01 is not the first" in text
        for text in report.notes
    )


def test_two_days_of_vesting(tmp_path: Path) -> None:
    """The start stays; each successor waits for its last predecessor."""
    target, report = carried_out(tmp_path, "successors", PASSES.replace("Oak,     Port,      2028", "Oak,     Port,      2029"))
    instance = read(target)
    assert instance.calendar.start == dt.date(2026, 4, 1)
    assert _not_before(instance) == {"North": VESTING, "Port": dt.date(2029, 4, 1)}
    assert not any("no tranche begins" in text for text in report.notes)  # the last one does


def test_a_day_behind_the_last_tranche_is_said(tmp_path: Path) -> None:
    """Nothing of the successor can go live then."""
    table = PASSES.replace("Oak,     Port,      2028", "Oak,     Port,      2031")
    _, report = carried_out(tmp_path, "successors", table)
    assert "no tranche begins on or after the day of Port (2031-04-01): nothing of theirs can go live" in report.notes


def test_successors_that_are_there_from_the_start_wait_for_nothing(tmp_path: Path) -> None:
    """The start stays where it is."""
    source = county(tmp_path, old="2026-04-01", new="2028-04-01")
    target, report = carried_out(tmp_path, "successors", source=source)
    assert read(target).calendar.start == VESTING
    assert not _not_before(read(target))
    assert not any("the calendar starts" in text for text in report.notes)


def test_commitments_that_are_off_keep_nobody(tmp_path: Path) -> None:
    """That is said, since `not_before` is a commitment."""
    source = county(tmp_path, old="delivery_capacity = 3", new="delivery_capacity = 3\ncommitments = false")
    _, report = carried_out(tmp_path, "successors", source=source, start=dt.date(2026, 4, 1))
    assert any("rules.commitments is false" in text for text in report.notes)


def test_limits_in_minutes_are_switched_off(tmp_path: Path) -> None:
    """Travel times of successors are not known; the limit would be a fault for every pair."""
    pairs = [(a, b) for a in ("Ash", "Elm", "Oak", "Port", "Farm", "Gull", "Shire") for b in ("Farm", "Gull", "Port", "Shire") if a < b]
    pairs += [("Gull", "Farm"), ("Oak", "Farm"), ("Oak", "Gull"), ("Port", "Farm"), ("Port", "Gull"), ("Shire", "Farm"), ("Elm", "Ash"),
              ("Oak", "Ash"), ("Oak", "Elm"), ("Shire", "Port"), ("Shire", "Gull")]  # fmt: skip
    rows = "".join(f"{a}, {b}, 30\n" for a, b in dict.fromkeys((min(p), max(p)) for p in pairs))
    source = county(
        tmp_path, distances=f"council_a, council_b, minutes\n{rows}", old="delivery_capacity = 3", new="maximum_distance = { minutes = 45 }"
    )
    target, report = carried_out(tmp_path, "successors", source=source)
    assert read(target).rules.maximum_distance is False
    assert any("rules.maximum_distance is switched off" in text for text in report.notes)
    text = (target / "instance.toml").read_text(encoding="utf-8")
    assert "maximum_distance = false  # was { minutes = 45 }\n" in text


def test_limits_in_minutes_stay_where_all_times_are_known(tmp_path: Path) -> None:
    """Nothing was dropped, so nothing is wanting."""
    baselines = "council, service, annual_cost\nFarm, bins, 9\nGull, bins, 8\n"
    source = county(
        tmp_path,
        baselines=baselines,
        contracts="council, service, expires\n",
        distances="council_a, council_b, minutes\nFarm, Gull, 20\n",
        toml=_plain().replace("delivery_capacity = 3", "maximum_distance = { minutes = 45 }"),
        **_nothing_decided(),
    )
    target, _ = carried_out(tmp_path, "successors", source=source)
    limit = read(target).rules.maximum_distance
    assert isinstance(limit, DistanceLimit)
    assert limit.minutes == 45


def test_what_comes_of_it_has_to_be_sound(tmp_path: Path) -> None:
    """Without coordinates no distance is known between successors; the fault is said and names the result."""
    councils = TABLES["councils"].replace("51.0,     0.0,", ",,").replace("51.5,     1.0,", ",,")
    services = "service, distance_cost\npayroll,\nlibraries,\nbins, 5\n"
    distances = "council_a, council_b, km\n" + "".join(f"Ash, {name}, 9\n" for name in ("Oak", "Port", "Farm", "Gull"))
    source = county(tmp_path, councils=councils, services=services, distances=distances)
    (tmp_path / "out").mkdir()
    with pytest.raises(InstanceError, match=r"reorganised'\n.*no km between 'North'"):
        reorganise(source, passes(tmp_path), tmp_path / "out", way="successors")


def test_one_council_that_is_left_has_nobody_to_share_with(tmp_path: Path) -> None:
    """That is no fault, but it is said."""
    table = "council, successor, ceases\n" + "".join(
        f"{name}, One, 2028-04-01\n" for name in ("Ash", "Elm", "Oak", "Port", "Farm", "Gull", "Shire")
    )
    target, report = carried_out(tmp_path, "successors", table)
    assert sorted(read(target).councils) == ["One"]
    assert any(text.startswith("only one council is left") for text in report.notes)


def test_amounts_in_pounds_are_left_and_said(merged: tuple[Instance, Reorganised]) -> None:
    """They were made for smaller councils."""
    assert merged[0].services["payroll"].set_up_cost == 1000
    assert any(text.startswith("set_up_cost: amounts in pounds") for text in merged[1].notes)


def test_with_predecessors_only_councils_change(tmp_path: Path) -> None:
    """They get a day and a successor; every other table, the calendar and the rules are as they were."""
    target, report = carried_out(tmp_path, "predecessors")
    before, after = read(tmp_path / "county"), read(target)
    digests = {name: (digest, after.digests()[name]) for name, digest in before.digests().items()}
    assert [name for name, (old, new) in digests.items() if old != new] == ["councils", "instance"]
    assert after.settings.model_copy(update={"instance": before.settings.instance}) == before.settings
    assert after.calendar.start == dt.date(2026, 4, 1)
    assert {name: (row.ceases, row.successor) for name, row in after.councils.items()} == {
        "Ash": (VESTING, "North"), "Elm": (VESTING, "North"), "Oak": (VESTING, "Port"), "Shire": (VESTING, "North"),
        "Farm": (None, None), "Gull": (None, None), "Port": (None, None),
    }  # fmt: skip
    assert after.councils["Shire"].note == "passes to North (0.6), Port (0.4); ceases: lgr.csv"
    assert after.councils["Ash"].note == "lgr.csv: Order"
    assert report.dropped == ()


def test_the_largest_share_names_the_successor(tmp_path: Path) -> None:
    """The last by name here."""
    target, _ = carried_out(tmp_path, "predecessors", PASSES.replace("0.6", "0.3").replace("0.4", "0.7"))
    written = read(target).councils["Shire"]
    assert (written.successor, written.note) == ("Port", "passes to Port (0.7), North (0.3); ceases: lgr.csv")


def test_of_equal_shares_the_first_successor_by_name(tmp_path: Path) -> None:
    """Whatever the order of the rows."""
    table = "council, successor, ceases, share\nShire, West, 2028-04-01, 0.5\nShire, East, 2028-04-01, 0.5\n"
    target, _ = carried_out(tmp_path, "predecessors", table)
    assert read(target).councils["Shire"].successor == "East"


def test_with_predecessors_from_another_start(tmp_path: Path) -> None:
    """The line in instance.toml says what it was."""
    target, _ = carried_out(tmp_path, "predecessors", start=dt.date(2027, 4, 1))
    assert read(target).calendar.start == dt.date(2027, 4, 1)
    assert "\nstart = 2027-04-01  # was 2026-04-01\n" in (target / "instance.toml").read_text(encoding="utf-8")


def test_days_that_were_given_before_are_replaced_and_said(tmp_path: Path) -> None:
    """The table goes before councils.csv."""
    councils = "council, ceases, successor\nShire, 2027-04-01, Old\nAsh,,\nElm,,\nOak,,\nPort,,\nFarm, 2030-04-01, Barn\nGull,,\n"
    target, report = carried_out(tmp_path, "predecessors", source=county(tmp_path, councils=councils))
    written = read(target).councils
    assert (written["Shire"].ceases, written["Shire"].successor) == (VESTING, "North")
    assert (written["Farm"].ceases, written["Farm"].successor) == (dt.date(2030, 4, 1), "Barn")
    assert report.notes == ("councils.csv had 'Shire' cease on 2027-04-01 for Old; the table goes before it",)


@pytest.mark.parametrize("way", WAYS)
def test_the_order_of_the_rows_has_no_meaning(tmp_path: Path, way: str) -> None:
    """The same bytes."""
    header, *rows = PASSES.strip().splitlines()
    backwards = "\n".join([header, *reversed(rows)])
    folders = []
    for name, table in (("a", PASSES), ("b", backwards)):
        (tmp_path / name).mkdir()
        folders.append(carried_out(tmp_path / name, way, table)[0])
    for path in folders[0].iterdir():
        assert path.read_bytes() == (folders[1] / path.name).read_bytes()


@pytest.mark.parametrize("way", WAYS)
def test_a_scenario_that_the_reorganisation_replaces_goes(tmp_path: Path, way: str) -> None:
    """In both ways, and said."""
    target, report = carried_out(tmp_path, way, obsolete={"farm"})
    assert "farm" not in read(target).settings.scenarios
    assert any("farm" in text for text in report.dropped)


def test_empty_tables_keep_their_header(tmp_path: Path) -> None:
    """They are there to be filled in; others are not made up."""
    source = county(tmp_path, contracts="council, service, expires\n")
    target, _ = carried_out(tmp_path, "successors", source=source)
    header = (target / "contracts.csv").read_text(encoding="utf-8")
    assert header.startswith("council,service,supplier,expires,")
    assert header.count("\n") == 1
    assert not (target / "vehicles.csv").exists()


def test_a_sound_folder_is_what_tomllib_and_the_reader_take(tmp_path: Path) -> None:
    """instance.toml by itself too."""
    target, _ = carried_out(tmp_path, "successors")
    assert tomllib.loads((target / "instance.toml").read_text(encoding="utf-8"))["calendar"]["start"] == VESTING
    assert read(target).notes == ()


@pytest.mark.parametrize("way", WAYS)
def test_a_start_that_no_calendar_has(tmp_path: Path, way: str) -> None:
    """The horizon would end behind the last year that a date can have."""
    with pytest.raises(InstanceError, match=r"calendar\.start: 9996-04-01 is out of range"):
        carried_out(tmp_path, way, start=dt.date(9996, 4, 1))


def test_a_day_with_which_no_calendar_can_start(tmp_path: Path) -> None:
    """The start stays."""
    target, report = carried_out(tmp_path, "successors", PASSES.replace("2028-04-01", "9996-04-01"))
    assert read(target).calendar.start == dt.date(2026, 4, 1)
    assert any("9996-04-01 is out of range" in text for text in report.notes)


def test_what_is_written_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of ours in the text of a file is said, and does not leave an instance that cannot be read."""
    monkeypatch.setattr(importlib.import_module("instances.reorganisation.reorganise"), "rewritten", lambda *given: "[instance\n")
    with pytest.raises(InstanceError, match=r"(?s)county, reorganised'.*instance\.toml: is not TOML"):
        carried_out(tmp_path, "successors")
