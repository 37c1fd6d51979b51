"""One application of a rule to a plan: value, limit, slack, and whether it is broken (model.md, section 4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from optimiser.audit.facts import HALF_A_PENNY
from optimiser.plan import RuleLine

RULES = (
    "contract_timing",
    "maximum_distance",
    "maximum_span",
    "contiguity",
    "compatibility",
    "partnership_size",
    "maximum_partnerships",
    "minimum_saving",
    "minimum_total_saving",
    "no_council_worse_off",
    "payback",
    "investment_limit",
    "delivery_capacity",
    "programme_capacity",
    "onboarding_capacity",
    "host_capacity",
    "hosting_limit",
    "each_hosts",
    "sequencing",
    "bundle",
    "partner_limit",
    "quality",
    "commitments",
)
"""The rules in the order of model.md, section 4; rule lines stand in it."""
EXACT = 1e-9
"""Allowance on distances, scores, counts and volumes."""
NO_SLACK = 1e-6
"""A rule is binding where the slack is no more than this part of the limit (of 1 for limits below 1)."""
DECIMALS = 6
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


@dataclass(frozen=True, slots=True)
class Place:
    """What a rule is applied to: in words, and by name as far as there is one."""

    scope: str
    service: str = ""
    host: str = ""
    council: str = ""
    tranche: int | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule line, and what is wrong where the rule is broken (empty where it is kept)."""

    line: RuleLine
    fault: str = ""

    @property
    def order(self) -> tuple[int, str, str, str, int, str]:
        """Rule in the order of model.md, then service, host, council, tranche; scope where all of these are equal."""
        line = self.line
        tranche = -2 if line.tranche is None else line.tranche
        return RULES.index(line.rule), line.service, line.host, line.council, tranche, line.scope


def apply_limit(
    rule: str,
    place: Place,
    value: float,
    limit: float,
    unit: str,
    *,
    sense: Literal["at most", "at least"],
    allowance: float = EXACT,
) -> Applied:
    """A rule with a limit: slack is `limit - value` where it asks for at most, `value - limit` where it asks for at least.

    A shortfall within the allowance is rounding, not a breach, and counts as no slack; as much to spare is none either.
    """
    slack = limit - value if sense == "at most" else value - limit
    fault = ""
    if slack < -allowance:
        fault = f"rule {rule}, {place.scope}: {plain(value)} {unit}, but {sense} {plain(limit)} {unit} ({plain(-slack)} apart)"
    else:
        slack = max(0.0, slack)
    binding = slack <= max(allowance, NO_SLACK * max(1.0, abs(limit)))
    return Applied(line(rule, place, value, limit, unit, slack, binding=binding), fault)


def apply_pounds(
    rule: str, place: Place, value: float, limit: float, *, sense: Literal["at most", "at least"], unit: str = "GBP"
) -> Applied:
    """A rule about money, judged to half a penny."""
    return apply_limit(rule, place, value, limit, unit, sense=sense, allowance=HALF_A_PENNY)


def line(rule: str, place: Place, value: float, limit: float, unit: str, slack: float, *, binding: bool) -> RuleLine:
    """A rule line, its figures rounded as all figures of a plan are."""
    return RuleLine(
        rule=rule,
        scope=place.scope,
        service=place.service,
        host=place.host,
        council=place.council,
        tranche=place.tranche,
        value=_rounded(value),
        limit=_rounded(limit),
        unit=unit,
        slack=_rounded(slack),
        binding=binding,
    )


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0  # no negative zero


def plain(value: float) -> str:
    """A number in a message: thousands separated, no more decimals than it needs, four at most."""
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return f"{value:.3g}" if value and text in {"0", "-0"} else text


def listed(words: Sequence[str]) -> str:
    """Names in a sentence: 'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def month_and_year(day: dt.date) -> str:
    """A tranche in words, such as 'April 2026'."""
    return f"{MONTHS[day.month - 1]} {day.year}"
