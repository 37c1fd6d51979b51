"""Instances made infeasible on purpose: the cause is named and nothing else, repairs do, and a little less does not."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
from planted import DECIDED, OAK_WITH_ASH, SAVES, SHIRE, TWO_SERVICES, Planted, named, optimum

from instances import Instance
from optimiser.explain import Explanation, explain

PAIR = "council_a, council_b, service, score\n"
OAK = "commitments: Oak shares_with Ash for payroll [commitments.csv 2]"
TOML = "instance.toml"
CAN_PERFORM = """
    council, service, annual_cost, fixed_cost, volume, can_host, performance
    Ash,     payroll, 100000,      40000,      1000,   yes,      0.5
    Elm,     payroll, 150000,      50000,      500,    yes,      0.9
    Oak,     payroll, 80000,       20000,      400,    no,       0.8
    Yew,     payroll, 60000,       30000,      300,    no,       0.4
    """
SMALL_HOST = SHIRE["baselines"].replace("can_host", "can_host, host_capacity").replace("yes", "yes, 1200").replace("no\n", "no, \n")
BOTH = "council, service, annual_cost, fixed_cost, can_host\n" + "".join(
    f"{council}, {service}, 100000, 20000, yes\n" for council in ("Ash", "Elm", "Oak") for service in ("payroll", "waste")
)
"""Three councils that run both services, each of which may host."""
HOSTS_BOTH = DECIDED + "Ash, payroll, hosts, , {day}\nAsh, waste, hosts, , {day}\n"

CASES = {
    "maximum_distance": Planted(
        (OAK, "maximum_distance: payroll [rules.maximum_distance]"),
        {"rules.maximum_distance = 22.239017": "rules.maximum_distance = 22.239015"},
        rules="maximum_distance = 20",
        tables={"commitments": OAK_WITH_ASH},
    ),
    "a distance that is given": Planted(
        (OAK, "maximum_distance: payroll [services.csv 2]", "distance: Ash and Oak [distances.csv 2]"),
        {
            "services.payroll.maximum_distance = 43.2": "services.payroll.maximum_distance = 43.1",
            "distances.Ash.Oak.km = 40": "distances.Ash.Oak.km = 40.1",
        },
        rules="maximum_distance = 30",
        tables={
            "commitments": OAK_WITH_ASH,
            "services": "service, maximum_distance\npayroll, 40\n",
            "distances": "council_a, council_b, km\nOak, Ash, 43.2\n",
        },
    ),
    "minutes": Planted(
        (OAK, "maximum_distance: payroll [rules.maximum_distance.minutes]", "distance: Ash and Oak [distances.csv 3]"),
        {"rules.maximum_distance.minutes = 35": "rules.maximum_distance.minutes = 34.9", "distances.Ash.Oak.minutes = 30": ""},
        rules="maximum_distance = { minutes = 30 }",
        tables={
            "commitments": OAK_WITH_ASH,
            "distances": "council_a, council_b, minutes\nAsh, Elm, 15\nAsh, Oak, 35\nAsh, Yew, 45\nElm, Oak, 15\nElm, Yew, 35\nOak, Yew, 15\n",
        },
    ),
    "maximum_span": Planted(
        (
            "commitments: Ash shares_with Elm for payroll [commitments.csv 2]",
            "commitments: Oak shares_with Elm for payroll [commitments.csv 3]",
            "maximum_span: payroll [rules.maximum_span]",
        ),
        {"rules.maximum_span = 22.239017": "rules.maximum_span = 22.239015"},
        rules="maximum_span = 20",
        tables={"commitments": DECIDED + "Ash, payroll, shares_with, Elm,\nOak, payroll, shares_with, Elm,\n"},
    ),
    "compatibility": Planted(
        (OAK, "compatibility: payroll [rules.compatibility.minimum]", "compatibility: Ash and Oak [compatibility.csv 3]"),
        {
            "rules.compatibility.minimum = 0.3": "rules.compatibility.minimum = 0.31",
            'compatibility.Ash.Oak."".score = 0.5': 'compatibility.Ash.Oak."".score = 0.49',
        },
        rules="compatibility = { minimum = 0.5 }",
        tables={"commitments": OAK_WITH_ASH, "compatibility": PAIR + "Elm, Yew, , 0.2\nAsh, Oak, , 0.3\n"},
    ),
    "veto": Planted(
        (OAK, "compatibility: payroll [rules.compatibility.minimum]", "compatibility: Ash and Oak for payroll [compatibility.csv 2]"),
        {"compatibility.Ash.Oak.payroll.score = 0.5": "compatibility.Ash.Oak.payroll.score = 0.49", "rules.compatibility = none": ""},
        rules="compatibility = { minimum = 0.5 }",
        tables={"commitments": OAK_WITH_ASH, "compatibility": PAIR + "Oak, Ash, payroll, 0\n"},
    ),
    "political control": Planted(
        (OAK, "compatibility: payroll [rules.compatibility.minimum]", "compatibility: Ash and Oak [score]"),
        {
            "rules.compatibility.minimum = 0.4": "rules.compatibility.minimum = 0.41",
            'compatibility += { council_a = "Ash", council_b = "Oak", score = 0.5 }': "",
        },
        rules='compatibility = { minimum = 0.5, scope = "with_host" }',
        tables={
            "commitments": OAK_WITH_ASH,
            "councils": SHIRE["councils"]
            .replace("longitude", "longitude, control")
            .replace("0.0", "0.0, X")
            .replace("51.2,     0.0, X", "51.2, 0.0, Z"),
        },
    ),
    "quality": Planted(
        (OAK, "quality: payroll [rules.quality.minimum]", "quality: Ash for payroll [baselines.csv 2]"),
        {
            "rules.quality.minimum = 0.5": "rules.quality.minimum = 0.51",
            "baselines.Ash.payroll.performance = 0.6": "baselines.Ash.payroll.performance = 0.59",
        },
        rules="quality = { minimum = 0.6 }",
        tables={"commitments": OAK_WITH_ASH, "baselines": CAN_PERFORM},
    ),
    "quality beside a member's": Planted(
        (OAK, "quality: payroll [rules.quality.tolerance]", "quality: Ash for payroll [baselines.csv 2]"),
        {
            "rules.quality.tolerance = 0.3": "rules.quality.tolerance = 0.29",
            "baselines.Ash.payroll.performance = 0.7": "baselines.Ash.payroll.performance = 0.69",
        },
        rules="quality = { tolerance = 0.1 }",
        tables={"commitments": OAK_WITH_ASH, "baselines": CAN_PERFORM},
    ),
    "contract_timing": Planted(
        (OAK, "contract_timing: Oak for payroll [contracts.csv 3]"),
        {
            "contracts.Oak.payroll.expires = 2027-04-01": "contracts.Oak.payroll.expires = 2027-04-02",
            "contracts.Oak.payroll.break_from = 2027-04-01": "contracts.Oak.payroll.break_from = 2027-04-02",
        },
        tables={
            "commitments": OAK_WITH_ASH,
            "contracts": "council, service, expires\nYew, payroll, 2029-01-01\nOak, payroll, 2027-10-01\n",
        },
    ),
    "a contract and a date": Planted(
        ("commitments: Elm hosts for payroll [commitments.csv 2]", "contract_timing: Elm for payroll [contracts.csv 2]"),
        {
            "contracts.Elm.payroll.break_from = 2026-04-01": "contracts.Elm.payroll.break_from = 2026-04-02",
            "commitments.Elm.payroll.go_live = 2027-04-01": "",
        },
        tables={
            "commitments": DECIDED + "Elm, payroll, hosts, , 2026-04-01\n",
            "contracts": "council, service, expires, break_from\nElm, payroll, 2028-01-01, 2027-01-01\n",
        },
    ),
    "not_before": Planted(
        (OAK, "commitments: Oak not_before for payroll [commitments.csv 3]"),
        {
            'commitments += { council = "Oak", service = "payroll", decision = "not_before", go_live = 2027-04-01 }': "",
        },
        tables={"commitments": OAK_WITH_ASH + "Oak, payroll, not_before, , 2027-06-01\n"},
    ),
    "can_host": Planted(
        ("commitments: Oak hosts for payroll [commitments.csv 2]", "can_host: Oak for payroll [baselines.csv 4]"),
        {"baselines.Oak.payroll.can_host = true": ""},
        tables={"commitments": DECIDED + "Oak, payroll, hosts, ,\n"},
    ),
    "host_capacity": Planted(
        (OAK, "host_capacity: Ash for payroll [baselines.csv 2]"),
        {"baselines.Ash.payroll.host_capacity = 1400": "baselines.Ash.payroll.host_capacity = 1399"},
        tables={"commitments": OAK_WITH_ASH, "baselines": SMALL_HOST},
    ),
    "least partnership_size": Planted(
        ("commitments: Ash hosts for payroll [commitments.csv 2]", "partnership_size: payroll [rules.partnership_size.minimum]"),
        {"rules.partnership_size.minimum = 4": ""},
        rules="partnership_size = { minimum = 6 }",
        tables={"commitments": DECIDED + "Ash, payroll, hosts, ,\n"},
    ),
    "greatest partnership_size": Planted(
        (OAK, "commitments: Yew shares_with Ash for payroll [commitments.csv 3]", "partnership_size: payroll [services.csv 2]"),
        {"services.payroll.partnership_size_maximum = 3": ""},
        tables={
            "commitments": OAK_WITH_ASH + "Yew, payroll, shares_with, Ash,\n",
            "services": "service, partnership_size_maximum\npayroll, 2\n",
        },
    ),
    "minimum_saving": Planted(
        (OAK, "minimum_saving: payroll [rules.minimum_saving]"),
        {"rules.minimum_saving = 0.1666": "rules.minimum_saving = 0.1667"},
        rules="minimum_saving = 0.3",
        tables={"commitments": OAK_WITH_ASH},
    ),
    "payback": Planted(
        (OAK, "payback: payroll [rules.payback]"),
        {"rules.payback = 1.54": "rules.payback = 1.53"},
        rules="payback = 0.5",
        economics=SAVES + "\nset_up_cost = 100000",
        tables={"commitments": OAK_WITH_ASH},
    ),
    "delivery_capacity": Planted(
        (
            "commitments: Ash hosts for payroll [commitments.csv 2]",
            "commitments: Ash hosts for waste [commitments.csv 3]",
            "delivery_capacity: all [rules.delivery_capacity]",
        ),
        {"rules.delivery_capacity = 2": "", "commitments.Ash.payroll.go_live = 2027-04-01": ""},
        rules="delivery_capacity = 1",
        tables={"commitments": HOSTS_BOTH.format(day="2026-04-01"), **TWO_SERVICES},
    ),
    "programme_capacity": Planted(
        (OAK, "programme_capacity: all [rules.programme_capacity]"),
        {"rules.programme_capacity = 2": ""},
        rules="programme_capacity = 1",
        tables={"commitments": DECIDED + "Oak, payroll, shares_with, Ash, 2026-04-01\n"},
    ),
    "onboarding_capacity": Planted(
        (
            OAK,
            "commitments: Yew shares_with Ash for payroll [commitments.csv 3]",
            "onboarding_capacity: payroll [rules.onboarding_capacity]",
        ),
        {"rules.onboarding_capacity = 2": "", "commitments.Oak.payroll.go_live = 2027-04-01": ""},
        rules="onboarding_capacity = 1",
        tables={"commitments": DECIDED + "Oak, payroll, shares_with, Ash, 2026-04-01\nYew, payroll, shares_with, Ash, 2026-04-01\n"},
    ),
    "hosting_limit": Planted(
        (
            "commitments: Ash hosts for payroll [commitments.csv 2]",
            "commitments: Ash hosts for waste [commitments.csv 3]",
            "hosting_limit: all [rules.hosting_limit]",
        ),
        {"rules.hosting_limit = 2": ""},
        rules="hosting_limit = 1",
        tables={"commitments": HOSTS_BOTH.format(day=""), **TWO_SERVICES},
    ),
    "each_hosts": Planted(
        (OAK, "each_hosts: all [rules.each_hosts]"),
        {"rules.each_hosts = off": ""},
        rules="each_hosts = true",
        tables={"commitments": OAK_WITH_ASH, **TWO_SERVICES},
    ),
    "partner_limit": Planted(
        (OAK, "commitments: Yew shares_with Ash for payroll [commitments.csv 3]", "partner_limit: all [rules.partner_limit]"),
        {"rules.partner_limit = 2": ""},
        rules="partner_limit = 1",
        tables={"commitments": OAK_WITH_ASH + "Yew, payroll, shares_with, Ash,\n"},
    ),
    "sequencing": Planted(
        ("commitments: Elm shares_with Ash for waste [commitments.csv 2]", "sequencing: item 2 [rules.sequencing.2]"),
        {"rules.sequencing.2.periods = 1": ""},
        rules='sequencing = [{ service = "it", after = ["payroll"], periods = 0 }, { service = "waste", after = ["payroll"], periods = 2 }]',
        tables={
            "commitments": DECIDED + "Elm, waste, shares_with, Ash,\n",
            "baselines": TWO_SERVICES["baselines"],
            "services": TWO_SERVICES["services"] + "it\n",
        },
    ),
    "bundle": Planted(
        (
            "commitments: Elm shares_with Ash for payroll [commitments.csv 2]",
            "commitments: Elm stays_out for waste [commitments.csv 3]",
            "bundle: item 1 [rules.bundle.1]",
        ),
        {"rules.bundle = off": "", 'commitments.Elm.waste.stays_out."" = off': ""},
        rules='bundle = [["payroll", "waste"]]',
        tables={
            "commitments": DECIDED + "Elm, payroll, shares_with, Ash,\nElm, waste, stays_out, ,\n",
            "services": TWO_SERVICES["services"],
            "baselines": BOTH,
        },
    ),
    "investment_limit, total": Planted(
        (OAK, "investment_limit: total [rules.investment_limit.total]"),
        {"rules.investment_limit.total = 100001": "rules.investment_limit.total = 100000"},
        rules="investment_limit = { total = 1000, council = 200_000 }",
        economics=SAVES + "\nset_up_cost = 100000.4",
        tables={"commitments": OAK_WITH_ASH},
    ),
    "investment_limit, a year": Planted(
        (OAK, "investment_limit: programme 2026/27 [rules.investment_limit.programme.2026/27]"),
        {"rules.investment_limit.programme.2026/27 = 7000": "rules.investment_limit.programme.2026/27 = 6999"},
        rules='investment_limit = { programme = { "2026/27" = 1000, "2027/28" = 9000 } }',
        economics=SAVES + "\nset_up_cost = 5000\nintegration_cost = 2000",
        tables={"commitments": DECIDED + "Oak, payroll, shares_with, Ash, 2026-04-01\n"},
    ),
    "investment_limit, each council": Planted(
        (OAK, "investment_limit: council [rules.investment_limit.council]"),
        {"rules.investment_limit.council = 5000": "rules.investment_limit.council = 4999"},
        rules="investment_limit = { council = 1000 }",
        economics=SAVES + "\nset_up_cost = 5000\nintegration_cost = 500",
        tables={"commitments": OAK_WITH_ASH},
    ),
    "minimum_total_saving": Planted(
        ("minimum_total_saving: all [rules.minimum_total_saving]",),
        {"rules.minimum_total_saving.amount = 65000": "rules.minimum_total_saving.amount = 65001"},
        rules="minimum_total_saving = { amount = 1_000_000, year = 2 }",
    ),
    "no_council_worse_off": Planted(
        (OAK, "no_council_worse_off: all [rules.no_council_worse_off]"),
        {'rules.no_council_worse_off = "compensated"': ""},
        rules='no_council_worse_off = "where_it_falls"',
        economics=SAVES + "\nhosting_cost = 5000",
        tables={"commitments": OAK_WITH_ASH},
    ),
    "contiguity": Planted(
        (OAK, "commitments: Elm stays_out [commitments.csv 3]", "contiguity: payroll [rules.contiguity]"),
        {"services.payroll.contiguity = false": "", 'commitments.Elm."".stays_out."" = off': ""},
        rules='contiguity = ["payroll"]',
        tables={
            "commitments": OAK_WITH_ASH + "Elm, , stays_out, ,\n",
            "adjacency": "council_a, council_b\nAsh, Elm\nElm, Oak\nOak, Yew\n",
        },
    ),
    "maximum_partnerships": Planted(
        (
            OAK,
            "commitments: Yew shares_with Elm for payroll [commitments.csv 3]",
            "maximum_partnerships: payroll [rules.maximum_partnerships.payroll]",
        ),
        {"rules.maximum_partnerships.payroll = 2": ""},
        rules="maximum_partnerships = { payroll = 1 }",
        tables={"commitments": OAK_WITH_ASH + "Yew, payroll, shares_with, Elm,\n"},
    ),
    "stays_out": Planted(
        ("commitments: Oak together Yew [commitments.csv 2]", "commitments: Yew stays_out for payroll [commitments.csv 3]"),
        {'commitments.Yew.payroll.stays_out."" = off': ""},
        tables={"commitments": DECIDED + "Oak, , together, Yew,\nYew, payroll, stays_out, ,\n"},
    ),
    "never_with": Planted(
        ("commitments: Oak together Yew for payroll [commitments.csv 3]", "commitments: Yew never_with Oak [commitments.csv 2]"),
        {'commitments.Yew."".never_with.Oak = off': ""},
        tables={"commitments": DECIDED + "Yew, , never_with, Oak,\nOak, payroll, together, Yew,\n"},
    ),
    "ceases": Planted(
        (OAK, "ceases: Oak [councils.csv 4]"),
        {"councils.Oak.ceases = 2027-04-02": "councils.Oak.ceases = 2027-04-01", "commitments.Oak.payroll.go_live = 2026-04-01": ""},
        tables={
            "commitments": DECIDED + "Oak, payroll, shares_with, Ash, 2027-04-01\n",
            "councils": SHIRE["councils"]
            .replace("longitude", "longitude, ceases")
            .replace("0.0", "0.0,")
            .replace("51.2,     0.0,", "51.2, 0.0, 2026-10-01"),
        },
    ),
    "vehicle": Planted(
        ("commitments: Ash hosts for payroll [commitments.csv 2]", "vehicle: company [vehicles.csv 2]"),
        {"vehicles.company.minimum_members = 4": "vehicles.company.minimum_members = 5"},
        tables={"commitments": DECIDED + "Ash, payroll, hosts, ,\n", "vehicles": "vehicle, minimum_members\ncompany, 6\n"},
    ),
    "two hosts": Planted(
        (OAK, "commitments: Oak shares_with Elm for payroll [commitments.csv 3]"),
        {"commitments.Oak.payroll.shares_with.Ash = off": "", "commitments.Oak.payroll.shares_with.Elm = off": ""},
        tables={"commitments": OAK_WITH_ASH + "Oak, payroll, shares_with, Elm,\n"},
    ),
    "what is live": Planted(
        ("commitments: Oak live Ash for payroll [commitments.csv 2]", "host_capacity: Ash for payroll [baselines.csv 2]"),
        {"baselines.Ash.payroll.host_capacity = 1400": "baselines.Ash.payroll.host_capacity = 1399"},
        tables={"commitments": DECIDED + "Oak, payroll, live, Ash,\n", "baselines": SMALL_HOST},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_planted_cause_is_named(tmp_path: Path, name: str) -> None:
    """One clash, which is what was planted; by enumeration it has no plan, and without any one of its items it has.

    Every repair has the plan that it claims by enumeration, and a little less of it has none.
    """
    planted = CASES[name]
    instance = planted.instance(tmp_path / "instance")
    found = explain(instance)
    assert found.status == "infeasible"
    assert named(found) == [set(planted.clash)]
    assert_repairs(instance, found, planted, tmp_path / "written")


def assert_repairs(instance: Instance, found: Explanation, planted: Planted, folder: Path) -> None:
    """Repairs are worth what enumeration finds; those that must be there are, and less of them is not enough."""
    for repair in found.repair_list:
        assert repair.npv == pytest.approx(optimum(instance, repair.overrides, folder), abs=0.01)
        assert repair.gap == 0
    values = [repair.npv or 0.0 for repair in found.repair_list]
    assert values == sorted(values, reverse=True)
    typed = set(chain.from_iterable(repair.overrides for repair in found.repair_list))
    assert planted.least.keys() <= typed
    for less in filter(None, planted.least.values()):
        assert optimum(instance, (less,), folder) is None, less
