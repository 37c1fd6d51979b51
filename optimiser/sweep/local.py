"""Cases shared by processes of this machine. Each process has a connection of its own, so that it is known which case one has died of."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, Pipe, wait

from optimiser.errors import TRACEBACK_VARIABLE, OptimiserError
from optimiser.processes import one_thread
from optimiser.sweep.work import Base, Crash, Reply, Task
from optimiser.sweep.worker import START, spawned

ATTEMPTS = 3
"""How often a case is tried whose process dies."""
GLANCE = 0.2
"""Seconds after which it is looked whether somebody has stopped the sweep."""
ENDING = 5
"""Seconds that a process has to end in once it has let go of its connection."""
Work = Callable[[Base, Task], Reply]
PASSES_DESCRIPTORS = os.name == "posix"


class WorkersError(OptimiserError):
    """No process could be begun."""


def _passed(connection: Connection) -> subprocess.Popen[bytes]:
    """A process that is passed its connection, and imports nothing of the program that began the sweep."""
    descriptor = connection.fileno()
    loud = bool(os.environ.get(TRACEBACK_VARIABLE))
    return subprocess.Popen(
        [sys.executable, "-P", "-c", START, str(descriptor)],
        pass_fds=[descriptor],
        env=one_thread(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=None if loud else subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the process that shares out the work
    )


class _Spawned:
    """The same on Windows, where a process is passed no descriptors; there a script that sweeps needs a guard by `__name__`."""

    def __init__(self, connection: Connection) -> None:
        self._process = get_context("spawn").Process(target=spawned, args=(connection,), daemon=True)
        self._process.start()

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code once it has ended, as `Popen.wait` has it."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("worker", timeout or 0.0)
        return self._process.exitcode

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()


class _Worker:
    """A process, and what it is doing.

    Attributes:
        connection: To it.
        ready: Whether it has loaded what it needs.
        task: The case that it is solving; None where it waits for one.
    """

    def __init__(self) -> None:
        self.connection, other = Pipe()
        self._process: subprocess.Popen[bytes] | _Spawned = _passed(other) if PASSES_DESCRIPTORS else _Spawned(other)
        other.close()
        self.ready = False
        self.task: Task | None = None
        self.send(pickle.dumps(sys.path))

    def send(self, data: bytes) -> None:
        """Send it something; where it is dead, that shows as the answer is waited for."""
        with suppress(OSError):
            self.connection.send_bytes(data)

    def end(self) -> str:
        """End it, and say how it ended where it was before."""
        self.connection.close()
        try:
            code = self._process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        return _how(code)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self.end()


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = str(-code)
    return f"was killed ({name})"


def share(base: Base, tasks: Sequence[Task], work: Work, jobs: int, interrupt: threading.Event) -> Generator[tuple[Task, Reply | Crash]]:
    """The answer to every task, as they come; those that a stop has left are not among them.

    Args:
        base: What all have in common.
        tasks: The cases.
        work: A function of a module, so that other processes know it.
        jobs: Processes.
        interrupt: Set to stop.

    Raises:
        WorkersError: No process can be begun.
    """
    pool = _Pool(base, tasks, work)
    try:
        pool.begin(min(jobs, len(tasks)))
        while pool.busy and not interrupt.is_set():
            yield from pool.answers()
    finally:
        pool.end()


class _Pool:
    """Processes, and the cases that wait for them."""

    def __init__(self, base: Base, tasks: Sequence[Task], work: Work) -> None:
        self._opening = pickle.dumps((work, base))
        self._waiting, self._attempts = deque(tasks), dict[Task, int]()
        self._workers: dict[Connection, _Worker] = {}

    def begin(self, jobs: int) -> None:
        """Begin the processes."""
        for _ in range(jobs):
            self._begin()

    @property
    def busy(self) -> bool:
        """Whether there is anything left to do."""
        return bool(self._waiting) or any(worker.task is not None for worker in self._workers.values())

    def end(self) -> None:
        """Leave no process behind."""
        for worker in self._workers.values():
            worker.kill()
        self._workers.clear()

    def answers(self) -> Iterator[tuple[Task, Reply | Crash]]:
        """What has come in by now, or in a moment."""
        for connection in wait(list(self._workers), GLANCE):
            assert isinstance(connection, Connection)
            worker = self._workers[connection]
            try:
                said = connection.recv()
            except (EOFError, OSError):
                yield from self._died(worker)
                continue
            task, worker.task = worker.task, None
            if not worker.ready:
                self._is_ready(worker, said)
            self._next(worker)  # before anything is done with the answer, so that nobody waits
            if task is not None:
                yield task, said

    def _begin(self) -> None:
        try:
            worker = _Worker()
        except OSError as error:
            raise WorkersError(f"no process could be begun: {error.strerror or error}") from None
        self._workers[worker.connection] = worker

    def _is_ready(self, worker: _Worker, said: str | None) -> None:
        if said is not None:
            raise WorkersError(f"a process that was to solve cases could not begin: {said}")
        worker.ready = True
        worker.send(self._opening)

    def _next(self, worker: _Worker) -> None:
        if self._waiting:
            worker.task = self._waiting.popleft()
            worker.send(pickle.dumps(worker.task))

    def _died(self, worker: _Worker) -> Iterator[tuple[Task, Reply | Crash]]:
        """Its case is tried again, after the others, since what has killed it may have been too little memory for all of them."""
        del self._workers[worker.connection]
        how = worker.end()
        if not worker.ready:
            raise WorkersError(f"a process that was to solve cases {how} as it began")
        task = worker.task
        if task is not None:
            self._attempts[task] = self._attempts.get(task, 0) + 1
            if self._attempts[task] < ATTEMPTS:
                self._waiting.append(task)
            else:
                yield task, Crash(f"the process that solved it {how}, in each of {ATTEMPTS} attempts{_advice(how)}")
        if self._waiting:
            self._begin()


def _advice(how: str) -> str:
    return "; there may be too little memory: try fewer --jobs" if "SIGKILL" in how else ""
