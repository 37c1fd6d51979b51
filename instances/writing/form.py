"""What is written, whatever the form: settings, rows, and what every column and setting means."""

from __future__ import annotations

import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Literal

from instances.cells import kind_of
from instances.instance import Instance
from instances.settings import Settings
from instances.tables import REQUIRED_TABLES, TABLES, Row, unit

LAST = ("source", "note")
TEMPLATE = "data/template.toml"


@dataclass(frozen=True)
class Form:
    """An instance to write, or an empty one to fill in.

    Attributes:
        settings: The settings.
        tables: Rows of each table; a table without rows is written with its header, for somebody to fill in.
    """

    settings: Settings
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)


def form_of(instance: Instance) -> Form:
    """Everything that an instance says, as it was read."""
    return Form(instance.settings, instance.tables)


def empty_form() -> Form:
    """No rows, and the settings of a new instance."""
    text = resources.files("instances").joinpath(TEMPLATE).read_text(encoding="utf-8")
    return Form(Settings.model_validate(tomllib.loads(text)))


def columns_of(model: type[Row]) -> list[str]:
    """Columns of a table in the order in which people fill them in: the key first, source and note last."""
    between = [name for name in model.model_fields if name not in (*model.key, *LAST)]
    return [*model.key, *between, *LAST]


def table_meaning(name: str) -> str:
    """What a table holds, in a sentence or two, and whether it has to be there."""
    need = "Required." if name in REQUIRED_TABLES else "Optional."
    return f"{' '.join((TABLES[name].__doc__ or '').split())} {need}"


def column_meaning(model: type[Row], column: str) -> str:
    """What a column holds, and what a blank cell of it means where that is not just that it is not given."""
    info = model.model_fields[column]
    meaning = info.description or ""
    if info.is_required():
        return f"{meaning} (required)"
    if info.default is not None:
        default = str(info.default).lower() if isinstance(info.default, bool) else f"{info.default:g}"
        return f"{meaning} (blank: {default})"
    return meaning


def how_to_write(model: type[Row], column: str) -> str:
    """The unit of a column, or how its values are written."""
    kind = kind_of(model, column)
    if kind == "truth":
        return "true or false"
    if kind == "date":
        return "date, YYYY-MM-DD"
    if kind == "list":
        return f"{unit(model.model_fields[column])}; several with semicolons: 0.5;1"
    options = options_of(model.model_fields[column].annotation)
    return unit(model.model_fields[column]) or (f"one of: {', '.join(options)}" if options else "text")


def options_of(annotation: Any) -> list[str]:
    """The words that a type allows; none where it is not one of words."""
    if typing.get_origin(annotation) is Literal:
        return [str(option) for option in typing.get_args(annotation) if isinstance(option, str)]
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return [option for part in typing.get_args(annotation) for option in options_of(part)]
    return []
