"""The question as it is asked: names that the instance has, a tranche by its number or its date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from instances import Instance
from instances.asked import Includes
from instances.errors import nearest
from optimiser.errors import UsageError


def question(instance: Instance, council: str, service: str, host: str | None = None, tranche: int | str | None = None) -> Includes:
    """What is asked about: that a council shares a service, with a host and in a tranche where they are named.

    Args:
        instance: The instance.
        council: The council.
        service: The service.
        host: The host; the council itself where it is to host; None for any.
        tranche: Number of the tranche, from 0, or the first day of one, YYYY-MM-DD; None for any.

    Raises:
        UsageError: Every name that the instance does not have, with the nearest; a tranche that there is not.
    """
    faults = [
        *_unknown("council", council, instance.councils),
        *_unknown("service", service, instance.services),
        *([] if host is None else _unknown("host", host, instance.councils)),
    ]
    number: int | None = None
    if tranche is not None:
        try:
            number = _tranche(instance, tranche)
        except UsageError as error:
            faults.append(str(error))
    if faults:
        raise UsageError("\n".join(faults))
    return Includes(council, service, host, number)


def _unknown(option: str, name: str, known: Collection[str]) -> Iterator[str]:
    if name not in known:
        close = nearest(name, known)
        advice = f"did you mean {close}?" if close is not None else f"there are {', '.join(sorted(known)[:8])}"
        yield f"--{option} {name} is not in the instance; {advice}"


def _tranche(instance: Instance, tranche: int | str) -> int:
    dates = list(instance.calendar.tranche_dates)
    try:
        number = int(tranche)
    except ValueError:
        try:
            number = dates.index(dt.date.fromisoformat(str(tranche)))
        except ValueError:
            number = -1
    if 0 <= number < len(dates):
        return number
    last = len(dates) - 1
    raise UsageError(
        f"--tranche {tranche} is not a tranche; write a number from 0 to {last}, or the first day of one, from {dates[0]} to {dates[last]}"
    )
