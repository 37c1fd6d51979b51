"""The flows of a plan, head by head and period by period (model.md, section 3).

Savings are positive and costs negative throughout; optimism bias is in every amount. Yearly amounts are GBP a year, flows of
a period GBP. One-off costs fall on the first day of a move's tranche, running flows within their period.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from instances.tables import Baseline
from optimiser.audit.decisions import Alternative, Decision, Move
from optimiser.audit.facts import Facts

GROWING = frozenset({"duplication", "process", "convergence", "friction"})
"""Heads in proportion to a baseline, which grow with it; purchasing grows by way of the spend."""


def variable_cost(baseline: Baseline) -> float:
    """`annual_cost - fixed_cost - procured_cost`, GBP a year (model.md, section 3); a rounding difference below 0 is 0."""
    return max(0.0, baseline.annual_cost - baseline.fixed_cost - baseline.procured_cost)


def yearly_savings(facts: Facts, decision: Decision, council: str) -> dict[str, float]:
    """Gross saving of a member at full effect and today's baselines, by head, GBP a year (model.md, section 3).

    Joining: `duplication + process + convergence`; hosting: `process` alone; all times the vehicle's `saving_factor`. An
    estimate of the saving replaces them all, the factor too.
    """
    instance, service, host = facts.instance, decision.service, decision.host
    after_bias = 1 - instance.economics.optimism_bias.savings
    estimate = facts.estimate(council, service, host)
    if estimate is not None and estimate.annual_saving is not None:
        return {"estimated_saving": after_bias * estimate.annual_saving}
    own = instance.baselines[council, service]
    factor = after_bias * facts.vehicles[decision.vehicle].saving_factor
    process = variable_cost(own) * instance.parameter(service, "process_saving")
    if council == host:
        return {"process": factor * process}
    duplication = own.fixed_cost * instance.parameter(service, "duplication_avoided")
    convergence = instance.parameter(service, "convergence") * _excess_over(own, instance.baselines[host, service])
    return {"duplication": factor * duplication, "process": factor * process, "convergence": factor * convergence}


def _excess_over(own: Baseline, host: Baseline) -> float:
    """`variable_cost * max(0, 1 - u[h] / u[c])`, `u = variable_cost / volume`, GBP a year; 0 where a unit cost is not known."""
    if not own.volume or not host.volume or variable_cost(own) == 0:
        return 0.0
    unit_cost, unit_cost_of_host = variable_cost(own) / own.volume, variable_cost(host) / host.volume
    return variable_cost(own) * max(0.0, 1 - unit_cost_of_host / unit_cost)


def yearly_costs(facts: Facts, decision: Decision, council: str) -> dict[str, float]:
    """Recurring cost of a member at today's baselines, by head, GBP a year, negative (model.md, section 3).

    Joining: `coordination_cost + distance_cost * km + friction * (1 - compatibility) * annual_cost + pay_alignment_cost_per_fte * fte`;
    hosting: `hosting_cost`, the host's own figure before the service's, and the vehicle's `annual_cost`. An estimate of the
    cost replaces them all, the vehicle's too.
    """
    instance, service, host = facts.instance, decision.service, decision.host
    with_bias = 1 + instance.economics.optimism_bias.costs
    estimate = facts.estimate(council, service, host)
    if estimate is not None and estimate.annual_cost is not None:
        return {"estimated_cost": -with_bias * estimate.annual_cost}
    own = instance.baselines[council, service]
    if council == host:
        hosting = instance.parameter(service, "hosting_cost") if own.hosting_cost is None else own.hosting_cost
        return {"hosting": -with_bias * (hosting + facts.vehicles[decision.vehicle].annual_cost)}
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

    The set-up cost of the host is times the vehicle's `set_up_factor`. An estimate replaces all but the termination charge.
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
        set_up = instance.parameter(service, "set_up_cost") if own.set_up_cost is None else own.set_up_cost
        costs = {"set_up": set_up * facts.vehicles[decision.vehicle].set_up_factor}
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
class Flows:
    """All flows of one council in one arrangement: a member of a partnership, or a council that takes an alternative.

    Attributes:
        service: The service.
        move: The council and its tranche.
        go_live: Day on which it begins.
        ends: Day from which nothing is counted, since council or host ceases to exist.
        full_effect: Yearly position at full effect and today's baselines, purchasing at full membership included, GBP a year.
        second_year: Yearly position in the second year after go-live, on the same terms, GBP a year.
        one_off: One-off cost by head, paid on the first day of the tranche, GBP.
        running: Running flows of each period by head, GBP.
    """

    service: str
    move: Move
    go_live: dt.date
    ends: dt.date | None
    full_effect: float
    second_year: float
    one_off: dict[str, float]
    running: tuple[dict[str, float], ...]

    @property
    def council(self) -> str:
        """Whose flows they are."""
        return self.move.council

    @property
    def spent(self) -> float:
        """One-off cost in all, GBP, as a positive amount."""
        return 0.0 - sum(self.one_off.values())

    @property
    def undiscounted(self) -> float:
        """All of it as it stands, GBP."""
        return sum(sum(heads.values()) for heads in self.running) - self.spent

    def npv(self, facts: Facts) -> float:
        """`sum over periods of DF * (savings - recurring - one-off)`, GBP (model.md, section 3)."""
        npv = sum(discount * sum(heads.values()) for discount, heads in zip(facts.discount, self.running, strict=True))
        return npv if self.move.is_live else npv - facts.discount[self.move.tranche] * self.spent


def partnership_flows(facts: Facts, decision: Decision) -> tuple[Flows, ...]:
    """Flows of all members of a partnership, in the order of the plan.

    `V(j)` is the procured cost of the members that are live on the first day of period `j`, and have not ceased by then.
    """
    growth = [facts.growth(decision.service, period) for period in range(facts.periods)]
    ends = {council: facts.ends(council, decision.host) for council in decision.members}
    rates = []
    for period in range(facts.periods):
        live = tuple(m.council for m in decision.moves if m.tranche <= period and facts.cover(period, ends[m.council]) > 0)
        rates.append(purchasing_rate(facts, decision, live, growth[period]))
    return tuple(_member_flows(facts, decision, move, growth, rates) for move in decision.moves)


def _member_flows(facts: Facts, decision: Decision, move: Move, growth: list[float], rates: list[float]) -> Flows:
    """A year of a member is `phase_in[y] * gross - recurring + purchasing`, with growth."""
    service, ends = decision.service, facts.ends(move.council, decision.host)
    procured = facts.instance.baselines[move.council, service].procured_cost
    savings, costs = yearly_savings(facts, decision, move.council), yearly_costs(facts, decision, move.council)

    known: dict[tuple[float, float, float], dict[str, float]] = {}

    def year(period: int) -> dict[str, float]:
        phase = facts.phase_in(service, facts.year_since_go_live(service, move, period))
        grows, rate = growth[period], rates[period]
        if (phase, grows, rate) not in known:  # most years of a member are alike
            heads = {head: phase * amount for head, amount in savings.items()} | costs
            grown = {head: amount * (grows if head in GROWING else 1.0) for head, amount in heads.items()}
            known[phase, grows, rate] = grown | {"purchasing": rate * procured * grows}
        return known[phase, grows, rate]

    gross, recurring = sum(savings.values()), sum(costs.values())
    purchasing = purchasing_rate(facts, decision, decision.members) * procured
    return Flows(
        service=service,
        move=move,
        go_live=facts.go_live(service, move),
        ends=ends,
        full_effect=facts.instance.phase_in(service)[-1] * gross + recurring + purchasing,
        second_year=facts.phase_in(service, 1) * gross + recurring + purchasing,
        one_off=one_off_costs(facts, decision, move),
        running=_running(facts, move, ends, year),
    )


def alternative_flows(facts: Facts, alternative: Alternative) -> Flows:
    """Flows of a council that takes an alternative: `phase_in[y] * annual_saving - annual_cost` a year, `one_off_cost` once.

    They have optimism bias like all others and do not grow; a figure that is blank is 0. What was taken before the start is paid for.
    """
    service, bias = alternative.service, facts.instance.economics.optimism_bias
    row = facts.instance.options[alternative.council, service, alternative.option]
    saving = (1 - bias.savings) * (row.annual_saving or 0.0)
    cost, one_off = ((1 + bias.costs) * (figure or 0.0) for figure in (row.annual_cost, row.one_off_cost))
    move = Move(alternative.council, alternative.tranche)
    ends = facts.ends(alternative.council, alternative.council)

    def year(period: int) -> dict[str, float]:
        phase = facts.phase_in(service, facts.year_since_go_live(service, move, period))
        return {"option_saving": phase * saving, "option_cost": -cost}

    return Flows(
        service=service,
        move=move,
        go_live=facts.go_live(service, move),
        ends=ends,
        full_effect=facts.instance.phase_in(service)[-1] * saving - cost,
        second_year=facts.phase_in(service, 1) * saving - cost,
        one_off={} if alternative.is_live else {"option_one_off": -one_off},
        running=_running(facts, move, ends, year),
    )


def _running(facts: Facts, move: Move, ends: dt.date | None, year: Callable[[int], dict[str, float]]) -> tuple[dict[str, float], ...]:
    """Each period from go-live gets `period_months / 12` of its year, as far as its months begin before the end."""
    running: list[dict[str, float]] = []
    for period in range(facts.periods):
        part = facts.period_years * facts.cover(period, ends) if period >= move.tranche else 0.0
        running.append({head: part * amount for head, amount in year(period).items() if amount} if part else {})
    return tuple(running)
