"""Stopping a solve as soon as it has said what it was asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable

from solvers.base import Progress


class Enough(threading.Event):
    """Stops a solve that has said enough; also set when somebody else stops the work."""

    def __init__(self, outer: threading.Event, enough: Callable[[Progress], bool]) -> None:
        """`enough` is asked at every report of progress, until it says yes."""
        super().__init__()
        self._outer, self._enough, self._said = outer, enough, False

    def is_set(self) -> bool:
        """Whether the solve is to end."""
        return self._said or self._outer.is_set()

    def set(self) -> None:
        """Stop everything, as Ctrl-C does."""
        self._outer.set()

    def forget(self) -> None:
        """Take back what was said, since it was of a point that is none."""
        self._said = False

    def look(self, progress: Progress) -> None:
        """See whether it is enough."""
        self._said = self._said or self._enough(progress)
