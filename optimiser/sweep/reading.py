"""A file of cases: CSV with a row for each override, or TOML with a table or a list for each case. Every fault is found at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from instances.errors import Fault, InstanceError, nearest
from instances.messages import show
from instances.text_file import read_lines
from optimiser.errors import UsageError
from optimiser.sweep.cases import BASE, Origin, SweepCase

COLUMNS = ("case", "override", "scenario", "source", "note")
KEYS = ("scenarios", "overrides", "source", "note")
TOML_FORM = 'write [cases.NAME] with overrides = ["PATH = VALUE", ...], or NAME = ["PATH = VALUE", ...] below [cases]'
CSV_FORM = "the first row names the columns: case, override and, where they are used, scenario"


def read_cases(path: str | Path) -> list[SweepCase]:
    """The cases of a file.

    Raises:
        UsageError: There is no such file, or it is of another kind.
        InstanceError: Anything in it is wrong; every fault is listed.
    """
    file = Path(path)
    if file.suffix.casefold() not in (".csv", ".toml"):
        raise UsageError(f"--cases {file} is neither CSV nor TOML; save it as a file that ends in .csv or .toml")
    if not file.is_file():
        raise UsageError(f"--cases {file}: there is no such file")
    reading = _csv(file) if file.suffix.casefold() == ".csv" else _toml(file)
    if not reading.faults and not reading.cases:
        reading.faults.append(Fault(file.name, "has no cases", CSV_FORM if file.suffix.casefold() == ".csv" else TOML_FORM))
    if reading.faults:
        raise InstanceError(str(file), reading.faults)
    return [one.case() for one in reading.cases.values()]


@dataclass
class _Gathered:
    """A case as far as it was read."""

    name: str
    first: int | None = None
    last: int | None = None
    scenarios: list[str] = field(default_factory=list)
    overrides: list[str] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)

    def case(self) -> SweepCase:
        return SweepCase(self.name, tuple(self.scenarios), tuple(self.overrides), origins=self.origins)


@dataclass
class _Reading:
    cases: dict[str, _Gathered] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def _csv(file: Path) -> _Reading:
    lines = read_lines(file)
    reading = _Reading(faults=list(lines.faults))
    header, faults = _header(lines.cells, file.name)
    reading.faults += faults
    if header is None:
        return reading
    last: str | None = None
    for number, cells in enumerate(lines.cells[1:], 2):
        if any(cell.strip() for cell in cells):
            last = _row(reading, file.name, number, cells, header, last)
    return reading


def _header(lines: Sequence[Sequence[str]], file: str) -> tuple[list[str] | None, list[Fault]]:
    """The column of each position; None where rows cannot be read."""
    columns = [cell.strip() for cell in lines[0]] if lines else []
    if not any(columns):
        return None, [Fault(file, "has no header", CSV_FORM)]
    if len(columns) == 1 and ";" in columns[0]:
        return None, [Fault(file, f"{show(columns[0])} has no commas", "save it as CSV with commas between the cells", row=1)]
    faults, header = [], []
    for position, column in enumerate(columns):
        name = column.casefold()
        if not name and not any(len(line) > position and line[position].strip() for line in lines[1:]):
            header.append("")
            continue
        known = name in COLUMNS
        if not known:
            close = nearest(column, COLUMNS)
            faults.append(Fault(file, f"{show(column)} is not a column", "" if close else f"known: {', '.join(COLUMNS)}", 1, nearest=close))
        elif name in header:
            faults.append(Fault(file, f"{show(column)} stands twice", "keep one", row=1))
        header.append(name if known and name not in header else "")
    if "case" not in header:
        faults.append(Fault(file, "column case is missing", CSV_FORM, row=1))
    if not {"override", "scenario"} & set(header):
        faults.append(Fault(file, "column override is missing", CSV_FORM, row=1))
    return (None if faults else header), faults


def _row(reading: _Reading, file: str, number: int, cells: Sequence[str], header: Sequence[str], last: str | None) -> str | None:
    """Take one row in; answers with the case that it is of."""

    def fault(problem: str, expected: str = "", column: str = "") -> None:
        reading.faults.append(Fault(file, problem, expected, row=number, column=column))

    if any(cell.strip() for cell in cells[len(header) :]):
        fault(f"has {len(cells)} cells, the header {len(header)}", "put an override with commas in double quotes")
        return last
    row = {column: cell.strip() for column, cell in zip(header, cells, strict=False) if column}
    name = row.get("case", "")
    if not name:
        fault("is blank", "write the name of the case in each of its rows", "case")
        return last
    known = reading.cases.get(name)
    if name == BASE and known is None:
        fault(f"a case cannot be called '{BASE}', which is the instance as it is", "give it another name", "case")
    if known is not None and last != name:
        fault(f"{show(name)} stands in row {known.last}, too, with other cases between", "put its rows together, or rename one", "case")
        return name
    gathered = reading.cases.setdefault(name, _Gathered(name, number))
    gathered.last = number
    origin = Origin(file, number, name)
    for scenario in (part.strip() for part in row.get("scenario", "").split(",") if part.strip()):
        gathered.scenarios.append(scenario)
        gathered.origins.setdefault(scenario, origin)
    if override := row.get("override", ""):
        gathered.overrides.append(override)
        gathered.origins.setdefault(override, origin)
    return name


def _toml(file: Path) -> _Reading:
    try:
        raw = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        return _Reading(faults=[Fault(file.name, f"cannot be read: {error.strerror}", "mend its permissions or save it again")])
    except UnicodeDecodeError:
        return _Reading(faults=[Fault(file.name, "is not UTF-8", "save it as UTF-8")])
    except (ValueError, RecursionError) as error:
        return _Reading(faults=[Fault(file.name, f"is not TOML: {error}", "mend it there")])
    reading = _Reading()
    for name in raw:
        if name != "cases":
            close = nearest(name, ["cases"])
            reading.faults.append(Fault(file.name, f"'{name}' is not a section", "" if close else TOML_FORM, nearest=close))
    cases = raw.get("cases", {})
    if not isinstance(cases, dict):
        reading.faults.append(Fault(file.name, f"{show(cases)} is not a table", TOML_FORM, column="cases"))
        return reading
    for name, given in cases.items():
        gathered = _Gathered(name.strip())
        reading.faults += [Fault(file.name, problem, expected, column=column) for problem, expected, column in _table(gathered, given)]
        for text in (*gathered.scenarios, *gathered.overrides):
            gathered.origins.setdefault(text, Origin(file.name, None, gathered.name))
        reading.cases[name] = gathered
    return reading


def _table(case: _Gathered, given: Any) -> Iterator[tuple[str, str, str]]:
    """Take one case in; what is wrong with it as problem, remedy and place."""
    place = f"cases.{case.name}"
    if not case.name or case.name == BASE:
        yield ("a case has no name" if not case.name else f"a case cannot be called '{BASE}', which is the instance as it is"), "", place
    if isinstance(given, list):
        given = {"overrides": given}
    if not isinstance(given, dict):
        yield f"{show(given)} is not a case", TOML_FORM, place
        return
    for key in given:
        if key not in KEYS:
            close = nearest(key, KEYS)
            yield f"'{key}' is not a key here", (f"did you mean '{close}'?" if close else f"known: {', '.join(KEYS)}"), place
    for key, target in (("scenarios", case.scenarios), ("overrides", case.overrides)):
        items = given.get(key, [])
        if not isinstance(items, list):
            yield f"{show(items)} is not a list", f"write {key} = [...]", f"{place}.{key}"
            continue
        for number, item in enumerate(items, 1):
            if isinstance(item, str):
                target.append(item.strip())
            else:
                yield f"{show(item)} is not text", "write it in quotes", f"{place}.{key} item {number}"
