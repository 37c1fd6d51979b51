"""Rule sequencing: what has to be live at a council before a service goes live there."""

from __future__ import annotations

from typing import Any

from formulations.terms import linear, variables
from instances import LIVE


def sequencing_index(m: Any) -> list[tuple[int, str, str, str, int]]:
    """(i, c, s, a, k): sequence i, council, service that waits, service it waits for ('' for a category), tranche of a go-live."""
    found = []
    services = m.instance.services
    for i, sequence in enumerate(m.instance.rules.sequencing or ()):
        waiting = [s for s in services if s == sequence.service or (sequence.category and services[s].category == sequence.category)]
        for s in waiting:
            for c, tranches in _own_tranches(m, s).items():
                needed = [a for a in sequence.after if (c, a) in m.instance.baselines] if sequence.after else [""]
                found += [(i, c, s, a, k) for a in needed for k in tranches]
    return found


def _own_tranches(m: Any, s: str) -> dict[str, list[int]]:
    """Tranches in which each council may go live with a service; what is live already is not judged."""
    found: dict[str, set[int]] = {}
    for c, t in sorted(m.sets.could_share()):
        if t == s and (c, s) not in m.decided.live:
            found[c] = {move[-1] for move in (*m.sets.all_joins(c, s), *m.sets.opened(s, c))}
    return {c: sorted(tranches) for c, tranches in found.items()}


def sequencing_rule(m: Any, i: int, c: str, s: str, a: str, k: int) -> Any:
    """A council is live with a service by a tranche only if what has to come before has been live for long enough.

    live[c,s,k] <= live[c,a,k - periods]                                       each service a in `after` that it runs
    after_back_office * live[c,s,k] <= sum[b] live[c,b,k - periods]            back-office services b, for a category
        where live[c,s,k] = sum[h, v, t <= k] join[c,s,h,v,t] + sum[v, t <= k] open[s,c,v,t]

    By tranche k, not in it: a go-live before k is bound all the more. Units: services. Source: guide, "start with services
    that are not politically sensitive".
    """
    sequence = m.instance.rules.sequencing[i]
    own = variables(m, m.sets.all_joins(c, s, k), m.sets.opened(s, c, None, k))
    needed = [a] if a else [b for b, row in m.instance.services.items() if row.category == "back_office"]
    before = [variable for b in needed for variable in _live_by(m, c, b, k - sequence.periods)]
    count = 1.0 if a else float(sequence.after_back_office)
    return (None, linear([count] * len(own) + [-1.0] * len(before), own + before), 0)


def _live_by(m: Any, c: str, b: str, k: int) -> list[Any]:
    """Variables of go-lives of a council with a service by tranche k, which may lie before the first.

    What is live already counts from its own date on.
    """
    since = m.decided.live.get((c, b))
    if since is not None:
        calendar = m.instance.calendar
        months = calendar.start.year * 12 + calendar.start.month - 1 + k * calendar.period_months
        by_then = months >= 12 and since[1] <= calendar.date(k)  # dates begin with the year 1
        return variables(m, m.sets.all_joins(c, b, LIVE), m.sets.opened(b, c, None, LIVE)) if by_then else []
    return variables(m, m.sets.all_joins(c, b, k), m.sets.opened(b, c, None, k))
