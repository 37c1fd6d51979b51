"""Overrides of tables: cells changed, rows taken out, rows added."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from instances.cells import Kind, kind_of, parse
from instances.errors import nearest
from instances.instance import Instance, OverrideChange, row_key
from instances.messages import explain, refuse, show
from instances.override import ROW, Override, operate
from instances.paths import OverrideError, join_path, match_rows, path_form, row_path
from instances.tables import TABLES, Row
from instances.values import day, number, numbers, truth


def apply_to_table(instance: Instance, override: Override) -> Instance:
    """The instance with an override of a table applied and logged.

    Raises:
        OverrideError: The path leads nowhere, or the value does not fit.
    """
    table = override.path[0]
    if len(override.path) == 1:
        return _with_row(instance, override)
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
        replaced[id(row)] = new = _validated(row, column, operate(override, old, path), path, override)
        changes.append(OverrideChange(override.text, path, old, getattr(new, column)))
    everything = (*instance.overrides, *changes)
    return instance.with_tables({table: [(line, replaced.get(id(row), row)) for line, row in numbered]}, overrides=everything)


def _with_row(instance: Instance, override: Override) -> Instance:
    """The instance with one row more."""
    table = override.path[0]
    model = TABLES[table]
    if override.operation != "+=" or not isinstance(override.value, dict):
        raise OverrideError("is about a whole table", f"{ROW}; a path into it is {path_form(table)}")
    unknown = next((column for column in override.value if column not in model.model_fields), None)
    if unknown is not None:
        close = nearest(unknown, model.model_fields)
        raise OverrideError(f"'{unknown}' is not a column of {table}", f"it has: {', '.join(model.model_fields)}", close)
    row = _read_row(model, {column: _cell(model, column, value, override) for column, value in override.value.items()})
    rows = instance.tables.get(table, ())
    numbered = list(zip(instance.lines.get(table, (0,) * len(rows)), rows, strict=True))
    if any(row_key(one) == row_key(row) for one in rows):
        raise OverrideError(f"{join_path([table, *map(str, row_key(row))])} stands there already", "change it with =, or take it out first")
    given = {column: value for column, value in row if value is not None}
    change = OverrideChange(override.text, row_path(table, row), "not there", given)
    return instance.with_tables({table: [*numbered, (0, row)]}, overrides=(*instance.overrides, change))


def _cell(model: type[Row], column: str, value: Any, override: Override) -> Any:
    """A value of a new row, as its column holds it."""
    if kind_of(model, column) == "text" and not isinstance(value, str):
        raise OverrideError(f"{column}: {show(value)} is not text", "write it in quotes")
    try:
        return _typed(kind_of(model, column), value, override)
    except PydanticCustomError as error:
        context = error.context or {}
        raise OverrideError(f"{column}: {context['problem']}", context["expected"]) from None


def _read_row(model: type[Row], values: dict[str, Any]) -> Row:
    """A new row, read as strictly as a row of the file."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        details = error.errors()[0]
        problem, expected, close = explain(details)
        raise OverrideError(
            f"{details['loc'][0]} {problem}" if details["type"] == "missing" else f"{details['loc'][0]}: {problem}", expected, close
        ) from None


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
        raise OverrideError(override.about(path, problem), expected, close) from None
    except PydanticCustomError as error:
        context = error.context or {}
        raise OverrideError(override.about(path, context["problem"]), context["expected"]) from None


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
