"""For someone at a desk: the same job whenever the source has changed and stays still.

The source is looked at every few seconds. That finds changes on network drives too, where no notice of a change arrives, and in databases.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum

from instances.errors import InstanceError
from instances.sources.fingerprint import fingerprint

PATIENCE = 30.0
"""Seconds until another try where somebody else resolves the job, or nobody could be told."""


class Turn(Enum):
    """What came of resolving once: it was done, it is tried again after a while, or it was stopped."""

    DONE = "done"
    AGAIN = "again"
    STOPPED = "stopped"


def looks_like(source: str) -> str:
    """The fingerprint of a source; where it cannot be read, what is wrong with it."""
    try:
        return fingerprint(source)
    except InstanceError as error:
        return str(error)


def watch(source: str, every: float, resolve: Callable[[], Turn], wait: Callable[[float], None] = time.sleep) -> None:
    """Resolve at once, and again whenever the source has changed, once it looks the same twice in a row: until then somebody is saving it.

    Args:
        source: The instance.
        every: Seconds between two looks.
        resolve: Does the work.
        wait: Lets the seconds pass.
    """
    done, before = "", looks_like(source)
    while True:
        now, turn = looks_like(source), Turn.DONE
        if now == before and now != done:
            turn = resolve()
            if turn is Turn.STOPPED:
                return
            done = now if turn is Turn.DONE else done
        before = now
        wait(max(every, PATIENCE) if turn is Turn.AGAIN else every)
