"""Rules delivery_capacity and programme_capacity: how many go-lives one council, and all of them, can manage in a tranche."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from formulations.terms import total
from instances import LIVE


def go_lives(m: Any) -> dict[tuple[str, int], tuple[list[Any], list[Any]]]:
    """Joins and openings of each council in each tranche; what is live already is no go-live."""
    found: dict[tuple[str, int], tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
    for c, s, h, k in m.sets.joins:
        if k != LIVE:
            found[c, k][0].append((c, s, h, k))
    for s, h, k in m.sets.opens:
        if k != LIVE:
            found[h, k][1].append((s, h, k))
    return dict(sorted(found.items()))


def _services(moves: tuple[list[Any], list[Any]]) -> int:
    return len({s for _, s, _, _ in moves[0]} | {s for s, _, _ in moves[1]})


def delivery_capacity_index(m: Any) -> list[tuple[str, int]]:
    """Councils and tranches in which more services could go live than the rule allows."""
    limit = m.instance.rules.delivery_capacity
    if limit is None or limit is False:
        return []
    return [key for key, moves in m.go_lives.items() if _services(moves) > limit]


def delivery_capacity_rule(m: Any, c: str, k: int) -> Any:
    """A council has no more go-lives in a tranche, joining or hosting, than it can manage.

    sum[s, h] join[c,s,h,k] + sum[s] open[s,c,k] <= delivery_capacity

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

    sum[c, s, h] join[c,s,h,k] + sum[s, h] open[s,h,k] <= programme_capacity

    Units: go-lives. Source: model.md, section 4.
    """
    joins = [j for (_, t), moves in m.go_lives.items() if t == k for j in moves[0]]
    opens = [o for (_, t), moves in m.go_lives.items() if t == k for o in moves[1]]
    return (None, total(m, joins, opens), m.instance.rules.programme_capacity)
