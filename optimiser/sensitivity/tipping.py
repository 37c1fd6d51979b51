"""Tipping value: the value nearest to the base at which another configuration beats the held plan by more than the gap.

Both sides of it are proven. A position *stays* where a bound shows that no plan of another configuration (hosts, members, alternatives) is
worth more than the held plan and the gap; it *tips* where such a plan is known, or where the held plan breaks a rule and the best plan
has another configuration, or there is none.

From the base outwards positions are solved until one tips. Between the last that stays and the first that tips the rival found is held too:
where it begins to beat the held plan, or the held plan begins to break a rule, needs no solve. That place is solved: if it stays, the
tipping value is found; if not, a nearer rival is, and the same is done with that one. In an input in which every plan's NPV is linear
each rival is used once at most (Eisner and Severance, Mathematical Techniques for Efficient Record Segmentation in Large Shared Databases,
Journal of the ACM 23(4), 1976, 619-635), and no nearer value can be missed, since the best other plan is worth a convex function.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from instances.asked import Configuration, Differs
from optimiser.audit import Alternative, Decision, Move
from optimiser.differences import differences
from optimiser.sensitivity.turned import NEAR, Turned
from optimiser.whatif import Answer, held_decisions, reoptimise

LADDER = (0.25, 0.5)
"""Parts of the way to the first position that are solved too, so that a nearer place is not missed where nothing is linear."""
FINE = 1e-7
"""Width of the bracket, as a part of the way from the base, where no gap is allowed."""
COARSE = 1e-4
"""The same with a gap."""
SHARPER = 4
"""How many times closer than the gap a position is solved, so that hardly any is left undecided."""
ROUNDS = 60
HAIRS = (1, 10, 100)
"""How many times the width of the bracket further on a plan is looked for that a rule lets through by a hair."""


class Tipping(BaseModel):
    """A tipping value on one side of the base.

    Attributes:
        position: Where the dial stands; None where nothing tips.
        value: In words; or how far it was turned in vain.
        override: What sets it.
        stays: The position proven to stay next to it, in words.
        stays_override: What sets that.
        rival: The best plan of another configuration there, which beats the held one; None where there is no plan at all.
        becomes: How its configuration differs from the held one's, in sentences.
        retimed: Whether the held configuration in other tranches, or by another vehicle, is better there than any other: only the plan as it is
            falls behind.
        broken: Rules that the held plan breaks there, by name.
        within: Whether it lies within the range of the input.
        distance: How far the dial is turned from its base.
    """

    model_config = ConfigDict(frozen=True)

    position: float | None
    value: str
    override: str = ""
    stays: str = ""
    stays_override: str = ""
    rival: Answer | None = None
    becomes: tuple[str, ...] = ()
    retimed: bool = False
    broken: tuple[str, ...] = ()
    within: bool = False
    distance: float | None = None

    @property
    def configuration(self) -> Configuration:
        """Hosts, members and alternatives of what beats the held plan."""
        return {} if self.rival is None else self.rival.configuration


@dataclass(frozen=True)
class Verdict:
    """What a solve says of a position: whether the held configuration stays the best there."""

    state: Literal["stays", "tips", "unclear"]
    answer: Answer


def tipping(turned: Turned, sign: int) -> Tipping:
    """The tipping value of a dial below its base (-1) or above it (1)."""
    if turned.dial.base is None:
        return Tipping(position=None, value="has no value to turn from")
    return _Search(turned, turned.dial.base).find(sign)


def verdict(turned: Turned, position: float) -> Verdict:
    """Whether the held configuration stays the best at a position that is allowed."""
    base, instance, found = turned.base, turned.at(position), turned.held(position)
    assert instance is not None
    sharper = base.gap / SHARPER
    if found is None or not found.kept:
        return _without_held(base.configuration, reoptimise(base, instance, gap=sharper))
    target = found.npv + base.allowed(found.npv)
    answer = reoptimise(base, instance, target=target, gap=sharper)
    if _beats(answer, target) and answer.configuration == base.configuration:
        # The same councils in other tranches: what is asked is whether others would do better.
        differs = Differs(base.configuration)
        answer = reoptimise(base, instance, target=target, gap=sharper, asked=(differs,))
    if _beats(answer, target):
        return Verdict("tips", answer)
    proven = answer.status == "infeasible" or (answer.bound is not None and answer.bound <= target)
    return Verdict("stays" if proven else "unclear", answer)


def _beats(answer: Answer, target: float) -> bool:
    return answer.npv is not None and answer.npv > target


def _without_held(configuration: Configuration, answer: Answer) -> Verdict:
    """The held plan breaks a rule: it stays if the best plan has its configuration, in other tranches."""
    if answer.status == "infeasible":
        return Verdict("tips", answer)
    if answer.npv is None:
        return Verdict("unclear", answer)
    return Verdict("stays" if answer.configuration == configuration else "tips", answer)


class _Search:
    """The search on one side, which keeps the last position that is proven to stay."""

    def __init__(self, turned: Turned, start: float) -> None:
        self._turned, self._proven, self._inside = turned, start, start
        self._start, self._fine = start, 0.0

    def find(self, sign: int) -> Tipping:
        """Outwards, then between the last that stays and the first that tips."""
        far = self._start
        for position in self._positions(sign):
            self._fine = self._fine or self._width(position)
            said = verdict(self._turned, position)
            if said.state == "tips":
                return self._narrow(position, said)
            self._note(position, said)
            far = position
        where = "cannot be turned further" if far == self._start else f"none as far as {self._turned.dial.said(far)}"
        return Tipping(position=None, value=where)

    def _positions(self, sign: int) -> list[float]:
        """Some steps of the way to the first position, and all from there on."""
        outward = list(self._turned.outward(sign, NEAR))
        if not outward or self._turned.dial.kind == "list":
            return outward
        steps = [self._start + share * (outward[0] - self._start) for share in LADDER]
        if self._turned.dial.whole:
            steps = [float(round(step)) for step in steps]
        return [*(step for step in dict.fromkeys(steps) if step not in (self._start, *outward)), *outward]

    def _width(self, position: float) -> float:
        part = FINE if self._turned.base.gap == 0 else COARSE
        return 1.0 if self._turned.dial.whole else part * abs(position - self._start)

    def _note(self, position: float, said: Verdict) -> None:
        self._inside = position
        if said.state == "stays":
            self._proven = position

    def _narrow(self, outside: float, said: Verdict) -> Tipping:
        """Bring the two sides together: by what beats the held plan, held; where that says nothing more, by halves."""
        by_rival = True
        for _ in range(ROUNDS):
            if abs(outside - self._inside) <= self._fine:
                break
            inner, outer = self._boundary(outside, said) if by_rival else self._halves(outside)
            there = verdict(self._turned, inner) if inner != self._inside else None
            if there is not None and there.state == "tips":
                outside, said = inner, there
                continue
            if there is not None:
                self._note(inner, there)
            if not by_rival:
                continue
            kept = (held := self._turned.held(outer)) is not None and held.kept
            beyond = said if kept else verdict(self._turned, outer)
            if beyond.state == "tips":
                return self._found(outer, beyond)
            self._note(outer, beyond)
            by_rival = False
        return self._found(outside, said)

    def _halves(self, outside: float) -> tuple[float, float]:
        middle = (self._inside + outside) / 2
        return (float(round(middle)) if self._turned.dial.whole else middle), outside

    def _boundary(self, outside: float, said: Verdict) -> tuple[float, float]:
        """Where the rival begins to beat the held plan, or that begins to break a rule: a position on either side of it."""
        rival = Rival(self._turned, said.answer)
        inside = self._inside
        guess = None if self._turned.dial.whole else rival.crossing(inside, outside)
        if guess is not None:
            step = self._fine / 2 if outside > inside else -self._fine / 2
            if not rival.beats(guess - step) and rival.beats(guess + step):
                return guess - step, guess + step
        while abs(outside - inside) > self._fine:
            middle = (inside + outside) / 2
            middle = float(round(middle)) if self._turned.dial.whole else middle
            if middle in (inside, outside):
                break
            inside, outside = (inside, middle) if rival.beats(middle) else (middle, outside)
        return inside, outside

    def _becomes(self, answer: Answer) -> list[str]:
        base = self._turned.base
        return differences(base.instance, base.configuration, answer.configuration)

    def _best(self, position: float, known: Answer) -> tuple[Answer, bool]:
        """The best plan of another configuration where one tips, ties settled, and whether the held one is better still in other tranches.

        Where a rule lets a plan through to the half-penny that the audit allows, a solve knows of that plan a hair further on.
        """
        base = self._turned.base
        for further in (position, *self._hairs(position)):
            instance, target = self._turned.at(further), self._target(further)
            if instance is None:
                break
            best = reoptimise(base, instance, gap=base.gap / SHARPER)
            if not _beats(best, target):
                continue
            if best.configuration != base.configuration:
                return best, False
            other = reoptimise(base, instance, gap=base.gap / SHARPER, asked=(Differs(base.configuration),))
            if _beats(other, target):
                return other, True
        return known, False

    def _hairs(self, position: float) -> list[float]:
        """Places a little further on."""
        way = 0.0 if self._turned.dial.whole else math.copysign(self._fine, position - self._start)
        return [position + way * hair for hair in HAIRS] if way else []

    def _target(self, position: float) -> float:
        """What the held plan and the gap are worth there; no amount where it breaks a rule."""
        held = self._turned.held(position)
        return held.npv + self._turned.base.allowed(held.npv) if held is not None and held.kept else -math.inf

    def _found(self, position: float, said: Verdict) -> Tipping:
        dial, there = self._turned.dial, self._turned.held(position)
        rival, retimed = (None, False) if said.answer.npv is None else self._best(position, said.answer)
        return Tipping(
            position=position,
            value=dial.said(position),
            override=dial.override(position),
            stays=dial.said(self._proven),
            stays_override=dial.override(self._proven),
            rival=rival,
            becomes=() if rival is None else tuple(self._becomes(rival)),
            retimed=retimed,
            broken=() if there is None else there.broken,
            within=dial.low is not None and dial.high is not None and dial.low <= position <= dial.high,
            distance=abs(position - self._start),
        )


class Rival:
    """A plan that beats the held one somewhere, held itself at other positions."""

    def __init__(self, turned: Turned, answer: Answer) -> None:
        self._turned = turned
        self._plan = None if answer.npv is None else as_decided(answer)

    def lead(self, position: float) -> float | None:
        """By how much it is worth more than the held plan and the gap, GBP; None where one of the two breaks a rule."""
        instance, held = self._turned.at(position), self._turned.held(position)
        if instance is None or held is None or not held.kept or self._plan is None:
            return None
        own = held_decisions(instance, *self._plan)
        return None if own is None or not own.kept else own.npv - held.npv - self._turned.base.allowed(held.npv)

    def beats(self, position: float) -> bool:
        """Whether it beats the held plan there, or that breaks a rule."""
        held = self._turned.held(position)
        if held is None or not held.kept:
            return True
        lead = self.lead(position)
        return lead is not None and lead > 0

    def crossing(self, inside: float, outside: float) -> float | None:
        """Where a straight line between its leads is 0."""
        behind, ahead = self.lead(inside), self.lead(outside)
        if behind is None or ahead is None or behind >= 0 or ahead <= 0:
            return None
        return inside + (outside - inside) * behind / (behind - ahead)


def as_decided(answer: Answer) -> tuple[tuple[Decision, ...], tuple[Alternative, ...]]:
    """The plan of an answer as the audit reads it."""
    groups: dict[tuple[str, str, str], list[Move]] = {}
    for one in answer.plan:
        if one.host:
            groups.setdefault((one.service, one.host, one.way), []).append(Move(one.council, one.tranche))
    decisions = (Decision(service, host, tuple(moves), vehicle) for (service, host, vehicle), moves in sorted(groups.items()))
    taken = (Alternative(one.council, one.service, one.way, one.tranche) for one in answer.plan if not one.host)
    return tuple(decisions), tuple(taken)
