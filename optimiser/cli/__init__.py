"""The command line: arguments, printing, exit codes. Heavy things are imported inside the commands, so that help is quick."""

from __future__ import annotations

import gc
from typing import Any

from optimiser.cli import (  # noqa: F401 - each adds its command
    alternatives,
    compare,
    explain,
    jobs,
    new,
    resolve,
    runs,
    sensitivity,
    solve,
    sweep,
    validate,
)
from optimiser.cli.app import app

__all__ = ["app", "console_main"]


SELDOM = 500_000
"""Objects made between two collections of garbage: tables and models are small objects that stay, and to look through them takes a tenth of the time."""


def console_main() -> Any:
    """The command `optimiser`, with the arguments of this process."""
    gc.set_threshold(SELDOM)
    return app()
