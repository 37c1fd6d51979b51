"""What goes wrong with `resolve`: said in words, with nothing lost, and made good by the next start."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from jobs import kept, resolved, run, write_job
from sqlalchemy import event, inspect
from sqlalchemy.engine import Engine

from optimiser.store import Store, resolutions
from optimiser.store.migrate import HEAD, configuration, version

IMPOSSIBLE = "minimum_total_saving = { amount = 900_000_000, year = 2 }"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The data."""
    return write_job(tmp_path / "shire")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where the store is to be."""
    return tmp_path / "store.db"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store of either kind can be."""
    return str(tmp_path / "store.db") if request.param == "sqlite" else str(request.getfixturevalue("server").database())


def not_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on solving is a fault."""
    monkeypatch.setattr("optimiser.resolve.resolving.answered", lambda case: pytest.fail("nothing is to be solved"))


# A full disk


def test_no_room_for_the_run(source: Path, store: Path) -> None:
    """Exit code 1, and the store is named; with room again the next start does all of it."""
    resolved(source, store)
    write_job(source, cost=140_000)
    with full(store, 0):
        said = run("resolve", source, "--store", store, code=1).stderr
    assert re.fullmatch(
        r"the store .*store\.db could not be written, since its disk is full; nothing was recorded, and what was there is still there\n",
        said,
    )
    assert kept(store) == (1, "first")
    assert resolved(source, store)["status"] == "plan_stays"
    assert kept(store) == (2, "plan_stays")


def test_no_room_for_what_it_came_to(source: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its run is recorded, and the disk full after it: the next start reports it without solving again."""
    resolved(source, store)
    write_job(source, cost=140_000)

    def without_room(opened: Store, found: resolutions.Resolution) -> None:
        with full(store, 0):
            resolutions.record(opened, replace(found, report={**found.report, "long": os.urandom(20_000).hex()}))

    with monkeypatch.context() as patch:
        patch.setattr("optimiser.resolve.command.record", without_room)
        assert "could not be written, since its disk is full" in run("resolve", source, "--store", store, code=1).stderr
    assert kept(store) == (2, "first")
    not_solved(monkeypatch)
    assert resolved(source, store)["status"] == "plan_stays"
    assert kept(store) == (2, "plan_stays")


class full:  # noqa: N801 - reads as a sentence
    """While it lasts, SQLite finds room for so many pages more only."""

    def __init__(self, store: Path, more: int) -> None:
        with sqlite3.connect(store) as raw:
            self.pages = raw.execute("PRAGMA page_count").fetchone()[0] + more
        raw.close()

    def __enter__(self) -> None:
        event.listen(Engine, "connect", self.limit)

    def __exit__(self, *given: object) -> None:
        event.remove(Engine, "connect", self.limit)

    def limit(self, connection: sqlite3.Connection, record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {self.pages}").close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", str(folder)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("a small file system can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path, left: int) -> None:
    """Leave so many bytes."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    free = int(subprocess.run(["df", "-B1", "--output=avail", str(disk)], capture_output=True, text=True, check=True).stdout.split()[-1])
    ballast.write_bytes(b"x" * max(0, free - left))


@pytest.mark.parametrize("left", [0, 65_536, *(pytest.param(left, marks=pytest.mark.long) for left in (4096, 40_960, 49_152, 81_920))])
def test_a_disk_that_is_really_full(source: Path, disk: Path, left: int) -> None:
    """Whatever is left: the store is named, it is whole, and with room again the next start does what is to do."""
    store = disk / "store.db"
    resolved(source, store)
    write_job(source, cost=140_000)
    fill(disk, left)
    said = run("resolve", source, "--store", store, code=1).stderr
    assert re.fullmatch(r"the store .*store\.db could not be written, since its disk is full; nothing .*still there\n", said), said
    (disk / "ballast").unlink()
    assert kept(store)[1] == "first"
    assert resolved(source, store)["status"] == "plan_stays"
    assert kept(store) == (2, "plan_stays")


def test_no_room_for_a_first_store(source: Path, disk: Path) -> None:
    """Not even its tables; with room again the job begins."""
    fill(disk, 8192)
    assert "since its disk is full" in run("resolve", source, "--store", disk / "store.db", code=1).stderr
    (disk / "ballast").unlink()
    assert resolved(source, disk / "store.db")["status"] == "first"
    assert kept(disk / "store.db") == (1, "first")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("form", [(), pytest.param(("--log-json",), marks=pytest.mark.long)], ids=["words", "log"])
def test_no_room_for_the_report(source: Path, store: Path, form: tuple[str, ...]) -> None:
    """Exit code 1 in a word, with what it came to recorded."""
    words = ["resolve", str(source), "--store", str(store), *form]
    with Path("/dev/full").open("w") as output:
        done = subprocess.run([sys.executable, "-m", "optimiser", *words], stdout=output, stderr=subprocess.PIPE, text=True, check=False)
    said = "the result could not be printed: No space left on device"
    assert done.returncode == 1
    assert (json.loads(done.stderr.splitlines()[-1])["message"] if form else done.stderr.removesuffix("\n")) == said
    assert kept(store) == (1, "first")


# Arguments


@pytest.mark.parametrize("target", ["nobody-has-this-program", "https://host:port/x", "''"])
def test_a_target_that_cannot_be(source: Path, store: Path, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2 before any work; not even the store is made."""
    not_solved(monkeypatch)
    run("resolve", source, "--store", store, "--notify", target, code=2)
    assert not store.exists()


def test_a_place_for_the_report_that_cannot_be(source: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2 before any work, too."""
    not_solved(monkeypatch)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "minutes.docx").write_text("mine", encoding="utf-8")
    run("resolve", source, "--store", store, "--out", tmp_path / "out", "--overwrite", code=2)
    assert not store.exists()


# Faults in the data


def test_faults_in_the_data(source: Path, store: Path) -> None:
    """Every one is said, with exit code 2 every time; nothing is recorded. Mended, they are a change like any other, or none."""
    resolved(source, store)
    good = {path.name: path.read_bytes() for path in source.iterdir()}
    (source / "baselines.csv").write_text(good["baselines.csv"].decode().replace("150000", "much").replace("Yew", "You"), encoding="utf-8")
    (source / "instance.toml").write_text(good["instance.toml"].decode().replace("tranches", "transhes"), encoding="utf-8")
    for _ in range(2):
        said = run("resolve", source, "--store", store, "--notify", "false", code=2).stderr
        assert all(one in said for one in ("row 3, annual_cost", "'You'", "transhes")), said
        assert kept(store) == (1, "first")
    (source / "instance.toml").unlink()
    run("resolve", source, "--store", store, code=2)
    for name, content in good.items():
        (source / name).write_bytes(content)
    assert resolved(source, store)["status"] == "unchanged"
    write_job(source, cost=140_000)
    assert resolved(source, store)["status"] == "plan_stays"


def test_data_that_are_not_there(tmp_path: Path, store: Path) -> None:
    """Exit code 2, and nothing is recorded."""
    assert "nowhere" in run("resolve", tmp_path / "nowhere", "--store", store, code=2).stderr
    run("resolve", f"sqlite:///{tmp_path}/nowhere.db", "--store", store, code=2)
    assert not store.exists() or kept(store) == (0, None)


# Without a plan


def test_no_plan_is_said_until_there_is_one(source: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unchanged, or with a comment more: still exit code 3. With a plan again it is compared with the last that there was."""
    before = resolved(source, store)["run"]
    write_job(source, rules=IMPOSSIBLE)
    report = resolved(source, store, code=3)
    assert (report["status"], report["before"]) == ("no_plan", before)
    with monkeypatch.context() as patch:
        not_solved(patch)
        assert resolved(source, store, code=3)["status"] == "unchanged"
        with (source / "instance.toml").open("a", encoding="utf-8") as file:
            file.write("# why?\n")
        said = run("resolve", source, "--store", store, code=3).stdout
        assert (
            said == f"The source looks different, but holds the same data: run {report['run']} stands, which gave no plan (infeasible).\n"
        )
        assert resolved(source, store, code=3)["status"] == "unchanged"
    write_job(source, cost=140_000)
    again = resolved(source, store)
    assert (again["status"], again["before"]) == ("plan_stays", before)


def test_none_found_in_time_is_said_until_there_is_one(source: Path, store: Path) -> None:
    """Exit code 5 as long as nothing changes."""
    given = ("--time-limit", "0.000001")
    assert resolved(source, store, *given, code=5)["plan"]["status"] == "no_plan"
    assert resolved(source, store, *given, code=5)["status"] == "unchanged"
    (source / "councils.csv").write_text((source / "councils.csv").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert resolved(source, store, *given, code=5)["status"] == "same_data"
    assert resolved(source, store)["status"] == "first"


# The store


def test_without_a_store(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to go on from: exit code 2, however it is asked for."""
    not_solved(monkeypatch)
    for given in ([], ["--store", "none"]):  # the environment of the tests says none too
        assert run("resolve", source, *given, code=2).stderr == "resolve goes on from what the store has; --store none leaves it nothing\n"


def test_a_store_of_an_older_version(source: Path, either: str) -> None:
    """It is brought up to date, and its runs stay."""
    run("solve", source, "--store", either, "--quiet", "--out", source.parent / "plan")
    with Store(either) as opened, opened.transaction(writes=True) as connection:
        command.downgrade(configuration(connection), "0001")
        assert not inspect(connection).has_table("resolved_runs")
    assert resolved(source, either)["status"] == "first"
    assert resolved(source, either)["status"] == "unchanged"
    with Store(either) as opened, opened.transaction() as connection:
        assert version(connection) == HEAD
    assert kept(either) == (1, "first")  # what solve has answered is not solved again


def test_a_store_that_is_none(source: Path, store: Path) -> None:
    """Exit code 1, with the way out."""
    store.write_text("Dear councillor, " * 100, encoding="utf-8")
    assert "is damaged or is no store; put back a copy, or name another file" in run("resolve", source, "--store", store, code=1).stderr


def test_a_server_that_goes_away(source: Path, server: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connections are cut while the job is at work: nothing is lost, and no lock stays behind."""
    from postgres import Server

    assert isinstance(server, Server)
    address = server.database("goes_away")
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'goes_away'"
    from optimiser import notify

    def away(target: str, report: object) -> None:
        server.run("postgres", cut)

    monkeypatch.setattr(notify, "notify", away)
    assert resolved(source, address, "--notify", "true")["status"] == "first"
    assert resolved(source, address)["status"] == "unchanged"
    assert kept(address) == (1, "first")


@pytest.mark.parametrize("keep", [["--keep", "0"], pytest.param(["--older-than", "0"], marks=pytest.mark.long)], ids=["keep", "older"])
def test_pruning_leaves_what_the_job_goes_on_from(source: Path, either: str, keep: list[str]) -> None:
    """The last answer, and the last plan where that has none; nothing has changed for the next start."""
    for cost in (100_000, 101_000):
        last = resolved(write_job(source, cost=cost), either)["run"]
    none = resolved(write_job(source, rules=IMPOSSIBLE), either, code=3)["run"]
    run("runs", "prune", *keep, "--store", either)
    with Store(either) as opened:
        assert {one.run for one in opened.runs()} == {last, none}
    assert resolved(source, either, code=3)["status"] == "unchanged"
    report = resolved(write_job(source, cost=140_000), either)
    assert (report["status"], report["before"]) == ("plan_stays", last)
    run("runs", "prune", *keep, "--store", either)
    assert kept(either) == (1, "plan_stays")
    assert resolved(source, either)["status"] == "unchanged"
