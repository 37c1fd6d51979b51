"""What can go wrong with the store."""

from __future__ import annotations

from optimiser.errors import OptimiserError


class StoreError(OptimiserError):
    """The store cannot be read or written; what was recorded before is there still."""

    exit_code = 1


class UnknownRunError(StoreError):
    """The store has no such run, or the first characters of several."""

    exit_code = 2


class UnknownJobError(StoreError):
    """The store has no such job, or the job no such resolution."""

    exit_code = 2
