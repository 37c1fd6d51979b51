"""Asked besides the rules: a council does not share a service (`instances.asked.Excludes`)."""

from __future__ import annotations

from typing import Any

from formulations.includes import named_moves
from formulations.terms import total
from instances.asked import Excludes


def excludes_index(m: Any) -> list[int]:
    """Places of these demands among all that is asked, as far as there are moves that they forbid."""
    return [place for place, asked in enumerate(m.priced.asked) if isinstance(asked, Excludes) and any(named_moves(m, asked))]


def excludes_rule(m: Any, place: int) -> Any:
    """The council makes none of the moves that are named.

    sum[h,v,k] join[c,s,h,v,k] + sum[v,k] open[s,c,v,k] = 0

    over the host and the tranche that are named, all of them where none is. Units: arrangements. Source: model.md, section 6, price of
    a decision.
    """
    return total(m, *named_moves(m, m.priced.asked[place])), 0
