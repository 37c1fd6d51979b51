"""Reading an instance from a folder of CSV tables and instance.toml. The only code that touches its files.

Everything that is wrong is gathered and raised at once, as InstanceError.
"""

from __future__ import annotations

import csv
import re
import tomllib
import types
import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from instances.checks import Draft, check
from instances.errors import Fault, InstanceError, nearest
from instances.instance import Instance, canonical
from instances.messages import explain, keys_at
from instances.overrides import apply
from instances.settings import Settings
from instances.tables import REQUIRED_TABLES, TABLES, Row

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_MONEY = re.compile(r"([+-]?)\s*£?\s*([+-]?)((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)")
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}


@dataclass
class _Reading:
    """What has been gathered so far."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: dict[str, list[tuple[int, Row]]] = field(default_factory=dict)
    raw: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def shipped() -> list[str]:
    """Names of the instances that come with the package."""
    folder = resources.files("instances") / "data"
    return sorted(entry.name for entry in folder.iterdir() if (entry / "instance.toml").is_file())


def locate(source: str | Path) -> Path:
    """The folder of an instance given as a path or as the name of a shipped case.

    Raises:
        InstanceError: There is neither.
    """
    path = Path(source)
    if path.is_dir():
        return path
    if str(source) in shipped():
        return Path(str(resources.files("instances") / "data" / str(source)))
    expected = f"give a folder or one of the shipped cases: {', '.join(shipped())}"
    problem = "is a file, not a folder" if path.is_file() else "there is no such folder"
    raise InstanceError(str(source), [Fault(str(source), problem, expected, nearest=nearest(str(source), shipped()))])


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
    reading = _Reading()
    settings = _read_settings(folder, reading)
    _check_files(folder, reading)
    for name in TABLES:
        _read_table(folder / f"{name}.csv", name, reading)
    ordered = {name: canonical(numbered) for name, numbered in reading.rows.items()}
    draft = Draft(
        settings=settings,
        tables={name: rows for name, (rows, _) in ordered.items()},
        lines={name: lines for name, (_, lines) in ordered.items()},
        known={name: [dict(record) for record in records] for name, records in reading.raw.items()},
    )
    faults, warnings = check(draft)
    faults = [*reading.faults, *faults]
    if settings is None or faults:
        raise InstanceError(str(source), faults)
    instance = Instance(
        name=folder.resolve().name,
        settings=settings,
        tables=draft.tables,
        lines=draft.lines,
        notes=(*reading.notes, *warnings),
    )
    return apply(instance, scenarios=scenarios, overrides=overrides, source=str(source))


def _read_settings(folder: Path, reading: _Reading) -> Settings | None:
    path = folder / "instance.toml"
    if not path.is_file():
        reading.faults.append(Fault("instance.toml", "is missing", "it holds title, calendar, economics and rules"))
        return None
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        reading.faults.append(Fault("instance.toml", f"is not UTF-8 (byte {error.start + 1})", "save it as UTF-8"))
        return None
    except tomllib.TOMLDecodeError as error:
        reading.faults.append(Fault("instance.toml", f"is not TOML: {error}", "mend the line named"))
        return None
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        reading.faults += settings_faults(error)
        return None


def settings_faults(error: ValidationError) -> list[Fault]:
    """Pydantic's errors about instance.toml as faults, one for each place; alternatives of a union are said once."""
    faults: dict[str, Fault] = {}
    for details in error.errors():
        place = [part for part in details["loc"] if not _is_union_branch(part)]
        if details["type"] == "extra_forbidden":
            known = keys_at(Settings, place[:-1])
            problem, expected, close = explain(details, known)
            place = place[:-1]
        else:
            problem, expected, close = explain(details)
        column = ".".join(str(part) for part in place)
        faults.setdefault(f"{column} {close or ''}" if close else column, Fault("instance.toml", problem, expected, column=column, nearest=close))
    return list(faults.values())


def _is_union_branch(part: Any) -> bool:
    """Whether a part of an error's place names an alternative of a union and not a key of the file."""
    text = str(part)
    return text in {"float", "int", "date", "list[float]", "literal[False]"} or "[" in text or (text[:1].isupper() and text.endswith(("Rule", "Limit")))


def _check_files(folder: Path, reading: _Reading) -> None:
    """A CSV file that is no table is most likely a misspelt one."""
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in TABLES:
            close = nearest(path.stem, TABLES)
            if close is not None and not (folder / f"{close}.csv").exists():
                reading.faults.append(Fault(path.name, "is not a table", nearest=f"{close}.csv"))
            else:
                reading.notes.append(f"{path.name} is not a table of the format and was not read")


def _read_table(path: Path, name: str, reading: _Reading) -> None:
    reading.rows[name] = []
    reading.raw[name] = []
    if not path.is_file():
        if name in REQUIRED_TABLES:
            reading.faults.append(Fault(path.name, "is missing", "the table is required"))
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except UnicodeDecodeError as error:
        reading.faults.append(Fault(path.name, f"is not UTF-8 (byte {error.start + 1})", "save it as CSV UTF-8"))
        return
    except csv.Error as error:
        reading.faults.append(Fault(path.name, f"is not CSV: {error}", "mend the quotes"))
        return
    header = [cell.strip() for cell in lines[0]] if lines else []
    model = TABLES[name]
    if not _check_header(path.name, header, model, reading):
        return
    records, numbers = _records(path.name, header, lines[1:], model, reading)
    reading.raw[name] = records
    if not records and name in REQUIRED_TABLES:
        reading.faults.append(Fault(path.name, "has no rows", "give at least one"))
    reading.rows[name] = _validate(path.name, model, records, numbers, reading)


def _check_header(table: str, header: list[str], model: type[Row], reading: _Reading) -> bool:
    """Whether the header can be read: known columns, each once, the required ones there."""
    if not any(header):
        reading.faults.append(Fault(table, "is empty", "the first row holds the column names"))
        return False
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        reading.faults.append(Fault(table, f"'{header[0]}' is one column", "separate columns with commas", row=1))
        return False
    faults = []
    for position, column in enumerate(header, 1):
        if not column:
            faults.append(Fault(table, f"column {position} has no name", "name it or remove it", row=1))
        elif column not in model.model_fields:
            faults.append(Fault(table, f"'{column}' is not a column of this table", row=1, nearest=nearest(column, model.model_fields)))
        elif column in header[: position - 1]:
            faults.append(Fault(table, f"column '{column}' stands twice", "keep one", row=1))
    for column, info in model.model_fields.items():
        if info.is_required() and column not in header:
            faults.append(Fault(table, f"column '{column}' is missing", "it is required", row=1))
    reading.faults += faults
    return not faults


def _records(
    table: str, header: list[str], lines: list[list[str]], model: type[Row], reading: _Reading
) -> tuple[list[dict[str, Any]], list[int]]:
    """Non-blank cells of each non-blank row, numbers and truth values recognised, with spreadsheet row numbers."""
    kinds = {column: _kind(model, column) for column in header}
    records, numbers, money = [], [], 0
    for number, cells in enumerate(lines, 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            reading.faults.append(
                Fault(table, f"{len(cells)} cells under {len(header)} columns", "put text with commas in quotes", row=number)
            )
            continue
        record: dict[str, Any] = {}
        for column, cell in zip(header, cells, strict=False):
            value = cell.strip()
            if not value:
                continue
            record[column], written_as_money = _parse(value, kinds[column])
            money += written_as_money
        records.append(record)
        numbers.append(number)
    if money:
        reading.notes.append(f"{table}: {money} number{'s' if money > 1 else ''} written with a currency sign or thousands separators; read as plain numbers")
    return records, numbers


def _kind(model: type[Row], column: str) -> str:
    """Whether a column holds numbers, truth values or text."""
    if column == "phase_in":
        return "text"
    pending, found = [model.model_fields[column].annotation], set()
    while pending:
        annotation = pending.pop()
        if typing.get_origin(annotation) in (typing.Union, types.UnionType):
            pending.extend(typing.get_args(annotation))
        else:
            found.add(annotation)
    if found & {float, int}:
        return "number"
    return "truth" if bool in found else "text"


def _parse(value: str, kind: str) -> tuple[Any, bool]:
    """A cell's value, and whether it was a number written as money; what cannot be read stays text and fails validation."""
    if kind == "number":
        if _PLAIN.fullmatch(value):
            return float(value), False
        match = _MONEY.fullmatch(value)
        if match and not (match[1] and match[2]):
            return float(f"{match[1]}{match[2]}{match[3].replace(',', '')}"), True
        return _Text(value), False
    if kind == "truth":
        folded = value.casefold()
        if folded in _TRUE | _FALSE:
            return folded in _TRUE, False
        return _Text(value), False
    return value, False


class _Text(str):
    """Text where a number or truth value belongs; kept from pydantic's own, laxer readings."""


def _validate(
    table: str, model: type[Row], records: Sequence[dict[str, Any]], numbers: Sequence[int], reading: _Reading
) -> list[tuple[int, Row]]:
    """The rows that are valid, with their numbers; faults of the others are gathered."""
    bad: set[int] = set()
    for index, record in enumerate(records):
        for column, value in record.items():
            if isinstance(value, _Text):
                noun, advice = ("a number", "write a plain number such as 1250.50") if _kind(model, column) == "number" else ("true or false", "write true or false")
                reading.faults.append(Fault(table, f"'{value}' is not {noun}", advice, row=numbers[index], column=column))
                bad.add(index)
    good = [index for index in range(len(records)) if index not in bad]
    try:
        rows: Iterable[Row] = TypeAdapter(list[model]).validate_python([records[index] for index in good])  # type: ignore[valid-type]
        return [(numbers[index], row) for index, row in zip(good, rows, strict=True)]
    except ValidationError as error:
        for details in error.errors():
            index = good[int(details["loc"][0])]
            bad.add(index)
            reading.faults.append(_cell_fault(table, numbers[index], details))
    valid = [index for index in range(len(records)) if index not in bad]
    return [(numbers[index], model.model_validate(records[index])) for index in valid]


def _cell_fault(table: str, number: int, details: Any) -> Fault:
    problem, expected, close = explain(details)
    column = str(details["loc"][1]) if len(details["loc"]) > 1 else ""
    if details["type"] == "missing":
        problem = "is blank"
    return Fault(table, problem, expected, row=number, column=column, nearest=close)
