"""The store, in SQLite and on a PostgreSQL server: what is recorded comes back as it was, whole or not at all, and is never changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from recorded import OVERRIDES, case, east_kent, entry, no_plan_exists, none_found, plan
from sqlalchemy import select, text
from tiny import write_tiny

from instances import read, shipped
from instances.archive import packed, unpacked
from optimiser import solve
from optimiser.errors import InfeasibleError
from optimiser.pipeline import SolveSettings
from optimiser.store import Case, Entry, Store, StoreError, UnknownRunError, check, resolutions, schema


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a store can be, with nothing there yet."""
    if request.param == "sqlite":
        yield str(tmp_path / "deep" / "store.db")
    else:
        yield request.getfixturevalue("server").database()


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An empty store."""
    with Store(address) as opened:
        yield opened


def test_a_run_comes_back_as_it_was(store: Store) -> None:
    """The plan to the last byte, what was learned, the data, the overrides, and what the list says."""
    assert store.record(entry())
    run = plan().document.run
    again = store.plan(run)
    assert (again.document, again.learned, again.instance) == (plan().document, plan().learned, "east-kent")
    assert store.instance(run) == east_kent()
    assert store.instance(run).digests() == east_kent().digests()
    assert store.instance(run).notes == east_kent().notes
    (line,) = store.runs()
    assert (line.run, line.request, line.instance, line.command) == (run, case().request, "east-kent", "solve")
    assert (line.status, line.npv, line.bound, line.gap) == ("optimal", plan().npv, plan().bound, plan().gap)
    assert line.seconds == pytest.approx(sum(plan().timings.values()))
    assert abs(line.recorded - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)
    assert check(store) == []


def test_tables_have_the_plan(store: Store) -> None:
    """Arrangements, what each council gets, cash flows and overrides, for who reads the database with other programs."""
    store.record(entry())
    document = plan().document
    with store.transaction() as connection:
        arranged = {(r.council, r.service): (r.host, r.vehicle, r.tranche) for r in connection.execute(select(schema.run_arrangements))}
        results = {r.council: r.npv for r in connection.execute(select(schema.run_results))}
        flows = [(r.financial_year, r.council, r.service, r.head, r.amount) for r in connection.execute(select(schema.run_cash_flows))]
        overrides = [(r.override, r.path, r.old, r.new) for r in connection.execute(select(schema.run_overrides))]
        inputs = {r.input: r.digest for r in connection.execute(select(schema.run_inputs))}
    assert arranged == document.arrangements()
    assert results == {council.council: council.npv for council in document.councils}
    assert flows == [tuple(flow.model_dump().values()) for flow in document.cashflow]
    assert [tuple(change.values()) for change in document.manifest["overrides"]] == overrides
    assert inputs == east_kent().digests()


def test_a_run_is_recorded_once(store: Store) -> None:
    """The same data, settings, versions and plan are the same run; the first record stays."""
    first = entry(recorded=dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC))
    assert store.record(first)
    assert not store.record(entry())
    assert [run.recorded for run in store.runs()] == [first.row["recorded"]]


def test_data_are_kept_once(store: Store) -> None:
    """Runs of the same data share them; only what an override changes is kept anew."""
    store.record(entry())
    with store.transaction() as connection:
        before = set(connection.execute(select(schema.kept_data.c.digest)).scalars())
    changed = read("east-kent", overrides=["baselines.Dover.planning.annual_cost += 1"])
    store.record(Entry.of_plan(Case(changed, SolveSettings()), solve(changed)))
    with store.transaction() as connection:
        after = set(connection.execute(select(schema.kept_data.c.digest)).scalars())
    assert len(after - before) == len(set(changed.digests().values()) - set(east_kent().digests().values())) > 0
    assert check(store) == []


@pytest.mark.parametrize("table", [table.name for table in schema.KEPT])
def test_nothing_is_ever_changed(store: Store, table: str) -> None:
    """The database itself refuses, whoever asks."""
    store.record(entry())
    store.record(replace(entry(1), parts={**entry(1).parts, "run_starts": [{"content": b"x"}]}))
    store.adopt(store.find(plan().document.run))
    found = resolutions.record(store, resolutions.Resolution("job", plan().document.run, {}, "first", {}, to_tell=True))
    resolutions.note_told(store, found, "sh")
    column = {"kept_data": "digest", "adopted_runs": "instance", "told_resolutions": "target"}.get(table, "run")
    with pytest.raises(StoreError, match="what is recorded is never changed"), store.transaction(writes=True) as connection:
        connection.execute(text(f"UPDATE {table} SET {column} = 'other'"))


def test_a_run_is_there_whole_or_not_at_all(store: Store) -> None:
    """The last of its rows is refused: nothing of it is there, and the store goes on."""
    whole = entry()
    twice = [*whole.parts["run_cash_flows"], whole.parts["run_cash_flows"][0]]
    with pytest.raises(StoreError):
        store.record(replace(whole, parts={**whole.parts, "run_cash_flows": twice}))
    with store.transaction() as connection:
        assert all(connection.execute(select(table)).first() is None for table in schema.KEPT)
    assert store.record(whole)
    assert check(store) == []


def test_runs_without_a_plan_are_recorded(store: Store) -> None:
    """Why there is none, and the bound where one was proven; they have no plan to give."""
    for one in (no_plan_exists(), none_found(), none_found(None)):
        assert store.record(one)
    assert check(store) == []
    found = {run.status: run for run in store.runs()}
    assert set(found) == {"infeasible", "no_plan"}
    assert '"Thanet stays out."' in store.document(found["infeasible"].run)
    assert [run.npv for run in store.runs()] == [None] * 3
    assert {run.bound for run in store.runs(status=["no_plan"])} == {1e6, None}
    with pytest.raises(UnknownRunError, match="gave no plan: infeasible"):
        store.plan(found["infeasible"].run)


@pytest.mark.parametrize(
    ("recorded", "answers"),
    [
        (entry, True),
        (no_plan_exists, True),
        (none_found, True),
        (lambda: none_found(None, "interrupted"), False),
        (lambda: entry(termination="interrupted", status="feasible"), False),
        (lambda: entry(termination="time_limit", status="feasible"), True),
    ],
)
def test_what_is_asked_again_is_answered(store: Store, recorded: Callable[[], Entry], answers: bool) -> None:
    """The same data, overrides, settings and versions have an answer, unless somebody stopped it."""
    assert store.answer(case().request) is None
    store.record(recorded())
    found = store.answer(case().request)
    assert (found is not None) == answers
    assert store.answer(Case(east_kent(), SolveSettings(seed=1)).request) is None
    assert store.answer(Case(east_kent(), SolveSettings(gap=0.01)).request) is None
    assert store.answer(Case(read("east-kent"), SolveSettings()).request) is None
    spaced = read("east-kent", overrides=["rules.minimum_saving=0.08", *OVERRIDES[1:]])
    assert Case(spaced, SolveSettings()).request == case().request


def test_a_run_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    """As much as no other has; nothing else stands for a run."""
    runs = [one.run for one in (entry(), *(entry(number) for number in range(1, 18)))]
    for number in range(18):
        store.record(entry(number))
    for run in runs:
        assert store.find(run).run == store.find(f" {run.upper()} ").run == run
    firsts = [run[0] for run in runs]
    several = max(firsts, key=firsts.count)  # eighteen ids have sixteen first characters at most
    with pytest.raises(UnknownRunError, match=f"'{several}' begins {firsts.count(several)} runs: .*; give more of it"):
        store.find(several)
    for nothing in ("", "xyz", "%", "_"):
        with pytest.raises(UnknownRunError, match="has no run"):
            store.find(nothing)


def test_the_last_recorded_comes_first(store: Store) -> None:
    """And lists can be cut to an instance, a status, a number, a time."""
    days = [dt.datetime(2026, 1, day, tzinfo=dt.UTC) for day in (3, 1, 2)]
    for number, day in enumerate(days):
        store.record(entry(number, recorded=day, instance="kent" if number else "other"))
    store.record(no_plan_exists(recorded=dt.datetime(2026, 1, 4, tzinfo=dt.UTC)))
    assert [run.recorded.day for run in store.runs()] == [4, 3, 2, 1]
    assert [run.recorded.day for run in store.runs(limit=2)] == [4, 3]
    assert [run.recorded.day for run in store.runs(instance="kent")] == [2, 1]
    assert [run.recorded.day for run in store.runs(status=["optimal"])] == [3, 2, 1]
    assert [run.recorded.day for run in store.runs(before=days[0])] == [2, 1]


def test_the_last_adopted_holds(store: Store) -> None:
    """Of each instance by itself; the list says when."""
    for number in range(3):
        store.record(entry(number, instance="other" if number == 2 else "east-kent"))
    first, second, other = (store.find(entry(number).run) for number in range(3))
    assert store.adopted("east-kent") is None
    for run in (first, second, other):
        store.adopt(run)
    assert [store.adopted(name).run for name in ("east-kent", "other")] == [second.run, other.run]  # type: ignore[union-attr]
    store.adopt(first)
    held = store.adopted("east-kent")
    assert held is not None
    assert held.run == first.run
    assert held.adopted is not None


def test_what_is_pruned_is_gone_with_its_data(store: Store) -> None:
    """Data that other runs have read stay; an adopted run stays, and with it all that were to go."""
    changed = read("east-kent", overrides=["baselines.Dover.planning.annual_cost += 1"])
    other = Entry.of_plan(Case(changed, SolveSettings()), solve(changed))
    for one in (entry(), entry(1), other):
        store.record(one)
    store.adopt(store.find(entry().run))
    with pytest.raises(UnknownRunError, match="was adopted and stays"):
        store.prune(store.runs())
    assert len(store.runs()) == 3
    store.prune([store.find(other.run)])
    assert {run.run for run in store.runs()} == {entry().run, entry(1).run}
    assert check(store) == []
    with store.transaction() as connection:
        assert set(connection.execute(select(schema.kept_data.c.digest)).scalars()) == set(east_kent().digests().values())
        assert all(other.run not in connection.execute(select(table.c.run)).scalars() for table in schema.PARTS)
    assert store.instance(entry().run) == east_kent()


def test_a_lock_is_one_process_s(address: str) -> None:
    """Others are told so, until it is let go; another name is another lock."""
    with Store(address) as one, Store(address) as other:
        with one.lock("kent") as mine:
            assert mine
            with other.lock("kent") as theirs, other.lock("devon") as another:
                assert (theirs, another) == (False, True)
        with other.lock("kent") as theirs:
            assert theirs


DAMAGES = {
    "its plan cannot be read": "UPDATE runs SET document = 'x'",
    "its plan is not the one that was recorded": "UPDATE runs SET digest = 'x'",
    "its plan is another run's": "UPDATE runs SET run = 'x'",
    "14 of 15 rows in run_arrangements": "DELETE FROM run_arrangements WHERE council = 'Dover' AND service = 'building_control'",
    "3 of 4 rows in run_results": "DELETE FROM run_results WHERE council = 'Dover'",
    "rows in run_cash_flows": "DELETE FROM run_cash_flows WHERE line = 7",
    "rows in run_overrides": "DELETE FROM run_overrides WHERE position = 1",
    "its data are not those that it read": "UPDATE run_inputs SET digest = (SELECT digest FROM run_inputs WHERE input = 'history') "
    "WHERE input = 'adjacency'; UPDATE runs SET manifest = '{\"digests\": {}}'",
    "are damaged": "UPDATE kept_data SET content = 'x'",
    "14 rows of run_inputs belong to no run": "DELETE FROM runs",
    "kept tables belong to no run": "DELETE FROM runs; DELETE FROM run_inputs",
}


@pytest.mark.parametrize("fault", DAMAGES)
def test_damage_is_found(tmp_path: Path, fault: str) -> None:
    """Whatever somebody does to the file by other programs."""
    with Store(tmp_path / "store.db") as store:
        store.record(entry())
        raw = store.engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("PRAGMA foreign_keys = OFF")
            for table in schema.KEPT:
                cursor.execute(f"DROP TRIGGER {table.name}_never_changed")
            for statement in DAMAGES[fault].split("; "):
                cursor.execute(statement)
        finally:
            raw.close()
        assert any(fault in found for found in check(store)), check(store)


@pytest.mark.parametrize("name", shipped())
def test_every_case_study_comes_back(name: str) -> None:
    """Every table and all settings, scenarios and ranges with their dates among them."""
    instance = read(name)
    again = unpacked(name, packed(instance))
    assert again == instance
    assert packed(again) == packed(instance)


def test_any_instance_comes_back_and_is_solved_alike(tmp_path: Path) -> None:
    """Random instances with every table and rule in play: the same digests, and the same run when solved again."""
    solved = 0
    with Store(tmp_path / "store.db") as store:
        for seed in range(40):
            write_tiny(tmp_path / f"{seed}", seed)
            instance = read(tmp_path / f"{seed}")
            assert unpacked(instance.name, packed(instance)) == instance, seed
            if seed % 4:
                continue
            asked = Case(instance, SolveSettings())
            try:
                found = solve(instance)
            except InfeasibleError as error:
                store.record(Entry.of_failure(asked, error))
                continue
            store.record(Entry.of_plan(asked, found))
            assert solve(store.instance(found.document.run)).document == found.document, seed
            solved += 1
        assert check(store) == []
    assert solved >= 5


@pytest.mark.parametrize("kept", [{}, {"instance": b"x"}, {"instance": packed(read("east-kent"))["councils"]}])
def test_what_is_no_instance_is_refused(kept: dict[str, bytes]) -> None:
    """Nothing, no JSON, or another table."""
    with pytest.raises(ValueError, match=r"damaged|validation error"):
        unpacked("x", kept)
