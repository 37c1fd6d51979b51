"""Faults that only show when rows are seen together: one `check_<fault>` each, all of them gathered.

Each check gets a `Draft` and yields faults; rows that a table's own reading refused are still known by name, so that one
misspelt cell does not make every row that names it wrong too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from instances.checks import decisions, economics, figures, names, rules, sequencing, takes, vehicles
from instances.checks.draft import Draft, Record
from instances.checks.notices import notices
from instances.errors import Fault, nearest
from instances.tables import TABLES

CHECKS: tuple[Callable[[Draft], Iterator[Fault]], ...] = (
    names.check_duplicate_keys,
    names.check_pairs_with_themselves,
    names.check_unknown_names,
    names.check_service_is_run,
    figures.check_costs_add_up,
    figures.check_coordinates,
    figures.check_ends,
    figures.check_contract_dates,
    figures.check_options,
    figures.check_tiers,
    figures.check_growth,
    decisions.check_commitments,
    decisions.check_live,
    takes.check_takes,
    vehicles.check_services_of_vehicles,
    vehicles.check_each_service_has_a_vehicle,
    vehicles.check_decided_vehicles,
    rules.check_services_of_rules,
    rules.check_figures_of_services,
    rules.check_neighbours_known,
    rules.check_years,
    rules.check_bundles,
    sequencing.check_sequencing,
    economics.check_distances_known,
    economics.check_volumes_known,
    economics.check_performance_known,
    economics.check_compatibility_known,
)


def check(draft: Draft) -> list[Fault]:
    """All faults of a draft, in the order of tables and rows."""
    return in_order(fault for one in CHECKS for fault in one(draft))


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Faults in the order of instance.toml, then tables, then rows; those of overrides come last."""
    order = {"instance.toml": 0, **{f"{name}.csv": place for place, name in enumerate(TABLES, 1)}, "scenario": 90, "override": 91}

    def place(fault: Fault) -> tuple[int, int]:
        close = nearest(fault.table, order) if fault.table not in order else fault.table
        return order.get(close or "", 89), fault.row or 0

    return sorted(faults, key=place)


__all__ = ["CHECKS", "Draft", "Record", "check", "in_order", "notices"]
