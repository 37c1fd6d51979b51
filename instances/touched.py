"""What a change of the data touches: nothing but figures of some services, so that the moves and the pairs stay as they are, or more."""

from __future__ import annotations

from collections.abc import Iterator

from instances.instance import Instance
from instances.tables import Parameters, Row

FIGURES: dict[str, frozenset[str]] = {
    "services": frozenset({*Parameters.model_fields, "name"}),
    "baselines": frozenset({"annual_cost", "fixed_cost", "procured_cost", "fte", "platform", "hosting_cost", "set_up_cost"}),
    "contracts": frozenset({"supplier", "termination_charge", "termination_share"}),
    "estimates": frozenset({"annual_saving", "annual_cost", "one_off_cost"}),
    "options": frozenset({"annual_saving", "annual_cost", "one_off_cost"}),
    "vehicles": frozenset({"set_up_factor", "saving_factor", "annual_cost"}),
}
"""Columns that say what a move is worth, and nothing of whether it exists, with whom, or how much work it is."""
FOR_ALL = frozenset({*Parameters.model_fields, "discount_rate", "optimism_bias"})
"""The same of section economics."""


def touched(one: Instance, other: Instance) -> frozenset[str] | None:
    """Services whose figures differ between two instances; None where more than figures does."""
    if one.calendar != other.calendar or one.rules != other.rules:
        return None
    services: set[str] = set()
    for name in type(one.economics).model_fields:
        if getattr(one.economics, name) != getattr(other.economics, name):
            if name not in FOR_ALL:
                return None
            services = set(one.services)
    for table in one.tables.keys() | other.tables.keys():
        rows, others = one.tables.get(table, ()), other.tables.get(table, ())
        if rows is others:
            continue
        if len(rows) != len(others):
            return None
        for row, now in zip(rows, others, strict=True):
            if row is now:
                continue
            changed = set(_changed(row, now))
            if not changed <= FIGURES.get(table, frozenset()):
                return None
            if changed:
                services |= {row.service} if hasattr(row, "service") else set(one.services)
    return frozenset(services)


def _changed(row: Row, now: Row) -> Iterator[str]:
    """Columns in which two rows differ, those of their keys among them."""
    for column in type(row).model_fields:
        if getattr(row, column) != getattr(now, column):
            yield column
