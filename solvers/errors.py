"""What can go wrong with a solver. Limits and infeasibility are results, not errors."""

from __future__ import annotations


class SolverError(RuntimeError):
    """A back end that could not do its work."""


class SolverMissing(SolverError):  # noqa: N818 - named for what is wrong
    """A back end that is not installed; the message names those that are."""


class SolverFailed(SolverError):  # noqa: N818 - named for what is wrong
    """A back end that stopped with an error of its own."""
