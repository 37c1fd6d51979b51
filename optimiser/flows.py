"""Cash flows of a plan, period by period: every figure that a plan reports is a sum over them.

A flow is signed: savings positive, costs negative. Running flows are spread over their period month by month, as far as its
months count; one-offs fall on the day of go-live. Source: model.md, sections 1 and 3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from formulations.buyers import HALF_PENNY
from formulations.factors import growth_factors, live_share
from formulations.pricing import Priced, whole_months
from formulations.purchasing import Purchasing
from instances import LIVE, Calendar, financial_year
from instances.ends import coverage
from instances.heads import GROWING_HEADS, MOVE_ONE_OFF_HEADS, MOVE_RECURRING_HEADS, MOVE_SAVING_HEADS

Array = NDArray[np.float64]


class Decision(NamedTuple):
    """A membership as decided; the host's own has council = host."""

    service: str
    host: str
    vehicle: str
    council: str
    tranche: int


class Taken(NamedTuple):
    """An alternative to sharing as decided."""

    service: str
    council: str
    option: str
    tranche: int


@dataclass(frozen=True)
class Flow:
    """One head of one council's move or alternative over the periods, GBP, undiscounted.

    Attributes:
        service, council, head: Whose and what.
        host: Host of the partnership; '' for an alternative to sharing.
        end: Month of the appraisal from which nothing counts; None where there is none.
        one_off: Whether it falls on the first day of its period.
        amounts: Amount in each period, shape (periods,).
    """

    service: str
    host: str
    council: str
    head: str
    one_off: bool
    amounts: Array
    end: int | None = None


@dataclass(frozen=True)
class Flows:
    """The flows of a plan.

    Attributes:
        flows: All of them, in the order of the decisions and heads, alternatives last.
        moves: Priced row of each decision.
        taken: Priced row of each alternative that is taken.
        purchasing: Saving of each member at full membership and base-year baselines, GBP a year.
        discount: DF of every period.
        calendar: The calendar.
    """

    flows: tuple[Flow, ...]
    moves: dict[Decision, Mapping[Hashable, Any]]
    taken: dict[Taken, Mapping[Hashable, Any]]
    purchasing: dict[Decision, float]
    discount: Array
    calendar: Calendar

    @cached_property
    def by_member(self) -> dict[tuple[str, str, str], list[Flow]]:
        """Flows of each (service, host, council); of alternatives under the host ''."""
        groups: dict[tuple[str, str, str], list[Flow]] = defaultdict(list)
        for flow in self.flows:
            groups[flow.service, flow.host, flow.council].append(flow)
        return groups

    def present_value(self, flows: Sequence[Flow] | None = None) -> float:
        """Sum of DF * amount, GBP."""
        return float(sum(flow.amounts @ self.discount for flow in (self.flows if flows is None else flows)))

    @cached_property
    def _years(self) -> list[str]:
        """Financial year of each month of the appraisal."""
        months = range(self.calendar.periods * self.calendar.period_months)
        return [financial_year(self.calendar.month(0, month)) for month in months]

    def by_financial_year(self) -> tuple[list[str], Array]:
        """The April-to-March years, and all flows by them, undiscounted, shape (flows, years).

        What runs is spread over the months of its period, or over those before its end; a one-off is paid in the first.
        """
        years, length = list(dict.fromkeys(self._years)), self.calendar.period_months
        totals = np.zeros((len(self.flows), len(years)))
        amounts = np.array([flow.amounts for flow in self.flows]).reshape(len(self.flows), self.calendar.periods)
        ends = np.array([np.inf if flow.end is None else flow.end for flow in self.flows])
        one_off = np.array([flow.one_off for flow in self.flows], dtype=bool)
        for month, year in enumerate(self._years):
            period, since = divmod(month, length)
            months = np.where(one_off, 1.0, np.clip(ends - period * length, 1.0, length))
            totals[:, years.index(year)] += np.where(since < months, amounts[:, period] / months, 0.0)
        return years, totals


def plan_flows(priced: Priced, decisions: Sequence[Decision], options: Sequence[Taken] = ()) -> Flows:
    """The flows of the decisions of a plan.

    Raises:
        KeyError: A decision is not a move of the instance.
    """
    moves = _priced_rows(priced.moves, decisions)
    taken = _priced_rows(priced.options, options)
    flows: list[Flow] = []
    for decision, row in moves.items():
        flows += _move_flows(priced, row, decision)
    full: dict[Decision, float] = {}
    for members in by_partnership(decisions):
        found, at_full = _purchasing_flows(priced, members)
        flows += found
        full |= at_full
    for option, row in taken.items():
        flows += _option_flows(priced, row, option)
    return Flows(tuple(flows), moves, taken, full, priced.discount, priced.instance.calendar)


def in_order(decisions: Iterable[Decision]) -> list[Decision]:
    """By service and host, the host first, then by tranche and name."""
    return sorted(decisions, key=lambda d: (d.service, d.host, d.vehicle, d.council != d.host, d.tranche, d.council))


def by_partnership(decisions: Sequence[Decision]) -> list[list[Decision]]:
    """The decisions of each partnership, in their order."""
    groups: dict[tuple[str, str, str], list[Decision]] = defaultdict(list)
    for decision in decisions:
        groups[decision[:3]].append(decision)
    return list(groups.values())


def _priced_rows(table: Any, decisions: Sequence[Any]) -> dict[Any, Mapping[Hashable, Any]]:
    """The priced row of each decision."""
    if not decisions:
        return {}
    fields, wanted = decisions[0]._fields, set(decisions)
    keys = zip(*(table[name].tolist() for name in fields), strict=True)
    number = {key: row for row, key in enumerate(keys) if key in wanted}
    rows = table.iloc[[number[decision] for decision in decisions]].drop(columns=list(fields))
    return dict(zip(decisions, rows.to_dict("records"), strict=True))


def _move_flows(priced: Priced, row: Mapping[Hashable, Any], decision: Decision) -> list[Flow]:
    instance, (service, host, _, council, tranche) = priced.instance, decision
    calendar, end = instance.calendar, priced.end(council, host)
    before = whole_months(priced.graph.decided.live[council, service][1], calendar.start) if tranche == LIVE else 0
    live, phased = live_share(instance, (service, tranche, before, end))
    growth, years = growth_factors(instance, service), calendar.period_years
    shapes = [(head, years * phased, False) for head in MOVE_SAVING_HEADS]
    shapes += [(head, -years * live, False) for head in MOVE_RECURRING_HEADS]
    shapes += [(head, -_at(calendar, tranche), True) for head in MOVE_ONE_OFF_HEADS]
    return [
        Flow(service, host, council, head, one_off, row[head] * shape * (growth if head in GROWING_HEADS else 1.0), end)
        for head, shape, one_off in shapes
        if row[head] != 0
    ]


def _at(calendar: Calendar, tranche: int) -> Array:
    """1 in the period of a go-live; what is live already stands in the first."""
    there: Array = (np.arange(calendar.periods) == max(tranche, 0)).astype(float)
    return there


def _option_flows(priced: Priced, row: Mapping[Hashable, Any], option: Taken) -> list[Flow]:
    service, council, _, tranche = option
    calendar, end = priced.instance.calendar, priced.end(council)
    before = priced.months_taken(council, service) if tranche == LIVE else 0
    live, phased = live_share(priced.instance, (service, tranche, before, end))
    shapes = [
        ("option_saving", calendar.period_years * phased, False),
        ("option_cost", -calendar.period_years * live, False),
        ("option_one_off", -_at(calendar, tranche), True),
    ]
    return [Flow(service, "", council, head, one_off, row[head] * shape, end) for head, shape, one_off in shapes if row[head] != 0]


def _purchasing_flows(priced: Priced, members: Sequence[Decision]) -> tuple[list[Flow], dict[Decision, float]]:
    """Each member's part of joint purchasing, by its own procured cost: over the periods, and a year at full membership."""
    instance, service, host = priced.instance, members[0].service, members[0].host
    tiers = priced.purchasing.get(service)
    if tiers is None:
        return [], {}
    calendar, growth = instance.calendar, growth_factors(instance, service)
    periods = np.arange(calendar.periods)
    ends = {decision: priced.end(decision.council, host) for decision in members}
    cost = {decision: instance.baselines[decision.council, service].procured_cost for decision in members}
    cover = {decision: coverage(calendar, ends[decision]) * (periods >= max(decision.tranche, 0)) for decision in members}
    spend = sum(cost[decision] * (cover[decision] > 0) for decision in members) * growth
    rate = _rates(tiers, np.asarray(spend))
    full = float(_rates(tiers, np.array([sum(cost.values())]))[0])
    flows = [
        Flow(
            service,
            host,
            decision.council,
            "purchasing",
            False,
            calendar.period_years * growth * rate * cost[decision] * cover[decision],
            ends[decision],
        )
        for decision in members
        if cost[decision] > 0 and rate.any()
    ]
    return flows, {decision: full * cost[decision] for decision in members}


def _rates(tiers: Purchasing, spend: Array) -> Array:
    """The biased rate of the highest step reached, for each spend; half a penny short of a step has reached it."""
    rates = np.array([0.0, *tiers.rate])
    result: Array = rates[np.searchsorted(np.array(tiers.from_volume) - HALF_PENNY, spend, side="right")]
    return result
