"""Waiting for a solver in such a way that Ctrl-C and `Limits.interrupt` reach it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from solvers.base import Limits

T = TypeVar("T")
POLL_SECONDS = 0.1
"""How often a waiting thread looks round."""
LEAVE_SECONDS = 5.0
"""How long a solver is given to stop when its caller leaves with an exception."""


@contextmanager
def ctrl_c(limits: Limits) -> Iterator[Callable[[], bool]]:
    """While it is open Ctrl-C sets `limits.interrupt` and raises nothing; gives a function that says whether that is set.

    A KeyboardInterrupt comes between any two instructions, those that deal with the one before it too. Where the program
    has a handler of its own, or this is not the main thread, signals stay as they are.
    """
    pressed: list[int] = []

    def keep(number: int, frame: Any) -> None:
        # No more than this: to set an event inside a handler can wait for ever for the event's lock.
        pressed.append(number)

    def asked() -> bool:
        if pressed:
            limits.interrupt.set()
        return limits.interrupt.is_set()

    mine = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if mine:
        signal.signal(signal.SIGINT, keep)
    try:
        yield asked
    finally:
        if mine:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        asked()


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

    with ctrl_c(limits) as asked:
        threading.Thread(target=run, name="solver", daemon=True).start()
        try:
            # Not Thread.join: an exception that a signal raises inside it can make Python 3.11 take a running thread for finished.
            while not done.wait(POLL_SECONDS):
                if asked() and stop is not None:
                    stop()
        except BaseException:
            # A handler of the program's own has raised. Python's end would abort a solver that still calls back.
            limits.interrupt.set()
            done.wait(LEAVE_SECONDS)
            raise
    if errors:
        raise errors[0]
    return results[0]
