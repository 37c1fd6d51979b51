"""Why an instance could not be written."""

from __future__ import annotations


class WriteError(ValueError):
    """An instance that cannot be written there; the message says why and what to do. It holds no secret of a URL."""
