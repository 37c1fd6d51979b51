"""What the audit looks up in the instance, each thing worked out once: time, tiers, estimates, contracts, vehicles, ends."""

from __future__ import annotations

import csv
import datetime as dt
from calendar import monthrange
from functools import lru_cache
from importlib import resources
from typing import Any

from instances import Instance
from instances.tables import Contract, Estimate, Tier
from optimiser.audit.decided import commitments, live_already, live_vehicles, taken_already
from optimiser.audit.decisions import Move, vehicles
from optimiser.audit.pairs import Pairs

DAYS_A_YEAR = 365.25
"""Years left on a contract are days / 365.25 (model.md, section 3)."""
HALF_A_PENNY = 0.005
"""What counts as nothing, GBP."""


@lru_cache(maxsize=8)
def _months(calendar: Any) -> tuple[tuple[dt.date, ...], ...]:
    """First day of each month of each period."""
    return tuple(tuple(calendar.month(k, m) for m in range(calendar.period_months)) for k in range(calendar.periods))


class Facts:
    """An instance as the audit reads it.

    Attributes:
        instance: Rows and settings.
        periods: Number of periods T.
        period_years: Length of a period in years, period_months / 12.
        discount: DF of each period (model.md, section 1).
        months: For each period, the first day of each of its months.
        pairs: Distances, neighbours and compatibility.
        vehicles: Delivery vehicles by name.
        commitments: Commitments by service; none when the rule is switched off.
        live: Host and date of go-live of every (council, service) that is live already.
        taken: Alternative and date of every (council, service) that took one before the start.
        live_vehicles: Vehicle of every partnership that is live already, by (host, service).
    """

    def __init__(self, instance: Instance) -> None:
        """Work out what does not depend on the plan."""
        calendar = instance.calendar
        self.instance = instance
        self.periods = calendar.periods
        self.period_years = calendar.period_months / 12
        self.discount = discount_factors(instance)
        self.months = _months(calendar)
        self._years: dict[tuple[int, dt.date | None], dict[str, float]] = {}
        self.pairs = Pairs(instance)
        self.vehicles = vehicles(instance)
        self.commitments = commitments(instance)
        self.live = live_already(self.commitments, calendar.start)
        self.taken = taken_already(self.commitments, calendar.start)
        self.live_vehicles = live_vehicles(self.commitments, self.live, self.vehicles)
        self._estimates = {(row.council, row.service, row.host): row for row in instance.rows(Estimate)}
        self._tiers: dict[str, list[Tier]] = {}
        for row in instance.rows(Tier):
            self._tiers.setdefault(row.service, []).append(row)

    def estimate(self, council: str, service: str, host: str) -> Estimate | None:
        """Figures worked out elsewhere for this move, if any."""
        return self._estimates.get((council, service, host))

    def purchasing_rate(self, service: str, volume: float) -> float:
        """Rate of the highest tier that a procured spend of `volume` GBP a year reaches; 0 below the lowest (model.md, section 3).

        Half a penny short of a tier has reached it, so that the rounding of a sum never decides on a rate.
        """
        reached = [tier for tier in self._tiers.get(service, ()) if volume >= tier.from_volume - HALF_A_PENNY]
        return max(reached, key=lambda tier: tier.from_volume).rate if reached else 0.0

    def growth(self, service: str, period: int) -> float:
        """Baseline of a period as a multiple of today's: `(1 + growth[s]) ** years` (model.md, section 3)."""
        return float((1 + self.instance.parameter(service, "growth")) ** (period * self.period_years))

    def ends(self, council: str, host: str) -> dt.date | None:
        """First day without council or host, whichever ceases sooner; None where neither does (model.md, section 2)."""
        days = [day for name in (council, host) if (day := self.instance.councils[name].ceases) is not None]
        return min(days, default=None)

    def passes_to(self, council: str, host: str) -> str:
        """Who takes the service over then: the council's successor where it ceases, else its host's; empty where none is named."""
        ceasing = next((name for name in (council, host) if self.instance.councils[name].ceases is not None), None)
        return "" if ceasing is None else self.instance.councils[ceasing].successor or ""

    def months_counted(self, period: int, ends: dt.date | None) -> tuple[dt.date, ...]:
        """First days of the months of a period that begin before `ends`; the others are not counted."""
        return tuple(month for month in self.months[period] if ends is None or month < ends)

    def cover(self, period: int, ends: dt.date | None) -> float:
        """Part of a period that counts: its months that begin before `ends`, out of all."""
        return 1.0 if ends is None else len(self.months_counted(period, ends)) / len(self.months[period])

    def financial_years(self, period: int, ends: dt.date | None) -> dict[str, float]:
        """Parts by financial year of what a period earns until `ends`: each month counted carries as much as any other."""
        key = (period, ends)
        if key not in self._years:
            labels = [financial_year(month) for month in self.months_counted(period, ends)]
            self._years[key] = {label: labels.count(label) / len(labels) for label in sorted(set(labels))}
        return self._years[key]

    def go_live(self, service: str, move: Move) -> dt.date:
        """Date of a move: first day of its tranche; for what is live already, the commitment's date, else the start."""
        if move.is_live:
            key, none = (move.council, service), ("", self.instance.calendar.start)
            return self.live.get(key, self.taken.get(key, none))[1]
        return self.instance.calendar.date(move.tranche)

    def year_since_go_live(self, service: str, move: Move, period: int) -> int:
        """Whole years y that a move has been live when a period begins: `floor((j - k) * period_months / 12)`.

        What is live already has been so for the whole months from its own date to the start as well.
        """
        calendar = self.instance.calendar
        if not move.is_live:
            return (period - move.tranche) * calendar.period_months // 12
        return (whole_months(self.go_live(service, move), calendar.start) + period * calendar.period_months) // 12

    def phase_in(self, service: str, year: int) -> float:
        """Part of the gross saving realised in year `year` since go-live (0 is the first); the last value holds."""
        shares = self.instance.phase_in(service)
        return shares[min(year, len(shares) - 1)]

    def free_from(self, council: str, service: str) -> dt.date | None:
        """First day on which the contract lets the service go, by a break or by its end; None where nothing ties it."""
        contract: Contract | None = self.instance.contracts.get((council, service))
        if contract is None or not self.instance.rules.contract_timing:
            return None
        return contract.expires if contract.break_from is None else contract.break_from

    def termination_charge(self, council: str, service: str, go_live: dt.date) -> float:
        """Charge for leaving the contract on `go_live`, GBP before bias; 0 from `expires` on (model.md, section 4).

        `termination_charge + termination_share * annual_cost * days left / 365.25`. A go-live before the break is a broken
        rule; it is priced by the same formula so that the rest of the plan can still be read.
        """
        contract: Contract | None = self.instance.contracts.get((council, service))
        if contract is None or not self.instance.rules.contract_timing or go_live >= contract.expires:
            return 0.0
        years_left = (contract.expires - go_live).days / DAYS_A_YEAR
        annual_cost: float = self.instance.baselines[council, service].annual_cost
        return contract.termination_charge + contract.termination_share * annual_cost * years_left


def discount_factors(instance: Instance) -> tuple[float, ...]:
    """DF of each period: product of `1 / (1 + rate)` over whole elapsed years, the broken year pro rata (model.md, section 1)."""
    calendar = instance.calendar
    factors = []
    for k in range(calendar.periods):
        whole_years, months = divmod(k * calendar.period_months, 12)
        factor = 1.0
        for year in range(whole_years):
            factor /= 1 + discount_rate(instance, year)
        if months:
            factor *= (1 + discount_rate(instance, whole_years)) ** -(months / 12)
        factors.append(factor)
    return tuple(factors)


def discount_rate(instance: Instance, year: int) -> float:
    """Rate of elapsed year `year`, share a year: the one in force on its first day; the Green Book's where none is given."""
    given = instance.economics.discount_rate
    if given is None:
        return max((first, rate) for first, rate in _green_book() if first <= year)[1]
    if not isinstance(given, dict):
        return given
    first_day = _years_after(instance.calendar.start, year)
    in_force = max((day for day in given if day <= first_day), default=min(given))
    return given[in_force]


def _years_after(day: dt.date, years: int) -> dt.date:
    """The same day some years later; 28 February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _green_book() -> list[tuple[int, float]]:
    """HM Treasury's standard rates as (first elapsed year, rate), from the table shipped with the instances."""
    text = resources.files("instances").joinpath("data/green_book_discount_rates.csv").read_text(encoding="utf-8")
    return [(int(row["from_year"]), float(row["rate"])) for row in csv.DictReader(text.splitlines())]


def financial_year(day: dt.date) -> str:
    """The April-to-March year of a day, such as '2026/27'."""
    first = day.year - (day.month < 4)
    return f"{first}/{(first + 1) % 100:02d}"


def whole_months(first: dt.date, last: dt.date) -> int:
    """Whole months gone by from one date to a later one; a day that the last month does not have is held to its end."""
    day = min(first.day, monthrange(last.year, last.month)[1])
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < day)
