"""What holds so far: the last resolution of a job, the last that had a plan, and the plan that was adopted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optimiser.resolve.question import Job
from optimiser.store import Recorded, Store
from optimiser.store.resolutions import Resolution, last


@dataclass(frozen=True)
class Known:
    """What holds so far.

    Attributes:
        last: The last resolution; None at first.
        before: The last with a plan.
        adopted: The run that was adopted for the instance.
    """

    last: Resolution | None
    before: Resolution | None
    adopted: Recorded | None

    @classmethod
    def of(cls, store: Store, job: Job, instance: str) -> Known:
        """What the store knows of a job and of an instance by its name."""
        found = last(store, job.name)
        before = found if found is None or found.report["npv"] is not None else last(store, job.name, with_plan=True)
        return cls(found, before, store.adopted(instance))

    def reference(self, job: Job) -> str | None:
        """The run of the plan that is decided: the adopted one, or the last recommendation where it is asked that it stays."""
        if self.adopted is not None:
            return self.adopted.run
        return self.before.run if self.before is not None and job.holds_back else None

    def stands(self, job: Job, fingerprint: str, versions: Mapping[str, str]) -> Resolution | None:
        """The last resolution, where nothing at all is asked otherwise; the tranches are those of the source as it was, which it still is."""
        if self.last is None:
            return None
        tranches = [dt.date.fromisoformat(day) for day in self.last.question["tranches"]]
        now: dict[str, Any] = job.question(fingerprint, tranches, self._asked_then(job), versions)
        return self.last if now == self.last.question else None

    def _asked_then(self, job: Job) -> str | None:
        """The plan that is decided; where it is the last recommendation, the one that was it when the last resolution was made."""
        if self.adopted is not None or self.last is None or not job.holds_back:
            return self.reference(job)
        reference = self.last.question["reference"]
        return None if reference is None else str(reference)
