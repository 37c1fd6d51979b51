"""Starting from an earlier plan: the same answers, sooner; nothing rests on what the earlier solve believed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from benchmarks.region import write_region
from tiny import write_tiny
from typer.testing import CliRunner

import solvers
from formulations import Objective, price
from formulations.decomposition import columns_of, named
from instances import Instance, apply, read
from optimiser import Plan, solve
from optimiser.cli import app
from optimiser.errors import InfeasibleError
from optimiser.methods import relaxation
from optimiser.methods.incumbent import from_plan
from optimiser.methods.relaxation import Relaxation
from optimiser.methods.restricted import Restricted
from optimiser.start import FILE, Learned, Start
from solvers.base import Limits
from solvers.column_generation import Pace, values_of

SOLVER = solvers.get("highs")


@cache
def tiny(seed: int, off: str = "") -> Instance:
    """A random tiny instance."""
    with TemporaryDirectory() as name:
        write_tiny(Path(name), seed, off=off)
        return read(name)


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A region whose services are linked by what each council can deliver at a time, with joint purchasing."""
    folder = tmp_path_factory.mktemp("region") / "region"
    write_region(folder, councils=8, services=4, tranches=4, seed=3)
    return folder


@pytest.fixture(scope="module")
def plan(region: Path) -> Plan:
    """Its plan, to 0.5 %."""
    return solve(read(region), method="decomposition", gap=0.005)


def changed(instance: Instance) -> Instance:
    """One cost up by a quarter."""
    council, service = next(iter(instance.baselines))
    return apply(instance, overrides=[f"baselines.{council}.{service}.annual_cost *= 1.25"])


def relaxed(seed: int) -> Relaxation | None:
    """The relaxation of a tiny instance, its prices searched for; None where a row cannot be kept.

    Without contiguity, which that search passes over: what it finds there may be in pieces, and is then no partnership.
    """
    found = Relaxation(price(tiny(seed, "contiguity")), Objective(), Pace(levels=(0.5, 0.1), steps=20))
    if found.contradiction:
        return None
    found.duals.descend()
    found.duals.search()
    return found


def test_partnerships_by_name_are_the_columns_again() -> None:
    """Moves, tranches and purchases: what is named and found again is what it was."""
    several = bought = 0
    for seed in range(20):
        found = relaxed(seed)
        if found is None:
            continue
        columns = sorted(found.duals.columns)
        again = sorted(columns_of(found.blocks, named(found.blocks, columns)))
        assert again == columns, seed
        several += len(columns)
        opens = set(found.blocks.opens.ravel().tolist()) | set(found.blocks.joins.ravel().tolist())
        bought += sum(not set(column) <= opens for column in columns)
    assert several > 100
    assert bought > 0


def test_partnerships_that_are_no_longer_there_are_left_out(region: Path) -> None:
    """Another host, another member, another tranche, nobody; and two that may not be together."""
    blocks = Relaxation(price(read(region)), Objective(), Pace()).blocks
    service, host, vehicle = blocks.partnerships[0]
    able, first = blocks.members[0], blocks.tranches[0]
    joined = next((c, k) for n, c in enumerate(able) for i, k in enumerate(blocks.tranches) if blocks.joins[0, n, i] >= 0)
    opened = next(k for i, k in enumerate(blocks.tranches) if blocks.opens[0, i] >= 0)
    good = (service, host, vehicle, opened, (joined,))
    assert len(list(columns_of(blocks, [good]))) == 1
    strange: list[Any] = [
        (service, "nobody", vehicle, opened, (joined,)),
        (service, host, vehicle, 99, (joined,)),
        (service, host, vehicle, opened, (("nobody", first),)),
        (service, host, vehicle, opened, ((joined[0], 99),)),
        (service, host, vehicle, opened, ()),
    ]
    assert list(columns_of(blocks, strange)) == []
    conflicts = [
        (b, n, m)
        for b in range(len(blocks))
        for n in range(len(blocks.members[b]))
        for m in range(n)
        if not blocks.may_be_together(b, [n, m])
    ]
    together = [
        (b, n, m) for b in range(len(blocks)) for n in range(len(blocks.members[b])) for m in range(n) if blocks.may_be_together(b, [n, m])
    ]
    graph = price(read(region)).graph
    for pairs, kept in ((conflicts, True), (together, False)):
        assert pairs
        for b, n, m in pairs:
            one, other = (graph.position[blocks.members[b][i]] for i in (n, m))
            assert graph.conflicts[blocks.partnerships[b][0]][one, other] == kept


def test_values_of_columns() -> None:
    """Sums over the variables of each; of none, nothing."""
    assert values_of([(0, 2), (1,), ()], np.array([1.0, 2.0, 4.0])).tolist() == [5.0, 2.0, 0.0]
    assert values_of([], np.array([1.0])).tolist() == []


def answer(instance: Instance, **settings: Any) -> Any:
    """The plan without what may differ, or that there is none; why is looked for within a time, so that it may differ."""
    try:
        return solve(instance, reasons=False, **settings).document.model_dump(exclude={"run", "manifest", "bound", "gap"})
    except InfeasibleError:
        return "no plan"


@pytest.mark.parametrize("method", ["compact", "decomposition"])
def test_the_answer_does_not_depend_on_the_start(method: Any) -> None:
    """With the plan of the same data, of changed data, and of something else altogether: the best plan, to the last name."""
    for seed in range(6):
        instance = tiny(seed)
        try:
            start = solve(changed(instance), method=method).start()
        except InfeasibleError:
            start = Start("another", {})
        cold = answer(instance, method=method)
        odd = Learned(prices={"one_arrangement[C0,S0]": -1e6, "no such row": 3.0}, partnerships=(("a", "b", "c", 0, (("d", 1),)),))
        for given in (start, Start("another", {("a", "b"): ("c", "d", 0)}, odd)):
            assert answer(instance, method=method, start=given) == cold, seed


@pytest.mark.parametrize("master", [relaxation.MASTER, 0], ids=["in one", "by service"])
def test_bounds_stay_bounds_with_any_prices(master: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices of other data, or prices out of the air: no plan is worth more than the bound that they give."""
    monkeypatch.setattr(relaxation, "MASTER", master)
    checked = 0
    for seed in range(20):
        try:
            best = solve(tiny(seed), method="compact").document.objective_value / 1000
        except InfeasibleError:
            continue
        found = Relaxation(price(tiny(seed)), Objective(), Pace(levels=(0.5,), steps=5))
        rng = np.random.default_rng(seed)
        names = [row.name for row in found.structure.rows.rows]
        found.begin(Learned(prices=dict(zip(names, rng.normal(0, 5, len(names)), strict=True))))
        assert best <= found.bound + 1e-5, seed
        before = found.bound
        found.search_by_service(rng.random(len(found.priced.moves)) < 0.2)
        assert best - 1e-5 <= found.bound <= before + 1e-9, seed
        found.tighten(1e-6)
        assert best <= found.bound + 1e-5, seed
        checked += 1
    assert checked >= 10


def test_the_same_data_are_proven_at_once(region: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """No steps, no master problems and no search among other moves: the prices and the plan are enough."""
    monkeypatch.setattr("solvers.column_generation.Duals.descend", None)
    monkeypatch.setattr("solvers.column_generation.Duals.search", None)
    monkeypatch.setattr(Restricted, "solve", None)
    monkeypatch.setattr(Restricted, "dive", None)
    again = solve(read(region), method="decomposition", gap=0.005, start=plan.start())
    assert again.npv == plan.npv
    assert again.document.manifest["solve"]["warm_start"] == plan.document.run
    assert again.gap is not None
    assert again.gap <= 0.005


def test_changed_data_are_proven_from_there(region: Path, plan: Plan) -> None:
    """The plan for the changed data is within the gap of the best, and cold and warm bounds hold for both."""
    other = changed(read(region))
    cold = solve(other, method="decomposition", gap=0.005).document
    warm = solve(other, method="decomposition", gap=0.005, start=plan.start()).document
    for one, another in ((cold, warm), (warm, cold)):
        assert one.bound is not None
        assert another.objective_value <= one.bound + 0.01
        assert one.gap is not None
        assert one.gap <= 0.005


def test_an_earlier_plan_is_taken_in_other_tranches_where_it_has_to_be(region: Path, plan: Plan) -> None:
    """With the first tranche closed to a member that went live in it, there is still a plan to begin with."""
    partnership, member = next((p, m) for p in plan.document.partnerships for m in p.members if m.council != p.host)
    priced = price(read(region))
    table = priced.moves
    barred = (table["council"] == member.council) & (table["service"] == partnership.service) & (table["tranche"] == member.tranche)
    found = from_plan(priced.only((~barred).to_numpy()), Objective(), plan.start(), SOLVER, Limits())
    assert found is not None
    assert 0 < found.value <= plan.npv / 1000 + 1e-6


def test_files_of_a_run_hold_what_was_learned(region: Path, tmp_path: Path) -> None:
    """A run by decomposition has it, `--warm-start` reads it, and its use is in the manifest; one by the compact model has none."""
    run = CliRunner().invoke
    common = ["--gap", "0.005", "--quiet"]
    first, second, compact = tmp_path / "first", tmp_path / "second", tmp_path / "compact"
    assert run(app, ["solve", str(region), "--method", "decomposition", "--out", str(first), *common]).exit_code == 0
    assert Learned.model_validate_json((first / FILE).read_bytes()).prices
    again = ["solve", str(region), "--method", "decomposition", "--warm-start", str(first), "--out", str(second), *common]
    result = run(app, again)
    assert result.exit_code == 0, result.output
    manifests = [json.loads((folder / "manifest.json").read_text(encoding="utf-8")) for folder in (first, second)]
    assert manifests[1]["solve"]["warm_start"] == manifests[0]["run"]
    assert manifests[0]["solve"]["warm_start"] is None
    partnerships = [(folder / "partnerships.csv").read_text(encoding="utf-8").splitlines() for folder in (first, second)]
    assert [line.rsplit(",", 1)[0] for line in partnerships[0]] == [line.rsplit(",", 1)[0] for line in partnerships[1]]
    assert (
        run(app, ["solve", str(region), "--method", "compact", "--warm-start", str(first), "--out", str(compact), *common]).exit_code == 0
    )
    assert not (compact / FILE).exists()


def test_a_start_that_cannot_be_used_is_refused(region: Path, tmp_path: Path) -> None:
    """No run there, or its file is broken: exit 2, nothing written."""
    run = tmp_path / "run"
    assert CliRunner().invoke(app, ["solve", "bromsgrove-redditch", "--out", str(run), "--quiet"]).exit_code == 0
    (run / FILE).write_text('{"prices": "many"}', encoding="utf-8")
    for path, said in ((tmp_path / "nowhere", "cannot be read"), (run, f"{FILE} cannot be used")):
        result = CliRunner().invoke(app, ["solve", str(region), "--warm-start", str(path), "--out", str(tmp_path / "new")])
        assert result.exit_code == 2
        assert said in result.stderr
        assert not (tmp_path / "new").exists()
