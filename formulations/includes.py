"""Asked besides the rules: a council shares a service (`instances.asked.Includes`)."""

from __future__ import annotations

from typing import Any

from formulations.terms import total
from instances.asked import Includes


def includes_index(m: Any) -> list[int]:
    """Places of these demands among all that is asked."""
    return [place for place, asked in enumerate(m.priced.asked) if isinstance(asked, Includes)]


def includes_rule(m: Any, place: int) -> Any:
    """The council makes one of the moves that are asked for.

    sum[h,v,k] join[c,s,h,v,k] + sum[v,k] open[s,c,v,k] = 1

    over the host and the tranche that are asked for, all of them where none is. Units: arrangements. Source: model.md, section 6, price of
    a decision.
    """
    asked, sets = m.priced.asked[place], m.sets
    c, s, h = asked.council, asked.service, asked.host
    joins = sets.all_joins(c, s) if h is None else sets.joined(c, s, h)
    opens = sets.opened(s, c) if h in (None, c) else []
    wanted = [[move for move in moves if asked.tranche in (None, move[-1])] for moves in (joins, opens)]
    return total(m, *wanted), 1
