"""`watch` resolves whenever the data have changed and stay still, and goes on until Ctrl-C."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from benchmarks.region import write_region
from jobs import run, write_job
from warmed import Warmed

from optimiser.resolve import watching
from optimiser.resolve.watching import PATIENCE, Turn, looks_like, watch
from optimiser.store import Store, check, resolutions


class Desk:
    """What happens while the loop waits, one look after another, and when it resolves."""

    def __init__(self, source: Path, *happens: Callable[[], object], turns: tuple[Turn, ...] = ()) -> None:
        self.source, self.happens, self.turns = source, iter(happens), iter(turns)
        self.looks, self.resolved, self.waited = 0, list[int](), list[float]()

    def wait(self, seconds: float) -> None:
        """The next thing happens; after the last there is Ctrl-C."""
        self.looks += 1
        self.waited.append(seconds)
        happens = next(self.happens, None)
        if happens is None:
            raise KeyboardInterrupt
        happens()

    def resolve(self) -> Turn:
        """Note at which look."""
        self.resolved.append(self.looks)
        return next(self.turns, Turn.DONE)

    def watch(self) -> list[int]:
        """The looks at which it was resolved."""
        with pytest.raises(KeyboardInterrupt):
            watch(str(self.source), 2.0, self.resolve, self.wait)
        return self.resolved


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The data."""
    return write_job(tmp_path / "shire")


def nothing() -> None:
    """Nothing happens."""


def test_at_once_and_then_only_after_a_change(source: Path) -> None:
    """A change is resolved at the look after the one that saw it; a file that is touched is no change."""

    def touch() -> None:
        os.utime(source / "baselines.csv")

    desk = Desk(source, nothing, lambda: write_job(source, cost=1), nothing, nothing, touch, nothing, lambda: write_job(source), nothing)
    assert desk.watch() == [0, 3, 8]
    assert set(desk.waited) == {2.0}


def test_what_is_being_saved_is_left_alone(source: Path) -> None:
    """A file that looks otherwise at every look is not resolved until it is still."""
    saves = [lambda cost=cost: write_job(source, cost=cost) for cost in range(100_001, 100_006)]
    assert Desk(source, nothing, *saves, nothing, nothing, nothing).watch() == [0, 7]


def test_back_as_it_was_is_nothing_new(source: Path) -> None:
    """A change that is taken back before it was still was none."""
    assert Desk(source, lambda: write_job(source, cost=1), lambda: write_job(source), nothing, nothing).watch() == [0]


def test_faults_are_resolved_once(source: Path) -> None:
    """A source that is gone, or cannot be read, is one more change; so is its return."""
    away = source.with_name("away")
    desk = Desk(source, lambda: source.rename(away), nothing, nothing, lambda: away.rename(source), nothing, nothing)
    assert desk.watch() == [0, 2, 5]
    assert "shire" in looks_like(str(source.with_name("nowhere-shire")))


def test_where_somebody_else_resolves_it_tries_again(source: Path) -> None:
    """After a while, although nothing has changed since."""
    desk = Desk(source, nothing, nothing, nothing, nothing, turns=(Turn.AGAIN, Turn.AGAIN))
    assert desk.watch() == [0, 1, 2]
    assert desk.waited[:4] == [PATIENCE, PATIENCE, 2.0, 2.0]


def test_stopped_while_it_resolves(source: Path) -> None:
    """The watch is over."""
    desk = Desk(source, nothing, turns=(Turn.STOPPED,))
    watch(str(source), 2.0, desk.resolve, desk.wait)
    assert (desk.resolved, desk.looks) == ([0], 0)


class Watching:
    """`optimiser watch` on a terminal."""

    def __init__(self, *arguments: object) -> None:
        self.primary, secondary = pty.openpty()
        command = [sys.executable, "-m", "optimiser", "watch", *map(str, arguments)]
        environment = {**os.environ, "COLUMNS": "140", "TERM": "dumb"}
        self.process = subprocess.Popen(
            command, stdin=secondary, stdout=secondary, stderr=secondary, start_new_session=True, env=environment
        )
        os.close(secondary)
        os.set_blocking(self.primary, False)
        self.shown = ""

    def until(self, text: str, seconds: float = 60) -> str:
        """What it shows up to a text, which has to appear; what comes after it is kept for the next look."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                self.shown += os.read(self.primary, 65536).decode(errors="replace")
            except BlockingIOError:
                time.sleep(0.02)
            except OSError:  # closed by the other side
                break
            if text in self.shown:
                found, _, self.shown = self.shown.partition(text)
                return found
        pytest.fail(f"{text!r} is not in {self.shown!r}")

    def end(self) -> None:
        """Leave nothing running."""
        self.process.kill()
        self.process.wait()
        os.close(self.primary)


@pytest.fixture
def watched(source: Path, tmp_path: Path) -> Iterator[Watching]:
    """A watch that looks often."""
    begun = Watching(source, "--store", tmp_path / "store.db", "--every", "0.2")
    try:
        yield begun
    finally:
        begun.end()


@pytest.mark.long
def test_someone_at_a_desk(source: Path, watched: Watching, tmp_path: Path) -> None:
    """A first report, one after a change, every fault of faulty data, and on it goes; Ctrl-C ends it with 0."""
    assert "The first recommendation of this job." in watched.until("Run ")
    write_job(source, cost=140_000)
    assert "The recommended plan stays as it was." in watched.until("baselines.annual_cost")
    table = source / "baselines.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("140000", "much"), encoding="utf-8")
    watched.until("row 2, annual_cost: 'much'")
    write_job(source, cost=140_000)
    watched.until("Nothing has changed since")
    write_job(source, integration=120_000)
    watched.until("The recommended plan has changed.")
    watched.until("Which input accounts for it")
    time.sleep(0.5)
    watched.process.send_signal(signal.SIGINT)
    watched.until("The watch is over; what is recorded stays.")
    assert watched.process.wait(timeout=30) == 0
    with Store(tmp_path / "store.db") as store:
        assert check(store) == []
        assert len(store.runs()) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("form", [(), ("--quiet",), ("--log-json",)], ids=["words", "quiet", "log"])
def test_ended_while_it_resolves(tmp_path: Path, source: Path, warmed: Warmed, number: signal.Signals, form: tuple[str, ...]) -> None:
    """Exit code 0, since that is how a watch ends, and a line that says so; what was stopped is said too."""
    ready = tmp_path / "ready"
    tell = f"sh -c 'touch {ready}; sleep 60'"
    begun = warmed.begin("watch", source, "--store", tmp_path / "store.db", "--notify", tell, *form)
    for _ in range(1200):
        if ready.exists():
            break
        time.sleep(0.05)
    begun.send(number)
    assert begun.wait() == 0, begun.err
    stopped = "shire: interrupted; what is recorded stays, and the next start goes on from there"
    over = "The watch is over; what is recorded stays."
    if "--log-json" in form:
        *_, turn, last = map(json.loads, begun.err.splitlines())
        assert (turn["event"], turn["exit_code"], turn["message"]) == ("failed", 130, stopped)
        assert (last["event"], last["exit_code"], last["message"], last["command"]) == ("finished", 0, over, "watch")
        return
    assert begun.err == f"{stopped}\n"
    assert begun.out == ("" if form else f"{over}\n")


def test_nobody_could_be_told(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells again after a while, although nothing has changed since; faults of the data are not said again and again."""
    told, waited = tmp_path / "told", list[float]()
    fails_once = f"sh -c 'cat >> {told}; test -e {tmp_path}/up'"

    def wait(seconds: float) -> None:
        waited.append(seconds)
        (tmp_path / "up").touch()
        if len(waited) == 2:
            (source / "baselines.csv").write_text("council\n", encoding="utf-8")
        if len(waited) == 6:
            raise KeyboardInterrupt

    monkeypatch.setattr(watching.watch, "__defaults__", (wait,))
    ended = run("watch", source, "--store", tmp_path / "store.db", "--notify", fails_once)
    assert waited == [PATIENCE, *[2.0] * 5]
    assert told.read_text(encoding="utf-8").count('"event": "first"') == 2
    assert "sh ended with exit code 1" in ended.stderr
    assert ended.stdout.count("told now:\n") == 1
    assert ended.stderr.count("3 faults in ") == 1
    assert ended.stdout.endswith("The watch is over; what is recorded stays.\n")


@pytest.mark.long
def test_ended_in_the_middle_of_a_long_solve(tmp_path: Path, warmed: Warmed) -> None:
    """The same, soon; nothing counts as resolved."""
    write_region(tmp_path / "region", councils=18, services=12, tranches=8, seed=1)
    begun = warmed.begin("watch", tmp_path / "region", "--store", tmp_path / "store.db", "--gap", 0, "--log-json")
    end = time.monotonic() + 60
    while '"event": "stage"' not in begun.err and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(3)
    begun.send(signal.SIGINT)
    sent = time.monotonic()
    assert begun.wait() == 0, begun.err
    assert time.monotonic() - sent < 30
    with Store(tmp_path / "store.db") as store:
        assert check(store) == []
        assert resolutions.last(store, "region") is None


def test_the_loop_of_the_program_is_this_one() -> None:
    """Without a `wait` of the tests it sleeps."""
    assert watching.watch.__defaults__ == (time.sleep,)
