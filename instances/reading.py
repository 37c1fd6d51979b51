"""Reading an instance from whatever source: a folder, a workbook, a database. One path for all: a source yields text, checks are the same.

Everything that is wrong is gathered and raised at once, as InstanceError.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from instances.checks import Draft, check, in_order, notices
from instances.errors import Fault, InstanceError
from instances.instance import Instance, row_key
from instances.overrides import apply, own_faults, request_faults
from instances.rows import TableReading
from instances.sources.contents import Contents
from instances.sources.folder import locate, shipped
from instances.sources.opening import contents_of
from instances.sources.places import SETTINGS
from instances.tables import REQUIRED_TABLES, TABLES, Pair, Row

__all__ = ["SETTINGS", "locate", "read", "shipped"]


def read(source: str | Path, *, scenarios: Sequence[str] = (), overrides: Sequence[str] = ()) -> Instance:
    """Read and check an instance.

    Args:
        source: A folder, a workbook (`.xlsx`), the URL of a database (`sqlite:///...`, `postgresql://...`), or the name of a shipped case.
        scenarios: Scenarios of the instance to apply, in order.
        overrides: Overrides to apply after them, such as `rules.minimum_saving = off`.

    Raises:
        InstanceError: Anything is wrong; every fault is listed, and none shows a secret of a URL.
    """
    contents = contents_of(source)
    tables = {name: _table(contents, name) for name in TABLES}
    draft = _draft(contents, tables)
    reading_faults = [*contents.settings.faults, *(fault for table in tables.values() for fault in table.faults)]
    faults = [*contents.faults, *reading_faults, *check(draft)]
    settings, sound = contents.settings.settings, draft.instance
    if settings is not None and sound is not None:
        damaged = {Path(fault.table).stem for fault in faults} | draft.incomplete
        faults += own_faults(sound, frozenset(damaged))
    if faults or settings is None or sound is None:
        if settings is not None:
            faults += request_faults(settings, scenarios, overrides)
        raise InstanceError(contents.shown, [contents.places.fault(fault) for fault in in_order(faults)])
    notes = [*contents.notes, *(note for table in tables.values() for note in table.notes), *notices(sound)]
    instance = replace(_without_mirrors(sound), notes=tuple(notes), places=contents.places)
    return apply(instance, scenarios=scenarios, overrides=overrides, source=contents.shown)


def _table(contents: Contents, name: str) -> TableReading:
    """The rows of one table; one that is missing has none, and is a fault where it is required."""
    text = contents.tables.get(name)
    table = TableReading(f"{name}.csv", TABLES[name])
    if text is not None:
        table.faults += text.faults
        table.complete, table.first = text.complete, text.first
        if text.readable:
            table.read(text.cells, required=name in REQUIRED_TABLES)
    elif name in contents.misspelt:
        table.complete = False
    elif name in REQUIRED_TABLES:
        table.complete = False
        table.faults.append(Fault(table.file, "is missing", "the table is required"))
    return table


def _draft(contents: Contents, tables: dict[str, TableReading]) -> Draft:
    """The tables as the checks see them."""
    records = {name: table.records for name, table in tables.items()}
    incomplete = frozenset(name for name, table in tables.items() if not table.complete)
    return Draft(contents.settings.usable, records, incomplete, contents.settings.calendar, contents.name)


def _without_mirrors(instance: Instance) -> Instance:
    """A pair that stands in both orders with the same figures is one row."""
    changed = {}
    for name, model in TABLES.items():
        if not issubclass(model, Pair):
            continue
        kept: dict[object, tuple[int, Row]] = {}
        for line, row in zip(instance.lines.get(name, ()), instance.tables.get(name, ()), strict=True):
            key = row_key(row)
            if key not in kept or (row.council_a, row.council_b) == key[:2]:  # type: ignore[attr-defined]
                kept[key] = (line, row)
        if len(kept) < len(instance.tables.get(name, ())):
            changed[name] = list(kept.values())
    return instance.with_tables(changed) if changed else instance
