"""What is maximised, what a change against an adopted plan costs, and how far the bound is away (model.md, section 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil
from typing import TypeAlias

from optimiser.audit.compare import RATIO_TOLERANCE, differs, number, value_faults
from optimiser.audit.decisions import alternatives_of, decisions_of
from optimiser.audit.facts import HALF_A_PENNY, Facts
from optimiser.audit.figures import Figures
from optimiser.plan import PlanDocument

GAP_ROUNDING = 0.51e-9
"""The gap has nine decimals, so it places the bound to half of that as a part of the objective value."""
NO_GAP = 0.01
"""GBP between bound and objective value that count as none."""
Arrangements: TypeAlias = Mapping[tuple[str, str], tuple[str, str, int]]
"""How each (council, service) is arranged: host, vehicle and tranche, or '', the alternative and its tranche."""


def objective_faults(facts: Facts, document: PlanDocument, figures: Figures, adopted: PlanDocument | Arrangements | None) -> list[str]:
    """What is wrong in objective, changes, objective value, bound and gap of a plan."""
    faults = list(_year(facts, document))
    changed = None if adopted is None else changes(facts, adopted, document)
    faults += value_faults("plan", "changes", document.changes, changed)
    if changed is None and document.change_cost != 0:
        faults.append(f"plan: change_cost {number(document.change_cost)} in the plan, but there is no adopted plan to differ from")
    if not faults:
        worth = _worth(facts, document, figures) - document.change_cost * (changed or 0)
        faults += value_faults("plan", "objective_value", document.objective_value, worth)
    return [*faults, *_bound_and_gap(document)]


def yearly_position(facts: Facts, figures: Figures, year: int) -> float:
    """Savings less recurring cost of the programme in year `year` of the appraisal (1 is the first), undiscounted, GBP.

    The periods `j` with `floor(j * period_months / 12) = year - 1`; one-offs are left out.
    """
    months = facts.instance.calendar.period_months
    return sum(running for j, (_, running) in enumerate(figures.cash_by_period) if j * months // 12 == year - 1)


def changes(facts: Facts, adopted: PlanDocument | Arrangements, document: PlanDocument) -> int:
    """Number of (council, service) of the instance whose arrangement is another one than was adopted, or is in one of the two only.

    What the instance no longer has is no change: nothing can be arranged for it.
    """
    before = _arrangements(adopted) if isinstance(adopted, PlanDocument) else adopted
    after = _arrangements(document)
    return sum(before.get(key) != after.get(key) for key in facts.instance.baselines)


def _arrangements(document: PlanDocument) -> Arrangements:
    found: dict[tuple[str, str], tuple[str, str, int]] = {}
    for one in decisions_of(document):
        for move in one.moves:
            found[move.council, one.service] = (one.host, one.vehicle, move.tranche)
    for other in alternatives_of(document):
        found[other.council, other.service] = ("", other.option, other.tranche)
    return found


def _year(facts: Facts, document: PlanDocument) -> Iterator[str]:
    """Only the position of a year has a year, and that is one of the appraisal."""
    year, last = document.objective_year, ceil(facts.instance.calendar.horizon_years)
    if document.objective != "yearly_position" and year is not None:
        yield f"plan: objective_year {year} in the plan, but objective {document.objective} is not about a year"
    if document.objective == "yearly_position" and (year is None or not 1 <= year <= last):
        yield f"plan: objective_year {'none' if year is None else year} in the plan, but the appraisal has years 1 to {last}"


def _worth(facts: Facts, document: PlanDocument, figures: Figures) -> float:
    """What the plan is worth by its objective, before any cost of changes, GBP."""
    match document.objective:
        case "npv":
            return figures.npv
        case "net_saving":
            return figures.summary.net_saving
        case "yearly_position":
            return yearly_position(facts, figures, document.objective_year or 0)


def _bound_and_gap(document: PlanDocument) -> Iterator[str]:
    """The bound is not below the objective value; the gap is `(bound - value) / |value|`, compared in pounds.

    In pounds half a penny means something. Where nothing is proven there is neither. Bound and value less than a penny apart
    are gap 0. Where the value is 0 and the bound is not, no share is defined and the gap is none, or any above 0 where the
    value is only 0 to the penny.
    """
    value, bound, gap = document.objective_value, document.bound, document.gap
    if bound is None:
        yield from value_faults("plan", "gap", gap, None)
        return
    if not bound >= value - max(NO_GAP, RATIO_TOLERANCE * abs(value)):
        yield f"plan: bound {number(bound)} is below objective_value {number(value)} ({number(value - bound)} apart)"
    spread = max(0.0, bound - value)
    if spread <= NO_GAP and gap == 0:
        return
    if abs(value) < HALF_A_PENNY:
        consistent = spread >= NO_GAP and (gap is None or gap > 0)
        by_audit = "none" if spread >= NO_GAP else number(0)
    else:
        consistent = gap is not None and not differs(gap * abs(value), spread, HALF_A_PENNY + GAP_ROUNDING * abs(value))
        by_audit = f"{spread / abs(value):.9f}"
    if not consistent:
        yield f"plan: gap {gap} in the plan, {by_audit} by the audit, from bound {number(bound)} and objective_value {number(value)}"
