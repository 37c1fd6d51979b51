"""Faults that only show when rows are seen together: one `check_<fault>` each, all of them gathered.

Each check gets a `Draft` and yields faults; rows that a table's own reading refused are not in the draft, but their
names are in `known`, so that one misspelt cell does not make every row that names it wrong too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from instances import tables
from instances.calendar import LIVE
from instances.errors import Fault, nearest
from instances.instance import Instance, row_key
from instances.rules import DistanceLimit
from instances.settings import Settings
from instances.tables import TABLES, Row

AnyRow = TypeVar("AnyRow", bound=Row)
PENNY = 0.005


@dataclass(frozen=True)
class Draft:
    """An instance that is not known to be sound yet.

    Attributes:
        settings: None when instance.toml has faults of its own.
        tables: The rows that could be read.
        lines: Their spreadsheet row numbers.
        known: All rows as raw records, those that could not be read among them; empty means the rows themselves.
    """

    settings: Settings | None
    tables: Mapping[str, tuple[Row, ...]]
    lines: Mapping[str, tuple[int, ...]]
    known: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)

    def numbered(self, model: type[AnyRow]) -> Iterator[tuple[int | None, AnyRow]]:
        """Rows of a table with their row numbers, in the order of the file."""
        name = _table_name(model)
        rows = self.tables.get(name, ())
        lines = self.lines.get(name, (0,) * len(rows))
        for line, row in sorted(zip(lines, rows, strict=True), key=lambda item: item[0]):
            yield line or None, cast("AnyRow", row)

    def names(self, table: str, *columns: str) -> set[Any]:
        """Names, or tuples of names, that a table knows."""
        records: list[Any] = [*self.known.get(table, ()), *(row.model_dump() for row in self.tables.get(table, ()))]
        found = [tuple(record.get(column) for column in columns) for record in records]
        return {values[0] if len(columns) == 1 else values for values in found if None not in values}

    def instance(self) -> Instance | None:
        """The draft as an instance, for checks that ask for resolved figures."""
        return None if self.settings is None else Instance("draft", self.settings, self.tables)


def _table_name(model: type[Row]) -> str:
    return next(name for name, row in TABLES.items() if row is model)


def _file(model: type[Row]) -> str:
    return f"{_table_name(model)}.csv"


def check(draft: Draft) -> tuple[list[Fault], list[str]]:
    """All faults of a draft, in the order of the checks, and what is worth saying though it is no fault."""
    faults = [fault for one in CHECKS for fault in one(draft)]
    return faults, [] if faults else list(warnings(draft))


def check_duplicate_keys(draft: Draft) -> Iterator[Fault]:
    """A key stands once. A pair may stand in both orders with the same figures."""
    for model in TABLES.values():
        seen: dict[tuple[Any, ...], tuple[int | None, Row]] = {}
        for line, row in draft.numbered(model):
            first = seen.setdefault(row_key(row), (line, row))
            if first[1] is row:
                continue
            name = " / ".join(str(part) for part in row_key(row) if part != "")
            mirrored = isinstance(row, tables.Pair) and row.council_a != cast("tables.Pair", first[1]).council_a
            if not mirrored:
                yield Fault(_file(model), f"{name} stands twice, first in row {first[0]}", "keep one row for each key", row=line)
            elif _figures(row) != _figures(first[1]):
                yield Fault(_file(model), f"{name} differs from row {first[0]}, which has the pair the other way round", "distances and scores are symmetric", row=line)


def _figures(row: Row) -> dict[str, Any]:
    return row.model_dump(exclude={"council_a", "council_b", "source", "note"})


def check_pairs_with_themselves(draft: Draft) -> Iterator[Fault]:
    """A pair has two different councils."""
    for model in (tables.Distance, tables.Adjacency, tables.Compatibility, tables.History):
        for line, row in draft.numbered(model):
            if row.council_a == row.council_b:
                yield Fault(_file(model), f"'{row.council_b}' is paired with itself", "name two councils", row=line, column="council_b")


def check_unknown_names(draft: Draft) -> Iterator[Fault]:
    """Every council and service that a row names is in its own table."""
    known = {"council": draft.names("councils", "council"), "service": draft.names("services", "service")}
    kinds = {"council": "council", "council_a": "council", "council_b": "council", "host": "council", "other": "council", "service": "service"}
    for model in TABLES.values():
        if model in (tables.Council, tables.Service):
            continue
        columns = [(column, kinds[column]) for column in model.model_fields if column in kinds]
        for line, row in draft.numbered(model):
            for column, kind in columns:
                name = getattr(row, column)
                if name is not None and name not in known[kind]:
                    yield Fault(_file(model), f"'{name}' is not a {kind}", row=line, column=column, nearest=nearest(name, known[kind]))


def check_costs_add_up(draft: Draft) -> Iterator[Fault]:
    """fixed_cost + procured_cost is not more than annual_cost; the rest is variable."""
    for line, row in draft.numbered(tables.Baseline):
        if row.fixed_cost + row.procured_cost > row.annual_cost + PENNY:
            yield Fault(
                "baselines.csv",
                f"fixed_cost {row.fixed_cost:,.2f} and procured_cost {row.procured_cost:,.2f} are more than annual_cost {row.annual_cost:,.2f}",
                "the three are parts and a whole; the rest is variable cost",
                row=line,
                column="annual_cost",
            )


def check_coordinates(draft: Draft) -> Iterator[Fault]:
    """Latitude and longitude come together."""
    for line, row in draft.numbered(tables.Council):
        if (row.latitude is None) != (row.longitude is None):
            blank = "latitude" if row.latitude is None else "longitude"
            yield Fault("councils.csv", f"'{row.council}' has one coordinate only", "give both or neither", row=line, column=blank)


def check_service_is_run(draft: Draft) -> Iterator[Fault]:
    """Contracts, estimates and commitments are about services that the council runs."""
    run = draft.names("baselines", "council", "service")
    councils, services = draft.names("councils", "council"), draft.names("services", "service")
    for model in (tables.Contract, tables.Estimate, tables.Commitment, tables.Option):
        for line, row in draft.numbered(model):
            service = row.service
            hosts = model is tables.Estimate or getattr(row, "decision", "") in {"shares_with", "together", "live"}
            parties = {"council": row.council, ("host" if model is tables.Estimate else "other"): getattr(row, "host", getattr(row, "other", None)) if hosts else None}
            for column, council in parties.items():
                if service in services and council in councils and (council, service) not in run:
                    yield Fault(_file(model), f"'{council}' does not run {service}", "give it a row in baselines.csv or remove this row", row=line, column=column)


def check_contract_dates(draft: Draft) -> Iterator[Fault]:
    """A break comes before the end."""
    for line, row in draft.numbered(tables.Contract):
        if row.break_from is not None and row.break_from > row.expires:
            yield Fault("contracts.csv", f"break_from {row.break_from} is after expires {row.expires}", "a break comes before the end", row=line, column="break_from")


def check_commitments(draft: Draft) -> Iterator[Fault]:
    """Each decision has what it needs and nothing else; dates of go-live are first days of tranches."""
    needs_other = {"shares_with", "together", "never_with", "live"}
    live: dict[tuple[str, str], tuple[int | None, str]] = {}
    for line, row in draft.numbered(tables.Commitment):
        fault = _at_commitment(line)
        if row.decision in needs_other and row.other is None:
            yield fault("other", f"{row.decision} needs another council", "name it")
        if row.decision not in needs_other and row.other is not None:
            yield fault("other", f"{row.decision} takes no other council, but '{row.other}' is given", "leave it blank")
        if row.other == row.council and row.decision != "live":
            yield fault("other", f"'{row.other}' is the council itself", "name another council")
        if row.decision == "not_before" and row.go_live is None:
            yield fault("go_live", "not_before needs a date", "write YYYY-MM-DD")
        if row.decision in {"never_with", "stays_out"} and row.go_live is not None:
            yield fault("go_live", f"{row.decision} takes no date", "leave it blank")
        if draft.settings is not None:
            yield from _commitment_dates(draft.settings, row, fault)
        if row.decision == "live" and row.other is not None:
            yield from _live_twice(draft, row, line, live)
    for (council, service), (line, host) in live.items():
        if live.get((host, service), (None, host))[1] != host:
            yield _at_commitment(line)("other", f"'{host}' is live with another host for {service}, so '{council}' cannot be live with it", "name the host of the partnership")


def _at_commitment(line: int | None) -> Callable[[str, str, str], Fault]:
    return lambda column, problem, expected: Fault("commitments.csv", problem, expected, row=line, column=column)


def _commitment_dates(settings: Settings, row: tables.Commitment, fault: Callable[[str, str, str], Fault]) -> Iterator[Fault]:
    dates = settings.calendar.tranche_dates
    if row.go_live is None:
        return
    if row.decision in {"hosts", "shares_with", "together"} and row.go_live not in dates:
        close = min(dates, key=lambda day: abs((day - cast("Any", row.go_live)).days))
        yield fault("go_live", f"{row.go_live} is not the first day of a tranche", f"the nearest is {close}")
    if row.decision == "live" and row.go_live > settings.calendar.start:
        yield fault("go_live", f"{row.go_live} is after the start {settings.calendar.start}, so it is not live", "use shares_with for what is decided but not live")


def _live_twice(draft: Draft, row: tables.Commitment, line: int | None, live: dict[tuple[str, str], tuple[int | None, str]]) -> Iterator[Fault]:
    services = [row.service] if row.service else [service for council, service in sorted(draft.names("baselines", "council", "service")) if council == row.council]
    for service in services:
        other = cast("str", row.other)
        first = live.setdefault((row.council, service), (line, other))
        if first[0] != line:
            yield _at_commitment(line)("decision", f"'{row.council}' is live for {service} twice, first in row {first[0]}", "keep one row")


def check_tiers(draft: Draft) -> Iterator[Fault]:
    """A service's purchasing rate never falls as volume grows."""
    previous: dict[str, tables.Tier] = {}
    for line, row in sorted(draft.numbered(tables.Tier), key=lambda item: (item[1].service, item[1].from_volume)):
        before = previous.get(row.service)
        if before is not None and row.rate < before.rate:
            yield Fault("tiers.csv", f"{row.service}: rate {row.rate:g} from {row.from_volume:,.0f} is below rate {before.rate:g} from {before.from_volume:,.0f}", "more volume never earns a lower rate", row=line, column="rate")
        previous[row.service] = row


def check_not_in_this_version(draft: Draft) -> Iterator[Fault]:
    """Tables that the format has and this version does not plan with yet are refused, never ignored."""
    for model in (tables.Option, tables.Vehicle):
        for line, _ in draft.numbered(model):
            yield Fault(_file(model), "is not in this version", "leave the table out", row=line)
            break


def check_rule_figures(draft: Draft) -> Iterator[Fault]:
    """Figures by service name services; a least size is not above the greatest."""
    instance = draft.instance()
    if instance is None:
        return
    services = draft.names("services", "service")
    for rule in ("minimum_saving", "maximum_partnerships"):
        setting = getattr(instance.rules, rule)
        for service in setting if isinstance(setting, dict) else ():
            if service not in services:
                yield Fault("instance.toml", f"'{service}' is not a service", column=f"rules.{rule}", nearest=nearest(service, services))
    for service, (least, most) in instance.partnership_size().items():
        if most is not None and least > most:
            yield Fault("services.csv", f"{service}: least partnership size {least} is above the greatest {most}", "see also rules.partnership_size", column="partnership_size_minimum")


def check_distances_known(draft: Draft) -> Iterator[Fault]:
    """Where a distance counts, each pair of councils that run the service has one: given, or between coordinates."""
    instance = draft.instance()
    if instance is None:
        return
    limits = [instance.distance_limit(rule) for rule in ("maximum_distance", "maximum_span")]
    needs_km = {s: why for s in instance.services if (why := _needs_km(instance, limits, s))}
    needs_minutes = {s for limit in limits for s, figure in limit.items() if figure.minutes is not None}
    given = {kind: {row_key(row) for row in instance.rows(tables.Distance) if getattr(row, kind) is not None} for kind in ("km", "minutes")}
    placed = {name for name, row in instance.councils.items() if row.latitude is not None and row.longitude is not None}
    runs = defaultdict(list)
    for council, service in instance.baselines:
        runs[service].append(council)
    for service, why in needs_km.items():
        lost = [council for council in runs[service] if council not in placed]
        yield from _missing_distances(service, "km", lost, runs[service], given["km"], why)
    for service in sorted(needs_minutes):
        yield from _missing_distances(service, "minutes", runs[service], runs[service], given["minutes"], "its distance limit is in minutes")


def _needs_km(instance: Instance, limits: Sequence[Mapping[str, DistanceLimit]], service: str) -> str:
    if instance.parameter(service, "distance_cost") > 0:
        return "distance_cost is set"
    return next((rule for rule, limit in zip(("maximum_distance is set", "maximum_span is set"), limits, strict=True) if service in limit and limit[service].km is not None), "")


def _missing_distances(service: str, unit: str, lost: Sequence[str], councils: Sequence[str], given: set[tuple[Any, ...]], why: str) -> Iterator[Fault]:
    for council in lost:
        missing = [other for other in councils if other != council and tuple(sorted((council, other))) not in given]
        if missing:
            remedy = "give coordinates in councils.csv or rows in distances.csv" if unit == "km" else "give minutes in distances.csv"
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            yield Fault("distances.csv", f"{service}: no {unit} between '{council}' and '{missing[0]}'{more}, but {why}", remedy)


def check_volumes_known(draft: Draft) -> Iterator[Fault]:
    """Unit costs (convergence) and host capacities need volumes."""
    instance = draft.instance()
    if instance is None:
        return
    capped = {row.service for row in instance.rows(tables.Baseline) if row.host_capacity is not None} if instance.rules.host_capacity else set()
    for line, row in draft.numbered(tables.Baseline):
        if row.service not in instance.services:
            continue
        converges = instance.parameter(row.service, "convergence") > 0 and row.variable_cost > 0
        if row.volume is None and (converges or row.service in capped):
            why = "convergence compares unit costs" if converges else "host_capacity limits the volume of a host"
            yield Fault("baselines.csv", f"'{row.council}' has no volume for {row.service}, but {why}", "give it, or switch off what needs it", row=line, column="volume")
        elif row.volume == 0 and converges:
            yield Fault("baselines.csv", f"'{row.council}' has volume 0 and variable cost {row.variable_cost:,.2f} for {row.service}", "a unit cost needs a volume above 0", row=line, column="volume")


def check_performance_known(draft: Draft) -> Iterator[Fault]:
    """Rule quality needs a performance of somebody."""
    instance = draft.instance()
    if instance is None:
        return
    scored = {row.service for row in instance.rows(tables.Baseline) if row.performance is not None}
    for service in instance.quality():
        if service not in scored and any(s == service for _, s in instance.baselines):
            yield Fault("baselines.csv", f"{service}: rule quality is on, but no council has a performance", "give performance, or switch the rule off", column="performance")


def warnings(draft: Draft) -> Iterator[str]:
    """What is no fault but would surprise."""
    instance = draft.instance()
    if instance is None:
        return
    vetoes = sum(row.score == 0 for row in instance.rows(tables.Compatibility))
    on = instance.figure("compatibility")
    if vetoes and not on:
        yield f"compatibility.csv: {vetoes} veto{'es have' if vetoes > 1 else ' has'} no effect while rule compatibility is off"
    running = {service for _, service in instance.baselines}
    for service in instance.services:
        if service not in running:
            yield f"services.csv: no council runs {service}"
    active = {council for council, _ in instance.baselines}
    for council in instance.councils:
        if council not in active:
            yield f"councils.csv: {council} runs no service"


CHECKS: tuple[Callable[[Draft], Iterator[Fault]], ...] = (
    check_duplicate_keys,
    check_pairs_with_themselves,
    check_unknown_names,
    check_costs_add_up,
    check_coordinates,
    check_service_is_run,
    check_contract_dates,
    check_commitments,
    check_tiers,
    check_not_in_this_version,
    check_rule_figures,
    check_distances_known,
    check_volumes_known,
    check_performance_known,
)

__all__ = ["CHECKS", "LIVE", "Draft", "check", "warnings"]
