"""Amounts in parts that add up to the penny, and texts and figures that several councils have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from instances.reorganisation.succession import Heir

PENNY = Decimal("0.01")
WHOLE = Decimal(1)
MANY_UNITS = 100
"""Whole amounts of units from here on are split into whole units."""
MOST_TEXTS = 3
Value = TypeVar("Value")


def exact(amount: float) -> Decimal:
    """The amount as it is written, so that sums have no error of their own."""
    return Decimal(repr(float(amount)))


def money_parts(amount: float, heirs: Sequence[Heir]) -> dict[str, Decimal]:
    """An amount of money by successor, in pennies."""
    return _parts(exact(amount), heirs, PENNY)


def unit_parts(amount: float, heirs: Sequence[Heir]) -> dict[str, Decimal]:
    """An amount of work, people or posts by successor."""
    return _parts(exact(amount), heirs, WHOLE if amount >= MANY_UNITS and float(amount).is_integer() else PENNY)


def _parts(amount: Decimal, heirs: Sequence[Heir], smallest: Decimal) -> dict[str, Decimal]:
    """Rounded where the running total is, so that no part is below 0 and all of them add up to the amount."""
    parts, given, share = {}, Decimal(0), Decimal(0)
    for heir in heirs[:-1]:
        share += exact(heir.share)
        reached = min(amount, (amount * share).quantize(smallest, ROUND_HALF_UP))
        parts[heir.name], given = reached - given, reached
    return parts | {heirs[-1].name: amount - given}


def total(amounts: Iterable[Decimal | None]) -> float | None:
    """The sum, where all are given."""
    known = list(amounts)
    return None if any(amount is None for amount in known) else float(sum((a for a in known if a is not None), Decimal(0)))


def common(values: Iterable[Value | None]) -> Value | None:
    """What all have in common; None where they differ or one has none."""
    found = list(values)
    return found[0] if found and all(value == found[0] for value in found) else None


def weighted(values: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Mean by weight; plain where no weight is above 0."""
    whole = sum(weights[name] for name in values)
    if whole <= 0:
        return sum(values.values()) / len(values)
    return sum(value * weights[name] for name, value in values.items()) / whole


def texts(given: Iterable[str | None]) -> str:
    """Different texts, the first few."""
    different = list(dict.fromkeys(text for text in given if text))
    more = len(different) - MOST_TEXTS
    return "; ".join([*different[:MOST_TEXTS], *([f"and {more} more"] if more > 0 else [])])


def joined(*sentences: str | None) -> str | None:
    """What is given of some texts, with semicolons between; None where nothing is."""
    return "; ".join(sentence for sentence in sentences if sentence) or None
