"""Who can buy together through a partnership: what the purchasing rows are about, worked out before any of them is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from formulations.sets import Partnership
from formulations.stable_sets import heaviest_stable_set

Epoch = tuple[str, str, str, int]
"""(s, h, v, e): a partnership and a stretch of time; e = -1 is full membership at base-year baselines, for minimum_saving."""
FULL = -1
HALF_PENNY = 0.005
"""Spend this close below a step has reached it, GBP."""
Cliques = list[tuple[str, ...]]


@dataclass(frozen=True)
class Buyers:
    """Councils with procured spend that can be live in a partnership in an epoch.

    Attributes:
        steps: Who can buy on each step with a rate above 0 that can be reached, by its position in the table of tiers: the
            councils whose spend, with that of others who can all be together with them, reaches it.
        groups: Councils of which at most one can be in the partnership: cliques, and each council that is in none.
    """

    steps: dict[int, tuple[str, ...]]
    groups: tuple[tuple[str, ...], ...]

    @property
    def councils(self) -> tuple[str, ...]:
        """All of them that can buy on some step; sorted."""
        return tuple(sorted({c for councils in self.steps.values() for c in councils}))


def buyers_of_epochs(m: Any) -> dict[Epoch, Buyers]:
    """The buyers of each partnership and stretch of time in which a step of purchasing can be reached."""
    cliques, known = _cliques(m), dict[Any, tuple[dict[str, float], Cliques]]()
    found = {}
    for s, h, v in m.sets.partnerships:
        for e in _epochs(m, s, h, v):
            able = _able(m, s, h, v, e)
            if (s, h, able) not in known:
                known[s, h, able] = _together(m, s, h, able, cliques.get((s, h), []))
            most, groups = known[s, h, able]
            steps = _steps(m, s, e, most)
            if steps:
                found[s, h, v, e] = Buyers(steps, tuple(groups))
    return found


def _epochs(m: Any, s: str, h: str, v: str) -> list[int]:
    """Stretches of time in which the spend of a partnership can differ: each in which it can be open, and full membership."""
    purchasing = m.priced.purchasing.get(s)
    if purchasing is None:
        return []
    found = [e for e, closes in enumerate(purchasing.epochs) if m.sets.opened(s, h, v, closes) and _alive(m, h, h, s, e)]
    return [*found, FULL] if s in m.instance.figure("minimum_saving") and not purchasing.base_year_last else found


def _alive(m: Any, c: str, h: str, s: str, e: int) -> bool:
    """Whether neither a council nor its host has ceased when an epoch begins; full membership asks for none of it."""
    end = m.priced.end(c, h)
    return e == FULL or end is None or end > m.priced.purchasing[s].spans[e][0] * m.instance.calendar.period_months


def _able(m: Any, s: str, h: str, v: str, e: int) -> tuple[str, ...]:
    """Councils with procured spend that can be live in an epoch, the host first."""
    baselines, last = m.instance.baselines, closing_tranche(m, s, e)
    members = [h, *(c for c in m.sets.members.get((s, h, v), ()) if m.sets.joined(c, s, h, v, last))]
    return tuple(c for c in members if baselines[c, s].procured_cost > 0 and _alive(m, c, h, s, e))


def _cliques(m: Any) -> dict[tuple[str, str], Cliques]:
    """(s, h) -> councils of which at most one can be in the partnership, from conflicts and from contiguity."""
    found: dict[tuple[str, str], Cliques] = {}
    for (s, h, _), clique in m.cliques.items():
        found.setdefault((s, h), []).append(clique)
    for key, ground in m.grounds.items():
        found.setdefault(key, []).extend(ground.cliques)
    return found


def _together(m: Any, s: str, h: str, able: tuple[str, ...], cliques: Cliques) -> tuple[dict[str, float], Cliques]:
    """The most that a partnership with each council in it can spend, GBP a year at base-year baselines; and the groups.

    The host, the council, and the heaviest others who can all be with it, no more of them than the partnership has room for.
    """
    kept = {frozenset(clique).intersection(able) for clique in cliques} | {frozenset((c,)) for c in able}
    largest = sorted(tuple(sorted(one)) for one in kept if one and not any(one < other for other in kept))
    spend = {c: m.instance.baselines[c, s].procured_cost for c in able}
    size = m.sizes[s][1]
    most = {}
    for c in able:
        sure = {c, h}
        against = {d for group in largest if c in group for d in group} | sure
        others = {d: amount for d, amount in spend.items() if d not in against}
        room = sorted(others.values(), reverse=True)[: None if size is None else size - len(sure)]
        most[c] = sum(spend.get(d, 0.0) for d in sure) + min(heaviest_stable_set(others, largest), sum(room))
    return most, largest


def _steps(m: Any, s: str, e: int, most: dict[str, float]) -> dict[int, tuple[str, ...]]:
    """Who can buy on each step that can be reached."""
    purchasing, grown = m.priced.purchasing[s], growth(m, s, e)
    found = {}
    for t, (volume, rate) in enumerate(zip(purchasing.from_volume, purchasing.rate, strict=True)):
        councils = tuple(c for c, spend in most.items() if spend * grown + HALF_PENNY >= volume)
        if rate > 0 and councils:
            found[t] = councils
    return found


def growth(m: Any, s: str, e: int) -> float:
    """Growth factor of an epoch; full membership is at base-year baselines."""
    return 1.0 if e == FULL else float(m.priced.purchasing[s].growth[e])


def closing_tranche(m: Any, s: str, e: int) -> int | None:
    """Tranche up to which those who joined are live in an epoch; None means all."""
    return None if e == FULL else m.priced.purchasing[s].epochs[e]


def full_epoch(m: Any, partnership: Partnership) -> Epoch:
    """The epoch whose spend is that of full membership at base-year baselines."""
    purchasing = m.priced.purchasing[partnership[0]]
    return (*partnership, len(purchasing.epochs) - 1 if purchasing.base_year_last else FULL)
