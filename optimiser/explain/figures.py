"""Figures of rules by service: what each rule asks of each service, and where that figure stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from instances import Instance
from instances.paths import join_path
from instances.rule_figures import DistanceLimit

PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "maximum_distance": (("", "maximum_distance"),),
    "maximum_span": (("", "maximum_span"),),
    "compatibility": (("minimum", "compatibility"),),
    "quality": (("minimum", "quality"), ("tolerance", "quality_tolerance")),
    "partnership_size": (("minimum", "partnership_size_minimum"), ("maximum", "partnership_size_maximum")),
    "maximum_partnerships": (("", "maximum_partnerships"),),
    "minimum_saving": (("", "minimum_saving"),),
    "contiguity": (("", "contiguity"),),
    "payback": (("", "payback"),),
    "onboarding_capacity": (("", "onboarding_capacity"),),
}
"""Rules that services may have a figure of their own for: the parts of each, and the column of services.csv of each part."""
UNITS = {
    "maximum_distance": "km",
    "maximum_span": "km",
    "compatibility": "score",
    "quality": "score",
    "partnership_size": "members",
    "maximum_partnerships": "partnerships",
    "minimum_saving": "share",
    "payback": "years",
    "onboarding_capacity": "members",
}


@dataclass(frozen=True)
class Figure:
    """One figure of a rule for one service.

    Attributes:
        rule: The rule.
        part: Part of the rule, where it has several; else ''.
        service: The service.
        value: What is asked.
        unit: Its unit.
        column: Column of services.csv that sets it for the service.
        own: Whether it stands in that column.
        general: What instance.toml says for services without a figure of their own; None where it says nothing.
        path: Where the figure stands, as an override names it.
        shared: Whether it stands in instance.toml for all services without a figure of their own.
    """

    rule: str
    part: str
    service: str
    value: Any
    unit: str
    column: str
    own: bool
    general: Any
    path: str
    shared: bool

    @property
    def column_path(self) -> str:
        """The service's own figure, as an override names it."""
        return join_path(["services", self.service, self.column])


def figures(instance: Instance, rule: str) -> list[Figure]:
    """The figures of a rule for every service that councils run and for which it is on; none where it is off."""
    if getattr(instance.rules, rule) is False:
        return []
    running = {service for _, service in instance.baselines}
    return [
        found
        for part, column in PARTS[rule]
        for service in instance.services
        if service in running and (found := _figure(instance, rule, part, column, service)) is not None
    ]


def _figure(instance: Instance, rule: str, part: str, column: str, service: str) -> Figure | None:
    """A figure; None where nothing is asked."""
    own = getattr(instance.services[service], column)
    setting = getattr(instance.rules, rule)
    general, path, unit = _general(setting, rule, part, service)
    value = general if own is None else own
    if value is None or value is False or (column == "partnership_size_minimum" and value <= 2):
        return None
    if own is not None:
        own_unit = UNITS.get(rule, "")
        return Figure(rule, part, service, value, own_unit, column, True, general, join_path(["services", service, column]), False)
    return Figure(rule, part, service, value, unit, column, False, general, path, not isinstance(setting, dict))


def _general(setting: Any, rule: str, part: str, service: str) -> tuple[Any, str, str]:
    """What instance.toml asks of a service, where, and in what unit."""
    path, unit = join_path(["rules", rule, *([part] if part else [])]), UNITS.get(rule, "")
    if setting is None:
        return None, path, unit
    if isinstance(setting, DistanceLimit):
        return (setting.km, path, "km") if setting.km is not None else (setting.minutes, f"{path}.minutes", "minutes")
    if rule == "contiguity":
        return (True if setting is True or service in setting else None), path, unit
    if part:
        return getattr(setting, part), path, unit
    if isinstance(setting, dict):
        return setting.get(service), join_path(["rules", rule, service]), unit
    return setting, path, unit


def rules_by_service(instance: Instance) -> Iterator[str]:
    """Rules of PARTS that are on for something."""
    yield from (rule for rule in PARTS if figures(instance, rule))
