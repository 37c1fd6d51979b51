"""An instance while it is being drawn, and how large it is."""

import calendar
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from math import comb
from random import Random
from typing import Any

Cells = dict[str, Any]
Key = tuple[str, ...]

COLUMNS = {
    "councils": "council name tier region latitude longitude population control culture ceases successor",
    "baselines": "council service annual_cost fixed_cost procured_cost fte volume platform performance can_host"
    " host_capacity hosting_cost set_up_cost source",
    "contracts": "council service supplier expires break_from termination_charge termination_share",
    "distances": "council_a council_b km minutes",
    "adjacency": "council_a council_b",
    "compatibility": "council_a council_b service score reason",
    "history": "council_a council_b years what",
    "commitments": "council service decision other go_live vehicle option",
    "options": "council service option annual_saving annual_cost one_off_cost available_from",
    "estimates": "council service host annual_saving annual_cost one_off_cost",
    "tiers": "service from_volume rate",
    "vehicles": "vehicle set_up_factor saving_factor annual_cost minimum_members services",
}
ACROSS = [  # the rules that are drawn by number, so that few or many of them meet
    "contiguity",
    "minimum_total_saving",
    "no_council_worse_off",
    "payback",
    "investment_limit",
    "onboarding_capacity",
    "hosting_limit",
    "each_hosts",
    "sequencing",
    "bundle",
    "partner_limit",
]
OVER_SERVICES = {"hosting_limit", "each_hosts", "sequencing", "bundle", "partner_limit"}  # these ask for two services
MOST_PLANS = 700_000  # combinations of the services' plans that enumeration may have to look at
NO = {"false", "no", "0"}


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
    only: str = ""
    """The one rule that is on, if there is only one."""
    across: set[str] = field(default_factory=set)
    """The rules of `ACROSS` that are on."""
    vehicles: int = 0
    economics: Cells = field(default_factory=dict)
    rules: Cells = field(default_factory=dict)
    tables: dict[str, dict[Key, Cells]] = field(default_factory=lambda: {name: {} for name in COLUMNS})

    def chance(self, probability: float) -> bool:
        """True with a probability."""
        return self.rng.random() < probability

    def wants(self, rule: str, probability: float) -> bool:
        """Whether to switch a rule on: with a probability, unless there is to be only one."""
        return self.only == rule if self.only else self.chance(probability)

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
        return [c for c in running if not hosts or rows[c, service]["can_host"] not in NO]

    def pairs(self) -> list[tuple[str, str]]:
        """Every pair of councils, in either order, for pair tables are symmetric."""
        return [(a, b) if self.chance(0.5) else (b, a) for a, b in combinations(self.councils, 2)]

    def able(self, service: str) -> list[str]:
        """The vehicles that may run a service; none where there are no vehicles."""
        rows = self.tables["vehicles"].values()
        return [row["vehicle"] for row in rows if not row["services"] or service in row["services"].split(";")]

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


def draw_shape(rng: Random, only: str = "") -> Tiny:
    """Calendar, names and the rules across services that ask for more than one service."""
    across = {only} & set(ACROSS) if only else set(rng.sample(ACROSS, rng.choice([0, 1, 1, 1, 2, 2, 3])))
    services = rng.choice([2, 2, 3] if across & OVER_SERVICES else [1, 2, 2])
    period_months, horizon_years = rng.choice([3, 6, 12]), rng.randint(2, 6)
    tranches = min(rng.randint(1, 3), horizon_years * 12 // period_months)
    councils, vehicles = rng.choice([2, 3, 3, 3, 4, 4, 4]), rng.choice([0] * 6 + [1, 2, 3])
    while plans_of_a_service(councils, tranches, max(vehicles, 1)) ** services > MOST_PLANS:
        smaller = [(councils - 1, tranches, vehicles), (councils, tranches - 1, vehicles), (councils, tranches, vehicles - 1)]
        councils, tranches, vehicles = rng.choice([sizes for sizes in smaller if sizes[1] >= 1 and sizes[2] >= 0])
    return Tiny(
        rng=rng,
        start=rng.choice([date(2026, 4, 1), date(2026, 4, 1), date(2026, 1, 1), date(2027, 7, 15), date(2026, 8, 31)]),
        period_months=period_months,
        tranches=tranches,
        horizon_years=horizon_years,
        councils=["Ash", "Elm", "Oak", "Yew"][:councils],
        services={name: {} for name in ["payroll", "waste", "planning"][:services]},
        only=only,
        across=across,
        vehicles=vehicles,
    )


def plans_of_a_service(councils: int, tranches: int, vehicles: int) -> int:
    """How many plans up to four councils have for one service, if nothing forbids any: one partnership, or two of two."""
    of_size = {size: size * vehicles * sum(wait ** (size - 1) for wait in range(1, tranches + 1)) for size in range(2, councils + 1)}
    pairs = 3 * of_size[2] ** 2 if councils == 4 else 0
    return 1 + sum(comb(councils, size) * ways for size, ways in of_size.items()) + pairs
