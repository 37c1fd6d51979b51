"""instance.toml: discounting by hand, forms of rules, ranges and scenarios, and how it reads."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from importlib import resources
from typing import Any

import pytest

from instances.calendar import Calendar
from instances.rule_figures import CompatibilityRule, DistanceLimit, PartnershipSizeRule, QualityRule
from instances.rules import Rules
from instances.settings import Economics, Settings, green_book_rate
from instances.settings_file import SettingsReading, read_settings

START = dt.date(2027, 4, 1)
MINIMAL = '[instance]\ntitle = "Ash"\n[calendar]\nstart = 2027-04-01\nperiod_months = 6\ntranches = 3\nhorizon_years = 5\n'


def half_years(start: dt.date = START) -> Calendar:
    """Half-years over fifty years."""
    return Calendar(start=start, period_months=6, tranches=1, horizon_years=50)


def factors(rate: Any, count: int, start: dt.date = START) -> list[float]:
    """Discount factors of the first half-years."""
    economics = Economics.model_validate({"discount_rate": rate})
    return [economics.discount_factor(half_years(start), k) for k in range(count)]


def reading(text: str) -> SettingsReading:
    """What is read of a minimal instance.toml with more text behind it."""
    return read_settings((MINIMAL + text).encode())


def settings(text: str = "") -> Settings:
    """Its settings, which have no fault."""
    found = reading(text)
    assert found.faults == []
    assert found.settings is not None
    return found.settings


def test_discount_factors_of_one_rate() -> None:
    """Whole years divide by 1.21 each; half a year is its square root, 1.1."""
    assert factors(0.21, 5) == pytest.approx([1, 1 / 1.1, 1 / 1.21, 1 / (1.21 * 1.1), 1 / 1.21**2])


def test_no_discounting() -> None:
    """A rate of 0 is a rate."""
    assert factors(0, 3) == [1, 1, 1]


def test_discount_factors_of_a_dated_table() -> None:
    """44 % from April 2028, the first day of the second elapsed year: its first half divides by 1.2."""
    table = {"2026-04-01": 0.21, "2028-04-01": 0.44}
    assert factors(table, 5) == pytest.approx([1, 1 / 1.1, 1 / 1.21, 1 / (1.21 * 1.2), 1 / (1.21 * 1.44)])


def test_a_rate_from_within_a_year_waits_for_the_next() -> None:
    """The rate of an elapsed year is the one in force on its first day."""
    late = {"2026-04-01": 0.21, "2028-04-02": 0.44}
    assert factors(late, 7) == pytest.approx(
        [1, 1 / 1.1, 1 / 1.21, 1 / (1.21 * 1.1), 1 / 1.21**2, 1 / (1.21**2 * 1.2), 1 / (1.21**2 * 1.44)]
    )


def test_a_table_that_begins_late_holds_its_first_rate_before() -> None:
    """Whatever the order in which its rates stand."""
    assert factors({"2029-04-01": 0.44, "2028-04-01": 0.21}, 5) == pytest.approx([1, 1 / 1.1, 1 / 1.21, 1 / (1.21 * 1.1), 1 / 1.21**2])


def test_years_from_29_february() -> None:
    """The second elapsed year begins on 28 February 2029."""
    start = dt.date(2028, 2, 29)
    assert factors({"2028-01-01": 0.21, "2029-02-28": 0.44}, 5, start)[4] == pytest.approx(1 / (1.21 * 1.44))
    assert factors({"2028-01-01": 0.21, "2029-03-01": 0.44}, 5, start)[4] == pytest.approx(1 / 1.21**2)


def test_green_book_rates_where_none_is_given() -> None:
    """3.5 % for 30 elapsed years, 3.0 % for the 45 after them, then 2.5 %."""
    assert [green_book_rate(year) for year in (0, 29, 30, 74, 75)] == [0.035, 0.035, 0.03, 0.03, 0.025]
    economics = Economics()
    assert economics.discount_factor(half_years(), 1) == pytest.approx(1.035**-0.5)
    assert economics.discount_factor(half_years(), 60) == pytest.approx(1.035**-30)
    assert economics.discount_factor(half_years(), 63) == pytest.approx(1.035**-30 / 1.03 / 1.03**0.5)


@pytest.mark.parametrize("months", [1, 3, 6, 12])
def test_a_year_is_a_year_in_any_periods(months: int) -> None:
    """Three years at 10 %."""
    calendar = Calendar(start=START, period_months=months, tranches=1, horizon_years=5)
    assert Economics(discount_rate=0.1).discount_factor(calendar, 36 // months) == pytest.approx(1.1**-3)


def test_a_minimal_file() -> None:
    """Everything else has its default."""
    minimal = settings()
    assert minimal.economics == Economics()
    assert minimal.rules == Rules()
    assert (minimal.ranges, minimal.scenarios) == ({}, {})
    assert minimal.rules.contract_timing
    assert minimal.rules.host_capacity
    assert minimal.rules.commitments


RULES: list[tuple[str, Any]] = [
    ("maximum_distance = 40", DistanceLimit(km=40)),
    ("maximum_distance = { km = 40 }", DistanceLimit(km=40)),
    ("maximum_distance = { minutes = 45 }", DistanceLimit(minutes=45)),
    ("maximum_distance = 0", DistanceLimit(km=0)),
    ("maximum_span = false", False),
    ("compatibility = { minimum = 0.5 }", CompatibilityRule(minimum=0.5, scope="all_pairs")),
    ('compatibility = { minimum = 0, scope = "with_host" }', CompatibilityRule(minimum=0, scope="with_host")),
    ("quality = { tolerance = 0.05 }", QualityRule(tolerance=0.05)),
    ("partnership_size = { maximum = 6 }", PartnershipSizeRule(minimum=2, maximum=6)),
    ("maximum_partnerships = 2", 2),
    ("maximum_partnerships = 0", 0),
    ("maximum_partnerships = { payroll = 2 }", {"payroll": 2}),
    ("minimum_saving = 0.1", 0.1),
    ("minimum_saving = -0.1", -0.1),
    ("minimum_saving = { payroll = 0.1, waste = 0 }", {"payroll": 0.1, "waste": 0}),
    ("minimum_saving = false", False),
    ("delivery_capacity = 0", 0),
    ("programme_capacity = 12.0", 12),
    ("contract_timing = false", False),
]


@pytest.mark.parametrize(("text", "value"), RULES)
def test_forms_of_rules(text: str, value: Any) -> None:
    """0 is a figure and false is not: the one is a limit, the other switches off."""
    name = text.partition(" ")[0]
    found = getattr(settings(f"[rules]\n{text}\n").rules, name)
    assert found == value
    assert (found is False) == (value is False)


def test_settings_read_back_as_they_are() -> None:
    """What an override changes is all that changes."""
    rules = "\n".join({text.partition(" ")[0]: text for text, _ in RULES}.values())
    more = '[economics]\nphase_in = [0.5, 1]\ndiscount_rate = { "2026-04-01" = 0.03 }\n[ranges]\n"economics.growth" = [0, 0.1]\n'
    whole = settings(f"[rules]\n{rules}\n{more}[scenarios]\none = []\n")
    assert Settings.model_validate(whole.model_dump(exclude_none=True)) == whole


def test_discount_rates_by_date() -> None:
    """Dates as keys, bare or in quotes."""
    assert settings('[economics]\ndiscount_rate = { 2026-04-01 = 0.03, "2056-04-01" = 0.025 }\n').economics.discount_rate == {
        dt.date(2026, 4, 1): 0.03,
        dt.date(2056, 4, 1): 0.025,
    }


def test_ranges() -> None:
    """Short or long, by quoted paths or by nested tables; numbers, lists and dates."""
    found = settings(
        "[ranges]\n"
        '"economics.growth" = [0, 0.02]\n'
        'economics.phase_in = { low = [0, 1], high = [1], source = "made up" }\n'
        'baselines."St. Ives".payroll.annual_cost = { low = 1, mid = 2, high = 3 }\n'
        "contracts.Ash.waste.expires = [2027-04-01, 2028-04-01]\n"
    ).ranges
    assert list(found) == [
        "economics.growth",
        "economics.phase_in",
        'baselines."St. Ives".payroll.annual_cost',
        "contracts.Ash.waste.expires",
    ]
    assert (found["economics.growth"].low, found["economics.growth"].high) == (0, 0.02)
    assert (found["economics.phase_in"].low, found["economics.phase_in"].source) == ([0, 1], "made up")
    assert found['baselines."St. Ives".payroll.annual_cost'].mid == 2
    assert found["contracts.Ash.waste.expires"].high == dt.date(2028, 4, 1)


def test_one_path_has_one_range() -> None:
    """Written in two ways it would be one of them by chance."""
    faults = reading('[ranges]\n"economics.growth" = [0, 0.1]\neconomics.growth = [0, 0.2]\n').faults
    assert [str(fault) for fault in faults] == ["instance.toml, ranges: 'economics.growth' stands twice; keep one range for each path"]


def test_scenarios() -> None:
    """A list of overrides, or a table that holds one."""
    found = settings('[scenarios]\na = ["rules.quality = off"]\nb = { title = "B", overrides = ["x = 1", "y = 2"] }\n').scenarios
    assert found["a"].overrides == ("rules.quality = off",)
    assert (found["b"].title, found["b"].overrides) == ("B", ("x = 1", "y = 2"))


@pytest.mark.parametrize(("text", "year"), [("2026", 2026), ('"2026/27"', "2026/27")])
def test_price_year(text: str, year: Any) -> None:
    """A number or text."""
    found = read_settings(MINIMAL.replace("[calendar]", f"price_year = {text}\n[calendar]").encode())
    assert found.settings is not None
    assert found.settings.instance.price_year == year


def test_a_byte_order_mark_is_passed_over() -> None:
    """Some editors put one in front."""
    assert read_settings(b"\xef\xbb\xbf" + MINIMAL.encode()).settings == settings()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"[economics]\ngrowth = {'9' * 5000}\n", "instance.toml: holds a number of thousands of digits; write a plain number"),
        (f"[economics]\ngrowth = {'[' * 5000}\n", "instance.toml: is nested too deeply; write plain sections and keys"),
    ],
    ids=["digits", "brackets"],
)
def test_absurd_files(text: str, fault: str) -> None:
    """No crash, whatever stands there."""
    assert [str(found) for found in reading(text).faults] == [fault]


def test_deep_tables_are_shown_in_short() -> None:
    """Dotted keys go as deep as one likes."""
    faults = reading(f"[economics]\ngrowth.{'a.' * 3000}a = 1\n").faults
    assert [str(fault) for fault in faults] == [
        "instance.toml, economics.growth: { a = { a = { a = ... } } } is not a number; write a plain number such as 1250.50"
    ]


def test_sections_that_are_sound_are_kept_for_the_checks() -> None:
    """A slip in the scenarios leaves calendar, economics and rules; one in a rule leaves the others; one in the calendar nothing."""
    slip = reading("[rules]\nmaximum_distance = 40\n[scenarios]\nx = 1\n")
    assert (slip.settings, slip.usable is None) == (None, False)
    worse = reading("[economics]\ngrowth = 'x'\nfriction = 0.1\n[rules]\nmaximum_distance = true\npayback = 2\nzzz = 1\n")
    assert (worse.settings, worse.calendar is None) == (None, False)
    assert worse.usable is not None
    assert (worse.usable.rules.maximum_distance, worse.usable.rules.payback) == (None, 2)
    assert (worse.usable.economics.growth, worse.usable.economics.friction) == (None, 0.1)
    worst = read_settings(MINIMAL.replace("period_months = ", "period_months = 5").encode())
    assert (worst.settings, worst.usable, worst.calendar) == (None, None, None)


def test_template_has_every_rule_as_an_example() -> None:
    """Without their comment signs the examples are sound settings; rules that act on their own are switched off there in words."""
    text = resources.files("instances").joinpath("data/template.toml").read_text(encoding="utf-8")
    section = text.split("[rules]")[1].split("# [ranges]")[0]
    examples = [line[2:] for line in section.splitlines() if re.match(r"# ( |\]|[a-z_]+ = )", line)]
    rules = tomllib.loads("\n".join(examples))
    assert set(Rules.model_fields) - set(rules) == {"contract_timing", "host_capacity", "commitments"}
    assert all(getattr(Rules.model_validate(rules), name) not in (None, False) for name in rules)
    assert all(name in section for name in Rules.model_fields)
