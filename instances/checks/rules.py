"""Rules of instance.toml: services that they name, figures that go together, years that the appraisal has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from instances import tables
from instances.calendar import Calendar, financial_year
from instances.checks.draft import Draft, several
from instances.errors import Fault
from instances.messages import figure
from instances.rules import Rules

FILE = "instance.toml"
BY_SERVICE = ("minimum_saving", "maximum_partnerships", "payback", "onboarding_capacity")


def check_services_of_rules(draft: Draft) -> Iterator[Fault]:
    """Figures by service, and rules about some services, name those of the table."""
    services = draft.names("service")
    if draft.settings is None or services is None:
        return
    for place, name in _named(draft.settings.rules):
        if name not in services:
            close = draft.close(name, "service")
            expected = "" if close else "give it a row there, or mend the name"
            yield Fault(FILE, f"'{name}' is not in services.csv", expected, column=f"rules.{place}", nearest=close)


def _named(rules: Rules) -> Iterator[tuple[str, str]]:
    """Every service that a rule names, with the place of the rule that names it."""
    for rule in BY_SERVICE:
        setting = getattr(rules, rule)
        yield from ((rule, name) for name in setting) if isinstance(setting, dict) else ()
    yield from (("contiguity", name) for name in rules.contiguity) if isinstance(rules.contiguity, tuple) else ()
    for place, row in enumerate(rules.sequencing or (), 1):
        yield from ((f"sequencing item {place}.service", name) for name in (row.service,) if name is not None)
        yield from ((f"sequencing item {place}.after", name) for name in row.after or ())
    for place, bundle in enumerate(rules.bundle or (), 1):
        yield from ((f"bundle item {place}", name) for name in bundle)


def check_figures_of_services(draft: Draft) -> Iterator[Fault]:
    """A share is at most 1; a least size is not above the greatest."""
    instance = draft.instance
    if instance is None:
        return
    sizes = instance.partnership_size()
    for line, row in draft.numbered(tables.Service):
        if row.minimum_saving is not None and row.minimum_saving > 1:
            problem = f"{figure(row.minimum_saving)} is out of range"
            yield Fault("services.csv", problem, "expected at most 1", row=line, column="minimum_saving")
        least, most = sizes[row.service]
        if most is not None and least > most:
            column = "partnership_size_maximum" if row.partnership_size_minimum is None else "partnership_size_minimum"
            problem = f"{row.service} has least size {least} above greatest size {most}"
            yield Fault("services.csv", problem, "see also rules.partnership_size", row=line, column=column)


def check_neighbours_known(draft: Draft) -> Iterator[Fault]:
    """Rule contiguity needs neighbours of somebody who runs the service."""
    instance, runs = draft.instance, draft.runs
    if instance is None or runs is None or "adjacency" in draft.incomplete:
        return
    records = draft.records.get("adjacency", ())
    named = {draft.meant(record.get(column), "council") for record in records for column in ("council_a", "council_b")}
    lacking = []
    for service in sorted(instance.contiguity()):
        running = {council for council, s in runs if s == service}
        if len(running) > 1 and not running & named:
            lacking.append(service)
    if lacking:
        problem = f"no council that runs {several(lacking, 'or')} has a neighbour, but rule contiguity is on"
        yield Fault("adjacency.csv", problem, "give each pair of neighbours a row, or write rules.contiguity = false")


def check_years(draft: Draft) -> Iterator[Fault]:
    """A year of the appraisal is within the horizon; a financial year has a tranche that begins in it."""
    if draft.settings is None:
        return
    calendar, rules = draft.settings.calendar, draft.settings.rules
    if rules.minimum_total_saving:
        year, last = rules.minimum_total_saving.year, -(-calendar.periods * calendar.period_months // 12)
        if year > last:
            problem = f"{year} is beyond the horizon of {figure(calendar.horizon_years)} years"
            yield Fault(FILE, problem, f"expected at most {last}", column="rules.minimum_total_saving.year")
    if rules.investment_limit:
        for who in ("programme", "council"):
            limits = getattr(rules.investment_limit, who)
            yield from _labels(calendar, who, limits) if isinstance(limits, Mapping) else ()


def _labels(calendar: Calendar, who: str, limits: Mapping[str, float]) -> Iterator[Fault]:
    years = [financial_year(day) for day in calendar.tranche_dates]
    first, last = years[0], years[-1]
    for label in limits:
        if label not in years:
            expected = f"tranches begin in {first}" if first == last else f"tranches begin from {first} to {last}"
            yield Fault(FILE, f"no tranche begins in {label}", expected, column=f"rules.investment_limit.{who}")


def check_bundles(draft: Draft) -> Iterator[Fault]:
    """The services of a bundle are run by the same councils, one at least."""
    services, runs = draft.names("service"), draft.runs
    if draft.settings is None or services is None or runs is None:
        return
    for place, bundle in enumerate(draft.settings.rules.bundle or (), 1):
        running = {service: {council for council, s in runs if s == service} for service in bundle}
        if not services.issuperset(bundle):
            continue
        column, everyone = f"rules.bundle item {place}", set[str]().union(*running.values())
        if not everyone:
            yield Fault(
                FILE, f"no council runs {several(bundle, 'or')}", "give them rows in baselines.csv, or take the bundle out", column=column
            )
        for service in bundle:
            lacking = sorted(everyone - running[service])
            if lacking:
                problem = f"{service} is not run by {several([repr(name) for name in lacking])}, but other services of the bundle are"
                yield Fault(FILE, problem, "give it a row in baselines.csv, or take it out of the bundle", column=column)
