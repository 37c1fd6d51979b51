"""`solve` records its run; `runs` lists, shows, adopts, exports, prunes and checks what is recorded."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from postgres import ENCODED, PASSWORD, Server
from recorded import entry, none_found
from typer.testing import CliRunner, Result

from optimiser.cli import app
from optimiser.plan import Plan
from optimiser.store import Store

IMPOSSIBLE = "rules.minimum_total_saving={ amount = 900_000_000, year = 3 }"


def run(*arguments: object, code: int = 0) -> Result:
    """Run the command in this process."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with the store where it is by default."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPTIMISER_STORE")
    return tmp_path


def listed(*arguments: object) -> list[dict[str, object]]:
    """What `runs list --json` says."""
    found = json.loads(run("runs", "list", "--json", *arguments).stdout)["runs"]
    assert isinstance(found, list)
    return found


def test_solve_records_its_run(desk: Path) -> None:
    """Beside the files of the run, in one store for the folder that one works in; the same run once."""
    run("solve", "east-kent", "--quiet")
    run("solve", "east-kent", "--quiet", "--out", "again")
    run("solve", "east-kent", "--quiet", "--set", "rules.minimum_saving=0.05", "--out", "lower")
    lower, first = listed()
    assert first["run"] == Plan.from_json(desk / "again" / "plan.json").document.run
    assert lower["run"] == Plan.from_json(desk / "lower" / "plan.json").document.run
    assert (desk / "runs" / "store.db").is_file()
    assert run("runs", "check").stdout == "2 runs; every one is whole.\n"


def test_scenarios_are_the_label(desk: Path) -> None:
    """So that a list says what was solved."""
    run("solve", "east-kent", "--quiet", "--scenario", "shepway-joins-later")
    assert [one["label"] for one in listed()] == ["shepway-joins-later"]
    assert "solve: shepway-joins-later" in run("runs", "list").stdout


def test_what_has_no_plan_is_recorded_too(desk: Path) -> None:
    """With the reasons, and shown with them."""
    run("solve", "east-kent", "--quiet", "--set", IMPOSSIBLE, code=3)
    (found,) = listed()
    assert (found["status"], found["npv"]) == ("infeasible", None)
    shown = run("runs", "show", found["run"]).stdout
    assert "No plan: no plan exists." in shown
    assert "Override rules.minimum_total_saving: None -> " in shown
    assert "minimum_total_saving" in shown.partition("No plan:")[2]
    assert "no plan exists" in run("runs", "list").stdout
    assert "has no plan to adopt: no plan exists" in run("runs", "adopt", found["run"], code=2).stderr


def test_where_the_store_is(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option goes before the environment, which goes before the default; nothing is recorded where that is asked for."""
    run("solve", "pannel", "--quiet", "--store", "none")
    assert not (desk / "runs" / "store.db").exists()
    monkeypatch.setenv("OPTIMISER_STORE", "environment.db")
    run("solve", "pannel", "--quiet", "--out", "a")
    run("solve", "pannel", "--quiet", "--out", "b", "--store", "option.db")
    assert (desk / "environment.db").is_file()
    assert (desk / "option.db").is_file()
    assert not (desk / "runs" / "store.db").exists()
    assert len(listed("--store", "option.db")) == 1
    assert "name a file or a URL" in run("runs", "list", "--store", "none", code=2).stderr


def test_no_store_yet(desk: Path) -> None:
    """Asking makes none."""
    assert "there is no store at runs/store.db; solve, sweep and resolve make it" in run("runs", "list", code=2).stderr
    assert not any(desk.iterdir())


def test_a_store_that_cannot_be_used_is_said_before_anything_is_solved(desk: Path) -> None:
    """And nothing is written."""
    (desk / "letter.txt").write_text("Dear councillor, " * 100, encoding="utf-8")
    said = run("solve", "east-kent", "--store", "letter.txt", code=1).stderr
    assert said == "the store letter.txt is damaged or is no store; put back a copy, or name another file\n"
    assert not (desk / "runs").exists()


def test_a_run_that_cannot_be_recorded_still_has_its_files(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan is not lost, and the exit code says that something went wrong."""
    from optimiser.store import StoreError

    def full(self: Store, found: object) -> bool:
        raise StoreError("the store runs/store.db could not be written, since its disk is full")

    monkeypatch.setattr(Store, "record", full)
    said = run("solve", "east-kent", "--quiet", "--out", "plan", code=1).stderr
    assert "its disk is full\nthe plan is in plan; --store names another store, --store none records nothing" in said
    assert Plan.from_json(desk / "plan" / "plan.json").npv > 0
    said = run("solve", "east-kent", "--quiet", "--set", IMPOSSIBLE, code=3).stderr
    assert "its disk is full" in said
    assert "no plan for 'east-kent' meets all that is asked" in said


def test_a_run_is_shown_as_it_was_reported(desk: Path) -> None:
    """The same summary months later, from the store alone; and the same files."""
    solved = run("solve", "east-kent", "--out", "plan", "--set", "rules.minimum_saving=0.08").stdout
    name = str(listed()[0]["run"])
    shown = run("runs", "show", name[:5], "--out", "again").stdout
    assert shown.startswith("Recorded 20")
    assert "HiGHS" in shown
    assert "Override rules.minimum_saving: 0.1 -> 0.08" in shown
    summary = solved.removesuffix("Files: plan\n")
    assert summary in shown
    for file in ("plan.json", "partnerships.csv", "councils.csv", "cashflow.csv", "rules.csv"):
        assert (desk / "again" / file).read_bytes() == (desk / "plan" / file).read_bytes()
    assert "is not empty" in run("runs", "show", name, "--out", "again", code=2).stderr
    document = json.loads(run("runs", "show", name, "--json").stdout)["document"]
    assert document == json.loads((desk / "plan" / "plan.json").read_text(encoding="utf-8"))


def test_unknown_runs(desk: Path) -> None:
    """A message, no traceback, and exit code 2."""
    run("solve", "pannel", "--quiet")
    for command in (["show", "zz"], ["adopt", "zz"], ["prune", "zz"], ["export", "zz", "--out", "x"]):
        assert "has no run 'zz'; `optimiser runs list` shows those that it has" in run("runs", *command, code=2).stderr


def test_adoption(desk: Path) -> None:
    """What was decided is said in the list and in the run, and stays."""
    run("solve", "east-kent", "--quiet")
    run("solve", "east-kent", "--quiet", "--set", "rules.minimum_saving=0.05")
    second, first = (str(one["run"]) for one in listed())
    assert run("runs", "adopt", first).stdout == f"Run {first} is the adopted plan of east-kent.\n"
    assert run("runs", "adopt", first).stdout == f"Run {first} is already the adopted plan of east-kent.\n"
    assert run("runs", "adopt", second).stdout == f"Run {second} is the adopted plan of east-kent; before it was {first}.\n"
    assert "Adopted 20" in run("runs", "show", first).stdout
    assert "was adopted and stays" in run("runs", "prune", first, code=2).stderr
    assert run("runs", "prune", "--keep", 0).stdout.endswith("0 runs gone.\n")
    assert len(listed()) == 2


def test_pruning(desk: Path) -> None:
    """By name, by age, by number of each instance; a dry run takes nothing away; something has to be said."""
    with Store(desk / "store.db") as store:
        for number in range(5):
            store.record(entry(number, instance="kent" if number < 3 else "devon"))
        store.record(none_found())
    given = ["--store", "store.db"]
    assert "say which runs are to go" in run("runs", "prune", *given, code=2).stderr
    assert "not both" in run("runs", "prune", entry().run, "--keep", 1, *given, code=2).stderr
    assert run("runs", "prune", "--keep", 1, "--dry-run", *given).stdout.endswith("3 runs would go.\n")
    assert len(listed(*given)) == 6
    assert run("runs", "prune", "--keep", 1, "--older-than", 1, *given).stdout == "0 runs gone.\n"
    run("runs", "prune", entry(1).run, *given)
    assert {one["run"] for one in listed(*given)} == {entry(number).run for number in (0, 2, 3, 4)} | {none_found().run}
    run("runs", "prune", "--keep", 1, "--instance", "kent", *given)
    assert {one["run"] for one in listed(*given)} == {entry(number).run for number in (2, 3, 4)} | {none_found().run}
    run("runs", "prune", "--older-than", 0, *given)
    assert listed(*given) == []
    assert run("runs", "list", *given).stdout == "No runs.\n"


def test_export(desk: Path) -> None:
    """Parquet files that other programs read, with every figure of the runs."""
    with Store(desk / "store.db") as store:
        for one in (entry(), entry(1), none_found()):
            store.record(one)
    run("runs", "export", "--out", "all", "--store", "store.db")
    tables = {path.stem: pd.read_parquet(path) for path in (desk / "all").iterdir()}
    assert set(tables) == {"runs", "overrides", "inputs", "arrangements", "councils", "cashflow"}
    assert set(tables["runs"].run) == {entry().run, entry(1).run, none_found().run}
    of_first = tables["runs"].set_index("run").loc[entry().run]
    assert json.loads(of_first["manifest"]) == entry().row["manifest"]
    assert of_first["npv"] == entry().row["npv"]
    flows = tables["cashflow"][tables["cashflow"].run == entry().run]
    assert flows.amount.tolist() == [row["amount"] for row in entry().parts["run_cash_flows"]]
    assert len(tables["arrangements"]) == 2 * len(entry().parts["run_arrangements"])
    assert "is not empty" in run("runs", "export", "--out", "all", "--store", "store.db", code=2).stderr
    run("runs", "export", entry(1).run[:8], "--out", "all", "--overwrite", "--store", "store.db")
    assert set(pd.read_parquet(desk / "all" / "councils.parquet").run) == {entry(1).run}


def test_check_names_what_is_damaged(desk: Path) -> None:
    """With exit code 1."""
    with Store(desk / "store.db") as store:
        store.record(entry())
    with sqlite3.connect("store.db") as raw:
        raw.execute("DELETE FROM run_results WHERE council = 'Dover'")
    raw.close()
    said = run("runs", "check", "--store", "store.db", code=1)
    assert said.stderr == f"run {entry().run}: 3 of 4 rows in run_results\n"
    assert json.loads(run("runs", "check", "--store", "store.db", "--json", code=1).stdout)["faults"]


def test_lists(desk: Path) -> None:
    """Newest first, cut to what is asked for; 20 unless more are asked for."""
    with Store(desk / "store.db") as store:
        for number in range(23):
            store.record(entry(number))
        store.record(none_found())
    given = ["--store", "store.db"]
    assert len(listed(*given)) == 20
    assert len(listed("--limit", 0, *given)) == 24
    assert [one["run"] for one in listed("--status", "no_plan", *given)] == [none_found().run]
    assert listed("--instance", "devon", *given) == []
    assert "time limit, no plan" in run("runs", "list", *given).stdout
    assert run("runs", "list", "--quiet", *given).stdout == ""


def test_on_a_server(desk: Path, server: Server) -> None:
    """The same by URL; the password is nowhere in what is printed or written."""
    url = server.database()
    run("solve", "east-kent", "--quiet", "--out", "plan", "--store", url)
    shown = [
        run("runs", *command, "--store", url).output
        for command in (["list"], ["list", "--json"], ["check"], ["list", "--status", "feasible"])
    ]
    name = json.loads(shown[1])["runs"][0]["run"]
    shown += [run("runs", *command, "--store", url).output for command in (["show", name], ["adopt", name], ["export", "--out", "tables"])]
    shown.append(run("runs", "show", "zz", "--store", url, code=2).output)
    assert len(listed("--store", url)) == 1
    for secret in (PASSWORD, ENCODED):
        assert secret not in "".join(shown)
        assert not any(secret.encode() in file.read_bytes() for file in desk.rglob("*") if file.is_file())


def test_a_list_loads_nothing_heavy(desk: Path) -> None:
    """Neither tables nor solvers: a list is there at once."""
    run("solve", "pannel", "--quiet")
    code = (
        "import json, sys\nfrom optimiser.cli import app\n"
        "try:\n    app(['runs', 'list'])\nexcept SystemExit as left:\n    assert not left.code, left.code\n"
        "print(json.dumps([name for name in ('highspy', 'networkx', 'pandas', 'pyomo', 'scipy', 'alembic') if name in sys.modules]))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout.splitlines()[-1]) == []


def test_a_run_of_the_store_can_be_started_from_and_adopted(desk: Path) -> None:
    """By its id instead of its folder, with the same result; a folder of that name goes first."""
    run("solve", "east-kent", "--quiet", "--out", "folder")
    name = str(listed()[0]["run"])
    changed = ["solve", "east-kent", "--set", "baselines.Dover.it_services.annual_cost *= 1.1", "--json"]
    for option in (["--warm-start"], ["--change-cost", 1000, "--adopted"]):
        by_folder, by_id = (json.loads(run(*changed, *option, which).stdout) for which in ("folder", name[:6]))
        assert by_id == by_folder
        assert (by_id["manifest"]["solve"]["warm_start"], by_id["changes"]) in [(name, None), (None, 0)]
    said = run(*changed, "--warm-start", "abcdef", code=2).stderr
    assert "--warm-start abcdef is no folder of a run, and the store runs/store.db has no run 'abcdef'" in said
    assert "--adopted a/b cannot be read: No such file or directory" in run(*changed, "--adopted", "a/b", code=2).stderr
    (desk / name).mkdir()
    assert "cannot be read" in run(*changed, "--warm-start", name, code=2).stderr
