"""The command explain as its users run it: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from benchmarks.region import write_region
from planted import OAK_WITH_ASH, SAVES
from small import shire
from typer.testing import CliRunner, Result

from optimiser.cli import app
from optimiser.explain import Explanation
from optimiser.explain.command import FILES
from optimiser.explain.questions import Questions


def run(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def far(tmp_path: Path) -> Path:
    """A folder whose instance has no plan: Oak is too far from Ash."""
    shire(tmp_path / "shire", rules="maximum_distance = 20", economics=SAVES, commitments=OAK_WITH_ASH)
    return tmp_path / "shire"


def test_infeasible_is_3_and_a_committee_can_read_it(far: Path) -> None:
    """What clashes with its row, the overrides that break it, and what each is worth."""
    result = run("explain", far)
    assert result.exit_code == 3
    assert result.stderr == ""
    for text in (
        "No plan meets all that is asked; there is a clash.",
        "Clash 1: these cannot all be had",
        "- Oak is to share payroll with Ash.",
        "commitments.csv row 2; taken out by --set 'commitments.Oak.payroll.shares_with.Ash = off'",
        "- maximum_distance for payroll: at most 20 km from member to host; the rest of this clash needs 22.24 km (Ash and Oak).",
        "2. maximum_distance for payroll: 22.24 km instead of 20 km (2.24 km more). NPV of the best plan £144,000.",
        "--set 'rules.maximum_distance = 22.239017'",
    ):
        assert text in result.stdout


def test_what_is_printed_can_be_typed(far: Path) -> None:
    """The override of a repair gives a plan."""
    assert run("explain", far, "--set", "rules.maximum_distance = 22.239017").exit_code == 0
    assert run("explain", far, "--set", "rules.maximum_distance = 22.239016").exit_code == 3


def test_with_a_plan_it_is_0(tmp_path: Path) -> None:
    """A sentence, and files if asked for."""
    result = run("explain", "bromsgrove-redditch", "--out", tmp_path / "why")
    assert result.exit_code == 0
    assert "There is a plan that meets all that is asked" in result.stdout
    assert json.loads((tmp_path / "why" / "explanation.json").read_text(encoding="utf-8"))["status"] == "feasible"


def test_files_hold_what_the_document_holds(far: Path, tmp_path: Path) -> None:
    """All four are there; the tables are those of the document, and only the manifest tells the time."""
    result = run("explain", far, "--out", tmp_path / "why", "--json")
    assert result.exit_code == 3
    assert sorted(path.name for path in (tmp_path / "why").iterdir()) == sorted(FILES)
    text = (tmp_path / "why" / "explanation.json").read_text(encoding="utf-8")
    assert json.loads(result.stdout) == json.loads(text)
    found = Explanation.model_validate_json(text)
    clashes, repairs = (pd.read_csv(tmp_path / "why" / f"{name}.csv") for name in ("clashes", "repairs"))
    assert clashes["overrides"].tolist() == found.clashes["overrides"].tolist()
    assert repairs["npv"].tolist() == found.repairs["npv"].tolist()
    assert set(json.loads((tmp_path / "why" / "manifest.json").read_text(encoding="utf-8"))) - set(found.manifest) == {
        "instance",
        "status",
        "stopped",
        "finished",
    }


def test_an_explanation_gives_way_to_another_only(far: Path, tmp_path: Path) -> None:
    """With --overwrite, and never a folder that holds something else."""
    out = tmp_path / "why"
    assert run("explain", far, "--out", out, "-q").exit_code == 3
    assert run("explain", far, "--out", out, "-q").exit_code == 2
    assert run("explain", far, "--out", out, "-q", "--overwrite").exit_code == 3
    (out / "minutes.docx").write_text("mine", encoding="utf-8")
    refused = run("explain", far, "--out", out, "-q", "--overwrite")
    assert refused.exit_code == 2
    assert "minutes.docx, which is not a file of" in refused.stderr
    assert (out / "minutes.docx").read_text(encoding="utf-8") == "mine"


def test_bad_input_is_2_and_nothing_is_written(far: Path, tmp_path: Path) -> None:
    """The nearest name is told."""
    result = run("explain", far, "--set", "rules.maximum_distanc = 3", "--out", tmp_path / "why")
    assert result.exit_code == 2
    assert "did you mean 'rules.maximum_distance'?" in result.stderr
    assert not (tmp_path / "why").exists()


def test_without_time_it_is_5(far: Path) -> None:
    """Whether there is a plan is not known, and no more is said."""
    result = run("explain", far, "--time-limit", "0")
    assert result.exit_code == 5
    assert result.stderr.strip() == "stopped at the time limit; not looked for: whether there is a plan at all"
    assert "Whether there is a plan is not known for want of time." in result.stdout


def test_interrupted_it_is_130_and_says_what_is_known(far: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal between two questions: the clash is there, and what is wanting is said."""
    ask, count = Questions._ask, iter(range(1000))

    def ask_and_stop(self: Questions, *given: object) -> object:
        if next(count) == 9:
            os.kill(os.getpid(), signal.SIGINT)
        return ask(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Questions, "_ask", ask_and_stop)
    result = run("explain", far)
    assert result.exit_code == 130
    assert "Clash 1" in result.stdout
    assert result.stderr.startswith("interrupted; not looked for: ")


@pytest.mark.long
def test_a_terminal_shows_progress_and_ctrl_c_keeps_what_is_known(tmp_path: Path) -> None:
    """The stage is on stderr; the first Ctrl-C ends the work, with what is known on stdout."""
    folder = tmp_path / "region"
    write_region(folder, councils=14, services=10, tranches=6, seed=2)
    override = "rules.minimum_total_saving = { amount = 900000000, year = 3 }"
    primary, secondary = pty.openpty()
    command = [sys.executable, "-m", "optimiser", "explain", str(folder), "--set", override]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=secondary, start_new_session=True)
    os.close(secondary)
    shown, until = "", time.monotonic() + 120
    while "Explaining (the best plan" not in shown and time.monotonic() < until:
        shown += os.read(primary, 65536).decode(errors="replace")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    os.close(primary)
    assert process.returncode == 130
    assert "Clash 1: this cannot be had" in out.decode()
