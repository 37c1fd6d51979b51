"""A worker on this machine: a process that is sent what all cases have in common, then one case after another."""

from __future__ import annotations

import gc
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from typing import Any

from optimiser.errors import TRACEBACK_VARIABLE
from optimiser.processes import one_thread

START = """\
import sys
from multiprocessing.connection import Connection

connection = Connection(int(sys.argv[1]))
sys.path[:] = connection.recv()
try:
    from optimiser.sweep.worker import serve
except BaseException as error:
    connection.send(f"{type(error).__name__}: {error}")
    raise SystemExit(1)
serve(connection)
"""
"""What a new process runs. It imports nothing of the program that began the sweep, which may be a script without a guard."""
READY = None
"""Said by a worker once it has loaded what it needs; text in place of it is why it cannot."""


def serve(connection: Connection) -> None:
    """Work until whoever sends the work is no longer there, however that ended; what was begun then is given up."""
    sent: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def receive() -> None:
        try:
            while True:
                sent.put(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)

    try:
        import optimiser.sweep.work  # noqa: F401 - loaded before it says that it is ready
    except Exception as error:
        connection.send(f"{type(error).__name__}: {error}")
        return
    connection.send(READY)
    threading.Thread(target=receive, name="receive", daemon=True).start()
    work, base = pickle.loads(sent.get())
    gc.freeze()  # what is there by now lasts
    while True:
        connection.send(_done(work, base, pickle.loads(sent.get())))


def spawned(connection: Connection) -> None:
    """The same in a process that was begun by multiprocessing, before anything heavy is loaded."""
    os.environ.update(one_thread())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that shares out the work
    sys.path[:] = connection.recv()
    serve(connection)


def _done(work: Any, base: Any, task: Any) -> Any:
    try:
        return work(base, task)
    finally:
        if os.environ.get(TRACEBACK_VARIABLE) and sys.exc_info()[0] is not None:
            traceback.print_exc()
