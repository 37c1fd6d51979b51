"""Whatever is typed into a workbook, reading it gives an instance or faults in words of a workbook, each on one line."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from random import Random
from typing import Any

import pytest
from openpyxl import load_workbook
from workbooks import book_of

from instances import InstanceError, read

VALUES: list[Any] = [
    None, "", 0, 1, -1, 1.5, True, False, "true", "x", "=1/0", "=A1", "#N/A", dt.datetime(2027, 1, 1), dt.time(3), dt.timedelta(days=2), "2027-04-01",
    "rules.x", "rules.", "..", "ranges.", "ranges.a", "scenarios.", "scenarios.x", "a.b.c", "{", "[1,", "{a=1}", "[[1]]", '"', "'", "Ash", "payroll", "*",
    "1e400", 1e300, -0.0, 10**18, "rules.payback.payroll", "calendar", "instance.title", "a" * 300, 'economics."', 'rules."a.b"', "x\ny=2", "nan", "0x1",
]  # fmt: skip


def spoil(book: Any, draw: Random) -> None:
    """One change to a workbook."""
    names = book.sheetnames
    sheet = book["instance"] if "instance" in names and draw.random() < 0.5 else book[draw.choice(names)]
    settings = sheet.title == "instance"
    row, column = draw.randint(1, 75 if settings else 12), draw.randint(1, 3 if settings else 12)
    kind = draw.random()
    if kind < 0.04:
        sheet.merge_cells(start_row=row, start_column=column, end_row=row + 1, end_column=column + 1)
    elif kind < 0.07:
        sheet.delete_rows(row)
    elif kind < 0.09:
        sheet.title = f"{draw.choice(['x', 'Instance', 'base lines', 'read me'])}{draw.randint(0, 99)}"
    elif type(sheet.cell(row, column)).__name__ == "Cell":
        sheet.cell(row, column).value = draw.choice(VALUES)


def check(seed: int, base: bytes, path: Path) -> None:
    """One workbook with a few changes."""
    draw, book = Random(seed), load_workbook(io.BytesIO(base))
    for _ in range(draw.randint(1, 5)):
        spoil(book, draw)
    book.save(path)
    book.close()
    try:
        read(path)
    except InstanceError as error:
        lines = [str(fault) for fault in error.faults]
        assert lines
        assert all(line.isprintable() for line in lines), lines
        assert len(set(lines)) == len(lines), lines
        assert not any(".csv" in line or "instance.toml" in line for line in lines), lines


@pytest.mark.parametrize("seed", range(20))
def test_spoilt_workbooks(seed: int, tmp_path: Path) -> None:
    """A few."""
    check(seed, book_of(tmp_path / "base.xlsx").read_bytes(), tmp_path / "spoilt.xlsx")


@pytest.mark.long
def test_spoilt_workbooks_at_length(tmp_path: Path) -> None:
    """Many more."""
    base = book_of(tmp_path / "base.xlsx").read_bytes()
    for seed in range(20, 120):
        check(seed, base, tmp_path / "spoilt.xlsx")
