"""Asked besides the rules: a council shares a service (`instances.asked.Includes`)."""

from __future__ import annotations

from typing import Any

from formulations.terms import total
from instances.asked import Excludes, Includes


def includes_index(m: Any) -> list[int]:
    """Places of these demands among all that is asked."""
    return [place for place, asked in enumerate(m.priced.asked) if isinstance(asked, Includes)]


def includes_rule(m: Any, place: int) -> Any:
    """The council makes one of the moves that are asked for.

    sum[h,v,k] join[c,s,h,v,k] + sum[v,k] open[s,c,v,k] = 1

    over the host and the tranche that are asked for, all of them where none is. Units: arrangements. Source: model.md, section 6, price of
    a decision.
    """
    return total(m, *named_moves(m, m.priced.asked[place])), 1


def named_moves(m: Any, asked: Includes | Excludes) -> list[list[Any]]:
    """The joins and the openings of a council and a service, with the host and in the tranche that are named, all of them where none is."""
    c, s, h = asked.council, asked.service, asked.host
    joins = m.sets.all_joins(c, s) if h is None else m.sets.joined(c, s, h)
    opens = m.sets.opened(s, c) if h in (None, c) else []
    return [[move for move in moves if asked.tranche in (None, move[-1])] for moves in (joins, opens)]
