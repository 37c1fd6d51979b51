"""Published figures are held against plans: the path language, tolerances, and entries that are refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from expected import EntryError, Figure, PathError, check, look_up, read_figures

PLAN = {
    "npv": 1250.5,
    "status": "optimal",
    "gap": None,
    "partnerships": [
        {
            "service": "it",
            "host": "Ash",
            "one_off": 10.0,
            "members": [
                {"council": "Ash", "tranche": 0, "go_live": "2026-04-01"},
                {"council": "Elm", "tranche": 1, "go_live": "2027-04-01"},
            ],
        },
        {"service": "payroll, pay", "host": "Elm", "one_off": 5.5, "members": [{"council": "Elm", "tranche": 0, "go_live": "2026-04-01"}]},
    ],
    "rules": [{"rule": "quality", "binding": True, "slack": 0.25}, {"rule": "quality", "binding": False, "slack": 0.5}],
    "empty": [],
}


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("npv", 1250.5),
        ("status", "optimal"),
        ("partnerships[service=it].host", "Ash"),
        ('partnerships[service="payroll, pay"].host', "Elm"),
        ("partnerships[service=it,host=Ash].members[council=Elm].tranche", 1),
        ("partnerships[service=it].members[tranche=1].council", "Elm"),
        ("rules[rule=quality,binding=true].slack", 0.25),
        ("rules[ rule = quality , binding = false ].slack", 0.5),
        ("sum(partnerships.one_off)", 15.5),
        ("count(partnerships.members[council=Ash|Elm])", 3),
        ("sum(rules[slack=0.25|0.75].slack)", 0.25),
        ('count(partnerships[service="it|payroll, pay"])', 0),
        ("sum(rules[rule=quality].slack)", 0.75),
        ("count(partnerships)", 2),
        ("count(partnerships.members)", 3),
        ("count(partnerships.members[council=Elm])", 2),
        ("count(partnerships[service=none])", 0),
        ("count(empty)", 0),
        ("names(partnerships.members.council)", "Ash, Elm"),
        ("names(partnerships[service=it].members.go_live)", "2026-04-01, 2027-04-01"),
    ],
)
def test_path_leads_to_value(where: str, value: float | str) -> None:
    """Keys, conditions and the three functions."""
    assert look_up(PLAN, where) == value


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("nvp", "no 'nvp'; did you mean 'npv'"),
        ("npv.pounds", "no 'pounds' in 1250.5"),
        ("npv[a=b]", "'npv' is not a list"),
        ("partnerships[servce=it].host", "no 'servce'; did you mean 'service'"),
        ("partnerships.host", "leads to 2 values"),
        ("partnerships[service=none].host", "leads to 0 values"),
        ("partnerships[service=it", "cannot be read"),
        ("partnerships[service]", "cannot be read"),
        ("partnerships..host", "cannot be read"),
        ("", "cannot be read"),
        ("mean(partnerships.one_off)", "'mean' is not a function"),
        ("sum(partnerships.host)", "not a number"),
        ("sum(rules.binding)", "not a number"),
        ("names(partnerships.one_off)", "not text"),
        ("sum(empty)", "leads to nothing"),
    ],
)
def test_path_that_leads_nowhere_says_so(where: str, problem: str) -> None:
    """A misspelt path is no figure of 0."""
    with pytest.raises(PathError, match=re.escape(problem)):
        look_up(PLAN, where)


ENTRY = 'name = "n"\nwhere = "npv"\nsource = "s"\n'


def figures(folder: Path, text: str) -> list[Figure]:
    """What an expected.toml of one entry holds."""
    path = folder / "expected.toml"
    path.write_text(f"[[figure]]\n{text}", encoding="utf-8")
    return read_figures(path)


@pytest.mark.parametrize(
    ("limit", "fails"),
    [
        ("value = 1250\ntolerance = 0.5", False),
        ("value = 1250\ntolerance = 0.4", True),
        ("at_least = 1250.5", False),
        ("at_least = 1251", True),
        ("at_least = 1251\ntolerance = 1", False),
        ("at_most = 1250.5", False),
        ("at_most = 1250", True),
        ('value = "1250.5"', True),
    ],
)
def test_figure_is_held_within_tolerance(tmp_path: Path, limit: str, fails: bool) -> None:
    """A value, a least, a most."""
    (figure,) = figures(tmp_path, ENTRY + limit)
    assert (check(figure, PLAN) is not None) == fails


def test_difference_of_two_plans(tmp_path: Path) -> None:
    """With `less`, the number of the other plan is taken off, and the failure names both plans."""
    (figure,) = figures(tmp_path, ENTRY + 'value = 250\ntolerance = 0.1\nless = { scenarios = ["without"] }')
    assert figure.less == (("without",), ())
    assert check(figure, PLAN, {"npv": 1000.5}) is None
    assert check(figure, PLAN, {"npv": 1001.5}) == (
        "figure: n less the plan with scenario without\n  where: npv\n  expected: 250, within 0.1 (s)\n  found: 249.0"
    )


def test_difference_of_texts_is_none(tmp_path: Path) -> None:
    """Only numbers can be subtracted."""
    (figure,) = figures(tmp_path, ENTRY.replace("npv", "status") + "at_least = 0\nless = { overrides = [] }")
    failure = check(figure, PLAN, PLAN)
    assert failure is not None
    assert "less the plan as it stands" in failure
    assert "not a number to subtract" in failure


def test_date_is_held_against_text(tmp_path: Path) -> None:
    """TOML dates compare with the ISO text of plan.json."""
    (figure,) = figures(tmp_path, ENTRY.replace("npv", "partnerships[service=it].members[council=Elm].go_live") + "value = 2027-04-01")
    assert check(figure, PLAN) is None


def test_failure_says_all(tmp_path: Path) -> None:
    """Name, scenarios and overrides, path, expected with its source, found."""
    (figure,) = figures(tmp_path, ENTRY + 'value = 1000\ntolerance = 1\nscenarios = ["dear"]\noverrides = ["rules.quality = off"]')
    assert check(figure, PLAN) == (
        "figure: n (with scenario dear; rules.quality = off)\n  where: npv\n  expected: 1000, within 1 (s)\n  found: 1250.5"
    )


def test_failure_has_the_trouble_with_the_path(tmp_path: Path) -> None:
    """A path that leads nowhere is a failure of the figure."""
    (figure,) = figures(tmp_path, ENTRY.replace("npv", "nvp") + "at_least = 1")
    failure = check(figure, PLAN)
    assert failure is not None
    assert "found: 'nvp': there is no 'nvp'; did you mean 'npv'?" in failure


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ENTRY, "give one of value, at_least and at_most, not none"),
        (ENTRY + "value = 1\nat_most = 2", "not value and at_most"),
        (ENTRY + "value = 1", "a number needs a tolerance"),
        (ENTRY + 'value = "a"\ntolerance = 1', "text and dates have a value and no tolerance"),
        (ENTRY + 'at_least = "a"', "text and dates have a value and no tolerance"),
        (ENTRY + "value = true", "neither a number nor text nor a date"),
        (ENTRY + "value = 1\ntolerence = 1", "'tolerence' is not a key"),
        (ENTRY + 'at_least = 1\nless = "base"', "less holds scenarios, overrides, or both"),
        (ENTRY + 'at_least = 1\nless = { scenario = ["a"] }', "less holds scenarios, overrides, or both"),
        (ENTRY.replace("source", "note") + "at_least = 1", "source is missing or blank"),
        (ENTRY.replace('"npv"', '" "') + "at_least = 1", "where is missing or blank"),
        (ENTRY + f"at_least = 1\n[[figure]]\n{ENTRY}at_least = 2", "'n' stands twice"),
        (ENTRY + "at_least = 1\n[other]\nx = 1", "tables [[figure]] and nothing else"),
    ],
)
def test_entry_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """An entry that would hold nothing, or something else than it says."""
    with pytest.raises(EntryError, match=re.escape(problem)):
        figures(tmp_path, text)
