"""Which rules link partnerships, and the independent parts that are left."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import SHIRE, shire

from instances.graph import council_graph
from instances.linking import linked

SERVICES = "service, category\npayroll, back_office\nledger, back_office\nwaste, front_line\n"
ROWS = "council, service, annual_cost, can_host\n" + "".join(
    f"{council}, {service}, 1000, {'yes' if council in ('Ash', 'Oak') else 'no'}\n"
    for service in ("payroll", "ledger", "waste")
    for council in ("Ash", "Elm", "Oak", "Yew")
)
FAR = "council, latitude, longitude\nAsh, 51, 0\nElm, 51.1, 0\nOak, 55, 0\nYew, 55.1, 0\n"
"""Ash and Elm are near each other, and so are Oak and Yew; each pair could share each of three services."""
NEIGHBOURS = "council_a, council_b\nAsh, Elm\nOak, Yew\n"


def parts(folder: Path, rules: str, **changes: str) -> set[str]:
    """The parts as names of councils and first letters of services, such as 'Ash Elm: p l'."""
    tables = {"services": SERVICES, "baselines": ROWS, "councils": FAR, "adjacency": NEIGHBOURS} | changes
    found = council_graph(shire(folder, rules=f"maximum_distance = 20\n{rules}", **tables)).parts
    texts = {" ".join(sorted({c for c, _ in part})) + ": " + " ".join(sorted({s[0] for _, s in part})) for part in found}
    assert len(texts) == len(found)
    return texts


APART = {f"{pair}: {service}" for pair in ("Ash Elm", "Oak Yew") for service in "plw"}
BY_COUNCIL = {"Ash Elm: l p w", "Oak Yew: l p w"}
ALL = {"Ash Elm Oak Yew: l p w"}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("", APART),
        ("contiguity = true", APART),
        ("payback = 2", APART),
        ("onboarding_capacity = 1", APART),
        ("investment_limit = { programme = 0 }", ALL),
        ('investment_limit = { programme = { "2026/27" = 1 } }', ALL),
        ("investment_limit = { total = 0 }", ALL),
        ("investment_limit = { council = 0 }", BY_COUNCIL),
        ("investment_limit = { council = 1, total = 5 }", ALL),
        ("investment_limit = false", APART),
        ("minimum_total_saving = { amount = 0, year = 1 }", ALL),
        ("minimum_total_saving = false", APART),
        ('no_council_worse_off = "where_it_falls"', BY_COUNCIL),
        ('no_council_worse_off = "compensated"', BY_COUNCIL),
        ("no_council_worse_off = false", APART),
        ("hosting_limit = 0", BY_COUNCIL),
        ("hosting_limit = false", APART),
        ("each_hosts = true", BY_COUNCIL),
        ("each_hosts = false", APART),
        ("partner_limit = 0", BY_COUNCIL),
        ("partner_limit = false", APART),
        ("delivery_capacity = 0", BY_COUNCIL),
        ("programme_capacity = 0", ALL),
        ("maximum_partnerships = { waste = 1 }", (APART - {"Ash Elm: w", "Oak Yew: w"}) | {"Ash Elm Oak Yew: w"}),
        ('bundle = [["payroll", "waste"]]', {"Ash Elm: p w", "Oak Yew: p w", "Ash Elm: l", "Oak Yew: l"}),
        ('bundle = [["payroll", "waste"], ["waste", "ledger"]]', BY_COUNCIL),
        ("bundle = false", APART),
        (
            'sequencing = [{ service = "waste", after = ["ledger"], periods = 1 }]',
            {"Ash Elm: l w", "Oak Yew: l w", "Ash Elm: p", "Oak Yew: p"},
        ),
        ('sequencing = [{ service = "waste", after = ["ledger", "payroll"], periods = 0 }]', BY_COUNCIL),
        ('sequencing = [{ category = "front_line", after_back_office = 1, periods = 1 }]', BY_COUNCIL),
        ("sequencing = false", APART),
    ],
)
def test_what_a_rule_links(tmp_path: Path, rules: str, expected: set[str]) -> None:
    """Partnerships of three services and two pairs: apart, by council, or all in one."""
    assert parts(tmp_path, rules) == expected


def test_a_column_does_not_link_what_its_rule_leaves_apart(tmp_path: Path) -> None:
    """Figures by service of rules within a partnership."""
    columns = "service, category, payback, onboarding_capacity, contiguity\npayroll, back_office, 2, 1, yes\nledger,,,,\nwaste, , , , no\n"
    assert parts(tmp_path, "", services=columns) == APART


def test_options_are_in_parts(tmp_path: Path) -> None:
    """A baseline without a move is in one where it has an option; a rule links options as it does moves."""
    lonely = SHIRE["councils"] + "Fir, 60.0, 0.0\n"
    tables = {
        "councils": lonely,
        "baselines": SHIRE["baselines"] + "Fir, payroll, 1000, 0, 0, 1, no\n",
        "options": "council, service, option, annual_saving\nFir, payroll, redesign, 10\nAsh, payroll, redesign, 10\n",
    }
    assert [len(part) for part in council_graph(shire(tmp_path, rules="maximum_distance = 50", **tables)).parts] == [4, 1]
    linked_all = "maximum_distance = 50\ninvestment_limit = { programme = 1 }"
    assert [len(part) for part in council_graph(shire(tmp_path, rules=linked_all, **tables)).parts] == [5]


def test_groups_hold_only_what_is_asked_about(tmp_path: Path) -> None:
    """Of the baselines given, sorted."""
    instance = shire(tmp_path, rules="hosting_limit = 1\nprogramme_capacity = 5", services=SERVICES, baselines=ROWS)
    nodes = [("Oak", "payroll"), ("Ash", "waste"), ("Ash", "payroll")]
    assert list(linked(instance, nodes)) == [sorted(nodes), [("Ash", "payroll"), ("Ash", "waste")], [("Oak", "payroll")]]
