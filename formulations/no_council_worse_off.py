"""Rule no_council_worse_off: each council's own NPV is not below 0, as it falls or after payments between partners."""

from __future__ import annotations

from typing import Any

from formulations.sets import Partnership
from formulations.terms import linear, variables, weighed
from formulations.tiers import purchasing_terms

Payment = tuple[str, str, str, str]
"""(c, s, h, v): what council c receives from its partners in a partnership."""


def payments(m: Any) -> list[Payment]:
    """Payments that there may be, where the rule allows for them."""
    if m.instance.rules.no_council_worse_off != "compensated":
        return []
    return [(c, s, h, v) for s, h, v in m.sets.partnerships for c in (h, *m.sets.members.get((s, h, v), ()))]


def own_value(m: Any, c: str) -> tuple[list[float], list[Any]]:
    """NPV of a council's moves, alternatives and own part of purchasing: thousand GBP, and the variables."""
    joins, opens = [j for j in m.sets.joins if j[0] == c], [o for o in m.sets.opens if o[1] == c]
    takes = [t for t in m.sets.takes if t[0] == c]
    coefficients, found = weighed(
        m, m.priced.moves["npv"].to_numpy(), m.priced.options["npv"].to_numpy(), joins=joins, opens=opens, takes=takes
    )
    rates, purchases = purchasing_terms(m, m.priced.weight, [p for p in m.TIER_PURCHASES if p[0] == c])
    return coefficients + rates, found + purchases


def no_council_worse_off_index(m: Any) -> list[str]:
    """Councils with a move, where the rule is on."""
    if not m.instance.rules.no_council_worse_off:
        return []
    return sorted({c for c, _ in m.sets.could_share()} | {c for c, _ in m.sets.alternatives})


def no_council_worse_off_rule(m: Any, c: str) -> Any:
    """A council's own NPV over all its moves, with what its partners pay it, is not below 0.

    sum npv[c,...] * moves of c + purchasing by its own procured cost + sum[s,h,v] pay[c,s,h,v] >= 0

    `where_it_falls` has no payments. Units: thousand GBP. Source: South London Waste, guide: Sutton compensated.
    """
    coefficients, found = own_value(m, c)
    received = [m.pay[p] for p in m.PAYMENTS if p[0] == c]
    return (0, linear(coefficients + [1.0] * len(received), found + received), None)


def payments_balance_index(m: Any) -> list[Partnership]:
    """Partnerships in which there may be payments."""
    return list(dict.fromkeys(p[1:] for p in m.PAYMENTS))


def payments_balance_rule(m: Any, s: str, h: str, v: str) -> Any:
    """What one partner receives the others pay.

    sum[c] pay[c,s,h,v] = 0

    Units: thousand GBP.
    """
    found = [m.pay[p] for p in ((c, s, h, v) for c in (h, *m.sets.members.get((s, h, v), ())))]
    return linear([1.0] * len(found), found), 0


def most_paid(m: Any) -> float:
    """More than any payment has to be, thousand GBP: all that all councils together could lose, or gain if that is less.

    Money moves only to make good what somebody loses, out of what somebody gains, and no payment has to carry more than all of it.
    """
    gains = losses = 0.0
    for c in no_council_worse_off_index(m):
        coefficients, _ = own_value(m, c)
        gains += sum(value for value in coefficients if value > 0)
        losses -= sum(value for value in coefficients if value < 0)
    return min(gains, losses)


def payment_at_most_index(m: Any) -> list[Payment]:
    """Every payment that there may be."""
    return list(m.PAYMENTS)


def payment_at_most_rule(m: Any, c: str, s: str, h: str, v: str) -> Any:
    """Only a member receives anything.

    pay[c,s,h,v] <= most_paid * in[c,s,h,v]

    Units: thousand GBP.
    """
    members = _membership(m, c, s, h, v)
    return (None, linear([1.0] + [-m.most_paid] * len(members), [m.pay[c, s, h, v], *members]), 0)


def payment_at_least_rule(m: Any, c: str, s: str, h: str, v: str) -> Any:
    """Only a member pays anything.

    pay[c,s,h,v] >= -most_paid * in[c,s,h,v]

    Units: thousand GBP.
    """
    members = _membership(m, c, s, h, v)
    return (0, linear([1.0] + [m.most_paid] * len(members), [m.pay[c, s, h, v], *members]), None)


def _membership(m: Any, c: str, s: str, h: str, v: str) -> list[Any]:
    return variables(m, (), m.sets.opened(s, h, v)) if c == h else variables(m, m.sets.joined(c, s, h, v))
