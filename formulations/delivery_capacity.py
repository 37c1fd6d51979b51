"""Rules delivery_capacity and programme_capacity: how many go-lives one council, and all of them, can manage in a tranche."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from formulations.terms import total
from instances import LIVE


def go_lives(m: Any) -> dict[tuple[str, int], tuple[list[Any], list[Any]]]:
    """Joins and openings of each council in each tranche; what is live already is no go-live."""
    found: dict[tuple[str, int], tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
    for j in m.sets.joins:
        if j[-1] != LIVE:
            found[j[0], j[-1]][0].append(j)
    for o in m.sets.opens:
        if o[-1] != LIVE:
            found[o[1], o[-1]][1].append(o)
    return dict(sorted(found.items()))


def _services(moves: tuple[list[Any], list[Any]]) -> int:
    return len({j[1] for j in moves[0]} | {o[0] for o in moves[1]})


def delivery_capacity_index(m: Any) -> list[tuple[str, int]]:
    """Councils and tranches in which more services could go live than the rule allows."""
    limit = m.instance.rules.delivery_capacity
    if limit is None or limit is False:
        return []
    return [key for key, moves in m.go_lives.items() if _services(moves) > limit]


def delivery_capacity_rule(m: Any, c: str, k: int) -> Any:
    """A council has no more go-lives in a tranche, joining or hosting, than it can manage.

    sum[s, h, v] join[c,s,h,v,k] + sum[s, v] open[s,c,v,k] <= delivery_capacity

    Units: go-lives. Source: model.md, section 4.
    """
    joins, opens = m.go_lives[c, k]
    return (None, total(m, joins, opens), m.instance.rules.delivery_capacity)


def programme_capacity_index(m: Any) -> list[int]:
    """Tranches with a move, where the rule is on."""
    limit = m.instance.rules.programme_capacity
    if limit is None or limit is False:
        return []
    return sorted({k for _, k in m.go_lives})


def programme_capacity_rule(m: Any, k: int) -> Any:
    """The programme has no more go-lives in a tranche than it can manage.

    sum[c, s, h, v] join[c,s,h,v,k] + sum[s, h, v] open[s,h,v,k] <= programme_capacity

    Units: go-lives. Source: model.md, section 4.
    """
    joins = [j for (_, t), moves in m.go_lives.items() if t == k for j in moves[0]]
    opens = [o for (_, t), moves in m.go_lives.items() if t == k for o in moves[1]]
    return (None, total(m, joins, opens), m.instance.rules.programme_capacity)
