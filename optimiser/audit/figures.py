"""Every figure of a plan, from its decisions and the instance alone.

Sums over the flows of `flows.py`: discounted for NPV (model.md, sections 1 and 3), as they stand for everything else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from instances import Instance
from instances.heads import HEADS
from optimiser.audit.decisions import Decision
from optimiser.audit.facts import Facts, financial_year
from optimiser.audit.flows import MemberFlows, partnership_flows
from optimiser.plan import CouncilResult, HeadTotal, Member, Partnership, Summary

CashKey: TypeAlias = tuple[str, str, str, str]
"""Financial year, council, service, head."""


@dataclass(frozen=True)
class Figures:
    """What a plan comes to. The parts have the form they have in plan.json, not rounded.

    Attributes:
        npv: Net present value, GBP.
        summary: The plan in a few figures.
        partnerships: In the order of the decisions.
        councils: Every council of the instance, by name.
        heads: Every head, in the order of `HEADS`.
        cashflow: Undiscounted amounts by financial year, council, service and head, GBP, costs negative.
        cash_by_period: For each period, its one-offs and its running flows, undiscounted, GBP.
    """

    npv: float
    summary: Summary
    partnerships: tuple[Partnership, ...]
    councils: tuple[CouncilResult, ...]
    heads: tuple[HeadTotal, ...]
    cashflow: dict[CashKey, float]
    cash_by_period: tuple[tuple[float, float], ...]


@dataclass
class _Ledger:
    """Totals that run across partnerships."""

    cashflow: dict[CashKey, float] = field(default_factory=dict)
    heads: dict[str, list[float]] = field(default_factory=lambda: {head: [0.0, 0.0] for head in HEADS})
    one_offs: dict[int, float] = field(default_factory=dict)
    running: dict[int, float] = field(default_factory=dict)

    def enter(self, facts: Facts, service: str, flows: MemberFlows) -> None:
        """Enter all flows of a member: heads discounted and not, cash by financial year and by period."""
        council, tranche = flows.move.council, flows.move.tranche
        for head, amount in flows.one_off.items():
            self._head(head, amount, facts.discount[tranche])
            self._cash((financial_year(facts.go_live(service, flows.move)), council, service, head), amount)
            self.one_offs[tranche] = self.one_offs.get(tranche, 0.0) + amount
        for period, heads in enumerate(flows.running):
            for head, amount in heads.items():
                self._head(head, amount, facts.discount[period])
                for year, part in facts.financial_years[period].items():
                    self._cash((year, council, service, head), part * amount)
                self.running[period] = self.running.get(period, 0.0) + amount

    def _head(self, head: str, amount: float, discount: float) -> None:
        totals = self.heads[head]
        totals[0] += discount * amount
        totals[1] += amount

    def _cash(self, key: CashKey, amount: float) -> None:
        if amount:
            self.cashflow[key] = self.cashflow.get(key, 0.0) + amount


def derive(instance: Instance, decisions: Sequence[Decision]) -> Figures:
    """Every figure of the plan that these decisions make.

    Raises:
        KeyError: A decision names a council or service that the instance does not have; `unpriceable` tells beforehand.
    """
    return derive_from(Facts(instance), decisions)


def derive_from(facts: Facts, decisions: Sequence[Decision]) -> Figures:
    """As `derive`, from facts that are worked out already."""
    ledger = _Ledger()
    partnerships = []
    net_savings: dict[str, float] = {}
    for decision in decisions:
        flows = partnership_flows(facts, decision)
        partnerships.append(_partnership(facts, decision, flows))
        for member in flows:
            ledger.enter(facts, decision.service, member)
            undiscounted = sum(member.one_off.values()) + sum(sum(heads.values()) for heads in member.running)
            net_savings[member.move.council] = net_savings.get(member.move.council, 0.0) + undiscounted
    cash = tuple((ledger.one_offs.get(k, 0.0), ledger.running.get(k, 0.0)) for k in range(facts.periods))
    return Figures(
        npv=sum(partnership.npv for partnership in partnerships),
        summary=_summary(facts, partnerships, net_savings, cash),
        partnerships=tuple(partnerships),
        councils=_councils(facts, partnerships, net_savings),
        heads=tuple(HeadTotal(head=head, npv=npv, amount=amount) for head, (npv, amount) in ledger.heads.items()),
        cashflow=ledger.cashflow,
        cash_by_period=cash,
    )


def _partnership(facts: Facts, decision: Decision, flows: Sequence[MemberFlows]) -> Partnership:
    """A partnership and its members; its figures are the sums of theirs."""
    members = tuple(_member(facts, decision, member) for member in flows)
    annual_saving, one_off = sum(member.annual_saving for member in members), sum(member.one_off for member in members)
    return Partnership(
        service=decision.service,
        host=decision.host,
        vehicle="lead_authority",
        members=members,
        npv=sum(member.npv for member in members),
        annual_saving=annual_saving,
        one_off=one_off,
        baseline=sum(facts.instance.baselines[council, decision.service].annual_cost for council in decision.members),
        second_year=sum(member.second_year for member in flows),
        payback_years=payback_years(one_off, annual_saving),
    )


def _member(facts: Facts, decision: Decision, flows: MemberFlows) -> Member:
    """`NPV = sum over periods of DF * (savings - recurring - one-off)` of the member's own flows (model.md, section 3)."""
    npv = sum(discount * sum(heads.values()) for discount, heads in zip(facts.discount, flows.running, strict=True))
    one_off = -sum(flows.one_off.values())
    if not flows.move.is_live:
        npv -= facts.discount[flows.move.tranche] * one_off
    return Member(
        council=flows.move.council,
        tranche=flows.move.tranche,
        go_live=facts.go_live(decision.service, flows.move),
        npv=npv,
        annual_saving=flows.full_effect,
        one_off=one_off,
    )


def _councils(facts: Facts, partnerships: Sequence[Partnership], net_savings: dict[str, float]) -> tuple[CouncilResult, ...]:
    """Figures of every council over all its moves; one that shares nothing has its baseline and zeros."""
    own: dict[str, list[tuple[Partnership, Member]]] = {council: [] for council in facts.instance.councils}
    for partnership in partnerships:
        for member in partnership.members:
            own[member.council].append((partnership, member))
    baselines = dict.fromkeys(facts.instance.councils, 0.0)
    for (council, _), row in facts.instance.baselines.items():
        baselines[council] += row.annual_cost
    return tuple(
        CouncilResult(
            council=council,
            services_shared=len(moves),
            services_hosted=sum(partnership.host == council for partnership, _ in moves),
            options_taken=0,
            baseline=baselines[council],
            npv=sum(member.npv for _, member in moves),
            annual_saving=sum(member.annual_saving for _, member in moves),
            one_off=sum(member.one_off for _, member in moves),
            net_saving=net_savings.get(council, 0.0),
        )
        for council, moves in own.items()
    )


def _summary(
    facts: Facts, partnerships: Sequence[Partnership], net_savings: dict[str, float], cash: Sequence[tuple[float, float]]
) -> Summary:
    """The plan in a few figures; what is live already counts as shared, not as a go-live."""
    annual_saving, one_off = sum(p.annual_saving for p in partnerships), sum(p.one_off for p in partnerships)
    return Summary(
        partnerships=len(partnerships),
        options=0,
        councils=len({member.council for p in partnerships for member in p.members}),
        go_lives=sum(member.tranche >= 0 for p in partnerships for member in p.members),
        annual_saving=annual_saving,
        one_off=one_off,
        net_saving=sum(net_savings.values()),
        baseline=sum(p.baseline for p in partnerships),
        payback_years=payback_years(one_off, annual_saving),
        breakeven=breakeven(facts.instance, cash),
    )


def payback_years(one_off: float, annual_saving: float) -> float | None:
    """Simple payback, years: `one_off / annual_saving`; None where there is no saving."""
    return one_off / annual_saving if annual_saving > 0 else None


def breakeven(instance: Instance, cash: Sequence[tuple[float, float]], allowance: float = 0.0) -> dt.date | None:
    """Day from which cumulative undiscounted cash, after having been below 0, stays at 0 or above; None if there is none.

    Each period pays its one-offs at its start and has earned its running flows at its end, which is the first day of the
    period after it. With an allowance (GBP) cash is below only where it is below by more than that, and back where it is back
    at the allowance; the audit tries both signs where cash is at 0 to the penny.
    """
    total, was_below = 0.0, False
    day: dt.date | None = None
    for period, (one_offs, running) in enumerate(cash):
        for amount in (one_offs, running):
            total += amount
            if total < -abs(allowance) or (was_below and total < allowance):
                was_below, day = True, None
        if was_below and day is None and total >= allowance:
            day = instance.calendar.date(period + 1)
    return day
