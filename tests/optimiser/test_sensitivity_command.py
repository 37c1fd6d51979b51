"""The command `sensitivity`: what it writes, how it ends, and that it goes on where it was stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import optimiser.sensitivity.study as study
from instances import read
from optimiser.cli import app
from optimiser.sensitivity import PARTS, Scope, Sensitivity, sensitivity
from optimiser.sensitivity.command import FILES
from optimiser.whatif import Base

QUICK = ("--only", "inputs,rules,withdrawal", "--no-tipping", "--jobs", "1")


def run(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, ["sensitivity", *(str(argument) for argument in arguments)])


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs go to a folder of the test."""
    monkeypatch.chdir(tmp_path)


def test_everything_about_a_case_study(tmp_path: Path) -> None:
    """All files are there, read back as what is shown, and share the study's id; nothing unfinished is left."""
    result = run("bromsgrove-redditch", "--draws", 20, "--no-tipping", "--jobs", 1, "--out", tmp_path / "study")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "study").iterdir()) == sorted(FILES)
    found = Sensitivity.from_json(tmp_path / "study" / "sensitivity.json")
    document = found.document
    assert len(document.inputs) == len(read("bromsgrove-redditch").settings.ranges)
    assert document.uncertainty is not None
    assert document.uncertainty.draws == len(document.draws) == 20
    for name, table in (("inputs", found.inputs), ("prices", found.prices), ("withdrawals", found.withdrawals), ("draws", found.draws)):
        written = pd.read_csv(tmp_path / "study" / f"{name}.csv")
        assert len(written) == len(table) > 0
        assert set(written["study"]) == {document.study}
    assert not list((tmp_path / "runs").rglob("tasks.jsonl"))
    for words in ("What moves the answer", "What each host is worth", "If a council leaves", "If all inputs move at once", "Plans of real"):
        assert words in result.stdout


def test_the_swing_is_the_order_of_the_tornado() -> None:
    """The greatest first."""
    found = sensitivity(read("pannel"), Scope(parts=("inputs",), tipping=False)).inputs
    assert found["swing"].is_monotonic_decreasing
    assert (found["swing"] - (found["high_held"] - found["low_held"]).abs()).abs().max() < 0.01


def test_json_is_one_document_and_nothing_else(tmp_path: Path) -> None:
    """Stdout holds sensitivity.json and stderr nothing."""
    result = run("bromsgrove-redditch", *QUICK, "--json", "--out", tmp_path / "study")
    assert result.stderr == ""
    assert json.loads(result.stdout) == json.loads((tmp_path / "study" / "sensitivity.json").read_text(encoding="utf-8"))


def test_two_studies_are_the_same_byte_for_byte_for_any_number_of_processes(tmp_path: Path) -> None:
    """Every file but the manifest, which holds times."""
    for name, jobs in (("one", 1), ("two", 2)):
        assert (
            run(
                "bromsgrove-redditch", "--only", "withdrawal,uncertainty", "--draws", 4, "--jobs", jobs, "--quiet", "--out", tmp_path / name
            ).exit_code
            == 0
        )
    for name in FILES:
        if name != "manifest.json":
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_an_interrupted_study_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is finished is kept, nothing is written, and the same command does the rest only."""
    done: list[str] = []
    withdrawal = study.study_withdrawal

    def stopped(base: Base, council: str) -> object:
        done.append(council)
        if len(done) == 2:
            raise KeyboardInterrupt
        return withdrawal(base, council)

    arguments = ("bromsgrove-redditch", "--only", "withdrawal", "--jobs", 1, "--out", tmp_path / "study")
    with monkeypatch.context() as patched:
        patched.setattr(study, "study_withdrawal", stopped)
        result = run(*arguments)
    assert result.exit_code == 130
    assert "goes on from there" in result.stderr
    assert not (tmp_path / "study").exists()

    def unexpected(*_: object) -> None:
        raise AssertionError("the plan is known")

    with monkeypatch.context() as patched:
        patched.setattr(study, "solve", unexpected)
        patched.setattr(study, "study_withdrawal", lambda base, council: done.append(council) or withdrawal(base, council))
        assert run(*arguments).exit_code == 0
    assert done == ["Bromsgrove", "Redditch", "Redditch"]
    assert len(Sensitivity.from_json(tmp_path / "study" / "sensitivity.json").document.withdrawals) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", "input"), "did you mean inputs?"),
        (("--input", "rules.minimum_savings"), "did you mean rules.minimum_saving?"),
        (("--input", "services.payrol.turnover"), "matches nothing"),
        (("--range", "economics.turnover=0.3,0.1"), "is above high"),
        (("--range", "economics.turnover=0.3"), "write PATH=LOW,HIGH"),
        (("--range", "economics.turnover=low,0.1"), "write PATH=LOW,HIGH"),
        (("--set", "rules.minimum_savings=1"), "did you mean 'rules.minimum_saving'?"),
    ],
)
def test_what_cannot_be_studied(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """Said with the nearest name; exit 2, nothing written."""
    result = run("bromsgrove-redditch", *arguments, "--out", tmp_path / "study")
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_range_of_ones_own(tmp_path: Path) -> None:
    """It goes before the instance's; an input without a range has no ends, but a switching value."""
    path = "services.management_team.process_saving"
    own = ("--range", f"{path}=0.3,0.4", "--input", "economics.optimism_bias.costs")
    result = run("bromsgrove-redditch", *QUICK, *own, "--json", "--out", tmp_path / "study")
    inputs = {one["path"]: one for one in json.loads(result.stdout)["inputs"]}
    assert (inputs[path]["low"]["value"], inputs[path]["high"]["value"]) == ("30%", "40%")
    assert inputs["economics.optimism_bias.costs"]["low"] is None
    assert inputs["economics.optimism_bias.costs"]["switching"]["position"] > 0


def test_an_instance_without_a_plan_ends_as_solve_does(tmp_path: Path) -> None:
    """Infeasible: 3."""
    result = run("east-kent", "--set", "rules.minimum_total_saving={ amount = 1e9, year = 3 }", "--out", tmp_path / "study")
    assert result.exit_code == 3
    assert "no plan for" in result.stderr


def test_a_study_is_not_written_over_a_run(tmp_path: Path) -> None:
    """Not without --overwrite, and never over something else."""
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "plan.json").write_text("{}", encoding="utf-8")
    for more in ((), ("--overwrite",)):
        assert run("bromsgrove-redditch", *QUICK, "--out", tmp_path / "study", *more).exit_code == 2


def test_all_parts_are_done() -> None:
    """Each part by itself fills its own tables and no others."""
    for part in PARTS:
        document = sensitivity(read("bromsgrove-redditch"), Scope(parts=(part,), tipping=False, draws=4)).document
        filled = {
            "inputs": document.inputs,
            "rules": (*document.rules, *document.commitments, *(() if part != "rules" else (1,))),
            "pairs": (*document.pairs, *(() if part != "pairs" else (1,))),
            "decisions": document.decisions,
            "withdrawal": document.withdrawals,
            "frontier": document.frontiers,
            "uncertainty": document.draws,
        }
        assert [name for name, found in filled.items() if found] == [part]
