"""What stands where a path leads: every figure that it means, defaults resolved, and its unit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import BaseModel

from instances.instance import Instance
from instances.paths import match_rows, row_path, settings_places, split_path
from instances.settings import Economics, Settings, green_book_rate
from instances.tables import TABLES, Parameters, Row, unit

Figure = float | int | dt.date | tuple[float, ...] | None
"""One figure: a number, a count, a date or a list; None where nothing is given and no default holds."""


def figures(instance: Instance, path: str) -> dict[str, Figure]:
    """Every figure that a path means, by its own path.

    A service parameter that is blank has its default; a host's own hosting or set-up cost that is blank, the service's; a discount
    rate that is absent, the Green Book's first.

    Raises:
        OverrideError: The path leads nowhere.
    """
    parts = split_path(path)
    if parts[0] in TABLES:
        rows, column = match_rows(instance, parts, whole=False)
        assert column is not None
        return {row_path(parts[0], row, column): _cell(instance, row, column) for row in rows}
    places = settings_places(instance.settings.model_dump(), parts)
    found = {place: _plain(where[key] if isinstance(where, list) else where.get(key)) for where, key, place in places}
    return {place: _default(place) if value is None else value for place, value in found.items()}


def _cell(instance: Instance, row: Row, column: str) -> Figure:
    value = getattr(row, column)
    if value is not None:
        return _plain(value)
    service = getattr(row, "service", None)
    if service is None or column not in Parameters.model_fields:
        return None
    if column == "phase_in":
        return instance.phase_in(service)
    return instance.parameter(service, column)


def _default(place: str) -> Figure:
    """What holds where a setting is not given."""
    section, _, key = place.partition(".")
    if section == "economics" and key in Parameters.model_fields:
        return (1.0,) if key == "phase_in" else 0.0
    return green_book_rate(0) if place == "economics.discount_rate" else None


def _plain(value: Any) -> Figure:
    """A figure as it stands: of a table with one figure in it, that one; nothing where it is no figure."""
    if isinstance(value, dict):
        given = [item for item in value.values() if item is not None]
        return _plain(given[0]) if len(given) == 1 else None
    if isinstance(value, list | tuple):
        numbers = all(isinstance(item, int | float) and not isinstance(item, bool) for item in value)
        return tuple(float(item) for item in value) if numbers else None
    if isinstance(value, bool) or not isinstance(value, int | float | dt.date):
        return None
    return value


def unit_of(path: str) -> str:
    """The unit of what a path means; empty where there is none."""
    parts = split_path(path)
    if parts[0] in TABLES:
        field = TABLES[parts[0]].model_fields.get(parts[-1])
        return "" if field is None else unit(field)
    model: Any = Economics if parts[0] == "economics" else Settings.model_fields[parts[0]].annotation
    said = ""
    for part in parts[1:]:
        if not (isinstance(model, type) and issubclass(model, BaseModel)) or part not in model.model_fields:
            return said
        said, model = unit(model.model_fields[part]), model.model_fields[part].annotation
    return said
