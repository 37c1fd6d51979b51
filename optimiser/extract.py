"""From a solver's values to a plan: the decisions, and every figure as a sum over their flows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from formulations import Objective
from formulations.pricing import Priced
from instances import LIVE, Instance
from instances.heads import HEADS
from optimiser.flows import Decision, Flow, Flows, Taken, by_partnership, in_order, plan_flows
from optimiser.payments import Payments, payments_between
from optimiser.plan import CashFlow, CouncilResult, HeadTotal, Member, OptionTaken, Partnership, PlanDocument, Summary

Solution = tuple[Any, Mapping[str, float]]
"""A model, and the values of its variables by name."""
DECIMALS = 6
"""Amounts are kept to a millionth of a pound, so that sums of rounded amounts still agree to the penny."""


def amount(value: float) -> float:
    """An amount as the plan keeps it; never minus zero."""
    return round(float(value), DECIMALS) + 0.0


def decisions(plans: Iterable[Solution]) -> list[Decision]:
    """The moves that solutions of models take, in order."""
    found = []
    for model, values in plans:
        found += [Decision(s, h, v, h, k) for s, h, v, k in model.sets.opens if values[model.opens[s, h, v, k].name] > 0.5]
        found += [Decision(s, h, v, c, k) for c, s, h, v, k in model.sets.joins if values[model.joins[c, s, h, v, k].name] > 0.5]
    return in_order(found)


def options_taken(plans: Iterable[Solution]) -> list[Taken]:
    """The alternatives that solutions of models take, by service and council."""
    found = [Taken(s, c, o, k) for model, values in plans for c, s, o, k in model.sets.takes if values[model.takes[c, s, o, k].name] > 0.5]
    return sorted(found, key=lambda taken: (taken.service, taken.council, taken.option, taken.tranche))


def document(
    priced: Priced,
    taken: Sequence[Decision],
    options: Sequence[Taken] = (),
    *,
    objective: Objective | None = None,
    status: str,
    bound: float | None,
) -> PlanDocument:
    """The plan of some decisions, all figures but those of rules and manifest, which later stages add."""
    objective, instance = objective or Objective(), priced.instance
    flows = plan_flows(priced, taken, options)
    payments = payments_between(priced, flows)
    partnerships = tuple(_partnership(priced, flows, payments, group) for group in by_partnership(taken))
    alternatives = tuple(_option(priced, flows, option) for option in options)
    changes = changed(instance, objective, taken, options)
    value = amount(objective_value(priced, flows, objective) - objective.change_cost * (changes or 0))
    proven = value if bound is None else max(value, amount(bound))
    return PlanDocument(
        title=instance.settings.instance.title,
        status="optimal" if status == "optimal" else "feasible",
        npv=amount(flows.present_value()),
        objective=objective.kind,
        objective_year=objective.year,
        objective_value=value,
        changes=changes,
        change_cost=objective.change_cost,
        bound=None if bound is None else proven,
        gap=None if bound is None else plan_gap(value, proven),
        summary=_summary(instance, flows, partnerships, alternatives),
        partnerships=partnerships,
        options=alternatives,
        councils=_councils(instance, flows, partnerships, alternatives),
        cashflow=_cashflow(flows),
        heads=_heads(flows),
    )


def objective_value(priced: Priced, flows: Flows, objective: Objective) -> float:
    """What the flows come to in terms of the objective, before the cost of changes."""
    years = priced.instance.calendar.period_years
    running = objective.running_weight(priced.instance, priced.discount) / years
    one_off = objective.one_off_weight(priced.instance, priced.discount)
    return float(sum(flow.amounts @ (one_off if flow.one_off else running) for flow in flows.flows))


def changed(instance: Instance, objective: Objective, taken: Sequence[Decision], options: Sequence[Taken]) -> int | None:
    """Councils and services of the instance whose arrangement differs from the adopted plan's; None where there is none."""
    if objective.adopted is None:
        return None
    now: dict[tuple[str, str], tuple[str, str, int]] = {(d.council, d.service): (d.host, d.vehicle, d.tranche) for d in taken}
    now |= {(o.council, o.service): ("", o.option, o.tranche) for o in options}
    return sum(objective.adopted.get(key) != now.get(key) for key in instance.baselines)


def plan_gap(value: float, bound: float) -> float | None:
    """(bound - value) / |value|; 0 where they agree to a penny, None where the value is 0 and the bound is not."""
    if bound - value < 0.01:
        return 0.0
    return round((bound - value) / abs(value), 9) if value else None


def _total(flows: Iterable[Flow]) -> float:
    return float(sum(flow.amounts.sum() for flow in flows))


def _partnership(priced: Priced, flows: Flows, payments: Payments, group: Sequence[Decision]) -> Partnership:
    service, host, vehicle = group[0][:3]
    members = tuple(_member(priced, flows, payments, decision) for decision in group)
    annual, one_off = sum(m.annual_saving for m in members), sum(m.one_off for m in members)
    second_year = sum(float(flows.moves[d]["second_year"]) + flows.purchasing.get(d, 0.0) for d in group)
    return Partnership(
        service=service,
        host=host,
        vehicle=vehicle,
        members=members,
        npv=amount(sum(m.npv for m in members)),
        annual_saving=amount(annual),
        one_off=amount(one_off),
        baseline=amount(sum(priced.instance.baselines[d.council, service].annual_cost for d in group)),
        second_year=amount(second_year),
        payback_years=payback(one_off, annual),
    )


def payback(one_off: float, annual_saving: float) -> float | None:
    """one_off / annual_saving, years; None where nothing is saved."""
    return amount(one_off / annual_saving) if annual_saving > 0 else None


def _member(priced: Priced, flows: Flows, payments: Payments, decision: Decision) -> Member:
    service, host, _, council, tranche = decision
    own = flows.by_member.get((service, host, council), [])
    row = flows.moves[decision]
    ends, passes_to = _end(priced.instance, council, host)
    return Member(
        council=council,
        tranche=tranche,
        go_live=priced.graph.decided.live[council, service][1] if tranche == LIVE else priced.instance.calendar.date(tranche),
        npv=amount(flows.present_value(own)),
        annual_saving=amount(row["full_effect"] + flows.purchasing.get(decision, 0.0)),
        one_off=amount(row["one_off"]),
        ends=ends,
        passes_to=passes_to,
        payment=amount(payments.get((service, host, council), 0.0)),
    )


def _end(instance: Instance, council: str, host: str) -> tuple[dt.date | None, str]:
    """Day on which a council or its host ceases, the earlier of the two, and to whom the service passes then."""
    own, other = instance.councils[council], instance.councils[host]
    ends = min((day for day in (own.ceases, other.ceases) if day is not None), default=None)
    return ends, (own.successor or "") if own.ceases is not None else (other.successor or "") if other.ceases is not None else ""


def _option(priced: Priced, flows: Flows, option: Taken) -> OptionTaken:
    row = flows.taken[option]
    service, council, name, tranche = option
    ends, passes_to = _end(priced.instance, council, council)
    return OptionTaken(
        council=council,
        service=service,
        option=name,
        tranche=tranche,
        start=priced.graph.decided.takes_since[council, service] if tranche == LIVE else priced.instance.calendar.date(tranche),
        npv=amount(flows.present_value(flows.by_member.get((service, "", council), []))),
        annual_saving=amount(row["full_effect"]),
        one_off=amount(row["one_off"]),
        baseline=amount(priced.instance.baselines[council, service].annual_cost),
        ends=ends,
        passes_to=passes_to,
    )


def _councils(
    instance: Instance, flows: Flows, partnerships: Sequence[Partnership], options: Sequence[OptionTaken]
) -> tuple[CouncilResult, ...]:
    """The result of every council of the instance, those that do nothing too."""
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
    alternatives: dict[str, list[OptionTaken]] = defaultdict(list)
    for option in options:
        alternatives[option.council].append(option)
    results = []
    for council in instance.councils:
        own_moves: list[Member | OptionTaken] = [*(m for _, m in memberships[council]), *alternatives[council]]
        results.append(
            CouncilResult(
                council=council,
                services_shared=len(memberships[council]),
                services_hosted=sum(p.host == council for p, _ in memberships[council]),
                options_taken=len(alternatives[council]),
                baseline=amount(baseline[council]),
                npv=amount(sum(move.npv for move in own_moves)),
                annual_saving=amount(sum(move.annual_saving for move in own_moves)),
                one_off=amount(sum(move.one_off for move in own_moves)),
                net_saving=amount(cash[council]),
                payment=amount(sum(m.payment for _, m in memberships[council])),
            )
        )
    return tuple(results)


def _cashflow(flows: Flows) -> tuple[CashFlow, ...]:
    years, found = flows.by_financial_year()
    number: dict[tuple[str, str, int], int] = {}
    row = [number.setdefault((flow.council, flow.service, HEADS.index(flow.head)), len(number)) for flow in flows.flows]
    totals = np.zeros((len(number), len(years)))
    np.add.at(totals, row, found)
    rows = sorted(zip(number, totals.tolist(), strict=True))
    return tuple(
        CashFlow(financial_year=year, council=council, service=service, head=HEADS[head], amount=value)
        for place, year in sorted(enumerate(years), key=lambda one: one[1])
        for (council, service, head), values in rows
        if (value := amount(values[place])) != 0
    )


def _heads(flows: Flows) -> tuple[HeadTotal, ...]:
    by_head: dict[str, list[Flow]] = {head: [] for head in HEADS}
    for flow in flows.flows:
        by_head[flow.head].append(flow)
    return tuple(HeadTotal(head=head, npv=amount(flows.present_value(own)), amount=amount(_total(own))) for head, own in by_head.items())


def _summary(instance: Instance, flows: Flows, partnerships: Sequence[Partnership], options: Sequence[OptionTaken]) -> Summary:
    members = [m for p in partnerships for m in p.members]
    parts: list[Partnership | OptionTaken] = [*partnerships, *options]
    annual, one_off = sum(part.annual_saving for part in parts), sum(part.one_off for part in parts)
    return Summary(
        partnerships=len(partnerships),
        options=len(options),
        councils=len({m.council for m in members} | {option.council for option in options}),
        go_lives=sum(m.tranche != LIVE for m in members),
        annual_saving=amount(annual),
        one_off=amount(one_off),
        net_saving=amount(_total(flows.flows)),
        baseline=amount(sum(part.baseline for part in parts)),
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
