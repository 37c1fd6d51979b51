"""Figures of single rows that have to go together: costs, coordinates, ends, contracts, options, tiers, growth."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from instances import tables
from instances.checks.draft import Draft
from instances.errors import Fault
from instances.messages import figure

PENNY = 0.005
MOST_GROWTH = 1.0
"""A service whose cost more than doubles every year is a percentage written without its sign."""


def check_costs_add_up(draft: Draft) -> Iterator[Fault]:
    """fixed_cost + procured_cost is not more than annual_cost; the rest is variable."""
    for line, row in draft.numbered(tables.Baseline):
        if row.fixed_cost + row.procured_cost > row.annual_cost + PENNY:
            problem = (
                f"{row.annual_cost:,.2f} is less than fixed_cost {row.fixed_cost:,.2f} and procured_cost {row.procured_cost:,.2f} together"
            )
            yield Fault("baselines.csv", problem, "the two are parts of it; the rest is variable cost", row=line, column="annual_cost")


def check_coordinates(draft: Draft) -> Iterator[Fault]:
    """Latitude and longitude come together."""
    for line, row in draft.numbered(tables.Council):
        if (row.latitude is None) != (row.longitude is None):
            blank = "latitude" if row.latitude is None else "longitude"
            given = "longitude" if row.latitude is None else "latitude"
            yield Fault("councils.csv", f"is blank, but '{row.council}' has a {given}", "give both or neither", row=line, column=blank)


def check_contract_dates(draft: Draft) -> Iterator[Fault]:
    """A break comes before the end."""
    for line, row in draft.numbered(tables.Contract):
        if row.break_from is not None and row.break_from > row.expires:
            problem = f"{row.break_from} is after the contract expires, {row.expires}"
            yield Fault("contracts.csv", problem, "a break comes before the end", row=line, column="break_from")


def check_ends(draft: Draft) -> Iterator[Fault]:
    """A council ceases after the start; its successor is another one, and still there."""
    ends = {row.council: row.ceases for _, row in draft.numbered(tables.Council)}
    for line, row in draft.numbered(tables.Council):
        say = partial(Fault, "councils.csv", row=line)
        if row.ceases is not None and draft.calendar is not None and row.ceases <= draft.calendar.start:
            problem = f"{row.ceases} is not after the start {draft.calendar.start}, so '{row.council}' is not there"
            yield say(problem, "give a later day, or leave the council out", column="ceases")
        if row.successor is None:
            continue
        end = ends.get(row.successor)
        if row.ceases is None:
            yield say(f"is blank, but '{row.council}' has a successor", "give the first day without it, or no successor", column="ceases")
        elif row.successor == row.council:
            yield say(f"'{row.successor}' is the council itself", "name the council that takes over", column="successor")
        elif end is not None and end <= row.ceases:
            problem = f"'{row.successor}' ceases on {end}, so it cannot follow '{row.council}' on {row.ceases}"
            yield say(problem, "name the council that is there then", column="successor")


def check_options(draft: Draft) -> Iterator[Fault]:
    """An alternative to sharing has a figure at least."""
    for line, row in draft.numbered(tables.Option):
        if row.annual_saving is None and row.annual_cost is None and row.one_off_cost is None:
            problem = f"'{row.option}' has no figure: annual_saving, annual_cost and one_off_cost are blank"
            yield Fault("options.csv", problem, "give what it saves and costs", row=line, column="annual_saving")


def check_tiers(draft: Draft) -> Iterator[Fault]:
    """A service's purchasing rate never falls as volume grows."""
    previous: dict[str, tables.Tier] = {}
    for line, row in sorted(draft.once(tables.Tier), key=lambda item: (item[1].service, item[1].from_volume)):
        before = previous.get(row.service)
        if before is not None and row.rate < before.rate:
            problem = f"{row.service}: {figure(row.rate)} from {row.from_volume:,.0f} on is below {figure(before.rate)} from {before.from_volume:,.0f} on"
            yield Fault("tiers.csv", problem, "more volume never earns a lower rate", row=line, column="rate")
        previous[row.service] = row


def check_growth(draft: Draft) -> Iterator[Fault]:
    """Growth is a share a year, not a percentage."""
    for line, row in draft.numbered(tables.Service):
        if row.growth is not None and row.growth > MOST_GROWTH:
            yield Fault(
                "services.csv",
                f"{figure(row.growth)} is out of range",
                f"expected at most {figure(MOST_GROWTH)}, such as 0.02",
                row=line,
                column="growth",
            )
    default = None if draft.settings is None else draft.settings.economics.growth
    if default is not None and default > MOST_GROWTH:
        yield Fault(
            "instance.toml",
            f"{figure(default)} is out of range",
            f"expected at most {figure(MOST_GROWTH)}, such as 0.02",
            column="economics.growth",
        )
