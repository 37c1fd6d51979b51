"""Explanations as a whole: several causes at once, instances that have a plan, stops, and what is told on the way."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from planted import DECIDED, OAK_WITH_ASH, SAVES, TWO_SERVICES, named, optimum
from small import shire

from instances import Instance, read
from optimiser import solve
from optimiser.errors import NoPlanError
from optimiser.explain import Explanation, explain, explaining
from optimiser.explain.questions import Questions

OAK = "commitments: Oak shares_with Ash for payroll [commitments.csv 2]"
WASTE = "commitments: Ash hosts for waste [commitments.csv 3]"
CONTRACT = "contract_timing: Elm for waste [contracts.csv 2]"


def two_causes(folder: Path, rules: str = "maximum_distance = 20") -> Instance:
    """Oak is too far from Ash for payroll; Elm, the only other council that runs waste, is tied by a contract."""
    return shire(
        folder,
        rules=rules,
        economics=SAVES,
        commitments=OAK_WITH_ASH + "Ash, waste, hosts, ,\n",
        contracts="council, service, expires\nElm, waste, 2029-04-01\n",
        **TWO_SERVICES,
    )


def test_an_instance_with_a_plan_says_so() -> None:
    """No clash, no repair, and tables without rows."""
    found = explain(read("bromsgrove-redditch"))
    assert (found.status, found.clash_list, found.repair_list, found.untried, found.stopped) == ("feasible", (), (), (), "")
    assert found.clashes.empty
    assert found.repairs.empty


def test_two_causes_are_two_clashes_and_repairs_break_both(tmp_path: Path) -> None:
    """Each clash holds one cause; each repair has a part for either, and enumeration finds its plan and none without a part."""
    instance = two_causes(tmp_path / "instance")
    found = explain(instance)
    assert sorted(map(sorted, named(found))) == [
        sorted([WASTE, CONTRACT]),
        sorted([OAK, "maximum_distance: payroll [rules.maximum_distance]"]),
    ]
    assert len(found.repair_list) >= 4
    for repair in found.repair_list:
        assert len(repair.changes) == len(repair.overrides) == 2
        assert repair.npv == pytest.approx(optimum(instance, repair.overrides, tmp_path / "written"), abs=0.01)
        for text in repair.overrides:
            assert optimum(instance, (text,), tmp_path / "written") is None
    first = found.repairs[found.repairs["repair"] == 1]
    assert set(first["what"]) == {"maximum_distance for payroll", "the contract of Elm for waste"}
    assert "rules.maximum_distance = 22.239017" in {text for repair in found.repair_list for text in repair.overrides}
    assert "services.payroll.maximum_distance = 22.239017" in {text for repair in found.repair_list for text in repair.overrides}


def test_one_demand_against_two_rules(tmp_path: Path) -> None:
    """Neither rule alone is enough; the demand is. Within 22.24 km of Ash three councils save £48,000 of £330,000, 14.54 %."""
    rules = "maximum_distance = 20\nminimum_saving = 0.3"
    found = explain(shire(tmp_path, rules=rules, economics=SAVES, commitments=OAK_WITH_ASH))
    limits = ("maximum_distance: payroll [rules.maximum_distance]", "minimum_saving: payroll [rules.minimum_saving]")
    assert sorted(map(sorted, named(found))) == sorted(sorted([OAK, limit]) for limit in limits)
    assert {repair.overrides for repair in found.repair_list} == {
        ("rules.maximum_distance = 22.239017", "rules.minimum_saving = 0.1454"),
        ("commitments.Oak.payroll.shares_with.Ash = off",),
        ("rules.minimum_saving = none", "services.payroll.maximum_distance = 20038"),
    }


def test_two_demands_against_one_rule(tmp_path: Path) -> None:
    """The limit has to go as far as the farther of the two; a limit for the nearer is not enough."""
    found = explain(
        shire(tmp_path, rules="maximum_distance = 20", economics=SAVES, commitments=OAK_WITH_ASH + "Yew, payroll, shares_with, Ash,\n")
    )
    yew = "commitments: Yew shares_with Ash for payroll [commitments.csv 3]"
    limit = "maximum_distance: payroll [rules.maximum_distance]"
    assert sorted(map(sorted, named(found))) == [sorted([OAK, limit]), sorted([yew, limit])]
    needed = {tuple(item.needed for item in clash.items if item.rule == "maximum_distance") for clash in found.clash_list}
    assert needed == {(22.239017,), (33.358525,)}
    assert ("rules.maximum_distance = 33.358525",) in {repair.overrides for repair in found.repair_list}


def test_what_is_cheapest_comes_first_and_is_what_solve_gives(tmp_path: Path) -> None:
    """Typed behind --set, the overrides of a repair give the NPV that is told."""
    found = explain(two_causes(tmp_path))
    values = [repair.npv for repair in found.repair_list]
    assert values == sorted(values, key=lambda value: -(value or 0.0))
    for repair in found.repair_list[:2]:
        assert solve(read(tmp_path, overrides=repair.overrides)).npv == repair.npv


def test_the_same_data_give_the_same_explanation(tmp_path: Path) -> None:
    """Byte for byte, whatever the order of the rows."""
    one = explain(two_causes(tmp_path / "a" / "x"))
    other = tmp_path / "b" / "x"
    two_causes(other)
    for path in other.glob("b*.csv"):
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8")
    assert one.model_dump_json() == explain(read(other)).model_dump_json()


def test_it_survives_a_round_trip(tmp_path: Path) -> None:
    """explanation.json reads back as the explanation."""
    found = explain(two_causes(tmp_path))
    assert Explanation.model_validate_json(found.model_dump_json(by_alias=True)) == found


def test_without_time_nothing_is_claimed(tmp_path: Path) -> None:
    """Whether there is a plan is not known, and that is said."""
    found = explain(two_causes(tmp_path), time_limit=0.0)
    assert (found.status, found.stopped, found.clash_list) == ("unknown", "time_limit", ())
    assert found.untried == ("whether there is a plan at all",)


@pytest.mark.parametrize("after", [1, 4, 12, 30])
def test_stopped_on_the_way_what_is_known_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """A clash that was not finished says so; one that was, and repairs, are as without the stop; what is wanting is said."""
    interrupt = threading.Event()
    count = iter(range(10_000))
    ask = Questions._ask

    def ask_and_stop(self: Questions, *given: object) -> object:
        if next(count) >= after:
            interrupt.set()
        return ask(self, *given)  # type: ignore[arg-type]

    whole = explain(two_causes(tmp_path))
    monkeypatch.setattr(Questions, "_ask", ask_and_stop)
    found = explain(two_causes(tmp_path), interrupt=interrupt)
    assert (found.status, found.stopped) == ("infeasible", "interrupted")
    assert found.untried
    assert [clash.minimal for clash in found.clash_list][:-1] == [True] * (len(found.clash_list) - 1)
    kept = [clash for clash in named(found) if clash in named(whole)]
    assert len(kept) >= sum(clash.minimal for clash in found.clash_list)
    assert {repair.overrides for repair in found.repair_list} <= {repair.overrides for repair in whole.repair_list}


def test_a_plan_that_is_not_found_in_time_is_not_valued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The repair is told all the same, since some plan was found; it comes last."""

    def stopped(instance: Instance, *_: object, **__: object) -> None:
        raise NoPlanError(instance.name, "time_limit", None)

    monkeypatch.setattr(explaining, "solve", stopped)
    found = explain(two_causes(tmp_path))
    assert {repair.npv for repair in found.repair_list} == {None}
    assert found.repair_list


def test_it_tells_what_it_is_doing(tmp_path: Path) -> None:
    """Each question and each solve is announced."""
    told: list[str] = []
    explain(two_causes(tmp_path), on_stage=lambda name, remark: told.append(f"{name}: {remark}"))
    assert told[0] == "explain: whether there is a plan"
    assert "explain: clash 1" in told
    assert "explain: clash 2" in told
    assert any(text.startswith("explain: the best plan with ") for text in told)


def test_a_demand_that_nobody_could_join_has_a_reason(tmp_path: Path) -> None:
    """Ash alone runs the service: the row clashes with the data, and with no rule."""
    tables = {
        "services": "service\npayroll\nwaste\n",
        "baselines": "council, service, annual_cost\nAsh, waste, 1000\nAsh, payroll, 1000\nElm, payroll, 1000\n",
    }
    found = explain(shire(tmp_path, commitments=DECIDED + "Ash, waste, hosts, ,\n", **tables))
    (clash,) = found.clash_list
    assert [item.says for item in clash.items] == ["Ash is to host waste, and no other council runs it"]


def test_a_live_partnership_whose_vehicle_one_row_names(tmp_path: Path) -> None:
    """Without that row the others would say nothing of the vehicle, so they go with it; each item is needed all the same."""
    tables = {
        "vehicles": "vehicle, minimum_members\ncompany, 4\njoint, 2\n",
        "commitments": "council, service, decision, other, vehicle\nAsh, payroll, live, Ash, company\nElm, payroll, live, Ash,\nYew, , stays_out, , \nOak, , stays_out, , \n",
    }
    instance = shire(tmp_path / "instance", economics=SAVES, **tables)
    found = explain(instance)
    assert found.status == "infeasible"
    assert all(clash.minimal for clash in found.clash_list)
    for repair in found.repair_list:
        assert repair.npv == pytest.approx(optimum(instance, repair.overrides, tmp_path / "written"), abs=0.01)
    assert ("vehicles.company.minimum_members = 2",) in {repair.overrides for repair in found.repair_list}
