"""Councils that cease: for how many months of the appraisal they exist, and what part of each period that covers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from instances.calendar import Calendar
from instances.instance import Instance


def end_months(instance: Instance) -> dict[str, int]:
    """Months of the appraisal that begin before a council ceases, of the councils that do.

    A month that has begun counts in full: money is by the month, so a council that ceases within one still runs it.
    """
    start, result = instance.calendar.start, {}
    for name, row in instance.councils.items():
        if row.ceases is not None:
            months = (row.ceases.year - start.year) * 12 + row.ceases.month - start.month
            result[name] = months + (instance.calendar.month(0, months) < row.ceases)
    return result


def coverage(calendar: Calendar, end_month: int | None) -> NDArray[np.float64]:
    """Part of each period that lies before the end of a month count, shape (periods,); 1 throughout where there is no end."""
    if end_month is None:
        return np.ones(calendar.periods)
    months = end_month - np.arange(calendar.periods) * float(calendar.period_months)
    covered: NDArray[np.float64] = np.clip(months, 0, calendar.period_months) / calendar.period_months
    return covered
