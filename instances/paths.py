"""Paths of overrides and ranges: `baselines.Thanet.payroll.annual_cost`, `services.*.growth`, `rules.minimum_saving`.

`*` matches any key; a name with dots stands in double quotes, in which a double quote of its own is written twice; a pair of councils
matches either way round.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any

from instances.errors import nearest
from instances.instance import Instance, row_key
from instances.messages import figure, keys_at, show
from instances.settings import Settings
from instances.tables import TABLES, Pair, Row

SECTIONS = ("instance", "calendar", "economics", "rules")
LISTS = (["rules", "sequencing"], ["rules", "bundle"])
"""Settings that are lists, whose items a path counts."""
_PART = re.compile(r'"((?:[^"]|"")*)"(?=\.|$)|([^."][^.]*)')
_TO_QUOTE = re.compile(r'[."=]|^\s|\s$|^$')
_RESEMBLANCE = 0.6


class OverrideError(ValueError):
    """An override that cannot be applied; the message says why and names the nearest path."""

    def __init__(self, problem: str, expected: str = "", close: str | None = None) -> None:
        """Keep the parts of the message."""
        super().__init__(problem)
        self.problem, self.expected, self.close = problem, expected, close


def split_path(path: str) -> tuple[str, ...]:
    """The parts of a path; a part in double quotes may hold dots, and each double quote in it twice.

    Raises:
        OverrideError: Two dots follow each other, or a quote is not closed.
    """
    parts, rest = [], path.strip()
    while True:
        match = _PART.match(rest)
        if match is None:
            raise OverrideError("is not a path", "write TABLE.KEY.COLUMN; put a name with dots in double quotes")
        parts.append(match[1].replace('""', '"') if match[1] is not None else match[2].strip())
        if match.end() == len(rest):
            return tuple(parts)
        rest = rest[match.end() + 1 :]


def join_path(parts: Sequence[str]) -> str:
    """The path of its parts, quoted where need be: `split_path` gives the same parts back."""
    return ".".join('"{}"'.format(part.replace('"', '""')) if _TO_QUOTE.search(part) else part for part in parts)


def width(table: str) -> int:
    """How many parts of a table's key its paths have; a commitment's go by council and service alone."""
    return 2 if table == "commitments" else len(TABLES[table].key)


def path_form(table: str) -> str:
    """What a path to a cell of a table looks like: contracts.COUNCIL.SERVICE.COLUMN."""
    return ".".join([table, *(part.upper() for part in TABLES[table].key[: width(table)]), "COLUMN"])


def row_path(table: str, row: Row, column: str | None = None) -> str:
    """The path of a row, or of one of its cells."""
    return join_path([table, *_texts(row)[: width(table)], *([] if column is None else [column])])


def match_rows(instance: Instance, path: Sequence[str], *, whole: bool) -> tuple[list[Row], str | None]:
    """The rows that a path into a table means and the column; None as column means the rows themselves.

    Args:
        instance: The instance.
        path: The parts of the path, the table first.
        whole: Whether a path without a column means whole rows.

    Raises:
        OverrideError: The path has too many or too few parts, or matches nothing.
    """
    table, *rest = path
    model, count = TABLES[table], width(table)
    if whole and len(rest) in (count, len(model.key)):
        keys, column = rest, None
    elif len(rest) == count + 1:
        keys, column = rest[:-1], rest[-1]
        open_columns = [name for name in model.model_fields if name not in model.key[:count]]
        if column not in open_columns:
            raise OverrideError(
                f"'{column}' is not a column of {table} that can be changed", close=_swap(path, -1, nearest(column, open_columns))
            )
    else:
        raise OverrideError(f"has a path of {len(path)} parts", f"a path into {table} is {path_form(table)}")
    rows = [row for row in instance.tables.get(table, ()) if _matches(row, keys)]
    if not rows:
        raise OverrideError("matches nothing", *_nearest_row(instance, table, keys, column))
    return rows, column


def _swap(path: Sequence[str], position: int, part: str | None) -> str | None:
    if part is None:
        return None
    parts = list(path)
    parts[position] = part
    return join_path(parts)


def _texts(row: Row) -> list[str]:
    return [figure(part) if isinstance(part, float) else str(part) for part in row_key(row)]


def _orders(row: Row) -> list[list[str]]:
    texts = _texts(row)
    return [texts, [texts[1], texts[0], *texts[2:]]] if isinstance(row, Pair) else [texts]


def _matches(row: Row, keys: Sequence[str]) -> bool:
    return any(all(key in ("*", text) for key, text in zip(keys, order, strict=False)) for order in _orders(row))


def _nearest_row(instance: Instance, table: str, keys: Sequence[str], column: str | None) -> tuple[str, str | None]:
    """What to say, and the path of the row whose key resembles the one asked for most, if any does in every part."""
    rows = instance.tables.get(table, ())
    if not rows:
        return f"{table} has no rows", None
    known: dict[tuple[str, str], float] = {}

    def likeness(key: str, text: str) -> float:
        if key in ("*", text):
            return 1.0
        if (key, text) not in known:
            known[key, text] = difflib.SequenceMatcher(None, key.casefold(), text.casefold()).ratio()
        return known[key, text]

    best, close = 0.0, None
    for row in rows:
        for order in _orders(row):
            parts = [likeness(key, text) for key, text in zip(keys, order, strict=False)]
            if sum(parts) > best and (min(parts) >= _RESEMBLANCE or sum(part == 1 for part in parts) * 2 >= len(parts)):
                best, close = sum(parts), [key if key == "*" else text for key, text in zip(keys, order, strict=False)]
    if close is None:
        return "", None
    return "", join_path([table, *close, *([] if column is None else [column])])


Where = dict[Any, Any] | list[Any]
"""A table or a list of the settings."""


def settings_places(data: dict[str, Any], path: Sequence[str]) -> Iterator[tuple[Where, Any, str]]:
    """The tables and lists of the settings that a path leads to, with the key in each and its own path.

    Tables on the way are made; items of a list are counted from 1 in the path, from 0 in the list.

    Raises:
        OverrideError: It leads nowhere.
    """
    if len(path) < 2:
        raise OverrideError("is about a whole section", f"a path into it is {path[0]}.KEY")
    yield from _descend(data, path, 0, [])


def _descend(where: Where, path: Sequence[str], depth: int, walked: list[str]) -> Iterator[tuple[Where, Any, str]]:
    if path[depth] == "*":
        yield from _any_key(where, path, depth, walked)
        return
    key = _item(where, path, depth, walked) if isinstance(where, list) else _key(where, path, depth, walked)
    here = [*walked, path[depth] if isinstance(where, list) else str(key)]
    if depth == len(path) - 1:
        yield where, key, join_path(here)
        return
    yield from _descend(_inner(where, key, here), path, depth + 1, here)


def _inner(where: Where, key: Any, here: Sequence[str]) -> Where:
    """The table or list behind a key, made where there is none."""
    inner = where[key] if isinstance(where, list) else where.get(key)
    if inner is None or inner is False:
        inner = {}
    elif isinstance(inner, tuple):
        inner = list(inner)
    elif not isinstance(inner, dict | list):
        raise OverrideError("leads nowhere", f"{join_path(here)} is one figure, {show(inner)}")
    where[key] = inner
    return inner


def _item(where: list[Any], path: Sequence[str], depth: int, walked: Sequence[str]) -> int:
    """The item of a list that a part of a path means."""
    part = path[depth]
    if part.isdecimal() and 1 <= int(part) <= len(where):
        return int(part) - 1
    count = f"has {len(where)} items" if len(where) > 1 else "has 1 item"
    raise OverrideError("matches nothing", f"{join_path(walked)} {count}, counted from 1")


def _any_key(where: Where, path: Sequence[str], depth: int, walked: list[str]) -> Iterator[tuple[Where, Any, str]]:
    """Every key or item that is given and in which the rest of the path leads somewhere."""
    last, found = depth == len(path) - 1, 0
    named = (
        [(str(place), place - 1) for place in range(1, len(where) + 1)] if isinstance(where, list) else [(str(key), key) for key in where]
    )
    for name, key in named:
        value, here = where[key], [*walked, name]
        if value is None or not (last or isinstance(value, dict | list | tuple)):
            continue
        try:
            for place in [(where, key, join_path(here))] if last else _descend(_inner(where, key, here), path, depth + 1, here):
                found += 1
                yield place
        except OverrideError:
            continue
    if not found:
        raise OverrideError("matches nothing")


def _key(where: dict[Any, Any], path: Sequence[str], depth: int, walked: list[str]) -> Any:
    """The key of a table that a part of a path means; tables by service and by date take new ones."""
    part = path[depth]
    found = next((key for key in where if str(key) == part), None)
    if found is not None:
        return found
    if walked in LISTS:
        raise OverrideError("matches nothing", f"{join_path(walked)} has no items")
    known = keys_at(Settings, walked) if walked else list(where)
    if part in known or (not known and "*" not in path[:depth]):
        return part
    raise OverrideError("matches nothing", close=_swap(path, depth, nearest(part, known)))
