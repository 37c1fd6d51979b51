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
from optimiser.audit.decisions import Alternative, Decision
from optimiser.audit.facts import Facts, financial_year
from optimiser.audit.flows import Flows, alternative_flows, partnership_flows
from optimiser.plan import CouncilResult, HeadTotal, Member, OptionTaken, Partnership, Summary

CashKey: TypeAlias = tuple[str, str, str, str]
"""Financial year, council, service, head."""


@dataclass(frozen=True)
class Figures:
    """What a plan comes to. The parts have the form they have in plan.json, not rounded.

    Attributes:
        npv: Net present value, GBP.
        summary: The plan in a few figures.
        partnerships: In the order of the decisions.
        options: Alternatives to sharing, in the order of the decisions.
        councils: Every council of the instance, by name.
        heads: Every head, in the order of `HEADS`.
        cashflow: Undiscounted amounts by financial year, council, service and head, GBP, costs negative.
        cash_by_period: For each period, its one-offs and its running flows, undiscounted, GBP.
        partnership_flows: The members' flows that all this is made of, in the order of the decisions.
        option_flows: Flows of the alternatives, in the order of the decisions.
    """

    npv: float
    summary: Summary
    partnerships: tuple[Partnership, ...]
    options: tuple[OptionTaken, ...]
    councils: tuple[CouncilResult, ...]
    heads: tuple[HeadTotal, ...]
    cashflow: dict[CashKey, float]
    cash_by_period: tuple[tuple[float, float], ...]
    partnership_flows: tuple[tuple[Flows, ...], ...]
    option_flows: tuple[Flows, ...]

    @property
    def flows(self) -> tuple[Flows, ...]:
        """Flows of all members and of all alternatives."""
        return (*(member for members in self.partnership_flows for member in members), *self.option_flows)


@dataclass
class _Ledger:
    """Totals that run across partnerships."""

    cashflow: dict[CashKey, float] = field(default_factory=dict)
    heads: dict[str, list[float]] = field(default_factory=lambda: {head: [0.0, 0.0] for head in HEADS})
    one_offs: dict[int, float] = field(default_factory=dict)
    running: dict[int, float] = field(default_factory=dict)
    net_savings: dict[str, float] = field(default_factory=dict)

    def enter(self, facts: Facts, flows: Flows) -> None:
        """Enter all flows of a council in an arrangement: heads discounted and not, cash by financial year and by period."""
        council, service, tranche = flows.council, flows.service, flows.move.tranche
        for head, amount in flows.one_off.items():
            self._head(head, amount, facts.discount[tranche])
            self._cash((financial_year(flows.go_live), council, service, head), amount)
            self.one_offs[tranche] = self.one_offs.get(tranche, 0.0) + amount
        totals, cashflow = self.heads, self.cashflow  # most of an audit's time is spent in this loop
        for period, heads in enumerate(flows.running):
            parts = facts.financial_years(period, flows.ends) if heads else {}
            discount, running = facts.discount[period], self.running.get(period, 0.0)
            for head, amount in heads.items():
                total = totals[head]
                total[0] += discount * amount
                total[1] += amount
                running += amount
                if amount:
                    for year, part in parts.items():
                        key = (year, council, service, head)
                        cashflow[key] = cashflow.get(key, 0.0) + part * amount
            if heads:
                self.running[period] = running
        self.net_savings[council] = self.net_savings.get(council, 0.0) + flows.undiscounted

    def _head(self, head: str, amount: float, discount: float) -> None:
        totals = self.heads[head]
        totals[0] += discount * amount
        totals[1] += amount

    def _cash(self, key: CashKey, amount: float) -> None:
        if amount:
            self.cashflow[key] = self.cashflow.get(key, 0.0) + amount


def derive(instance: Instance, decisions: Sequence[Decision], alternatives: Sequence[Alternative] = ()) -> Figures:
    """Every figure of the plan that these decisions make.

    Raises:
        KeyError: A decision names a council or service that the instance does not have; `unpriceable` tells beforehand.
    """
    return derive_from(Facts(instance), decisions, alternatives)


def derive_from(facts: Facts, decisions: Sequence[Decision], alternatives: Sequence[Alternative] = ()) -> Figures:
    """As `derive`, from facts that are worked out already."""
    ledger = _Ledger()
    by_partnership = tuple(partnership_flows(facts, decision) for decision in decisions)
    by_option = tuple(alternative_flows(facts, alternative) for alternative in alternatives)
    for flows in (*(member for members in by_partnership for member in members), *by_option):
        ledger.enter(facts, flows)
    partnerships = tuple(_partnership(facts, *pair) for pair in zip(decisions, by_partnership, strict=True))
    options = tuple(_option(facts, *pair) for pair in zip(alternatives, by_option, strict=True))
    arrangements: tuple[Partnership | OptionTaken, ...] = (*partnerships, *options)
    cash = tuple((ledger.one_offs.get(k, 0.0), ledger.running.get(k, 0.0)) for k in range(facts.periods))
    return Figures(
        npv=sum(one.npv for one in arrangements),
        summary=_summary(facts, partnerships, options, cash),
        partnerships=partnerships,
        options=options,
        councils=_councils(facts, partnerships, options, ledger.net_savings),
        heads=tuple(HeadTotal(head=head, npv=npv, amount=amount) for head, (npv, amount) in ledger.heads.items()),
        cashflow=ledger.cashflow,
        cash_by_period=cash,
        partnership_flows=by_partnership,
        option_flows=by_option,
    )


def _partnership(facts: Facts, decision: Decision, flows: Sequence[Flows]) -> Partnership:
    """A partnership and its members; its figures are the sums of theirs."""
    members = tuple(_member(facts, decision, member) for member in flows)
    annual_saving, one_off = sum(member.annual_saving for member in members), sum(member.one_off for member in members)
    return Partnership(
        service=decision.service,
        host=decision.host,
        vehicle=decision.vehicle,
        members=members,
        npv=sum(member.npv for member in members),
        annual_saving=annual_saving,
        one_off=one_off,
        baseline=sum(facts.instance.baselines[council, decision.service].annual_cost for council in decision.members),
        second_year=sum(member.second_year for member in flows),
        payback_years=payback_years(one_off, annual_saving),
    )


def _member(facts: Facts, decision: Decision, flows: Flows) -> Member:
    """A member, from its own flows; nobody pays anybody unless the rule asks for it (model.md, section 4)."""
    compensated = facts.instance.rules.no_council_worse_off == "compensated"
    return Member(
        council=flows.council,
        tranche=flows.move.tranche,
        go_live=flows.go_live,
        npv=flows.npv(facts),
        annual_saving=flows.full_effect,
        one_off=flows.spent,
        ends=flows.ends,
        passes_to=facts.passes_to(flows.council, decision.host),
        payment=flows.move.payment if compensated else 0.0,
    )


def _option(facts: Facts, alternative: Alternative, flows: Flows) -> OptionTaken:
    """An alternative to sharing, from its flows."""
    council = alternative.council
    return OptionTaken(
        council=council,
        service=alternative.service,
        option=alternative.option,
        tranche=alternative.tranche,
        start=flows.go_live,
        npv=flows.npv(facts),
        annual_saving=flows.full_effect,
        one_off=flows.spent,
        baseline=facts.instance.baselines[council, alternative.service].annual_cost,
        ends=flows.ends,
        passes_to=facts.passes_to(council, council),
    )


def _councils(
    facts: Facts, partnerships: Sequence[Partnership], options: Sequence[OptionTaken], net_savings: dict[str, float]
) -> tuple[CouncilResult, ...]:
    """Figures of every council over all its moves and alternatives; one that does nothing has its baseline and zeros."""
    return tuple(
        _council(
            facts,
            council,
            [(partnership, member) for partnership in partnerships for member in partnership.members if member.council == council],
            [option for option in options if option.council == council],
            net_savings.get(council, 0.0),
        )
        for council in facts.instance.councils
    )


def _council(
    facts: Facts, council: str, moves: list[tuple[Partnership, Member]], options: list[OptionTaken], net_saving: float
) -> CouncilResult:
    own: list[Member | OptionTaken] = [*(member for _, member in moves), *options]
    return CouncilResult(
        council=council,
        services_shared=len(moves),
        services_hosted=sum(partnership.host == council for partnership, _ in moves),
        options_taken=len(options),
        baseline=sum(row.annual_cost for (name, _), row in facts.instance.baselines.items() if name == council),
        npv=sum(one.npv for one in own),
        annual_saving=sum(one.annual_saving for one in own),
        one_off=sum(one.one_off for one in own),
        net_saving=net_saving,
        payment=sum(member.payment for _, member in moves),
    )


def _summary(
    facts: Facts, partnerships: Sequence[Partnership], options: Sequence[OptionTaken], cash: Sequence[tuple[float, float]]
) -> Summary:
    """The plan in a few figures; what is live already counts as shared, not as a go-live, and neither does an alternative."""
    own: list[Partnership | OptionTaken] = [*partnerships, *options]
    members = [member for partnership in partnerships for member in partnership.members]
    annual_saving, one_off = sum(one.annual_saving for one in own), sum(one.one_off for one in own)
    return Summary(
        partnerships=len(partnerships),
        options=len(options),
        councils=len({member.council for member in members} | {option.council for option in options}),
        go_lives=sum(member.tranche >= 0 for member in members),
        annual_saving=annual_saving,
        one_off=one_off,
        net_saving=sum(one_offs + running for one_offs, running in cash),
        baseline=sum(one.baseline for one in own),
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
