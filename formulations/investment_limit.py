"""Rule investment_limit: one-off cost by financial year, for the programme and for each council, and over all years."""

from __future__ import annotations

from typing import Any

from formulations.terms import THOUSAND, linear
from instances import financial_year

Scope = tuple[str, str, str]
"""programme, council or total; the council, or ''; the financial year, or ''."""


def spending(m: Any) -> dict[Scope, tuple[list[float], list[Any]]]:
    """One-off cost of every move and alternative under each scope: thousand GBP, and the variable. Empty where the rule is off."""
    if not m.instance.rules.investment_limit:
        return {}
    found: dict[Scope, tuple[list[float], list[Any]]] = {}
    calendar, cost, option_cost = m.instance.calendar, m.priced.moves["one_off"].to_numpy(), m.priced.options["one_off"].to_numpy()
    items = [(j[0], j[-1], cost[m.sets.join_row[j]], variable) for j, variable in m.joins.items()]
    items += [(o[1], o[-1], cost[m.sets.open_row[o]], variable) for o, variable in m.opens.items()]
    items += [(t[0], t[-1], option_cost[m.sets.take_row[t]], variable) for t, variable in m.takes.items()]
    for council, tranche, amount, variable in items:
        if amount == 0:  # as of all that is live already
            continue
        year = financial_year(calendar.date(tranche))
        for scope in (("programme", "", year), ("council", council, year), ("total", "", "")):
            amounts, variables = found.setdefault(scope, ([], []))
            amounts.append(float(amount) / THOUSAND)
            variables.append(variable)
    return found


def _limit(m: Any, scope: Scope) -> float | None:
    """The limit of a scope, thousand GBP; None where there is none."""
    who, _, year = scope
    rule = m.instance.rules.investment_limit
    limit = rule.total if who == "total" else rule.limit(who, year)
    return None if limit is None else limit / THOUSAND


def investment_limit_index(m: Any) -> list[Scope]:
    """Scopes under which more could be spent than the rule allows."""
    limits = {scope: (_limit(m, scope), amounts) for scope, (amounts, _) in m.spending.items()}
    return sorted(scope for scope, (limit, amounts) in limits.items() if limit is not None and sum(a for a in amounts if a > 0) > limit)


def investment_limit_rule(m: Any, who: str, council: str, year: str) -> Any:
    """One-off cost of all go-lives in a financial year stays within what may be spent.

    sum[c,s,h,v,k in year] one_off[c,s,h,v,k] * join[c,s,h,v,k] + sum[s,h,v,k in year] one_off[h,s,h,v,k] * open[s,h,v,k]
        + sum[c,s,o,k in year] one_off[c,s,o] * take[c,s,o,k] <= investment_limit[who,year]

    After bias, terminations included; for one council, its own; over all years for a total. Units: thousand GBP.
    Source: transition fund of Compass Point, guide.
    """
    amounts, variables = m.spending[who, council, year]
    return (None, linear(amounts, variables), _limit(m, (who, council, year)))
