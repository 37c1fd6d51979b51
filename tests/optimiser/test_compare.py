"""Plans side by side: what differs in them, who gains, and which changed input accounts for it, against solves of one's own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from oracle import best
from tiny import write_tiny
from written import write_folder

from instances import Instance, read
from instances.changes import changes, composed, groups
from instances.checks import Draft, check
from optimiser import SolveSettings, solve
from optimiser.compare import Side, compare
from optimiser.compare.steps import MOST
from optimiser.errors import InfeasibleError
from optimiser.manifest import of_data
from optimiser.pipeline import SolveSettings as Settings


def side(instance: Instance, name: str = "", settings: Settings | None = None) -> Side:
    """Its best plan, if it has one."""
    try:
        plan = solve(instance, settings).document
    except InfeasibleError:
        return Side(name or instance.name, None, instance, "none", "infeasible", instance.name, of_data(instance))
    return Side(name or instance.name, plan, instance, plan.run, plan.status, instance.name, plan.manifest)


def east_kent(*overrides: str) -> Side:
    """The case study with overrides."""
    return side(read("east-kent", overrides=overrides), ", ".join(overrides) or "as it is")


def test_a_plan_against_itself() -> None:
    """Nothing differs and nothing is solved."""
    (found,) = compare([east_kent(), east_kent()]).document.comparisons
    assert (found.npv, found.differences, found.arrangements, found.changes, found.steps) == (0, (), (), (), ())
    assert found.settings == ()
    assert found.data_known


def test_by_hand() -> None:
    """What the rule kept out comes in: who, at which host, for how much, by head and by council."""
    one, other = east_kent(), east_kent("rules.minimum_saving = off")
    assert one.plan is not None
    assert other.plan is not None
    (found,) = compare([one, other]).document.comparisons
    assert found.npv == pytest.approx(other.plan.npv - one.plan.npv)
    assert found.differences == ("Planning: now shared by Thanet (host), Canterbury and Dover",)
    assert {(a.service, a.council, a.host, a.other_host) for a in found.arrangements} == {
        ("planning", council, "", "Thanet") for council in ("Canterbury", "Dover", "Thanet")
    }
    for figures in (found.heads, found.councils):
        assert sum(figure.difference for figure in figures) == pytest.approx(found.npv, abs=0.05)
    assert [(change.path, change.old, change.new) for change in found.changes] == [("rules.minimum_saving", 0.1, False)]
    (step,) = found.steps
    assert (step.inputs, step.changes, step.npv, step.effect) == (("rules.minimum_saving",), 1, other.plan.npv, pytest.approx(found.npv))
    assert step.differences == found.differences


def test_go_lives_at_another_time() -> None:
    """The same hosts and members, later: that is told apart from another configuration."""
    later = east_kent('commitments += { council = "Thanet", decision = "not_before", go_live = 2012-04-01 }')
    (found,) = compare([east_kent(), later]).document.comparisons
    assert found.arrangements
    assert all((a.host, a.way) == (a.other_host, a.other_way) for a in found.arrangements)
    assert all(a.go_live is not None and a.other_go_live is not None and a.go_live < a.other_go_live for a in found.arrangements)
    assert found.differences == ()


def test_many_sides() -> None:
    """Each against the first."""
    several = [east_kent(), east_kent("rules.minimum_saving = 0.05"), east_kent("economics.discount_rate = 0.06")]
    document = compare(several, causes=False).document
    assert [found.name for found in document.comparisons] == ["rules.minimum_saving = 0.05", "economics.discount_rate = 0.06"]
    assert {found.against for found in document.comparisons} == {"as it is"}
    assert [figures.npv for figures in document.sides] == [one.plan.npv for one in several if one.plan is not None]
    assert all(found.steps == () for found in document.comparisons)


def test_data_that_nobody_kept() -> None:
    """The plans are compared all the same; which input accounts for it cannot be said."""
    other = replace(east_kent("rules.minimum_saving = off"), instance=None)
    (found,) = compare([east_kent(), other]).document.comparisons
    assert not found.data_known
    assert found.differences
    assert (found.changes, found.steps) == ((), ())


def test_how_it_was_solved() -> None:
    """Another gap, seed or objective is said."""
    other = side(read("east-kent"), "later", SolveSettings(seed=3, gap=0.02))
    (found,) = compare([east_kent(), other]).document.comparisons
    assert set(found.settings) == {"gap: 0.0 -> 0.02", "seed: 0 -> 3"}


def test_no_plan_on_one_side() -> None:
    """Nothing to compare but the data; the steps say from which input on there is none."""
    without = east_kent("baselines.*.*.annual_cost *= 1.05", "rules.minimum_total_saving = { amount = 900_000_000, year = 3 }")
    document = compare([east_kent(), without]).document
    (found,) = document.comparisons
    assert (found.npv, found.differences, found.arrangements) == (None, (), ())
    assert [(step.inputs[0], step.status) for step in found.steps] == [
        ("baselines.annual_cost", "optimal"),
        ("rules.minimum_total_saving", "infeasible"),
    ]
    assert (found.steps[1].npv, found.steps[1].effect) == (None, None)
    back = compare([without, east_kent()]).document.comparisons[0]
    assert [step.status for step in back.steps] == ["infeasible", "optimal"]
    assert [step.effect for step in back.steps] == [None, None]


def test_rows_that_cannot_go_alone() -> None:
    """A council goes with its baselines and commitments, which are not sound without it: they are one step."""
    whole = read("east-kent")
    kept = {table: [(0, row) for row in rows if "Shepway" not in row.model_dump().values()] for table, rows in whole.tables.items()}
    fewer = whole.with_tables({name: rows for name, rows in kept.items() if len(rows) < len(whole.tables[name])})
    assert check(Draft.of(fewer)) == []
    (found,) = compare([side(whole, "four"), side(fewer, "three")]).document.comparisons
    (step,) = found.steps
    assert {"rows of councils", "rows of baselines", "rows of commitments"} <= set(step.inputs)


def test_many_groups_go_together() -> None:
    """By tables and sections where there are more than a dozen."""
    columns = ("annual_cost", "fixed_cost", "procured_cost", "fte", "hosting_cost", "volume", "set_up_cost")
    parameters = ("process_saving", "coordination_cost", "distance_cost", "integration_cost", "redundancy_cost", "growth")
    overrides = [f"baselines.Dover.planning.{column} = {500_000 if column == 'annual_cost' else 150_000}" for column in columns]
    overrides += [f"services.planning.{name} = 0.01" for name in parameters]
    (found,) = compare([east_kent(), east_kent(*overrides, "rules.minimum_saving = 0.09")]).document.comparisons
    assert len({(change.table, change.column) for change in found.changes}) > MOST
    assert len(found.steps) == 3
    assert sum(step.changes for step in found.steps) == len(found.changes)


def pairs(folder: Path, count: int) -> Iterator[tuple[int, Instance, Instance]]:
    """Random instances and the same with some other figures and rules, both with a plan or without one."""
    for seed in range(count):
        write_tiny(folder / f"{seed}", seed)
        before = read(folder / f"{seed}")
        changed = [
            "baselines.*.*.annual_cost *= 1.3",
            "services.*.set_up_cost = 100",
            "rules.minimum_saving = 0.02",
            "rules.maximum_partnerships = 1",
        ]
        yield seed, before, read(folder / f"{seed}", overrides=changed[seed % 3 :])


def test_steps_agree_with_enumeration(tmp_path: Path) -> None:
    """Each step has the NPV that enumeration finds for the data with the changes so far; the effects add up to the whole difference."""
    several = summed = 0
    for seed, before, after in pairs(tmp_path, 12):
        one, other = side(before, "before"), side(after, "after")
        (found,) = compare([one, other]).document.comparisons
        every = groups(changes(before, after))
        taken: list[object] = []
        for step in found.steps:
            taken += [group for group in every if str(group) in step.inputs]
            instance = composed(before, after, taken)  # type: ignore[arg-type]
            plan = best(write_folder(instance, tmp_path / f"{seed} {len(taken)}"))
            assert (step.npv is None) == (plan is None), seed
            assert plan is None or step.npv == pytest.approx(plan.npv, abs=0.011), seed
        assert [str(group) for group in taken] == [str(group) for group in every]
        several += len(found.steps) > 1
        if all(step.effect is not None for step in found.steps) and found.npv is not None:
            assert sum(step.effect or 0 for step in found.steps) == pytest.approx(found.npv, abs=0.05), seed
            assert all(a.npv is not None for a, _ in pairwise(found.steps))
            summed += 1
    assert several >= 5
    assert summed >= 4


def test_stopped_on_the_way() -> None:
    """What was solved is told; the rest is not."""
    stop = threading.Event()
    sides = [east_kent(), east_kent("baselines.*.*.annual_cost *= 1.05", "services.*.growth = 0.01", "rules.minimum_saving = 0.09")]
    document = compare(sides, SolveSettings(interrupt=stop), on_step=lambda what: stop.set()).document
    assert not document.complete
    assert len(document.comparisons[0].steps) < 3
    assert document.comparisons[0].npv is not None
