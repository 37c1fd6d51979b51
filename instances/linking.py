"""Rules that reach across partnerships: which baselines one row of a rule is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from instances.instance import Instance
from instances.rule_figures import Sequence

Node = tuple[str, str]
"""Council and service."""
BY_COUNCIL = ("no_council_worse_off", "delivery_capacity", "hosting_limit", "each_hosts", "partner_limit")
"""Rules about all that one council does."""


def linked(instance: Instance, nodes: Collection[Node]) -> Iterator[list[Node]]:
    """Groups of baselines that some rule looks at together; a rule within one partnership makes none."""
    rules, ordered = instance.rules, sorted(nodes)
    limit = rules.investment_limit or None
    funded = limit is not None and (limit.programme is not None or limit.total is not None)
    if funded or _is_on(rules.programme_capacity) or _is_on(rules.minimum_total_saving):
        yield ordered
    if any(_is_on(getattr(rules, name)) for name in BY_COUNCIL) or (limit is not None and limit.council is not None):
        yield from _by(0, ordered)
    capped = instance.figure("maximum_partnerships")
    yield from _by(1, [node for node in ordered if node[1] in capped])
    for services in (*(rules.bundle or ()), *(_sequenced(instance, rule) for rule in rules.sequencing or ())):
        yield from _by(0, [node for node in ordered if node[1] in services])


def _is_on(setting: Any) -> bool:
    """A figure of 0 is on."""
    return setting is not None and setting is not False


def _by(part: int, nodes: Iterable[Node]) -> Iterator[list[Node]]:
    groups: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        groups[node[part]].append(node)
    yield from groups.values()


def _sequenced(instance: Instance, rule: Sequence) -> set[str]:
    """Services that a rule of sequencing sets in order."""
    if rule.service is not None:
        return {rule.service, *(rule.after or ())}
    return {name for name, service in instance.services.items() if service.category in (rule.category, "back_office")}
