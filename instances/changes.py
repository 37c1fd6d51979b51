"""How the data of one instance differ from those of another: every cell, row and setting, with old and new value.

Changes that belong together (a column of a table, the rows of a table that come or go, a rule) make a group. `composed` gives the
instance in which some groups are as they are after, and all else as before: so that what each group does can be shown by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from instances.instance import Instance, row_key
from instances.paths import join_path
from instances.settings import Settings
from instances.tables import TABLES, Row

SETTINGS = "instance.toml"
ROWS = ""
"""Stands for a column where rows come or go."""
WORDS = ("source", "note")
"""Columns that explain figures and change none."""
SECTIONS = ("calendar", "economics", "rules")
"""Sections of the settings that a plan depends on; title, ranges and scenarios say nothing of it."""


@dataclass(frozen=True)
class Change:
    """One cell, row or setting that differs.

    Attributes:
        table: The table, or `instance.toml`.
        path: Its path, as overrides have it; of a row its key.
        column: The column; of a setting the section and the key below it; empty where a row comes or goes.
        kind: What has happened to it.
        old: What it was; of a row its cells by column; None where there was none.
        new: What it is.
    """

    table: str
    path: str
    column: str
    kind: Literal["changed", "added", "removed"]
    old: Any
    new: Any

    @property
    def matters(self) -> bool:
        """Whether a plan may depend on it."""
        if self.table == SETTINGS:
            return self.column.partition(".")[0] in SECTIONS
        return self.column not in WORDS

    @property
    def group(self) -> Group:
        """What it belongs to."""
        return Group(self.table, self.column)


@dataclass(frozen=True)
class Group:
    """Changes that are applied together.

    Attributes:
        table: The table, or `instance.toml`.
        column: The column, or `economics.discount_rate`; empty for the rows that come or go.
    """

    table: str
    column: str

    def __str__(self) -> str:
        """As a person says it."""
        if self.table == SETTINGS:
            return self.column
        return f"{self.table}.{self.column}" if self.column else f"rows of {self.table}"


def changes(before: Instance, after: Instance) -> list[Change]:
    """Everything that differs, in the order of the settings, the tables and their keys."""
    return [*_of_settings(before.settings, after.settings), *(change for name in TABLES for change in _of_table(name, before, after))]


def groups(found: Sequence[Change]) -> list[Group]:
    """The groups on which a plan may depend: tables first, then what holds for all of them, rules last."""
    order = {name: place for place, name in enumerate([*TABLES, *SECTIONS])}

    def place(group: Group) -> tuple[int, str]:
        return order[group.column.partition(".")[0] if group.table == SETTINGS else group.table], group.column

    return sorted({change.group for change in found if change.matters}, key=place)


def composed(before: Instance, after: Instance, taken: Collection[Group]) -> Instance:
    """The instance before with some groups as they are after; whether it is sound is for the checks.

    Taken all together with what does not matter they are the instance after.
    """
    tables = {name: _composed_table(name, before, after, taken) for name in TABLES if any(group.table == name for group in taken)}
    columns = {group.column for group in taken if group.table == SETTINGS}
    settings = before.settings
    if columns:
        old, new = before.settings.model_dump(), after.settings.model_dump()
        for column in columns:
            section, _, key = column.partition(".")
            if key:
                old[section][key] = new[section][key]
            else:
                old[section] = new[section]
        settings = Settings.model_validate(old)
    return before.with_tables(
        {name: [(0, row) for row in rows] for name, rows in tables.items()}, settings=settings, overrides=(), notes=()
    )


def _of_settings(before: Settings, after: Settings) -> Iterator[Change]:
    old, new = before.model_dump(), after.model_dump()
    for section in old:
        if section == "calendar":
            keys: list[str] = []
            column = section  # start, periods and tranches only mean something together
        else:
            keys, column = [*dict.fromkeys([*old[section], *new[section]])], ""
        for key in keys:
            one, other = old[section].get(key), new[section].get(key)
            if one != other:
                yield Change(SETTINGS, join_path([section, key]), f"{section}.{key}", _kind(one, other), one, other)
        for key in old[section] if column else ():
            if old[section][key] != new[section][key]:
                yield Change(SETTINGS, join_path([section, key]), column, "changed", old[section][key], new[section][key])


def _kind(old: Any, new: Any) -> Literal["changed", "added", "removed"]:
    return "added" if old is None else "removed" if new is None else "changed"


def _by_key(rows: Sequence[Row]) -> dict[tuple[Any, ...], list[Row]]:
    """Rows by key; some tables may have several of one key."""
    found = defaultdict(list)
    for row in rows:
        found[row_key(row)].append(row)
    return found


def _of_table(name: str, before: Instance, after: Instance) -> Iterator[Change]:
    if before.tables.get(name, ()) == after.tables.get(name, ()):
        return
    old, new = _by_key(before.tables.get(name, ())), _by_key(after.tables.get(name, ()))
    for key in sorted(old.keys() | new.keys(), key=lambda parts: [str(part) for part in parts]):
        path = join_path([name, *(str(part) for part in key)])
        ones, others = old.get(key, []), new.get(key, [])
        if len(ones) == len(others) == 1:
            yield from _of_row(name, path, ones[0], others[0])
            continue
        yield from (Change(name, path, ROWS, "removed", _cells(row), None) for row in ones if row not in others)
        yield from (Change(name, path, ROWS, "added", None, _cells(row)) for row in others if row not in ones)


def _of_row(name: str, path: str, old: Row, new: Row) -> Iterator[Change]:
    for column in type(old).model_fields:
        one, other = getattr(old, column), getattr(new, column)
        if one != other and not _same_pair(old, new, column):
            yield Change(name, f"{path}.{column}", column, _kind(one, other), one, other)


def _same_pair(old: Row, new: Row, column: str) -> bool:
    """Whether it is only the order of a pair's councils that differs."""
    return column in old.key and row_key(old) == row_key(new)


def _cells(row: Row) -> dict[str, Any]:
    return row.model_dump(exclude_none=True)


def _composed_table(name: str, before: Instance, after: Instance, taken: Collection[Group]) -> list[Row]:
    columns = {group.column for group in taken if group.table == name}
    old, new = _by_key(before.tables.get(name, ())), _by_key(after.tables.get(name, ()))
    rows: list[Row] = []
    for key in [*old, *(key for key in new if key not in old)]:
        ones, others = old.get(key, []), new.get(key, [])
        if len(ones) == len(others) == 1:
            rows.append(_mixed(ones[0], others[0], columns))
        else:
            rows += others if ROWS in columns else ones
    return rows


def _mixed(old: Row, new: Row, columns: Collection[str]) -> Row:
    update: Mapping[str, Any] = {column: getattr(new, column) for column in columns if column}
    return old.model_copy(update=update) if update else old
