"""A workbook that the tool wrote, filled in with LibreOffice and read back: the instance that a folder of the same data is."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from tiny import write_tiny
from typer.testing import CliRunner
from workbooks import BASE, HEADER, book_of

from instances import InstanceError, read, shipped
from instances.cells import kind_of
from instances.instance import Instance
from instances.settings import Settings
from instances.sources.places import letters
from instances.sources.settings_rows import PLAIN_TEXT, given_rows
from instances.sources.texts import text_of
from instances.tables import TABLES
from optimiser.cli import app

SCRIPT = Path(__file__).parents[1] / "fill_in.py"
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def python_with_uno() -> str | None:
    """A Python that can talk to LibreOffice: Debian's, not that of a virtual environment."""
    for python in ("/usr/bin/python3", shutil.which("python3"), sys.executable):
        if (
            python
            and Path(python).exists()
            and not subprocess.run([python, "-c", "import uno"], capture_output=True, check=False).returncode
        ):
            return python
    return None


UNO = python_with_uno() if OFFICE else None
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(OFFICE is None or UNO is None, reason="LibreOffice Calc or python3-uno is not installed"),
]


def fill_in(source: Path, target: Path, cells: list[tuple[str, str, str, str]]) -> None:
    """Have LibreOffice fill in cells and save the workbook under another name."""
    work = target.with_suffix(".json")
    work.write_text(json.dumps(cells), encoding="utf-8")
    subprocess.run([str(UNO), str(SCRIPT), str(OFFICE), str(source), str(target), str(work)], check=True, timeout=240, capture_output=True)


def typed(instance: Instance, *, formulas: bool) -> Iterator[tuple[str, str, str, str]]:
    """What somebody types to fill in a new workbook with an instance; with `formulas`, costs are worked out in the sheet."""
    for name, model in TABLES.items():
        columns = [*model.key, *(c for c in model.model_fields if c not in (*model.key, "source", "note")), "source", "note"]
        for number, row in enumerate(instance.tables.get(name, ()), HEADER + 1):
            for position, column in enumerate(columns, 1):
                text = text_of(getattr(row, column))
                if not text:
                    continue
                kind = kind_of(model, column)
                if formulas and column == "annual_cost":
                    text = f"={text}/4+{text}*3/4"
                yield name, f"{letters(position)}{number}", "text" if kind in ("text", "list") else "type", text


def typed_settings(settings: Settings, path: Path) -> Iterator[tuple[str, str, str, str]]:
    """The settings, each in its row; those that have none, such as ranges, below."""
    book = load_workbook(path)
    rows = {row[0].value: row[0].row for row in book["instance"].iter_rows(min_row=HEADER + 1)}
    last = book["instance"].max_row
    book.close()
    given = given_rows(settings)
    for setting, text in given.items():
        if setting not in rows:
            last += 1
            rows[setting] = last
            yield "instance", f"A{last}", "text", setting
        yield "instance", f"B{rows[setting]}", "text" if setting in PLAIN_TEXT or text[:1] in '[{"' else "type", text
    for setting in (
        "economics.phase_in",
        "instance.title",
        "instance.price_year",
        "economics.optimism_bias.savings",
        "economics.optimism_bias.costs",
    ):
        if setting not in given:  # the empty workbook has a value there
            yield "instance", f"B{rows[setting]}", "text", ""


SAVED = ("compass-point", "dorset-revenues", "east-kent", "south-vale-waste", "southwest-one", "tewkesbury-cheltenham")
"""Case studies that together have every table and kind of setting that any has."""


def test_enough_is_saved() -> None:
    """No table and no section that another case study has is left out."""

    def has(case: str) -> set[str]:
        instance = read(case)
        rules = {f"rules.{name}" for name, value in instance.rules.model_dump().items() if value}
        ranges = {"ranges"} if instance.settings.ranges else set()
        return {name for name, rows in instance.tables.items() if rows} | rules | ranges

    assert set().union(*map(has, SAVED)) == set().union(*map(has, shipped()))


@pytest.mark.parametrize(
    ("source", "formulas"), [("base", False), ("base", True), ("tiny", False), ("tiny", True), ("south-london-waste", False)]
)
def test_filled_in_from_empty(source: str, formulas: bool, tmp_path: Path) -> None:
    """Every cell of a new workbook typed into LibreOffice: the same instance, digest for digest."""
    if source == "tiny":
        write_tiny(tmp_path / "tiny", 4711 + formulas)
    folder = {"base": BASE, "tiny": tmp_path / "tiny"}.get(source, source)
    expected = read(folder)
    result = CliRunner().invoke(app, ["new", str(tmp_path / "new"), "--xlsx"])
    assert result.exit_code == 0, result.output
    filled = tmp_path / "filled" / f"{expected.name}.xlsx"
    filled.parent.mkdir()
    fill_in(
        tmp_path / "new.xlsx",
        filled,
        [*typed(expected, formulas=formulas), *typed_settings(expected.settings, tmp_path / "new.xlsx")],
    )
    found = read(filled)
    assert found == expected
    assert found.digests() == expected.digests()


@pytest.mark.parametrize("case", SAVED)
def test_saved_again(case: str, tmp_path: Path) -> None:
    """Opened and saved without a change."""
    book = book_of(tmp_path / f"{case}.xlsx", case)
    (tmp_path / "saved").mkdir()
    fill_in(book, tmp_path / "saved" / book.name, [])
    assert read(tmp_path / "saved" / book.name) == read(case)


def test_mistakes_made_in_it_are_found(tmp_path: Path) -> None:
    """Errors of formulas, text that a formula gives, blank results."""
    book = book_of(tmp_path / "base.xlsx")
    fill_in(
        book,
        tmp_path / "wrong.xlsx",
        [
            ("baselines", "C7", "type", "=1/0"),
            ("baselines", "C8", "type", '="lots"'),
            ("baselines", "C9", "type", '=""'),
            ("baselines", "F5", "type", "=VLOOKUP(1;A1:B2;2)"),
            ("councils", "B5", "type", '=""'),
        ],
    )
    with pytest.raises(InstanceError) as caught:
        read(tmp_path / "wrong.xlsx")
    assert [str(fault) for fault in caught.value.faults] == [
        "baselines!F5, fte: '#N/A' is an error of the spreadsheet; mend the formula or leave the cell blank",
        "baselines!C7, annual_cost: '#DIV/0!' is an error of the spreadsheet; mend the formula or leave the cell blank",
        "baselines!C8, annual_cost: 'lots' is not a number; write a plain number such as 1250.50",
        "baselines!C9, annual_cost: is blank; it is required",
    ]


def test_the_data_are_really_typed(tmp_path: Path) -> None:
    """What the tests above compare with is in the folder, not in the workbook they began with."""
    write_tiny(tmp_path / "tiny", 4711)
    assert tomllib.loads((tmp_path / "tiny" / "instance.toml").read_text(encoding="utf-8"))["instance"]["title"] == "Tiny"
    with (tmp_path / "tiny" / "baselines.csv").open(encoding="utf-8") as file:
        assert len(list(csv.reader(file))) > 2
