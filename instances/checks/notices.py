"""What is no fault but would surprise: data without effect, rules that leave nothing to share, figures that leave something open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from instances import tables
from instances.alternatives import available_options
from instances.calendar import financial_year
from instances.checks.draft import several
from instances.checks.never_shared import never_shared
from instances.checks.sequencing import BACK_OFFICE
from instances.checks.without_effect import figures_without_effect
from instances.commitments import Decided, decided
from instances.instance import Instance


def notices(instance: Instance) -> Iterator[str]:
    """What the reader of a sound instance should know."""
    choices = decided(instance)
    yield from figures_without_effect(instance)
    yield from never_shared(instance)
    yield from _without_neighbour(instance, choices)
    yield from _options(instance, choices)
    yield from _vehicles(instance)
    yield from _years(instance)
    yield from _sequencing(instance)


def _without_neighbour(instance: Instance, choices: Decided) -> Iterator[str]:
    """Councils that rule contiguity keeps from sharing a service with anybody."""
    beside: dict[str, set[str]] = {}
    for row in instance.rows(tables.Adjacency):
        beside.setdefault(row.council_a, set()).add(row.council_b)
        beside.setdefault(row.council_b, set()).add(row.council_a)
    alone: dict[str, list[str]] = {}
    for service in sorted(instance.contiguity()):
        running = {council for council, s in instance.baselines if s == service}
        for council in running:
            if (council, service) not in choices.live and not running & beside.get(council, set()):
                alone.setdefault(council, []).append(service)
    for council, services in sorted(alone.items()):
        yield f"adjacency.csv: {council} has no neighbour that runs {several(services, 'or')}, so rule contiguity keeps it from sharing"


def _options(instance: Instance, choices: Decided) -> Iterator[str]:
    """Alternatives that can never be taken, or before the contract that holds the service ends."""
    takes = available_options(instance, choices)
    can = set(zip(takes["council"], takes["service"], takes["option"], strict=True))
    never = [key for key in instance.options if key not in can]
    if never:
        why = "the council has to share or to take another, or its dates leave none"
        yield f"options.csv: {_count(never)} can be taken in no tranche, since {why}"
    open_to = sorted(key for key in can if key[:2] not in choices.takes_since)
    early = [key for key in open_to if instance.rules.contract_timing and _is_early(instance, key)]
    if early:
        yield f"options.csv: {_count(early)} can be taken before the contract ends; it does not wait, and pays its own one_off_cost alone"


def _count(options: list[tuple[str, str, str]]) -> str:
    council, service, option = options[0]
    first = f"'{option}' of {council} for {service}"
    return first if len(options) == 1 else f"{first} and {len(options) - 1} more"


def _is_early(instance: Instance, key: tuple[str, str, str]) -> bool:
    contract = instance.contracts.get(key[:2])
    if contract is None:
        return False
    return max(instance.options[key].available_from or instance.calendar.start, instance.calendar.start) < contract.expires


def _vehicles(instance: Instance) -> Iterator[str]:
    """A table of one vehicle, which leaves no choice; vehicles that the rules leave no partnership."""
    rows = instance.rows(tables.Vehicle)
    if len(rows) == 1:
        yield f"vehicles.csv: '{rows[0].vehicle}' is the only vehicle, so every partnership has it"
    sizes = instance.partnership_size()
    running = {service for _, service in instance.baselines}
    for row in rows:
        small = [
            service
            for service in instance.services
            if service in running
            and row.vehicle in instance.vehicles(service)
            and (row.minimum_members or 2) > (sizes[service][1] or row.minimum_members or 2)
        ]
        if small:
            yield f"vehicles.csv: '{row.vehicle}' needs {row.minimum_members} members, more than partnership_size allows for {several(small)}"


def _years(instance: Instance) -> Iterator[str]:
    """Years of the programme without a limit, and a last year that is not a whole one."""
    calendar, rules = instance.calendar, instance.rules
    years = dict.fromkeys(financial_year(day) for day in calendar.tranche_dates)
    for who in ("programme", "council"):
        limits = getattr(rules.investment_limit, who, None)
        free = [year for year in years if isinstance(limits, dict) and year not in limits]
        if free:
            yield f"instance.toml: rules.investment_limit.{who} has no figure for {several(free)}, so nothing limits it then"
    months = calendar.periods * calendar.period_months
    if rules.minimum_total_saving and rules.minimum_total_saving.year * 12 > months:
        yield f"instance.toml: rules.minimum_total_saving counts the {months % 12} months of year {rules.minimum_total_saving.year}"


def _sequencing(instance: Instance) -> Iterator[str]:
    """Rows of the rule that hold nobody up, and councils that can never meet one."""
    runs: dict[str, set[str]] = {}
    for council, service in instance.baselines:
        runs.setdefault(council, set()).add(service)
    category = {name: service.category for name, service in instance.services.items()}
    for place, row in enumerate(instance.rules.sequencing or (), 1):
        rule = f"instance.toml: rules.sequencing item {place}"
        if row.service is not None:
            if not any(row.service in run and run & set(row.after or ()) for run in runs.values()):
                yield f"{rule} has no effect: no council that runs {row.service} runs {several(row.after or (), 'or')}"
            continue
        waiting = {council: run for council, run in runs.items() if any(category[service] == row.category for service in run)}
        short = [council for council, run in waiting.items() if _offices(run, category) < (row.after_back_office or 0)]
        if short:
            number = f"fewer than {row.after_back_office} {BACK_OFFICE} services"
            yield f"{rule}: {several(short)} run{'s' if len(short) == 1 else ''} {number}, so no {row.category} service can go live there"


def _offices(run: set[str], category: Mapping[str, str | None]) -> int:
    return sum(category[service] == BACK_OFFICE for service in run)
