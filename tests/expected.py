"""Published figures of a case study (`expected.toml`), and the small path language that finds them in a plan.

An entry is a table `[[figure]]` with `name`, `where`, `source`, one of `value`, `at_least` and `at_most`, and perhaps
`tolerance` (absolute; a number has one), `scenarios`, `overrides`, `less` and `note`. With `less = { scenarios, overrides }`
the figure is a difference: the number in the plan less the number at the same place of that other plan.

A path leads from the top of plan.json to one value:

    npv                                                      a key
    partnerships[service=it_services].host                   an element of a list, then a key
    cashflow[council=Dover,head=process].amount              several conditions
    cashflow[financial_year=2011/12|2012/13].amount          any of several values
    rules[scope="IT services, Thanet"].slack                 text with commas, bars, brackets or quotes stands in quotes

A list without conditions stands for all its elements. Where a path leads to several values, a function makes one of them:
`sum(PATH)` of numbers, `count(PATH)` of anything, `names(PATH)` of texts: each once, sorted, with ", " between.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

_FUNCTION = re.compile(r"\s*(?P<name>\w+)\((?P<path>.*)\)\s*", re.DOTALL)
_STEP = re.compile(r'(?P<key>\w+)(?P<filter>\[(?P<conditions>(?:"[^"]*"|[^"\]])*)\])?')
_CONDITION = re.compile(r'\s*(?P<key>\w+)\s*=\s*(?P<value>"[^"]*"|[^",]*?)\s*(?:,|$)')
_KEYS = frozenset({"name", "where", "value", "at_least", "at_most", "tolerance", "scenarios", "overrides", "less", "source", "note"})
_LIMITS = ("value", "at_least", "at_most")

Conditions = tuple[tuple[str, tuple[str, ...]], ...]
"""Keys of an element, each with the values it may have."""
Step = tuple[str, Conditions | None]
"""A key and the conditions on the elements of its list; None where there are none."""


Variant = tuple[tuple[str, ...], tuple[str, ...]]
"""Scenarios and overrides under which a plan is made."""


class PathError(Exception):
    """A path that cannot be read, or leads nowhere, or to several things where one is asked for."""


class EntryError(Exception):
    """An entry of expected.toml that is not of the form above."""


@dataclass(frozen=True)
class Figure:
    """One published figure.

    Attributes:
        name: What it is, in words.
        where: Path into plan.json.
        limit: `value`, `at_least` or `at_most`.
        expected: The published number or text; a date as its ISO text.
        tolerance: How far a number may be off.
        scenarios: Scenarios under which it holds.
        overrides: Overrides under which it holds.
        source: Where it is published.
        note: Anything else.
        less: The plan whose number is taken off; None where the figure is the number itself.
    """

    name: str
    where: str
    limit: str
    expected: float | str
    tolerance: float
    scenarios: tuple[str, ...]
    overrides: tuple[str, ...]
    source: str
    note: str = ""
    less: Variant | None = None


def read_figures(path: Path) -> list[Figure]:
    """The figures of an expected.toml; there is at least one, and no two have one name.

    Raises:
        EntryError: An entry is not of the form above.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    if set(data) != {"figure"} or not data["figure"]:
        raise EntryError(f"{path.name} holds tables [[figure]] and nothing else")
    figures = [_figure(entry) for entry in data["figure"]]
    names = [figure.name for figure in figures]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise EntryError(f"'{twice[0]}' stands twice in {path.name}")
    return figures


def _figure(entry: dict[str, Any]) -> Figure:
    name = str(entry.get("name", "")).strip()
    at = f"figure '{name}'" if name else "a figure without a name"
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise EntryError(f"{at}: '{unknown[0]}' is not a key of a figure")
    for key in ("name", "where", "source"):
        if not str(entry.get(key, "")).strip():
            raise EntryError(f"{at}: {key} is missing or blank")
    given = [key for key in _LIMITS if key in entry]
    if len(given) != 1:
        raise EntryError(f"{at}: give one of value, at_least and at_most, not {' and '.join(given) or 'none'}")
    expected = _plain(entry[given[0]])
    if not isinstance(expected, int | float | str) or isinstance(expected, bool):
        raise EntryError(f"{at}: {expected!r} is neither a number nor text nor a date")
    if isinstance(expected, str) and (given[0] != "value" or "tolerance" in entry):
        raise EntryError(f"{at}: text and dates have a value and no tolerance")
    if not isinstance(expected, str) and given[0] == "value" and "tolerance" not in entry:
        raise EntryError(f"{at}: a number needs a tolerance")
    return Figure(
        name=name,
        where=entry["where"],
        limit=given[0],
        expected=expected,
        tolerance=float(entry.get("tolerance", 0.0)),
        scenarios=tuple(entry.get("scenarios", ())),
        overrides=tuple(entry.get("overrides", ())),
        source=entry["source"],
        note=entry.get("note", ""),
        less=_variant(entry["less"], at) if "less" in entry else None,
    )


def _variant(given: Any, at: str) -> Variant:
    """The other plan of a difference; it differs from the base in something, or has an empty list to say that it is the base."""
    if not isinstance(given, dict) or not given or set(given) - {"scenarios", "overrides"}:
        raise EntryError(f"{at}: less holds scenarios, overrides, or both")
    return tuple(given.get("scenarios", ())), tuple(given.get("overrides", ()))


def _plain(value: Any) -> Any:
    """A date as plan.json has it."""
    return value.isoformat() if isinstance(value, dt.date) else value


def check(figure: Figure, plan: Any, other: Any = None) -> str | None:
    """None where the plan has the figure, else what was expected and what was found; `other` is the plan that `less` names."""
    try:
        found = _plain(look_up(plan, figure.where))
        if figure.less is not None:
            found = _difference(figure.where, found, _plain(look_up(other, figure.where)))
    except PathError as error:
        return _failure(figure, str(error))
    return None if _holds(figure, found) else _failure(figure, repr(found))


def _difference(where: str, first: Any, second: Any) -> float:
    for value in (first, second):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise PathError(f"'{where}' leads to {value!r}, which is not a number to subtract")
    return float(first - second)


def _holds(figure: Figure, found: Any) -> bool:
    if isinstance(figure.expected, str):
        return bool(found == figure.expected)
    if isinstance(found, bool) or not isinstance(found, int | float) or math.isnan(found):
        return False
    if figure.limit == "at_least":
        return found >= figure.expected - figure.tolerance
    if figure.limit == "at_most":
        return found <= figure.expected + figure.tolerance
    return abs(found - figure.expected) <= figure.tolerance


def _failure(figure: Figure, found: str) -> str:
    limit = "" if figure.limit == "value" else f"{figure.limit.replace('_', ' ')} "
    within = f", within {figure.tolerance:g}" if figure.tolerance else ""
    under = _under(figure.scenarios, figure.overrides)
    less = "" if figure.less is None else f" less the plan {_under(*figure.less) or 'as it stands'}"
    lines = [
        f"figure: {figure.name}" + (f" ({under})" if under else "") + less,
        f"where: {figure.where}",
        f"expected: {limit}{figure.expected!r}{within} ({figure.source})",
        f"found: {found}",
    ]
    return "\n  ".join(lines)


def _under(scenarios: tuple[str, ...], overrides: tuple[str, ...]) -> str:
    named = "; ".join([*(f"scenario {name}" for name in scenarios), *overrides])
    return f"with {named}" if named else ""


def look_up(plan: Any, where: str) -> Any:
    """The value that a path leads to, `plan` being plan.json as nested dicts and lists.

    Raises:
        PathError: The path cannot be read, or leads nowhere, or to several values without a function.
    """
    match = _FUNCTION.fullmatch(where)
    if match is None:
        found = _walk(plan, where)
        if len(found) != 1:
            raise PathError(f"'{where}' leads to {len(found)} values, not one; narrow it, or use sum, count or names")
        return found[0]
    name, path = match["name"], match["path"]
    if name not in ("sum", "count", "names"):
        raise PathError(f"'{name}' is not a function; there are sum, count and names")
    found = _walk(plan, path)
    return len(found) if name == "count" else _joined(name, path, found)


def _joined(name: str, path: str, found: list[Any]) -> Any:
    if not found:
        raise PathError(f"'{path}' leads to nothing")
    kind = (int, float) if name == "sum" else (str, dt.date)
    strange = [value for value in found if not isinstance(value, kind) or isinstance(value, bool)]
    if strange:
        raise PathError(f"{name}({path}) meets {strange[0]!r}, which is not {'a number' if name == 'sum' else 'text'}")
    return math.fsum(found) if name == "sum" else ", ".join(sorted({str(_plain(value)) for value in found}))


def _walk(plan: Any, path: str) -> list[Any]:
    """All values that a path leads to; a list at its end stands for its elements."""
    nodes = [plan]
    for key, conditions in _steps(path):
        values = [_value(node, key, path) for node in nodes]
        nodes = [node for value in values for node in _elements(value, key, conditions, path)]
    return nodes


def _steps(path: str) -> list[Step]:
    text, steps, at = path.strip(), [], 0
    while match := _STEP.match(text, at):
        steps.append((match["key"], None if match["filter"] is None else _conditions(match["conditions"], path)))
        at = match.end()
        if at == len(text):
            return steps
        if text[at] != ".":
            break
        at += 1
    raise PathError(f"'{path}' cannot be read from '{text[at:]}' on; write key.key[key=value].key")


def _conditions(text: str, path: str) -> Conditions:
    found, at = [], 0
    while match := _CONDITION.match(text, at):
        found.append((match["key"], _alternatives(match["value"])))
        at = match.end()
        if at == len(text):
            return tuple(found)
    raise PathError(f"'{path}': the conditions [{text}] cannot be read; write [key=value,key=value]")


def _alternatives(value: str) -> tuple[str, ...]:
    return (value.strip('"'),) if value.startswith('"') else tuple(part.strip() for part in value.split("|"))


def _value(node: Any, key: str, path: str) -> Any:
    if not isinstance(node, dict):
        raise PathError(f"'{path}': there is no '{key}' in {node!r}")
    if key not in node:
        raise PathError(f"'{path}': there is no '{key}'{_nearest(key, node)}")
    return node[key]


def _elements(value: Any, key: str, conditions: Conditions | None, path: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        if conditions is not None:
            raise PathError(f"'{path}': '{key}' is not a list")
        return [value]
    return [element for element in value if all(_text(_value(element, name, path)) in asked for name, asked in conditions or ())]


def _text(value: Any) -> str:
    """A value as a condition writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(_plain(value))


def _nearest(key: str, known: Any) -> str:
    close = get_close_matches(key, [str(name) for name in known], n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""
