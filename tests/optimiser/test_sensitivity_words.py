"""Inputs, hosts and what ends, by names that a committee understands."""

from __future__ import annotations

import pytest

from instances import read
from optimiser.sensitivity.prices import Price
from optimiser.sensitivity.relaxing import commitment_questions
from optimiser.sensitivity.words import ending, hosting, input_name, instead
from optimiser.whatif import Answer, Arranged

NAMES = {
    ("east-kent", "services.it_services.duplication_avoided"): "IT services: duplication avoided",
    ("east-kent", "economics.optimism_bias.savings"): "savings short of the plan (optimism bias)",
    ("east-kent", "rules.minimum_saving"): "rule minimum saving",
    (
        "bromsgrove-redditch",
        "estimates.*.management_team.*.one_off_cost",
    ): "every council, Single management team, every host: estimated one-off cost",
    ("pannel", "tiers.*.*.rate"): "every service, every step: joint purchasing rate",
    (
        "south-london-waste",
        "contracts.Sutton.waste_disposal.break_from",
    ): "Sutton, Waste treatment and disposal contracts: contract can be broken from",
    ("southwest-one", "economics.compatibility_weights.politics"): "compatibility: weight of politics",
}


@pytest.mark.parametrize(("case", "path"), NAMES)
def test_inputs_have_names(case: str, path: str) -> None:
    """No path, and no column's name where there is a word."""
    assert input_name(read(case), path) == NAMES[case, path]


def test_every_range_of_every_case_has_a_name_without_underscores() -> None:
    """Whatever the case turns."""
    for case in ("anglia-revenues", "compass-point", "coventry-region", "dorset-revenues", "south-vale-waste", "tewkesbury-cheltenham"):
        instance = read(case)
        assert [path for path in instance.settings.ranges if "_" in input_name(instance, path)] == []


def test_hosts_are_named_with_their_services() -> None:
    """Who hosts what, and who would instead."""
    plan = (Arranged("Dover", "it_services", "Dover", "", 0), Arranged("Thanet", "planning", "Thanet", "", 0))
    one = Price(
        subject="decision", name="Thanet hosts it_services", step="", overrides=(), answer=Answer(status="optimal", npv=1.0, plan=plan)
    )
    every = one.model_copy(update={"name": "Thanet hosts"})
    assert (hosting(read("east-kent"), one), instead(one)) == ("Thanet hosts IT services", "Dover")
    assert (hosting(read("east-kent"), every), instead(every)) == ("Thanet hosts, in every service", "Dover, Thanet")
    nobody, none = (
        one.model_copy(update={"answer": answer}) for answer in (Answer(status="optimal", npv=0.0), Answer(status="infeasible"))
    )
    assert (instead(nobody), instead(none)) == ("nobody: each keeps its own", "no plan")


def test_what_ends_is_told_by_host() -> None:
    """Partnerships of one host together."""
    instance = read("east-kent")
    assert ending(instance, [("it_services", "Thanet"), ("planning", "Thanet"), ("building_control", "Dover")]) == (
        "IT services and Planning at Thanet; Building control at Dover"
    )
    assert ending(instance, []) == "nothing"


def test_commitments_are_told_in_words() -> None:
    """Who, what, and from when or with whom."""
    assert [one.name for one in commitment_questions(read("anglia-revenues"))] == [
        "Breckland is live, as host, Revenues and benefits",
        "East Cambridgeshire not before 1 April 2007, Revenues and benefits",
        "Forest Heath is live with Breckland, Revenues and benefits",
        "St Edmundsbury stays out, Revenues and benefits",
    ]
