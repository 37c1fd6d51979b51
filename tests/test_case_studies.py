"""The shipped case studies: sound, sourced, solved to optimality, and true to the figures that are published of them."""

from __future__ import annotations

import csv
import datetime as dt
import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from expected import EntryError, Figure, PathError, check, look_up, read_figures

from instances import Instance, read
from instances.tables import Commitment
from optimiser import solve
from optimiser.plan import Partnership, Plan

CASES = Path(str(resources.files("instances"))) / "data"
NAMES = sorted(path.parent.name for path in CASES.glob("*/instance.toml"))
MONEY_TABLES = ("baselines", "contracts", "estimates", "options", "services", "tiers", "vehicles")
"""Tables whose rows hold amounts or rates; each row says where they come from."""
ASSUMPTION = "assumption:"
DOCUMENT = re.compile(
    r"\b(Appendix|guide|report|return|budget|minutes|case study)\b|\.(csv|json|pdf|xlsx)\b|\w\.(com|org|net|gov\.uk|org\.uk)\b|https?://",
    re.IGNORECASE,
)
"""What names a document: a part of one, a kind of one, a file, a page."""
FIGURES = [
    (name, figure)
    for name in NAMES
    if (CASES / name / "expected.toml").is_file()
    for figure in read_figures(CASES / name / "expected.toml")
]
FIRST_TRANCHE = ("building_control", "customer_services", "it_services", "residual_housing", "revenues_and_benefits")
"""Services that East Kent shared."""


@cache
def solved(name: str, scenarios: tuple[str, ...] = (), overrides: tuple[str, ...] = ()) -> Plan:
    """The audited plan of a case study, solved once for each set of overrides."""
    return solve(read(CASES / name, scenarios=scenarios, overrides=overrides))


@cache
def plan_json(name: str, scenarios: tuple[str, ...] = (), overrides: tuple[str, ...] = ()) -> Any:
    """plan.json of a case study."""
    return solved(name, scenarios, overrides).document.model_dump(mode="json")


def rows(name: str, table: str) -> list[tuple[int, dict[str, str]]]:
    """Rows of a table with their spreadsheet row numbers; none where the case has no such table."""
    path = CASES / name / f"{table}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(enumerate(csv.DictReader(file), 2))


def partnership(plan: Plan, service: str) -> Partnership:
    """The one partnership of a service."""
    (found,) = [p for p in plan.document.partnerships if p.service == service]
    return found


# ------------------------------------------------------------------------------------------------- every case


def test_there_are_cases() -> None:
    """The tests below run over something."""
    assert {"bromsgrove-redditch", "east-kent"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_case_has_published_figures(name: str) -> None:
    """Every case says what it is held against."""
    assert (CASES / name / "expected.toml").is_file(), f"{name} has no expected.toml"
    assert read_figures(CASES / name / "expected.toml")


@pytest.mark.parametrize(("name", "figure"), FIGURES, ids=[f"{name}: {figure.name}" for name, figure in FIGURES])
def test_plan_has_published_figure(name: str, figure: Figure) -> None:
    """The solved plan has the figure, by path, within its tolerance."""
    failure = check(figure, plan_json(name, figure.scenarios, figure.overrides))
    assert failure is None, f"{name}, {failure}"


@pytest.mark.parametrize("name", NAMES)
def test_case_is_sound(name: str) -> None:
    """A case reads without a fault, as it is and under each of its scenarios, and nothing in it has no effect."""
    instance = read(CASES / name)
    assert instance.notes == ()
    for scenario in instance.settings.scenarios:
        assert read(CASES / name, scenarios=[scenario]).overrides, scenario


@pytest.mark.parametrize("name", NAMES)
def test_ranges_are_overrides(name: str) -> None:
    """Both ends of every range give a sound instance."""
    for path, given in read(CASES / name).settings.ranges.items():
        for end in (given.low, given.high):
            assert read(CASES / name, overrides=[f"{path} = {end}"]).overrides, path


@pytest.mark.parametrize("name", NAMES)
def test_money_has_a_source(name: str) -> None:
    """Every row of amounts or rates says where it comes from: a document, or "assumption: ..."."""
    bare = []
    for table in MONEY_TABLES:
        for number, row in rows(name, table):
            source = (row.get("source") or "").strip()
            if not (source.startswith(ASSUMPTION) and source.removeprefix(ASSUMPTION).strip()) and not DOCUMENT.search(source):
                bare.append(f"{table}.csv row {number}: source '{source}' names no document and does not begin with '{ASSUMPTION}'")
    assert not bare, "\n".join(bare)


@pytest.mark.parametrize("name", NAMES)
def test_ranges_have_a_source(name: str) -> None:
    """Low and high are not out of the air either."""
    assert [path for path, given in read(CASES / name).settings.ranges.items() if not (given.source or "").strip()] == []


@pytest.mark.parametrize("name", NAMES)
def test_plan_is_optimal(name: str) -> None:
    """The plan is proven, without a gap; `solve` has audited it."""
    plan = solved(name)
    assert plan.status == "optimal"
    assert plan.gap == pytest.approx(0.0, abs=1e-9)


# ------------------------------------------------------------------------------------------------- East Kent


@pytest.mark.parametrize("service", FIRST_TRANCHE)
def test_thanet_is_host_by_a_clear_margin(service: str) -> None:
    """Without Thanet as host, a partnership is worth at least 5 % less: the choice is no knife edge, and no table makes it."""
    instance = read("east-kent")
    assert all(row.decision != "hosts" for row in instance.rows(Commitment))
    best = partnership(solved("east-kent"), service)
    next_best = partnership(
        solved("east-kent", overrides=("rules.minimum_saving = off", f"baselines.Thanet.{service}.can_host = no")), service
    )
    assert best.host == "Thanet"
    assert next_best.host != "Thanet"
    assert next_best.npv < 0.95 * best.npv


def test_thanet_stays_host_at_a_quarter_more() -> None:
    """Hosting at Thanet may cost a quarter more in every service, and nobody else comes first."""
    plan = solved("east-kent", overrides=("rules.minimum_saving = off", "baselines.Thanet.*.hosting_cost *= 1.25"))
    assert {partnership(plan, service).host for service in FIRST_TRANCHE} == {"Thanet"}


def test_shepway_is_worth_having_later() -> None:
    """Nobody who is in loses the partnership when Shepway may come in, the plan is worth more, and at once would be better still."""
    without, later, at_once = (
        solved("east-kent", scenarios).npv for scenarios in ((), ("shepway-joins-later",), ("shepway-joins-at-once",))
    )
    assert without < later < at_once
    for service in FIRST_TRANCHE:
        found = partnership(solved("east-kent", ("shepway-joins-later",)), service)
        assert {m.council: m.go_live for m in found.members} == {
            "Canterbury": dt.date(2011, 4, 1),
            "Dover": dt.date(2011, 4, 1),
            "Thanet": dt.date(2011, 4, 1),
            "Shepway": dt.date(2012, 4, 1),
        }


def test_middle_of_the_evidence_passes_no_service() -> None:
    """What the head of the instance admits: the 10 % rest on savings above the middle of the evidence."""
    for scenario in ("evidence-mid", "optimism-bias"):
        assert solved("east-kent", (scenario,)).document.partnerships == ()


def overhead_rate(council: str) -> float:
    """Corporate and democratic core over total service expenditure, RA 2023-24 lines 610 and 799, thousand pounds."""
    core = {"Canterbury": 1_670, "Dover": 2_168, "Shepway": 1_432, "Thanet": 1_397}
    total = {"Canterbury": 20_704, "Dover": 21_654, "Shepway": 21_096, "Thanet": 22_849}
    return core[council] / total[council]


def test_baselines_follow_their_formulas() -> None:
    """Every derived figure of baselines.csv can be recomputed from the head of instance.toml."""
    instance = read("east-kent")
    shares = {
        "revenues_and_benefits": (0.25, 0.30, 0.50),
        "customer_services": (0.30, 0.15, 0.70),
        "it_services": (0.35, 0.40, 0.40),
        "building_control": (0.40, 0.10, 0.40),
        "residual_housing": (0.25, 0.10, 0.50),
        "planning": (0.10, 0.15, 0.65),
    }
    assert set(shares) == set(instance.services)
    for service, (fixed, procured, employees) in shares.items():
        cost = {council: row.annual_cost for (council, run), row in instance.baselines.items() if run == service}
        together = sum(amount for council, amount in cost.items() if council != "Shepway")
        for council, amount in cost.items():
            row = instance.baselines[council, service]
            assert row.fixed_cost == pytest.approx(fixed * sum(cost.values()) / 4, abs=501)
            assert row.procured_cost == pytest.approx(procured * amount, abs=501)
            assert row.fte == pytest.approx(employees * amount / 43_000, abs=0.051)
            assert row.hosting_cost == pytest.approx(overhead_rate(council) * together / 3, abs=51)


def test_per_head_baselines_follow_population() -> None:
    """IT is 13 and customer services are 6 pounds a resident, to the thousand."""
    instance = read("east-kent")
    for service, per_head in (("it_services", 13), ("customer_services", 6)):
        for council, row in instance.councils.items():
            assert row.population is not None
            assert instance.baselines[council, service].annual_cost == pytest.approx(per_head * row.population, abs=501)


@pytest.mark.parametrize("scenario", ["shepway-joins-later", "shepway-joins-at-once"])
def test_hosting_grows_with_shepway(scenario: str) -> None:
    """With Shepway in, every host's cost is by the spend of all four instead of three."""
    three, four = read("east-kent"), read("east-kent", scenarios=[scenario])
    for (council, service), row in four.baselines.items():
        before = three.baselines[council, service].hosting_cost
        assert before is not None
        assert row.hosting_cost == pytest.approx(
            before * spend(three, service, all_four=True) / spend(three, service, all_four=False), rel=1e-4
        )


def spend(instance: Instance, service: str, *, all_four: bool) -> float:
    """What the four districts, or the three without Shepway, spend on a service, GBP a year."""
    return sum(
        row.annual_cost for (council, run), row in instance.baselines.items() if run == service and (all_four or council != "Shepway")
    )


# ------------------------------------------------------------------------------------------------- the harness itself

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


@pytest.mark.parametrize(
    ("source", "names_one"),
    [
        ("Guide, Appendix 2, Dorset", True),
        ("RA budget return 2023-24, line 591", True),
        ("localis.org.uk, Two councils to share managers", True),
        ("spend.csv", True),
        ("reasoning", False),
        ("our estimate", False),
        ("", False),
    ],
)
def test_what_counts_as_a_document(source: str, names_one: bool) -> None:
    """A source that names nothing to look up is no document."""
    assert bool(DOCUMENT.search(source)) == names_one
