"""Reorganisation: the calendar of the successors, both ways of planning, and what is written and read back."""

from __future__ import annotations

import datetime as dt
import importlib
import tomllib
from pathlib import Path

import pytest
from reorganised import PASSES, TABLES, carried_out, county, not_before, nothing_decided, passes, plain

from instances import Instance, InstanceError, read
from instances.reorganisation import WAYS, Reorganised, reorganise
from instances.rule_figures import DistanceLimit
from instances.tables import Commitment

VESTING = dt.date(2028, 4, 1)


def test_the_calendar_starts_with_the_successors(merged: tuple[Instance, Reorganised]) -> None:
    """Nothing of theirs can go live before, and no commitment is needed."""
    assert merged[0].calendar.start == VESTING
    assert "the calendar starts on 2028-04-01 instead of 2026-04-01" in merged[1].notes
    assert not [row for row in merged[0].rows(Commitment) if row.decision == "not_before"]


def test_an_earlier_start_is_kept_where_it_is_asked_for(tmp_path: Path) -> None:
    """Then successors, the enlarged one too, may do nothing before their day."""
    target, _ = carried_out(tmp_path, "successors", start=dt.date(2026, 4, 1))
    instance = read(target)
    assert instance.calendar.start == dt.date(2026, 4, 1)
    assert not_before(instance) == {"North": VESTING, "Port": VESTING}


def test_the_start_stays_where_moving_it_would_undo_a_decision(tmp_path: Path) -> None:
    """Farm hosts from April 2027, which would lie before the start."""
    commitments = "council, service, decision, other, go_live\nFarm, bins, hosts, , 2027-04-01\n"
    source = county(tmp_path, toml=plain(), commitments=commitments)
    target, report = carried_out(tmp_path, "successors", source=source)
    instance = read(target)
    assert instance.calendar.start == dt.date(2026, 4, 1)
    assert not_before(instance) == {"North": VESTING, "Port": VESTING}
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
    assert not_before(instance) == {"North": VESTING, "Port": dt.date(2029, 4, 1)}
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
    assert not not_before(read(target))
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
        toml=plain().replace("delivery_capacity = 3", "maximum_distance = { minutes = 45 }"),
        **nothing_decided(),
    )
    target, _ = carried_out(tmp_path, "successors", source=source)
    limit = read(target).rules.maximum_distance
    assert isinstance(limit, DistanceLimit)
    assert limit.minutes == 45


COMPATIBLE = 'compatibility = { minimum = 0.5, scope = "all_pairs" }'
ASIDE = '[scenarios]\naside = ["rules.compatibility = false"]\nboth = ["rules.compatibility = false", "rules.delivery_capacity = 2"]\n'


def compatible(folder: Path, **tables: str) -> Path:
    """The county with rule compatibility, and no pair of which more is known than control."""
    toml = plain().replace("delivery_capacity = 3", COMPATIBLE) + ASIDE
    pairs = {"compatibility": "council_a, council_b, score\n", "history": "council_a, council_b, years\n"}
    return county(folder, toml=toml, **(pairs | tables))


def test_compatibility_is_switched_off_where_nothing_is_known_of_successors(tmp_path: Path) -> None:
    """North has the control of all its predecessors, nobody else has any: the rule would be refused, and what sets it aside changes nothing."""
    councils = "\n".join(f"{row.removesuffix('CON')}" for row in TABLES["councils"].splitlines())
    target, report = carried_out(tmp_path, "successors", source=compatible(tmp_path, councils=councils))
    instance = read(target)
    assert {name for name, row in instance.councils.items() if row.control} == {"North"}
    assert instance.rules.compatibility is False
    assert any("rules.compatibility is switched off" in text for text in report.notes)
    assert "compatibility = false  # was { minimum = 0.5" in (target / "instance.toml").read_text(encoding="utf-8")
    assert list(instance.settings.scenarios) == ["both"]
    assert any("aside" in text and "switches off what is off" in text for text in report.dropped)


@pytest.mark.parametrize("way", WAYS)
def test_compatibility_stays_where_control_of_two_is_known(tmp_path: Path, way: str) -> None:
    """Farm and Gull do not change."""
    target, report = carried_out(tmp_path, way, source=compatible(tmp_path))
    assert read(target).rules.compatibility
    assert list(read(target).settings.scenarios) == ["aside", "both"]
    assert not any("rules.compatibility" in text for text in report.notes)


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
