"""An instance in an Excel workbook: a sheet for each table, one named `instance` for the settings.

The header of a sheet is the row, among its first ones, that names most columns; what stands above it is explanation and is not read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from instances.errors import Fault, InstanceError, nearest
from instances.sources.contents import Contents, TableText
from instances.sources.opening import WORKBOOKS
from instances.sources.places import SETTINGS, SETTINGS_NAME, Places
from instances.sources.settings_rows import SettingRow, rows_by_path, settings_from_rows
from instances.sources.sheets import BLANK, SAVE_AS, Sheet, read_sheets
from instances.tables import TABLES, Row

READ_ME = "read me"
"""The sheet that explains the workbook; it is not read."""
HEADER_WITHIN = 20
"""Rows among which the header is looked for."""
_SETTING_COLUMNS = ("setting", "value")


def read_workbook(path: Path, shown: str) -> Contents:
    """Everything in a workbook.

    Raises:
        InstanceError: It is not there, or nobody can read it.
    """
    _check_name(path, shown)
    sheets = {sheet.name: sheet for sheet in read_sheets(path, shown, lambda name: name in TABLES or name == SETTINGS_NAME)}
    contents = Contents(path.stem, shown)
    rows = _read_settings(sheets, contents)
    _look_for_misspelt(sheets, contents)
    columns = {}
    for name, model in TABLES.items():
        if name in sheets:
            contents.tables[name] = text = _table_text(sheets[name], model)
            columns[name] = _positions(text.cells[0] if text.cells else (), model.model_fields)
            if sheets[name].hidden:
                contents.notes.append(f"sheet '{name}' is hidden; it was read all the same")
    contents.places = Places("workbook", columns=columns, settings=rows_by_path(rows))
    return contents


def _check_name(path: Path, shown: str) -> None:
    """A workbook of a kind that can be read stands under the name.

    Raises:
        InstanceError: There is none.
    """
    if not path.exists():
        folder = path.parent
        siblings = [str(other) for other in folder.iterdir() if other.suffix.casefold() in WORKBOOKS] if folder.is_dir() else []
        expected = "give a workbook, a folder of tables, the URL of a database or the name of a shipped case"
        raise InstanceError(shown, [Fault(shown, "there is no such file", expected, nearest=nearest(str(path), siblings))])
    if path.suffix.casefold() not in WORKBOOKS:
        raise InstanceError(shown, [Fault(shown, f"is a spreadsheet that cannot be read ({path.suffix})", SAVE_AS)])


def _read_settings(sheets: Mapping[str, Sheet], contents: Contents) -> list[SettingRow]:
    """Read the settings; the answer is the rows that they stand in."""
    if SETTINGS_NAME not in sheets:
        close = nearest(SETTINGS_NAME, [name for name in sheets if name not in TABLES])
        contents.faults.append(Fault(SETTINGS, "is missing", "it holds title, calendar, economics and rules", nearest=close))
        return []
    lines = sheets[SETTINGS_NAME].rows
    at = _header_at(lines, _SETTING_COLUMNS, _SETTING_COLUMNS)
    places = _positions(lines[at] if at is not None else (), _SETTING_COLUMNS)
    if at is None or len(places) < len(_SETTING_COLUMNS):
        contents.faults.append(Fault(SETTINGS, "has no columns setting and value", "name them in one row, above the settings"))
        return []
    rows = []
    for number, line in enumerate(lines[at + 1 :], at + 2):
        setting, value = (line[places[column] - 1] if len(line) >= places[column] else "" for column in _SETTING_COLUMNS)
        rows.append(SettingRow(number, setting.strip(), value if value.strip() else ""))
    contents.settings = settings_from_rows(rows)
    return rows


def _look_for_misspelt(sheets: Collection[str], contents: Contents) -> None:
    """Tables that stand under a misspelt name; a sheet that resembles none is noted."""
    for name in sheets:
        if name in TABLES or name in (SETTINGS_NAME, READ_ME):
            continue
        close = nearest(name, TABLES)
        if close is not None and close not in sheets:
            contents.faults.append(Fault(f"sheet {name}", "is not a table", nearest=close))
            contents.misspelt.add(close)
        elif SETTINGS_NAME in sheets or nearest(SETTINGS_NAME, [name]) is None:
            contents.notes.append(f"sheet '{name}' is not a table of the format and was not read")


def _table_text(sheet: Sheet, model: type[Row]) -> TableText:
    """A table from its header down, every row of it as wide as the widest: a cell beside the table stands under no name."""
    at = _header_at(sheet.rows, model.model_fields, model.key)
    if at is None:
        if all(line is BLANK for line in sheet.rows):
            return TableText()
        expected = f"the row above the data names them: {', '.join(model.key)} and so on"
        return TableText(faults=[Fault(f"{sheet.name}.csv", "has no row that names the columns", expected)], complete=False)
    lines = sheet.rows[at:]
    widest = max(len(line) for line in lines)
    return TableText([[*lines[0], *[""] * (widest - len(lines[0]))], *lines[1:]], first=at + 1)


def _header_at(lines: Sequence[Sequence[str]], names: Collection[str], key: Collection[str]) -> int | None:
    """Which row, counted from 0, is the header; None where there is none.

    Of the rows that name a column of the key, the one that names most columns. Where none does, the one of which the most cells resemble
    the name of a column, if half of its cells do: sentences that explain columns do not.
    """
    first = [{cell.strip().casefold() for cell in line} - {""} for line in lines[:HEADER_WITHIN]]
    folded = {name.casefold() for name in names}
    counts = [len(cells & folded) if cells & set(key) else 0 for cells in first]
    if not any(counts):
        alike = [sum(nearest(cell, names) is not None for cell in cells) for cells in first]
        counts = [count if 2 * count >= len(cells) else 0 for count, cells in zip(alike, first, strict=True)]
    return counts.index(max(counts)) if any(counts) else None


def _positions(header: Sequence[str], names: Collection[str]) -> dict[str, int]:
    """Where each column stands, counted from 1; a misspelt one where what was most likely meant does."""
    found: dict[str, int] = {}
    cells = [cell.strip() for cell in header]
    for position, cell in enumerate(cells, 1):
        name = cell if cell in names else nearest(cell, set(names) - set(cells)) if cell else None
        if name is not None:
            found.setdefault(name, position)
    return found
