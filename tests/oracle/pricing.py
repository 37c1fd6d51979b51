"""Flows in pounds, period by period, of moves, options and joint purchasing; and what they add up to."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .figures import bias, cover, discount_factor, gross, growth_factor, one_off, phase, recurring, termination, tier_rate, year_of
from .plans import LEAD_AUTHORITY, LIVE, Decisions, Membership, Taken, by_partnership
from .read import Data


class Flows(NamedTuple):
    """What one move or option brings: biased, not discounted, one figure for each period, and what it costs once."""

    savings: list[float]
    costs: list[float]
    one_off: float
    tranche: int

    def position(self, period: int) -> float:
        """Savings less recurring costs of a period."""
        return self.savings[period] - self.costs[period]


class Measure(NamedTuple):
    """What a pound counts for in each period, running and paid once at its start."""

    running: list[float]
    once: list[float]


def measure(data: Data, kind: str, year: int | None = None) -> Measure:
    """npv, net_saving over the horizon, or yearly_position: savings less recurring costs in a year, 1 the first."""
    if kind == "npv":
        if kind not in data.priced:
            data.priced[kind] = [discount_factor(data, period) for period in range(data.periods)]
        return Measure(data.priced[kind], data.priced[kind])
    if kind == "net_saving":
        return Measure([1.0] * data.periods, [1.0] * data.periods)
    if kind != "yearly_position" or year is None:
        raise ValueError(f"no such objective: {kind} {year}")
    within = [float(period * data.period_months // 12 == year - 1) for period in range(data.periods)]
    return Measure(within, [0.0] * data.periods)


def worth(flows: Flows, by: Measure) -> float:
    """What flows add up to."""
    total = sum(weight * flows.position(period) for period, weight in enumerate(by.running) if weight)
    return total - by.once[flows.tranche] * flows.one_off if flows.one_off else total


def move_flows(data: Data, move: Membership) -> Flows:
    """The flows of one membership without purchasing; what is live already has been paid for."""
    c, s, h, vehicle, k = move
    saving, cost = gross(data, c, s, h, vehicle), recurring(data, c, s, h, vehicle)
    savings, costs, years = [], [], data.period_months / 12
    for period in range(data.periods):
        share = cover(data, {c, h}, period) if period >= k else 0.0
        grown = growth_factor(data, s, period)
        phased = phase(data, s, year_of(data, c, s, k, period)) if share else 0.0
        savings.append(share * years * phased * saving.at(grown) * (1 - bias(data, "savings")))
        costs.append(share * years * cost.at(grown) * (1 + bias(data, "costs")))
    if k == LIVE:
        return Flows(savings, costs, 0.0, k)
    charge = termination(data, c, s, k) or 0.0  # what a contract forbids is not charged, but broken_rules has a line for it
    return Flows(savings, costs, (one_off(data, c, s, h, vehicle, k) + charge) * (1 + bias(data, "costs")), k)


def option_flows(data: Data, taken: Taken) -> Flows:
    """The flows of an alternative to sharing: its saving is phased in, nothing grows; what was taken before the start has been paid for."""
    c, s, name, k = taken
    option = data.options[c, s][name]
    savings, costs, years = [], [], data.period_months / 12
    for period in range(data.periods):
        share = cover(data, {c}, period) if period >= k else 0.0
        phased = phase(data, s, year_of(data, c, s, k, period)) if share else 0.0
        savings.append(share * years * phased * option.annual_saving * (1 - bias(data, "savings")))
        costs.append(share * years * option.annual_cost * (1 + bias(data, "costs")))
    return Flows(savings, costs, 0.0 if k == LIVE else option.one_off_cost * (1 + bias(data, "costs")), k)


def purchasing(data: Data, service: str, host: str, members: Mapping[str, int]) -> dict[str, list[float]]:
    """Each member's part of joint purchasing, period by period: the rate that the spend of those there reaches, on its own spend."""
    parts: dict[str, list[float]] = {c: [] for c in members}
    for period in range(data.periods):
        grown = growth_factor(data, service, period)
        covers = {c: cover(data, {c, host}, period) for c in members}
        there = {c: data.baselines[c, service].procured_cost * grown for c, k in members.items() if k <= period and covers[c]}
        rate = tier_rate(data, service, sum(there.values())) * (1 - bias(data, "savings")) * data.period_months / 12
        for c in members:
            parts[c].append(rate * there.get(c, 0.0) * covers[c])
    return parts


def partnership_flows(data: Data, members: Iterable[Membership]) -> dict[str, Flows]:
    """The flows of each council in one partnership, its part of purchasing included; each move is worked out once."""
    members = list(members)
    found = {}
    for move in members:
        if move not in data.priced:
            data.priced[move] = move_flows(data, move)
        found[move.council] = data.priced[move]
    service, host = members[0].service, members[0].host
    if service not in data.tiers:
        return found
    key = (service, host, *sorted((m.council, m.tranche) for m in members))
    if key not in data.priced:
        data.priced[key] = purchasing(data, service, host, {m.council: m.tranche for m in members})
    for c, part in data.priced[key].items():
        own = found[c]
        found[c] = own._replace(savings=[saving + more for saving, more in zip(own.savings, part, strict=True)])
    return found


def move_value(data: Data, council: str, service: str, host: str, tranche: int, vehicle: str = LEAD_AUTHORITY) -> float:
    """The NPV of one move: all but the purchasing savings, which belong to the partnership."""
    return worth(move_flows(data, Membership(council, service, host, vehicle, tranche)), measure(data, "npv"))


def plan_flows(data: Data, plan: Decisions) -> list[tuple[str, Flows]]:
    """Every flow of a plan with the council that it belongs to."""
    found = [(taken.council, option_flows(data, taken)) for taken in plan.options]
    for members in by_partnership(plan.moves).values():
        found += partnership_flows(data, members).items()
    return found


def plan_worth(data: Data, plan: Decisions, by: Measure) -> float:
    """What a whole plan adds up to."""
    return sum(worth(flows, by) for _, flows in plan_flows(data, plan))


def changes(data: Data, plan: Decisions, adopted: Decisions) -> int:
    """Councils and services, as far as the instance still has them, whose arrangement differs from the adopted plan's."""
    new, old = ({(one.council, one.service): one for one in (*given.moves, *given.options)} for given in (plan, adopted))
    return sum(new.get(key) != old.get(key) for key in data.baselines)


def second_year_position(data: Data, members: Iterable[Membership]) -> float:
    """A partnership's yearly position in each member's second year, at full membership and base-year prices."""
    members = list(members)
    position = spend = 0.0
    service = members[0].service
    for c, s, h, vehicle, _ in members:
        saving = gross(data, c, s, h, vehicle).at(1.0) * (1 - bias(data, "savings"))
        cost = recurring(data, c, s, h, vehicle).at(1.0) * (1 + bias(data, "costs"))
        position += phase(data, s, 1) * saving - cost
        spend += data.baselines[c, s].procured_cost
    return position + tier_rate(data, service, spend) * spend * (1 - bias(data, "savings"))
