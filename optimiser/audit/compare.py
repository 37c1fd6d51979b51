"""What a plan says against what the audit finds, figure by figure; each difference is a sentence.

A figure may be half a penny from the audit's, in its own unit, which is pounds as a rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from instances import Instance
from optimiser.audit.facts import HALF_A_PENNY
from optimiser.audit.figures import CashKey, Figures, breakeven
from optimiser.plan import PlanDocument, RuleLine, Summary

RATIO_TOLERANCE = 1e-6
"""Relative: paybacks, and how far the bound may be below the objective value."""
RULE_TOLERANCE = 1e-5
"""Value, limit and slack of rule lines, in their own unit; the audit itself made and rounded them."""


def compare(instance: Instance, document: PlanDocument, figures: Figures) -> list[str]:
    """Every figure of the document that is not the audit's; objective, bound and gap are the matter of `objective.py`."""
    faults = list(value_faults("plan", "npv", document.npv, figures.npv))
    faults += _summary(instance, document.summary, figures)
    for said, found in zip(document.partnerships, figures.partnerships, strict=True):
        where = f"partnership {said.service} at {said.host}"
        faults += _fields(where, said, found, skip={"members", "payback_years"})
        faults += _payback(where, said, found)
        for member, found_member in zip(said.members, found.members, strict=True):
            faults += _fields(f"{where}, member {member.council}", member, found_member)
    for taken, found_taken in zip(document.options, figures.options, strict=True):
        faults += _fields(f"option {taken.option} for {taken.council} in {taken.service}", taken, found_taken)
    faults += _listed("council", "council", document.councils, figures.councils)
    faults += _listed("head", "head", document.heads, figures.heads)
    order, expected = [total.head for total in document.heads], [total.head for total in figures.heads]
    if order != expected and sorted(order) == sorted(expected):
        faults.append("heads: they do not stand in the order of the list of heads")
    faults += _cashflow(document, figures.cashflow)
    return faults


def _fields(where: str, said: BaseModel, found: BaseModel, skip: set[str] | None = None) -> Iterator[str]:
    """All fields of a part of the plan, so that one that is added to it later is audited too."""
    for name in type(said).model_fields:
        if name not in (skip or set()):
            yield from value_faults(where, name, getattr(said, name), getattr(found, name))


def value_faults(where: str, name: str, said: Any, found: Any, tolerance: float = HALF_A_PENNY) -> Iterator[str]:
    """A fault unless the two agree: numbers within the tolerance, counts and everything else exactly."""
    if _is_number(said) and _is_number(found):
        if isinstance(said, float) and not differs(said, found, tolerance):
            return
        if said != found:
            yield f"{where}: {name} {number(said)} in the plan, {number(found)} by the audit ({number(abs(said - found))} apart)"
    elif said != found:
        yield f"{where}: {name} {_word(said)} in the plan, {_word(found)} by the audit"


def differs(said: float, found: float, tolerance: float) -> bool:
    """Whether two numbers are further apart than the tolerance; one that is no number differs from all."""
    return not abs(said - found) <= tolerance


def number(value: float) -> str:
    """A number for people: counts as they are, all else to the penny, and more digits where a penny says nothing."""
    if isinstance(value, int):
        return f"{value:,}"
    if value and abs(value) < 0.01:
        return f"{value:.3g}"
    return f"{value:,.2f}"


def _is_number(value: Any) -> bool:
    """Whether a value is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _word(value: Any) -> str:
    if value is None:
        return "none"
    return number(value) if _is_number(value) else f"{value}"


def _summary(instance: Instance, said: Summary, figures: Figures) -> Iterator[str]:
    """The summary; a breakeven that turns on half a penny may fall on either side of it."""
    found = figures.summary
    yield from _fields("summary", said, found, skip={"payback_years", "breakeven"})
    yield from _payback("summary", said, found)
    near = {breakeven(instance, figures.cash_by_period, allowance) for allowance in (-HALF_A_PENNY, 0.0, HALF_A_PENNY)}
    if said.breakeven not in near:
        yield from value_faults("summary", "breakeven", said.breakeven, found.breakeven)


def _payback(where: str, said: Any, found: Any) -> Iterator[str]:
    """Payback, years; where the yearly saving is nothing to the penny, its quotient means nothing and is not compared."""
    if abs(found.annual_saving) <= HALF_A_PENNY:
        return
    years = found.payback_years
    yield from value_faults(where, "payback_years", said.payback_years, years, max(HALF_A_PENNY, RATIO_TOLERANCE * abs(years or 0.0)))


def _listed(what: str, key: str, said: Sequence[BaseModel], found: Sequence[BaseModel]) -> Iterator[str]:
    """Rows that have one line for each name: each name once, none missing, none unknown, all fields equal."""
    expected = {getattr(row, key): row for row in found}
    times = Counter(getattr(row, key) for row in said)
    for name in expected:
        if not times[name]:
            yield f"{what} {name}: is missing in the plan"
    for name, count in times.items():
        if name not in expected:
            yield f"{what} {name}: is in the plan, but the audit knows no such {what}"
        elif count > 1:
            yield f"{what} {name}: stands {count} times in the plan"
    for row in said:
        name = getattr(row, key)
        if name in expected:
            yield from _fields(f"{what} {name}", row, expected[name])


def _cashflow(document: PlanDocument, found: dict[CashKey, float]) -> Iterator[str]:
    """Cash by financial year, council, service and head; rows with the same key are added up, a missing row is 0."""
    said: dict[CashKey, float] = {}
    for row in document.cashflow:
        key = (row.financial_year, row.council, row.service, row.head)
        said[key] = said.get(key, 0.0) + row.amount
    apart = [key for key in said.keys() | found.keys() if differs(said.get(key, 0.0), found.get(key, 0.0), HALF_A_PENNY)]
    for key in sorted(apart):
        year, council, service, head = key
        yield from value_faults(f"cashflow {year}, {council}, {service}, {head}", "amount", said.get(key, 0.0), found.get(key, 0.0))


def compare_rules(said: Sequence[RuleLine], found: Sequence[RuleLine]) -> list[str]:
    """Rule lines of a plan that carries them against the audit's; a plan that carries none is not compared."""
    if not said:
        return []
    expected = {(line.rule, line.scope): line for line in found}
    times = Counter((line.rule, line.scope) for line in said)
    faults = [f"rule {rule}, {scope}: the line is missing in the plan" for rule, scope in expected if not times[rule, scope]]
    for (rule, scope), count in times.items():
        if (rule, scope) not in expected:
            faults.append(f"rule {rule}, {scope}: the line is in the plan, but the audit has no such line")
        elif count > 1:
            faults.append(f"rule {rule}, {scope}: the line stands {count} times in the plan")
    for line in said:
        other = expected.get((line.rule, line.scope))
        if other is not None:
            faults += _rule_line(line, other)
    return faults


def _rule_line(said: RuleLine, found: RuleLine) -> Iterator[str]:
    for name in RuleLine.model_fields:
        one, two = getattr(said, name), getattr(found, name)
        yield from value_faults(f"rule {said.rule}, {said.scope}", name, one, two, RULE_TOLERANCE)
