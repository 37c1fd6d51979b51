"""Rule partner_limit: how many different partners one council has over all services."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from formulations.terms import linear, members_in, variables

Pair = tuple[str, str]
"""Two councils in the order of their names."""


def meetings(m: Any) -> list[tuple[str, str, str, str]]:
    """(a, b, s, h): two councils and a partnership that both could be in; h is '' where one of the two hosts. Empty where the rule is off."""
    limit = m.instance.rules.partner_limit
    if limit is None or limit is False:
        return []
    found: dict[tuple[str, str, str, str], None] = {}
    for s, h in m.sets.vehicles:
        members = sorted({c for v in m.sets.vehicles[s, h] for c in m.sets.members.get((s, h, v), ())})
        mask = m.graph.conflicts.get(s)
        for c in members:
            found[min(c, h), max(c, h), s, ""] = None
        for a, b in combinations(members, 2):
            if mask is None or not mask[m.graph.position[a], m.graph.position[b]]:
                found[a, b, s, h] = None
    return sorted(found)


def possible_partners(m: Any) -> list[Pair]:
    """Pairs that could be in one partnership, where one of the two could have more partners than the rule allows."""
    limit = m.instance.rules.partner_limit
    pairs = {meeting[:2] for meeting in m.meetings}
    count: dict[str, int] = {}
    for pair in pairs:
        for council in pair:
            count[council] = count.get(council, 0) + 1
    return sorted((a, b) for a, b in pairs if count[a] > limit or count[b] > limit)


def partner_link_index(m: Any) -> list[tuple[str, str, str, str]]:
    """Pairs that are counted, and where they could meet."""
    counted = set(m.PARTNERS)
    return [meeting for meeting in m.meetings if meeting[:2] in counted]


def partner_link_rule(m: Any, a: str, b: str, s: str, h: str) -> Any:
    """Two councils in one partnership are partners.

    in[a,s,h] + in[b,s,h] - open[s,h] <= partner[a,b]                  both join host h
    in[a,s,b] + in[b,s,a] <= partner[a,b]                              one joins the other

    Units: councils. Source: model.md, section 4.
    """
    if not h:
        together = members_in(m, a, s, b) + members_in(m, b, s, a)
        return (None, linear([1.0] * len(together) + [-1.0], [*together, m.partner[a, b]]), 0)
    both, opens = members_in(m, a, s, h) + members_in(m, b, s, h), variables(m, (), m.sets.opened(s, h))
    return (None, linear([1.0] * len(both) + [-1.0] * (len(opens) + 1), [*both, *opens, m.partner[a, b]]), 0)


def partner_limit_index(m: Any) -> list[str]:
    """Councils that could have more partners than the rule allows."""
    count: dict[str, int] = {}
    for pair in m.PARTNERS:
        for council in pair:
            count[council] = count.get(council, 0) + 1
    return sorted(c for c, partners in count.items() if partners > m.instance.rules.partner_limit)


def partner_limit_rule(m: Any, c: str) -> Any:
    """A council has no more different partners than the rule allows.

    sum[d] partner[c,d] <= partner_limit

    Units: councils. Source: model.md, section 4.
    """
    partners = [m.partner[pair] for pair in m.PARTNERS if c in pair]
    return (None, linear([1.0] * len(partners), partners), m.instance.rules.partner_limit)
