"""Instances: councils, services, costs, contracts and rules of a region, read from tables and checked."""

from __future__ import annotations

import typing

if typing.TYPE_CHECKING:
    from instances.calendar import LIVE, Calendar, financial_year
    from instances.errors import Fault, InstanceError
    from instances.instance import Instance, OverrideChange
    from instances.overrides import apply
    from instances.reading import read, shipped

__all__ = ["LIVE", "Calendar", "Fault", "Instance", "InstanceError", "OverrideChange", "apply", "financial_year", "read", "shipped"]

_HOMES = {
    "calendar": ("LIVE", "Calendar", "financial_year"),
    "errors": ("Fault", "InstanceError"),
    "instance": ("Instance", "OverrideChange"),
    "overrides": ("apply",),
    "reading": ("read", "shipped"),
}


def __getattr__(name: str) -> typing.Any:
    """Import on first use: what only names an address need not wait for tables and graphs."""
    for home, names in _HOMES.items():
        if name in names:
            from importlib import import_module

            return getattr(import_module(f"instances.{home}"), name)
    raise AttributeError(f"module 'instances' has no attribute '{name}'")
