"""The store of runs, in one SQLite file or on a PostgreSQL server."""

from __future__ import annotations

import typing

from optimiser.store.errors import StoreError, UnknownRunError
from optimiser.store.store import Recorded, Store, open_store

if typing.TYPE_CHECKING:
    from optimiser.store.checking import check
    from optimiser.store.entry import Case, Entry

__all__ = ["Case", "Entry", "Recorded", "Store", "StoreError", "UnknownRunError", "check", "open_store"]

_HOMES = {"Case": "optimiser.store.entry", "Entry": "optimiser.store.entry", "check": "optimiser.store.checking"}


def __getattr__(name: str) -> typing.Any:
    """Import on first use what needs plans, so that a list of runs is there at once."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'optimiser.store' has no attribute '{name}'")
