"""The scheduled job: solve again if something changed, leave decided things alone, and say what changed because of what."""

from __future__ import annotations

import typing

if typing.TYPE_CHECKING:
    from optimiser.resolve.command import Ways, named_job, resolve_job
    from optimiser.resolve.question import Job
    from optimiser.resolve.result import Resolved

__all__ = ["Job", "Resolved", "Ways", "named_job", "resolve_job"]

_HOMES = {"Job": "question", "Resolved": "result", "Ways": "command", "named_job": "command", "resolve_job": "command"}


def __getattr__(name: str) -> typing.Any:
    """Import on first use: a job whose input has not changed is over before plans and models are loaded."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"optimiser.resolve.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'optimiser.resolve' has no attribute '{name}'")
