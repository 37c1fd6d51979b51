"""An instance while it is being drawn."""

import calendar
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from random import Random
from typing import Any

Cells = dict[str, Any]
Key = tuple[str, ...]

COLUMNS = {
    "councils": "council name tier region latitude longitude population control culture",
    "baselines": "council service annual_cost fixed_cost procured_cost fte volume platform performance can_host"
    " host_capacity hosting_cost set_up_cost source",
    "contracts": "council service supplier expires break_from termination_charge termination_share",
    "distances": "council_a council_b km minutes",
    "compatibility": "council_a council_b service score reason",
    "history": "council_a council_b years what",
    "commitments": "council service decision other go_live",
    "estimates": "council service host annual_saving annual_cost one_off_cost",
    "tiers": "service from_volume rate",
}


@dataclass
class Tiny:
    """An instance being drawn; every table is keyed, so that no key comes twice."""

    rng: Random
    start: date
    period_months: int
    tranches: int
    horizon_years: int
    councils: list[str]
    services: dict[str, Cells]
    economics: Cells = field(default_factory=dict)
    rules: Cells = field(default_factory=dict)
    tables: dict[str, dict[Key, Cells]] = field(default_factory=lambda: {name: {} for name in COLUMNS})

    def chance(self, probability: float) -> bool:
        """True with a probability."""
        return self.rng.random() < probability

    def money(self, low: float, high: float) -> float:
        """An odd amount in pounds and pence, so that two plans are hardly ever worth the same."""
        return round(self.rng.uniform(low, high), 2)

    def share(self, low: float, high: float) -> float:
        """A share of four decimals."""
        return round(self.rng.uniform(low, high), 4)

    def add(self, table: str, *key: str, **cells: Any) -> None:
        """A row of a table, in place of any row with the same key."""
        columns = COLUMNS[table].split()
        self.tables[table][key] = dict(zip(columns, key, strict=False)) | cells

    def day(self, months: int) -> date:
        """The start moved by some months, held to the month's end."""
        years, month = divmod(self.start.month - 1 + months, 12)
        year = self.start.year + years
        return date(year, month + 1, min(self.start.day, calendar.monthrange(year, month + 1)[1]))

    def first_day(self, tranche: int) -> date:
        """The go-live date of a tranche."""
        return self.day(tranche * self.period_months)

    def runners(self, service: str, *, hosts: bool = False) -> list[str]:
        """The councils that run a service, or only those that may host it."""
        rows = self.tables["baselines"]
        running = [c for c in self.councils if (c, service) in rows]
        return [c for c in running if not hosts or rows[c, service]["can_host"] not in {"false", "no", "0"}]

    def pairs(self) -> list[tuple[str, str]]:
        """Every pair of councils, in either order, for pair tables are symmetric."""
        return [(a, b) if self.chance(0.5) else (b, a) for a, b in combinations(self.councils, 2)]

    def decided(self, council: str, service: str) -> list[Cells]:
        """What is already decided for a council and service, by itself or for every service."""
        rows = self.tables["commitments"].values()
        return [row for row in rows if row["council"] == council and row["service"] in {service, ""}]

    def decisions(self, council: str, service: str) -> set[str]:
        """The kinds of decision already taken for a council and service."""
        return {row["decision"] for row in self.decided(council, service)}

    def live_with(self, council: str, service: str) -> str:
        """The host that a council is live with already, if any."""
        return next((row["other"] for row in self.decided(council, service) if row["decision"] == "live"), "")


def draw_shape(rng: Random) -> Tiny:
    """Calendar and names."""
    period_months, horizon_years = rng.choice([3, 6, 12]), rng.randint(2, 6)
    return Tiny(
        rng=rng,
        start=rng.choice([date(2026, 4, 1), date(2026, 4, 1), date(2026, 1, 1), date(2027, 7, 15), date(2026, 8, 31)]),
        period_months=period_months,
        tranches=min(rng.randint(1, 3), horizon_years * 12 // period_months),
        horizon_years=horizon_years,
        councils=["Ash", "Elm", "Oak", "Yew"][: rng.choice([2, 3, 3, 4, 4, 4])],
        services={name: {} for name in ["payroll", "waste"][: rng.choice([1, 2, 2])]},
    )
