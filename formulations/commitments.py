"""Rule commitments: what is already decided comes true. What it forbids has no move; here stands what it demands."""

from __future__ import annotations

from typing import Any

from formulations.terms import linear, members_in, total


def must_host_index(m: Any) -> list[tuple[str, str]]:
    """(c, s): councils that are to host a service."""
    return sorted(m.decided.hosts)


def must_host_rule(m: Any, c: str, s: str) -> Any:
    """A council that is to host opens its partnership.

    sum[v, k] open[s,c,v,k] = 1

    Units: partnerships. Source: commitments, decision hosts.
    """
    return total(m, (), m.sets.opened(s, c)), 1


def must_join_index(m: Any) -> list[tuple[str, str, str]]:
    """(c, s, h): councils that are to join a host."""
    return sorted((c, s, h) for (c, s), hosts in m.decided.shares_with.items() for h in hosts)


def must_join_rule(m: Any, c: str, s: str, h: str) -> Any:
    """A council that is to share with a host joins it.

    sum[v, k] join[c,s,h,v,k] = 1

    Units: councils. Source: commitments, decision shares_with.
    """
    return total(m, m.sets.joined(c, s, h)), 1


def must_take_index(m: Any) -> list[tuple[str, str, str]]:
    """(c, s, o): councils that are to take an alternative to sharing, or have taken it before the start."""
    return sorted((c, s, o) for (c, s), o in m.decided.takes.items())


def must_take_rule(m: Any, c: str, s: str, o: str) -> Any:
    """A council that is to take an alternative takes it.

    sum[k] take[c,s,o,k] = 1

    In the tranche that is decided, where one is: it has no other. Units: arrangements. Source: commitments, decision takes.
    """
    return total(m, (), (), [take for take in m.sets.alternatives.get((c, s), ()) if take[2] == o]), 1


def together_index(m: Any) -> list[tuple[str, str, str]]:
    """(c, d, s): councils that are to be in one partnership."""
    return list(m.decided.together)


def together_rule(m: Any, c: str, d: str, s: str) -> Any:
    """Two councils that are to be together share.

    sum[h, v, k] join[c,s,h,v,k] + sum[v, k] open[s,c,v,k] = 1

    Which partnership is settled by together_same. Units: arrangements. Source: commitments, decision together.
    """
    return total(m, m.sets.all_joins(c, s), m.sets.opened(s, c)), 1


def together_same_index(m: Any) -> list[tuple[str, str, str, str]]:
    """(c, d, s, h): the two and every host that either could have."""
    hosts = {}
    for c, d, s in m.decided.together:
        hosts[c, d, s] = sorted(
            {*m.sets.hosts_of.get((c, s), ()), *m.sets.hosts_of.get((d, s), ()), *(x for x in (c, d) if (s, x) in m.sets.vehicles)}
        )
    return [(c, d, s, h) for (c, d, s), found in sorted(hosts.items()) for h in found]


def together_same_rule(m: Any, c: str, d: str, s: str, h: str) -> Any:
    """Whatever partnership one of the two is in, the other is in.

    in[c,s,h] = in[d,s,h], where in[c,s,h] = sum[v, k] join[c,s,h,v,k], or sum[v, k] open[s,h,v,k] if c is the host

    Units: councils. Source: commitments, decision together.
    """
    one, other = members_in(m, c, s, h), members_in(m, d, s, h)
    return linear([1.0] * len(one) + [-1.0] * len(other), one + other), 0
