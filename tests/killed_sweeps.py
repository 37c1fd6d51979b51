"""Sweeps that are killed at random moments, one after another, on one store; run as a program, since it forks.

    python killed_sweeps.py STORE FOLDER SEED KILLS

What the kill leaves is looked at each time: no process, every run whole, and all that was reported as finished. Prints a line of JSON.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sweeping import Counted, shares, small_shire

from instances import Instance
from optimiser.store import Store, check
from optimiser.sweep import SweepCase, sweep

MORE = 30
"""Cases besides one for each kill, so that there is something left to kill."""
EARLY = 0.3
"""Share of the kills that come while everything begins; the others come once answers do."""


class Reporting(Counted):
    """Says each answer that counts as finished to who is going to kill."""

    def __init__(self, pipe: int) -> None:
        super().__init__()
        self._pipe = pipe

    def done(self) -> None:
        """One more, which is in the store."""
        super().done()
        os.write(self._pipe, b".")


@dataclass
class Life:
    """One sweep and its end.

    Attributes:
        reported: Answers that it said were finished.
        workers: Its processes.
        ended: Whether it came to its end before it was killed.
    """

    reported: int
    workers: set[int]
    ended: bool


def children_of(pid: int) -> set[int]:
    """Its processes, by the kernel."""
    try:
        return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    except OSError:
        return set()


def alive(pid: int) -> bool:
    """Whether a process is there and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def lived(instance: Instance, cases: Sequence[SweepCase], address: str, chance: random.Random) -> Life:
    """Begin a sweep and kill it."""
    reads, writes = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reads)
        sweep(instance, cases, store=address, jobs=1 + (chance.random() < 0.3), watcher=Reporting(writes))
        os._exit(0)
    os.close(writes)
    if chance.random() < EARLY:
        time.sleep(chance.uniform(0, 1.2))
    else:
        select.select([reads], [], [], 30)
        time.sleep(chance.uniform(0, 0.15))
    workers = children_of(pid)
    os.kill(pid, signal.SIGKILL)
    ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    said = b""
    while part := os.read(reads, 1000):
        said += part
    os.close(reads)
    return Life(len(said), workers, ended)


def main(address: str, folder: Path, seed: int, kills: int) -> dict[str, object]:
    """Kill, and look."""
    instance, cases = small_shire(folder), shares(*(round(0.2 + number / 1000, 3) for number in range(kills + MORE)))
    expected = sweep(instance, cases, jobs=1).document
    chance, recorded, lives = random.Random(seed), 0, 0
    trouble: list[str] = []
    for number in range(kills):
        life = lived(instance, cases, address, chance)
        lives += not life.ended
        until = time.monotonic() + 5
        while left := [pid for pid in life.workers if alive(pid)]:
            if time.monotonic() > until:
                trouble.append(f"kill {number}: {left} live on")
                break
            time.sleep(0.02)
        with Store(address) as store:
            trouble += [f"kill {number}: {fault}" for fault in check(store)]
            count = len(store.runs())
        if count < recorded + life.reported:
            trouble.append(f"kill {number}: {recorded} recorded before, {life.reported} reported, and {count} are there")
        recorded = count
    watcher = Counted()
    if sweep(instance, cases, store=address, jobs=2, watcher=watcher).document != expected:
        trouble.append("the table is another one")
    return {"killed": lives, "recorded": recorded, "known": watcher.known, "finished": watcher.finished, "trouble": trouble}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
