"""What-ifs: the held plan, the best one, processes that share work, finished work that is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from errands import Length, measured
from small import shire
from sweeping import children_of, gone

from instances import apply, read
from optimiser import solve
from optimiser.whatif import Base, Journal, Runner, Task, base_of, best_of, digest, held, reoptimise
from optimiser.whatif.journal import TASKS


@pytest.fixture(scope="module")
def east_kent() -> Base:
    """Its plan."""
    return base_of(read("east-kent"))


def tasks(words: str) -> list[Task[str]]:
    """A task for each word."""
    return [Task(word, word) for word in words.split()]


def lengths(found: Sequence[Length]) -> list[int]:
    """What the work gave."""
    return [one.characters for one in found]


def test_held_where_nothing_has_changed_is_the_plan(east_kent: Base) -> None:
    """The audit has the same NPV, in all and of each council, and nothing is broken."""
    found = held(east_kent, east_kent.instance)
    assert found is not None
    assert found.kept
    assert found.npv == pytest.approx(east_kent.plan.npv, abs=0.005)
    assert dict(found.councils) == pytest.approx({c.council: c.npv for c in east_kent.plan.document.councils}, abs=0.005)


def test_held_plan_that_breaks_a_rule_is_priced_all_the_same(east_kent: Base) -> None:
    """At 12 % the rule is broken and nothing else changes."""
    found = held(east_kent, apply(east_kent.instance, overrides=["rules.minimum_saving = 0.12"]))
    assert found is not None
    assert (found.broken, found.npv) == (("minimum_saving",), pytest.approx(east_kent.plan.npv, abs=0.005))
    assert found.slack["minimum_saving"] < 0


def test_held_plan_of_a_council_that_is_gone_has_no_price(east_kent: Base) -> None:
    """Nothing can be said of it."""
    assert held(east_kent, apply(east_kent.instance, overrides=["baselines.Dover.* = off"])) is None


def test_partners_pay_what_the_changed_data_ask(tmp_path: Path) -> None:
    """Ash hosts at a loss that Oak makes good; where hosting costs more, Oak pays more, and the held plan keeps the rule."""
    baselines = """
        council, service, annual_cost, fixed_cost, procured_cost, volume, can_host, hosting_cost
        Ash,     payroll, 100000,      40000,      20000,         1000,   yes,      5000
        Oak,     payroll, 80000,       60000,      0,             400,    no,
        """
    rules = 'no_council_worse_off = "compensated"'
    base = base_of(shire(tmp_path, economics="duplication_avoided = 0.5", rules=rules, baselines=baselines))
    assert base.decisions
    found = held(base, apply(base.instance, overrides=["baselines.Ash.payroll.hosting_cost = 9000"]))
    assert found is not None
    assert found.kept
    assert found.npv == pytest.approx(3 * (30_000 - 9_000))


def test_best_is_what_solve_gives(east_kent: Base) -> None:
    """Where the held plan stays, its NPV; where not, the plan that solve gives alone."""
    for override, stays in (("economics.redundancy_cost = 35000", True), ("rules.minimum_saving = 0.04", False)):
        instance = apply(east_kent.instance, overrides=[override])
        answer, alone = best_of(east_kent, instance, held(east_kent, instance)), solve(instance)
        assert answer.npv == pytest.approx(alone.npv, abs=0.005)
        assert answer.configuration == alone.document.configuration()
        assert (answer.configuration == east_kent.configuration) is stays
        assert answer.bound is not None
        assert answer.bound >= alone.npv - 0.005


def test_a_target_is_answered(east_kent: Base) -> None:
    """Whether any plan is worth more: one is there, or it is proven that none is."""
    npv = east_kent.plan.npv
    assert (reoptimise(east_kent, east_kent.instance, target=npv - 100_000).npv or 0) > npv - 100_000
    bound = reoptimise(east_kent, east_kent.instance, target=npv + 100_000).bound
    assert bound is not None
    assert bound <= npv + 100_000


def test_no_plan_is_an_answer(east_kent: Base) -> None:
    """A demand that nothing meets."""
    instance = apply(east_kent.instance, overrides=["rules.minimum_total_saving = { amount = 1e9, year = 3 }"])
    assert reoptimise(east_kent, instance).status == "infeasible"


def test_any_number_of_processes_gives_the_same_in_the_same_order(east_kent: Base) -> None:
    """One, two, or three; the processes serve one stage after another."""
    words = "a bb ccc dddd eeeee"
    with Runner(east_kent) as alone, Runner(east_kent, jobs=2) as two:
        expected = lengths(alone.run("words", measured, tasks(words), Length))
        assert expected == [len(word) + len(east_kent.decisions) for word in words.split()]
        assert lengths(two.run("words", measured, tasks(words), Length)) == expected
        assert lengths(two.run("words again", measured, tasks("bb a"), Length)) == [expected[1], expected[0]]


def test_finished_work_is_found_again(east_kent: Base, tmp_path: Path) -> None:
    """What was finished before a stop is not done again; a line that was cut off is."""
    with Runner(east_kent, journal=Journal(tmp_path / "study")) as runner, pytest.raises(KeyboardInterrupt):
        runner.run("words", measured, tasks("a bb stop ccc"), Length)
    path = tmp_path / "study" / TASKS
    assert [json.loads(line)["task"] for line in path.read_text(encoding="utf-8").splitlines()] == ["a", "bb"]
    path.write_text(path.read_text(encoding="utf-8").replace('"characters": ', '"characters": 9')[:-7], encoding="utf-8")

    journal = Journal(tmp_path / "study")
    assert len(journal) == 1
    with Runner(east_kent, journal=journal) as runner:
        found = runner.run("words", measured, tasks("a bb ccc"), Length)
    own = len(east_kent.decisions)
    assert lengths(found) == [int(f"9{1 + own}"), 2 + own, 3 + own]
    assert len(Journal(tmp_path / "study")) == 3
    journal.finish()
    assert not (tmp_path / "study").exists()


def test_a_study_is_known_by_data_settings_and_question(east_kent: Base) -> None:
    """Each of them makes another."""
    from optimiser.pipeline import SolveSettings

    other = apply(east_kent.instance, overrides=["rules.minimum_saving = 0.04"])
    codes = {
        digest(east_kent.instance, SolveSettings(), None),
        digest(other, SolveSettings(), None),
        digest(east_kent.instance, SolveSettings(seed=1), None),
        digest(east_kent.instance, SolveSettings(), "inputs"),
    }
    assert len(codes) == 4
    assert digest(read("east-kent"), SolveSettings(), None) in codes


@pytest.mark.long
def test_processes_end_with_the_one_that_began_them(tmp_path: Path) -> None:
    """Even where that is killed and can tell them nothing."""
    command = [sys.executable, "-m", "optimiser", "sensitivity", "south-london-waste", "--only", "inputs", "--jobs", "2"]
    study = subprocess.Popen(command, cwd=tmp_path, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while len(workers := children_of(study.pid)) < 2 or not list(tmp_path.rglob("tasks.jsonl")):
        assert time.monotonic() < until
        assert study.poll() is None
        time.sleep(0.1)
    study.kill()
    study.wait()
    assert gone(workers)
