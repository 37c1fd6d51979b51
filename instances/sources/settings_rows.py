"""The settings as rows of two columns, `setting` and `value`: how a workbook and a database hold what is in instance.toml.

A setting is a path: `calendar.start`, `rules.minimum_saving`, `economics.optimism_bias.savings`. What stands behind `ranges.` and
`scenarios.` is one name, dots and all. A value is written as in instance.toml; text needs no quotes. A blank value is not given.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from instances.cells import Unreadable
from instances.errors import Fault, nearest
from instances.hints import SPREADSHEET_ERROR
from instances.messages import show
from instances.paths import OverrideError, join_path, split_path
from instances.settings import Settings
from instances.settings_file import FILE, SettingsReading, settings_of
from instances.toml_values import exact, plain, toml_value

NAMED = ("ranges", "scenarios")
"""Sections of which the keys are names that the user gives."""
PLAIN_TEXT = ("instance.title", "instance.licence", "instance.source", "instance.note")
"""Settings that are text whatever it looks like."""
_SEPARATE = frozenset({"optimism_bias", "compatibility_weights", "compatibility_scores"})
"""Tables of `[economics]` of which each figure has a row of its own."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One row: its number, the path of the setting, the text of its value."""

    row: int
    setting: str
    value: str


def settings_from_rows(rows: Iterable[SettingRow]) -> SettingsReading:
    """The settings, or every fault in them."""
    raw: dict[str, Any] = {}
    faults: list[Fault] = []
    seen: dict[tuple[str, ...], int] = {}
    for one in rows:
        if not one.setting and not one.value:
            continue
        parts, fault = _parts(one)
        if fault is None:
            fault = _clash(one, parts, seen)
        if fault is not None:
            faults.append(fault)
            continue
        if one.value:
            fault = _put(raw, one, parts)
            if fault is not None:
                faults.append(fault)
    try:
        reading = settings_of(raw)
    except RecursionError:
        reading = SettingsReading(faults=[Fault(FILE, "is nested too deeply", "write plain sections and keys")])
    found = [*faults, *(_at_its_row(fault, seen) for fault in reading.faults if not _is_of_refused(fault, faults))]
    return replace(reading, settings=None if found else reading.settings, faults=found)


def rows_by_path(rows: Iterable[SettingRow]) -> dict[str, int]:
    """The row of each setting by its path as messages name it; of several the first that has a value."""
    found: dict[str, int] = {}
    for one in sorted(rows, key=lambda row: not row.value):
        parts, fault = _parts(one)
        if one.setting and fault is None:
            found.setdefault(".".join(parts), one.row)
    return found


def _parts(one: SettingRow) -> tuple[tuple[str, ...], Fault | None]:
    """Section and keys of a row."""
    if not one.setting:
        return (), Fault(
            FILE, f"{show(one.value)} is the value of no setting", "name the setting, or clear the value", row=one.row, position=1
        )
    section, _, name = one.setting.partition(".")
    if section in NAMED and name:
        return (section, name), None
    try:
        parts = split_path(one.setting)
    except OverrideError:
        parts = ()
    if len(parts) < 2 or "" in parts:
        close = nearest(one.setting, _known_paths()) or nearest(f"instance.{one.setting}", _known_paths())
        close = close or next((path for path in _known_paths() if path.endswith(f".{one.setting}")), None)
        expected = "write section and name, such as calendar.start"
        return (), Fault(FILE, f"{show(one.setting)} is not the path of a setting", expected, row=one.row, nearest=close, position=1)
    return parts, None


def _clash(one: SettingRow, parts: tuple[str, ...], seen: dict[tuple[str, ...], int]) -> Fault | None:
    """A setting stands once; blank rows of the same name do no harm."""
    if not one.value:
        return None
    if parts in seen:
        problem = f"{show(one.setting)} stands twice, first in row {seen[parts]}"
        return Fault(FILE, problem, "keep one row for each setting", row=one.row, column=".".join(parts), position=1)
    seen[parts] = one.row
    return None


def _put(raw: dict[str, Any], one: SettingRow, parts: tuple[str, ...]) -> Fault | None:
    """Put a value where its path leads."""
    path = ".".join(parts)
    if isinstance(one.value, Unreadable):
        return Fault(FILE, one.value.refused.problem, one.value.refused.expected, row=one.row, column=path)
    if SPREADSHEET_ERROR.fullmatch(one.value.strip()):
        problem = f"{show(one.value.strip())} is an error of the spreadsheet"
        return Fault(FILE, problem, "mend the formula or leave the cell blank", row=one.row, column=path)
    value, problem = read_value(path, one.value)
    if problem:
        return Fault(FILE, problem, "mend it there", row=one.row, column=path)
    where = raw
    for depth, part in enumerate(parts[:-1], 1):
        where = where.setdefault(part, {})
        if not isinstance(where, dict) or isinstance(where, Whole):
            return _whole_and_part(one, path, parts[:depth])
    if isinstance(where.get(parts[-1]), dict):
        return _whole_and_part(one, path, parts)
    where[parts[-1]] = value
    return None


class Whole(dict[str, Any]):
    """A table that one cell gives as a whole."""


def _whole_and_part(one: SettingRow, path: str, whole: tuple[str, ...]) -> Fault:
    problem = f"{show('.'.join(whole))} is given as a whole and in parts"
    return Fault(FILE, problem, "keep one of the two", row=one.row, column=path, position=1)


def read_value(path: str, text: str) -> tuple[Any, str]:
    """The value that a text means, and what is wrong with it where it begins as TOML and is none."""
    quoted = text.startswith('"') and text.endswith('"') and len(text) > 1
    if path in PLAIN_TEXT and not quoted:
        return text, ""
    text = text.strip()
    if text.casefold() in ("true", "false"):
        return text.casefold() == "true", ""
    if text.casefold() == "off" and path.startswith("rules."):
        return False, ""
    try:
        read = tomllib.loads(f"value = {text}")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        if text[:1] in "[{\"'":
            return None, f"{show(text)} is not a value as TOML writes it: {error}"
        return text, ""
    except ValueError:
        return None, "holds a number of thousands of digits"
    if set(read) != {"value"}:  # a text of several lines, the second of which looks like a setting
        return text, ""
    value = read["value"]
    return Whole(value) if isinstance(value, dict) else value, ""


def write_value(path: str, value: Any) -> str:
    """The text that `read_value` reads as this value: text bare where it can be."""
    if (
        isinstance(value, str)
        and value.strip()
        and (path in PLAIN_TEXT or value == value.strip())
        and read_value(path, value) == (value, "")
    ):
        return value
    return toml_value(value, exact)


def given_rows(settings: Settings) -> dict[str, str]:
    """What is given, as path and text of its value, in the order of the settings."""
    found: dict[str, str] = {}
    for section, keys in plain(settings).items():
        for key, value in keys.items():
            if section == "economics" and key in _SEPARATE:
                found |= {f"{section}.{key}.{inner}": write_value(f"{section}.{key}.{inner}", figure) for inner, figure in value.items()}
            else:
                path = f"{section}.{key}" if section in NAMED else join_path([section, key])
                found[path] = write_value(path, value)
    return found


def described_settings() -> dict[str, Any]:
    """Every setting that can be given, by its path: its field, with unit and meaning."""
    found: dict[str, Any] = {}
    for section, info in Settings.model_fields.items():
        model = info.annotation
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        for key, field in model.model_fields.items():
            if key in _SEPARATE:
                found |= {f"{section}.{key}.{inner}": figure for inner, figure in field.annotation.model_fields.items()}  # type: ignore[union-attr]
            else:
                found[f"{section}.{key}"] = field
    return found


def _known_paths() -> list[str]:
    return list(described_settings())


def _at_its_row(fault: Fault, seen: Mapping[tuple[str, ...], int]) -> Fault:
    """A key that is not known is named in the problem; its row is known here."""
    for parts, row in seen.items():
        *section, name = parts
        if fault.column == ".".join(section) and fault.problem.startswith(f"'{name}' is not "):
            return replace(fault, row=row, position=1)
        if not fault.column and fault.problem.startswith(f"'{parts[0]}' is not a section"):
            return replace(fault, row=row, position=1)
    return fault


def _is_of_refused(fault: Fault, faults: Iterable[Fault]) -> bool:
    """Whether a setting that is missing is there, with a value that nobody could read."""
    refused = [one.column for one in faults if one.column]
    return "missing" in fault.problem and any(column == fault.column or column.startswith(f"{fault.column}.") for column in refused)
