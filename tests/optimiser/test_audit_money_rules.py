"""The audit: rules about money: yearly saving, each council's own position, payments, payback, investment."""

from __future__ import annotations

from pathlib import Path

import pytest
from audited import changed, decision, document_for
from audited_devon import devon, devon_by_hand
from audited_fens import fens

from instances import Instance
from optimiser.audit import Decision, Move, audit
from optimiser.audit.decisions import Alternative
from optimiser.plan import RuleLine

PAYROLL = decision("payroll", ("Ash", 0), ("Elm", 1))
"""Ash earns 9,000 a year and pays 5,000 in April 2026; Elm earns 10,000 from April 2027, when it pays 3,000."""
OPTION = {"options": "council,service,option,annual_saving,annual_cost,one_off_cost\nOak,benefits,redesign,5000,1000,700\n"}
REDESIGN = (Alternative("Oak", "benefits", "redesign", 0),)


def lines_of(instance: Instance, rule: str, *plan: Decision, alternatives: tuple[Alternative, ...] = ()) -> list[RuleLine]:
    """The lines of one rule; the plan breaks no other."""
    found = audit(instance, document_for(instance, plan, alternatives))
    assert all(fault.startswith(f"rule {rule}, ") for fault in found.faults)
    lines = [line for line in found.rules if line.rule == rule]
    assert len(found.faults) == sum(line.slack < 0 for line in lines)
    return lines


@pytest.mark.parametrize(
    ("calendar", "year", "position", "scope"),
    [
        ("12 3 4", 1, 9000, "year 1, from April 2026"),
        ("12 3 4", 2, 19000, "year 2, from April 2027"),
        ("12 3 4", 4, 19000, "year 4, from April 2029"),
        ("6 3 4", 1, 9000 + 5000, "year 1, from April 2026"),  # Elm goes live in October 2026
        ("3 3 4.5", 5, 19000 / 2, "year 5, from April 2030"),  # the horizon ends within the year
    ],
)
def test_minimum_total_saving(calendar: str, year: int, position: float, scope: str, tmp_path: Path) -> None:
    """Savings less recurring costs of the periods of one year, one-offs left out; a penny more is not reached."""
    enough = fens(tmp_path, f"minimum_total_saving = {{ amount = {position}, year = {year} }}", calendar=calendar)
    (line,) = lines_of(enough, "minimum_total_saving", PAYROLL)
    assert (line.scope, line.value, line.limit, line.unit, line.slack, line.binding) == (scope, position, position, "GBP a year", 0, True)
    short = fens(tmp_path, f"minimum_total_saving = {{ amount = {position + 0.01}, year = {year} }}", calendar=calendar)
    (line,) = lines_of(short, "minimum_total_saving", PAYROLL)
    assert (line.slack, line.binding) == (-0.01, True)


def test_minimum_total_saving_counts_alternatives_and_what_nothing_earns(tmp_path: Path) -> None:
    """Oak's redesign brings 5,000 - 1,000 a year; a plan without moves has a line, of 0."""
    instance = fens(tmp_path, "minimum_total_saving = { amount = 10000, year = 1 }", **OPTION)
    assert [line.value for line in lines_of(instance, "minimum_total_saving", PAYROLL, alternatives=REDESIGN)] == [13000]
    assert audit(instance, document_for(instance, [])).faults == (
        "rule minimum_total_saving, year 1, from April 2026: 0 GBP a year, but at least 10,000 GBP a year (10,000 apart)",
    )


@pytest.mark.parametrize(
    ("set_up", "value", "slack", "binding"),
    [(30000, 6000, 6000, False), (36000, 0, 0, True), (36000.004, -0.004, 0, True), (36000.006, -0.006, -0.006, True)],
)
def test_no_council_worse_off_where_it_falls(set_up: float, value: float, slack: float, binding: bool, tmp_path: Path) -> None:
    """Ash earns 4 * 9,000 and pays the set-up; half a penny is allowed. Elm earns 30,000 - 3,000; Yew does nothing."""
    instance = fens(tmp_path, 'no_council_worse_off = "where_it_falls"', overrides=(f"economics.set_up_cost = {set_up}",), **OPTION)
    lines = lines_of(instance, "no_council_worse_off", PAYROLL, alternatives=REDESIGN)
    found = [(line.scope, line.council, line.value, line.limit, line.unit, line.slack, line.binding) for line in lines]
    assert found == [
        ("Ash", "Ash", value, 0, "GBP", slack, binding),
        ("Elm", "Elm", 27000, 0, "GBP", 27000, False),
        ("Oak", "Oak", 15300, 0, "GBP", 15300, False),  # 4 * 4,000 - 700
    ]


def test_no_council_worse_off_is_over_all_services(tmp_path: Path) -> None:
    """A council may lose on one service what it earns on another: 36,000 - 50,000 + 40,000 - 3,000."""
    instance = fens(tmp_path, 'no_council_worse_off = "where_it_falls"', overrides=("economics.set_up_cost = 50000",))
    lines = lines_of(instance, "no_council_worse_off", PAYROLL, decision("planning", ("Elm", 0), ("Ash", 0)))
    assert [(line.scope, line.value) for line in lines] == [("Ash", 23000), ("Elm", 13000)]  # 27,000 + 36,000 - 50,000
    assert audit(instance, document_for(instance, [PAYROLL])).faults == (
        "rule no_council_worse_off, Ash: -14,000 GBP, but at least 0 GBP (14,000 apart)",
    )


def with_payments(ash: float, elm: float) -> Decision:
    """Payroll at Ash with what each of the two receives."""
    return Decision("payroll", "Ash", (Move("Ash", 0, ash), Move("Elm", 1, elm)))


@pytest.mark.parametrize(
    ("ash", "elm", "values"),
    [
        (14000, -14000, [0, 13000]),
        (14000.004, -14000, [0.004, 13000]),  # less than half a penny out of nothing is rounding
        (20000, -20000, [6000, 7000]),
        (13999.99, -13999.99, [-0.01, 13000.01]),
        (50000, -50000, [36000, -23000]),
    ],
)
def test_no_council_worse_off_compensated(ash: float, elm: float, values: list[float], tmp_path: Path) -> None:
    """Ash loses 36,000 - 50,000, Elm earns 27,000; payments move that between them, and the figures before payments stay."""
    instance = fens(tmp_path, 'no_council_worse_off = "compensated"', overrides=("economics.set_up_cost = 50000",))
    document = document_for(instance, [with_payments(ash, elm)])
    lines = lines_of(instance, "no_council_worse_off", with_payments(ash, elm))
    assert [(line.scope, line.value) for line in lines] == [
        ("Ash, payments included", values[0]),
        ("Elm, payments included", values[1]),
    ]
    assert [(council.npv, council.payment) for council in document.councils[:2]] == [(-14000, ash), (27000, elm)]
    assert audit(instance, document).passed is (min(values) >= 0)


def test_payments_add_up_to_nothing_in_each_partnership(tmp_path: Path) -> None:
    """What comes from nowhere is found, in each partnership by itself."""
    instance = fens(tmp_path, 'no_council_worse_off = "compensated"')
    planning = Decision("planning", "Elm", (Move("Elm", 0, -200.0), Move("Ash", 0, 199.99)))
    found = audit(instance, document_for(instance, [with_payments(100.0, -100.006), planning]))
    assert found.faults == (
        "partnership payroll at Ash: payments between its members add up to -0.006 GBP, not to 0",
        "partnership planning at Elm: payments between its members add up to -0.01 GBP, not to 0",
    )
    nothing = audit(instance, document_for(instance, [with_payments(float("nan"), 0.0)])).faults
    assert "partnership payroll at Ash: payments between its members add up to nan GBP, not to 0" in nothing


@pytest.mark.parametrize("reading", ["off", "where_it_falls"])
def test_nobody_pays_anybody_unless_the_rule_asks_for_it(reading: str, tmp_path: Path) -> None:
    """Devon's payments have no place where each council's own flows are what counts."""
    instance = devon(tmp_path, f"rules.no_council_worse_off = {reading}")
    faults = audit(instance, devon_by_hand()).faults
    assert "partnership payroll at Ash, member Ash: payment 1,000.00 in the plan, 0.00 by the audit (1,000.00 apart)" in faults
    assert "council Elm: payment -1,000.00 in the plan, 0.00 by the audit (1,000.00 apart)" in faults


def test_a_council_gets_what_its_memberships_get(tmp_path: Path) -> None:
    """Payments of a council are the sum over its partnerships."""
    instance = fens(tmp_path, 'no_council_worse_off = "compensated"')
    planning = Decision("planning", "Elm", (Move("Elm", 0, 200.0), Move("Ash", 0, -200.0)))
    document = document_for(instance, [with_payments(150.0, -150.0), planning])
    assert [council.payment for council in document.councils] == [-50, 50, 0, 0]
    assert audit(instance, document).passed
    ash = document.councils[0].model_copy(update={"payment": -49.99})
    assert audit(instance, changed(document, councils=(ash, *document.councils[1:]))).faults == (
        "council Ash: payment -49.99 in the plan, -50.00 by the audit (0.01 apart)",
    )


@pytest.mark.parametrize(
    ("years", "value", "scope"),
    [
        ("0.5", -500, "payroll at Ash, within 0.5 years"),  # half of 9,000 - 5,000
        ("1", 4000, "payroll at Ash, within 1 year"),  # Elm is not there yet
        ("1.1", 2900, "payroll at Ash, within 1.1 years"),  # + 0.1 * 19,000 - 3,000 in full
        ("2", 20000, "payroll at Ash, within 2 years"),  # 4,000 + 19,000 - 3,000
        ("10", 58000, "payroll at Ash, within 10 years"),  # the horizon ends after four
        ("{ payroll = 1 }", 4000, "payroll at Ash, within 1 year"),
    ],
)
def test_payback(years: str, value: float, scope: str, tmp_path: Path) -> None:
    """Undiscounted flows over so many years from the opening; a one-off counts in full if its period counts at all."""
    (line,) = lines_of(fens(tmp_path, f"payback = {years}"), "payback", PAYROLL)
    assert (line.scope, line.service, line.host) == (scope, "payroll", "Ash")
    assert (line.value, line.limit, line.unit, line.slack, line.binding) == (value, 0, "GBP", value, value < 0)


def test_payback_runs_from_the_opening_of_each_partnership(tmp_path: Path) -> None:
    """Ash opens in the second year: 9,000 - 5,000; the third service pays 2 * 9,000 - 5,000 + 10,000 - 3,000 in two."""
    instance = fens(tmp_path, "payback = 1", services="service,category,payback\npayroll,,\nbenefits,,\nplanning,,2\n")
    plan = [decision("payroll", ("Ash", 1), ("Elm", 2)), decision("planning", ("Oak", 0), ("Yew", 1))]
    assert [line.value for line in lines_of(instance, "payback", *plan)] == [4000, 20000]


def test_payback_to_the_half_penny_and_by_the_month(tmp_path: Path) -> None:
    """Three months of 9,000 / 12 against the set-up; Elm joins in the fourth month, which has no part in them."""
    plan = decision("payroll", ("Ash", 1), ("Elm", 4))
    for set_up, slack in ((2250, 0), (2250.004, 0), (2250.006, -0.006)):
        instance = fens(tmp_path, "payback = 0.25", calendar="1 6 1", overrides=(f"economics.set_up_cost = {set_up}",))
        assert [line.slack for line in lines_of(instance, "payback", plan)] == [slack]


def test_payback_passes_over_what_is_live(tmp_path: Path) -> None:
    """A partnership that is live already opened before the start, whoever joins it."""
    live = "council,service,decision,other\nAsh,payroll,live,Ash\nElm,payroll,live,Ash\n"
    instance = fens(tmp_path, "payback = 0.1", commitments=live)
    assert lines_of(instance, "payback", decision("payroll", ("Ash", -1), ("Elm", -1), ("Oak", 0))) == []


def investments(instance: Instance, alternatives: tuple[Alternative, ...] = ()) -> list[tuple[str, str, float, float]]:
    """Scope, council, value and slack of the lines of investment_limit."""
    lines = lines_of(instance, "investment_limit", PAYROLL, alternatives=alternatives)
    assert {line.unit for line in lines} <= {"GBP"}
    return [(line.scope, line.council, line.value, line.slack) for line in lines]


def test_investment_limit(tmp_path: Path) -> None:
    """5,000 in April 2026, 3,000 in April 2027; a year with a limit has a line even if nothing falls in it."""
    by_year = fens(tmp_path, 'investment_limit = { programme = { "2026/27" = 5000, "2028/29" = 100 }, council = 4000, total = 7999.99 }')
    assert investments(by_year) == [
        ("programme, 2026/27", "", 5000, 0),
        ("programme, 2028/29", "", 0, 100),
        ("programme, all years", "", 8000, -0.01),
        ("Ash, 2026/27", "Ash", 5000, -1000),
        ("Elm, 2027/28", "Elm", 3000, 1000),
    ]
    bare = fens(tmp_path, "investment_limit = { programme = 6000 }")
    assert investments(bare) == [("programme, 2026/27", "", 5000, 1000), ("programme, 2027/28", "", 3000, 3000)]
    one_year = fens(tmp_path, 'investment_limit = { council = { "2027/28" = 2999.99 } }')
    assert investments(one_year) == [("Elm, 2027/28", "Elm", 3000, -0.01)]


def test_investment_limit_counts_bias_termination_and_alternatives(tmp_path: Path) -> None:
    """All costs plus a tenth: Ash 5,500; Elm (3,000 + 200) * 1.1 = 3,520, Oak 770, in January to March of 2026/27."""
    instance = fens(
        tmp_path,
        "investment_limit = { programme = 9790, council = 3520 }",
        economics="optimism_bias = { costs = 0.1 }",
        calendar="3 4 4",
        contracts="council,service,expires,break_from,termination_charge\nElm,payroll,2030-01-01,2026-04-01,200\n",
        **OPTION,
    )
    document = document_for(instance, [decision("payroll", ("Ash", 0), ("Elm", 3))], (Alternative("Oak", "benefits", "redesign", 3),))
    found = audit(instance, document)
    values = {line.scope: (line.value, line.slack) for line in found.rules if line.rule == "investment_limit"}
    assert values == {
        "programme, 2026/27": (9790, 0),
        "Ash, 2026/27": (5500, -1980),
        "Elm, 2026/27": (3520, 0),
        "Oak, 2026/27": (770, 2750),
    }
    assert found.faults == ("rule investment_limit, Ash, 2026/27: 5,500 GBP, but at most 3,520 GBP (1,980 apart)",)


def test_investment_limit_has_nothing_of_what_is_live(tmp_path: Path) -> None:
    """It pays nothing."""
    live = "council,service,decision,other\nAsh,payroll,live,Ash\nElm,payroll,live,Ash\n"
    instance = fens(tmp_path, "investment_limit = { programme = 0, council = 0, total = 0 }", commitments=live)
    lines = lines_of(instance, "investment_limit", decision("payroll", ("Ash", -1), ("Elm", -1)))
    assert [(line.scope, line.value, line.binding) for line in lines] == [("programme, all years", 0, True)]
