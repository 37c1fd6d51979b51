"""Reorganisation: instance.toml keeps its comments where its form allows, and its settings in every form."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest
from reorganised import TOML, carried_out, county

from instances import read
from instances.reorganisation.toml_text import fresh, rewritten
from instances.settings import Settings
from instances.tables import TABLES

RICH = """\
# Everything that a file may hold.
[instance]
title = "A \\"quoted\\" title"   # kept
price_year = "2026/27"
note = \"\"\"
Two
lines.\"\"\"

[calendar]
start = 2026-04-01
period_months = 12
tranches = 4
horizon_years = 5.0

[economics]
phase_in = [
    0.5,   # first year
    1.0,
]
discount_rate = { "2026-04-01" = 0.035, "2030-04-01" = 0.03 }
optimism_bias = { savings = 0.1 }

[rules]
compatibility = { minimum = 0.5, scope = "with_host" }
maximum_distance = { minutes = 45 }
investment_limit = { programme = { "2026/27" = 1_000 }, total = 5000 }
contiguity = ["bins"]
bundle = [["payroll", "bins"]]
maximum_partnerships = { payroll = 2 }
each_hosts = true
minimum_saving = false

[[rules.sequencing]]
service = "bins"
after = ["payroll"]
periods = 1

[ranges]
"services.*.process_saving" = { low = 0.0, high = 0.1, source = "a \\\\ b" }   # wide
"calendar.start" = [2026-04-01, 2027-04-01]

[scenarios.one]
title = "One"
# inside
overrides = [
    "rules.minimum_saving = off",
]

[scenarios]
two = ["rules.each_hosts = off"]
"""
FORMS = {
    "as written": RICH,
    "inline sections": 'instance = { title = "T" }\ncalendar = { start = 2026-04-01, period_months = 12, tranches = 2, horizon_years = 2 }\n',
    "nested ranges": RICH.split("[ranges]")[0] + '[ranges.services."*"]\nprocess_saving = [0.0, 0.1]\ngrowth = [0.0, 0.2]\n',
    "byte order mark": "\ufeff" + RICH,
    "carriage returns": RICH.replace("\n", "\r\n"),
    "no note": '[instance]\ntitle = "T"\n\n[calendar]\nstart = 2026-04-01\nperiod_months = 12\ntranches = 2\nhorizon_years = 2\n',
}


def parsed(text: str) -> Settings:
    """The settings of a text."""
    return Settings.model_validate(tomllib.loads(text.removeprefix("\ufeff")))


def changed(before: Settings) -> Settings:
    """Everything that a reorganisation may change: start, note, a rule, a range, a scenario."""
    return before.model_copy(
        update={
            "instance": before.instance.model_copy(update={"note": 'It says "so" \\ here.'}),
            "calendar": type(before.calendar).model_validate(before.calendar.model_dump() | {"start": dt.date(2027, 4, 1)}),
            "rules": before.rules.model_copy(update={"maximum_distance": False}),
            "ranges": dict(list(before.ranges.items())[1:]),
            "scenarios": dict(list(before.scenarios.items())[1:]),
        }
    )


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_what_it_should(form: str) -> None:
    """Whether it was changed in place or written anew."""
    before = parsed(FORMS[form])
    after = changed(before)
    text = rewritten(FORMS[form], before, after, ["Head.", "- one"])
    assert parsed(text) == after
    assert text.startswith("# Head.\n# - one\n\n")


def test_a_key_that_is_not_where_it_is_looked_for(tmp_path: Path) -> None:
    """`calendar.start` before the first section leaves the section to be made twice, which is no TOML; nothing is changed here."""
    text = 'calendar.start = 2026-04-01\ncalendar.period_months = 12\ncalendar.tranches = 2\ncalendar.horizon_years = 2\ninstance.title = "T"\n'
    before = parsed(text)
    assert parsed(rewritten(text, before, changed(before), [])) == changed(before)


@pytest.mark.parametrize("form", ["as written", "byte order mark", "carriage returns"])
def test_comments_are_kept(form: str) -> None:
    """Of what goes on, of what is changed beside it, and inside what is commented out."""
    before = parsed(FORMS[form])
    text = rewritten(FORMS[form], before, changed(before), [])
    for line in (
        "# Everything that a file may hold.",
        'title = "A \\"quoted\\" title"   # kept',
        "    0.5,   # first year",
        "start = 2027-04-01  # was 2026-04-01",
        "maximum_distance = false  # was { minutes = 45 }",
        '# "services.*.process_saving" = { low = 0.0, high = 0.1, source = "a \\\\ b" }   # wide',
        "# [scenarios.one]",
        '#     "rules.minimum_saving = off",',
        "# inside",
        'two = ["rules.each_hosts = off"]',
    ):
        assert line in text.splitlines(), line
    assert "Two" not in text


def test_without_a_text_it_is_written_from_the_settings() -> None:
    """Every kind of value survives."""
    before = parsed(RICH)
    assert parsed(rewritten(None, before, before, ["Head."])) == before
    assert parsed(fresh(before)) == before


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\x85", "\u2028", '"', "\\", "\t", "é"], ids=ascii)
def test_odd_characters_survive(character: str) -> None:
    """In a note, as value; in a comment they are made visible."""
    before = parsed(FORMS["no note"])
    after = before.model_copy(update={"instance": before.instance.model_copy(update={"note": f"a{character}b"})})
    text = rewritten(FORMS["no note"], before, after, [f"- a{character}b"])
    assert parsed(text) == after
    assert parsed(rewritten(None, before, after, [f"- a{character}b"])) == after


def test_a_table_as_csv_reads_back(tmp_path: Path) -> None:
    """Text with commas, quotes and line breaks, lists, truth values and dates."""
    source = county(tmp_path)
    path = source / "services.csv"
    path.write_text('service,phase_in,contiguity,note\npayroll,0.5;1,no,"a, ""b"""\nlibraries,,,\nbins,,yes,\n', encoding="utf-8")
    target, _ = carried_out(tmp_path, "successors", source=source)
    assert read(target).tables["services"] == read(source).tables["services"]
    assert (target / "services.csv").read_text(encoding="utf-8").splitlines()[-1] == 'payroll,0.5;1,false,"a, ""b"""'


def test_tables_without_councils_are_as_they_were(tmp_path: Path) -> None:
    """services, tiers, vehicles."""
    tables = {
        "tiers": "service, from_volume, rate\nbins, 1000, 0.01\n",
        "vehicles": "vehicle, minimum_members, services\njoint, 3, bins\nlead,,\n",
    }
    source = county(tmp_path, **tables)
    target, _ = carried_out(tmp_path, "successors", source=source)
    for name in ("services", "tiers", "vehicles"):
        assert read(target).tables[name] == read(source).tables[name]
        assert name in TABLES


def test_the_source_is_left_alone(tmp_path: Path) -> None:
    """Not a byte of it changes."""
    source = county(tmp_path)
    before = {path.name: path.read_bytes() for path in source.iterdir()}
    carried_out(tmp_path, "successors", source=source)
    assert {path.name: path.read_bytes() for path in source.iterdir()} == before
    assert (source / "instance.toml").read_text(encoding="utf-8") == TOML
