"""Switching value: the value of one input at which the held plan's NPV is 0 (HM Treasury, Green Book).

The held NPV is linear in most inputs, or linear in pieces. From the base outwards on both sides the first change of sign is looked for,
and between the two positions the root is found by Brent's method, which is exact on a line and bisects where there is none. Of the two
sides the nearer is reported. Where the NPV jumps over 0 (a tier of joint purchasing, a day on which a charge ends), the value is that of the jump.
"""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from optimiser.sensitivity.turned import FAR, NEAR, Turned

PENNY = 0.01
RELATIVE = 1e-13
APART = 4.0
"""How many times as far from the base each position is where a change of sign is looked for."""


class Switching(BaseModel):
    """A switching value.

    Attributes:
        position: Where the dial stands there; None where no value that was looked at makes the NPV 0.
        value: The value in words; or why there is none.
        override: What sets it, where there is one.
        jumps: Whether the NPV jumps over 0 there.
        within: Whether it lies within the range of the input.
    """

    model_config = ConfigDict(frozen=True)

    position: float | None
    value: str
    override: str = ""
    jumps: bool = False
    within: bool = False


def switching(turned: Turned) -> Switching:
    """The switching value of a dial."""
    dial, start = turned.dial, turned.dial.base
    if start is None:
        return Switching(position=None, value="has no value to turn from")
    at_base = turned.npv(start)
    if at_base is None:
        return Switching(position=None, value="the plan cannot be priced")
    if not turned.base.decisions and not turned.base.alternatives:
        return Switching(position=None, value="the plan does nothing")
    found = [root for sign in (-1, 1) if (root := _first_root(turned, sign)) is not None]
    if not found:
        return Switching(position=None, value="none")
    root = min(found, key=lambda position: (abs(position - start), position))
    there = turned.npv(root)
    low, high = dial.low, dial.high
    return Switching(
        position=root,
        value=dial.said(root),
        override=dial.override(root),
        jumps=there is not None and not dial.whole and abs(there) > max(PENNY, 1e-6 * abs(at_base)),
        within=low is not None and high is not None and low <= root <= high,
    )


def _first_root(turned: Turned, sign: int) -> float | None:
    """The nearest root on one side that a change of sign shows."""
    start = turned.dial.base
    assert start is not None

    def npv(position: float) -> float:
        found = turned.npv(position)
        assert found is not None
        return found

    before = start
    whole = turned.dial.whole
    for position in turned.outward(sign, NEAR if whole else FAR, 2.0 if whole else APART):
        if turned.npv(position) is None:
            return None
        if (npv(position) < 0) != (npv(start) < 0) or npv(position) == 0:
            return _between(npv, before, position, whole=whole)
        before = position
    return None


def _between(npv: Callable[[float], float], inside: float, outside: float, *, whole: bool) -> float:
    """The root between two positions; of whole positions the first beyond it, as seen from the base."""
    if whole:
        while abs(outside - inside) > 1:
            middle = float((inside + outside) // 2)
            inside, outside = (middle, outside) if (npv(middle) < 0) == (npv(inside) < 0) else (inside, middle)
        return outside
    from scipy.optimize import brentq  # a third of a second to load

    if npv(outside) == 0:
        return outside
    low, high = sorted((inside, outside))
    return float(brentq(npv, low, high, xtol=RELATIVE * max(abs(low), abs(high)), rtol=4 * 2.3e-16, maxiter=200))
