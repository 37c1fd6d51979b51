"""Why there is no plan: the message names what clashes, and only rules and commitments without which there is a plan."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from oracle import best
from small import SHIRE, TWO_SERVICES, shire
from tiny import write_tiny

import optimiser.infeasible
from instances import Instance, read
from instances.rules import Rules
from optimiser import solve
from optimiser.errors import InfeasibleError

DECIDED = "council, service, decision, other\n"
SMALL_HOST = SHIRE["baselines"].replace("can_host", "can_host, host_capacity").replace("yes", "yes, 1200").replace("no\n", "no, \n")
"""Ash can run 1,200: its own 1,000 and no other council's work."""
SEEDS = range(60)


def reasons(instance: Instance) -> tuple[str, ...]:
    """What is said of an instance without a plan."""
    with pytest.raises(InfeasibleError) as error:
        solve(instance)
    return error.value.reasons


def test_what_is_live_breaks_a_rule(tmp_path: Path) -> None:
    """Ash runs 1,400 with Oak; the rule is named, and either row, since Ash alone has no partnership."""
    found = reasons(shire(tmp_path, baselines=SMALL_HOST, commitments=DECIDED + "Oak, payroll, live, Ash\n"))
    assert found == (
        "these cannot all be had: Oak is live with Ash for payroll (commitments.csv row 2); "
        "Ash can run 1,200 units a year of payroll as host; its own are 1,000 (baselines.csv row 2)",
        "there is a plan without rule host_capacity",
        "there is a plan without row 2 of commitments.csv (Oak live Ash, payroll)",
    )


def test_no_commitment_is_blamed_where_there_is_none(tmp_path: Path) -> None:
    """The amount is out of reach, and nothing else is asked."""
    found = reasons(shire(tmp_path, rules="minimum_total_saving = { amount = 1_000_000, year = 2 }", economics="process_saving = 0.1"))
    assert found == (
        "this cannot be had: minimum_total_saving: the programme saves at least £1,000,000 a year in year 2 (instance.toml)",
        "there is a plan without rule minimum_total_saving",
        "the most that can be saved in year 2 is £15,000",
    )


def test_the_most_that_can_be_saved_can_be_had(tmp_path: Path) -> None:
    """Asked for to the pound there is a plan, and for a pound more there is none."""
    rules, economics = "minimum_total_saving = {{ amount = {}, year = 2 }}", "process_saving = 0.1"
    assert solve(shire(tmp_path, rules=rules.format(15_000), economics=economics)).document.partnerships
    assert reasons(shire(tmp_path, rules=rules.format(15_001), economics=economics))


def test_commitments_that_clash(tmp_path: Path) -> None:
    """Either of the two rows may go, the third may not."""
    rows = DECIDED + "Oak, payroll, shares_with, Ash\nYew, payroll, shares_with, Ash\nOak, , stays_out, \n"
    found = reasons(shire(tmp_path, commitments=rows))
    assert found[1:] == (
        "there is a plan without row 2 of commitments.csv (Oak shares_with Ash, payroll)",
        "there is a plan without row 4 of commitments.csv (Oak stays_out)",
    )


def test_two_have_to_give_way(tmp_path: Path) -> None:
    """A distance and an amount, both out of reach; the rules that are on are listed, those of services.csv too."""
    found = reasons(
        shire(
            tmp_path,
            rules="minimum_total_saving = { amount = 1_000_000, year = 2 }\nmaximum_partnerships = false",
            services="service, maximum_distance, maximum_partnerships\npayroll, 20, 1\nwaste, , \n",
            baselines=TWO_SERVICES["baselines"],
            commitments=DECIDED + "Oak, payroll, shares_with, Ash\nAsh, waste, hosts,\n",
        )
    )
    assert found[0] == (
        "these cannot all be had: Oak is to share payroll with Ash (commitments.csv row 2); "
        "maximum_distance for payroll: at most 20 km from member to host (services.csv row 2)"
    )
    assert found[-1] == (
        "no rule or commitment makes it so by itself: two or more of them have to give way; "
        "rules that are on: contract_timing, host_capacity, commitments, maximum_distance, minimum_total_saving"
    )


def test_what_is_not_tried_in_time_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any time nothing is tried, and nothing is claimed."""
    monkeypatch.setattr(optimiser.infeasible, "SECONDS", 0.0)
    found = reasons(shire(tmp_path, rules="host_capacity = false\nminimum_total_saving = { amount = 1_000_000, year = 2 }"))
    assert found == (
        "what is asked for cannot be had: minimum_total_saving asks for £1,000,000 in year 2",
        "not tried for want of time: a plan without rule contract_timing, rule minimum_total_saving",
    )


@pytest.fixture(scope="module")
def without_plan(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Folders of the random tiny instances that have no plan, by seed."""
    found = {}
    for seed in SEEDS:
        folder = tmp_path_factory.mktemp("tiny") / str(seed)
        write_tiny(folder, seed)
        if best(folder) is None:
            found[seed] = folder
    assert len(found) >= 5
    return found


def test_enumeration_finds_the_same_ways_out(without_plan: dict[int, Path], tmp_path: Path) -> None:
    """Each rule named gives a plan when it is dropped, and no other does."""
    named = 0
    for seed, folder in without_plan.items():
        found = {text.split()[-1] for text in reasons(read(folder)) if text.startswith("there is a plan without rule")}
        assert found == {rule for rule in Rules.model_fields if rule != "commitments" and has_plan_without(tmp_path, seed, rule)}, seed
        named += len(found)
    assert named >= 2


def has_plan_without(folder: Path, seed: int, rule: str) -> bool:
    """Whether enumeration finds a plan when a rule is off."""
    without = folder / f"{seed} {rule}"
    write_tiny(without, seed, off=rule)
    return best(without) is not None


def test_enumeration_finds_the_same_rows(without_plan: dict[int, Path], tmp_path: Path) -> None:
    """The same of each row of commitments, where nothing is live: taking out what is live leaves rows without meaning."""
    named = 0
    for seed, folder in without_plan.items():
        copy = shutil.copytree(folder, tmp_path / str(seed))
        rows = rows_of(copy / "commitments.csv")
        if any("live" in row for row in rows):
            continue
        found = {int(text.split()[6]) for text in reasons(read(folder)) if text.startswith("there is a plan without row")}
        assert found == {line for line in range(2, len(rows) + 1) if has_plan_without_row(copy, rows, line)}, seed
        named += len(found)
    assert named >= 2


def rows_of(path: Path) -> list[list[str]]:
    """The lines of a table; none where there is no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def has_plan_without_row(folder: Path, rows: list[list[str]], line: int) -> bool:
    """Whether enumeration finds a plan when a row of commitments, by its spreadsheet number, is gone."""
    kept = [row for number, row in enumerate(rows, 1) if number != line]
    with (folder / "commitments.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(kept)
    return best(folder) is not None
