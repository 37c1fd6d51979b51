"""Cash flows of a plan, period by period: every figure that a plan reports is a sum over them.

A flow is signed: savings positive, costs negative. Running flows are spread over their period month by month; one-offs fall on
the day of go-live. Source: model.md, sections 1 and 3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formulations.factors import growth_factors, realised, year_since
from formulations.pricing import Priced, Purchasing, whole_months
from formulations.tiers import HALF_PENNY
from instances import LIVE, Calendar, financial_year
from instances.heads import GROWING_HEADS, MOVE_ONE_OFF_HEADS, MOVE_RECURRING_HEADS, MOVE_SAVING_HEADS

Array = NDArray[np.float64]

Decision = tuple[str, str, str, int]
"""(service, host, council, tranche); the host's own row has council = host."""


@dataclass(frozen=True)
class Flow:
    """One head of one council's move over the periods, GBP, undiscounted."""

    service: str
    host: str
    council: str
    head: str
    one_off: bool
    amounts: Array


@dataclass(frozen=True)
class Flows:
    """The flows of a plan.

    Attributes:
        flows: All of them, in the order of the decisions and heads.
        moves: Priced row of each decision.
        purchasing: Saving of each member at full membership and base-year baselines, GBP a year.
        discount: DF of every period.
        calendar: The calendar.
    """

    flows: tuple[Flow, ...]
    moves: dict[Decision, Mapping[Hashable, Any]]
    purchasing: dict[tuple[str, str, str], float]
    discount: Array
    calendar: Calendar

    @cached_property
    def by_member(self) -> dict[tuple[str, str, str], list[Flow]]:
        """Flows of each (service, host, council)."""
        groups: dict[tuple[str, str, str], list[Flow]] = defaultdict(list)
        for flow in self.flows:
            groups[flow.service, flow.host, flow.council].append(flow)
        return groups

    def present_value(self, flows: Sequence[Flow] | None = None) -> float:
        """Sum of DF * amount, GBP."""
        return float(sum(flow.amounts @ self.discount for flow in (self.flows if flows is None else flows)))

    def by_financial_year(self, flow: Flow) -> dict[str, float]:
        """A flow by April-to-March year, undiscounted."""
        result: dict[str, float] = {}
        months = 1 if flow.one_off else self.calendar.period_months
        for k in np.flatnonzero(flow.amounts):
            for month in range(months):
                year = financial_year(self.calendar.month(int(k), month))
                result[year] = result.get(year, 0.0) + float(flow.amounts[k]) / months
        return result


def plan_flows(priced: Priced, decisions: Sequence[Decision]) -> Flows:
    """The flows of the decisions of a plan.

    Raises:
        KeyError: A decision is not a move of the instance.
    """
    moves = _priced_rows(priced, decisions)
    flows: list[Flow] = []
    for decision, row in moves.items():
        flows += _move_flows(priced, row, decision)
    full: dict[tuple[str, str, str], float] = {}
    for members in by_partnership(decisions):
        found, at_full = _purchasing_flows(priced, members)
        flows += found
        full |= at_full
    return Flows(tuple(flows), moves, full, priced.discount, priced.instance.calendar)


def by_partnership(decisions: Sequence[Decision]) -> list[list[Decision]]:
    """The decisions of each partnership, in their order."""
    groups: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for decision in decisions:
        groups[decision[:2]].append(decision)
    return list(groups.values())


def _priced_rows(priced: Priced, decisions: Sequence[Decision]) -> dict[Decision, Mapping[Hashable, Any]]:
    """The priced row of each decision."""
    if not decisions:
        return {}
    table = priced.moves.set_index(["service", "host", "council", "tranche"])
    return dict(zip(decisions, table.loc[list(decisions)].to_dict("records"), strict=True))


def _move_flows(priced: Priced, row: Mapping[Hashable, Any], decision: Decision) -> list[Flow]:
    instance, (service, host, council, tranche) = priced.instance, decision
    calendar, first = instance.calendar, max(tranche, 0)
    before = whole_months(priced.graph.decided.live[council, service][1], calendar.start) if tranche == LIVE else 0
    share = np.zeros(calendar.periods)
    share[first:] = realised(instance.phase_in(service), year_since(calendar, before, first))
    live = (np.arange(calendar.periods) >= first).astype(float)
    growth = growth_factors(instance, service)
    at_go_live = (np.arange(calendar.periods) == first).astype(float)
    shapes = [(head, calendar.period_years * share, False) for head in MOVE_SAVING_HEADS]
    shapes += [(head, -calendar.period_years * live, False) for head in MOVE_RECURRING_HEADS]
    shapes += [(head, -at_go_live, True) for head in MOVE_ONE_OFF_HEADS]
    return [
        Flow(service, host, council, head, one_off, row[head] * shape * (growth if head in GROWING_HEADS else 1.0))
        for head, shape, one_off in shapes
        if row[head] != 0
    ]


def _purchasing_flows(priced: Priced, members: Sequence[Decision]) -> tuple[list[Flow], dict[tuple[str, str, str], float]]:
    """Each member's part of joint purchasing, by its own procured cost: over the periods, and a year at full membership."""
    instance, service = priced.instance, members[0][0]
    tiers = priced.purchasing.get(service)
    if tiers is None:
        return [], {}
    periods = np.arange(instance.calendar.periods)
    growth = growth_factors(instance, service)
    cost = {decision: instance.baselines[decision[2], service].procured_cost for decision in members}
    live = {decision: periods >= max(decision[3], 0) for decision in members}
    spend = sum(cost[decision] * live[decision] for decision in members) * growth
    rate = _rates(tiers, np.asarray(spend))
    full = float(_rates(tiers, np.array([sum(cost.values())]))[0])
    flows = [
        Flow(service, host, council, "purchasing", False, instance.calendar.period_years * growth * rate * cost[decision] * live[decision])
        for decision in members
        for _, host, council, _ in (decision,)
        if cost[decision] > 0 and rate.any()
    ]
    return flows, {decision[:3]: full * cost[decision] for decision in members}


def _rates(tiers: Purchasing, spend: Array) -> Array:
    """The biased rate of the highest step reached, for each spend; half a penny short of a step has reached it."""
    rates = np.array([0.0, *tiers.rate])
    result: Array = rates[np.searchsorted(np.array(tiers.from_volume) - HALF_PENNY, spend, side="right")]
    return result
