"""Other objectives: undiscounted, one year, changes against an adopted plan; from Python and on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from small import shire
from typer.testing import CliRunner

from formulations import Objective
from optimiser import solve
from optimiser.cli import app

ASH_HOSTS = """
    council, service, annual_cost, fixed_cost, can_host
    Ash,     payroll, 100000,      40000,      yes
    Elm,     payroll, 100000,      40000,      no
    Oak,     payroll, 100000,      20000,      no
    """
HALF = "duplication_avoided = 0.5\n"
"""Elm saves £20,000 a year by joining Ash, Oak £10,000."""


def test_net_saving_is_not_discounted(tmp_path: Path) -> None:
    """At a rate of 100 % Elm's set-up of £30,000 is worth 20,000 * (1 + 1/2 + 1/4) = 35,000 less 30,000; undiscounted 60,000 less 30,000."""
    economics = HALF + "set_up_cost = 30000\ndiscount_rate = 0.99\n"
    rules = "partnership_size = { maximum = 2 }"
    plan = solve(shire(tmp_path, "12 1 3", economics=economics, rules=rules, baselines=ASH_HOSTS), objective=Objective("net_saving"))
    assert plan.document.objective == "net_saving"
    assert plan.document.objective_value == pytest.approx(60_000 - 30_000)
    assert plan.npv == pytest.approx(20_000 * (1 + 1 / 1.99 + 1 / 1.99**2) - 30_000, abs=0.01)


def test_yearly_position_ignores_one_offs(tmp_path: Path) -> None:
    """In the third year both save, 30,000, whatever it cost to get there; by NPV nothing pays."""
    economics = HALF + "set_up_cost = 500000\n"
    instance = shire(tmp_path, economics=economics, baselines=ASH_HOSTS)
    plan = solve(instance, objective=Objective("yearly_position", 3))
    assert plan.document.objective_value == pytest.approx(30_000)
    assert plan.npv == pytest.approx(90_000 - 500_000)
    assert solve(instance).npv == 0


@pytest.mark.parametrize(("cost", "changes", "members"), [(0, 1, 3), (29_000, 1, 3), (31_000, 0, 2)])
def test_a_change_has_to_earn_its_cost(tmp_path: Path, cost: float, changes: int, members: int) -> None:
    """Adopted was Ash with Elm. Oak's joining earns £30,000 over three years: made if a change costs less, and left if it costs more."""
    adopted = solve(shire(tmp_path, economics=HALF, baselines=ASH_HOSTS, rules="partnership_size = { maximum = 2 }"))
    assert adopted.npv == pytest.approx(60_000)
    objective = Objective(adopted=adopted.document.arrangements(), change_cost=cost)
    plan = solve(shire(tmp_path, economics=HALF, baselines=ASH_HOSTS), objective=objective)
    assert plan.document.changes == changes
    assert len(plan.document.partnerships[0].members) == members
    assert plan.document.objective_value == pytest.approx(plan.npv - cost * changes)


def test_what_was_adopted_and_is_gone_is_a_change_that_no_plan_avoids(tmp_path: Path) -> None:
    """Elm was to join; now it stays out: two changes, since Ash cannot host for nobody either."""
    adopted = solve(shire(tmp_path, economics=HALF, baselines=ASH_HOSTS, rules="partnership_size = { maximum = 2 }"))
    objective = Objective(adopted=adopted.document.arrangements(), change_cost=1_000)
    out = "council, service, decision\nElm, payroll, stays_out\nOak, payroll, stays_out\n"
    plan = solve(shire(tmp_path, economics=HALF, baselines=ASH_HOSTS, commitments=out), objective=objective)
    assert (plan.npv, plan.document.changes, plan.document.objective_value) == (0, 2, -2_000)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Objective("yearly_position"),
        lambda: Objective("npv", 2),
        lambda: Objective(change_cost=5),
        lambda: Objective(adopted={}, change_cost=-5),
    ],
)
def test_objectives_without_meaning(wrong: Callable[[], Objective]) -> None:
    """A year is missing or out of place; a change cost without a plan or below 0."""
    with pytest.raises(ValueError, match=r"year|change cost"):
        wrong()


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_command_line(tmp_path: Path) -> None:
    """An adopted run by its folder; what differs is counted, said and in the manifest."""
    folder, adopted, out = tmp_path / "region", tmp_path / "adopted", tmp_path / "out"
    shire(folder, economics=HALF, baselines=ASH_HOSTS)
    assert run("solve", str(folder), "--set", "rules.partnership_size = { maximum = 2 }", "--out", str(adopted))[0] == 0
    code, shown, _ = run("solve", str(folder), "--adopted", str(adopted), "--change-cost", "1000", "--out", str(out))
    assert code == 0
    assert "1 arrangement differs from the adopted plan, each of which has to earn £1,000" in " ".join(shown.split())
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["solve"]["change_cost"] == 1000
    assert len(manifest["solve"]["adopted"]) == 64
    code, shown, _ = run("solve", str(folder), "--objective", "yearly-position", "--year", "2", "--json", "--out", str(tmp_path / "two"))
    assert (code, json.loads(shown)["objective_value"]) == (0, 30_000)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--objective", "yearly-position"], "needs --year"),
        (["--year", "2"], "--year belongs to --objective yearly-position"),
        (["--objective", "yearly-position", "--year", "4"], "--year 4 is beyond the appraisal, which has 3 years"),
        (["--change-cost", "5"], "--change-cost needs --adopted"),
        (["--adopted", "nowhere"], "--adopted nowhere cannot be read"),
    ],
)
def test_requests_without_meaning(tmp_path: Path, arguments: list[str], said: str) -> None:
    """Refused with the way out; nothing is written."""
    folder = tmp_path / "region"
    shire(folder, economics=HALF, baselines=ASH_HOSTS)
    code, _, error = run("solve", str(folder), *arguments, "--out", str(tmp_path / "out"))
    assert code == 2
    assert said in error
    assert not (tmp_path / "out").exists()


def test_adopted_that_is_no_plan_or_of_others(tmp_path: Path) -> None:
    """A file of something else, and the plan of another region."""
    folder, other = tmp_path / "region", tmp_path / "other"
    shire(folder, economics=HALF, baselines=ASH_HOSTS)
    (tmp_path / "notes.json").write_text("{}", encoding="utf-8")
    code, _, error = run("solve", str(folder), "--adopted", str(tmp_path / "notes.json"))
    assert (code, "is not a plan of this version" in error) == (2, True)
    assert run("solve", "tewkesbury-cheltenham", "--out", str(other))[0] == 0
    code, _, error = run("solve", str(folder), "--adopted", str(other))
    assert (code, "is about other councils and services" in error) == (2, True)
