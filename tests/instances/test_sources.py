"""What the sources have in common: secrets stay hidden, a fault is the same fault in every form, a folder needs no library of another."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import subprocess
import sys
import tomllib
import traceback
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from test_malformed import CASES as MALFORMED
from test_malformed import write

from instances import InstanceError, read
from instances.sources import hidden, is_url, scrub
from instances.sources.places import Places
from instances.sources.settings_rows import NAMED, given_rows, read_value, write_value
from instances.toml_values import exact, toml_value


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///region.db", "sqlite:///region.db"),
        ("sqlite:////data/region.db", "sqlite:////data/region.db"),
        ("postgresql://kent", "postgresql://kent"),
        ("postgresql://anna@db.example/kent", "postgresql://anna@db.example/kent"),
        ("postgresql://anna:hush@db.example:5432/kent", "postgresql://anna:***@db.example:5432/kent"),
        ("postgresql+psycopg://anna:hush@db.example/kent", "postgresql+psycopg://anna:***@db.example/kent"),
        ("postgresql://:hush@/kent", "postgresql://:***@/kent"),
        ("postgresql://anna:hu%40sh@db/kent", "postgresql://anna:***@db/kent"),
        ("postgresql://anna:hu@sh@db/kent", "postgresql://anna:***@db/kent"),
        ("postgresql://anna:hu/sh@db/kent", "postgresql://anna:***@db/kent"),
        ("postgresql://anna:hu:sh@db/kent", "postgresql://anna:***@db/kent"),
        ("postgresql://anna:hu?sh@db/kent", "postgresql://anna:***@db/kent"),
        ("postgresql://anna:hu#sh@db/kent", "postgresql://anna:***@db/kent"),
        ("postgresql://db/kent?user=anna&password=hush", "postgresql://db/kent?user=anna&password=***"),
        ("postgresql://db/kent?PassWord=hush", "postgresql://db/kent?PassWord=***"),
        ("postgresql://db/kent?sslmode=require&sslpassword=hush", "postgresql://db/kent?sslmode=require&sslpassword=***"),
        ("postgresql://db/kent?hush", "postgresql://db/kent?***"),
        ("postgresql://anna:hush@db/kent?password=hush2&sslmode=require", "postgresql://anna:***@db/kent?password=***&sslmode=require"),
        ("mysql://anna:hush@db/kent", "mysql://anna:***@db/kent"),
        ("folder/of:tables@home", "folder/of:tables@home"),
    ],
)
def test_hidden(url: str, shown: str) -> None:
    """The password and what is not known to be harmless; also in addresses that are none."""
    assert hidden(url) == shown
    assert "hush" not in hidden(url)


def test_scrub() -> None:
    """The secret in any way of writing it, and the whole address."""
    url = "postgresql://anna:hu%40sh%2F1@db/kent?sslpassword=open%20sesame"
    text = f"cannot connect to {url}: hu@sh/1 and hu%40sh%2F1 and hu%40sh/1, 'open sesame', open+sesame and open%20sesame"
    clean = scrub(text, url)
    assert clean.startswith("cannot connect to postgresql://anna:***@db/kent?sslpassword=***: *** and *** and ***, '***', ***")
    assert not re.search("hu.*sh|sesame", clean)
    assert scrub("a cat sat: a", "postgresql://anna:a@db/kent") == "*** cat sat: ***"
    assert scrub("nothing to hide", "sqlite:///region.db") == "nothing to hide"


@pytest.mark.parametrize("url", ["postgresql://anna:hush@127.0.0.1:1/kent", "postgresql://127.0.0.1:1/kent?user=anna&password=hush", "postgresql://anna:hu sh@[bad/kent", "oracle://anna:hush@db/kent"])  # fmt: skip
def test_no_secret_in_what_is_raised(url: str) -> None:
    """Neither in the error nor in what it came from."""
    with pytest.raises(InstanceError) as caught:
        read(url)
    said = "".join(traceback.format_exception(caught.value)).replace(url, "") + str(caught.value) + caught.value.name
    assert "hush" not in said
    assert "hu sh" not in said


def test_what_is_a_url() -> None:
    """What begins with a scheme and two slashes; a path on any system does not."""
    assert all(is_url(text) for text in ("sqlite:///a.db", "postgresql://h/d", "postgresql+psycopg://h/d", "mysql://h"))
    assert not any(is_url(text) for text in ("east-kent", "/data/kent", "C:\\kent", "a:b", "", "://x"))


LAZY = ("openpyxl", "sqlalchemy", "psycopg", "sqlite3")


def test_reading_a_folder_imports_no_library_of_another_source() -> None:
    """Nor does the import of the package."""
    code = f"import json, sys, instances; instances.read('east-kent'); print(json.dumps([n for n in {LAZY!r} if n in sys.modules]))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("instance.title", "2027"), ("instance.title", ""), ("instance.title", " a "), ("instance.title", '"a"'), ("instance.title", "true"),
        ("instance.title", "a\nb = 2"), ("instance.price_year", "2026"), ("instance.price_year", 2026), ("instance.price_year", "2023/24"),
        ("instance.price_year", "off"), ("rules.no_council_worse_off", "compensated"), ("rules.x", "off"), ("rules.x", "true"), ("rules.x", False),
        ("rules.x", "a\nb"), ("rules.x", "5\nb = 2"), ("rules.x", "[a"), ("rules.x", {"a": {"b c": [1, 2.5]}}), ("rules.x", [["a", 'b"c']]), ("rules.x", {}),
        ("economics.x", 1 / 3), ("economics.x", 5), ("calendar.start", tomllib.loads("a = 2027-04-01")["a"]), ("scenarios.x", ["rules.x = off"]),
    ],
)  # fmt: skip
def test_values_of_settings_read_as_they_were_written(path: str, value: Any) -> None:
    """Text that looks like something else is quoted."""
    assert read_value(path, write_value(path, value)) == (value, "")


# The same instance in three forms. Each malformed folder is put into a workbook and a database cell by cell: what is found wrong has to be
# the same, but for the names of places.


def as_text(folder: Path) -> tuple[list[tuple[str, str]], dict[str, list[list[str]]]] | None:
    """The settings and the tables of a folder as rows of text; None where its files are damaged, so that they have none."""
    tables = {}
    try:
        raw = tomllib.loads((folder / "instance.toml").read_text(encoding="utf-8-sig"))
        for path in sorted(folder.glob("*.csv")):
            rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True))
            header = rows[0] if rows else []
            if not rows or not header or "" in header or len({*header}) < len(header) or any(len(row) > len(header) for row in rows):
                return None
            tables[path.stem] = rows
        settings = []
        for section, keys in raw.items():
            for key, value in keys.items():
                path_of = f"{section}.{key}" if section in NAMED or not re.search(r'[."\s]|^$', key) else f'{section}."{key}"'
                settings.append((path_of, write_value(path_of, value) if isinstance(value, str) else toml_value(value, exact)))
    except (ValueError, AttributeError, OSError, csv.Error, RecursionError, OverflowError):
        return None
    return settings, tables


def as_workbook(path: Path, settings: list[tuple[str, str]], tables: dict[str, list[list[str]]]) -> str:
    """All cells are text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in {"instance": [["setting", "value"], *map(list, settings)], **tables}.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, 1):
            for position, text in enumerate(row, 1):
                if text:
                    sheet.cell(number, position, text).data_type = "s"
    book.save(path)
    book.close()
    return str(path)


def as_database(path: Path, settings: list[tuple[str, str]], tables: dict[str, list[list[str]]]) -> str:
    """All columns are text."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for name, rows in {"instance": [["setting", "value"], *map(list, settings)], **tables}.items():
            columns = ", ".join('"{}" TEXT'.format(column.replace('"', '""')) for column in rows[0])
            connection.execute(f'CREATE TABLE "{name}" ({columns})')
            for row in rows[1:]:
                cells = [*row, *[""] * (len(rows[0]) - len(row))]
                connection.execute(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(cells))})', cells)
    return f"sqlite:///{path}"


def problems(source: Path | str, case: dict[str, Any], places: Places) -> list[str]:
    """What is found wrong, without where, in the words of a source."""
    with pytest.raises(InstanceError) as caught:
        read(source, scenarios=case.get("scenario", ()), overrides=case.get("set", ()))
    said = [f"{fault.problem}; {fault.expected}; {fault.nearest}" for fault in caught.value.faults]
    return sorted(re.sub(r", first in row \d+", "", places.text(one)) for one in said)


WORDS_OF_A_FOLDER = (
    "is not TOML|is not a table|is one column|nor is any other cell|, first councils|, first [a-z]+.csv|is not UTF|in row|not CSV"
    "|is not a scenario of|: 3 is not text"
)
"""What is only wrong with a file, or says a place in the middle; a database has its scenarios by name; a title in a cell is text."""


def comparable(name: str) -> bool:
    """Faults of files as such, and those that name rows or columns in words of a folder, have tests of their own."""
    text = " ".join(MALFORMED[name]["faults"])
    kept = {"replace", "append", "set", "scenario", "faults", "files"}
    return set(MALFORMED[name]) <= kept and not re.search(WORDS_OF_A_FOLDER, text)


@pytest.mark.parametrize("name", [name for name in MALFORMED if comparable(name)])
def test_a_fault_is_the_same_in_every_form(name: str, tmp_path: Path) -> None:
    """However the data come, the same is found wrong with them."""
    write(tmp_path / "base", MALFORMED[name])
    found = as_text(tmp_path / "base")
    if found is None:
        pytest.skip("its files are damaged as files")
    if "header" not in name and "column" not in name:
        database = as_database(tmp_path / "base.db", *found)
        assert problems(database, MALFORMED[name], Places("database")) == problems(tmp_path / "base", MALFORMED[name], Places("database"))
    workbook = as_workbook(tmp_path / "base.xlsx", *found)
    assert problems(workbook, MALFORMED[name], Places("workbook")) == problems(tmp_path / "base", MALFORMED[name], Places("workbook"))


def test_most_malformed_instances_are_compared() -> None:
    """Otherwise the test above would say little."""
    assert sum(comparable(name) for name in MALFORMED) > 300


def test_given_rows_are_all_that_is_given() -> None:
    """Nothing that is a default stands in them."""
    rows = given_rows(read("pannel").settings)
    assert {"instance.title", "calendar.start"} <= set(rows)
    assert all(value for value in rows.values())
