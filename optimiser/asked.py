"""What is asked of a plan besides the rules, in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from instances import LIVE, Instance
from instances.asked import Asked, AtMost, Configuration, Differs, Excludes
from optimiser.money import counted, pounds

_UNITS = {"go_lives": "go-live", "partnerships": "partnership"}


def said(instance: Instance, asked: Iterable[Asked]) -> list[str]:
    """Each demand in words that stand for it: no two demands that differ read alike."""
    return [_said(instance, one) for one in asked]


def _said(instance: Instance, asked: Asked) -> str:
    if isinstance(asked, Differs):
        return f"{counted(asked.count, 'arrangement')} or more other than in configuration {digest(asked.configuration)}"
    if isinstance(asked, AtMost):
        if asked.measure == "one_off":
            return f"one-off cost of {_exactly(asked.limit)} or less"
        unit = _UNITS[asked.measure]
        return f"{asked.limit:g} {unit}{'' if asked.limit == 1 else 's'} or fewer"
    host = "" if asked.host is None else f" with {asked.host}"
    itself = asked.host == asked.council
    verb = ("does not host" if itself else "does not share") if isinstance(asked, Excludes) else "hosts" if itself else "shares"
    return f"{asked.council} {verb} {asked.service}{'' if itself else host}{_when(instance, asked.tranche)}"


def _when(instance: Instance, tranche: int | None) -> str:
    if tranche is None:
        return ""
    return ", live already" if tranche == LIVE else f" from {instance.calendar.date(tranche).isoformat()}"


def _exactly(amount: float) -> str:
    """Pounds, and pence where there are any."""
    return pounds(amount) if amount == round(amount) else f"{'-' if amount < 0 else ''}£{abs(amount):,.2f}"


def digest(configuration: Configuration) -> str:
    """Eight characters that stand for a configuration."""
    rows = sorted([*key, *found] for key, found in configuration.items())
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:8]
