"""Withdrawal by hand: before the start the rest is solved again; after adoption what was paid stays paid, and leaving costs."""

from __future__ import annotations

from pathlib import Path

import pytest
from oracle import best, npv_by_council
from outcomes import HALF_A_PENNY, decided
from small import shire
from tiny import write_tiny
from written import write_folder

from instances import Instance, InstanceError, apply, read
from optimiser.errors import InfeasibleError
from optimiser.sensitivity.withdrawal import Withdrawal, study_withdrawal, withdrawal_tasks, without
from optimiser.whatif import Base, base_of

ECONOMICS = """
process_saving = 0.1
duplication_avoided = 0.5
integration_cost = 1000
exit_cost = 700
optimism_bias = { savings = 0.0, costs = 0.1 }
"""
OUT = "council, service, decision\nElm, , stays_out\n"


def studied(instance: Instance, council: str) -> tuple[Base, Withdrawal]:
    """The base and one council's leaving."""
    base = base_of(instance)
    return base, study_withdrawal(base, council)


def losses(found: Withdrawal) -> dict[str, tuple[float | None, float | None]]:
    """NPV of each council before and after."""
    return {loss.council: (loss.before, loss.after) for loss in found.losses}


def test_a_member_leaves(tmp_path: Path) -> None:
    """Ash hosts Oak and Yew for three years. Oak saves 12,000 and Yew 17,000 a year, for 1,100 once; Ash saves 4,000."""
    base, found = studied(shire(tmp_path, economics=ECONOMICS, commitments=OUT), "Oak")
    assert {c.council: c.npv for c in base.plan.document.councils} == pytest.approx({"Ash": 12_000, "Elm": 0, "Oak": 34_900, "Yew": 49_900})
    assert found.dissolved == ()
    assert losses(found) == {
        "Ash": (pytest.approx(12_000), pytest.approx(12_000)),
        "Elm": (0, 0),
        "Oak": (0, pytest.approx(-1_100 - 770)),
        "Yew": (pytest.approx(49_900), pytest.approx(49_900)),
    }
    assert found.npv_after == pytest.approx(12_000 + 49_900 - 1_870)
    assert (found.losses[2].sunk, found.losses[2].exit_cost) == (pytest.approx(1_100), pytest.approx(770))


def test_the_host_leaves(tmp_path: Path) -> None:
    """The partnership ends: each has paid for nothing and pays to get out; nobody else may host."""
    _, found = studied(shire(tmp_path, economics=ECONOMICS, commitments=OUT), "Ash")
    assert found.dissolved == (("payroll", "Ash"),)
    assert losses(found) == {
        "Ash": (0, pytest.approx(-770)),
        "Elm": (0, 0),
        "Oak": (0, pytest.approx(-1_870)),
        "Yew": (0, pytest.approx(-1_870)),
    }


def test_too_few_are_left(tmp_path: Path) -> None:
    """Three at least: without Oak the two that stay cannot go on."""
    rules = "partnership_size = { minimum = 3 }"
    _, found = studied(shire(tmp_path, economics=ECONOMICS, commitments=OUT, rules=rules), "Oak")
    assert found.dissolved == (("payroll", "Ash"),)
    assert losses(found)["Yew"] == (0, pytest.approx(-1_870))


def test_what_is_left_may_break_a_rule(tmp_path: Path) -> None:
    """Of 240,000 the three save 33,000, 13.75 %; without Yew it is 16,000 of 180,000."""
    _, found = studied(shire(tmp_path, economics=ECONOMICS, commitments=OUT, rules="minimum_saving = 0.1"), "Yew")
    assert found.broken == ("minimum_saving",)
    assert found.dissolved == ()


def test_joint_purchasing_falls_with_the_volume(tmp_path: Path) -> None:
    """Ash and Oak buy for 60,000 and save 5 % of it, with Yew for 70,000 and 10 %."""
    tiers = "service, from_volume, rate\npayroll, 60000, 0.05\npayroll, 70000, 0.1\n"
    _, found = studied(shire(tmp_path, economics="process_saving = 0.1", commitments=OUT, tiers=tiers), "Yew")
    assert losses(found)["Ash"] == (pytest.approx(3 * (4_000 + 1_000)), pytest.approx(3 * (4_000 + 1_000)))
    assert {loss.council: loss.plan for loss in found.losses}["Ash"] == pytest.approx(3 * (4_000 + 2_000))


@pytest.mark.parametrize("seeds", [pytest.param(range(14), id="fast"), pytest.param(range(14, 40), id="all", marks=pytest.mark.long)])
def test_before_the_start_agrees_with_enumeration(tmp_path: Path, seeds: range) -> None:
    """The best plan of the rest; what is left of the held plan is priced as the oracle prices it."""
    tried = 0
    for seed in seeds:
        write_tiny(tmp_path / f"{seed}", seed)
        try:
            base = base_of(read(tmp_path / f"{seed}"))
        except InfeasibleError:
            continue
        for task in withdrawal_tasks(base):
            found = study_withdrawal(base, task.question)
            _check_before(base, found, tmp_path / "without")
            _check_after(base, found, tmp_path / "with")
            tried += 1
    assert tried >= 5


def _check_before(base: Base, found: Withdrawal, folder: Path) -> None:
    try:
        instance = apply(base.instance, overrides=list(without(base.instance, found.council)))
    except InstanceError:
        assert found.refused
        return
    optimum = best(write_folder(instance, folder))
    assert (optimum is None) == (found.answer.status == "infeasible")
    if optimum is not None:
        assert found.answer.npv == pytest.approx(optimum.npv, abs=HALF_A_PENNY)
        assert not any(found.council in (one.council, one.host) for one in found.answer.plan)
        assert sum(loss.before or 0.0 for loss in found.losses) == pytest.approx(optimum.npv, abs=HALF_A_PENNY)


def _check_after(base: Base, found: Withdrawal, folder: Path) -> None:
    plan = decided(base.plan.document)
    gone = {(service, host) for service, host in found.dissolved}
    moves = [m for m in plan.moves if (m.service, m.host) not in gone and m.council != found.council]
    left = npv_by_council(write_folder(base.instance, folder), moves, plan.options)
    for loss in found.losses:
        assert loss.after is not None
        assert loss.after + loss.sunk + loss.exit_cost == pytest.approx(left[loss.council], abs=HALF_A_PENNY)


def test_bromsgrove_pays_what_is_published() -> None:
    """Undoing the single team costs each council 400,000 pounds (guide, Appendix 2)."""
    _, found = studied(read("bromsgrove-redditch"), "Redditch")
    assert {loss.council: loss.exit_cost for loss in found.losses} == {"Bromsgrove": 400_000, "Redditch": 400_000}
