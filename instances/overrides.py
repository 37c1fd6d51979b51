"""One way to change anything: a path, an operation and a value.

    baselines.Thanet.payroll.annual_cost *= 0.9
    services.*.duplication_avoided = 0.5
    contracts.Sutton.waste.expires = 2009-04-01
    commitments.Shepway.* = off
    rules.minimum_saving = off

`=` sets, `+=` adds, `*=` scales. `*` matches any key; a name with dots stands in double quotes. A date takes
`+= 6 months`. `off` behind the key of a row, without a column, takes the row out. Scenarios, `--set`, sensitivity and
sweeps are lists of overrides and nothing else.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta
from pydantic import ValidationError

from instances.checks import Draft, check
from instances.errors import Fault, InstanceError, nearest
from instances.instance import Instance, OverrideChange, row_key
from instances.messages import explain, show
from instances.rules import LATER_RULES
from instances.settings import Settings
from instances.tables import TABLES, Pair, Row

_STATEMENT = re.compile(r"^\s*(?P<path>.+?)\s*(?P<operation>\+=|\*=|=)\s*(?P<value>.*?)\s*$", re.DOTALL)
_PART = re.compile(r'"([^"]*)"|([^."]+)')
_SPAN = re.compile(r"([+-]?\d+)\s+(day|month|year)s?")
_WORDS: dict[str, Any] = {"off": False, "false": False, "on": True, "true": True, "none": None, "": None}
_SECTIONS = ("instance", "calendar", "economics", "rules")


class OverrideError(ValueError):
    """An override that cannot be applied; the message says why and names the nearest path."""

    def __init__(self, problem: str, expected: str = "", close: str | None = None) -> None:
        """Keep the parts of the message."""
        super().__init__(problem)
        self.problem, self.expected, self.close = problem, expected, close


@dataclass(frozen=True, slots=True)
class Override:
    """One parsed override."""

    text: str
    path: tuple[str, ...]
    operation: str
    value: Any

    @classmethod
    def parse(cls, text: str) -> Override:
        """Read an override.

        Raises:
            OverrideError: It is not of the form PATH = VALUE, PATH += VALUE or PATH *= VALUE.
        """
        match = _STATEMENT.match(text)
        if match is None:
            raise OverrideError(f"'{text}' is not an override", "write PATH = VALUE, PATH += VALUE or PATH *= VALUE")
        path = split_path(match["path"])
        value = _value(match["value"])
        if match["operation"] == "*=" and (isinstance(value, bool) or not isinstance(value, float)):
            raise OverrideError(f"'{text}' scales by {show(match['value'])}, which is not a number", "write a number such as 0.9")
        return cls(text.strip(), path, match["operation"], value)


def split_path(path: str) -> tuple[str, ...]:
    """The parts of a path; a part in double quotes may hold dots.

    Raises:
        OverrideError: Two dots follow each other, or a quote is not closed.
    """
    parts, rest = [], path.strip()
    while True:
        match = _PART.match(rest)
        if match is None or (match.end() < len(rest) and rest[match.end()] != "."):
            raise OverrideError(f"'{path}' is not a path", "write TABLE.KEY.COLUMN; put a name with dots in double quotes")
        parts.append(match[1] if match[1] is not None else match[2].strip())
        if match.end() == len(rest):
            return tuple(parts)
        rest = rest[match.end() + 1 :]


def _value(text: str) -> Any:
    """A value as TOML writes it; `off`, `6 months` and bare text are understood too."""
    if text.casefold() in _WORDS:
        return _WORDS[text.casefold()]
    span = _SPAN.fullmatch(text)
    if span:
        return relativedelta(**{f"{span[2]}s": int(span[1])})  # type: ignore[arg-type]
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def apply(instance: Instance, *, scenarios: Sequence[str] = (), overrides: Sequence[str] = (), source: str | None = None) -> Instance:
    """The instance with scenarios and then overrides applied, each change logged with old and new value.

    Every scenario and range of the instance is checked too, whether it is asked for or not.

    Raises:
        InstanceError: A scenario is unknown, an override cannot be applied, or the result is not sound.
    """
    faults = list(_check_own_paths(instance))
    statements = list(overrides)
    known = instance.settings.scenarios
    asked: list[str] = []
    for name in scenarios:
        if name in known:
            asked += known[name].overrides
        else:
            faults.append(Fault("scenario", f"'{name}' is not a scenario of this instance", f"it has: {', '.join(known) or 'none'}", nearest=nearest(name, known)))
    before = instance
    for text in [*asked, *statements]:
        try:
            instance = _apply_one(instance, Override.parse(text))
        except OverrideError as error:
            faults.append(Fault("override", error.problem, error.expected, column=text, nearest=error.close))
    if not faults and instance is not before:
        found, _ = check(Draft(instance.settings, instance.tables, instance.lines))
        faults += found
    if faults:
        raise InstanceError(source or instance.name, faults)
    return instance


def _check_own_paths(instance: Instance) -> Iterator[Fault]:
    """Paths of ranges and scenarios lead somewhere; low is not above high."""
    for path, given in instance.settings.ranges.items():
        if isinstance(given.low, float) and isinstance(given.high, float) and given.low > given.high:
            yield Fault("instance.toml", f"low {given.low:g} is above high {given.high:g}", "write low first", column=f"ranges.{path}")
        try:
            _apply_one(instance, Override(path, split_path(path), "=", given.high), dry=True)
        except OverrideError as error:
            yield Fault("instance.toml", error.problem, error.expected, column=f"ranges.{path}", nearest=error.close)
    for name, scenario in instance.settings.scenarios.items():
        for text in scenario.overrides:
            try:
                _apply_one(instance, Override.parse(text), dry=True)
            except OverrideError as error:
                yield Fault("instance.toml", error.problem, error.expected, column=f"scenarios.{name}", nearest=error.close)


def _apply_one(instance: Instance, override: Override, *, dry: bool = False) -> Instance:
    first = override.path[0]
    if first in TABLES:
        return _apply_to_table(instance, override, dry=dry)
    if first in _SECTIONS:
        return instance if dry and _settings_path_known(override) else _apply_to_settings(instance, override)
    known = [*TABLES, *_SECTIONS]
    raise OverrideError(f"'{first}' is neither a table nor a section", f"paths begin with one of: {', '.join(known)}", nearest(first, known))


def _settings_path_known(override: Override) -> bool:
    section = Settings.model_fields[override.path[0]].annotation
    return len(override.path) == 2 and section is not None and override.path[1] in getattr(section, "model_fields", {})


def _apply_to_table(instance: Instance, override: Override, *, dry: bool) -> Instance:
    table, *rest = override.path
    model = TABLES[table]
    matched, column = _match(instance, override, model, rest)
    if column is None:
        kept = [pair for pair in _numbered(instance, table) if pair[1] not in matched]
        changes = [OverrideChange(override.text, _path(table, row, None), "there", "taken out") for row in matched]
        return instance if dry else instance.with_tables({table: kept}, overrides=(*instance.overrides, *changes))
    replaced: dict[int, Row] = {}
    changes = []
    for row in matched:
        old = getattr(row, column)
        new = _operate(override, old, _path(table, row, column))
        replaced[id(row)] = changed = _validated(model, row, column, new, override)
        changes.append(OverrideChange(override.text, _path(table, row, column), old, getattr(changed, column)))
    if dry:
        return instance
    rows = [(line, replaced.get(id(row), row)) for line, row in _numbered(instance, table)]
    return instance.with_tables({table: rows}, overrides=(*instance.overrides, *changes))


def _numbered(instance: Instance, table: str) -> list[tuple[int, Row]]:
    rows = instance.tables.get(table, ())
    return list(zip(instance.lines.get(table, (0,) * len(rows)), rows, strict=True))


def _match(instance: Instance, override: Override, model: type[Row], rest: list[str]) -> tuple[list[Row], str | None]:
    """The rows that a path means and the column; None as column means the rows themselves."""
    table = override.path[0]
    width = 2 if table == "commitments" else len(model.key)
    shape = ".".join([table, *(part.upper() for part in model.key[:width])])
    if len(rest) == width and override.operation == "=" and override.value is False:
        keys, column = rest, None
    elif len(rest) == width + 1:
        keys, column = rest[:-1], rest[-1]
        if column not in model.model_fields or column in model.key[:width]:
            raise OverrideError(f"'{column}' is not a column of {table} that can be changed", close=nearest(column, set(model.model_fields) - set(model.key[:width])))
    else:
        raise OverrideError(f"a path into {table} is {shape}.COLUMN", "use * for any key")
    rows = [row for row in instance.tables.get(table, ()) if _matches(row, keys)]
    if not rows:
        raise OverrideError(f"'{'.'.join(override.path)}' matches nothing", close=_nearest_path(instance, table, keys, column))
    return rows, column


def _texts(row: Row) -> list[str]:
    return [f"{part:.12g}" if isinstance(part, float) else str(part) for part in row_key(row)]


def _matches(row: Row, keys: Sequence[str]) -> bool:
    texts = _texts(row)
    orders = [texts, [texts[1], texts[0], *texts[2:]]] if isinstance(row, Pair) else [texts]
    return any(all(key in ("*", text) for key, text in zip(keys, order, strict=False)) for order in orders)


def _path(table: str, row: Row, column: str | None) -> str:
    texts = _texts(row)[:2] if table == "commitments" else _texts(row)
    parts = [table, *texts, *([] if column is None else [column])]
    return ".".join(f'"{part}"' if "." in part or not part else part for part in parts)


def _nearest_path(instance: Instance, table: str, keys: Sequence[str], column: str | None) -> str | None:
    """The path of the row whose key resembles the one asked for, each part compared on its own."""
    rows = instance.tables.get(table, ())
    if not rows:
        return None
    guess = []
    for position, key in enumerate(keys):
        known = {_texts(row)[position] for row in rows}
        guess.append(key if key == "*" else nearest(key, known))
    if None in guess:
        return None
    parts = [table, *(str(part) for part in guess), *([] if column is None else [column])]
    return ".".join(f'"{part}"' if "." in part or not part else part for part in parts)


def _operate(override: Override, old: Any, path: str) -> Any:
    """The new value of one figure."""
    value = override.value
    if override.operation == "=":
        if isinstance(value, relativedelta):
            raise OverrideError(f"'{override.text}' sets a span of time", "write a date, or += to move one")
        return value
    if old is None:
        raise OverrideError(f"{path} is blank, so {override.operation} has nothing to work on", "use = to set it")
    if isinstance(old, tuple):
        return tuple(_operate(override, item, path) for item in old)
    if isinstance(value, relativedelta):
        if not isinstance(old, dt.date) or override.operation != "+=":
            raise OverrideError(f"{path} is {show(old)}, not a date", "a span of time moves a date with +=")
        return old + value
    if isinstance(old, bool) or not isinstance(old, int | float) or not isinstance(value, float):
        raise OverrideError(f"{path} is {show(old)}; {override.operation} {show(value)} has no meaning", "use = to set it")
    return old + value if override.operation == "+=" else old * value


def _validated(model: type[Row], row: Row, column: str, new: Any, override: Override) -> Row:
    data = row.model_dump()
    data[column] = new
    try:
        return model.model_validate({name: value for name, value in data.items() if value is not None})
    except ValidationError as error:
        problem, expected, close = explain(error.errors()[0])
        raise OverrideError(problem, expected, close) from None


def _apply_to_settings(instance: Instance, override: Override) -> Instance:
    data = instance.settings.model_dump()
    where, name = _settings_place(data, override)
    old = where.get(name)
    new = _operate(override, old, ".".join(override.path))
    where[name] = new
    try:
        settings = Settings.model_validate(json_free(data))
    except ValidationError as error:
        problem, expected, close = explain(error.errors()[0])
        raise OverrideError(problem, expected, close) from None
    change = OverrideChange(override.text, ".".join(override.path), old, new)
    return instance.with_tables({}, settings=settings, overrides=(*instance.overrides, change))


def _settings_place(data: dict[str, Any], override: Override) -> tuple[dict[Any, Any], Any]:
    """The innermost table of the settings that a path leads to, and the key in it."""
    where: dict[Any, Any] = data
    for depth, part in enumerate(override.path[:-1]):
        inner = where.get(part)
        if inner is None and depth > 0 and part in where:
            where[part] = inner = {}
        if not isinstance(inner, dict):
            raise OverrideError(f"'{'.'.join(override.path)}' leads nowhere", close=nearest(part, [str(key) for key in where]))
        where = inner
    name: Any = override.path[-1]
    if override.path[:2] == ("economics", "discount_rate") and len(override.path) == 3:
        name = next((key for key in where if str(key) == name), name)
    elif override.path[0] == "rules" and name in LATER_RULES:
        raise OverrideError(f"rule '{name}' is not in this version")
    elif name not in where and len(override.path) == 2:
        raise OverrideError(f"'{'.'.join(override.path)}' matches nothing", close=_with_section(override, nearest(name, [str(key) for key in where])))
    return where, name


def _with_section(override: Override, close: str | None) -> str | None:
    return None if close is None else f"{override.path[0]}.{close}"


def json_free(data: Any) -> Any:
    """Settings as read: keys that are not given left out, so that defaults come from one place."""
    if isinstance(data, dict):
        return {key: json_free(value) for key, value in data.items() if value is not None}
    return data


def as_text(value: Any) -> str:
    """A value as an override writes it."""
    return json.dumps(value) if isinstance(value, str) else str(value)
