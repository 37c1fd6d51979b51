"""Two starts of a job at once: one works, the other says so and leaves; other jobs are not held up."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jobs import resolved, run, write_job
from warmed import Begun, Warmed

from optimiser.store import Store, check, resolutions


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store can be, with nothing there yet."""
    return str(tmp_path / "store.db") if request.param == "sqlite" else str(request.getfixturevalue("server").database())


@pytest.fixture
def working(tmp_path: Path, warmed: Warmed, store: str) -> Iterator[Begun]:
    """A start that is at work as long as there is no file `go`: it waits until somebody has been told."""
    source = write_job(tmp_path / "shire")
    tell = f"sh -c 'touch {tmp_path}/ready; until test -e {tmp_path}/go; do sleep 0.05; done'"
    begun = warmed.begin("resolve", source, "--store", store, "--notify", tell)
    for _ in range(1200):
        if (tmp_path / "ready").exists():
            break
        time.sleep(0.05)
    else:
        pytest.fail(begun.err)
    yield begun
    (tmp_path / "go").touch()
    begun.wait()


def test_the_other_leaves(tmp_path: Path, working: Begun, store: str) -> None:
    """At once, with exit code 0 and nothing done; nobody is told. It has its turn once the first has ended."""
    write_job(tmp_path / "shire", cost=140_000)  # there is something to do
    began = time.monotonic()
    said = run("resolve", tmp_path / "shire", "--store", store, "--exit-code", "--notify", f"touch {tmp_path}/told")
    report = resolved(tmp_path / "shire", store)
    assert time.monotonic() - began < 2
    assert said.stdout == "shire is being resolved by another process; nothing was done\n"
    assert report == {"status": "busy", "event": "busy", "job": "shire"}
    with Store(store) as opened:
        assert len(opened.runs()) == 1
        assert [one.status for one in resolutions.owed(opened, "shire")] == ["first"]
    (tmp_path / "go").touch()
    assert working.wait() == 0
    assert working.out.startswith("Small\nThe first recommendation of this job.")
    assert resolved(tmp_path / "shire", store)["status"] == "plan_stays"
    assert not (tmp_path / "told").exists()
    with Store(store) as opened:
        assert check(opened) == []
        assert len(opened.runs()) == 2
        assert resolutions.owed(opened, "shire") == []


def test_other_jobs_are_not_held_up(tmp_path: Path, working: Begun, store: str) -> None:
    """A job of another name, with an override or in another store works meanwhile; so does whoever records, adopts and lists."""
    given = [tmp_path / "shire", store]
    assert resolved(*given, "--job", "another")["status"] == "first"
    assert resolved(*given, "--set", "rules.minimum_saving=0.01")["status"] == "first"
    run("solve", tmp_path / "shire", "--store", store, "--quiet", "--out", tmp_path / "plan")
    with Store(store) as opened:
        opened.adopt(opened.runs()[0])
    assert resolved(tmp_path / "shire", tmp_path / "another.db")["status"] == "first"
    assert resolved(*given)["status"] == "busy"
    (tmp_path / "go").touch()
    assert working.wait() == 0
    with Store(store) as opened:
        assert check(opened) == []
        assert {name: resolutions.last(opened, name) is not None for name in ("shire", "another")} == {"shire": True, "another": True}


@pytest.mark.parametrize("how", ["killed", "ended"])
def test_the_lock_ends_with_its_process(tmp_path: Path, working: Begun, store: str, how: str) -> None:
    """However it ends, and while what it has begun to tell goes on."""
    working.send(signal.SIGKILL if how == "killed" else signal.SIGTERM)
    assert working.wait() == (-signal.SIGKILL if how == "killed" else 130)
    given = [tmp_path / "shire", store, "--notify", f"touch {tmp_path}/told"]
    assert resolved(*given)["status"] == "first"
    assert (tmp_path / "told").exists()
    assert resolved(*given)["status"] == "unchanged"


@pytest.mark.long
def test_many_at_once(tmp_path: Path, warmed: Warmed, store: str) -> None:
    """Of ten that begin at once one works, in a store that is not there yet too; each says what it did."""
    source = write_job(tmp_path / "shire")
    for cost, headline in ((100_000, "The first recommendation"), (140_000, "The recommended plan")):
        write_job(source, cost=cost)
        begun = [warmed.begin("resolve", source, "--store", store) for _ in range(10)]
        assert [one.wait() for one in begun] == [0] * 10, [one.err for one in begun]
        said = [one.out for one in begun]
        assert sum(headline in one for one in said) == 1
        assert all(headline in one or "by another process" in one or "Nothing has changed" in one for one in said)
    with Store(store) as opened:
        assert check(opened) == []
        assert len(opened.runs()) == 2
