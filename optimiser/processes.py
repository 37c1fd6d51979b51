"""Processes that work for this one: one thread of linear algebra each, and none that outlives it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Threads of linear algebra in a process that is one of several: more would only take turns with those of the others."""


def one_thread() -> dict[str, str]:
    """The environment of a process that is one of several; libraries of linear algebra read it as they are loaded."""
    return {**dict.fromkeys(ONE_THREAD, "1"), **os.environ}


def end_with_parent() -> None:
    """Have this process end when the one that began it does, however that ends: nobody would take its work any more."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="end with parent", daemon=True).start()


@contextmanager
def lasting() -> Iterator[None]:
    """What is there by now lasts: to look through it for garbage again and again takes a quarter of the time."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
