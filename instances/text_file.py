"""A CSV file as rows of text cells, whatever is wrong with its bytes, encoding or quotes.

A file that is damaged in one place is read as far as it goes, so that what is wrong elsewhere is found too.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from instances.errors import Fault
from instances.messages import show

UTF8 = "save it as UTF-8 (in a spreadsheet: CSV UTF-8)"
_NOT_CSV = {
    b"PK\x03\x04": "a workbook or an archive",
    b"\xd0\xcf\x11\xe0": "an old workbook",
    b"%PDF": "a PDF",
    b"SQLite format 3": "a database",
}
_ESCAPED = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class Lines:
    """Rows of cells; the first is row 1.

    Attributes:
        cells: The rows, those that hold nothing included.
        faults: What is wrong with the file.
        complete: Whether every row of the file is there.
    """

    cells: list[list[str]]
    faults: list[Fault]
    complete: bool


def read_lines(path: Path) -> Lines:
    """The rows of a CSV file; a file that cannot be read at all has none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return Lines([], [Fault(path.name, f"cannot be read: {error.strerror}", "mend its permissions or save it again")], complete=False)
    for start, kind in _NOT_CSV.items():
        if data.startswith(start):
            return Lines([], [Fault(path.name, f"is {kind}, not CSV", "save the sheet as CSV UTF-8")], complete=False)
    text, faults = _decode(data, path.name)
    cells: list[list[str]] = []
    complete = True
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            cells.append(row)
    except csv.Error as error:
        faults.append(Fault(path.name, *_quote_trouble(str(error)), row=len(cells) + 1))
        complete = False
    if _ESCAPED.search(text):
        faults = [*_mend(cells, path.name), *faults]
    return Lines(cells, faults, complete)


def _decode(data: bytes, name: str) -> tuple[str, list[Fault]]:
    """The text of a file; bytes that are not UTF-8 stand in it as surrogates, for `_mend`."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace"), [Fault(name, "is UTF-16, not UTF-8", UTF8)]
    return data.decode("utf-8-sig", errors="surrogateescape"), []


def _mend(cells: list[list[str]], name: str) -> list[Fault]:
    """Reads cells that are not UTF-8 as Windows text, so that the rest can be checked; the first one is the fault."""
    faults: list[Fault] = []
    for number, row in enumerate(cells, 1):
        for position, cell in enumerate(row):
            if _ESCAPED.search(cell):
                row[position] = cell.encode("utf-8", "surrogateescape").decode("cp1252", errors="replace")
                if not faults:
                    faults.append(Fault(name, f"{show(row[position])} is not UTF-8", UTF8, row=number))
    return faults


def _quote_trouble(message: str) -> tuple[str, str]:
    if "end of data" in message:
        return "a quote is opened and never closed", "close it, or remove it"
    if "field larger" in message:
        return "a cell is longer than any text should be, so a quote may not be closed", "close it, or remove it"
    if "expected after" in message:
        return "text follows a closing quote", 'write a quote inside quotes twice, as in "the ""old"" system"'
    return f"is not CSV: {message}", "mend the row"
