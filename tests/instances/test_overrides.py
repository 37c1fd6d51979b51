"""Overrides: every operation, what a path may mean, what is logged, and that nothing else changes."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from small import shire

from instances import Instance, InstanceError, OverrideChange, apply, read
from instances.override import Override
from instances.paths import OverrideError, join_path, split_path
from instances.rule_figures import CompatibilityRule, DistanceLimit
from instances.tables import TABLES, Commitment, Compatibility, Distance, History, Tier

BASE_FOLDER = Path(__file__).parents[1] / "malformed" / "base"
BASE = read(BASE_FOLDER)


def changed(*overrides: str, instance: Instance = BASE, scenarios: tuple[str, ...] = ()) -> Instance:
    """The three councils with overrides."""
    return apply(instance, scenarios=scenarios, overrides=overrides)


def log(instance: Instance) -> list[tuple[str, Any, Any]]:
    """What was changed, from what to what."""
    return [(change.path, change.old, change.new) for change in instance.overrides]


def faults(*overrides: str, instance: Instance = BASE) -> list[str]:
    """What is wrong with overrides."""
    with pytest.raises(InstanceError) as error:
        changed(*overrides, instance=instance)
    return [str(fault) for fault in error.value.faults]


@pytest.fixture
def st_ives(tmp_path: Path) -> Instance:
    """The same with a council whose name has a dot."""
    folder = Path(shutil.copytree(BASE_FOLDER, tmp_path / "councils"))
    for path in folder.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("Oak", "St. Ives"), encoding="utf-8")
    return read(folder)


@pytest.mark.parametrize(
    ("override", "figure"),
    [
        ("baselines.Ash.payroll.annual_cost = 410000", 410_000),
        ("baselines.Ash.payroll.annual_cost=410_000.50", 410_000.5),
        ("  baselines.Ash.payroll.annual_cost   =   4.1e5  ", 410_000),
        ("baselines.Ash.payroll.annual_cost = £410,000", 410_000),
        ("baselines.Ash.payroll.annual_cost += 10000", 410_000),
        ("baselines.Ash.payroll.annual_cost += -10_000", 390_000),
        ("baselines.Ash.payroll.annual_cost *= 0.9", 360_000),
        ("baselines.Ash.payroll.annual_cost*=2", 800_000),
    ],
)
def test_a_figure_of_a_table(override: str, figure: float) -> None:
    """Set, added to, scaled; logged under its path with old and new value, spaced as here however it was given."""
    instance = changed(override)
    assert instance.baselines["Ash", "payroll"].annual_cost == figure
    spaced = " ".join(re.split(r"\s*([+*]?=)\s*", override.strip()))
    assert instance.overrides == (OverrideChange(spaced, "baselines.Ash.payroll.annual_cost", 400_000.0, figure),)
    assert BASE.overrides == ()


@pytest.mark.parametrize(
    ("override", "path", "old", "new"),
    [
        ("rules.minimum_saving = 0.2", "rules.minimum_saving", 0.01, 0.2),
        ("rules.minimum_saving = off", "rules.minimum_saving", 0.01, False),
        ("rules.minimum_saving = false", "rules.minimum_saving", 0.01, False),
        ("rules.minimum_saving = none", "rules.minimum_saving", 0.01, None),
        ("rules.minimum_saving =", "rules.minimum_saving", 0.01, None),
        ("rules.minimum_saving *= 2", "rules.minimum_saving", 0.01, 0.02),
        ("rules.contract_timing = off", "rules.contract_timing", True, False),
        ("rules.contract_timing = on", "rules.contract_timing", True, True),
        ("rules.delivery_capacity += 1", "rules.delivery_capacity", 2, 3),
        ("rules.programme_capacity = 0", "rules.programme_capacity", None, 0),
        ("rules.maximum_partnerships.payroll = 2", "rules.maximum_partnerships.payroll", 1, 2),
        ("rules.maximum_partnerships.waste = 3", "rules.maximum_partnerships.waste", None, 3),
        ("rules.minimum_saving = { payroll = 0.1 }", "rules.minimum_saving", 0.01, {"payroll": 0.1}),
        ("economics.process_saving += 0.05", "economics.process_saving", 0.1, 0.15),
        ("economics.turnover = 0.1", "economics.turnover", None, 0.1),
        ("economics.phase_in *= 0.5", "economics.phase_in", (0.5, 1.0), (0.25, 0.5)),
        ("economics.phase_in = [1]", "economics.phase_in", (0.5, 1.0), [1]),
        ("economics.optimism_bias.costs = 0", "economics.optimism_bias.costs", 0.2, 0),
        ("economics.discount_rate = 0.05", "economics.discount_rate", 0.035, 0.05),
        ("calendar.start += 6 months", "calendar.start", dt.date(2027, 4, 1), dt.date(2027, 10, 1)),
        ("calendar.tranches = 2", "calendar.tranches", 3, 2),
        ("instance.title = Other councils", "instance.title", "Ash, Elm and Oak", "Other councils"),
        ("instance.title = 2027", "instance.title", "Ash, Elm and Oak", "2027"),
    ],
)
def test_a_setting(override: str, path: str, old: Any, new: Any) -> None:
    """Each section of instance.toml that has figures; 0 is a figure, off is not."""
    free = apply(BASE, overrides=["commitments.*.* = off"])
    instance = apply(free, overrides=[override])
    assert log(instance)[len(free.overrides) :] == [(path, old, pytest.approx(new) if isinstance(new, float) else new)]
    assert (log(instance)[-1][2] is False) == (new is False)
    section, key, *deeper = path.split(".")
    value = getattr(getattr(instance.settings, section), key)
    for part in deeper:
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    assert value == (pytest.approx(new) if isinstance(new, float) else tuple(new) if isinstance(new, list) else new)
    assert instance.tables == free.tables


def test_parts_of_a_rule_that_is_off() -> None:
    """A figure inside a rule switches it on."""
    assert changed("rules.quality.tolerance = 0.2").rules.quality is not None
    assert changed("rules.compatibility = off", "rules.compatibility.minimum = 0.5").rules.compatibility == CompatibilityRule(minimum=0.5)
    assert changed("rules.maximum_span = { km = 50 }").rules.maximum_span == DistanceLimit(km=50)


def test_discount_rates_by_date() -> None:
    """The whole table, or one of its rates."""
    table = 'economics.discount_rate = { "2026-04-01" = 0.03, "2030-04-01" = 0.02 }'
    rates = changed(table, "economics.discount_rate.2030-04-01 *= 0.5", "economics.discount_rate.2040-04-01 = 0.01").economics.discount_rate
    assert rates == {dt.date(2026, 4, 1): 0.03, dt.date(2030, 4, 1): 0.01, dt.date(2040, 4, 1): 0.01}


@pytest.mark.parametrize(
    ("span", "day"),
    [
        ("6 months", dt.date(2029, 4, 1)),
        ("+6 months", dt.date(2029, 4, 1)),
        ("-6 months", dt.date(2028, 4, 1)),
        ("1 month", dt.date(2028, 11, 1)),
        ("2 years", dt.date(2030, 10, 1)),
        ("30 days", dt.date(2028, 10, 31)),
        ("2 weeks", dt.date(2028, 10, 15)),
        ("1 Year", dt.date(2029, 10, 1)),
    ],
)
def test_dates_move(span: str, day: dt.date) -> None:
    """By days, weeks, months and years."""
    instance = changed(f"contracts.Ash.waste.expires += {span}")
    assert instance.contracts["Ash", "waste"].expires == day
    assert log(instance) == [("contracts.Ash.waste.expires", dt.date(2028, 10, 1), day)]


def test_the_end_of_a_month_stays_within_it() -> None:
    """A month from 31 January is the end of February."""
    instance = changed("contracts.Ash.waste.expires = 2029-01-31", "contracts.Ash.waste.expires += 1 month")
    assert instance.contracts["Ash", "waste"].expires == dt.date(2029, 2, 28)


@pytest.mark.parametrize(
    ("override", "column", "value"),
    [
        ("baselines.Ash.payroll.platform = Paddock", "platform", "Paddock"),
        ('baselines.Ash.payroll.platform = "Paddock 2"', "platform", "Paddock 2"),
        ("baselines.Ash.payroll.platform = 2027", "platform", "2027"),
        ("baselines.Ash.payroll.platform = 2027-04-01", "platform", "2027-04-01"),
        ("baselines.Ash.payroll.platform = none", "platform", None),
        ("baselines.Ash.payroll.platform =", "platform", None),
        ("baselines.Ash.payroll.can_host = no", "can_host", False),
        ("baselines.Ash.payroll.can_host = off", "can_host", False),
        ("baselines.Ash.payroll.can_host = 0", "can_host", False),
        ("baselines.Oak.payroll.can_host = true", "can_host", True),
        ("baselines.Ash.payroll.can_host = none", "can_host", True),
        ("baselines.Ash.payroll.fte = none", "fte", 0),
        ("baselines.Ash.payroll.host_capacity = none", "host_capacity", None),
        ("baselines.Ash.payroll.note = a = b", "note", "a = b"),
    ],
)
def test_columns_of_other_kinds(override: str, column: str, value: Any) -> None:
    """Text as it stands, truth values, and blank cells, which mean what they mean in the file."""
    council = override.split(".")[1]
    assert getattr(changed(override).baselines[council, "payroll"], column) == value


def test_lists() -> None:
    """As TOML writes them or as a cell does; a factor scales every item."""
    assert changed("services.payroll.phase_in = [0.1, 1]").services["payroll"].phase_in == (0.1, 1)
    assert changed("services.payroll.phase_in = 0.1;1").services["payroll"].phase_in == (0.1, 1)
    assert changed("services.payroll.phase_in *= 0.5").services["payroll"].phase_in == (0.2, 0.4, 0.5)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("rules.minimum_saving", ("rules", "minimum_saving")),
        (" rules . minimum_saving ", ("rules", "minimum_saving")),
        ('baselines."St. Ives".payroll.fte', ("baselines", "St. Ives", "payroll", "fte")),
        ('compatibility.Ash.Oak."".score', ("compatibility", "Ash", "Oak", "", "score")),
        ("services.*.growth", ("services", "*", "growth")),
        ("councils.Bath and North East.control", ("councils", "Bath and North East", "control")),
    ],
)
def test_split_path(path: str, parts: tuple[str, ...]) -> None:
    """And joining gives it back."""
    assert split_path(path) == parts
    assert split_path(join_path(parts)) == parts


@pytest.mark.parametrize("path", ["", ".", "a..b", "a.", ".a", 'a."b', 'a."b"c'])
def test_no_paths(path: str) -> None:
    """Two dots, no part, a quote in the wrong place."""
    with pytest.raises(OverrideError):
        split_path(path)


@pytest.mark.parametrize(
    ("override", "paths"),
    [
        ("baselines.*.payroll.fte *= 2", ["baselines.Ash.payroll.fte", "baselines.Elm.payroll.fte", "baselines.Oak.payroll.fte"]),
        ("baselines.Ash.*.fte *= 2", ["baselines.Ash.payroll.fte", "baselines.Ash.waste.fte"]),
        ("services.*.turnover = 0.1", ["services.payroll.turnover", "services.waste.turnover"]),
        ("services.*.growth *= 2", ["services.payroll.growth"]),
        ("contracts.*.*.break_from += 1 month", ["contracts.Ash.waste.break_from"]),
        ("tiers.*.*.rate *= 0.5", ["tiers.payroll.100000.rate", "tiers.payroll.200000.rate"]),
        ("tiers.payroll.200000.rate *= 2", ["tiers.payroll.200000.rate"]),
        ("compatibility.Ash.*.*.score *= 0.5", ['compatibility.Ash.Oak."".score', "compatibility.Ash.Oak.payroll.score"]),
        ('compatibility.Ash.Oak."".score *= 0.5', ['compatibility.Ash.Oak."".score']),
        ("economics.optimism_bias.* *= 0.5", ["economics.optimism_bias.savings", "economics.optimism_bias.costs"]),
        ("rules.maximum_partnerships.* += 1", ["rules.maximum_partnerships.payroll"]),
        ("rules.*.minimum *= 1", ["rules.compatibility.minimum", "rules.partnership_size.minimum"]),
    ],
)
def test_wildcards(override: str, paths: list[str]) -> None:
    """A `*` matches any key; what is blank is passed over where there is nothing to scale."""
    assert [path for path, _, _ in log(changed(override))] == paths


def test_a_wildcard_in_front_of_the_sign() -> None:
    """`*=off` behind a dot is a wildcard that is set, as people write it without spaces."""
    assert Override.parse("commitments.Oak.*=off").path == ("commitments", "Oak", "*")
    assert Override.parse("commitments.Oak.*=off").operation == "="
    assert Override.parse("baselines.Oak.payroll.fte*=2").operation == "*="


@pytest.mark.parametrize("pair", ["Ash.Elm", "Elm.Ash"])
def test_pairs_either_way_round(pair: str) -> None:
    """Distances, compatibility and history have no direction."""
    instance = changed(f"distances.{pair}.km = 12", f"history.{pair}.joint audit.years += 2", f"distances.{pair}.minutes = none")
    assert [(row.km, row.minutes) for row in instance.rows(Distance) if {row.council_a, row.council_b} == {"Ash", "Elm"}] == [(12, None)]
    assert [row.years for row in instance.rows(History)] == [6]
    assert log(instance)[0] == ("distances.Ash.Elm.km", 14, 12)


def test_one_side_of_pairs() -> None:
    """A council and a `*` is every pair that it is in."""
    instance = changed("distances.Elm.*.km *= 2")
    assert [row.km for row in instance.rows(Distance)] == [28, 34]


def test_quoted_names(st_ives: Instance) -> None:
    """A name with dots stands in double quotes, and does so in the log."""
    instance = changed('baselines."St. Ives".payroll.fte = 3', instance=st_ives)
    assert instance.baselines["St. Ives", "payroll"].fte == 3
    assert log(instance) == [('baselines."St. Ives".payroll.fte', 10, 3)]
    assert faults('baselines."St Ives".payroll.fte = 3', instance=st_ives) == [
        'override, baselines."St Ives".payroll.fte = 3: matches nothing; did you mean \'baselines."St. Ives".payroll.fte\'?'
    ]


@pytest.mark.parametrize("name", ['Bath & "Wells"', '"Bath"', '5" main', "a = b", " Elm ", 'St. "Ives"', ""])
def test_any_name_has_a_path(name: str) -> None:
    """Quotes within quotes are written twice; an override finds the same parts again."""
    path = join_path(["councils", name, "note"])
    assert split_path(path) == ("councils", name, "note")
    assert Override.parse(f"{path} = x").path == ("councils", name, "note")


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_row_has_a_path_of_its_own(table: str) -> None:
    """The path that the log gives leads to the row again."""
    instance = changed(".".join([table, *"*" * (2 if table == "commitments" else len(TABLES[table].key)), "note = x"]))
    assert len(instance.overrides) == len(BASE.tables[table])
    for change in instance.overrides:
        assert len(changed(f"{change.path} = y").overrides) == 1


@pytest.mark.parametrize(
    ("override", "left"),
    [
        ("commitments.Oak.payroll = off", [("Ash", "never_with")]),
        ("commitments.Oak.* = off", [("Ash", "never_with")]),
        ('commitments.Ash."" = off', [("Oak", "not_before")]),
        ("commitments.*.*=off", []),
    ],
)
def test_off_takes_commitments_out(override: str, left: list[tuple[str, str]]) -> None:
    """By council and service; each is logged."""
    instance = changed(override)
    assert [(row.council, row.decision) for row in instance.rows(Commitment)] == left
    assert [(old, new) for _, old, new in log(instance)] == [("there", "taken out")] * (2 - len(left))
    assert len(instance.lines["commitments"]) == len(left)


def test_off_takes_other_rows_out() -> None:
    """Of any table, by its whole key."""
    instance = changed("compatibility.Oak.Ash.payroll = off", "tiers.payroll.* = off", "estimates.Elm.*.* = off")
    assert [row.service for row in instance.rows(Compatibility)] == [None]
    assert instance.rows(Tier) == ()
    assert len(instance.tables["estimates"]) == 1


def test_a_council_and_all_that_names_it() -> None:
    """A row that others name can only go with them."""
    everything = ["councils.Oak = off", "baselines.Oak.* = off", "distances.Oak.* = off", "adjacency.Oak.* = off"]
    everything += ["compatibility.Oak.*.* = off", "commitments.*.* = off", "options.Oak.*.* = off", "estimates.*.*.Oak = off"]
    assert sorted(changed(*everything[:-1]).councils) == ["Ash", "Elm"]
    assert "matches nothing" in faults(*everything)[0]


def test_scenarios_go_in_order_and_before_other_overrides() -> None:
    """Each works on what those before it have left."""
    instance = changed("baselines.Ash.payroll.annual_cost += 1000", scenarios=("no_distance", "dear_payroll"))
    assert [change.path for change in instance.overrides] == [
        "rules.maximum_distance",
        "baselines.Ash.payroll.annual_cost",
        "baselines.Elm.payroll.annual_cost",
        "baselines.Oak.payroll.annual_cost",
        "tiers.payroll.100000.rate",
        "tiers.payroll.200000.rate",
        "baselines.Ash.payroll.annual_cost",
    ]
    assert instance.overrides[-1].old == pytest.approx(440_000)
    assert instance.baselines["Ash", "payroll"].annual_cost == pytest.approx(441_000)
    assert instance.overrides[1].override == "baselines.*.payroll.annual_cost *= 1.1"


def test_reading_with_scenarios_and_overrides_is_the_same() -> None:
    """`read` and `apply` come to one instance."""
    given: dict[str, Any] = {"scenarios": ["dear_payroll"], "overrides": ["rules.quality = { minimum = 0.6 }"]}
    assert read(BASE_FOLDER, **given) == apply(BASE, **given)


def test_the_same_scenario_twice_works_twice() -> None:
    """It is a list of overrides and nothing else."""
    assert changed(scenarios=("dear_payroll",) * 2).baselines["Ash", "payroll"].annual_cost == pytest.approx(484_000)


def test_nothing_asked_for_is_nothing_changed() -> None:
    """The instance itself."""
    assert apply(BASE) is BASE


@pytest.mark.parametrize(
    ("override", "touched"),
    [
        ("baselines.Ash.payroll.annual_cost *= 0.9", {"baselines"}),
        ("distances.Elm.Ash.km = 12", {"distances"}),
        ("commitments.*.* = off", {"commitments"}),
        ("services.*.turnover = 0.1", {"services"}),
        ("rules.maximum_distance = off", {"instance"}),
        ("calendar.horizon_years = 6", {"instance"}),
        ("baselines.Ash.payroll.annual_cost *= 1", set()),
        ("rules.maximum_distance = 40", set()),
    ],
)
def test_digests_change_only_where_figures_do(override: str, touched: set[str]) -> None:
    """A table that an override does not touch, or leaves as it is, keeps its digest."""
    before, after = BASE.digests(), changed(override).digests()
    assert {name for name in before if before[name] != after[name]} == touched


def test_the_same_change_by_file_and_by_override_has_the_same_digest(tmp_path: Path) -> None:
    """A digest is of the data, not of the way they came."""
    folder = Path(shutil.copytree(BASE_FOLDER, tmp_path / "councils"))
    text = (folder / "baselines.csv").read_text()
    (folder / "baselines.csv").write_text(text.replace("Ash,payroll,400000", "Ash,payroll,410000"))
    assert read(folder).digests() == changed("baselines.Ash.payroll.annual_cost = 410000").digests()


def test_rows_keep_their_lines() -> None:
    """So that a fault behind an override still names the row of the file."""
    instance = changed("baselines.Oak.payroll.fte = 2", "commitments.Ash.* = off")
    assert instance.lines["baselines"] == BASE.lines["baselines"]
    assert instance.lines["commitments"] == (2,)
    assert faults("baselines.Oak.payroll.annual_cost = 1")[0].startswith("baselines.csv row 4, annual_cost: 1.00 is less than")


def test_notes_follow_the_changes() -> None:
    """What has no effect is worked out again."""
    vetoed = changed("compatibility.Ash.Oak.payroll.score = 0", "rules.compatibility = off")
    assert vetoed.notes == ("compatibility.csv: 1 veto has no effect while rule compatibility is off",)
    assert changed("rules.compatibility.minimum = 0.3", instance=vetoed).notes == ()


def test_every_fault_is_said() -> None:
    """All overrides are looked at; tests/malformed has each message in full."""
    assert [line.split(":")[0] for line in faults("x = 1", "rules.maximum_distance = off", "economics.growth = lots")] == [
        "override, x = 1",
        "override, economics.growth = lots",
    ]


def test_absurd_values() -> None:
    """No crash, whatever stands behind --set."""
    deep = f"{{ {'a.' * 3000}a = 1 }}"
    for value in (deep, "9" * 400, "9" * 5000, "[" * 3000, "1\nother = 2"):
        assert len(faults(f"economics.growth = {value}")) == 1
        assert len(faults(f"baselines.Ash.payroll.fte = {value}")) == 1


@pytest.mark.parametrize(("text", "km"), [("+= 5", 34.9), ("*= 2", 59.8), ("= 40", 40.0)])
def test_a_limit_in_km_is_relaxed_as_it_is_written(tmp_path: Path, text: str, km: float) -> None:
    """One number stands for km; so does what is added to it."""
    shire(tmp_path, rules="maximum_distance = 29.9")
    limit = read(tmp_path, overrides=[f"rules.maximum_distance {text}"]).rules.maximum_distance
    assert isinstance(limit, DistanceLimit)
    assert (limit.km, limit.minutes) == (pytest.approx(km), None)


def test_a_row_more() -> None:
    """Read as strictly as a row of the file; logged with what it says."""
    text = 'commitments += { council = "Elm", service = "payroll", decision = "not_before", go_live = 2028-04-01 }'
    instance = changed(text)
    added = {"council": "Elm", "service": "payroll", "decision": "not_before", "go_live": dt.date(2028, 4, 1)}
    assert log(instance) == [("commitments.Elm.payroll", "not there", added)]
    assert [row for row in instance.rows(Commitment) if row not in BASE.rows(Commitment)] == [Commitment(**added)]
    assert len(changed('tiers += { service = "payroll", from_volume = 7, rate = 0.01 }').rows(Tier)) == len(BASE.rows(Tier)) + 1


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ('commitments += { council = "Oak" }', "decision is missing"),
        ('commitments += { counci = "Oak", decision = "stays_out" }', "did you mean 'council'?"),
        ('commitments += { council = 3, decision = "stays_out" }', "council: 3 is not text; write it in quotes"),
        ('commitments += { council = "Oka", decision = "stays_out" }', "did you mean 'Oak'?"),
        ('tiers += { service = "payroll", from_volume = 7, rate = 2 }', "rate: 2 is out of range; expected at most 1"),
        ('contracts += { council = "Oak", service = "payroll", expires = "soon" }', "expires: 'soon' is not a date"),
        ("commitments += 3", "a row is added as TABLE += { COLUMN"),
        ("commitments = off", "a path into it is commitments.COUNCIL.SERVICE.COLUMN"),
        ('councils += { council = "Oak" }', "councils.Oak stands there already"),
        ("rules += { payback = 3 }", "is about a whole section"),
    ],
)
def test_rows_that_cannot_be_added(override: str, said: str) -> None:
    """Each with the way out."""
    assert any(said in fault for fault in faults(override))


def test_one_commitment_of_several() -> None:
    """With decision and other the path means one row; without, all of a council and service."""
    several = changed(
        'commitments += { council = "Oak", decision = "never_with", other = "Ash" }',
        'commitments += { council = "Oak", decision = "never_with", other = "Elm" }',
    )
    left = changed('commitments.Oak."".never_with.Ash = off', instance=several)
    assert {row.other for row in left.rows(Commitment) if row.decision == "never_with"} >= {"Elm"}
    assert len(several.rows(Commitment)) - len(left.rows(Commitment)) == 1
    assert len(several.rows(Commitment)) - len(changed('commitments.Oak."" = off', instance=several).rows(Commitment)) >= 2
    assert any("matches nothing" in fault for fault in faults('commitments.Oak."".never_with.Oka = off', instance=several))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("rules.minimum_saving=0.1", "rules.minimum_saving = 0.1"),
        (" rules.minimum_saving\t=0.1\n", "rules.minimum_saving = 0.1"),
        ("commitments.Yew.*=off", "commitments.Yew.* = off"),
        ("services.*.growth*=2", "services.*.growth *= 2"),
        ('instance.title = One  =  "two"', 'instance.title = One  =  "two"'),
        ('baselines."A = B".payroll.fte=1', 'baselines."A = B".payroll.fte = 1'),
        ("contracts.Ash.waste.expires=", "contracts.Ash.waste.expires ="),
    ],
)
def test_one_text_however_it_is_spaced(given: str, text: str) -> None:
    """What is asked and what a run is known by do not depend on spaces around the operation; those of names and values stay."""
    assert Override.parse(given).text == text
    assert Override.parse(text) == Override.parse(given)
