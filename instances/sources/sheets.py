"""An Excel workbook as sheets of text cells, whatever is in it.

What a formula gives is what the spreadsheet that saved the workbook worked out. Cells that are only formatted are nothing.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from instances.cells import Unreadable
from instances.errors import Fault, InstanceError
from instances.sources.places import letters
from instances.sources.texts import text_of

LARGEST_BYTES = 600_000_000
"""What the parts of a workbook may take unpacked; the largest regions take a hundredth."""
BLANK: tuple[str, ...] = ()
_OLD = b"\xd0\xcf\x11\xe0"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="\$?([A-Z]+)\$?([0-9]+):\$?([A-Z]+)\$?([0-9]+)"')
_NOT_STORED = ("holds a formula whose result is not stored", "open the workbook in a spreadsheet and save it there")
SAVE_AS = "open it in a spreadsheet and save it as an Excel workbook (.xlsx)"


@dataclass
class Sheet:
    """One sheet.

    Attributes:
        name: Its name.
        hidden: Whether it is hidden.
        rows: Text cells, row 1 first; rows that hold nothing are empty.
    """

    name: str
    hidden: bool = False
    rows: list[list[str] | tuple[str, ...]] = field(default_factory=list)


def read_sheets(path: Path, shown: str, wanted: Callable[[str], bool]) -> list[Sheet]:
    """The sheets of a workbook; those that are not wanted come without their cells.

    Raises:
        InstanceError: It cannot be read: damaged, protected by a password, of another kind, not there.
    """
    trouble = ("cannot be read as a workbook", f"it may be damaged; {SAVE_AS}")
    try:
        with path.open("rb") as file:
            _check_kind(file, shown)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of what openpyxl does not keep of a workbook, nothing is read here
                return _sheets(file, wanted)
    except OSError as error:
        raise _refused(shown, f"cannot be read: {error.strerror or error}", "mend its permissions or save it again") from None
    except (InstanceError, KeyboardInterrupt, MemoryError):
        raise
    except Exception:  # openpyxl raises whatever a damaged part leads to
        raise _refused(shown, *trouble) from None


def _refused(shown: str, problem: str, expected: str) -> InstanceError:
    return InstanceError(shown, [Fault(shown, problem, expected)])


def _check_kind(file: BinaryIO, shown: str) -> None:
    """Whether the file is a workbook at all, by what is in it and not by its name.

    Raises:
        InstanceError: It is not.
    """
    start = file.read(8)
    if start.startswith(_OLD):
        if "EncryptedPackage".encode("utf-16-le") in start + file.read():
            raise _refused(shown, "is protected by a password", "save it without one")
        raise _refused(shown, "is an old Excel workbook (.xls)", SAVE_AS)
    if not start:
        raise _refused(shown, "is empty", "write one with optimiser new, or save it again")
    if not zipfile.is_zipfile(file):
        raise _refused(shown, "is not a workbook", SAVE_AS)
    file.seek(0)
    with zipfile.ZipFile(file) as parts:
        names = set(parts.namelist())
        if "mimetype" in names and b"opendocument" in parts.read("mimetype"):
            raise _refused(shown, "is an OpenDocument spreadsheet (.ods)", SAVE_AS)
        if "xl/workbook.bin" in names:
            raise _refused(shown, "is a binary workbook (.xlsb)", SAVE_AS)
        if sum(part.file_size for part in parts.infolist()) > LARGEST_BYTES:
            raise _refused(shown, "is too large", f"unpacked it may take {LARGEST_BYTES // 1_000_000:,} MB; delete what is not needed")
    file.seek(0)


@contextmanager
def _opened(file: BinaryIO, *, values: bool) -> Iterator[Any]:
    from openpyxl import load_workbook

    file.seek(0)
    book = load_workbook(file, read_only=True, data_only=values)
    try:
        yield book
    finally:
        book.close()


def _sheets(file: BinaryIO, wanted: Callable[[str], bool]) -> list[Sheet]:
    found: list[Sheet] = []
    formulas: dict[str, set[tuple[int, int]]] = {}
    with _opened(file, values=False) as book:
        for sheet in book.worksheets:
            one = Sheet(sheet.title, hidden=sheet.sheet_state != "visible")
            found.append(one)
            if wanted(one.name):
                places: set[tuple[int, int]] = set()
                one.rows = list(_rows(sheet, places))
                _mark_merged(one, file, sheet)
                if places:
                    formulas[one.name] = places
    if formulas:
        with _opened(file, values=True) as book:
            for one in found:
                if one.name in formulas:
                    _fill_in(one, book[one.name], formulas[one.name])
    return found


def _cells(sheet: Any) -> Iterable[Iterable[Any]]:
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    return sheet.iter_rows()  # type: ignore[no-any-return]


def _rows(sheet: Any, formulas: set[tuple[int, int]]) -> Iterator[list[str] | tuple[str, ...]]:
    """Rows as text; where formulas stand is added to `formulas`."""
    for number, cells in enumerate(_cells(sheet), 1):
        last = 0
        texts = []
        for position, cell in enumerate(cells, 1):
            value = cell.value
            if value is None:
                texts.append("")
                continue
            if cell.data_type == "f":
                formulas.add((number, position))
                text = ""
            else:
                text = _text(value)
            texts.append(text)
            last = position if text or cell.data_type == "f" else last
        yield texts[:last] if last else BLANK


def _text(value: Any) -> str:
    if isinstance(value, str):
        return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), value) if "_x" in value else value
    return text_of(value)


def _fill_in(one: Sheet, sheet: Any, places: set[tuple[int, int]]) -> None:
    """What the formulas gave when the workbook was saved."""
    rows = {row for row, _ in places}
    for number, cells in enumerate(_cells(sheet), 1):
        if number not in rows:
            continue
        texts = list(one.rows[number - 1])
        for position, cell in enumerate(cells, 1):
            if (number, position) in places:
                blank = cell.value is None and cell.data_type not in ("s", "str")
                texts[position - 1] = Unreadable(*_NOT_STORED) if blank else _text(cell.value or "" if cell.value is None else cell.value)
        one.rows[number - 1] = texts


def _mark_merged(one: Sheet, file: BinaryIO, sheet: Any) -> None:
    """Of merged cells only the first has a value; the others are not blank, they cannot be read."""
    with zipfile.ZipFile(file) as parts:
        data = parts.read(sheet._worksheet_path)
    for first, top, last, bottom in _MERGED.findall(data):
        left, right = _position(first), _position(last)
        row = one.rows[int(top) - 1] if int(top) <= len(one.rows) else BLANK
        if left > len(row) or not row[left - 1]:
            continue
        for number in range(int(top), min(int(bottom), len(one.rows)) + 1):
            texts = list(one.rows[number - 1])
            for position in range(left, right + 1):
                if (number, position) != (int(top), left):
                    texts += [""] * (position - len(texts))
                    texts[position - 1] = Unreadable(f"is merged with {letters(left)}{int(top)}", "unmerge the cells and fill in each")
            one.rows[number - 1] = texts


def _position(column: bytes) -> int:
    position = 0
    for letter in column:
        position = position * 26 + letter - ord("A") + 1
    return position
