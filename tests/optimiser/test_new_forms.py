"""The command `new` in every form: folder, workbook and database, empty and from any other; whole or not at all, over nothing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from england_country import SHARED, needs_shared
from reorganised import county, passes
from typer.testing import CliRunner, Result

from instances import read
from optimiser.cli import app


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written into the checkout."""
    monkeypatch.chdir(tmp_path)


def run(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def names() -> list[str]:
    """What lies in the folder the tests are in."""
    return sorted(path.name for path in Path().iterdir())


def test_empty_workbook() -> None:
    """By its ending or by the option; said what to do next."""
    result = run("new", "mine.xlsx")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "Wrote an empty instance to mine.xlsx.",
        "Fill in the sheets, then check them: optimiser validate mine.xlsx",
    ]
    assert run("new", "other", "--xlsx").stdout.startswith("Wrote an empty instance to other.xlsx.")
    assert run("new", "third.xlsx", "--xlsx").exit_code == 0
    assert names() == ["mine.xlsx", "other.xlsx", "third.xlsx"]
    assert run("validate", "mine.xlsx").stderr.splitlines()[1] == "  sheet councils: has no rows; give at least one"


def test_empty_database() -> None:
    """Tables to fill in."""
    result = run("new", "sqlite:///mine.db", "--json")
    assert json.loads(result.stdout) == {"status": "written", "database": "sqlite:///mine.db", "kind": "an empty instance"}
    with closing(sqlite3.connect("mine.db")) as connection:
        assert connection.execute("SELECT value FROM instance WHERE setting = 'calendar.start'").fetchone() == ("2027-04-01",)


@pytest.mark.parametrize("first", ["a", "a.xlsx", "sqlite:///a.db"])
@pytest.mark.parametrize("second", ["b/a", "b/a.xlsx", "sqlite:///b/a.db"])
def test_every_form_from_every_other(first: str, second: str) -> None:
    """A case study to one form, from there to another: the same instance."""
    assert run("new", first, "--from", "east-kent").exit_code == 0
    result = run("new", second, "--from", first)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0] == f"Wrote a copy of {first} to {second}."
    assert read(second) == read(first)
    assert read(second).digests() == read("east-kent").digests()


def test_a_folder_from_a_folder_keeps_its_comments() -> None:
    """And one from a workbook explains its columns."""
    run("new", "a", "--from", "east-kent")
    run("new", "a.xlsx", "--from", "a")
    run("new", "b", "--from", "a.xlsx")
    assert "Why Thanet" in Path("a/instance.toml").read_text(encoding="utf-8")
    text = Path("b/instance.toml").read_text(encoding="utf-8")
    assert "#   annual_cost (GBP a year): cost of the service today" in text
    assert {row.source for row in read("b").tables["councils"]} == {row.source for row in read("east-kent").tables["councils"]}


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("a.xlsx", "a.xlsx is there already; name a new file"),
        ("sqlite:///a.db", "a.db is there already; name a new file"),
        ("a", "a is not empty; name a new folder"),
        ("a.xls", "a.xls: workbooks are written as .xlsx; name it so"),
        ("b.ods", "b.ods: workbooks are written as .xlsx; name it so"),
        ("mysql://anna:hush@h/d", "mysql://anna:***@h/d: 'mysql' is not a kind of database that can be used; "),
        ("sqlite://", "sqlite://: names no file; "),
        ("postgresql://anna:hush@127.0.0.1:1/d", "postgresql://anna:***@127.0.0.1:1/d: no server answers there; "),
    ],
)
def test_nothing_is_replaced(target: str, message: str) -> None:
    """One line, exit code 2, what was there stays as it is, nothing is left behind; also with a source."""
    Path("a.xlsx").write_text("mine", encoding="utf-8")
    Path("a.db").write_text("mine", encoding="utf-8")
    Path("a").mkdir()
    Path("a/file").write_text("mine", encoding="utf-8")
    for more in ([], ["--from", "pannel"]):
        result = run("new", target, *more)
        assert result.exit_code == 2
        assert result.stderr.startswith(message)
        assert len(result.stderr.splitlines()) == 1
        assert "hush" not in result.output
    assert names() == ["a", "a.db", "a.xlsx"]
    assert Path("a.xlsx").read_text(encoding="utf-8") == Path("a.db").read_text(encoding="utf-8") == "mine"


def test_xlsx_is_not_for_a_database() -> None:
    """The two do not go together."""
    assert run("new", "sqlite:///a.db", "--xlsx").stderr.startswith("--xlsx is for a workbook, not for a database")
    assert names() == []


@pytest.mark.parametrize("source", ["nowhere", "nowhere.xlsx", "sqlite:///nowhere.db"])
@pytest.mark.parametrize("target", ["b", "b.xlsx", "sqlite:///b.db"])
def test_nothing_is_written_from_nothing(source: str, target: str) -> None:
    """A source that is not there."""
    assert run("new", target, "--from", source).exit_code == 2
    assert names() == []


@pytest.mark.parametrize("target", ["out", "out.xlsx", "sqlite:///out.db"])
@pytest.mark.parametrize("form", ["folder", "workbook", "database"])
@pytest.mark.parametrize("way", ["predecessors", "successors"])
def test_reorganisation_in_every_form(target: str, form: str, way: str, tmp_path: Path) -> None:
    """From any form to any other, the councils are the same."""
    before = county(tmp_path)
    source = {"folder": str(before), "workbook": "in.xlsx", "database": "sqlite:///in.db"}[form]
    if form != "folder":
        assert run("new", source, "--from", before).exit_code == 0
    result = run("new", target, "--from", source, "--reorganisation", passes(tmp_path), "--plan-with", way)
    assert result.exit_code == 0, result.output
    assert run("new", "plain", "--from", before, "--reorganisation", passes(tmp_path), "--plan-with", way).exit_code == 0
    tables = read(target).digests()
    assert {name: digest for name, digest in tables.items() if name != "instance"} == {
        name: digest for name, digest in read("plain").digests().items() if name != "instance"
    }


@needs_shared
@pytest.mark.parametrize("target", ["fens.xlsx", "sqlite:///fens.db"])
def test_area_in_every_form(target: str) -> None:
    """An area of England as a workbook and as a database."""
    result = run("new", target, "--area", "Kent", "--data", SHARED, "--service", "revenues_and_benefits")
    assert result.exit_code == 0, result.output
    assert run("new", "fens", "--area", "Kent", "--data", SHARED, "--service", "revenues_and_benefits").exit_code == 0
    assert read(target) == read("fens")
    assert f"to {target}." in result.stdout.splitlines()[0]


@pytest.mark.parametrize("form", ["pannel.xlsx", "sqlite:///pannel.db"])
def test_every_command_takes_every_form(form: str) -> None:
    """The plan is that of the case study, byte for byte, and so is its run."""
    assert run("new", form, "--from", "pannel").exit_code == 0
    assert run("solve", "pannel", "--out", "plan").exit_code == 0
    for command in (
        ["solve", form, "--out", "mine"],
        ["validate", form],
        ["explain", form],
        ["alternatives", form, "--out", "more", "--count", 2],
    ):
        result = run(*command)
        assert result.exit_code == 0, result.output
    assert Path("mine/plan.json").read_bytes() == Path("plan/plan.json").read_bytes()


@pytest.mark.parametrize(("form", "place"), [("pannel.xlsx", "sheet commitments row 5"), ("sqlite:///pannel.db", "table commitments")])
def test_an_infeasible_instance_is_told_in_words_of_its_form(form: str, place: str) -> None:
    """Rows of a sheet have numbers, those of a database keys alone."""
    run("new", "pannel", "--from", "pannel")
    councils = list(read("pannel").councils)
    service = next(iter(read("pannel").services))
    rows = "".join(f"{council},{service},hosts\n" for council in councils)
    rows += f"{councils[0]},{service},stays_out\n"
    Path("pannel/commitments.csv").write_text(f"council,service,decision\n{rows}", encoding="utf-8")
    assert run("new", form, "--from", "pannel").exit_code == 0
    result = run("solve", form)
    assert result.exit_code == 3
    assert ".csv" not in result.stderr
    explained = run("explain", form)
    assert explained.exit_code == 3
    assert place in explained.stdout
    assert ("row" in explained.stdout) == ("row" in place)
    assert "commitments.csv" not in explained.stdout
    assert read(form) == read("pannel")
