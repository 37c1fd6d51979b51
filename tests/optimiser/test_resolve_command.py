"""`resolve` as whoever schedules it meets it: what is printed, exit codes, files, JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from instances import shipped
from instances.sources.folder import locate
from optimiser.cli import app

DOVER = ("Dover,it_services,1541000,614000", "Dover,it_services,941000,214000")


@pytest.fixture
def kent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of East Kent, and a store that the environment names."""
    assert "east-kent" in shipped()
    shutil.copytree(locate("east-kent"), tmp_path / "kent")
    monkeypatch.setenv("OPTIMISER_STORE", str(tmp_path / "store.db"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "kent"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def change(folder: Path, old: str, new: str) -> None:
    """One place in the baselines."""
    file = folder / "baselines.csv"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_what_is_printed(kent: Path) -> None:
    """First, unchanged, changed: what an officer reads."""
    first = run("resolve", str(kent))
    assert first.exit_code == 0, first.output
    assert "The first recommendation of this job." in first.stdout
    assert "NPV £11,910,886" in first.stdout
    assert run("resolve", str(kent), "--exit-code").stdout.startswith("Nothing has changed since ")
    change(kent, *DOVER)
    found = run("resolve", str(kent), "--exit-code")
    assert found.exit_code == 6
    for line in (
        "The recommended plan has changed.",
        "The data have changed in 2 places:",
        "baselines.Dover.it_services.annual_cost: 1541000 -> 941000",
        "it is worth £730,012 less (NPV).",
        "IT services: host Dover in place of Thanet.",
    ):
        assert line in found.stdout


def test_without_exit_code_a_changed_plan_is_no_trouble(kent: Path) -> None:
    """0, as for whatever went well."""
    run("resolve", str(kent))
    change(kent, *DOVER)
    assert run("resolve", str(kent)).exit_code == 0


def test_what_is_decided_is_said(kent: Path) -> None:
    """The adopted plan holds; keeping all of it is worth what the audit says, and what breaks a rule by now is named."""
    adopted = json.loads(run("resolve", str(kent), "--json").stdout)["run"]
    assert run("runs", "adopt", adopted).exit_code == 0
    change(kent, *DOVER)
    found = run("resolve", str(kent), "--today", "2026-11-23", "--exit-code")
    assert found.exit_code == 3
    assert f"Run {adopted} holds (adopted): 15 arrangements before" in found.stdout
    assert "minimum_saving" in found.stdout
    free = run("resolve", str(kent), "--today", "2010-11-23", "--exit-code", "--job", "before anything is live")
    assert free.exit_code == 6, free.output
    assert f"Run {adopted} holds (adopted): 0 arrangements before 1 April 2011 fixed." in free.stdout


def test_files_and_json_are_the_same(kent: Path, tmp_path: Path) -> None:
    """resolve.json is what --json prints; the tables are those of compare."""
    run("resolve", str(kent))
    change(kent, *DOVER)
    found = run("resolve", str(kent), "--json", "--out", str(tmp_path / "report"))
    assert found.exit_code == 0, found.output
    document: dict[str, Any] = json.loads(found.stdout)
    assert json.loads((tmp_path / "report" / "resolve.json").read_text(encoding="utf-8")) == document
    assert (document["event"], document["recommendation_changed"]) == ("plan_changed", True)
    changes = (tmp_path / "report" / "changes.csv").read_text(encoding="utf-8").splitlines()
    assert len(changes) == 1 + len(document["comparison"]["changes"]) == 3
    change(kent, DOVER[1], DOVER[0])
    again = run("resolve", str(kent), "--out", str(tmp_path / "report"))
    assert again.exit_code == 2
    assert "--overwrite" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--store", "none"), "goes on from what the store has"),
        (("--freeze", "-1"), "--freeze"),
        (("--today", "soon"), "--today"),
        (("--objective", "yearly-position"), "needs --year"),
        (("--year", "2"), "belongs to --objective"),
        (("--objective", "yearly-position", "--year", "99"), "beyond the appraisal"),
        (("--set", "rules.minimum_savings = off"), "minimum_saving"),
    ],
)
def test_what_cannot_be_asked(kent: Path, arguments: tuple[str, ...], said: str) -> None:
    """Exit 2 with the way out, and nothing recorded."""
    found = run("resolve", str(kent), *arguments)
    assert found.exit_code == 2, found.output
    assert said in found.stderr
    assert "Traceback" not in found.output
    listed = run("runs", "list", "--json", "--store", str(kent.parent / "store.db"))
    assert listed.exit_code == 2 or json.loads(listed.stdout)["runs"] == []


def test_a_rule_that_is_off_cannot_hold_what_is_decided(kent: Path) -> None:
    """What is decided stays by rule commitments."""
    adopted = json.loads(run("resolve", str(kent), "--json").stdout)["run"]
    run("runs", "adopt", adopted)
    found = run("resolve", str(kent), "--set", "rules.commitments = false")
    assert found.exit_code == 2
    assert "rules.commitments" in found.stderr
