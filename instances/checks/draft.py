"""An instance that is not known to be sound yet, as the checks see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

from instances.calendar import Calendar
from instances.errors import nearest
from instances.instance import Instance, canonical, row_key
from instances.settings import Settings
from instances.tables import TABLES, Row

AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table, valid or not.

    Attributes:
        line: Its spreadsheet row number; 0 where there is none.
        texts: Its cells as they stand in the file, without those that are blank or refused.
        row: The row, where it is valid.
        shifted: Whether the row has more cells than columns, so that its cells may stand in wrong columns.
    """

    line: int
    texts: Mapping[str, str]
    row: Row | None
    shifted: bool = False

    def get(self, column: str) -> Any:
        """A name in the row; None where it is blank."""
        return self.texts.get(column) if self.row is None else getattr(self.row, column, None)


@dataclass(frozen=True)
class Draft:
    """An instance that is not known to be sound yet.

    Attributes:
        settings: None when calendar, economics or rules have faults of their own.
        records: The rows of each table in the order of the file, those that could not be read among them.
        incomplete: Tables with rows that nobody could read: what is in them is not known.
        calendar: None when it has faults of its own.
        name: A label.
    """

    settings: Settings | None
    records: Mapping[str, Sequence[Record]]
    incomplete: frozenset[str] = frozenset()
    calendar: Calendar | None = None
    name: str = "draft"
    _nearest: dict[tuple[str, str], str | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, instance: Instance) -> Draft:
        """The draft of an instance whose rows are all valid."""
        records = {}
        for table, rows in instance.tables.items():
            lines = instance.lines.get(table, (0,) * len(rows))
            records[table] = sorted((Record(line, {}, row) for line, row in zip(lines, rows, strict=True)), key=lambda record: record.line)
        draft = cls(instance.settings, records, calendar=instance.calendar, name=instance.name)
        draft.__dict__["instance"] = instance
        return draft

    @property
    def damaged(self) -> set[str]:
        """Tables that are incomplete or have rows that are not valid."""
        return {name for name, records in self.records.items() if any(record.row is None for record in records)} | self.incomplete

    def numbered(self, model: type[AnyRow]) -> Iterator[tuple[int | None, AnyRow]]:
        """Valid rows of a table with their row numbers, in the order of the file."""
        for record in self.records.get(table_name(model), ()):
            if record.row is not None:
                yield record.line or None, cast("AnyRow", record.row)

    def once(self, model: type[AnyRow]) -> Iterator[tuple[int | None, AnyRow]]:
        """The same without rows whose key stands further up; those are faults of their own."""
        seen = set()
        for line, row in self.numbered(model):
            if row_key(row) not in seen:
                seen.add(row_key(row))
                yield line, row

    def names(self, kind: str) -> set[str] | None:
        """All councils (`council`) or services (`service`); None where not all are known."""
        return self._names.get(kind)

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        tables = {"council": "councils", "service": "services"}
        return {
            kind: {name for record in self.records.get(table, ()) if (name := record.get(kind)) is not None}
            for kind, table in tables.items()
            if table not in self.incomplete
        }

    def close(self, name: str, kind: str) -> str | None:
        """The council or service that resembles a name most."""
        if (kind, name) not in self._nearest:
            self._nearest[kind, name] = nearest(name, self.names(kind) or ())
        return self._nearest[kind, name]

    @cached_property
    def runs(self) -> set[tuple[str, str]] | None:
        """Who runs what, misspelt names read as what was most likely meant; None where not all is known."""
        if "baselines" in self.incomplete:
            return None
        return {
            (self.meant(record.get("council"), "council"), self.meant(record.get("service"), "service"))
            for record in self.records.get("baselines", ())
        }

    def meant(self, name: str | None, kind: str) -> str:
        """The council or service that a name most likely stands for: itself where it is known, or where nothing resembles it."""
        known = self.names(kind)
        if name is None or known is None or name in known:
            return name or ""
        return self.close(name, kind) or name

    @cached_property
    def instance(self) -> Instance | None:
        """The valid rows as an instance, for checks that ask for resolved figures; None where settings are wanting."""
        if self.settings is None:
            return None
        ordered = {table: canonical([(r.line, r.row) for r in records if r.row is not None]) for table, records in self.records.items()}
        tables = {table: rows for table, (rows, _) in ordered.items()}
        return Instance(self.name, self.settings, tables, {table: lines for table, (_, lines) in ordered.items()})


def table_name(model: type[Row]) -> str:
    """The table that has this row model."""
    return next(name for name, row in TABLES.items() if row is model)


def file_name(model: type[Row]) -> str:
    """Its file."""
    return f"{table_name(model)}.csv"


def several(names: Sequence[str], word: str = "and") -> str:
    """Names in a sentence; of more than three the first ones and how many more."""
    if len(names) > 3:
        return f"{', '.join(names[:3])} {word} {len(names) - 3} more"
    return f" {word} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
