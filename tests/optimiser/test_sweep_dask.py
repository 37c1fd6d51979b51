"""A sweep on a cluster: a real scheduler, workers that are processes of their own and are killed in the middle, and nobody there at all."""

from __future__ import annotations

import importlib.util
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from errands import deadly, slow
from sweeping import IMPOSSIBLE, Counted, shares, small_shire

import optimiser.sweep.cluster as cluster_module
from instances import Instance
from optimiser.errors import UsageError
from optimiser.store import Store, check
from optimiser.sweep import SweepCase, sweep
from optimiser.sweep.cluster import ClusterError

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="distributed is not installed"),
]
CASES = [*shares(*(0.1 + number / 100 for number in range(12))), SweepCase("hard", (), (IMPOSSIBLE,))]


@pytest.fixture
def shire(tmp_path: Path) -> Instance:
    """Four councils and one service."""
    return small_shire(tmp_path / "shire")


@dataclass
class Cluster:
    """A scheduler and workers, each a process.

    Attributes:
        address: Of the scheduler.
    """

    folder: Path
    address: str = ""
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def begin(self, workers: int) -> None:
        """Begin them all."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.scheduler = self._run("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
        self._until_there(port)
        for _ in range(workers):
            self.join()

    def join(self, *options: str) -> None:
        """One more worker, without a nurse that would begin it again."""
        asked = ("--nthreads", "1", "--no-dashboard", "--no-nanny", "--local-directory", str(self.folder), *options)
        self.workers.append(self._run("worker", self.address, *asked))

    def _run(self, what: str, *arguments: str) -> subprocess.Popen[bytes]:
        tests = str(Path(__file__).parents[1])
        with (self.folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", what, *arguments],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": tests, "PYTHONWARNINGS": "ignore", "OMP_NUM_THREADS": "1"},
                stdout=log,
                stderr=log,
            )

    def _until_there(self, port: int) -> None:
        until = time.monotonic() + 30
        while True:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    return
            assert time.monotonic() < until
            time.sleep(0.1)

    def end(self) -> None:
        """Leave none."""
        for process in (*self.workers, *([self.scheduler] if self.scheduler else [])):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler with two workers."""
    found = Cluster(tmp_path)
    try:
        found.begin(workers=2)
        yield found
    finally:
        found.end()


class Killing(Counted):
    """Kills a process once some cases are finished."""

    def __init__(self, process: subprocess.Popen[bytes], after: int) -> None:
        super().__init__()
        self._process, self._after = process, after

    def done(self) -> None:
        """One more."""
        super().done()
        if self.finished == self._after:
            self._process.send_signal(signal.SIGKILL)


def test_a_worker_is_killed_in_the_middle(tmp_path: Path, shire: Instance, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows as on this machine, all of them in the store; what the other worker has not begun is not begun by anybody twice."""
    expected = sweep(shire, CASES, jobs=2).document
    monkeypatch.setattr("optimiser.sweep.study.answer_to", slow)
    watcher = Killing(cluster.workers[0], after=4)
    found = sweep(shire, CASES, store=tmp_path / "store.db", scheduler=cluster.address, watcher=watcher)
    assert cluster.workers[0].wait(5) == -signal.SIGKILL
    assert cluster.workers[1].poll() is None
    assert found.document == expected
    assert watcher.finished == len(CASES) + 1
    with Store(tmp_path / "store.db") as store:
        assert len(store.runs()) == len(CASES) + 1
        assert check(store) == []
    again = Counted()
    assert sweep(shire, CASES, store=tmp_path / "store.db", scheduler="tcp://127.0.0.1:1", watcher=again).document == expected
    assert again.finished == 0


def test_a_case_that_kills_every_worker(shire: Instance, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row says so once the scheduler has given it up; the others are solved by workers that join."""
    monkeypatch.setattr("optimiser.sweep.study.answer_to", deadly)
    ended = threading.Event()

    def nurse() -> None:
        while not ended.wait(0.2):
            for dead in [worker for worker in cluster.workers if worker.poll() is not None]:
                cluster.workers.remove(dead)
                cluster.join()

    thread = threading.Thread(target=nurse)
    thread.start()
    try:
        found = sweep(shire, [*CASES[:2], SweepCase("dies", (), ("economics.duplication_avoided=0.9",))], scheduler=cluster.address)
    finally:
        ended.set()
        thread.join()
    assert [row.status for row in found.document.rows] == ["optimal", "optimal", "optimal", "crashed"]
    assert found.row("dies").message.startswith("the workers that solved it died, one after another")


def test_the_scheduler_is_lost(tmp_path: Path, shire: Instance, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said; what is finished is in the store."""
    monkeypatch.setattr("optimiser.sweep.study.answer_to", slow)
    assert cluster.scheduler is not None
    watcher, began = Killing(cluster.scheduler, after=3), time.monotonic()
    found = sweep(shire, CASES, store=tmp_path / "store.db", scheduler=cluster.address, watcher=watcher)
    assert time.monotonic() - began < 60
    assert found.trouble == f"the scheduler at {cluster.address} is there no longer"
    finished = {row.run for row in found.document.rows if row.run}
    assert 3 <= len(finished) < len(CASES)
    with Store(tmp_path / "store.db") as store:
        assert {run.run for run in store.runs()} == finished


def test_a_stop(shire: Instance, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, whatever the workers are doing."""
    monkeypatch.setattr("optimiser.sweep.study.answer_to", slow)
    stop = threading.Event()
    threading.Timer(3, stop.set).start()
    began = time.monotonic()
    found = sweep(shire, [SweepCase("long", (), ("economics.duplication_avoided=0.3",))], scheduler=cluster.address, interrupt=stop)
    assert time.monotonic() - began < 20
    assert found.row("long").status == "not solved"


def test_workers_with_several_threads_and_too_few(shire: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One case at a time in each process; and a scheduler without workers is not waited for without end."""
    cluster = Cluster(tmp_path)
    monkeypatch.setattr("optimiser.sweep.cluster.WORKERS", 2)
    try:
        cluster.begin(workers=0)
        with pytest.raises(ClusterError, match="has no workers, and none has joined within 2 seconds"):
            sweep(shire, CASES, scheduler=cluster.address)
        monkeypatch.undo()
        cluster.join("--nthreads", "3")
        assert sweep(shire, CASES, scheduler=cluster.address).document == sweep(shire, CASES, jobs=1).document
    finally:
        cluster.end()


def test_nobody_is_there(shire: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said in time; and the log of the library is as it was."""
    assert cluster_module.ANSWER <= 15
    monkeypatch.setattr(cluster_module, "ANSWER", 3)
    began, level = time.monotonic(), logging.getLogger("distributed").level
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1 within 3 seconds"):
        sweep(shire, CASES, scheduler="tcp://127.0.0.1:1")
    assert time.monotonic() - began < 20
    assert logging.getLogger("distributed").level == level


def test_workers_without_the_program(shire: Instance, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said before any case is sent to them, which would end them."""
    monkeypatch.setattr(cluster_module, "PACKAGE", "no-such-package")
    with pytest.raises(
        ClusterError, match=r"no worker of the cluster at .* has the package no-such-package; install there what is installed"
    ):
        sweep(shire, CASES, scheduler=cluster.address)
    assert [worker.poll() for worker in cluster.workers] == [None, None]


def test_without_the_package(shire: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'shared-services-optimiser\[cluster\]'"):
        sweep(shire, CASES, scheduler="tcp://127.0.0.1:1")
