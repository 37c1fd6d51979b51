"""An instance as an Excel workbook that can be filled in without reading anything else.

A sheet for each table: what it is, what each column means, its unit, and its name, which is the header; rows of data below. The sheet
`instance` holds the settings, `read me` says how the rest is used.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from instances.cells import kind_of
from instances.sources.places import SETTINGS_NAME, letters
from instances.sources.settings_rows import PLAIN_TEXT, read_value
from instances.sources.texts import text_of
from instances.sources.workbook import READ_ME
from instances.tables import REQUIRED_TABLES, TABLES, Row
from instances.toml_values import exact
from instances.writing.checked_cells import DATE_FORMAT, TEXT_FORMAT, format_of_unit, limits_of, number_format, validation
from instances.writing.errors import WriteError
from instances.writing.form import Form, column_meaning, columns_of, how_to_write, options_of, table_meaning
from instances.writing.settings_form import SettingLine, setting_lines

HEADER = 4
"""Row of the column names; what they mean stands above."""
SPARE_ROWS = 2_000
"""Rows below the last one that are checked while they are filled in."""
LONGEST_TEXT = 32_767
_FIRST_SURE_DAY = dt.date(1900, 3, 1)
"""Spreadsheets count a 29 February 1900; days before it are written as text."""
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]|_x(?=[0-9A-Fa-f]{4}_)")
_BOLD, _SMALL = Font(bold=True), Font(italic=True, color="555555", size=9)
_TITLE = Font(bold=True, size=13)
_KEY, _NEEDED, _OTHER = (PatternFill("solid", fgColor=colour) for colour in ("BDD7EE", "DDEBF7", "F2F2F2"))
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_READ_ME = (
    "How to use this workbook",
    "Fill in the sheets councils, services and baselines; the others are for what you know besides. One row is one fact.",
    "In each sheet the names of the columns stand in row 4. What stands above them explains them and is not read.",
    "A blank cell is not given. Write no units: they stand above the column. A share may be typed as 0.05 or as 5%.",
    "Names of councils and services come from their own sheets, and have to be written the same way everywhere.",
    "Columns may be left out or moved. Columns source and note are for where a figure comes from, and are kept.",
    "Formulas may be used; what they gave when the workbook was saved is read. Cells may not be merged.",
    "The sheet instance holds title, calendar, economics and rules. A rule without a value is off.",
    "Ranges for sensitivity and scenarios are rows of the sheet instance, as many as there are:",
    "    setting: ranges.services.*.duplication_avoided        value: { low = 0.2, high = 0.7 }",
    '    setting: scenarios.no_minimum                         value: ["rules.minimum_saving = off"]',
    "Keep the names of the sheets. Other sheets are not read, and said to be so.",
    "Then: optimiser validate this-file.xlsx, which says everything that is wrong, by sheet and cell; and optimiser solve this-file.xlsx.",
)


def write_workbook(path: Path, form: Form) -> None:
    """Write a workbook to a path.

    Raises:
        WriteError: A text is longer than a cell of a workbook can be.
    """
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = READ_ME
    _write_read_me(first)
    _write_settings(book.create_sheet(SETTINGS_NAME), form)
    for name in TABLES:
        _write_table(book.create_sheet(name), name, form.tables.get(name, ()))
    book.active = 1
    with path.open("wb") as file:
        book.save(file)


def _write_read_me(sheet: Worksheet) -> None:
    sheet.column_dimensions["A"].width = 120
    sheet.column_dimensions["B"].width = 12
    for number, line in enumerate(_READ_ME, 1):
        _put(sheet, number, 1, line)
    sheet.cell(1, 1).font = _TITLE
    for number, name in enumerate(TABLES, len(_READ_ME) + 2):
        _put(sheet, number, 1, f"{name}: {table_meaning(name)}")
        sheet.cell(number, 1).font = _BOLD if name in REQUIRED_TABLES else Font()


def _write_table(sheet: Worksheet, name: str, rows: Sequence[Row]) -> None:
    model = TABLES[name]
    last = HEADER + len(rows) + SPARE_ROWS
    _put(sheet, 1, 1, f"{name}: {table_meaning(name)}")
    sheet.cell(1, 1).font = _TITLE
    columns = columns_of(model)
    for position, column in enumerate(columns, 1):
        meaning, how = column_meaning(model, column), how_to_write(model, column)
        for number, words, font in ((2, meaning, _SMALL), (3, how, _SMALL), (HEADER, column, _BOLD)):
            _put(sheet, number, position, words)
            sheet.cell(number, position).font = font
            sheet.cell(number, position).alignment = _WRAPPED
        needed = model.model_fields[column].is_required()
        sheet.cell(HEADER, position).fill = _KEY if column in model.key else _NEEDED if needed else _OTHER
        style = sheet.column_dimensions[letters(position)]
        style.width = max(14, len(column) + 3, 24 if kind_of(model, column) == "text" else 0)
        style.number_format = number_format(model, column)
        checked = validation(name, column, f"{meaning}. {how}", HEADER + 1, last)
        checked.add(f"{letters(position)}{HEADER + 1}:{letters(position)}{last}")
        sheet.add_data_validation(checked)
    sheet.row_dimensions[2].height = 52
    sheet.freeze_panes = f"{letters(len(model.key) + 1)}{HEADER + 1}"
    for number, row in enumerate(rows, HEADER + 1):
        for position, column in enumerate(columns, 1):
            value = getattr(row, column)
            if value is not None:
                _put(sheet, number, position, text_of(value) if isinstance(value, tuple) else value)
                sheet.cell(number, position).number_format = number_format(model, column)


def _write_settings(sheet: Worksheet, form: Form) -> None:
    titles = ("setting", "value", "unit", "meaning")
    _put(sheet, 1, 1, "instance: the settings. Fill in the column value; a blank value is not given, and a rule without one is off.")
    sheet.cell(1, 1).font = _TITLE
    _put(sheet, 2, 1, "Lists and tables are written as in the examples; text needs no quotes. Ranges and scenarios: see the sheet read me.")
    for position, (title, width) in enumerate(zip(titles, (42, 44, 16, 110), strict=True), 1):
        _put(sheet, HEADER, position, title)
        sheet.cell(HEADER, position).font = _BOLD
        sheet.cell(HEADER, position).fill = _KEY if position < 3 else _OTHER
        sheet.column_dimensions[letters(position)].width = width
    sheet.freeze_panes = f"C{HEADER + 1}"
    for number, line in enumerate(setting_lines(form.settings), HEADER + 1):
        for position, text in ((1, line.setting), (3, line.unit), (4, line.meaning)):
            _put(sheet, number, position, text)
        _put_setting(sheet, number, line)


def _put_setting(sheet: Worksheet, number: int, line: SettingLine) -> None:
    """The value of a setting, as a number, a date or a truth value where it is one."""
    value, _ = read_value(line.setting, line.value) if line.value else (None, "")
    typed = isinstance(value, int | float | dt.date) and line.setting not in PLAIN_TEXT
    cell = sheet.cell(number, 2)
    if line.value:
        _put(sheet, number, 2, value if typed else line.value)
    cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
    if isinstance(value, dt.date) or line.setting == "calendar.start":
        cell.number_format = DATE_FORMAT
    elif typed:
        cell.number_format = format_of_unit(line.unit)
    elif line.value or line.setting in PLAIN_TEXT:
        cell.number_format = TEXT_FORMAT
    else:
        cell.number_format = format_of_unit(line.unit)
    checked = _validation_of(line)
    if checked is not None:
        checked.add(f"B{number}")
        sheet.add_data_validation(checked)


def _validation_of(line: SettingLine) -> DataValidation | None:
    """What may be typed for a setting that is one word or one number; others have too many forms."""
    if line.field is None:
        return None
    annotation = line.field.annotation
    options = options_of(annotation)
    if line.setting == "rules.no_council_worse_off":
        options = ["where_it_falls", "compensated", "false"]
    elif annotation is bool or str(annotation) in ("bool | None", "typing.Optional[bool]"):
        options = ["true", "false"]
    shared: dict[str, Any] = {"allow_blank": True, "showErrorMessage": True, "errorTitle": line.setting[:32]}
    if options:
        return DataValidation(type="list", formula1=f'"{",".join(options)}"', error=f"One of: {', '.join(options)}.", **shared)
    if line.setting == "calendar.period_months":
        return DataValidation(type="list", formula1='"1,3,6,12"', error="One of: 1, 3, 6, 12.", **shared)
    if line.setting == "calendar.start":
        return DataValidation(type="date", operator="greaterThanOrEqual", formula1="2", error="A date, as in 2027-04-01.", **shared)
    if line.setting.startswith("rules.") or annotation not in (int, float, float | None, int | None):
        return None
    return DataValidation(**(shared | limits_of(line.field, line.setting[:32])))


def _put(sheet: Worksheet, row: int, position: int, value: Any) -> None:
    """A value in a cell; text is text, also where it looks like a formula or an error.

    Raises:
        WriteError: It is too long.
    """
    if value == "" or value is None:
        return
    cell = sheet.cell(row, position)
    if isinstance(value, float):  # as text of a number: the library would cut its seventeenth digit
        cell.value, cell.data_type = exact(value), "n"
        return
    if isinstance(value, dt.date) and value < _FIRST_SURE_DAY:
        value = value.isoformat()
    if not isinstance(value, str):
        cell.value = value
        return
    text = _CONTROL.sub(lambda match: f"_x{ord(match[0][0]):04X}_" + match[0][1:], value)
    if len(text) > LONGEST_TEXT:
        place = f"{sheet.title}!{letters(position)}{row}"
        raise WriteError(f"{place}: the text is longer than the {LONGEST_TEXT:,} characters that a cell of a workbook can hold; shorten it")
    cell.value = text
    cell.data_type = "s"
