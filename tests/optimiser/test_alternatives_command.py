"""The command `alternatives`: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import optimiser.alternatives.search
from optimiser import Plan
from optimiser import solve as solve_plan
from optimiser.alternatives.result import AlternativesDocument
from optimiser.cli import app
from optimiser.files import FILES as RUN_FILES

FILES = ["alternatives.json", "differences.csv", "hosts.csv", "manifest.json", "pairings.csv", "plans.csv"]


def run(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, ["alternatives", *(str(argument) for argument in arguments)])


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """South London Waste: three hosts that are worth the same, and its output."""
    out = tmp_path_factory.mktemp("runs") / "waste"
    return out, run("south-london-waste", "--out", out)


def document(out: Path) -> AlternativesDocument:
    return AlternativesDocument.model_validate_json((out / "alternatives.json").read_text(encoding="utf-8"))


def test_files(done: tuple[Path, Result]) -> None:
    """All of them with the search's id, and each plan as a run of its own."""
    out, result = done
    assert (result.exit_code, result.stderr) == (0, "")
    found = document(out)
    assert sorted(path.name for path in out.iterdir()) == sorted([*FILES, "plan-1", "plan-2", "plan-3"])
    for name in FILES:
        assert found.study in (out / name).read_text(encoding="utf-8")
    for plan in found.plans:
        folder = out / f"plan-{plan.number}"
        assert set(RUN_FILES) <= {path.name for path in folder.iterdir()}
        assert Plan.from_json(folder / "plan.json").document == plan.document


def test_tables(done: tuple[Path, Result]) -> None:
    """They say what the document says."""
    out, _ = done
    found = document(out)
    plans = pd.read_csv(out / "plans.csv")
    assert plans["npv"].tolist() == pytest.approx([plan.npv for plan in found.plans])
    assert plans["trade"].fillna("").tolist() == [plan.trade for plan in found.plans]
    assert len(pd.read_csv(out / "pairings.csv")) == len(found.pairings)
    assert len(pd.read_csv(out / "hosts.csv")) == len(found.hosts)
    assert pd.read_csv(out / "differences.csv").groupby("plan").size().tolist() == [plan.differs[0] for plan in found.plans[1:]]


def test_manifest(done: tuple[Path, Result]) -> None:
    """Data, settings, versions, what was looked for, how long it took."""
    out, _ = done
    manifest, found = json.loads((out / "manifest.json").read_text(encoding="utf-8")), document(out)
    assert {"digests", "settings", "overrides", "versions", "finished", "seconds"} <= set(manifest)
    assert manifest["sought"] == {"count": 5, "within": 0.05, "differ": 1}
    assert manifest["plans"] == [plan.run for plan in found.plans]
    assert (manifest["ended"], manifest["instance"], len(manifest["seconds"])) == ("share", "south-london-waste", 3)


def test_what_is_printed(done: tuple[Path, Result]) -> None:
    """The best plan in a line, the table, a sentence for each other plan, what all have, where the files are."""
    out, result = done
    said = " ".join(result.stdout.split())
    best = solve_plan(optimiser.alternatives.command.read("south-london-waste"))
    assert f"Best plan: worth £{best.npv / 1e6:.2f} million (NPV), proven optimal; 1 partnership, 4 councils" in said
    assert "2 other plans within 5% of it" in said
    assert "none is worth more than" in said
    assert "Plan 2 is worth as much" in said
    assert "host Kingston in place of Croydon" in said
    assert (
        "What all 3 plans have in common: Waste treatment and disposal contracts: Croydon, Kingston, Merton and Sutton are together" in said
    )
    assert f"Files: {out}" in said
    assert not any(line != line.rstrip() for line in result.stdout.splitlines() if line.startswith("  "))


def test_json_and_quiet(tmp_path: Path) -> None:
    """One document on stdout and nothing else; or nothing at all."""
    said = run("bromsgrove-redditch", "--count", 2, "--out", tmp_path / "json", "--json")
    assert (said.stderr, said.exit_code) == ("", 0)
    assert json.loads(said.stdout) == json.loads((tmp_path / "json" / "alternatives.json").read_text(encoding="utf-8"))
    quiet = run("bromsgrove-redditch", "--count", 2, "--out", tmp_path / "quiet", "--quiet")
    assert (quiet.stdout, quiet.stderr, quiet.exit_code) == ("", "", 0)


def test_twice_the_same_byte_for_byte(done: tuple[Path, Result], tmp_path: Path) -> None:
    """Every file but those that tell the time."""
    out, _ = done
    assert run("south-london-waste", "--out", tmp_path / "again", "--quiet").exit_code == 0
    for path in sorted(out.rglob("*")):
        if path.is_file() and path.name != "manifest.json":
            assert path.read_bytes() == (tmp_path / "again" / path.relative_to(out)).read_bytes(), path.name


def test_without_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """runs/INSTANCE/alternatives-ID; once more leaves it as it is; another share is another search."""
    monkeypatch.chdir(tmp_path)
    arguments = ("bromsgrove-redditch", "--count", 2, "--quiet")
    assert run(*arguments).exit_code == 0
    (folder,) = (tmp_path / "runs" / "bromsgrove-redditch").iterdir()
    assert folder.name == f"alternatives-{document(folder).study}"
    before = (folder / "manifest.json").read_bytes()
    assert run(*arguments).exit_code == 0
    assert (folder / "manifest.json").read_bytes() == before
    assert run(*arguments, "--within", 0.5).exit_code == 0
    assert len(list((tmp_path / "runs" / "bromsgrove-redditch").iterdir())) == 2


def test_overrides_count(tmp_path: Path) -> None:
    """--set and --differ: with Croydon as host decided, no plan has another."""
    decided = "rules.maximum_partnerships = 1", "commitments += { council = 'Croydon', decision = 'hosts' }"
    result = run("south-london-waste", *(part for text in decided for part in ("--set", text)), "--within", 0.5, "--out", tmp_path / "a")
    assert result.exit_code == 0, result.output
    assert {host.host for host in document(tmp_path / "a").hosts} == {"Croydon"}


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--count", 0, "count 0 is too small; ask for 1 plan or more"),
        ("--within", 1.01, "within 1.01 is not a share; give one from 0 to 1"),
        ("--within", -0.1, "within -0.1 is not a share"),
        ("--within", "nan", "within nan is not a share"),
        ("--within", "5%", "Invalid value for '--within'"),
        ("--differ", 0, "differ 0 is too small"),
    ],
)
def test_bad_options(tmp_path: Path, option: str, value: object, said: str) -> None:
    """Exit 2, what is wrong and what is expected, nothing written."""
    result = run("bromsgrove-redditch", option, value, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "out").exists()


def test_an_instance_that_is_none(tmp_path: Path) -> None:
    """Exit 2 and the nearest name; infeasible is 3."""
    result = run("south-london-wast", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "south-london-waste" in result.stderr
    infeasible = run("bromsgrove-redditch", "--set", "rules.minimum_total_saving = { amount = 1e9, year = 2 }", "--out", tmp_path / "out")
    assert infeasible.exit_code == 3
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_overwritten_unless_asked(tmp_path: Path) -> None:
    """Nor is it where anything else is in the folder, or in that of a plan."""
    out, arguments = tmp_path / "out", ("bromsgrove-redditch", "--count", 2, "--quiet", "--out", tmp_path / "out")
    assert run(*arguments).exit_code == 0
    before = (out / "manifest.json").read_bytes()
    refused = run(*arguments)
    assert refused.exit_code == 2
    assert "--overwrite" in refused.stderr
    assert run(*arguments, "--overwrite", "--count", 1).exit_code == 0
    assert (out / "manifest.json").read_bytes() != before
    assert not (out / "plan-2").exists()
    (out / "plan-1" / "minutes.docx").write_text("mine", encoding="utf-8")
    assert "minutes.docx" in run(*arguments, "--overwrite").stderr
    (out / "plan-1" / "minutes.docx").rename(out / "minutes.docx")
    assert "minutes.docx" in run(*arguments, "--overwrite").stderr
    assert (out / "minutes.docx").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_disk_that_refuses_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole or not at all."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Plan, "councils", property(refuse))
    result = run("bromsgrove-redditch", "--count", 2, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "No space left" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("solve", "code", "plans"), [(2, 130, 1), (3, 130, 2)])
def test_ctrl_c_keeps_what_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, solve: int, code: int, plans: int) -> None:
    """Whenever it comes, once there is a plan; exit 130, and the message says what was kept."""
    calls: list[int] = []

    def struck(*arguments: Any) -> Plan:
        calls.append(1)
        if len(calls) == solve:
            os.kill(os.getpid(), signal.SIGINT)
        return solve_plan(*arguments)

    monkeypatch.setattr(optimiser.alternatives.search, "solve", struck)
    result = run("south-london-waste", "--out", tmp_path / "out")
    assert result.exit_code == code, result.output
    assert len(document(tmp_path / "out").plans) == plans
    assert document(tmp_path / "out").ended == "interrupted"
    assert f"{plans} plan" in result.stderr
    assert "Interrupted" in result.stderr


def test_the_time_limit_ends_with_4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found by then is kept."""
    monkeypatch.setattr(optimiser.alternatives.search._Search, "_left", lambda self: 0.0 if self.found else 60.0)
    result = run("south-london-waste", "--time-limit", 60, "--out", tmp_path / "out")
    assert result.exit_code == 4
    assert "Stopped at the time limit" in result.stderr
    assert "1 plan found until then" in result.stderr
    assert "Stopped at the time limit" in " ".join(result.stdout.split())
    assert [plan.number for plan in document(tmp_path / "out").plans] == [1]
