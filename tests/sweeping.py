"""What tests of sweeps have in common: a small instance with cases of every ending, and who watches."""

from __future__ import annotations

from pathlib import Path

from small import SHIRE, settings, write_instance

from instances import Instance, read
from optimiser.sweep import SweepCase, grid

IMPOSSIBLE = "rules.minimum_total_saving={ amount = 900_000_000, year = 2 }"


def small_shire(folder: Path) -> Instance:
    """Ash and Elm may host payroll; sharing pays."""
    toml = settings(economics="duplication_avoided = 0.5\nprocess_saving = 0.05", rules="minimum_saving = 0.05")
    toml += '\n[scenarios]\ndear = ["services.*.set_up_cost = 30000"]\nslow = ["calendar.tranches = 1"]\n'
    return read(write_instance(folder, toml, **SHIRE))


def shares(*values: float) -> list[SweepCase]:
    """A case for each share of duplication that is avoided."""
    return grid(f"economics.duplication_avoided={','.join(map(str, values))}")


class Counted:
    """Watches, and counts.

    Attributes:
        tasks: How many answers there were to be.
        known: How many of them were there already.
        finished: How many have come since.
    """

    def __init__(self) -> None:
        self.tasks = self.known = self.finished = 0

    def begin(self, what: str, tasks: int, done: int) -> None:
        """It begins."""
        self.tasks, self.known, self.finished = tasks, done, 0

    def done(self) -> None:
        """One more."""
        self.finished += 1
