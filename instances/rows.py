"""From rows of text cells to the rows of a table: header, blank cells, types and limits; every fault with row and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from instances.cells import Unreadable, kind_of, parse
from instances.checks.draft import Record
from instances.errors import Fault, nearest
from instances.messages import explain, show
from instances.tables import Row


@dataclass
class TableReading:
    """What has been gathered of one table.

    Attributes:
        file: Name of the file or the sheet, for messages.
        model: The row model of the table.
        records: Every row that holds anything, with its row model where it is valid.
        faults: What is wrong, in the order of rows and columns.
        notes: What was accepted and wants to be said.
        complete: Whether the names in `records` are all that the table has.
        first: Row number of the header.
    """

    file: str
    model: type[Row]
    records: list[Record] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    complete: bool = True
    first: int = 1

    def read(self, lines: Sequence[Sequence[str]], *, required: bool) -> None:
        """Read header and rows."""
        header = self._header(lines)
        if header is None:
            self.complete = False
            return
        missing = set(_required(self.model)) - set(header)
        self.complete = self.complete and not missing & set(self.model.key)
        money = 0
        for number, cells in enumerate(lines[1:], self.first + 1):
            if any(cell.strip() for cell in cells):
                money += self._read_row(number, cells, header, missing)
        if money:
            what = "1 number is" if money == 1 else f"{money} numbers are"
            self.notes.append(f"{self.file}: {what} written with a currency sign or thousands separators; read as plain numbers")
        if required and not self.records:
            self.complete = False
            self.faults.append(Fault(self.file, "has no rows", "give at least one"))

    def _header(self, lines: Sequence[Sequence[str]]) -> list[str] | None:
        """The column of each position, empty where it is to be left alone; None where the table cannot be read.

        A misspelt column is read as the one that was most likely meant, so that its cells are checked too.
        """
        columns = [cell.strip() for cell in lines[0]] if lines else []
        known = self.model.model_fields
        fault = self._no_header(columns, lines)
        if fault is not None:
            self.faults.append(fault)
            return None
        header: list[str] = []
        for position, column in enumerate(columns):
            filled = any(len(line) > position and line[position].strip() for line in lines[1:])
            meant = column
            if not column and filled:
                self._fault(position, f"column {position + 1} has no name", "name it or remove it")
            elif column and (column in columns[:position] or column in header):
                first = columns.index(column) if column in columns[:position] else header.index(column)
                self._fault(position, f"{show(column)} stands in columns {first + 1} and {position + 1}", "keep one")
                meant = ""
            elif column and column not in known:
                meant = nearest(column, set(known) - set(columns)) or ""
                self._fault(position, f"{show(column)} is not a column of this table", close=meant or None)
            header.append("" if meant in header else meant)
        for column in known:
            if column in _required(self.model) and column not in header:
                self._fault(None, f"column {show(column)} is missing", "it is required")
        return header

    def _no_header(self, columns: Sequence[str], lines: Sequence[Sequence[str]]) -> Fault | None:
        """What keeps the first row from being a header at all."""
        named = [column for column in columns if column]
        expected = f"the first row names the columns: {', '.join(_required(self.model))} and so on"
        if not named and not any(cell.strip() for line in lines for cell in line):
            return Fault(self.file, "is empty", expected)
        if not named:
            return Fault(self.file, "is blank", expected, row=self.first)
        if len(named) == 1 and any(mark in named[0] for mark in ";\t|"):
            return Fault(self.file, f"{show(named[0])} is one column", "separate columns with commas", row=self.first)
        if not any(nearest(column, self.model.model_fields) for column in named):
            return Fault(self.file, f"{show(named[0])} is not a column of this table, nor is any other cell", expected, row=self.first)
        return None

    def _fault(self, position: int | None, problem: str, expected: str = "", close: str | None = None) -> None:
        """Something wrong with the header; `position` is that of its cell, counted from 0."""
        cell = None if position is None else position + 1
        self.faults.append(Fault(self.file, problem, expected, row=self.first, nearest=close, position=cell))

    def _read_row(self, number: int, cells: Sequence[str], header: Sequence[str], missing: set[str]) -> int:
        """Read one row; the answer is how many numbers in it are written as money."""
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            problem = f"{len(cells)} cells under {len(header)} columns"
            self.faults.append(Fault(self.file, problem, "put text with commas in quotes", row=number))
            texts = {column: text for column, cell in zip(header, cells, strict=False) if column and (text := cell.strip())}
            self.records.append(Record(number, texts, None, shifted=True))
            return 0
        texts, values, found, money = {}, {}, {}, 0
        for column, cell in zip(header, cells, strict=False):  # a spreadsheet leaves out trailing blank cells
            text = cell.strip()
            if not column or not text:
                continue
            parsed = cell.refused if isinstance(cell, Unreadable) else parse(text, kind_of(self.model, column))
            if parsed.problem:
                found[column] = Fault(self.file, parsed.problem, parsed.expected, row=number, column=column)
            else:
                texts[column], values[column] = text, parsed.value
                money += parsed.money
        row = self._validated(number, texts, values, missing, found)
        self.faults += [found[column] for column in header if column in found]
        self.records.append(Record(number, texts, row))
        return money

    def _validated(
        self, number: int, texts: Mapping[str, str], values: Mapping[str, Any], missing: set[str], found: dict[str, Fault]
    ) -> Row | None:
        """The row, where nothing in it is wrong; faults are added to `found` by column."""
        try:
            row = self.model.model_validate(values)
        except ValidationError as error:
            for details in error.errors():
                column = str(details["loc"][0])
                if column not in found and column not in missing:
                    problem, expected, close = _explained(details, texts.get(column))
                    found[column] = Fault(self.file, problem, expected, row=number, column=column, nearest=close)
            return None
        return None if found else row


def _required(model: type[Row]) -> list[str]:
    return [column for column, info in model.model_fields.items() if info.is_required()]


def _explained(details: Any, text: str | None) -> tuple[str, str, str | None]:
    if details["type"] == "missing":
        return "is blank", "it is required", None
    item = text is not None and len(details["loc"]) > 1
    return explain(details, shown=None if text is None or item else show(text))
