"""Rule minimum_total_saving: what the programme saves in one year of the appraisal."""

from __future__ import annotations

from typing import Any

from formulations.objectives import year_weight
from formulations.terms import THOUSAND, linear, weighed
from formulations.tiers import purchasing_terms


def minimum_total_saving_index(m: Any) -> list[int]:
    """The year, where the rule is on."""
    rule = m.instance.rules.minimum_total_saving
    return [rule.year] if rule else []


def minimum_total_saving_rule(m: Any, year: int) -> Any:
    """Savings less recurring costs of all councils in a year, undiscounted and without one-offs, reach an amount.

    sum[moves] position[move,year] * move + sum[c,s,h,v,e,t] weight[e,year] * rate[s,t] * procured_cost[c,s] * buy[c,s,h,v,e,t] >= amount
        where position[move,year] = sum[j in year] p * (phase_in * gross - recurring), with growth

    Units: thousand GBP. Source: model.md, section 4.
    """
    weight = year_weight(m.instance, year)
    coefficients, variables = weighed(m, m.priced.running(weight), m.priced.options_running(weight))
    rates, purchases = purchasing_terms(m, weight)
    return (m.instance.rules.minimum_total_saving.amount / THOUSAND, linear(coefficients + rates, variables + purchases), None)
