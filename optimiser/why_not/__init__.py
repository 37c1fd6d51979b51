"""Why not that: what one arrangement that is not in the plan would cost, or why it cannot be had; and what one that is in it is worth."""

from __future__ import annotations

import typing

if typing.TYPE_CHECKING:
    from optimiser.why_not.asking import why_not
    from optimiser.why_not.result import WhyNot

__all__ = ["WhyNot", "why_not"]

_HOMES = {"WhyNot": "optimiser.why_not.result", "why_not": "optimiser.why_not.asking"}


def __getattr__(name: str) -> typing.Any:
    """Import on first use, so that the command line answers before the solver's libraries are loaded."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'optimiser.why_not' has no attribute '{name}'")
