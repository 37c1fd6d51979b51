"""Reads an instance folder for the oracle, with nothing but the standard library."""

import calendar
import csv
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from .plans import LEAD_AUTHORITY

Row = dict[str, str]
Pair = frozenset[str]

YES, NO = {"true", "yes", "1"}, {"false", "no", "0"}
SUPPORTED = {
    "commitments",
    "contract_timing",
    "maximum_distance",
    "maximum_span",
    "compatibility",
    "quality",
    "partnership_size",
    "maximum_partnerships",
    "minimum_saving",
    "delivery_capacity",
    "programme_capacity",
    "host_capacity",
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
}


@dataclass(frozen=True)
class Baseline:
    """One council's own provision of one service, a year."""

    annual_cost: float
    fixed_cost: float
    procured_cost: float
    variable_cost: float
    fte: float
    volume: float | None
    platform: str
    performance: float | None
    can_host: bool
    host_capacity: float | None
    hosting_cost: float | None
    set_up_cost: float | None


@dataclass(frozen=True)
class Contract:
    """What a council would have to wait for, or pay to leave."""

    expires: date
    break_from: date | None
    termination_charge: float
    termination_share: float


@dataclass(frozen=True)
class Commitment:
    """One decision already taken, for one service (a blank service is spelt out on reading)."""

    council: str
    service: str
    decision: str
    other: str
    go_live: date | None
    vehicle: str = ""
    option: str = ""


@dataclass(frozen=True)
class Vehicle:
    """A way of running partnerships."""

    set_up_factor: float = 1.0
    saving_factor: float = 1.0
    annual_cost: float = 0.0
    minimum_members: float = 0
    services: frozenset[str] | None = None  # none: it may run them all


@dataclass(frozen=True)
class Option:
    """An alternative to sharing, for one council and service."""

    annual_saving: float
    annual_cost: float
    one_off_cost: float
    available_from: date | None


@dataclass(frozen=True)
class Data:
    """An instance as the documents describe it, not yet interpreted."""

    start: date
    period_months: int
    tranches: int
    periods: int
    economics: dict[str, Any]
    rules: dict[str, Any]
    councils: dict[str, Row]
    services: dict[str, Row]
    baselines: dict[tuple[str, str], Baseline]
    contracts: dict[tuple[str, str], Contract]
    distances: dict[Pair, Row]
    compatibility: dict[tuple[Pair, str], float]
    history: dict[Pair, float]
    commitments: list[Commitment]
    estimates: dict[tuple[str, str, str], Row]
    tiers: dict[str, list[tuple[float, float]]]
    live: dict[tuple[str, str], tuple[str, date]]
    live_vehicles: dict[tuple[str, str], str]  # by service and host
    taken: dict[tuple[str, str], tuple[str, date]]  # alternatives that were taken before the start, and since when
    vehicles: dict[str, Vehicle]
    options: dict[tuple[str, str], dict[str, Option]]
    adjacent: set[Pair]
    ceases: dict[str, date]
    priced: dict[Any, Any] = field(default_factory=dict)  # what has been worked out so far

    def first_day(self, period: int) -> date:
        """The first day of a period, which is the go-live date of its tranche."""
        return add_months(self.start, period * self.period_months)

    def runs(self, council: str, service: str) -> bool:
        """Only a council with a baseline row runs the service."""
        return (council, service) in self.baselines

    def parameter(self, service: str, name: str) -> float:
        """A service parameter: the service's own, else the default, else 0."""
        own = number(self.services[service], name)
        return float(self.economics.get(name, 0)) if own is None else own

    def vehicles_for(self, service: str) -> list[str]:
        """The vehicles that may run a service."""
        return able(self.vehicles, service)

    def phase_in(self, service: str) -> list[float]:
        """The shares of the saving realised in the first, second ... year."""
        cell = self.services[service].get("phase_in", "")
        shares = cell.split(";") if cell else self.economics.get("phase_in", [1])
        return [float(share) for share in shares]

    def figure(self, service: str, rule: str, column: str, key: str = "") -> float | None:
        """A rule's figure for one service; none where the rule, or this part of it, is off."""
        given = self.rules.get(rule)
        if given is False:
            return None
        own = number(self.services[service], column) if column else None
        if own is not None:
            return own
        if isinstance(given, dict):
            given = given.get(key)
        elif key in {"minutes", "maximum", "tolerance"}:  # a bare number is never one of these
            given = None
        return None if given is None else float(given)


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last of the month where there is no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(first: date, last: date) -> int:
    """Whole months gone by between two dates."""
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def number(row: Row, column: str) -> float | None:
    """A cell as a number; none where it is blank or not there."""
    cell = row.get(column, "")
    return float(cell) if cell else None


def day_of(row: Row, column: str) -> date | None:
    """A cell as a date; none where it is blank or not there."""
    cell = row.get(column, "")
    return date.fromisoformat(cell) if cell else None


def table(folder: Path, name: str) -> list[Row]:
    """The rows of one table, cells stripped; none where there is no such table."""
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [{column: (cell or "").strip() for column, cell in row.items()} for row in csv.DictReader(lines)]


def pair_of(row: Row) -> Pair:
    """Pair tables are symmetric, so the order of the two names does not count."""
    return frozenset((row["council_a"], row["council_b"]))


def baseline(row: Row) -> Baseline:
    """What is neither fixed nor procured is variable."""
    annual, fixed = float(row["annual_cost"]), number(row, "fixed_cost") or 0.0
    procured = number(row, "procured_cost") or 0.0
    return Baseline(
        annual_cost=annual,
        fixed_cost=fixed,
        procured_cost=procured,
        variable_cost=annual - fixed - procured,
        fte=number(row, "fte") or 0.0,
        volume=number(row, "volume"),
        platform=row.get("platform", ""),
        performance=number(row, "performance"),
        can_host=row.get("can_host", "").lower() not in NO,
        host_capacity=number(row, "host_capacity"),
        hosting_cost=number(row, "hosting_cost"),
        set_up_cost=number(row, "set_up_cost"),
    )


def contract(row: Row) -> Contract:
    """A contract row; blank charges are 0."""
    return Contract(
        expires=date.fromisoformat(row["expires"]),
        break_from=day_of(row, "break_from"),
        termination_charge=number(row, "termination_charge") or 0.0,
        termination_share=number(row, "termination_share") or 0.0,
    )


def commitments(rows: list[Row], running: set[tuple[str, str]], services: list[str]) -> list[Commitment]:
    """The decisions, service by service: blank means every service that the councils named both run."""
    found = []
    for row in rows:
        council, other = row["council"], row.get("other", "")
        both = [s for s in services if (council, s) in running and (not other or (other, s) in running)]
        for service in [row["service"]] if row.get("service") else both:
            ways = row.get("vehicle", ""), row.get("option", "")
            found.append(Commitment(council, service, row["decision"], other, day_of(row, "go_live"), *ways))
    return found


def vehicles(rows: list[Row]) -> dict[str, Vehicle]:
    """The vehicles by name; without any, the lead authority, which changes nothing."""
    found = {}
    for row in rows:
        given = {name: number(row, name) for name in ("set_up_factor", "saving_factor", "annual_cost", "minimum_members")}
        figures: dict[str, Any] = {name: figure for name, figure in given.items() if figure is not None}
        services = row.get("services", "")
        figures["services"] = frozenset(service.strip() for service in services.split(";")) if services else None
        found[row["vehicle"]] = Vehicle(**figures)
    return found or {LEAD_AUTHORITY: Vehicle()}


def able(given: dict[str, Vehicle], service: str) -> list[str]:
    """The vehicles that may run a service."""
    return [name for name, vehicle in given.items() if vehicle.services is None or service in vehicle.services]


def options(rows: list[Row]) -> dict[tuple[str, str], dict[str, Option]]:
    """The alternatives of each council and service; blank figures are 0."""
    found: dict[tuple[str, str], dict[str, Option]] = {}
    for row in rows:
        figures = (number(row, column) or 0.0 for column in ("annual_saving", "annual_cost", "one_off_cost"))
        found.setdefault((row["council"], row["service"]), {})[row["option"]] = Option(*figures, day_of(row, "available_from"))
    return found


def tiers(rows: list[Row]) -> dict[str, list[tuple[float, float]]]:
    """The purchasing tiers of each service, lowest first."""
    found: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        found.setdefault(row["service"], []).append((float(row["from_volume"]), float(row["rate"])))
    return {service: sorted(steps) for service, steps in found.items()}


def history(rows: list[Row]) -> dict[Pair, float]:
    """Years of joint working of each pair, added up over its rows."""
    found: dict[Pair, float] = {}
    for row in rows:
        found[pair_of(row)] = found.get(pair_of(row), 0.0) + (number(row, "years") or 0.0)
    return found


def refuse(rules: dict[str, Any]) -> None:
    """What the oracle does not cover is refused, never ignored."""
    unknown = [name for name, value in rules.items() if name not in SUPPORTED and value is not False]
    if unknown:
        raise ValueError(f"the oracle does not cover {unknown}")


def read(folder: Path) -> Data:
    """The instance in a folder."""
    settings = tomllib.loads((folder / "instance.toml").read_text(encoding="utf-8"))
    economics, rules = settings["economics"], settings.get("rules", {})
    refuse(rules)
    times = settings["calendar"]
    start = date.fromisoformat(str(times["start"]))
    services = {row["service"]: row for row in table(folder, "services")}
    baselines = {(row["council"], row["service"]): baseline(row) for row in table(folder, "baselines")}
    rows = [] if rules.get("commitments") is False else table(folder, "commitments")
    decided = commitments(rows, set(baselines), list(services))
    ways = vehicles(table(folder, "vehicles"))
    councils = {row["council"]: row for row in table(folder, "councils")}
    ceases = {name: day_of(row, "ceases") for name, row in councils.items()}
    live = live_rows(decided, start)
    return Data(
        start=start,
        period_months=times["period_months"],
        tranches=times["tranches"],
        periods=round(times["horizon_years"] * 12 / times["period_months"]),
        economics=economics,
        rules=rules,
        councils=councils,
        services=services,
        baselines=baselines,
        contracts={(row["council"], row["service"]): contract(row) for row in table(folder, "contracts")},
        distances={pair_of(row): row for row in table(folder, "distances")},
        compatibility={(pair_of(row), row.get("service", "")): float(row["score"]) for row in table(folder, "compatibility")},
        history=history(table(folder, "history")),
        commitments=decided,
        estimates={(row["council"], row["service"], row["host"]): row for row in table(folder, "estimates")},
        tiers=tiers(table(folder, "tiers")),
        live=live,
        live_vehicles={(s, h): live_vehicle(decided, ways, s, h) for (_, s), (h, _) in live.items()},
        taken={(c.council, c.service): (c.option, c.go_live) for c in decided if c.decision == "takes" and c.go_live and c.go_live < start},
        vehicles=ways,
        options=options(table(folder, "options")),
        adjacent={pair_of(row) for row in table(folder, "adjacency")},
        ceases={name: day for name, day in ceases.items() if day is not None},
    )


def live_rows(decided: list[Commitment], start: date) -> dict[tuple[str, str], tuple[str, date]]:
    """Who is live already, with which host and since when; a blank date is the start."""
    live = {(c.council, c.service): (c.other, c.go_live or start) for c in decided if c.decision == "live"}
    for (council, service), (host, _) in list(live.items()):
        first = min(since for (_, s), (h, since) in live.items() if (s, h) == (service, host))
        host_live = live.setdefault((host, service), (host, first))  # with no row of its own: since its first member
        if host_live[0] != host:
            raise ValueError(f"{council} is live with {host} for {service}, but {host} is live elsewhere")
    return live


def live_vehicle(decided: list[Commitment], given: dict[str, Vehicle], service: str, host: str) -> str:
    """The vehicle of a live partnership: the one named, else the only one that may run it, else the lead authority."""
    hosts = {(row.vehicle, row.council if row.decision == "hosts" else row.other) for row in decided if row.service == service}
    named = {vehicle for vehicle, of in hosts if vehicle and of == host}
    fit = named or set(able(given, service))
    if len(fit) > 1 and not named:
        fit &= {LEAD_AUTHORITY}
    if len(fit) != 1:
        raise ValueError(f"name the vehicle of {service} at {host}")
    return fit.pop()
