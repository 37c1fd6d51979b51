"""Instances in SQLite: the same as the folder they came from; faults name table and key; a file that is not there is not made."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tiny import write_tiny
from typer.testing import CliRunner
from workbooks import BASE

from instances import InstanceError, read, shipped
from instances.tables import TABLES
from instances.writing import Form, WriteError, empty_form, form_of, write_form
from instances.writing.form import columns_of
from optimiser.cli import app


def url_of(path: Path) -> str:
    """The URL of a file."""
    return f"sqlite:///{path}"


def database_of(path: Path, source: Path | str = BASE) -> str:
    """Write an instance as a database and answer with its URL."""
    write_form(url_of(path), form_of(read(source)))
    return url_of(path)


def change(path: Path, *statements: str) -> None:
    """Carry out statements."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def loosened(table: str) -> list[str]:
    """Take types, keys and required columns off a table: it may have been made by somebody else."""
    return [f"CREATE TABLE loose AS SELECT * FROM {table}", f"DROP TABLE {table}", f"ALTER TABLE loose RENAME TO {table}"]


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """The three councils as a database."""
    database_of(tmp_path / "base.db")
    return tmp_path / "base.db"


def faults_of(url: str, **asked: Any) -> list[str]:
    """What reading says."""
    with pytest.raises(InstanceError) as caught:
        read(url, **asked)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("case", shipped())
def test_case_studies(case: str, tmp_path: Path) -> None:
    """Written and read, each is the same instance with the same digests and notes."""
    url = database_of(tmp_path / f"{case}.db", case)
    assert read(url) == read(case)
    assert read(url).digests() == read(case).digests()
    assert read(url).notes == read(case).notes


@pytest.mark.parametrize("seed", range(25))
def test_random_instances(seed: int, tmp_path: Path) -> None:
    """So is whatever the generator draws."""
    write_tiny(tmp_path / "tiny", seed)
    url = database_of(tmp_path / "tiny.db", tmp_path / "tiny")
    assert read(url) == read(tmp_path / "tiny")
    assert read(url).digests() == read(tmp_path / "tiny").digests()


def test_order_of_rows_has_no_meaning(file: Path) -> None:
    """Nor has that of columns, nor what type they are of."""
    for name, model in TABLES.items():
        columns = ", ".join(f'"{column}"' for column in reversed(columns_of(model)))
        change(
            file,
            f"CREATE TABLE other AS SELECT {columns} FROM {name} ORDER BY random()",
            f"DROP TABLE {name}",
            f"ALTER TABLE other RENAME TO {name}",
        )
    change(
        file,
        "UPDATE baselines SET annual_cost = CAST(annual_cost AS TEXT), can_host = CASE can_host WHEN 0 THEN 'no' ELSE 'TRUE' END",
        "CREATE TABLE other AS SELECT meaning, value, setting FROM instance ORDER BY random()",
        "DROP TABLE instance",
        "ALTER TABLE other RENAME TO instance",
    )
    assert read(url_of(file)) == read(BASE)


def test_text_is_kept_as_it_is(tmp_path: Path) -> None:
    """Leading zeros, line ends, quotes, control characters."""
    base = read(BASE)
    for number, text in enumerate(["007", "a\r\nb", "'", '"', "a\x01b", "☃", "x" * 100_000, "2027-04-01", "true", "a\0b"]):
        title = base.settings.instance.model_copy(update={"title": text, "price_year": text})
        council = base.councils["Ash"].model_copy(update={"note": text})
        form = Form(
            base.settings.model_copy(update={"instance": title}), {**base.tables, "councils": [council, *base.tables["councils"][1:]]}
        )
        write_form(url_of(tmp_path / f"{number}.db"), form)
        found = read(url_of(tmp_path / f"{number}.db"))
        assert (found.councils["Ash"].note, found.settings.instance) == (text, title)


DOVER = "council = 'Elm' AND service = 'payroll'"
CASES: dict[str, tuple[list[str], list[str]]] = {
    "text in a number": (
        [f"UPDATE baselines SET annual_cost = 'lots' WHERE {DOVER}"],
        ["baselines: council 'Elm', service 'payroll', column annual_cost: 'lots' is not a number; write a plain number such as 1250.50"],
    ),
    "nothing where something is required": (
        [*loosened("baselines"), f"UPDATE baselines SET annual_cost = NULL WHERE {DOVER}"],
        ["baselines: council 'Elm', service 'payroll', column annual_cost: is blank; it is required"],
    ),
    "binary data": (
        [f"UPDATE baselines SET annual_cost = x'00ff' WHERE {DOVER}"],
        ["baselines: council 'Elm', service 'payroll', column annual_cost: holds binary data, not text; store it as text"],
    ),
    "a name misspelt": (
        ["UPDATE baselines SET council = 'Oake' WHERE council = 'Oak'"],
        ["baselines: council 'Oake', service 'payroll', column council: 'Oake' is not in table councils; did you mean 'Oak'?"],
    ),
    "a date": (
        ["UPDATE contracts SET expires = '31/03/2028' WHERE council = 'Ash'"],
        ["contracts: council 'Ash', service 'waste', column expires: '31/03/2028' is not a date; write YYYY-MM-DD, here 2028-03-31"],
    ),
    "a key twice": (
        [*loosened("baselines"), f"INSERT INTO baselines SELECT * FROM baselines WHERE {DOVER}"],
        ["baselines: council 'Elm', service 'payroll': Elm / payroll stand twice; keep one row for each key"],
    ),
    "a pair that disagrees": (
        ["INSERT INTO distances SELECT council_b, council_a, km + 1, minutes, source, note FROM distances WHERE council_a = 'Ash'"],
        [
            "distances: council_a 'Elm', council_b 'Ash', column km: Elm / Ash has 15, but 14 in the row of council_a 'Ash', council_b 'Elm', "
            "the other way round; a pair has one figure in both directions"
        ],
    ),
    "an alternative too soon": (
        [
            "INSERT INTO commitments (council, service, decision, option, go_live) "
            "VALUES ('Oak', 'payroll', 'takes', 'outsource', '2027-04-01')"
        ],
        [
            "commitments: council 'Oak', service 'payroll', decision 'takes', column go_live: 2027-04-01 is before 'outsource' is to be had, "
            "2027-10-01 in table options; give a later tranche, or leave it blank",
            "commitments: council 'Oak', service 'payroll', decision 'takes', column go_live: 2027-04-01 is before 2027-10-01, when it may begin: "
            "Oak not_before in the row of council 'Oak', service 'payroll', decision 'not_before'; keep one of the two",
        ],
    ),
    "a row without a key": (
        [*loosened("commitments"), "INSERT INTO commitments (decision, note) VALUES ('stays_out', 'minute 15')"],
        ["commitments: decision 'stays_out', column council: is blank; it is required"],
    ),
    "a column misspelt": (
        ["ALTER TABLE baselines RENAME COLUMN annual_cost TO anual_cost"],
        ["table baselines: 'anual_cost' is not a column of this table; did you mean 'annual_cost'?"],
    ),
    "a column missing": (
        ["ALTER TABLE baselines DROP COLUMN annual_cost"],
        ["table baselines: column 'annual_cost' is missing; it is required"],
    ),
    "a table misspelt": (["ALTER TABLE baselines RENAME TO baseline"], ["table baseline: is not a table of the format; did you mean 'baselines'?"]),
    "a table missing": (["DROP TABLE baselines"], ["table baselines: is missing; the table is required"]),
    "no rows": (["DELETE FROM services"], ["table services: has no rows; give at least one"]),
    "no settings": (["DROP TABLE instance"], ["table instance: is missing; it holds title, calendar, economics and rules"]),
    "settings misspelt": (
        ["ALTER TABLE instance RENAME TO instanse"],
        ["table instance: is missing; it holds title, calendar, economics and rules; did you mean 'instanse'?"],
    ),
    "no column of values": (
        ["ALTER TABLE instance RENAME COLUMN value TO valeu"],
        ["table instance: column 'value' is missing; it has the columns setting and value; did you mean 'valeu'?"],
    ),
    "a rule misspelt": (
        ["UPDATE instance SET setting = 'rules.minimum_savng' WHERE setting = 'rules.minimum_saving'"],
        ["instance: setting rules.minimum_savng: 'minimum_savng' is not a rule; did you mean 'minimum_saving'?"],
    ),
    "a figure of a rule": (
        ["UPDATE instance SET value = '5%' WHERE setting = 'rules.minimum_saving'"],
        ["instance: setting rules.minimum_saving: '5%' is text, not a number; write 0.05"],
    ),
    "a setting twice": (
        [*loosened("instance"), "INSERT INTO instance (setting, value) VALUES ('rules.minimum_saving', '0.2')"],
        ["instance: setting rules.minimum_saving: 'rules.minimum_saving' stands twice; keep one row for each setting"],
    ),
    "a setting that is required": (
        ["DELETE FROM instance WHERE setting = 'calendar.start'"],
        ["instance: setting calendar.start: is missing; it is required"],
    ),
    "a value of no setting": (
        [*loosened("instance"), "INSERT INTO instance (value) VALUES ('0.2')"],
        ["table instance: '0.2' is the value of no setting; name the setting, or clear the value"],
    ),
    "a scenario of nothing": (
        ["INSERT INTO instance (setting, value) VALUES ('scenarios.x', '[\"rulez.payback = off\"]')"],
        ["instance: setting scenarios.x, rulez.payback = off: 'rulez' is neither a table nor a section; did you mean 'rules.payback'?"],
    ),
    "several at once": (
        [
            "UPDATE tiers SET rate = 2 WHERE from_volume = 200000",
            "UPDATE councils SET latitude = 95 WHERE council = 'Ash'",
            "UPDATE instance SET value = 'three' WHERE setting = 'calendar.tranches'",
        ],
        [
            "instance: setting calendar.tranches: 'three' is text, not a number; write a whole number",
            "councils: council 'Ash', column latitude: '95' is out of range; expected at most 90",
            "tiers: service 'payroll', from_volume '200000', column rate: '2' is out of range; expected at most 1",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_named_by_table_and_key(name: str, file: Path) -> None:
    """Exactly these lines in this order."""
    statements, expected = CASES[name]
    change(file, *statements)
    assert faults_of(url_of(file)) == expected


def test_commands_print_every_fault_and_write_nothing(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2."""
    statements, expected = CASES["several at once"]
    change(file, *statements)
    monkeypatch.chdir(tmp_path)
    for command in (["validate", "sqlite:///base.db"], ["solve", "sqlite:///base.db"], ["new", "copy", "--from", "sqlite:///base.db"]):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 2
        assert result.stderr.splitlines() == ["3 faults in 'sqlite:///base.db'", *(f"  {line}" for line in expected)]
    assert [path.name for path in tmp_path.iterdir()] == ["base.db"]


def test_overrides_name_keys(file: Path) -> None:
    """What an override does to the data is a fault of the row by its key."""
    (fault,) = faults_of(url_of(file), overrides=["baselines.Ash.payroll.annual_cost = 1"])
    assert fault.startswith("baselines: council 'Ash', service 'payroll', column annual_cost: 1.00 is less than fixed_cost")


def test_tables_of_other_applications(file: Path) -> None:
    """They are not read and not spoken of; views are as good as tables."""
    change(
        file,
        "CREATE TABLE users (id INTEGER)",
        "CREATE TABLE Prices (id INTEGER)",
        "CREATE TABLE baselines_2025 (id INTEGER)",
        "ALTER TABLE councils RENAME TO authority",
        "CREATE VIEW councils AS SELECT council, latitude, longitude, control, culture, name, tier, population, source FROM authority",
    )
    assert read(url_of(file)) == read(BASE)
    assert read(url_of(file)).notes == ()


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by an absolute nor by a relative path."""
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite:///nowhere.db", f"sqlite:///{tmp_path}/nowhere.db"):
        assert faults_of(url) == [
            f"{url}: there is no such file; check the path; an absolute one has four slashes: sqlite:////data/region.db"
        ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty; name the file of a database"),
        (b"council,service\n", "is not a SQLite database; name the file of a database"),
        (b"SQLite format 3\0" + b"x" * 100, "is not a SQLite database; name the file of a database"),
    ],
)
def test_files_that_are_no_database(data: bytes, problem: str, tmp_path: Path) -> None:
    """By what is in them."""
    (tmp_path / "a.db").write_bytes(data)
    assert faults_of(url_of(tmp_path / "a.db")) == [f"{url_of(tmp_path / 'a.db')}: {problem}"]


def test_a_damaged_database(file: Path) -> None:
    """One line."""
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    file.write_bytes(data)
    (fault,) = faults_of(url_of(file))
    assert fault == f"{url_of(file)}: is damaged; take a copy that is sound"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("sqlite://", "names no file; give sqlite:///FILE; an absolute path has four slashes"),
        ("sqlite:///:memory:", "names no file; give sqlite:///FILE; an absolute path has four slashes"),
        ("mysql://u@h/d", "'mysql' is not a kind of database that can be used; give sqlite:///FILE or postgresql://USER@HOST/DATABASE"),
        (
            "https://h/region.xlsx",
            "'https' is not a kind of database that can be used; give sqlite:///FILE or postgresql://USER@HOST/DATABASE",
        ),
        ("postgresql://u@127.0.0.1:1/d?connect_timeout=soon", "the database says: bad value for connect_timeout: 'soon'"),
        ("sqlite:///" + "x" * 5000, "cannot be read: File name too long; check the path and its permissions"),
        ("postgresql://u@h", "names no database; give sqlite:///FILE or postgresql://USER@HOST/DATABASE"),
    ],
)
def test_urls_of_nothing_that_can_be_read(url: str, problem: str) -> None:
    """One line for each."""
    assert faults_of(url) == [f"{url}: {problem}"]


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    """It is said how to give it."""
    expected = "is a folder, not a database; name the file of a database, or give the folder without sqlite:///"
    assert faults_of(url_of(tmp_path)) == [f"{url_of(tmp_path)}: {expected}"]


def test_reading_changes_nothing(file: Path) -> None:
    """A file that nobody may write to can be read, byte for byte the same afterwards."""
    before = file.read_bytes()
    file.chmod(0o444)
    assert read(url_of(file)) == read(BASE)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["base.db"]


def test_nothing_is_replaced(file: Path) -> None:
    """Whatever is in the file."""
    before = file.read_bytes()
    with pytest.raises(WriteError, match=r"base\.db is there already; name a new file"):
        write_form(url_of(file), empty_form())
    assert file.read_bytes() == before


def test_an_empty_database_explains_itself(tmp_path: Path) -> None:
    """Every column and every setting, with unit and meaning."""
    write_form(url_of(tmp_path / "new.db"), empty_form())
    with closing(sqlite3.connect(tmp_path / "new.db")) as connection:
        explained = {(table, column) for table, column, _, meaning in connection.execute("SELECT * FROM read_me") if meaning}
        assert {(name, column) for name, model in TABLES.items() for column in columns_of(model)} <= explained
        assert connection.execute("SELECT count(*) FROM instance WHERE meaning = ''").fetchone() == (0,)
    expected = [f"table {name}: has no rows; give at least one" for name in ("councils", "services", "baselines")]
    assert faults_of(url_of(tmp_path / "new.db")) == expected


def test_an_option_that_nobody_knows(tmp_path: Path) -> None:
    """What the library makes of it is one line too, without its value."""
    url = "postgresql://anna:hush@127.0.0.1:1/kent?plugin=hush"
    (fault,) = faults_of(url)
    assert fault.startswith("postgresql://anna:***@127.0.0.1:1/kent?plugin=***: the database says: Can't load plugin")
    assert "hush" not in fault
