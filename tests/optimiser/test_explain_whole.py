"""Explanations stay short: what has many finer items that are needed is told as a whole, and still nothing of it is needless."""

from __future__ import annotations

from pathlib import Path

import pytest
from planted import DECIDED, named
from small import shire

from instances import Instance, apply
from optimiser.explain import Explanation, explain
from optimiser.explain.clash import MOST_FINE
from optimiser.feasible import has_plan
from solvers import get
from solvers.base import Limits

ASH_HOSTS = "commitments: Ash hosts for payroll [commitments.csv 2]"


def county(folder: Path, others: int, demand: str, commitments: str) -> Instance:
    """Ash may host payroll for others whose contracts outlast the programme; who joins saves 20,000 a year after costs that are none."""
    names = ["Ash", *(f"Oak{number}" for number in range(others))]
    tables = {
        "councils": "council, latitude, longitude\n" + "".join(f"{name}, 51.{place:02}, 0\n" for place, name in enumerate(names)),
        "baselines": "council, service, annual_cost, fixed_cost, can_host\n"
        + "".join(f"{name}, payroll, 100000, 20000, {'yes' if name == 'Ash' else 'no'}\n" for name in names),
        "contracts": "council, service, expires\n" + "".join(f"{name}, payroll, 2035-03-31\n" for name in names[1:]),
    }
    if commitments:
        tables["commitments"] = commitments
    return shire(folder, economics="duplication_avoided = 1.0", rules=demand, **tables)


def assert_minimal(instance: Instance, found: Explanation) -> None:
    """Each repair gives a plan; and without any one item of the first clash, alone, there is one."""
    assert found.repair_list
    for repair in found.repair_list:
        assert has_plan(apply(instance, overrides=repair.overrides), get("highs"), Limits())
    assert found.clash_list[0].minimal


@pytest.mark.parametrize("others", [MOST_FINE, MOST_FINE + 1])
def test_a_list_of_many_contracts_is_one_item(tmp_path: Path, others: int) -> None:
    """Every contract is needed, since any one that ended would let Ash host: as many as are read are told, more are one."""
    instance = county(tmp_path, others, "", DECIDED + "Ash, payroll, hosts, , \n")
    found = explain(instance)
    assert_minimal(instance, found)
    (clash,) = named(found)
    if others <= MOST_FINE:
        assert len(clash) == others + 1
    else:
        assert clash == {ASH_HOSTS, "contract_timing: all [rules.contract_timing]"}
        item = found.clash_list[0].items[1]
        assert (
            item.says
            == f"all of contract_timing: a council's service moves only once its contract has ended or can be broken ({others} in all)"
        )
        assert ("rules.contract_timing = off",) in {repair.overrides for repair in found.repair_list}


def test_what_the_whole_programme_is_short_of_is_told_in_whole_rules(tmp_path: Path) -> None:
    """All of them together would save 180,000 a year; nobody can join. Not which contracts, but that they are in the way, is the reason."""
    demand = "minimum_total_saving = { amount = 100000, year = 2 }"
    instance = county(tmp_path, MOST_FINE + 1, demand, "")
    found = explain(instance)
    assert_minimal(instance, found)
    assert named(found) == [
        {"minimum_total_saving: all [rules.minimum_total_saving]", "contract_timing: all [rules.contract_timing]"},
    ]
    assert {("rules.contract_timing = off",), ("rules.minimum_total_saving.amount = 0",)} <= {one.overrides for one in found.repair_list}


def test_figures_of_many_services_are_one_rule(tmp_path: Path) -> None:
    """Ten services, each too far for its rule, which has one figure for all, or one of each service."""
    services = [f"s{number}" for number in range(10)]
    tables = {
        "services": "service\n" + "".join(f"{name}\n" for name in services),
        "baselines": "council, service, annual_cost, fixed_cost, can_host\n"
        + "".join(f"{council}, {name}, 100000, 20000, yes\n" for council in ("Ash", "Elm") for name in services),
        "councils": "council, latitude, longitude\nAsh, 51.0, 0\nElm, 51.2, 0\n",
    }
    rules = "maximum_distance = 10\nminimum_total_saving = { amount = 100000, year = 2 }"
    instance = shire(tmp_path, economics="duplication_avoided = 1.0", rules=rules, **tables)
    found = explain(instance)
    assert_minimal(instance, found)
    whole = "maximum_distance: all [rules.maximum_distance]"
    assert named(found) == [{"minimum_total_saving: all [rules.minimum_total_saving]", whole}]
    says = found.clash_list[0].items[1].says
    assert says.startswith("maximum_distance: at most 10 km from member to host; the rest of this clash needs 22.2")
    assert any(repair.overrides[0].startswith("rules.maximum_distance = 22.2") for repair in found.repair_list)

    differ = {
        **tables,
        "services": "service, maximum_partnerships\n" + "".join(f"{name}, {place % 2}\n" for place, name in enumerate(services)),
    }
    rules = "minimum_total_saving = { amount = 180000, year = 2 }"
    instance = shire(tmp_path / "differ", economics="duplication_avoided = 1.0", rules=rules, **differ)
    found = explain(instance)
    assert_minimal(instance, found)
    assert "maximum_partnerships: its figures for all services together" in {item.says for item in found.clash_list[0].items}
