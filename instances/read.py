"""Reading an instance from a folder of CSV tables and instance.toml. The only code that touches its files.

Everything that is wrong is gathered and raised at once, as InstanceError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path

from instances.checks import Draft, check, in_order, notices
from instances.errors import Fault, InstanceError, nearest
from instances.instance import Instance, row_key
from instances.overrides import apply, own_faults, request_faults
from instances.rows import TableReading
from instances.settings_file import SettingsReading, read_settings
from instances.tables import REQUIRED_TABLES, TABLES, Pair, Row
from instances.text_file import read_lines

SETTINGS = "instance.toml"


@dataclass
class _Reading:
    """What has been gathered so far."""

    settings: SettingsReading = field(default_factory=SettingsReading)
    tables: dict[str, TableReading] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def draft(self, name: str) -> Draft:
        """The tables as the checks see them."""
        records = {table: reading.records for table, reading in self.tables.items()}
        incomplete = frozenset(table for table, reading in self.tables.items() if not reading.complete)
        return Draft(self.settings.usable, records, incomplete, self.settings.calendar, name)


def shipped() -> list[str]:
    """Names of the instances that come with the package."""
    folder = resources.files("instances") / "data"
    return sorted(entry.name for entry in folder.iterdir() if (entry / SETTINGS).is_file())


def locate(source: str | Path) -> Path:
    """The folder of an instance given as a path or as the name of a shipped case.

    Raises:
        InstanceError: There is neither.
    """
    path, cases = Path(source), shipped()
    try:
        if path.is_dir():
            return path
        is_file = path.is_file()
        siblings = [str(other) for other in path.parent.iterdir() if (other / SETTINGS).is_file()] if path.parent.is_dir() else []
    except (OSError, ValueError):  # a name that no file system takes
        is_file, siblings = False, []
    if str(source) in cases:
        return Path(str(resources.files("instances") / "data" / str(source)))
    if is_file:
        expected = f"give its folder, '{path.parent}'" if path.suffix in (".csv", ".toml") else "give a folder of tables"
        raise InstanceError(str(source), [Fault(str(source), "is a file, not a folder", expected)])
    expected = f"give a folder or one of the shipped cases: {', '.join(cases)}" if cases else "give a folder"
    close = nearest(str(source), cases) or nearest(str(source), siblings)
    raise InstanceError(str(source), [Fault(str(source), "there is no such folder", expected, nearest=close)])


def read(source: str | Path, *, scenarios: Sequence[str] = (), overrides: Sequence[str] = ()) -> Instance:
    """Read and check an instance.

    Args:
        source: A folder, or the name of a shipped case.
        scenarios: Scenarios of the instance to apply, in order.
        overrides: Overrides to apply after them, such as `rules.minimum_saving = off`.

    Raises:
        InstanceError: Anything is wrong; every fault is listed.
    """
    folder = locate(source)
    reading = _read_folder(folder)
    draft = reading.draft(folder.resolve().name)
    faults = [*reading.faults, *(fault for table in reading.tables.values() for fault in table.faults), *check(draft)]
    settings, sound = reading.settings.settings, draft.instance
    if settings is not None and sound is not None:
        damaged = {Path(fault.table).stem for fault in faults} | draft.incomplete
        faults += own_faults(sound, frozenset(damaged))
    if faults or settings is None or sound is None:
        if settings is not None:
            faults += request_faults(settings, scenarios, overrides)
        raise InstanceError(str(source), in_order(faults))
    notes = [*reading.notes, *(note for table in reading.tables.values() for note in table.notes), *notices(sound)]
    instance = replace(_without_mirrors(sound), notes=tuple(notes))
    return apply(instance, scenarios=scenarios, overrides=overrides, source=str(source))


def _read_folder(folder: Path) -> _Reading:
    reading = _Reading()
    files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith((".", "~"))}
    if SETTINGS in files:
        try:
            reading.settings = read_settings(files[SETTINGS].read_bytes())
        except OSError as error:
            reading.faults.append(Fault(SETTINGS, f"cannot be read: {error.strerror}", "mend its permissions or save it again"))
        reading.faults += reading.settings.faults
    else:
        close = nearest(SETTINGS, [name for name in files if name.casefold().endswith("toml")])
        reading.faults.append(Fault(SETTINGS, "is missing", "it holds title, calendar, economics and rules", nearest=close))
    misspelt = _misspelt_tables(files, reading)
    for name, model in TABLES.items():
        reading.tables[name] = table = TableReading(f"{name}.csv", model)
        if table.file in files:
            _read_table(files[table.file], name, table)
        elif name in REQUIRED_TABLES:
            table.complete = False
            if (folder / table.file).is_dir():
                table.faults.append(Fault(table.file, "is a folder, not a table", "the table is required"))
            elif name not in misspelt:
                table.faults.append(Fault(table.file, "is missing", "the table is required"))
        elif name in misspelt:
            table.complete = False
    return reading


def _read_table(path: Path, name: str, table: TableReading) -> None:
    lines = read_lines(path)
    table.faults += lines.faults
    table.complete = lines.complete
    if lines.complete or lines.cells:
        table.read(lines.cells, required=name in REQUIRED_TABLES)


def _misspelt_tables(files: Mapping[str, Path], reading: _Reading) -> set[str]:
    """Tables that stand under a misspelt name; a CSV file that resembles none is noted."""
    found = set()
    for name, path in files.items():
        if path.suffix.casefold() != ".csv" or (path.stem in TABLES and path.suffix == ".csv"):
            continue
        close = nearest(path.stem, TABLES)
        if close is not None and f"{close}.csv" not in files:
            reading.faults.append(Fault(name, "is not a table", nearest=f"{close}.csv"))
            found.add(close)
        else:
            reading.notes.append(f"{name} is not a table of the format and was not read")
    return found


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
