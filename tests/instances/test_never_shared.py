"""Rules that leave nobody to share a service: said, and true, since the best plan shares nothing then and something otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import SHIRE, shire

from optimiser import solve

TWO = {
    "services": "service, category\npayroll, back_office\nwaste, front_line\n",
    "baselines": SHIRE["baselines"].replace("no", "yes")
    + SHIRE["baselines"].split("can_host")[1].replace("payroll", "waste, ").replace("waste, ,", "waste,"),
}
"""All four councils run payroll and waste, and all may host."""
LIVE = "council, service, decision, other\nYew, payroll, live, Ash\n"
CASES = {
    "size": ("partnership_size = { minimum = 5 }", "rule partnership_size asks for more members than there are councils that run payroll or waste, so nobody can share it"),
    "long": (
        'sequencing = [{ service = "waste", after = ["payroll"], periods = 3 }]',
        "rules.sequencing item 1: waste waits 3 periods, but the last tranche is 2 periods after the first",
    ),
    "long category": (
        'sequencing = [{ category = "front_line", after_back_office = 1, periods = 4 }]\nbundle = [["payroll", "waste"]]',
        "rules.sequencing item 1: front_line services wait 4 periods, but the last tranche is 2 periods after the first",
    ),
    "bundle in order": (
        'bundle = [["payroll", "waste"]]\nsequencing = [{ service = "waste", after = ["payroll"], periods = 1 }]',
        "rule bundle: payroll and waste have to go live together, but rules.sequencing item 1 keeps them apart, so nobody can share them",
    ),
    "bundle by category": (
        'bundle = [["payroll", "waste"]]\nsequencing = [{ category = "front_line", after_back_office = 1, periods = 1 }]',
        "rule bundle: payroll and waste have to go live together, but rules.sequencing item 1 keeps them apart, so nobody can share them",
    ),
    "bundle above capacity": (
        'bundle = [["payroll", "waste"]]\ndelivery_capacity = 1',
        "rule bundle: payroll and waste have to go live together, but delivery_capacity 1 keeps them apart, so nobody can share them",
    ),
    "bundle above hosting": (
        'bundle = [["payroll", "waste"]]\nhosting_limit = 1',
        "rule bundle: payroll and waste have to go live together, but hosting_limit 1 keeps them apart, so nobody can share them",
    ),
}  # fmt: skip
POSSIBLE = [
    "partnership_size = { minimum = 4 }",
    'sequencing = [{ service = "waste", after = ["payroll"], periods = 2 }]',
    'bundle = [["payroll", "waste"]]\nsequencing = [{ service = "waste", after = ["payroll"], periods = 0 }]',
    'bundle = [["payroll", "waste"]]\ndelivery_capacity = 2\nhosting_limit = 2',
    "each_hosts = true",
]
ECONOMICS = "duplication_avoided = 0.5\nprocess_saving = 0.1"


@pytest.mark.parametrize("case", CASES)
def test_what_is_never_shared_is_said(tmp_path: Path, case: str) -> None:
    """The note, and a plan without the service."""
    rules, said = CASES[case]
    instance = shire(tmp_path, "12 3 4", rules=rules, economics=ECONOMICS, **TWO)
    assert said in instance.notes
    shared = {partnership.service for partnership in solve(instance).document.partnerships}
    assert "waste" not in shared


@pytest.mark.parametrize("rules", POSSIBLE)
def test_nothing_is_said_where_it_can_be_shared(tmp_path: Path, rules: str) -> None:
    """No note, and a plan with both services: so each figure above is the first that is too much."""
    instance = shire(tmp_path, "12 3 4", rules=rules, economics=ECONOMICS, **TWO)
    assert instance.notes == ()
    assert {partnership.service for partnership in solve(instance).document.partnerships} == {"payroll", "waste"}


def test_each_hosts_with_one_service(tmp_path: Path) -> None:
    """Whoever joins payroll hosts nothing."""
    instance = shire(tmp_path, rules="each_hosts = true", economics=ECONOMICS)
    said = "rule each_hosts: councils have only payroll in common, so whoever joins can host nothing, and nobody can share it"
    assert instance.notes == (said,)
    assert not solve(instance).document.partnerships


def test_vehicles_that_need_more_members_than_there_are(tmp_path: Path) -> None:
    """Five members of four councils; a vehicle with fewer would do."""
    said = "vehicles.csv: every vehicle needs more members than there are councils that run payroll, so nobody can share it"
    vehicles = "vehicle, minimum_members\ncompany, 5\ncommittee, 6\n"
    instance = shire(tmp_path, economics=ECONOMICS, vehicles=vehicles)
    assert instance.notes == (said,)
    assert not solve(instance).document.partnerships
    assert shire(tmp_path, economics=ECONOMICS, vehicles=vehicles + "joint, 4\n").notes == ()


def test_what_is_live_may_be_waited_for(tmp_path: Path) -> None:
    """Yew's payroll is live, so a long wait and a bundle may end for it; nothing is claimed."""
    for case in ("long", "long category", "bundle in order"):
        assert shire(tmp_path, "12 3 4", rules=CASES[case][0], commitments=LIVE, **TWO).notes == ()
