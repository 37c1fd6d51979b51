"""`sweep` on the command line: files, JSON, exit codes, a stop, a full disk."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from sweeping import IMPOSSIBLE, children_of, gone, small_shire
from typer.testing import CliRunner, Result

from optimiser.cli import app
from optimiser.store import Store, check
from optimiser.sweep.result import SweepDocument

GRID = "economics.duplication_avoided=0.1,0.2"


def run(*arguments: object, code: int = 0) -> Result:
    """Run the command in this process."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the instance `shire`, and the store where it is by default."""
    small_shire(tmp_path / "shire")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPTIMISER_STORE")
    return tmp_path


def test_files_terminal_and_json(desk: Path) -> None:
    """The same in all; the same bytes from the store as when it was solved."""
    (desk / "cases.toml").write_text(f"[cases]\nhard = ['{IMPOSSIBLE}']\nlow = ['economics.duplication_avoided = 0.3']\n", encoding="utf-8")
    asked = ["sweep", "shire", "--cases", "cases.toml", "--grid", "services.*.growth=0,0.01", "--jobs", 2]
    shown = run(*asked, "--out", "one").stdout
    document = json.loads((desk / "one" / "sweep.json").read_text(encoding="utf-8"))
    assert json.loads(run(*asked, "--json").stdout) == document
    SweepDocument.model_validate(document)
    run(*asked, "--out", "two", "--quiet")
    assert (desk / "one" / "sweep.csv").read_bytes() == (desk / "two" / "sweep.csv").read_bytes()
    assert (desk / "one" / "sweep.json").read_bytes() == (desk / "two" / "sweep.json").read_bytes()
    table = pd.read_csv(desk / "one" / "sweep.csv")
    assert table["case"].tolist() == ["base", "hard & growth=0", "hard & growth=0.01", "low & growth=0", "low & growth=0.01"]
    assert table["services.*.growth"].tolist()[1:] == [0, 0.01, 0, 0.01]
    assert table["status"].tolist() == ["optimal", "infeasible", "infeasible", "optimal", "optimal"]
    assert list(table.columns[:5]) == ["case", "scenarios", "overrides", "services.*.growth", "run"]
    words = " ".join(shown.split())
    assert f"£{table['npv'][0]:,.0f}" in words
    assert "No plan meets all that is asked in hard & growth=0 and hard & growth=0.01." in words
    assert "hard & growth=0.01 (infeasible): this cannot be had: minimum_total_saving" in words
    assert "is not empty" in run(*asked, "--out", "one", code=2).stderr
    run(*asked, "--out", "one", "--overwrite", "--quiet")


def test_the_store_knows_what_solve_has_solved(desk: Path) -> None:
    """And `runs` shows what the sweep has, by the name of the case."""
    run("solve", "shire", "--quiet", "--set", "economics.duplication_avoided=0.1", "--out", "plan")
    found = json.loads(run("sweep", "shire", "--grid", GRID, "--json").stdout)
    listed = json.loads(run("runs", "list", "--json").stdout)["runs"]
    assert {one["run"] for one in listed} == {row["run"] for row in found["rows"]}
    assert sorted((one["command"], one["label"]) for one in listed) == [
        ("solve", ""),
        ("sweep", "base"),
        ("sweep", "duplication_avoided=0.2"),
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "say what to sweep: --cases FILE, --grid"),
        (["--cases", "none.csv"], "there is no such file"),
        (["--grid", "economics.duplication_avoidd=1"], "did you mean 'economics.duplication_avoided'?"),
        (["--each", "deer"], "did you mean 'dear'?"),
        (["--scenario", "dear", "--combinations", "all"], "scenario dear is applied to every case already"),
        (["--grid", GRID, "--year", "2"], "--year belongs to --objective yearly-position"),
        (["--grid", GRID, "--solver", "gurobi"], "'gurobi' is not installed"),
        (["--grid", GRID, "--out", "shire"], "is not empty"),
        (["--grid", GRID, "--scheduler", "nonsense"], "--scheduler nonsense is not the address of a scheduler; write tcp://HOST:8786"),
    ],
)
def test_what_cannot_be_swept(desk: Path, arguments: list[str], says: str) -> None:
    """With a message and exit code 2; nothing is written."""
    assert says in run("sweep", "shire", *arguments, code=2).stderr
    assert not (desk / "runs").exists() or not Store("runs/store.db").runs()


def test_faults_of_the_instance_and_of_the_cases_at_once(desk: Path) -> None:
    """So that one reading is enough."""
    (desk / "cases.csv").write_text("case,override\na,oops\n", encoding="utf-8")
    with (desk / "shire" / "baselines.csv").open("a", encoding="utf-8") as file:
        file.write("Nowhere,payroll,1,0,0,1,no\n")
    said = run("sweep", "shire", "--cases", "cases.csv", code=2).stderr
    assert "'Nowhere' is not in councils.csv" in said
    assert "cases.csv row 2, case 'a', oops: has no '='" in said


def test_stopped_at_a_limit(desk: Path) -> None:
    """Exit code 4, and what is known."""
    found = json.loads(run("sweep", "shire", "--grid", GRID, "--time-limit", 0, "--json", "--store", "none", code=4).stdout)
    assert {row["status"] for row in found["rows"]} <= {"feasible", "no_plan", "optimal"}
    assert not (desk / "runs").exists()


def begun(desk: Path, *arguments: object, **options: object) -> subprocess.Popen[str]:
    """A sweep of its own that takes some seconds, begun."""
    command = [
        sys.executable,
        "-m",
        "optimiser",
        "sweep",
        "south-london-waste",
        "--grid",
        "economics.discount_rate=0.01,0.02,0.03,0.04,0.05,0.06",
    ]
    return subprocess.Popen(
        [*command, *map(str, arguments)], cwd=desk, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )  # type: ignore[call-overload,no-any-return]


def recorded(desk: Path) -> int:
    """How many runs the store has."""
    if not (desk / "runs" / "store.db").exists():
        return 0
    with Store(desk / "runs" / "store.db") as store:
        return len(store.runs())


def until_recorded(desk: Path, count: int) -> None:
    """Wait for some runs."""
    until = time.monotonic() + 60
    while recorded(desk) < count:
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.long
def test_ctrl_c(desk: Path) -> None:
    """What is finished is in the store and in the table, the rest says that it is not solved; the same command goes on."""
    sweep = begun(desk, "--jobs", 2, "--out", "out")
    until_recorded(desk, 2)
    workers = children_of(sweep.pid)
    assert len(workers) == 2
    sweep.send_signal(signal.SIGINT)
    out, said = sweep.communicate(timeout=30)
    assert sweep.returncode == 130
    assert said == "interrupted; what is finished is in the store, and the same command goes on from there\n"
    assert "not solved" in out
    assert gone(workers)
    rows = pd.read_csv(desk / "out" / "sweep.csv")
    assert (rows.status == "optimal").sum() == recorded(desk) >= 2
    assert set(rows.status) == {"optimal", "not solved"}
    again = begun(desk, "--jobs", 2, "--out", "out", "--quiet")
    assert (again.wait(60), again.communicate()) == (0, ("", ""))
    assert set(pd.read_csv(desk / "out" / "sweep.csv").status) == {"optimal"}
    assert recorded(desk) == 7


@pytest.mark.long
def test_progress_on_a_terminal(desk: Path) -> None:
    """Only there: how many of how many."""
    ours, theirs = pty.openpty()
    sweep = subprocess.Popen(
        [sys.executable, "-m", "optimiser", "sweep", "shire", "--grid", GRID], cwd=desk, stdout=subprocess.DEVNULL, stderr=theirs
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 10_000):
            said += part
    except OSError:  # the other end is closed
        pass
    assert sweep.wait(60) == 0
    assert b"3/3" in said


@pytest.fixture
def small_disk(desk: Path) -> Iterator[Path]:
    """A file system of its own with room for a few runs."""
    folder = desk / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "none", str(folder)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("a small file system can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.long
def test_a_disk_that_is_full(desk: Path, small_disk: Path) -> None:
    """Said; what was recorded stays and is whole; with room again the same command goes on."""
    values = ",".join(f"0.0{number}" for number in range(10, 50))
    asked = ["sweep", "east-kent", "--grid", f"economics.turnover={values}", "--store", small_disk / "store.db", "--json", "--jobs", 2]
    result = run(*asked, code=1)
    assert "could not be written, since its disk is full; nothing was recorded, and what was there is still there" in result.stderr
    found = json.loads(result.stdout)
    kept = {row["run"] for row in found["rows"] if row["run"]}
    assert 0 < len(kept) < 41
    assert {row["status"] for row in found["rows"]} == {"optimal", "not solved"}
    with Store(small_disk / "store.db") as store:
        assert {run.run for run in store.runs()} == kept
        assert check(store) == []
    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    assert json.loads(run(*asked).stdout)["complete"]
