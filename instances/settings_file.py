"""instance.toml: from bytes to settings, or to every fault in it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from instances.calendar import Calendar
from instances.errors import Fault, nearest
from instances.messages import explain, keys_at
from instances.ranges import Range, Scenario
from instances.rules import Rules
from instances.settings import Economics, Settings, Title

FILE = "instance.toml"
MANY = 12
"""Keys that a message lists at most; rules are listed all."""
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class SettingsReading:
    """What could be read of instance.toml.

    Attributes:
        settings: All of it, where it has no fault.
        usable: Settings for the checks of the tables, without what is wrong in economics and rules; None where the calendar is wrong.
        calendar: The calendar, where it has no fault.
        faults: Everything that is wrong.
    """

    settings: Settings | None = None
    usable: Settings | None = None
    calendar: Calendar | None = None
    faults: list[Fault] = field(default_factory=list)


def read_settings(data: bytes) -> SettingsReading:
    """Read instance.toml from its bytes."""
    try:
        return settings_of(tomllib.loads(data.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return SettingsReading(faults=[Fault(FILE, f"is not UTF-8 (line {line})", "save it as UTF-8")])
    except tomllib.TOMLDecodeError as error:
        return SettingsReading(faults=[Fault(FILE, f"is not TOML: {error}", "mend it there")])
    except ValueError:
        return SettingsReading(faults=[Fault(FILE, "holds a number of thousands of digits", "write a plain number")])
    except RecursionError:
        return SettingsReading(faults=[Fault(FILE, "is nested too deeply", "write plain sections and keys")])


def settings_of(raw: dict[str, Any]) -> SettingsReading:
    """The settings of sections and keys, from whatever source.

    Raises:
        RecursionError: They are nested too deeply.
    """
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        calendar, usable = _parts(raw)
        return SettingsReading(None, usable, calendar, settings_faults(error))
    return SettingsReading(settings, settings, settings.calendar)


def _parts(raw: dict[str, Any]) -> tuple[Calendar | None, Settings | None]:
    """What has no fault of its own, so that a slip in one section does not keep the tables from being checked."""
    calendar = _section(Calendar, raw.get("calendar"))
    economics = _section(Economics, _sound_keys(Economics, raw.get("economics", {})))
    rules = _section(Rules, _sound_keys(Rules, raw.get("rules", {})))
    if calendar is None or economics is None or rules is None:
        return calendar, None
    return calendar, Settings(instance=Title(title=""), calendar=calendar, economics=economics, rules=rules)


def _section(model: type[Model], data: Any) -> Model | None:
    try:
        return model.model_validate(data)
    except ValidationError:
        return None


def _sound_keys(model: type[BaseModel], data: Any) -> dict[str, Any]:
    """The keys of a section that have no fault by themselves: a rule that is wrong is off for the checks of the tables."""
    return {key: value for key, value in data.items() if _section(model, {key: value}) is not None} if isinstance(data, dict) else {}


def settings_faults(error: ValidationError) -> list[Fault]:
    """Pydantic's errors about instance.toml as faults, one for each place."""
    faults: dict[tuple[str, bool], Fault] = {}
    meant = set()
    for details in error.errors():
        place = _place(details["loc"])
        fault = _unknown(place) if details["type"] == "extra_forbidden" else _wrong(details, place)
        if details["type"] == "extra_forbidden" and fault.nearest is not None:
            meant.add(".".join([*place[:-1], fault.nearest]))
        faults.setdefault((".".join(place), details["type"] == "missing"), fault)
    return [fault for (place, missing), fault in faults.items() if not (missing and place in meant)]


def _place(parts: Sequence[int | str]) -> list[str]:
    """Keys of the file; without what names an alternative of a union, or the key of a table; items counted from 1."""
    place: list[str] = []
    for part in parts:
        if isinstance(part, int):
            place[-1] += f" item {part + 1}"
        elif part != "[key]" and not (part.startswith("<") and part.endswith(">")):
            place.append(part)
    return place


def _unknown(place: list[str]) -> Fault:
    """A key that nobody knows where it stands."""
    *section, name = place
    column = ".".join(section)
    known = {"ranges": list(Range.model_fields), "scenarios": list(Scenario.model_fields)}.get(section[0] if section else "") or keys_at(
        Settings, section
    )
    noun = {"": "a section", "rules": "a rule"}.get(column, "a key here")
    close = nearest(name, known)
    expected = "" if close or (len(known) > MANY and column != "rules") else f"known here: {', '.join(known)}"
    return Fault(FILE, f"'{name}' is not {noun}", expected, column=column, nearest=close)


def _wrong(details: ErrorDetails, place: list[str]) -> Fault:
    """A value that does not do."""
    problem, expected, close = explain(details)
    known = keys_at(Settings, place)
    if details["type"] == "missing" and len(place) == 1:
        expected = f"write [{place[0]}] with {', '.join(known)}"
    elif details["type"].startswith("model") and known:
        expected = f"write a table with {', '.join(known[:4])}{' and so on' if len(known) > 4 else ''}"
    key = details.get("ctx", {}).get("key")
    return Fault(FILE, problem, expected, column=".".join([*place, key] if key else place), nearest=close)
