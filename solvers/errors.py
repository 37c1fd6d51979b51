"""What can go wrong with a solver. Limits and infeasibility are results, not errors."""

from __future__ import annotations


class SolverError(RuntimeError):
    """A back end that could not do its work."""


class SolverMissing(SolverError):
    """A back end that is not installed; the message names those that are."""


class SolverFailed(SolverError):
    """A back end that stopped with an error of its own."""
