"""A sweep: each row is the answer that `solve` gives alone; nothing is solved twice; a case that goes wrong is a row that says so."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from errands import deadly, slow, unsound
from postgres import Server
from sweeping import IMPOSSIBLE, Counted, children_of, gone, shares, small_shire

from instances import Instance, read
from optimiser import SolveSettings, solve
from optimiser.errors import InfeasibleError
from optimiser.store import Case, Entry, Store, StoreError, check
from optimiser.sweep import SweepCase, combinations, crossed, sweep
from optimiser.sweep.local import WorkersError

CASES = crossed(combinations(["dear"]), shares(0.1, 0.5))
ENDINGS = [*CASES, SweepCase("hard", (), (IMPOSSIBLE,)), SweepCase("slow", ("slow",), ("economics.duplication_avoided = 0.4",))]


@pytest.fixture
def shire(tmp_path: Path) -> Instance:
    """Four councils and one service."""
    return small_shire(tmp_path / "shire")


def test_each_row_is_what_solve_gives_alone(tmp_path: Path, shire: Instance) -> None:
    """Run, status and figures; as the run is recorded, so the row; the same rows in the same order for any number of processes."""
    with Store(tmp_path / "store.db") as store:
        found = sweep(shire, ENDINGS, store=store, jobs=2)
        for row in found.document.rows:
            data = read(tmp_path / "shire", scenarios=row.scenarios, overrides=row.overrides)
            if row.case == "hard":
                with pytest.raises(InfeasibleError) as none:
                    solve(data)
                alone = Entry.of_failure(Case(data, SolveSettings()), none.value).run
                assert (row.status, row.message, row.npv) == ("infeasible", "; ".join(none.value.reasons), None)
            else:
                plan = solve(data)
                alone = plan.document.run
                assert (row.status, row.npv, row.bound, row.gap) == (plan.status, plan.npv, plan.bound, plan.gap)
                assert (row.annual_saving, row.go_lives) == (plan.summary.annual_saving, plan.summary.go_lives)
            assert row.run == alone
            assert store.find(row.run).label == row.case
        assert {run.command for run in store.runs()} == {"sweep"}
        assert len(store.runs()) == len(found.document.rows)
        assert check(store) == []
    assert sweep(shire, ENDINGS, jobs=1).document == found.document
    assert [row.case for row in found.document.rows] == ["base", *(case.name for case in ENDINGS)]


def test_what_the_rows_tell(shire: Instance) -> None:
    """The difference from the base in pounds and in sentences, and what it all comes to."""
    found = sweep(
        shire,
        {
            "as it is": [],
            "less": ["economics.duplication_avoided=0.4"],
            "nothing": ["economics.duplication_avoided=0", "economics.process_saving=0"],
        },
    )
    base, same, less, nothing = found.document.rows
    assert (base.difference, base.arrangements, base.differences) == (None, None, ())
    assert (same.run, same.difference, same.arrangements) == (base.run, 0.0, 0)
    assert less.npv is not None
    assert base.npv is not None
    assert (less.difference, less.arrangements) == (pytest.approx(less.npv - base.npv), 0)
    assert less.difference < 0
    assert (nothing.npv, nothing.partnerships, nothing.arrangements) == (0, 0, base.go_lives)
    assert nothing.differences[0].startswith("payroll: no longer shared by ")
    assert list(found.document.summary) == [
        "2 of 3 cases have the partnerships of the base; in the others the best plan is another.",
        f"NPV is highest in as it is, £{base.npv:,.0f} (as much as the base), and lowest in nothing, £0 (£{base.npv:,.0f} less than the base).",
        "Nothing both pays and keeps the rules, so that every council keeps its services, in nothing.",
    ]
    assert found.table.shape[0] == 4
    assert found.row("less") == less
    assert repr(found) == "Swept(3 cases, complete=True)"


def test_nothing_is_solved_twice(tmp_path: Path, shire: Instance) -> None:
    """What solve, or an earlier sweep, has recorded is taken from the store; two cases that ask the same are one solve."""
    address, plan = tmp_path / "store.db", solve(shire)
    with Store(address) as store:
        store.record(Entry.of_plan(Case(shire, SolveSettings()), plan))
    first, second, third = Counted(), Counted(), Counted()
    twins = [*shares(0.1, 0.2), SweepCase("twin", (), ("economics.duplication_avoided=0.2",))]
    found = sweep(shire, twins, store=address, watcher=first)
    assert (first.tasks, first.known, first.finished) == (3, 1, 2)
    assert found.row("base").run == plan.document.run
    assert found.row("twin").run == found.row("duplication_avoided=0.2").run
    assert sweep(shire, twins, store=address, watcher=second).document == found.document
    assert (second.known, second.finished) == (3, 0)
    sweep(shire, twins, store=address, gap=0.01, watcher=third)
    assert (third.known, third.finished) == (0, 3)
    with Store(address) as store:
        assert len(store.runs()) == 6


def test_a_case_that_kills_its_process(tmp_path: Path, shire: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row says so, after three attempts; one that dies once is solved; the others lose nothing, and no process is left behind."""
    monkeypatch.setattr("optimiser.sweep.study.answer_to", deadly)
    cases = [
        SweepCase("dies", (), ("economics.duplication_avoided=0.9",)),
        SweepCase(f"stumbles at {tmp_path / 'mark'}", (), ("economics.duplication_avoided=0.8",)),
        *CASES,
    ]
    before, watcher = children_of(os.getpid()), Counted()
    with Store(tmp_path / "store.db") as store:
        found = sweep(shire, cases, store=store, jobs=2, watcher=watcher)
        assert len(store.runs()) == len(cases)
    assert watcher.finished == len(cases) + 1
    dead, stumbled, *others = found.document.rows[1:]
    assert (dead.status, dead.npv, dead.run) == ("crashed", None, "")
    assert dead.message == (
        "the process that solved it was killed (SIGKILL), in each of 3 attempts; there may be too little memory: try fewer --jobs"
    )
    assert (tmp_path / "mark").exists()
    assert {row.status for row in (stumbled, *others)} == {"optimal"}
    assert not found.document.complete
    assert children_of(os.getpid()) == before
    monkeypatch.undo()
    assert sweep(shire, CASES).document.rows[1:] == tuple(others)


def test_processes_as_windows_has_them(shire: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """No descriptor is passed on: the same rows, a crash is told, and no process stays."""
    cases = [SweepCase("dies", (), ("economics.duplication_avoided=0.3",)), *shares(0.1, 0.2)]
    monkeypatch.setattr("optimiser.sweep.study.answer_to", deadly)
    before = children_of(os.getpid())
    usual = sweep(shire, cases, jobs=2).document.rows
    monkeypatch.setattr("optimiser.sweep.local.PASSES_DESCRIPTORS", False)
    rows = sweep(shire, cases, jobs=2).document.rows
    assert rows == usual
    assert [row.status for row in rows] == ["optimal", "crashed", "optimal", "optimal"]
    assert gone(children_of(os.getpid()) - before - {resource_tracker()})


def resource_tracker() -> int:
    """The process that multiprocessing leaves to look after what it shares."""
    from multiprocessing import resource_tracker

    return int(resource_tracker._resource_tracker._pid or 0)  # type: ignore[attr-defined]


def test_a_case_that_fails(shire: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit that confirms nothing, a defect, a worker of other versions: rows that say so, without a traceback."""
    monkeypatch.setattr("optimiser.sweep.study.answer_to", unsound)
    names = ("audit", "defect", "other versions", "sound")
    found = sweep(shire, {name: [f"economics.duplication_avoided=0.1{number}"] for number, name in enumerate(names)}, jobs=2)
    audit, defect, other, sound = found.document.rows[1:]
    assert {row.status for row in (audit, defect, other)} == {"failed"}
    assert "did not pass its audit" in audit.message
    assert "Thanet: £1 too much" in audit.message
    assert defect.message == "a defect of the optimiser: KeyError: 'nothing'; please report it"
    assert other.message.startswith(
        "the worker has other versions, which could give another plan, so that it was not solved: pyomo 0.1 there, "
    )
    assert sound.status == "optimal"


@pytest.mark.long
def test_a_stop_keeps_what_is_finished(tmp_path: Path, shire: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows that are left say so; workers end at once; the next sweep goes on from there."""
    monkeypatch.setattr("optimiser.sweep.study.answer_to", slow)
    stop, before = threading.Event(), children_of(os.getpid())

    class Stopping(Counted):
        def done(self) -> None:
            super().done()
            stop.set()

    cases = [*CASES, SweepCase("long", (), ("economics.duplication_avoided=0.3",))]
    began = time.monotonic()
    found = sweep(shire, cases, store=tmp_path / "store.db", jobs=2, interrupt=stop, watcher=Stopping())
    assert time.monotonic() - began < 30
    assert found.interrupted
    finished = [row for row in found.document.rows if row.status == "optimal"]
    assert 1 <= len(finished) <= 3
    assert {row.status for row in found.document.rows[1:] if row not in finished} == {"not solved"}
    assert children_of(os.getpid()) == before
    monkeypatch.undo()
    watcher = Counted()
    again = sweep(shire, cases, store=tmp_path / "store.db", watcher=watcher)
    assert again.document.complete
    assert watcher.known == len(finished)


@pytest.mark.long
def test_in_postgresql(server: Server, shire: Instance) -> None:
    """As in SQLite."""
    watcher, url = Counted(), server.database()
    found = sweep(shire, CASES, store=url, jobs=2)
    assert sweep(shire, CASES, store=url, watcher=watcher).document == found.document
    assert watcher.finished == 0
    with Store(url) as store:
        assert check(store) == []


@pytest.mark.long
def test_a_store_that_fails_in_the_middle(tmp_path: Path, shire: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep ends with what was recorded; what could not be recorded does not count as finished."""
    with Store(tmp_path / "store.db") as store:
        record = store.record

        def full(entry: Entry) -> bool:
            if len(store.runs()) == 2:
                raise StoreError("the store is full")
            return record(entry)

        monkeypatch.setattr(store, "record", full)
        found = sweep(shire, CASES, store=store, jobs=2)
        assert found.trouble == "the store is full"
        assert {run.run for run in store.runs()} == {row.run for row in found.document.rows if row.run}
        assert sum(row.status == "not solved" for row in found.document.rows) == len(CASES) + 1 - 2
        assert check(store) == []


def test_processes_that_cannot_begin(shire: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said once, with why, and not as a row for each case."""
    monkeypatch.setattr("optimiser.sweep.local.START", "import sys\nsys.exit(3)")
    with pytest.raises(WorkersError, match="a process that was to solve cases ended with code 3 as it began"):
        sweep(shire, CASES, jobs=2)
    monkeypatch.undo()
    monkeypatch.setattr(sys, "path", [part for part in sys.path if "site-packages" not in part])
    with pytest.raises(WorkersError, match="could not begin: ModuleNotFoundError"):
        sweep(shire, CASES, jobs=2)


@pytest.mark.long
def test_settings_go_to_the_workers(shire: Instance) -> None:
    """Another objective, seed and gap are in the run; a limit of no time stops them all."""
    from formulations import Objective

    settings = SolveSettings(objective=Objective("net_saving"), seed=7, gap=0.01)
    found = sweep(shire, CASES[:1], settings)
    row = found.document.rows[1]
    alone = solve(read_again(shire, row.overrides), replace(settings, interrupt=threading.Event()))
    assert (row.run, row.objective_value) == (alone.document.run, alone.document.objective_value)
    assert found.document.manifest["solve"]["objective"] == "net_saving"


def read_again(instance: Instance, overrides: tuple[str, ...]) -> Instance:
    """With overrides."""
    from instances import apply

    return apply(instance, overrides=overrides)


@pytest.mark.long
def test_a_script_without_a_guard(tmp_path: Path, shire: Instance) -> None:
    """Processes do not run the program that began the sweep."""
    program = tmp_path / "program.py"
    program.write_text(
        "print('begun')\nfrom instances import read\nfrom optimiser.sweep import grid, sweep\n"
        f"found = sweep(read({str(tmp_path / 'shire')!r}), grid('economics.duplication_avoided=0.1,0.2'), jobs=2)\n"
        "print(len(found.table), found.document.complete)\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == ("begun\n3 True\n", "")
