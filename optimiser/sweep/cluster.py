"""Cases shared by the workers of a Dask cluster: the same work as on this machine, so the same answers."""

from __future__ import annotations

import logging
import pickle
import re
import threading
import time
import uuid
import warnings
import zlib
from asyncio import CancelledError
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from typing import Any

from optimiser.errors import OptimiserError, UsageError
from optimiser.sweep.local import GLANCE, Work
from optimiser.sweep.work import Base, Crash, Reply, Task

ANSWER, WORKERS = 12, 60
"""Seconds in which a scheduler has to answer, and in which it has to have a worker."""
PACKAGE = "shared-services-optimiser"
EXTRA = f"{PACKAGE}[cluster]"
_ADDRESS = re.compile(r"([a-z]+://)?(\[[0-9a-f:.]+\]|[^\s:/]+):[0-9]{1,5}/?", re.IGNORECASE)
_LOGS = ("distributed", "distributed.client", "distributed.core", "distributed.comm", "distributed.utils", "tornado.application")


class ClusterError(OptimiserError):
    """The cluster cannot be used, or is there no longer."""


def share(address: str, base: Base, tasks: Sequence[Task], work: Work, interrupt: threading.Event) -> Iterator[tuple[Task, Reply | Crash]]:
    """The answer to every task, as they come; those that a stop has left are not among them.

    Args:
        address: Of the scheduler.
        base: What all have in common.
        tasks: The cases.
        work: A function of a module that workers have.
        interrupt: Set to stop.

    Raises:
        UsageError: The package is not installed, or the address is none.
        ClusterError: Nobody is there, or no longer.
    """
    with _quiet(), _connected(address) as client:
        try:
            _await_workers(client, address, interrupt)
            only = _able(client, address)
            yield from _answers(client, address, base, tasks, work, only, interrupt)
        except OSError:
            raise _lost(address) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """What goes wrong is said once and in our words, not by the log of the cluster as well."""
    before = {name: logging.getLogger(name).level for name in _LOGS}
    for name in _LOGS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def _distributed() -> Any:
    """The package, which only a cluster needs."""
    try:
        import distributed
        import distributed.scheduler
        import distributed.versions
    except ImportError as error:
        raise UsageError(f"--scheduler needs the package distributed, which is not installed: pip install '{EXTRA}'") from error
    return distributed


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    distributed = _distributed()
    if not _ADDRESS.fullmatch(address.strip()):
        raise UsageError(f"--scheduler {address} is not the address of a scheduler; write tcp://HOST:8786")
    with warnings.catch_warnings():
        # Versions that matter are compared case by case.
        warnings.simplefilter("ignore", distributed.versions.VersionMismatchWarning)
        try:
            client = distributed.Client(address.strip(), timeout=ANSWER, set_as_default=False, name="optimiser-sweep")
        except (OSError, TimeoutError):
            raise ClusterError(
                f"no Dask scheduler answers at {address} within {ANSWER} seconds; is it running, and is that its address?"
            ) from None
        except (ValueError, TypeError) as error:
            raise UsageError(f"--scheduler {address} is not the address of a scheduler ({error}); write tcp://HOST:8786") from None
    try:
        yield client
    finally:
        client.close(timeout=2)


def _workers(client: Any) -> int:
    """How many there are."""
    return len(client.nthreads())


def _await_workers(client: Any, address: str, interrupt: threading.Event) -> None:
    until = time.monotonic() + WORKERS
    while not interrupt.is_set() and not _workers(client):
        if time.monotonic() > until:
            raise ClusterError(f"the scheduler at {address} has no workers, and none has joined within {WORKERS} seconds")
        interrupt.wait(GLANCE)


def _able(client: Any, address: str) -> list[str] | None:
    """The workers that have the program; None for all. One without it would end as it is sent a case."""
    found = client.run(metadata.version, PACKAGE, on_error="return")
    able = sorted(worker for worker, said in found.items() if isinstance(said, str))
    if found and not able:
        raise ClusterError(f"no worker of the cluster at {address} has the package {PACKAGE}; install there what is installed here")
    return None if len(able) == len(found) else able


def unpacked(data: bytes) -> Base:
    """The base on a worker. It is a task like any other, so that a cluster that has lost it makes it again."""
    found = pickle.loads(zlib.decompress(data))
    assert isinstance(found, Base)
    return found


def _answers(
    client: Any, address: str, base: Base, tasks: Sequence[Task], work: Work, only: list[str] | None, interrupt: threading.Event
) -> Iterator[tuple[Task, Reply | Crash]]:
    mark = uuid.uuid4().hex[:8]
    packed = client.submit(unpacked, zlib.compress(pickle.dumps(base)), key=f"sweep-base-{mark}", workers=only)
    futures = {
        client.submit(work, packed, task, key=f"sweep-{number}-{mark}", priority=-number, workers=only): task
        for number, task in enumerate(tasks)
    }
    coming, watch = _distributed().as_completed(list(futures), loop=client.loop), _Watch(client, address)
    try:
        while futures and not interrupt.is_set():
            watch.look()
            if not coming.has_ready():
                interrupt.wait(GLANCE / 2)
                continue
            for future in coming.next_batch(block=False):
                try:
                    answer = _answer(client, address, future)
                except TimeoutError:  # its worker has died since, and another does it again
                    coming.add(future)
                else:
                    yield futures.pop(future), answer
    finally:
        if futures and client.status == "running":
            client.cancel(list(futures))


class _Watch:
    """Looks now and then whether the cluster is still there."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._looked = self._seen = time.monotonic()

    def look(self) -> None:
        """Refuse to wait for nobody.

        Raises:
            ClusterError: The scheduler is gone, or has been without workers for too long.
        """
        now = time.monotonic()
        if self._client.status != "running":
            raise _lost(self._address)
        if now - self._looked < 1:
            return
        self._looked = now
        if _workers(self._client):
            self._seen = now
        elif now - self._seen > WORKERS:
            raise ClusterError(f"the cluster at {self._address} has lost all its workers, and none has joined within {WORKERS} seconds")


def _answer(client: Any, address: str, future: Any) -> Reply | Crash:
    """What became of one case.

    Raises:
        TimeoutError: It is not there yet.
    """
    killed = _distributed().scheduler.KilledWorker
    try:
        found = future.result(timeout=ANSWER)
    except TimeoutError:
        raise
    except killed:
        return Crash("the workers that solved it died, one after another; there may be too little memory for it")
    except CancelledError:
        if client.status != "running":
            raise _lost(address) from None
        return Crash("the cluster has given it up")
    except Exception as error:  # whatever a worker without our packages comes to
        why = " ".join(f"{type(error).__name__}: {error}".split())
        return Reply(failure=f"the cluster could not solve it ({why}); its workers need the same packages as this machine")
    assert isinstance(found, Reply)
    return found


def _lost(address: str) -> ClusterError:
    return ClusterError(f"the scheduler at {address} is there no longer")
