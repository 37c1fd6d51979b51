"""What can give way: each rule that is on by a step and as a whole, each commitment, each pair kept apart by compatibility; and hosts to do without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from instances import Instance
from instances.compatibility import score_matrices
from instances.instance import row_key
from instances.moves import TOLERANCE
from instances.paths import join_path
from instances.rule_figures import DistanceLimit
from instances.tables import Commitment, Compatibility
from optimiser.money import counted
from optimiser.plan import Plan
from optimiser.sensitivity.dial import in_words
from optimiser.sensitivity.prices import PriceQuestion

LEAST_SCORE = 0.01
"""A pair under a veto is raised to this where the rule has no minimum: 0 is a veto."""


@dataclass(frozen=True)
class _Step:
    """How far a figure gives way: an operation and an amount, in words, the column of services.csv that may hold it, and the least it may be."""

    path: str
    operation: str
    words: str
    column: str = ""
    least: float | None = None

    def of(self, path: str, figure: Any) -> Iterator[str]:
        """What makes a figure give way, no further than it may; nothing where it is there already."""
        if self.least is None or figure + float(self.operation.removeprefix("+= ")) >= self.least:
            yield f"{path} {self.operation}"
        elif figure > self.least:
            yield f"{path} = {self.least:g}"


STEPS = {
    "minimum_saving": [_Step("minimum_saving", "+= -0.01", "1 percentage point less", "minimum_saving", least=0.0)],
    "maximum_distance": [_Step("maximum_distance", "+= 5", "5 more", "maximum_distance")],
    "maximum_span": [_Step("maximum_span", "+= 5", "5 more", "maximum_span")],
    "compatibility": [_Step("compatibility.minimum", "+= -0.05", "0.05 less", "compatibility", least=0.0)],
    "quality": [
        _Step("quality.minimum", "+= -0.05", "minimum 0.05 less", "quality", least=0.0),
        _Step("quality.tolerance", "+= 0.05", "tolerance 0.05 more", "quality_tolerance"),
    ],
    "partnership_size": [
        _Step("partnership_size.maximum", "+= 1", "1 member more", "partnership_size_maximum"),
        _Step("partnership_size.minimum", "+= -1", "1 member less", "partnership_size_minimum", least=2),
    ],
    "maximum_partnerships": [_Step("maximum_partnerships", "+= 1", "1 partnership more", "maximum_partnerships")],
    "payback": [_Step("payback", "+= 1", "1 year more", "payback")],
    "onboarding_capacity": [_Step("onboarding_capacity", "+= 1", "1 member more", "onboarding_capacity")],
    "delivery_capacity": [_Step("delivery_capacity", "+= 1", "1 go-live more for each council and tranche")],
    "programme_capacity": [_Step("programme_capacity", "+= 1", "1 go-live more for each tranche")],
    "hosting_limit": [_Step("hosting_limit", "+= 1", "1 service more")],
    "partner_limit": [_Step("partner_limit", "+= 1", "1 council more")],
    "minimum_total_saving": [_Step("minimum_total_saving.amount", "*= 0.9", "10% less")],
    "investment_limit": [
        _Step("investment_limit.programme", "*= 1.1", "10% more for the programme"),
        _Step("investment_limit.council", "*= 1.1", "10% more for each council"),
        _Step("investment_limit.total", "*= 1.1", "10% more in all"),
    ],
}
"""Steps of the rules that have figures. Distances are in km, or in minutes where the limit is."""


def rule_questions(instance: Instance) -> Iterator[PriceQuestion]:
    """Each rule that is on: by a step, as far as it has figures, and dropped."""
    for rule in rules_on(instance):
        if rule == "commitments":
            continue
        for step in STEPS.get(rule, ()):
            overrides = _step_overrides(instance, rule, step)
            if overrides:
                at_end = [text for text in overrides if not text.endswith(step.operation)]
                words = f"{step.words}{_unit(instance, rule)}{f', but no less than {step.least:g}' if at_end else ''}"
                yield PriceQuestion("rule", rule, words, overrides)
        yield from _other_steps(instance, rule)
        yield PriceQuestion("rule", rule, "dropped", (f"rules.{rule} = off",))


def rules_on(instance: Instance) -> list[str]:
    """Rules that hold for something, by name."""
    services = instance.services.values()
    by_service = {name for name, column in instance.rules.columns.items() if any(getattr(row, column) is not None for row in services)}
    acting = {
        "contract_timing": bool(instance.contracts),
        "host_capacity": any(row.host_capacity is not None for row in instance.baselines.values()),
        "commitments": bool(instance.rows(Commitment)),
    }
    on = [name for name, value in instance.rules if (value is None and name in by_service) or (value is not None and value is not False)]
    return [name for name in on if acting.get(name, True)]


def _unit(instance: Instance, rule: str) -> str:
    limit = getattr(instance.rules, rule)
    if rule not in ("maximum_distance", "maximum_span"):
        return ""
    return " minutes" if isinstance(limit, DistanceLimit) and limit.minutes is not None else " km"


def _step_overrides(instance: Instance, rule: str, step: _Step) -> tuple[str, ...]:
    """The step wherever the figure stands: in instance.toml, as one figure or by service, and in services.csv."""
    value: Any = instance.rules
    for part in step.path.split("."):
        value = getattr(value, part, None)
    found = []
    if isinstance(value, dict):
        found += [text for key, figure in value.items() for text in step.of(join_path(["rules", *step.path.split("."), str(key)]), figure)]
    elif value is not None and value is not False:
        found += step.of(f"rules.{step.path}", value)
    if step.column:
        found += [
            text
            for name, row in instance.services.items()
            if getattr(row, step.column) is not None
            for text in step.of(join_path(["services", name, step.column]), getattr(row, step.column))
        ]
    return tuple(found)


def _other_steps(instance: Instance, rule: str) -> Iterator[PriceQuestion]:
    """Steps of rules that have no single figure."""
    if rule == "contract_timing":
        moved = ["contracts.*.*.expires += -6 months"]
        moved += ["contracts.*.*.break_from += -6 months"] if any(row.break_from is not None for row in instance.contracts.values()) else []
        yield PriceQuestion("rule", rule, "every contract 6 months sooner", tuple(moved))
    elif rule == "host_capacity":
        yield PriceQuestion("rule", rule, "10% more for every host", ("baselines.*.*.host_capacity *= 1.1",))
    elif rule == "no_council_worse_off" and instance.rules.no_council_worse_off == "where_it_falls":
        yield PriceQuestion("rule", rule, "partners may pay one another", ("rules.no_council_worse_off = compensated",))
    elif rule == "contiguity" and len(instance.contiguity()) > 1:
        for name in sorted(instance.contiguity()):
            yield PriceQuestion("rule", rule, f"dropped for {name}", (f"{join_path(['services', name, 'contiguity'])} = false",))
    elif rule in ("sequencing", "bundle"):
        items = getattr(instance.rules, rule)
        for number, item in enumerate(items, 1):
            if rule == "sequencing" and item.periods > 0:
                yield PriceQuestion("rule", rule, f"item {number}: 1 period less", (f"rules.sequencing.{number}.periods += -1",))
            if len(items) > 1:
                yield PriceQuestion("rule", rule, f"item {number} dropped", (f"rules.{rule}.{number} = off",))


def commitment_questions(instance: Instance) -> Iterator[PriceQuestion]:
    """Each row of commitments, taken out."""
    if not instance.rules.commitments:
        return
    for row in instance.rows(Commitment):
        about = f", {instance.services[row.service].name or row.service}" if row.service else ""
        yield PriceQuestion(
            "commitment", _decided(row) + about, "taken out", (f"{join_path(['commitments', *map(str, row_key(row))])} = off",)
        )


def _decided(row: Commitment) -> str:
    """What is decided, in words."""
    if row.decision == "live":
        return f"{row.council} is live" + (f" with {row.other}" if row.other not in (None, row.council) else ", as host")
    after = in_words(row.go_live, "") if row.decision == "not_before" and row.go_live else row.other or row.option
    return " ".join([row.council, row.decision.replace("_", " "), *([after] if after else [])])


def pair_questions(instance: Instance) -> Iterator[PriceQuestion]:
    """Each two councils that rule compatibility keeps apart, raised to the least score that it asks; vetoes first."""
    minimum = instance.figure("compatibility")
    scores, councils = score_matrices(instance), list(instance.councils)
    kept_apart: dict[tuple[str, str], list[tuple[str, float, float]]] = {}
    for service, least in minimum.items():
        running = [i for i, council in enumerate(councils) if (council, service) in instance.baselines]
        for i in running:
            for j in running:
                score = float(scores[service][i, j])
                if i < j and (score < least - TOLERANCE or score == 0):
                    kept_apart.setdefault((councils[i], councils[j]), []).append((service, score, max(least, LEAST_SCORE)))
    given = {row_key(row) for row in instance.rows(Compatibility)}
    for (a, b), services in sorted(kept_apart.items(), key=lambda item: (min(score for _, score, _ in item[1]) > 0, item[0])):
        veto = any(score == 0 for _, score, _ in services)
        wanted = sorted({to for *_, to in services})
        step = (
            f"{'veto lifted, ' if veto else ''}raised to {' or '.join(f'{to:g}' for to in wanted)} in {counted(len(services), 'service')}"
        )
        yield PriceQuestion("pair", f"{a} and {b}", step, tuple(_raised(a, b, service, to, given) for service, _, to in services))


def _raised(a: str, b: str, service: str, to: float, given: set[tuple[object, ...]]) -> str:
    """The override that gives a pair a score for one service."""
    if (*sorted((a, b)), service) in given:
        return f"{join_path(['compatibility', a, b, service, 'score'])} = {to}"
    return f'compatibility += {{ council_a = "{a}", council_b = "{b}", service = "{service}", score = {to} }}'


def decision_questions(instance: Instance, plan: Plan) -> Iterator[PriceQuestion]:
    """What each host is worth against the next best: it may not host any more, in one service or in any; what is live stays."""
    hosts: dict[str, list[str]] = {}
    for p in plan.document.partnerships:
        if all(m.tranche >= 0 for m in p.members):
            hosts.setdefault(p.host, []).append(p.service)
    for host, services in sorted(hosts.items()):
        for service in services:
            override = f"{join_path(['baselines', host, service, 'can_host'])} = false"
            yield PriceQuestion("decision", f"{host} hosts {service}", "another host, or none", (override,))
        if len(services) > 1:
            override = f"{join_path(['baselines', host, '*', 'can_host'])} = false"
            yield PriceQuestion("decision", f"{host} hosts", "other hosts, or none", (override,))
