"""One way to change anything: a path, an operation and a value.

    baselines.Thanet.payroll.annual_cost *= 0.9
    services.*.duplication_avoided = 0.5
    contracts.Sutton.waste.expires = 2009-04-01
    commitments.Shepway.* = off
    commitments += { council = "Dover", decision = "stays_out" }
    rules.minimum_saving = off

`=` sets, `+=` adds, `*=` scales. `*` matches any key; `+=` and `*=` pass over blank cells that only a `*` matches. A name
with dots stands in double quotes, and a quote within is written twice. A date takes `+= 6 months`. `off` behind the key of
a row, without a column, takes the row out, as it does an item of a list, `rules.sequencing.1`; items count from 1.
`TABLE += { ... }` adds a row. Scenarios, `--set`, sensitivity and sweeps are lists of overrides and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from instances.checks import Draft, check, notices
from instances.errors import Fault, InstanceError, nearest
from instances.instance import Instance, OverrideChange
from instances.messages import show
from instances.override import Override, are_numbers, json_free, operate
from instances.override_rows import apply_to_table
from instances.paths import SECTIONS, OverrideError, join_path, settings_places, split_path
from instances.settings import Settings
from instances.settings_file import settings_faults
from instances.tables import TABLES


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
        raise InstanceError(source or instance.name, [instance.places.fault(fault) for fault in faults])
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
        return apply_to_table(instance, override)
    if first in SECTIONS:
        return _apply_to_settings(instance, override)
    known = [*TABLES, *SECTIONS]
    close = nearest(first, known)
    raise OverrideError(
        f"'{first}' is neither a table nor a section",
        "" if close else f"paths begin with one of: {', '.join(known)}",
        None if close is None else join_path([close, *override.path[1:]]),
    )


def _apply_to_settings(instance: Instance, override: Override) -> Instance:
    data = instance.settings.model_dump()
    changes = []
    for where, key, path in list(settings_places(data, override.path)):
        old = where[key] if isinstance(where, list) else where.get(key)
        if override.operation != "=" and "*" in override.path and not _is_figure(old):
            continue
        new = operate(override, old, path)
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
        raise OverrideError(override.about(fault.column, fault.problem), expected, fault.nearest) from None
    return instance.with_tables({}, settings=settings, overrides=(*instance.overrides, *changes))


def _is_figure(value: Any) -> bool:
    """Whether a value is one that a wildcard can add to or scale: a number, numbers or a date."""
    if isinstance(value, list | tuple):
        return are_numbers(value)
    return isinstance(value, int | float | dt.date) and not isinstance(value, bool)


def _without_items(data: dict[str, Any]) -> dict[str, Any]:
    """Settings in which the items of rules that are switched off are gone; a rule that has none left is off."""
    rules = data["rules"]
    for rule, value in rules.items():
        if isinstance(value, list) and any(item is False for item in value):
            rules[rule] = [item for item in value if item is not False] or False
    return data
