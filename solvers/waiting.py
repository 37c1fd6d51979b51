"""Waiting for a solver in such a way that Ctrl-C and `Limits.interrupt` reach it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from solvers.base import Limits

T = TypeVar("T")
POLL_SECONDS = 0.1
"""How often a waiting thread looks round; Windows delivers Ctrl-C only between waits."""


def in_thread(work: Callable[[], T], limits: Limits, stop: Callable[[], None] | None = None) -> T:
    """What a solver gives that runs in a thread of its own; Ctrl-C meanwhile sets `limits.interrupt`.

    Args:
        work: Runs the solver; it has to let go of Python's lock.
        limits: Its `interrupt` is set at Ctrl-C.
        stop: Called now and then once `limits.interrupt` is set, where the solver does not look at it by itself.
    """
    results: list[T] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=run, name="solver", daemon=True).start()
    # Not Thread.join: a KeyboardInterrupt inside it can make Python 3.11 take a running thread for a finished one.
    while True:
        try:
            if done.wait(POLL_SECONDS):
                break
            if stop is not None and limits.interrupt.is_set():
                stop()
        except KeyboardInterrupt:
            limits.interrupt.set()
    if errors:
        raise errors[0]
    return results[0]
