"""The application: solve an instance, audit the plan, report it."""

from __future__ import annotations

import typing

if typing.TYPE_CHECKING:
    from optimiser.pipeline import SolveSettings, solve
    from optimiser.plan import Plan

__all__ = ["Plan", "SolveSettings", "solve"]

_HOMES = {"Plan": "optimiser.plan", "SolveSettings": "optimiser.pipeline", "solve": "optimiser.pipeline"}


def __getattr__(name: str) -> typing.Any:
    """Import on first use, so that the command line answers before the solver's libraries are loaded."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'optimiser' has no attribute '{name}'")
