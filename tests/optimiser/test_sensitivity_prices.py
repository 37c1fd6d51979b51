"""Prices of rules, commitments, pairs and hosts against enumeration, and by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from oracle import best
from outcomes import HALF_A_PENNY
from small import SHIRE, TWO_SERVICES, shire
from tiny import write_tiny
from written import write_folder

from instances import InstanceError, apply, read
from instances.rules import Rules
from optimiser.errors import InfeasibleError
from optimiser.sensitivity.prices import price_of
from optimiser.sensitivity.relaxing import commitment_questions, decision_questions, pair_questions, rule_questions, rules_on
from optimiser.whatif import Base, base_of

FAST, SEEDS = range(12), range(30)
SAVES = "process_saving = 0.1\nduplication_avoided = 0.5"


def questions(base: Base) -> list[object]:
    """All that has a price."""
    instance = base.instance
    return [
        *rule_questions(instance),
        *commitment_questions(instance),
        *pair_questions(instance),
        *decision_questions(instance, base.plan),
    ]


@pytest.mark.parametrize(
    "seeds", [pytest.param(FAST, id="fast"), pytest.param(range(FAST.stop, SEEDS.stop), id="all", marks=pytest.mark.long)]
)
def test_prices_agree_with_enumeration(tmp_path: Path, seeds: range) -> None:
    """What is gained is the difference of two optima; a rule that gives way never costs anything; where no plan is left, none is said to be."""
    priced: Counter[str] = Counter()
    for seed in seeds:
        write_tiny(tmp_path / f"{seed}", seed)
        try:
            base = base_of(read(tmp_path / f"{seed}"))
        except InfeasibleError:
            continue
        for question in questions(base):
            price = price_of(base, question)  # type: ignore[arg-type]
            priced[price.subject] += 1
            try:
                folder = write_folder(apply(base.instance, overrides=price.overrides), tmp_path / "changed")
            except InstanceError:
                assert price.refused
                continue
            optimum = best(folder)
            if optimum is None:
                assert price.answer.status == "infeasible"
                continue
            assert price.gained == pytest.approx(optimum.npv - base.plan.npv, abs=2 * HALF_A_PENNY), price
            assert price.least is not None
            assert price.most is not None
            assert price.least - HALF_A_PENNY <= price.gained <= price.most + HALF_A_PENNY
            assert price.subject != "decision" or price.gained <= HALF_A_PENNY
            # contracts that end sooner may cost more to end, and what is live or taken has paid: nothing else that gives way can lose
            paid = " live" in price.name or " takes " in price.name
            may_lose = price.subject == "decision" or price.name == "contract_timing" or paid
            assert may_lose or price.gained >= -HALF_A_PENNY, price
    assert {"rule", "commitment", "decision"} <= set(priced), priced


def test_what_keeping_out_oak_costs(tmp_path: Path) -> None:
    """Oak saves 0.5 x 20,000 + 0.1 x 20,000 = 12,000 a year for three years with Ash, and is kept out."""
    base = base_of(
        shire(
            tmp_path,
            economics=SAVES,
            commitments="council, service, decision, other\nOak, , stays_out,\nElm, , stays_out,\nYew, payroll, shares_with, Ash\n",
        )
    )
    prices = {question.name: price_of(base, question).gained for question in commitment_questions(base.instance)}
    assert prices["Oak stays out"] == pytest.approx(3 * 12_000)
    # Ash 0.1 x 40,000 and Yew 0.5 x 30,000 + 0.1 x 20,000 would be had without being asked for
    assert prices["Yew shares with Ash, payroll"] == pytest.approx(0)


def test_a_veto_is_lifted_to_what_the_rule_asks(tmp_path: Path) -> None:
    """Two councils with a score of 0 are raised to the minimum; each row of theirs is changed, and where there is none one is added."""
    instance = shire(
        tmp_path,
        economics=SAVES,
        rules="compatibility = { minimum = 0.4 }",
        compatibility="council_a, council_b, service, score\nAsh, Elm, , 0\nAsh, Oak, payroll, 0.2\nAsh, Yew, , 0.9\n",
        commitments="council, service, decision\nElm, , stays_out\n",
    )
    found = {question.name: question for question in pair_questions(instance)}
    assert list(found) == ["Ash and Elm", "Ash and Oak"]
    assert found["Ash and Elm"].step == "veto lifted, raised to 0.4 in 1 service"
    assert found["Ash and Elm"].overrides == (
        'compatibility += { council_a = "Ash", council_b = "Elm", service = "payroll", score = 0.4 }',
    )
    assert found["Ash and Oak"].overrides == ("compatibility.Ash.Oak.payroll.score = 0.4",)
    base = base_of(instance)
    assert price_of(base, found["Ash and Oak"]).gained == pytest.approx(3 * 12_000)


def test_a_host_against_the_next_best(tmp_path: Path) -> None:
    """Ash hosts for nothing and Elm for 1,000 a year; both save alike."""
    baselines = SHIRE["baselines"].replace("can_host", "can_host, hosting_cost").replace("yes", "yes, 1000").replace("no\n", "no, \n")
    base = base_of(shire(tmp_path, economics="process_saving = 0.1", baselines=baselines.replace("1000,   yes, 1000", "1000,   yes, 0")))
    (question,) = decision_questions(base.instance, base.plan)
    price = price_of(base, question)
    assert (question.name, price.gained) == ("Ash hosts payroll", pytest.approx(-3_000))
    assert {one.host for one in price.answer.plan} == {"Elm"}


MINUTES = "council_a, council_b, minutes\nAsh, Elm, 30\nAsh, Oak, 30\nAsh, Yew, 30\nElm, Oak, 30\nElm, Yew, 30\nOak, Yew, 30\n"
ON = {
    "minimum_saving = 0.1": 2,
    "minimum_saving = { payroll = 0.1, waste = 0.2 }": 2,
    "maximum_distance = 40": 2,
    "maximum_span = { minutes = 60 }": 2,
    "compatibility = { minimum = 0.4 }": 2,
    "quality = { minimum = 0.6, tolerance = 0.1 }": 3,
    "partnership_size = { minimum = 3, maximum = 4 }": 3,
    "maximum_partnerships = 1": 2,
    "payback = 2": 2,
    "onboarding_capacity = 1": 2,
    "delivery_capacity = 1": 2,
    "programme_capacity = 2": 2,
    "hosting_limit = 1": 2,
    "partner_limit = 1": 2,
    "minimum_total_saving = { amount = 100, year = 2 }": 2,
    "investment_limit = { programme = 1000, council = 500, total = 2000 }": 4,
    'no_council_worse_off = "where_it_falls"': 2,
    'no_council_worse_off = "compensated"': 1,
    "each_hosts = true": 1,
    'contiguity = ["payroll", "waste"]': 3,
    'bundle = [["payroll", "waste"]]': 1,
    'sequencing = [{ service = "waste", after = ["payroll"], periods = 1 }]': 2,
}
"""Rules as they are written, and how many ways there are to let them give way."""


@pytest.mark.parametrize("rule", ON)
def test_every_rule_gives_way(tmp_path: Path, rule: str) -> None:
    """By a step where it has a figure, and as a whole; every way can be applied and changes something."""
    baselines = SHIRE["baselines"].replace("can_host", "can_host, performance")
    for council, host in (("Ash", "yes"), ("Elm", "yes"), ("Oak", "no"), ("Yew", "no")):
        baselines = "\n".join(
            f"{line.rstrip()}, 0.9" if line.strip().startswith(council) and host in line else line for line in baselines.split("\n")
        )
    tables = {
        "services": TWO_SERVICES["services"],
        "baselines": baselines + "Ash, waste, 50000, 0, 0, 100, yes, 0.9\n        Elm, waste, 50000, 0, 0, 100, no, 0.8\n",
        "adjacency": "council_a, council_b\nAsh, Elm\nElm, Oak\n",
        "compatibility": "council_a, council_b, service, score\nAsh, Elm, , 0.5\n",
        "distances": MINUTES,
    }
    if "bundle" in rule:
        tables["baselines"] += "        Oak, waste, 50000, 0, 0, 100, no, 0.8\n        Yew, waste, 50000, 0, 0, 100, no, 0.8\n"
    instance = shire(tmp_path, rules=rule, economics=SAVES, **tables)
    found = list(rule_questions(instance))
    assert {question.name for question in found} == {rule.split(" ")[0]} == set(rules_on(instance))
    assert len(found) == ON[rule]
    assert found[-1].step == "dropped"
    for question in found:
        assert apply(instance, overrides=question.overrides).overrides


def test_all_rules_are_tried() -> None:
    """But those that act by their data alone."""
    assert {rule.split(" ")[0] for rule in ON} | {"contract_timing", "host_capacity", "commitments"} == set(Rules.model_fields)
