"""Alternatives to sharing: which option a council may take for a service, and in which tranches."""

from __future__ import annotations

import pandas as pd

from instances.commitments import Decided
from instances.instance import Instance

TAKE_COLUMNS = ("council", "service", "option", "tranche")


def available_options(instance: Instance, decided: Decided) -> pd.DataFrame:
    """Every option and tranche that can be taken: council, service, option, tranche; sorted by service, council, option, tranche.

    From `available_from` and what is decided about the date on, until the council ceases; none where the council has to
    share. Contracts do not hold an option: its own date and cost allow for them.
    """
    takes = []
    for (council, service, name), row in instance.options.items():
        if decided.must_share(council, service):
            continue
        ceases = instance.councils[council].ceases
        earliest = [day for day in (row.available_from, decided.not_before.get((council, service))) if day is not None]
        for tranche, day in enumerate(instance.calendar.tranche_dates):
            if all(day >= first for first in earliest) and (ceases is None or day < ceases):
                takes.append((council, service, name, tranche))
    frame = pd.DataFrame(takes, columns=list(TAKE_COLUMNS)).astype({"tranche": "int64"})
    return frame.sort_values(["service", "council", "option", "tranche"], kind="stable", ignore_index=True)
