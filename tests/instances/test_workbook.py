"""Workbooks: what is written reads back as the same instance, whoever saved it; what is wrong is named by sheet and cell."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from tiny import write_tiny
from typer.testing import CliRunner
from workbooks import BASE, HEADER, book_of, cell_of, cell_of_setting, edit, put, set_setting, setting_cell

from instances import InstanceError, read, shipped
from instances.sources.places import letters
from instances.tables import TABLES, Baseline
from instances.writing import Form, WriteError, empty_form, form_of, write_form
from instances.writing.form import columns_of
from optimiser.cli import app


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The three councils as a workbook."""
    return book_of(tmp_path / "base.xlsx")


def faults_of(path: Path, **asked: Any) -> list[str]:
    """What reading says."""
    with pytest.raises(InstanceError) as caught:
        read(path, **asked)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("case", shipped())
def test_case_studies(case: str, tmp_path: Path) -> None:
    """Written and read, each is the same instance with the same digests and notes."""
    path = book_of(tmp_path / f"{case}.xlsx", case)
    assert read(path) == read(case)
    assert read(path).digests() == read(case).digests()
    assert read(path).notes == read(case).notes


@pytest.mark.parametrize("seed", range(25))
def test_random_instances(seed: int, tmp_path: Path) -> None:
    """So is whatever the generator draws."""
    write_tiny(tmp_path / "tiny", seed)
    path = book_of(tmp_path / "tiny.xlsx", tmp_path / "tiny")
    assert read(path) == read(tmp_path / "tiny")
    assert read(path).digests() == read(tmp_path / "tiny").digests()


def test_every_table_and_setting(book: Path) -> None:
    """Ranges, scenarios, lists, figures by service and by date among them."""
    assert read(book) == read(BASE)
    assert read(book, scenarios=["no_distance", "dear_payroll"]) == read(BASE, scenarios=["no_distance", "dear_payroll"])


NASTY = [
    "007", "1e5", "TRUE", "2027-04-01", "=1+1", "+44", "-", "#5", "# a remark", "'quoted'", '"quoted"', "a\nb", "a\r\nb", "tab\there", "_x000D_", "_x0041_",
    "nul\x01bell\x07", "£5", "50%", "☃ 日本 é", "x" * 32_000, "<b>&amp;</b>", "a\u2028b", "{ a = 1 }", "[1]", "0.10", "a\x7fb",
]  # fmt: skip


def test_text_is_kept_as_it_is(tmp_path: Path) -> None:
    """Whatever it looks like: leading zeros, formulas, errors, dates, line ends, control characters, the escapes of the format itself."""
    base = read(BASE)
    rows = [base.councils["Ash"].model_copy(update={"council": f"C{number}", "note": text}) for number, text in enumerate(NASTY)]
    for number, text in enumerate(NASTY):
        title = base.settings.instance.model_copy(update={"title": text, "note": f" {text} ", "price_year": text})
        form = Form(
            base.settings.model_copy(update={"instance": title}), {**base.tables, "councils": [*base.tables["councils"], rows[number]]}
        )
        write_form(str(tmp_path / f"{number}.xlsx"), form)
        found = read(tmp_path / f"{number}.xlsx")
        assert found.councils[f"C{number}"].note == text
        assert found.settings.instance == title


@pytest.mark.parametrize("number", [0.1, 1 / 3, 0.1 + 0.2, 1e-7, 123456789.123456789, 999_999_999_999_999.0, 1e15 - 0.125, 5e-324, 2**0.5])
def test_numbers_lose_no_digit(number: float, tmp_path: Path) -> None:
    """Neither in tables nor in settings."""
    base = read(BASE)
    row = base.baselines["Ash", "payroll"].model_copy(update={"performance": number, "host_capacity": None})
    rest = [one for one in base.rows(Baseline) if one != base.baselines["Ash", "payroll"]]
    economics = base.economics.model_copy(update={"exit_cost": number, "phase_in": (number / 1e16, 1.0)})
    write_form(
        str(tmp_path / "base.xlsx"),
        Form(
            base.settings.model_validate(base.settings.model_dump() | {"economics": economics.model_dump()}),
            {**base.tables, "baselines": [*rest, row]},
        ),
    )
    found = read(tmp_path / "base.xlsx")
    assert found.baselines["Ash", "payroll"].performance == number
    assert (found.economics.exit_cost, found.economics.phase_in) == (number, (number / 1e16, 1.0))


def test_dates_from_the_first_one_on(tmp_path: Path) -> None:
    """Days that spreadsheets count wrongly are kept too."""
    base = read(BASE)
    for day in (dt.date(1900, 1, 1), dt.date(1900, 2, 28), dt.date(1900, 3, 1), dt.date(2028, 2, 29), dt.date(9999, 12, 31)):
        contract = base.contracts["Elm", "waste"].model_copy(update={"expires": day})
        path = tmp_path / f"{day}.xlsx"
        write_form(str(path), Form(base.settings, {**base.tables, "contracts": [contract]}))
        assert read(path).contracts["Elm", "waste"].expires == day


def test_typed_by_hand(book: Path) -> None:
    """Numbers as text, text as numbers, dates as text, percentages, truth values: as a CSV file would have them."""
    at = {column: cell_of(book, "baselines", column, council="Ash", service="payroll") for column in TABLES["baselines"].model_fields}
    edit(
        book,
        put("baselines", at["annual_cost"], "£400,000"),
        put("baselines", at["can_host"], "Yes"),
        put("baselines", at["fte"], "8"),
        put("baselines", at["platform"], 2024),
        put("contracts", cell_of(book, "contracts", "expires", council="Ash", service="waste"), "2028-10-01"),
        put("contracts", cell_of(book, "contracts", "break_from", council="Ash", service="waste"), dt.datetime(2027, 10, 1)),
        set_setting("rules.payback", "FALSE"),
        set_setting("rules.minimum_saving", "0.01"),
        set_setting("calendar.start", "2027-04-01"),
        set_setting("economics.phase_in", " [0.5, 1.0] "),
        set_setting("rules.maximum_span", "off"),
    )
    found, base = read(book), read(BASE)
    assert found.notes == ("baselines.csv: 1 number is written with a currency sign or thousands separators; read as plain numbers",)
    assert found.places.text(found.notes[0]).startswith("sheet baselines: 1 number")
    assert found.baselines["Ash", "payroll"].platform == "2024"
    assert found.digests() == base.digests() | {"baselines": found.digests()["baselines"], "instance": found.digests()["instance"]}
    assert found.rules.maximum_span is False
    assert found.rules.model_copy(update={"maximum_span": None}) == base.rules


def test_moved_about(book: Path) -> None:
    """Columns in another order, columns left out, no explanations, blank rows between, rows in any order: the same instance."""

    def shuffle(workbook: Any) -> None:
        for name, model in TABLES.items():
            sheet = workbook[name]
            rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER)]
            used = [n for n in reversed(range(len(columns_of(model)))) if any(row[n] is not None for row in rows[1:])]
            workbook.remove(sheet)
            fresh = workbook.create_sheet(name)
            fresh.append([rows[0][n] for n in used] or list(model.key))
            for row in reversed(rows[1:]):
                fresh.append([])
                fresh.append([row[n] for n in used])
        workbook.remove(workbook["read me"])

    assert read(edit(book, shuffle)) == read(BASE)


def test_plain_workbook_of_somebody_else(tmp_path: Path) -> None:
    """The header in the first row, as in a CSV file; settings in two columns, and nothing else."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name in ("councils", "services", "baselines"):
        sheet = made.create_sheet(name)
        for line in (BASE / f"{name}.csv").read_text(encoding="utf-8").splitlines():
            sheet.append([cell or None for cell in line.split(",")])
    sheet = made.create_sheet("instance")
    for row in (
        ("setting", "value"), ("instance.title", "Mine"), ("calendar.start", dt.date(2027, 4, 1)), ("calendar.period_months", 6), ("calendar.tranches", 3),
        ("calendar.horizon_years", 5), ("economics.phase_in", "[0.5, 1]"), ("rules.maximum_distance.minutes", None), ("rules.quality.minimum", 0.1),
    ):  # fmt: skip
        sheet.append(row)
    made.save(tmp_path / "mine.xlsx")
    made.close()
    found = read(tmp_path / "mine.xlsx")
    assert found.digests()["baselines"] == read(BASE).digests()["baselines"]
    assert (found.name, found.settings.instance.title, found.rules.quality.minimum) == ("mine", "Mine", 0.1)  # type: ignore[union-attr]


def test_large_empty_ranges_are_nothing(book: Path) -> None:
    """Cells that are only formatted give no rows and take no time to speak of, nor does a column that is formatted to the end."""

    def border(workbook: Any) -> None:
        for row in workbook["baselines"].iter_rows(min_row=20, max_row=6_000, max_col=12):
            for cell in row:
                cell.number_format = "0.00"
        workbook["councils"].cell(500_000, 3).number_format = "0.00"

    edit(book, border)
    began = time.process_time()
    assert read(book) == read(BASE)
    assert time.process_time() - began < 4


CASES: dict[str, tuple[Callable[[Path], list[Callable[[Any], None]]], list[str]]] = {
    "text in a number": (
        lambda path: [put("baselines", "C7", "lots")],
        ["baselines!C7, annual_cost: 'lots' is not a number; write a plain number such as 1250.50"],
    ),
    "a name misspelt": (
        lambda path: [put("baselines", "A9", "Oake")],
        ["baselines!A9, council: 'Oake' is not in sheet councils; did you mean 'Oak'?"],
    ),
    "blank": (lambda path: [put("baselines", "C7", None)], ["baselines!C7, annual_cost: is blank; it is required"]),
    "a date in a number": (
        lambda path: [put("baselines", "C7", dt.datetime(2027, 4, 1))],
        ["baselines!C7, annual_cost: '2027-04-01' is not a number; write a plain number such as 1250.50"],
    ),
    "a time of day": (
        lambda path: [put("contracts", "D5", dt.datetime(2028, 10, 1, 9, 30))],
        ["contracts!D5, expires: '2028-10-01 09:30:00' is not a date; write YYYY-MM-DD, here 2028-10-01"],
    ),
    "a number in a date": (
        lambda path: [put("contracts", "D5", 46_113), lambda book: setattr(book["contracts"]["D5"], "number_format", "General")],
        ["contracts!D5, expires: '46113' is not a date; write YYYY-MM-DD, here 2026-04-01 if it is a spreadsheet's day number"],
    ),
    "an error": (
        lambda path: [put("baselines", "C7", "#N/A", "e")],
        ["baselines!C7, annual_cost: '#N/A' is an error of the spreadsheet; mend the formula or leave the cell blank"],
    ),
    "an error in a setting": (
        lambda path: [set_setting("rules.minimum_saving", "#DIV/0!")],
        ["instance!B53, rules.minimum_saving: '#DIV/0!' is an error of the spreadsheet; mend the formula or leave the cell blank"],
    ),
    "a formula not worked out": (
        lambda path: [put("baselines", "C7", "=C6*2")],
        ["baselines!C7, annual_cost: holds a formula whose result is not stored; open the workbook in a spreadsheet and save it there"],
    ),
    "a formula for a setting": (
        lambda path: [set_setting("rules.minimum_saving", "=0.1/2")],
        [
            "instance!B53, rules.minimum_saving: holds a formula whose result is not stored; open the workbook in a spreadsheet and save it there"
        ],
    ),
    "merged cells": (
        lambda path: [lambda book: book["baselines"].merge_cells("C7:C8")],
        ["baselines!C8, annual_cost: is merged with C7; unmerge the cells and fill in each"],
    ),
    "a column misspelt": (
        lambda path: [put("baselines", "C4", "anual_cost")],
        ["baselines!C4: 'anual_cost' is not a column of this table; did you mean 'annual_cost'?"],
    ),
    "a misspelt column is checked too": (
        lambda path: [put("baselines", "C4", "anual_cost"), put("baselines", "C7", "x")],
        [
            "baselines!C4: 'anual_cost' is not a column of this table; did you mean 'annual_cost'?",
            "baselines!C7, annual_cost: 'x' is not a number; write a plain number such as 1250.50",
        ],
    ),
    "a column twice": (
        lambda path: [put("baselines", "D4", "annual_cost")],
        ["baselines!D4: 'annual_cost' stands in columns C and D; keep one"],
    ),
    "a remark beside the table": (
        lambda path: [put("baselines", "Z9", "check this")],
        ["baselines!Z4: column Z has no name, but something stands below; name it or remove it"],
    ),
    "no header": (
        lambda path: [lambda book: book["councils"].delete_rows(HEADER)],
        ["sheet councils: has no row that names the columns; the row above the data names them: council and so on"],
    ),
    "an empty sheet": (
        lambda path: [lambda book: book["services"].delete_rows(1, 100)],
        ["sheet services: is empty; the first row names the columns: service and so on"],
    ),
    "no rows": (lambda path: [lambda book: book["services"].delete_rows(5, 100)], ["sheet services: has no rows; give at least one"]),
    "a row twice": (
        lambda path: [lambda book: book["baselines"].append([cell.value for cell in book["baselines"][5]])],
        ["sheet baselines row 10: Ash / payroll stand twice, first in row 5; keep one row for each key"],
    ),
    "a sheet misspelt": (
        lambda path: [lambda book: setattr(book["baselines"], "title", "baseline")],
        ["sheet baseline: is not a table; did you mean 'baselines'?"],
    ),
    "a sheet missing": (lambda path: [lambda book: book.remove(book["baselines"])], ["sheet baselines: is missing; the table is required"]),
    "no settings": (
        lambda path: [lambda book: setattr(book["instance"], "title", "instanse")],
        ["sheet instance: is missing; it holds title, calendar, economics and rules; did you mean 'instanse'?"],
    ),
    "no columns of settings": (
        lambda path: [put("instance", "B4", "figure")],
        ["sheet instance: has no columns setting and value; name them in one row, above the settings"],
    ),
    "a rule misspelt": (
        lambda path: [set_setting("rules.minimum_saving", 0.01, "rules.minimum_savng")],
        ["instance!A53, rules: 'minimum_savng' is not a rule; did you mean 'minimum_saving'?"],
    ),
    "a section misspelt": (
        lambda path: [set_setting("ruels.payback", 3)],
        ["instance!A71: 'ruels' is not a section; did you mean 'rules'?"],
    ),
    "a figure of a rule": (
        lambda path: [set_setting("rules.minimum_saving", "5%")],
        ["instance!B53, rules.minimum_saving: '5%' is text, not a number; write 0.05"],
    ),
    "broken TOML": (
        lambda path: [set_setting("rules.quality", "{ minimum = 0.6")],
        [
            "instance!B50, rules.quality: '{ minimum = 0.6' is not a value as TOML writes it: Unclosed inline table (at end of document); mend it there"
        ],
    ),
    "a setting twice": (
        lambda path: [lambda book: book["instance"].append(["rules.minimum_saving", 0.2])],
        ["instance!A71, rules.minimum_saving: 'rules.minimum_saving' stands twice, first in row 53; keep one row for each setting"],
    ),
    "a table and its part": (
        lambda path: [set_setting("rules.compatibility.scope", "with_host")],
        ["instance!A71, rules.compatibility.scope: 'rules.compatibility' is given as a whole and in parts; keep one of the two"],
    ),
    "a value of no setting": (
        lambda path: [lambda book: book["instance"].append([None, 0.2])],
        ["instance!A71: '0.2' is the value of no setting; name the setting, or clear the value"],
    ),
    "a setting without its section": (
        lambda path: [set_setting("payback", 3)],
        [
            "instance!A71: 'payback' is not the path of a setting; write section and name, such as calendar.start; did you mean 'rules.payback'?"
        ],
    ),
    "a setting that is required": (
        lambda path: [set_setting("calendar.start", None)],
        ["instance!B10, calendar.start: is missing; it is required"],
    ),
    "a range of nothing": (
        lambda path: [set_setting("ranges.services.*.growht", "[0.1, 0.2]")],
        [
            "instance!B71, ranges.services.*.growht: 'growht' is not a column of services that can be changed; did you mean 'services.*.growth'?"
        ],
    ),
    "a scenario of nothing": (
        lambda path: [set_setting("scenarios.a, b", '["rulez.payback = off"]')],
        ["instance!B71, scenarios.a, b, rulez.payback = off: 'rulez' is neither a table nor a section; did you mean 'rules.payback'?"],
    ),
    "several at once": (
        lambda path: [
            put("tiers", "C5", 2),
            put("baselines", "A9", "Oake"),
            set_setting("calendar.tranches", "three"),
            put("councils", "E5", 95),
        ],
        [
            "instance!B12, calendar.tranches: 'three' is text, not a number; write a whole number",
            "councils!E5, latitude: '95' is out of range; expected at most 90",
            "baselines!A9, council: 'Oake' is not in sheet councils; did you mean 'Oak'?",
            "tiers!C5, rate: '2' is out of range; expected at most 1",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_named_by_sheet_and_cell(name: str, book: Path) -> None:
    """Exactly these lines in this order."""
    changes, expected = CASES[name]
    edit(book, *changes(book))
    assert faults_of(book) == expected


def test_commands_print_every_fault_and_write_nothing(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2; in JSON each fault has the place that the message has."""
    changes, expected = CASES["several at once"]
    edit(book, *changes(book))
    monkeypatch.chdir(tmp_path)
    for command in (["validate", "base.xlsx"], ["solve", "base.xlsx", "--out", "plan"], ["new", "copy", "--from", "base.xlsx"]):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 2
        assert result.stderr.splitlines() == ["4 faults in 'base.xlsx'", *(f"  {line}" for line in expected)]
    document = json.loads(CliRunner().invoke(app, ["validate", "base.xlsx", "--json"]).stdout)
    assert [fault["place"] for fault in document["faults"]] == [line.partition(": ")[0] for line in expected]
    assert [(fault["table"], fault["row"]) for fault in document["faults"]][1:] == [("councils", 5), ("baselines", 9), ("tiers", 5)]
    assert [path.name for path in tmp_path.iterdir()] == ["base.xlsx"]


def test_the_cells_are_those_of_the_spreadsheet(book: Path) -> None:
    """What the cases above count on."""
    assert cell_of(book, "baselines", "annual_cost", council="Elm", service="payroll") == "C7"
    assert setting_cell(book, "rules.minimum_saving") == "B53"
    assert cell_of_setting(book, "calendar.start", "A") == "A10"
    assert [letters(number) for number in (1, 26, 27, 52, 53, 702, 703)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_overrides_and_scenarios_name_cells(book: Path) -> None:
    """What an override does to the data is a fault of the cell."""
    (fault,) = faults_of(book, overrides=["baselines.Ash.payroll.annual_cost = 1"])
    assert fault.startswith("baselines!C5, annual_cost: 1.00 is less than fixed_cost")
    assert faults_of(book, scenarios=["nothing"]) == [
        "scenario: 'nothing' is not a scenario of this instance; it has: no_distance, dear_payroll"
    ]


def test_other_sheets_are_noted(book: Path) -> None:
    """A sheet that is no table is said not to be read, a hidden one that it was."""

    def add(workbook: Any) -> None:
        workbook.create_sheet("Workings").append(["anything", "=1/0"])
        workbook["tiers"].sheet_state = "hidden"

    assert read(edit(book, add)) == read(BASE)
    assert read(book).notes == (
        "sheet 'Workings' is not a table of the format and was not read",
        "sheet 'tiers' is hidden; it was read all the same",
    )


def damaged(path: Path, part: str) -> None:
    """Spoil a part of a workbook."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts[part] = parts[part][: len(parts[part]) // 2]
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.xlsx", b"", "is empty; write one with optimiser new, or save it again"),
        ("a.xlsx", b"council,service\n", "is not a workbook; open it in a spreadsheet and save it as an Excel workbook (.xlsx)"),
        ("a.xlsx", OLE, "is an old Excel workbook (.xls); open it in a spreadsheet and save it as an Excel workbook (.xlsx)"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "is protected by a password; save it without one"),
        ("a.xls", OLE, "is a spreadsheet that cannot be read (.xls); open it in a spreadsheet and save it as an Excel workbook (.xlsx)"),
        ("a.ods", b"PK", "is a spreadsheet that cannot be read (.ods); open it in a spreadsheet and save it as an Excel workbook (.xlsx)"),
    ],
)
def test_files_that_are_no_workbook(name: str, data: bytes, expected: str, tmp_path: Path) -> None:
    """By what is in them, and by their name."""
    path = tmp_path / name
    path.write_bytes(data)
    assert faults_of(path) == [f"{path}: {expected}"]


def test_zip_files_that_are_no_workbook(tmp_path: Path) -> None:
    """Another spreadsheet under a wrong name; an archive of something else."""
    for name, content, expected in (
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "is an OpenDocument spreadsheet (.ods)"),
        ("xl/workbook.bin", "", "is a binary workbook (.xlsb)"),
        ("councils.csv", "council\n", "cannot be read as a workbook; it may be damaged"),
    ):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, content)
        assert faults_of(path) == [f"{path}: {expected}; open it in a spreadsheet and save it as an Excel workbook (.xlsx)"]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet5.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_damaged_workbooks(part: str, book: Path) -> None:
    """One line, whatever part is cut off."""
    damaged(book, part)
    expected = "cannot be read as a workbook; it may be damaged; open it in a spreadsheet and save it as an Excel workbook (.xlsx)"
    assert faults_of(book) == [f"{book}: {expected}"]


def test_no_such_workbook(book: Path) -> None:
    """The nearest one is offered; a folder of that name is a folder."""
    missing = book.with_name("bass.xlsx")
    expected = "give a workbook, a folder of tables, the URL of a database or the name of a shipped case"
    assert faults_of(missing) == [f"{missing}: there is no such file; {expected}; did you mean '{book}'?"]
    shutil.copytree(BASE, missing)
    assert read(missing).digests() == read(BASE).digests()


def test_text_that_is_too_long_for_a_cell(tmp_path: Path) -> None:
    """It is said where, and nothing is left behind."""
    base = read(BASE)
    council = base.councils["Ash"].model_copy(update={"note": "x" * 40_000})
    with pytest.raises(WriteError, match=r"councils!M5: the text is longer than the 32,767 characters"):
        write_form(str(tmp_path / "long.xlsx"), Form(base.settings, {**base.tables, "councils": [council]}))
    assert list(tmp_path.iterdir()) == []


def test_it_can_be_filled_in_without_reading_anything_else(tmp_path: Path) -> None:
    """Every column has its meaning and its unit above it, every setting beside it; drop-downs, limits, formats, a header that stays."""
    write_form(str(tmp_path / "new.xlsx"), empty_form())
    book = load_workbook(tmp_path / "new.xlsx")
    assert book.sheetnames == ["read me", "instance", *TABLES]
    for name, model in TABLES.items():
        sheet = book[name]
        columns = columns_of(model)
        assert [cell.value for cell in sheet[HEADER]] == columns
        assert all(sheet.cell(row, number).value for row in (2, 3) for number in range(1, len(columns) + 1))
        assert sheet.freeze_panes == f"{letters(len(model.key) + 1)}5"
        checks = {str(check.sqref).split(":")[0]: check for check in sheet.data_validations.dataValidation}
        assert len(checks) == len(columns)
        assert all(check.prompt for check in checks.values())
        for number, column in enumerate(columns, 1):
            check = checks[f"{letters(number)}5"]
            if column in ("council_a", "council_b", "other", "host") or (column == "council" and name != "councils"):
                assert check.formula1.startswith("OFFSET(councils!$A$5")
            if column == "service" and name != "services":
                assert check.formula1.startswith("OFFSET(services!$A$5")
    checks = {str(check.sqref): check for check in book["commitments"].data_validations.dataValidation}
    assert checks["C5:C2004"].formula1 == '"hosts,shares_with,together,never_with,stays_out,not_before,live,takes"'
    checks = {str(check.sqref): check for check in book["baselines"].data_validations.dataValidation}
    assert checks["J5:J2004"].formula1 == '"true,false"'
    assert (checks["C5:C2004"].type, checks["C5:C2004"].operator, checks["C5:C2004"].formula1) == ("decimal", "greaterThanOrEqual", "0")
    assert book["baselines"].column_dimensions["C"].number_format == '"£"#,##0'
    assert book["contracts"].column_dimensions["D"].number_format == "yyyy\\-mm\\-dd"
    assert book["tiers"].column_dimensions["C"].number_format == "0.0%"
    settings = book["instance"]
    assert all(row[3].value for row in settings.iter_rows(min_row=5))
    book.close()
    assert faults_of(tmp_path / "new.xlsx") == [
        f"sheet {name}: has no rows; give at least one" for name in ("councils", "services", "baselines")
    ]


def test_an_empty_workbook_filled_in_is_an_instance(tmp_path: Path) -> None:
    """The least that has to be typed."""
    write_form(str(tmp_path / "new.xlsx"), empty_form())
    edit(
        tmp_path / "new.xlsx",
        *(put("councils", f"{column}{row}", value) for row, values in ((5, ("Ash", 51.3, 0.9)), (6, ("Elm", 51.4, 1.0))) for column, value in zip("AEF", values, strict=True)),
        put("services", "A5", "payroll"),
        *(put("baselines", f"{column}{row}", value) for row, name in ((5, "Ash"), (6, "Elm")) for column, value in zip("ABC", (name, "payroll", 5000), strict=True)),
    )  # fmt: skip
    found = read(tmp_path / "new.xlsx")
    assert (list(found.councils), found.calendar.start, found.notes) == (["Ash", "Elm"], dt.date(2027, 4, 1), ())
    assert form_of(found).tables["baselines"][0].annual_cost == 5000  # type: ignore[attr-defined]
