"""Figures that change nothing because other data are blank: each is said, and not said where it has an effect."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import SHIRE, TWO_SERVICES, shire

COUNCILS = "council, latitude, longitude, control, culture\nAsh, 51, 0, Labour,\nElm, 51.1, 0, NOC, in house\nOak, 51.2, 0, ,\nYew, 51.3, 0, , in house\n"
"""Ash and Elm are known by control, Elm and Yew by culture."""
STAFF = "council, service, annual_cost, fte, platform, procured_cost\n"


def notes(folder: Path, **parts: str) -> tuple[str, ...]:
    """What is said of the shire with some tables, rules and economics."""
    return shire(folder, **parts).notes


def test_pairs_of_which_nothing_is_known(tmp_path: Path) -> None:
    """Two of the six pairs are known; Ash and Elm alone run waste, and are."""
    said = "compatibility.csv: nothing is known of 4 of 6 pairs of councils, so {} as 1"
    rule = "compatibility = { minimum = 0.2 }"
    assert notes(tmp_path, rules=rule, councils=COUNCILS, **TWO_SERVICES) == (said.format("rule compatibility takes them"),)
    assert notes(tmp_path, economics="friction = 0.1", councils=COUNCILS) == (said.format("friction takes them"),)
    both = notes(tmp_path, rules=rule, economics="friction = 0.1", councils=COUNCILS)
    assert both == (said.format("rule compatibility and friction take them"),)
    assert notes(tmp_path, councils=COUNCILS) == ()


def test_a_score_makes_a_pair_known(tmp_path: Path) -> None:
    """Five scores and what control and culture tell leave one pair; a score for waste tells nothing of payroll."""
    scores = "council_a, council_b, service, score\nAsh, Oak, , 0.5\nAsh, Yew, , 0.5\nElm, Oak, payroll, 0.5\n"
    found = notes(tmp_path, rules="compatibility = { minimum = 0.2 }", councils=COUNCILS, compatibility=scores)
    assert found == ("compatibility.csv: nothing is known of 1 of 6 pairs of councils, so rule compatibility takes them as 1",)
    assert notes(tmp_path, rules="compatibility = { minimum = 0.2 }", councils=COUNCILS, compatibility=scores + "Oak, Yew, , 1\n") == ()
    other = notes(
        tmp_path,
        rules="compatibility = { minimum = 0.2 }",
        councils=COUNCILS,
        compatibility=scores + "Oak, Yew, waste, 1\n",
        **TWO_SERVICES,
    )
    assert other == found


def test_a_service_of_which_no_pair_is_known(tmp_path: Path) -> None:
    """Scores for waste alone leave payroll dark; said of the rule, and of friction where it is on."""
    scores = "council_a, council_b, service, score\nAsh, Elm, waste, 0.5\n"
    said = "compatibility.csv: nothing is known of any two councils that run payroll, so {} has no effect there"
    found = notes(tmp_path, rules="compatibility = { minimum = 0.2 }", compatibility=scores, economics="friction = 0.1", **TWO_SERVICES)
    assert found == (said.format("rule compatibility"), said.format("friction"))


def test_friction_where_nothing_is_known(tmp_path: Path) -> None:
    """The rule is refused there; friction is a figure and is said."""
    said = "compatibility.csv: nothing is known of any two councils that run payroll or waste, so friction has no effect there"
    assert notes(tmp_path, economics="friction = 0.1", **TWO_SERVICES) == (said,)


@pytest.mark.parametrize(
    ("economics", "costs"),
    [
        ("harmonisation_cost_per_fte = 5", "harmonisation_cost_per_fte costs"),
        ("redundancy_cost = 5", ""),
        ("redundancy_cost = 5\npost_reduction = 0.1", "redundancy_cost costs"),
        (
            "pay_alignment_cost_per_fte = 1\nredundancy_cost = 5\npost_reduction = 0.1",
            "pay_alignment_cost_per_fte and redundancy_cost cost",
        ),
    ],
)
def test_costs_of_staff_without_staff(tmp_path: Path, economics: str, costs: str) -> None:
    """A redundancy costs nothing in any case where no post goes."""
    said = f"baselines.csv: no council has FTE for payroll, so {costs} nothing there"
    assert notes(tmp_path, economics=economics) == ((said,) if costs else ())
    staffed = STAFF + "Ash, payroll, 5, 1, , \nElm, payroll, 5, , , \n"
    assert notes(tmp_path, economics=economics, councils="council\nAsh\nElm\n", baselines=staffed) == ()


def test_platforms_and_purchasing(tmp_path: Path) -> None:
    """One platform is enough: the others differ from it. Rates need procured spend."""
    councils, two = "council\nAsh\nElm\n", "Ash, payroll, 5, 1, {0}, {1}\nElm, payroll, 5, 1, , \n"
    tiers = "service, from_volume, rate\npayroll, 0, 0.1\n"
    said = (
        "baselines.csv: no council names a platform for payroll, so platform_cost is never paid there",
        "tiers.csv: no council has procured_cost for payroll, so its rates earn nothing",
    )
    blank, given = STAFF + two.format("", ""), STAFF + two.format("SAP", "2")
    assert notes(tmp_path, economics="platform_cost = 5", councils=councils, baselines=blank, tiers=tiers) == said
    assert notes(tmp_path, economics="platform_cost = 5", councils=councils, baselines=given, tiers=tiers) == ()


def test_a_charge_without_a_break(tmp_path: Path) -> None:
    """Two contracts have charges that nobody can come to pay."""
    rows = "council, service, expires, break_from, termination_charge, termination_share\n"
    rows += "Ash, payroll, 2027-10-01, , 5, \nElm, payroll, 2027-10-01, , , 0.5\nOak, payroll, 2027-10-01, 2027-04-01, 5,\nYew, payroll, 2027-10-01, , ,\n"
    said = "contracts.csv: the contract of Ash for payroll and 1 more have a charge for ending early but no break_from, so a go-live waits for the end"
    assert notes(tmp_path, contracts=rows) == (said,)
    assert notes(tmp_path, rules="contract_timing = false", contracts=rows) == ()
    one = rows.replace("2027-10-01, , , 0.5", "2027-10-01, 2027-04-01, , 0.5")
    assert notes(tmp_path, contracts=one) == (said.replace(" and 1 more have", " has"),)


def test_nothing_is_said_of_what_one_council_runs(tmp_path: Path) -> None:
    """Nobody could share it."""
    baselines = SHIRE["baselines"] + "Ash, parking, 5, 0, 0, 1, yes\n        "
    found = notes(
        tmp_path,
        services="service, redundancy_cost, post_reduction, friction\npayroll, , ,\nparking, 5, 0.5, 0.5\n",
        baselines=baselines,
        tiers="service, from_volume, rate\nparking, 0, 0.1\n",
    )
    assert found == ()
