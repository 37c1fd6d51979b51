"""The flows of a plan, head by head and period by period (model.md, section 3).

Savings are positive and costs negative throughout; optimism bias is in every amount. Yearly amounts are GBP a year, flows of
a period GBP. One-off costs fall on the first day of a move's tranche, running flows within their period.
"""

from __future__ import annotations

from dataclasses import dataclass

from instances.tables import Baseline
from optimiser.audit.decisions import Decision, Move
from optimiser.audit.facts import Facts

GROWING = frozenset({"duplication", "process", "convergence", "friction"})
"""Heads in proportion to a baseline, which grow with it; purchasing grows by way of the spend."""


def variable_cost(baseline: Baseline) -> float:
    """`annual_cost - fixed_cost - procured_cost`, GBP a year (model.md, section 3); a rounding difference below 0 is 0."""
    return max(0.0, baseline.annual_cost - baseline.fixed_cost - baseline.procured_cost)


def yearly_savings(facts: Facts, decision: Decision, council: str) -> dict[str, float]:
    """Gross saving of a member at full effect and today's baselines, by head, GBP a year (model.md, section 3).

    Joining: `duplication + process + convergence`; hosting: `process` alone. An estimate of the saving replaces them all.
    """
    instance, service, host = facts.instance, decision.service, decision.host
    after_bias = 1 - instance.economics.optimism_bias.savings
    estimate = facts.estimate(council, service, host)
    if estimate is not None and estimate.annual_saving is not None:
        return {"estimated_saving": after_bias * estimate.annual_saving}
    own = instance.baselines[council, service]
    process = variable_cost(own) * instance.parameter(service, "process_saving")
    if council == host:
        return {"process": after_bias * process}
    duplication = own.fixed_cost * instance.parameter(service, "duplication_avoided")
    convergence = instance.parameter(service, "convergence") * _excess_over(own, instance.baselines[host, service])
    return {"duplication": after_bias * duplication, "process": after_bias * process, "convergence": after_bias * convergence}


def _excess_over(own: Baseline, host: Baseline) -> float:
    """`variable_cost * max(0, 1 - u[h] / u[c])`, `u = variable_cost / volume`, GBP a year; 0 where a unit cost is not known."""
    if not own.volume or not host.volume or variable_cost(own) == 0:
        return 0.0
    unit_cost, unit_cost_of_host = variable_cost(own) / own.volume, variable_cost(host) / host.volume
    return variable_cost(own) * max(0.0, 1 - unit_cost_of_host / unit_cost)


def yearly_costs(facts: Facts, decision: Decision, council: str) -> dict[str, float]:
    """Recurring cost of a member at today's baselines, by head, GBP a year, negative (model.md, section 3).

    Joining: `coordination_cost + distance_cost * km + friction * (1 - compatibility) * annual_cost + pay_alignment_cost_per_fte * fte`;
    hosting: `hosting_cost`, the host's own figure before the service's. An estimate of the cost replaces them all.
    """
    instance, service, host = facts.instance, decision.service, decision.host
    with_bias = 1 + instance.economics.optimism_bias.costs
    estimate = facts.estimate(council, service, host)
    if estimate is not None and estimate.annual_cost is not None:
        return {"estimated_cost": -with_bias * estimate.annual_cost}
    own = instance.baselines[council, service]
    if council == host:
        hosting = instance.parameter(service, "hosting_cost") if own.hosting_cost is None else own.hosting_cost
        return {"hosting": -with_bias * hosting}
    per_km, friction = instance.parameter(service, "distance_cost"), instance.parameter(service, "friction")
    # Where nothing is paid by the km no distance need be given, and likewise for friction.
    distance = per_km * facts.pairs.km(council, host) if per_km else 0.0
    lost = friction * (1 - facts.pairs.compatibility(council, host, service)) * own.annual_cost if friction else 0.0
    return {
        "coordination": -with_bias * instance.parameter(service, "coordination_cost"),
        "distance": -with_bias * distance,
        "friction": -with_bias * lost,
        "pay_alignment": -with_bias * instance.parameter(service, "pay_alignment_cost_per_fte") * own.fte,
    }


def one_off_costs(facts: Facts, decision: Decision, move: Move) -> dict[str, float]:
    """One-off cost of a move, by head, GBP, negative; none for what is live already (model.md, section 3).

    An estimate replaces all of it but the termination charge.
    """
    if move.is_live:
        return {}
    instance, service = facts.instance, decision.service
    with_bias = 1 + instance.economics.optimism_bias.costs
    estimate = facts.estimate(move.council, service, decision.host)
    if estimate is not None and estimate.one_off_cost is not None:
        costs = {"estimated_one_off": estimate.one_off_cost}
    elif move.council == decision.host:
        own = instance.baselines[move.council, service]
        costs = {"set_up": instance.parameter(service, "set_up_cost") if own.set_up_cost is None else own.set_up_cost}
    else:
        costs = _cost_of_joining(facts, decision, move)
    costs["termination"] = facts.termination_charge(move.council, service, facts.go_live(service, move))
    return {head: -with_bias * cost for head, cost in costs.items()}


def _cost_of_joining(facts: Facts, decision: Decision, move: Move) -> dict[str, float]:
    """One-off cost of a member that joins, GBP before bias.

    `integration_cost + platform_cost (where platforms differ) + harmonisation_cost_per_fte * fte
    + redundancy_cost * max(0, post_reduction * fte - turnover * fte * years(k))`.
    """
    instance, service = facts.instance, decision.service
    own, host = instance.baselines[move.council, service], instance.baselines[decision.host, service]
    years = move.tranche * facts.period_years
    platforms_differ = (own.platform or "") != (host.platform or "")
    posts_to_go = instance.parameter(service, "post_reduction") * own.fte
    posts_vacated = instance.parameter(service, "turnover") * own.fte * years
    return {
        "integration": instance.parameter(service, "integration_cost"),
        "platform": instance.parameter(service, "platform_cost") if platforms_differ else 0.0,
        "harmonisation": instance.parameter(service, "harmonisation_cost_per_fte") * own.fte,
        "redundancy": instance.parameter(service, "redundancy_cost") * max(0.0, posts_to_go - posts_vacated),
    }


def purchasing_rate(facts: Facts, decision: Decision, members: tuple[str, ...], growth: float = 1.0) -> float:
    """Share of procured spend that joint purchasing of `members` saves, after bias (model.md, section 3).

    `rate(V)` with V the procured cost of the members live, so that the partnership saves `rate(V) * V` a year. A member's
    part is by its own procured cost: this rate on its own spend.
    """
    spend = sum(facts.instance.baselines[member, decision.service].procured_cost * growth for member in members)
    return (1 - facts.instance.economics.optimism_bias.savings) * facts.purchasing_rate(decision.service, spend)


@dataclass(frozen=True, slots=True)
class MemberFlows:
    """All flows of one member of a partnership.

    Attributes:
        move: The member and its tranche.
        full_effect: Yearly position at full effect and today's baselines, purchasing at full membership included, GBP a year.
        second_year: Yearly position in the second year after go-live, on the same terms, GBP a year.
        one_off: One-off cost by head, paid on the first day of the tranche, GBP.
        running: Running flows of each period by head, GBP.
    """

    move: Move
    full_effect: float
    second_year: float
    one_off: dict[str, float]
    running: tuple[dict[str, float], ...]


def partnership_flows(facts: Facts, decision: Decision) -> tuple[MemberFlows, ...]:
    """Flows of all members of a partnership, in the order of the plan."""
    growth = [facts.growth(decision.service, period) for period in range(facts.periods)]
    rates = []
    for period in range(facts.periods):
        live = tuple(move.council for move in decision.moves if move.tranche <= period)
        rates.append(purchasing_rate(facts, decision, live, growth[period]))
    return tuple(_member_flows(facts, decision, move, growth, rates) for move in decision.moves)


def _member_flows(facts: Facts, decision: Decision, move: Move, growth: list[float], rates: list[float]) -> MemberFlows:
    """Each period from go-live gets `period_months / 12` of `phase_in[y] * gross - recurring + purchasing`, with growth."""
    service = decision.service
    procured = facts.instance.baselines[move.council, service].procured_cost
    savings, costs = yearly_savings(facts, decision, move.council), yearly_costs(facts, decision, move.council)
    running: list[dict[str, float]] = []
    for period in range(facts.periods):
        if period < move.tranche:
            running.append({})
            continue
        phase = facts.phase_in(service, facts.year_since_go_live(service, move, period))
        yearly = {head: phase * amount * (growth[period] if head in GROWING else 1.0) for head, amount in savings.items()}
        yearly |= {head: amount * (growth[period] if head in GROWING else 1.0) for head, amount in costs.items()}
        yearly["purchasing"] = rates[period] * procured * growth[period]
        running.append({head: amount * facts.period_years for head, amount in yearly.items() if amount})
    gross, recurring = sum(savings.values()), sum(costs.values())
    purchasing = purchasing_rate(facts, decision, decision.members) * procured
    full_effect = facts.instance.phase_in(service)[-1] * gross + recurring + purchasing
    second_year = facts.phase_in(service, 1) * gross + recurring + purchasing
    return MemberFlows(move, full_effect, second_year, one_off_costs(facts, decision, move), tuple(running))
