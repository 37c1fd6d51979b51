"""What tests of sweeps have in common: a small instance with cases of every ending, and who watches."""

from __future__ import annotations

import subprocess
import time
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


def children_of(pid: int) -> set[int]:
    """Processes that a process has begun and that are still there."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat=,comm="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return {int(row[0]) for row in rows if int(row[1]) == pid and not row[2].startswith("Z") and "ps" not in row[3:]}


def gone(pids: set[int], seconds: float = 5) -> bool:
    """Whether processes end within some seconds."""
    until = time.monotonic() + seconds
    while True:
        listed = subprocess.run(["ps", "-A", "-o", "pid=,stat="], capture_output=True, text=True, check=True).stdout
        left = {int(row[0]) for row in map(str.split, listed.splitlines()) if not row[1].startswith("Z")}
        if not left & pids:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
