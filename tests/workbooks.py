"""Workbooks for tests: written from an instance, then changed by hand as somebody would in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from instances import read
from instances.writing import form_of, write_form

BASE = Path(__file__).parent / "malformed" / "base"
"""Three councils, two services, every table."""
HEADER = 4


def book_of(target: Path, source: Path | str = BASE) -> Path:
    """Write an instance as a workbook."""
    write_form(str(target), form_of(read(source)))
    return target


def edit(path: Path, *changes: Callable[[Any], None]) -> Path:
    """Change a workbook in place."""
    book = load_workbook(path)
    for change in changes:
        change(book)
    book.save(path)
    book.close()
    return path


def put(sheet: str, cell: str, value: Any, kind: str = "") -> Callable[[Any], None]:
    """Put a value into a cell; with `kind` as a cell of that type, such as `e` for an error."""

    def change(book: Any) -> None:
        book[sheet][cell] = value
        if kind:
            book[sheet][cell].data_type = kind

    return change


def set_setting(path: str, value: Any, name: str | None = None) -> Callable[[Any], None]:
    """Give a setting another value, or another name; add it where it is not there."""

    def change(book: Any) -> None:
        sheet = book["instance"]
        row = next((row for row in sheet.iter_rows(min_row=HEADER + 1) if row[0].value == path), None)
        if row is None:
            sheet.append([path, value])
            return
        row[0].value = path if name is None else name
        row[1].value = value

    return change


def cell_of(path: Path, sheet: str, column: str, **key: str) -> str:
    """The cell of a row with this key, such as `C7`."""
    book = load_workbook(path)
    names = [cell.value for cell in book[sheet][HEADER]]
    for row in book[sheet].iter_rows(min_row=HEADER + 1):
        if all(row[names.index(part)].value == value for part, value in key.items()):
            found = str(row[names.index(column)].coordinate)
            book.close()
            return found
    raise AssertionError(f"{sheet} has no row {key}")


def setting_cell(path: Path, setting: str) -> str:
    """The cell of a setting's value."""
    return cell_of_setting(path, setting, "B")


def cell_of_setting(path: Path, setting: str, letter: str) -> str:
    """The cell of a setting in a column."""
    book = load_workbook(path)
    row = next(row[0].row for row in book["instance"].iter_rows(min_row=HEADER + 1) if row[0].value == setting)
    book.close()
    return f"{letter}{row}"
