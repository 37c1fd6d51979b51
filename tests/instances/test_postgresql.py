"""Instances in PostgreSQL: written, filled in with other types, read at one moment, refused without showing a secret."""

from __future__ import annotations

import datetime as dt
import traceback
from pathlib import Path

import psycopg
import pytest
from postgres import ENCODED, PASSWORD, Server, needs_postgres
from tiny import write_tiny
from typer.testing import CliRunner

from instances import InstanceError, read, shipped
from instances.sources.connecting import DatabaseError, reading
from instances.writing import WriteError, form_of, write_form
from optimiser.cli import app

pytestmark = needs_postgres


@pytest.fixture
def kent(server: Server) -> str:
    """East Kent in a database of its own."""
    url = server.database("east-kent")
    write_form(url, form_of(read("east-kent")))
    return url


def faults_of(url: str) -> list[str]:
    """What reading says."""
    with pytest.raises(InstanceError) as caught:
        read(url)
    said = "".join(traceback.format_exception(caught.value))
    assert PASSWORD not in said
    assert ENCODED not in said
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("case", shipped())
def test_case_studies(case: str, server: Server) -> None:
    """Written and read, each is the same instance."""
    url = server.database(case)
    write_form(url, form_of(read(case)))
    assert read(url) == read(case)
    assert read(url).digests() == read(case).digests()


@pytest.mark.parametrize("seed", range(8))
def test_random_instances(seed: int, server: Server, tmp_path: Path) -> None:
    """So is whatever the generator draws."""
    write_tiny(tmp_path / "tiny", seed)
    url = server.database("tiny")
    write_form(url, form_of(read(tmp_path / "tiny")))
    assert read(url) == read(tmp_path / "tiny")


def test_types_of_the_database(kent: str, server: Server) -> None:
    """Numeric, integer, date, char, arrays and views say the same as text and doubles do."""
    server.run(
        "east-kent",
        "ALTER TABLE baselines ALTER annual_cost TYPE numeric(14, 2), ALTER fixed_cost TYPE bigint, ALTER fte TYPE real",
        "ALTER TABLE baselines ALTER can_host TYPE text, ALTER service TYPE char(40)",
        "ALTER TABLE councils ALTER ceases TYPE timestamp",
        "ALTER TABLE councils RENAME TO authority",
        "CREATE VIEW councils AS SELECT * FROM authority ORDER BY council DESC",
        "CREATE TYPE word AS ENUM ('back_office', 'front_line', 'management')",
        "ALTER TABLE services ALTER category TYPE word USING category::word",
        "ALTER TABLE services ALTER phase_in TYPE numeric[] USING string_to_array(phase_in, ';')::numeric[]",
    )
    assert read(kent).digests()["councils"] == read("east-kent").digests()["councils"]
    found = read(kent)
    assert found.baselines.keys() == read("east-kent").baselines.keys()
    assert {key: row.annual_cost for key, row in found.baselines.items()} == {
        key: row.annual_cost for key, row in read("east-kent").baselines.items()
    }
    assert found.digests()["services"] == read("east-kent").digests()["services"]


def test_faults_name_table_and_key(kent: str, server: Server) -> None:
    """All of them at once."""
    server.run(
        "east-kent",
        "ALTER TABLE baselines ALTER annual_cost TYPE text",
        "UPDATE baselines SET annual_cost = 'lots' WHERE council = 'Dover' AND service = 'planning'",
        "UPDATE commitments SET council = 'Shepwey'",
        "UPDATE instance SET value = '5%' WHERE setting = 'rules.minimum_saving'",
    )
    assert faults_of(kent) == [
        "instance: setting rules.minimum_saving: '5%' is text, not a number; write 0.05",
        "baselines: council 'Dover', service 'planning', column annual_cost: 'lots' is not a number; write a plain number such as 1250.50",
        "commitments: council 'Shepwey', decision 'stays_out', column council: 'Shepwey' is not in table councils; did you mean 'Shepway'?",
    ]


def test_dates(kent: str, server: Server) -> None:
    """Of the database's own type; what it calls infinity is said to be trouble."""
    server.run("east-kent", "UPDATE councils SET ceases = '2012-04-01' WHERE council = 'Dover'")
    assert read(kent).councils["Dover"].ceases == dt.date(2012, 4, 1)
    server.run("east-kent", "UPDATE councils SET ceases = 'infinity' WHERE council = 'Dover'")
    (fault,) = faults_of(kent)
    assert fault.startswith(f"postgresql://owner:***@127.0.0.1:{server.port}/east-kent: the database says: ")


def test_other_schemas_and_applications(server: Server) -> None:
    """Tables elsewhere are nobody's business; a schema is chosen in the URL."""
    url = server.database("shared")
    server.run("shared", "CREATE SCHEMA kent", "CREATE TABLE users (id int)", "CREATE TABLE prices (id int)", "CREATE SCHEMA other")
    server.run("shared", "CREATE TABLE other.baseline (id int)")
    own = f"{url}?options=-csearch_path%3Dkent"
    write_form(own, form_of(read("pannel")))
    assert read(own).digests() == read("pannel").digests()
    assert faults_of(url)[0] == "table instance: is missing; it holds title, calendar, economics and rules"


def test_nothing_is_replaced(kent: str) -> None:
    """And nothing of it is left where a table is in the way."""
    with pytest.raises(WriteError, match=r"owner:\*\*\*@127.*the database has a table adjacency already"):
        write_form(kent, form_of(read("pannel")))
    assert read(kent) == read("east-kent")


def test_writing_is_all_or_nothing(server: Server) -> None:
    """A row that the database refuses takes everything back."""
    url = server.database()
    instance = read("pannel")
    name = instance.settings.instance.model_copy(update={"title": "nul \0 nul"})
    with pytest.raises(WriteError, match=r"owner:\*\*\*@"):
        write_form(url, form_of(instance).__class__(instance.settings.model_copy(update={"instance": name}), instance.tables))
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'").fetchone() == (0,)


def test_reading_cannot_change_anything(kent: str, server: Server) -> None:
    """It works for somebody who may only look."""
    server.run(
        "east-kent",
        "DROP ROLE IF EXISTS looker",
        "CREATE ROLE looker LOGIN PASSWORD 'looks'",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker",
    )
    looker = f"postgresql://looker:looks@127.0.0.1:{server.port}/east-kent"
    assert read(looker) == read("east-kent")
    server.run("east-kent", "REVOKE SELECT ON tiers FROM looker")
    assert faults_of(looker)[0].endswith("the user may not do that; ask for the right to it")
    server.run("east-kent", "REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM looker", "DROP ROLE looker")


@pytest.mark.parametrize(
    ("database", "password", "problem"),
    [
        ("postgres", "wr0ng-secret", "the server refuses the user or the password; check both"),
        ("nowhere", ENCODED, "there is no such database or user; check the names in the URL"),
    ],
)
def test_refused(database: str, password: str, problem: str, server: Server) -> None:
    """One line, no password, exit code 2."""
    url = server.url(database, password)
    shown = f"postgresql://owner:***@127.0.0.1:{server.port}/{database}"
    assert faults_of(url) == [f"{shown}: {problem}"]
    for command in (["validate", url], ["solve", url], ["new", "never", "--from", url], ["new", url, "--from", "pannel"]):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 2
        assert password not in result.output
        assert problem in result.output
    assert not Path("never").exists()


def test_command_line(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a case study to a database and from there to a workbook; no secret in what is printed or written."""
    monkeypatch.chdir(tmp_path)
    url = server.database("pannel")
    for command in (["new", url, "--from", "pannel"], ["new", "pannel.xlsx", "--from", url], ["solve", url, "--out", "plan"]):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        assert PASSWORD not in result.output
        assert ENCODED not in result.output
    assert read("pannel.xlsx") == read("pannel")
    for path in (tmp_path / "plan").iterdir():
        assert PASSWORD not in path.read_text(encoding="utf-8")
        assert ENCODED not in path.read_text(encoding="utf-8")


def test_everything_is_read_as_it_was_at_one_moment(kent: str, server: Server) -> None:
    """What others change meanwhile is not seen, and nothing can be changed by mistake."""
    with reading(kent) as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM councils").scalar()
        server.run("east-kent", "INSERT INTO councils (council) VALUES ('Ashford')")
        assert connection.exec_driver_sql("SELECT count(*) FROM councils").scalar() == before
        assert connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"
    assert "Ashford" in read(kent).councils
    with pytest.raises(DatabaseError, match="read-only transaction"), reading(kent) as connection:
        connection.exec_driver_sql("DELETE FROM councils")
