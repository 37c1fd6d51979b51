"""Enumeration by hand: the rules that look at who is with whom, and since when, over all services."""

from __future__ import annotations

from pathlib import Path

import pytest
from by_hand import COMMITMENTS, EVERYTHING, OPTIONS, Moves, broken, payroll, shared, three_services, waste
from oracle import LIVE, Taken

OFFICE = "back_office,back_office,front_line"
AFTER_PAYROLL = "sequencing = [{ service = 'waste', after = ['payroll'], periods = 1 }]"
AFTER_BOTH = "sequencing = [{ category = 'front_line', after_back_office = 2, periods = 1 }]"
BUNDLE = "bundle = [['payroll', 'waste']]"
LIVE_PAYROLL = COMMITMENTS + "Ash,payroll,live,Ash,{since}\nElm,payroll,live,Ash,{since}\n"


def planning(host: str = "Ash", **tranches: int) -> Moves:
    """Planning moves to one host, by council."""
    return shared("planning", host, **tranches)


def expected(rule: str, kept: bool) -> set[str]:
    """What is broken if a rule is kept or not."""
    return set() if kept else {rule}


@pytest.mark.parametrize(
    ("rule", "column", "kept"),
    [("1", "", False), ("2", "", True), ("{ payroll = 1 }", "", False), ("{ waste = 1 }", "", True), ("1", "2", True), ("", "1", False)],
)
def test_onboarding_capacity(tmp_path: Path, rule: str, column: str, kept: bool) -> None:
    """Two join Ash in one tranche; Ash itself is not counted, nor are those who join another host or come later."""
    services = f"service,onboarding_capacity\npayroll,{column}\nwaste,\nplanning,\n"
    folder = three_services(tmp_path, f"onboarding_capacity = {rule}" if rule else "", services=services)
    assert broken(folder, payroll(Ash=0, Elm=0, Oak=0)) == expected("onboarding_capacity", kept)
    assert broken(folder, payroll(Ash=0, Elm=0, Oak=1), waste(Ash=0, Elm=0)) == set()


def test_onboarding_of_what_is_live(tmp_path: Path) -> None:
    """Elm and Oak have been with Ash all along."""
    commitments = COMMITMENTS + "Elm,payroll,live,Ash,\nOak,payroll,live,Ash,\n"
    folder = three_services(tmp_path, "onboarding_capacity = 1", commitments=commitments)
    assert broken(folder, payroll(Ash=LIVE, Elm=LIVE, Oak=LIVE)) == set()


@pytest.mark.parametrize("live", ["", "Elm,waste,live,Ash,\n"])
@pytest.mark.parametrize(("limit", "kept"), [(1, False), (2, True)])
def test_hosting_limit(tmp_path: Path, limit: int, kept: bool, live: str) -> None:
    """Ash hosts payroll and waste, which may be live already; joining is not hosting."""
    folder = three_services(tmp_path, f"hosting_limit = {limit}", commitments=COMMITMENTS + live)
    k = LIVE if live else 0
    assert broken(folder, payroll(Ash=0, Elm=0), waste(Ash=k, Elm=k)) == expected("hosting_limit", kept)
    if not live:
        assert broken(folder, payroll(Ash=0, Elm=0), waste("Elm", Ash=0, Elm=0)) == set()


@pytest.mark.parametrize(
    ("partnerships", "kept"),
    [
        ([payroll(Ash=0, Elm=0)], False),
        ([payroll(Ash=0, Elm=0), waste("Elm", Elm=2, Oak=2)], False),  # Oak hosts nothing
        ([payroll(Ash=0, Elm=0), waste("Elm", Elm=2, Ash=2)], True),
        ([payroll(Ash=0, Elm=0), waste("Elm", Elm=2, Oak=2), planning("Oak", Oak=2, Ash=2)], True),
    ],
)
def test_each_hosts(tmp_path: Path, partnerships: list[Moves], kept: bool) -> None:
    """Whoever joins anything hosts something, whenever that is."""
    assert broken(three_services(tmp_path, "each_hosts = true"), *partnerships) == expected("each_hosts", kept)


def test_each_hosts_of_what_is_live(tmp_path: Path) -> None:
    """Those who are live members are not asked; Ash, which is a live host, may join; taking an option is not joining."""
    folder = three_services(
        tmp_path,
        "each_hosts = true",
        commitments=COMMITMENTS + "Elm,payroll,live,Ash,\n",
        options=OPTIONS + "Oak,payroll,redesign,1,,,\n",
    )
    live, taken = payroll(Ash=LIVE, Elm=LIVE), (Taken("Oak", "payroll", "redesign", 0),)
    assert broken(folder, live, options=taken) == set()
    assert broken(folder, live, waste("Oak", Oak=0, Ash=0)) == set()
    assert broken(folder, live, waste("Oak", Oak=0, Elm=0)) == {"each_hosts"}


@pytest.mark.parametrize(
    ("moves", "kept"),
    [
        ((payroll(Ash=0, Elm=0), waste(Ash=1, Elm=1)), True),
        ((payroll(Ash=0, Elm=0), waste(Ash=0, Elm=1)), False),  # hosting is a go-live too
        ((payroll(Ash=0, Elm=1), waste(Ash=1, Elm=1)), False),
        ((payroll(Ash=0, Elm=1), waste(Ash=1, Elm=2)), True),
        ((payroll(Ash=0, Elm=0), waste("Elm", Elm=1, Ash=2)), True),  # with another host
        ((waste(Ash=2, Elm=2),), False),
        ((payroll(Ash=0, Elm=0),), True),
        ((payroll(Ash=0, Elm=0), planning(Ash=0, Elm=0)), True),
    ],
)
def test_sequencing_by_service(tmp_path: Path, moves: tuple[Moves, ...], kept: bool) -> None:
    """A council's waste goes live a period after its payroll, or later."""
    assert broken(three_services(tmp_path, AFTER_PAYROLL), *moves) == expected("sequencing", kept)


def test_sequencing_asks_for_services_that_are_run(tmp_path: Path) -> None:
    """Oak has no payroll, so it may host waste at once; an option for payroll is not payroll that is shared."""
    baselines = EVERYTHING.replace("Oak,payroll,100000\n", "")
    folder = three_services(tmp_path, AFTER_PAYROLL, baselines=baselines, options=OPTIONS + "Elm,payroll,redesign,1,,,\n")
    assert broken(folder, payroll(Ash=0, Elm=0), waste("Oak", Oak=0, Elm=1)) == set()
    assert broken(folder, waste("Oak", Oak=0, Elm=1), options=(Taken("Elm", "payroll", "redesign", 0),)) == {"sequencing"}


@pytest.mark.parametrize(("periods", "elm", "kept"), [(0, 0, True), (1, 1, True), (2, 1, False), (2, 2, True)])
def test_sequencing_periods(tmp_path: Path, periods: int, elm: int, kept: bool) -> None:
    """Services that wait no period for one another begin together."""
    rules = f"sequencing = [{{ service = 'waste', after = ['payroll', 'planning'], periods = {periods} }}]"
    folder = three_services(tmp_path, rules)
    waiting = waste("Elm", Elm=elm, Oak=2)
    assert broken(folder, payroll(Ash=0, Elm=0, Oak=0), planning(Ash=0, Elm=0, Oak=0), waiting) == expected("sequencing", kept)
    assert broken(folder, payroll(Ash=0, Elm=0, Oak=0), planning(Ash=0, Elm=0), waiting) == {"sequencing"}


@pytest.mark.parametrize(
    ("since", "waste_in", "kept"), [("2025-04-01", 0, True), ("2025-04-02", 0, False), ("2025-04-02", 1, True), ("", 1, True)]
)
def test_sequencing_after_what_is_live(tmp_path: Path, since: str, waste_in: int, kept: bool) -> None:
    """Waste in April 2026 needs payroll that has been live for a year, in April 2027 any that is live by the start."""
    folder = three_services(tmp_path, AFTER_PAYROLL, commitments=LIVE_PAYROLL.format(since=since))
    live = payroll(Ash=LIVE, Elm=LIVE)
    assert broken(folder, live, waste(Ash=waste_in, Elm=waste_in)) == expected("sequencing", kept)


def test_what_is_live_is_not_out_of_sequence(tmp_path: Path) -> None:
    """Waste has been live without payroll; Oak, which joins it, has to have payroll."""
    commitments = COMMITMENTS + "Elm,waste,live,Ash,\n"
    folder = three_services(tmp_path, AFTER_PAYROLL, commitments=commitments)
    assert broken(folder, waste(Ash=LIVE, Elm=LIVE)) == set()
    assert broken(folder, waste(Ash=LIVE, Elm=LIVE, Oak=0)) == {"sequencing"}


@pytest.mark.parametrize(
    ("moves", "kept"),
    [
        ((payroll(Ash=0, Elm=0), waste(Ash=0, Elm=0), planning(Ash=1, Elm=1)), True),
        ((payroll(Ash=0, Elm=0), waste(Ash=0, Elm=1), planning(Ash=1, Elm=1)), False),
        ((payroll(Ash=0, Elm=0), planning(Ash=2, Elm=2)), False),
        ((payroll(Ash=0, Elm=0), waste(Ash=0, Elm=0)), True),
    ],
)
def test_sequencing_by_category(tmp_path: Path, moves: tuple[Moves, ...], kept: bool) -> None:
    """Front-line planning goes live a period after two back-office services."""
    assert broken(three_services(tmp_path, AFTER_BOTH, categories=OFFICE), *moves) == expected("sequencing", kept)


def test_sequencing_by_category_asks_of_everyone(tmp_path: Path) -> None:
    """Oak runs no waste, so it has not two services to begin with and can never share planning."""
    baselines = EVERYTHING.replace("Oak,waste,100000\n", "")
    folder = three_services(tmp_path, AFTER_BOTH, categories=OFFICE, baselines=baselines)
    before = payroll(Ash=0, Elm=0, Oak=0), waste(Ash=0, Elm=0)
    assert broken(folder, *before, planning(Ash=1, Elm=1)) == set()
    assert broken(folder, *before, planning(Ash=1, Elm=1, Oak=2)) == {"sequencing"}


@pytest.mark.parametrize(
    ("moves", "kept"),
    [
        ((payroll(Ash=0, Elm=1), waste(Ash=0, Elm=1)), True),
        ((payroll(Ash=0, Elm=1), waste(Ash=0, Elm=2)), False),
        ((payroll(Ash=0, Elm=1), waste(Ash=0, Oak=1)), False),
        ((payroll(Ash=0, Elm=0), waste("Elm", Ash=0, Elm=0)), False),
        ((payroll(Ash=0, Elm=0),), False),
        ((planning(Ash=0, Elm=0),), True),
        ((payroll("company", Ash=0, Elm=1), waste(Ash=0, Elm=1)), True),  # vehicles may differ
    ],
)
def test_bundle(tmp_path: Path, moves: tuple[Moves, ...], kept: bool) -> None:
    """Payroll and waste with the same host in the same tranche, or neither."""
    folder = three_services(tmp_path, BUNDLE, vehicles="vehicle\nlead_authority\ncompany\n")
    assert broken(folder, *moves) == expected("bundle", kept)


def test_bundle_of_options_and_of_what_is_live(tmp_path: Path) -> None:
    """Options are not sharing; where payroll is live already, a council is free to share waste or not."""
    options = OPTIONS + "Elm,payroll,redesign,1,,,\nOak,waste,redesign,1,,,\n"
    folder = three_services(tmp_path, BUNDLE, options=options)
    elm, oak = (Taken("Elm", "payroll", "redesign", 0),), (Taken("Oak", "waste", "redesign", 0),)
    assert broken(folder, options=elm + oak) == set()
    both = payroll(Ash=0, Oak=0) + waste(Ash=0, Oak=0)
    assert broken(folder, both, options=elm) == set()
    assert broken(folder, both, waste(Elm=0), options=elm) == {"bundle"}
    live = payroll(Ash=LIVE, Elm=LIVE)
    folder = three_services(tmp_path, BUNDLE, options=options, commitments=LIVE_PAYROLL.format(since=""))
    assert broken(folder, live) == set()
    assert broken(folder, live, waste("Elm", Ash=1, Elm=0)) == set()
    assert broken(folder, payroll(Ash=LIVE, Elm=LIVE, Oak=0), waste(Ash=0, Oak=1)) == {"bundle"}  # Oak is not live


@pytest.mark.parametrize(
    ("moves", "most"),
    [
        ((payroll(Ash=0, Elm=0), waste("Elm", Ash=0, Elm=0)), 1),
        ((payroll(Ash=0, Elm=0), waste(Ash=2, Oak=2)), 2),
        ((payroll(Ash=0, Elm=0, Oak=2),), 2),
        ((payroll(Ash=LIVE, Elm=LIVE), waste(Ash=0, Oak=0)), 2),
    ],
)
def test_partner_limit(tmp_path: Path, moves: tuple[Moves, ...], most: int) -> None:
    """Everybody with whom a council is in some partnership, in the end, once each."""
    live = moves[0][0].tranche == LIVE
    commitments = LIVE_PAYROLL.format(since="") if live else COMMITMENTS
    for limit in (most, most - 1):
        folder = three_services(tmp_path, f"partner_limit = {limit}", commitments=commitments)
        assert broken(folder, *moves) == expected("partner_limit", limit == most)
