"""`resolve` killed at any moment: every run is whole, nothing that was reported is lost, and the next start goes on as if nothing had been."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from benchmarks.region import write_region
from jobs import resolved, run, write_job
from warmed import Begun, Warmed

from instances import read
from optimiser import solve
from optimiser.plan import PlanDocument
from optimiser.store import Store, check, resolutions

FIGURES = ((100_000, 10_000), (101_000, 10_000), (101_000, 120_000), (140_000, 120_000), (140_000, 9_000))
"""What the data say, one after another; some change the plan, and some only its value."""
JOB = "shire"
KILLED = -signal.SIGKILL
KILLS = int(os.environ.get("RESOLVE_KILLS", "40"))
"""How many at random moments, three quarters of them with SQLite; RESOLVE_KILLS=200 before a release."""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> list[PlanDocument]:
    """The plan for each of the figures, solved from nothing to the last pound."""
    folder = tmp_path_factory.mktemp("plain") / JOB
    return [solve(read(write_job(folder, *figures)), gap=0).document for figures in FIGURES]


def arranged(plan: PlanDocument) -> dict[tuple[str, str], tuple[object, ...]]:
    """Who does what with whom from when."""
    days = plan.go_lives()
    return {key: (*found[:2], days[key]) for key, found in plan.arrangements().items()}


class Cold(Begun):
    """A start that imports everything itself."""

    def __init__(self, words: list[str], place: Path) -> None:
        with (place / "out").open("wb") as out, (place / "err").open("wb") as err:
            self.process = subprocess.Popen([sys.executable, "-m", "optimiser", *words], stdout=out, stderr=err)
        super().__init__(self.process.pid, place / "out", place / "err")

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def wait(self) -> int:
        """Its exit code."""
        return self.process.wait(timeout=60)


class Nights:
    """A job whose starts are killed.

    Attributes:
        killed: How many starts were killed, by what they left: nothing new, a run, a report that is not told, or all of their work.
        usual: Seconds that a start takes.
    """

    def __init__(self, place: Path, warmed: Warmed, plain: list[PlanDocument]) -> None:
        self.place, self.warmed, self.plain = place, warmed, plain
        self.killed = dict.fromkeys(("nothing", "a run", "a report", "all"), 0)
        self.usual, self.store, self.elsewhere, self.night = 1.0, "", set[str](), 0

    def move(self, store: str) -> None:
        """To a store with nothing there yet."""
        self.store, self.elsewhere = store, {one["run"] for one in self.told}

    def change(self) -> None:
        """Other figures than before."""
        self.night += 1
        write_job(self.place / JOB, *FIGURES[self.night % len(FIGURES)])

    @property
    def command(self) -> list[str]:
        """The command, which tells a program that adds what it is told to a file."""
        told = shlex.quote(str(self.place / "told"))
        tell = shlex.join(["sh", "-c", f"cat >> {told}; echo >> {told}"])
        return ["resolve", str(self.place / JOB), "--store", self.store, "--exit-code", "--notify", tell]

    @property
    def told(self) -> list[dict[str, Any]]:
        """What was told so far; of what was cut off nothing."""
        path = self.place / "told"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines if line.endswith("}")]

    def kept(self) -> tuple[set[str], resolutions.Resolution | None]:
        """The runs, and what the job came to last; all of it whole."""
        with Store(self.store) as store:
            assert check(store) == []
            return {run.run for run in store.runs()}, resolutions.last(store, JOB)

    def kill(self, begun: Begun, moment: float) -> str:
        """Kill a start at a moment; what it has left is whole, and all that it has reported is there."""
        runs, last = self.before
        time.sleep(moment)
        begun.send(signal.SIGKILL)
        code = begun.wait()
        assert code in (KILLED, 0, 6), begun.err
        self.before = now, lately = self.kept()
        assert now >= runs
        assert {one["run"] for one in self.told} <= now | self.elsewhere
        reported = lately is not None and (last is None or lately.number != last.number)
        done = lately is not None and not lately.owed and (reported or (last is not None and last.owed))
        assert not done or lately is None or lately.run in {one["run"] for one in self.told}, "nobody was told of what counts as told"
        said = re.search(r"\b[Rr]un (\w{12})(?::| stands)", begun.out)
        assert said or code == KILLED, begun.out
        if said:
            assert lately is not None
            assert lately.run == said[1]
            assert done or begun.out.startswith("Nothing has changed")
        left = "all" if done else "a report" if reported else "a run" if now > runs else "nothing"
        if code == KILLED:
            self.killed[left] += 1
        return left

    def go_on(self, *, solved: bool, done: bool) -> None:
        """The next start does what is left to do, and the one after it has nothing to do.

        Args:
            solved: Whether the run is there.
            done: Whether all of the work is.
        """
        runs, told, began = self.before[0], len(self.told), time.monotonic()
        left = self.before[1]
        begun = self.warmed.begin(*self.command, "--json")
        assert begun.wait() in (0, 6), begun.err
        self.usual = self.usual if solved else time.monotonic() - began
        report = json.loads(begun.out)
        assert (report["status"] == "unchanged") == done, report["status"]
        assert (begun.wait() == 6) == report["recommendation_changed"]
        assert len(self.told) == told + (not done)
        assert self.told[-1]["run"] == report["run"]
        self.before = now, last = self.kept()
        assert now == runs | {report["run"]}
        assert now == runs or not solved, "what was solved is not solved again"
        assert last is not None
        assert (last.run, last.owed) == (report["run"], False)
        assert left is None or not left.owed or last.number == left.number, "what was resolved is not resolved again"
        with Store(self.store) as store:
            plan, best = store.plan(last.run).document, self.plain[self.night % len(FIGURES)]
        assert (arranged(plan), plan.npv) == (arranged(best), pytest.approx(best.npv, abs=0.01))
        again = json.loads(self.warmed.run(*self.command, "--json").out)
        assert (again["status"], again["run"]) == ("unchanged", last.run)

    before: tuple[set[str], resolutions.Resolution | None] = (set(), None)


@pytest.fixture
def nights(tmp_path: Path, warmed: Warmed, plain: list[PlanDocument]) -> Nights:
    """A job that has not begun yet."""
    return Nights(tmp_path, warmed, plain)


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Stores with nothing there yet, one after another."""
    if request.param == "sqlite":
        return (str(tmp_path / f"{number}.db") for number in range(100))
    server = request.getfixturevalue("server")
    return (server.database() for _ in range(100))


def killed_again_and_again(nights: Nights, stores: Iterator[str], kills: int, random: Random) -> None:
    """Up to five starts in a row are killed, at moments drawn evenly over what one takes, before one is left to its work."""
    while sum(nights.killed.values()) < kills:
        if nights.night % 15 == 0:
            nights.move(next(stores))
            nights.before = set(), None
        nights.change()
        solved = done = False
        for _ in range(random.randint(1, 5)):
            left = nights.kill(nights.warmed.begin(*nights.command), random.uniform(0, nights.usual))
            solved, done = solved or left != "nothing", done or left == "all"
            if done:
                break
        nights.go_on(solved=solved, done=done)


def test_killed_a_few_times(nights: Nights) -> None:
    """In a store that is not there yet."""
    killed_again_and_again(nights, iter([str(nights.place / "store.db")]), 2, Random(3))


@pytest.mark.long
def test_killed_at_random_moments(request: pytest.FixtureRequest, nights: Nights, stores: Iterator[str]) -> None:
    """Some are before there is a run, some after."""
    killed_again_and_again(nights, stores, KILLS * 3 // 4 if "sqlite" in request.node.name else KILLS // 4, Random(1))
    assert nights.killed["nothing"] >= KILLS // 40
    assert nights.killed["a run"] + nights.killed["all"] >= KILLS // 100


@pytest.mark.long
def test_killed_from_its_first_moment_on(nights: Nights) -> None:
    """While the program is being loaded, and after."""
    nights.move(str(nights.place / "store.db"))
    for number in range(4):
        nights.change()
        left = nights.kill(Cold(nights.command, nights.place), 0.2 + number)
        nights.go_on(solved=left != "nothing", done=left == "all")


def test_killed_while_somebody_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nights: Nights, stores: Iterator[str]) -> None:
    """Whoever is told kills it: what it came to is there and not told; the next start tells again and solves nothing."""
    nights.move(next(stores))
    nights.change()
    told = tmp_path / "told"
    first = nights.warmed.begin("resolve", tmp_path / JOB, "--store", nights.store, "--notify", f"sh -c 'cat > {told}; kill -9 $PPID'")
    assert first.wait() == KILLED, first.err
    (run,), last = nights.kept()
    assert last is not None
    assert (json.loads(told.read_text(encoding="utf-8")), last.run, last.owed) == (last.report, run, True)
    told.unlink()
    monkeypatch.setattr("optimiser.resolve.command._solved", lambda *given: pytest.fail("it is resolved already"))
    report = resolved(tmp_path / JOB, nights.store, "--notify", f"sh -c 'cat > {told}'")
    assert (report["run"], report["status"]) == (run, "first")
    assert json.loads(told.read_text(encoding="utf-8")) == report
    assert resolved(tmp_path / JOB, nights.store, "--notify", "false")["status"] == "unchanged"


def test_killed_between_its_run_and_its_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stores: Iterator[str]) -> None:
    """The run is there and not what the job came to: the next start does not solve it again, nor has pruning taken it away meanwhile."""
    store, source = next(stores), write_job(tmp_path / JOB)
    with monkeypatch.context() as patch:
        patch.setattr("optimiser.resolve.command.record", ended)
        run("resolve", source, "--store", store, code=130)
    run("runs", "prune", "--keep", 0, "--store", store)
    monkeypatch.setattr("optimiser.resolve.resolving.answered", lambda case: pytest.fail("it is solved already"))
    assert resolved(source, store)["status"] == "first"
    assert resolved(source, store)["status"] == "unchanged"


def ended(*given: object) -> None:
    """Stands for the end of a start."""
    raise KeyboardInterrupt


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_while_somebody_is_told(tmp_path: Path, nights: Nights, number: signal.Signals) -> None:
    """Exit code 130; what was begun to tell ends too, and is told by the next start."""
    nights.move(str(tmp_path / "store.db"))
    nights.change()
    ready, late = tmp_path / "ready", tmp_path / "late"
    begun = nights.warmed.begin(*nights.command[:-1], f"sh -c 'touch {ready}; sleep 2; touch {late}'")
    until(ready.exists)
    begun.send(number)
    assert begun.wait() == 130, begun.err
    assert begun.err == "shire: interrupted; what is recorded stays, and the next start goes on from there\n"
    nights.before = nights.kept()
    assert len(nights.before[0]) == 1
    nights.go_on(solved=True, done=False)
    assert not late.exists()


def until(ready: Any) -> None:
    """Wait until something is so, for a minute at most."""
    for _ in range(1200):
        if ready():
            return
        time.sleep(0.05)
    pytest.fail("it never came to that")


@pytest.mark.long
def test_stopped_at_random_moments(nights: Nights) -> None:
    """By SIGTERM or Ctrl-C: 130 unless its work was done by then, in words that are true; the next start goes on."""
    random, stopped = Random(5), 0
    nights.move(str(nights.place / "store.db"))
    for number in range(16):
        nights.change()
        begun = nights.warmed.begin(*nights.command, "--log-json")
        until(lambda begun=begun: begun.err)  # from here on every signal is heeded
        time.sleep(random.uniform(0, nights.usual))
        begun.send(signal.SIGTERM if number % 2 else signal.SIGINT)
        code = begun.wait()
        assert code in (130, 0, 6, -signal.SIGTERM), begun.err
        if code == 130:
            stopped += 1
            assert json.loads(begun.err.splitlines()[-1])["status"] == "interrupted"
        runs, last = nights.before
        nights.before = now, lately = nights.kept()
        assert now >= runs
        done = lately is not None and not lately.owed and (last is None or lately.number != last.number)
        with Store(nights.store) as store:
            solved = any(run.run not in runs and run.termination != "interrupted" for run in store.runs())
        nights.go_on(solved=solved, done=done)
    assert stopped > 2  # most starts are over sooner than they are stopped


@pytest.mark.long
def test_stopped_in_the_middle_of_a_long_solve(tmp_path: Path, warmed: Warmed) -> None:
    """Exit code 130 soon; nothing counts as resolved, and the next start does its work."""
    write_region(tmp_path / "region", councils=18, services=12, tranches=8, seed=1)
    given = ["resolve", tmp_path / "region", "--store", tmp_path / "store.db"]
    begun = warmed.begin(*given, "--gap", 0, "--log-json")
    until(lambda: '"event": "stage"' in begun.err)
    time.sleep(3)
    begun.send(signal.SIGTERM)
    sent = time.monotonic()
    assert begun.wait() == 130, begun.err
    assert time.monotonic() - sent < 30
    *_, last = map(json.loads, begun.err.splitlines())
    assert (last["event"], last["exit_code"], last["status"]) == ("failed", 130, "interrupted")
    assert last["message"] == "region: interrupted; what is recorded stays, and the next start goes on from there"
    with Store(str(tmp_path / "store.db")) as store:
        assert check(store) == []
        assert {run.termination for run in store.runs()} <= {"interrupted"}
        assert resolutions.last(store, "region") is None
    report = json.loads(warmed.run(*given, "--gap", 0.9, "--json").out)
    assert (report["status"], report["plan"]["status"]) == ("first", "optimal")
