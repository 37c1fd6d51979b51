"""One way to change anything: a path, an operation and a value.

    baselines.Thanet.payroll.annual_cost *= 0.9
    services.*.duplication_avoided = 0.5
    contracts.Sutton.waste.expires = 2009-04-01
    commitments.Shepway.* = off
    rules.minimum_saving = off

`=` sets, `+=` adds, `*=` scales. `*` matches any key; `+=` and `*=` pass over blank cells that only a `*` matches. A name
with dots stands in double quotes. A date takes `+= 6 months`. `off` behind the key of a row, without a column, takes the
row out, as it does an item of a list, `rules.sequencing.1`; items count from 1. Scenarios, `--set`, sensitivity and sweeps are lists of overrides and nothing else.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dateutil.relativedelta import relativedelta
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from instances.cells import Kind, kind_of, parse
from instances.checks import Draft, check, notices
from instances.errors import Fault, InstanceError, nearest
from instances.instance import Instance, OverrideChange
from instances.messages import DEEPEST, explain, refuse, show
from instances.paths import SECTIONS, OverrideError, join_path, match_rows, row_path, settings_places, split_path
from instances.settings import Settings
from instances.settings_file import settings_faults
from instances.tables import TABLES, Row
from instances.values import day, number, numbers, truth

_STATEMENT = re.compile(r"^\s*(?P<path>(?:\"[^\"]*\"|[^\"])+?)\s*(?P<operation>\+=|\*=|=)\s*(?P<value>.*?)\s*$", re.DOTALL)
_SPAN = re.compile(r"([+-]?[0-9]{1,6})\s+(day|week|month|year)s?", re.IGNORECASE)
_WORDS: dict[str, Any] = {"off": False, "false": False, "on": True, "true": True, "none": None, "": None}
FORM = "write PATH = VALUE, PATH += VALUE or PATH *= VALUE"


@dataclass(frozen=True, slots=True)
class Override:
    """One parsed override.

    Attributes:
        text: The override as it was given.
        path: The parts of its path.
        operation: `=`, `+=` or `*=`.
        value: The value; every number is a float.
        raw: The value as it was given, for columns that hold text.
    """

    text: str
    path: tuple[str, ...]
    operation: str
    value: Any
    raw: str = ""

    @classmethod
    def parse(cls, text: str) -> Override:
        """Read an override.

        Raises:
            OverrideError: It is not of the form PATH = VALUE, PATH += VALUE or PATH *= VALUE.
        """
        match = _STATEMENT.match(text)
        if match is None:
            problem = "has a quote that is not closed" if text.count('"') % 2 else "has no path" if "=" in text else "has no '='"
            raise OverrideError(problem, FORM)
        path, operation = match["path"], match["operation"]
        if operation == "*=" and path.endswith("."):  # commitments.Shepway.*=off
            path, operation = f"{path}*", "="
        value = _value(match["value"])
        if operation == "*=" and not isinstance(value, float):
            raise OverrideError(f"scales by {show(match['value'])}, which is not a number", "write a number such as 0.9")
        if operation == "+=" and not isinstance(value, float | relativedelta):
            raise OverrideError(
                f"adds {show(match['value'])}, which is neither a number nor a span of time", "write a number, or a span such as 6 months"
            )
        return cls(text.strip(), split_path(path), operation, value, match["value"])


def _value(text: str) -> Any:
    """A value as TOML writes it; `off`, `6 months` and bare text are understood too."""
    if text.casefold() in _WORDS:
        return _WORDS[text.casefold()]
    span = _SPAN.fullmatch(text)
    if span:
        return relativedelta(**{f"{span[2].casefold()}s": int(span[1])})  # type: ignore[arg-type]
    try:
        table = tomllib.loads(f"value = {text}")
        value = table["value"]
        if len(table) > 1 or not _is_shallow(value, DEEPEST):
            return text
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
    except (ValueError, OverflowError, RecursionError):  # not TOML, or a number of hundreds of digits
        return text


def _is_shallow(value: Any, depth: int) -> bool:
    """Whether a value has no more tables and lists within one another than any setting has."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth >= 0 and all(_is_shallow(item, depth - 1) for item in inner)


def apply(instance: Instance, *, scenarios: Sequence[str] = (), overrides: Sequence[str] = (), source: str | None = None) -> Instance:
    """The instance with scenarios and then overrides applied, each change logged with old and new value.

    Raises:
        InstanceError: A scenario is unknown, an override cannot be applied, or the result is not sound.
    """
    changed, faults = instance, []
    for text, fault in statements(instance.settings, scenarios, overrides):
        if fault is not None:
            faults.append(fault)
            continue
        try:
            changed = apply_one(changed, Override.parse(text))
        except OverrideError as error:
            faults.append(_fault(error, "override", text))
    if not faults and changed is not instance:
        faults = [replace(fault, problem=f"{fault.problem} (after the overrides)") for fault in check(Draft.of(changed))]
    if faults:
        raise InstanceError(source or instance.name, faults)
    if changed is not instance:
        before = set(notices(instance))
        kept = [note for note in instance.notes if note not in before]
        changed = replace(changed, notes=(*kept, *notices(changed)))
    return changed


def statements(settings: Settings, scenarios: Sequence[str], overrides: Sequence[str]) -> Iterator[tuple[str, Fault | None]]:
    """The overrides of scenarios, then the others; with a fault where a scenario is not known."""
    for name in scenarios:
        if name in settings.scenarios:
            yield from ((text, None) for text in settings.scenarios[name].overrides)
        else:
            expected = f"it has: {', '.join(settings.scenarios)}" if settings.scenarios else "it has none"
            yield (
                name,
                Fault("scenario", f"{show(name)} is not a scenario of this instance", expected, nearest=nearest(name, settings.scenarios)),
            )
    yield from ((text, None) for text in overrides)


def request_faults(settings: Settings, scenarios: Sequence[str], overrides: Sequence[str]) -> Iterator[Fault]:
    """What is wrong with scenarios and overrides that are asked for, as far as it shows without the tables."""
    for text, fault in statements(settings, scenarios, overrides):
        if fault is not None:
            yield fault
            continue
        try:
            Override.parse(text)
        except OverrideError as error:
            yield _fault(error, "override", text)


def _fault(error: OverrideError, table: str, column: str) -> Fault:
    return Fault(table, error.problem, error.expected, column=column, nearest=error.close)


def own_faults(instance: Instance, skip: frozenset[str] = frozenset()) -> Iterator[Fault]:
    """Every range and every scenario of the instance can be applied, whether it is asked for or not.

    Args:
        instance: The instance.
        skip: Tables with faults of their own, into which no path can be followed.
    """
    for path, given in instance.settings.ranges.items():
        try:
            parts = split_path(path)
            for end in (given.low, given.high) if parts[0] not in skip else ():
                apply_one(instance, Override(path, parts, "=", end, str(end)))
        except OverrideError as error:
            yield _fault(error, "instance.toml", f"ranges.{path}")
    for name, scenario in instance.settings.scenarios.items():
        changed = instance
        for text in scenario.overrides:
            try:
                override = Override.parse(text)
                if override.path[0] not in skip:
                    changed = apply_one(changed, override)
            except OverrideError as error:
                yield _fault(error, "instance.toml", f"scenarios.{name}, {text}")


def apply_one(instance: Instance, override: Override) -> Instance:
    """The instance with one override applied and logged; whether the result is sound is for the checks.

    Raises:
        OverrideError: The path leads nowhere, or the value does not fit.
    """
    first = override.path[0]
    if first in TABLES:
        return _apply_to_table(instance, override)
    if first in SECTIONS:
        return _apply_to_settings(instance, override)
    known = [*TABLES, *SECTIONS]
    close = nearest(first, known)
    raise OverrideError(
        f"'{first}' is neither a table nor a section",
        "" if close else f"paths begin with one of: {', '.join(known)}",
        None if close is None else join_path([close, *override.path[1:]]),
    )


def _apply_to_table(instance: Instance, override: Override) -> Instance:
    table = override.path[0]
    whole = override.operation == "=" and override.value is False
    matched, column = match_rows(instance, override.path, whole=whole)
    rows = instance.tables[table]
    numbered = list(zip(instance.lines.get(table, (0,) * len(rows)), rows, strict=True))
    if column is None:
        gone = {id(row) for row in matched}
        changes = [OverrideChange(override.text, row_path(table, row), "there", "taken out") for row in matched]
        kept = [(line, row) for line, row in numbered if id(row) not in gone]
        return instance.with_tables({table: kept}, overrides=(*instance.overrides, *changes))
    if override.operation != "=" and "*" in override.path:
        matched = [row for row in matched if getattr(row, column) is not None]
        if not matched:
            raise OverrideError("matches blank cells only", "use = to set them")
    replaced, changes = {}, []
    for row in matched:
        path, old = row_path(table, row, column), getattr(row, column)
        replaced[id(row)] = new = _validated(row, column, _operate(override, old, path), path, override)
        changes.append(OverrideChange(override.text, path, old, getattr(new, column)))
    everything = (*instance.overrides, *changes)
    return instance.with_tables({table: [(line, replaced.get(id(row), row)) for line, row in numbered]}, overrides=everything)


def _operate(override: Override, old: Any, path: str) -> Any:
    """The new value of one figure."""
    value = override.value
    if override.operation == "=":
        if isinstance(value, relativedelta):
            raise OverrideError(f"sets {path} to a span of time", "write a date, or += to move one")
        return value
    if old is None:
        raise OverrideError(f"{path} is blank, so {override.operation} has nothing to work on", "use = to set it")
    figures = (
        [key for key, item in old.items() if isinstance(item, int | float) and not isinstance(item, bool)] if isinstance(old, dict) else []
    )
    if len(figures) == 1 and len(old) > 1 and all(item is None for key, item in old.items() if key not in figures):
        return {**old, figures[0]: _operate(override, old[figures[0]], path)}  # a limit in km that was written as one number
    if isinstance(old, dict):
        close = join_path([*split_path(path), str(next(iter(old), "KEY"))])
        raise OverrideError(f"{path} is no single figure", f"name one, such as {close}, or {path}.* for all")
    if isinstance(old, list | tuple) and _are_numbers(old):
        return tuple(_operate(override, item, path) for item in old)
    if isinstance(value, relativedelta):
        if not isinstance(old, dt.date):
            raise OverrideError(f"{path} is {show(old)}, not a date", "a span of time moves a date")
        try:
            return old + value
        except (ValueError, OverflowError):
            raise OverrideError(f"{path} is {old}, and no date is that far away", "use a shorter span") from None
    if isinstance(old, dt.date):
        raise OverrideError(f"{path} is the date {old}; {override.operation} {show(value)} has no meaning", "move it with += 6 months")
    if isinstance(old, bool) or not isinstance(old, int | float):
        raise OverrideError(f"{path} is {show(json_free(old))}; {override.operation} {show(value)} has no meaning", "use = to set it")
    return old + value if override.operation == "+=" else old * value


def _are_numbers(items: Sequence[Any]) -> bool:
    return all(isinstance(item, int | float) and not isinstance(item, bool) for item in items)


def _validated(row: Row, column: str, new: Any, path: str, override: Override) -> Row:
    """The row with one new value, read as strictly as a cell."""
    data = {name: value for name, value in row if value is not None and name != column}
    try:
        if new is not None:
            data[column] = _typed(kind_of(type(row), column), new, override)
        return type(row).model_validate(data)
    except ValidationError as error:
        details = error.errors()[0]
        problem, expected, close = explain(details)
        problem = "cannot be blank" if details["type"] == "missing" else problem
        raise OverrideError(_about(override, path, problem), expected, close) from None
    except PydanticCustomError as error:
        context = error.context or {}
        raise OverrideError(_about(override, path, context["problem"]), context["expected"]) from None


def _about(override: Override, path: str, problem: str) -> str:
    """The problem, with the figure it is about where the override does not say which."""
    return problem if join_path(override.path).startswith(path) else f"{path}: {problem}"


def _typed(kind: Kind, value: Any, override: Override) -> Any:
    """A value of the kind that a column holds.

    Raises:
        PydanticCustomError: It is of another kind.
    """
    if kind == "text":
        return value if isinstance(value, str) else override.raw
    if isinstance(value, str):
        cell = parse(value, kind)
        if cell.problem:
            raise refuse(cell.problem, cell.expected)
        return cell.value
    if value is False and kind != "truth":
        raise refuse("off is for rules and for whole rows", "write none to leave a cell blank")
    if kind == "truth" and value in (0, 1):
        return bool(value)
    return {"number": number, "truth": truth, "date": day, "list": numbers}[kind](value)


def _apply_to_settings(instance: Instance, override: Override) -> Instance:
    data = instance.settings.model_dump()
    changes = []
    for where, key, path in list(settings_places(data, override.path)):
        old = where[key] if isinstance(where, list) else where.get(key)
        if override.operation != "=" and "*" in override.path and not _is_figure(old):
            continue
        new = _operate(override, old, path)
        # Text stays text, as in the title 2027; what a rule is given has its own meaning.
        as_text = isinstance(old, str) and new is not None and not isinstance(new, str) and override.path[0] != "rules"
        where[key] = override.raw if as_text else new
        changes.append(OverrideChange(override.text, path, json_free(old), where[key]))
    if not changes:
        raise OverrideError("matches nothing that is a number or a date")
    try:
        settings = Settings.model_validate(json_free(_without_items(data)))
    except ValidationError as error:
        fault = settings_faults(error)[0]
        expected = "off is for rules; write none to leave a figure out" if override.value is False else fault.expected
        raise OverrideError(_about(override, fault.column, fault.problem), expected, fault.nearest) from None
    return instance.with_tables({}, settings=settings, overrides=(*instance.overrides, *changes))


def _is_figure(value: Any) -> bool:
    """Whether a value is one that a wildcard can add to or scale: a number, numbers or a date."""
    if isinstance(value, list | tuple):
        return _are_numbers(value)
    return isinstance(value, int | float | dt.date) and not isinstance(value, bool)


def _without_items(data: dict[str, Any]) -> dict[str, Any]:
    """Settings in which the items of rules that are switched off are gone; a rule that has none left is off."""
    rules = data["rules"]
    for rule, value in rules.items():
        if isinstance(value, list) and any(item is False for item in value):
            rules[rule] = [item for item in value if item is not False] or False
    return data


def json_free(data: Any) -> Any:
    """Settings as read: keys that are not given left out, so that defaults come from one place."""
    if isinstance(data, dict):
        return {key: json_free(value) for key, value in data.items() if value is not None}
    if isinstance(data, list | tuple):
        return type(data)(json_free(item) for item in data)
    return data
