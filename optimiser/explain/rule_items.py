"""Items of rules: a figure for one service, a part of a limit, an item of a list, or the whole rule."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from instances import Instance
from instances.graph import CouncilGraph
from instances.messages import figure
from instances.paths import join_path
from instances.tables import Distance
from optimiser.explain.edits import LISTS, Edit, Without, limits_of
from optimiser.explain.figures import PARTS, Figure, figures
from optimiser.explain.items import SETTINGS, Item
from optimiser.explain.lines import line_of

FAR = 20038.0
"""Half way round the Earth, km: no two places are further apart."""
ASKING = ("minimum_total_saving", "no_council_worse_off", "each_hosts")
"""Rules that ask for partnerships anywhere: with one of them on, a question is about all of the instance."""
WHOLE = {
    "minimum_total_saving": "GBP a year",
    "no_council_worse_off": "",
    "each_hosts": "",
    "delivery_capacity": "go-lives",
    "programme_capacity": "go-lives",
    "hosting_limit": "services",
    "partner_limit": "councils",
}
"""Rules without a figure for one service, and the unit of what they ask."""


def whole_rules(instance: Instance) -> list[Item]:
    """Rules that are on and cannot be taken out for one service, those that ask for partnerships anywhere first."""
    found = []
    for rule, unit in WHOLE.items():
        setting = getattr(instance.rules, rule)
        if setting is not None and setting is not False:
            value = setting.amount if rule == "minimum_total_saving" else setting
            found.append(_whole(rule, value, unit, demand=rule == "minimum_total_saving"))
    return found


def _whole(rule: str, value: Any, unit: str = "", *, demand: bool = False) -> Item:
    return Item("rule", rule, (f"rules.{rule} = off",), column=f"rules.{rule}", value=value, unit=unit, demand=demand)


def grouped_rules(instance: Instance) -> list[Item]:
    """Rules that are on and fall into services, parts or items; each as one."""
    on = [rule for rule in PARTS if figures(instance, rule)]
    on += [rule for rule in ("investment_limit", *LISTS) if getattr(instance.rules, rule)]
    return [Item("group", rule, (f"rules.{rule} = off",), column=f"rules.{rule}") for rule in on]


def whole_rule(instance: Instance, rule: str) -> Item:
    """A rule that falls into services, parts or items, as one; with its figure, where that is one for all."""
    values = {(one.part, one.value, one.unit) for one in figures(instance, rule)} if rule in PARTS else set()
    part, value, unit = next(iter(values)) if len(values) == 1 else ("", None, "")
    return replace(_whole(rule, value, unit), part=part)


def parts_of(graph: CouncilGraph, rule: str) -> list[Item]:
    """The items of a rule: by service where every service can be taken out by itself, else the rule as a whole."""
    instance = graph.instance
    if rule in LISTS:
        items = enumerate(getattr(instance.rules, rule), 1)
        return [replace(_part(rule, (str(number),), None, ""), source=source) for number, source in items]
    if rule == "investment_limit":
        return [_part(rule, part, amount, "GBP") for part, amount in limits_of(instance).items()]
    found = [(found, neutral(graph, found)) for found in figures(instance, rule)]
    if any(edits is None for _, edits in found):
        return [_whole(rule, None)]
    return [_of_service(instance, one, edits) for one, edits in found if edits is not None]


def _part(rule: str, part: tuple[str, ...], value: Any, unit: str) -> Item:
    path = join_path(["rules", rule, *part])
    return Item("rule", rule, (Without(rule, part),), part=" ".join(part), column=path, value=value, unit=unit)


def _of_service(instance: Instance, found: Figure, edits: tuple[Edit, ...]) -> Item:
    row = line_of(instance, "services", instance.services[found.service]) if found.own else None
    return Item(
        "rule",
        found.rule,
        edits,
        service=found.service,
        part=found.part,
        table="services.csv" if found.own else SETTINGS,
        row=row,
        column=found.column if found.own else found.path,
        value=found.value,
        unit=found.unit,
        source=found,
    )


def neutral(graph: CouncilGraph, found: Figure) -> tuple[Edit, ...] | None:
    """What takes a figure out for its service and for no other; None where nothing does."""
    if found.own and found.general is None:
        return (f"{found.column_path} = none",)
    if found.rule in ("minimum_saving", "payback"):
        return (Without(found.rule, (found.part, found.service)),)
    value = _NEUTRAL[found.rule](graph, found)
    if value is not None:
        return (f"{found.column_path} = {figure(value) if isinstance(value, float) else str(value).lower()}",)
    if (found.rule == "compatibility" and graph.instance.compatibility_scope == "all_pairs") or found.rule == "quality":
        return (Without(found.rule, (found.part, found.service)),)
    return None


def _far(graph: CouncilGraph, found: Figure) -> float | None:
    """A distance that forbids nothing, km; None where not all are known in km."""
    places = [graph.position[council] for council in graph.runs[found.service]]
    if np.isnan(graph.km[np.ix_(places, places)]).any():
        return None
    given = [row.km for row in graph.instance.rows(Distance) if row.km is not None]
    return max([FAR, *map(math.ceil, given)])


def _any_score(graph: CouncilGraph, found: Figure) -> float | None:
    """A minimum that forbids nothing; None where there is a veto, which holds whatever the minimum."""
    places = [graph.position[council] for council in graph.runs[found.service]]
    scores = graph.scores[found.service][np.ix_(places, places)]
    return None if (scores == 0).any() else 0.0


def _any_performance(graph: CouncilGraph, found: Figure) -> float | None:
    """A minimum, or a tolerance, that forbids nothing; None where some host has no performance, which reaches no minimum."""
    scores = [graph.instance.baselines[council, found.service].performance for council in graph.runs[found.service]]
    known = [score for score in scores if score is not None]
    if found.part == "tolerance":
        return max(known, default=0.0) - min(known, default=0.0)
    return None if len(known) < len(scores) else min(known)


def _any_size(graph: CouncilGraph, found: Figure) -> int:
    """A least or greatest number of members that every partnership has."""
    if found.part == "minimum":
        return 2
    return max(len(graph.runs[found.service]), graph.instance.partnership_size()[found.service][0])


def _any_count(graph: CouncilGraph, found: Figure) -> int:
    """As many as there are councils that run the service."""
    return len(graph.runs[found.service])


_NEUTRAL: dict[str, Any] = {
    "maximum_distance": _far,
    "maximum_span": _far,
    "compatibility": _any_score,
    "quality": _any_performance,
    "partnership_size": _any_size,
    "maximum_partnerships": _any_count,
    "onboarding_capacity": _any_count,
    "contiguity": lambda graph, found: False,
}
