"""What goes wrong with a store: said in words, without secrets, with nothing lost and nothing half there."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import Server
from recorded import entry

from optimiser.store import Store, StoreError, UnknownRunError, check
from optimiser.store.address import Address

WRITERS = 200
WRITE = """
import os, sys
sys.path.insert(0, sys.argv[1])
from recorded import entry
from optimiser.store import Store
import sqlalchemy.dialects.postgresql.psycopg, sqlalchemy.dialects.sqlite.pysqlite

address, first, last = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
entries = [entry(number) for number in range(first, last)]
begin, go = os.pipe()
children = []
for one in entries:
    if not (child := os.fork()):
        os.close(go)
        os.read(begin, 1)  # all at once
        with Store(address) as store:
            store.record(one)
        os.write(1, (one.run + "\\n").encode())
        os._exit(0)
    children.append(child)
os.close(begin)
os.close(go)
sys.exit(sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0 for child in children))
"""


def write_at_once(address: str, first: int, last: int) -> list[str]:
    """Runs that as many processes say they have recorded, each by itself, in a store that is not there yet or is."""
    tests = str(Path(__file__).parents[1])
    done = subprocess.run([sys.executable, "-c", WRITE, tests, address, str(first), str(last)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a store can be, with nothing there yet."""
    if request.param == "sqlite":
        yield str(tmp_path / "store.db")
    else:
        yield request.getfixturevalue("server").database()


@pytest.mark.parametrize("writers", [12, pytest.param(WRITERS, marks=pytest.mark.long)])
def test_many_writers_lose_nothing(address: str, writers: int) -> None:
    """They even make the store, all at once; every run that was reported is there, and whole."""
    said = write_at_once(address, 1, writers + 1)
    assert len(set(said)) == writers
    with Store(address) as store:
        assert {run.run for run in store.runs()} == set(said)
        assert check(store) == []


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    """What was there is still there; with room again it goes on."""
    with Store(tmp_path / "store.db") as store:
        store.record(entry())
        with sqlite3.connect(tmp_path / "store.db") as raw:
            pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.close()
        store.engine.dispose()

        def full(connection: sqlite3.Connection, record: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages}").close()

        from sqlalchemy import event

        event.listen(store.engine, "connect", full)
        with pytest.raises(StoreError, match=r"store\.db could not be written, since its disk is full; nothing was recorded, and what was"):
            store.record(entry(1))
        event.remove(store.engine, "connect", full)
        assert [run.run for run in store.runs()] == [entry().run]
        assert check(store) == []
        assert store.record(entry(1))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for a few runs."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700k", "none", str(folder)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("a small file system can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    """Runs are recorded until there is no more room; those that were reported are whole."""
    kept: list[str] = []

    def fill(store: Store) -> None:
        for number in range(200):
            store.record(entry(number))
            kept.append(entry(number).run)

    with Store(small_disk / "store.db") as store:
        with pytest.raises(StoreError, match="since its disk is full"):
            fill(store)
        assert kept
        assert {run.run for run in store.runs()} == set(kept)
        assert check(store) == []
    with Store(small_disk / "store.db") as store:
        assert {run.run for run in store.runs()} == set(kept)


def test_what_is_no_store(tmp_path: Path) -> None:
    """A file of something else, a folder, a place that cannot be, a file that may not be read."""
    (tmp_path / "letter.txt").write_text("Dear councillor, " * 100, encoding="utf-8")
    with pytest.raises(StoreError, match=r"letter\.txt is damaged or is no store; put back a copy, or name another file"):
        Store(tmp_path / "letter.txt")
    with pytest.raises(StoreError, match="cannot be opened: its folder is missing or may not be written"):
        Store(tmp_path)
    with pytest.raises(StoreError, match=r"cannot be made: (File exists|Not a directory)"):
        Store(tmp_path / "letter.txt" / "deeper" / "store.db")
    with pytest.raises(UnknownRunError, match=r"there is no store at .*; solve, sweep and resolve make it"):
        Store(tmp_path / "none.db", create=False)
    assert not (tmp_path / "none.db").exists()
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE councils (council)")
    other.close()
    Store(tmp_path / "other.db").close()  # an instance's database may have the store too


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("mysql://u:p4ss@h/d", "the store mysql://u:***@h/d cannot be: it is SQLite or PostgreSQL"),
        ("sqlite://", "the store needs a file: what is in memory is gone with the program"),
        ("sqlite:///:memory:", "the store needs a file"),
        ("postgresql://u:p4ss@h:port/d", "the store postgresql://u:***@h:port/d is not a URL that can be read"),
    ],
)
def test_addresses_that_cannot_be(given: str, says: str) -> None:
    """Each is refused before anything is done, and no password is shown."""
    with pytest.raises(StoreError, match=re.escape(says)) as refused:
        Address(given)
    assert "p4ss" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://owner:wr0ng-w0rd@127.0.0.1:PORT/postgres",
        "postgresql://owner@127.0.0.1:PORT/postgres?password=wr0ng-w0rd",
        "postgresql://owner:wr0ng-w0rd@127.0.0.1:1/postgres",
        "postgresql://owner:wr0ng-w0rd@no-such-host.invalid:5432/postgres",
        "postgresql+psycopg://owner:wr0ng-w0rd@127.0.0.1:PORT/postgres?sslmode=require&sslpassword=wr0ng-w0rd",
    ],
)
def test_secrets_are_not_shown(server: Server, url: str) -> None:
    """A wrong password, nobody there, no such server: what is wrong is said without the password, in errors and in what caused them."""
    with pytest.raises(StoreError) as refused:
        Store(url.replace("PORT", str(server.port)))
    error: BaseException | None = refused.value
    assert str(error).startswith("the store postgresql")
    while error is not None:
        assert "wr0ng-w0rd" not in str(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_addresses_are_shown_without_secrets() -> None:
    """A file as it is; a URL with stars."""
    assert str(Address("runs/store.db")) == "runs/store.db"
    assert str(Address("sqlite:////data/store.db")) == "/data/store.db"
    shown = str(Address("postgresql://planner:s3cret@server:5433/kent?sslmode=require&password=other"))
    assert shown == "postgresql://planner:***@server:5433/kent?sslmode=require&password=***"


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everything")
def test_a_store_that_may_not_be_written(tmp_path: Path) -> None:
    """Said before anything is lost."""
    with Store(tmp_path / "store.db") as store:
        (tmp_path / "store.db").chmod(0o444)
        tmp_path.chmod(0o555)
        with pytest.raises(StoreError, match="may not be written"):
            store.record(entry())
