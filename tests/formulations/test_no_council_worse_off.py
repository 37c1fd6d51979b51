"""Rule no_council_worse_off: each council's own NPV is not below 0, as it falls or after payments between partners."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

from instances import Instance
from optimiser import solve
from optimiser.errors import InfeasibleError

FALLS, COMPENSATED = 'no_council_worse_off = "where_it_falls"', 'no_council_worse_off = "compensated"'
FIGURES = "duplication_avoided = 0.5\nprocess_saving = 0.1\nhosting_cost = 5000\n"
ASH, ELM = ("payroll", "Ash"), ("payroll", "Elm")
OPTION = "council, service, option, annual_saving, one_off_cost\nAsh, payroll, digital, 8000, 3000\n"
TIERS = "service, from_volume, rate\npayroll, 50000, 0.1\n"
STAYS_OUT = "council, service, decision\nYew, payroll, stays_out\n"
# In thousands a year: Ash as host 4 - 5 = -1, Elm as host 7 - 5 = 2; joining saves Ash 24, Elm 32, Oak 12, Yew 17.


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"rules": "no_council_worse_off = false"}, set()),
        ({"rules": FALLS}, {"Ash", "Elm", "Oak", "Yew"}),
        ({"rules": COMPENSATED}, {"Ash", "Elm", "Oak", "Yew"}),
        ({"rules": FALLS, "commitments": STAYS_OUT}, {"Ash", "Elm", "Oak"}),
        ({"rules": FALLS, "commitments": STAYS_OUT, "options": OPTION.replace("Ash", "Yew")}, {"Ash", "Elm", "Oak", "Yew"}),
    ],
)
def test_no_council_worse_off_index(shire_model: Callable[..., Any], changes: dict[str, str], expected: set[str]) -> None:
    """Every council that can do anything; Yew, who stays out, if it has an alternative."""
    assert rows(shire_model(**changes), "no_council_worse_off") == expected


@pytest.mark.parametrize("rule", [FALLS, COMPENSATED])
@pytest.mark.parametrize(
    ("joined", "opened", "ash", "elm"),
    [
        ({}, {}, 0, 0),
        ({"Elm": 0}, {}, 0, 96),
        ({"Elm": 1}, {"Ash": 0}, -3, 64),
        ({"Oak": 0}, {"Ash": 1, "Elm": 0}, -2, 6),
    ],
)
def test_no_council_worse_off_row(
    shire_model: Callable[..., Any], rule: str, joined: dict[str, int], opened: dict[str, int], ash: float, elm: float
) -> None:
    """What a council does itself counts, over three years or two; not what others gain by it."""
    m = shire_model(economics=FIGURES, rules=rule)
    put(m, join={(c, *ASH, k): 1 for c, k in joined.items()}, open={("payroll", h, k): 1 for h, k in opened.items()})
    assert slack(m, "no_council_worse_off", "Ash") == pytest.approx(ash)
    assert slack(m, "no_council_worse_off", "Elm") == pytest.approx(elm)


def test_no_council_worse_off_row_is_discounted(shire_model: Callable[..., Any]) -> None:
    """Elm saves 32 a year at 1, 0.8 and 0.64."""
    m = shire_model(economics=FIGURES + "discount_rate = 0.25", rules=FALLS)
    put(m, join={("Elm", *ASH, 0): 1})
    assert slack(m, "no_council_worse_off", "Elm") == pytest.approx(32 * (1 + 0.8 + 0.64))


def test_no_council_worse_off_row_over_all_services(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """What Ash loses by hosting waste, 1 in three years, counts against what it gains by joining Elm for payroll."""
    m = shire_model(
        economics="duplication_avoided = 0.5",
        rules=FALLS,
        estimates="council, service, host, one_off_cost\nAsh, waste, Ash, 1000\n",
        **two_services,
    )
    put(m, join={("Ash", *ELM, 0): 1}, open={("waste", "Ash", 0): 1})
    assert slack(m, "no_council_worse_off", "Ash") == pytest.approx(60 - 1)


def test_no_council_worse_off_row_with_purchasing_and_an_option(shire_model: Callable[..., Any]) -> None:
    """Its own part of purchasing: a tenth of 20 in the first year, and in the two of the last epoch; and its alternative."""
    m = shire_model(economics=FIGURES, rules=FALLS, tiers=TIERS, options=OPTION)
    bought = {(c, *ASH, e, 0): 1 for c in ("Ash", "Elm") for e in (0, 1)}
    put(m, open={(*ASH, 0): 1}, buy=bought, take={("Ash", "payroll", "digital", 1): 1})
    assert slack(m, "no_council_worse_off", "Ash") == pytest.approx(-3 + 3 * 2 + 2 * 8 - 3)
    assert slack(m, "no_council_worse_off", "Elm") == pytest.approx(3 * 3)


def test_no_council_worse_off_row_with_payments(shire_model: Callable[..., Any]) -> None:
    """What Ash receives in all its partnerships comes on top; what others receive does not."""
    m = shire_model(economics=FIGURES, rules=COMPENSATED)
    put(m, open={(*ASH, 0): 1}, pay={("Ash", *ASH): 2.5, ("Ash", *ELM): 0.25, ("Elm", *ASH): 40})
    assert slack(m, "no_council_worse_off", "Ash") == pytest.approx(-3 + 2.5 + 0.25)


def test_payments_balance_index(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """A row for each partnership, and only where there are payments."""
    assert rows(shire_model(rules=COMPENSATED, **two_services), "payments_balance") == {ASH, ELM, ("waste", "Ash")}
    assert rows(shire_model(rules=FALLS, **two_services), "payments_balance") == set()
    assert rows(shire_model(**two_services), "payments_balance") == set()


@pytest.mark.parametrize(
    ("pay", "room"),
    [
        ({}, 0),
        ({("Ash", *ASH): 3, ("Elm", *ASH): -3}, 0),
        ({("Ash", *ASH): 3, ("Oak", *ASH): -2, ("Yew", *ASH): -1}, 0),
        ({("Ash", *ASH): 3, ("Elm", *ASH): -2}, -1),
        ({("Ash", *ASH): 3, ("Elm", *ELM): -3}, -3),
        ({("Oak", *ASH): -1}, -1),
    ],
)
def test_payments_balance_row(shire_model: Callable[..., Any], pay: dict[Any, float], room: float) -> None:
    """What one receives the others pay, within the partnership."""
    m = shire_model(rules=COMPENSATED)
    put(m, pay=pay)
    assert slack(m, "payments_balance", *ASH) == pytest.approx(room)


def test_payment_at_most_index_and_payment_at_least_index(shire_model: Callable[..., Any]) -> None:
    """A row for the host and for each who may join it."""
    every = {(c, *host) for host in (ASH, ELM) for c in ("Ash", "Elm", "Oak", "Yew")}
    for family in ("payment_at_most", "payment_at_least"):
        assert rows(shire_model(rules=COMPENSATED), family) == every
        assert rows(shire_model(rules=FALLS), family) == set()
        assert rows(shire_model(rules=COMPENSATED, commitments=STAYS_OUT), family) == {key for key in every if key[0] != "Yew"}


def test_most_paid(shire_model: Callable[..., Any]) -> None:
    """In one year all could gain 24 + 32 + 2 + 2 * (12 + 17) = 116 and lose 1, or lose 2 * 60 more where hosting costs 60 more.

    With a hundredth of the duplication alone they could gain 0.95, and lose 0.2 or 10.
    """
    assert shire_model("12 1 1", economics=FIGURES, rules=COMPENSATED).most_paid == pytest.approx(1)
    small = FIGURES.replace("0.5", "0.005").replace("process_saving = 0.1\n", "")
    assert shire_model("12 1 1", economics=small.replace("5000", "100"), rules=COMPENSATED).most_paid == pytest.approx(0.2)
    assert shire_model("12 1 1", economics=small, rules=COMPENSATED).most_paid == pytest.approx(0.2 + 0.25 + 2 * (0.1 + 0.15))
    dear = FIGURES.replace("5000", "65000")
    assert shire_model("12 1 1", economics=dear, rules=COMPENSATED).most_paid == pytest.approx(24 + 32 + 2 * (12 + 17))
    assert shire_model("12 1 1", economics=FIGURES, rules=FALLS).most_paid == 0


@pytest.mark.parametrize(
    ("council", "opened", "joined", "paid", "room"),
    [
        ("Ash", None, None, 0, [0, 0]),
        ("Ash", None, None, 0.5, [-0.5, 0.5]),
        ("Ash", 0, None, 0.5, [0.5, 1.5]),
        ("Ash", 0, None, -1.5, [2.5, -0.5]),
        ("Elm", 0, None, -0.5, [0.5, -0.5]),
        ("Elm", 0, 0, -1, [2, 0]),
        ("Elm", 0, 0, 1.25, [-0.25, 2.25]),
    ],
)
def test_payment_at_most_row_and_payment_at_least_row(
    shire_model: Callable[..., Any], council: str, opened: int | None, joined: int | None, paid: float, room: list[float]
) -> None:
    """Only a member receives or pays, 1 at most, which is all that anybody can lose; the host is one if it opens."""
    m = shire_model("12 1 1", economics=FIGURES, rules=COMPENSATED)
    join = {("Elm", *ELM[:1], "Ash", 0): 1} if joined is not None else {}
    put(m, open={} if opened is None else {(*ASH, opened): 1}, join=join, pay={(council, *ASH): paid})
    assert [slack(m, f"payment_at_{end}", council, *ASH) for end in ("most", "least")] == pytest.approx(room)


@pytest.mark.parametrize(("rule", "value", "host"), [("", 180_000, "Ash"), (FALLS, 165_000, "Elm"), (COMPENSATED, 180_000, "Ash")])
def test_who_hosts_when_nobody_may_lose(shire_plan: Callable[..., Any], rule: str, value: float, host: str) -> None:
    """With Ash as host 32 + 12 + 17 - 1 = 60 a year, but Ash loses 1; with Elm 24 + 12 + 17 + 2 = 55, and nobody loses."""
    worth, plan = shire_plan(economics=FIGURES, rules=rule)
    assert worth == pytest.approx(value)
    assert plan == {(council, "payroll"): (host, 0) for council in ("Ash", "Elm", "Oak", "Yew")}


def test_the_loser_is_compensated(shire: Callable[..., Instance]) -> None:
    """Ash receives the 3 that it loses in three years; Elm with 96, Oak with 36 and Yew with 51 pay the same part of it, 3 / 183."""
    document = solve(shire(economics=FIGURES, rules=COMPENSATED)).document
    found = {m.council: (m.npv, m.payment) for p in document.partnerships for m in p.members}
    part = 3_000 / 183_000
    assert found == {
        council: (pytest.approx(npv), pytest.approx(payment, abs=0.001))
        for council, npv, payment in (
            ("Ash", -3_000, 3_000),
            ("Elm", 96_000, -96_000 * part),
            ("Oak", 36_000, -36_000 * part),
            ("Yew", 51_000, -51_000 * part),
        )
    }


@pytest.mark.parametrize(("rule", "value"), [("", 53_000), (FALLS, 0), (COMPENSATED, 53_000)])
def test_a_loss_in_one_service_is_made_good_in_another(
    shire_plan: Callable[..., Any], two_services: dict[str, str], rule: str, value: float
) -> None:
    """Only Ash hosts: payroll loses it 10, waste 6 more in a year; its partners gain 25 + 10 + 15 and, Elm for waste, 19.

    What it loses by waste Elm could make good in either partnership. As it falls nobody hosts.
    """
    estimates = """
        council, service, host, annual_saving, annual_cost
        Ash,     payroll, Ash,  ,              10000
        Ash,     waste,   Ash,  ,              6000
        Elm,     payroll, Elm,  ,              900000
        Elm,     waste,   Ash,  19000,
        """
    worth, plan = shire_plan("12 1 1", economics="duplication_avoided = 0.5", rules=rule, estimates=estimates, **two_services)
    assert worth == pytest.approx(value)
    assert (("Ash", "waste") in plan) == bool(value)


def test_an_alternative_can_make_good_a_loss(shire_plan: Callable[..., Any], two_services: dict[str, str]) -> None:
    """Ash loses 1 a year by hosting payroll; its alternative for waste earns it 4, so nobody is worse off with Ash as host."""
    options = "council, service, option, annual_saving\nAsh, waste, digital, 4000\n"
    worth, plan = shire_plan("12 1 1", economics=FIGURES, rules=FALLS, options=options, **two_services)
    assert plan["Ash", "waste"] == ("digital", 0)
    assert plan["Oak", "payroll"] == ("Ash", 0)
    assert worth == pytest.approx(60_000 + 4_000)


@pytest.mark.parametrize(("rule", "value"), [(FALLS, None), (COMPENSATED, 13_000)])
def test_who_is_bound_to_lose(shire_plan: Callable[..., Any], rule: str, value: float | None) -> None:
    """Ash is to host for Oak alone, and loses 1 a year where Oak gains 12: only a payment leaves Ash no worse off."""
    commitments = "council, service, decision\nAsh, payroll, hosts\nElm, payroll, stays_out\nYew, payroll, stays_out\n"
    changes = {"economics": FIGURES, "rules": rule, "commitments": commitments}
    if value is None:
        with pytest.raises(InfeasibleError):
            shire_plan("12 1 1", **changes)
    else:
        assert shire_plan("12 1 1", **changes)[0] == pytest.approx(value - 2_000)


def test_a_loss_that_nobody_can_make_good(shire_plan: Callable[..., Any]) -> None:
    """Hosting costs Ash 13 more than it saves, Oak gains 12: no payment helps."""
    commitments = "council, service, decision\nAsh, payroll, hosts\nElm, payroll, stays_out\nYew, payroll, stays_out\n"
    with pytest.raises(InfeasibleError):
        shire_plan("12 1 1", economics=FIGURES.replace("5000", "17000"), rules=COMPENSATED, commitments=commitments)
