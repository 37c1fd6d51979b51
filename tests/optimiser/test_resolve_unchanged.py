"""Where nothing has changed `resolve` is over at once: nothing heavy is loaded, nothing is solved, nothing is recorded."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from jobs import resolved, run, write_job

from optimiser.store import Store, resolutions

SECONDS = 1.0
HEAVY = ("alembic", "highspy", "networkx", "numpy", "openpyxl", "pandas", "psycopg", "pyomo", "scipy", "solvers", "formulations")


@pytest.fixture(params=["folder", "workbook", "database"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """East Kent as a folder, a workbook or a database."""
    place = {"folder": tmp_path / "kent", "workbook": tmp_path / "kent.xlsx", "database": f"sqlite:///{tmp_path}/kent.db"}
    run("new", place[request.param], "--from", "east-kent")
    return str(place[request.param])


def test_it_is_over_within_a_second(source: str, tmp_path: Path) -> None:
    """Of processor time, the start of the program included; neither tables nor models nor solvers are loaded.

    Nobody is told, and the store stays as it is, byte for byte.
    """
    store = tmp_path / "store.db"
    first, kept = resolved(source, store), store.read_bytes()
    words = ["resolve", source, "--store", str(store), "--exit-code", "--notify", "false"]
    code = (
        "import json, sys\nfrom optimiser.cli import app\n"
        f"try:\n    app({words!r})\nexcept SystemExit as left:\n    assert not left.code, left.code\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert "Nothing has changed since" in shown
        assert f"run {first['run']} stands: NPV £11,910,886" in " ".join(shown.split())
        assert json.loads(shown.splitlines()[-1]) == []
        assert store.read_bytes() == kept
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if seconds < SECONDS:
            return
    pytest.fail(f"{seconds:.2f} seconds, at the third attempt")


def test_the_report_of_an_unchanged_start(tmp_path: Path) -> None:
    """The last one, which says that nothing has changed."""
    source, store = write_job(tmp_path / "shire"), tmp_path / "store.db"
    first = resolved(source, store)
    assert resolved(source, store) == {**first, "status": "unchanged", "event": "unchanged"}


def test_touched_saved_anew_or_with_a_comment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files with another date are unchanged; with a comment, or lines that end otherwise, the data are the same, once."""
    source, store = write_job(tmp_path / "shire"), tmp_path / "store.db"
    first = resolved(source, store)
    monkeypatch.setattr("optimiser.resolve.resolving.answered", lambda case: pytest.fail("nothing is to be solved"))
    for path in source.iterdir():
        os.utime(path, (1, 1))
    (source / "notes.txt").write_text("not read", encoding="utf-8")
    (source / ".hidden.csv").write_text("not read", encoding="utf-8")
    assert resolved(source, store)["status"] == "unchanged"

    def comment() -> None:
        with (source / "instance.toml").open("a", encoding="utf-8") as file:
            file.write("# Checked by the treasurer.\n")

    def as_elsewhere() -> None:
        for path in source.glob("*.csv"):
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    for change in (comment, as_elsewhere):
        change()
        given = ("--exit-code", "--notify", "false")  # nobody is told
        again = resolved(source, store, *given)
        assert (again["status"], again["run"], again["recommendation_changed"]) == ("same_data", first["run"], False)
        assert resolved(source, store, *given)["status"] == "unchanged"
    (source / "instance.toml").unlink()
    run("resolve", source, "--store", store, code=2)


def test_another_file_is_a_change(tmp_path: Path) -> None:
    """A table that is new, empty or gone may change what the data say."""
    source, store = write_job(tmp_path / "shire"), tmp_path / "store.db"
    resolved(source, store)
    (source / "commitments.csv").write_text("council,service,decision,other,go_live\nYew,,stays_out,,\n", encoding="utf-8")
    assert resolved(source, store)["status"] == "plan_changed"
    (source / "commitments.csv").unlink()
    assert resolved(source, store)["status"] == "plan_changed"
    (source / "comitments.csv").write_text("council\n", encoding="utf-8")
    run("resolve", source, "--store", store, code=2)


def test_a_database_that_has_the_store_too(tmp_path: Path) -> None:
    """What the job records itself is no change of the data; a cell is."""
    write_job(tmp_path / "shire")
    source = f"sqlite:///{tmp_path}/shire.db"
    run("new", source, "--from", tmp_path / "shire")
    first = resolved(source, tmp_path / "shire.db")
    assert (first["status"], first["instance"]) == ("first", "shire")
    assert resolved(source, tmp_path / "shire.db")["status"] == "unchanged"
    with sqlite3.connect(tmp_path / "shire.db") as raw:
        raw.execute("VACUUM")
        raw.execute("UPDATE baselines SET annual_cost = 140000 WHERE council = 'Ash' AND service = 'payroll'")
    raw.close()
    report = resolved(source, tmp_path / "shire.db")
    assert [(one["path"], one["new"]) for one in report["comparison"]["changes"]] == [("baselines.Ash.payroll.annual_cost", 140_000)]
    with Store(tmp_path / "shire.db") as store:
        last = resolutions.last(store, "shire")
        assert last is not None
        assert last.run == report["run"]


def test_asked_otherwise_it_is_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same data with other settings, overrides or versions are solved again, and the report says why; a later solver may find more."""
    source, store = write_job(tmp_path / "shire"), tmp_path / "store.db"
    resolved(source, store)

    def because(*options: str) -> list[str]:
        report = resolved(source, store, *options)
        assert report["status"] == "plan_stays"
        assert resolved(source, store, *options)["status"] == "unchanged"
        return list(report["because"])

    assert because("--seed", "3") == ["settings"]
    assert because("--seed", "3", "--set", "rules.minimum_saving=0.01", "--job", "shire") == ["overrides"]
    monkeypatch.setattr("optimiser.versions.versions", lambda: {"highspy": "99"})
    assert because() == ["overrides", "settings", "versions"]
