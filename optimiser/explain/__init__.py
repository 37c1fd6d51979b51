"""Why there is no plan, and what would give one: clashes in named rules and rows, and repairs in the units of the rules."""

from __future__ import annotations

import typing

if typing.TYPE_CHECKING:
    from optimiser.explain.explaining import explain
    from optimiser.explain.explanation import Explanation

__all__ = ["Explanation", "explain"]

_HOMES = {"Explanation": "optimiser.explain.explanation", "explain": "optimiser.explain.explaining"}


def __getattr__(name: str) -> typing.Any:
    """Import on first use, so that the command line answers before the solver's libraries are loaded."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'optimiser.explain' has no attribute '{name}'")
