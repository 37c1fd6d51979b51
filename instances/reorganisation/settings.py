"""instance.toml of a reorganised instance: when it starts, and which ranges, scenarios and rules go on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from pydantic import ValidationError

from instances.calendar import Calendar
from instances.checks import Draft
from instances.checks.economics import check_compatibility_known
from instances.errors import Fault, InstanceError
from instances.instance import Instance
from instances.messages import explain
from instances.override import Override
from instances.overrides import own_faults
from instances.paths import split_path, width
from instances.reorganisation.ledger import Ledger, counted
from instances.reorganisation.relations import PARTIES
from instances.reorganisation.succession import Succession
from instances.rule_figures import DistanceLimit
from instances.settings import Settings
from instances.tables import TABLES, Distance

ANEW = "names councils that are replaced"
OFF_ALREADY = "switches off what is off"
LIMITS = ("maximum_distance", "maximum_span")


def started(settings: Settings, start: dt.date) -> Settings:
    """The settings with another first day.

    Raises:
        InstanceError: The calendar cannot begin then.
    """
    try:
        calendar = Calendar.model_validate(settings.calendar.model_dump() | {"start": start})
    except ValidationError as error:
        problem, expected, _ = explain(error.errors()[0])
        raise InstanceError(f"start {start}", [Fault("instance.toml", problem, expected, column="calendar.start")]) from None
    return settings.model_copy(update={"calendar": calendar})


def without_minutes(instance: Instance, succession: Succession, ledger: Ledger) -> Settings:
    """The settings without limits in minutes, where travel times of councils were dropped and those of successors are not known."""
    settings = instance.settings
    timed = any(row.minutes is not None and {row.council_a, row.council_b} & succession.changed for row in instance.rows(Distance))
    off = [rule for rule in LIMITS if isinstance(limit := getattr(settings.rules, rule), DistanceLimit) and limit.minutes is not None]
    if not timed or not off:
        return settings
    ledger.notes += [
        f"rules.{rule} is switched off: its minutes are not known for successors; give distances.csv and set it" for rule in off
    ]
    rules = settings.rules.model_copy(update=dict.fromkeys(off, False))
    return settings.model_copy(update={"rules": rules})


def without_unknown_compatibility(instance: Instance, ledger: Ledger) -> Settings:
    """The settings without rule compatibility, where nothing is known of any two of the councils that there are now."""
    if next(check_compatibility_known(Draft.of(instance)), None) is None:
        return instance.settings
    ledger.notes.append(
        "rules.compatibility is switched off: neither control nor anything else is known of any two successors; "
        "give control, culture or compatibility.csv, and set it"
    )
    rules = instance.settings.rules.model_copy(update={"compatibility": False})
    return instance.settings.model_copy(update={"rules": rules})


def going_on(instance: Instance, succession: Succession, ledger: Ledger, obsolete: frozenset[str]) -> Settings:
    """The settings without ranges and scenarios that are about councils that are gone, or that lead nowhere now.

    A scenario goes as a whole: without one of its overrides it would be another one.
    """
    settings = instance.settings
    ranges = {path: why for path in settings.ranges if (why := _range_trouble(path, instance, succession))}
    scenarios = {name: why for name in settings.scenarios if (why := _scenario_trouble(name, instance, succession))}
    for section, dropped in (("ranges", ranges), ("scenarios", scenarios)):
        for why in sorted(set(dropped.values())):
            ledger.drop(section, [name for name, reason in dropped.items() if reason == why], f"dropped ({why})")
    return without_obsolete(
        settings.model_copy(
            update={
                "ranges": {path: given for path, given in settings.ranges.items() if path not in ranges},
                "scenarios": {name: given for name, given in settings.scenarios.items() if name not in scenarios},
            }
        ),
        ledger,
        obsolete,
    )


def without_obsolete(settings: Settings, ledger: Ledger, obsolete: frozenset[str]) -> Settings:
    """The settings without scenarios that the reorganisation takes the place of."""
    gone = [name for name in settings.scenarios if name in obsolete]
    ledger.drop("scenarios", gone, "dropped (the dates of the reorganisation take its place)")
    return settings.model_copy(update={"scenarios": {name: given for name, given in settings.scenarios.items() if name not in gone}})


def _range_trouble(path: str, instance: Instance, succession: Succession) -> str:
    if _names_changed(split_path(path), "", succession):
        return ANEW
    alone = instance.settings.model_copy(update={"ranges": {path: instance.settings.ranges[path]}, "scenarios": {}})
    return _leads_nowhere(instance, alone)


def _scenario_trouble(name: str, instance: Instance, succession: Succession) -> str:
    scenario = instance.settings.scenarios[name]
    overrides = [Override.parse(text) for text in scenario.overrides]
    if any(_names_changed(override.path, override.raw, succession) for override in overrides):
        return ANEW
    if overrides and all(_is_off_already(override, instance) for override in overrides):
        return OFF_ALREADY
    alone = instance.settings.model_copy(update={"ranges": {}, "scenarios": {name: scenario}})
    return _leads_nowhere(instance, alone)


def _is_off_already(override: Override, instance: Instance) -> bool:
    """Whether an override switches off a rule that the instance has off."""
    section, *keys = override.path
    return section == "rules" and len(keys) == 1 and override.raw.strip() == "false" and getattr(instance.rules, keys[0], None) is False


def _leads_nowhere(instance: Instance, settings: Settings) -> str:
    """What is wrong with the one range or scenario of some settings, in the reorganised instance."""
    fault = next(own_faults(replace(instance, settings=settings)), None)
    return "" if fault is None else fault.problem


def _names_changed(path: tuple[str, ...], value: str, succession: Succession) -> bool:
    """Whether a path into a table goes by a council that is abolished or enlarged, or a value is one."""
    table, *keys = path
    if table not in TABLES:
        return False
    columns = TABLES[table].key[: width(table)]
    by_key = any(column in PARTIES and key in succession.changed for column, key in zip(columns, keys, strict=False))
    return by_key or (keys[-1:] != [] and keys[-1] in PARTIES and value.strip().strip('"') in succession.changed)


def described(settings: Settings, way: str, succession: Succession, ledger: Ledger) -> Settings:
    """The settings with a note that says what was done and how much was dropped."""
    dropped = "; ".join(
        f"{table} {counted(number, 'row' if table.endswith('.csv') else 'entry')}" for table, number in ledger.counts.items()
    )
    said = f"Reorganised ({succession.table}): {way}." + (f" Dropped: {dropped}; see the head of instance.toml." if dropped else "")
    before = (settings.instance.note or "").strip()
    before += "." if before and before[-1] not in ".!?" else ""
    title = settings.instance.model_copy(update={"note": f"{before} {said}".strip()})
    return settings.model_copy(update={"instance": title})


def candidate_starts(instance: Instance, succession: Succession, asked: dt.date | None) -> Iterator[dt.date]:
    """First days to try, the best first: the one asked for; else the day on which all successors begin, if it is one; else as it was."""
    if asked is not None:
        yield asked
        return
    days = set(succession.ceases.values())
    if len(days) == 1 and min(days) > instance.calendar.start:
        yield min(days)
    yield instance.calendar.start
