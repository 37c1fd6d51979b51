"""Overrides that take things out of an instance, several at once.

Most of what can be taken out is one override, whatever else goes. Parts of a rule are not: a list counts its items anew, a limit loses
its last part, a table by service is written as a whole. So these are named (`Without`) and written together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from instances import Instance
from instances.override import Override
from instances.overrides import apply_one
from instances.paths import join_path
from instances.toml_values import toml_key, toml_value
from optimiser.explain.figures import PARTS, Figure, figures

LISTS = ("sequencing", "bundle")
BY_YEAR = ("programme", "council")


@dataclass(frozen=True)
class Without:
    """A part of a rule that is taken out: an item of a list, a limit, one service.

    Attributes:
        rule: The rule.
        part: Number of the item; programme, council (and financial year) or total; part of the rule and service.
    """

    rule: str
    part: tuple[str, ...]


Edit = str | Without
"""An override, or a part of a rule to be taken out."""


def written(instance: Instance, edits: Iterable[Edit], figures_changed: Iterable[str] = ()) -> tuple[str, ...]:
    """The overrides, in an order in which none undoes another: rules and figures, rows out, rows in, items of lists out.

    Args:
        instance: What they are for.
        edits: What is taken out.
        figures_changed: Overrides that change figures besides.
    """
    plain = [edit for edit in dict.fromkeys(edits) if isinstance(edit, str)]
    off = {path[1] for path, value in map(_parts, plain) if len(path) == 2 and path[0] == "rules" and value is False}
    parts: dict[str, list[tuple[str, ...]]] = {}
    for edit in dict.fromkeys(edits):
        if isinstance(edit, Without) and edit.rule not in off:
            parts.setdefault(edit.rule, []).append(edit.part)
    found = [text for rule in sorted(parts) for text in _without(instance, rule, parts[rule])]
    return tuple(sorted(dict.fromkeys([*found, *plain, *figures_changed]), key=_rank))


def _parts(text: str) -> tuple[tuple[str, ...], Any]:
    parsed = Override.parse(text)
    return parsed.path, parsed.value


def _rank(text: str) -> int:
    """Whole rules and tables of them first, then figures, rows out, rows in; items of lists last, so that their numbers hold."""
    path, value = _parts(text)
    if path[0] == "rules":
        is_item = len(path) == 3 and path[1] in LISTS and value is False
        return 4 if is_item else 0 if value in (False, None) or isinstance(value, dict) else 1
    if len(path) == 1:
        return 3
    return 2 if value is False else 1


def _without(instance: Instance, rule: str, parts: Collection[tuple[str, ...]]) -> Iterator[str]:
    if rule in LISTS:
        numbers = sorted((int(part) for (part,) in parts), reverse=True)
        everything = len(numbers) == len(getattr(instance.rules, rule))
        yield from [f"rules.{rule} = off"] if everything else [f"rules.{rule}.{number} = off" for number in numbers]
    elif rule == "investment_limit":
        yield from _without_limits(instance, set(parts))
    elif rule in ("compatibility", "quality"):
        yield from _in_columns(instance, rule, {service for _, service in parts})
    else:
        yield from _in_table(instance, rule, {service for _, service in parts})


def limits_of(instance: Instance) -> dict[tuple[str, ...], float]:
    """The parts of rule investment_limit: programme or council, with the financial year where given by year, and total."""
    rule = instance.rules.investment_limit
    if not rule:
        return {}
    found: dict[tuple[str, ...], float] = {}
    for who in BY_YEAR:
        given = getattr(rule, who)
        if isinstance(given, dict):
            found |= {(who, year): amount for year, amount in sorted(given.items())}
        elif given is not None:
            found[who,] = given
    return found if rule.total is None else found | {("total",): rule.total}


def _without_limits(instance: Instance, parts: set[tuple[str, ...]]) -> Iterator[str]:
    given = set(limits_of(instance))
    kept = given - parts
    if not kept:
        yield "rules.investment_limit = off"
        return
    whole = {part[0] for part in given} - {part[0] for part in kept}
    yield from (f"rules.investment_limit.{who} = none" for who in sorted(whole))
    yield from (f"{join_path(['rules', 'investment_limit', *part])} = none" for part in sorted(parts) if part[0] not in whole)


def _in_columns(instance: Instance, rule: str, services: set[str]) -> Iterator[str]:
    """The minimum of a rule taken out for some services: for the others it moves into services.csv."""
    column = PARTS[rule][0][1]
    minimum = {found.service: found for found in figures(instance, rule) if found.part == "minimum"}
    setting: Any = getattr(instance.rules, rule)
    if setting is not None and setting.minimum is not None:
        yield "rules.quality.minimum = none" if rule == "quality" and setting.tolerance is not None else f"rules.{rule} = none"
        for found in minimum.values():
            if found.service not in services and not found.own:
                yield f"{join_path(['services', found.service, column])} = {toml_value(found.value)}"
    yield from (f"{found.path} = none" for found in minimum.values() if found.service in services and found.own)


def _in_table(instance: Instance, rule: str, services: set[str]) -> Iterator[str]:
    """A figure taken out for some services: for the others it moves into a table by service."""
    on: list[Figure] = figures(instance, rule)
    if any(found.general is not None and found.service in services for found in on):
        kept = {found.service: found.general for found in on if found.general is not None and found.service not in services}
        yield f"rules.{rule} = {_table(kept)}" if kept else f"rules.{rule} = none"
    yield from (f"{found.path} = none" for found in on if found.own and found.service in services)


def _table(figures_by_service: Mapping[str, Any]) -> str:
    return f"{{ {', '.join(f'{toml_key(service)} = {toml_value(value)}' for service, value in figures_by_service.items())} }}"


def changed(instance: Instance, overrides: Iterable[str]) -> Instance:
    """The instance with overrides, not checked: what is asked of it may have no meaning.

    Raises:
        OverrideError: One of them cannot be applied.
    """
    for text in overrides:
        instance = apply_one(instance, Override.parse(text))
    return instance
