"""The scheduled job: what is decided stays, the rest is the best there is, and the report says what changed because of what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from oracle import LIVE, Decisions, Found, best, every_plan, objective_value
from outcomes import HALF_A_PENNY, decided
from small import shire
from tiny import write_tiny
from written import write_folder

from instances import Instance, InstanceError, read
from instances.freezing import MARK, Arranged, frozen, thawed
from instances.tables import Commitment
from optimiser import SolveSettings, solve
from optimiser.errors import InfeasibleError
from optimiser.resolve import Resolved, Ways, named_job, resolve_job
from optimiser.store import Case, Entry, Store, check

TODAY = dt.date(2026, 11, 23)
SETTINGS = {"objective": "npv", "year": None}


@dataclass(frozen=True)
class Desk:
    """A folder and a store."""

    folder: Path
    store: Path

    def resolve(self, *overrides: str, ways: Ways | None = None, **fields: Any) -> dict[str, Any]:
        """What the job says."""
        job = named_job(str(self.folder), None, (), overrides, settings={**SETTINGS}, **{"today": TODAY, **fields})
        outcome = resolve_job(job, str(self.store), ways or Ways())
        return {**outcome.data, "code": outcome.code}

    def report(self, *overrides: str, **fields: Any) -> Resolved:
        """The same, where something has changed."""
        found = self.resolve(*overrides, **fields)
        del found["code"]
        return Resolved.model_validate(found)

    def change(self, *overrides: str) -> Instance:
        """Other data from now on."""
        changed = read(self.folder, overrides=overrides)
        write_folder(changed, self.folder)
        return changed

    def adopt(self, run: str) -> None:
        """What `runs adopt` does."""
        with Store(self.store) as store:
            store.adopt(store.find(run))

    def plan(self, run: str) -> Decisions:
        """What a run of the store decides."""
        with Store(self.store) as store:
            assert check(store) == []
            return decided(store.plan(run).document)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """East Kent, to be changed."""
    write_folder(read("east-kent"), tmp_path / "kent")
    return Desk(tmp_path / "kent", tmp_path / "store.db")


def test_nothing_has_changed(desk: Desk) -> None:
    """The first start solves, the next has nothing to do, and nothing more is in the store."""
    first = desk.resolve()
    assert (first["status"], first["code"], first["recommendation_changed"]) == ("first", 0, False)
    again = desk.resolve(ways=Ways(exit_code=True))
    assert (again["status"], again["code"], again["run"]) == ("unchanged", 0, first["run"])
    with Store(desk.store) as store:
        assert [run.run for run in store.runs()] == [first["run"]]
    assert again["npv"] == pytest.approx(solve(read("east-kent")).npv)


def test_files_look_different_and_hold_the_same(desk: Desk) -> None:
    """A comment is no change of the data; the next start knows that too."""
    run = desk.resolve()["run"]
    settings = desk.folder / "instance.toml"
    settings.write_text(f"# looked through\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")
    assert (desk.resolve()["status"], desk.resolve()["status"]) == ("same_data", "unchanged")
    with Store(desk.store) as store:
        assert [one.run for one in store.runs()] == [run]


def test_what_changed_and_because_of_what(desk: Desk) -> None:
    """By hand: a cell, its old and its new value, another host, and by how much the plan is worth less."""
    before = desk.resolve()
    desk.change("baselines.Dover.it_services.annual_cost = 941000", "baselines.Dover.it_services.fixed_cost = 214000")
    found = desk.resolve(ways=Ways(exit_code=True))
    assert (found["status"], found["code"], found["before"]) == ("plan_changed", 6, before["run"])
    comparison = found["comparison"]
    assert [(one["path"], one["old"], one["new"]) for one in comparison["changes"]] == [
        ("baselines.Dover.it_services.annual_cost", 1_541_000, 941_000),
        ("baselines.Dover.it_services.fixed_cost", 614_000, 214_000),
    ]
    assert comparison["differences"] == ["IT services: host Dover in place of Thanet"]
    best = solve(read(desk.folder))
    assert found["npv"] == pytest.approx(best.npv)
    assert comparison["npv"] == pytest.approx(best.npv - before["npv"])
    assert sum(step["effect"] for step in comparison["steps"]) == pytest.approx(comparison["npv"])


def test_the_plan_stays(desk: Desk) -> None:
    """A change of the data that leaves the plan alone is told, and is no other recommendation."""
    desk.resolve()
    desk.change("baselines.Dover.planning.annual_cost += 1000")
    found = desk.resolve(ways=Ways(exit_code=True))
    assert (found["status"], found["code"], found["recommendation_changed"]) == ("plan_stays", 0, False)
    assert [one["path"] for one in found["comparison"]["changes"]] == ["baselines.Dover.planning.annual_cost"]


def test_each_group_of_changes_has_its_effect(desk: Desk) -> None:
    """Two inputs change: what each does, solved by itself after the other."""
    first = desk.resolve()
    changes = ("baselines.*.planning.annual_cost *= 1.2", "services.*.process_saving *= 0.9")
    desk.change(*changes)
    steps = desk.report().comparison.steps  # type: ignore[union-attr]
    assert [step.inputs for step in steps] == [("services.process_saving",), ("baselines.annual_cost",)]
    only = solve(read("east-kent", overrides=changes[1:])).npv
    assert steps[0].effect == pytest.approx(only - first["npv"])
    assert steps[1].effect == pytest.approx(solve(read("east-kent", overrides=changes)).npv - only)


@pytest.mark.parametrize("adopted", [True, False])
def test_earlier_runs_are_read_once(desk: Desk, adopted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan before is what is decided, what the solve starts from and what is compared with: all of it from one look into the store."""
    run = desk.resolve()["run"]
    if adopted:
        desk.adopt(run)
    desk.change("baselines.Dover.planning.annual_cost += 1000")
    read_runs: list[tuple[str, str]] = []

    def noted(what: str, real: Callable[[Store, str], Any]) -> Callable[[Store, str], Any]:
        return lambda store, run: read_runs.append((what, run)) or real(store, run)

    for what in ("document", "instance"):
        monkeypatch.setattr(Store, what, noted(what, getattr(Store, what)))
    assert desk.resolve(change_cost=1.0)["before"] == run
    assert sorted(one for one in read_runs if one[1] == run) == [("document", run), ("instance", run)]


def test_other_settings_are_said(desk: Desk) -> None:
    """The data are the same, but something else is asked."""
    desk.resolve()
    job = named_job(str(desk.folder), None, (), (), settings={**SETTINGS, "gap": 0.01}, today=TODAY)
    found = resolve_job(job, str(desk.store), Ways()).data
    assert (found["status"], found["because"]) == ("plan_stays", ["settings"])
    assert found["comparison"]["changes"] == []


def test_jobs_are_told_apart(desk: Desk) -> None:
    """Other overrides are another job, with a first recommendation of its own."""
    assert [desk.resolve()["status"], desk.resolve("rules.minimum_saving = off")["status"]] == ["first", "first"]
    assert [desk.resolve()["status"], desk.resolve("rules.minimum_saving = off")["status"]] == ["unchanged", "unchanged"]


def test_no_plan_and_one_again(desk: Desk) -> None:
    """That there is none is said with the reason, every time; then the job goes on from the last plan."""
    first = desk.resolve()
    desk.change('commitments += { council = "Dover", service = "planning", decision = "shares_with", other = "Thanet" }')
    found = desk.resolve(ways=Ways(exit_code=True))
    assert (found["status"], found["code"], found["before"]) == ("no_plan", 3, first["run"])
    assert any("minimum_saving" in reason for reason in found["reasons"])
    again = desk.resolve()
    assert (again["status"], again["code"]) == ("unchanged", 3)
    desk.change("commitments.Dover.planning.shares_with.Thanet = off")
    found = desk.resolve()
    assert (found["status"], found["before"], found["npv"]) == ("plan_stays", first["run"], pytest.approx(first["npv"]))


def seeded(folder: Path, seed: int) -> Instance | None:
    """A tiny instance that has a plan, decisions taken into account."""
    write_tiny(folder, seed)
    instance = read(folder, overrides=["rules.commitments = true"])
    write_folder(instance, folder)
    try:
        solve(instance)
    except InfeasibleError:
        return None
    return instance


def keeps(plan: Decisions, adopted: Decisions, instance: Instance, until: dt.date) -> bool:
    """Whether a plan does before a day what is adopted, and nothing else."""
    now = {(move.council, move.service): (move.host, move.tranche) for move in plan.moves}
    days = {(one.council, one.service): instance.calendar.date(one.tranche) for one in plan.options if one.tranche != LIVE}
    fixed = {(one.council, one.service) for one in plan.options if one.tranche == LIVE}
    for move in adopted.moves:
        if move.tranche == LIVE or instance.calendar.date(move.tranche) < until:
            fixed.add((move.council, move.service))
            if now.get((move.council, move.service)) != (move.host, move.tranche):
                return False
    for one in adopted.options:
        if one.tranche == LIVE or instance.calendar.date(one.tranche) < until:
            fixed.add((one.council, one.service))
            if one not in plan.options:
                return False
    begins = {**{key: instance.calendar.date(k) for key, (_, k) in now.items() if k != LIVE}, **days}
    return all(day >= until for key, day in begins.items() if key not in fixed)


def same_vehicles(plan: Decisions, adopted: Decisions, instance: Instance, until: dt.date) -> bool:
    """Whether partnerships that have opened keep their vehicle."""
    held = {
        (move.service, move.host): move.vehicle
        for move in adopted.moves
        if move.council == move.host and (move.tranche == LIVE or instance.calendar.date(move.tranche) < until)
    }
    return all(held.get((move.service, move.host), move.vehicle) == move.vehicle for move in plan.moves)


@pytest.mark.parametrize("seeds", [range(16, 24), pytest.param(range(24, 36), marks=pytest.mark.long)], ids=["fast", "long"])
def test_decided_things_stay_and_the_rest_is_best(tmp_path: Path, seeds: range) -> None:
    """Against enumeration: of all plans that keep what is live or frozen the best, less what changes have to earn."""
    looked, bites = 0, 0
    for seed in seeds:
        desk = Desk(tmp_path / f"{seed}", tmp_path / f"{seed}.db")
        instance = seeded(desk.folder, 7000 + seed)
        if instance is None:
            continue
        run = desk.resolve()["run"]
        adopted = desk.plan(run)
        if seed % 2:
            desk.adopt(run)
        factor = (1.25, 6, 2)[seed % 3]
        changed = desk.change(f"baselines.{sorted(instance.councils)[seed % 2]}.*.annual_cost *= {factor}")
        dates = changed.calendar.tranche_dates
        today, cost = dates[seed % len(dates)], (0.0, 7500.5)[seed % 2]
        until = next((day for day in dates if day > today), dates[-1] + dt.timedelta(days=1))
        found = desk.resolve(today=today, freeze=0, change_cost=cost)

        def worth(one: Found, folder: Path = desk.folder, adopted: Decisions = adopted, cost: float = cost) -> float:
            return objective_value(folder, *one.plan, adopted=adopted, change_cost=cost)

        every = [*every_plan(desk.folder)]
        allowed = [
            worth(one) for one in every if keeps(one.plan, adopted, changed, until) and same_vehicles(one.plan, adopted, changed, until)
        ]
        looked += 1
        if not allowed:
            assert found["status"] == "no_plan", seed
            continue
        assert found["status"] != "no_plan", seed
        plan = desk.plan(found["run"])
        assert keeps(plan, adopted, changed, until), seed
        assert not found["decided"] or found["decided"]["not_kept"] == [], seed
        reached = objective_value(desk.folder, *plan, adopted=adopted, change_cost=cost)
        assert abs(reached - max(allowed)) < HALF_A_PENNY, (seed, reached, max(allowed))
        bites += max(map(worth, every)) > max(allowed) + 1
    assert looked >= len(seeds) // 2
    assert bites >= 1


def arranged(instance: Instance) -> list[Arranged]:
    """What the best plan of an instance does."""
    document = solve(instance).document
    return [Arranged(m.council, p.service, p.host, p.vehicle, m.go_live) for p in document.partnerships for m in p.members]


def test_thawed_is_what_was_frozen(tmp_path: Path) -> None:
    """Rows that were added go, rows that were completed are as they were; from the store too."""
    instance = shire(
        tmp_path,
        economics="process_saving = 0.2",
        commitments="council, service, decision, other\nElm, payroll, hosts,\nYew, payroll, never_with, Oak\n",
    )
    held = frozen(instance, arranged(instance), instance.calendar.date(1))
    assert held.digests() != instance.digests()
    assert all(change.override.startswith(MARK) for change in held.overrides)
    assert thawed(held).digests() == instance.digests()
    with Store(tmp_path / "store.db") as store:
        entry = Entry.of_plan(Case(held, SolveSettings()), solve(held))
        store.record(entry)
        assert thawed(store.instance(entry.run)).digests() == instance.digests()


def test_what_the_data_commit_to_goes_before(tmp_path: Path) -> None:
    """A date that the data give stays, and who is live is not asked again."""
    instance = read("east-kent")
    decided_rows = {row for row in instance.rows(Commitment)}
    held = frozen(instance, arranged(instance), instance.calendar.date(1))
    assert decided_rows - set(held.rows(Commitment)) == {
        row for row in decided_rows if row.go_live is None and row.decision in ("hosts", "shares_with")
    }


def test_what_went_live_before_the_start_is_live(tmp_path: Path) -> None:
    """Once the appraisal starts later, what has gone live by then is live: no one-off, no choice."""
    instance = read("east-kent")
    plan = arranged(instance)
    later = read("east-kent", overrides=["calendar.start = 2012-04-01"])
    held = frozen(later, plan, later.calendar.start)
    live = {(row.council, row.service, row.other) for row in held.rows(Commitment) if row.decision == "live"}
    assert live == {(one.council, one.service, one.host) for one in plan if one.go_live < later.calendar.start} != set()
    assert not [row for row in held.rows(Commitment) if row.decision == "not_before"]


OUTSOURCES = "council, service, option, annual_saving, annual_cost, one_off_cost\nOak, payroll, outsource, 30000, 5000, 4000\n"
DROPS = "options.Oak.payroll.outsource.annual_saving = 1000"
"""From then on it loses 4,000 a year: to do nothing is worth more, and to share with Ash more still."""


@pytest.fixture
def outsourced(tmp_path: Path) -> tuple[Desk, str]:
    """Three councils share in the shire, and Oak outsources; that is adopted."""
    shire(tmp_path / "shire", "12 3 4", economics="duplication_avoided = 0.5\nphase_in = [0.5, 0.8, 1.0]", options=OUTSOURCES)
    desk = Desk(tmp_path / "shire", tmp_path / "store.db")
    run = desk.resolve(today=dt.date(2026, 1, 1))["run"]
    assert desk.plan(run).options == (("Oak", "payroll", "outsource", 0),)
    desk.adopt(run)
    return desk, run


def test_an_alternative_that_is_frozen_stays(outsourced: tuple[Desk, str]) -> None:
    """Against enumeration: though it loses now it is taken, and from the same day; of all such plans the best."""
    desk, run = outsourced
    adopted, changed, until = desk.plan(run), desk.change(DROPS), dt.date(2027, 4, 1)
    free = [*every_plan(desk.folder)]
    found = desk.report(today=dt.date(2026, 6, 1), freeze=0)
    assert found.decided is not None
    assert (found.decided.frozen, found.decided.not_kept, found.decided.breaks) == (4, (), ())
    plan = desk.plan(found.run)
    assert plan.options == adopted.options
    allowed = [one.npv for one in free if keeps(one.plan, adopted, changed, until)]
    assert objective_value(desk.folder, *plan) == pytest.approx(max(allowed), abs=HALF_A_PENNY)
    assert max(one.npv for one in free) > max(allowed) + 10_000
    assert found.npv == pytest.approx(max(allowed), abs=HALF_A_PENNY) == found.decided.npv


def test_an_alternative_that_is_not_frozen_may_go(outsourced: tuple[Desk, str]) -> None:
    """Before the day on which it begins nothing holds it."""
    desk, _ = outsourced
    desk.change(DROPS)
    found = desk.report(today=dt.date(2026, 1, 1), freeze=0)
    assert desk.plan(found.run).options == ()
    assert found.recommendation_changed


def test_an_alternative_that_has_begun_stays_once_the_start_is_later(outsourced: tuple[Desk, str]) -> None:
    """By hand and by enumeration: since April 2026, in its second year from the start on, and paid for.

    (0.8 + 1 + 1 + 1) * 1,000 - 4 * 5,000 over the four years from April 2027.
    """
    desk, _ = outsourced
    changed = desk.change(DROPS, "calendar.start = 2027-04-01")
    found = desk.report(today=dt.date(2027, 6, 1), freeze=0)
    assert found.decided is not None
    assert (found.decided.frozen, found.decided.not_kept) == (4, ())
    with Store(desk.store) as store:
        document, held = store.plan(found.run).document, store.instance(found.run)
    (one,) = document.options
    assert (one.option, one.tranche, one.start, one.one_off) == ("outsource", LIVE, dt.date(2026, 4, 1), 0)
    assert one.npv == pytest.approx(3.8 * 1_000 - 20_000)
    assert thawed(held).digests() == changed.digests()
    oracle = best(write_folder(held, desk.folder.parent / "held"))
    assert oracle is not None
    assert oracle.options == (("Oak", "payroll", "outsource", LIVE),)
    assert document.npv == pytest.approx(oracle.npv, abs=HALF_A_PENNY)
    assert (found.decided.npv, found.decided.breaks) == (pytest.approx(document.npv), ())  # all of it is kept: live is live, and paid for
    free = best(desk.folder)
    assert free is not None
    assert free.npv > oracle.npv + 10_000  # nothing costs anything once, so that it is the alternative that is missed
    assert desk.resolve(today=dt.date(2027, 6, 1), freeze=0)["status"] == "unchanged"


def test_what_the_data_no_longer_have_is_not_kept(outsourced: tuple[Desk, str]) -> None:
    """The alternative is gone: nothing can be taken in its place before the day that is free, and the report names it."""
    desk, _ = outsourced
    desk.change("options.Oak.payroll.outsource = off")
    found = desk.report(today=dt.date(2026, 6, 1), freeze=0)
    assert found.decided is not None
    assert found.decided.not_kept == ("Oak, payroll: outsource from 1 April 2026",)
    (oak,) = [move for move in desk.plan(found.run).moves if move.council == "Oak"]
    assert oak.tranche == 1


@pytest.mark.parametrize(
    ("row", "frozen_rows"),
    [
        ('decision = "takes", option = "outsource"', [("takes", None, "outsource", dt.date(2026, 4, 1))]),
        ('decision = "takes", option = "redesign"', [("takes", None, "redesign", None)]),
        (
            'decision = "shares_with", other = "Ash"',
            [("not_before", None, None, dt.date(2027, 4, 1)), ("shares_with", "Ash", None, None)],
        ),
    ],
)
def test_what_the_data_commit_to_goes_before_an_alternative(
    outsourced: tuple[Desk, str], row: str, frozen_rows: list[tuple[str, str | None, str | None, dt.date | None]]
) -> None:
    """The same one gets its day; another one, or to share, stays as the data have it, and is given back as it was."""
    desk, _ = outsourced
    added = 'options += { council = "Oak", service = "payroll", option = "redesign", annual_saving = 9000 }'
    instance = desk.change(added, f'commitments += {{ council = "Oak", service = "payroll", {row} }}')
    plan = [Arranged("Oak", "payroll", "", "outsource", dt.date(2026, 4, 1))]
    held = frozen(instance, plan, dt.date(2027, 4, 1))
    rows = [(one.decision, one.other, one.option, one.go_live) for one in held.rows(Commitment) if one.council == "Oak"]
    assert rows == frozen_rows
    assert thawed(held).digests() == instance.digests()


def test_the_data_commit_to_an_alternative_in_place_of_sharing(outsourced: tuple[Desk, str]) -> None:
    """Oak was to share with Ash: it does not, and Yew that was to share with Oak does not either."""
    desk, _ = outsourced
    instance = desk.change('commitments += { council = "Oak", service = "payroll", decision = "takes", option = "outsource" }')
    day = dt.date(2026, 4, 1)
    plan = [Arranged("Oak", "payroll", "Ash", "lead_authority", day), Arranged("Yew", "payroll", "Oak", "lead_authority", day)]
    held = frozen(instance, plan, dt.date(2027, 4, 1))
    assert {row.decision for row in held.rows(Commitment)} == {"takes", "not_before"}


def test_an_alternative_on_a_day_that_is_no_more(outsourced: tuple[Desk, str]) -> None:
    """It is to be had later only, by data of today: what is decided does not go with them, and both are named."""
    desk, _ = outsourced
    desk.change("options.Oak.payroll.outsource.available_from = 2027-04-01")
    with pytest.raises(InstanceError, match=r"2026-04-01 is before 'outsource' is to be had, 2027-04-01 .*with what is decided before"):
        desk.resolve(today=dt.date(2026, 6, 1), freeze=0)


def test_noise_does_not_move_councils_about(desk: Desk) -> None:
    """By hand: Dover as host of IT is worth £x more, which is too little where each of the changes has to earn as much."""
    run = desk.resolve()["run"]
    desk.adopt(run)
    desk.change("baselines.Dover.it_services.annual_cost = 941000", "baselines.Dover.it_services.fixed_cost = 214000")
    free = desk.report(today=dt.date(2010, 1, 1))
    assert free.recommendation_changed
    assert free.decided is not None
    assert (free.decided.adopted, free.decided.frozen) == (True, 0)
    held = desk.report(today=dt.date(2010, 1, 1), change_cost=5_000_000)
    assert not held.recommendation_changed or desk.plan(held.run) == desk.plan(run)
