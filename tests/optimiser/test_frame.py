"""What solves of the same moves share: the same prices, rows and bounds as worked out from nothing, and nothing where more has changed."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest
from small import TWO_SERVICES, shire
from tiny import write_tiny

import formulations
from formulations import Objective
from formulations.pricing import repriced
from instances import Instance, InstanceError, apply, read
from instances.graph import council_graph
from instances.tables import TABLES, Parameters
from instances.touched import FIGURES, FOR_ALL, touched
from optimiser import solve
from optimiser.errors import InfeasibleError
from optimiser.methods.frame import Frame
from optimiser.methods.relaxation import Relaxation
from optimiser.pipeline import SolveSettings
from optimiser.start import Learned
from optimiser.whatif import base_of, best_of, held, worth_of_plan
from solvers.column_generation import Pace

PACE = Pace(tolerance=1e-6)
SOME = (
    "services.payroll.process_saving = 0.07",
    "services.*.duplication_avoided = 0.4",
    "services.waste.set_up_cost += 1000",
    "services.payroll.growth = 0.02",
    "services.payroll.phase_in = 0.2;0.9",
    "economics.discount_rate = 0.06",
    "economics.optimism_bias.savings = 0.2",
    "economics.turnover = 0.1",
    "baselines.Ash.payroll.annual_cost *= 1.2",
    "baselines.*.*.fte *= 1.5",
    "baselines.Ash.payroll.platform = other",
    "contracts.*.*.termination_charge += 1000",
    "contracts.*.*.termination_share = 0.3",
    "vehicles.*.saving_factor *= 0.9",
    "options.*.*.*.annual_saving *= 1.1",
    "estimates.*.*.*.annual_cost += 500",
)
"""Changes of figures, as far as an instance has them."""


def figures_changed(instance: Instance, rng: Random) -> tuple[Instance, str] | None:
    """A change of figures; None where nothing of the kind can be changed in an instance."""
    for text in rng.sample(SOME, len(SOME)):
        try:
            changed = apply(instance, overrides=[text])
        except InstanceError:
            continue
        return changed, text
    return None


def instances(folder: Path, count: int) -> list[tuple[Instance, Instance, str]]:
    """Random tiny instances, each with a change of figures."""
    found = []
    for seed in range(count):
        write_tiny(folder / str(seed), seed)
        instance = read(folder / str(seed))
        pair = figures_changed(instance, Random(seed))
        if pair is not None:
            found.append((instance, *pair))
    assert len(found) > count // 2
    return found


def test_touched_columns_are_columns() -> None:
    """Of the tables, and no keys; of section economics."""
    for table, columns in FIGURES.items():
        assert columns <= TABLES[table].model_fields.keys() - set(TABLES[table].key)
    assert set(Parameters.model_fields) < FOR_ALL


@pytest.mark.parametrize(
    ("override", "services"),
    [
        ("services.payroll.process_saving = 0.3", {"payroll"}),
        ("services.*.process_saving = 0.3", {"payroll", "waste"}),
        ("economics.discount_rate = 0.3", {"payroll", "waste"}),
        ("baselines.Elm.waste.annual_cost = 70000", {"waste"}),
        ("services.payroll.maximum_distance = 30", None),
        ("baselines.Elm.waste.volume = 200", None),
        ("baselines.Elm.waste.can_host = true", None),
        ("rules.minimum_saving = 0.01", None),
        ("calendar.tranches = 1", None),
        ("councils.Ash.latitude = 51.05", None),
        ('commitments += { council = "Ash", decision = "stays_out" }', None),
        ("contracts.Ash.payroll.expires = 2026-10-01", None),
        ("contracts.Ash.payroll.termination_charge = 100", {"payroll"}),
    ],
)
def test_what_is_touched(tmp_path: Path, override: str, services: set[str] | None) -> None:
    """Services whose figures change; None where more does; nobody where the figure stays as it was."""
    contracts = "council, service, expires\nAsh, payroll, 2026-09-01\n"
    instance = shire(tmp_path, economics="process_saving = 0.1", contracts=contracts, **TWO_SERVICES)
    changed = apply(instance, overrides=[override])
    assert touched(changed, changed) == frozenset()
    found = touched(instance, changed)
    assert found == (None if services is None else frozenset(services))


def test_prices_are_those_from_nothing(tmp_path: Path) -> None:
    """To the last bits, whichever services are priced anew; and the graph's charges with them."""
    for instance, changed, text in instances(tmp_path, 30):
        services = touched(instance, changed)
        if services is None:
            continue
        found, fresh = repriced(formulations.price(instance), changed, services), formulations.price(changed)
        pd.testing.assert_frame_equal(found.moves, fresh.moves, rtol=1e-12, atol=1e-6, check_dtype=False, obj=text)
        pd.testing.assert_frame_equal(found.options, fresh.options, rtol=1e-12, atol=1e-6, check_dtype=False, obj=text)
        pd.testing.assert_frame_equal(found.graph.moves, council_graph(changed).moves, rtol=1e-12, atol=1e-6, check_dtype=False, obj=text)
        np.testing.assert_array_equal(found.discount, fresh.discount)


def test_rows_and_bounds_are_those_from_nothing(tmp_path: Path) -> None:
    """Cost, rows and the bound at some prices; where the frame does not fit it says so."""
    fits = 0
    for instance, changed, text in instances(tmp_path, 60):
        frame = Frame(instance, Learned())
        priced = frame.price(changed)
        found = None if priced is None or priced.moves.empty else frame.relaxation(priced, Objective(), PACE)
        if found is None or priced is None:
            continue
        fits += 1
        fresh = Relaxation(formulations.price(changed), Objective(), PACE)
        assert found.linked.cost == pytest.approx(fresh.linked.cost, abs=1e-9), text
        difference = (found.linked.matrix - fresh.linked.matrix).tocoo()
        assert np.abs(difference.data).max(initial=0.0) < 1e-9, text
        prices = np.abs(np.random.default_rng(fits).normal(size=found.linked.matrix.shape[0]))
        for relaxation in (found, fresh):
            relaxation.duals.start(prices)
        assert found.duals.at_best() == pytest.approx(fresh.duals.at_best(), abs=1e-6), text
    assert fits > 10


@pytest.mark.parametrize("rule", ["minimum_saving = 0.1", "payback = 3", "maximum_partnerships = 1"])
def test_rows_with_figures(tmp_path: Path, rule: str) -> None:
    """Rules about one partnership have figures in their rows."""
    instance = shire(tmp_path, economics="duplication_avoided = 0.5\nprocess_saving = 0.1\nintegration_cost = 9000", rules=rule)
    frame = Frame(instance, Learned())
    for text in (
        "economics.integration_cost = 20000",
        "baselines.Elm.payroll.annual_cost = 170000",
        "services.payroll.process_saving = 0.05",
    ):
        changed = apply(instance, overrides=[text])
        priced = frame.price(changed)
        assert priced is not None
        found, fresh = frame.relaxation(priced, Objective(), PACE), Relaxation(formulations.price(changed), Objective(), PACE)
        assert found is not None
        assert np.abs((found.linked.matrix - fresh.linked.matrix).toarray()).max(initial=0.0) < 1e-9
        assert found.linked.cost == pytest.approx(fresh.linked.cost, abs=1e-9)


@pytest.mark.parametrize(
    "given",
    [
        {"rules": "minimum_total_saving = { amount = 1000, year = 2 }"},
        {"rules": "investment_limit = { programme = 100000 }"},
        {"rules": 'no_council_worse_off = "where_it_falls"'},
        {"tiers": "service, from_volume, rate\npayroll, 50000, 0.1\n"},
    ],
    ids=str,
)
def test_a_frame_that_does_not_fit_says_so(tmp_path: Path, given: dict[str, str]) -> None:
    """Rows that link partnerships by their figures, and purchases, are worked out anew."""
    instance = shire(tmp_path, economics="duplication_avoided = 0.5", **given)
    frame = Frame(instance, Learned())
    priced = frame.price(apply(instance, overrides=["economics.duplication_avoided = 0.4"]))
    assert priced is not None
    assert frame.relaxation(priced, Objective(), PACE) is None


def test_what_ifs_by_decomposition_agree_with_solves_from_nothing(tmp_path: Path) -> None:
    """The best plan's NPV of changed instances, of a base solved by decomposition to the optimum and within a gap."""
    solved = 0
    for instance, changed, text in instances(tmp_path, 14):
        for gap in (0.0, 0.01):
            try:
                base = base_of(instance, SolveSettings(method="decomposition", gap=gap))
                fresh = solve(changed, gap=0.0)
            except InfeasibleError:
                continue
            answer = best_of(base, changed, held(base, changed))
            solved += 1
            assert answer.npv is not None
            assert answer.bound is not None
            allowed = gap * abs(fresh.npv) + 0.01
            assert answer.npv <= fresh.npv + 0.01, text
            assert answer.bound >= fresh.npv - 0.01, text
            assert answer.npv >= fresh.npv - 2 * allowed, text
    assert solved > 10


def test_the_worth_of_a_plan_is_what_the_audit_gives(tmp_path: Path) -> None:
    """Service by service, whatever is touched."""
    for instance, changed, text in instances(tmp_path, 24):
        try:
            base = base_of(instance)
        except InfeasibleError:
            continue
        own = held(base, changed)
        assert own is not None
        assert worth_of_plan(base, changed) == pytest.approx(own.npv, abs=1e-6), text
