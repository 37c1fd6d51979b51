"""What the job asks: of which data, what is decided, with which settings. As long as that stays, the last answer stands.

Nothing here reads an instance, so that a job whose input has not changed is over at once.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from instances.calendar import months_after

_WORDS = {
    "fingerprint": "the source",
    "scenarios": "scenarios",
    "overrides": "overrides",
    "settings": "settings",
    "versions": "versions",
    "reference": "the plan that is decided",
    "frozen_until": "what is frozen",
}


@dataclass(frozen=True)
class Job:
    """What is resolved again and again.

    Attributes:
        source: The instance as it was named.
        name: What the store knows the job by.
        scenarios: Scenarios to apply, in order.
        overrides: Overrides to apply after them.
        settings: How to solve: fields of SolveSettings that JSON can hold, and `objective`, `year`.
        freeze: Months from today within which go-lives are fixed; None where only what is live is.
        change_cost: What each change against the plan that is decided has to earn, GBP.
        today: The day from which months count.
    """

    source: str
    name: str
    scenarios: Sequence[str] = ()
    overrides: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    freeze: int | None = None
    change_cost: float = 0.0
    today: dt.date = field(default_factory=dt.date.today)

    @property
    def holds_back(self) -> bool:
        """Whether it is asked that the last recommendation stays where no plan was adopted."""
        return self.freeze is not None or bool(self.change_cost)

    def free_from(self, tranches: Sequence[dt.date]) -> dt.date:
        """The first day on which a go-live is not fixed: the first tranche that is neither live nor within the months frozen.

        Args:
            tranches: First day of each.
        """
        last = months_after(self.today, self.freeze or 0)
        return next((day for day in tranches if day > last), last + dt.timedelta(days=1))

    def question(self, fingerprint: str, tranches: Sequence[dt.date], reference: str | None, versions: Mapping[str, str]) -> dict[str, Any]:
        """What is asked, as JSON has it.

        Args:
            fingerprint: Of the source.
            tranches: First day of each.
            reference: The run of the plan that is decided.
            versions: Of the program and its packages.
        """
        frozen = None if reference is None else self.free_from(tranches)
        asked = {
            "fingerprint": fingerprint,
            "scenarios": list(self.scenarios),
            "overrides": list(self.overrides),
            "settings": {**self.settings, "change_cost": self.change_cost},
            "versions": dict(versions),
            "reference": reference,
            "frozen_until": None if frozen is None else frozen.isoformat(),
            "tranches": [day.isoformat() for day in tranches],
        }
        return dict(json.loads(json.dumps(asked)))


def job_name(instance: str, scenarios: Sequence[str], overrides: Sequence[str]) -> str:
    """What a job is known by unless a name is given: the instance, with what is applied to it."""
    asked = ", ".join([*scenarios, *overrides])
    return f"{instance} ({asked})" if asked else instance


def differs(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """What of a question is another than before, in words."""
    return (words for part, words in _WORDS.items() if before.get(part) != now.get(part))
