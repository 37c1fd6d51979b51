"""`compare`: runs, instances and scenarios on the command line, in the terminal, as CSV and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from optimiser.cli import app

SCENARIO = "no-test"


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


@pytest.fixture
def two(desk: Path) -> list[str]:
    """Ids of two runs in the store, with their files in `one` and `two`."""
    run("solve", "east-kent", "--quiet", "--out", "one")
    run("solve", "east-kent", "--quiet", "--out", "two", "--scenario", SCENARIO)
    return [json.loads((desk / name / "plan.json").read_text(encoding="utf-8"))["run"] for name in ("one", "two")]


def compared(*arguments: object, code: int = 0) -> dict[str, object]:
    """What `compare --json` says."""
    found = json.loads(run("compare", *arguments, "--json", code=code).stdout)
    assert isinstance(found, dict)
    return found


def nameless(document: dict[str, object]) -> dict[str, object]:
    """Without the names by which the sides were asked for."""
    for part in ("sides", "comparisons"):
        rows = document[part]
        assert isinstance(rows, list)
        document[part] = [{key: value for key, value in row.items() if key not in ("name", "against")} for row in rows]
    return document


def test_however_a_side_is_named(two: list[str]) -> None:
    """By id, by folder, by file, or as scenarios of the instance: the same comparison."""
    by_id = nameless(compared(*two))
    for names in (["one", "two"], [two[0][:5], "two/plan.json"], ["east-kent", "two"], ["east-kent", "--scenario", SCENARIO]):
        assert nameless(compared(*names)) == by_id, names


def test_what_is_printed(two: list[str]) -> None:
    """Figures side by side, what differs, who gains, and which input accounts for it."""
    shown = " ".join(run("compare", *two).stdout.split())
    for words in (
        "Worth £1,130,441 more (NPV).",
        "Planning: now shared by Thanet (host), Canterbury and Dover.",
        "rules.minimum_saving: 0.1 -> false",
        "NPV by council",
        "Which input accounts for it",
        "│ rules.minimum_saving │ 1 │ £13,041,327 │ +£1,130,441 │ other │ 0.00% │",
    ):
        assert words in shown
    back = " ".join(run("compare", *reversed(two)).stdout.split())
    assert "Worth £1,130,441 less (NPV)." in back
    assert "Planning: no longer shared by Thanet (host), Canterbury and Dover." in back


def test_a_run_with_itself(two: list[str]) -> None:
    """Nothing differs."""
    shown = run("compare", two[0], "one").stdout
    assert "Worth as much (NPV).\nThe plans are the same.\nThe data are the same.\n" in shown


def test_tables(two: list[str], desk: Path) -> None:
    """As CSV: every figure that is printed, and every change."""
    run("compare", *two, "--out", "cmp", "--quiet")
    tables = {path.stem: pd.read_csv(path) for path in (desk / "cmp").glob("*.csv")}
    assert set(tables) == {"sides", "arrangements", "heads", "councils", "changes", "steps"}
    assert tables["sides"].run.tolist() == two
    assert tables["arrangements"].council.tolist() == ["Canterbury", "Dover", "Thanet"]
    assert tables["steps"].effect.sum() == pytest.approx(1_130_441, abs=1)
    assert (tables["councils"].other_npv - tables["councils"].npv).sum() == pytest.approx(1_130_441, abs=1)
    assert tables["changes"].path.tolist() == ["rules.minimum_saving"]
    assert json.loads((desk / "cmp" / "compare.json").read_text(encoding="utf-8")) == compared(*two)
    assert "is not empty" in run("compare", *two, "--out", "cmp", code=2).stderr


def test_several_scenarios_and_two_at_once(desk: Path) -> None:
    """Commas make sides, a plus one side of two; each is solved once and recorded."""
    found = compared("east-kent", "--scenario", "no-test,equal-hosting-costs,no-test+equal-hosting-costs", "--no-causes")
    sides = found["sides"]
    assert isinstance(sides, list)
    assert [side["name"] for side in sides] == ["east-kent", "no-test", "equal-hosting-costs", "no-test+equal-hosting-costs"]
    runs = json.loads(run("runs", "list", "--json").stdout)["runs"]
    assert {one["run"] for one in runs} == {side["run"] for side in sides}
    assert {one["command"] for one in runs} == {"compare"}
    again = compared("east-kent", "--scenario", "no-test", "--no-causes")
    assert [side["run"] for side in again["sides"]] == [side["run"] for side in sides[:2]]  # type: ignore[attr-defined]
    assert len(json.loads(run("runs", "list", "--json").stdout)["runs"]) == 4


def test_folders_without_a_store(two: list[str], desk: Path) -> None:
    """The plans are compared; for the data the store would be needed."""
    shown = run("compare", "one", "two", "--store", "none").stdout
    assert "The data of one of them are not in the store, so that they cannot be compared." in shown
    assert "  planning, Dover: its own -> Thanet lead_authority\n" in shown
    assert "Worth £1,130,441 more (NPV)." in shown
    (desk / "runs" / "store.db").unlink()
    assert run("compare", "one", "two").stdout == shown
    assert not (desk / "runs" / "store.db").exists()


def test_a_side_without_a_plan(desk: Path) -> None:
    """It is a side like any other, and the data say why."""
    (desk / "hard").mkdir()
    run("new", "hard/kent", "--from", "east-kent", "--quiet")
    text = (desk / "hard" / "kent" / "instance.toml").read_text(encoding="utf-8")
    rule = "minimum_total_saving = { amount = 900_000_000, year = 3 }"
    (desk / "hard" / "kent" / "instance.toml").write_text(text.replace("[rules]", f"[rules]\n{rule}"), encoding="utf-8")
    shown = run("compare", "east-kent", "hard/kent").stdout
    assert "infeasible" in shown
    assert "minimum_total_saving: blank -> { amount = 900000000, year = 3 }" in shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["east-kent"], "name two or more runs or instances, or one instance and its scenarios"),
        (["east-kent", "pannel", "--scenario", "x"], "--scenario belongs to one instance"),
        (["east-kent", "abcdef"], "'abcdef' is no run of the store, no folder of a run, and no instance"),
        (["east-kent", "--scenario", "no-tset"], "did you mean 'no-test'?"),
        (["east-kent", "nowhere/kent"], "there is no such folder"),
    ],
)
def test_what_cannot_be_compared(desk: Path, arguments: list[str], says: str) -> None:
    """With a message and exit code 2."""
    assert says in run("compare", *arguments, "--no-causes", code=2).stderr
