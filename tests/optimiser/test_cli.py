"""The command line as its users run it: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from benchmarks.region import write_region
from typer.testing import CliRunner, Result

import formulations
from optimiser.audit import Audit
from optimiser.cli import app
from optimiser.files import FILES
from optimiser.plan import Plan


def run(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A region that is far from proven within the seconds that these tests take."""
    folder = tmp_path_factory.mktemp("hard") / "region"
    write_region(folder, councils=18, services=12, tranches=8, seed=1)
    return folder


def test_solve_writes_all_files_and_ends_with_0(tmp_path: Path) -> None:
    """All files are there, share one run id, and plan.json reads back as the plan."""
    result = run("solve", "east-kent", "--out", tmp_path / "plan")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "plan").iterdir()) == sorted(FILES)
    plan = Plan.from_json(tmp_path / "plan" / "plan.json")
    assert plan.status == "optimal"
    assert plan.document.run
    for name in FILES:
        assert plan.document.run in (tmp_path / "plan" / name).read_text(encoding="utf-8")


def test_json_is_one_document_and_nothing_else(tmp_path: Path) -> None:
    """Stdout holds plan.json and stderr nothing."""
    result = run("solve", "bromsgrove-redditch", "--out", tmp_path / "plan", "--json")
    assert result.stderr == ""
    assert json.loads(result.stdout) == json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))


def test_quiet_says_nothing(tmp_path: Path) -> None:
    """No summary, no progress."""
    result = run("solve", "bromsgrove-redditch", "--out", tmp_path / "plan", "--quiet")
    assert (result.stdout, result.stderr, result.exit_code) == ("", "", 0)


def test_two_runs_give_the_same_plan_byte_for_byte(tmp_path: Path) -> None:
    """Every file but the manifest, which holds times, is the same."""
    for name in ("one", "two"):
        assert run("solve", "east-kent", "--out", tmp_path / name, "--quiet").exit_code == 0
    for name in FILES:
        if name != "manifest.json":
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_without_out_a_run_goes_to_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """runs/INSTANCE/RUN; a second run that is the same leaves the first as it is."""
    monkeypatch.chdir(tmp_path)
    assert run("solve", "bromsgrove-redditch", "--quiet").exit_code == 0
    (folder,) = (tmp_path / "runs" / "bromsgrove-redditch").iterdir()
    before = (folder / "manifest.json").read_bytes()
    assert run("solve", "bromsgrove-redditch", "--quiet").exit_code == 0
    assert list((tmp_path / "runs" / "bromsgrove-redditch").iterdir()) == [folder]
    assert (folder / "manifest.json").read_bytes() == before


def test_a_run_is_not_overwritten_unless_asked(tmp_path: Path) -> None:
    """Exit 2 before any work; --overwrite replaces a run, never anything else."""
    out = tmp_path / "plan"
    assert run("solve", "bromsgrove-redditch", "--out", out, "--quiet").exit_code == 0
    before = (out / "plan.json").read_bytes()
    refused = run("solve", "east-kent", "--out", out, "--quiet")
    assert refused.exit_code == 2
    assert "--overwrite" in refused.stderr
    assert (out / "plan.json").read_bytes() == before
    assert run("solve", "east-kent", "--out", out, "--quiet", "--overwrite").exit_code == 0
    assert (out / "plan.json").read_bytes() != before
    (out / "minutes.docx").write_text("mine", encoding="utf-8")
    assert run("solve", "east-kent", "--out", out, "--quiet", "--overwrite").exit_code == 2
    assert (out / "minutes.docx").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_reader_who_has_seen_enough(tmp_path: Path, form: tuple[str, ...]) -> None:
    """`| head` closes the pipe: the plan is written and the exit code is that of the plan."""
    command = [sys.executable, "-m", "optimiser", "solve", "bromsgrove-redditch", "--out", str(tmp_path / "plan"), *form]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (0, b"")
    assert (tmp_path / "plan" / "plan.json").is_file()


def test_infeasible_is_3_and_says_what_clashes(tmp_path: Path) -> None:
    """A host that a contract-like decision rules out: the demand and the rule are named; nothing is written."""
    copy = tmp_path / "case"
    assert run("new", copy, "--from", "bromsgrove-redditch").exit_code == 0
    (copy / "commitments.csv").write_text(
        "council,service,decision,other,go_live\nRedditch,,shares_with,Bromsgrove,\nRedditch,,stays_out,,\n", encoding="utf-8"
    )
    result = run("solve", copy, "--out", tmp_path / "plan")
    assert result.exit_code == 3, result.output
    assert "Redditch is to share" in result.stderr
    assert "commitments" in result.stderr
    assert not (tmp_path / "plan").exists()
    data = json.loads(run("solve", copy, "--out", tmp_path / "plan", "--json").stdout)
    assert data["status"] == "infeasible"
    assert data["reasons"]


def test_unknown_scenario_and_bad_override_are_2(tmp_path: Path) -> None:
    """Usage errors name the nearest and write nothing."""
    result = run("solve", "east-kent", "--scenario", "nonsense", "--set", "rules.minimum_savin=off", "--out", tmp_path / "plan")
    assert result.exit_code == 2
    assert "'nonsense' is not a scenario" in result.stderr
    assert "did you mean 'rules.minimum_saving'?" in result.stderr
    assert not any(tmp_path.iterdir())


def test_missing_solver_is_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A back end that is not installed is the user's to install."""
    monkeypatch.setenv("PATH", "")
    result = run("solve", "bromsgrove-redditch", "--solver", "glpk", "--out", tmp_path / "plan")
    assert result.exit_code == 2
    assert "glpk" in result.stderr.lower()


def test_a_plan_that_fails_its_audit_is_1_and_never_a_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The faults are said, the document is saved apart for the report of the defect, and no run is written."""
    monkeypatch.chdir(tmp_path)
    found = Audit(faults=("npv: £1.00 in the plan, £2.00 by the audit (£1.00 apart)",), rules=(), npv=2.0)
    monkeypatch.setattr("optimiser.pipeline.audit", lambda *_: found)
    result = run("solve", "bromsgrove-redditch", "--out", tmp_path / "plan")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "did not pass its audit" in result.stderr
    assert found.faults[0] in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    (dump,) = (tmp_path / "runs").iterdir()
    assert json.loads(dump.read_text(encoding="utf-8"))["faults"] == list(found.faults)


def test_a_plan_that_the_model_values_otherwise_is_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model's objective and the plan's NPV are compared before the plan is reported."""
    monkeypatch.chdir(tmp_path)
    settle = formulations.settle
    monkeypatch.setattr(formulations, "settle", lambda *given: (settle(*given)[0], settle(*given)[1] + 0.001))
    result = run("solve", "bromsgrove-redditch", "--out", tmp_path / "plan")
    assert result.exit_code == 1
    assert "by the model (£1.00 apart)" in result.stderr


def test_trouble_without_a_name_is_1_and_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect is said in one line; the traceback is there for those who ask."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("optimiser.pipeline.solve", fail)
    result = run("solve", "bromsgrove-redditch", "--out", tmp_path / "plan")
    assert result.exit_code == 1
    assert "a defect of the optimiser: ZeroDivisionError: oh" in result.stderr
    assert "Traceback" not in result.stderr
    assert not any(tmp_path.iterdir())


def test_overrides_are_logged_with_old_and_new(tmp_path: Path) -> None:
    """The manifest tells what --set changed."""
    result = run("solve", "east-kent", "--set", "rules.minimum_saving=0.12", "--out", tmp_path / "plan", "--json")
    (change,) = json.loads(result.stdout)["manifest"]["overrides"]
    assert change == {"override": "rules.minimum_saving = 0.12", "path": "rules.minimum_saving", "old": 0.1, "new": 0.12}


def test_validate_says_what_an_instance_holds(tmp_path: Path) -> None:
    """Counts, rules and the graph on request."""
    result = run("validate", "east-kent", "--graphml", tmp_path / "graph.graphml")
    assert result.exit_code == 0
    assert "No faults." in result.stdout
    assert "minimum_saving: 0.1" in result.stdout
    assert (tmp_path / "graph.graphml").read_text(encoding="utf-8").startswith("<?xml")


def test_new_empty_instance_explains_every_column(tmp_path: Path) -> None:
    """The tables have their headers; instance.toml names each column with its unit; validate says what is missing."""
    folder = tmp_path / "mine"
    assert run("new", folder).exit_code == 0
    text = (folder / "instance.toml").read_text(encoding="utf-8")
    header = (folder / "baselines.csv").read_text(encoding="utf-8").strip().split(",")
    assert header[:3] == ["council", "service", "annual_cost"]
    assert all(f"#   {column}" in text for column in header)
    result = run("validate", folder)
    assert result.exit_code == 2
    assert "councils.csv: has no rows" in result.stderr


def test_new_refuses_a_folder_that_holds_something(tmp_path: Path) -> None:
    """Exit 2, and what was there stays."""
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert run("new", tmp_path).exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    "arguments",
    [("--from", "east-kent", "--area", "Kent"), ("--area", "Kent"), ("--data", "england")],
    ids=["from and area", "area without data", "data without area"],
)
def test_new_refuses_options_that_do_not_go_together(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Exit 2 and nothing written."""
    assert run("new", tmp_path / "mine", *arguments).exit_code == 2
    assert not any(tmp_path.iterdir())


def test_time_limit_without_a_plan_is_5(hard: Path, tmp_path: Path) -> None:
    """Nothing is written."""
    result = run("solve", hard, "--time-limit", "0.001", "--out", tmp_path / "plan")
    assert result.exit_code == 5, result.output
    assert "stopped at the time limit before a plan was found" in result.stderr
    assert not (tmp_path / "plan").exists()


@pytest.mark.long
def test_time_limit_with_a_plan_is_4(hard: Path, tmp_path: Path) -> None:
    """The incumbent is saved with its proven gap, and the gap is stated; that of the empty plan, worth nothing, is none."""
    for seconds in (4, 8, 16, 32, 64):  # how soon there is a plan, and one worth anything, depends on the machine
        result = run("solve", hard, "--gap", "0", "--time-limit", seconds, "--out", tmp_path / "plan", "--overwrite")
        if result.exit_code == 5:
            continue
        assert result.exit_code == 4, result.output
        plan = Plan.from_json(tmp_path / "plan" / "plan.json")
        assert plan.status == "feasible"
        if plan.npv:
            break
        assert plan.gap is None
        assert "its gap is not known" in result.stderr
    assert plan.gap is not None
    assert plan.gap > 0
    assert plan.bound == pytest.approx(plan.npv * (1 + plan.gap))
    assert "stopped at the time limit" in result.stderr
    assert f"gap {plan.gap:.3%}" in result.stderr


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_keeps_the_incumbent_and_is_130(hard: Path, tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C or SIGTERM as soon as there is a plan: the plan is saved."""
    out = tmp_path / "plan"
    primary, secondary = pty.openpty()  # progress is shown to a terminal only
    command = [sys.executable, "-m", "optimiser", "solve", str(hard), "--gap", "0", "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=secondary, start_new_session=True)
    os.close(secondary)
    shown = _read_until(primary, "best £", seconds=120)
    process.send_signal(number)
    shown += _read_until(primary, None, seconds=120)
    assert process.wait(timeout=120) == 130, shown
    os.close(primary)
    plan = Plan.from_json(out / "plan.json")
    assert plan.document.manifest["termination"] == "interrupted"
    assert plan.npv > 0
    assert "interrupted; the best plan so far is in" in shown.replace("\r\n", "")


def _read_until(terminal: int, text: str | None, seconds: float) -> str:
    """What a terminal shows, until a text appears or it closes."""
    shown, until = "", time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # closed by the other side
            break
        shown += piece.decode(errors="replace")
        if not piece or (text is not None and text in shown):
            break
    return shown
