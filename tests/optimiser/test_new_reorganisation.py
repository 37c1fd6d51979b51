"""The command `new` for councils that are replaced: from a folder, a case study or an area, both ways of planning."""

from __future__ import annotations

import csv
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from england_country import SHARED, needs_shared
from reorganised import PASSES, cells, county, passes
from typer.testing import CliRunner, Result

from instances import read, shipped
from optimiser.cli import app
from optimiser.plan import Plan

ROOT = Path(__file__).resolve().parents[2]
KENT = "council,successor,ceases\nDover,East,2012-04-01\nThanet,East,2012-04-01\n"


def run(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_successors_of_a_folder(tmp_path: Path) -> None:
    """Said: who becomes what, what is dropped, what else; the folder is there and validates."""
    result = run("new", tmp_path / "out", "--from", county(tmp_path), "--reorganisation", passes(tmp_path), "--plan-with", "successors")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == f"Wrote 4 councils, the successors among them, 3 services and 9 baselines to {tmp_path / 'out'}."
    assert lines[1] == "Becomes: North (from 2028-04-01): Ash, Elm and 0.6 of Shire"
    assert any(line.startswith("Dropped: commitments.csv: 3 rows") for line in lines)
    assert "Note: the calendar starts on 2028-04-01 instead of 2026-04-01" in lines
    assert lines[-1] == f"Read instance.toml, then: optimiser solve {tmp_path / 'out'}"
    assert run("validate", tmp_path / "out").exit_code == 0


def test_predecessors_of_a_folder_as_json(tmp_path: Path) -> None:
    """One document; the councils have their last day."""
    result = run(
        "new", tmp_path / "out", "--from", county(tmp_path), "--reorganisation", passes(tmp_path), "--plan-with", "predecessors", "--json"
    )
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert (document["status"], document["kind"], document["councils"], document["dropped"]) == ("written", "predecessors", 7, [])
    assert read(tmp_path / "out").councils["Ash"].ceases == dt.date(2028, 4, 1)


@pytest.mark.parametrize(
    ("way", "councils"), [("predecessors", ["Canterbury", "Dover", "Shepway", "Thanet"]), ("successors", ["Canterbury", "East", "Shepway"])]
)
def test_case_study(tmp_path: Path, way: str, councils: list[str]) -> None:
    """East Kent with two of its councils merged: the totals stay, and it solves."""
    table = tmp_path / "kent.csv"
    table.write_text(KENT, encoding="utf-8")
    result = run("new", tmp_path / "kent", "--from", "east-kent", "--reorganisation", table, "--plan-with", way)
    assert result.exit_code == 0, result.output
    before, after = read("east-kent"), read(tmp_path / "kent")
    assert list(after.councils) == councils
    assert sum(row.annual_cost for row in after.baselines.values()) == sum(row.annual_cost for row in before.baselines.values())
    assert after.calendar.start == dt.date(2012 if way == "successors" else 2011, 4, 1)
    assert [row.council for row in after.tables["commitments"]] == ["Shepway"]  # type: ignore[attr-defined]
    assert "shepway-joins-later" in after.settings.scenarios
    assert len(after.settings.ranges) == len(before.settings.ranges) - (2 if way == "successors" else 0)
    solved = run("solve", tmp_path / "kent", "--out", tmp_path / "plan")
    assert solved.exit_code == 0, solved.output


def test_a_partnership_ends_with_its_members(tmp_path: Path) -> None:
    """No member of the plan of predecessors is there beyond the day on which it or its host ceases."""
    table = tmp_path / "kent.csv"
    table.write_text(KENT.replace("2012", "2016"), encoding="utf-8")
    assert run("new", tmp_path / "kent", "--from", "east-kent", "--reorganisation", table, "--plan-with", "predecessors").exit_code == 0
    assert run("solve", tmp_path / "kent", "--out", tmp_path / "plan").exit_code == 0
    plan = Plan.from_json(tmp_path / "plan" / "plan.json").document
    ends = {(part.host, member.council): (member.ends, member.passes_to) for part in plan.partnerships for member in part.members}
    assert ends
    for (host, council), (end, heir) in ends.items():
        gone = {"Dover", "Thanet"} & {host, council}
        assert (end, heir) == ((dt.date(2016, 4, 1), "East") if gone else (None, ""))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--from", "east-kent", "--plan-with", "successors"), "belong to --reorganisation"),
        (("--from", "east-kent", "--start", "2027-04-01"), "belong to --reorganisation"),
        (("--reorganisation", "kent.csv", "--plan-with", "successors"), "name them with --from or --area"),
        (("--from", "east-kent", "--reorganisation", "kent.csv"), "needs --plan-with: predecessors values"),
        (("--from", "east-kent", "--reorganisation", "kent.csv", "--plan-with", "heirs"), "'heirs' is not one of"),
        (("--from", "east-kent", "--reorganisation", "kent.csv", "--plan-with", "successors", "--start", "1/4/2027"), "here 2027-04-01"),
        (("--from", "east-kant", "--reorganisation", "kent.csv", "--plan-with", "successors"), "did you mean 'east-kent'"),
        (("--from", "east-kent", "--reorganisation", "none.csv", "--plan-with", "successors"), "cannot be read"),
        (("--area", "Kent", "--reorganisation", "kent.csv", "--plan-with", "successors"), "--area needs --data"),
    ],
    ids=str,
)
def test_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], problem: str) -> None:
    """Exit 2, the way out, and nothing written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kent.csv").write_text(KENT, encoding="utf-8")
    result = run("new", tmp_path / "out", *arguments)
    assert result.exit_code == 2
    assert problem in " ".join(result.stderr.replace("│", " ").split())
    assert [path.name for path in tmp_path.iterdir()] == ["kent.csv"]


def test_faults_of_the_table_are_usage_too(tmp_path: Path) -> None:
    """All of them, with exit code 2; nothing is written."""
    table = passes(tmp_path, PASSES.replace("Ash, ", "Ahs, ").replace("0.4", "0.5"))
    source = county(tmp_path)
    before = set(tmp_path.iterdir())
    result = run("new", tmp_path / "out", "--from", source, "--reorganisation", table, "--plan-with", "successors", "--json")
    assert result.exit_code == 2
    document = json.loads(result.stdout)
    assert [(fault["table"], fault["row"], fault["column"], fault["nearest"]) for fault in document["faults"]] == [
        ("lgr.csv", 2, "council", "Ash"),
        ("lgr.csv", 6, "share", None),
    ]
    assert set(tmp_path.iterdir()) == before


def test_from_takes_any_instance_that_can_be_read(tmp_path: Path) -> None:
    """A copy of its tables and settings; what lies beside them stays behind."""
    source = county(tmp_path)
    (source / "letter.txt").write_text("private", encoding="utf-8")
    result = run("new", tmp_path / "copy", "--from", source)
    assert result.exit_code == 0, result.output
    assert f"Wrote a copy of {source} to {tmp_path / 'copy'}." in result.stdout
    assert read(tmp_path / "copy").digests() == read(source).digests()
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == sorted(
        path.name for path in source.iterdir() if path.suffix != ".txt"
    )


def test_from_takes_no_instance_with_faults(tmp_path: Path) -> None:
    """They are said, and nothing is written."""
    source = county(tmp_path, services="service\npayroll\n")
    result = run("new", tmp_path / "copy", "--from", source)
    assert result.exit_code == 2
    assert "services.csv" in result.stderr
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("case", shipped())
def test_from_a_case_study(tmp_path: Path, case: str) -> None:
    """Its tables and settings, without what its test needs."""
    assert run("new", tmp_path / "copy", "--from", case).exit_code == 0
    assert read(tmp_path / "copy").digests() == read(case).digests()
    assert not (tmp_path / "copy" / "expected.toml").exists()


@pytest.fixture(scope="module")
def surrey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The table of docs/reorganisation.md."""
    text = (ROOT / "docs" / "reorganisation.md").read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("surrey") / "surrey.csv"
    path.write_text(text.split("```csv\n")[1].split("```")[0], encoding="utf-8")
    return path


def test_the_table_of_the_docs(surrey: Path) -> None:
    """Twelve councils into two; the county by residents."""
    rows = list(csv.DictReader(surrey.read_text(encoding="utf-8").splitlines()))
    assert len({row["council"] for row in rows}) == 12
    assert {row["successor"] for row in rows} == {"East Surrey", "West Surrey"}
    assert {row["ceases"] for row in rows} == {"2027-04-01"}
    assert all(row["source"] for row in rows)


@needs_shared
def test_surrey_with_successors(tmp_path: Path, surrey: Path) -> None:
    """Two councils; county services by residents, to the penny; validated and solved."""
    result = run(
        "new", tmp_path / "new", "--area", "Surrey", "--data", SHARED, "--reorganisation", surrey, "--plan-with", "successors", "--json"
    )
    assert result.exit_code == 0, result.output
    assert run("new", tmp_path / "old", "--area", "Surrey", "--data", SHARED, "--quiet").exit_code == 0
    before, after = cells(tmp_path / "old", "baselines"), cells(tmp_path / "new", "baselines")
    for column in ("annual_cost", "fixed_cost", "procured_cost", "fte"):
        assert sum(Decimal(row[column]) for row in before) == sum(Decimal(row[column]) for row in after)
    libraries = {row["council"]: Decimal(row["annual_cost"]) for row in after if row["service"] == "libraries"}
    assert libraries == {"East Surrey": Decimal("6836223"), "West Surrey": Decimal("8254777")}  # 0.453 and 0.547 of 15,091,000
    instance = read(tmp_path / "new")
    assert {name: row.population for name, row in instance.councils.items()} == {"East Surrey": 543_550, "West Surrey": 656_320}
    assert instance.calendar.start == dt.date(2027, 4, 1)
    assert not {"to_vesting", "politics_aside"} & set(instance.settings.scenarios)
    assert instance.rules.compatibility is False
    assert "rules.compatibility is switched off" in result.stdout
    assert len(instance.settings.ranges) == len(read(tmp_path / "old").settings.ranges)
    assert run("validate", tmp_path / "new").exit_code == 0
    for scenario in instance.settings.scenarios:
        read(tmp_path / "new", scenarios=[scenario])
    assert run("solve", tmp_path / "new", "--out", tmp_path / "plan", "--quiet").exit_code == 0


@needs_shared
def test_surrey_with_predecessors(tmp_path: Path, surrey: Path) -> None:
    """The usual start is the day on which Surrey's councils cease, so an earlier one is needed; then half a year is left."""
    asked = ("--area", "Surrey", "--data", SHARED, "--reorganisation", surrey, "--plan-with", "predecessors")
    refused = run("new", tmp_path / "new", *asked)
    assert refused.exit_code == 2
    assert "'Surrey' ceases on 2027-04-01, not after the start 2027-04-01; name an earlier start" in refused.stderr
    result = run("new", tmp_path / "new", *asked, "--start", "2026-10-01")
    assert result.exit_code == 0, result.output
    instance = read(tmp_path / "new")
    assert {row.ceases for row in instance.councils.values()} == {dt.date(2027, 4, 1)}
    assert {row.successor for row in instance.councils.values()} == {"East Surrey", "West Surrey"}
    assert instance.councils["Surrey"].successor == "West Surrey"
    assert "East Surrey (0.453)" in (instance.councils["Surrey"].note or "")
    assert run("validate", tmp_path / "new").exit_code == 0
    assert run("solve", tmp_path / "new", "--out", tmp_path / "plan", "--quiet").exit_code == 0
