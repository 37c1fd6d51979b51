"""Alternatives to sharing: which option a council may take for a service, and in which tranches."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from instances.calendar import LIVE
from instances.commitments import Decided
from instances.instance import Instance
from instances.tables import Option

TAKE_COLUMNS = ("council", "service", "option", "tranche")


def available_options(instance: Instance, decided: Decided) -> pd.DataFrame:
    """Every option and tranche that can be taken: council, service, option, tranche; sorted by service, council, option, tranche.

    From `available_from` and what is decided about the date on, until the council ceases; none where the council has to
    share, and no other where it is decided which one it takes. One that was taken before the start stands there once, in
    tranche LIVE, whatever its dates. Contracts do not hold an option: its own date and cost allow for them.
    """
    takes = [(*key, tranche) for key, row in instance.options.items() for tranche in _tranches(instance, decided, row)]
    frame = pd.DataFrame(takes, columns=list(TAKE_COLUMNS)).astype({"tranche": "int64"})
    return frame.sort_values(["service", "council", "option", "tranche"], kind="stable", ignore_index=True)


def is_to_be_had(instance: Instance, option: Option, day: dt.date) -> bool:
    """Whether an option can be taken on a day: it is available by then, and its council still exists."""
    ceases = instance.councils[option.council].ceases
    return (option.available_from is None or day >= option.available_from) and (ceases is None or day < ceases)


def _tranches(instance: Instance, decided: Decided, option: Option) -> list[int]:
    key = (option.council, option.service)
    if decided.must_share(*key) or decided.takes.get(key, option.option) != option.option:
        return []
    if key in decided.takes_since:
        return [LIVE]
    first, only = decided.not_before.get(key), decided.go_live.get(key, ())
    return [
        tranche
        for tranche, day in enumerate(instance.calendar.tranche_dates)
        if is_to_be_had(instance, option, day) and (first is None or day >= first) and all(day == one for one in only)
    ]
