"""Where something stands, in the words of its source: a row of a file, a cell of a sheet, or a key of a database table.

Everything that is found wrong is found in the words of a folder, `baselines.csv row 7, annual_cost`; here it becomes
`baselines!C7, annual_cost` for somebody who has a workbook before them, and `baselines: council 'Dover', service 'payroll',
column annual_cost` for somebody who has a database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from instances.errors import Fault
from instances.tables import TABLES

SETTINGS = "instance.toml"
SETTINGS_NAME = "instance"
"""The sheet or the table of the settings."""
_FILE = re.compile(rf"\b({'|'.join(TABLES)})\.csv\b|\binstance\.toml\b")
_QUOTED = re.compile(r"('[^']*')")
_FILE_AND_ROW = re.compile(rf"\b({'|'.join(TABLES)})\.csv row ([0-9]+)")
_STANDS_TWICE = re.compile(r", first in row [0-9]+$")
_IN_ROW = re.compile(r"\bin row ([0-9]+)")
_COLUMN, _COLUMNS = re.compile(r"^column ([0-9]+) has no name$"), re.compile(r"stands in columns ([0-9]+) and ([0-9]+)$")
_ITEM = re.compile(r" item ([0-9]+)")


def letters(position: int) -> str:
    """The letters of a sheet's column, counted from 1: A, B ... Z, AA."""
    text = ""
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


@dataclass(frozen=True)
class Places:
    """How the places of one source are called.

    Attributes:
        kind: What the instance was read from.
        columns: Of a workbook: the position of each column of a sheet, counted from 1.
        settings: Of a workbook: the row of each setting.
        keys: Of a database: the key of each row, by the number that the row has here.
    """

    kind: Literal["folder", "workbook", "database"] = "folder"
    columns: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    settings: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    @property
    def numbered(self) -> bool:
        """Whether the user sees rows by number."""
        return self.kind != "database"

    def fault(self, fault: Fault) -> Fault:
        """The fault in the words of the source."""
        table = _table(fault.table)
        if self.kind == "folder" or table is None:
            return fault if self.kind == "folder" else replace(fault, problem=self.text(fault.problem), expected=self.text(fault.expected))
        say = self._of_cell if self.kind == "workbook" else self._of_key
        problem = _with_letters(fault.problem) if self.numbered else self._without_rows(table, fault.problem)
        return replace(
            fault,
            table=table,
            row=fault.row if self.numbered else None,
            problem=self.text(problem),
            expected=self.text(fault.expected),
            nearest=None if fault.nearest is None else fault.nearest.removesuffix(".csv"),
            place=say(table, fault),
        )

    def text(self, text: str) -> str:
        """A sentence with the names of files as those of sheets or tables; what stands in quotes is the user's and stays."""
        if self.kind == "folder":
            return text
        noun = "sheet" if self.kind == "workbook" else "table"
        change: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
            (_FILE, lambda match: f"{noun} {match[1] or SETTINGS_NAME}"),
        ]
        if self.kind == "database":
            change.insert(0, (_FILE_AND_ROW, lambda match: f"table {match[1]}, {self._key(match[1], int(match[2]))}"))
        pieces = _QUOTED.split(text)
        for pattern, words in change:
            pieces[::2] = [pattern.sub(words, piece) for piece in pieces[::2]]
        return "".join(pieces)

    def _of_cell(self, table: str, fault: Fault) -> str:
        """`baselines!C7, annual_cost`; the row or the sheet where no cell is meant."""
        if table == SETTINGS_NAME:
            row = fault.row or self._setting_row(fault.column)
            return f"{table}!{letters(fault.position or 2)}{row}{_comma(fault.column)}" if row else f"sheet {table}{_comma(fault.column)}"
        position = fault.position or self.columns.get(table, {}).get(fault.column)
        if fault.row is not None and position:
            return f"{table}!{letters(position)}{fault.row}{_comma(fault.column)}"
        return f"sheet {table}{f' row {fault.row}' if fault.row else ''}{_comma(fault.column)}"

    def _setting_row(self, path: str) -> int | None:
        """The row of a setting, or of the one that it is a part of."""
        path = _ITEM.sub("", path)
        while path and path not in self.settings:
            scenario = path.startswith("scenarios.") and ", " in path
            path = path.rpartition(", " if scenario else ".")[0]
        return self.settings.get(path)

    def _of_key(self, table: str, fault: Fault) -> str:
        """`baselines: council 'Dover', service 'payroll', column annual_cost`."""
        if table == SETTINGS_NAME:
            setting = next((path for path, row in self.settings.items() if row == fault.row), fault.column)
            return f"{table}: setting {setting}" if setting else f"table {table}"
        key = "" if fault.row is None else self.keys.get(table, {}).get(fault.row, "")
        where = ", ".join(part for part in (key, f"column {fault.column}" if fault.column else "") if part)
        return f"{table}: {where}" if where else f"table {table}"

    def _key(self, table: str, row: int) -> str:
        return self.keys.get(table, {}).get(row, "one row")

    def _without_rows(self, table: str, problem: str) -> str:
        """A problem that names another row of its table names that row's key; the same key need not be said again."""
        return _IN_ROW.sub(lambda match: f"in the row of {self._key(table, int(match[1]))}", _STANDS_TWICE.sub("", problem))


def _with_letters(problem: str) -> str:
    """A problem that counts columns names them as a sheet does."""
    problem = _COLUMN.sub(lambda match: f"column {letters(int(match[1]))} has no name, but something stands below", problem)
    return _COLUMNS.sub(lambda match: f"stands in columns {letters(int(match[1]))} and {letters(int(match[2]))}", problem)


def _table(file: str) -> str | None:
    """The table of a file of the format; None of what is none."""
    if file == SETTINGS:
        return SETTINGS_NAME
    stem = file.removesuffix(".csv")
    return stem if stem in TABLES else None


def _comma(column: str) -> str:
    return f", {column}" if column else ""


FOLDER = Places()
