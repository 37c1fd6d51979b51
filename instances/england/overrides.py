"""The ranges and scenarios of instance.toml: lists of overrides built from the ends of the evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from instances.england import politics
from instances.england.economics import SCALED, SHARES, ServiceEconomics, Value
from instances.england.evidence import Evidence
from instances.england.plan import Service
from instances.england.text import plain, toml_value

SAVINGS = (*SHARES, "phase_in")
# One year from the start of the calendar. Tranches first: they may not reach beyond the horizon.
TO_VESTING = ("calendar.tranches = 2", "calendar.horizon_years = 1")
COSTS = (*SCALED, "distance_cost", "harmonisation_cost_per_fte", "redundancy_cost")


@dataclass(frozen=True)
class Range:
    """Low and high of one input (an override's path), the value used, and where they come from."""

    path: str
    low: Value
    high: Value
    value: Value
    source: str


def ranges(found: Sequence[ServiceEconomics], evidence: Evidence) -> list[Range]:
    """A range for every parameter used that has one; a figure that all services share gets one for all of them."""
    rows = [
        Range(f"services.{service}.{name}", *_ends(found, name, service), _source(found, name, service))
        for name in found[0].figures
        for service in _keys(found, name)
    ]
    rows += [row for item in found for row in _tier_ranges(item.service, evidence)]
    for path, parameter in (("savings", "optimism_bias_savings"), ("costs", "optimism_bias_costs")):
        bias = evidence.default(parameter)
        rows.append(Range(f"economics.optimism_bias.{path}", bias.low, bias.high, bias.mid, bias.label))
    rate = evidence.default("discount_rate", "years 0-30")
    rows.append(Range("economics.discount_rate", rate.low, rate.high, rate.mid, rate.label))
    return [row for row in rows if row.low != row.high]


def scenarios(found: Sequence[ServiceEconomics], evidence: Evidence, *, replaced: bool, politics_known: bool) -> dict[str, list[str]]:
    """The scenarios by name, each a list of overrides.

    no_saving: sharing saves nothing. low: every saving at its low end and every cost at its high end, together. high:
    the reverse. unit_costs_converge: convergence at the evidence's mid value. pay_alignment_recurs: the one-off cost of
    aligning pay and terms comes back every year. politics_aside, where rule compatibility is on: without it. to_vesting,
    where councils of the area are due to be `replaced`: the appraisal ends on 1 April 2028.
    """
    no_saving = [f"services.*.{name} = 0" for name in SHARES]
    tiered = [item.service for item in found if evidence.tiers(*item.service.rows)]
    if tiered:
        no_saving.append("tiers.*.*.rate = 0")
    named = {
        "no_saving": no_saving,
        "low": _all_ends(found, evidence, tiered, savings="low", costs="high"),
        "high": _all_ends(found, evidence, tiered, savings="high", costs="low"),
        "unit_costs_converge": _by_service(
            {item.service.service: evidence.default("convergence", *item.service.rows).mid for item in found},
            "convergence",
        ),
        "pay_alignment_recurs": _by_service(
            {item.service.service: item.figures["harmonisation_cost_per_fte"].value for item in found},
            "pay_alignment_cost_per_fte",
        ),
    }
    named |= {"politics_aside": list(politics.ASIDE)} if politics_known else {}
    return named | ({"to_vesting": list(TO_VESTING)} if replaced else {})


def _tier_ranges(service: Service, evidence: Evidence) -> list[Range]:
    """The range of each purchasing rate, cut half-way to the next step: rates may not fall with volume, in any draw."""
    steps = evidence.tiers(*service.rows)
    rows = []
    for index, step in enumerate(steps):
        below = steps[index - 1].rate.mid if index else 0.0
        above = steps[index + 1].rate.mid if index + 1 < len(steps) else 1.0
        low = max(step.rate.low, (below + step.rate.mid) / 2)
        high = min(step.rate.high, (step.rate.mid + above) / 2)
        ends = f"{plain(step.rate.low)}-{plain(step.rate.high)} cut half-way to the next step"
        path = f"tiers.{service.service}.{step.from_volume}.rate"
        rows.append(Range(path, low, high, step.rate.mid, f"{step.rate.label}, {ends}"))
    return rows


def _all_ends(found: Sequence[ServiceEconomics], evidence: Evidence, tiered: Sequence[Service], *, savings: str, costs: str) -> list[str]:
    lines = [line for name in SAVINGS for line in _by_service(_end(found, name, savings), name)]
    lines += [line for name in COSTS for line in _by_service(_end(found, name, costs), name)]
    lines += [line for item in found if (line := _fixed_cost(item.service, evidence, savings))]
    lines += [
        f"tiers.{service.service}.{step.from_volume}.rate = {toml_value(getattr(step.rate, savings))}"
        for service in tiered
        for step in evidence.tiers(*service.rows)
        if step.rate.low != step.rate.high
    ]
    # A high optimism bias cuts savings, so the end is the other one.
    bias = evidence.default("optimism_bias_savings")
    lines.append(f"economics.optimism_bias.savings = {toml_value(bias.high if savings == 'low' else bias.low)}")
    lines.append(f"economics.optimism_bias.costs = {toml_value(getattr(evidence.default('optimism_bias_costs'), costs))}")
    return lines


def _fixed_cost(service: Service, evidence: Evidence, end: str) -> str | None:
    """The baselines' fixed cost at one end of the fixed share; cut, not rounded, so that the parts fit the whole."""
    share = evidence.default("fixed_share", *service.rows)
    if not share.mid:
        return None
    factor = math.floor(getattr(share, end) / share.mid * 10_000 + 1e-6) / 10_000
    return f"baselines.*.{service.service}.fixed_cost *= {toml_value(factor)}"


def _end(found: Sequence[ServiceEconomics], name: str, end: str) -> dict[str, Value]:
    return {item.service.service: getattr(item.figures[name], end) for item in found}


def _by_service(values: Mapping[str, Value], name: str) -> list[str]:
    """One override for all services if they agree, else one for each."""
    if len(set(values.values())) == 1:
        values = {"*": next(iter(values.values()))}
    return [f"services.{service}.{name} = {toml_value(value)}" for service, value in values.items()]


def _keys(found: Sequence[ServiceEconomics], name: str) -> list[str]:
    figures = [item.figures[name] for item in found]
    same = len(found) > 1 and all(figure == figures[0] for figure in figures)
    return ["*"] if same else [item.service.service for item in found]


def _ends(found: Sequence[ServiceEconomics], name: str, service: str) -> tuple[Value, Value, Value]:
    figure = next(item.figures[name] for item in found if service in ("*", item.service.service))
    return figure.low, figure.high, figure.value


def _source(found: Sequence[ServiceEconomics], name: str, service: str) -> str:
    return next(item.figures[name].source for item in found if service in ("*", item.service.service))
