"""From a solver's values to a plan: the decisions, and every figure as a sum over their flows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from formulations.pricing import Priced
from instances import LIVE, Instance
from instances.heads import HEADS
from optimiser.flows import Decision, Flow, Flows, by_partnership, plan_flows
from optimiser.plan import CashFlow, CouncilResult, HeadTotal, Member, Partnership, PlanDocument, Summary

DECIMALS = 6
"""Amounts are kept to a millionth of a pound, so that sums of rounded amounts still agree to the penny."""


def amount(value: float) -> float:
    """An amount as the plan keeps it; never minus zero."""
    return round(float(value), DECIMALS) + 0.0


def decisions(model: Any, values: Mapping[str, float]) -> list[Decision]:
    """The moves that a solution of the model takes: by service and host, the host first, then by tranche and name."""
    taken = [(s, h, h, k) for s, h, k in model.sets.opens if values[model.open[s, h, k].name] > 0.5]
    taken += [(s, h, c, k) for c, s, h, k in model.sets.joins if values[model.join[c, s, h, k].name] > 0.5]
    return sorted(taken, key=lambda d: (d[0], d[1], d[2] != d[1], d[3], d[2]))


def document(priced: Priced, taken: Sequence[Decision], *, status: str, bound: float | None) -> PlanDocument:
    """The plan of some decisions, all figures but those of rules and manifest, which later stages add."""
    flows = plan_flows(priced, taken)
    instance = priced.instance
    npv = amount(flows.present_value())
    proven = npv if bound is None else max(npv, amount(bound))
    partnerships = tuple(_partnership(priced, flows, group) for group in by_partnership(taken))
    return PlanDocument(
        instance=instance.name,
        title=instance.settings.instance.title,
        status="optimal" if status == "optimal" else "feasible",
        npv=npv,
        objective_value=npv,
        bound=None if bound is None else proven,
        gap=None if bound is None else plan_gap(npv, proven),
        summary=_summary(instance, flows, partnerships),
        partnerships=partnerships,
        councils=_councils(instance, flows, partnerships),
        cashflow=_cashflow(flows),
        heads=_heads(flows),
    )


def plan_gap(npv: float, bound: float) -> float | None:
    """(bound - npv) / |npv|; 0 where they agree to a penny, None where the NPV is 0 and the bound is not."""
    if bound - npv < 0.01:
        return 0.0
    return round((bound - npv) / abs(npv), 9) if npv else None


def _total(flows: Iterable[Flow]) -> float:
    return float(sum(flow.amounts.sum() for flow in flows))


def _partnership(priced: Priced, flows: Flows, group: Sequence[Decision]) -> Partnership:
    service, host = group[0][:2]
    members = tuple(_member(priced, flows, decision) for decision in group)
    annual, one_off = sum(m.annual_saving for m in members), sum(m.one_off for m in members)
    second_year = sum(float(flows.moves[d]["second_year"]) + flows.purchasing.get(d[:3], 0.0) for d in group)
    return Partnership(
        service=service,
        host=host,
        vehicle="lead_authority",
        members=members,
        npv=amount(sum(m.npv for m in members)),
        annual_saving=amount(annual),
        one_off=amount(one_off),
        baseline=amount(sum(priced.instance.baselines[council, service].annual_cost for _, _, council, _ in group)),
        second_year=amount(second_year),
        payback_years=payback(one_off, annual),
    )


def payback(one_off: float, annual_saving: float) -> float | None:
    """one_off / annual_saving, years; None where nothing is saved."""
    return amount(one_off / annual_saving) if annual_saving > 0 else None


def _member(priced: Priced, flows: Flows, decision: Decision) -> Member:
    service, _, council, tranche = decision
    own = flows.by_member.get(decision[:3], [])
    row = flows.moves[decision]
    return Member(
        council=council,
        tranche=tranche,
        go_live=priced.graph.decided.live[council, service][1] if tranche == LIVE else priced.instance.calendar.date(tranche),
        npv=amount(flows.present_value(own)),
        annual_saving=amount(row["full_effect"] + flows.purchasing.get(decision[:3], 0.0)),
        one_off=amount(row["one_off"]),
    )


def _councils(instance: Instance, flows: Flows, partnerships: Sequence[Partnership]) -> tuple[CouncilResult, ...]:
    """The result of every council of the instance, those that share nothing too."""
    baseline: dict[str, float] = defaultdict(float)
    for (council, _), row in instance.baselines.items():
        baseline[council] += row.annual_cost
    cash: dict[str, float] = defaultdict(float)
    for (_, _, council), own in flows.by_member.items():
        cash[council] += _total(own)
    memberships: dict[str, list[tuple[Partnership, Member]]] = defaultdict(list)
    for p in partnerships:
        for m in p.members:
            memberships[m.council].append((p, m))
    return tuple(
        CouncilResult(
            council=council,
            services_shared=len(memberships[council]),
            services_hosted=sum(p.host == council for p, _ in memberships[council]),
            options_taken=0,
            baseline=amount(baseline[council]),
            npv=amount(sum(m.npv for _, m in memberships[council])),
            annual_saving=amount(sum(m.annual_saving for _, m in memberships[council])),
            one_off=amount(sum(m.one_off for _, m in memberships[council])),
            net_saving=amount(cash[council]),
        )
        for council in instance.councils
    )


def _cashflow(flows: Flows) -> tuple[CashFlow, ...]:
    totals: dict[tuple[str, str, str, int], float] = {}
    for flow in flows.flows:
        for year, value in flows.by_financial_year(flow).items():
            key = (year, flow.council, flow.service, HEADS.index(flow.head))
            totals[key] = totals.get(key, 0.0) + value
    return tuple(
        CashFlow(financial_year=year, council=council, service=service, head=HEADS[head], amount=amount(value))
        for (year, council, service, head), value in sorted(totals.items())
        if amount(value) != 0
    )


def _heads(flows: Flows) -> tuple[HeadTotal, ...]:
    by_head: dict[str, list[Flow]] = {head: [] for head in HEADS}
    for flow in flows.flows:
        by_head[flow.head].append(flow)
    return tuple(HeadTotal(head=head, npv=amount(flows.present_value(own)), amount=amount(_total(own))) for head, own in by_head.items())


def _summary(instance: Instance, flows: Flows, partnerships: Sequence[Partnership]) -> Summary:
    members = [m for p in partnerships for m in p.members]
    annual, one_off = sum(p.annual_saving for p in partnerships), sum(p.one_off for p in partnerships)
    return Summary(
        partnerships=len(partnerships),
        options=0,
        councils=len({m.council for m in members}),
        go_lives=sum(m.tranche != LIVE for m in members),
        annual_saving=amount(annual),
        one_off=amount(one_off),
        net_saving=amount(_total(flows.flows)),
        baseline=amount(sum(p.baseline for p in partnerships)),
        payback_years=payback(one_off, annual),
        breakeven=_breakeven(instance, flows),
    )


def _breakeven(instance: Instance, flows: Flows) -> dt.date | None:
    """Day from which the programme's cash, after having been below 0, stays at 0 or above.

    One-offs count at the start of their period, running flows at its end.
    """
    paid, running = np.zeros(instance.calendar.periods), np.zeros(instance.calendar.periods)
    for flow in flows.flows:
        if flow.one_off:
            paid += flow.amounts
        else:
            running += flow.amounts
    after_paying = np.cumsum(paid + running) - running
    at_end = np.cumsum(paid + running)
    below = np.flatnonzero((after_paying < 0) | (at_end < 0))
    if not len(below) or at_end[-1] < 0:
        return None
    back = next(k for k in range(int(below[-1]), instance.calendar.periods) if at_end[k] >= 0)
    return instance.calendar.date(back + 1)
