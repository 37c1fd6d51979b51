"""What differs between the data of two instances, and the instance in which only part of it does."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from small import shire
from tiny import write_tiny

from instances import Instance, apply, read
from instances.changes import Change, Group, changes, composed, groups
from instances.checks import Draft, check
from instances.instance import row_key
from instances.tables import TABLES


def changed(*overrides: str, name: str = "east-kent") -> tuple[Instance, Instance]:
    """A case study, and with overrides."""
    return read(name), read(name, overrides=overrides)


def paths(found: list[Change]) -> dict[str, tuple[str, object, object]]:
    """Kind, old and new by path."""
    return {change.path: (change.kind, change.old, change.new) for change in found}


def test_nothing_differs() -> None:
    """Neither from itself nor from the same data under another name."""
    instance = read("east-kent")
    assert changes(instance, instance) == []
    assert changes(instance, replace(instance, name="other", lines={})) == []


def test_cells() -> None:
    """With old and new value; a blank that is filled is added, one that is emptied removed."""
    before, after = changed(
        "baselines.Dover.planning.annual_cost += 1", "baselines.Thanet.planning.fte = none", "baselines.Dover.planning.volume = 7"
    )
    old = before.baselines["Dover", "planning"].annual_cost
    posts = before.baselines["Thanet", "planning"].fte
    assert paths(changes(before, after)) == {
        "baselines.Dover.planning.annual_cost": ("changed", old, old + 1),
        "baselines.Dover.planning.volume": ("added", None, 7.0),
        "baselines.Thanet.planning.fte": ("changed", posts, 0.0),
    }


def test_rows() -> None:
    """That come, and that go, with all their cells."""
    before, after = changed("commitments.Shepway.* = off", 'commitments += { council = "Dover", decision = "hosts", service = "planning" }')
    found = changes(before, after)
    assert {(change.kind, change.path) for change in found} == {
        ("removed", 'commitments.Shepway."".stays_out.""'),
        ("added", 'commitments.Dover.planning.hosts.""'),
    }
    assert next(c.new for c in found if c.kind == "added") == {"council": "Dover", "decision": "hosts", "service": "planning"}
    assert groups(found) == [Group("commitments", "")]
    assert str(groups(found)[0]) == "rows of commitments"


def test_settings() -> None:
    """By section and key; the calendar is one group."""
    before, after = changed(
        "rules.minimum_saving = 0.08", "economics.discount_rate = 0.05", "calendar.tranches = 2", "calendar.horizon_years = 9"
    )
    found = paths(changes(before, after))
    assert found["rules.minimum_saving"] == ("changed", 0.1, 0.08)
    assert found["economics.discount_rate"] == ("added", None, 0.05)
    assert (found["calendar.tranches"], found["calendar.horizon_years"]) == (("changed", 3, 2), ("changed", 10.0, 9.0))
    assert [str(group) for group in groups(changes(before, after))] == ["calendar", "economics.discount_rate", "rules.minimum_saving"]


def test_words_do_not_matter() -> None:
    """Titles, sources, notes, ranges and scenarios are said, but no plan depends on them."""
    before, after = changed('instance.title = "Other"', 'baselines.Dover.planning.note = "asked again"')
    after = replace(after, settings=after.settings.model_copy(update={"scenarios": {}, "ranges": {}}))
    found = changes(before, after)
    assert {change.column.partition(".")[0] for change in found} == {"instance", "note", "scenarios", "ranges"}
    assert groups(found) == []
    assert not any(change.matters for change in found)


def test_the_order_of_a_pair_does_not_matter(tmp_path: Path) -> None:
    """Ash and Elm are Elm and Ash; what is known of them may differ."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder, row in zip(folders, ("Ash, Elm, 0.5\n", "Elm, Ash, 0.6\n"), strict=True):
        shire(folder, compatibility=f"council_a, council_b, score\n{row}")
    assert [(c.path, c.old, c.new) for c in changes(*map(read, folders))] == [('compatibility.Ash.Elm."".score', 0.5, 0.6)]


def test_one_group_at_a_time() -> None:
    """Only what belongs to it changes; all of them give the instance after."""
    before, after = changed(
        "baselines.*.*.annual_cost *= 1.1", "baselines.Dover.*.fte += 1", "services.planning.growth = 0.01", "rules.minimum_saving = off"
    )
    found = changes(before, after)
    kinds = groups(found)
    assert [str(group) for group in kinds] == ["services.growth", "baselines.annual_cost", "baselines.fte", "rules.minimum_saving"]
    for group in kinds:
        assert {change.group for change in changes(before, composed(before, after, [group]))} == {group}
    assert composed(before, after, kinds).digests() == after.digests()
    assert composed(before, after, []).digests() == before.digests()
    assert check(Draft.of(composed(before, after, kinds))) == []


def test_any_two_instances(tmp_path: Path) -> None:
    """Random ones with all tables and rules in play: what is said is what differs, and taken together it makes one of the other."""
    several = 0
    for seed in range(30):
        for part, number in (("a", seed), ("b", seed + 1)):
            write_tiny(tmp_path / f"{seed}{part}", number)
        before, after = (read(tmp_path / f"{seed}{part}") for part in "ab")
        found = changes(before, after)
        for name in TABLES:
            keys = [{row_key(row): row for row in one.tables.get(name, ())} for one in (before, after)]
            count = len(keys[0].keys() ^ keys[1].keys())
            assert sum(c.table == name and c.column == "" for c in found) == count, (seed, name)
            for key in keys[0].keys() & keys[1].keys():
                cells = [row.model_dump() for row in (keys[0][key], keys[1][key])]
                differ = {column for column in cells[0] if cells[0][column] != cells[1][column]}
                several += bool(differ)
        whole = composed(before, after, groups(found))
        rest = changes(whole, after)
        assert not any(change.matters for change in rest), seed
        back = changes(after, before)
        assert {(c.path, str(c.old), str(c.new)) for c in found} == {(c.path, str(c.new), str(c.old)) for c in back}, seed
    assert several > 20


@pytest.mark.parametrize("path", ["services.*.growth = 0.02", "contracts.*.*.expires += 6 months", "baselines.Thanet.*.annual_cost *= 2"])
def test_what_overrides_log_is_what_differs(path: str) -> None:
    """The same paths, the same values."""
    before = read("east-kent")
    if path.startswith("contracts") and not before.contracts:
        before = read("south-london-waste")
    after = apply(before, overrides=[path])
    logged = {change.path: (change.old, change.new) for change in after.overrides if change.old != change.new}
    assert {change.path: (change.old, change.new) for change in changes(before, after)} == logged
    assert logged


def test_a_date_stays_a_date() -> None:
    """So that a report writes it as one."""
    before = read("south-london-waste")
    after = apply(before, overrides=["contracts.Sutton.*.expires = 2015-01-01"])
    (change,) = changes(before, after)
    assert isinstance(change.old, dt.date)
    assert change.new == dt.date(2015, 1, 1)
